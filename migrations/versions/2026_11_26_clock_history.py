"""Each pause and extension of a clock."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_clock_history"
down_revision = "2026_11_26_calendars"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# the limits for which the law had no number on this day: what stands on their clocks was named by a person
NAMED = (
    "petition.report_back",
    "petition.urgent_report",
    "petition.suggestion_reply",
    "mediation.performance",
    "legal_aid.supplement",
    "relief.process",
    "relief.emergency_explanation",
    "citizen_help.assist",
    "hotline.answer",
    "hotline.objection",
    "governance.process",
    "governance.police_report",
    "counselling.suggest_doctor",
    "privacy.access_request",
    "privacy.breach_notice",
)


def upgrade() -> None:
    """Give clocks their start event and their named day, and make the tables of pauses and extensions."""
    for column in _columns():
        op.add_column("clock", column)
    named = ", ".join(f"'{key}'" for key in NAMED)
    op.execute(f"UPDATE clock SET named_due = effective_due WHERE key IN ({named})")
    op.create_table(
        "clock_pause",
        sa.Column("id", KEY, nullable=False),
        sa.Column("clock_id", KEY, nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(), nullable=False),
        sa.Column("paused_by", sa.Integer()),
        sa.Column("resumed_at", sa.DateTime()),
        sa.Column("resumed_by", sa.Integer()),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name="fk_clock_pause_clock_id_clock"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_pause"),
    )
    op.create_index("ix_clock_pause_clock_id", "clock_pause", ["clock_id"])
    op.create_table(
        "clock_extension",
        sa.Column("id", KEY, nullable=False),
        sa.Column("clock_id", KEY, nullable=False),
        sa.Column("amount", sa.Integer()),
        sa.Column("until", sa.Date()),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("approver", sa.String(length=60), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("informed_on", sa.Date()),
        sa.Column("notice", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name="fk_clock_extension_clock_id_clock"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_extension"),
    )
    op.create_index("ix_clock_extension_clock_id", "clock_extension", ["clock_id"])


def downgrade() -> None:
    """Take everything of this step away again."""
    op.drop_table("clock_extension")
    op.drop_table("clock_pause")
    for column in _columns():
        op.drop_column("clock", column.name)


def _columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("start_event", sa.String(80), server_default="", nullable=False),
        sa.Column("named_due", sa.Date()),
        sa.Column("named_source", sa.String(200), server_default="", nullable=False),
    )
