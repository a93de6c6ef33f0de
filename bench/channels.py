"""How much of what each desk asks for stands in the first draft, and how fast cases are routed.

    python -m bench channels

*fields* counts the data that a desk asks for and a complaint can hold at all, when its complainant fills in
everything; *pages* the same over the saved product pages of ../shared/data/pages, when what concerns the
seller and the product comes from the page alone (extractor and disclosures, nothing typed) and the rest
from the complainant. What only the complainant can do at the desk (sign, tick, sign in, choose from a
list, attach an authorisation) is counted apart, as `acts`; data that no field of a complaint holds, since
only the complainant knows them (a CPF, which is asked of nobody here; which part of a name is the family's),
are acts of writing and count as missing in the first figure, and are left out of the second. Desks whose
own list of fields is not known are left out: the usual fields, which we chose ourselves, would flatter both.
Speed: one core, the best of three rounds.
"""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from bench.pages import PAGES, saved
from scrapers.engine import extract
from service.complaints.channels import canonical, registry, router
from service.complaints.channels.registry import Channel
from service.complaints.channels.situation import OWN_SHOP, Situation, Tried
from service.complaints.intake.fields import FIELDS

GOAL = 0.95
WRITTEN = "fill_in"
# What is read on the page: field of the extractor, or of the disclosures, to what it fills in.
FROM_PAGE = {
    "title": "product_title",
    "price": "amount",
    "currency": "currency",
    "item_id": "item_id",
    "brand": "record.brand",
}
FROM_DISCLOSURES = {
    "operator": "record.trader_name",
    "address": "record.trader_address",
    "email": "record.trader_email",
    "phone": "record.trader_phone",
}
ABOUT_THE_SELLER = {"merchant_name", "merchant_contact", "merchant_address"}
ROUNDS, SITUATIONS = 3, 300


def asked() -> list[Channel]:
    """Return the verified, open desks whose list of fields is known."""
    every = registry.load().channels.values()
    return [one for one in every if one.status == "active" and one.verified and one.requires]


def split(channel: Channel) -> tuple[list[str], list[str]]:
    """Return what is data and what is an act at the desk."""
    acts = [n for n in channel.requires if canonical.sources()[n].act not in ("", WRITTEN)]
    return [name for name in channel.requires if name not in acts], acts


def own_knowledge(channel: Channel) -> list[str]:
    """Return the data that only the complainant knows: no draft can hold them."""
    return [name for name in split(channel)[0] if canonical.sources()[name].act == WRITTEN]


def share(channel: Channel, have: frozenset[str]) -> tuple[int, int]:
    """Return how many of a desk's data fields are filled, of how many."""
    data, _ = split(channel)
    return sum(canonical.filled(name, have) for name in data), len(data)


def everything() -> frozenset[str]:
    """Return every complaint field, with a document of each kind."""
    kinds = next(field.options for field in FIELDS if field.id == "evidence")
    return frozenset({field.id for field in FIELDS} | {f"evidence.{kind}" for kind in kinds})


def drafts() -> Iterator[frozenset[str]]:
    """Yield what stands in the draft of each saved page: typed by the shopper, or read there."""
    typed = everything() - ABOUT_THE_SELLER - set(FROM_PAGE.values())
    for page in saved():
        found = extract(page.data, page.url, encoding=page.encoding, disclosures=True)
        site = {"record.site"} if found.identity.platform == OWN_SHOP else set()
        yield typed | {"listing_url"} | site | set(read(found.fields))


def read(found: dict[str, Any]) -> Iterator[str]:
    """Yield the fields that an extracted page fills in."""
    yield from (mine for name, mine in FROM_PAGE.items() if found.get(name))
    if (found.get("seller") or {}).get("name"):
        yield "merchant_name"
    told = found.get("disclosures") or {}
    yield from (mine for name, mine in FROM_DISCLOSURES.items() if told.get(name))


def report_prefill() -> None:
    channels = asked()
    whole = everything()
    pages = list(drafts()) if PAGES.is_dir() else []
    print(f"{len(channels)} verified desks with a known list of fields; {len(pages)} saved pages")
    print(f"{'desk':24}{'data':>6}{'acts':>6}{'fields':>9}{'pages':>8}  missing from the fields")
    totals = [0, 0, 0, 0]
    reached = known = 0
    alone: set[str] = set()
    for channel in channels:
        own, size = share(channel, whole)
        seen = [share(channel, have) for have in pages]
        filled, of = (sum(column) for column in zip(*seen, strict=True)) if seen else (0, 0)
        totals = [a + b for a, b in zip(totals, (own, size, filled, of), strict=True)]
        personal = own_knowledge(channel)
        alone |= set(personal)
        reached += own >= GOAL * size
        known += own >= GOAL * (size - len(personal))
        gaps = [n for n in split(channel)[0] if not canonical.filled(n, whole)]
        rate = f"{filled / of:8.0%}" if of else f"{'-':>8}"
        print(
            f"{channel.id:24}{size:6}{len(split(channel)[1]):6}{own / size if size else 1:9.0%}{rate}  {', '.join(gaps)}"
        )
    print(
        f"fields: {totals[0]} of {totals[1]} ({totals[0] / totals[1]:.1%}); {reached} of {len(channels)} desks reach {GOAL:.0%}"
    )
    rest = totals[1] - sum(len(own_knowledge(channel)) for channel in channels)
    print(
        f"without what only the complainant knows ({', '.join(sorted(alone))}): {totals[0]} of {rest}"
        f" ({totals[0] / rest:.1%}); {known} of {len(channels)} desks reach {GOAL:.0%}"
    )
    if totals[3]:
        print(f"pages:  {totals[2]} of {totals[3]} ({totals[2] / totals[3]:.1%})")


def report_speed() -> None:
    places = ("DE", "HK", "KR", "US", "CN", "BR")
    platforms = ("amazon", "aliexpress", "temu", "web", None)
    situations = [
        Situation(
            residence=places[n % 6],
            trader_country=places[n // 6 % 6],
            platform=platforms[n % 5],
            seller="third_party",
            payment="card",
            role="consumer",
            category="not_delivered",
            amounts={"EUR": Decimal(20)},
            tried={"trader_contacted": Tried(on=date(2026, 11, 1))},
            dates={"purchase": date(2026, 9, 1), "latest_estimated_delivery": date(2026, 10, 1)},
        )
        for n in range(SITUATIONS)
    ]
    router.route(situations[0], date(2026, 11, 20))
    best = min(_timed(situations) for _ in range(ROUNDS))
    print(f"routed  {SITUATIONS / best:,.0f} situations a second and core over all desks")


def _timed(situations: list[Situation]) -> float:
    started = time.perf_counter()
    for one in situations:
        router.route(one, date(2026, 11, 20))
    return time.perf_counter() - started


def main() -> None:
    report_prefill()
    report_speed()


if __name__ == "__main__":
    main()
