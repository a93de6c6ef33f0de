"""Several victims, one matter: alike by merchant, category and time; joined by consent only."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.complaints.clusters import alike
from service.complaints.clusters import operations as clusters
from service.complaints.clusters import queries as clusters_queries
from service.complaints.clusters.alike import Candidate
from service.complaints.clusters.models import CaseClusterAnswer
from service.complaints.intake import tracking
from service.core.errors import Conflict, InvalidInput, NotFound
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime
from tests.conftest import NOW
from tests.service.complaints.cases import OFFICER, consumer, open_case


def three(runtime: Runtime) -> list[str]:
    other = {"category": "damaged"}
    return [open_case(runtime), open_case(runtime), open_case(runtime, facts=other)]


def make(runtime: Runtime, cases: list[str]) -> str:
    with runtime.begin() as session:
        return clusters.create(session, cases, asker=OFFICER, now=runtime.clock())


def say(runtime: Runtime, case: str, state: str) -> None:
    with runtime.begin() as session:
        clusters.answer(session, case, state, asker=consumer(case), now=runtime.clock())


def test_alike_cases_are_offered_and_each_complainant_is_asked(runtime: Runtime) -> None:
    first, second, other = three(runtime)
    with runtime.reading() as session:
        [offer] = clusters.proposals(session, asker=OFFICER)
    assert set(offer.cases) == {first, second}
    with pytest.raises(InvalidInput):
        make(runtime, [first, other])
    make(runtime, [first, second])
    with runtime.reading() as session:
        assert clusters.proposals(session, asker=OFFICER) == []
        letters = select(OutboxRow.payload).where(OutboxRow.topic == clusters.INVITATION_MAIL)
        assert {row["case"] for row in session.scalars(letters)} == {first, second}


def test_only_who_said_yes_counts_and_a_yes_can_be_taken_back(runtime: Runtime) -> None:
    first, second, _ = three(runtime)
    own = make(runtime, [first, second])
    say(runtime, first, "joined")
    with runtime.reading() as session:
        seen = clusters_queries.one(session, OFFICER, own)
    assert seen.answers == {"joined": 1, "invited": 1}
    assert sum(seen.states.values()) == 1
    say(runtime, first, "left")
    with runtime.reading() as session:
        assert clusters_queries.one(session, OFFICER, own).states == {}
        assert session.scalar(select(func.count()).select_from(CaseClusterAnswer)) == 2


def test_nobody_answers_for_another_or_what_was_not_asked(runtime: Runtime) -> None:
    first, second, other = three(runtime)
    make(runtime, [first, second])
    with pytest.raises(NotFound), runtime.begin() as session:
        clusters.answer(session, first, "joined", asker=consumer(second), now=NOW)
    with pytest.raises(Conflict):
        say(runtime, other, "joined")
    with pytest.raises(Conflict):
        say(runtime, first, "left")


def test_the_link_opens_the_question(runtime: Runtime) -> None:
    first, second, other = three(runtime)
    make(runtime, [first, second])
    say(runtime, second, "joined")
    with runtime.begin() as session:
        token = tracking.issue(session, first, now=runtime.clock())
        reference = session.get_one(clusters.Case, first).reference
        asked = clusters_queries.question(session, reference, token, now=runtime.clock())
        stray = tracking.issue(session, other, now=runtime.clock())
        strange = session.get_one(clusters.Case, other).reference
        assert clusters_queries.question(session, strange, stray, now=runtime.clock()) is None
    assert asked is not None
    assert (asked.state, asked.others, asked.possible) == ("invited", 1, ("joined", "declined"))


def test_cases_far_apart_are_not_alike() -> None:
    far = alike.GAP + timedelta(days=1)
    cases = [Candidate("a", "m", "x", NOW), Candidate("b", "m", "x", NOW + far)]
    assert alike.proposals(cases, {}) == []


def test_merchants_that_share_enough_identity_are_one() -> None:
    held = {"m": {1, 2, 9}, "n": {1, 2, 9}, "o": {9}, "p": {9}}
    one = alike.same_identity(held, held, shared=2, holders=3)
    assert one["m"] == one["n"]
    assert len({one["m"], one["o"], one["p"]}) == 3
    [offer] = alike.proposals([Candidate("a", "m", "x", NOW), Candidate("b", "n", "x", NOW)], one)
    assert offer.because == alike.IDENTITY
