"""`caveat check`: the verdict a shopper would get."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from scrapers import engine
from scrapers.html import PAGE_CAP
from service import wiring
from service.commands.lines import clear_errors, read_whole
from service.core import schema
from service.core.access import OPERATOR
from service.core.errors import InvalidInput, Misconfigured
from service.core.messages import Messages, negotiate
from service.core.runtime import Runtime
from service.disclosures import sweeps as disclosures
from service.disclosures.queries import CheckView
from service.scores import operations as scores
from service.verdicts import queries, wording


@click.command()
@click.argument("url_or_page")
@click.option("--url", help="The address a saved page came from.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--lang", default="en", show_default=True, help="Language of the text.")
@click.option(
    "--fetch",
    "country",
    metavar="COUNTRY",
    help="First have the shop's own pages read and recorded, for buyers in this country (KR).",
)
@clear_errors
def check(
    *, url_or_page: str, url: str | None, as_json: bool, lang: str, country: str | None
) -> None:
    """Say what is known about a listing and who sells it, for an address or a saved page.

    Nothing is asked of the network without --fetch.
    """
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    looked = _fetched(runtime, url_or_page, country) if country else None
    with runtime.reading() as session:
        if "://" in url_or_page:
            verdict = queries.check_url(session, url_or_page)
        else:
            verdict = queries.check_page(session, *_read_page(Path(url_or_page), url), wait=True)
    if looked is not None:
        verdict["disclosures"] = {"state": looked.state, "items": looked.items}
    click.echo(
        json.dumps(verdict, ensure_ascii=False, indent=1) if as_json else _text(verdict, lang)
    )


def _fetched(runtime: Runtime, url: str, country: str) -> CheckView:
    """Read a shop's pages now and let the score follow."""
    if not runtime.settings.checks_contact:
        what = "is not set: an address by which the shops that are asked can reach you"
        raise Misconfigured(what, where="CAVEAT_CHECKS_CONTACT")
    found = disclosures.check_now(runtime, OPERATOR, url, country)
    while scores.sweep(runtime):
        pass
    return found


def _read_page(path: Path, url: str | None) -> tuple[str, dict[str, Any]]:
    if url is None:
        raise InvalidInput("a saved page needs --url, the address it came from", where=str(path))
    extraction = engine.extract(read_whole(path, PAGE_CAP), url)
    return url, dict(extraction.fields)


def _text(verdict: dict[str, Any], lang: str) -> str:
    words = Messages.load(negotiate(lang))
    return "\n".join([*wording.lines(verdict, words), *_disclosed(verdict, words)])


def _disclosed(verdict: dict[str, Any], words: Messages) -> Iterator[str]:
    looked = verdict.get("disclosures")
    if looked is None:
        return
    title, state = (
        words.text("disclosures.title"),
        words.text(f"disclosures.state.{looked['state']}"),
    )
    yield f"{title}: {state}"
    for item in looked["items"]:
        what = words.text(f"disclosures.item_state.{item['state']}")
        yield f"  {words.text('disclosures.item.' + item['id'])}: {what}"
