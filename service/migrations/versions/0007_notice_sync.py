"""State of sources, raw payloads, links between notices, listing matches."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOTICES = sa.table(
    "safety_notices", sa.column("notice_id"), sa.column("url"), sa.column("address")
)


def upgrade() -> None:
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("today", sa.String(length=10), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
    )
    op.create_index(op.f("ix_sync_runs_source"), "sync_runs", ["source"], unique=False)
    op.create_table(
        "sync_sources",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("watermark", sa.String(length=10), nullable=True),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("robots", sa.String(length=20), nullable=False),
        sa.Column("robots_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_sync_sources")),
    )
    op.create_index(op.f("ix_sync_sources_due_at"), "sync_sources", ["due_at"], unique=False)
    op.create_table(
        "listing_matches",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(length=36), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_listing_matches_notice_id")
        ),
        sa.PrimaryKeyConstraint(
            "platform", "item_id", "notice_id", "position", name=op.f("pk_listing_matches")
        ),
    )
    op.create_index(
        op.f("ix_listing_matches_notice_id_position"),
        "listing_matches",
        ["notice_id", "position"],
        unique=False,
    )
    op.create_table(
        "notice_links",
        sa.Column("left_id", sa.String(length=120), nullable=False),
        sa.Column("right_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["left_id"], ["safety_notices.notice_id"], name=op.f("fk_notice_links_left_id")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["safety_notices.notice_id"], name=op.f("fk_notice_links_right_id")
        ),
        sa.PrimaryKeyConstraint("left_id", "right_id", "kind", name=op.f("pk_notice_links")),
    )
    op.create_index(op.f("ix_notice_links_right_id"), "notice_links", ["right_id"], unique=False)
    op.create_table(
        "notice_presence",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_notice_presence_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sync_runs.id"], name=op.f("fk_notice_presence_run_id")
        ),
        sa.PrimaryKeyConstraint("source", "notice_id", name=op.f("pk_notice_presence")),
    )
    op.create_table(
        "notice_references",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("notice_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["safety_notices.notice_id"], name=op.f("fk_notice_references_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_references")),
    )
    op.create_index(
        op.f("ix_notice_references_notice_id"), "notice_references", ["notice_id"], unique=False
    )
    op.create_index(
        op.f("ix_notice_references_reference"), "notice_references", ["reference"], unique=False
    )
    op.create_table(
        "sync_pages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["sync_runs.id"], name=op.f("fk_sync_pages_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_pages")),
        sa.UniqueConstraint("run_id", "asked", name=op.f("uq_sync_pages_run_id_asked")),
    )
    op.create_index(op.f("ix_sync_pages_asked"), "sync_pages", ["asked"], unique=False)
    op.add_column(
        "safety_notices", sa.Column("rank", sa.SmallInteger(), server_default="2", nullable=False)
    )
    op.add_column(
        "safety_notices",
        sa.Column("address", sa.String(length=200), server_default="", nullable=False),
    )
    op.create_index(op.f("ix_safety_notices_address"), "safety_notices", ["address"], unique=False)
    _fill_addresses()


def _fill_addresses() -> None:
    """Give the notices that are stored the address by which others that name them find them."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(_NOTICES.c.notice_id, _NOTICES.c.url)).all()
    for notice_id, url in rows:
        address = re.sub(r"^https?://(?:www\.)?", "", url.strip().lower()).rstrip("/")[:200]
        this = sa.update(_NOTICES).where(_NOTICES.c.notice_id == notice_id)
        connection.execute(this.values(address=address))


def downgrade() -> None:
    op.drop_index(op.f("ix_safety_notices_address"), table_name="safety_notices")
    op.drop_column("safety_notices", "address")
    op.drop_column("safety_notices", "rank")
    op.drop_index(op.f("ix_sync_pages_asked"), table_name="sync_pages")
    op.drop_table("sync_pages")
    op.drop_index(op.f("ix_notice_references_reference"), table_name="notice_references")
    op.drop_index(op.f("ix_notice_references_notice_id"), table_name="notice_references")
    op.drop_table("notice_references")
    op.drop_table("notice_presence")
    op.drop_index(op.f("ix_notice_links_right_id"), table_name="notice_links")
    op.drop_table("notice_links")
    op.drop_index(op.f("ix_listing_matches_notice_id_position"), table_name="listing_matches")
    op.drop_table("listing_matches")
    op.drop_index(op.f("ix_sync_sources_due_at"), table_name="sync_sources")
    op.drop_table("sync_sources")
    op.drop_index(op.f("ix_sync_runs_source"), table_name="sync_runs")
    op.drop_table("sync_runs")
