from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.core.runtime import Runtime
from service.evidence import operations, queries
from service.evidence.operations import Fact
from service.scores import queries as scores
from tests.conftest import NOW

KEY = "web:domain:lantern.localhost"


def review(number: int, *, rating: int = 5) -> Fact:
    payload = {
        "id": f"r{number}",
        "reviewer": f"p{number}",
        "rating": rating,
        "verified": True,
        "text_id": f"t{number}",
        "product": "lamp",
        "topic": "home",
    }
    when = NOW - timedelta(days=number)
    return Fact(KEY, "review", payload, true_at=when, known_at=when, source="test")


def test_the_same_fact_is_stored_once(session: Session) -> None:
    first = operations.record(session, [review(1), review(2), review(1)], now=NOW)
    again = operations.record(session, [review(2), review(3)], now=NOW + timedelta(days=1))
    assert (first.new, first.known) == (2, 1)
    assert (again.new, again.known) == (1, 1)
    assert queries.count_of_merchant(session, KEY) == 3


def test_facts_come_back_as_they_were_said(session: Session) -> None:
    operations.record(session, [review(3)], now=NOW)
    view = queries.evidence_view(session, review(3).evidence_id)
    assert view is not None
    assert view.payload == dict(review(3).payload)
    assert (view.true_at, view.recorded_at) == (NOW - timedelta(days=3), NOW)
    assert view.content_hash == review(3).content_hash


@pytest.mark.parametrize(
    "change", ["UPDATE evidence SET kind = 'other'", "DELETE FROM evidence", "DELETE FROM audit"]
)
def test_the_database_itself_refuses_to_change_facts(runtime: Runtime, change: str) -> None:
    with runtime.begin() as session:
        operations.record(session, [review(1)], now=NOW)
        session.execute(
            text(
                "INSERT INTO audit (at, actor, action, object) VALUES ('2026-01-01', 'a', 'b', 'c')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), runtime.begin() as session:
        session.execute(text(change))


def test_new_evidence_makes_the_worker_compute_a_score(runtime: Runtime) -> None:
    with runtime.begin() as session:
        operations.record(session, [review(n) for n in range(1, 40)], now=NOW)
        assert scores.waiting(session) == 1
    runtime.sweep()
    with runtime.reading() as session:
        answer = scores.score_view(session, KEY)
        assert scores.waiting(session) == 0
    assert answer is not None
    assert answer["basis"]["reviews"] == 39
    cited = {evidence for reason in answer["reasons"] for evidence in reason["evidence"]}
    assert cited
    assert cited <= {review(n).evidence_id for n in range(1, 40)}
    praise = next(reason for reason in answer["reasons"] if reason["code"] == "reviews.good")
    assert praise["latest"] == (NOW - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert abs(sum(reason["points"] for reason in answer["reasons"]) - answer["score"]) < 0.01
