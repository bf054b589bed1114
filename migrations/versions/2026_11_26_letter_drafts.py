"""Drafts of letters, hours of clocks, kinds of units."""

revision = "2026_11_26_letter_drafts"
down_revision = "2026_11_26_petition_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
