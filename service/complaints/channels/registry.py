"""The registry of desks, read once and typed; schema.json is made from these types.

`desks/*.yaml` hold the desks, `conflicts.yaml` which step destroys which right, `protection.yaml` the
order of remedies and how long a fact stays fresh.
"""

import functools
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import msgspec
import yaml

from service.core.errors import Misconfigured, NotFound

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Fact = Literal[
    "amount", "card_country", "category", "deceived", "goods", "matter", "participates", "payment",
    "platform", "publish", "residence", "role", "seller", "trader_country",
]  # fmt: skip
Unit = Literal["hours", "days", "business_days", "weeks", "months", "years"]
Start = Literal[
    "accepted", "acknowledged", "claim_opened", "decision_notified", "delivery_window_end",
    "documents_complete", "facts_of_claim", "filed", "first_presentment", "harm_known",
    "latest_estimated_delivery", "mediation_applied", "payment", "payment_slip", "purchase",
    "receipt_confirmed", "received", "sent_to_manufacturer", "shipped", "termination_decided",
    "trader_answered", "trader_contacted", "transaction", "transaction_success",
]  # fmt: skip
Kind = Literal[
    "conciliation", "consumer_association", "counselling", "court", "cross_border_advice",
    "cross_border_mediation", "direct_negotiation_platform", "enforcement", "mediation",
    "payment_dispute", "platform_dispute", "private_complaint_board", "private_conciliation",
    "referral_platform", "regulator_complaint", "report_only", "safety_report",
    "statutory_conciliation", "tribunal",
]  # fmt: skip
Power = Literal[
    "advises", "can_penalise", "collects", "conciliates", "decides", "enforces", "forwards",
    "handles", "mediates", "mediates_binding", "names_traders", "negotiates", "publishes",
    "recommends", "returns_payment", "trader_conciliates",
]  # fmt: skip
Method = Literal[
    "alipay_mini_program", "app", "chat", "downloaded_form_by_email", "email", "fax", "issuer",
    "letter", "letter_to_issuer", "phone", "post", "via_council", "visit", "web_form", "wechat",
    "wechat_mini_program", "whatsapp",
]  # fmt: skip
Quality = Literal[
    "copied_help_text", "government_page", "law_firm", "memory", "news", "news_quoting_agency",
    "official_page", "official_quote", "secondary", "secondary_weak",
]  # fmt: skip
Step = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Condition(_Row, frozen=True):
    """One condition on a fact, or several of which `any` holds.

    `basis` says how it is known: stated by the source, inferred from the desk's territory, or from
    memory; one from memory never turns anybody away.
    """

    fact: Fact | None = None
    in_: tuple[str, ...] = msgspec.field(name="in", default=())
    not_in: tuple[str, ...] = ()
    differs_from: Fact | None = None
    at_least: int | None = None
    at_most: int | None = None
    below: int | None = None
    currency: str = ""
    any: tuple["Condition", ...] = ()
    basis: Literal["stated", "inferred", "memory"] = "stated"


class Length(_Row, frozen=True):
    """A length of time."""

    value: int
    unit: Unit


class Need(_Row, frozen=True):
    """A step that comes before the desk takes the case, and how long to wait after it."""

    step: Step
    wait: Length | None = None


class Number(_Row, frozen=True, kw_only=True):
    """A length of time counted from an event; `source` and dates default to the desk's.

    With several start events `take` says which counts: the earliest or latest that is known, or the
    first of the list that is known. `calendar` is the country of business days.
    """

    id: str
    value: int
    unit: Unit
    start: tuple[Start, ...]
    take: Literal["earliest", "latest", "first_known"] = "first_known"
    calendar: Country | None = None
    verified: bool
    note: str = ""
    source: str = ""
    checked_on: date | None = None
    effective_from: date | None = None


class Deadline(Number, frozen=True, kw_only=True):
    """A clock of the complainant: until when (or not before when) a step may be taken.

    An `outer_limit` ends the step as well, whatever the other clock says; a `return` of goods without a
    reason is another right than filing. `only_if` and
    `only_without` (an event that is not known to have a date) limit where it runs.
    """

    kind: Literal["file_by", "not_before", "outer_limit"]
    step: Literal["file", "escalate", "follow_up", "return"]
    only_if: Condition | None = None
    only_without: Start | None = None


class Submission(_Row, frozen=True):
    """How to reach the desk; `email` only where an address is published for complaints."""

    methods: tuple[Method, ...]
    login: str = ""
    phone: str = ""
    hours: str = ""
    email: str = ""
    api: str = ""


class Says(_Row, frozen=True):
    """What another source says."""

    says: str
    source: str


