"""Tables whose rows are never changed or removed: the database itself refuses it."""

from sqlalchemy import DDL, Table, event

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def statements(table: str, dialect: str) -> list[str]:
    """Return the DDL that makes `table` refuse UPDATE and DELETE on `dialect`."""
    verbs = ("UPDATE", "DELETE")
    if dialect == "sqlite":
        return [_SQLITE.format(table=table, verb=verb) for verb in verbs]
    return [
        _POSTGRESQL_FUNCTION.replace("%%", "%"),
        *(_POSTGRESQL.format(table=table, verb=verb) for verb in verbs),
    ]


def append_only(table: Table) -> None:
    """Have `create_all` guard the table as the migration does."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
