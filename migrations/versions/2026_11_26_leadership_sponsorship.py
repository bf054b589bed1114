"""Leadership: sponsored matters and letters read."""

revision = "2026_11_26_leadership_sponsorship"
down_revision = "2026_11_26_leadership_tasks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
