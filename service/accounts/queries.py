"""Every read of accounts; lists are filtered by the access table in the statement, never per row."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from service.accounts import email_change, first, links, people, second_factor, signing_in
from service.accounts import sessions as live
from service.accounts.models import (
    ApiKey,
    Invitation,
    Membership,
    Organisation,
    Person,
    SessionRow,
)
from service.accounts.organisations import reachable
from service.accounts.views import (
    InvitationView,
    KeyView,
    MemberView,
    OrganisationView,
    Place,
    ProfileView,
    SessionView,
)
from service.core import access, policy
from service.core.access import Asker
from service.core.crypto import Vault
from service.core.errors import NotAllowed, NotFound

__all__ = [
    "InvitationView",
    "KeyView",
    "MemberView",
    "OrganisationView",
    "Place",
    "ProfileView",
    "SessionView",
]

first_link_is_open = first.link_is_open
has_administrator = first.has_administrator


def reset_is_open(session: Session, vault: Vault, token: str, *, now: datetime) -> bool:
    """Tell whether a link for a new password may still be used."""
    try:
        signing_in.open_reset(session, links.row_of(vault, links.RESET, token), now=now)
    except NotAllowed:
        return False
    return True


def new_email_of(session: Session, vault: Vault, token: str, *, now: datetime) -> str | None:
    """Return the address that a link confirms, None when it may not be used."""
    try:
        row_id = links.row_of(vault, links.EMAIL, token)
        return email_change.open_change(session, row_id, now=now).email
    except NotAllowed:
        return None


def invitation_of(
    session: Session, vault: Vault, token: str, *, now: datetime
) -> InvitationView | None:
    """Return what a link invites to, None when it may not be used."""
    try:
        row_id = links.row_of(vault, links.INVITATION, token)
        row = signing_in.open_invitation(session, row_id, now=now)
    except NotAllowed:
        return None
    [view] = session.execute(_invitations().where(Invitation.id == row.id)).all()
    return _invitation(view)


def profile(session: Session, asker: Asker) -> ProfileView:
    """Return the asker's own account."""
    access.require(asker, "profile.read", access.own(asker))
    person = session.get_one(Person, asker.id)
    left = second_factor.recovery_codes_left(session, person.id)
    confirmed = person.totp_since is not None
    own = places(session, asker)
    return ProfileView(person.id, person.name, person.email, confirmed, left, own)


def places(session: Session, asker: Asker) -> tuple[Place, ...]:
    """Return the organisations that the asker may act for, by name."""
    access.require(asker, "profile.act_for", access.own(asker))
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.name,
            Organisation.kind,
            Organisation.state,
            Membership.role,
        )
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == asker.id, Organisation.state.in_(live.ACTING_STATES))
        .order_by(Organisation.name, Organisation.id, Membership.role)
    ).all()
    grouped = groupby(rows, key=itemgetter(0, 1, 2, 3))
    return tuple(
        Place(organisation_id, name, kind, state, tuple(row[4] for row in given))
        for (organisation_id, name, kind, state), given in grouped
    )


def sessions(session: Session, asker: Asker, *, now: datetime) -> list[SessionView]:
    """Return the browsers in which the asker is signed in, the latest used first."""
    access.require(asker, "profile.read", access.own(asker))
    rows = session.scalars(
        select(SessionRow)
        .where(
            SessionRow.person_id == asker.id,
            SessionRow.ended_at.is_(None),
            SessionRow.expires_at > now,
            SessionRow.last_seen_at > now - live.IDLE,
        )
        .order_by(SessionRow.last_seen_at.desc(), SessionRow.id)
    )
    return [
        SessionView(
            row.id,
            row.agent,
            row.address,
            row.created_at,
            row.last_seen_at,
            current=row.id == asker.session,
        )
        for row in rows
    ]


def organisations(
    session: Session, asker: Asker, *, limit: int, offset: int = 0
) -> list[OrganisationView]:
    """Return a page of the organisations that the asker may see, by name."""
    page = select(Organisation).where(_seen(asker)).order_by(Organisation.name, Organisation.id)
    return [_organisation(row) for row in session.scalars(page.limit(limit).offset(offset))]


def count_organisations(session: Session, asker: Asker) -> int:
    """Return how many organisations the asker may see."""
    return session.scalar(select(func.count()).select_from(Organisation).where(_seen(asker))) or 0


def organisation(session: Session, asker: Asker, organisation_id: str) -> OrganisationView:
    """Return one organisation; raise NotFound when the asker may not see it."""
    return _organisation(reachable(session, asker, "organisation.read", organisation_id))


def organisation_id_of(session: Session, name_or_id: str) -> str:
    """Return the id of an organisation given by id or by its name, for commands; raise NotFound."""
    found = session.scalar(
        select(Organisation.id).where(
            (Organisation.id == name_or_id) | (Organisation.name == name_or_id)
        )
    )
    if found is None:
        raise NotFound("there is no such organisation", where=name_or_id)
    return found


