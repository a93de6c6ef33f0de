"""Organisations, members, invitations and links for new passwords."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import event, text

from service.accounts import links, operations, queries, sessions
from service.complaints import queries as complaints
from service.core.access import HOME, OPERATOR, Asker
from service.core.errors import CaveatError, Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from service.core.runtime import Runtime
from tests.service.accounts.people import (
    PASSWORD,
    VISIT,
    asker_of,
    home,
    organisation,
    person,
    token_of,
)

NEW = {"name": "New Colleague", "password": "a long enough phrase"}


def move(runtime: Runtime, **time: float) -> datetime:
    runtime.clock.now += timedelta(**time)  # type: ignore[attr-defined]
    return runtime.clock()


def invited(runtime: Runtime, email: str = "new@example.org", owner: str = HOME) -> str:
    """Invite somebody and return the token out of the letter."""
    home(runtime)
    with runtime.begin() as session:
        operations.invite(
            session,
            OPERATOR,
            owner,
            email=email,
            roles=["reader"],
            language="en",
            now=runtime.clock(),
        )
    return letter(runtime, email, "invitation")


def letter(runtime: Runtime, email: str, kind: str) -> str:
    """Deliver the outbox and return the token of the newest link in the letter to an address."""
    runtime.sweep()
    for path in (runtime.settings.home / "outbox").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        found = re.search(rf"/console/{kind}/(\S+)", mail.get_content())
        path.unlink()
        if mail["To"] == email and found:
            return found[1]
    with runtime.reading() as session:
        raise AssertionError(session.execute(text("SELECT topic, last_error FROM outbox")).all())


def test_an_invitation_makes_an_account_that_must_set_up_a_second_factor(runtime: Runtime) -> None:
    token = invited(runtime)
    opened = operations.accept_invitation(runtime, token=token, **NEW, visit=VISIT)
    assert opened.stage == "enrol"
    assert asker_of(runtime, opened.token).roles == {"reader"}
    with pytest.raises(NotAllowed):
        operations.accept_invitation(runtime, token=token, **NEW, visit=VISIT)


def test_the_letter_leaves_no_address_and_no_link_in_the_outbox(runtime: Runtime) -> None:
    token = invited(runtime)
    with runtime.reading() as session:
        written = repr(session.execute(text("SELECT * FROM outbox, audit")).all())
        kept = repr(session.execute(text("SELECT * FROM invitations")).all())
    assert "new@example.org" not in written
    assert token.partition(".")[2] not in written + kept


def test_an_invited_account_gives_its_own_password(runtime: Runtime) -> None:
    other = organisation(runtime, "Second council")
    row = person(runtime, "officer@example.org")
    token = invited(runtime, "officer@example.org", other)
    with pytest.raises(NotAllowed) as refused:
        operations.accept_invitation(
            runtime, token=token, name="", password="not the password", visit=VISIT
        )
    assert refused.value.code == "accounts.credentials"
    opened = operations.accept_invitation(
        runtime, token=token, name="", password=PASSWORD, visit=VISIT
    )
    assert opened.stage == "code"
    assert asker_of(runtime, opened.token).id == row.id


@pytest.mark.parametrize("change", ["forged", "other row", "expired", "withdrawn", "suspended"])
def test_invitations_that_do_not_count(runtime: Runtime, change: str) -> None:
    other = organisation(runtime, "Second council")
    token = invited(runtime, owner=other)
    row_id, _, mark = token.partition(".")
    with runtime.begin() as session:
        if change == "withdrawn":
            operations.withdraw_invitation(session, OPERATOR, row_id, now=runtime.clock())
        if change == "suspended":
            operations.set_organisation_state(
                session, OPERATOR, other, "suspended", now=runtime.clock()
            )
    if change == "forged":
        token = f"{row_id}.{'0' * len(mark)}"
    if change == "other row":
        token = f"{invited(runtime, 'else@example.org').partition('.')[0]}.{mark}"
    if change == "expired":
        move(runtime, days=7)
    with runtime.reading() as session:
        assert queries.invitation_of(session, runtime.vault, token, now=runtime.clock()) is None
    with pytest.raises(NotAllowed) as refused:
        operations.accept_invitation(runtime, token=token, **NEW, visit=VISIT)
    assert refused.value.code == "accounts.link"


def test_a_new_password_by_a_link_ends_every_session_and_keeps_the_second_factor(
    runtime: Runtime,
) -> None:
    token = token_of(runtime, person(runtime))
    operations.ask_reset(runtime, email="OFFICER@example.org", visit=VISIT)
    link = letter(runtime, "officer@example.org", "reset")
    with pytest.raises(InvalidInput):
        operations.reset_password(runtime, token=link, password="short", visit=VISIT)
    operations.reset_password(runtime, token=link, password="another long phrase", visit=VISIT)
    assert sessions.find(runtime, token) is None
    opened = operations.sign_in(
        runtime, email="officer@example.org", password="another long phrase", visit=VISIT
    )
    assert opened.stage == "code"
    with pytest.raises(NotAllowed):
        operations.reset_password(runtime, token=link, password="a third long phrase", visit=VISIT)


@pytest.mark.parametrize("change", ["forged", "expired", "other kind"])
def test_links_for_a_password_that_do_not_count(runtime: Runtime, change: str) -> None:
    person(runtime)
    operations.ask_reset(runtime, email="officer@example.org", visit=VISIT)
    link = letter(runtime, "officer@example.org", "reset")
    row_id = link.partition(".")[0]
    if change == "forged":
        link = row_id + "." + "0" * 64
    if change == "expired":
        move(runtime, hours=1)
    if change == "other kind":
        link = links.make(runtime.vault, links.INVITATION, row_id)
    with runtime.reading() as session:
        assert not queries.reset_is_open(session, runtime.vault, link, now=runtime.clock())
    with pytest.raises(NotAllowed) as refused:
        operations.reset_password(runtime, token=link, password="another long phrase", visit=VISIT)
    assert refused.value.code == "accounts.link"


def test_asking_for_a_link_tells_nothing_and_is_limited(runtime: Runtime) -> None:
    person(runtime)
    home(runtime)

    def rows() -> list[int]:
        with runtime.reading() as session:
            tables = ("password_resets", "outbox", "attempts", "audit")
            return [len(session.execute(text(f"SELECT 1 FROM {name}")).all()) for name in tables]  # noqa: S608 - our own names

    start = rows()
    operations.ask_reset(runtime, email="officer@example.org", visit=VISIT)
    after_known = rows()
    operations.ask_reset(runtime, email="nobody@example.org", visit=VISIT)
    after_unknown = rows()
    assert [b - a for a, b in zip(start, after_known, strict=True)] == [
        b - a for a, b in zip(after_known, after_unknown, strict=True)
    ]
    runtime.sweep()
    assert len(list((runtime.settings.home / "outbox").glob("*.eml"))) == 1
    for email in ("officer@example.org", "nobody@example.org"):
        for _ in range(2):
            operations.ask_reset(runtime, email=email, visit=VISIT)
        with pytest.raises(TooMany):
            operations.ask_reset(runtime, email=email, visit=VISIT)


@pytest.mark.parametrize("state", ["suspended", "deleted"])
def test_an_organisation_that_goes_takes_its_sessions_along(runtime: Runtime, state: str) -> None:
    other = organisation(runtime, "Second council")
    row = person(runtime, roles=["administrator"], organisation_id=other)
    token = token_of(runtime, row)
    with runtime.begin() as session:
        operations.set_organisation_state(session, OPERATOR, other, state, now=runtime.clock())
    assert sessions.find(runtime, token) is None
    again = asker_of(runtime, token_of(runtime, row))
    assert (again.organisation, again.roles) == (None, frozenset())
    with runtime.begin() as session, pytest.raises(NotFound):
        operations.act_for(session, again, other, now=runtime.clock())


def test_a_state_changed_behind_a_live_session_takes_its_powers(runtime: Runtime) -> None:
    other = organisation(runtime, "Second council")
    token = token_of(runtime, person(runtime, roles=["supervisor"], organisation_id=other))
    with runtime.begin() as session:
        session.execute(text("UPDATE organisations SET state = 'deleted' WHERE id <> 'home'"))
    asker = asker_of(runtime, token)
    assert (asker.organisation, asker.roles) == (None, frozenset())


def test_before_verification_only_people_are_administered(runtime: Runtime) -> None:
    other = organisation(runtime, "Second council", state="pending")
    roles = ["administrator", "supervisor"]
    asker = asker_of(
        runtime, token_of(runtime, person(runtime, roles=roles, organisation_id=other))
    )
    assert asker.roles == {"administrator"}


def test_roles_change_at_once_and_end_sessions(runtime: Runtime) -> None:
    row = person(runtime, roles=["complaint_officer"])
    token = token_of(runtime, row)
    with runtime.begin() as session:
        operations.set_roles(session, OPERATOR, HOME, row.id, ["auditor"], now=runtime.clock())
    assert sessions.find(runtime, token) is None
    assert asker_of(runtime, token_of(runtime, row)).roles == {"auditor"}
    with runtime.begin() as session:
        operations.set_roles(session, OPERATOR, HOME, row.id, [], now=runtime.clock())
    assert asker_of(runtime, token_of(runtime, row)).organisation is None


def test_the_last_administrator_stays(runtime: Runtime) -> None:
    row = person(runtime, roles=["administrator"])
    with runtime.begin() as session, pytest.raises(Conflict) as refused:
        operations.set_roles(session, OPERATOR, HOME, row.id, ["reader"], now=runtime.clock())
    assert refused.value.code == "accounts.last_administrator"


def test_the_organisation_that_runs_caveat_stays(runtime: Runtime) -> None:
    home(runtime)
    with runtime.begin() as session, pytest.raises(Conflict):
        operations.set_organisation_state(session, OPERATOR, HOME, "deleted", now=runtime.clock())


def test_a_kind_has_only_its_roles(runtime: Runtime) -> None:
    shop = organisation(runtime, "A shop", kind="merchant")
    with runtime.begin() as session, pytest.raises(InvalidInput):
        operations.invite(
            session,
            OPERATOR,
            shop,
            email="a@example.org",
            roles=["supervisor"],
            language="en",
            now=runtime.clock(),
        )


def test_organisations_cannot_look_alike(runtime: Runtime) -> None:
    organisation(runtime, "Second Council")
    for name in ("second  council", "Second-Council", "Ｓecond Council"):
        with runtime.begin() as session, pytest.raises(Conflict):
            operations.create_organisation(
                session, OPERATOR, kind="council", name=name, evidence="", now=runtime.clock()
            )


def test_an_administrator_of_another_organisation_reaches_only_its_own(runtime: Runtime) -> None:
    other = organisation(runtime, "Second council")
    stranger = person(runtime, "a@example.org", roles=["reader"])
    token = token_of(runtime, person(runtime, roles=["administrator"], organisation_id=other))
    asker = asker_of(runtime, token)
    now = runtime.clock()
    with runtime.begin() as session:
        assert [o.id for o in queries.organisations(session, asker, limit=9)] == [other]
        for refused in (
            lambda: operations.set_roles(session, asker, HOME, stranger.id, ["auditor"], now=now),
            lambda: queries.members(session, asker, HOME),
            lambda: queries.keys(session, asker, HOME, now=now),
        ):
            with pytest.raises(NotFound):
                refused()
        with pytest.raises(CaveatError):
            operations.create_organisation(
                session, asker, kind="council", name="Third", evidence="", now=now
            )


def test_lists_take_one_statement_however_long_they_are(runtime: Runtime) -> None:
    for number in range(12):
        person(runtime, f"p{number}@example.org", roles=["reader", "auditor"])
        organisation(runtime, f"Council {number}")
    asker = asker_of(runtime, token_of(runtime, person(runtime, roles=["administrator"])))
    supervisor = Asker("person", "s", organisation=HOME, roles=frozenset({"supervisor"}))
    counted: list[str] = []

    def count(*args: object) -> None:
        if args[2] not in ("BEGIN", "BEGIN IMMEDIATE"):
            counted.append(str(args[2]))

    event.listen(runtime.engine, "before_cursor_execute", count)
    with runtime.reading() as session:
        for statements, read in (
            (1, lambda: queries.organisations(session, asker, limit=50)),
            (2, lambda: queries.members(session, asker, HOME)),
            (2, lambda: queries.keys(session, asker, HOME, now=runtime.clock())),
            (1, lambda: queries.places(session, asker)),
            (1, lambda: complaints.cases(session, supervisor, limit=50)),
        ):
            session.expire_all()
            counted.clear()
            read()
            assert len(counted) <= statements, counted
    event.remove(runtime.engine, "before_cursor_execute", count)
