"""Every write to accounts, one idea a file; what pages, the API and commands call stands here.

Errors carry a `code` for the reader's language (`error.<code>` in service/messages):
accounts.credentials, accounts.code, accounts.link, accounts.limit, accounts.email, accounts.email.same, accounts.taken,
accounts.here_only, accounts.last_administrator, accounts.second_factor,
accounts.factor.{own,none,elsewhere},
accounts.password.{short,long,plain}, accounts.name.{empty,long,hidden,mixed}.

What returns `Opened` gives the browser a new token (guard.remember); its stage says what comes next:
"full" everything, "code" the code of the second factor, "enrol" setting one up.
"""

from service.accounts.email_change import ask_email_change, confirm_email_change
from service.accounts.first import create_first_administrator, home_organisation
from service.accounts.keys import NewKey, create_key, revoke_key
from service.accounts.lost_factor import reset_second_factor
from service.accounts.organisations import (
    INVITATION_MAIL,
    STATES,
    change_organisation,
    create_organisation,
    invite,
    set_organisation_state,
    set_roles,
    withdraw_invitation,
)
from service.accounts.profile import (
    act_for,
    change_name,
    change_password,
    confirm_second_factor,
    end_other_sessions,
    end_session,
    new_recovery_codes,
    remove_second_factor,
    start_second_factor,
)
from service.accounts.second_factor import SecondFactor
from service.accounts.sessions import Opened
from service.accounts.signing_in import (
    RESET_MAIL,
    accept_invitation,
    ask_reset,
    enter_code,
    reset_password,
    sign_in,
    sign_out,
)
from service.core import policy

KINDS = tuple(policy.load().kinds)
"""Kinds of organisations."""

__all__ = [
    "INVITATION_MAIL",
    "KINDS",
    "RESET_MAIL",
    "STATES",
    "NewKey",
    "Opened",
    "SecondFactor",
    "accept_invitation",
    "act_for",
    "ask_email_change",
    "ask_reset",
    "change_name",
    "change_organisation",
    "change_password",
    "confirm_email_change",
    "confirm_second_factor",
    "create_first_administrator",
    "create_key",
    "create_organisation",
    "end_other_sessions",
    "end_session",
    "enter_code",
    "home_organisation",
    "invite",
    "new_recovery_codes",
    "remove_second_factor",
    "reset_password",
    "reset_second_factor",
    "revoke_key",
    "set_organisation_state",
    "set_roles",
    "sign_in",
    "sign_out",
    "start_second_factor",
    "withdraw_invitation",
]
