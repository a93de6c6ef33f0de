"""The first tables: merchants, evidence, scores, safety notices, packs, cases, work and audit."""

import sqlalchemy as sa
from alembic import op

from service.core.append_only import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit", "case_events", "evidence", "listing_merchant", "safety_notice_revisions")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_object"), "audit", ["object"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("fields_version", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("complainant", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_cases_idempotency_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    op.create_index(op.f("ix_cases_complainant"), "cases", ["complainant"], unique=False)
    op.create_index(op.f("ix_cases_merchant_key"), "cases", ["merchant_key"], unique=False)
    op.create_index(
        op.f("ix_cases_state_received_at"), "cases", ["state", "received_at"], unique=False
    )
    op.create_table(
        "import_runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_index(op.f("ix_import_runs_source"), "import_runs", ["source"], unique=False)
    op.create_table(
        "merchants",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("category", sa.String(length=80), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_merchants")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False)
    op.create_table(
        "packs",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("merchants", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_packs")),
    )
    op.create_table(
        "safety_notices",
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("record_type", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hazards", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("published", sa.String(length=10), nullable=False),
        sa.Column("updated", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_safety_notices")),
    )
    op.create_index(op.f("ix_safety_notices_source"), "safety_notices", ["source"], unique=False)
    op.create_table(
        "affected_products",
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("brands", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("batches", sa.JSON(), nullable=False),
        sa.Column("production_dates", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_affected_products_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "position", name=op.f("pk_affected_products")),
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case_id"), "case_events", ["case_id"], unique=False)
    op.create_table(
        "case_sealed",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_sealed_case_id")),
        sa.PrimaryKeyConstraint("case_id", "field", name=op.f("pk_case_sealed")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=27), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("true_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("source_url", sa.String(length=2000), nullable=True),
        sa.Column("licence", sa.String(length=80), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_key"], ["merchants.key"], name=op.f("fk_evidence_merchant_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_evidence_content_hash")),
    )
    op.create_index(
        op.f("ix_evidence_merchant_key_true_at"),
        "evidence",
        ["merchant_key", "true_at"],
        unique=False,
    )
    op.create_table(
        "listing_merchant",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("listing_key", sa.String(length=200), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_key"], ["merchants.key"], name=op.f("fk_listing_merchant_merchant_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_merchant")),
        sa.UniqueConstraint(
            "listing_key",
            "merchant_key",
            "observed_at",
            name=op.f("uq_listing_merchant_listing_key_merchant_key_observed_at"),
        ),
    )
    op.create_index(
        op.f("ix_listing_merchant_listing_key"), "listing_merchant", ["listing_key"], unique=False
    )
    op.create_index(
        op.f("ix_listing_merchant_merchant_key"), "listing_merchant", ["merchant_key"], unique=False
    )
    op.create_table(
        "merchant_aliases",
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_key"], ["merchants.key"], name=op.f("fk_merchant_aliases_merchant_key")
        ),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_merchant_aliases")),
    )
    op.create_index(
        op.f("ix_merchant_aliases_merchant_key"), "merchant_aliases", ["merchant_key"], unique=False
    )
    op.create_table(
        "rejected_records",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_rejected_records_run_id")
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_rejected_records")),
    )
    op.create_index(
        op.f("ix_rejected_records_source"), "rejected_records", ["source"], unique=False
    )
    op.create_table(
        "safety_keys",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("found_in", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_safety_keys_notice_id")
        ),
        sa.PrimaryKeyConstraint("key", "notice_id", name=op.f("pk_safety_keys")),
    )
    op.create_index(op.f("ix_safety_keys_notice_id"), "safety_keys", ["notice_id"], unique=False)
    op.create_table(
        "safety_notice_revisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["safety_notices.notice_id"],
            name=op.f("fk_safety_notice_revisions_notice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_safety_notice_revisions_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_notice_revisions")),
        sa.UniqueConstraint(
            "notice_id", "revision", name=op.f("uq_safety_notice_revisions_notice_id_revision")
        ),
    )
    op.create_table(
        "score_tasks",
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_key"], ["merchants.key"], name=op.f("fk_score_tasks_merchant_key")
        ),
        sa.PrimaryKeyConstraint("merchant_key", name=op.f("pk_score_tasks")),
    )
    op.create_index(op.f("ix_score_tasks_due_at"), "score_tasks", ["due_at"], unique=False)
    op.create_table(
        "scores",
        sa.Column("merchant_key", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("warning", sa.Boolean(), nullable=False),
        sa.Column("top_reason", sa.String(length=80), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_key"], ["merchants.key"], name=op.f("fk_scores_merchant_key")
        ),
        sa.PrimaryKeyConstraint("merchant_key", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_as_of"), "scores", ["as_of"], unique=False)
    for table in APPEND_ONLY:
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    op.drop_index(op.f("ix_scores_as_of"), table_name="scores")
    op.drop_table("scores")
    op.drop_index(op.f("ix_score_tasks_due_at"), table_name="score_tasks")
    op.drop_table("score_tasks")
    op.drop_table("safety_notice_revisions")
    op.drop_index(op.f("ix_safety_keys_notice_id"), table_name="safety_keys")
    op.drop_table("safety_keys")
    op.drop_index(op.f("ix_rejected_records_source"), table_name="rejected_records")
    op.drop_table("rejected_records")
    op.drop_index(op.f("ix_merchant_aliases_merchant_key"), table_name="merchant_aliases")
    op.drop_table("merchant_aliases")
    op.drop_index(op.f("ix_listing_merchant_merchant_key"), table_name="listing_merchant")
    op.drop_index(op.f("ix_listing_merchant_listing_key"), table_name="listing_merchant")
    op.drop_table("listing_merchant")
    op.drop_index(op.f("ix_evidence_merchant_key_true_at"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("case_sealed")
    op.drop_index(op.f("ix_case_events_case_id"), table_name="case_events")
    op.drop_table("case_events")
    op.drop_table("affected_products")
    op.drop_index(op.f("ix_safety_notices_source"), table_name="safety_notices")
    op.drop_table("safety_notices")
    op.drop_table("packs")
    op.drop_index(op.f("ix_outbox_due_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("merchants")
    op.drop_index(op.f("ix_import_runs_source"), table_name="import_runs")
    op.drop_table("import_runs")
    op.drop_index(op.f("ix_cases_state_received_at"), table_name="cases")
    op.drop_index(op.f("ix_cases_merchant_key"), table_name="cases")
    op.drop_index(op.f("ix_cases_complainant"), table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_audit_object"), table_name="audit")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("DROP FUNCTION refuse_change()"))
