"""`caveat site`: rules for a new site from one saved page, and the proof that they still read it."""

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from scrapers.errors import InvalidInput
from scrapers.html import PAGE_CAP, Page
from scrapers.sites import Draft, Pair, draft, platform_row
from scrapers.sites.pairs import EXPECTED, INFO, PAGE, RULES
from scrapers.ways import Kind
from service.commands.lines import clear_errors, read_whole

PAIRS = Path("tests/scrapers/sites")
WHY = {
    "generic": "by the generic rules",
    "given": "as you said",
    "found": "also read by a generic guess",
    "guess": "a guess by the words shops use: check it",
}


@click.group("site")
def site() -> None:
    """Teach Caveat a new site from a saved page (docs/adding-a-site.md)."""


@site.command("new")
@click.argument("name")
@click.argument("page", type=click.Path(dir_okay=False))
@click.option("--url", required=True, help="The address of PAGE.")
@click.option(
    "--is", "given", multiple=True, metavar="FIELD=VALUE", help="What is right, as shown."
)
@click.option("--encoding", help="The charset that came with PAGE, as in an HTTP header.")
@click.option("--kind", type=click.Choice(["raw", "rendered"]), default="raw", show_default=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=PAIRS,
    show_default=True,
    help="The folder of all pairs; NAME becomes a folder in it.",
)
@clear_errors
def new(
    name: str,
    page: str,
    url: str,
    given: tuple[str, ...],
    encoding: str | None,
    kind: Kind,
    out: Path,
) -> None:
    """Draft rules for the site of a saved PAGE and prove them on it.

    Writes NAME/page.html.gz, info.json, expected.json and rules.yaml; prints what was found and the
    row for scrapers/platforms.yaml.
    """
    folder = out / name
    if folder.exists():
        raise InvalidInput("is there already", str(folder))
    data = read_whole(page, PAGE_CAP)
    made = draft(Page(data, encoding=encoding), url, name, given=_given(given), kind=kind)
    info = {"url": url, "encoding": encoding, "kind": kind}
    _write_folder(folder, _files(data, info, made))
    for line in _report(made, folder):
        click.echo(line)


def _given(texts: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for text, (name, sign, value) in zip(texts, pairs, strict=True):
        if not (name and sign and value):
            raise InvalidInput("not of the form FIELD=VALUE", f"--is {text!r}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _files(data: bytes, info: dict[str, Any], made: Draft) -> dict[str, bytes]:
    return {
        PAGE: gzip.compress(data, mtime=0),
        INFO: _json(info),
        EXPECTED: _json(made.fields),
        RULES: rules_text(made).encode(),
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder that is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, data in files.items():
            (made / name).write_bytes(data)
        made.chmod(0o755)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def rules_text(made: Draft) -> str:
    """Return a draft as a rule file, one way a line as in scrapers/rules, guesses marked."""
    rules = made.rules
    lines = [
        f"# Drafted from one page of {made.url.host}; read every way before you keep it.",
        f"platforms: {_flow(rules['platforms'])}",
        f"generic: {_flow(rules['generic'])}",
        "fields:" if rules["fields"] else "fields: {}",
    ]
    for found in made.findings:
        if found.ways:
            lines.append(f"  {found.name}:{'  # guessed' if found.origin == 'guess' else ''}")
            lines += [f"    - {_flow(way)}" for way in found.ways]
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    """Return a value as YAML on one line."""
    text: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    )
    return text.strip()


def _report(made: Draft, folder: Path) -> Iterator[str]:
    for found in made.findings:
        yield f"{found.name:16} {found.value!s:40.40} {WHY[found.origin]}"
    if made.missing:
        yield f"not found: {', '.join(made.missing)} (name what is right with --is)"
    yield f"written: {folder}"
    yield "for scrapers/platforms.yaml:"
    row = platform_row(made)
    yield f"  {made.name}:"
    yield from (
        f"    {key}: {_flow(row[key]) if key == 'domains' else row[key]}"
        for key in ("name", "shop", "domains")
    )
    yield "    pages:"
    yield from (f"      - {_flow(page)}" for page in row["pages"])


@site.command("check")
@click.argument("folders", nargs=-1, type=click.Path(file_okay=False, path_type=Path))
@clear_errors
def check(folders: tuple[Path, ...]) -> None:
    """Read the pages of pairs again; all pairs of the project without FOLDERS.

    Ends with status 1 when a field is not what expected.json says.
    """
    wrong = 0
    for folder in folders or sorted(path.parent for path in PAIRS.glob(f"*/{PAGE}")):
        lines = list(Pair.load(folder).differences())
        wrong += len(lines)
        click.echo(f"{folder}: {len(lines)} differences" if lines else f"{folder}: as expected")
        for line in lines:
            click.echo(f"  {line}")
    if wrong:
        raise click.exceptions.Exit(1)
