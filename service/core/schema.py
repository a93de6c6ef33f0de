"""Bringing a database to the current schema, and knowing all tables."""

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from service.core.errors import Misconfigured

ROOM = Path(__file__).parents[1]


def load_models() -> None:
    """Import every table of every feature, so that the metadata is complete."""
    for path in sorted(ROOM.glob("*/**/*models.py")):
        import_module(".".join(path.relative_to(ROOM.parent).with_suffix("").parts))
    for module in ("audit", "outbox"):
        import_module(f"{ROOM.name}.core.{module}")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply migrations up to `revision`; does nothing when they stand already.

    Raises Misconfigured, naming the address without its password, for what is no database or does
    not answer.
    """
    try:
        command.upgrade(alembic_config(engine), revision)
    except DatabaseError as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = (str(error.orig).splitlines() or ["no reason given"])[0]
        raise Misconfigured(f"cannot be used as the database ({reason})", where=where) from error


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to `revision`."""
    command.downgrade(alembic_config(engine), revision)


def alembic_config(engine: Engine) -> Config:
    """Return Alembic's configuration for an engine that is open already."""
    config = Config()
    config.set_main_option("script_location", str(ROOM / "migrations"))
    config.attributes["engine"] = engine
    return config