def kinds_and_names(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return kind and name of organisations by id, for other features that name them."""
    found = select(Organisation.id, Organisation.kind, Organisation.name).where(
        Organisation.id.in_(set(ids))
    )
    return {row.id: (row.kind, row.name) for row in session.execute(found)}


def is_verified(session: Session, organisation_id: str) -> bool:
    """Tell whether an organisation has been verified and neither suspended nor deleted since."""
    row = session.get(Organisation, organisation_id)
    return row is not None and row.state == "verified"


def people_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return names of people by id, for other features that show colleagues who acted."""
    found = select(Person.id, Person.name).where(Person.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(found)}


def with_role(session: Session, organisation_id: str, role: str) -> list[str]:
    """Return the ids of those who have a role in an organisation, for letters of other features."""
    return people.with_role(session, organisation_id, role)


def letter_address(session: Session, person_id: str) -> tuple[str, str]:
    """Return a person's e-mail address and language ("" when unknown), for letters of other features."""
    person = session.get_one(Person, person_id)
    return person.email, people.language_of(session, person)


def person_id_of(session: Session, email: str) -> str:
    """Return the id of whoever signs in with an address, for commands; raise NotFound."""
    found = people.by_email(session, email)
    if found is None:
        raise NotFound("nobody signs in with this address", where=email)
    return found.id


def members(session: Session, asker: Asker, organisation_id: str) -> list[MemberView]:
    """Return who belongs to an organisation, by name, by one statement."""
    reachable(session, asker, "member.list", organisation_id)
    rows = session.execute(
        select(Person.id, Person.name, Person.email, Person.totp_since, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Person.name, Person.id, Membership.role)
    ).all()
    return [
        MemberView(one[0], one[1], one[2], tuple(row[4] for row in of_one), one[3] is not None)
        for one, of_one in groupby(rows, key=itemgetter(0, 1, 2, 3))
    ]


def invitations(
    session: Session, asker: Asker, organisation_id: str, *, now: datetime
) -> list[InvitationView]:
    """Return an organisation's open invitations, newest first."""
    reachable(session, asker, "member.list", organisation_id)
    found = _invitations().where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now,
    )
    return [
        _invitation(row) for row in session.execute(found.order_by(Invitation.created_at.desc()))
    ]


def keys(session: Session, asker: Asker, organisation_id: str, *, now: datetime) -> list[KeyView]:
    """Return an organisation's keys, newest first."""
    reachable(session, asker, "key.list", organisation_id)
    found = _keys(asker).where(ApiKey.organisation_id == organisation_id)
    return _key_views(session.execute(found).all(), now)


def all_keys(session: Session, asker: Asker, *, now: datetime) -> list[KeyView]:
    """Return every key that the asker may see, newest first."""
    return _key_views(session.execute(_keys(asker)).all(), now)


def own_key(session: Session, asker: Asker, *, now: datetime) -> KeyView:
    """Return the key that the asker presents."""
    access.require(asker, "key.self", access.own(asker))
    own = select(ApiKey, Organisation.name).join(
        Organisation, Organisation.id == ApiKey.organisation_id
    )
    [view] = _key_views(session.execute(own.where(ApiKey.prefix == asker.id)).all(), now)
    return view


def key_by_prefix(session: Session, prefix: str) -> str:
    """Return the id of the key with this prefix, for commands; raise NotFound."""
    found = session.scalar(select(ApiKey.id).where(ApiKey.prefix == prefix))
    if found is None:
        raise NotFound("there is no such key", where=prefix)
    return found


def key_scopes() -> tuple[str, ...]:
    """Return what a key can be allowed."""
    return policy.load().scopes


def holds_sealed(session: Session) -> bool:
    """Tell whether anybody has a key of their own, which only the master key opens."""
    return session.scalar(select(Person.id).limit(1)) is not None


def _seen(asker: Asker) -> ColumnElement[bool]:
    return access.visible(asker, "organisation.list", organisation=Organisation.id)


def _organisation(row: Organisation) -> OrganisationView:
    return OrganisationView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        state=row.state,
        evidence=row.evidence,
        created_at=row.created_at,
        verified_at=row.verified_at,
        roles=policy.load().kinds[row.kind],
    )


def _invitations() -> Select[Invitation, str, bool]:
    # The invited address and a person's key are compared as they were cleaned: lower case ASCII.
    known = exists().where(Person.email_key == func.lower(Invitation.email))
    return select(Invitation, Organisation.name, known).join(
        Organisation, Organisation.id == Invitation.organisation_id
    )


def _invitation(row: "Sequence[object]") -> InvitationView:
    invitation, organisation_name, known = row
    assert isinstance(invitation, Invitation)  # noqa: S101 - the statement selects it
    return InvitationView(
        id=invitation.id,
        organisation_id=invitation.organisation_id,
        organisation=str(organisation_name),
        email=invitation.email,
        roles=tuple(invitation.roles),
        expires_at=invitation.expires_at,
        has_account=bool(known),
    )


def _keys(asker: Asker) -> Select[ApiKey, str]:
    return (
        select(ApiKey, Organisation.name)
        .join(Organisation, Organisation.id == ApiKey.organisation_id)
        .where(access.visible(asker, "key.list", organisation=ApiKey.organisation_id))
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )


def _key_views(rows: "Iterable[Sequence[object]]", now: datetime) -> list[KeyView]:
    return [_key(row[0], str(row[1]), now) for row in rows if isinstance(row[0], ApiKey)]


def _key(row: ApiKey, organisation_name: str, now: datetime) -> KeyView:
    expired = "expired" if row.expires_at <= now else "active"
    return KeyView(
        id=row.id,
        prefix=row.prefix,
        label=row.label,
        organisation_id=row.organisation_id,
        organisation=organisation_name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        state="revoked" if row.revoked_at else expired,
    )
