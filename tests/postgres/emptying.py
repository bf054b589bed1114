"""A database that many tests use one after another: emptied in between, and made anew where a test changed more than rows.

CREATE DATABASE costs a third of a test; deleting the few rows that a test left costs next to nothing.
"""

import uuid
from pathlib import Path

import psycopg

from tests.postgres import server

VACUUM_AFTER = 40  # tests; nobody else takes away what was deleted
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
SCHEMA = """
SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
  SELECT relname || relkind::text AS said FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT tgrelid::text || tgname || tgenabled::text FROM pg_trigger
  UNION ALL SELECT conrelid::text || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT attrelid::text || attname || atttypid::text || attnotnull::text FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
) AS parts
"""
EMPTY = """
DO $$ DECLARE one record; held boolean; BEGIN
  FOR one IN SELECT oid::regclass AS name FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', one.name) INTO held;
    IF held THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
  END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, sequencename) AS name, start_value FROM pg_sequences
             WHERE last_value IS NOT NULL LOOP
    PERFORM setval(one.name, one.start_value, false);
  END LOOP;
END $$
"""


def created(folder: Path, purpose: str, source: str = "template0") -> str:
    """SQLAlchemy's address of a new database on the server in ``folder``, a copy of ``source``."""
    name = f"{purpose}_{uuid.uuid4().hex[:12]}"
    with _open(folder, "postgres") as administration:
        administration.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    return server.url(folder, name)


class Used:
    """One worker's database, a copy of ``source``."""

    def __init__(self, folder: Path, source: str) -> None:
        self._folder, self._source = folder, source
        self._url = self._name = self._schema = ""
        self._tests = 0

    def url(self) -> str:
        """Its address; it has no rows now."""
        if not self._url:
            self._url = created(self._folder, "test", self._source)
            self._name = self._url.partition("@/")[2].partition("?")[0]
            with _open(self._folder, self._name) as connection:
                self._schema = connection.execute(SCHEMA).fetchone()[0]
        return self._url

    def empty(self) -> None:
        """End what still uses it and take its rows away; where that does not give what there was, the next test has a new one."""
        try:
            with _open(self._folder, self._name) as connection:
                connection.execute(OTHERS)
                if connection.execute(SCHEMA).fetchone()[0] == self._schema:
                    connection.execute("SET session_replication_role = replica")  # past the append-only triggers
                    connection.execute(EMPTY)
                    self._tests += 1
                    if self._tests % VACUUM_AFTER == 0:
                        connection.execute("VACUUM")
                    return
        except psycopg.Error:
            pass
        with _open(self._folder, "postgres") as administration:
            administration.execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._url = ""


def _open(folder: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(f"host={folder / 'socket'} user=postgres dbname={database}", autocommit=True)
