"""The machine explored to its end on every run: what must hold for every path that a case can take."""

import json
from collections.abc import Iterable

import pytest
from click.testing import CliRunner

from scripts import machine_picture
from service.cli import main
from service.complaints.course import machine, outcomes, programmes
from service.complaints.course.guards import GUARDS
from service.complaints.course.machine import CLOCK, CONSUMER, Transition
from service.complaints.money.amounts import KINDS
from service.core.errors import Conflict, InvalidInput, Misconfigured

MACHINE = machine.load()
OWNERS = {name: state.actor for name, state in MACHINE.states.items()}


def reached(moves: Iterable[Transition], start: str) -> set[str]:
    """Return every state that the moves lead to from one, itself included."""
    moves, found, edge = list(moves), {start}, {start}
    while edge:
        edge = {move.target for move in moves if move.source in edge} - found
        found |= edge
    return found


def test_states_are_those_of_the_design_and_all_can_be_reached() -> None:
    assert len(MACHINE.states) == 21
    assert reached(MACHINE.moves.values(), MACHINE.initial) == set(MACHINE.states)


def test_one_event_leads_from_one_state_to_one_state() -> None:
    pairs = [(move.source, move.event.name) for move in MACHINE.moves.values()]
    assert len(pairs) == len(set(pairs)) == 58


@pytest.mark.parametrize("state", MACHINE.open_states)
def test_every_open_state_has_an_owner_who_can_act_a_clock_and_a_way_out(state: str) -> None:
    moves = MACHINE.leaving(state)
    assert any(move.event.actor == OWNERS[state] and not move.stays for move in moves)
    assert len([move for move in moves if move.event.actor == CLOCK]) == 1
    closed = reached(MACHINE.moves.values(), state) & set(MACHINE.closed_states)
    assert closed - {"withdrawn"}, "withdrawing is not the only way out"


@pytest.mark.parametrize("programme", programmes.load().values(), ids=lambda one: one.id)
@pytest.mark.parametrize("participates", [True, False])
def test_the_owner_can_act_whatever_the_guards_say(
    programme: programmes.Programme, *, participates: bool
) -> None:
    """Follow only what a case of this programme can do; a merchant without a desk here never has the turn alone."""
    direct = programme.conciliates and participates
    shut = {"participates": not direct, "does_not_participate": direct}
    moves = [move for move in MACHINE.moves.values() if not shut.get(move.guard or "", False)]
    for state in reached(moves, MACHINE.initial) - set(MACHINE.closed_states):
        able = {move.event.actor for move in moves if move.source == state and not move.stays}
        assert OWNERS[state] in able
        assert direct or able & {"consumer", "council"}, state


@pytest.mark.parametrize("state", MACHINE.open_states)
def test_no_silence_of_trader_or_council_closes_a_case(state: str) -> None:
    """Follow only the clock. Wherever it leads into a closed state, it was the consumer's turn."""
    seen = {state}
    while True:
        move = MACHINE.clock_move(state)
        assert move is not None
        if MACHINE.states[move.target].closed:
            assert OWNERS[state] == CONSUMER
            return
        if move.target in seen:
            assert move.stays, "only an alarm repeats"
            assert OWNERS[state] == "council"
            return
        state = move.target
        seen.add(state)


def test_silence_of_trader_or_council_comes_to_rest_with_the_council() -> None:
    for state in MACHINE.open_states:
        if OWNERS[state] != CONSUMER:
            moves = [move for move in MACHINE.moves.values() if move.event.actor == CLOCK]
            assert not reached(moves, state) & set(MACHINE.closed_states)


def test_the_consumers_own_silence_ends_a_case_only_before_anybody_was_told_or_after_a_result() -> (
    None
):
    ends = {
        move.source: move.target
        for move in MACHINE.moves.values()
        if move.event.actor == CLOCK and MACHINE.states[move.target].closed
    }
    assert ends == {
        "draft": "lapsed",
        "awaiting_contact_check": "lapsed",
        "needs_information": "lapsed",
        "result_uploaded": "closed_unconfirmed",
        "fulfilment_check": "closed_unconfirmed",
    }


