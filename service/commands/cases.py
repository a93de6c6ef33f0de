"""`caveat cases`: the state machine that complaints walk through."""

import json
from typing import Any

import click

from service.cli import LazyGroup
from service.commands.lines import BadInput, clear_errors
from service.complaints.course import machine as table
from service.complaints.course import programmes
from service.complaints.course.machine import CLOCK

DEFAULT = "express-platform@2"


@click.group(
    cls=LazyGroup,
    targets={
        "rotate-keys": "case_keys:rotate_keys",
        "erase": "case_keys:erase",
        "keys": "case_keys:keys",
    },
)
def cases() -> None:
    """Complaints: how they move."""


@cases.command()
@click.option(
    "--programme", default=DEFAULT, show_default=True, help="Whose clocks to print: NAME@VERSION."
)
@clear_errors
def machine(*, programme: str) -> None:
    """Print the state machine as JSON: states with who must act and how long, and every transition."""
    known = programmes.load()
    if programme not in known:
        raise BadInput(f"--programme: there is no {programme!r}, only {', '.join(known)}")
    click.echo(json.dumps(_document(known[programme]), indent=1))


def _document(programme: programmes.Programme) -> dict[str, Any]:
    machine = table.load()
    states = [
        {
            "name": state.name,
            "stage": state.stage,
            "actor": state.actor,
            "clock": None if state.closed else str(programme.clocks[state.name]),
            "terminal": state.closed,
        }
        for state in machine.states.values()
    ]
    transitions = [
        {
            "from": move.source,
            "event": move.event.name,
            "actor": move.event.actor,
            "to": move.target,
            "clock": move.event.actor == CLOCK,
        }
        for move in machine.moves.values()
    ]
    return {"initial": machine.initial, "states": states, "transitions": transitions}
