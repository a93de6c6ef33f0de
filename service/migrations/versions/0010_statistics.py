"""Statistics of complaints, and cases of one matter."""

import sqlalchemy as sa
from alembic import op

from service.core.append_only import statements

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _statistics()
    _clusters()


def _statistics() -> None:
    op.create_table(
        "statistics_releases",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("first_month", sa.String(length=7), nullable=False),
        sa.Column("last_month", sa.String(length=7), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column("csv_sha256", sa.String(length=64), nullable=False),
        sa.Column("json_sha256", sa.String(length=64), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by", sa.String(length=80), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_statistics_releases")),
    )
    op.create_table(
        "statistics_rows",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("merchant", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=20), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("reference_amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("reference_currency", sa.String(length=3), nullable=True),
        sa.Column("rate", sa.Numeric(precision=18, scale=8), nullable=True),
        sa.Column("rate_from", sa.Date(), nullable=True),
        sa.Column("rate_to", sa.Date(), nullable=True),
        sa.Column("median_days", sa.Integer(), nullable=True),
        sa.Column("p90_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release"], ["statistics_releases.number"], name=op.f("fk_statistics_rows_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_rows")),
    )
    for columns in (["release"], ["month"], ["merchant"], ["measure", "by", "code"]):
        name = op.f(f"ix_statistics_rows_{'_'.join(columns)}")
        op.create_index(name, "statistics_rows", columns, unique=False)


def _clusters() -> None:
    op.create_table(
        "case_clusters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_case_clusters_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_clusters")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_clusters_reference")),
    )
    op.create_index(
        op.f("ix_case_clusters_organisation_id"),
        "case_clusters",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "case_cluster_members",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("cluster_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.String(length=80), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_cluster_members_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["case_clusters.id"],
            name=op.f("fk_case_cluster_members_cluster_id"),
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_cluster_members")),
    )
    op.create_index(
        op.f("ix_case_cluster_members_cluster_id"),
        "case_cluster_members",
        ["cluster_id"],
        unique=False,
    )
    op.create_table(
        "case_cluster_answers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("cluster_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_cluster_answers_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["case_clusters.id"],
            name=op.f("fk_case_cluster_answers_cluster_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_cluster_answers")),
    )
    for column in ("cluster_id", "case_id"):
        name = op.f(f"ix_case_cluster_answers_{column}")
        op.create_index(name, "case_cluster_answers", [column], unique=False)
    for statement in statements("case_cluster_answers", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("case_cluster_answers")
    op.drop_table("case_cluster_members")
    op.drop_table("case_clusters")
    op.drop_table("statistics_rows")
    op.drop_table("statistics_releases")
