"""Sending to an address that somebody else chose: the same guard as for fetching, no redirect, one answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from ssrfguard import Resolver, SSRFGuardError

from scrapers.fetching.deadline import within
from scrapers.fetching.errors import Refused, Unreachable
from scrapers.fetching.guard import GuardedTransport, address, admitted, guard_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSettings:
    """How to send; `time_cap` counts seconds.

    `networks` are private ones (CIDR) that may be reached, none in production; without any, only
    https leaves.
    """

    time_cap: float = 10.0
    ports: frozenset[int] = frozenset({443})
    networks: tuple[str, ...] = ()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    settings: PostSettings,
    *,
    resolver: Resolver | None = None,
) -> int:
    """Send `body` by POST; return the status of the answer, of which nothing else is read.

    Raises Refused for an address that the guard does not let pass, Unreachable without an answer,
    InvalidInput for what is no address.
    """
    target = admitted(url)
    if target.scheme != "https" and not settings.networks:
        raise Refused("only https is sent to", address(target))
    policy = guard_policy(settings.ports, settings.networks)
    try:
        policy.check_url(address(target))
        with (
            within(settings.time_cap),
            httpx.Client(transport=GuardedTransport(policy, resolver), trust_env=False) as client,
            client.stream("POST", address(target), content=body, headers=dict(headers)) as answer,
        ):
            return answer.status_code
    except SSRFGuardError as error:
        raise Refused(str(error), address(target)) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__, address(target)) from error
