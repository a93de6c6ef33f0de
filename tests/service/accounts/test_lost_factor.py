"""A lost second factor: who may take it off, what ends with it, and what the person is told."""

from email import message_from_bytes, policy
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from service import cli
from service.accounts import operations, sessions
from service.accounts.models import Person
from service.accounts.people import give_roles
from service.core import schema
from service.core.access import HOME, OPERATOR, Asker
from service.core.db import connect, sqlite_url
from service.core.errors import Conflict, NotAllowed, NotFound
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.service.accounts import people
from tests.service.accounts.people import PASSWORD, VISIT, asker_of, organisation, person, token_of

MEMBER = "member@example.org"


def member(runtime: Runtime) -> tuple[Person, list[str], str]:
    """A person with an authenticator; its recovery codes and the token of a session."""
    row = person(runtime, MEMBER, roles=["reader"])
    with runtime.begin() as session:
        session.get_one(Person, row.id).totp_since = None
    token = token_of(runtime, row, stage=sessions.ENROL)
    secret = operations.start_second_factor(runtime, asker_of(runtime, token)).secret
    code = pyotp.TOTP(secret).at(runtime.clock())
    opened, codes = operations.confirm_second_factor(
        runtime, asker_of(runtime, token), code, visit=VISIT
    )
    return row, codes, opened.token


def administrator(runtime: Runtime, owner: str = HOME, email: str = "admin@example.org") -> Asker:
    row = person(runtime, email, roles=["administrator"], organisation_id=owner)
    return asker_of(runtime, token_of(runtime, row))


def reset(runtime: Runtime, asker: Asker, person_id: str, owner: str | None = HOME) -> None:
    with runtime.begin() as session:
        operations.reset_second_factor(
            session, asker, person_id, organisation_id=owner, now=runtime.clock()
        )


def letters(home: Path) -> list[tuple[str, str, str]]:
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (home / "outbox").glob("*.eml")
    ]
    return [(mail["To"], mail["Subject"], mail.get_content()) for mail in mails]


def test_a_reset_ends_every_session_and_asks_for_a_new_second_factor(runtime: Runtime) -> None:
    row, codes, token = member(runtime)
    halfway = operations.sign_in(runtime, email=MEMBER, password=PASSWORD, visit=VISIT)
    assert halfway.stage == "code"
    reset(runtime, administrator(runtime), row.id)
    assert sessions.find(runtime, token) is None
    assert sessions.find(runtime, halfway.token) is None
    again = operations.sign_in(runtime, email=MEMBER, password=PASSWORD, visit=VISIT)
    assert again.stage == "enrol"
    asker = asker_of(runtime, again.token)
    with pytest.raises(NotAllowed):
        operations.confirm_second_factor(runtime, asker, codes[0], visit=VISIT)
    with runtime.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM recovery_codes")) == 0


def test_the_person_is_told_and_the_outbox_holds_no_address(runtime: Runtime) -> None:
    row, _, _ = member(runtime)
    asker = administrator(runtime)
    reset(runtime, asker, row.id)
    runtime.sweep()
    [(to, subject, body)] = letters(runtime.settings.home)
    assert to == MEMBER
    assert "second factor" in subject
    assert f"{runtime.settings.origin}/console/sign-in" in body
    with runtime.reading() as session:
        assert MEMBER not in repr(session.execute(text("SELECT * FROM outbox")).all())
        noted = text("SELECT actor, object FROM audit WHERE action = 'member.second_factor'")
        assert [tuple(one) for one in session.execute(noted)] == [
            (f"person:{asker.id}", f"person:{row.id}")
        ]


def test_the_letter_is_in_the_language_of_the_invitation(runtime: Runtime) -> None:
    people.home(runtime)
    with runtime.begin() as session:
        operations.invite(
            session,
            OPERATOR,
            HOME,
            email="Member@example.org",
            roles=["reader"],
            language="ko",
            now=runtime.clock(),
        )
    runtime.sweep()
    for path in (runtime.settings.home / "outbox").glob("*.eml"):
        path.unlink()
    row, _, _ = member(runtime)
    with runtime.begin() as session:
        session.execute(text("UPDATE invitations SET accepted_at = created_at"))
    reset(runtime, OPERATOR, row.id)
    runtime.sweep()
    [(_, subject, _)] = letters(runtime.settings.home)
    assert "두 번째 인증" in subject


def test_only_those_who_reach_every_organisation_of_the_person(runtime: Runtime) -> None:
    row, _, token = member(runtime)
    other = organisation(runtime, "Second council")
    stranger = administrator(runtime, other)
    with pytest.raises(NotFound):
        reset(runtime, stranger, row.id)
    with pytest.raises(NotFound):
        reset(runtime, stranger, row.id, other)
    with pytest.raises(NotFound):
        reset(runtime, administrator(runtime, HOME, "b@example.org"), row.id, other)
    with runtime.begin() as session:
        give_roles(session, other, row.id, ["reader"], now=runtime.clock())
    with pytest.raises(Conflict) as refused:
        reset(runtime, stranger, row.id, other)
    assert refused.value.code == "accounts.factor.elsewhere"
    assert sessions.find(runtime, token) is not None
    reset(runtime, administrator(runtime, HOME, "c@example.org"), row.id)


def test_nobody_gets_rid_of_ones_own_by_it_and_there_must_be_one(runtime: Runtime) -> None:
    asker = administrator(runtime)
    with pytest.raises(Conflict) as own:
        reset(runtime, asker, asker.id)
    assert own.value.code == "accounts.factor.own"
    row, _, _ = member(runtime)
    reset(runtime, asker, row.id)
    with pytest.raises(Conflict) as none:
        reset(runtime, asker, row.id)
    assert none.value.code == "accounts.factor.none"


def test_the_list_of_members_offers_it_and_asks_first(runtime: Runtime) -> None:
    row, _, _ = member(runtime)
    admin = person(runtime, "admin@example.org", roles=["administrator"])
    client = people.signed_in(runtime, admin)
    address = f"/console/organisations/{HOME}/members/{row.id}/second-factor"
    page = client.get(f"/console/organisations/{HOME}").text
    assert f"{admin.id}/second-factor" not in page
    [form] = LexborHTMLParser(page).css(f"details.confirm form[action='{address}']")
    assert "signed out everywhere" in form.text()
    done = client.post(address, data={"csrf_token": people.csrf(page)}, follow_redirects=True)
    assert "The second factor is reset" in done.text
    assert f"{row.id}/second-factor" not in done.text


def test_the_command_resets_by_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path))
    monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)
    url = sqlite_url(tmp_path / "caveat.sqlite")
    engine = connect(url)
    schema.upgrade(engine)
    engine.dispose()
    runtime = Runtime(Settings(home=tmp_path, database_url=url), sweeps=())
    row = person(runtime, MEMBER)
    token = token_of(runtime, row)

    def run(email: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.main, ["people", "reset-second-factor", email])
        return done.exit_code, str(done.output)

    assert run("nobody@example.org") == (
        2,
        "Error: nobody@example.org: nobody signs in with this address\n",
    )
    assert run("Member@Example.org")[0] == 0
    assert sessions.find(runtime, token) is None
    assert (
        operations.sign_in(runtime, email=MEMBER, password=PASSWORD, visit=VISIT).stage == "enrol"
    )
    assert run(MEMBER)[0] == 2
    runtime.close()
