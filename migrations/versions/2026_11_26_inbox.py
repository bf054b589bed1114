"""Warnings and the daily digest in an inbox."""

revision = "2026_11_26_inbox"
down_revision = "2026_11_26_clock_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
