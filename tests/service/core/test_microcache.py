from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from service import app
from service.core.microcache import MOST_ANSWERS, MicroCache
from service.core.runtime import Runtime
from service.evidence import operations as evidence
from tests.conftest import NOW
from tests.service.evidence.test_evidence import KEY, review

ASKED = [
    {},
    {"Origin": "https://shop.example"},
    {"If-None-Match": '"something-else"'},
    {"If-None-Match": "*"},
]


class Counter:
    """An application that says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        start("200 OK", [("X-Count", str(self.asked))])
        return [b"part one, ", b"part two"]


class Ticks:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def counted(ticks: Ticks) -> tuple[Counter, Client]:
    counter = Counter()
    return counter, Client(MicroCache(counter, prefix="/v1/", seconds=1.0, clock=ticks))


def test_an_answer_is_kept_for_its_moment_and_no_longer(
    counted: tuple[Counter, Client], ticks: Ticks
) -> None:
    counter, client = counted
    first = client.get("/v1/a")
    ticks.now = 0.99
    assert client.get("/v1/a").headers["X-Count"] == first.headers["X-Count"] == "1"
    assert first.data == b"part one, part two"
    ticks.now = 1.0
    assert client.get("/v1/a").headers["X-Count"] == "2"
    assert counter.asked == 2


def test_what_differs_is_kept_apart_and_writes_are_never_kept(
    counted: tuple[Counter, Client],
) -> None:
    counter, client = counted
    for path in ("/v1/a", "/v1/b", "/v1/a?x=1", "/other", "/other"):
        client.get(path)
    for asked in ASKED:
        client.get("/v1/a", headers=asked)
    client.post("/v1/a")
    client.post("/v1/a")
    assert counter.asked == 5 + 3 + 2


def test_memory_is_bounded(counted: tuple[Counter, Client]) -> None:
    _, client = counted
    cache: Any = client.application
    for number in range(MOST_ANSWERS + 5):
        cache._kept[(str(number),)] = (0.0, ("", [], b""))
    client.get("/v1/a")
    assert len(cache._kept) == 1


@pytest.mark.parametrize("headers", ASKED)
def test_a_kept_score_is_identical_to_a_fresh_one(
    runtime: Runtime, headers: dict[str, str]
) -> None:
    with runtime.begin() as session:
        evidence.record(session, [review(n) for n in range(1, 40)], now=NOW)
    runtime.sweep()
    fresh = Client(app.create_api(runtime)).get(f"/v1/scores/{KEY}", headers=headers)
    served = Client(app.create(runtime))
    for _ in range(2):
        kept = served.get(f"/v1/scores/{KEY}", headers=headers)
        assert (kept.status, kept.data) == (fresh.status, fresh.data)
        assert without_date(kept.headers) == without_date(fresh.headers)


def without_date(headers: Any) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in headers if name != "Date")
