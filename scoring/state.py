"""A merchant's history kept up to date event by event; its score equals that of all events at once.

One more event costs a look-up and a place in a heap, whatever is known already, and memory is bounded:
of each type the `most` events learnt last are kept, as `history.view` keeps them.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scoring import events as ev
from scoring import history, model
from scoring.constants import Constants, latest
from scoring.errors import InvalidInput
from scoring.history import Rank
from scoring.priors import Priors


class State:
    """What is kept of one merchant's events, in any order of arrival, duplicates and replays included.

    Only the day that scores are asked for must not lie before what was learnt: what has made way for
    newer events is gone.
    """

    __slots__ = ("_count", "_kept", "_merchant", "_most", "_newest", "_order")

    def __init__(self, constants: Constants | None = None) -> None:
        self._most = (constants or latest()).windows.most
        self._kept: dict[history.Name, ev.Event] = {}
        self._order: dict[type[ev.Event], list[tuple[Rank, history.Name]]] = defaultdict(list)
        self._count: dict[type[ev.Event], int] = defaultdict(int)
        self._newest = -math.inf
        self._merchant: str | None = None

    def add(self, event: ev.Event) -> None:
        """Take one more event; InvalidInput for an event of another merchant."""
        if event.merchant != self._merchant:
            self._check(event)
        name = ev.identity(event)
        other = self._kept.get(name)
        if other is not None and not history.is_later(event, other):
            return
        self._kept[name] = event
        learnt = event.learnt
        self._newest = max(self._newest, learnt)
        kind = type(event)
        heapq.heappush(self._order[kind], ((learnt, event.t), name))
        self._count[kind] += other is None
        if self._count[kind] > self._most:
            self._make_way(kind)
        elif other is not None:
            self._tidy(kind)

    def extend(self, events: Iterable[ev.Event]) -> None:
        """Take more events."""
        for event in events:
            self.add(event)

    def __len__(self) -> int:
        """Return how many events are kept."""
        return len(self._kept)

    def score(
        self,
        *,
        as_of: float,
        constants: Constants | None = None,
        reliability: Mapping[str, float] | None = None,
        expected: Priors | None = None,
        predecessors: Sequence[Sequence[ev.Event]] = (),
    ) -> model.Score:
        """Return what `scoring.score` returns of all events taken; the arguments are its."""
        if as_of < self._newest:
            raise InvalidInput("before the newest event taken", "as_of")
        return model.score(
            self._kept.values(),
            as_of=as_of,
            constants=constants,
            reliability=reliability,
            expected=expected,
            predecessors=predecessors,
        )

    def _check(self, event: ev.Event) -> None:
        if self._merchant is not None:
            raise InvalidInput(
                f"events of two merchants, {self._merchant!r} and {event.merchant!r}", "merchant"
            )
        self._merchant = event.merchant

    def _make_way(self, kind: type[ev.Event]) -> None:
        """Drop what was learnt first; the entry of an event that was learnt anew is none any more."""
        while True:
            entry = heapq.heappop(self._order[kind])
            if self._is_current(entry):
                del self._kept[entry[1]]
                self._count[kind] -= 1
                return

    def _tidy(self, kind: type[ev.Event]) -> None:
        """Forget the entries of events that were learnt anew, once they are as many as the others."""
        order = self._order[kind]
        if len(order) > 2 * self._count[kind]:
            order[:] = [entry for entry in order if self._is_current(entry)]
            heapq.heapify(order)

    def _is_current(self, entry: tuple[Rank, history.Name]) -> bool:
        event = self._kept.get(entry[1])
        return event is not None and (event.learnt, event.t) == entry[0]
