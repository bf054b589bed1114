"""Triggers that keep the trail append-only on both databases; installed by migrations and checked by tests."""

from sqlalchemy import Connection, text

APPEND_ONLY = ("event", "seal", "access")
# By which rows a new one could take the place of an old one: INSERT OR REPLACE gives way on any unique key.
SAME_PLACE = {"event": "id = NEW.id OR (chain = NEW.chain AND seq = NEW.seq)"}

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""


def install(connection: Connection) -> None:
    """Create the triggers, replacing older ones of the same name."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRES_FUNCTION))
    for table in APPEND_ONLY:
        remove(connection, table)
        for statement in _statements(connection.dialect.name, table):
            connection.execute(text(statement))


def remove(connection: Connection, table: str) -> None:
    """Drop one table's triggers (for a downgrade)."""
    suffix = f" ON {table}" if connection.dialect.name == "postgresql" else ""
    for name in names(table):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{suffix}"))


def forget(connection: Connection) -> None:
    """Drop what the triggers shared, after the last table is gone (for a downgrade)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS portal_append_only()"))


def names(table: str) -> tuple[str, ...]:
    """The triggers that protect ``table``."""
    return (f"{table}_no_update", f"{table}_no_delete", f"{table}_no_replace")


def _statements(dialect: str, table: str) -> list[str]:
    update, delete, replace = names(table)
    if dialect == "postgresql":
        body = "EXECUTE FUNCTION portal_append_only()"
        return [
            f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} FOR EACH ROW {body}",
            f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} FOR EACH ROW {body}",
            f"CREATE TRIGGER {replace} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {body}",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    return [
        f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} {refuse}",
        # INSERT OR REPLACE deletes without firing delete triggers unless recursive_triggers is on
        f"CREATE TRIGGER {replace} BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {SAME_PLACE.get(table, 'id = NEW.id')}) {refuse}",
    ]
