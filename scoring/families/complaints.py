"""Complaints: admissible ones against the purchases they came from.

Purchases are what a platform states, or what buyers' good reviews stand for. Bad reviews are left
out: otherwise a one-star review would dilute the complaints and could raise the score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring import terms, voices
from scoring.constants import Constants
from scoring.events import Complaint, ComplaintClosed, ComplaintReply, Sales
from scoring.history import History
from scoring.priors import Priors
from scoring.terms import EVIDENCE_SHOWN, LONG, Part
from scoring.voices import Floats, Statements

_CODES = {"resolved": "complaints.resolved", "pending": "complaints.pending"}
_OTHER_CODE = "complaints.unresolved"


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Admissible complaints: the code and the mass of each."""

    codes: Sequence[str]
    statements: Statements


def assess(
    history: History, constants: Constants, priors: Priors, others: Sequence[Part]
) -> list[Part]:
    """Return a part for each state of complaints, and `complaints.purchases` that went without one.

    `others` are the parts of the other families: complaints count in full only as far as those bear
    them out, which is what a flood of invented ones lacks.
    """
    weighed = weigh(history, constants)
    free = _free_in_a_week(history, constants)
    masses = [
        _masses(weighed, window, constants, free, terms.mass(others, window, against=True))
        for window in range(len(constants.windows.half_lives))
    ]
    parts = [_part(code, weighed, masses, constants) for code in sorted(set(weighed.codes))]
    totals = [float(window.sum()) for window in masses]
    return [*parts, *_purchases(history, constants, priors, others, totals)]


def weigh(history: History, constants: Constants) -> _Weighed:
    """Return the complaints that count at all."""
    outcomes = {closed.id: closed.outcome for closed in history.of(ComplaintClosed)}
    replied = {reply.id for reply in history.of(ComplaintReply)}
    found, masses, codes = [], [], []
    for complaint in history.of(Complaint):
        state = outcomes.get(complaint.id, "pending")
        mass = _weight(complaint, state, constants, replied=complaint.id in replied)
        if mass > 0:
            found.append(complaint)
            masses.append(mass)
            codes.append(_CODES.get(state, _OTHER_CODE))
    groups = [complaint.cluster or None for complaint in found]
    return _Weighed(codes, voices.statements(found, masses, history.as_of, groups))


def _weight(complaint: Complaint, state: str, constants: Constants, *, replied: bool) -> float:
    numbers = constants.complaints
    if not complaint.contact_complete:
        return 0.0
    weight = numbers.severity[complaint.severity - 1]
    weight *= numbers.pending if state == "pending" else numbers.outcome[state]
    if not complaint.evidence:
        weight *= numbers.without_evidence
    return weight * numbers.replied if replied else weight


def _free_in_a_week(history: History, constants: Constants) -> float:
    """Return how many complaints a week count in full: more where more is sold."""
    half_life = constants.windows.half_lives[0]
    sold = math.fsum(s.count * history.decay(s, half_life) for s in history.of(Sales))
    weekly = sold * 7 * math.log(2) / half_life
    return constants.complaints.week_free + constants.complaints.week_share * weekly


def _masses(
    weighed: _Weighed, window: int, constants: Constants, week: float, borne_out: float
) -> Floats:
    """Return each complaint's purchases under the limits: copies, floods, and what others bear out."""
    numbers = constants.complaints
    own = voices.decayed(weighed.statements, constants.windows.half_lives[window])
    total = float(own.sum())
    if not total:
        return own
    by_week = voices.by_week(weighed.statements, own, free=week, usual_weeks=numbers.usual_weeks)
    free = numbers.free + numbers.borne_out * borne_out
    purchases = numbers.weight * min(total, by_week)
    return np.asarray(own * (terms.bounded(purchases, free) / total))


def _part(code: str, weighed: _Weighed, masses: Sequence[Floats], constants: Constants) -> Part:
    own = np.array([other == code for other in weighed.codes])
    age = weighed.statements.age
    days = [constants.windows.shown * h for h in constants.windows.half_lives]
    return Part(
        code,
        against=True,
        voices=float(masses[LONG][own].sum()),
        mass=tuple(float(window[own].sum()) for window in masses),
        numbers=tuple({"count": int((own & (age <= d)).sum()), "days": d} for d in days),
        evidence=tuple(
            voices.heaviest(weighed.statements.events, window, own & (age <= d), EVIDENCE_SHOWN)
            for window, d in zip(masses, days, strict=True)
        ),
    )


def _purchases(
    history: History,
    constants: Constants,
    priors: Priors,
    others: Sequence[Part],
    complained: Sequence[float],
) -> list[Part]:
    """Return the purchases that would have led to complaints if they had gone badly, and did not."""
    sales = history.of(Sales)
    days = [constants.windows.shown * h for h in constants.windows.half_lives]
    good, numbers = [], []
    for window, half_life in enumerate(constants.windows.half_lives):
        sold = math.fsum(s.count * history.decay(s, half_life) for s in sales)
        if not sales:
            praise = (p.mass[window] for p in others if p.code == "reviews.good")
            sold = math.fsum(praise) / priors.eagerness * priors.per_review
        expected = constants.complaints.weight * priors.told * sold
        if half_life < constants.windows.half_lives[LONG]:
            # What was bought lately has mostly led to complaints that are still open.
            expected *= constants.complaints.pending
        # A flood of complaints takes away half of what went well at most.
        good.append(max(expected / 2, expected - complained[window]))
        shown = sum(s.count for s in sales if history.age(s) <= days[window])
        count = sum(history.age(c) <= days[window] for c in history.of(Complaint))
        numbers.append(
            {"purchases": shown or round(sold), "complaints": count, "days": days[window]}
        )
    evidence = tuple(voices.evidence_id(s) for s in sales[-EVIDENCE_SHOWN:])
    return [
        Part(
            "complaints.purchases",
            against=False,
            mass=tuple(good),
            numbers=tuple(numbers),
            evidence=(evidence,) * len(good),
        )
    ]
