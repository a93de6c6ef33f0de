"""Importing notices: idempotent, revisions appended, nothing half-written, found again by their keys."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from scrapers.errors import InvalidInput
from scrapers.notices import (
    SOURCES,
    AffectedProduct,
    Firm,
    ListingId,
    Mention,
    Notice,
    Rejected,
    sample,
)
from service.core.runtime import Runtime
from service.safety import operations, queries
from service.safety.keys import derive
from service.safety.models import ImportRun, RejectedRecord, SafetyNoticeRevision
from service.safety.operations import Difference, ImportReport
from tests.conftest import NOW

EU = SOURCES["eu-safety-gate"]
LISTED = ListingId("temu", "601100000000001", "temu-goods", "description", "via Temu (6011...)")
PRODUCT = AffectedProduct(
    name="Rattle",
    kind="Toy",
    brands=("Lumen GmbH",),
    models=("LS-4711B, LS-4712B",),
    barcodes=("4 006381 333931",),
    batches=("24/09",),
    production_dates="2022 - 2025",
    listing_ids=(LISTED,),
)


def make(number: str = "SR/1/26", **changes: object) -> Notice:
    facts: dict[str, object] = {
        "notice_id": f"eu-safety-gate:{number}",
        "source": "eu-safety-gate",
        "native_id": number,
        "authority": EU.authority,
        "jurisdiction": "EU",
        "record_type": "recall",
        "status": "active",
        "published": "2026-05-15",
        "updated": "2026-05-15",
        "title": "Wooden rattle · Lumen",
        "language": "en",
        "url": "https://ec.europa.eu/1",
        "licence": EU.licence,
        "hazards": ("choking",),
        "hazard_text": "Small parts come off.",
        "products": (PRODUCT,),
    }
    return Notice(**facts | changes)  # type: ignore[arg-type]


def take(
    session: Session, *records: Notice | Rejected, days: int = 0, **options: object
) -> ImportReport:
    now = NOW + timedelta(days=days)
    return operations.import_notices(
        session,
        EU,
        records,
        now=now,
        run_label="week.xml",
        **options,  # type: ignore[arg-type]
    )


def many(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_every_record_is_counted_once(session: Session) -> None:
    bad = Rejected("report_date 'x' is no date", "line 7", "{...}")
    report = take(session, make("SR/1/26"), make("SR/2/26"), bad)
    assert report == ImportReport(read=3, new=2, rejected=1)
    counts = queries.counts(session)
    assert (counts.notices, counts.revisions, counts.rejected, counts.runs) == (2, 2, 1, 1)
    assert [(one.source, one.notices) for one in counts.sources] == [("eu-safety-gate", 2)]


def test_importing_again_only_marks_as_seen(session: Session) -> None:
    take(session, make())
    report = take(session, make(), days=3)
    assert report == ImportReport(read=1, unchanged=1)
    view = queries.notice(session, "eu-safety-gate:SR/1/26")
    assert view is not None
    assert (view.revision, view.first_seen, view.last_seen) == (
        1,
        NOW.isoformat(),
        (NOW + timedelta(days=3)).isoformat(),
    )
    assert many(session, SafetyNoticeRevision) == 1


def test_a_change_is_appended_and_keys_follow_the_new_wording(session: Session) -> None:
    take(session, make())
    corrected = dataclasses.replace(PRODUCT, models=("LS-4799B",))
    report = take(session, make(products=(corrected,), updated="2026-06-01"), days=1)
    assert report == ImportReport(read=1, changed=1)
    assert queries.notices_for_keys(session, ["model:lumen:LS4711B"]) == []
    (view,) = queries.notices_for_keys(session, ["model:lumen:LS4799B"])
    assert (view.revision, view.updated, view.first_seen) == (2, "2026-06-01", NOW.isoformat())
    hashes = set(session.scalars(select(SafetyNoticeRevision.content_hash)))
    assert len(hashes) == 2
    assert view.content_hash in hashes


def test_an_older_wording_changes_nothing(session: Session) -> None:
    take(session, make(updated="2026-06-01", title="Corrected"))
    assert take(session, make()).unchanged == 1
    view = queries.notice(session, "eu-safety-gate:SR/1/26")
    assert view is not None
    assert view.title == "Corrected"


def test_two_records_of_one_id_that_differ(session: Session) -> None:
    twice = [make(), make(), make(title="Something else")]
    assert take(session, *twice) == ImportReport(read=3, new=1, unchanged=1, rejected=1)
    assert take(session, *twice) == ImportReport(read=3, unchanged=2, rejected=1)
    row = session.scalars(select(RejectedRecord)).one()
    assert row.place == "eu-safety-gate:SR/1/26"
    assert "same id" in row.reason


def test_a_rejected_record_is_kept_once_with_its_reason(session: Session) -> None:
    bad = Rejected("caseNumber is empty", "line 7", '{"caseNumber": ""\x00}')
    take(session, bad)
    take(session, bad, days=1)
    row = session.scalars(select(RejectedRecord)).one()
    assert (row.source, row.file, row.place) == ("eu-safety-gate", "week.xml", "line 7")
    assert row.reason == "caseNumber is empty"
    assert row.last_seen - row.first_seen == timedelta(days=1)


def test_dry_run_tells_the_difference_and_stores_nothing(session: Session) -> None:
    take(session, make())
    told: list[Difference] = []
    report = take(
        session,
        make(title="Corrected", hazards=("fire",)),
        make("SR/2/26"),
        dry_run=True,
        on_difference=told.append,
    )
    assert report == ImportReport(read=2, new=1, changed=1)
    assert {(one.change, one.notice_id, one.fields) for one in told} == {
        ("changed", "eu-safety-gate:SR/1/26", ("title", "hazards")),
        ("new", "eu-safety-gate:SR/2/26", ()),
    }
    assert many(session, ImportRun) == 1
    assert queries.notice(session, "eu-safety-gate:SR/2/26") is None


def cut_off() -> Iterator[Notice]:
    for number in range(1200):
        yield make(f"SR/{number}/26")
    raise InvalidInput("malformed XML", "line 9")


def test_nothing_of_a_damaged_file_stays(runtime: Runtime) -> None:
    with pytest.raises(InvalidInput), runtime.begin() as session:
        operations.import_notices(session, EU, cut_off(), now=NOW, run_label="cut off")
    with runtime.reading() as session:
        counts = queries.counts(session)
    assert (counts.notices, counts.keys, counts.runs) == (0, 0, 0)


def test_more_than_one_batch(session: Session) -> None:
    notices = [make(f"SR/{number}/26") for number in range(1201)]
    assert take(session, *notices).new == 1201
    assert take(session, *notices).unchanged == 1201


def test_revisions_cannot_be_changed(runtime: Runtime) -> None:
    with runtime.begin() as session:
        take(session, make())
    with pytest.raises(DBAPIError, match="append-only"), runtime.begin() as session:
        session.execute(update(SafetyNoticeRevision).values(body="{}"))


def test_keys_of_a_notice() -> None:
    found = {one.key: one.tier for one in derive(make())}
    assert found == {
        "temu:item:601100000000001": 0,
        "gtin:04006381333931": 1,
        "model:lumen:LS4711B": 2,
        "model:lumen:LS4712B": 2,
    }


def test_labels_in_prose_make_keys_and_the_recaller_stands_for_a_missing_brand() -> None:
    product = AffectedProduct(
        name="Lamp",
        mentions=(
            Mention("barcode", "UPC 036000291452", "barcode-labelled", "description"),
            Mention("model", "L-2000B", "model-labelled", "description"),
        ),
    )
    firms = (Firm("recaller", "(주)루멘"), Firm("retailer", "Somebody"))
    found = [(one.key, one.found_in) for one in derive(make(products=(product,), firms=firms))]
    assert found == [
        ("gtin:00036000291452", "description: UPC 036000291452"),
        ("model:루멘:L2000B", "description: L-2000B"),
    ]


def test_a_model_without_any_brand_makes_no_key() -> None:
    product = dataclasses.replace(PRODUCT, brands=("unknown",), listing_ids=(), barcodes=())
    assert derive(make(products=(product,))) == ()


def test_the_most_certain_match_comes_first_with_its_reason_and_scope(session: Session) -> None:
    plain = dataclasses.replace(PRODUCT, listing_ids=(), barcodes=())
    take(
        session,
        make("SR/1/26"),
        make("SR/2/26", products=(plain,), published="2026-07-01", updated="2026-07-01"),
        make("SR/3/26", products=(plain,), published="2026-08-01", updated="2026-08-01"),
    )
    asked = ["model:lumen:LS4711B", "gtin:04006381333931", "temu:item:601100000000001", "gtin:x"]
    first, second, third = queries.notices_for_keys(session, asked)
    assert [first.notice_id, second.notice_id, third.notice_id] == [
        "eu-safety-gate:SR/1/26",
        "eu-safety-gate:SR/3/26",
        "eu-safety-gate:SR/2/26",
    ]
    assert (first.tier, second.tier) == (0, 2)
    assert [match.tier for match in first.matches] == [0, 1, 2]
    assert first.matches[0].found_in == "description: via Temu (6011...)"
    assert first.products[0].batches == ("24/09",)
    json.dumps(dataclasses.asdict(first))


def test_no_keys_no_notices(session: Session) -> None:
    assert queries.notices_for_keys(session, []) == []
    assert queries.notice(session, "eu-safety-gate:SR/404/26") is None


def test_pack_rows_are_sorted_by_key(session: Session) -> None:
    take(session, make("SR/1/26"), make("SR/2/26"))
    rows = list(queries.pack_rows(session))
    assert len(rows) == 8
    assert [row.key for row in rows] == sorted(row.key for row in rows)
    assert rows[0].notice_id.startswith("eu-safety-gate:SR/")
    assert rows[0].hazards == ["choking"]


def test_the_bundled_sample_is_taken_whole(session: Session) -> None:
    data = files("service.demo").joinpath("notices.json").read_bytes()
    report = operations.import_notices(
        session, sample.SOURCE, sample.load(data), now=NOW, run_label="sample"
    )
    assert report.rejected == 0
    assert 30 <= report.new <= 40
    tiers = [row.tier for row in queries.pack_rows(session)]
    assert tiers.count(0) >= 6
    (view,) = queries.notices_for_keys(session, ["amazon:item:B082XMFJW4"])
    assert view.notice_id == "eu-safety-gate:A12/01699/20"
    assert {one.source for one in queries.counts(session).sources} == {
        "eu-safety-gate",
        "us-cpsc",
        "ca-health-canada",
        "kr-safetykorea",
    }
