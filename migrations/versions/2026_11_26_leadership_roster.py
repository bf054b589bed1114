"""Leadership: leaders, weeks, receptions, duties, notices."""

revision = "2026_11_26_leadership_roster"
down_revision = "2026_11_26_letter_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
