"""Checks of what shops disclose."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "shop_checks"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merchant_key", sa.String(length=200), nullable=True),
        sa.Column("jurisdiction", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_shop_checks_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_checks")),
    )
    for columns in (["organisation_id", "asked_at"], ["merchant_key"], ["due_at"]):
        name = op.f(f"ix_{TABLE}_{'_'.join(columns)}")
        op.create_index(name, TABLE, columns, unique=False)


def downgrade() -> None:
    op.drop_table(TABLE)
