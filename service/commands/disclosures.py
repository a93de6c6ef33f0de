"""`caveat disclosures`: what a saved page says about its seller, beside what the law asks."""

import json
from collections.abc import Iterator
from typing import Any

import click

from scrapers.disclosures import report
from scrapers.errors import InvalidInput
from scrapers.html import PAGE_CAP, Page
from scrapers.ways import Kind
from service.commands.lines import clear_errors, read_whole

STATES = {
    "valid": "found",
    "invalid": "found, does not pass its check",
    "absent_required": "not on the page where the law asks for it",
    "not_assessable": "cannot be told from what was read",
}
"""What a person reads for each state."""


@click.command("disclosures")
@click.argument("page", type=click.Path(dir_okay=False))
@click.option("--url", required=True, help="The address of PAGE.")
@click.option("--country", required=True, help="The buyer's country, such as DE.")
@click.option("--encoding", help="The charset that came with PAGE, as in an HTTP header.")
@click.option(
    "--kind",
    type=click.Choice(["raw", "rendered"]),
    default="raw",
    show_default=True,
    help="As the server sent it, or saved from a browser.",
)
@click.option(
    "--legal",
    "legal",
    nargs=2,
    multiple=True,
    metavar="FILE URL",
    help="A legal page that was read as well; may be repeated.",
)
@click.option("--seller", help="The seller's name as known from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@clear_errors
def disclosures(  # noqa: PLR0913 -- one parameter per option
    page: str,
    url: str,
    country: str,
    encoding: str | None,
    kind: Kind,
    legal: tuple[tuple[str, str], ...],
    seller: str | None,
    *,
    as_json: bool,
) -> None:
    """Check what PAGE discloses against the law of the buyer's country.

    Files may be gzipped; `-` is standard input. Without the legal pages nothing counts as absent.
    """
    _check_country(country)
    read = [(Page(read_whole(path, PAGE_CAP)), address) for path, address in legal]
    main = Page(read_whole(page, PAGE_CAP), encoding=encoding)
    found = report(main, url, country, kind=kind, legal_pages=read, seller=seller)
    lines = [json.dumps(found, ensure_ascii=False)] if as_json else _lines(found)
    for line in lines:
        click.echo(line)


def _check_country(country: str) -> None:
    if len(country) != 2 or not country.isascii() or not country.isalpha():  # noqa: PLR2004 -- ISO 3166
        raise InvalidInput(f"{country!r} is no two-letter country code", "--country")


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['url']}, checked by the list {found['jurisdiction']}"
    for item in found["items"]:
        value = f": {item['value']}" if item["value"] is not None else ""
        duty = "" if item["level"] == "law" else " (good practice)"
        yield f"  {item['title']}{duty}: {STATES[item['state']]}{value}"
    yield from _terms(found["terms"])
    for remark in found["other_companies"]:
        yield f"  another company in the seller's place: {remark['what']}: “{remark['quote']}”"
    for remark in found["dead_references"]:
        yield f"  points to what is gone: {remark['detail']}: “{remark['quote']}”"
    for link in found["legal_links"]:
        yield f"  to read next ({link['kind']}): {link['url']}"


def _terms(terms: dict[str, Any]) -> Iterator[str]:
    offer = terms["offer"]
    yield f"  return terms, {terms['country']}: {terms['verdict'].replace('_', ' ')}"
    if offer:
        yield f"    the shop: “{offer['quote']}”"
    if terms["law_quote"]:
        yield f"    the law ({terms['law']}, {terms['article']}): “{terms['law_quote']}”"
