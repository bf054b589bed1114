"""The working calendar by notice, versions of rules, drafts to rehearse."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_calendars"
down_revision = "2026_11_25_the_queue_complete"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of drafts and of published versions of rules."""
    op.create_table(
        "statute_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("notice", sa.String(80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(60), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("rehearsed_at", sa.DateTime(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_statute_draft"),
    )
    op.create_index("ix_statute_draft_state", "statute_draft", ["state"])
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["statute_draft.id"], name="fk_rule_version_draft_id_statute_draft"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_version"),
        sa.UniqueConstraint("key", "valid_from", name="uq_rule_version_key_valid_from"),
    )


def downgrade() -> None:
    """Take both tables away again."""
    op.drop_table("rule_version")
    op.drop_table("statute_draft")
