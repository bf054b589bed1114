"""From nothing to the first day and back, and what protects the trail afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from portal import database
from portal.trail import operations as trail

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROW = "id, centre_id, chain, seq, kind, at, data, previous, digest"


@pytest.fixture
def written(app: Flask) -> Iterator[Connection]:
    """A connection to a database that holds one event."""
    with app.app_context():
        with database.write() as session:
            trail.append(session, "case:1", "case.registered", centre_id=1, actor_id=None, at=AT)
        with database.db.engine.connect() as connection:
            yield connection
            connection.rollback()


def test_everything_goes_and_comes_back(app: Flask) -> None:
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        assert inspect(database.db.engine).get_table_names() == ["alembic_version"]
        flask_migrate.upgrade()
        flask_migrate.check()
        assert inspect(database.db.engine).has_table("case_record")


def test_the_search_index_comes_with_it(app: Flask) -> None:
    with app.app_context(), database.db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM case_search")) == 0


@pytest.mark.parametrize(
    "statement",
    ["UPDATE event SET kind = 'x'", "DELETE FROM event", "UPDATE event SET id = id + 1"],
)
def test_events_are_neither_changed_nor_deleted(written: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        written.execute(text(statement))


def test_an_event_is_not_replaced(written: Connection, engine: str) -> None:
    kept = written.execute(text("SELECT kind, digest FROM event")).one()
    written.rollback()
    if engine == "sqlite":
        # without recursive triggers REPLACE deletes silently: the guard before the INSERT must hold by itself
        written.exec_driver_sql("PRAGMA recursive_triggers=OFF")
        statement = f"INSERT OR REPLACE INTO event ({ROW}) SELECT id, centre_id, chain, seq, 'forged', at, data, previous, digest FROM event"
    else:
        statement = "TRUNCATE event CASCADE"
    with pytest.raises(DBAPIError, match="append-only"):
        written.execute(text(statement))
    written.rollback()
    assert written.execute(text("SELECT kind, digest FROM event")).one() == kept


def test_an_event_is_not_replaced_by_its_place_in_the_chain(written: Connection, engine: str) -> None:
    if engine != "sqlite":
        pytest.skip("only SQLite has INSERT OR REPLACE")
    written.rollback()
    written.exec_driver_sql("PRAGMA recursive_triggers=OFF")
    statement = f"INSERT OR REPLACE INTO event ({ROW}) SELECT id + 100, centre_id, chain, seq, 'forged', at, data, previous, digest FROM event"
    with pytest.raises(DBAPIError, match="append-only"):
        written.execute(text(statement))


def test_a_failing_migration_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> None:
        raise ArithmeticError("half-way")

    with app.app_context():
        flask_migrate.downgrade(revision="base")
        monkeypatch.setattr("portal.trail.protection.install", fail)
        with pytest.raises(ArithmeticError, match="half-way"):
            flask_migrate.upgrade()
        assert set(inspect(database.db.engine).get_table_names()) <= {"alembic_version"}


def test_migrations_are_named_in_dated_words() -> None:
    names = [path.stem for path in Path("migrations/versions").glob("*.py")]
    assert names
    assert all(name[:10].replace("_", "").isdigit() and name[11:].replace("_", "").isalpha() for name in names)
