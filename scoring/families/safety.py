"""Safety conduct: curated claims as a small term, official blocks as a cap on the points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scoring import voices
from scoring.constants import Constants
from scoring.events import (
    Block,
    BlockLift,
    BlockStatus,
    Claim,
    ClaimContested,
    ClaimWithdrawn,
    Review,
    Sales,
)
from scoring.history import History
from scoring.terms import EVIDENCE_SHOWN, Cap, Part

FULL = 100.0
UNKNOWN_LISTINGS = 10.0
"""Listings that a seller is taken to have at least, when asking how likely a buyer meets a blocked one."""


def assess(history: History, constants: Constants) -> list[Part]:
    """Return `safety.claims`, curated statements that stand."""
    numbers = constants.safety
    withdrawn = {event.id for event in history.of(ClaimWithdrawn)}
    contested = {event.id for event in history.of(ClaimContested)}
    standing = [claim for claim in history.of(Claim) if claim.id not in withdrawn]
    if not standing:
        return []
    weights = [
        claim.severity
        * history.decay(claim, numbers.claim_half_life)
        * (numbers.contested if claim.id in contested else 1.0)
        for claim in standing
    ]
    mass = numbers.claim.each * math.fsum(sorted(weights, reverse=True)[: numbers.claim.most])
    counts = {"count": len(standing), "contested": sum(c.id in contested for c in standing)}
    evidence = tuple(voices.evidence_id(c) for c in standing[-EVIDENCE_SHOWN:])
    # A statement is no event of a window: the long run holds it, recent windows add nothing.
    recent = len(constants.windows.half_lives) - 1
    return [
        Part(
            "safety.claims",
            against=True,
            voices=mass,
            mass=(*(0.0,) * recent, mass),
            numbers=(counts,) * (recent + 1),
            evidence=(evidence,) * (recent + 1),
        )
    ]


@dataclass(frozen=True, slots=True)
class _Order:
    """One block on the day: `force` is 1 until it is released; `weight` also counts the conduct."""

    block: Block
    force: float
    weight: float


def cap(history: History, constants: Constants) -> Cap | None:
    """Return the cap that official blocks set on the day, or None where there was none.

    It rests on the gravest order and on conduct: which part of the known listings is blocked, and
    whether they went promptly, stayed or came back.
    """
    orders = [_order(history, block, constants) for block in history.of(Block)]
    if not orders:
        return None
    numbers = constants.safety
    others = _others(history, {order.block.product for order in orders}, constants)
    weights = _by_product(orders)
    blocked = math.fsum(weights.values())
    conduct = min(1.0, blocked / (blocked + others) / numbers.share) if blocked else 0.0
    losses = {id(o): (FULL - numbers.caps[o.block.severity - 1]) * o.force for o in orders}
    worst = max(orders, key=lambda order: (losses[id(order)], order.force))
    alike = [order for order in orders if (order.force == 1) == (worst.force == 1)]
    points = FULL - losses[id(worst)] * conduct
    return Cap(
        points=points,
        force=max(order.force for order in orders),
        share=_share(orders, others),
        code="safety.blocked" if worst.force == 1 else "safety.lifted",
        numbers={
            "count": len({order.block.product for order in alike}),
            "severity": worst.block.severity,
            "cap": round(points, 2),
        },
        evidence=tuple(voices.evidence_id(order.block) for order in alike[:EVIDENCE_SHOWN]),
    )


def _order(history: History, block: Block, constants: Constants) -> _Order:
    numbers = constants.safety
    released = _released(history, block)
    if released is None:
        back = any(s.status == "relisted" for s in _seen(history, block))
        return _Order(block, 1.0, 2.0 if back else 1.0)
    force = math.exp2(-(history.as_of - released) / numbers.lift_half_life)
    prompt = released - block.t <= numbers.prompt_days
    return _Order(block, force, force * (numbers.prompt if prompt else 1.0))


def _by_product(orders: Sequence[_Order]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for order in orders:
        product = order.block.product
        weights[product] = max(order.weight, weights.get(product, 0.0))
    return weights


def _others(history: History, blocked: set[str], constants: Constants) -> float:
    """Return how many listings are known beside the blocked ones, or stand behind the sales."""
    named = {review.product for review in history.of(Review) if review.product}
    if named:
        return float(len(named - blocked))
    sold = sum(sale.count for sale in history.of(Sales))
    return sold / constants.safety.purchases_per_listing


def _share(orders: Sequence[_Order], others: float) -> float:
    """Return the part of the listings that is blocked now; a few unknown ones are assumed."""
    live = len({order.block.product for order in orders if order.force == 1})
    return live / (live + max(others, UNKNOWN_LISTINGS)) if live else 0.0


def _released(history: History, block: Block) -> float | None:
    """Return when the block was lifted, or its listing was gone for good; None while in force."""
    lifts = [
        lift.t
        for lift in history.of(BlockLift)
        if lift.t > block.t and (lift.product, lift.source) == (block.product, block.source)
    ]
    return min([*lifts, *_withdrawn(history, block)], default=None)


def _withdrawn(history: History, block: Block) -> list[float]:
    """Return the times at which the listing was seen gone, after it was last seen live."""
    seen = _seen(history, block)
    live = max((s.t for s in seen if s.status != "gone"), default=-math.inf)
    return [s.t for s in seen if s.status == "gone" and s.t > live]


def _seen(history: History, block: Block) -> list[BlockStatus]:
    """Return what was seen of the listing after its block."""
    return [s for s in history.of(BlockStatus) if s.product == block.product and s.t > block.t]
