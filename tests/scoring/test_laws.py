"""The laws of the score, each on histories nobody thought of."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import scoring
from scoring import events as ev
from scoring import model, priors
from scoring.constants import latest
from scoring.history import view
from tests.scoring.histories import (
    LAST_DAY,
    MERCHANT,
    Record,
    closing,
    complaints,
    histories,
    outcomes,
    people,
    reviews,
    texts,
)

NOW = LAST_DAY + 10
CENT = 0.01 + 1e-9

laws = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def scored(records: list[Record], as_of: float = NOW, **options: Any) -> scoring.Score:
    return scoring.score(scoring.from_records(records), as_of=as_of, **options)


def goodness(records: list[Record], as_of: float = NOW, **options: Any) -> float:
    """The points before rounding and before the question whether there is enough to rate."""
    assessment = assessed(records, as_of, options.get("reliability"))
    return assessment.final(latest())


def assessed(
    records: list[Record], as_of: float = NOW, reliability: dict[str, float] | None = None
) -> model.Assessment:
    history = view(scoring.from_records(records), as_of, reliability)
    return model.assess(history, latest(), priors.default(latest()))


def new_review(rating: int, person: str, **fields: Any) -> Record:
    return {
        "type": "review",
        "merchant": MERCHANT,
        "t": LAST_DAY,
        "id": "new",
        "reviewer": person,
        "rating": rating,
        "verified": True,
        **fields,
    }


@laws
@given(histories(), complaints)
def test_resolving_a_complaint_never_lowers(records: list[Record], complaint: Record) -> None:
    complaint["id"] = "new"
    base = [*records, complaint]
    unresolved = goodness([*base, closing(complaint, "unresolved")])
    assert goodness([*base, closing(complaint, "resolved")]) >= unresolved - 1e-9


@laws
@given(histories(), complaints, st.sampled_from([None, *outcomes]))
def test_one_more_complaint_never_raises(
    records: list[Record], complaint: Record, outcome: str | None
) -> None:
    more = [*records, {**complaint, "id": "new", "known": NOW}]
    if outcome:
        more.append({**closing({**complaint, "id": "new"}, outcome), "known": NOW})
    assert goodness(more) <= goodness(records) + 1e-9


@laws
@given(histories(), reviews, st.floats(0, 1), st.sampled_from([1, 5]))
def test_praise_never_lowers_and_blame_never_raises_whatever_the_reliability(
    records: list[Record], review: Record, reliability: float, rating: int
) -> None:
    more = [*records, {**review, "id": "new", "rating": rating, "known": NOW}]
    before, after = goodness(records), goodness(more, reliability={"new": reliability})
    assert after <= before + 1e-9 if rating == 1 else after >= before - 1e-9


@laws
@given(histories(), reviews)
def test_praise_never_causes_a_warning(records: list[Record], review: Record) -> None:
    more = [*records, {**review, "id": "new", "rating": 5, "known": NOW}]
    assert scored(records).warn or not scored(more).warn


@laws
@given(histories(), st.sampled_from("ab"), st.integers(1, 3), st.floats(0, LAST_DAY))
def test_a_block_never_raises_and_its_lift_never_lowers(
    records: list[Record], product: str, severity: int, day: float
) -> None:
    block = {
        "type": "block",
        "merchant": MERCHANT,
        "t": day,
        "product": product,
        "severity": severity,
        "source": "authority",
    }
    lift = {**block, "type": "block_lift", "t": day + 1}
    blocked = goodness([*records, block])
    assert blocked <= goodness(records) + 1e-9
    assert goodness([*records, block, lift]) >= blocked - 1e-9


@laws
@given(histories(), st.sampled_from(["paid", "accredited", "ad_spend", "price_paid"]))
def test_payment_is_no_input(records: list[Record], field: str) -> None:
    injected = [{**record, field: 1_000_000} for record in records]
    assert not any(field in kind.__struct_fields__ for kind in ev.TYPES.values())
    assert scored(injected) == scored(records)


@laws
@given(histories(), st.randoms(use_true_random=False))
def test_order_duplicates_and_replays_change_nothing(records: list[Record], random: Any) -> None:
    shuffled = records + random.sample(records, len(records) // 2)
    random.shuffle(shuffled)
    assert scored(shuffled) == scored(records)


@laws
@given(histories(), st.floats(0.1, 300))
def test_time_alone_shrinks_every_family(records: list[Record], days: float) -> None:
    now, later = assessed(records), assessed(records, NOW + days)
    for before, after in zip(now.shifts, later.shifts, strict=True):
        assert abs(after.logodds) <= abs(before.logodds) + 1e-9
        assert after.logodds * before.logodds >= 0
    for part, aged in zip(now.parts, later.parts, strict=True):
        for before, after in zip(part.mass, aged.mass, strict=True):
            assert 0 <= after <= before + 1e-9


@laws
@given(histories(rich=False))
def test_too_little_evidence_is_not_rated_and_never_a_warning(records: list[Record]) -> None:
    result = scored(records)
    rated = result.score is not None
    assert (result.grade is not None, result.interval is not None) == (rated, rated)
    assert rated or not (result.warn or result.reasons)


def test_no_evidence_is_not_rated() -> None:
    result = scored([])
    assert (result.score, result.grade, result.interval, result.warn) == (None, None, None, False)
    assert (result.confidence, result.risk) == (0, latest().base.rate)


@laws
@given(histories())
def test_reasons_sum_to_the_score(records: list[Record]) -> None:
    result = scored(records)
    assume(result.score is not None)
    assert round(sum(r.points for r in result.reasons), 2) == result.score
    assert result.interval is not None
    assert 0 <= result.interval[0] <= result.score <= result.interval[1] <= 100


@laws
@given(histories(), people)
def test_one_reviewer_moves_at_most_two_points(records: list[Record], person: str) -> None:
    without = [r for r in records if r["type"] != "review" or r["reviewer"] != person]
    one_side = [r for r in records if r["type"] == "review" and r["reviewer"] == person]
    for rating in (1, 5):
        only = [*without, *({**r, "rating": rating} for r in one_side)]
        assert abs(goodness(only) - goodness(without)) <= 2


@laws
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 100), st.sampled_from([1, 5]))
def test_one_reviewer_moves_at_most_two_points_however_bad_the_merchant_is(
    bad: int, good: int, age: int, rating: int
) -> None:
    seen = [
        new_review(1 if n < bad else 5, f"q{n}", id=f"q{n}", t=NOW - age) for n in range(bad + good)
    ]
    more = [*seen, new_review(rating, "one more")]
    assert abs(goodness(more) - goodness(seen)) <= 2


@laws
@given(histories(), texts, st.sampled_from([1, 5]), st.integers(1, 60))
def test_one_group_of_copies_moves_at_most_two_points(
    records: list[Record], text: str | None, rating: int, copies: int
) -> None:
    without = [r for r in records if r["type"] != "review" or r["text_id"] != text]
    fakes = [
        new_review(rating, f"f{n}", id=f"f{n}", text_id="copied", verified=True)
        for n in range(copies)
    ]
    assert abs(goodness([*without, *fakes]) - goodness(without)) <= 2


@laws
@given(histories(), people)
def test_one_complainant_moves_at_most_three_points(records: list[Record], person: str) -> None:
    theirs = {r["id"] for r in records if r["type"] == "complaint" and r["reviewer"] == person}
    without = [
        r
        for r in records
        if not (r["type"] in {"complaint", "complaint_closed"} and r["id"] in theirs)
    ]
    assert abs(goodness(records) - goodness(without)) <= 3


@laws
@given(histories(), st.integers(0, 10**6))
def test_same_events_and_version_give_the_same_digest(records: list[Record], seed: int) -> None:
    turned = records[seed % (len(records) or 1) :] + records[: seed % (len(records) or 1)]
    assert scored(turned).digest == scored(records).digest
    more = [*records, new_review(3, "somebody")]
    assert scored(more).digest != scored(records).digest


@laws
@given(histories())
def test_what_becomes_known_later_is_not_used_before(records: list[Record]) -> None:
    late = [*records, new_review(1, "somebody", known=NOW + 5)]
    assert scored(late) == scored(records)
    assert scored(late, as_of=NOW + 5).digest != scored(records, as_of=NOW + 5).digest


@laws
@given(histories(), st.sampled_from([2, 5, 10]))
def test_more_of_the_same_evidence_narrows_the_interval(records: list[Record], times: int) -> None:
    once = scored(records).interval
    more = scored([_copied(record, n) for n in range(times) for record in records]).interval
    assume(once is not None)
    assert once is not None
    assert more is not None
    assert more[1] - more[0] <= once[1] - once[0] + CENT


def _copied(record: Record, n: int) -> Record:
    named = {k: f"{record[k]}/{n}" for k in ("id", "reviewer", "text_id") if record.get(k)}
    return {**record, **named}


@pytest.mark.parametrize("day", [math.nan, math.inf])
def test_a_day_that_is_no_number_is_refused(day: float) -> None:
    with pytest.raises(scoring.errors.InvalidInput, match="as_of"):
        scored([], as_of=day)


def shop(records: list[Record], name: str, *, since: float, until: float | None) -> list[Record]:
    """The records as those of another shop that opened and, perhaps, closed."""
    identity = ["licence 1", "address 1"]
    own = [{**r, "merchant": name} for r in records]
    own.append({"type": "open", "merchant": name, "t": since, "identity": identity})
    if until is not None:
        own.append({"type": "closed", "merchant": name, "t": until})
    return own


@laws
@given(histories(), histories())
def test_closing_and_reopening_with_the_same_identity_never_gains(
    records: list[Record], later: list[Record]
) -> None:
    before = [{**r, "t": r["t"] * 0.7, "known": None} for r in records]
    after = [{**r, "id": f"again {r['id']}"} for r in later if r["type"] == "review"]
    after = [{**r, "t": 300 + r["t"] * 0.2, "reviewer": f"x{r['reviewer']}"} for r in after]
    old = scoring.from_records(shop(before, "old", since=0.0, until=290.0))
    new = scoring.from_records(shop(after, "new", since=295.0, until=None))
    alone = scoring.score(new, as_of=NOW)
    joined = scoring.score(new, as_of=NOW, predecessors=[old])
    assume(alone.score is not None)
    assert joined.score is not None
    assert alone.score is not None
    assert joined.score <= alone.score


@laws
@given(histories())
def test_an_heir_with_nothing_of_its_own_stands_no_better_than_the_closed_shop(
    records: list[Record],
) -> None:
    people = [r for r in records if not r["type"].startswith(("block", "disclosure"))]
    old = scoring.from_records(shop(people, "old", since=0.0, until=405.0))
    new = scoring.from_records(shop([], "new", since=406.0, until=None))
    was = scoring.score(old, as_of=NOW)
    now = scoring.score(new, as_of=NOW, predecessors=[old])
    assume(was.score is not None and now.score is not None)
    assert was.score is not None
    assert now.score is not None
    base = 100 * (1 - latest().base.rate)
    assert now.score <= (min(base, was.score)) + CENT


@laws
@given(histories())
def test_praise_bought_for_a_rival_never_harms_it(records: list[Record]) -> None:
    fakes = [
        new_review(5, f"f{n}", id=f"f{n}", text_id="copied", verified=n % 2 == 0) for n in range(40)
    ]
    before, after = scored(records), scored([*records, *fakes], reliability={"f1": 0.0, "f2": 0.2})
    assert after.risk <= before.risk + 1e-6
    assert goodness([*records, *fakes]) >= goodness(records) - 1e-9
