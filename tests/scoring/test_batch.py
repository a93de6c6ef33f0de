"""All merchants at once: votes on reviews, and several days in one run."""

import pytest

import scoring
from scoring import manipulation
from tests.scoring.histories import MERCHANT, Record
from tests.scoring.test_score import event, reviews


def test_votes_find_ordered_reviews_and_are_bounded() -> None:
    honest = [
        r
        for n in range(40)
        for r in (
            *reviews(1, 5 - n % 2, t=n * 7.0, name=f"h{n}"),
            *(
                {**x, "merchant": "other", "id": f"o{n}"}
                for x in reviews(1, 4, t=n * 7.0, name=f"h{n}")
            ),
        )
    ]
    ordered = reviews(20, 1, t=150.0, name="f", verified=False, text_id="copied")
    found = manipulation.suspicions(
        r for r in scoring.from_records(honest + ordered) if isinstance(r, scoring.events.Review)
    )
    least_ordered = min(p for name, p in found.items() if name.startswith("f"))
    most_honest = max(p for name, p in found.items() if not name.startswith("f"))
    assert 0 < most_honest < 0.5 < least_ordered < 1
    weights = manipulation.reliability(found)
    assert 0.1 <= min(weights.values()) < max(weights.values()) <= 1


@pytest.mark.parametrize(
    "pattern",
    [
        {"text_id": "copied"},
        {"t": 150.0},
        {"rating": 1},
        {"verified": False},
    ],
    ids=lambda pattern: next(iter(pattern)),
)
def test_each_vote_raises_the_probability(pattern: Record) -> None:
    plain = [r for n in range(30) for r in reviews(1, 5, t=n * 7.0, name=f"h{n}")]
    group = [r["id"] for r in plain[10:16]]
    changed = [{**r, **pattern} if r["id"] in group else r for r in plain]
    before, after = (
        manipulation.suspicions(
            e for e in scoring.from_records(records) if isinstance(e, scoring.events.Review)
        )
        for records in (plain, changed)
    )
    assert all(after[name] > before[name] for name in group)


def test_all_merchants_on_several_days() -> None:
    second = [{**r, "merchant": "b", "id": f"b{r['id']}"} for r in reviews(9, 2, t=60.0)]
    records = [
        event("open", 5.0),
        *reviews(9, 5, t=20.0),
        event("closed", 70.0),
        event("open", 90.0),
        *second,
        event("closed", 95.0, merchant="b"),
    ]
    found = scoring.score_all(scoring.from_records(records), [90, 4, 30.5, 80, 95])
    open_on = {day: sorted(found[day]) for day in found if day != "reviews"}
    assert open_on == {
        "4": [],
        "30.5": [MERCHANT],
        "80": ["b"],
        "90": ["b", MERCHANT],
        "95": [MERCHANT],
    }
    assert set(found["reviews"]) == {r["id"] for r in records if r["type"] == "review"}
