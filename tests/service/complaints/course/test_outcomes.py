"""What a case says about its merchant: when it counts, with which outcome, and that nothing else goes along."""

from datetime import timedelta
from typing import Any

import pytest

import scoring
from service.complaints.course import machine, outcomes
from service.complaints.course.clocks import Step
from service.complaints.intake.fields import CATEGORIES
from service.core.clock import to_days
from service.core.runtime import Runtime
from service.evidence import operations as evidence_operations
from service.evidence import queries as evidence
from service.evidence.operations import Fact
from service.merchants import queries as merchants
from service.scores import queries as scores
from tests.conftest import NOW
from tests.service.complaints.cases import FACTS, MERCHANT, merchant, open_case, reading, walk

MACHINE = machine.load()
OUTCOMES = {"resolved", "unresolved", "no_reply", "unfounded", "invalid_contact", "withdrawn"}
UPLOAD = ["screen_pass", "upload"]
MEDIATE = ["screen_pass", "mediate_directly"]
TALK = [*UPLOAD, "acknowledge"]

# Path from `submitted`, cause, how it closed, outcome.
PATHS: list[tuple[list[str], str | None, str, str | None]] = [
    ([*MEDIATE, "agree", "record_paid", "confirm_received"], None, "resolved", "resolved"),
    ([*MEDIATE, "agree", "confirm_received"], None, "resolved", "resolved"),
    ([*TALK, "upload_result", "accept_nothing_due"], None, "resolved", "resolved"),
    (
        [*TALK, "upload_result", "accept", "mark_paid", "confirm_received"],
        None,
        "resolved",
        "resolved",
    ),
    ([*MEDIATE, "fail"], "not_agreed", "unresolved_recorded", "unresolved"),
    ([*MEDIATE, "fail"], "no_reply", "unresolved_recorded", "no_reply"),
    ([*MEDIATE, "fail"], "respondent_not_found", "unresolved_recorded", "no_reply"),
    ([*MEDIATE, "fail"], "unfounded", "unresolved_recorded", "unfounded"),
    ([*MEDIATE, "fail"], "complainant_unreachable", "unresolved_recorded", "invalid_contact"),
    ([*UPLOAD, "expire", "record_only"], "not_agreed", "unresolved_recorded", "no_reply"),
    ([*TALK, "expire", "record_only"], "not_agreed", "unresolved_recorded", "no_reply"),
    (
        [*TALK, "ask_consumer", "expire", "record_only"],
        "not_agreed",
        "unresolved_recorded",
        "unresolved",
    ),
    ([*TALK, "decline", "record_only"], "not_agreed", "unresolved_recorded", "unresolved"),
    ([*TALK, "expire", "record_only"], "unfounded", "unresolved_recorded", "unfounded"),
    (
        [*UPLOAD, "expire", "open_mediation", "fail"],
        "not_agreed",
        "unresolved_recorded",
        "unresolved",
    ),
    ([*TALK, "upload_result", "silence"], None, "closed_unconfirmed", "pending"),
    ([*MEDIATE, "agree", "record_paid", "silence"], None, "closed_unconfirmed", "pending"),
    ([*MEDIATE, "escalate"], "court", "escalated", "pending"),
    ([*MEDIATE, "withdraw"], None, "withdrawn", "withdrawn"),
    (["withdraw"], None, "withdrawn", None),
    (["screen_fail"], "unfounded", "ineligible", None),
    (["redirect"], "court", "redirected", None),
    (["request_information", "expire"], None, "lapsed", None),
]


def known_seller(runtime: Runtime) -> None:
    """Give the merchant enough buyers' reviews to be rated."""
    reviews = [
        Fact(
            MERCHANT,
            "review",
            {
                "id": f"r{number}",
                "reviewer": f"p{number}",
                "rating": 5,
                "verified": True,
                "text_id": f"t{number}",
                "product": "x",
                "topic": "lamps",
            },
            true_at=NOW - timedelta(days=number * 5),
            known_at=NOW,
            source="test",
        )
        for number in range(60)
    ]
    with runtime.begin() as session:
        evidence_operations.record(session, reviews, now=NOW)


def reasons(runtime: Runtime) -> set[str]:
    """Compute the merchant's score now; return the codes of its reasons about complaints."""
    with runtime.reading() as session:
        records = list(evidence.event_records(session, MERCHANT))
    result = scoring.score(scoring.from_records(records), as_of=to_days(runtime.clock()))
    return {reason.code for reason in result.reasons if reason.family == "complaints"}


def close(runtime: Runtime, path: list[str], cause: str | None) -> str:
    """Walk a case to its end, waiting as long as the clock wants; return its id."""
    clock: Any = runtime.clock
    shop = merchant(runtime, "A shop")
    case = open_case(
        runtime, programme="express-platform@1", respondent=shop if "upload" in path else None
    )
    for number, event in enumerate(path, 1):
        clock.now += timedelta(minutes=1)
        if MACHINE.event(event).actor == "clock":
            clock.now += timedelta(days=40)
        walk(runtime, case, event, **({"cause": cause} if cause and number == len(path) else {}))
    return case


