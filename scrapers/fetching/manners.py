"""When a host may be asked: its robots.txt, its pace, its "come back later"."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic, sleep
from typing import TypeVar

from protego import Protego
from pyrate_limiter import AbstractBucket, Limiter, Rate, SingleBucketFactory, StateBucket

from scrapers.errors import TooLarge
from scrapers.fetching.deadline import left
from scrapers.fetching.errors import Busy, Disallowed, FetchError, Refused, Silent
from scrapers.fetching.guard import address
from scrapers.weburl import WebUrl

ROBOTS_CAP = 500 * 1024
"""Bytes of a robots.txt that have to be read (RFC 9309, section 2.5); we read no larger ones."""

ROBOTS_AGE = 24 * 3600.0
"""Seconds a robots.txt is believed (RFC 9309, section 2.4)."""

UNREACHABLE_AGE = 600.0
"""Seconds after which an unreachable robots.txt is tried again."""

MOST_HOSTS = 10_000
"""Hosts remembered at a time; the oldest are forgotten."""

_DAY = 86_400.0
_OK = 200
_TOO_MANY = 429
_SERVER_ERRORS = 500

MakeBucket = Callable[[str, Rate], AbstractBucket]
"""Makes a host's bucket. Several workers share theirs, for example in Redis."""

Entry = TypeVar("Entry")
Clock = Callable[[], float]


def own_bucket(_: str, rate: Rate) -> AbstractBucket:
    """Return a bucket in this process."""
    return StateBucket([rate])


class Pace:
    """One request after another for each host, `delay` seconds apart or as far as the host asks."""

    def __init__(self, delay: float, make_bucket: MakeBucket = own_bucket) -> None:
        self._delay = delay
        self._make_bucket = make_bucket
        self._delays: dict[str, float] = {}
        self._limiters: dict[str, Limiter] = {}
        self._held: dict[str, float] = {}
        self._lock = Lock()

    def slow_down(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between two requests to a host from now on."""
        with self._lock:
            if delay > self._delays.get(host, self._delay):
                _remember(self._delays, host, delay)
                self._limiters.pop(host, None)

    def hold(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long, as its Retry-After says."""
        with self._lock:
            until = max(self._held.get(host, 0.0), monotonic() + seconds)
            _remember(self._held, host, until)

    def wait(self, host: str, where: str) -> None:
        """Wait for the host's turn; Busy when that comes after the end of this fetch."""
        held = self._held.get(host, 0.0) - monotonic()
        if held > left():
            raise Busy(f"the host asked to be left alone for {held:.0f} s more", where)
        sleep(max(0.0, held))
        delay = self._delays.get(host, self._delay)
        if not self._limiter(host, delay).try_acquire(host, timeout=max(0.0, min(left(), _DAY))):
            raise Busy(f"one request in {delay:g} s is this host's pace", where)

    def _limiter(self, host: str, delay: float) -> Limiter:
        with self._lock:
            if host not in self._limiters:
                bucket = self._make_bucket(host, Rate(1, max(1, round(delay * 1000))))
                factory = SingleBucketFactory(bucket, schedule_leak=False)
                _remember(self._limiters, host, Limiter(factory, buffer_ms=1))
            return self._limiters[host]


def _remember(table: dict[str, Entry], key: str, entry: Entry) -> None:
    while len(table) >= MOST_HOSTS:
        table.pop(next(iter(table)), None)
    table[key] = entry


@dataclass(frozen=True, slots=True)
class _Rules:
    """A robots.txt: its rules (None when it cannot be had) and until when they are believed."""

    parsed: Protego | None
    until: float


class Robots:
    """What sites allow, by origin. `ask` gets a robots.txt as (status, body) or raises FetchError."""

    def __init__(
        self,
        agent: str,
        ask: Callable[[str], tuple[int, bytes]],
        pace: Pace,
        clock: Clock = monotonic,
    ) -> None:
        self._agent = agent
        self._ask = ask
        self._pace = pace
        self._clock = clock
        self._known: dict[str, _Rules] = {}
        self._asking: dict[str, Lock] = {}

    def check(self, url: WebUrl) -> None:
        """Raise Disallowed unless the site lets us have this address; learn its pace on the way.

        No robots.txt allows everything, one that cannot be reached nothing (RFC 9309, 2.3.1).
        """
        rules = self._rules(url)
        if rules is None:
            raise Silent("robots.txt cannot be reached, which allows nothing", address(url))
        self._pace.slow_down(url.host, _delay(rules, self._agent))
        if not rules.can_fetch(address(url), self._agent):
            raise Disallowed("robots.txt does not allow it", address(url))

    def _rules(self, url: WebUrl) -> Protego | None:
        origin = f"{url.scheme}://{url.authority}"
        # One worker asks, the others wait for what it learns.
        with self._asking.setdefault(origin, Lock()):
            known = self._known.get(origin)
            if known is None or known.until <= self._clock():
                parsed = self._read(f"{origin}/robots.txt")
                age = ROBOTS_AGE if parsed is not None else UNREACHABLE_AGE
                known = _Rules(parsed, self._clock() + age)
                _remember(self._known, origin, known)
        self._asking.pop(origin, None)
        return known.parsed

    def _read(self, url: str) -> Protego | None:
        try:
            status, body = self._ask(url)
        except (Refused, Busy):
            raise
        except (FetchError, TooLarge):
            return None
        if status == _TOO_MANY or status >= _SERVER_ERRORS:
            return None
        text = body.decode("utf-8", "replace") if status == _OK else ""
        return Protego.parse(text)


def _delay(rules: Protego, agent: str) -> float:
    """Return the seconds between two requests that a robots.txt asks for, 0 when it does not."""
    rate = rules.request_rate(agent)
    asked = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(asked, rules.crawl_delay(agent) or 0.0)
