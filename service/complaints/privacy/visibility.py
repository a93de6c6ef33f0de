"""Who may see which personal field of a case: the table of visibility.toml, run as a pure function."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

FILE = "visibility.toml"
COMPLAINANT, OFFICER, TRADER, SYSTEM = ROLES = ("complainant", "officer", "trader", "system")
ALWAYS, WITH_CASE, SHARED, NEVER = CONDITIONS = ("always", "with_case", "shared", "never")
STRICTEST = "contact"


@dataclass(frozen=True, slots=True)
class Table:
    """The file as it is read; `purposes` maps each purpose to the roles that may have it."""

    classes: Mapping[str, str]
    roles: Mapping[str, Mapping[str, str]]
    purposes: Mapping[str, frozenset[str]]
    stages: frozenset[str]
    grace_stages: frozenset[str]
    grace: timedelta

    def class_of(self, field: str) -> str:
        """Return the class of a field; "message:5f…" belongs where "message:" does."""
        prefix, colon, _ = field.partition(":")
        return self.classes.get(prefix + colon if colon else field, STRICTEST)


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a case stands, as far as a trader's sight depends on it.

    `stage` is that of the state (machine.toml), `closed_from` the stage before it was closed, `shared`
    the fields that the complainant agreed to show this recipient.
    """

    stage: str
    closed_from: str | None = None
    closed_at: datetime | None = None
    shared: Collection[str] = ()


@cache
def load() -> Table:
    """Return the table, read once."""
    document = tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    trader = document["trader"]
    return Table(
        classes={name: kind for kind, names in document["classes"].items() for name in names},
        roles=document["roles"],
        purposes={name: frozenset(roles) for name, roles in document["purposes"].items()},
        stages=frozenset(trader["stages"]),
        grace_stages=frozenset(trader["grace_stages"]),
        grace=timedelta(days=trader["grace_days"]),
    )


def visible_fields(
    role: str, fields: Iterable[str], situation: Situation, *, now: datetime
) -> set[str]:
    """Return those of the fields that the role may see in the situation."""
    table = load()
    here = with_trader(situation, now=now)

    def seen(field: str) -> bool:
        condition = table.roles[role][table.class_of(field)]
        return {
            ALWAYS: True,
            WITH_CASE: here,
            SHARED: here and field in situation.shared,
            NEVER: False,
        }[condition]

    return {field for field in fields if seen(field)}


def with_trader(situation: Situation, *, now: datetime) -> bool:
    """Tell whether a case is with the trader, or was until it was closed a short while ago."""
    table = load()
    if situation.stage in table.stages:
        return True
    if situation.closed_at is None or situation.closed_from not in table.grace_stages:
        return False
    return now < situation.closed_at + table.grace


def purposes_of(role: str) -> tuple[str, ...]:
    """Return the purposes that a role may name, in the order of the file."""
    return tuple(name for name, roles in load().purposes.items() if role in roles)
