"""Letters: drafted, checked, signed, numbered, sealed, served."""

revision = "2026_11_26_letters"
down_revision = "2026_11_26_inbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
