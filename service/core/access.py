"""Who is asking, and whether they may: the one question every operation and every list puts first."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, false, or_, true

from service.core import policy
from service.core.errors import NotAllowed, NotFound, NotSignedIn

HOME = "home"
"""Id of the organisation that runs this installation; it is made at the first start."""

_STAGES = {"code": "awaiting_code", "enrol": "enrolling", "full": "person"}
_OTHERS = {
    "operator": frozenset({"operator"}),
    "anonymous": frozenset({"anyone"}),
    "complainant": frozenset({"anyone", "complainant"}),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person acting for an organisation, a key, a complainant, nobody known, the operator, the system.

    `roles` are those in the organisation acted for; `stage` says how far a person has signed in.
    """

    kind: str
    id: str = ""
    name: str = ""
    organisation: str | None = None
    organisation_name: str = ""
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    session: str | None = None
    stage: str = "full"
    request: str | None = None

    @property
    def person(self) -> str | None:
        """Return the person's id, None for everybody else."""
        return self.id if self.kind == "person" else None

    @property
    def label(self) -> str:
        """Return how the audit names this asker: the kind and an id, no personal data."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def signed_in(self) -> bool:
        """Tell whether this is a person who is fully signed in."""
        return self.kind == "person" and self.stage == "full"


ANONYMOUS = Asker("anonymous")
OPERATOR = Asker("operator")
SYSTEM = Asker("caveat")


def complainant(case_id: str) -> Asker:
    """Return the one who holds the link of a case, or has just proven the contact given in it."""
    return Asker("complainant", case_id)


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request came from; `loopback` means this machine itself, without a proxy."""

    address: str
    agent: str
    loopback: bool
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The object of an action, as far as access depends on it."""

    kind: str = "object"
    id: str = ""
    organisation: str | None = None
    person: str | None = None
    assigned: Collection[str] = ()
    respondent: str | None = None
    public: bool = False


def own(asker: Asker) -> Target:
    """Return the asker itself as the object."""
    return Target(asker.kind, asker.id, asker.organisation, asker.id)


def relations(asker: Asker, action: str) -> frozenset[str]:
    """Return the relations in which the asker may do the action, empty for none."""
    row = policy.load().action(action)
    if asker.kind == "key":
        allowed = row.implicit or action in asker.scopes
        return row.relations(["key"]) if allowed else frozenset()
    return row.relations(_roles(asker))


def may(asker: Asker, action: str, target: Target | None = None) -> bool:
    """Tell whether the asker may do the action to the target; without one, to any object at all."""
    granted = relations(asker, action)
    if target is None:
        return bool(granted - {"host"}) or ("host" in granted and asker.organisation == HOME)
    return any(_holds(relation, asker, target) for relation in granted)


def require(asker: Asker, action: str, target: Target | None = None) -> None:
    """Refuse what the table does not allow.

    Without a target only grants count that need no object. An object that is out of reach is
    answered like one that does not exist.
    """
    if any(_holds(relation, asker, target or Target()) for relation in relations(asker, action)):
        return
    if target is not None and may(asker, action):
        raise missing(target.kind, target.id)
    refuse(asker)


def enter(asker: Asker, action: str) -> None:
    """Refuse those who may do the action to no object at all; the gate before every handler."""
    if not may(asker, action):
        refuse(asker)


def refuse(asker: Asker) -> NoReturn:
    """Raise what fits: who is not signed in should, who is may not."""
    if asker.kind == "anonymous" or (asker.kind == "person" and not asker.signed_in):
        raise NotSignedIn("sign in first")
    raise NotAllowed("your role does not allow this")


def missing(kind: str, object_id: str) -> NotFound:
    """Return the error for an object that does not exist, or that the asker may not see."""
    return NotFound(f"there is no such {kind}", where=object_id)


def visible(
    asker: Asker,
    action: str,
    *,
    organisation: Any = None,
    person: Any = None,
    respondent: Any = None,
) -> ColumnElement[bool]:
    """Return the SQL condition for the rows of a list that the asker may see; columns name the owner."""
    granted = relations(asker, action)
    if "any" in granted or ("host" in granted and asker.organisation == HOME):
        return true()
    parts: list[ColumnElement[bool]] = []
    if "organisation" in granted and organisation is not None and asker.organisation is not None:
        parts.append(organisation == asker.organisation)
    if "respondent" in granted and respondent is not None and asker.organisation is not None:
        parts.append(respondent == asker.organisation)
    if "own" in granted and person is not None and asker.person is not None:
        parts.append(person == asker.person)
    return or_(false(), *parts)


def _roles(asker: Asker) -> frozenset[str]:
    if asker.kind == "person":
        standing = frozenset({"anyone", _STAGES[asker.stage]})
        return standing | asker.roles if asker.signed_in else standing
    return _OTHERS.get(asker.kind, frozenset())


def _holds(relation: str, asker: Asker, target: Target) -> bool:
    acting = asker.organisation
    return {
        "any": True,
        "host": acting == HOME,
        "organisation": acting is not None and target.organisation == acting,
        "assigned": bool(asker.id) and asker.id in target.assigned,
        "respondent": acting is not None and target.respondent == acting,
        "own": bool(asker.id) and target.person == asker.id,
        "public": target.public,
    }[relation]
