"""The first day: every table, the search index, and the triggers that keep the trail append-only."""

import sqlalchemy as sa
from alembic import op

from portal.cases import search
from portal.trail import protection

revision = "2026_11_23_the_first_day"
down_revision = None
branch_labels = None
depends_on = None

# SQLite counts by itself only in a column that is exactly INTEGER.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = (
    "access",
    "event",
    "lease",
    "revision",
    "seal",
    "trail_head",
    "event_payload",
    "account",
    "account_platform",
    "account_role",
    "counter",
    "region",
    "centre",
    "unit",
    "service",
    "window",
    "window_service",
    "person",
    "holiday",
    "case_record",
    "case_grant",
    "case_link",
    "demand",
    "party",
    "proceeding",
    "draft",
    "attachment",
    "contact",
    "rating",
    "sealed_value",
    "visit",
    "clock",
    "statement",
    "screen",
    "ticket",
    "window_session",
    "call",
    "period",
    "relay",
)


def upgrade() -> None:
    _trail()
    _access()
    _organisation()
    _people()
    _statutes()
    _cases()
    _papers()
    _queue()
    _handoff()
    connection = op.get_bind()
    for statement in search.ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)
    protection.install(connection)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in search.drop(connection.dialect.name):
        connection.exec_driver_sql(statement)
    for table in reversed(TABLES):
        op.drop_table(table)
    protection.forget(connection)


def _trail() -> None:
    """The append-only trail, its heads and seals, the access log, revisions and leases."""
    op.create_table(
        "access",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=60)),
        sa.PrimaryKeyConstraint("id", name="pk_access"),
    )
    op.create_index("ix_access_centre_id_id", "access", ["centre_id", "id"])
    op.create_index("ix_access_subject", "access", ["subject"])
    op.create_table(
        "event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("payload_digest", sa.String(length=64)),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("chain", "seq", name="uq_event_chain_seq"),
    )
    op.create_index("ix_event_centre_id_kind_at", "event", ["centre_id", "kind", "at"])
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "revision",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "topic", name="pk_revision"),
    )
    op.create_table(
        "seal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("covers_until", sa.DateTime(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seal"),
    )
    op.create_index("ix_seal_centre_id_id", "seal", ["centre_id", "id"])
    op.create_table(
        "trail_head",
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_trail_head"),
    )
    op.create_index("ix_trail_head_centre_id_moved_at", "trail_head", ["centre_id", "moved_at"])
    op.create_table(
        "event_payload",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_payload_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_payload"),
    )


