"""Write the bundled sample: fictional merchants and eighteen months of invented events.

    python scripts/demo_events.py

writes service/demo/merchants.json and service/demo/events.jsonl, the same bytes every time. Times are
days before the day on which the sample is loaded, as negative numbers; the loader adds today. Names,
texts and people are invented; the keys end in .localhost, which can be no shop's address.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20
DEMO = Path(__file__).parents[1] / "service" / "demo"
START = -540.0
USUAL = 0.8
"""Share of reviews by buyers, and of complaints with evidence."""
FIELDS = ("registration_number", "postal_address", "phone", "email", "returns_policy", "tax_number")
GOOD = (0.02, 0.02, 0.06, 0.2, 0.7)
FAIR = (0.06, 0.05, 0.1, 0.24, 0.55)
MIXED = (0.13, 0.1, 0.12, 0.25, 0.4)
BAD = (0.65, 0.2, 0.1, 0.03, 0.02)

Record = dict[str, Any]


@dataclass
class Shop:
    """One fictional shop and the events invented for it."""

    slug: str
    name: str
    shows: str
    rng: np.random.Generator
    opened: float = START
    events: list[Record] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return the merchant key."""
        return f"web:domain:{self.slug}.localhost"

    def add(self, kind: str, t: float, **fields: Any) -> None:
        """Add one event `t` days from the day of loading."""
        self.events.append({"type": kind, "merchant": self.key, "t": round(t, 2), **fields})

    def name_of(self, kind: str) -> str:
        """Return a new id."""
        return f"{self.slug}-{kind}{len(self.events)}"


def opening(shop: Shop, verified: int, claimed: int, absent: int = 0) -> None:
    """Open the shop and state its disclosures, looked at again half a year ago."""
    shop.add("open", shop.opened, category="household", name=shop.name)
    states = ["verified"] * verified + ["claimed"] * claimed + ["absent"] * absent
    for day in sorted({shop.opened, max(shop.opened, -180.0)}):
        for name, state in zip(FIELDS, states, strict=False):
            shop.add(
                "disclosure",
                day,
                field=name,
                value="" if state == "absent" else f"{shop.slug}/{name}",
                verified=state == "verified",
                state="absent_required" if state == "absent" else "valid",
            )


def trade(shop: Shop, start: float, end: float, reviews: int, stars: Sequence[float]) -> None:
    """Spread reviews by different buyers over a time; sales are stated once a month."""
    for day in np.sort(shop.rng.uniform(start, end, reviews)):
        review(shop, float(day), int(shop.rng.choice(5, p=stars)) + 1)
    for day in np.arange(start + 30, end + 1, 30.0):
        sold = shop.rng.poisson(reviews / (end - start) * 30 * 9)
        shop.add("sales", float(min(day, -0.1)), count=int(sold))


def review(shop: Shop, day: float, stars: int, text: str | None = None) -> None:
    """Add a review by a new person; a copied text comes from somebody who bought nothing."""
    name = shop.name_of("r")
    verified = text is None and bool(shop.rng.random() < USUAL)
    fields = {} if text is None else {"text_id": text}
    shop.add(
        "review", day, id=name, reviewer=f"{name}-buyer", rating=stars, verified=verified, **fields
    )


def complain(shop: Shop, day: float, outcome: str | None, *, severity: int = 2) -> None:
    """File a complaint and, where there is an outcome by now, close it three weeks later."""
    name = shop.name_of("c")
    shop.add(
        "complaint",
        day,
        id=name,
        reviewer=f"{name}-buyer",
        amount=round(float(shop.rng.uniform(15, 220)), 2),
        currency="EUR",
        severity=severity,
        contact_complete=True,
        evidence=bool(shop.rng.random() < USUAL),
    )
    if outcome == "resolved":
        shop.add("complaint_reply", day + 2, id=name)
    if outcome and day + 21 < 0:
        shop.add("complaint_closed", day + 21, id=name, outcome=outcome)


def solid(shop: Shop) -> None:
    """Invent many good reviews, a checked identity, and few complaints, all settled."""
    opening(shop, verified=5, claimed=1)
    trade(shop, START, -0.5, 230, GOOD)
    for day in (-400.0, -260.0, -140.0, -75.0):
        complain(shop, day, "resolved", severity=1)


