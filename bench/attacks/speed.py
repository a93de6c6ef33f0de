"""What one event and one score cost, and whether memory stays bounded."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence

import scoring
from scoring import events as ev
from scoring.state import State

EVENTS = 10_000
MANY = 1_000_000
SMALL = 300
ROUNDS = 5
MICRO, MILLI = 1e6, 1e3


def report(many: int = MANY) -> None:
    """Print processor time per event and per score, and the memory after `many` events."""
    events = list(_events(EVENTS))
    print("\nspeed, one core, best of five:")
    print(
        f"{'state update, per event over 10,000':46}{_best(lambda: _fill(events)) / EVENTS * MICRO:8.2f} us"
    )
    full = _best(lambda: _fill(events).score(as_of=EVENTS))
    print(f"{'... with one score after them, per event':46}{full / EVENTS * MICRO:8.2f} us")
    small = events[:SMALL]
    scored = _best(lambda: scoring.score(small, as_of=float(SMALL)))
    print(f"{f'full score with reasons, {SMALL} events':46}{scored * MILLI:8.2f} ms")
    before = _memory()
    state = State()
    state.extend(_events(many))
    print(
        f"{f'{many:,} events of one merchant':46}{len(state):8,} kept, {_memory() - before:.0f} MB more"
    )


def _fill(events: Sequence[ev.Event]) -> State:
    state = State()
    state.extend(events)
    return state


def _best(work: Callable[[], object]) -> float:
    """Return the shortest processor time in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def _events(count: int) -> Iterator[ev.Event]:
    """Yield three reviews and a delivery in turn, made as they are asked for."""
    for n in range(count):
        day = n * SMALL / EVENTS
        if n % 4:
            yield ev.Review(
                t=day, merchant="m", id=f"r{n}", reviewer=f"p{n * 7919 % 7000}",
                rating=1 if n % 9 == 0 else 5, verified=n % 3 > 0, product=f"p{n % 50}",
            )  # fmt: skip
        else:
            yield ev.Delivery(t=day, merchant="m", id=f"d{n}", state="on_time")


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
