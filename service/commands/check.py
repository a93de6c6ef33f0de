"""`caveat check`: the verdict a shopper would get."""

import json
from pathlib import Path
from typing import Any

import click

from scrapers import engine
from scrapers.html import PAGE_CAP
from service import wiring
from service.commands.lines import clear_errors, read_whole
from service.core import schema
from service.core.errors import InvalidInput
from service.core.messages import Messages, negotiate
from service.verdicts import queries, wording


@click.command()
@click.argument("url_or_page")
@click.option("--url", help="The address a saved page came from.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--lang", default="en", show_default=True, help="Language of the text.")
@clear_errors
def check(*, url_or_page: str, url: str | None, as_json: bool, lang: str) -> None:
    """Say what is known about a listing and who sells it, for an address or a saved page."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    with runtime.reading() as session:
        if "://" in url_or_page:
            verdict = queries.check_url(session, url_or_page)
        else:
            verdict = queries.check_page(session, *_read_page(Path(url_or_page), url), wait=True)
    click.echo(
        json.dumps(verdict, ensure_ascii=False, indent=1) if as_json else _text(verdict, lang)
    )


def _read_page(path: Path, url: str | None) -> tuple[str, dict[str, Any]]:
    if url is None:
        raise InvalidInput("a saved page needs --url, the address it came from", where=str(path))
    extraction = engine.extract(read_whole(path, PAGE_CAP), url)
    return url, dict(extraction.fields)


def _text(verdict: dict[str, Any], lang: str) -> str:
    return "\n".join(wording.lines(verdict, Messages.load(negotiate(lang))))
