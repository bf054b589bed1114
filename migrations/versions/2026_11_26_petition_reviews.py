"""What the petition platform still lacked: reviews, recusals, proposals of supervision."""

revision = "2026_11_26_petition_reviews"
down_revision = "2026_11_26_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
