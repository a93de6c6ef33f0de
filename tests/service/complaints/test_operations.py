"""Moving cases: who may do what when, in one transaction with its event, and nobody overwrites anybody."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.complaints import operations, queries
from service.complaints.course import machine
from service.complaints.models import Case, CaseEvent, CaseTask
from service.core.access import ANONYMOUS, HOME, OPERATOR, SYSTEM, Asker
from service.core.errors import (
    CaveatError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
)
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime
from tests.service.accounts.people import organisation, person
from tests.service.complaints.cases import (
    OFFICER,
    SUPERVISOR,
    consumer,
    merchant,
    open_case,
    reading,
    trader,
    walk,
)

MACHINE = machine.load()
TALKING = ("screen_pass", "upload", "acknowledge")
MEDIATION = ("screen_pass", "mediate_directly")


@pytest.fixture
def shop(runtime: Runtime) -> str:
    return merchant(runtime)


def act(
    runtime: Runtime, case_id: str, event: str, asker: Asker, **detail: Any
) -> operations.Moved:
    version = detail.pop("version", None)
    with runtime.begin() as session:
        return operations.act(
            session,
            case_id,
            event,
            asker=asker,
            version=version,
            now=runtime.clock(),
            detail=detail,
        )


def express(runtime: Runtime, shop: str, *events: str) -> str:
    case = open_case(runtime, programme="express-platform@1", respondent=shop)
    if events:
        walk(runtime, case, *events)
    return case


def test_a_case_without_a_participant_goes_from_complaint_to_mediation_to_reply(
    runtime: Runtime,
) -> None:
    case = open_case(runtime)
    walk(runtime, case, *MEDIATION)
    walk(runtime, case, "agree", amount="20.00", currency="EUR")
    moved = walk(runtime, case, "record_paid", "confirm_received", amount="20", currency="EUR")
    assert (moved.state, moved.due_at) == ("resolved", None)
    with reading(runtime, case) as row:
        assert row.outcome == "resolved"
        assert row.closed_at == runtime.clock()


def test_a_participant_conciliates_directly(runtime: Runtime, shop: str) -> None:
    case = express(runtime, shop, *TALKING, "request_extension", "grant_once")
    moved = walk(runtime, case, "upload_result", "accept_nothing_due")
    assert moved.state == "resolved"


def test_each_move_is_an_event_with_both_states_in_the_same_transaction(runtime: Runtime) -> None:
    case = open_case(runtime)
    walk(runtime, case, "screen_pass")
    with runtime.begin() as session:
        operations.act(
            session, case, "mediate_directly", asker=OFFICER, version=None, now=runtime.clock()
        )
        session.rollback()
    with runtime.reading() as session:
        rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case)).all()
        assert [(row.before, row.event, row.after, row.actor) for row in rows] == [
            (None, "submit", "submitted", "caveat"),
            ("submitted", "screen_pass", "eligible", "person:officer"),
        ]
        assert session.get_one(Case, case).state == "eligible"


# Every event from every state by every kind of asker


def askers(case_id: str, shop: str) -> dict[str, Asker]:
    other = Asker("person", "o2", organisation="elsewhere", roles=frozenset({"complaint_officer"}))
    return {
        "consumer": consumer(case_id),
        "trader": trader(shop),
        "council": OFFICER,
        "clock": SYSTEM,
        "supervisor": SUPERVISOR,
        "another complainant": consumer("another case"),
        "another merchant": trader("another organisation"),
        "another council": other,
        "a reader": Asker("person", "r", organisation=HOME, roles=frozenset({"reader"})),
        "nobody": ANONYMOUS,
        "the operator": OPERATOR,
        "a key": Asker("key", "k", organisation=HOME, scopes=frozenset({"case.decide"})),
        "a key to read": Asker("key", "k", organisation=HOME, scopes=frozenset({"case.read"})),
        "a key of others": Asker(
            "key", "k", organisation="else", scopes=frozenset({"case.decide"})
        ),
    }


PERMITTED = {
    "consumer": {"consumer"},
    "trader": {"trader"},
    "council": {"council", "supervisor", "a key"},
    "clock": {"clock"},
}


def placed(runtime: Runtime, state: str, shop: str) -> str:
    """Put a case into any state, told to its merchant and long overdue, as a history says it came there."""
    case = express(runtime, shop)
    now = runtime.clock()
    with runtime.begin() as session:
        row = session.get_one(Case, case)
        row.state, row.told_at = state, now
        row.closed_at = now if MACHINE.states[state].closed else None
        for before, event, after in (
            ("submitted", "upload", "uploaded"),
            ("uploaded", "acknowledge", state),
        ):
            session.add(
                CaseEvent(
                    case_id=case,
                    at=now,
                    actor="t",
                    event=event,
                    before=before,
                    after=after,
                    detail={},
                )
            )
    return case


def detail_of(event: str) -> dict[str, str]:
    causes = MACHINE.event(event).causes
    return {"cause": causes[0]} if causes else {}


def attempts(state: str, shop: str, case: str) -> Iterator[tuple[str, str, Asker, bool]]:
    for event in MACHINE.events.values():
        for name, asker in askers(case, shop).items():
            move = MACHINE.moves.get((state, event.name))
            shut = move is not None and move.guard == "does_not_participate"
            allowed = move is not None and name in PERMITTED[event.actor] and not shut
            yield event.name, name, asker, allowed


def answer(
    session: Session, runtime: Runtime, case: str, asked: tuple[str, str, Asker, bool]
) -> CaveatError | None:
    """Try a move and undo it; return what it was refused with."""
    event, _, asker, _ = asked
    undone = session.begin_nested()
    now, detail = runtime.clock(), detail_of(event)
    try:
        operations.act(session, case, event, asker=asker, version=None, now=now, detail=detail)
    except CaveatError as error:
        return error
    finally:
        undone.rollback()
    return None


@pytest.mark.parametrize("state", MACHINE.states)
def test_every_event_from_every_state_by_everybody_is_allowed_or_refused_by_name(
    runtime: Runtime, state: str, shop: str
) -> None:
    case = placed(runtime, state, shop)
    clock: Any = runtime.clock
    clock.now += timedelta(days=100 if state not in ("ineligible", "closed_unconfirmed") else 5)
    with runtime.begin() as session:
        answers = [
            (*asked, answer(session, runtime, case, asked)) for asked in attempts(state, shop, case)
        ]
    for event, name, _, allowed, outcome in answers:
        assert (outcome is None) == allowed, f"{event} by {name}: {outcome}"
        if outcome is not None:
            able = name in PERMITTED[MACHINE.event(event).actor]
            expected = (Conflict,) if able else (NotAllowed, NotFound, NotSignedIn)
            assert isinstance(outcome, expected), f"{event} by {name}: {outcome!r}"


def test_who_may_not_see_a_case_learns_nothing_of_its_state(runtime: Runtime) -> None:
    case = open_case(runtime)
    other = Asker("person", "x", organisation="else", roles=frozenset({"complaint_officer"}))
    for event in ("screen_pass", "fail", "", "no such event"):
        with pytest.raises(NotFound, match=f"^{case}: there is no such case$"):
            act(runtime, case, event, other)
    with pytest.raises(NotFound):
        act(runtime, "no-such-case", "screen_pass", OFFICER)
    with pytest.raises(InvalidInput, match="'no such event' is no event"):
        act(runtime, case, "no such event", OFFICER)


def test_the_merchant_does_not_reach_a_case_before_it_was_told(runtime: Runtime, shop: str) -> None:
    case = express(runtime, shop, "screen_pass")
    with pytest.raises(NotFound):
        act(runtime, case, "acknowledge", trader(shop))
    walk(runtime, case, "upload")
    assert act(runtime, case, "acknowledge", trader(shop)).state == "in_conciliation"


# Guards


def test_a_merchant_that_takes_no_part_gets_mediation_and_one_that_does_gets_the_case(
    runtime: Runtime, shop: str
) -> None:
    alone = open_case(runtime, programme="express-platform@1")
    walk(runtime, alone, "screen_pass")
    with pytest.raises(Conflict, match="takes no part"):
        walk(runtime, alone, "upload")
    part = express(runtime, shop, "screen_pass")
    with pytest.raises(Conflict, match="upload the case"):
        walk(runtime, part, "mediate_directly")
    # Where traders do not conciliate themselves, having a desk here changes nothing.
    direct = open_case(runtime, programme="mediation@1", respondent=shop)
    assert walk(runtime, direct, "screen_pass", "mediate_directly").state == "mediation"


@pytest.mark.parametrize("answer", ["grant_once", "refuse"])
def test_more_time_can_be_asked_for_once(runtime: Runtime, shop: str, answer: str) -> None:
    case = express(runtime, shop, *TALKING, "request_extension", answer)
    with pytest.raises(Conflict, match="asked for already"):
        walk(runtime, case, "request_extension")


@pytest.mark.parametrize(
    ("events", "event", "days"),
    [
        (["screen_fail"], "appeal", 30),
        (["screen_pass", "upload", "acknowledge", "upload_result"], "reopen", 90),
    ],
)
def test_a_closed_case_opens_again_within_its_window_and_not_after(
    runtime: Runtime, shop: str, events: list[str], event: str, days: int
) -> None:
    clock: Any = runtime.clock
    cases = [express(runtime, shop) for _ in range(2)]
    for case in cases:
        walk(runtime, case, *events, **detail_of(events[-1]))
    if event == "reopen":
        clock.now += timedelta(days=22)
        for case in cases:
            walk(runtime, case, "silence")
    clock.now += timedelta(days=days - 1)
    assert walk(runtime, cases[0], event).state in ("submitted", "referred_back")
    clock.now += timedelta(days=3)
    with pytest.raises(Conflict, match="time for this is over"):
        walk(runtime, cases[1], event)


def test_the_clock_does_not_act_before_its_time(runtime: Runtime) -> None:
    case = open_case(runtime)
    with pytest.raises(Conflict, match="time is not over"):
        walk(runtime, case, "overdue")


# Details


@pytest.mark.parametrize(
    ("detail", "where"),
    [
        ({}, "cause"),
        ({"cause": "mood"}, "cause"),
        ({"cause": "not_agreed", "amount": "1", "currency": "EUR"}, "detail"),
        ({"cause": "not_agreed", "description": "the complainant said"}, "detail"),
        ({"cause": "not_agreed", "note": "call Mrs Example on 0123"}, "note"),
    ],
)
def test_a_wrong_detail_is_named_and_nothing_moves(
    runtime: Runtime, detail: dict[str, str], where: str
) -> None:
    case = open_case(runtime)
    walk(runtime, case, *MEDIATION)
    with pytest.raises(InvalidInput) as refused:
        walk(runtime, case, "fail", **detail)
    assert refused.value.where == where
    with reading(runtime, case) as row:
        assert row.state == "mediation"


@pytest.mark.parametrize(
    "money",
    [
        {"amount": "-1", "currency": "EUR"},
        {"amount": "1.001", "currency": "EUR"},
        {"amount": "NaN", "currency": "EUR"},
        {"amount": "1e30", "currency": "EUR"},
        {"amount": "much", "currency": "EUR"},
        {"amount": "1", "currency": "XXX"},
        {"amount": "1"},
    ],
)
def test_what_is_no_amount_is_refused(runtime: Runtime, money: dict[str, str]) -> None:
    case = open_case(runtime)
    walk(runtime, case, *MEDIATION)
    with pytest.raises(InvalidInput):
        walk(runtime, case, "agree", **money)


def test_an_officer_enters_what_the_complainant_told_and_it_is_seen_as_such(
    runtime: Runtime,
) -> None:
    case = open_case(runtime)
    walk(runtime, case, "screen_pass")
    with pytest.raises(NotAllowed):
        act(runtime, case, "withdraw", OFFICER)
    assert act(runtime, case, "withdraw", OFFICER, told_by="telephone").state == "withdrawn"
    with runtime.reading() as session:
        last = queries.events(session, case)[-1]
        assert (last.actor, last.detail) == ("person:officer", {"told_by": "telephone"})
        acts = session.scalars(text("SELECT action FROM audit ORDER BY id")).all()
        assert acts[-1] == "case.enter"


@pytest.mark.parametrize(
    ("state", "event", "told_by"),
    [
        ("awaiting_contact_check", "confirm_contact", "telephone"),
        ("submitted", "screen_pass", "telephone"),
        ("submitted", "withdraw", "hearsay"),
    ],
)
def test_nobody_enters_a_proof_of_contact_or_somebody_elses_move(
    runtime: Runtime, state: str, event: str, told_by: str
) -> None:
    case = open_case(runtime, state=state)
    with pytest.raises(InvalidInput, match="told_by"):
        act(runtime, case, event, OFFICER, told_by=told_by)


# Two at once


def test_who_looked_at_an_older_version_is_told(runtime: Runtime) -> None:
    case = open_case(runtime)
    with reading(runtime, case) as row:
        version = row.version
    act(runtime, case, "screen_pass", OFFICER, version=version)
    with pytest.raises(Conflict, match="meanwhile"):
        act(runtime, case, "mediate_directly", SUPERVISOR, version=version)


def test_two_officers_at_the_same_moment_do_not_both_win(runtime: Runtime) -> None:
    case = open_case(runtime)
    with reading(runtime, case) as row:
        version = row.version
    gate, results = threading.Barrier(2), []

    def decide(event: str, detail: dict[str, str]) -> None:
        gate.wait()
        try:
            act(runtime, case, event, OFFICER, version=version, **detail)
            results.append("moved")
        except Conflict:
            results.append("refused")

    threads = [
        threading.Thread(target=decide, args=args)
        for args in (("screen_pass", {}), ("screen_fail", {"cause": "too_old"}))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["moved", "refused"]
    with runtime.reading() as session:
        rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case)).all()
        assert len(rows) == 2


# Assigning


def test_a_case_is_given_to_an_officer_of_its_own_council(runtime: Runtime) -> None:
    officer = person(runtime, "o@example.org")
    reader = person(runtime, "r@example.org", roles=["reader"])
    other = organisation(runtime, "Other")
    stranger = person(runtime, "s@example.org", organisation_id=other)
    case = open_case(runtime)

    def assign(who: str | None, asker: Asker = SUPERVISOR, version: int | None = None) -> None:
        with runtime.begin() as session:
            now = session.get_one(Case, case).version
            operations.assign(
                session,
                case,
                who,
                asker=asker,
                version=now if version is None else version,
                now=runtime.clock(),
            )

    assign(officer.id)
    with reading(runtime, case) as row:
        assert row.officer_id == officer.id
    for wrong in (reader.id, stranger.id, "nobody"):
        with pytest.raises(InvalidInput, match="officer"):
            assign(wrong)
    with pytest.raises(NotFound):
        assign(officer.id, Asker("person", "x", organisation=other, roles=OFFICER.roles))
    with pytest.raises(Conflict):
        assign(None, version=1)
    assign(None)
    with runtime.reading() as session:
        assert [row.event for row in queries.events(session, case)] == [
            "submit",
            "assigned",
            "assigned",
        ]
        assert session.get_one(Case, case).state == "submitted"


# Who hears of it


def test_those_concerned_are_told_and_the_merchant_only_of_what_reached_it(
    runtime: Runtime, shop: str
) -> None:
    agent = person(runtime, "agent@example.org", roles=["trader_agent"], organisation_id=shop)
    case = express(runtime, shop, "screen_pass")
    act(runtime, case, "withdraw", consumer(case))
    told = express(runtime, shop, "screen_pass", "upload")
    act(runtime, told, "withdraw", consumer(told))
    with runtime.reading() as session:
        rows = [
            row.payload for row in session.scalars(select(OutboxRow).order_by(OutboxRow.due_at))
        ]
    heard = [(row["case"], row["event"]) for row in rows if row.get("person") == agent.id]
    assert sorted(heard) == sorted([(told, "upload"), (told, "withdraw")])
    assert not {key for row in rows for key in row} - {"case", "event", "state", "person"}


def test_an_alarm_is_one_task_until_the_case_moves_on(runtime: Runtime) -> None:
    clock: Any = runtime.clock
    person(runtime, "chief@example.org", roles=["supervisor"])
    case = open_case(runtime)
    for _ in range(2):
        clock.now += timedelta(days=7)
        walk(runtime, case, "overdue")
    with runtime.reading() as session:
        [task] = session.scalars(select(CaseTask))
        assert (task.kind, task.for_role, task.done_at) == ("overdue", "supervisor", None)
    walk(runtime, case, "screen_pass")
    with runtime.reading() as session:
        [task] = session.scalars(select(CaseTask))
        assert (task.done_at, task.done_by) == (runtime.clock(), "person:officer")
