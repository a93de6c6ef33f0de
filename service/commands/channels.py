"""`caveat channels`: the registry of desks, the router, and the alarm for facts that grow old."""

import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import click
import msgspec
from marshmallow import ValidationError

from scrapers.errors import InvalidInput
from service.commands.lines import clear_errors, read_whole, write_lines
from service.complaints.channels import freshness, queries, registry, router
from service.complaints.channels.schemas import RouteSchema, SituationSchema
from service.core.clock import utc_now

FILE_CAP = 1_000_000
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def channels() -> None:
    """Desks that complaints can be taken to."""


@channels.command("list")
@click.option("--jurisdiction", help="Such as CN, KR, PLATFORM or PAYMENT.")
@click.option("--all", "everything", is_flag=True, help="Closed desks as well.")
@clear_errors
def list_command(*, jurisdiction: str | None, everything: bool) -> None:
    """Print desks as JSON Lines."""
    status = None if everything else "active"
    write_lines(None, queries.channels(jurisdiction=jurisdiction, status=status))


@channels.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@clear_errors
def route(*, file: str) -> None:
    """Print the options for the situation in FILE (JSON, as for POST /v1/channels/route)."""
    asked = _situation(file)
    as_of = asked["as_of"] or utc_now().date()
    options = router.route(asked["situation"], as_of)
    clocks = [{"channel": name, "due": due} for name, due in router.by_loss(options)]
    answer = RouteSchema().dump({"as_of": as_of, "options": options, "clocks": clocks})
    click.echo(json.dumps(answer, indent=1, ensure_ascii=False))


@channels.command()
@click.option("--as-of", type=DAY, help="The day to look from; today without it.")
@clear_errors
def check(*, as_of: Any) -> None:
    """Say which facts are too old to be shown without a look, and which sources disagree.

    Ends with status 1 when a fact is stale, for a job that runs every week.
    """
    day: date = as_of.date() if as_of else utc_now().date()
    for channel, one in freshness.contradictions():
        others = "; ".join(f"{other.says} ({other.source})" for other in one.others)
        click.echo(f"{channel}: {one.about}: kept {one.kept}, elsewhere {others}. {one.why}")
    old = freshness.stale(day)
    for fact in old:
        click.echo(
            f"stale: {fact.channel}: {fact.what}, checked {fact.checked_on}, was good until {fact.fresh_until}"
        )
    total = len(registry.load().channels)
    click.echo(f"{total} channels, {len(old)} stale facts on {day}", err=True)
    sys.exit(1 if old else 0)


def _situation(file: str) -> Mapping[str, Any]:
    try:
        document = msgspec.json.decode(read_whole(file, FILE_CAP), type=dict[str, Any])
        asked: Mapping[str, Any] = SituationSchema().load(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"no JSON object ({error})", file) from error
    except ValidationError as error:
        raise InvalidInput(json.dumps(error.messages, ensure_ascii=False), file) from error
    return asked
