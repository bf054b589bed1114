"""Leadership: reception sheets, instructions, tasks, replies, follow-ups."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_leadership_tasks"
down_revision = "2026_11_26_leadership_reception"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "leader_sheet",
        sa.Column("id", KEY, nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("manner", sa.String(length=10), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("typed_by", sa.Integer(), nullable=True),
        sa.Column("typed_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("signed_how", sa.String(length=10), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("signer", sa.String(length=60), nullable=False),
        sa.Column("scan_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["leader_booking.id"], name="fk_leader_sheet_booking_id_leader_booking"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leader_sheet"),
        sa.UniqueConstraint("booking_id", name="uq_leader_sheet_booking_id"),
    )
    op.create_table(
        "leader_instruction",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("met", sa.String(length=10), nullable=False),
        sa.Column("satisfied", sa.String(length=10), nullable=False),
        sa.Column("said_how", sa.String(length=10), nullable=False),
        sa.Column("said_to", sa.Integer(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_how", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_leader_instruction_case_id_case_record"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_instruction_centre_id_centre"),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_leader_instruction_leader_id_leader"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_instruction"),
    )
    op.create_index("ix_leader_instruction_case_id", "leader_instruction", ["case_id"], unique=False)
    op.create_index(
        "ix_leader_instruction_centre_id_closed_at", "leader_instruction", ["centre_id", "closed_at"], unique=False
    )
    op.create_index(
        "ix_leader_instruction_leader_id_issued_on", "leader_instruction", ["leader_id", "issued_on"], unique=False
    )
    op.create_index(
        "ix_leader_instruction_source_source_id", "leader_instruction", ["source", "source_id"], unique=False
    )
    op.create_table(
        "leader_task",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("instruction_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_leader_task_case_id_case_record"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_task_centre_id_centre"),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["leader_instruction.id"], name="fk_leader_task_instruction_id_leader_instruction"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leader_task"),
    )
    op.create_index("ix_leader_task_case_id", "leader_task", ["case_id"], unique=False)
    op.create_index("ix_leader_task_centre_id_state_due", "leader_task", ["centre_id", "state", "due"], unique=False)
    op.create_index("ix_leader_task_instruction_id", "leader_task", ["instruction_id"], unique=False)
    op.create_table(
        "leader_task_unit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("paper_id", KEY, nullable=True),
        sa.Column("replied_at", sa.DateTime(), nullable=True),
        sa.Column("replied_by", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["attachment.id"], name="fk_leader_task_unit_paper_id_attachment"),
        sa.ForeignKeyConstraint(["task_id"], ["leader_task.id"], name="fk_leader_task_unit_task_id_leader_task"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_leader_task_unit_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_task_unit"),
        sa.UniqueConstraint("task_id", "unit_id", name="uq_leader_task_unit_task_id_unit_id"),
    )
    op.create_index("ix_leader_task_unit_unit_id", "leader_task_unit", ["unit_id", "replied_at"], unique=False)
    op.create_table(
        "leader_followup",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("instruction_id", KEY, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_followup_centre_id_centre"),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["leader_instruction.id"], name="fk_leader_followup_instruction_id_leader_instruction"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leader_followup"),
        sa.UniqueConstraint("instruction_id", "days", name="uq_leader_followup_instruction_id_days"),
    )
    op.create_index(
        "ix_leader_followup_waiting",
        "leader_followup",
        ["centre_id", "due"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("leader_followup", "leader_task_unit", "leader_task", "leader_instruction", "leader_sheet"):
        op.drop_table(table)
