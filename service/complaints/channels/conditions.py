"""Conditions of desks on a situation, in three values: holds, does not, or a fact is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from service.complaints.channels import registry
from service.complaints.channels.registry import Channel, Condition
from service.complaints.channels.situation import Situation


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds; None when it cannot be told without the `missing` facts."""

    holds: bool | None
    missing: frozenset[str] = frozenset()


def check(condition: Condition, situation: Situation, channel: Channel) -> Answer:
    """Evaluate one condition. One that rests on memory turns nobody away: its no is a do not know."""
    found = (
        _any_of(check(one, situation, channel) for one in condition.any)
        if condition.any
        else _fact(condition, situation, channel)
    )
    if found.holds is False and condition.basis == "memory":
        return Answer(None, frozenset({"confirmation"}))
    return found


def check_all(conditions: Iterable[Condition], situation: Situation, channel: Channel) -> Answer:
    """Evaluate conditions that must all hold; none at all hold."""
    answers = [check(one, situation, channel) for one in conditions]
    if any(one.holds is False for one in answers):
        return Answer(False)  # noqa: FBT003 - the value itself
    missing = frozenset[str]().union(*(one.missing for one in answers))
    return Answer(None, missing) if missing else Answer(True)  # noqa: FBT003 - the value itself


def refused(channel: Channel, situation: Situation) -> bool:
    """Tell whether something that is known makes the desk refuse; what is not known does not."""
    return any(check(one, situation, channel).holds is True for one in channel.refuses)


def _any_of(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    if any(one.holds for one in found):
        return Answer(True)  # noqa: FBT003 - the value itself
    missing = frozenset[str]().union(*(one.missing for one in found))
    return Answer(None, missing) if missing else Answer(False)  # noqa: FBT003 - the value itself


def _fact(condition: Condition, situation: Situation, channel: Channel) -> Answer:
    assert condition.fact is not None  # noqa: S101 - the registry's test sees to it
    if condition.fact == "amount":
        return _amount(condition, situation)
    if condition.differs_from is not None:
        return _differs(condition.fact, condition.differs_from, situation)
    values = _values(condition.fact, situation, channel)
    if values is None:
        return Answer(None, frozenset({condition.fact}))
    if condition.fact == "matter":
        return Answer(bool(values & set(condition.in_)))
    return _among(condition, values)


def _among(condition: Condition, values: frozenset[str]) -> Answer:
    """Compare what a fact may mean: a plain "card" is a credit card or a debit card."""
    wanted = values & set(condition.in_) if condition.in_ else values - set(condition.not_in)
    if wanted and wanted != values:
        return Answer(None, frozenset({condition.fact or ""}))
    return Answer(bool(wanted))


def _differs(fact: str, other: str, situation: Situation) -> Answer:
    one, two = getattr(situation, fact), getattr(situation, other)
    missing = {name for name, value in ((fact, one), (other, two)) if value is None}
    return Answer(None, frozenset(missing)) if missing else Answer(one != two)


def _amount(condition: Condition, situation: Situation) -> Answer:
    amount = situation.amounts.get(condition.currency)
    if amount is None:
        return Answer(None, frozenset({f"amount.{condition.currency}"}))
    return Answer(
        _within(amount, condition.at_least, condition.at_most)
        and (condition.below is None or amount < condition.below)
    )


def _within(amount: Decimal, least: int | None, most: int | None) -> bool:
    return (least is None or amount >= least) and (most is None or amount <= most)


def _values(fact: str, situation: Situation, channel: Channel) -> frozenset[str] | None:
    if fact == "participates":
        return _yes_no(_participates(situation, channel))
    if fact == "matter":
        return situation.matters
    if fact in ("deceived", "publish"):
        return _yes_no(getattr(situation, fact))
    value = getattr(situation, fact)
    if fact == "card_country":
        value = value or situation.residence
    if value is None:
        return None
    return frozenset(registry.load().protection.may_mean.get(value, (value,)))


def _participates(situation: Situation, channel: Channel) -> bool | None:
    if channel.id in situation.participates:
        return situation.participates[channel.id]
    return True if situation.platform in channel.participants else None


def _yes_no(value: bool | None) -> frozenset[str] | None:  # noqa: FBT001 - the value of a fact
    return None if value is None else frozenset({"yes" if value else "no"})