def middling(shop: Shop) -> None:
    """Invent mixed reviews and complaints of which half are settled."""
    opening(shop, verified=1, claimed=3, absent=2)
    trade(shop, START, -0.5, 200, MIXED)
    for n, day in enumerate(np.linspace(-300, -25, 12)):
        complain(shop, float(day), "resolved" if n % 2 else "unresolved")


def leaving(shop: Shop) -> None:
    """Invent sixteen good months, then two in which goods are paid for and do not come."""
    opening(shop, verified=1, claimed=4)
    trade(shop, START, -62, 180, GOOD)
    trade(shop, -60, -0.5, 40, BAD)
    for day in np.linspace(-55, -2, 22):
        complain(shop, float(day), "no_reply", severity=3)
    for day in np.linspace(-58, -1, 8):
        shop.add("delivery", float(day), state="lost", id=shop.name_of("d"))


def young(shop: Shop) -> None:
    """Invent a shop that opened three weeks ago."""
    opening(shop, verified=1, claimed=2)
    for day in (-9.0, -5.0, -2.0):
        review(shop, day, 5)


def modest(shop: Shop) -> None:
    """Invent a shop with good reviews and an identity that is only claimed."""
    opening(shop, verified=0, claimed=4, absent=1)
    trade(shop, START, -0.5, 150, FAIR)
    for n, day in enumerate(np.linspace(-320, -60, 5)):
        complain(shop, float(day), "resolved" if n else "unresolved")


def blocked(shop: Shop) -> None:
    """Invent a good shop with one product that was ordered off the market."""
    opening(shop, verified=4, claimed=1)
    trade(shop, START, -0.5, 170, GOOD)
    complain(shop, -90.0, "resolved", severity=1)
    shop.add(
        "block",
        -24.0,
        product=f"web:item:{shop.slug}.localhost/demo/shop/travel-kettle",
        severity=2,
        source="demo-authority",
    )


def blamed(shop: Shop) -> None:
    """Invent a good shop that got forty one-star reviews with three texts in four days."""
    opening(shop, verified=4, claimed=2)
    trade(shop, START, -0.5, 210, GOOD)
    complain(shop, -200.0, "resolved", severity=1)
    for n, day in enumerate(np.sort(shop.rng.uniform(-33, -29, 40))):
        review(shop, float(day), 1, text=f"{shop.slug}-copied{n % 3}")


SHOPS = (
    (solid, "lantern-goods", "Lantern Goods", "a well-known good shop"),
    (blamed, "dalbit-mungu", "달빛문구", "a wave of copied blame that its grade outlasts"),
    (middling, "harbour-cables", "Harbour Cables", "mixed experiences"),
    (modest, "qingshan-kitchen", "青山厨具", "good reviews, identity not confirmed"),
    (leaving, "brightdeal-outlet", "BrightDeal Outlet", "a warning"),
    (blocked, "copper-kettle", "Copper Kettle", "an officially blocked product"),
    (young, "new-leaf", "New Leaf", "too little evidence to rate"),
)
"""The invented shops of service/demo/shops.json: the history of each, and what it shows."""


def invent() -> list[Shop]:
    """Return all shops with their events; every shop has a random stream of its own."""
    shops = []
    for number, (history, slug, name, shows) in enumerate(SHOPS):
        shop = Shop(slug, name, shows, np.random.default_rng([SEED, number]))
        if history is young:
            shop.opened = -21.0
        history(shop)
        shops.append(shop)
    return shops


def main() -> None:
    """Write both files."""
    shops = invent()
    rows = [
        {
            "key": shop.key,
            "name": shop.name,
            "platform": "web",
            "url": f"http://{shop.slug}.localhost/demo/shop/",
            "shows": shop.shows,
        }
        for shop in shops
    ]
    events = sorted(
        (event for shop in shops for event in shop.events),
        key=lambda e: (e["t"], json.dumps(e, sort_keys=True)),
    )
    lines = [
        json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events
    ]
    (DEMO / "merchants.json").write_text(
        json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (DEMO / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    print(
        f"{len(rows)} merchants, {len(lines)} events, {sum(len(line.encode()) for line in lines)} bytes"
    )


if __name__ == "__main__":
    main()
