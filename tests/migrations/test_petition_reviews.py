"""复查 and 复核 that ran inside a petition become procedures of their own, and go back."""

from collections.abc import Callable

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from portal import database
from tests.cases.desk import clerk, founded
from tests.platforms.test_petition_stories import REJECTED, REREVIEW, REVIEW, REVIEWED, register, taken

__all__ = ["clerk", "founded"]
BEFORE = "2026_11_26_letters"
LINES = "SELECT id, case_id, level, of_id, state, closed_at IS NULL FROM proceeding ORDER BY case_id, id"
CLOCKS = "SELECT proceeding_id, key FROM clock WHERE stopped_at IS NULL ORDER BY key"


def asked(statement: str) -> list:
    with database.db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_requests_that_were_stages_become_rows_with_their_clocks(
    clerk: FlaskClient, founded: Flask, inside: Callable
) -> None:
    one, two = register(clerk), register(clerk)
    taken(clerk, one, *REJECTED, REVIEW)
    taken(clerk, two, *REJECTED, *REVIEWED, REREVIEW)
    with founded.app_context():
        database.db.session.remove()
        before, clocks = asked(LINES), asked(CLOCKS)
        flask_migrate.downgrade(revision=BEFORE)
        stages = asked("SELECT id, state FROM proceeding ORDER BY id")
        assert [state for _, state in stages] == ["under_review", "under_rereview"]
        assert {row[0] for row in asked(CLOCKS)} == {row[0] for row in stages}, "the petition has them all again"
        flask_migrate.upgrade()
        after = asked(LINES)
        assert [row[1:3] + row[4:] for row in after] == [row[1:3] + row[4:] for row in before]
        level = {row[0]: (row[1], row[2]) for row in after}
        assert [level.get(row[3]) for row in after] == [None, (1, ""), None, (2, ""), (2, "review")]
        was = {row[0]: (row[1], row[2]) for row in before}
        assert [(level[row[0]], row[1]) for row in asked(CLOCKS)] == [(was[row[0]], row[1]) for row in clocks]
