"""Erasing the personal data of a case, by time or on request: what goes, what stays, what is found after."""

import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from service.cli import main
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.intake.models import Inquiry
from service.complaints.models import Case
from service.complaints.privacy import case_keys, contact_index, retention, sealed
from service.complaints.privacy.contact_index import EMAIL, PHONE
from service.core import outbox, schema
from service.core.access import HOME, OPERATOR, Asker
from service.core.crypto import SealBroken
from service.core.db import Base, sqlite_url
from service.core.errors import CaveatError, Conflict, InvalidInput, NotAllowed, NotFound
from service.core.key_store import BACKUP_WINDOW
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.complaints import cases
from tests.service.complaints.cases import OFFICER, SUPERVISOR
from tests.service.complaints.privacy_world import TEXTS, look, sealed_case, set_case
from tests.service.conftest import FixedClock

DAY = timedelta(days=1)
NOTE = b"PLANTED-FILE what the seller wrote\n"


def at(runtime: Runtime, days: float) -> None:
    runtime.clock.now = NOW + days * DAY  # type: ignore[attr-defined]


def closed_case(runtime: Runtime, state: str = "resolved", **columns: object) -> str:
    """Return a case that was closed today, with texts, a file and a fact that might name somebody."""
    case_id = sealed_case(runtime, facts={"product_title": "Lamp for A. Kim"})  # type: ignore[arg-type]
    evidence_files.add(
        runtime, case_id, Upload(NOTE, "chat", name="PLANTED-FILENAME.txt"), asker=OFFICER
    )
    closed = {"state": state, "closed_at": NOW, "submitted_at": NOW, "due_at": None}
    set_case(runtime, case_id, **(closed | columns))
    return case_id


def erase(runtime: Runtime, case_id: str, asker: Asker = SUPERVISOR) -> None:
    with runtime.begin() as session:
        retention.erase(session, case_id, reason="request", asker=asker, now=runtime.clock())
    runtime.sweep()


def erased(runtime: Runtime, case_id: str) -> bool:
    with runtime.reading() as session:
        return session.get_one(Case, case_id).erased_at is not None


@pytest.mark.parametrize(
    ("state", "submitted", "days"),
    [("lapsed", None, 30), ("withdrawn", None, 30), ("lapsed", NOW, 90), ("resolved", NOW, 730),
     ("ineligible", NOW, 730), ("unresolved_recorded", NOW, 730)],
)  # fmt: skip
def test_the_programme_says_how_long_a_closed_case_keeps_its_data(
    runtime: Runtime,
    state: str,
    submitted: datetime | None,
    days: int,
) -> None:
    case_id = closed_case(runtime, state, submitted_at=submitted)
    at(runtime, days - 0.01)
    runtime.sweep()
    assert look(runtime, case_id).keys() >= TEXTS.keys()
    at(runtime, days)
    runtime.sweep()
    assert erased(runtime, case_id)
    assert runtime.key_store.get(case_id) is None


