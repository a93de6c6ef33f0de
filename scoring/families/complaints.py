"""Complaints: admissible ones against the purchases they came from.

Purchases are what a platform states, or what the good reviews stand for. Bad reviews are left out:
otherwise a one-star review would dilute the complaints and could raise the score.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scoring import voices
from scoring.constants import Constants
from scoring.events import Complaint, ComplaintClosed, ComplaintReply, Sales
from scoring.families import reviews
from scoring.history import History
from scoring.terms import EVIDENCE_SHOWN, Contribution, Term
from scoring.voices import Odds, Statement

_CODES = {"resolved": "complaints.resolved", "pending": "complaints.pending"}
_OTHER_CODE = "complaints.unresolved"


@dataclass(frozen=True, slots=True)
class _Weighed:
    """An admissible complaint with its code and its statement."""

    code: str
    statement: Statement


def assess(history: History, constants: Constants) -> Contribution:
    """Return one term a state of complaints, and `complaints.purchases` for what they are measured by."""
    weighed = _weighed(history, constants)
    statements = [w.statement for w in weighed]
    praise = reviews.sides(history, constants).good
    prior_bad = constants.complaints.prior_bad
    prior = (prior_bad, prior_bad / constants.complaints.rate)

    def masses(half_life: float) -> tuple[float, float]:
        return (
            _mass(statements, half_life, constants),
            _purchases(history, praise, half_life, constants),
        )

    odds = _with_floor(voices.worse_window(masses, constants, prior), constants)
    mass = _mass(statements, max(constants.windows.half_lives), constants)
    days = constants.windows.shown * odds.half_life
    numbers = {
        "purchases": _shown_purchases(history, praise, constants, days),
        "complaints": sum(s.age <= days for s in statements),
        "days": days,
    }
    terms = _against(odds, weighed, days) + _purchases_term(history, odds, numbers)
    return Contribution(tuple(terms), mass=mass, adverse=mass)


def _weighed(history: History, constants: Constants) -> list[_Weighed]:
    outcomes = _outcomes(history)
    replied = {reply.id for reply in history.of(ComplaintReply)}
    found = []
    for complaint in history.of(Complaint):
        state = outcomes.get(complaint.id, "pending")
        mass = _weight(complaint, state, constants, replied=complaint.id in replied)
        if mass > 0:
            statement = Statement(
                complaint,
                complaint.reviewer,
                complaint.cluster or None,
                mass,
                history.age(complaint),
            )
            found.append(_Weighed(_CODES.get(state, _OTHER_CODE), statement))
    return found


def _outcomes(history: History) -> Mapping[str, str]:
    """Return the outcome of each closed complaint, the latest statement standing."""
    return {closed.id: closed.outcome for closed in history.of(ComplaintClosed)}


def _weight(complaint: Complaint, state: str, constants: Constants, *, replied: bool) -> float:
    numbers = constants.complaints
    if not complaint.contact_complete:
        return 0.0
    weight = numbers.severity[complaint.severity - 1]
    weight *= numbers.pending if state == "pending" else numbers.outcome[state]
    if not complaint.evidence:
        weight *= numbers.without_evidence
    return weight * numbers.replied if replied else weight


def _mass(statements: list[Statement], half_life: float, constants: Constants) -> float:
    """Return the mass under both limits: copies from one source, and floods within a week."""
    persons = voices.voices(statements, half_life)
    numbers = constants.complaints
    by_week = voices.mass_by_week(persons, free=numbers.week_free, usual_weeks=numbers.usual_weeks)
    return min(voices.mass_by_group(persons), by_week)


def _purchases(
    history: History, praise: list[Statement], half_life: float, constants: Constants
) -> float:
    stated = math.fsum(s.count * history.decay(s, half_life) for s in history.of(Sales))
    return max(stated, constants.complaints.purchases_per_voice * reviews.mass(praise, half_life))


def _with_floor(odds: Odds, constants: Constants) -> Odds:
    """Limit what few complaints can earn: that nobody complained here may have other causes."""
    least = -constants.complaints.credit - odds.against
    return Odds(odds.half_life, odds.against, max(odds.favour, least))


def _purchases_term(history: History, odds: Odds, numbers: dict[str, float]) -> list[Term]:
    """Return the line of what the complaints are measured by, if it moves anything."""
    if not odds.favour:
        return []
    sales = tuple(voices.evidence_id(s) for s in history.of(Sales)[-EVIDENCE_SHOWN:])
    return [Term("complaints.purchases", odds.favour, numbers, sales)]


def _against(odds: Odds, weighed: list[_Weighed], days: float) -> list[Term]:
    """Split the log-odds against by state, in proportion to the decayed masses."""
    decayed = {
        id(w): w.statement.mass * math.exp2(-w.statement.age / odds.half_life) for w in weighed
    }
    total = math.fsum(decayed.values())
    terms = []
    for code in sorted({w.code for w in weighed}):
        own = [w for w in weighed if w.code == code]
        share = math.fsum(decayed[id(w)] for w in own) / total if total else 0.0
        if odds.against * share:
            shown = [w.statement for w in own if w.statement.age <= days]
            evidence = voices.heaviest(shown, EVIDENCE_SHOWN)
            numbers = {"count": len(shown), "days": days}
            terms.append(Term(code, odds.against * share, numbers, evidence))
    return terms


def _shown_purchases(
    history: History, praise: list[Statement], constants: Constants, days: float
) -> float:
    sold = sum(s.count for s in history.of(Sales) if history.age(s) <= days)
    if sold:
        return sold
    persons = {s.person for s in praise if s.age <= days and s.mass > 0}
    return round(constants.complaints.purchases_per_voice * len(persons))
