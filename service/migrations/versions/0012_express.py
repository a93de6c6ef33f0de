"""Who takes part in a programme, which councils are known, and the cases handed over between them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _participations()
    _councils()


def _participations() -> None:
    op.create_table(
        "participations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("council_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["council_id"], ["organisations.id"], name=op.f("fk_participations_council_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_participations_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
    )
    op.create_index(
        op.f("ix_participations_council_id_programme"),
        "participations",
        ["council_id", "programme"],
    )
    op.create_index(
        op.f("ix_participations_organisation_id"), "participations", ["organisation_id"]
    )
    op.create_table(
        "participation_keys",
        sa.Column("participation_id", sa.String(length=36), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participations.id"],
            name=op.f("fk_participation_keys_participation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "participation_id", "merchant_key", name=op.f("pk_participation_keys")
        ),
    )
    op.create_index(
        op.f("ix_participation_keys_merchant_key"), "participation_keys", ["merchant_key"]
    )


def _councils() -> None:
    op.create_table(
        "known_councils",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_key", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_councils")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_known_councils_fingerprint")),
    )
    op.create_table(
        "case_bundles",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("thread", sa.String(length=36), nullable=False),
        sa.Column("council_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wire", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_id"], ["known_councils.id"], name=op.f("fk_case_bundles_council_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_bundles_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bundles")),
    )
    op.create_index(op.f("ix_case_bundles_thread"), "case_bundles", ["thread"])
    op.create_index(op.f("ix_case_bundles_case_id"), "case_bundles", ["case_id"])


def downgrade() -> None:
    for table in (
        "case_bundles",
        "known_councils",
        "participation_keys",
        "participations",
    ):
        op.drop_table(table)