def _access() -> None:
    """Accounts of staff."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("login_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login_name", name="uq_account_login_name"),
    )
    op.create_index("ix_account_centre_id", "account", ["centre_id"])
    op.create_table(
        "account_platform",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_platform_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "platform", name="pk_account_platform"),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_role_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "role", name="pk_account_role"),
    )


def _organisation() -> None:
    """The city, its organs, the hall."""
    op.create_table(
        "counter",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "series", name="pk_counter"),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent_code", sa.String(length=12)),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
    )
    op.create_index("ix_region_parent_code", "region", ["parent_code"])
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("notice", sa.String(length=200), nullable=False),
        sa.Column("group_threshold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_centre_region_code_region"),
        sa.PrimaryKeyConstraint("id", name="pk_centre"),
        sa.UniqueConstraint("prefix", name="uq_centre_prefix"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("short_name", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("in_hall", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id_unit"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_unit_region_code_region"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_index("ix_unit_region_code", "unit", ["region_code"])
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=2), nullable=False),
        sa.Column("area", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_service_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint("centre_id", "code", name="uq_service_centre_id_code"),
    )
    op.create_table(
        "window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("sign", sa.String(length=20), nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name="fk_window_centre_id_centre"),
        sa.PrimaryKeyConstraint("id", name="pk_window"),
        sa.UniqueConstraint("centre_id", "name", name="uq_window_centre_id_name"),
    )
    op.create_table(
        "window_service",
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_window_service_service_id_service"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_window_service_window_id_window"),
        sa.PrimaryKeyConstraint("window_id", "service_id", name="pk_window_service"),
    )
    op.create_index("ix_window_service_service_id", "window_service", ["service_id"])


def _people() -> None:
    """Who comes."""
    op.create_table(
        "person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("id_number", sa.Text()),
        sa.Column("id_hash", sa.String(length=64)),
        sa.Column("phone", sa.Text()),
        sa.Column("phone_hash", sa.String(length=64)),
        sa.Column("address", sa.Text()),
        sa.Column("address_hash", sa.String(length=64)),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_centre_id_name_address_hash", "person", ["centre_id", "name", "address_hash"])
    op.create_index("ix_person_centre_id_phone_hash", "person", ["centre_id", "phone_hash"])
    op.create_index("uq_person_centre_id_id_hash", "person", ["centre_id", "id_hash"], unique=True)


def _statutes() -> None:
    """The working calendar."""
    op.create_table(
        "holiday",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("notice", sa.String(length=80), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('rest', 'work')", name="ck_holiday_kind"),
        sa.PrimaryKeyConstraint("date", name="pk_holiday"),
    )


def _cases() -> None:
    """One case: record, grants, procedure, parties, demands."""
    op.create_table(
        "case_record",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sensitivity", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("region_code", sa.String(length=12)),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("earlier_reports", sa.Text(), nullable=False),
        sa.Column("litigation", sa.String(length=20), nullable=False),
        sa.Column("litigation_detail", sa.String(length=120), nullable=False),
        sa.Column("respondent_name", sa.String(length=120), nullable=False),
        sa.Column("respondent_unit_id", sa.Integer()),
        sa.Column("competent_unit_id", sa.Integer()),
        sa.Column("address_confirmed", sa.Boolean(), nullable=False),
        sa.Column("national_number", sa.String(length=40), nullable=False),
        sa.Column("national_code", sa.String(length=40), nullable=False),
        sa.Column("national_entered_at", sa.DateTime()),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.Column("registered_by", sa.Integer()),
        sa.Column("first_window_id", sa.Integer()),
        sa.Column("first_account_id", sa.Integer()),
        sa.Column("enquiry_code", sa.Text(), nullable=False),
        sa.Column("enquiry_hash", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=80)),
        sa.Column("next_due", sa.Date()),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["competent_unit_id"], ["unit.id"], name="fk_case_record_competent_unit_id_unit"),
        sa.ForeignKeyConstraint(["respondent_unit_id"], ["unit.id"], name="fk_case_record_respondent_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_case_record"),
        sa.UniqueConstraint("centre_id", "source_key", name="uq_case_record_centre_id_source_key"),
        sa.UniqueConstraint("enquiry_hash", name="uq_case_record_enquiry_hash"),
        sa.UniqueConstraint("number", name="uq_case_record_number"),
    )
    op.create_index("ix_case_record_centre_id_state_next_due", "case_record", ["centre_id", "state", "next_due"])
    op.create_index("ix_case_record_respondent_unit_id", "case_record", ["respondent_unit_id"])
    op.create_table(
        "case_grant",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_case_grant_case_id_case_record"),
        sa.PrimaryKeyConstraint("scope", "case_id", name="pk_case_grant"),
    )
    op.create_index("ix_case_grant_case_id", "case_grant", ["case_id"])
    op.create_table(
        "case_link",
        sa.Column("one_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.ForeignKeyConstraint(["one_id"], ["case_record.id"], name="fk_case_link_one_id_case_record"),
        sa.ForeignKeyConstraint(["other_id"], ["case_record.id"], name="fk_case_link_other_id_case_record"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name="pk_case_link"),
    )
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])
    op.create_table(
        "demand",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("met", sa.String(length=12)),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_demand_case_id_case_record"),
        sa.PrimaryKeyConstraint("id", name="pk_demand"),
        sa.UniqueConstraint("case_id", "position", name="uq_demand_case_id_position"),
    )
    op.create_table(
        "party",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_party_case_id_case_record"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_party_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
    )
    op.create_index("ix_party_case_id", "party", ["case_id"])
    op.create_index("ix_party_person_id", "party", ["person_id", "case_id"])
    op.create_table(
        "proceeding",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("handler_id", sa.Integer()),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.Integer()),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_proceeding_case_id_case_record"),
        sa.PrimaryKeyConstraint("id", name="pk_proceeding"),
    )
    op.create_index("ix_proceeding_case_id", "proceeding", ["case_id"])
    op.create_index(
        "ix_proceeding_centre_id_platform_state", "proceeding", ["centre_id", "platform", "state", "case_id"]
    )
    op.create_index(
        "uq_proceeding_running",
        "proceeding",
        ["case_id", "platform"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _papers() -> None:
    """What a case collects: visits, statements, contacts, papers, periods, rating."""
    op.create_table(
        "draft",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "place", name="pk_draft"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_attachment_case_id_case_record"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"])
    op.create_table(
        "contact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("unit_name", sa.String(length=60), nullable=False),
        sa.Column("answered_by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("promise", sa.String(length=300), nullable=False),
        sa.Column("promised_by", sa.String(length=60), nullable=False),
        sa.Column("promised_on", sa.Date()),
        sa.Column("settled_at", sa.DateTime()),
        sa.Column("settled_how", sa.String(length=12), nullable=False),
        sa.Column("settled_note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_contact_case_id_case_record"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_contact_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_case_id", "contact", ["case_id"])
    op.create_index(
        "ix_contact_centre_id_settled_at_promised_on", "contact", ["centre_id", "settled_at", "promised_on"]
    )
    op.create_table(
        "rating",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("score", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_rating_case_id_case_record"),
        sa.PrimaryKeyConstraint("case_id", name="pk_rating"),
    )
    op.create_table(
        "sealed_value",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_sealed_value_case_id_case_record"),
        sa.PrimaryKeyConstraint("case_id", "token", name="pk_sealed_value"),
    )
    op.create_table(
        "visit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("ticket_id", sa.Integer()),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("window_id", sa.Integer()),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_visit_case_id_case_record"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_visit_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
    )
    op.create_index("ix_visit_case_id", "visit", ["case_id"])
    op.create_table(
        "clock",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("proceeding_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("natural_due", sa.Date()),
        sa.Column("effective_due", sa.Date()),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.String(length=40), nullable=False),
        sa.Column("calendar_version", sa.String(length=40), nullable=False),
        sa.Column("stopped_at", sa.DateTime()),
        sa.Column("stopped_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_clock_case_id_case_record"),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name="fk_clock_proceeding_id_proceeding"),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.create_index("ix_clock_case_id", "clock", ["case_id"])
    op.create_index(
        "ix_clock_centre_id_stopped_at_effective_due", "clock", ["centre_id", "stopped_at", "effective_due"]
    )
    op.create_table(
        "statement",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("visit_id", KEY),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("scribe", sa.String(length=60), nullable=False),
        sa.Column("witness", sa.String(length=60), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.Integer()),
        sa.Column("printed_at", sa.DateTime()),
        sa.Column("read_back_at", sa.DateTime()),
        sa.Column("signed_how", sa.String(length=12)),
        sa.Column("signed_at", sa.DateTime()),
        sa.Column("refusal", sa.String(length=200), nullable=False),
        sa.Column("scan_id", KEY),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_statement_case_id_case_record"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_statement_visit_id_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
    )
    op.create_index("ix_statement_case_id", "statement", ["case_id"])


def _queue() -> None:
    """Tickets, calls, windows and screens."""
    op.create_table(
        "screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer()),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("window_id", sa.Integer()),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("pairing_code", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("approved_at", sa.DateTime()),
        sa.Column("approved_by", sa.Integer()),
        sa.Column("revoked_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_screen_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_screen"),
        sa.UniqueConstraint("token_hash", name="uq_screen_token_hash"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("case_id", KEY),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.Integer()),
        sa.Column("window_id", sa.Integer()),
        sa.Column("account_id", sa.Integer()),
        sa.Column("called_at", sa.DateTime()),
        sa.Column("started_at", sa.DateTime()),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("hold_reason", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_ticket_case_id_case_record"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_ticket_person_id_person"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_ticket_service_id_service"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_ticket_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("centre_id", "day", "number", name="uq_ticket_centre_id_day_number"),
        sa.UniqueConstraint("code_hash", name="uq_ticket_code_hash"),
    )
    op.create_index("ix_ticket_case_id", "ticket", ["case_id"])
    op.create_index("ix_ticket_centre_id_day_state_rank_id", "ticket", ["centre_id", "day", "state", "rank", "id"])
    op.create_index(
        "ix_ticket_centre_id_service_id_state_rank_id", "ticket", ["centre_id", "service_id", "state", "rank", "id"]
    )
    op.create_index("ix_ticket_person_id", "ticket", ["person_id"])
    op.create_index(
        "uq_ticket_account_at_window",
        "ticket",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )
    op.create_index(
        "uq_ticket_window_at_window",
        "ticket",
        ["window_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )
    op.create_table(
        "window_session",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_window_session_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_window_session"),
    )
    op.create_index(
        "uq_window_session_open_account",
        "window_session",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_window_session_open_window",
        "window_session",
        ["window_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "call",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_call_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name="fk_call_window_id_window"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_centre_id_day_id", "call", ["centre_id", "day", "id"])
    op.create_index("ix_call_ticket_id", "call", ["ticket_id"])
    op.create_table(
        "period",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer()),
        sa.Column("account_id", sa.Integer()),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime()),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_period_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_period"),
    )
    op.create_index("ix_period_ticket_id", "period", ["ticket_id"])


def _handoff() -> None:
    """Relays in the hall."""
    op.create_table(
        "relay",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("case_id", KEY),
        sa.Column("from_platform", sa.String(length=30), nullable=False),
        sa.Column("from_window_id", sa.Integer(), nullable=False),
        sa.Column("from_account_id", sa.Integer(), nullable=False),
        sa.Column("to_platform", sa.String(length=30), nullable=False),
        sa.Column("to_service_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("disclosed", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("signed_at", sa.DateTime()),
        sa.Column("signed_by", sa.Integer()),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_relay_case_id_case_record"),
        sa.ForeignKeyConstraint(["from_window_id"], ["window.id"], name="fk_relay_from_window_id_window"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_relay_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["to_service_id"], ["service.id"], name="fk_relay_to_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_relay"),
    )
    op.create_index("ix_relay_case_id", "relay", ["case_id"])
    op.create_index("ix_relay_centre_id_to_platform_signed_at", "relay", ["centre_id", "to_platform", "signed_at"])
    op.create_index("ix_relay_from_account_id_at", "relay", ["from_account_id", "at"])
    op.create_index("ix_relay_ticket_id", "relay", ["ticket_id"])
