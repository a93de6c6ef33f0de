"""Connectors for official recall and product-safety notices, one module per authority.

`SOURCES["eu-safety-gate"].parse(data)` yields `Notice` and `Rejected`; fetching is somebody else's work.
"""

from scrapers.notices import cpsc, health_canada, safety_gate, safetykorea, sample
from scrapers.notices.model import (
    AffectedProduct,
    Firm,
    ListingId,
    Measure,
    Mention,
    Notice,
    Rejected,
)
from scrapers.notices.source import Source

SOURCES: dict[str, Source] = {
    one.id: one
    for one in (
        safety_gate.SOURCE,
        cpsc.SOURCE,
        health_canada.SOURCE,
        safetykorea.SOURCE,
        sample.SOURCE,
    )
}

__all__ = [
    "SOURCES",
    "AffectedProduct",
    "Firm",
    "ListingId",
    "Measure",
    "Mention",
    "Notice",
    "Rejected",
    "Source",
]
