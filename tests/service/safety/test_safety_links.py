"""Notices of different authorities are linked with the evidence, whichever came first, and never merged."""

import dataclasses
import json
from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from scrapers.notices import (
    SOURCES,
    AffectedProduct,
    Notice,
    Relation,
    Reprocessed,
    Republished,
)
from service.safety import operations, queries
from service.safety.links import address_of
from tests.conftest import NOW
from tests.scrapers.notices import payloads
from tests.service.safety.test_safety import make

LAMP = AffectedProduct(name="Lamp", brands=("Lumen",), barcodes=("4 006381 333931",))


def notice(notice_id: str, **changes: object) -> Notice:
    source, _, number = notice_id.partition(":")
    facts = {"notice_id": notice_id, "source": source, "url": f"https://{source}.example/{number}"}
    stated: dict[str, object] = {"products": (AffectedProduct(name="Lamp"),), "title": number}
    return dataclasses.replace(make(number), **(facts | stated | changes))  # type: ignore[arg-type]


def store(session: Session, *notices: Notice) -> operations.ImportReport:
    total = operations.ImportReport()
    for one in notices:
        source = SOURCES["eu-safety-gate"]
        total += operations.import_notices(session, source, [one], now=NOW, run_label="test")
    return total


def linked(session: Session, notice_id: str) -> list[tuple[str, str, bool]]:
    found = queries.links_of(session, notice_id)
    return [(one.notice_id, one.kind, one.certain) for one in found]


def both_ways(*notices: Notice) -> list[Sequence[Notice]]:
    return [notices, notices[::-1]]


@pytest.mark.parametrize(
    "order",
    both_ways(
        notice("eu-safety-gate:SR/1/26"),
        notice(
            "fr-rappelconso:SR/1/26",
            related=(Relation("case", "eu-safety-gate:SR/1/26", "numero_fiche", "SR/1/26"),),
        ),
    ),
)
def test_a_case_number_of_the_other(session: Session, order: Sequence[Notice]) -> None:
    store(session, *order)
    assert linked(session, "eu-safety-gate:SR/1/26") == [("fr-rappelconso:SR/1/26", "case", True)]
    (link,) = queries.links_of(session, "fr-rappelconso:SR/1/26")
    assert link.evidence == "numero_fiche: SR/1/26"
    assert queries.counts(session).notices == 2


URL = "https://www.cpsc.gov/Recalls/2026/Lumen"


@pytest.mark.parametrize(
    "order",
    both_ways(
        notice("us-cpsc:26-999", url=URL),
        notice(
            "kr-safetykorea-foreign:1",
            related=(Relation("url", "http://cpsc.gov/recalls/2026/lumen/", "recallUrl", "u"),),
        ),
    ),
)
def test_the_address_of_the_other_however_it_is_spelled(
    session: Session, order: Sequence[Notice]
) -> None:
    store(session, *order)
    assert linked(session, "us-cpsc:26-999") == [("kr-safetykorea-foreign:1", "url", True)]


def test_the_same_barcode(session: Session) -> None:
    store(
        session,
        notice("eu-safety-gate:SR/1/26", products=(LAMP,)),
        notice("uk-opss:2601-0001", products=(LAMP,)),
    )
    (link,) = queries.links_of(session, "uk-opss:2601-0001")
    assert (link.notice_id, link.kind, link.evidence) == (
        "eu-safety-gate:SR/1/26",
        "gtin",
        "both state 04006381333931",
    )


@pytest.mark.parametrize("barcode", ["0000000000000", "4006381333932", "9999999999999"])
def test_placeholders_and_wrong_check_digits_link_nothing(session: Session, barcode: str) -> None:
    lamp = dataclasses.replace(LAMP, barcodes=(barcode,))
    store(session, notice("eu-safety-gate:SR/1/26", products=(lamp,)))
    store(session, notice("uk-opss:2601-0001", products=(lamp,)))
    assert linked(session, "uk-opss:2601-0001") == []


def test_several_barcodes_in_one_field(session: Session) -> None:
    several = dataclasses.replace(LAMP, barcodes=("4006381333931, 96385074",))
    other = dataclasses.replace(LAMP, barcodes=("96385074",))
    store(session, notice("eu-safety-gate:SR/1/26", products=(several,)))
    store(session, notice("uk-opss:2601-0001", products=(other,)))
    assert linked(session, "uk-opss:2601-0001") == [("eu-safety-gate:SR/1/26", "gtin", True)]


