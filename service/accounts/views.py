"""What reads of accounts return: plain records without secrets."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation a person may act for, with the person's roles there."""

    organisation_id: str
    name: str
    kind: str
    state: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One's own account."""

    id: str
    name: str
    email: str
    second_factor: bool
    recovery_codes_left: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SessionView:
    """A browser in which one is signed in; `current` is the one that asks."""

    id: str
    agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation; `roles` are those that its kind allows."""

    id: str
    kind: str
    name: str
    state: str
    evidence: str
    created_at: datetime
    verified_at: datetime | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody who belongs to an organisation."""

    person_id: str
    name: str
    email: str
    roles: tuple[str, ...]
    second_factor: bool


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An open invitation; `has_account` tells whether the invited gives a known password or a new one."""

    id: str
    organisation_id: str
    organisation: str
    email: str
    roles: tuple[str, ...]
    expires_at: datetime
    has_account: bool


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key without its secret; `state` is active, expired or revoked."""

    id: str
    prefix: str
    label: str
    organisation_id: str
    organisation: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: str