@pytest.mark.parametrize(("path", "cause", "state", "outcome"), PATHS)
def test_every_way_to_close_has_its_outcome_and_its_evidence(
    runtime: Runtime, path: list[str], cause: str | None, state: str, outcome: str | None
) -> None:
    case = close(runtime, path, cause)
    with reading(runtime, case) as row:
        assert (row.state, row.outcome) == (state, None if outcome == "pending" else outcome)
    with runtime.reading() as session:
        facts = evidence.of_merchant(session, MERCHANT, limit=50)
    closed = [fact.payload["outcome"] for fact in facts if fact.kind == "complaint_closed"]
    assert closed == ([outcome] if outcome in OUTCOMES else [])
    told = [fact for fact in facts if fact.kind == "complaint"]
    assert bool(told) == (outcome is not None)
    replied = bool(set(path) & outcomes.table().replies)
    assert any(fact.kind == "complaint_reply" for fact in facts) == replied


def test_the_table_has_a_row_for_every_closed_state_and_words_of_the_scorer() -> None:
    table = outcomes.table()
    assert {row.state for row in table.rows} == set(MACHINE.closed_states)
    assert {row.outcome for row in table.rows} <= OUTCOMES | {"pending", None}
    causes = {
        cause
        for event in MACHINE.events.values()
        if event.name in ("record_only", "fail")
        for cause in event.causes
    }
    assert {row.cause for row in table.rows} - {None} <= causes
    before = [name for name, move in lapses() if move]
    assert set(table.lapses) == set(before)


def lapses() -> list[tuple[str, bool]]:
    return [
        (name, any(move.target == "lapsed" for move in MACHINE.leaving(name)))
        for name in MACHINE.states
    ]


@pytest.mark.parametrize("state", MACHINE.closed_states)
def test_every_closed_state_is_covered_by_a_path(state: str) -> None:
    assert state in {path[2] for path in PATHS}


def test_outcome_of_a_bare_history() -> None:
    lapsed = [Step(NOW, "expire", "needs_information", "lapsed")]
    assert outcomes.outcome(lapsed, None) is None
    assert outcomes.lapse_cause("awaiting_contact_check") == "contact"


def test_a_complaint_is_pending_once_the_merchant_is_told_and_not_before(runtime: Runtime) -> None:
    case = open_case(runtime)
    walk(runtime, case, "screen_pass")
    with runtime.reading() as session:
        assert evidence.count_of_merchant(session, MERCHANT) == 0
    walk(runtime, case, "mediate_directly")
    with runtime.reading() as session:
        [fact] = evidence.event_records(session, MERCHANT)
        assert (fact["type"], fact["known"]) == ("complaint", to_days(NOW))
    known_seller(runtime)
    assert "complaints.pending" in reasons(runtime)


def test_only_admissible_facts_go(runtime: Runtime) -> None:
    case = close(runtime, [*MEDIATE, "agree", "record_paid", "confirm_received"], None)
    with runtime.reading() as session:
        records = list(evidence.event_records(session, MERCHANT))
    assert {key for record in records for key in record} == {
        *("type", "merchant", "t", "known", "evidence_id"),
        *("id", "reviewer", "amount", "currency", "severity", "aspect", "contact_complete"),
        *("evidence", "outcome"),
    }
    [told] = [record for record in records if record["type"] == "complaint"]
    assert (told["id"], told["severity"], told["aspect"]) == (case, 2, "delivery")
    assert [scoring.problem_of(record) for record in records] == [None] * len(records)


def test_an_outcome_moves_the_score_and_tells_who_sold_the_listing(runtime: Runtime) -> None:
    known_seller(runtime)
    close(runtime, [*MEDIATE, "fail"], "not_agreed")
    runtime.sweep()
    with runtime.reading() as session:
        answer = scores.score_view(session, MERCHANT)
        seller = merchants.last_seller(session, "aliexpress:item:1005001234567890")
    assert answer is not None
    assert answer["basis"]["complaints"] == 1
    assert "complaints.unresolved" in {reason["code"] for reason in answer["reasons"]}
    assert seller is not None
    assert seller.merchant_key == MERCHANT


def test_a_case_opened_again_counts_by_its_last_outcome(runtime: Runtime) -> None:
    clock: Any = runtime.clock
    case = close(runtime, [*MEDIATE, "fail"], "not_agreed")
    clock.now += timedelta(days=3)
    walk(runtime, case, "reopen_new_evidence", "agree", "confirm_received")
    clock.now += timedelta(days=1)
    known_seller(runtime)
    assert reasons(runtime) & {"complaints.resolved", "complaints.unresolved"} == {
        "complaints.resolved"
    }


def test_every_category_says_how_grave_it_is() -> None:
    assert all(1 <= category.severity <= 3 for category in CATEGORIES.values())
    assert FACTS["category"] in CATEGORIES


@pytest.mark.parametrize(
    ("onward", "cause", "outcome"),
    [
        ([], None, "withdrawn"),
        (["record_only"], "respondent_not_found", "withdrawn"),
        (["open_mediation", "fail"], "not_agreed", "unresolved"),
        (["open_mediation", "fail"], "unfounded", "unfounded"),
        (["withdraw"], None, "withdrawn"),
    ],
)
def test_who_is_not_the_seller_takes_nothing_along_unless_it_is_put_to_it_again(
    runtime: Runtime, onward: list[str], cause: str | None, outcome: str
) -> None:
    """What was pending is taken back at once; a case that is closed without a merchant says nothing of one."""
    close(runtime, [*UPLOAD, "reject_wrong_trader", *onward], cause)
    with runtime.reading() as session:
        records = list(evidence.event_records(session, MERCHANT))
    kinds = [record["type"] for record in records]
    assert "complaint_reply" not in kinds
    ended = [record["outcome"] for record in records if record["type"] == "complaint_closed"]
    assert ended[-1] == outcome
    if outcome == "withdrawn":
        assert ended == ["withdrawn"]
