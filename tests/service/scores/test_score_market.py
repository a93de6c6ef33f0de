"""What a stored score takes from the market: priors, doubted reviews, closed predecessors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

import scoring
from scoring.priors import Priors
from service.core.clock import to_days
from service.evidence import operations, queries
from service.evidence.operations import Fact
from service.scores import market
from service.scores import operations as scores
from service.scores.queries import score_view
from service.scores.schemas import ScoreSchema
from tests.conftest import NOW

OLD, NEW, OTHER = (f"web:domain:{name}.localhost" for name in ("gone", "again", "other"))
IDENTITY = ["licence 17", "address 17"]


def fact(key: str, kind: str, days_ago: float, **payload: Any) -> Fact:
    when = NOW - timedelta(days=days_ago)
    return Fact(key, kind, payload, true_at=when, known_at=when, source="test")


def praise(key: str, count: int, rating: int, days_ago: float = 10, **more: Any) -> list[Fact]:
    return [
        fact(key, "review", days_ago + n * 3, id=f"{key}{rating}{n}", reviewer=f"{key}{rating}{n}", rating=rating,
             **{"verified": True, **more})
        for n in range(count)
    ]  # fmt: skip


def answer(session: Session, key: str, now: datetime = NOW) -> dict[str, Any]:
    scores.compute(session, key, now=now)
    session.flush()
    found = score_view(session, key)
    assert found is not None
    return found


def store(session: Session, facts: Sequence[Fact]) -> None:
    operations.record(session, facts, now=NOW)


def test_a_shop_that_opens_again_goes_on_with_its_past(session: Session) -> None:
    store(
        session,
        [
            fact(OLD, "open", 400, category="general", identity=IDENTITY),
            fact(OLD, "closed", 60),
            *praise(OLD, 30, 1, days_ago=70),
            fact(NEW, "open", 50, category="general", identity=IDENTITY),
            *praise(NEW, 8, 5, days_ago=1),
            fact(OTHER, "open", 50, category="general", identity=["licence 18"]),
            *praise(OTHER, 8, 5, days_ago=1),
        ],
    )
    again, other = answer(session, NEW), answer(session, OTHER)
    assert again["market"]["predecessors"] == [OLD]
    assert other["market"]["predecessors"] == []
    assert again["score"] < other["score"] - 5
    assert "identity.carried" in {reason["code"] for reason in again["reasons"]}


def test_a_stored_score_can_be_computed_again_from_what_the_answer_says(session: Session) -> None:
    store(session, [*praise(OTHER, 20, 5), *praise(OTHER, 4, 1, text_id="copied")])
    store(session, praise(NEW, 12, 2))
    found = answer(session, OTHER)
    usual = found["market"]["usual"]
    priors = Priors(**{**usual, "spread": tuple(usual["spread"])})
    again = scoring.score(
        scoring.from_records(queries.event_records(session, OTHER)),
        as_of=to_days(NOW),
        reliability=found["market"]["doubted"],
        expected=priors,
    )
    assert again.digest == found["digest"]
    assert (again.score, again.risk) == (found["score"], found["risk"])
    assert ScoreSchema().validate(found) == {}


def test_copied_praise_is_doubted_and_own_words_are_not(session: Session) -> None:
    store(session, praise(OTHER, 10, 5))
    copies = praise(OTHER, 12, 4, text_id="copied", verified=False)
    store(session, copies)
    doubted = answer(session, OTHER)["market"]["doubted"]
    assert {fact.payload["id"] for fact in copies} <= set(doubted)
    assert all(0.1 <= weight < market.TRUSTED for weight in doubted.values())
    assert not any(name.startswith(f"{OTHER}5") for name in doubted)


def test_what_is_usual_follows_the_market_and_is_looked_at_once_a_day(session: Session) -> None:
    for n in range(12):
        key = f"web:domain:bad{n}.localhost"
        store(session, [*praise(key, 15, 1), *praise(key, 15, 5)])
    day = market.of(session, NOW)
    assert day.usual.rate > scoring.priors.default(scoring.constants.latest()).rate
    assert market.of(session, NOW + timedelta(minutes=1)) is day
    assert market.of(session, NOW + timedelta(days=1)) is not day


def test_the_answer_has_aspects_and_improvements(session: Session) -> None:
    store(
        session, [*praise(OTHER, 12, 5, aspect="goods"), *praise(OTHER, 12, 1, aspect="delivery")]
    )
    found = answer(session, OTHER)
    aspects = {row["aspect"]: row for row in found["aspects"]}
    assert aspects["delivery"]["score"] < aspects["goods"]["score"]
    assert aspects["after_sales"]["score"] is None
    assert found["improvements"]
    assert all(line["points"] > 0 for line in found["improvements"])
