"""Every read of issued packs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.core.settings import Settings
from service.packs.models import PackRow


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """An issued pack: `path` is its file name in the packs folder, `digest` SHA-256 of the file."""

    version: int
    issued_at: datetime
    digest: str
    path: str
    size: int
    merchants: int
    notices: int


PARTS: Final[tuple[Literal["merchants"], Literal["safety"]]] = ("merchants", "safety")
"""What changes are issued of, each in its own time."""


def changes_file(version: int, part: str) -> str:
    """Return the file name of the changes to a pack, which lies beside it."""
    return f"caveat-{version}.{part}"


def folder(settings: Settings) -> Path:
    """Return where this installation keeps its packs."""
    return settings.home / "packs"


def latest(session: Session) -> BuiltPack | None:
    """Return the newest pack, None before the first."""
    row = session.scalar(select(PackRow).order_by(PackRow.version.desc()).limit(1))
    if row is None:
        return None
    return BuiltPack(
        row.version, row.issued_at, row.digest, row.path, row.size, row.merchants, row.notices
    )
