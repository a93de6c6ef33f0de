"""What would change a score, and the sub-scores by aspect."""

from typing import Any

import pytest
from hypothesis import given

import scoring
from scoring import improvement
from tests.scoring.histories import Record, histories
from tests.scoring.test_laws import NOW as LAWS_NOW
from tests.scoring.test_laws import laws
from tests.scoring.test_score import NOW, complaint, event, reviews


def improvements(records: list[Record], **options: Any) -> dict[str, scoring.Improvement]:
    found = scoring.improvements(scoring.from_records(records), as_of=NOW, **options)
    return {line.code: line for line in found}


def score(records: list[Record]) -> float:
    found = scoring.score(scoring.from_records(records), as_of=NOW).score
    assert found is not None
    return found


MIXED = [*reviews(30, 5), *reviews(12, 1, name="b"), *(complaint(n, t=NOW - 5) for n in range(3))]


def test_an_improvement_is_worth_what_it_says() -> None:
    line = improvements(MIXED)["complaints.resolve"]
    solved = [event("complaint_closed", id=f"c{n}", outcome="resolved") for n in range(3)]
    assert line.points == pytest.approx(score([*MIXED, *solved]) - score(MIXED), abs=0.011)
    assert line.numbers == {"count": 3}
    assert set(line.evidence) == {"c0", "c1", "c2"}


def test_solved_and_unfounded_complaints_need_nothing() -> None:
    ends = [event("complaint_closed", id="c0", outcome="resolved")]
    ends += [event("complaint_closed", id=f"c{n}", outcome="unfounded") for n in (1, 2)]
    assert "complaints.resolve" not in improvements([*MIXED, *ends])


def test_the_purchases_named_reach_the_next_grade_and_one_fewer_does_not() -> None:
    line = improvements(MIXED)["reviews.serve"]
    count, bound = int(line.numbers["count"]), line.numbers["score"]
    reached = score([*MIXED, *reviews(count, 5, name="new")])
    assert reached >= bound
    assert score([*MIXED, *reviews(count - 1, 5, name="new")]) <= reached
    assert line.points == pytest.approx(bound - score(MIXED), abs=0.01)


def test_stated_and_missing_disclosures_are_told_apart() -> None:
    fields = [event("disclosure", field=f"s{n}", value="v") for n in range(3)]
    fields += [
        event("disclosure", NOW - 1, field=f"m{n}", state="absent_required") for n in range(2)
    ]
    found = improvements([*MIXED, *fields])
    assert found["disclosures.confirm"].numbers == {"count": 3}
    assert found["disclosures.state"].numbers == {"count": 2}
    confirmed = [event("disclosure", field=f"s{n}", value="v", verified=True) for n in range(3)]
    gained = score([*MIXED, *fields, *confirmed]) - score([*MIXED, *fields])
    assert found["disclosures.confirm"].points == pytest.approx(gained, abs=0.011)


def test_taking_a_blocked_listing_down_helps_in_time() -> None:
    named = [{**r, "product": "p"} for r in reviews(40, 5)]
    block = event("block", NOW - 30, product="p", severity=3, source="authority")
    line = improvements([*named, block])["safety.withdraw"]
    assert line.points > 10
    assert set(line.numbers) == {"count", "days"}


def test_nothing_is_said_of_a_merchant_that_is_not_rated() -> None:
    assert improvements([complaint(1)]) == {}


@laws
@given(histories())
def test_only_listed_improvements_that_improve(records: list[Record]) -> None:
    found = scoring.improvements(scoring.from_records(records), as_of=LAWS_NOW)
    for line in found:
        assert line.points > 0
        assert tuple(sorted(line.numbers)) == tuple(sorted(improvement.codes()[line.code]))
    assert [line.points for line in found] == sorted((x.points for x in found), reverse=True)


def aspects(records: list[Record]) -> dict[str, scoring.AspectScore]:
    found = scoring.aspects(scoring.from_records(records), as_of=NOW)
    return {one.aspect: one for one in found}


def test_an_aspect_is_scored_from_what_is_said_about_it() -> None:
    found = aspects(
        [
            *reviews(20, 5, name="g", aspect="goods"),
            *reviews(20, 1, name="d", aspect="delivery"),
            *(event("delivery", id=f"p{n}", state="lost") for n in range(5)),
            *reviews(9, 1, name="other"),
        ]
    )
    goods, delivery = found["goods"], found["delivery"]
    assert goods.score is not None
    assert delivery.score is not None
    assert delivery.score < 80 < goods.score
    assert (goods.reviews, delivery.reviews, delivery.deliveries) == (20, 20, 5)
    assert (found["after_sales"].score, found["after_sales"].grade) == (None, None)


def test_a_complaint_without_a_solution_is_about_after_sales() -> None:
    filed = [{**complaint(n), "aspect": "goods"} for n in range(8)]
    ends = [event("complaint_closed", id=f"c{n}", outcome="no_reply") for n in range(8)]
    open_ones, ended = aspects(filed), aspects([*filed, *ends])
    assert (open_ones["after_sales"].complaints, ended["after_sales"].complaints) == (0, 8)
    assert ended["goods"].complaints == 8
