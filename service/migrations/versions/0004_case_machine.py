"""Cases walk a machine with clocks, programmes and money."""

import sqlalchemy as sa
from alembic import op

from service.core.append_only import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PROGRAMME = "mediation@1"
# Where a case stood before there was a machine, by its outcome, and where that is now.
STATES = {
    "resolved": "resolved",
    "unresolved": "unresolved_recorded",
    "no_reply": "unresolved_recorded",
    "unfounded": "unresolved_recorded",
    "invalid_contact": "unresolved_recorded",
    "withdrawn": "withdrawn",
}


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("state", existing_type=sa.String(length=20), type_=sa.String(length=30))
        cases.add_column(sa.Column("respondent_id", sa.String(length=36), nullable=True))
        cases.add_column(sa.Column("officer_id", sa.String(length=36), nullable=True))
        cases.add_column(sa.Column("programme", sa.String(length=60), nullable=True))
        cases.add_column(sa.Column("source", sa.String(length=20), nullable=True))
        cases.add_column(sa.Column("language", sa.String(length=20), nullable=True))
        cases.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("respondent_grade", sa.String(length=20), nullable=True))
        cases.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    _move_old_cases()
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("programme", existing_type=sa.String(length=60), nullable=False)
        cases.alter_column("source", existing_type=sa.String(length=20), nullable=False)
        cases.create_foreign_key(
            op.f("fk_cases_respondent_id"), "organisations", ["respondent_id"], ["id"]
        )
        cases.create_foreign_key(op.f("fk_cases_officer_id"), "people", ["officer_id"], ["id"])
        cases.create_index(op.f("ix_cases_respondent_id_state"), ["respondent_id", "state"])
        cases.create_index(op.f("ix_cases_officer_id"), ["officer_id"])
        cases.create_index(op.f("ix_cases_due_at"), ["due_at"])
    op.add_column("case_events", sa.Column("before", sa.String(length=30), nullable=True))
    op.add_column("case_events", sa.Column("after", sa.String(length=30), nullable=True))
    _create_amounts()
    _create_tasks()


def _move_old_cases() -> None:
    """Open cases wait for their screening; their deadlines are computed by the next sweep."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE cases SET programme = :programme, source = 'extension', submitted_at = received_at"
        ),
        {"programme": PROGRAMME},
    )
    connection.execute(
        sa.text(
            "UPDATE cases SET state = 'submitted', due_at = received_at WHERE state = 'received'"
        )
    )
    for outcome, state in STATES.items():
        connection.execute(
            sa.text(
                "UPDATE cases SET state = :state WHERE state = 'closed' AND outcome = :outcome"
            ),
            {"state": state, "outcome": outcome},
        )


def _create_amounts() -> None:
    op.create_table(
        "case_amounts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference_amount", sa.Numeric(18, 2), nullable=True),
        sa.Column("reference_currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.Numeric(18, 8), nullable=True),
        sa.Column("rate_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_amounts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_amounts")),
    )
    op.create_index(op.f("ix_case_amounts_case_id"), "case_amounts", ["case_id"], unique=False)
    for statement in statements("case_amounts", op.get_bind().dialect.name):
        op.execute(statement)


def _create_tasks() -> None:
    op.create_table(
        "case_tasks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("for_role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_tasks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_tasks")),
    )
    op.create_index(op.f("ix_case_tasks_case_id"), "case_tasks", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("case_tasks")
    op.drop_table("case_amounts")
    _move_cases_back()
    op.drop_column("case_events", "after")
    op.drop_column("case_events", "before")
    with op.batch_alter_table("cases") as cases:
        cases.drop_index(op.f("ix_cases_due_at"))
        cases.drop_index(op.f("ix_cases_officer_id"))
        cases.drop_index(op.f("ix_cases_respondent_id_state"))
        cases.drop_constraint(op.f("fk_cases_officer_id"), type_="foreignkey")
        cases.drop_constraint(op.f("fk_cases_respondent_id"), type_="foreignkey")
        for column in (
            "claimed_until",
            "due_at",
            "respondent_grade",
            "told_at",
            "submitted_at",
            "language",
            "source",
            "programme",
            "officer_id",
            "respondent_id",
        ):
            cases.drop_column(column)
        cases.alter_column("state", existing_type=sa.String(length=30), type_=sa.String(length=20))


def _move_cases_back() -> None:
    """Let a closed case keep its outcome; one without counted nothing, as a withdrawn one did."""
    connection = op.get_bind()
    closed = (
        "resolved",
        "closed_unconfirmed",
        "unresolved_recorded",
        "escalated",
        "ineligible",
        "redirected",
        "withdrawn",
        "lapsed",
    )
    states: sa.BindParameter[str] = sa.bindparam("closed", closed, expanding=True)
    connection.execute(
        sa.text(
            "UPDATE cases SET state = 'closed', outcome = coalesce(outcome, 'withdrawn') WHERE state IN :closed"
        ).bindparams(states)
    )
    connection.execute(sa.text("UPDATE cases SET state = 'received' WHERE state <> 'closed'"))