def test_a_barcode_that_everybody_has_says_nothing(session: Session) -> None:
    store(session, *(notice(f"eu-safety-gate:SR/{n}/26", products=(LAMP,)) for n in range(1, 12)))
    store(session, notice("uk-opss:2601-0001", products=(LAMP,)))
    assert linked(session, "uk-opss:2601-0001") == []


def test_notices_of_one_authority_are_not_linked(session: Session) -> None:
    store(session, notice("eu-safety-gate:SR/1/26", products=(LAMP,)))
    store(session, notice("eu-safety-gate:SR/2/26", products=(LAMP,)))
    assert linked(session, "eu-safety-gate:SR/2/26") == []


DECLARED = Relation(
    "declared", "us-cpsc:", "What you should do", "Joint recall with Health Canada and US CPSC"
)
CANADIAN = notice(
    "ca-health-canada:1",
    title="Lumen Nordlicht pendant lamps recalled due to fire hazard",
    related=(DECLARED,),
)


@pytest.mark.parametrize(
    "order",
    both_ways(
        CANADIAN,
        notice("us-cpsc:26-999", title="Lumen Recalls Nordlicht Pendant Lamps Due to Fire Hazard"),
        notice("us-cpsc:26-998", title="Acme Recalls Kerosene Heaters Due to Fire Hazard"),
    ),
)
def test_a_declared_joint_recall_wants_a_persons_eye(
    session: Session, order: Sequence[Notice]
) -> None:
    store(session, *order)
    assert linked(session, "ca-health-canada:1") == [("us-cpsc:26-999", "declared", False)]
    (link,) = queries.links_of(session, "ca-health-canada:1")
    assert "Joint recall with Health Canada" in link.evidence
    assert "nordlicht" in link.evidence


def test_two_counterparts_that_fit_alike_are_no_answer(session: Session) -> None:
    title = "Lumen Recalls Nordlicht Pendant Lamps Due to Fire Hazard"
    store(session, notice("us-cpsc:26-998", title=title), notice("us-cpsc:26-999", title=title))
    store(session, CANADIAN)
    assert linked(session, "ca-health-canada:1") == []


def test_links_follow_the_present_wording(session: Session) -> None:
    store(session, notice("eu-safety-gate:SR/1/26", products=(LAMP,)))
    store(session, notice("uk-opss:2601-0001", products=(LAMP,)))
    other = dataclasses.replace(LAMP, barcodes=("96385074",))
    corrected = notice("uk-opss:2601-0001", products=(other,), updated="2026-06-01")
    store(session, corrected)
    assert linked(session, "eu-safety-gate:SR/1/26") == []


def test_one_recall_under_two_spellings_of_its_number_is_stored_once(session: Session) -> None:
    source = SOURCES["us-cpsc"]
    child = {
        "record_type": "recall",
        "source": "CPSC",
        "recall_id": "26-999",
        "recall_date": "20260730",
        "product_name": "Lumen Pendant Lamps",
        "url": "https://www.cpsc.gov/Recalls/2026/Lumen",
        "status": "Recalled",
    }
    files = [json.dumps(child).encode(), json.dumps([payloads.cpsc_row("26999")]).encode()]
    for data in (*files, *files):
        operations.import_notices(session, source, source.parse(data), now=NOW, run_label="test")
    assert queries.counts(session).notices == 1
    view = queries.notice(session, "us-cpsc:26-999")
    assert view is not None
    # The authority's own wording stays, whatever is read again after it.
    assert (view.title, view.revision) == (
        "Lumen Recalls Pendant Lamps 26999 Due to Fire Hazard",
        2,
    )


def test_a_wording_farther_from_the_authority_never_replaces_a_nearer_one(
    session: Session,
) -> None:
    facts = dataclasses.asdict(make("F-1-2026", products=(), related=(), measures=()))
    facts |= {"notice_id": "us-fda:F-1-2026", "updated": "2026-12-31", "firms": ()}
    own = Notice(**facts | {"title": "own", "updated": "2026-05-15"})
    again = Republished(**facts | {"title": "again"})
    copied = Reprocessed(**facts | {"title": "copied"})
    titles = []
    for one in (copied, again, copied, own, again):
        store(session, one)
        view = queries.notice(session, "us-fda:F-1-2026")
        titles.append(view.title if view else None)
    assert titles == ["copied", "again", "again", "own", "own"]


def test_addresses() -> None:
    assert address_of(" HTTPS://www.CPSC.gov/Recalls/2026/Lumen/ ") == address_of(URL)
