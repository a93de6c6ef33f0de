"""Complaints: admissible ones against the purchases they came from.

Purchases are what a platform states, or what buyers' good reviews stand for. Bad reviews are left
out: otherwise a one-star review would dilute the complaints and could raise the score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring import terms, voices
from scoring.constants import Complaints, Constants
from scoring.events import Complaint, ComplaintClosed, ComplaintReply, Sales
from scoring.history import History, renewed
from scoring.priors import Priors
from scoring.terms import EVIDENCE_SHOWN, LONG, Masses, Part
from scoring.voices import Flags, Floats, Statements

FAMILY = "complaints"
_CODES = {"resolved": "complaints.resolved", "pending": "complaints.pending"}
_OTHER_CODE = "complaints.unresolved"


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Admissible complaints: the code and the mass of each, and which of them rest on evidence."""

    codes: Sequence[str]
    statements: Statements
    costly: Flags


def assess(history: History, constants: Constants, _: Priors) -> list[Part]:
    """Return a part for each state of complaints; those without evidence are cheap."""
    weighed = weigh(history, constants)
    free = _free_in_a_week(history, constants)
    masses = [
        _masses(weighed, half_life, constants.complaints, free)
        for half_life in constants.windows.half_lives
    ]
    return [_part(code, weighed, masses, constants) for code in sorted(set(weighed.codes))]


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
    all_of_them = voices.statements(found, masses, history.as_of, groups)
    costly = np.array([complaint.evidence for complaint in found], dtype=bool)
    return _Weighed(codes, all_of_them, costly[voices.first(all_of_them)])


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
    recent = math.fsum(s.count * history.decay(s, half_life) for s in history.of(Sales))
    weekly = recent * 7 * math.log(2) / half_life
    return constants.complaints.week_free + constants.complaints.week_share * weekly


def _masses(weighed: _Weighed, half_life: float, numbers: Complaints, week: float) -> Floats:
    """Return each complaint's purchases under the limits of copies and of floods."""
    own = voices.decayed(weighed.statements, half_life)
    total = float(own.sum())
    if not total:
        return own
    by_week = voices.by_week(weighed.statements, own, free=week, usual_weeks=numbers.usual_weeks)
    return np.asarray(own * (numbers.weight * min(total, by_week) / total))


def _part(code: str, weighed: _Weighed, masses: Sequence[Floats], constants: Constants) -> Part:
    own = np.array([other == code for other in weighed.codes])
    age = weighed.statements.age
    days = [constants.windows.shown * h for h in constants.windows.half_lives]
    return Part(
        code,
        against=True,
        voices=float(masses[LONG][own].sum()),
        mass=tuple(float(window[own & weighed.costly].sum()) for window in masses),
        cheap=tuple(float(window[own & ~weighed.costly].sum()) for window in masses),
        numbers=tuple({"count": int((own & (age <= d)).sum()), "days": d} for d in days),
        evidence=tuple(
            voices.heaviest(weighed.statements.events, window, own & (age <= d), EVIDENCE_SHOWN)
            for window, d in zip(masses, days, strict=True)
        ),
    )


def backed(parts: Sequence[Part]) -> Masses:
    """Return the mass of complaints with evidence in each window, before cheap ones are added."""
    own = [part.mass for part in parts if _is_complaint(part)]
    return tuple(math.fsum(masses) for masses in zip(*own, strict=True))


def borne_out(parts: Sequence[Part], evident: Masses, numbers: Complaints) -> list[Part]:
    """Return the parts with complaints counting in full only as far as something bears them out.

    That is what a flood of invented ones lacks: bad reviews by buyers, parcels that were lost, and
    complaints of several weeks by different people with evidence (`evident`, their mass).
    """
    own = [part for part in parts if _is_complaint(part)]
    others = [part for part in parts if not _is_complaint(part)]
    if not own:
        return others
    factors = []
    for window in range(len(own[0].mass)):
        total = terms.mass(own, window, against=True)
        free = numbers.free + numbers.borne_out * terms.mass(others, window, against=True)
        free += numbers.backed * max(0.0, evident[window] - numbers.backed_from)
        factors.append(terms.bounded(total, free) / total if total else 1.0)
    return [*others, *(_scaled(part, factors) for part in own)]


def _scaled(part: Part, factors: Sequence[float]) -> Part:
    mass = tuple(m * f for m, f in zip(part.mass, factors, strict=True))
    return replace(part, mass=mass, voices=part.voices * factors[LONG])


def _is_complaint(part: Part) -> bool:
    return part.code.partition(".")[0] == FAMILY


def sold(history: History, constants: Constants, priors: Priors, others: Sequence[Part]) -> Masses:
    """Return the purchases of each window: stated ones, or what buyers' good reviews stand for."""
    sales = history.of(Sales)
    half_lives = constants.windows.half_lives
    if not sales:
        praise = [part.mass for part in others if part.code == "reviews.good"]
        worth = priors.per_review / priors.worth
        return tuple(math.fsum(m[w] for m in praise) * worth for w in range(len(half_lives)))
    fresh = renewed(history, constants.reviews.swapped)
    return tuple(
        math.fsum(s.count * fresh(s) * history.decay(s, h) for s in sales) for h in half_lives
    )


def purchases(
    history: History, constants: Constants, priors: Priors, parts: Sequence[Part], count: Masses
) -> Part:
    """Return `complaints.purchases`: those that would have led to complaints, and did not."""
    numbers, half_lives = constants.complaints, constants.windows.half_lives
    own = [part for part in parts if _is_complaint(part)]
    good = []
    for window, whole in enumerate(count):
        expected = numbers.weight * priors.told * whole
        expected *= 1.0 if half_lives[window] == half_lives[LONG] else numbers.early
        # A flood of complaints takes away half of what went well at most.
        good.append(max(expected / 2, expected - terms.mass(own, window, against=True)))
    days = [constants.windows.shown * h for h in half_lives]
    evidence = tuple(voices.evidence_id(s) for s in history.of(Sales)[-EVIDENCE_SHOWN:])
    return Part(
        "complaints.purchases",
        against=False,
        mass=tuple(good),
        numbers=tuple(_numbers(history, d, c) for d, c in zip(days, count, strict=True)),
        evidence=(evidence,) * len(good),
    )


def _numbers(history: History, days: float, count: float) -> dict[str, float]:
    stated = sum(s.count for s in history.of(Sales) if history.age(s) <= days)
    filed = sum(history.age(c) <= days for c in history.of(Complaint))
    return {"purchases": stated or round(count), "complaints": filed, "days": days}
