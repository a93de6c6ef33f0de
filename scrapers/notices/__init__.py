"""Connectors for official recall and product-safety notices, one module per authority.

`SOURCES["eu-safety-gate"].parse(data)` yields `Notice` and `Rejected`; its `feed` says what to ask the
authority for. Fetching is somebody else's work.
"""

from scrapers.notices import (
    accc,
    caa,
    cpsc,
    fda,
    health_canada,
    nhtsa,
    oecd,
    opss,
    rappelconso,
    safety_gate,
    safetykorea,
    sample,
    samr,
    seoul,
)
from scrapers.notices.model import (
    AffectedProduct,
    Firm,
    ListingId,
    Measure,
    Mention,
    Notice,
    Rejected,
    Relation,
    Reprocessed,
    Republished,
)
from scrapers.notices.source import Feed, Request, Source, State

SOURCES: dict[str, Source] = {
    one.id: one
    for one in (
        safety_gate.SOURCE,
        cpsc.SOURCE,
        health_canada.SOURCE,
        safetykorea.SOURCE,
        safetykorea.FOREIGN_SOURCE,
        seoul.SOURCE,
        opss.SOURCE,
        rappelconso.SOURCE,
        fda.IRES_SOURCE,
        fda.OPEN_SOURCE,
        nhtsa.SOURCE,
        accc.SOURCE,
        samr.SOURCE,
        caa.SOURCE,
        oecd.SOURCE,
        sample.SOURCE,
    )
}

__all__ = [
    "SOURCES",
    "AffectedProduct",
    "Feed",
    "Firm",
    "ListingId",
    "Measure",
    "Mention",
    "Notice",
    "Rejected",
    "Relation",
    "Reprocessed",
    "Republished",
    "Request",
    "Source",
    "State",
]
