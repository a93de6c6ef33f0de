"""Contact checks, tracking tokens, what makes two complaints one, inquiries."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_checks()
    _create_tokens()
    _create_matters()
    _create_inquiries()


def downgrade() -> None:
    for table in ("inquiries", "case_matters", "case_tracking_tokens", "case_contact_checks"):
        op.drop_table(table)


def _case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id"))


def _create_checks() -> None:
    op.create_table(
        "case_contact_checks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_by", sa.String(length=80), nullable=True),
        _case("case_contact_checks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_contact_checks")),
    )
    for column in ("case_id", "contact"):
        op.create_index(op.f(f"ix_case_contact_checks_{column}"), "case_contact_checks", [column])


def _create_tokens() -> None:
    op.create_table(
        "case_tracking_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("letter", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        _case("case_tracking_tokens"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_case_tracking_tokens")),
    )
    for column in ("case_id", "letter"):
        op.create_index(op.f(f"ix_case_tracking_tokens_{column}"), "case_tracking_tokens", [column])


def _create_matters() -> None:
    op.create_table(
        "case_matters",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        _case("case_matters"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_matters")),
    )
    op.create_index(op.f("ix_case_matters_matter"), "case_matters", ["matter"])


def _create_inquiries() -> None:
    op.create_table(
        "inquiries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("listing_url", sa.String(length=2000), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_inquiries_organisation_id")
        ),
        _case("inquiries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("reference", name=op.f("uq_inquiries_reference")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_inquiries_idempotency_key")),
    )
    op.create_index(
        op.f("ix_inquiries_organisation_id_state_asked_at"),
        "inquiries",
        ["organisation_id", "state", "asked_at"],
    )
