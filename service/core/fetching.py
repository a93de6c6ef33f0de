"""Asking the web for a feature: one fetcher, as the operator set it, and one word for how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from scrapers.errors import ScrapersError
from scrapers.fetching import Busy, Disallowed, Fetcher, Silent, Snapshot, Unreachable
from scrapers.fetching import Settings as FetchSettings
from service.core.clock import Clock
from service.core.runtime import Runtime
from service.core.settings import Settings

OK = "ok"
GONE = "gone"
BLOCKED = "blocked"
UNREACHABLE = "unreachable"
FORBIDDEN = "robots_forbidden"
UNREADABLE = "unreadable"
"""`blocked` is a login wall or a captcha, which nobody fights; `unreadable` an answer or an address that
the guard does not let through."""

STATES = (OK, GONE, BLOCKED, UNREACHABLE, FORBIDDEN, UNREADABLE)

_OF_SNAPSHOT = {"page": OK, "gone": GONE, "blocked": BLOCKED, "unavailable": UNREACHABLE}


class Web(Protocol):
    """What answers for an address; the guarded fetcher, outside tests."""

    def fetch(self, url: str, *, fresh: bool) -> Snapshot:
        """Return the answer; raise ScrapersError."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How one question went; without a snapshot there was no answer, and `why` names the error."""

    state: str
    snapshot: Snapshot | None = None
    why: str = ""


def ask(web: Web, url: str) -> Asked:
    """Ask for a page once; whatever keeps us from it is a state, never an error."""
    try:
        snapshot = web.fetch(url, fresh=True)
    except ScrapersError as error:
        return Asked(_state_of(error), why=type(error).__name__)
    return Asked(_OF_SNAPSHOT[snapshot.state], snapshot)


def _state_of(error: ScrapersError) -> str:
    if isinstance(error, Silent | Busy | Unreachable):
        return UNREACHABLE
    return FORBIDDEN if isinstance(error, Disallowed) else UNREADABLE


def opened(settings: Settings, clock: Clock) -> Fetcher:
    """Return the fetcher of this installation, to be closed.

    Raises InvalidInput where no `checks_contact` says how its operator is reached.
    """
    own = FetchSettings(
        contact=settings.checks_contact,
        networks=settings.private_networks,
        ports=settings.ports,
    )
    return Fetcher(own, clock=clock)


Due = TypeVar("Due")


def look_at_due(
    runtime: Runtime,
    claim: Callable[..., Sequence[Due]],
    look: Callable[[Runtime, Web, Due], object],
    *,
    limit: int,
) -> int:
    """Claim what is due and look at each; return how many. Nothing until an operator has set a contact.

    `claim(session, now=..., limit=...)` takes at most `limit` of them in a transaction of its own.
    """
    if not runtime.settings.checks_contact:
        return 0
    with runtime.begin() as session:
        due = claim(session, now=runtime.clock(), limit=limit)
    if due:
        with opened(runtime.settings, runtime.clock) as web:
            for one in due:
                look(runtime, web, one)
    return len(due)
