"""Leadership: bookings, briefs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_leadership_reception"
down_revision = "2026_11_26_leadership_roster"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "leader_booking",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("reception_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("representatives", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("waiver", sa.Text(), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("told_what", sa.String(length=240), server_default="", nullable=False),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_leader_booking_case_id_case_record"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_booking_centre_id_centre"),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["leader_reception.id"], name="fk_leader_booking_reception_id_leader_reception"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_leader_booking_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_booking"),
        sa.UniqueConstraint("code_hash", name="uq_leader_booking_code_hash"),
    )
    op.create_index("ix_leader_booking_case_id", "leader_booking", ["case_id"], unique=False)
    op.create_index(
        "ix_leader_booking_reception_id_position", "leader_booking", ["reception_id", "position"], unique=False
    )
    op.create_index("ix_leader_booking_ticket_id", "leader_booking", ["ticket_id"], unique=False)
    op.create_index(
        "uq_leader_booking_reception_id_case_id",
        "leader_booking",
        ["reception_id", "case_id"],
        unique=True,
        sqlite_where=sa.text("state != 'cancelled'"),
        postgresql_where=sa.text("state != 'cancelled'"),
    )
    op.create_table(
        "leader_brief",
        sa.Column("id", KEY, nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["leader_booking.id"], name="fk_leader_brief_booking_id_leader_booking"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leader_brief"),
        sa.UniqueConstraint("booking_id", "number", name="uq_leader_brief_booking_id_number"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("leader_brief", "leader_booking"):
        op.drop_table(table)