def test_an_open_case_is_never_erased_by_time(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    set_case(runtime, case_id, due_at=None)
    at(runtime, 10_000)
    assert retention.sweep_due(runtime) == 0
    with pytest.raises(Conflict, match="open"):
        erase(runtime, case_id)
    assert look(runtime, case_id) == TEXTS


def test_what_remains_says_nothing_about_the_complainant(runtime: Runtime) -> None:
    case_id = closed_case(runtime)
    with runtime.reading() as session:
        before = session.get_one(Case, case_id)
    erase(runtime, case_id)
    with runtime.reading() as session:
        after = session.get_one(Case, case_id)
        assert (after.state, after.merchant_key, after.reference) == (
            before.state,
            before.merchant_key,
            before.reference,
        )
        assert after.facts["amount"] == before.facts["amount"]
        assert after.facts.keys() <= set(retention.KEPT_FACTS)
        assert "Kim" not in repr(after.facts)
        assert before.complainant not in repr(after.__dict__)
        assert before.idempotency_key != after.idempotency_key
        assert sealed.names(session, case_id) == []
        assert contact_index.cases_of(session, runtime.vault, EMAIL, TEXTS["contact_email"]) == []
        for table in ("case_contacts", "case_files", "case_contact_checks", "case_sealed"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608 - our names
        finished = session.scalar(text("SELECT finished_at FROM case_erasures"))
    assert finished is not None
    assert list((runtime.settings.home / "files").rglob("*.original")) == []
    assert look(runtime, case_id) == {}
    with pytest.raises(Conflict, match="erased"), runtime.begin() as session:
        sealed.write(session, runtime.vault, case_id, "description", "again")


def test_erasing_twice_changes_nothing_and_is_for_those_who_may(runtime: Runtime) -> None:
    case_id = closed_case(runtime)
    stranger = replace(SUPERVISOR, organisation="other")
    for asker in (OFFICER, stranger, cases.consumer(case_id)):
        with pytest.raises((NotAllowed, NotFound)):
            erase(runtime, case_id, asker)
    with pytest.raises(InvalidInput, match="reason"), runtime.begin() as session:
        retention.erase(session, case_id, reason="whim", asker=SUPERVISOR, now=NOW)
    erase(runtime, case_id)
    erase(runtime, case_id)
    with runtime.reading() as session:
        rows = session.execute(text("SELECT reason, actor FROM case_erasures")).all()
    assert [tuple(row) for row in rows] == [("request", "person:super")]


def test_a_legal_hold_stops_time_and_request_until_it_is_lifted(runtime: Runtime) -> None:
    case_id = closed_case(runtime)
    with runtime.begin() as session:
        hold = retention.hold(
            session, case_id, reason="court", file="4 C 1/26", asker=SUPERVISOR, now=NOW
        )
        for reason, file in (("whim", "1"), ("court", " "), ("court", "x" * 81)):
            with pytest.raises(InvalidInput):
                retention.hold(
                    session, case_id, reason=reason, file=file, asker=SUPERVISOR, now=NOW
                )
    at(runtime, 800)
    runtime.sweep()
    with pytest.raises(Conflict, match="court, 4 C 1/26"):
        erase(runtime, case_id)
    assert not erased(runtime, case_id)
    with runtime.begin() as session:
        retention.lift(session, case_id, hold, asker=SUPERVISOR, now=runtime.clock())
        [shown] = retention.holds(session, case_id, asker=SUPERVISOR)
    assert shown.lifted_at == runtime.clock()
    runtime.sweep()
    assert erased(runtime, case_id)


def test_an_erasure_that_is_interrupted_is_finished_by_the_next_sweep(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = closed_case(runtime)
    with runtime.begin() as session:
        retention.erase(session, case_id, reason="request", asker=SUPERVISOR, now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(runtime.storage, "delete_group", broken)
        with pytest.raises(OSError, match="disk"):
            retention.sweep_keys(runtime)
    assert retention.sweep_keys(runtime) == 1
    assert retention.sweep_keys(runtime) == 0
    assert list((runtime.settings.home / "files").rglob("*.original")) == []


def broken(_group: str) -> None:
    raise OSError("disk")


def test_a_question_that_became_no_case_goes_after_its_answer(runtime: Runtime) -> None:
    cases.open_case(runtime)
    asked = str(uuid.uuid4())
    sealed.create_key(runtime.vault, asked, now=NOW)
    key = runtime.key_store.get(asked) or b""
    with runtime.begin() as session:
        session.add(
            Inquiry(
                id=asked,
                organisation_id=HOME,
                reference="CQ-1",
                state="answered",
                source="web",
                topic="other",
                language="en",
                asked_at=NOW,
                answered_at=NOW,
                idempotency_key="k",
                question=runtime.vault.seal(key, asked, "question", "PLANTED-QUESTION"),
            )
        )
    at(runtime, 89)
    assert retention.sweep_inquiries(runtime) == 0
    at(runtime, 90)
    assert retention.sweep_inquiries(runtime) == 1
    assert retention.sweep_inquiries(runtime) == 0
    with runtime.reading() as session:
        found = session.get_one(Inquiry, asked)
        assert (found.question, found.contact, found.erased_at) == (None, None, runtime.clock())
    assert runtime.key_store.get(asked) is None


@pytest.mark.parametrize(
    ("kind", "first", "second", "same"),
    [
        (EMAIL, "Anna@Example.com", " anna@example.COM ", True),
        (EMAIL, "jose\u0301@example.com", "jos\u00e9@example.com", True),
        (EMAIL, "STRASSE@example.de", "straße@example.de", True),
        (EMAIL, "anna@example.com", "anne@example.com", False),
        (PHONE, "0171 5550123", "+49 (171) 555-0123", True),
        (PHONE, "+82 10-1234-5678", "+821012345678", True),
        (PHONE, "０１７１ 5550123", "00491715550123", True),
        (PHONE, "0171 5550123", "0171 5550124", False),
        (PHONE, "12", "1 2", True),
    ],
)
def test_two_spellings_of_a_contact_are_one(kind: str, first: str, second: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    spelt = [contact_index.normalise(kind, value, country="DE") for value in (first, second)]
    assert (spelt[0] == spelt[1]) == same


def test_a_persons_cases_are_found_by_mail_and_telephone(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    other = sealed_case(runtime, {"contact_email": "else@example.com"})
    vault = runtime.vault
    with runtime.reading() as session:
        assert contact_index.cases_of(session, vault, EMAIL, "planted-mail@EXAMPLE.com") == [
            case_id
        ]
        assert contact_index.cases_of(session, vault, PHONE, "0171/5550123", country="DE") == [
            case_id
        ]
        assert contact_index.cases_of(session, vault, EMAIL, "else@example.com") == [other]
        assert contact_index.cases_of(session, vault, PHONE, "else@example.com") == []


def test_the_command_erases_all_of_somebodys_cases_or_none(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=sqlite_url(tmp_path / "caveat.sqlite"))
    runtime = Runtime(settings, clock=FixedClock())
    schema.upgrade(runtime.engine)
    first, second = closed_case(runtime), sealed_case(runtime)
    with runtime.reading() as session:
        reference = session.get_one(Case, second).reference
    runtime.close()

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(
            main, ["cases", "erase", *arguments], env={"CAVEAT_HOME": str(tmp_path)}
        )
        return result.exit_code, result.output

    code, output = run("--email", "planted-mail@example.com", "--dry-run")
    assert code == 0
    assert {json.loads(line)["case"] for line in output.splitlines()} == {first, second}
    code, output = run("--email", "planted-mail@example.com")
    assert (code, reference in output) == (2, True)
    assert not erased(runtime, first)
    set_case(runtime, second, state="resolved", closed_at=NOW)
    assert run("--phone", "+49 171 5550123")[0] == 0
    assert erased(runtime, first)
    assert erased(runtime, second)
    assert runtime.key_store.count() == 0
    assert run("CV-NONE")[0] == 2
    runtime.close()


PLANTED = b"PLANTED"


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    """An installation with two databases of its own, both on the same kind of server."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
    else:
        server = make_url(request.getfixturevalue("postgresql_url"))
        names = [f"proof_{os.urandom(6).hex()}" for _ in range(2)]
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in names:
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        urls = [server.set(database=one).render_as_string(hide_password=False) for one in names]
        settings = Settings(home=home, database_url=urls[0], keys_database_url=urls[1])
    runtime = Runtime(settings, sweeps=SWEEPS, clock=FixedClock())
    schema.upgrade(runtime.engine)
    yield runtime
    runtime.close()


def dump(runtime: Runtime) -> dict[str, list[dict[str, object]]]:
    """Return every row of the main database: what a backup of it holds."""
    with runtime.reading() as session:
        return {
            table.name: [dict(row) for row in session.execute(table.select()).mappings()]
            for table in Base.metadata.sorted_tables
        }


def on_disk(folder: Path) -> list[str]:
    """Return the files, logs of databases included, in which something planted stands in plain."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if PLANTED in path.read_bytes()]


def test_nothing_planted_stands_anywhere_in_plain_before_or_after(
    installation: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = installation
    with caplog.at_level(logging.DEBUG):
        case_id = closed_case(runtime)
        set_case(runtime, case_id, facts={"category": "other", "amount": "1", "currency": "EUR"})
        look(runtime, case_id)
        runtime.sweep()
        assert "PLANTED" not in repr(dump(runtime))
        assert on_disk(runtime.settings.home) == []
        erase(runtime, case_id)
    assert "PLANTED" not in repr(dump(runtime))
    assert on_disk(runtime.settings.home) == []
    assert "PLANTED" not in caplog.text


def test_a_backup_of_the_database_opens_nothing_once_the_window_is_over(
    installation: Runtime, tmp_path: Path
) -> None:
    runtime = installation
    case_id = closed_case(runtime)
    backup = dump(runtime)
    files = tmp_path / "files-backup"
    shutil.copytree(runtime.settings.home / "files", files)
    case_keys.backup(runtime)
    erase(runtime, case_id)
    at(runtime, BACKUP_WINDOW / DAY + 0.01)
    runtime.sweep()
    keys_left = list(case_keys.backup_folder(runtime).iterdir())
    assert keys_left == []
    rows = [row for row in backup["case_sealed"] if row["case_id"] == case_id]
    assert len(rows) == len(TEXTS) + 1
    restore_rows(runtime, case_id, backup)
    shutil.copytree(files, runtime.settings.home / "files", dirs_exist_ok=True)
    with pytest.raises(SealBroken):
        look(runtime, case_id)
    [file] = backup["case_files"]
    with pytest.raises(CaveatError):
        evidence_files.open_file(
            runtime,
            case_id,
            str(file["id"]),
            variant="original",
            asker=OFFICER,
            purpose="handle_case",
        )
    assert on_disk(tmp_path) == []


def restore_rows(
    runtime: Runtime, case_id: str, backup: dict[str, list[dict[str, object]]]
) -> None:
    """Put the rows of a case back as a backup has them, as if nobody had erased it."""
    tables = Base.metadata.tables
    with runtime.begin() as session:
        [row] = [one for one in backup["cases"] if one["id"] == case_id]
        session.execute(tables["cases"].update().where(tables["cases"].c.id == case_id).values(row))
        session.execute(tables["case_erasures"].delete())
        for name in ("case_sealed", "case_contacts", "case_files"):
            session.execute(tables[name].insert(), backup[name])


def test_letters_that_were_kept_instead_of_sent_go_with_the_case(runtime: Runtime) -> None:
    case_id = closed_case(runtime)
    with runtime.begin() as session:
        post(session, case_id)
    with runtime.reading() as session:
        row_id = session.scalar(text("SELECT id FROM outbox"))
    letter = runtime.settings.home / "outbox" / f"{row_id}.eml"
    letter.parent.mkdir(parents=True)
    letter.write_bytes(b"To: PLANTED")
    with runtime.begin() as session:
        retention.erase(session, case_id, reason="request", asker=OPERATOR, now=NOW)
    retention.finish(runtime, [case_id])
    assert not letter.exists()


def post(session: Session, case_id: str) -> None:
    outbox.post(session, topic="mail.case_moved", payload={"case": case_id}, now=NOW)


def test_a_person_counts_as_one_voice_until_nothing_leads_back(runtime: Runtime) -> None:
    def voice(**texts: str) -> str:
        with runtime.reading() as session:
            return contact_index.pseudonym(session, runtime.vault, texts)

    first = closed_case(runtime)
    with runtime.reading() as session:
        name = session.get_one(Case, first).complainant
    assert voice(contact_email="planted-mail@EXAMPLE.com") == name
    assert voice(contact_phone="0171 5550123", country="DE") == name
    assert voice(contact_email="else@example.com") != name
    erase(runtime, first)
    assert voice(contact_email="planted-mail@EXAMPLE.com") != name
