"""Changing one's own e-mail address: what is asked for, who is told, and when it counts."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pyotp
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from service.accounts import links, operations, sessions
from service.accounts.models import Person
from service.core.access import ANONYMOUS, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, TooMany
from service.core.runtime import Runtime
from tests.service.accounts import people
from tests.service.accounts.people import PASSWORD, VISIT, asker_of, person, token_of

OLD, NEW = "officer@example.org", "New.Name@example.net"


def signed_in(runtime: Runtime, email: str = OLD) -> tuple[Asker, pyotp.TOTP]:
    """Somebody with a second factor, and its codes."""
    row = person(runtime, email)
    with runtime.begin() as session:
        session.get_one(Person, row.id).totp_since = None
    asker = asker_of(runtime, token_of(runtime, row, stage=sessions.ENROL))
    totp = pyotp.TOTP(operations.start_second_factor(runtime, asker).secret)
    operations.confirm_second_factor(runtime, asker, totp.at(runtime.clock()), visit=VISIT)
    return asker_of(runtime, token_of(runtime, row)), totp


def ask(runtime: Runtime, asker: Asker, totp: pyotp.TOTP, email: str = NEW) -> None:
    runtime.clock.now += timedelta(seconds=30)  # type: ignore[attr-defined]
    code = totp.at(runtime.clock())
    operations.ask_email_change(
        runtime, asker, email=email, current=PASSWORD, code=code, visit=VISIT
    )


def letters(runtime: Runtime) -> dict[str, str]:
    """Deliver the outbox; return the body of the letter to each address."""
    runtime.sweep()
    found: dict[str, str] = {}
    for path in (runtime.settings.home / "outbox").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        found[mail["To"]] = mail.get_content()
        path.unlink()
    return found


def link(body: str) -> str:
    found = re.search(r"/console/email/(\S+)", body)
    assert found
    return found[1]


def confirm(runtime: Runtime, token: str, asker: Asker = ANONYMOUS) -> None:
    operations.confirm_email_change(runtime, asker, token=token, visit=VISIT)


def stage(runtime: Runtime, email: str) -> str:
    return operations.sign_in(runtime, email=email, password=PASSWORD, visit=VISIT).stage


def test_it_counts_once_confirmed_and_ends_the_other_sessions(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    with runtime.reading() as session:
        elsewhere = token_of(runtime, session.get_one(Person, asker.id))
        here = token_of(runtime, session.get_one(Person, asker.id))
    ask(runtime, asker, totp)
    sent = letters(runtime)
    assert set(sent) == {OLD, NEW}
    assert "/console/email/" not in sent[OLD]
    assert stage(runtime, OLD) == "code"
    confirm(runtime, link(sent[NEW]), asker_of(runtime, here))
    assert stage(runtime, NEW) == "code"
    with pytest.raises(NotAllowed):
        stage(runtime, OLD)
    assert sessions.find(runtime, elsewhere) is None
    assert sessions.find(runtime, here) is not None
    with pytest.raises(NotAllowed) as refused:
        confirm(runtime, link(sent[NEW]))
    assert refused.value.code == "accounts.link"


def test_neither_outbox_nor_audit_hold_an_address(runtime: Runtime) -> None:
    ask(runtime, *signed_in(runtime))
    token = link(letters(runtime)[NEW])
    confirm(runtime, token)
    with runtime.reading() as session:
        kept = repr(session.execute(text("SELECT * FROM outbox, audit")).all())
        actions = set(session.scalars(text("SELECT action FROM audit")))
    assert OLD not in kept
    assert NEW not in kept
    assert token.partition(".")[2] not in kept
    assert {"profile.email", "account.email"} <= actions


def test_password_and_code_are_asked_for(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    runtime.clock.now += timedelta(seconds=30)  # type: ignore[attr-defined]
    right = {"email": NEW, "current": PASSWORD, "code": totp.at(runtime.clock())}
    for wrong, code in (
        ({"current": "not the password"}, "accounts.credentials"),
        ({"code": "000000"}, "accounts.code"),
        ({"code": ""}, "accounts.code"),
    ):
        with pytest.raises(NotAllowed) as refused:
            operations.ask_email_change(runtime, asker, **(right | wrong), visit=VISIT)
        assert refused.value.code == code
    for email in ("nobody", OLD.upper()):
        with pytest.raises(InvalidInput):
            operations.ask_email_change(runtime, asker, **(right | {"email": email}), visit=VISIT)
    assert letters(runtime) == {}


def test_somebody_elses_address_gets_no_link_and_is_not_told_apart(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    ask(runtime, asker, totp)
    token = link(letters(runtime)[NEW])
    person(runtime, NEW)
    with pytest.raises(Conflict):
        confirm(runtime, token)
    ask(runtime, asker, totp)
    assert set(letters(runtime)) == {OLD}


@pytest.mark.parametrize("change", ["forged", "expired", "asked again", "new password"])
def test_links_that_do_not_count(runtime: Runtime, change: str) -> None:
    asker, totp = signed_in(runtime)
    ask(runtime, asker, totp)
    token = link(letters(runtime)[NEW])
    if change == "forged":
        token = links.make(runtime.vault, links.RESET, token.partition(".")[0])
    if change == "expired":
        runtime.clock.now += timedelta(hours=24)  # type: ignore[attr-defined]
    if change == "asked again":
        ask(runtime, asker, totp, "third@example.net")
    if change == "new password":
        operations.change_password(
            runtime, asker, current=PASSWORD, new=f"{PASSWORD} again", visit=VISIT
        )
    with pytest.raises(NotAllowed) as refused:
        confirm(runtime, token)
    assert refused.value.code == "accounts.link"


def test_links_for_a_password_sent_to_the_old_address_close(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    ask(runtime, asker, totp)
    token = link(letters(runtime)[NEW])
    operations.ask_reset(runtime, email=OLD, visit=VISIT)
    reset = letters(runtime)[OLD].partition("/console/reset/")[2].split()[0]
    confirm(runtime, token)
    with pytest.raises(NotAllowed):
        operations.reset_password(runtime, token=reset, password="another phrase", visit=VISIT)


def test_letters_to_new_addresses_are_few(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    for number in range(3):
        ask(runtime, asker, totp, f"a{number}@example.net")
    with pytest.raises(TooMany):
        ask(runtime, asker, totp, "a4@example.net")


def test_what_was_confirmed_long_ago_is_removed(runtime: Runtime) -> None:
    ask(runtime, *signed_in(runtime))
    runtime.clock.now += timedelta(days=32)  # type: ignore[attr-defined]
    sessions.sweep(runtime)
    with runtime.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM email_changes")) == 0


def test_the_pages_ask_and_confirm_and_opening_the_link_does_nothing(runtime: Runtime) -> None:
    asker, totp = signed_in(runtime)
    with runtime.reading() as session:
        client = people.signed_in(runtime, session.get_one(Person, asker.id))
    runtime.clock.now += timedelta(seconds=30)  # type: ignore[attr-defined]
    form = {"csrf_token": people.csrf(client.get("/console/profile").text), "email": NEW}
    form["code"] = totp.at(runtime.clock())
    wrong = client.post("/console/profile/email", data=form | {"proof": "wrong"})
    page = LexborHTMLParser(wrong.text)
    assert ["current password" in said.text() for said in page.css("#proof-wrong")] == [True]
    assert [field.attributes["value"] for field in page.css("#email")] == [NEW]
    done = client.post(
        "/console/profile/email", data=form | {"proof": PASSWORD}, follow_redirects=True
    )
    assert "on its way to the new address" in done.text
    address = f"/console/email/{link(letters(runtime)[NEW])}"
    opened = people.pages_client(runtime)
    page_of_link = opened.get(address)
    assert NEW in page_of_link.text
    assert stage(runtime, OLD) == "code"
    opened.post(address, data={"csrf_token": people.csrf(page_of_link.text)})
    assert stage(runtime, NEW) == "code"
    assert opened.get(address).status_code == 403
