"""The index over the store: built from what stands, replaced when that changes."""

import dataclasses

from sqlalchemy.orm import Session

from scoring.matching.products import Product
from scoring.matching.tiers import Tier
from scrapers.notices import SOURCES, AffectedProduct, ListingId, Mention, Notice
from service.safety import operations
from service.safety.matching import Matching, entries
from tests.conftest import NOW

EU = SOURCES["eu-safety-gate"]
NOTICE = Notice(
    notice_id="eu-safety-gate:SR/1/26",
    source="eu-safety-gate",
    native_id="SR/1/26",
    authority="Authority",
    jurisdiction="EU",
    record_type="recall",
    status="active",
    published="2026-05-15",
    updated="2026-05-15",
    title="Rattle",
    language="en",
    url="https://example.org/1",
    licence="CC-BY-4.0",
    products=(
        AffectedProduct(
            name="Rattle",
            kind="Toy",
            brands=("Lumen GmbH",),
            models=("LS-4711B",),
            barcodes=("4006381333931",),
            batches=("24/09",),
            production_dates="2022 - 2025",
            listing_ids=(ListingId("temu", "601100000000001", "temu-goods", "description", "x"),),
            mentions=(Mention("model", "LS-4799C", "model-labelled", "description"),),
        ),
        AffectedProduct(name="Teether", brands=("Lumen GmbH",), models=("TT-200X",)),
    ),
)
LISTING = Product(name="Lumen rattle", brand="Lumen", model="LS-4711B")


def store(session: Session, *notices: Notice) -> None:
    operations.import_notices(session, EU, notices, now=NOW, run_label="test")


def test_every_product_is_an_entry_with_its_scope_and_what_prose_says() -> None:
    first, second = (entry.product for entry in entries(NOTICE))
    assert (first.batch, first.model) == ("24/09 ; 2022 - 2025", "LS-4711B ; LS-4799C")
    assert first.listing_ids == (("temu", "601100000000001"),)
    assert second.name == "Teether"


def test_the_index_follows_the_store(session: Session) -> None:
    matching = Matching()
    assert matching.current(session).match(LISTING) == []
    store(session, NOTICE)
    before = matching.current(session)
    (found,) = before.match(LISTING)
    assert (found.notice_id, found.tier) == (NOTICE.notice_id, Tier.MODEL)
    assert matching.current(session) is before


def test_a_withdrawn_notice_matches_no_more_and_old_readers_go_on(session: Session) -> None:
    matching = Matching()
    store(session, NOTICE)
    before = matching.current(session)
    store(session, dataclasses.replace(NOTICE, status="withdrawn", updated="2026-06-01"))
    assert matching.current(session).match(LISTING) == []
    assert len(before.match(LISTING)) == 1
