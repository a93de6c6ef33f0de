"""Alembic's entry: runs migrations on the engine that service.core.schema hands over."""

from alembic import context

from service.core.db import Base
from service.core.schema import load_models

load_models()


def run() -> None:
    """Run within one transaction, so that a failing migration leaves nothing half done."""
    with context.config.attributes["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
