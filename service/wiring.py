"""Which features there are, put together once: the only file that knows all of them."""

from service.accounts import attempts, sessions
from service.accounts import mails as account_mails
from service.accounts import operations as accounts
from service.accounts import queries as account_queries
from service.complaints import mails
from service.complaints import operations as complaints
from service.complaints import queries as complaint_queries
from service.core import outbox, settings
from service.core.runtime import HoldsSealed, Runtime, Sweep
from service.scores import operations as scores

DELIVERERS = {
    accounts.INVITATION_MAIL: account_mails.deliver_invitation,
    accounts.RESET_MAIL: account_mails.deliver_reset,
    complaints.RECEIVED_MAIL: mails.deliver_received,
}
SWEEPS: tuple[Sweep, ...] = (
    scores.sweep_aged,
    scores.sweep,
    outbox.make_sweep(DELIVERERS),
    attempts.sweep,
    sessions.sweep,
)

SEALED: tuple[HoldsSealed, ...] = (complaint_queries.holds_sealed, account_queries.holds_sealed)


def runtime_from_environment() -> Runtime:
    """Return the runtime that the environment describes, with every feature's sweep."""
    return Runtime(settings.load(), sweeps=SWEEPS, sealed=SEALED)
