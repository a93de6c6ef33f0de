"""The way back for somebody who lost the second factor and the recovery codes: others vouch for them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import people, second_factor, sessions
from service.accounts.models import Membership, Organisation, Person
from service.accounts.signing_in import RESET_MAIL
from service.core import access, audit, outbox
from service.core.access import Asker, Target
from service.core.errors import Conflict

ACTION = "member.second_factor"
LOST_FACTOR = "second_factor_of"
"""What the payload of the letter calls the person."""


def reset_second_factor(
    session: Session,
    asker: Asker,
    person_id: str,
    *,
    organisation_id: str | None,
    now: datetime,
) -> None:
    """Take somebody's second factor out of force: all sessions end, the next sign-in sets up a new one.

    `organisation_id` is where the person is a member; None asks for the person alone, as commands do.
    The asker must reach every organisation that the person belongs to: nobody weakens the account of
    somebody who acts elsewhere as well. Raises NotFound, NotAllowed and Conflict (accounts.factor.*).
    """
    access.require(asker, ACTION, Target("member", person_id, organisation=organisation_id))
    person = session.get(Person, person_id)
    if person is None or not _belongs(session, person_id, organisation_id):
        raise access.missing("member", person_id)
    _check(session, asker, person)
    second_factor.take_off(session, person)
    sessions.end(session, now=now, person=person_id)
    outbox.post(session, topic=RESET_MAIL, payload={LOST_FACTOR: person_id}, now=now)
    audit.note(session, at=now, asker=asker, action=ACTION, subject=f"person:{person_id}")


def _belongs(session: Session, person_id: str, organisation_id: str | None) -> bool:
    return organisation_id is None or bool(people.roles_of(session, organisation_id, person_id))


def _check(session: Session, asker: Asker, person: Person) -> None:
    if person.id == asker.person:
        # A session left open must not be enough to get rid of one's own second factor.
        raise Conflict("one's own is replaced in the profile", code="accounts.factor.own")
    if person.totp_since is None:
        raise Conflict("there is no second factor to reset", code="accounts.factor.none")
    everywhere = (
        Target("member", person.id, organisation=place) for place in _places(session, person.id)
    )
    if not all(access.may(asker, ACTION, target) for target in everywhere):
        raise Conflict("the person acts elsewhere as well", code="accounts.factor.elsewhere")


def _places(session: Session, person_id: str) -> list[str]:
    member = (
        select(Membership.organisation_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id, Organisation.state != "deleted")
    )
    return list(session.scalars(member.distinct()))
