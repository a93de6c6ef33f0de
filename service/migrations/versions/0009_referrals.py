"""Where a case was sent: desks outside and other councils."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_referrals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("channel_id", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_referrals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_referrals")),
    )
    op.create_index(op.f("ix_case_referrals_due_at"), "case_referrals", ["due_at"], unique=False)
    op.create_index(
        op.f("ix_case_referrals_case_id_channel_id"),
        "case_referrals",
        ["case_id", "channel_id"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_case_referrals_case_id_channel_id"), table_name="case_referrals")
    op.drop_index(op.f("ix_case_referrals_due_at"), table_name="case_referrals")
    op.drop_table("case_referrals")
