"""Deliveries: how many arrived, and on time, in the same form as reviews."""

import math

from scoring import voices
from scoring.constants import Constants
from scoring.events import Delivery
from scoring.history import History
from scoring.terms import EVIDENCE_SHOWN, Contribution, Term
from scoring.voices import Odds, Statement


def assess(history: History, constants: Constants) -> Contribution:
    """Return `deliveries.good` and `deliveries.bad`."""
    found = history.of(Delivery)
    prior = voices.prior_masses(constants.deliveries.prior_bad, constants.rate(history.category))

    def masses(half_life: float) -> tuple[float, float]:
        decays = [history.decay(delivery, half_life) for delivery in found]
        badness = [constants.deliveries.badness[delivery.state] for delivery in found]
        bad = math.fsum(d * b for d, b in zip(decays, badness, strict=True))
        return bad, max(0.0, math.fsum(decays) - bad)

    odds = voices.worse_window(masses, constants, prior)
    bad, good = masses(max(constants.windows.half_lives))
    terms = _terms(history, odds, constants.windows.shown * odds.half_life)
    return Contribution(terms, mass=bad + good, adverse=bad)


def _terms(history: History, odds: Odds, days: float) -> tuple[Term, ...]:
    shown = [d for d in history.of(Delivery) if history.age(d) <= days]
    on_time = [d for d in shown if d.state == "on_time"]
    other = [d for d in shown if d.state != "on_time"]
    sides = (
        ("deliveries.bad", odds.against, other),
        ("deliveries.good", odds.favour, on_time),
    )
    return tuple(
        Term(
            code,
            logodds,
            {"count": len(named), "total": len(shown), "days": days},
            voices.heaviest(
                (Statement(d, "", None, 1.0, history.age(d)) for d in named), EVIDENCE_SHOWN
            ),
        )
        for code, logodds, named in sides
        if logodds
    )
