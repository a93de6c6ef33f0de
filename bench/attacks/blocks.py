"""Two worlds of official blocks: a huge retailer with one withdrawn product, a shop of blocked goods."""

import scoring
from scoring import events as ev

NOW = 365.0
RETAILER = 100_000


def retailer(listings: int = RETAILER) -> list[ev.Event]:
    """Return the events of a retailer with so many listings, of which one was withdrawn in three days."""
    events = _praise("retailer", 3000, listings)
    events.append(ev.Sales(t=NOW - 1, merchant="retailer", count=4 * listings))
    return [*events, *_block("retailer", 7, gone=True)]


def blocked_goods(listings: int = 20, blocked: int = 14) -> list[ev.Event]:
    """Return the events of a shop most of whose listings are blocked and stay."""
    events = _praise("shop", 300, listings)
    return [*events, *(e for n in range(blocked) for e in _block("shop", n, gone=False))]


def _praise(name: str, count: int, listings: int) -> list[ev.Event]:
    return [
        ev.Review(
            t=NOW * n / count,
            merchant=name,
            id=f"{name}{n}",
            reviewer=f"{name}/{n}",
            rating=1 if n % 40 == 0 else 5,
            verified=True,
            product=f"p{n * 7919 % listings}",
        )
        for n in range(count)
    ]


def _block(name: str, product: int, *, gone: bool) -> list[ev.Event]:
    place = {"merchant": name, "product": f"p{product}"}
    return [
        ev.Block(t=NOW - 30, severity=3, source="authority", **place),
        ev.BlockStatus(t=NOW - 27, status="gone" if gone else "still_live", **place),
    ]


def report() -> None:
    print("\nofficial blocks: score before, score with them, grade, warning")
    for name, events in (
        (f"retailer, {RETAILER:,} listings, one withdrawn", retailer()),
        ("shop, 14 of 20 listings blocked", blocked_goods()),
    ):
        plain = [e for e in events if not isinstance(e, ev.Block | ev.BlockStatus)]
        before, after = (scoring.score(e, as_of=NOW) for e in (plain, events))
        print(f"{name:46}{before.score:8.2f}{after.score:8.2f}  {after.grade}  {after.warn}")
