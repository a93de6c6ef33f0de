"""Safety conduct: curated claims as a small term, official blocks as a cap on the points."""

import math
from dataclasses import dataclass

from scoring import voices
from scoring.constants import Constants
from scoring.events import Block, BlockLift, BlockStatus, Claim, ClaimContested, ClaimWithdrawn
from scoring.history import History
from scoring.terms import EVIDENCE_SHOWN, Cap, Contribution, Term

FULL = 100.0


def assess(history: History, constants: Constants) -> Contribution:
    """Return `safety.claims`; a block is evidence enough to rate, so it counts as mass."""
    block = cap(history, constants)
    mass = constants.rating.block * block.force if block else 0.0
    return Contribution(tuple(_claims(history, constants)), mass=mass)


def _claims(history: History, constants: Constants) -> list[Term]:
    numbers = constants.safety
    withdrawn = {event.id for event in history.of(ClaimWithdrawn)}
    contested = {event.id for event in history.of(ClaimContested)}
    standing = [claim for claim in history.of(Claim) if claim.id not in withdrawn]
    weights = [
        claim.severity
        * history.decay(claim, numbers.claim_half_life)
        * (numbers.contested if claim.id in contested else 1.0)
        for claim in standing
    ]
    if not standing:
        return []
    heaviest = sorted(weights, reverse=True)[: numbers.claim.most]
    counts = {"count": len(standing), "contested": sum(c.id in contested for c in standing)}
    evidence = tuple(voices.evidence_id(c) for c in standing[-EVIDENCE_SHOWN:])
    return [Term("safety.claims", numbers.claim.each * math.fsum(heaviest), counts, evidence)]


@dataclass(frozen=True, slots=True)
class _Limit:
    """One block and the cap it leaves on the day; `force` is 1 until it is released."""

    block: Block
    points: float
    force: float


def cap(history: History, constants: Constants) -> Cap | None:
    """Return the lowest cap that official blocks set on the day, or None where there was none."""
    limits = [_limit(history, block, constants) for block in history.of(Block)]
    if not limits:
        return None
    lowest = min(limits, key=lambda limit: (limit.points, -limit.force))
    alike = [limit for limit in limits if (limit.force == 1) == (lowest.force == 1)]
    return Cap(
        points=lowest.points,
        force=max(limit.force for limit in limits),
        code="safety.blocked" if lowest.force == 1 else "safety.lifted",
        numbers={
            "count": len(alike),
            "severity": lowest.block.severity,
            "cap": round(lowest.points, 2),
        },
        evidence=tuple(voices.evidence_id(limit.block) for limit in alike[:EVIDENCE_SHOWN]),
    )


def _limit(history: History, block: Block, constants: Constants) -> _Limit:
    numbers = constants.safety
    released = _released(history, block)
    since = 0.0 if released is None else history.as_of - released
    force = math.exp2(-since / numbers.lift_half_life)
    return _Limit(block, FULL - (FULL - numbers.caps[block.severity - 1]) * force, force)


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
    seen = [s for s in history.of(BlockStatus) if s.product == block.product and s.t > block.t]
    live = max((s.t for s in seen if s.status != "gone"), default=-math.inf)
    return [s.t for s in seen if s.status == "gone" and s.t > live]
