"""Reading events: what is taken, what is reported, what is skipped."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scoring
from scoring import events as ev

# One event of every type of docs/events.md with every field the table names.
TABLE: list[dict[str, Any]] = [
    {"type": "open", "category": "toys", "price_level": 2, "name": "N", "identity": ["x"]},
    {"type": "closed"},
    {
        "type": "disclosure",
        "field": "phone",
        "value": "v",
        "verified": True,
        "state": "invalid",
        "jurisdiction": "DE",
    },
    {
        "type": "review",
        "id": "r",
        "reviewer": "p",
        "rating": 4,
        "verified": True,
        "text_id": "t",
        "product": "a",
        "topic": "lamp",
        "aspect": "after_sales",
        "phase": "before",
        "incentivised": True,
    },
    {
        "type": "complaint",
        "id": "c",
        "reviewer": "p",
        "amount": 12.5,
        "severity": 3,
        "contact_complete": True,
        "evidence": True,
        "aspect": "delivery",
        "cluster": "k",
        "currency": "EUR",
    },
    {"type": "complaint_reply", "id": "c"},
    {"type": "complaint_closed", "id": "c", "outcome": "no_reply"},
    {"type": "delivery", "state": "late", "days": 9, "promised_days": 3},
    {"type": "claim", "id": "k", "property": "p", "severity": 1},
    {"type": "claim_contested", "id": "k", "property": "p", "severity": 1},
    {"type": "claim_withdrawn", "id": "k", "property": "p", "severity": 1},
    {"type": "sales", "count": 10},
    {"type": "retract", "id": "r"},
    {"type": "block", "product": "a", "severity": 2, "source": "s", "country": "DE"},
    {"type": "block_lift", "product": "a", "severity": 2, "source": "s"},
    {"type": "block_status", "product": "a", "status": "still_live"},
    {"type": "listing_change", "product": "a", "new_product": "b", "topic": "lamp"},
]
REVIEW = {**TABLE[3], "t": 1.0, "merchant": "m"}
COMPLAINT = {**TABLE[4], "t": 1.0, "merchant": "m"}


def read(*records: Any) -> list[ev.Event | ev.Problem]:
    return list(
        scoring.read(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)
    )


def without(record: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != field}


@pytest.mark.parametrize("record", TABLE, ids=lambda record: record["type"])
def test_every_type_of_the_table_is_read_with_all_its_fields(record: dict[str, Any]) -> None:
    full = {**record, "t": 3.5, "merchant": "m", "known": 4.0}
    (event,) = read(full)
    assert isinstance(event, ev.Event)
    assert ev.tag(event) == record["type"]
    assert all(getattr(event, name) == value for name, value in record.items() if name != "type")
    assert event.learnt == 4.0


def test_the_table_is_complete() -> None:
    assert {record["type"] for record in TABLE} == set(ev.TYPES)


@pytest.mark.parametrize(
    ("record", "field", "what"),
    [
        ({**REVIEW, "rating": 0}, "rating", ">= 1"),
        ({**REVIEW, "rating": 6}, "rating", "<= 5"),
        ({**REVIEW, "rating": "5"}, "rating", "float"),
        ({**REVIEW, "t": True}, "t", "float"),
        ({**REVIEW, "t": 1e300}, "t", "<= 1"),
        ({**REVIEW, "reviewer": ""}, "reviewer", ">= 1"),
        ({**REVIEW, "id": "x" * 900_000}, "id", "<= 512"),
        ({**REVIEW, "merchant": None}, "merchant", "str"),
        ({**COMPLAINT, "severity": 4}, "severity", "<= 3"),
        ({**COMPLAINT, "amount": -1}, "amount", ">= 0"),
        ({**COMPLAINT, "evidence": "yes"}, "evidence", "bool"),
        (without(COMPLAINT, "contact_complete"), "contact_complete", "missing"),
        (without(REVIEW, "merchant"), "merchant", "missing"),
        (without(REVIEW, "type"), "type", "missing"),
        ({**REVIEW, "type": "payment"}, "type", "unknown"),
        ({**REVIEW, "type": ["review"]}, "type", "unknown"),
        (b"{", "line", "JSON"),
        (b"[1]", "line", "object"),
        (b'{"type": "\xff"}', "line", "JSON"),
        (b"[" * 100_000, "line", "JSON"),
        (b" " * 100 + b"x" * ev.LONGEST_LINE, "line", "longer"),
        (json.dumps({**REVIEW, "rating": math.nan}).encode(), "line", "JSON"),
        (b'{"type":"sales","merchant":"m","t":1e999,"count":1}', "line", "range"),
    ],
)
def test_a_wrong_record_is_named_and_skipped(record: Any, field: str, what: str) -> None:
    first, second = read(record, REVIEW)
    assert isinstance(first, ev.Problem)
    assert (first.line, first.field, first.skipped) == (1, field, True)
    assert what in first.what
    assert isinstance(second, ev.Review)


def test_an_unknown_field_is_reported_and_ignored() -> None:
    problem, event = read(b"  ", {**REVIEW, "paid": 5})
    assert isinstance(problem, ev.Problem)
    assert (problem.line, problem.field, problem.skipped) == (2, "paid", False)
    assert event == read(REVIEW)[0]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_decoded_records_may_not_hold_what_json_cannot(value: float) -> None:
    found: list[ev.Problem] = []
    assert scoring.from_records([{**COMPLAINT, "amount": value}], found.append) == []
    assert [(p.line, p.field) for p in found] == [(1, "amount")]


def test_the_store_can_ask_whether_a_record_would_be_taken() -> None:
    assert scoring.problem_of({**REVIEW, "paid": 1}) is None
    problem = scoring.problem_of({**REVIEW, "rating": 9})
    assert problem is not None
    assert problem.field == "rating"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(TABLE),
    st.dictionaries(
        st.sampled_from(
            [
                "t",
                "merchant",
                "id",
                "rating",
                "severity",
                "state",
                "count",
                "known",
                "identity",
                "value",
            ]
        ),
        json_values,
    ),
)
def test_no_record_breaks_the_reader(record: dict[str, Any], changes: dict[str, Any]) -> None:
    events = scoring.from_records([{"t": 1.0, "merchant": "m", **record, **changes}])
    for event in events:
        result = scoring.score([event], as_of=2.0)
        assert 0 < result.risk < 1
