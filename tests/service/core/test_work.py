import threading
from datetime import timedelta

from service.core.runtime import Runtime
from service.core.work import LEASE, claim
from service.merchants import operations as merchants
from service.scores import operations as scores
from service.scores.models import ScoreTask
from tests.conftest import NOW

KEYS = [f"web:domain:shop{number}.localhost" for number in range(30)]


def mark_all(runtime: Runtime) -> None:
    with runtime.begin() as session:
        for key in KEYS:
            merchants.ensure(session, key, now=NOW)
            session.flush()
            scores.mark_dirty(session, key, now=NOW)


def take(runtime: Runtime, limit: int) -> list[str]:
    with runtime.begin() as session:
        rows = claim(session, ScoreTask, now=runtime.clock(), limit=limit)
        return [row.merchant_key for row in rows]


def test_workers_at_once_never_take_the_same_row(runtime: Runtime) -> None:
    mark_all(runtime)
    taken: list[str] = []
    workers = [threading.Thread(target=lambda: taken.extend(take(runtime, 10))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == len(set(taken))
    assert sorted(taken + take(runtime, 100)) == sorted(KEYS)


def test_what_a_killed_worker_took_comes_free_when_its_lease_ends(runtime: Runtime) -> None:
    mark_all(runtime)
    assert len(take(runtime, 100)) == 30
    assert take(runtime, 100) == []
    runtime.clock.now += LEASE + timedelta(seconds=1)  # type: ignore[attr-defined]
    assert len(take(runtime, 100)) == 30


def test_a_mark_that_arrives_while_a_score_is_computed_is_not_lost(runtime: Runtime) -> None:
    mark_all(runtime)
    with runtime.begin() as session:
        task = session.get_one(ScoreTask, KEYS[0])
        seen = task.marked
        scores.mark_dirty(session, KEYS[0], now=NOW)
    with runtime.begin() as session:
        scores._settle(session, KEYS[0], seen)
    with runtime.reading() as session:
        assert session.get_one(ScoreTask, KEYS[0]).due_at == NOW


def test_time_alone_has_scores_computed_again(runtime: Runtime) -> None:
    mark_all(runtime)
    runtime.sweep()
    runtime.clock.now += timedelta(days=2)  # type: ignore[attr-defined]
    runtime.sweep()
    with runtime.reading() as session:
        from service.scores.models import Score

        assert session.get_one(Score, KEYS[0]).as_of == NOW + timedelta(days=2)
