"""The queue, complete: opening hours, appointments, errands, walls that speak, 联合接访, paper numbers, the end of a day."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_the_queue_complete"
down_revision = "2026_11_23_the_first_day"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "closure",
    "duty_plan",
    "opening_hours",
    "appointment",
    "paper_range",
    "errand",
    "emergency",
    "handover",
    "notice",
    "screen_layout",
    "announcement",
    "joint_reception",
    "joint_unit",
    "day_close",
)


def upgrade() -> None:
    """Make the tables, widen the old ones, and fill in what earlier visits already say of themselves."""
    for make in (_hall, _ahead, _visit, _walls, _together):
        make()
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column, inline_references=bool(column.foreign_keys))
    op.execute("UPDATE period SET day = (SELECT day FROM ticket WHERE ticket.id = period.ticket_id)")
    # a number was taken for the service of its first period
    op.execute(
        "UPDATE ticket SET first_service_id = COALESCE((SELECT service_id FROM period WHERE period.ticket_id = ticket.id "
        "ORDER BY period.id LIMIT 1), service_id)"
    )
    op.create_index("ix_period_centre_id_day_kind", "period", ["centre_id", "day", "kind"])
    op.create_index("uq_ticket_once", "ticket", ["once"], unique=True)
    op.create_index("uq_ticket_appointment_id", "ticket", ["appointment_id"], unique=True)


def downgrade() -> None:
    """Take everything of this step away again."""
    op.drop_index("uq_ticket_appointment_id", "ticket")
    op.drop_index("uq_ticket_once", "ticket")
    op.drop_index("ix_period_centre_id_day_kind", "period")
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in reversed(TABLES):
        op.drop_table(table)


def _hall() -> None:
    """When the hall is open, and who is meant to sit where."""
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_closure_centre_id_centre"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_closure_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
    )
    op.create_index("ix_closure_centre_id_day", "closure", ["centre_id", "day"])
    op.create_table(
        "duty_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_duty_plan_account_id_account"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_duty_plan_centre_id_centre"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_duty_plan_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_plan"),
    )
    op.create_index("ix_duty_plan_centre_id_day", "duty_plan", ["centre_id", "day"])
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer()),
        sa.Column("day_kind", sa.String(length=4), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_opening_hours_centre_id_centre"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_opening_hours_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_opening_hours"),
    )
    op.create_index("ix_opening_hours_centre_id", "opening_hours", ["centre_id"])


def _ahead() -> None:
    """What is arranged before a visit."""
    op.create_table(
        "appointment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("case_id", KEY),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_appointment_case_id_case_record"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_appointment_person_id_person"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_appointment_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.UniqueConstraint("code_hash", name="uq_appointment_code_hash"),
    )
    op.create_index(
        "ix_appointment_centre_id_day_service_id_slot", "appointment", ["centre_id", "day", "service_id", "slot"]
    )
    op.create_index("ix_appointment_person_id", "appointment", ["person_id"])
    op.create_table(
        "paper_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_paper_range_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_range"),
    )
    op.create_index("ix_paper_range_centre_id_prefix", "paper_range", ["centre_id", "prefix"])


def _visit() -> None:
    """What further happens to a number and at a window."""
    op.create_table(
        "errand",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_errand_service_id_service"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_errand_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_errand"),
    )
    op.create_index("ix_errand_ticket_id", "errand", ["ticket_id"])
    op.create_table(
        "emergency",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer()),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer()),
        sa.Column("answered_at", sa.DateTime()),
        sa.Column("closed_by", sa.Integer()),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_emergency_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_emergency"),
    )
    op.create_index("ix_emergency_centre_id_closed_at", "emergency", ["centre_id", "closed_at"])
    op.create_table(
        "handover",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("from_account_id", sa.Integer(), nullable=False),
        sa.Column("to_account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("numbers", sa.String(length=200), nullable=False),
        sa.Column("accepted_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_handover_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
    )
    op.create_index("ix_handover_to_account_id_accepted_at", "handover", ["to_account_id", "accepted_at"])


def _walls() -> None:
    """What walls show and say."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime()),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_notice_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_centre_id_withdrawn_at", "notice", ["centre_id", "withdrawn_at"])
    op.create_table(
        "screen_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("blocks", sa.String(length=120), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.Column("ticker", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_screen_layout_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_screen_layout"),
        sa.UniqueConstraint("centre_id", "name", name="uq_screen_layout_centre_id_name"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("call_id", KEY, nullable=False),
        sa.Column("clips", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_by", sa.Integer()),
        sa.Column("claimed_until", sa.DateTime()),
        sa.Column("done_at", sa.DateTime()),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_announcement_call_id_call"),
        sa.ForeignKeyConstraint(["claimed_by"], ["screen.id"], name="fk_announcement_claimed_by_screen"),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("channel", "call_id", name="uq_announcement_channel_call_id"),
    )
    op.create_index(
        "ix_announcement_centre_id_channel_outcome_id", "announcement", ["centre_id", "channel", "outcome", "id"]
    )


def _together() -> None:
    """Several units with one visitor; the end of a day."""
    op.create_table(
        "joint_reception",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("case_id", KEY),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_joint_reception_case_id_case_record"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_joint_reception_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_joint_reception"),
    )
    op.create_index("ix_joint_reception_case_id", "joint_reception", ["case_id"])
    op.create_index("ix_joint_reception_centre_id_closed_at", "joint_reception", ["centre_id", "closed_at"])
    op.create_index("ix_joint_reception_ticket_id", "joint_reception", ["ticket_id"])
    op.create_table(
        "joint_unit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("joint_id", KEY, nullable=False),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("unit_name", sa.String(length=60), nullable=False),
        sa.Column("notified_at", sa.DateTime()),
        sa.Column("notified_to", sa.String(length=60), nullable=False),
        sa.Column("arrived_at", sa.DateTime()),
        sa.Column("who_came", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["joint_id"], ["joint_reception.id"], name="fk_joint_unit_joint_id_joint_reception"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_joint_unit_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_joint_unit"),
    )
    op.create_index("ix_joint_unit_joint_id", "joint_unit", ["joint_id"])
    op.create_table(
        "day_close",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_close"),
        sa.UniqueConstraint("centre_id", "day", name="uq_day_close_centre_id_day"),
    )


def _columns() -> dict[str, tuple[sa.Column, ...]]:
    """What the old tables gain; made anew each time, because a column belongs to one statement."""
    return {
        "call": (sa.Column("area", sa.String(30), server_default="", nullable=False),),
        "centre": (
            sa.Column("closed_message", sa.String(200), server_default="", nullable=False),
            sa.Column("voice_volume", sa.Integer(), server_default="80", nullable=False),
            sa.Column("quiet_from", sa.Integer()),
            sa.Column("quiet_until", sa.Integer()),
        ),
        "period": (sa.Column("day", sa.Date(), server_default="2000-01-01", nullable=False),),
        "screen": (
            sa.Column(
                "layout_id", sa.Integer(), sa.ForeignKey("screen_layout.id", name="fk_screen_layout_id_screen_layout")
            ),
            sa.Column("area", sa.String(30), server_default="", nullable=False),
            sa.Column("sound", sa.String(10), server_default="", nullable=False),
        ),
        "service": (
            sa.Column("target_minutes", sa.Integer()),
            sa.Column("quota", sa.Integer()),
            sa.Column("slot_minutes", sa.Integer()),
            sa.Column("slot_capacity", sa.Integer()),
            sa.Column("early_minutes", sa.Integer()),
            sa.Column("late_minutes", sa.Integer()),
            sa.Column("at_kiosk", sa.Boolean(), server_default=sa.true(), nullable=False),
            sa.Column("closed_message", sa.String(200), server_default="", nullable=False),
        ),
        "ticket": (
            sa.Column("first_service_id", sa.Integer(), server_default="0", nullable=False),
            sa.Column("quick", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("source", sa.String(10), server_default="desk", nullable=False),
            sa.Column("once", sa.String(40)),
            sa.Column(
                "appointment_id", KEY, sa.ForeignKey("appointment.id", name="fk_ticket_appointment_id_appointment")
            ),
            sa.Column("for_window_id", sa.Integer(), sa.ForeignKey("window.id", name="fk_ticket_for_window_id_window")),
            sa.Column("for_account_id", sa.Integer()),
            sa.Column("estimated", sa.Integer()),
            sa.Column("estimate_error", sa.Integer()),
        ),
        "window": (
            sa.Column("kind", sa.String(10), server_default="window", nullable=False),
            sa.Column("quick", sa.Boolean(), server_default=sa.false(), nullable=False),
        ),
        "window_service": (sa.Column("preference", sa.Integer(), server_default="0", nullable=False),),
    }
