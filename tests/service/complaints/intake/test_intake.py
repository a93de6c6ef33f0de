"""Filing: one gate for all, the same request once, the same matter once, and a seller who can be found."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from service import app
from service.accounts import operations as accounts
from service.complaints import operations
from service.complaints.intake import contact, respondents
from service.complaints.models import Case, CaseAmount, CaseEvent, CaseTask
from service.complaints.privacy import sealed
from service.complaints.privacy.models import CaseSharing
from service.core import access
from service.core.access import HOME, OPERATOR, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from service.core.runtime import Runtime
from tests.service.accounts.people import organisation
from tests.service.complaints.cases import walk
from tests.service.complaints.intake_world import (
    COMPLAINT,
    OFFICER,
    TOLD,
    confirm,
    enter,
    letters,
    submit,
)

KEY = {"Idempotency-Key": "a-fresh-random-value-1"}


@pytest.fixture
def api(runtime: Runtime) -> FlaskClient:
    return app.create_api(runtime).test_client()


def state_of(runtime: Runtime, reference: str) -> str:
    with runtime.reading() as session:
        return session.scalars(select(Case.state).where(Case.reference == reference)).one()


def case_of(runtime: Runtime, reference: str) -> Case:
    with runtime.reading() as session:
        return session.scalars(select(Case).where(Case.reference == reference)).one()


def test_a_complaint_waits_for_its_contact_and_then_goes_to_the_desk(runtime: Runtime) -> None:
    receipt = submit(runtime)
    assert receipt.state == state_of(runtime, receipt.reference) == "awaiting_contact_check"
    assert receipt.until is not None
    [letter] = letters(runtime, receipt.reference)
    assert letter["To"] == "jo@example.org"
    done = confirm(runtime, receipt)
    assert (done.reference, done.outcome) == (receipt.reference, "submitted")
    assert state_of(runtime, receipt.reference) == "submitted"
    assert "is with the desk" in str(letters(runtime, receipt.reference)[-1]["Subject"])


def test_what_was_claimed_and_consented_to_is_kept(runtime: Runtime) -> None:
    receipt = submit(
        runtime,
        merchant_country="CN",
        consent_abroad=True,
        share_contact=["contact_email"],
        tried="Wrote twice.",
    )
    with runtime.reading() as session:
        [claimed] = session.scalars(select(CaseAmount)).all()
        given = {row.recipient: row for row in session.scalars(select(CaseSharing))}
    assert (claimed.case_id, claimed.kind, str(claimed.amount)) == (
        receipt.case_id,
        "claimed",
        "24.90",
    )
    assert {name: row.country for name, row in given.items()} == {
        "merchant": "CN",
        "council_abroad": "CN",
    }
    assert given["merchant"].fields == ["contact_email", "description", "tried"]
    # Another desk takes over the whole complaint.
    assert set(given["council_abroad"].fields) > {"contact_email", "description", "tried"}


def test_a_consent_holds_wherever_the_seller_is_but_for_no_desk_in_an_unknown_country(
    runtime: Runtime,
) -> None:
    submit(runtime, consent_abroad=True)
    with runtime.reading() as session:
        given = [(row.recipient, row.country) for row in session.scalars(select(CaseSharing))]
    assert given == [("merchant", "ZZ")]


def test_a_lapsed_complaint_is_not_confirmed_any_more(runtime: Runtime) -> None:
    receipt = submit(runtime)
    runtime.clock.now += timedelta(days=2, hours=23)  # type: ignore[attr-defined]
    with runtime.begin() as session:
        code = contact.latest_code(session, runtime.vault, receipt.case_id)
    runtime.clock.now += timedelta(days=6)  # type: ignore[attr-defined]
    runtime.sweep()
    assert state_of(runtime, receipt.reference) == "lapsed"
    with pytest.raises(InvalidInput):
        confirm(runtime, receipt, code)
    assert state_of(runtime, receipt.reference) == "lapsed"


def test_the_same_request_is_filed_once_and_another_under_its_key_refused(runtime: Runtime) -> None:
    first, again = submit(runtime), submit(runtime)
    assert (again.reference, again.repeated) == (first.reference, True)
    assert again.token != first.token
    with pytest.raises(Conflict, match="Idempotency-Key"):
        submit(runtime, amount="25.00")
    entered = enter(runtime)
    assert enter(runtime).reference == entered.reference
    with pytest.raises(Conflict, match="Idempotency-Key"):
        enter(runtime, proof="at_the_counter")
    assert len(letters(runtime, first.reference)) == 1


def test_too_many_from_one_place_or_to_one_mailbox_are_refused(runtime: Runtime) -> None:
    for number in range(5):
        submit(runtime, key=f"a-fresh-key-{number:04}", order_id=f"O{number}")
    with pytest.raises(TooMany):
        submit(runtime, key="a-fresh-key-9999", order_id="O9")
    submit(runtime, key="a-fresh-key-8888", order_id="O8", contact_email="kim@example.org")
    runtime.clock.now += timedelta(hours=2)  # type: ignore[attr-defined]
    submit(runtime, key="a-fresh-key-7777", order_id="O7")


def test_an_officer_enters_what_was_told_and_how_the_contact_was_proven(runtime: Runtime) -> None:
    receipt = enter(runtime)
    case = case_of(runtime, receipt.reference)
    assert (case.state, case.source, case.organisation_id) == ("submitted", "telephone", HOME)
    assert receipt.token is None
    with runtime.reading() as session:
        check = contact.proven(session, case.id)
        assert check is not None
        assert (check.proof, check.field) == ("call_back", "contact_phone")
        assert check.proven_by == OFFICER.label
        acts = session.execute(text("SELECT action, actor FROM audit ORDER BY id")).all()
    assert ("case.enter", OFFICER.label) in [tuple(row) for row in acts]


def test_an_officers_code_goes_by_mail_and_until_then_the_case_waits(runtime: Runtime) -> None:
    receipt = enter(runtime, proof="code", contact_email="jo@example.org", source="letter")
    assert state_of(runtime, receipt.reference) == "awaiting_contact_check"
    [letter] = letters(runtime, receipt.reference)
    link = re.search(r"#(\S+?)\.(\S+)", letter.get_content())
    assert link
    code = str(letter["Subject"]).split()[0]
    confirm(runtime, replace(receipt, token=link[2]), code)
    assert state_of(runtime, receipt.reference) == "submitted"


@pytest.mark.parametrize(
    ("proof", "source", "change"),
    [
        ("code", "telephone", {}),
        ("call_back", "telephone", {"contact_phone": "", "contact_email": "jo@example.org"}),
        ("none", "telephone", {}),
        ("", "telephone", {}),
        ("call_back", "web", {}),
        ("call_back", "", {}),
    ],
)
def test_a_proof_that_fits_no_contact_enters_nothing(
    runtime: Runtime, proof: str, source: str, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        enter(runtime, proof=proof, source=source, **change)
    with runtime.reading() as session:
        assert session.scalars(select(Case)).all() == []


@pytest.mark.parametrize("role", ["reader", "auditor", "trader_agent", "editor"])
def test_who_is_no_officer_enters_nothing(runtime: Runtime, role: str) -> None:
    asker = Asker("person", "p", organisation=HOME, roles=frozenset({role}))
    with pytest.raises(NotAllowed):
        enter(runtime, asker=asker)


def test_a_council_enters_cases_of_its_own(runtime: Runtime) -> None:
    other = organisation(runtime, "Other council")
    asker = Asker("person", "o", organisation=other, roles=frozenset({"complaint_officer"}))
    receipt = enter(runtime, asker=asker)
    assert case_of(runtime, receipt.reference).organisation_id == other


def test_a_program_of_a_council_enters_cases_within_its_scope(
    runtime: Runtime, api: FlaskClient
) -> None:
    other = organisation(runtime, "Other council")
    with runtime.begin() as session:
        keys = [
            accounts.create_key(
                session,
                OPERATOR,
                organisation_id=other,
                label="desk",
                scopes=[scope],
                days=1,
                now=runtime.clock(),
            ).text
            for scope in ("case.enter", "score.read")
        ]
    body = {"source": "counter", "proof": "at_the_counter", "complaint": TOLD}
    answers = [
        api.post("/v1/cases", json=body, headers=KEY | {"Authorization": f"Bearer {key}"})
        for key in keys
    ]
    assert [answer.status_code for answer in answers] == [201, 403]
    assert answers[0].json["state"] == "submitted"
    assert "tracking" not in answers[0].json
    assert api.post("/v1/cases", json=body, headers=KEY).status_code == 401


def test_the_same_matter_of_the_same_person_joins_the_open_case(runtime: Runtime) -> None:
    first = submit(runtime)
    confirm(runtime, first)
    second = submit(
        runtime, key="a-fresh-key-0009", order_id="order 1", description="Still nothing."
    )
    assert second.reference != first.reference
    done = confirm(runtime, second)
    assert (done.reference, done.outcome) == (first.reference, "joined")
    assert state_of(runtime, second.reference) == "withdrawn"
    with runtime.begin() as session:
        case = case_of(runtime, first.reference)
        texts = sealed.read(
            session,
            runtime.vault,
            case.id,
            asker=access.complainant(case.id),
            purpose="own_case",
            now=runtime.clock(),
        )
        lines = session.scalars(select(CaseEvent).where(CaseEvent.event == "joined")).all()
    assert "Still nothing." in texts.values()
    assert {line.case_id for line in lines} == {first.case_id, second.case_id}
    with pytest.raises(NotFound):
        confirm(runtime, second, "AAAA-BBBB")


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": "ORDER-2"},
        {"contact_email": "kim@example.org"},
        {"merchant_key": "aliexpress:shop:900000002"},
    ],
)
def test_another_order_person_or_seller_is_another_case(
    runtime: Runtime, change: dict[str, str]
) -> None:
    confirm(runtime, submit(runtime))
    other = submit(runtime, key="a-fresh-key-0009", **change)
    assert confirm(runtime, other).outcome == "submitted"


def test_nobody_learns_of_a_case_before_the_contact_is_proven(runtime: Runtime) -> None:
    first = submit(runtime)
    confirm(runtime, first)
    probe = submit(runtime, key="a-fresh-key-0009")
    assert probe.reference != first.reference
    assert probe.state == "awaiting_contact_check"
    with pytest.raises(InvalidInput):
        confirm(runtime, probe, "AAAA-BBBB")
    assert first.reference not in str(probe)


def test_a_closed_case_of_the_same_matter_opens_again_where_it_can(runtime: Runtime) -> None:
    first = submit(runtime)
    confirm(runtime, first)
    walk(runtime, first.case_id, "screen_pass", "mediate_directly", "agree", "record_paid")
    runtime.clock.now += timedelta(days=30)  # type: ignore[attr-defined]
    runtime.sweep()
    assert state_of(runtime, first.reference) == "closed_unconfirmed"
    done = confirm(runtime, submit(runtime, key="a-fresh-key-0009"))
    assert (done.reference, done.outcome) == (first.reference, "reopened")
    assert state_of(runtime, first.reference) == "referred_back"


def test_a_case_that_is_over_for_good_is_filed_anew(runtime: Runtime) -> None:
    first = submit(runtime)
    confirm(runtime, first)
    walk(runtime, first.case_id, "withdraw")
    second = submit(runtime, key="a-fresh-key-0009")
    assert confirm(runtime, second).reference == second.reference


@pytest.mark.parametrize(
    ("change", "grade", "traced"),
    [
        ({}, "reachable", 0),
        ({"merchant_key": ""}, "unknown", 1),
        ({"merchant_key": "", "merchant_name": "Lantern"}, "named", 1),
        ({"merchant_key": "", "merchant_contact": "shop@lantern.example"}, "reachable", 0),
        ({"listing_url": "https://lantern.example/p/1", "merchant_key": ""}, "named", 1),
    ],
)
def test_a_seller_who_cannot_be_found_is_looked_for(
    runtime: Runtime, change: dict[str, str], grade: str, traced: int
) -> None:
    receipt = submit(runtime, **change)
    confirm(runtime, receipt)
    with runtime.reading() as session:
        case = session.get_one(Case, receipt.case_id)
        tasks = session.scalars(select(CaseTask).where(CaseTask.kind == respondents.TRACING)).all()
    assert case.respondent_grade == grade
    assert len(tasks) == traced


@pytest.mark.parametrize(("found", "counted"), [("identified", 0), (None, 1)])
def test_what_a_search_came_to_is_counted(
    runtime: Runtime, found: str | None, counted: int
) -> None:
    receipt = submit(runtime, merchant_key="")
    confirm(runtime, receipt)

    def finish(asker: Asker) -> None:
        with runtime.begin() as session:
            respondents.finish_tracing(
                session, receipt.case_id, found=found, asker=asker, now=runtime.clock()
            )

    with pytest.raises(NotAllowed):
        finish(Asker("person", "x", organisation=HOME, roles=frozenset({"reader"})))
    with runtime.reading() as session:
        assert respondents.count_open(session) == 1
    finish(OFFICER)
    with runtime.reading() as session:
        assert (respondents.count_open(session), respondents.count_not_found(session)) == (
            0,
            counted,
        )
    with pytest.raises(Conflict):
        finish(OFFICER)


def test_contact_is_the_one_way_to_the_desk(runtime: Runtime) -> None:
    receipt = submit(runtime)
    case = case_of(runtime, receipt.reference)
    for asker in (access.complainant(case.id), OFFICER, access.SYSTEM):
        with pytest.raises((Conflict, NotAllowed, NotFound)), runtime.begin() as session:
            operations.act(
                session,
                case.id,
                "confirm_contact",
                asker=asker,
                version=None,
                now=runtime.clock(),
            )
    assert state_of(runtime, receipt.reference) == "awaiting_contact_check"


@pytest.mark.parametrize("path", ["", "/not_delivered", "/unwanted_contact?door=officer"])
def test_the_schema_is_served(api: FlaskClient, path: str) -> None:
    answer = api.get(f"/v1/complaints/schema{path}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/schema+json"
    assert answer.json["$schema"].endswith("2020-12/schema")


def test_a_category_that_is_none_has_no_schema(api: FlaskClient) -> None:
    assert api.get("/v1/complaints/schema/fury").status_code == 404
    assert api.get("/v1/complaints/schema?door=back").status_code == 422


def test_the_api_files_confirms_and_follows(api: FlaskClient, runtime: Runtime) -> None:
    filed = api.post("/v1/complaints", json=COMPLAINT, headers=KEY)
    assert filed.status_code == 201
    reference, token = filed.json["reference"], filed.json["tracking"]["token"]
    held = {"Tracking-Token": token}
    [letter] = letters(runtime, reference)
    code = str(letter["Subject"]).split()[0]
    waiting = api.get(f"/v1/complaints/{reference}", headers=held).json
    assert waiting["complete"]["missing"][0]["what"] == ["contact_proven"]
    wrong = api.post(f"/v1/complaints/{reference}/contact", json={"code": "X"}, headers=held)
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["pointer"] == "#/code"
    done = api.post(f"/v1/complaints/{reference}/contact", json={"code": code}, headers=held)
    assert (done.status_code, done.json["outcome"]) == (200, "submitted")
    now = api.get(f"/v1/complaints/{reference}", headers=held).json
    assert (now["state"], now["complete"]["ready"]) == ("submitted", True)
    again = api.post(f"/v1/complaints/{reference}/contact/code", headers=held)
    assert again.status_code == 409
    assert token not in str(now)
