"""Rows of people and of their roles, shared by the ways in which somebody joins."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts.models import Invitation, Membership, Person
from service.accounts.names import email_key
from service.core.crypto import Vault
from service.core.errors import Conflict


def add_person(
    session: Session, vault: Vault, *, name: str, email: str, password_hash: str, now: datetime
) -> Person:
    """Add a person whose name and address have been cleaned."""
    person_id = str(uuid.uuid4())
    person = Person(
        id=person_id,
        name=name,
        email=email,
        email_key=email_key(email),
        password=password_hash,
        created_at=now,
        wrapped_key=vault.new_key(person_id),
    )
    session.add(person)
    session.flush()
    return person


def by_email(session: Session, email: str) -> Person | None:
    """Return the person who signs in with this address."""
    return session.scalar(select(Person).where(Person.email_key == email_key(email)))


def check_free(session: Session, email: str) -> None:
    """Refuse an address that somebody signs in with."""
    if by_email(session, email) is not None:
        raise Conflict("somebody signs in with this address already", code="accounts.taken")


def give_roles(
    session: Session, organisation_id: str, person_id: str, roles: Iterable[str], *, now: datetime
) -> None:
    """Give roles, beside those the person has in the organisation already."""
    had = roles_of(session, organisation_id, person_id)
    session.add_all(
        Membership(organisation_id=organisation_id, person_id=person_id, role=role, since=now)
        for role in sorted(set(roles) - had)
    )
    session.flush()


def roles_of(session: Session, organisation_id: str, person_id: str) -> set[str]:
    """Return the person's roles in an organisation."""
    found = select(Membership.role).where(
        Membership.organisation_id == organisation_id, Membership.person_id == person_id
    )
    return set(session.scalars(found))


def with_role(session: Session, organisation_id: str, role: str) -> list[str]:
    """Return the ids of those who have a role in an organisation."""
    found = select(Membership.person_id).where(
        Membership.organisation_id == organisation_id, Membership.role == role
    )
    return list(session.scalars(found.order_by(Membership.person_id)))


def language_of(session: Session, person: Person) -> str:
    """Return the language in which somebody was invited, "" for who never was."""
    invited = select(Invitation.language).where(
        func.lower(Invitation.email) == person.email_key, Invitation.accepted_at.is_not(None)
    )
    return session.scalar(invited.order_by(Invitation.accepted_at.desc()).limit(1)) or ""
