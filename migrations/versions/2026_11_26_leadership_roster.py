"""Leadership: leaders, weeks, receptions, duties, notices."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_leadership_roster"
down_revision = "2026_11_26_letter_drafts"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "leadership_settings",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("approver_title", sa.String(length=30), nullable=False),
        sa.Column("followups", sa.JSON(), nullable=False),
        sa.Column("most_per_half", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leadership_settings_centre_id_centre"),
        sa.PrimaryKeyConstraint("centre_id", name="pk_leadership_settings"),
    )
    op.create_table(
        "leader_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("per", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_grade_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_grade"),
        sa.UniqueConstraint("centre_id", "name", name="uq_leader_grade_centre_id_name"),
    )
    op.create_table(
        "leader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("body", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("grade_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_leader_account_id_account"),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_centre_id_centre"),
        sa.ForeignKeyConstraint(["grade_id"], ["leader_grade.id"], name="fk_leader_grade_id_leader_grade"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_leader_region_code_region"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_leader_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_leader"),
        sa.UniqueConstraint("account_id", name="uq_leader_account_id"),
    )
    op.create_index("ix_leader_centre_id_position", "leader", ["centre_id", "position"], unique=False)
    op.create_table(
        "leader_attendant",
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_leader_attendant_account_id_account"),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_leader_attendant_leader_id_leader"),
        sa.PrimaryKeyConstraint("leader_id", "account_id", name="pk_leader_attendant"),
    )
    op.create_table(
        "leader_duty",
        sa.Column("id", KEY, nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_leader_duty_leader_id_leader"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_duty"),
    )
    op.create_index("ix_leader_duty_leader_id_day", "leader_duty", ["leader_id", "day"], unique=False)
    op.create_table(
        "roster_week",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_roster_week_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_week"),
        sa.UniqueConstraint("centre_id", "monday", name="uq_roster_week_centre_id_monday"),
    )
    op.create_table(
        "leader_reception",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("week_id", KEY, nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("instead_of_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=2), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("duty_unit_id", sa.Integer(), nullable=True),
        sa.Column("company", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_leader_reception_centre_id_centre"),
        sa.ForeignKeyConstraint(["duty_unit_id"], ["unit.id"], name="fk_leader_reception_duty_unit_id_unit"),
        sa.ForeignKeyConstraint(["instead_of_id"], ["leader.id"], name="fk_leader_reception_instead_of_id_leader"),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"], name="fk_leader_reception_leader_id_leader"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_leader_reception_region_code_region"),
        sa.ForeignKeyConstraint(["week_id"], ["roster_week.id"], name="fk_leader_reception_week_id_roster_week"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_leader_reception_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_leader_reception"),
    )
    op.create_index("ix_leader_reception_centre_id_day", "leader_reception", ["centre_id", "day", "half"], unique=False)
    op.create_index("ix_leader_reception_week_id", "leader_reception", ["week_id"], unique=False)
    op.create_index(
        "uq_leader_reception_leader_id_day_half",
        "leader_reception",
        ["leader_id", "day", "half"],
        unique=True,
        sqlite_where=sa.text("state != 'cancelled'"),
        postgresql_where=sa.text("state != 'cancelled'"),
    )
    op.create_table(
        "roster_edition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("week_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_roster_edition_centre_id_centre"),
        sa.ForeignKeyConstraint(["week_id"], ["roster_week.id"], name="fk_roster_edition_week_id_roster_week"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_edition"),
        sa.UniqueConstraint("week_id", "number", name="uq_roster_edition_week_id_number"),
    )
    op.create_index(
        "ix_roster_edition_centre_id_monday", "roster_edition", ["centre_id", "monday", "number"], unique=False
    )
    op.create_table(
        "roster_rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("half", sa.String(length=2), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("leader_ids", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_roster_rotation_centre_id_centre"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_roster_rotation_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_rotation"),
        sa.UniqueConstraint("centre_id", "name", name="uq_roster_rotation_centre_id_name"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in (
        "roster_rotation",
        "roster_edition",
        "leader_reception",
        "roster_week",
        "leader_duty",
        "leader_attendant",
        "leader",
        "leader_grade",
        "leadership_settings",
    ):
        op.drop_table(table)
