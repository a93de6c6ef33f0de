"""The fetcher: an address in, a snapshot out.

From the outside in: redirects and robots.txt (ours, hop by hop), retries (stamina), the HTTP cache
(hishel, RFC 9111), the host's pace, the guarded transport. A cached answer costs no turn; a retry
and a robots.txt do.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

import httpx
import stamina
from hishel import SqliteStorage
from hishel.httpx import CacheTransport
from ssrfguard import Resolver, SSRFGuardError

from scrapers.errors import InvalidInput
from scrapers.fetching.bodies import read_body
from scrapers.fetching.deadline import left, within
from scrapers.fetching.errors import BadRedirect, Refused, Unreachable
from scrapers.fetching.guard import GuardedTransport, address, admitted, guard_policy, step
from scrapers.fetching.manners import ROBOTS_CAP, MakeBucket, Pace, Robots, own_bucket
from scrapers.fetching.snapshot import Snapshot
from scrapers.fetching.walls import is_wall_address, state_of
from scrapers.weburl import WebUrl

AGENT = "caveat"
"""The name that a robots.txt knows us by."""

MOST_REDIRECTS = 5
MEMORY_CACHE = 64 * 1024 * 1024
"""Bytes of an HTTP cache that is kept in memory."""

LONGEST_WAIT = 3.0
"""Seconds between two attempts, when the host names no time of its own."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATED = frozenset({429, 502, 503, 504})
_HTML = ("text/html", "application/xhtml+xml", "")
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to fetch.

    `contact` is a web or mail address by which a site's owner reaches us; it is sent with every
    request. `body_cap` counts bytes once inflated, `time_cap` and `delay` seconds: all that belongs
    to one fetch, and what lies between two requests to one host. `cache` is the file of the HTTP
    cache, None for one in memory. `ports` and `networks` widen the guard: `networks` are private
    ones (CIDR) that may be reached, none in production.
    """

    contact: str
    body_cap: int = 4 * 1024 * 1024
    time_cap: float = 30.0
    delay: float = 1.0
    attempts: int = 3
    cache: Path | None = None
    ports: frozenset[int] = frozenset({80, 443})
    networks: tuple[str, ...] = ()

    def agent(self) -> str:
        """Return the User-Agent header; InvalidInput when `contact` is no such address."""
        known = self.contact.startswith(("https://", "http://")) or "@" in self.contact
        if not known or not self.contact.isascii() or set(self.contact) & set(" ()<>\t\r\n"):
            raise InvalidInput("no web or mail address to be reached by", "contact")
        return f"Caveat/{version('caveat')} (+{self.contact})"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    age: float

    @property
    def location(self) -> str | None:
        return self.headers.get("location") if self.status in _REDIRECTS else None

    @property
    def is_html(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() in _HTML


class _Ask(NamedTuple):
    """What is wanted besides the address."""

    fresh: bool
    cap: int
    headers: Mapping[str, str]
    form: Mapping[str, str] | None = None

    @property
    def sent(self) -> dict[str, str]:
        # A header of the caller's own may change the answer, so nothing of it is kept.
        if self.headers:
            return {"Cache-Control": "no-store", **self.headers}
        return {"Cache-Control": "no-cache"} if self.fresh else {}


class _ComeBackLater(Exception):
    def __init__(self, answer: _Answer, seconds: float) -> None:
        super().__init__(answer.status)
        self.answer = answer
        self.seconds = seconds


class _PacedTransport(httpx.BaseTransport):
    """Waits for the host's turn before each request that leaves."""

    def __init__(self, inner: httpx.BaseTransport, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._pace.wait(request.url.host, str(request.url))
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class Fetcher:
    """Fetches pages; safe to share between threads, to be closed.

    `clock` gives the time that snapshots carry. `resolver` stands in for `socket.getaddrinfo`,
    `make_bucket` makes the buckets that pace hosts (shared ones when there are several workers).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        resolver: Resolver | None = None,
        make_bucket: MakeBucket = own_bucket,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pace = Pace(settings.delay, make_bucket)
        self._robots = Robots(AGENT, self._ask_robots, self._pace)
        policy = guard_policy(settings.ports, settings.networks)
        paced = _PacedTransport(GuardedTransport(policy, resolver), self._pace)
        self._policy = policy
        self._client = httpx.Client(
            transport=CacheTransport(paced, storage=_storage(settings.cache), rfc=True),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(10.0),
            headers={
                "User-Agent": settings.agent(),
                "Accept": _ACCEPT,
                "Accept-Encoding": "gzip",
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and cache."""
        self._client.close()

    def fetch(
        self,
        url: str,
        *,
        fresh: bool = False,
        cap: int | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Ask for a page, following up to five redirects.

        `fresh` asks the server even when a cached answer is still good. `cap` replaces the body
        cap. `headers` go to the origin of `url` only; with them the HTTP cache is passed by, so that
        a caller may ask conditionally (an answer 304 comes back as it is). `form` is sent as a POST,
        which may not be redirected. Raises FetchError (see its tree), TooLarge, and InvalidInput for
        what is no address.
        """
        ask = _Ask(fresh, cap or self._settings.body_cap, headers or {}, form)
        with within(self._settings.time_cap):
            return self._follow(url, ask)

    def _follow(self, url: str, ask: _Ask) -> Snapshot:
        here, seen = self._checked(admitted(url)), set[str]()
        while True:
            self._robots.check(here)
            answer = self._ask(address(here), ask)
            if answer.location is None:
                return self._snapshot(url, here, answer)
            if ask.form is not None:
                raise BadRedirect("a form is not sent on to another address", address(here))
            seen.add(address(here))
            there = self._next(here, answer.location, seen)
            if is_wall_address(there) and not is_wall_address(here):
                return self._snapshot(url, there, answer)
            if (here.scheme, here.authority) != (there.scheme, there.authority):
                ask = ask._replace(headers={})
            here = there

    def _checked(self, url: WebUrl) -> WebUrl:
        """Return an address that the guard lets pass, before anything is asked of its host."""
        try:
            self._policy.check_url(address(url))
        except SSRFGuardError as error:
            raise Refused(str(error), address(url)) from error
        return url

    def _next(self, here: WebUrl, location: str, seen: set[str]) -> WebUrl:
        """Return the next hop of a chain of redirects."""
        there = self._checked(step(here, location))
        if address(there) in seen:
            raise BadRedirect("redirects lead round in a circle", address(here))
        if len(seen) > MOST_REDIRECTS:
            raise BadRedirect(f"more than {MOST_REDIRECTS} redirects", address(here))
        return there

    def _ask_robots(self, url: str) -> tuple[int, bytes]:
        """Return status and body of a robots.txt, which may be redirected."""
        here, seen = self._checked(admitted(url)), set[str]()
        while True:
            answer = self._ask(address(here), _Ask(False, ROBOTS_CAP, {}))  # noqa: FBT003 -- not fresh
            if answer.location is None:
                return answer.status, answer.body
            seen.add(address(here))
            here = self._next(here, answer.location, seen)

    def _ask(self, url: str, ask: _Ask) -> _Answer:
        """Send one request, again when that is worth it."""
        again = stamina.RetryingCaller(
            attempts=self._settings.attempts,
            timeout=None,
            wait_initial=0.2,
            wait_max=LONGEST_WAIT,
            wait_jitter=0.3,
        )
        try:
            return again(_is_worth_repeating, self._ask_once, url, ask)
        except _ComeBackLater as later:
            return later.answer
        except SSRFGuardError as error:
            raise Refused(str(error), url) from error
        except httpx.TimeoutException as error:
            raise Unreachable("no answer in time", url) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(str(error) or type(error).__name__, url) from error

    def _ask_once(self, url: str, ask: _Ask) -> _Answer:
        method = "GET" if ask.form is None else "POST"
        request = self._client.build_request(method, url, headers=ask.sent, data=ask.form)
        if ask.headers:
            # A key that nothing else has: no stored answer is looked at.
            request.extensions["caching"] = {"key": uuid4().hex}
        response = self._client.send(request, stream=True)
        try:
            answer = _read(response, ask.cap, url)
        finally:
            response.close()
        if answer.status in _REPEATED:
            seconds = _retry_after(answer.headers.get("retry-after", ""), self._clock())
            self._pace.hold(request.url.host, seconds)
            raise _ComeBackLater(answer, seconds)
        return answer

    def _snapshot(self, url: str, final: WebUrl, answer: _Answer) -> Snapshot:
        walled = answer.location is not None
        state = state_of(answer.status, answer.body, is_html=answer.is_html)
        return Snapshot(
            url=url,
            final_url=address(final),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=self._clock() - timedelta(seconds=answer.age),
            state="blocked" if walled else state,
        )


def _storage(path: Path | None) -> SqliteStorage:
    if path is not None:
        return SqliteStorage(database_path=path)
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    return SqliteStorage(connection=memory, max_size=MEMORY_CACHE)


def _read(response: httpx.Response, cap: int, url: str) -> _Answer:
    """Take what is wanted of an answer; the body of a redirect is not."""
    headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
    encoding = headers.pop("content-encoding", "")
    body = b""
    if response.status_code not in _REDIRECTS:
        body = read_body(response.iter_raw(), encoding, cap=cap, where=url)
    status = response.extensions["caching"]
    from_cache = status["from_cache"] and not status["revalidated"]
    age = float(headers.get("age", 0)) if from_cache else 0.0
    return _Answer(response.status_code, headers, body, age)


def _is_worth_repeating(error: Exception) -> bool:
    """Tell whether another attempt may go better, and still fits into the time."""
    if isinstance(error, _ComeBackLater):
        return max(error.seconds, LONGEST_WAIT) < left()
    return isinstance(error, httpx.TransportError) and left() > LONGEST_WAIT


def _retry_after(value: str, now: datetime) -> float:
    """Return the seconds that a Retry-After header names (RFC 9110, 10.2.3), 0 for none."""
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
