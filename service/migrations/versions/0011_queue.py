"""The queue of officers: what it filters and sorts by, in indexes that carry a whole page."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FILTERS = ["state", "officer_id", "category"]
CATEGORY = {"sqlite": "json_extract(facts, '$.category')", "postgresql": "facts ->> 'category'"}


def upgrade() -> None:
    op.add_column("cases", sa.Column("category", sa.String(length=40), nullable=True))
    op.add_column("cases", sa.Column("impact", sa.Double(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE cases SET category = {CATEGORY[op.get_bind().dialect.name]}")  # noqa: S608 - words of this file
    for name in ("due", "impact"):
        order = {"due": "due_at", "impact": "impact"}[name]
        columns = ["organisation_id", "closed_at", order, "id", *FILTERS]
        op.create_index(f"ix_cases_queue_{name}", "cases", columns, unique=False)
    op.create_index(
        op.f("ix_cases_closed_at_ranked_at"), "cases", ["closed_at", "ranked_at"], unique=False
    )
    op.create_index(
        op.f("ix_case_tasks_kind_done_at_case_id"),
        "case_tasks",
        ["kind", "done_at", "case_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_case_tasks_kind_done_at_case_id"), table_name="case_tasks")
    op.drop_index(op.f("ix_cases_closed_at_ranked_at"), table_name="cases")
    for name in ("impact", "due"):
        op.drop_index(f"ix_cases_queue_{name}", table_name="cases")
    for name in ("ranked_at", "impact", "category"):
        op.drop_column("cases", name)