class Contradiction(_Row, frozen=True):
    """Sources that disagree about a number, which one is kept, and why."""

    about: str
    kept: str
    others: tuple[Says, ...]
    why: str


class Channel(_Row, frozen=True, kw_only=True):
    """One desk. `unconfirmed` names what rests on memory; `participants` platforms known to take part."""

    id: Step
    name: str
    name_local: dict[str, str] = {}
    kind: Kind
    url: str | None
    offices: dict[Country, str] = {}
    status: Literal["active", "closed"]
    closed_on: date | None = None
    operator: str = ""
    verified: bool
    source_quality: Quality
    source: tuple[str, ...]
    checked_on: date
    effective_from: date | None = None
    unconfirmed: tuple[str, ...] = ()
    accepts: tuple[Condition, ...]
    refuses: tuple[Condition, ...] = ()
    needs: tuple[Need, ...] = ()
    participants: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    answers: tuple[Number, ...] = ()
    desk_language: str
    languages: tuple[str, ...] = ()
    fee: Literal["free", "may_cost", "unknown"]
    power: tuple[Power, ...]
    submission: Submission
    contradictions: tuple[Contradiction, ...] = ()
    labels: dict[str, str] = {}
    note: str = ""


class DeskFile(_Row, frozen=True):
    """One file of `desks/`."""

    jurisdiction: str
    title: str
    channels: tuple[Channel, ...]


class Conflict(_Row, frozen=True, kw_only=True):
    """After one step another desk no longer helps; see conflicts.yaml."""

    after: Step
    loses: Step
    effect: Literal["forfeits", "blocks", "refuses"]
    from_: Literal["filed", "accepted"] = msgspec.field(name="from")
    verified: bool
    source: str
    checked_on: date


class Protection(_Row, frozen=True):
    """protection.yaml."""

    tiers: dict[str, tuple[Kind, ...]]
    orders: dict[Literal["usual", "deceived"], tuple[str, ...]]
    counts_as: dict[Kind, tuple[Step, ...]]
    includes: dict[Step, tuple[Step, ...]]
    may_mean: dict[str, tuple[str, ...]]
    fresh_days: dict[Quality, int]
    reminder_days: int


class Registry(msgspec.Struct, frozen=True):
    """Everything that is known about desks; `places` names the jurisdiction of each."""

    channels: dict[str, Channel]
    places: dict[str, str]
    conflicts: tuple[Conflict, ...]
    protection: Protection


@functools.cache
def load() -> Registry:
    """Return the registry; Misconfigured names the file that is wrong."""
    found = [_typed(path, DeskFile) for path in _desk_files()]
    rows = [(one.jurisdiction, channel) for one in found for channel in one.channels]
    return Registry(
        channels={channel.id: channel for _, channel in rows},
        places={channel.id: place for place, channel in rows},
        conflicts=tuple(
            _typed(_room() / "conflicts.yaml", dict[str, tuple[Conflict, ...]])["conflicts"]
        ),
        protection=_typed(_room() / "protection.yaml", Protection),
    )


def channel(channel_id: str) -> Channel:
    """Return one desk, also a closed one; NotFound for an unknown id."""
    found = load().channels.get(channel_id)
    if found is None:
        raise NotFound("there is no such channel", where=channel_id)
    return found


def tier(one: Channel) -> str:
    """Return the tier of protection that a desk belongs to."""
    return _tiers()[one.kind]


@functools.cache
def _tiers() -> dict[Kind, str]:
    tiers = load().protection.tiers
    return {kind: name for name, kinds in tiers.items() for kind in kinds}


def document(name: str) -> Any:
    """Return a YAML file of this folder."""
    return _read(_room() / name)


def as_json(one: Channel) -> dict[str, Any]:
    """Return a desk as the API and the command give it, with its jurisdiction and tier."""
    plain = msgspec.to_builtins(one, str_keys=True)
    return {"jurisdiction": load().places[one.id], "tier": tier(one), **plain}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file in `desks/`."""
    return msgspec.json.schema(DeskFile)


def _room() -> Traversable:
    return files(__package__)


def _desk_files() -> Iterator[Traversable]:
    folder = _room() / "desks"
    yield from sorted(folder.iterdir(), key=lambda path: path.name)


def _read(path: Traversable) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - the C safe loader
    except yaml.YAMLError as error:
        raise Misconfigured(str(error), where=path.name) from error


def _typed(path: Traversable, kind: Any) -> Any:
    try:
        return msgspec.convert(_read(path), kind)
    except msgspec.ValidationError as error:
        raise Misconfigured(str(error), where=path.name) from error
