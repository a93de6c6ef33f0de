"""Conditions of moves, named in machine.toml: pure functions of a case as it stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.complaints.course import clocks
from service.complaints.course.clocks import Step
from service.complaints.course.programmes import Places, Programme


@dataclass(frozen=True, slots=True)
class Standing:
    """What moves and deadlines of a case depend on; `proven` is whether its contact is."""

    history: Sequence[Step]
    programme: Programme
    places: Places
    participates: bool
    proven: bool = True

    @property
    def due_at(self) -> datetime | None:
        """Return when the clock acts next."""
        return clocks.due_at(self.history, self.programme, self.places)

    def over(self, now: datetime) -> bool:
        """Tell whether the time of who must act is over."""
        return self.due_at is not None and self.due_at <= now

    def after(self, step: Step) -> "Standing":
        """Return how the case stands once a move has been made."""
        return replace(self, history=[*self.history, step])


Guard = Callable[[Standing, datetime], bool]


def _participates(case: Standing, _now: datetime) -> bool:
    return case.programme.conciliates and case.participates


def _does_not_participate(case: Standing, now: datetime) -> bool:
    return not _participates(case, now)


def _contact_proven(case: Standing, _now: datetime) -> bool:
    return case.proven


def _no_extension_asked(case: Standing, _now: datetime) -> bool:
    """Tell whether none was asked for since the last upload: there is one at most."""
    since = [step.event for step in case.history]
    start = len(since) - 1 - since[::-1].index("upload")
    return "request_extension" not in since[start:]


def _within_window(case: Standing, now: datetime) -> bool:
    """Tell whether a closed case can be opened again: still, and not as often before as it can be."""
    state = case.history[-1].after
    clock = case.programme.windows.get(state)
    opened = sum(step.before == state for step in case.history)
    if clock is not None and clock.times is not None and opened >= clock.times:
        return False
    end = clocks.window_end(case.history, case.programme, case.places)
    return end is None or now < end


GUARDS: Mapping[str, tuple[Guard, str]] = {
    "participates": (_participates, "the merchant takes no part in this programme"),
    "does_not_participate": (_does_not_participate, "the merchant takes part: upload the case"),
    "contact_proven": (_contact_proven, "nobody has made sure of the contact yet"),
    "no_extension_asked": (_no_extension_asked, "an extension was asked for already"),
    "within_window": (_within_window, "the time for this is over, or it was done before"),
}
"""Each guard with what to say when it does not hold."""
