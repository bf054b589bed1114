"""Letters: drafted, checked, signed, numbered, sealed, served."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_letters"
down_revision = "2026_11_26_inbox"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of letters, their services, words and series."""
    op.create_table("letter", *_letter())
    op.create_index("ix_letter_case_id", "letter", ["case_id"])
    op.create_index("ix_letter_centre_id_state", "letter", ["centre_id", "state", "id"])
    op.create_index("ix_letter_replaces_id", "letter", ["replaces_id"])
    op.create_table(
        "letter_service",
        sa.Column("id", KEY, nullable=False),
        sa.Column("letter_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("proof", sa.String(12), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_letter_service_letter_id_letter"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_service"),
    )
    op.create_index("ix_letter_service_letter_id", "letter_service", ["letter_id"])
    op.create_table(
        "letter_word",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_letter_word_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_letter_word"),
        sa.UniqueConstraint("word", name="uq_letter_word_word"),
    )
    op.create_table(
        "letter_series",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_letter_series_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", "year", name="pk_letter_series"),
    )


def _letter() -> tuple[sa.schema.SchemaItem, ...]:
    moment, text, whole = sa.DateTime(), sa.Text(), sa.Integer()
    return (
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", whole, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("platform", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", whole, nullable=False),
        sa.Column("issuer_unit_id", whole, nullable=True),
        sa.Column("facts", text, nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("drafted_by", whole, nullable=False),
        sa.Column("drafted_at", moment, nullable=False),
        sa.Column("checked_by", whole, nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("signed_by", whole, nullable=True),
        sa.Column("signed_at", moment, nullable=True),
        sa.Column("number_word", sa.String(20), nullable=False),
        sa.Column("number_year", whole, nullable=True),
        sa.Column("number_serial", whole, nullable=True),
        sa.Column("sealed_by", whole, nullable=True),
        sa.Column("sealed_at", moment, nullable=True),
        sa.Column("content", text, nullable=True),
        sa.Column("content_sha256", sa.String(64), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("archived_at", moment, nullable=True),
        sa.Column("note", text, nullable=False),
        sa.Column("replaces_id", KEY, nullable=True),
        sa.Column("replaced_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_letter_case_id_case_record"),
        sa.ForeignKeyConstraint(["issuer_unit_id"], ["unit.id"], name="fk_letter_issuer_unit_id_unit"),
        sa.ForeignKeyConstraint(["replaces_id"], ["letter.id"], name="fk_letter_replaces_id_letter"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["letter.id"], name="fk_letter_replaced_by_id_letter"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint(
            "issuer_unit_id", "number_year", "number_serial", name="uq_letter_issuer_unit_id_number_year_number_serial"
        ),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("letter_series", "letter_word", "letter_service", "letter"):
        op.drop_table(table)
