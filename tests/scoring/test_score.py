"""What the score does on small histories that a person can check."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import scoring
from scoring import constants, explain, families, model, priors
from scoring import risk as scoring_risk
from scoring.errors import InvalidInput
from scoring.history import view
from tests.scoring.histories import MERCHANT, Record, histories
from tests.scoring.test_laws import laws

NOW = 100.0
NUMBERS = constants.latest()


def event(kind: str, t: float = NOW, **fields: Any) -> Record:
    return {"type": kind, "merchant": MERCHANT, "t": t, **fields}


def reviews(
    count: int, rating: int, t: float = NOW, name: str = "r", **fields: Any
) -> list[Record]:
    defaults = {"verified": True, **fields}
    return [
        event("review", t, id=f"{name}{n}", reviewer=f"{name}p{n}", rating=rating, **defaults)
        for n in range(count)
    ]


def complaint(n: int, t: float = NOW, **fields: Any) -> Record:
    defaults = {"severity": 3, "contact_complete": True, "evidence": True, **fields}
    return event("complaint", t, id=f"c{n}", reviewer=f"cp{n}", **defaults)


def risk(records: list[Record], as_of: float = NOW) -> float:
    return scoring.score(scoring.from_records(records), as_of=as_of).risk


def result(records: list[Record], as_of: float = NOW, **options: Any) -> scoring.Score:
    return scoring.score(scoring.from_records(records), as_of=as_of, **options)


def test_the_risk_is_bayes_rule() -> None:
    # By hand, at each possible share p: of those who write, p e come from the unhappy.
    p = scoring_risk.SHARES
    e, heard, noise = NUMBERS.base.eagerness, NUMBERS.reviews.heard, NUMBERS.reviews.noise
    bad = (p * e * heard + (1 - p) * noise) / (p * e + 1 - p)
    prior = np.array(priors.default(NUMBERS).spread)
    quiet = event("sales", count=0)
    assert risk([quiet, *reviews(1, 1)]) == pytest.approx(_mean(prior * bad), abs=1e-5)
    assert risk([quiet, *reviews(1, 5)]) == pytest.approx(_mean(prior * (1 - bad)), abs=1e-5)


def _mean(weights: Any) -> float:
    return float(weights @ scoring_risk.SHARES / weights.sum())


def test_a_merchant_of_the_base_rate_stays_at_it() -> None:
    # At the base rate 8 of 100 purchases are bad, and unhappy buyers write twice as often; some bad
    # reviews come from the happy, some good ones from the unhappy.
    heard, noise = NUMBERS.reviews.heard, NUMBERS.reviews.noise
    bad = round(16 * heard + 92 * noise)
    usual = reviews(bad, 1, name="b") + reviews(108 - bad, 5, name="g")
    assert risk([event("sales", count=0), *usual]) == pytest.approx(NUMBERS.base.rate, rel=0.25)


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        (reviews(8, 1), reviews(8, 1, verified=False)),
        (reviews(8, 1), reviews(8, 1, incentivised=True)),
        (reviews(8, 1), reviews(8, 2)),
        (reviews(8, 2), reviews(8, 3)),
        (reviews(8, 1), reviews(8, 1, t=NOW - 200)),
        (reviews(8, 1), reviews(8, 1, text_id="copied")),
        (reviews(8, 1), [{**r, "reviewer": "one"} for r in reviews(8, 1)]),
        (reviews(8, 1), reviews(8, 1, phase="before")),
        ([complaint(1)], [complaint(1, severity=1)]),
        ([complaint(1)], [complaint(1, evidence=False)]),
        ([complaint(1)], [complaint(1), event("complaint_reply", id="c1")]),
        (
            [complaint(1), event("complaint_closed", id="c1", outcome="unresolved")],
            [complaint(1)],
        ),
        ([complaint(n) for n in range(8)], [complaint(n, cluster="k") for n in range(8)]),
        (
            [complaint(n, t=NOW - 7 * (n // 10)) for n in range(40)],
            [complaint(n) for n in range(40)],
        ),
        ([event("delivery", state="lost")], [event("delivery", state="late")]),
        (
            [event("disclosure", field="f", state="invalid")],
            [event("disclosure", field="f", state="absent_required")],
        ),
        (
            [event("disclosure", field="f", value="v")],
            [event("disclosure", field="f", value="v", verified=True)],
        ),
        (
            [event("claim", id="k", property="p", severity=3)],
            [
                event("claim", id="k", property="p", severity=3),
                event("claim_contested", id="k"),
            ],
        ),
    ],
)
def test_what_weighs_more(heavier: list[Record], lighter: list[Record]) -> None:
    assert risk(heavier) > risk(lighter)


@pytest.mark.parametrize(
    "records",
    [
        [complaint(1, contact_complete=False)],
        *(
            [complaint(1), event("complaint_closed", id="c1", outcome=outcome)]
            for outcome in ("unfounded", "invalid_contact", "withdrawn")
        ),
        [*reviews(1, 1), event("retract", id="r0")],
        [complaint(1), event("retract", id="c1")],
        reviews(3, 1, t=NOW + 1),
        reviews(3, 1, known=NOW + 1),
        [event("disclosure", field="f", state="not_assessable")],
        [event("claim", id="k", property="p", severity=3), event("claim_withdrawn", id="k")],
        [event("sales", count=0)],
    ],
)
def test_what_does_not_count(records: list[Record]) -> None:
    assert risk(records) == NUMBERS.base.rate


def test_claimed_fields_together_are_worth_at_most_two_points() -> None:
    many = [event("disclosure", field=f"f{n}", value="v") for n in range(40)]
    base = reviews(10, 1, name="b") + reviews(10, 5, name="g")
    gained = result(base + many).score - result(base).score  # type: ignore[operator]
    assert 0 < gained <= 2


def test_a_confirmed_field_stays_confirmed_when_its_page_is_read_again() -> None:
    confirmed = event("disclosure", 10.0, field="f", value="v", verified=True)
    again = event("disclosure", 90.0, field="f", value="v")
    other = event("disclosure", 90.0, field="f", value="w")
    assert risk([confirmed, again]) == risk([confirmed])
    assert risk([confirmed, other]) > risk([confirmed])


def test_the_latest_outcome_of_a_complaint_stands() -> None:
    turns = [
        complaint(1, t=50.0),
        event("complaint_closed", 60.0, id="c1", outcome="unresolved"),
        event("complaint_closed", 70.0, id="c1", outcome="resolved"),
    ]
    assert risk(turns) == risk([turns[0], turns[2]]) < risk(turns[:2])


def test_an_exit_shows_although_the_past_was_good() -> None:
    past = [r for day in range(-500, 60, 4) for r in reviews(1, 5, t=day, name=f"g{day}")]
    exit_reviews = [r for day in range(60, 100) for r in reviews(1, 1, t=day, name=f"b{day}")]
    filed = [complaint(day, t=day) for day in range(60, 100, 2)]
    assert result(past, as_of=60.0).grade in {"A", "B"}
    after = result(past + exit_reviews + filed)
    assert after.warn
    assert after.grade in {"D", "E"}


def test_listings_that_changed_lose_their_earlier_reviews() -> None:
    praised = reviews(60, 5, t=50.0, product="a")
    swapped = [*praised, event("listing_change", 60.0, product="a", new_product="b")]
    assert risk(praised) < risk(swapped) < NUMBERS.base.rate


BLOCK = event("block", 10.0, product="a", severity=2, source="s")
LIFT = event("block_lift", 20.0, product="a", source="s")


@pytest.mark.parametrize(
    ("more", "day", "expected"),
    [
        ([], 10.0, 50.0),
        ([], 1000.0, 50.0),
        ([LIFT], 20.0, 50.0),
        ([LIFT], 80.0, 75.0),
        ([{**LIFT, "product": "b"}], 80.0, 50.0),
        ([{**LIFT, "source": "another"}], 80.0, 50.0),
        ([{**LIFT, "t": 10.0}], 80.0, 50.0),
        ([event("block_status", 20.0, product="a", status="gone")], 80.0, 75.0),
        (
            [
                event("block_status", 20.0, product="a", status="gone"),
                event("block_status", 30.0, product="a", status="relisted"),
            ],
            80.0,
            50.0,
        ),
        ([LIFT, event("block_status", 50.0, product="a", status="gone")], 80.0, 75.0),
        ([event("block", 10.0, product="b", severity=3, source="s")], 10.0, 30.0),
    ],
)
def test_caps(more: list[Record], day: float, expected: float) -> None:
    # Praise known on the day itself keeps the score before the cap above every expectation.
    scored = result([BLOCK, *more, *reviews(80, 5, t=day)], as_of=day)
    assert scored.score == expected
    assert scored.reasons[-1].family == "safety"
    assert scored.reasons[-1].evidence
    assert scored.interval is not None
    assert scored.interval[1] <= expected


def test_a_block_that_costs_nothing_is_still_named() -> None:
    low = result([BLOCK, *reviews(100, 1)])
    assert low.score is not None
    assert low.score < 50
    assert [r.points for r in low.reasons if r.code == "safety.blocked"] == [0]


def test_small_new_shops_are_not_warned_about() -> None:
    few = result(reviews(1, 1, name="b") + reviews(6, 5, name="g"))
    assert few.score is not None
    assert not few.warn
    assert few.interval is not None
    assert few.interval[1] - few.interval[0] > 10


@pytest.mark.parametrize(("bad", "warned"), [(2, False), (12, True)])
def test_a_warning_needs_certainty(bad: int, warned: bool) -> None:  # noqa: FBT001 -- a table
    assert result(reviews(bad, 1)).warn is warned


def test_praise_that_makes_a_shop_rated_does_not_make_it_warned_about() -> None:
    doubtful = [
        *(event("disclosure", field=f"i{n}", state="invalid") for n in range(4)),
        *(event("disclosure", field=f"a{n}", state="absent_required") for n in range(5)),
        *(event("claim", id=f"k{n}", property="p", severity=3) for n in range(3)),
        *(complaint(n, t=NOW - 1) for n in range(4)),
        *(event("complaint_closed", id=f"c{n}", outcome="no_reply") for n in range(4)),
    ]
    before = result(doubtful)
    praised = result(doubtful + reviews(3, 5))
    assert praised.score is not None
    assert praised.warn <= before.warn
    assert before.score is not None or not before.warn


def test_a_group_of_copies_ages_like_everything_else() -> None:
    def mass(age: float) -> float:
        copies = reviews(60, 1, t=0.0, text_id="copied", verified=False)
        history = view(scoring.from_records(copies), age)
        parts = families.reviews.assess(history, NUMBERS, priors.default(NUMBERS))
        return next(part.cheap[0] for part in parts if part.against)

    half_life = NUMBERS.windows.half_lives[0]
    assert mass(0.0) == pytest.approx(1)
    assert mass(half_life) == pytest.approx(0.5)


def test_evidence_ids_are_the_stores_or_the_events_own() -> None:
    records = [
        *({**r, "evidence_id": f"E-{r['id']}"} for r in reviews(6, 5)),
        complaint(1),
        event("disclosure", 3.5, field="f", value="v", verified=True),
    ]
    named = {r.code: r.evidence for r in result(records).reasons}
    assert set(named["reviews.good"]) == {f"E-r{n}" for n in range(6)}
    assert named["complaints.pending"] == ("c1",)
    assert named["disclosures.verified"] == ("disclosure@3.5",)
    assert (
        result(records).digest
        == result([{k: v for k, v in r.items() if k != "evidence_id"} for r in records]).digest
    )


def test_a_snapshot_of_reliability_only_takes_weight() -> None:
    praise = reviews(40, 5)
    trusted, doubted = (
        result(praise, reliability=dict.fromkeys((r["id"] for r in praise), w)) for w in (1, 0)
    )
    assert trusted.risk == result(praise).risk < doubted.risk < NUMBERS.base.rate
    assert trusted.digest != doubted.digest


def test_basis_counts_what_is_known() -> None:
    records = [*reviews(3, 5), *reviews(3, 5), complaint(1), BLOCK, event("disclosure", field="f")]
    assert result(records).basis == {"reviews": 3, "complaints": 1, "disclosures": 1, "blocks": 1}


def test_two_merchants_are_refused() -> None:
    with pytest.raises(InvalidInput, match="two merchants"):
        result([*reviews(1, 5), {**complaint(1), "merchant": "another"}])


@laws
@given(histories())
def test_only_listed_reasons_with_their_listed_numbers(records: list[Record]) -> None:
    listed = explain.codes()
    for reason in result(records, as_of=410.0).reasons:
        assert set(reason.numbers) == set(listed[reason.code])
        assert reason.family == reason.code.partition(".")[0]
        assert all(math.isfinite(number) for number in reason.numbers.values())


def test_every_listed_reason_can_be_reached() -> None:
    claim = event("claim", id="k", property="p", severity=2)
    base = [
        *reviews(30, 5, name="g"),
        *reviews(9, 1, name="b"),
        event("delivery", state="on_time"),
        event("delivery", state="lost"),
        *(complaint(n, t=50.0) for n in range(3)),
        event("complaint_closed", id="c0", outcome="resolved"),
        event("complaint_closed", id="c1", outcome="no_reply"),
        claim,
        event("disclosure", field="a", value="v", verified=True),
        event("disclosure", field="b", value="v"),
        event("disclosure", field="c", state="absent_required"),
        event("disclosure", field="d", state="invalid"),
        BLOCK,
    ]
    lifted = [*reviews(30, 5, name="g"), BLOCK, LIFT]
    closed = scoring.from_records([{**r, "merchant": "old"} for r in reviews(30, 1)])
    heir = result([event("open")], predecessors=[closed])
    reached = {r.code for records in (base, lifted) for r in result(records).reasons}
    reached |= {r.code for r in heir.reasons}
    assert reached == set(explain.codes())


def test_every_purchase_of_a_side_is_worth_the_same_points() -> None:
    old = [*reviews(9, 1, t=NOW - 60), *reviews(40, 5, t=NOW - 60, name="g")]
    old += [event("delivery", NOW - 60, state="lost", id=f"d{n}") for n in range(3)]
    lines: dict[str, float] = {}
    for reason in result(old).reasons:
        # The line of the long run is the stronger one and comes first.
        lines.setdefault(reason.code, reason.points)
    parts = {p.code: p.mass[-1] for p in assessed(old).parts}
    worth = lines["reviews.bad"] / parts["reviews.bad"]
    assert lines["deliveries.bad"] / parts["deliveries.bad"] == pytest.approx(worth, rel=0.02)
    assert worth < 0 < lines["reviews.good"]


def assessed(records: list[Record], as_of: float = NOW) -> model.Assessment:
    history = view(scoring.from_records(records), as_of)
    return model.assess(history, NUMBERS, priors.default(NUMBERS))


def test_complaints_of_many_weeks_with_evidence_need_nothing_else_to_count() -> None:
    quiet = [
        *reviews(60, 5, t=40.0),
        *(event("sales", NOW - 7 * n, count=20) for n in range(6)),
    ]
    filed = [complaint(n, t=NOW - 42 * n / 60) for n in range(60)]
    bare = [{**record, "evidence": False} for record in filed]
    flood = [{**record, "t": NOW - 1} for record in filed]
    steady, cheap, sudden = (_points([*quiet, *more]) for more in (filed, bare, flood))
    assert _points(quiet) - steady > 10
    assert _points(quiet) - cheap < 5
    assert _points(quiet) - sudden < (_points(quiet) - steady) / 2


def _points(records: list[Record]) -> float:
    return assessed(records).final(NUMBERS)


def test_what_turns_bad_is_seen_in_a_recent_window_and_told_beside_the_long_run() -> None:
    good = [r for n in range(60) for r in reviews(1, 5, t=n * 1.0, name=f"g{n}")]
    turned = [*good, *(r for n in range(12) for r in reviews(1, 1, t=85.0 + n, name=f"b{n}"))]
    found = result(turned)
    days = {r.numbers["days"] for r in found.reasons if r.code == "reviews.bad"}
    assert found.warn
    assert len(days) == 2


@pytest.mark.parametrize(
    ("listings", "blocked", "gone_after", "low", "high"),
    [
        (400, 1, 3.0, 90, 100),
        (400, 1, None, 90, 100),
        (20, 1, None, 50, 60),
        (20, 1, 3.0, 80, 100),
        (10, 8, None, 0, 31),
    ],
)
def test_the_cap_follows_conduct(
    listings: int, blocked: int, gone_after: float | None, low: float, high: float
) -> None:
    sold = [{**r, "product": f"p{n}"} for n in range(listings) for r in reviews(1, 5, name=f"g{n}")]
    orders = [
        event("block", NOW - 9, product=f"p{n}", severity=3 if blocked > 1 else 2, source="s")
        for n in range(blocked)
    ]
    gone = [
        event("block_status", NOW - 9 + (gone_after or 0), product=f"p{n}", status="gone")
        for n in range(blocked if gone_after else 0)
    ]
    found = result([*sold, *orders, *gone])
    assert found.score is not None
    assert low <= found.score <= high
    assert found.warn is (blocked > 1)


def test_an_heir_is_known_by_two_values_that_few_share() -> None:
    bad = [{**r, "merchant": "old"} for r in reviews(30, 1, t=20.0)]
    old = {"type": "open", "merchant": "old", "t": 0.0, "identity": ["a", "b", "c"]}
    new = {"type": "open", "merchant": "new", "t": 45.0, "identity": ["b", "x"]}
    closed = {"type": "closed", "merchant": "old", "t": 40.0}
    said = {"type": "disclosure", "merchant": "new", "t": 45.0, "field": "f", "value": "v"}

    def line(*records: Record) -> list[str]:
        events = scoring.from_records([*bad, old, *records])
        found = scoring.score_all(events, [60.0])["60"]["new"]
        return [r["code"] for r in found["reasons"]]  # type: ignore[index, union-attr]

    both = {**new, "identity": ["b", "c"]}
    assert "identity.carried" in line(closed, both)
    assert "identity.carried" not in line(closed, new)
    assert "identity.carried" not in line(both)
    assert "identity.carried" in line(closed, new, said, {**said, "merchant": "old", "t": 1.0})
    crowd = [{**old, "merchant": f"m{n}", "t": 1.0} for n in range(5)]
    assert "identity.carried" not in line(closed, both, *crowd)
    assert "identity.carried" not in line({**closed, "t": 50.0}, {**both, "t": -5.0})
