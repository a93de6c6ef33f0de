"""An auditor gets every fact as the score reads it, and says what for first."""

import json

import pytest
from sqlalchemy import text

from service.core.runtime import Runtime
from service.evidence import operations, queries
from service.evidence.operations import Fact
from tests.conftest import NOW
from tests.service.accounts.people import csrf, organisation, person, signed_in

KEY = "aliexpress:shop:900000001"
COMPLAINT = {
    "id": "case-1",
    "reviewer": "pseudonym-1",
    "amount": 24.9,
    "severity": 2,
    "contact_complete": True,
    "evidence": True,
}
PATH = "/console/evidence/exact"


@pytest.fixture
def facts(runtime: Runtime) -> None:
    fact = Fact(KEY, "complaint", COMPLAINT, true_at=NOW, known_at=NOW, source="test")
    with runtime.begin() as session:
        operations.record(session, [fact], now=NOW)


@pytest.mark.usefixtures("facts")
def test_an_auditor_says_what_for_and_gets_every_fact(runtime: Runtime) -> None:
    auditor = person(runtime, "auditor@example.org", roles=["auditor"])
    browser = signed_in(runtime, auditor)
    page = browser.get(PATH)
    assert page.status_code == 200
    form = {"csrf_token": csrf(page.text), "purpose": " "}
    assert browser.post(PATH, data=form).status_code == 422
    answer = browser.post(PATH, data=form | {"purpose": "appeal 12/2026"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    [record] = [json.loads(line) for line in answer.text.splitlines()]
    with runtime.reading() as session:
        [exact] = queries.event_records(session, KEY)
        acts = session.execute(
            text("SELECT actor, purpose FROM audit WHERE action = 'evidence.exact'")
        ).all()
    assert {name: record[name] for name in exact} == exact
    assert (record["amount"], record["reviewer"]) == (24.9, "pseudonym-1")
    assert [tuple(act) for act in acts] == [(f"person:{auditor.id}", "appeal 12/2026")]


@pytest.mark.parametrize("roles", [["complaint_officer"], ["supervisor"], ["reader"]])
def test_nobody_else_gets_them(runtime: Runtime, roles: list[str]) -> None:
    browser = signed_in(runtime, person(runtime, roles=roles))
    assert browser.get(PATH).status_code == 403


def test_an_auditor_of_another_organisation_gets_nothing(runtime: Runtime) -> None:
    other = organisation(runtime, "Another council")
    row = person(runtime, "auditor@example.org", roles=["auditor"], organisation_id=other)
    browser = signed_in(runtime, row)
    assert browser.get(PATH).status_code == 403
