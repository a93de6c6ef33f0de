"""The incremental state: the same score as all events at once, in bounded memory."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import scoring
from scoring.constants import latest
from scoring.errors import InvalidInput
from scoring.state import State
from tests.scoring.histories import Record, histories
from tests.scoring.test_laws import NOW, laws, new_review


def few(most: int) -> Any:
    numbers = latest()
    return replace(numbers, windows=replace(numbers.windows, most=most))


@laws
@given(histories(), st.randoms(use_true_random=False), st.sampled_from([3, 10, 50_000]))
def test_incremental_equals_batch(records: list[Record], random: Any, most: int) -> None:
    retracted = [r["id"] for r in records if r["type"] == "review"][:2]
    retracts = [
        {"type": "retract", "merchant": records[0]["merchant"], "t": 5.0, "id": i}
        for i in retracted
    ]
    again = [{**r, "known": NOW - 1, "rating": 1} for r in records if r["type"] == "review"][:4]
    events = scoring.from_records([*records, *retracts, *again])
    numbers, weights = few(most), {"r0": 0.2, "r3": 0.6}
    arriving = events + random.sample(events, len(events) // 2)
    random.shuffle(arriving)
    state = State(numbers)
    for event in arriving:
        state.add(event)
    options = {"as_of": NOW, "constants": numbers, "reliability": weights}
    assert state.score(**options) == scoring.score(events, **options)
    assert state.score(**options, predecessors=[events]) == scoring.score(
        events, **options, predecessors=[events]
    )


@laws
@given(histories())
def test_after_every_single_event_the_state_is_up_to_date(records: list[Record]) -> None:
    events = scoring.from_records(records)
    state = State()
    for count, event in enumerate(events[:12], 1):
        state.add(event)
        assert state.score(as_of=NOW) == scoring.score(events[:count], as_of=NOW)


def test_memory_is_bounded_however_much_arrives() -> None:
    state = State(few(100))
    for n in range(1000):
        state.extend(scoring.from_records([new_review(5, f"p{n}", id=f"r{n % 400}", t=float(n))]))
    assert len(state) == 100
    assert sum(len(order) for order in state._order.values()) <= 201


def test_another_merchant_and_an_earlier_day_are_refused() -> None:
    state = State()
    state.extend(scoring.from_records([new_review(5, "p")]))
    with pytest.raises(InvalidInput, match="two merchants"):
        state.extend(scoring.from_records([{**new_review(5, "q"), "merchant": "web:domain:other"}]))
    with pytest.raises(InvalidInput, match="as_of"):
        state.score(as_of=1.0)
