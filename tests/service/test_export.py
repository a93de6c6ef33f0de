"""Open data: every fact and score, and of complaints only what nobody can be recognised by."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

import scoring
from service import app
from service.cli import main
from service.core.runtime import Runtime
from service.evidence import operations, public, queries
from service.evidence.operations import Fact
from tests.conftest import NOW
from tests.service.accounts.people import pages_client

KEY = "web:domain:lantern.localhost"
COMPLAINT = {
    "id": "case-1",
    "reviewer": "pseudonym",
    "amount": 24.9,
    "currency": "EUR",
    "severity": 2,
    "contact_complete": True,
    "evidence": True,
}


def facts() -> list[Fact]:
    times = {"true_at": NOW, "known_at": NOW, "source": "test"}
    closed = {"id": "case-1", "outcome": "resolved"}
    sold = {"count": 3}
    return [
        Fact(KEY, "complaint", COMPLAINT, **times),  # type: ignore[arg-type]
        Fact(KEY, "complaint_closed", closed, **times),  # type: ignore[arg-type]
        Fact(KEY, "sales", sold, **times),  # type: ignore[arg-type]
    ]


@pytest.fixture
def home(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Path:
    with runtime.begin() as session:
        operations.record(session, facts(), now=NOW)
    runtime.sweep()
    monkeypatch.setenv("CAVEAT_HOME", str(runtime.settings.home))
    monkeypatch.setenv("CAVEAT_DATABASE_URL", runtime.settings.database_url)
    return runtime.settings.home


def test_complaints_go_out_by_month_and_band_without_a_pseudonym(
    home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "evidence.jsonl"
    answer = CliRunner().invoke(main, ["export", "evidence", "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    assert home.is_dir()
    records = {row["type"]: row for row in map(json.loads, out.read_text().splitlines())}
    complaint = records["complaint"]
    november = datetime(2026, 11, 1, tzinfo=UTC).timestamp() / 86_400
    assert (complaint["t"], complaint["known"]) == (november, november)
    assert (complaint["amount"], complaint["amount_below"]) == (20, 50)
    assert complaint["reviewer"] == "case-1"
    assert records["complaint_closed"]["t"] == november
    assert records["sales"]["t"] == NOW.timestamp() / 86_400
    for record in records.values():
        known = {key: value for key, value in record.items() if key not in ADDED}
        assert scoring.problem_of(known) is None


ADDED = {"evidence_id", "source", "source_url", "licence", "amount_below"}


def test_an_auditor_replays_the_exact_facts_for_a_recorded_purpose(
    home: Path, tmp_path: Path, runtime: Runtime
) -> None:
    out = tmp_path / "exact.jsonl"
    asked = ["export", "evidence", "--exact", "--out", str(out)]
    refused = CliRunner().invoke(main, asked)
    assert refused.exit_code == 2, refused.output
    assert "purpose" in refused.output
    assert not out.exists()
    answer = CliRunner().invoke(main, [*asked, "--purpose", "appeal 12/2026"])
    assert answer.exit_code == 0, answer.output
    records = [json.loads(line) for line in out.read_text().splitlines()]
    with runtime.reading() as session:
        exact = {row["evidence_id"]: row for row in queries.event_records(session, KEY)}
        acts = session.execute(
            text("SELECT actor, purpose FROM audit WHERE action = 'evidence.exact'")
        ).all()
    assert len(records) == len(exact) == 3
    for record in records:
        known = exact[record["evidence_id"]]
        assert {name: record[name] for name in known} == known
    assert [tuple(row) for row in acts] == [("operator", "appeal 12/2026")]
    assert home.is_dir()


def test_what_is_published_of_a_score_tells_neither_day_nor_amount_of_a_complaint(
    runtime: Runtime,
) -> None:
    times = {"true_at": NOW, "known_at": NOW, "source": "test"}
    many = facts() + [
        Fact(KEY, "complaint", COMPLAINT | {"id": f"c{n}", "reviewer": f"pseudonym{n}"}, **times)  # type: ignore[arg-type]
        for n in range(40)
    ]
    with runtime.begin() as session:
        operations.record(session, many, now=NOW)
    runtime.sweep()
    pages = pages_client(runtime)
    api = app.create_api(runtime).test_client()
    told = api.get(f"/v1/scores/{KEY}").json
    shown = json.dumps(told["reasons"]) + json.dumps(told["improvements"])
    evidence_ids = [fact.evidence_id for fact in facts()[:2]]
    with runtime.reading() as session:
        known = {
            row["type"]: queries.shown_known(row) for row in queries.event_records(session, KEY)
        }
    assert known["complaint"] == known["complaint_closed"] == datetime(2026, 11, 1, tzinfo=UTC)
    assert known["sales"] == NOW
    shown += "".join(api.get(f"/v1/evidence/{one}").text for one in evidence_ids)
    for path in (f"/merchants/{KEY}", *(f"/evidence/{one}" for one in evidence_ids)):
        answer = pages.get(path)
        assert answer.status_code == 200, path
        shown += answer.text if "evidence" in path else ""
    assert "2026-11-20" not in shown
    assert "24.9" not in shown
    assert "<dd>pseudonym" not in shown
    assert '"pseudonym' not in shown


def test_scores_go_out_as_the_api_answers_them(home: Path) -> None:
    answer = CliRunner().invoke(main, ["export", "scores"])
    assert answer.exit_code == 0, answer.output
    assert home.is_dir()
    [row] = map(json.loads, answer.stdout.splitlines())
    assert row["merchant"] == KEY


def test_one_fact_is_as_coarse_as_the_export_and_the_scorer_reads_the_whole(
    runtime: Runtime,
) -> None:
    with runtime.begin() as session:
        operations.record(session, facts(), now=NOW)
    with runtime.reading() as session:
        view = queries.evidence_view(session, facts()[0].evidence_id)
        [whole] = [row for row in queries.event_records(session, KEY) if row["type"] == "complaint"]
    assert view is not None
    assert view.true_at == view.known_at == view.recorded_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert "pseudonym" not in repr(view)
    assert (whole["amount"], whole["reviewer"]) == (24.9, "pseudonym")


@given(st.floats(min_value=0, max_value=1e12))
def test_every_amount_lies_in_its_band(amount: float) -> None:
    lower, upper = public.band(amount)
    assert lower <= amount
    assert upper is None or amount < upper
