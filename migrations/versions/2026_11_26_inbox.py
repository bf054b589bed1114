"""Warnings and the daily digest in an inbox."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_inbox"
down_revision = "2026_11_26_clock_history"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    """Make the tables of warning points, of what was said about a clock, of the inbox, and of what ran on which day."""
    op.create_table(
        "warning_points",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_warning_points_centre_id_centre"),
        sa.PrimaryKeyConstraint("centre_id", "key", name="pk_warning_points"),
    )
    op.create_table(
        "clock_mark",
        sa.Column("clock_id", KEY, nullable=False),
        sa.Column("once", sa.String(40), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("event_id", KEY, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name="fk_clock_mark_clock_id_clock"),
        sa.PrimaryKeyConstraint("clock_id", "once", name="pk_clock_mark"),
    )
    op.create_index("ix_clock_mark_centre_id_kind_due", "clock_mark", ["centre_id", "kind", "due"])
    op.create_index("ix_clock_mark_event_id", "clock_mark", ["event_id"])
    op.create_table(
        "inbox_item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("once", sa.String(80), nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("platform", sa.String(30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_inbox_item_account_id_account"),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_inbox_item_case_id_case_record"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_item"),
        sa.UniqueConstraint("account_id", "once", name="uq_inbox_item_account_id_once"),
    )
    op.create_index("ix_inbox_item_account_id_id", "inbox_item", ["account_id", "id"])
    op.create_index(
        "ix_inbox_item_unread", "inbox_item", ["account_id", "id"], sqlite_where=UNREAD, postgresql_where=UNREAD
    )
    op.create_table(
        "daily_run",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_daily_run_centre_id_centre"),
        sa.PrimaryKeyConstraint("centre_id", "name", "day", name="pk_daily_run"),
    )


def downgrade() -> None:
    """Take everything of this step away again."""
    for table in ("daily_run", "inbox_item", "clock_mark", "warning_points"):
        op.drop_table(table)
