"""Lists, orders, commitments, checks of listings."""

import sqlalchemy as sa
from alembic import op

from service.core.append_only import statements

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "block_agreements",
    "block_commitments",
    "block_events",
    "block_evidence",
    "listing_checks",
)


def upgrade() -> None:
    op.create_table(
        "block_evidence",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_evidence")),
        sa.UniqueConstraint("previous", name=op.f("uq_block_evidence_previous")),
    )
    op.create_index(op.f("ix_block_evidence_day"), "block_evidence", ["day"], unique=False)
    op.create_index(op.f("ix_block_evidence_sha256"), "block_evidence", ["sha256"], unique=False)
    op.create_table(
        "block_agreements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("signed_on", sa.String(length=10), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_block_agreements_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_agreements")),
    )
    op.create_index(
        op.f("ix_block_agreements_organisation_id"),
        "block_agreements",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "block_lists",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("based_on", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=80), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["based_on"], ["block_lists.id"], name=op.f("fk_block_lists_based_on")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_block_lists_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_lists")),
    )
    op.create_index(
        op.f("ix_block_lists_organisation_id_series_state"),
        "block_lists",
        ["organisation_id", "series", "state"],
        unique=False,
    )
    op.create_table(
        "block_receivers",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("webhook_url", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_block_receivers_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_block_receivers")),
    )
    op.create_index(
        op.f("ix_block_receivers_organisation_id"),
        "block_receivers",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "listing_checks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("listing_key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=True),
        sa.Column("evidence", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_listing_checks_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_checks")),
    )
    op.create_index(
        op.f("ix_listing_checks_listing_key_at"),
        "listing_checks",
        ["listing_key", "at"],
        unique=False,
    )
    op.create_table(
        "block_commitments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement_id", sa.String(length=36), nullable=False),
        sa.Column("promised_by", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["block_agreements.id"],
            name=op.f("fk_block_commitments_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["block_commitments.id"], name=op.f("fk_block_commitments_replaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_commitments")),
    )
    op.create_index(
        op.f("ix_block_commitments_agreement_id"),
        "block_commitments",
        ["agreement_id"],
        unique=False,
    )
    op.create_table(
        "block_orders",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("listing_key", sa.String(length=200), nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("notice_published", sa.String(length=10), nullable=False),
        sa.Column("hazards", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("found_by", sa.String(length=20), nullable=False),
        sa.Column("list_id", sa.String(length=36), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=True),
        sa.Column("next_check", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["block_lists.id"], name=op.f("fk_block_orders_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_block_orders_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_block_orders_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_orders")),
    )
    op.create_index(op.f("ix_block_orders_list_id"), "block_orders", ["list_id"], unique=False)
    op.create_index(
        op.f("ix_block_orders_listing_key"), "block_orders", ["listing_key"], unique=False
    )
    op.create_index(
        op.f("ix_block_orders_next_check"), "block_orders", ["next_check"], unique=False
    )
    op.create_index(op.f("ix_block_orders_notice_id"), "block_orders", ["notice_id"], unique=False)
    op.create_index(
        op.f("ix_block_orders_organisation_id_state_issued_at"),
        "block_orders",
        ["organisation_id", "state", "issued_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_block_orders_platform_position"),
        "block_orders",
        ["platform", "position"],
        unique=False,
    )
    op.create_table(
        "block_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["block_orders.id"], name=op.f("fk_block_events_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_events")),
    )
    op.create_index(op.f("ix_block_events_order_id"), "block_events", ["order_id"], unique=False)
    op.create_table(
        "relisting_candidates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("listing_key", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=True),
        sa.Column("same_seller", sa.Boolean(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["block_orders.id"], name=op.f("fk_relisting_candidates_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_relisting_candidates_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relisting_candidates")),
        sa.UniqueConstraint(
            "order_id", "listing_key", name=op.f("uq_relisting_candidates_order_id_listing_key")
        ),
    )
    op.create_index(
        op.f("ix_relisting_candidates_listing_key"),
        "relisting_candidates",
        ["listing_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_relisting_candidates_organisation_id"),
        "relisting_candidates",
        ["organisation_id"],
        unique=False,
    )
    for table in APPEND_ONLY:
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        op.f("ix_relisting_candidates_organisation_id"), table_name="relisting_candidates"
    )
    op.drop_index(op.f("ix_relisting_candidates_listing_key"), table_name="relisting_candidates")
    op.drop_table("relisting_candidates")
    op.drop_index(op.f("ix_block_events_order_id"), table_name="block_events")
    op.drop_table("block_events")
    op.drop_index(op.f("ix_block_orders_platform_position"), table_name="block_orders")
    op.drop_index(
        op.f("ix_block_orders_organisation_id_state_issued_at"), table_name="block_orders"
    )
    op.drop_index(op.f("ix_block_orders_notice_id"), table_name="block_orders")
    op.drop_index(op.f("ix_block_orders_next_check"), table_name="block_orders")
    op.drop_index(op.f("ix_block_orders_listing_key"), table_name="block_orders")
    op.drop_index(op.f("ix_block_orders_list_id"), table_name="block_orders")
    op.drop_table("block_orders")
    op.drop_index(op.f("ix_block_commitments_agreement_id"), table_name="block_commitments")
    op.drop_table("block_commitments")
    op.drop_index(op.f("ix_listing_checks_listing_key_at"), table_name="listing_checks")
    op.drop_table("listing_checks")
    op.drop_index(op.f("ix_block_receivers_organisation_id"), table_name="block_receivers")
    op.drop_table("block_receivers")
    op.drop_index(op.f("ix_block_lists_organisation_id_series_state"), table_name="block_lists")
    op.drop_table("block_lists")
    op.drop_index(op.f("ix_block_agreements_organisation_id"), table_name="block_agreements")
    op.drop_table("block_agreements")
    op.drop_index(op.f("ix_block_evidence_sha256"), table_name="block_evidence")
    op.drop_index(op.f("ix_block_evidence_day"), table_name="block_evidence")
    op.drop_table("block_evidence")
