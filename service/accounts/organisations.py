"""Organisations, who belongs to them, and invitations to join."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.accounts import names, people, sessions
from service.accounts.models import Invitation, Membership, Organisation
from service.core import access, audit, outbox, policy
from service.core.access import HOME, Asker, Target
from service.core.errors import Conflict, InvalidInput, TooMany

STATES = ("pending", "verified", "suspended", "deleted")
INVITATION_MAIL = "mail.invitation"
INVITATION_LIFETIME = timedelta(days=7)
INVITATIONS_A_DAY = 100
LONGEST_EVIDENCE = 5_000


def create_organisation(
    session: Session, asker: Asker, *, kind: str, name: str, evidence: str, now: datetime
) -> str:
    """Add an organisation, not verified yet; returns its id. Raises Conflict when another looks alike."""
    access.require(asker, "organisation.create")
    if kind not in policy.load().kinds:
        raise _wrong("kind", f"{kind!r} is no kind of organisation")
    name = names.clean_name(name)
    _check_name(session, name, but=None)
    row = Organisation(
        id=str(uuid.uuid4()),
        kind=kind,
        name=name,
        name_key=names.name_key(name),
        state="pending",
        evidence=_evidence(evidence),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, asker, "organisation.create", row.id, now)
    return row.id


def change_organisation(
    session: Session, asker: Asker, organisation_id: str, *, name: str, evidence: str, now: datetime
) -> None:
    """Change name and verification evidence."""
    row = reachable(session, asker, "organisation.change", organisation_id)
    name = names.clean_name(name)
    _check_name(session, name, but=row.id)
    row.name, row.name_key, row.evidence = name, names.name_key(name), _evidence(evidence)
    _note(session, asker, "organisation.change", row.id, now)


def set_organisation_state(
    session: Session, asker: Asker, organisation_id: str, state: str, *, now: datetime
) -> None:
    """Verify, suspend or delete; suspending and deleting end the sessions that act for it.

    Its keys stop with the state, as each check reads it. Raises Conflict for the organisation that
    runs this installation and for one that is deleted.
    """
    row = reachable(session, asker, "organisation.state", organisation_id)
    if state not in STATES:
        raise _wrong("state", f"{state!r} is no state of an organisation")
    if row.id == HOME or row.state == "deleted":
        raise Conflict("the state of this organisation stays", where=row.name)
    row.state = state
    if state == "verified":
        row.verified_at = now
    if state not in sessions.ACTING_STATES:
        sessions.end(session, now=now, organisation=row.id)
    _note(session, asker, f"organisation.{state}", row.id, now)


def invite(
    session: Session,
    asker: Asker,
    organisation_id: str,
    *,
    email: str,
    roles: Iterable[str],
    language: str,
    now: datetime,
) -> str:
    """Invite an address to join with roles; the letter leaves through the outbox. Returns the id."""
    row = reachable(session, asker, "member.invite", organisation_id)
    row_of = Invitation(
        id=str(uuid.uuid4()),
        organisation_id=row.id,
        email=names.clean_email(email),
        roles=_roles(row, roles, at_least=1),
        language=language,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    if row.state not in sessions.ACTING_STATES:
        raise Conflict("nobody acts for this organisation now", where=row.name)
    _check_pace(session, row, now)
    session.add(row_of)
    outbox.post(session, topic=INVITATION_MAIL, payload={"invitation": row_of.id}, now=now)
    subject = f"invitation:{row_of.id}"
    audit.note(session, at=now, asker=asker, action="member.invite", subject=subject)
    return row_of.id


def withdraw_invitation(
    session: Session, asker: Asker, invitation_id: str, *, now: datetime
) -> str:
    """Close an invitation that nobody has accepted; returns the organisation it was for."""
    row = session.get(Invitation, invitation_id)
    owner = row.organisation_id if row else None
    target = Target("invitation", invitation_id, organisation=owner)
    access.require(asker, "member.invite", target)
    if row is None:
        raise access.missing("invitation", invitation_id)
    if row.accepted_at is not None:
        raise Conflict("the invitation was accepted already")
    row.withdrawn_at = now
    subject = f"invitation:{row.id}"
    audit.note(session, at=now, asker=asker, action="member.invite.withdraw", subject=subject)
    return row.organisation_id


def set_roles(
    session: Session,
    asker: Asker,
    organisation_id: str,
    person_id: str,
    roles: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Give a member exactly these roles, none to remove; the member's sessions there end.

    Raises Conflict (accounts.last_administrator) when nobody would administer the installation.
    """
    row = reachable(session, asker, "member.change", organisation_id)
    had = people.roles_of(session, row.id, person_id)
    if not had:
        raise access.missing("member", person_id)
    wanted = _roles(row, roles, at_least=0)
    if row.id == HOME and "administrator" in had and "administrator" not in wanted:
        _check_not_last(session)
    session.execute(
        delete(Membership).where(
            Membership.organisation_id == row.id,
            Membership.person_id == person_id,
            Membership.role.not_in(wanted),
        )
    )
    people.give_roles(session, row.id, person_id, wanted, now=now)
    sessions.end(session, now=now, person=person_id, organisation=row.id)
    subject = f"person:{person_id}"
    audit.note(session, at=now, asker=asker, action="member.change", subject=subject)


def reachable(session: Session, asker: Asker, action: str, organisation_id: str) -> Organisation:
    """Return an organisation to which the asker may do the action; raise NotFound or NotAllowed."""
    row = session.get(Organisation, organisation_id)
    owner = row.id if row else None
    access.require(asker, action, Target("organisation", organisation_id, organisation=owner))
    if row is None:
        raise access.missing("organisation", organisation_id)
    return row


def _check_name(session: Session, name: str, *, but: str | None) -> None:
    key = names.name_key(name)
    found = session.scalar(select(Organisation.id).where(Organisation.name_key == key))
    if found not in (None, but):
        raise Conflict("another organisation has this name", where=name, code="accounts.taken")


def _check_not_last(session: Session) -> None:
    count = select(func.count()).where(
        Membership.organisation_id == HOME, Membership.role == "administrator"
    )
    if session.scalar(count) == 1:
        raise Conflict("somebody must administer Caveat", code="accounts.last_administrator")


def _check_pace(session: Session, row: Organisation, now: datetime) -> None:
    """Keep an account that was taken over from sending letters to the world."""
    recent = select(func.count()).where(
        Invitation.organisation_id == row.id, Invitation.created_at > now - timedelta(days=1)
    )
    if (session.scalar(recent) or 0) >= INVITATIONS_A_DAY:
        raise TooMany(
            f"at most {INVITATIONS_A_DAY} invitations a day",
            retry_minutes=60,
            code="accounts.limit",
        )


def _roles(row: Organisation, roles: Iterable[str], *, at_least: int) -> list[str]:
    wanted = sorted(set(roles))
    unknown = set(wanted) - set(policy.load().kinds[row.kind])
    if unknown or len(wanted) < at_least:
        raise _wrong("roles", "choose roles that this kind of organisation has")
    return wanted


def _evidence(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_EVIDENCE:
        raise _wrong("evidence", f"at most {LONGEST_EVIDENCE} characters")
    return text


def _wrong(field: str, what: str) -> InvalidInput:
    return InvalidInput(what, where=field, fields={field: what})


def _note(session: Session, asker: Asker, action: str, organisation_id: str, now: datetime) -> None:
    subject = f"organisation:{organisation_id}"
    audit.note(session, at=now, asker=asker, action=action, subject=subject)
