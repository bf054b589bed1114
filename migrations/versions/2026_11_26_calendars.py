"""The working calendar by notice, versions of rules, drafts to rehearse."""

revision = "2026_11_26_calendars"
down_revision = "2026_11_25_the_queue_complete"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
