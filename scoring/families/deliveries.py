"""Deliveries: those that were lost or came damaged, against all that are known."""

from collections.abc import Sequence

import numpy as np

from scoring import voices
from scoring.constants import Constants
from scoring.events import Delivery
from scoring.history import History, renewed
from scoring.priors import Priors
from scoring.terms import EVIDENCE_SHOWN, LONG, Masses, Part
from scoring.voices import Flags, Floats


def assess(history: History, constants: Constants, priors: Priors) -> list[Part]:
    """Return `deliveries.bad` and `deliveries.good`.

    A delivery on time is less than a purchase gone well: what came may still not be as described.
    """
    found = history.of(Delivery)
    if not found:
        return []
    age = history.as_of - np.array([delivery.t for delivery in found])
    badness = np.array([constants.deliveries.badness[delivery.state] for delivery in found])
    on_time = np.array([delivery.state == "on_time" for delivery in found])
    fresh = renewed(history, constants.reviews.swapped)
    good = (1 - badness) * priors.lost * np.array([fresh(delivery) for delivery in found])
    return [
        _part("deliveries.bad", found, age, badness, ~on_time, constants),
        _part("deliveries.good", found, age, good, on_time, constants),
    ]


def _part(
    code: str,
    found: Sequence[Delivery],
    age: Floats,
    worth: Floats,
    named: Flags,
    constants: Constants,
) -> Part:
    half_lives = constants.windows.half_lives
    days = [constants.windows.shown * h for h in half_lives]
    decays = [np.exp2(-age / h) * constants.deliveries.weight for h in half_lives]
    return Part(
        code,
        against=code == "deliveries.bad",
        mass=_sums(decays, worth),
        voices=float(decays[LONG] @ named),
        numbers=tuple(
            {"count": int((named & (age <= d)).sum()), "total": int((age <= d).sum()), "days": d}
            for d in days
        ),
        evidence=tuple(
            voices.heaviest(found, w * worth, named & (age <= d), EVIDENCE_SHOWN)
            for w, d in zip(decays, days, strict=True)
        ),
    )


def _sums(decays: Sequence[Floats], worth: Floats) -> Masses:
    return tuple(float(decay @ worth) for decay in decays)
