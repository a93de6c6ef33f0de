"""Where a case can go: states, order, deadlines, conflicts from both sides; and what is never offered."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.complaints.channels import conflicts, registry, router, vocabulary
from service.complaints.channels.router import Option
from service.complaints.channels.situation import Situation, Tried

TODAY = date(2026, 11, 20)
AMAZON = Situation(
    residence="US",
    trader_country="CN",
    platform="amazon",
    seller="third_party",
    payment="credit_card",
    role="consumer",
    goods="goods",
    category="not_delivered",
    deceived=False,
    tried={"trader_contacted": Tried(on=date(2026, 11, 10))},
    dates={
        "purchase": date(2026, 9, 20),
        "transaction": date(2026, 9, 20),
        "latest_estimated_delivery": date(2026, 10, 30),
    },
)


def options(situation: Situation, as_of: date = TODAY) -> dict[str, Option]:
    return {one.channel: one for one in router.route(situation, as_of)}


def tried(situation: Situation, **steps: Tried) -> Situation:
    return replace(situation, tried={**situation.tried, **steps})


def test_the_platform_comes_before_the_payment_and_both_before_desks() -> None:
    order = [one.channel for one in router.route(AMAZON, TODAY)]
    assert order.index("pf_amazon_atoz") < order.index("pay_card_chargeback")
    assert order.index("pay_card_chargeback") < order.index("us_state_ag")


def test_against_a_trader_who_never_meant_to_deliver_the_payment_comes_first() -> None:
    order = [one.channel for one in router.route(replace(AMAZON, deceived=True), TODAY)]
    assert order.index("pay_card_chargeback") < order.index("pf_amazon_atoz")
    assert order.index("us_ic3") < order.index("us_state_ag")


def test_a_chargeback_warns_before_it_destroys_the_platforms_right() -> None:
    found = options(AMAZON)
    charge, platform = found["pay_card_chargeback"], found["pf_amazon_atoz"]
    assert charge.state == platform.state == "eligible"
    forward = [(w.direction, w.other, w.effect) for w in charge.warnings]
    backward = [(w.direction, w.other, w.effect) for w in platform.warnings]
    assert ("destroys", "pf_amazon_atoz", "forfeits") in forward
    assert ("destroyed_by", "pay_card_chargeback", "forfeits") in backward


def test_a_chargeback_waits_while_the_platform_still_decides() -> None:
    running = tried(AMAZON, pf_amazon_atoz=Tried("accepted", date(2026, 11, 12)))
    charge = options(running)["pay_card_chargeback"]
    assert charge.state == "not_yet"
    assert [(one.code, one.about) for one in charge.reasons] == [("hold", "pf_amazon_atoz")]
    ended = tried(AMAZON, pf_amazon_atoz=Tried("ended", date(2026, 11, 12)))
    assert options(ended)["pay_card_chargeback"].state == "eligible"


def test_after_a_chargeback_the_platforms_right_is_lost_since_that_day() -> None:
    charged = tried(AMAZON, pay_card_chargeback=Tried("filed", date(2026, 11, 15)))
    platform = options(charged)["pf_amazon_atoz"]
    assert (platform.state, platform.lost_since) == ("lost", date(2026, 11, 15))
    assert not platform.offered


def test_a_refused_chargeback_has_taken_nothing() -> None:
    charged = tried(AMAZON, pay_card_chargeback=Tried("refused", date(2026, 11, 15)))
    assert options(charged)["pf_amazon_atoz"].state == "eligible"


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 11, 1), "not_yet"),
        (date(2026, 11, 2), "eligible"),
        (date(2027, 1, 28), "eligible"),
        (date(2027, 1, 29), "lost"),
    ],
)
def test_the_window_of_a_platform_opens_and_closes_to_the_day(day: date, state: str) -> None:
    early = tried(AMAZON, trader_contacted=Tried(on=date(2026, 10, 1)))
    found = options(early, day)["pf_amazon_atoz"]
    assert found.state == state
    assert found.opens_on == (date(2026, 11, 2) if state == "not_yet" else None)
    assert found.lost_since == (date(2027, 1, 29) if state == "lost" else None)


def test_a_waiting_time_runs_after_the_trader_was_asked() -> None:
    asked = tried(AMAZON, trader_contacted=Tried(on=TODAY))
    found = options(asked)["pf_amazon_atoz"]
    assert (found.state, found.opens_on) == ("not_yet", TODAY + timedelta(days=3))
    silent = options(replace(AMAZON, tried={}))["pf_amazon_atoz"]
    assert [(one.code, one.about) for one in silent.reasons] == [("need", "trader_contacted")]


def test_what_is_not_known_is_named() -> None:
    found = options(replace(AMAZON, seller=None))["pf_amazon_atoz"]
    assert (found.state, found.missing_facts) == ("unknown", ("seller",))
    undated = options(replace(AMAZON, dates={}))["pf_amazon_atoz"]
    assert undated.missing_facts == ("date.latest_estimated_delivery",)


def test_a_clock_whose_start_is_unknown_still_runs_for_sure_after_the_purchase() -> None:
    found = options(replace(AMAZON, dates={"purchase": date(2026, 11, 18)}, category="damaged"))
    platform = found["pf_amazon_atoz"]
    assert platform.state == "eligible"
    assert platform.deadline is not None
    assert (platform.deadline.on, platform.deadline.basis) == (date(2027, 2, 16), "earliest")


def test_a_number_that_nobody_verified_takes_no_right_away() -> None:
    temu = replace(AMAZON, platform="temu", dates={"purchase": date(2026, 1, 1)})
    found = options(temu)["pf_temu"]
    assert (found.state, found.missing_facts) == ("unknown", ("deadline.return_request",))


EUROPE = Situation(
    residence="DE",
    trader_country="FR",
    platform="web",
    role="consumer",
    category="refund_refused",
    deceived=False,
    tried={"trader_contacted_in_writing": Tried(on=date(2026, 11, 1))},
)


def test_the_centres_of_europe_take_what_crosses_a_border_inside() -> None:
    assert options(EUROPE)["eu_ecc_net"].state == "eligible"
    assert "eu_ecc_net" not in options(replace(EUROPE, trader_country="CN"))
    assert "eu_ecc_net" not in options(replace(EUROPE, trader_country="DE"))
    assert "eu_ecc_net" not in options(replace(EUROPE, deceived=True))
    assert options(replace(EUROPE, deceived=None))["eu_ecc_net"].missing_facts == ("deceived",)
    assert options(tried(EUROPE, court=Tried("filed")))["eu_ecc_net"].state == "lost"


def test_a_public_board_needs_an_explicit_wish() -> None:
    brazil = Situation(residence="BR", trader_country="BR", role="consumer")
    assert "br_reclameaqui" not in options(brazil)
    assert options(replace(brazil, publish=True))["br_reclameaqui"].tier == "board"


CHINA = Situation(
    residence="HK", trader_country="CN", role="consumer", dates={"harm_known": date(2026, 10, 1)}
)


def test_12315_refuses_what_another_body_took_and_waits_for_its_answer() -> None:
    assert options(CHINA)["cn_12315"].state == "eligible"
    waiting = options(tried(CHINA, cn_cca=Tried("filed")))["cn_12315"]
    assert [(one.code, one.about) for one in waiting.reasons] == [("awaits", "cn_cca")]
    assert options(tried(CHINA, cn_cca=Tried("accepted")))["cn_12315"].state == "lost"
    assert options(tried(CHINA, cn_cca=Tried("refused")))["cn_12315"].state == "eligible"
    late = replace(CHINA, dates={"harm_known": date(2023, 11, 19)})
    assert options(late)["cn_12315"].lost_since == date(2026, 11, 20)


def test_a_small_claims_court_counts_as_court() -> None:
    thai = Situation(residence="TH", trader_country="TH", role="consumer")
    assert options(thai)["th_ocpb"].state == "eligible"
    assert options(tried(thai, my_tribunal=Tried("filed")))["th_ocpb"].state == "lost"


def test_the_express_platform_is_reached_through_the_council() -> None:
    taobao = replace(CHINA, platform="taobao")
    assert [(r.code, r.about) for r in options(taobao)["cn_hk_express"].reasons] == [
        ("need", "hk_cc")
    ]
    assert options(tried(taobao, hk_cc=Tried("filed")))["cn_hk_express"].state == "eligible"
    assert options(replace(CHINA, platform="web"))["cn_hk_express"].state == "unknown"
    apart = replace(taobao, participates={"cn_hk_express": False})
    assert "cn_hk_express" not in options(apart)


def test_limits_of_amount_are_those_of_the_desk() -> None:
    sued = Situation(trader_country="HK")
    for amount, there in (("74999.99", True), ("75000", False)):
        found = options(replace(sued, amounts={"HKD": Decimal(amount)}))
        assert ("hk_small_claims" in found) == there
    assert options(sued)["hk_small_claims"].missing_facts == ("amount.HKD",)
    uk = Situation(residence="GB", payment="credit_card", role="consumer")
    small = options(replace(uk, amounts={"GBP": Decimal(50)}))["uk_s75"]
    assert small.missing_facts == ("confirmation",)


def test_a_card_that_may_be_either_is_asked_for_where_it_matters() -> None:
    korean = Situation(
        residence="KR",
        trader_country="CN",
        payment="card",
        role="consumer",
        category="damaged",
        dates={"payment_slip": date(2026, 11, 1)},
    )
    assert options(korean)["kr_chargeback"].missing_facts == ("payment",)
    assert options(replace(korean, payment="credit_card"))["kr_chargeback"].state == "eligible"
    assert "kr_chargeback" not in options(replace(korean, payment="bank_transfer"))


def test_a_dispute_that_was_not_escalated_in_time_is_lost() -> None:
    paid = Situation(
        payment="paypal",
        category="not_delivered",
        tried={"pay_paypal": Tried("filed", date(2026, 10, 31))},
    )
    on_time = options(paid)["pay_paypal"]
    assert on_time.state == "under_way"
    assert on_time.deadline is not None
    assert on_time.deadline.on == TODAY
    assert options(paid, TODAY + timedelta(days=1))["pay_paypal"].state == "lost"


def test_a_desk_that_had_its_say_is_no_option_any_more() -> None:
    assert "us_state_ag" not in options(tried(AMAZON, us_state_ag=Tried("ended")))


def test_clocks_come_with_what_is_lost_first() -> None:
    clocks = router.by_loss(router.route(AMAZON, TODAY))
    days = [due.on for _, due in clocks]
    assert [channel for channel, _ in clocks][:2] == ["pf_amazon_atoz", "pay_card_chargeback"]
    assert days == sorted(day for day in days if day is not None)


# Laws over situations of all kinds.

COUNTRIES = st.sampled_from(
    [None, "CN", "HK", "MO", "KR", "JP", "TW", "SG", "MY", "TH", "US", "CA", "DE", "FR", "NO", "GB", "AU", "BR", "AT", "CH", "ZA"]
)  # fmt: skip
DAYS = st.dates(date(2022, 1, 1), date(2027, 12, 31))
TRIED = st.builds(Tried, st.sampled_from(vocabulary.STATUSES), st.none() | DAYS)


def perhaps(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


SITUATIONS = st.builds(
    Situation,
    residence=COUNTRIES,
    trader_country=COUNTRIES,
    card_country=COUNTRIES,
    platform=perhaps(*vocabulary.platforms()),
    seller=perhaps(*vocabulary.SELLERS),
    payment=perhaps(*vocabulary.payments()),
    role=perhaps(*vocabulary.ROLES),
    goods=perhaps(*vocabulary.GOODS),
    category=perhaps(*vocabulary.categories()),
    deceived=perhaps(True, False),  # noqa: FBT003 - values to draw from
    publish=st.booleans(),
    amounts=st.dictionaries(
        st.sampled_from(["HKD", "SGD", "GBP", "EUR"]), st.integers(0, 100_000).map(Decimal)
    ),
    matters=st.none() | st.frozensets(st.sampled_from(vocabulary.matters()), max_size=3),
    participates=st.dictionaries(
        st.sampled_from(["cn_hk_express", "br_consumidor"]), st.booleans()
    ),
    tried=st.dictionaries(st.sampled_from(vocabulary.steps()), TRIED, max_size=6),
    dates=st.dictionaries(st.sampled_from(vocabulary.DATES), DAYS, max_size=8),
)


@settings(max_examples=600)
@given(SITUATIONS, DAYS)
def test_no_closed_and_no_conflicting_desk_is_ever_offered(
    situation: Situation, as_of: date
) -> None:
    known = registry.load()
    taken = conflicts.done(situation)
    for one in router.route(situation, as_of):
        channel = known.channels[one.channel]
        assert channel.status == "active"
        if not one.offered or one.state == "under_way":
            continue
        for rule in known.conflicts:
            if rule.loses != one.channel:
                continue
            status = taken.get(rule.after)
            assert status not in ("accepted", "ended")
            assert not (rule.from_ == "filed" and status in ("filed", "withdrawn"))


@settings(max_examples=400)
@given(SITUATIONS, DAYS)
def test_laws_of_every_answer(situation: Situation, as_of: date) -> None:
    found = router.route(situation, as_of)
    assert found == router.route(situation, as_of)
    names = [one.channel for one in found]
    assert len(names) == len(set(names))
    for one in found:
        check_option(one, situation, as_of)
        if situation.deceived:
            assert one.channel != "eu_ecc_net"
        if not situation.publish:
            assert one.tier != "board"
        if situation.role == "business":
            consumers_only = [
                c.in_ for c in registry.channel(one.channel).accepts if c.fact == "role"
            ]
            assert not consumers_only


def check_option(one: Option, situation: Situation, as_of: date) -> None:
    assert (one.state == "lost") == any(r.code in ("conflict", "deadline") for r in one.reasons)
    assert (one.state == "unknown") == bool(one.missing_facts)
    assert (one.state == "under_way") <= (one.channel in situation.tried)
    if one.state == "eligible":
        assert not one.reasons
    if one.opens_on is not None:
        assert one.opens_on > as_of
    if one.deadline is not None and one.deadline.on is not None:
        assert one.deadline.on >= as_of


@settings(max_examples=300)
@given(SITUATIONS, DAYS, st.integers(1, 400))
def test_what_time_took_it_does_not_give_back(situation: Situation, as_of: date, days: int) -> None:
    before, after = options(situation, as_of), options(situation, as_of + timedelta(days=days))
    for name, one in before.items():
        if one.state == "lost":
            assert after[name].state == "lost"


@settings(max_examples=300)
@given(SITUATIONS, DAYS)
def test_every_destroying_step_is_warned_of_on_both_sides(
    situation: Situation, as_of: date
) -> None:
    found = options(situation, as_of)
    offered = {name for name, one in found.items() if one.offered}
    for rule in registry.load().conflicts:
        if {rule.after, rule.loses} <= offered:
            forward = {(w.direction, w.other) for w in found[rule.after].warnings}
            backward = {(w.direction, w.other) for w in found[rule.loses].warnings}
            assert ("destroys", rule.loses) in forward
            assert ("destroyed_by", rule.after) in backward
