"""Whether a programme takes a case: pure, from the case's facts and the programme's rules."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.complaints.course import programmes
from service.complaints.course.programmes import Programme


@dataclass(frozen=True, slots=True)
class Verdict:
    """Rules that a case breaks, and rules that cannot be judged because a fact is missing."""

    broken: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def eligible(self) -> bool:
        """Tell whether nothing stands against the case; what is unknown has to be asked."""
        return not self.broken


def judge(
    programme: Programme, facts: Mapping[str, Any], *, participant: bool, day: date
) -> Verdict:
    """Return what stands against a case on a day; `participant`: the merchant takes part in it.

    Codes: consumer_country, merchant_country, purchased_within_days, participant, evidence.
    """
    found = dict(_rules(programme, facts, participant=participant, day=day))
    broken = tuple(code for code, holds in found.items() if holds is False)
    return Verdict(broken, tuple(code for code, holds in found.items() if holds is None))


def programme_for(facts: Mapping[str, Any], *, joined: Collection[str], day: date) -> str:
    """Return the programme for a case: one that its merchant takes part in, else direct mediation.

    `joined` names (without version) the programmes in which the merchant takes part on that day. Of
    several versions the newest counts.
    """
    newest = {name.partition("@")[0]: name for name in sorted(programmes.load(), key=_version)}
    for short, name in newest.items():
        programme = programmes.get(name)
        verdict = judge(programme, facts, participant=True, day=day)
        if programme.conciliates and short in joined and verdict.eligible:
            return name
    return newest[programmes.DEFAULT.partition("@")[0]]


def _version(name: str) -> int:
    return int(name.partition("@")[2])


def _rules(
    programme: Programme, facts: Mapping[str, Any], *, participant: bool, day: date
) -> Iterator[tuple[str, bool | None]]:
    rules = programme.eligibility
    yield "consumer_country", _among(facts.get("country"), rules.consumer_countries)
    yield "merchant_country", _among(facts.get("merchant_country"), rules.merchant_countries)
    yield "purchased_within_days", _recent(facts, rules.purchased_within_days, day)
    yield "participant", participant or not rules.participant
    yield "evidence", _shown(programme, facts)


def _among(country: str | None, countries: tuple[str, ...]) -> bool | None:
    if not countries:
        return True
    return None if country is None else country in countries


def _recent(facts: Mapping[str, Any], days: int | None, day: date) -> bool | None:
    if days is None:
        return True
    bought = facts.get("purchase_date")
    return None if bought is None else date.fromisoformat(bought) >= day - timedelta(days=days)


def _shown(programme: Programme, facts: Mapping[str, Any]) -> bool | None:
    """Tell whether there is evidence of a kind that shows this; without any it has to be asked for."""
    needed = programme.evidence.get(facts.get("category", ""), ())
    given = facts.get("evidence") or ()
    return True if not needed or set(given) & set(needed) else None
