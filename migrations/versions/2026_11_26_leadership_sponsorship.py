"""Leadership: sponsored matters and letters read."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_leadership_sponsors"  # 32 characters at most: PostgreSQL keeps no more
down_revision = "2026_11_26_leadership_tasks"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "sponsorship",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("co_unit_ids", sa.JSON(), nullable=False),
        sa.Column("know", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("met", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_sponsorship_case_id_case_record"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_sponsorship_centre_id_centre"),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name="fk_sponsorship_lead_unit_id_unit"),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_sponsorship_leader_id_leader"),
        sa.PrimaryKeyConstraint("id", name="pk_sponsorship"),
    )
    op.create_index(
        "ix_sponsorship_centre_id_closed_at_level", "sponsorship", ["centre_id", "closed_at", "level"], unique=False
    )
    op.create_index("ix_sponsorship_leader_id", "sponsorship", ["leader_id", "closed_at"], unique=False)
    op.create_index(
        "uq_sponsorship_case_id",
        "sponsorship",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "sponsor_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sponsorship_id", KEY, nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_sponsor_term_leader_id_leader"),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"], ["sponsorship.id"], name="fk_sponsor_term_sponsorship_id_sponsorship"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sponsor_term"),
    )
    op.create_index("ix_sponsor_term_leader_id", "sponsor_term", ["leader_id", "until"], unique=False)
    op.create_index("ix_sponsor_term_sponsorship_id", "sponsor_term", ["sponsorship_id"], unique=False)
    op.create_index(
        "uq_sponsor_term_running",
        "sponsor_term",
        ["sponsorship_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "task_force_member",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sponsorship_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_task_force_member_account_id_account"),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"], ["sponsorship.id"], name="fk_task_force_member_sponsorship_id_sponsorship"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_task_force_member"),
    )
    op.create_index("ix_task_force_member_sponsorship_id", "task_force_member", ["sponsorship_id"], unique=False)
    op.create_table(
        "sponsor_milestone",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sponsorship_id", KEY, nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"], ["sponsorship.id"], name="fk_sponsor_milestone_sponsorship_id_sponsorship"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_sponsor_milestone_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_sponsor_milestone"),
    )
    op.create_index("ix_sponsor_milestone_sponsorship_id", "sponsor_milestone", ["sponsorship_id", "due"], unique=False)
    op.create_table(
        "sponsor_note",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sponsorship_id", KEY, nullable=False),
        sa.Column("duty", sa.String(length=6), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("attachment_id", KEY, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_sponsor_note_attachment_id_attachment"),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"], ["sponsorship.id"], name="fk_sponsor_note_sponsorship_id_sponsorship"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sponsor_note"),
    )
    op.create_index("ix_sponsor_note_sponsorship_id", "sponsor_note", ["sponsorship_id"], unique=False)
    op.create_table(
        "letter_read",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("put_by", sa.Integer(), nullable=True),
        sa.Column("put_at", sa.DateTime(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("instructed_at", sa.DateTime(), nullable=True),
        sa.Column("typed_by", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_letter_read_case_id_case_record"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_letter_read_centre_id_centre"),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_letter_read_leader_id_leader"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_read"),
        sa.UniqueConstraint("leader_id", "case_id", name="uq_letter_read_leader_id_case_id"),
    )
    op.create_index("ix_letter_read_centre_id_state", "letter_read", ["centre_id", "state"], unique=False)
    op.create_index("ix_letter_read_leader_id_put_at", "letter_read", ["leader_id", "put_at"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    for table in (
        "letter_read",
        "sponsor_note",
        "sponsor_milestone",
        "task_force_member",
        "sponsor_term",
        "sponsorship",
    ):
        op.drop_table(table)
