"""复查 and 复核 as procedures of their own, rows for what ran inside the petition with their clocks; recusals, 督办."""

import json

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_petition_reviews"
down_revision = "2026_11_26_letters"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("closed_at IS NULL")
RUNNING = "uq_proceeding_running"
# level: the day its organ had the request, where it stands while it runs and once it is answered, the clocks that are its own
LEVELS = {
    "review": ("review_received_on", "under_review", "reviewing", "review_done", ("review_decide", "rereview_request")),
    "rereview": ("rereview_received_on", "under_rereview", "rereviewing", "rereview_done", ("rereview_decide",)),
}
COLUMNS = "centre_id, case_id, platform, opened_by, opened_at, moved_at"


def upgrade() -> None:
    """Give proceedings a level, and each 复查 and 复核 that was recorded in a petition a row with its clocks."""
    op.add_column("proceeding", sa.Column("level", sa.String(12), server_default="", nullable=False))
    op.add_column("proceeding", sa.Column("of_id", KEY, nullable=True))
    op.add_column("proceeding", sa.Column("unit_id", sa.Integer(), nullable=True))
    op.add_column("clock_extension", sa.Column("letter_id", KEY, nullable=True))
    op.drop_index(RUNNING, "proceeding")
    columns = ["case_id", "platform", "level"]
    op.create_index(RUNNING, "proceeding", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table("recusal", *_recusal())
    op.create_index("ix_recusal_case_id", "recusal", ["case_id"])
    op.create_table("supervision_proposal", *_proposal())
    op.create_index("ix_supervision_proposal_centre_id_state", "supervision_proposal", ["centre_id", "state", "id"])
    op.create_index("ix_supervision_proposal_case_id", "supervision_proposal", ["case_id"])
    connection = op.get_bind()
    petitions = sa.text("SELECT id, state, data FROM proceeding WHERE platform = 'petition' ORDER BY id")
    for earlier, state, stored in connection.execute(petitions).all():
        data, of = json.loads(stored) if isinstance(stored, str) else stored, earlier
        for level, (received, waits, runs, done, keys) in LEVELS.items():
            if received in data:
                of = _link(connection, earlier, of, level, runs if state == waits else done, stored, keys)
    connection.execute(sa.text("UPDATE proceeding SET state = 'concluded' WHERE level = '' AND state = 'rereviewed'"))


def _recusal() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("official", sa.String(60), nullable=False),
        sa.Column("post", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_how", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_recusal_case_id_case_record"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recusal_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_recusal"),
    )


def _proposal() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("platform", sa.String(30), nullable=False),
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("overdue_since", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_supervision_proposal_case_id_case_record"),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_proposal"),
    )


def _link(
    connection: sa.Connection, earlier: int, of: int, level: str, state: str, stored: object, keys: tuple[str, ...]
) -> int:
    ended = "NULL" if state.endswith("ing") else "moved_at"
    made = sa.text(
        f"INSERT INTO proceeding ({COLUMNS}, level, of_id, state, version, data, closed_at) "
        f"SELECT {COLUMNS}, :level, :of, :state, 1, data, {ended} FROM proceeding WHERE id = :earlier RETURNING id"
    )
    asked = {"level": level, "of": of, "state": state, "earlier": earlier}
    linked = connection.execute(made, asked).scalar_one()
    move = sa.text("UPDATE clock SET proceeding_id = :linked WHERE proceeding_id = :earlier AND key = :key")
    for key in keys:
        connection.execute(move, {"linked": linked, "earlier": earlier, "key": f"petition.{key}"})
    return linked


def downgrade() -> None:
    """Put the clocks back where the petition is, and take rows and columns away."""
    op.drop_table("supervision_proposal")
    op.drop_table("recusal")
    connection = op.get_bind()
    for _ in LEVELS:  # a 复核 is of a 复查, which is of a petition
        back = (
            "UPDATE clock SET proceeding_id = (SELECT of_id FROM proceeding WHERE proceeding.id = clock.proceeding_id) "
        )
        connection.execute(sa.text(back + "WHERE proceeding_id IN (SELECT id FROM proceeding WHERE of_id IS NOT NULL)"))
    connection.execute(sa.text("DELETE FROM proceeding WHERE level <> ''"))
    connection.execute(sa.text("UPDATE proceeding SET state = 'rereviewed' WHERE state = 'concluded'"))
    op.drop_index(RUNNING, "proceeding")
    columns = ["case_id", "platform"]
    op.create_index(RUNNING, "proceeding", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_column("clock_extension", "letter_id")
    for column in ("unit_id", "of_id", "level"):
        op.drop_column("proceeding", column)
