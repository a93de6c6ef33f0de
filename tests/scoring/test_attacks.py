"""The attack bench: repeatable worlds, and the score beside a peer in a small one."""

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

import scoring
from bench.attacks import attacks, blocks, measures, peers, pictures, settings
from bench.attacks.measures import Judged
from scoring import events as ev
from scoring import priors
from scoring.constants import latest


@pytest.fixture(scope="module")
def world() -> attacks.World:
    return attacks.make(settings.BASE, 5, 120)


def test_a_world_is_the_same_for_the_same_seed(world: attacks.World) -> None:
    again = attacks.make(settings.BASE, 5, 120)
    assert [m.events for m in again.merchants] == [m.events for m in world.merchants]
    other = attacks.make(settings.BASE, 6, 120)
    assert [m.now for m in other.merchants] != [m.now for m in world.merchants]


def test_every_attack_takes_place_and_a_clean_world_has_none() -> None:
    seen = {m.attack for seed in range(4) for m in attacks.make(settings.LOUD, seed, 90).merchants}
    assert set(attacks.ROGUE_ATTACKS) | set(attacks.RIVAL_ATTACKS) <= seen
    clean = attacks.make(settings.clean(settings.LOUD), 1, 40)
    assert {m.attack for m in clean.merchants} == {None}
    assert not any(m.fakes for m in clean.merchants)


def test_the_score_stands_where_mean_stars_fall(world: attacks.World) -> None:
    known = measures.truth(world)
    said = measures.judged(measures.caveat(world), known)
    sister = measures.truth(attacks.make(settings.BASE, 1005, 120))
    risks = measures.line_of(peers.mean_stars, sister)(known.merchants, measures.YEAR)
    ours = measures.row(said, known)
    theirs = measures.row(Judged(risks, risks, risks > measures.LINE), known)
    assert ours["skill"] > theirs["skill"] + 0.15
    assert ours["tau"] > theirs["tau"]
    assert ours["missed"] < theirs["missed"]
    assert ours["false all"] <= 0.03


@pytest.mark.parametrize("true", [0.04, 0.08, 0.16])
def test_what_is_usual_follows_the_events_of_the_file(true: float) -> None:
    constants = latest()
    usual = priors.default(constants)
    odds = usual.eagerness * true / (1 - true)
    share = odds / (1 + odds)
    one = priors.Observed(
        bad_reviews=100 * share,
        good_reviews=100 * (1 - share),
        lost=100 * true * usual.lost,
        deliveries=100,
        complaints=1000 * true * usual.told,
        sales=1000,
        shift=-0.2,
    )
    found = priors.estimate([one] * 50, constants)
    assert found.rate == pytest.approx(true, rel=0.15)
    assert found.shift == pytest.approx(-0.2)
    assert priors.estimate([], constants) == usual


@pytest.mark.parametrize("bad", [0.0, 1.0, 1e6])
@pytest.mark.parametrize("good", [0.0, 1.0, 1e6])
def test_whatever_a_file_holds_the_risk_stays_a_probability(bad: float, good: float) -> None:
    constants = latest()
    one = priors.Observed(
        bad, good, lost=bad, deliveries=bad + good, complaints=bad, sales=good, shift=0
    )
    found = priors.estimate([one] * 3, constants)
    assert np.isfinite(found.table(constants)).all()
    assert sum(found.spread) == pytest.approx(1, abs=1e-6)
    assert min(found.spread) >= 0


def test_drawn_constants_are_the_same_for_the_same_seed_and_possible() -> None:
    assert settings.drawn(3) == settings.drawn(3) != settings.drawn(4)
    for seed in range(20):
        drawn = settings.drawn(seed)
        assert all(
            sum(part) == pytest.approx(1)
            for part in (drawn.shares, drawn.stars_good, drawn.stars_bad)
        )
        assert drawn.bad == tuple(sorted(drawn.bad))


def test_the_picture_over_time_shows_every_attack_of_the_world() -> None:
    lines = LexborHTMLParser(pictures.over_time(3, 60)).css("polyline")
    taken = {m.attack for m in attacks.make(settings.BASE, 3, 60).merchants if m.closed is None} - {
        None
    }
    assert len(lines) == len(taken)


def test_the_two_worlds_of_blocks() -> None:
    huge = blocks.retailer(2000)
    plain = [e for e in huge if not isinstance(e, ev.Block | ev.BlockStatus)]
    assert scoring.score(huge, as_of=blocks.NOW).grade == "A"
    assert scoring.score(plain, as_of=blocks.NOW).grade == "A"
    shop = scoring.score(blocks.blocked_goods(), as_of=blocks.NOW)
    assert (shop.grade, shop.warn) == ("E", True)


def test_calibration_error_is_zero_for_the_truth() -> None:
    true = np.linspace(0, 1, 50)
    assert measures.calibration_error(true, true) == 0
    assert measures.calibration_error(np.zeros(50), true) == pytest.approx(0.5)
