"""Matches of listings with notices: proposed again and again, decided once, by those who may."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.access import Asker
from service.core.errors import NotAllowed, NotFound
from service.safety import matches
from service.safety.matches import Proposal
from service.safety.models import ListingMatch
from tests.conftest import NOW
from tests.service.safety.test_safety import make, take

NOTICE = "eu-safety-gate:SR/1/26"
FOUND = Proposal("temu", "601100000000001", NOTICE, 0, 2, 0.8, ("brand and model",))
REVIEWER = Asker("person", "p-1", organisation="home", roles=frozenset({"reviewer"}))


def row(session: Session) -> ListingMatch:
    return session.scalars(select(ListingMatch)).one()


def decide(session: Session, asker: Asker, *, notice_id: str = NOTICE) -> None:
    item = ("temu", "601100000000001")
    matches.review(session, *item, notice_id=notice_id, confirmed=True, asker=asker, now=NOW)


def test_what_a_person_decided_stays_decided(session: Session) -> None:
    take(session, make())
    for _ in range(2):
        matches.propose(session, FOUND, now=NOW)
    assert (row(session).state, row(session).why) == ("proposed", ["brand and model"])
    decide(session, REVIEWER)
    matches.propose(session, FOUND, now=NOW)
    assert (row(session).state, row(session).reviewed_by) == ("confirmed", "p-1")


def test_only_reviewers_decide_and_only_what_was_proposed(session: Session) -> None:
    take(session, make())
    matches.propose(session, FOUND, now=NOW)
    officer = Asker("person", "p-2", organisation="home", roles=frozenset({"complaint_officer"}))
    with pytest.raises(NotAllowed):
        decide(session, officer)
    with pytest.raises(NotFound):
        decide(session, REVIEWER, notice_id="eu-safety-gate:SR/2/26")
    assert row(session).state == "proposed"
