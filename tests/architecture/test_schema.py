"""The migrations lead exactly to the models, back again, and never lose the triggers that protect the trail."""

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from portal import database
from portal.trail import protection

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def _triggers(engine: str) -> set[str]:
    with database.db.engine.connect() as connection:
        return set(connection.scalars(text(TRIGGERS[engine])))


def _protective() -> set[str]:
    return {name for table in protection.APPEND_ONLY for name in protection.names(table)}


def test_models_and_migrations_agree(app: Flask) -> None:
    with app.app_context():
        flask_migrate.check()


def test_every_protective_trigger_exists_after_the_migrations(app: Flask, engine: str) -> None:
    with app.app_context():
        assert _protective() - _triggers(engine) == set()


def test_one_step_back_and_forward_again(app: Flask, engine: str) -> None:
    with app.app_context():
        before = set(inspect(database.db.engine).get_table_names())
        flask_migrate.downgrade()
        after = set(inspect(database.db.engine).get_table_names())
        flask_migrate.upgrade()
        again = set(inspect(database.db.engine).get_table_names())
        assert before == again
        assert after <= before
        assert _protective() - _triggers(engine) == set()


@pytest.mark.parametrize("table", protection.APPEND_ONLY)
def test_append_only_tables_are_there(app: Flask, table: str) -> None:
    with app.app_context():
        assert inspect(database.db.engine).has_table(table)
