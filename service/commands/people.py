"""`caveat people`: help somebody back in, for whoever may run commands on the machine."""

import click

from service import wiring
from service.accounts import operations, queries
from service.commands.lines import clear_errors
from service.core import schema
from service.core.access import OPERATOR


@click.group()
def people() -> None:
    """People who sign in."""


@people.command(name="reset-second-factor")
@click.argument("email")
@clear_errors
def reset_second_factor(*, email: str) -> None:
    """Take off the second factor of whoever signs in with EMAIL; the next sign-in sets up a new one."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    with runtime.begin() as session:
        person_id = queries.person_id_of(session, email)
        operations.reset_second_factor(
            session, OPERATOR, person_id, organisation_id=None, now=runtime.clock()
        )
    click.echo(f"reset the second factor of {email}; all sessions ended", err=True)
