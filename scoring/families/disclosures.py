"""Disclosures: what the merchant states about itself, by field; the latest state of a field stands.

Confirmed fields move points, fields that are only claimed together at most two: claims are cheap.
A field that could not be assessed is no field at all, and costs nothing.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

from scoring import voices
from scoring.constants import Constants, Step
from scoring.events import Disclosure
from scoring.history import History
from scoring.terms import Shift


@dataclass(frozen=True, slots=True)
class _Field:
    """The current state of one field and the statement it rests on."""

    state: str
    statement: Disclosure


def assess(history: History, constants: Constants) -> list[Shift]:
    """Return one shift of the expectation a state: verified, claimed, absent, invalid."""
    fields = _fields(history)
    numbers = constants.disclosures
    shifts = [
        _shift(history, "verified", numbers.verified, fields, constants),
        _shift(history, "claimed", numbers.claimed, fields, constants),
        _shift(history, "absent", numbers.absent, fields, constants),
        _shift(history, "invalid", numbers.invalid, fields, constants),
    ]
    return [shift for shift in shifts if shift.logodds]


def _fields(history: History) -> list[_Field]:
    """Return the current state of each field that could be assessed."""
    by_field: dict[str, list[Disclosure]] = defaultdict(list)
    for disclosure in history.of(Disclosure):
        if disclosure.state != "not_assessable":
            by_field[disclosure.field].append(disclosure)
    return [_current(found) for _, found in sorted(by_field.items())]


def _current(found: list[Disclosure]) -> _Field:
    latest = max(found, key=lambda d: (d.t, d.learnt, d.verified, d.value))
    if latest.state == "absent_required":
        return _Field("absent", latest)
    if latest.state == "invalid":
        return _Field("invalid", latest)
    # Seeing the same value again on a page does not undo that a register confirmed it.
    confirmed = [d for d in found if d.verified and d.state == "valid" and d.value == latest.value]
    if confirmed:
        return _Field("verified", max(confirmed, key=lambda d: (d.t, d.learnt)))
    return _Field("claimed", latest)


def _shift(
    history: History, state: str, step: Step, fields: list[_Field], constants: Constants
) -> Shift:
    own = [f.statement for f in fields if f.state == state]
    decays = [history.decay(d, constants.disclosures.half_life) for d in own]
    # Counting only the freshest fields keeps the limit and still lets every one of them age alike.
    freshest = sorted(decays, reverse=True)[: step.most]
    return Shift(
        f"disclosures.{state}",
        step.each * math.fsum(freshest),
        {"count": len(own)},
        tuple(voices.evidence_id(d) for d in own),
        mass=constants.rating.disclosure * math.fsum(decays) if state == "verified" else 0.0,
    )
