"""Deadlines that pass: found again after any fault, acted upon once, computed anew before they take effect."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from service.complaints.course import standing, sweeps
from service.complaints.models import Case, CaseEvent, CaseTask
from service.core.runtime import Runtime
from service.core.work import LEASE, claim
from service.evidence.models import Evidence
from tests.service.complaints.cases import merchant, open_case, reading, walk


def wait(runtime: Runtime, days: float) -> None:
    clock: Any = runtime.clock
    clock.now += timedelta(days=days)


def events(runtime: Runtime, case: str) -> list[str]:
    with runtime.reading() as session:
        found = select(CaseEvent.event).where(CaseEvent.case_id == case).order_by(CaseEvent.id)
        return list(session.scalars(found))


def state(runtime: Runtime, case: str) -> str:
    with reading(runtime, case) as row:
        return row.state


def sweep(runtime: Runtime) -> int:
    taken = 0
    while now := sweeps.sweep(runtime):
        taken += now
    return taken


def test_nothing_is_due_before_its_time_and_each_period_has_one_alarm(runtime: Runtime) -> None:
    case = open_case(runtime)
    assert sweep(runtime) == 0
    for alarms in (1, 2, 3):
        wait(runtime, 7)
        sweep(runtime)
        sweep(runtime)
        assert events(runtime, case) == ["submit", *["overdue"] * alarms]
    assert state(runtime, case) == "submitted"


@pytest.mark.parametrize(
    ("walked", "comes_to"),
    [
        (["screen_pass", "upload"], "referred_back"),
        (["screen_pass", "upload", "acknowledge"], "referred_back"),
        (["screen_pass", "upload", "acknowledge", "request_extension"], "referred_back"),
        (["screen_pass", "upload", "acknowledge", "upload_result", "accept"], "referred_back"),
        (["screen_pass", "upload", "acknowledge", "upload_result"], "closed_unconfirmed"),
        (["request_information"], "lapsed"),
        (["screen_pass"], "eligible"),
    ],
)
def test_a_year_of_silence(runtime: Runtime, walked: list[str], comes_to: str) -> None:
    case = open_case(runtime, programme="express-platform@1", respondent=merchant(runtime))
    walk(runtime, case, *walked)
    for _ in range(12):
        wait(runtime, 30)
        sweep(runtime)
    assert state(runtime, case) == comes_to


def test_why_a_case_lapsed_is_kept(runtime: Runtime) -> None:
    cases = {
        "abandoned": open_case(runtime, state="draft"),
        "contact": open_case(runtime, state="awaiting_contact_check"),
        "evidence": open_case(runtime),
    }
    walk(runtime, cases["evidence"], "request_information")
    wait(runtime, 40)
    sweep(runtime)
    for cause, case in cases.items():
        with runtime.reading() as session:
            last = select(CaseEvent.detail).where(CaseEvent.case_id == case)
            assert session.scalars(last.order_by(CaseEvent.id.desc())).first() == {"cause": cause}


def test_rows_of_a_killed_worker_come_free(runtime: Runtime) -> None:
    case = open_case(runtime)
    wait(runtime, 7)
    with runtime.begin() as session:
        assert [row.id for row in claim(session, Case, now=runtime.clock(), limit=9)] == [case]
    assert sweep(runtime) == 0
    wait(runtime, LEASE / timedelta(days=1))
    assert sweep(runtime) == 1
    assert events(runtime, case) == ["submit", "overdue"]


def test_a_case_that_cannot_be_swept_does_not_hold_up_the_others(runtime: Runtime) -> None:
    broken, sound = open_case(runtime), open_case(runtime)
    with runtime.begin() as session:
        session.execute(update(Case).where(Case.id == broken).values(programme="gone@1"))
    wait(runtime, 7)
    assert sweep(runtime) == 2
    assert events(runtime, sound) == ["submit", "overdue"]
    assert events(runtime, broken) == ["submit"]


def test_a_deadline_is_computed_anew_before_it_takes_effect(runtime: Runtime) -> None:
    """A holiday that was announced after the row was written: the row still holds the earlier day."""
    case = open_case(runtime)
    with reading(runtime, case) as row:
        right = row.due_at
    with runtime.begin() as session:
        early = runtime.clock() - timedelta(days=1)
        session.execute(update(Case).where(Case.id == case).values(due_at=early))
    assert sweep(runtime) == 1
    assert events(runtime, case) == ["submit"]
    with reading(runtime, case) as row:
        assert (row.due_at, row.claimed_until) == (right, None)


def test_recomputing_touches_only_open_cases_whose_deadline_moved(runtime: Runtime) -> None:
    moved, right, closed = (open_case(runtime) for _ in range(3))
    walk(runtime, closed, "withdraw")
    with runtime.begin() as session:
        session.execute(
            update(Case).where(Case.id == moved).values(due_at=runtime.clock() + timedelta(days=99))
        )
        versions = dict(session.execute(select(Case.id, Case.version)).all())  # type: ignore[arg-type]
    assert sweeps.recompute(runtime) == 1
    with runtime.reading() as session:
        for row in session.scalars(select(Case)):
            assert row.due_at == standing.of(session, row).due_at
            assert row.version == versions[row.id]
        assert right in versions
    assert sweeps.recompute(runtime) == 0


def test_many_cases_are_read_by_as_many_statements_as_few_and_each_has_its_own_event(
    runtime: Runtime,
) -> None:
    costs = []
    for number in (2, 20):
        due = [open_case(runtime) for _ in range(number)]
        wait(runtime, 7)
        said: list[str] = []
        listener = lambda *args: said.append(args[2])  # noqa: E731, B023 - used at once
        event.listen(runtime.engine, "before_cursor_execute", listener)
        assert sweeps.sweep(runtime) >= number
        event.remove(runtime.engine, "before_cursor_execute", listener)
        costs.append(sum(statement.startswith("SELECT") for statement in said))
        assert all(events(runtime, case) == ["submit", "overdue"] for case in due)
        for case in due:
            walk(runtime, case, "withdraw")
    assert costs[0] == costs[1]


def test_a_batch_moves_each_case_by_its_own_clock(runtime: Runtime) -> None:
    """Alarms, lapses, silence and a deadline that moved, in one transaction; traders' evidence with it."""
    shop = merchant(runtime)
    alarmed, lapsed = open_case(runtime), open_case(runtime, state="draft")
    silent = open_case(runtime, programme="express-platform@1", respondent=shop)
    walk(runtime, silent, "screen_pass", "upload", "acknowledge", "upload_result")
    wait(runtime, 40)
    fresh = open_case(runtime)
    with runtime.begin() as session:
        early = runtime.clock() - timedelta(hours=1)
        session.execute(update(Case).where(Case.id == fresh).values(due_at=early))
    assert sweeps.sweep(runtime) == 4
    found = {name: state(runtime, name) for name in (alarmed, lapsed, silent, fresh)}
    assert list(found.values()) == ["submitted", "lapsed", "closed_unconfirmed", "submitted"]
    assert events(runtime, fresh) == ["submit"]
    with runtime.reading() as session:
        assert session.scalars(select(CaseTask.case_id)).all() == [alarmed]
        versions = dict(session.execute(select(Case.id, Case.version)).all())  # type: ignore[arg-type]
        kinds = set(session.scalars(select(Evidence.kind)))
    assert (versions[fresh], versions[alarmed]) == (1, 2)
    assert {"complaint", "complaint_reply"} <= kinds


def test_an_alarm_that_stands_is_done_once_the_clock_moves_the_case_on(runtime: Runtime) -> None:
    case = open_case(runtime)
    wait(runtime, 7)
    sweep(runtime)
    walk(runtime, case, "request_information")
    with runtime.reading() as session:
        task = session.scalars(select(CaseTask)).one()
    assert (task.done_at, task.done_by) == (runtime.clock(), "person:officer")
