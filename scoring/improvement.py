"""What would change this: the honest improvements that would raise a score most.

Each is tried: the events that it would add are added, and the score is computed again.
"""

import math
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from scoring import events as ev
from scoring import model, priors, voices
from scoring.constants import Constants, latest
from scoring.history import History, view
from scoring.model import Assessment
from scoring.priors import Priors
from scoring.terms import EVIDENCE_SHOWN, Part

SHOWN = 5
"""Improvements that are listed at most."""
LEAST_POINTS = 0.05
MOST_PURCHASES = 1000
FULL = model.FULL
_SETTLED = ("resolved", "unfounded", "invalid_contact", "withdrawn")


@dataclass(frozen=True, slots=True)
class Improvement:
    """One line: a code of improvements.toml, the points gained, its numbers, and what it is about."""

    code: str
    points: float
    numbers: Mapping[str, float]
    evidence: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """Return the line as JSON values."""
        return {
            "code": self.code,
            "points": self.points,
            "numbers": dict(self.numbers),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class _Trial:
    """What would be done: the events it adds, about which ones, and after how many days it is seen."""

    code: str
    added: Sequence[ev.Event]
    about: Sequence[ev.Event]
    days: float = 0.0


def improvements(
    events: Iterable[ev.Event],
    *,
    as_of: float,
    constants: Constants | None = None,
    reliability: Mapping[str, float] | None = None,
    expected: Priors | None = None,
    predecessors: Sequence[Sequence[ev.Event]] = (),
) -> tuple[Improvement, ...]:
    """Return what would raise the score most, the largest first; arguments as of `scoring.score`.

    Nothing for a merchant that is not rated.
    """
    numbers = constants or latest()
    usual = expected or priors.default(numbers)
    known = list(events)
    earlier = [view(old, as_of, reliability, numbers.windows.most) for old in predecessors]

    def found(added: Sequence[ev.Event] = ()) -> Assessment:
        history = view([*known, *added], as_of, reliability, numbers.windows.most)
        return model.whole(history, earlier, numbers, usual)

    now = found()
    if not model.is_rated(now, numbers):
        return ()
    history = view(known, as_of, reliability, numbers.windows.most)
    lines = [_tried(trial, now, found, numbers) for trial in _trials(history, numbers)]
    lines.extend(_served(now, numbers))
    worth = [line for line in lines if line.points >= LEAST_POINTS]
    return tuple(sorted(worth, key=lambda line: (-line.points, line.code))[:SHOWN])


def codes() -> dict[str, tuple[str, ...]]:
    """Return every code with the names of its numbers."""
    source = files(__package__).joinpath("improvements.toml").read_text(encoding="utf-8")
    return {row["code"]: tuple(row["numbers"]) for row in tomllib.loads(source)["improvement"]}


def _trials(history: History, constants: Constants) -> Iterator[_Trial]:
    yield from _complaints(history)
    yield from _disclosures(history)
    yield from _blocks(history, constants)


def _complaints(history: History) -> Iterator[_Trial]:
    ended = {closed.id: closed.outcome for closed in history.of(ev.ComplaintClosed)}
    answered = {reply.id for reply in history.of(ev.ComplaintReply)}
    open_ones = [c for c in history.of(ev.Complaint) if ended.get(c.id) not in _SETTLED]
    day = history.as_of
    solved = [
        ev.ComplaintClosed(t=day, merchant=c.merchant, id=c.id, outcome="resolved")
        for c in open_ones
    ]
    yield _Trial("complaints.resolve", solved, open_ones)
    silent = [c for c in open_ones if c.id not in answered]
    replies = [ev.ComplaintReply(t=day, merchant=c.merchant, id=c.id) for c in silent]
    yield _Trial("complaints.reply", replies, silent)


def _disclosures(history: History) -> Iterator[_Trial]:
    latest_of = {
        d.field: d for d in sorted(history.of(ev.Disclosure), key=lambda d: (d.t, d.learnt))
    }
    stated = [d for d in latest_of.values() if d.state == "valid" and not d.verified]
    missing = [d for d in latest_of.values() if d.state in {"absent_required", "invalid"}]
    for code, found, verified in (
        ("disclosures.confirm", stated, True),
        ("disclosures.state", missing, False),
    ):
        day = history.as_of
        added = [
            ev.Disclosure(
                t=day, merchant=d.merchant, field=d.field, value=d.value, verified=verified
            )
            for d in found
        ]
        yield _Trial(code, added, found)


def _blocks(history: History, constants: Constants) -> Iterator[_Trial]:
    """Yield taking down what is blocked; its cap fades only with time."""
    live = list({block.product: block for block in history.of(ev.Block)}.values())
    day = history.as_of
    gone = [
        ev.BlockStatus(t=day, merchant=b.merchant, product=b.product, status="gone") for b in live
    ]
    yield _Trial("safety.withdraw", gone, live, constants.safety.lift_half_life)


def _tried(
    trial: _Trial,
    now: Assessment,
    found: Callable[[Sequence[ev.Event]], Assessment],
    constants: Constants,
) -> Improvement:
    then = found(trial.added) if trial.added else now
    if trial.days and then.cap:
        left = math.exp2(-trial.days / constants.safety.lift_half_life)
        faded = FULL - (FULL - then.cap.points) * left
        then = replace(then, cap=replace(then.cap, points=faded))
    numbers = {"count": float(len(trial.about))} | ({"days": trial.days} if trial.days else {})
    about = tuple(voices.evidence_id(event) for event in trial.about[:EVIDENCE_SHOWN])
    gained = round(then.final(constants) - now.final(constants), 2)
    return Improvement(trial.code, gained if trial.added else 0.0, numbers, about)


def _served(now: Assessment, constants: Constants) -> list[Improvement]:
    """Return how many reviewed purchases that go well lead to the next grade, if some do."""
    points = now.final(constants)
    bound = min((b for b in constants.rating.grades.values() if b > points), default=math.inf)
    if _with_praise(now, MOST_PURCHASES).final(constants) < bound:
        return []
    low, high = 0, MOST_PURCHASES
    while high - low > 1:
        middle = (low + high) // 2
        reached = _with_praise(now, middle).final(constants) >= bound
        low, high = (low, middle) if reached else (middle, high)
    numbers = {"count": float(high), "score": bound}
    return [Improvement("reviews.serve", round(bound - points, 2), numbers, ())]


def _with_praise(found: Assessment, count: int) -> Assessment:
    """Return an assessment with so many good reviews by buyers, made today, added."""
    windows = found.seen.shape[0]
    mass = (count * found.priors.worth,) * windows
    nothing: tuple[Mapping[str, float], ...] = ({},) * windows
    more = Part("reviews.good", False, mass, nothing, ((),) * windows)  # noqa: FBT003 -- as in Part
    return replace(found, parts=(*found.parts, more))
