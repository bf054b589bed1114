"""Each pause and extension of a clock."""

revision = "2026_11_26_clock_history"
down_revision = "2026_11_26_calendars"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
