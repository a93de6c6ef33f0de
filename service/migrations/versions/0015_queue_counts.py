"""The boxes of the queue are counted by state and officer, from one index that carries both."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD = ["organisation_id", "state", "received_at"]
NEW = ["organisation_id", "state", "officer_id"]


def upgrade() -> None:
    op.drop_index(op.f("ix_cases_organisation_id_state_received_at"), table_name="cases")
    op.create_index(op.f("ix_cases_organisation_id_state_officer_id"), "cases", NEW, unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_organisation_id_state_officer_id"), table_name="cases")
    op.create_index(op.f("ix_cases_organisation_id_state_received_at"), "cases", OLD, unique=False)
