"""Case keys leave the database; who opened what; evidence files.

The keys themselves are in another database, which a migration of this one cannot reach: they stay in
`cases.wrapped_key` until the sweep has put them into the key store (complaints/privacy/case_keys.py).
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from service.core.append_only import statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "case_transfers",
    "case_sharing",
    "case_access",
    "case_contacts",
    "case_files",
    "case_erasures",
    "case_holds",
)


def upgrade() -> None:
    with op.batch_alter_table("case_sealed") as sealed:
        sealed.alter_column(
            "field",
            existing_type=sa.String(length=40),
            type_=sa.String(length=80),
            existing_nullable=False,
        )
    op.add_column("cases", _moment("erased_at", nullable=True))
    op.create_index(
        op.f("ix_cases_erased_at_state_closed_at"), "cases", ["erased_at", "state", "closed_at"]
    )
    _create_access()
    _create_contacts()
    _create_sharing()
    _create_transfers()
    _create_files()
    _create_erasures()
    _create_holds()
    for table in ("case_access", "case_transfers"):
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def _case_id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
    ]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _create_access() -> None:
    op.create_table(
        "case_access",
        _number(),
        *_case_id("case_access"),
        _moment("at"),
        _text("actor", 80),
        _text("organisation", 36, nullable=True),
        _text("role", 20),
        _text("purpose", 40),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_access")),
    )
    op.create_index(op.f("ix_case_access_case_id"), "case_access", ["case_id"])
    op.create_index(op.f("ix_case_access_organisation_at"), "case_access", ["organisation", "at"])


def _create_contacts() -> None:
    op.create_table(
        "case_contacts",
        *_case_id("case_contacts"),
        _text("kind", 10),
        _text("fingerprint", 64),
        sa.PrimaryKeyConstraint("case_id", "kind", "fingerprint", name=op.f("pk_case_contacts")),
    )
    op.create_index(op.f("ix_case_contacts_fingerprint"), "case_contacts", ["fingerprint"])


def _create_sharing() -> None:
    op.create_table(
        "case_sharing",
        _text("id", 36),
        *_case_id("case_sharing"),
        _text("recipient", 80),
        _text("country", 2),
        sa.Column("fields", sa.JSON(), nullable=False),
        _text("wording", 80),
        _moment("given_at"),
        _text("given_by", 80),
        _moment("revoked_at", nullable=True),
        _text("revoked_by", 80, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_sharing")),
    )
    op.create_index(op.f("ix_case_sharing_case_id"), "case_sharing", ["case_id"])


def _create_transfers() -> None:
    op.create_table(
        "case_transfers",
        _number(),
        *_case_id("case_transfers"),
        _moment("at"),
        _text("actor", 80),
        _text("recipient", 80),
        _text("country", 2),
        sa.Column("fields", sa.JSON(), nullable=False),
        _text("basis", 20),
        _text("sharing_id", 36, nullable=True),
        sa.ForeignKeyConstraint(
            ["sharing_id"], ["case_sharing.id"], name=op.f("fk_case_transfers_sharing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_transfers")),
    )
    op.create_index(op.f("ix_case_transfers_case_id"), "case_transfers", ["case_id"])


def _create_files() -> None:
    op.create_table(
        "case_files",
        _text("id", 36),
        *_case_id("case_files"),
        _text("kind", 40),
        _text("media_type", 80),
        sa.Column("size", sa.Integer(), nullable=False),
        _text("digest", 64),
        sa.Column("copy", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        _moment("uploaded_at"),
        _text("uploaded_by", 80),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_files")),
    )
    op.create_index(
        op.f("ix_case_files_case_id_digest"), "case_files", ["case_id", "digest"], unique=True
    )


def _create_erasures() -> None:
    op.create_table(
        "case_erasures",
        *_case_id("case_erasures"),
        _text("reason", 20),
        _text("actor", 80),
        _moment("at"),
        _moment("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_erasures")),
    )
    op.create_index(op.f("ix_case_erasures_finished_at"), "case_erasures", ["finished_at"])


def _create_holds() -> None:
    op.create_table(
        "case_holds",
        _number(),
        *_case_id("case_holds"),
        _text("reason", 20),
        _text("file", 80),
        _moment("placed_at"),
        _text("placed_by", 80),
        _moment("lifted_at", nullable=True),
        _text("lifted_by", 80, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_holds")),
    )
    op.create_index(op.f("ix_case_holds_case_id"), "case_holds", ["case_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index(op.f("ix_cases_erased_at_state_closed_at"), table_name="cases")
    op.drop_column("cases", "erased_at")
    _keep_short_names()
    with op.batch_alter_table("case_sealed") as sealed:
        sealed.alter_column(
            "field",
            existing_type=sa.String(length=80),
            type_=sa.String(length=40),
            existing_nullable=False,
        )


def _keep_short_names() -> None:
    """Texts within a case and names of files did not exist before, and their names are too long."""
    op.execute(sa.text("DELETE FROM case_sealed WHERE field LIKE '%:%'"))
