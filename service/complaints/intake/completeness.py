"""The meter: what a complaint still lacks and why it matters; and whether the seller can be found.

Pure: from what was given, which evidence is at hand and how the contact stands. The extension computes
the same from the same fields.json; tests/vectors/completeness.json judges both.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.complaints.intake.fields import FALLBACK, SHOPPER, Form, form
from service.complaints.intake.values import given

REQUIRED, HELPFUL = "required", "helpful"
WEIGHT = {REQUIRED: 3, HELPFUL: 1}
CONTACT_PROVEN, FALLBACK_CHANNEL, EVIDENCE_FILE = "contact_proven", "fallback", "evidence_file"
IDENTIFIED, REACHABLE, NAMED, UNKNOWN = "identified", "reachable", "named", "unknown"
GRADES = (IDENTIFIED, REACHABLE, NAMED, UNKNOWN)
UNTRACED = (NAMED, UNKNOWN)
"""Grades of sellers to whom nothing can be delivered yet: somebody has to find out who they are."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a case needs.

    `what` names the fields of which one is enough, or one of CONTACT_PROVEN, FALLBACK_CHANNEL and
    EVIDENCE_FILE; `why` names the message `complaint.why.<why>`; `level` is REQUIRED or HELPFUL.
    """

    what: tuple[str, ...]
    why: str
    level: str
    met: bool


@dataclass(frozen=True, slots=True)
class Meter:
    """Every item, and how much of their weight is met, 0 to 100; required ones weigh three times."""

    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Item, ...]:
        """Return what is lacking, required things first."""
        lacking = [item for item in self.items if not item.met]
        return tuple(sorted(lacking, key=lambda item: item.level != REQUIRED))

    @property
    def ready(self) -> bool:
        """Tell whether nothing that is required is lacking."""
        return all(item.met for item in self.items if item.level == REQUIRED)

    @property
    def percent(self) -> int:
        """Return how complete the case is; 100 only when nothing at all is lacking."""
        whole = sum(WEIGHT[item.level] for item in self.items)
        met = sum(WEIGHT[item.level] for item in self.items if item.met)
        return 100 * met // whole


def meter(
    facts: Mapping[str, Any],
    *,
    files: Collection[str] = (),
    proven: bool | None = None,
    door: str = SHOPPER,
) -> Meter:
    """Measure a complaint: its fields as far as given, the kinds of files held, whether the contact is proven.

    `proven` is None before it is filed: files and proof come after. Raises KeyError for a category that
    is none; a complaint without one is measured as "other".
    """
    told = given(facts)
    asked = form(told.get("category", "other"), door)
    items = [*_fields(asked, told), _fallback(told)]
    if proven is not None:
        items += [_evidence(asked, files), Item((CONTACT_PROVEN,), "contact", REQUIRED, proven)]
    return Meter(tuple(items))


def _fields(asked: Form, told: Mapping[str, Any]) -> Iterator[Item]:
    for field in asked.fields:
        if field.required or field.helpful:
            level = REQUIRED if field.required else HELPFUL
            yield Item((field.id,), field.topic, level, bool(told.get(field.id)))
    topics = {field.id: field.topic for field in asked.fields}
    for group in asked.one_of:
        met = any(told.get(name) for name in group)
        yield Item(group, topics[group[0]], REQUIRED, met)


def _evidence(asked: Form, files: Collection[str]) -> Item:
    """Ask for the evidence itself; what somebody has and has not sent yet shows nothing."""
    held = set(files) & set(asked.category.evidence)
    return Item((EVIDENCE_FILE,), "evidence", HELPFUL, bool(held))


def _fallback(told: Mapping[str, Any]) -> Item:
    ways = sum(1 for name in FALLBACK if told.get(name))
    return Item((FALLBACK_CHANNEL,), "fallback", HELPFUL, ways > 1)


@dataclass(frozen=True, slots=True)
class Respondent:
    """What is known of a seller.

    An id for which a platform answers, an identity that somebody checked, a postal address, a contact
    that works, at least a name.
    """

    seller_id: bool = False
    verified: bool = False
    address: bool = False
    contact: bool = False
    name: bool = False


def findability(respondent: Respondent) -> str:
    """Grade whether the seller can be found.

    IDENTIFIED: who they are was checked, and there is a way to them. REACHABLE: something can be
    delivered. NAMED: a name, and no way. UNKNOWN: not even that.
    """
    way = respondent.seller_id or respondent.address or respondent.contact
    if respondent.verified and way:
        return IDENTIFIED
    if way:
        return REACHABLE
    return NAMED if respondent.name or respondent.verified else UNKNOWN
