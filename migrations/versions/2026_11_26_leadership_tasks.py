"""Leadership: instructions, tasks, replies, follow-ups."""

revision = "2026_11_26_leadership_tasks"
down_revision = "2026_11_26_leadership_reception"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
