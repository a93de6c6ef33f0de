"""What a seller's pages must and do disclose: checklists as data, numbers checked, terms compared.

`assess` goes through one jurisdiction's checklist, `on_page` gives what the extractor shows,
`legal_links` says which pages to read next, `compare` sets the shop's return terms beside the law.
"""

from scrapers.disclosures.assess import Item, Where, assess, assess_readings
from scrapers.disclosures.data import JURISDICTIONS, Checklist, checklist, jurisdiction_of
from scrapers.disclosures.links import LegalLink, legal_links
from scrapers.disclosures.page import on_page
from scrapers.disclosures.policy import Remark, dead_references, other_companies, review_statement
from scrapers.disclosures.reading import Reading, read
from scrapers.disclosures.report import report
from scrapers.disclosures.terms import Offer, Terms, compare

__all__ = [
    "JURISDICTIONS",
    "Checklist",
    "Item",
    "LegalLink",
    "Offer",
    "Reading",
    "Remark",
    "Terms",
    "Where",
    "assess",
    "assess_readings",
    "checklist",
    "compare",
    "dead_references",
    "jurisdiction_of",
    "legal_links",
    "on_page",
    "other_companies",
    "read",
    "report",
    "review_statement",
]
