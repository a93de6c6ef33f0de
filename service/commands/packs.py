"""`caveat pack`: build, verify and look into signed packs."""

import json
import shutil
from pathlib import Path
from typing import Any

import click
import msgspec

from service import wiring
from service.commands.lines import clear_errors
from service.core import schema
from service.core.files import whole_file
from service.packs import operations, queries
from service.packs.errors import PackError
from service.packs.format import Pack, decode
from service.packs.keys import fingerprint, key_bytes

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def pack() -> None:
    """Signed copies of bands and notices, in which browsers look things up without asking."""


@pack.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for a copy of the file, besides the one that is served.",
)
@clear_errors
def build(*, out: Path | None) -> None:
    """Issue a pack of what the database says now, and print what it holds."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    settings = runtime.settings
    folder = queries.folder(settings)
    with runtime.begin() as session:
        built = operations.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=operations.Publisher(settings.publisher_id, settings.publisher_name),
            folder=folder,
            now=runtime.clock(),
        )
    path = folder / built.path
    if out is not None:
        path = _copy(path, out)
    _say(_about(decode(path.read_bytes())) | {"path": str(path), "size": built.size})


@pack.command()
@click.argument("file", type=FILE)
@click.option("--key", help="The publisher's public key in base64: the only one that is taken.")
@clear_errors
def verify(*, file: Path, key: str | None) -> None:
    """Check that FILE is whole and signed; without --key this does not say by whom."""
    expected = None if key is None else key_bytes(key, "--key")
    _say(_about(_read(file, expected)))


@pack.command()
@click.argument("file", type=FILE)
@click.argument("key")
@clear_errors
def lookup(*, file: Path, key: str) -> None:
    """Say what FILE holds under KEY, a merchant key or a safety key."""
    found = _read(file)
    rating = found.rating(key)
    matches = [{"tier": match.tier, "notice": _plain(match.notice)} for match in found.matches(key)]
    _say(
        {
            "key": key,
            "merchant": None if rating is None else rating._asdict(),
            "safety": matches,
            "withdrawn": found.withdrawn(key),
        }
    )


def _copy(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / path.name) as file, path.open("rb") as source:
        shutil.copyfileobj(source, file)
    return folder / path.name


def _read(path: Path, public_key: bytes | None = None) -> Pack:
    try:
        return decode(path.read_bytes(), public_key=public_key)
    except PackError as error:
        raise PackError(error.what, f"{path}, {error.where}") from error


def _about(pack: Pack) -> dict[str, Any]:
    header = pack.header
    return {
        "version": header.version,
        "issued": header.issued,
        "publisher": _plain(header.publisher),
        "public_key": header.public_key,
        "fingerprint": fingerprint(key_bytes(header.public_key, "public_key")),
        "merchants": {name: len(table.prefixes) for name, table in pack.merchants.items()},
        "safety_keys": len(pack.safety.table.prefixes),
        "notices": len(pack.safety.notices),
        "tombstones": len(pack.tombstones.prefixes),
    }


def _plain(record: msgspec.Struct) -> Any:
    return msgspec.to_builtins(record)


def _say(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
