"""Blocked products that come back under another item id: queued, decided by a person, counted."""

from datetime import timedelta

import pytest

from service.blocks import operations, queries, reports
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.merchants import operations as merchants
from tests.service.accounts.people import organisation
from tests.service.blocks.world import ITEM, LISTING, SELLER, World, asker

NEW = ITEM[:-1] + "5"
LAMP = {"platform": "aliexpress", "item_id": NEW, "title": "Desk lamp", "gtin": "4006381333931"}


def report(world: World, **change: str | None) -> int:
    with world.runtime.begin() as session:
        listing = operations.Listing(**(LAMP | change))  # type: ignore[arg-type]
        return operations.report_listing(session, world.watcher, listing, now=world.runtime.clock())


def waiting(world: World) -> list[queries.CandidateView]:
    with world.runtime.reading() as session:
        return queries.candidates(session, world.lead)


def decide(world: World, candidate: str, decision: str, who: object = None) -> None:
    with world.runtime.begin() as session:
        operations.decide_relisting(
            session,
            who or world.lead,  # type: ignore[arg-type]
            candidate,
            decision,
            now=world.runtime.clock(),
        )


def test_the_same_barcode_under_another_item_id_is_queued_once(world: World) -> None:
    world.issue()
    assert report(world) == 1
    assert report(world) == 0
    [one] = waiting(world)
    assert (one.listing_key, one.blocked_key, one.tier) == (
        f"aliexpress:item:{NEW}",
        LISTING,
        1,
    )
    assert "4006381333931" in one.why


def test_a_regulator_decides_once_however_many_listings_were_blocked(world: World) -> None:
    for number in range(3):
        world.issue(item_id=f"{10**15 + number}")
    with world.runtime.begin() as session:
        now = world.runtime.clock()
        key = f"aliexpress:item:{10**15 + 1}"
        merchants.observe_seller(session, key, SELLER, source="page", observed_at=now)
    assert report(world, merchant_key=SELLER) == 1
    [one] = waiting(world)
    assert (one.blocked_key, one.same_seller) == (key, True)


@pytest.mark.parametrize(
    ("change", "queued"),
    [
        ({"gtin": "4006381333948"}, 0),
        ({"gtin": "", "brand": "Invented", "model": "LX-9000"}, 1),
        ({"gtin": "", "brand": "Invented", "model": "LX-9001"}, 0),
        ({"gtin": "", "title": "Desk lamp"}, 0),
        ({"item_id": ITEM}, 0),
    ],
)
def test_what_is_no_match_is_not_queued(world: World, change: dict[str, str], queued: int) -> None:
    world.issue()
    assert report(world, **change) == queued


def test_the_seller_is_compared_where_both_are_known(world: World) -> None:
    with world.runtime.begin() as session:
        now = world.runtime.clock()
        merchants.observe_seller(session, LISTING, SELLER, source="page", observed_at=now)
    world.issue()
    report(world, merchant_key=SELLER)
    report(world, merchant_key="aliexpress:shop:2", item_id=ITEM[:-1] + "6")
    report(world, item_id=ITEM[:-1] + "7")
    assert {one.same_seller for one in waiting(world)} == {True, False, None}


def test_only_a_person_of_the_regulator_decides_and_only_once(world: World) -> None:
    world.issue()
    report(world)
    [one] = waiting(world)
    stranger = asker(organisation(world.runtime, "Else", "regulator"), "surveillance_lead")
    with pytest.raises(NotFound):
        decide(world, one.id, "confirmed", stranger)
    with pytest.raises(NotAllowed):
        decide(world, one.id, "confirmed", world.agent)
    with pytest.raises(InvalidInput):
        decide(world, one.id, "perhaps")
    decide(world, one.id, "confirmed")
    assert waiting(world) == []
    with pytest.raises(Conflict):
        decide(world, one.id, "rejected")


def test_only_confirmed_ones_are_counted(world: World) -> None:
    world.issue()
    clock = world.runtime.clock
    for _ in range(2):
        clock.now += timedelta(days=1)  # type: ignore[attr-defined]
        world.check("absent")
    clock.now += timedelta(days=10)  # type: ignore[attr-defined]
    report(world)
    clock.now += timedelta(days=100)  # type: ignore[attr-defined]
    assert relisted(world) == (0, 1)
    decide(world, waiting(world)[0].id, "confirmed")
    assert relisted(world) == (1, 1)


def relisted(world: World) -> tuple[int, int]:
    with world.runtime.reading() as session:
        found = reports.computed(session, platform="aliexpress", now=world.runtime.clock())
    rate = found.total.rate("relisted_90d")
    return rate.numerator, rate.denominator
