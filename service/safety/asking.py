"""Asking authorities: through the guarded fetcher, with the operator's keys, or a mirror in their place."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from scrapers import fetching
from scrapers.fetching import Fetcher
from scrapers.notices import Request
from service.core.errors import CaveatError, Misconfigured
from service.core.runtime import Runtime

BODY_CAP = 512 * 1024 * 1024
TIME_CAP = 300.0
"""Seconds of one answer, redirects and repeated attempts included."""
OK = 200
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SyncFailed(CaveatError):
    """A source could not be fetched or not be believed; what was stored stays as it was."""

    title = "The source could not be synchronised"


def make_fetcher(runtime: Runtime) -> Fetcher:
    """Return the guarded fetcher for authorities; a mirror on this machine is let in, and not waited for.

    Raises Misconfigured while nobody could be reached who asks.
    """
    settings = runtime.settings
    mirror = urlsplit(settings.notice_mirror or "")
    local = mirror.hostname in LOOPBACK
    contact = settings.public_url or settings.mail_from
    if not local and contact.endswith("@localhost"):
        what = "authorities must be able to reach who asks them: set CAVEAT_PUBLIC_URL or CAVEAT_MAIL_FROM"
        raise Misconfigured(what, where="caveat sync")
    ports = {80, 443} | ({mirror.port} if mirror.port else set())
    return Fetcher(
        fetching.Settings(
            contact=contact,
            body_cap=BODY_CAP,
            time_cap=TIME_CAP,
            delay=0.0 if local else 1.0,
            attempts=1 if local else 3,
            ports=frozenset(ports),
            networks=("127.0.0.0/8", "::1/128") if local else (),
        ),
        clock=runtime.clock,
    )


def ask(
    runtime: Runtime, fetcher: Fetcher, request: Request, credentials: Mapping[str, str]
) -> bytes:
    """Return the answer to one question that belongs to no run, such as a look-up in a register."""
    headers = credentials_of(request.url, credentials, runtime)
    snapshot = fetcher.fetch(address(runtime, request.url), headers=headers)
    if snapshot.status != OK:
        raise SyncFailed(f"HTTP {snapshot.status}", where=request.url)
    return snapshot.body


def address(runtime: Runtime, url: str) -> str:
    """Return where a question goes: to the authority, or to the mirror under the authority's name."""
    mirror = runtime.settings.notice_mirror
    return f"{mirror}/{url.partition('://')[2]}" if mirror else url


def credentials_of(where: str, wanted: Mapping[str, str], runtime: Runtime) -> dict[str, str]:
    """Return the headers that carry the operator's keys; Misconfigured names one that is missing."""
    keys = runtime.settings.source_keys
    for name in wanted.values():
        if name not in keys:
            what = f"the authority asks for a key: set CAVEAT_KEY_{name.upper()}"
            raise Misconfigured(what, where=where)
    return {header: keys[name] for header, name in wanted.items()}