def test_no_path_leads_to_submitted_past_the_contact_check() -> None:
    way = [move for move in MACHINE.moves.values() if move.event.name != "confirm_contact"]
    assert reached(way, MACHINE.initial) <= {
        "draft",
        "awaiting_contact_check",
        "lapsed",
        "withdrawn",
    }


def test_only_the_consumer_confirms_that_it_is_resolved() -> None:
    into = [move for move in MACHINE.moves.values() if move.target == "resolved"]
    assert {move.event.actor for move in into} == {CONSUMER}


def test_names_used_in_the_data_exist() -> None:
    assert {move.guard for move in MACHINE.moves.values()} - {None} == set(GUARDS)
    assert {event.money for event in MACHINE.events.values()} - {None} <= set(KINDS)
    used = {move.event.name for move in MACHINE.moves.values()}
    assert used == set(MACHINE.events)
    told = {who for event in MACHINE.events.values() for who in event.tells}
    assert told <= {"consumer", "trader", "council", "supervisor"}
    assert outcomes.table().replies <= set(MACHINE.events)
    assert outcomes.table().told <= set(MACHINE.states)


def test_an_impossible_move_says_which() -> None:
    with pytest.raises(InvalidInput, match="'explode' is no event"):
        MACHINE.next("draft", "explode")
    with pytest.raises(Conflict, match="upload is not possible while the case is draft"):
        MACHINE.next("draft", "upload")


SMALL = {
    "initial": "a",
    "states": {"a": {"stage": "x", "actor": "consumer"}, "b": {"stage": "closed"}},
    "events": {"go": {"actor": "consumer"}},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"transitions": [{"from": "a", "to": {"go": "b"}}] * 2}, "leads a by go to two states"),
        ({"transitions": [{"from": "a", "to": {"fly": "b"}}]}, "'fly'"),
        ({"transitions": [{"from": "z", "to": {"go": "b"}}]}, "'z'"),
        ({"transitions": [], "initial": "z"}, "'z'"),
        ({"transitions": [], "events": {"go": {"actor": "nobody"}}}, "'nobody'"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(Misconfigured, match=message):
        machine.parse(SMALL | change)


def test_the_command_prints_the_machine_as_it_is() -> None:
    answer = CliRunner().invoke(main, ["cases", "machine"])
    assert answer.exit_code == 0
    printed = json.loads(answer.stdout)
    assert printed["initial"] == "draft"
    assert rebuilt(printed) == {
        (move.source, move.event.name, move.event.actor, move.target)
        for move in MACHINE.moves.values()
    }
    assert {state["name"] for state in printed["states"] if state["terminal"]} == set(
        MACHINE.closed_states
    )
    for state in printed["states"]:
        assert (state["clock"] is None) == (state["actor"] is None) == state["terminal"]
    assert {row["clock"] for row in printed["transitions"] if row["actor"] == CLOCK} == {True}
    assert {row["clock"] for row in printed["transitions"] if row["actor"] != CLOCK} == {False}


def rebuilt(printed: dict[str, list[dict[str, str]]]) -> set[tuple[str, str, str, str]]:
    return {(row["from"], row["event"], row["actor"], row["to"]) for row in printed["transitions"]}


def test_the_command_prints_the_clocks_of_the_programme_that_is_asked_for() -> None:
    run = CliRunner().invoke
    clocks = {
        row["name"]: row["clock"]
        for row in json.loads(run(main, ["cases", "machine"]).stdout)["states"]
    }
    assert (clocks["submitted"], clocks["draft"]) == ("2 business days", "30 days")
    wrong = run(main, ["cases", "machine", "--programme", "no-such@1"])
    assert wrong.exit_code == 2
    assert "no-such@1" in wrong.stderr


def test_the_drawing_shows_the_machine_as_it_is() -> None:
    drawn = machine_picture.PICTURE.read_text(encoding="utf-8")
    programme = programmes.get(machine_picture.PROGRAMME)
    assert drawn == machine_picture.picture(MACHINE, programme), "python -m scripts.machine_picture"
