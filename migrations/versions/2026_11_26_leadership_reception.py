"""Leadership: bookings, briefs, what happened on the day."""

revision = "2026_11_26_leadership_reception"
down_revision = "2026_11_26_leadership_roster"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
