"""The ground the other tests stand on: a database of one's own each time, and a client that shares nothing with it."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from portal import clock, database
from portal.access import operations
from portal.access.models import Account
from portal.access.permissions import Role

PASSWORD = "Fixture-test-2026"


def _add_account(session, login_name: str) -> None:
    operations.create(
        session,
        centre_id=1,
        login_name=login_name,
        name="某某",
        password=PASSWORD,
        roles=[next(iter(Role))],
        at=clock.now(),
        must_change=False,
    )


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(session, turn: int) -> None:
    assert session.scalar(select(func.count()).select_from(Account)) == 0
    with database.write() as writing:
        _add_account(writing, "somebody")
    assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_the_engine_is_the_one_asked_for(app: Flask, engine: str) -> None:
    assert make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == engine


def test_clients_are_separate_persons(app: Flask, inside, sign_in) -> None:
    with inside(), database.write() as session:
        _add_account(session, "somebody")
    signed_in = sign_in("somebody", PASSWORD)
    with signed_in.session_transaction() as cookie:
        assert cookie["_user_id"]
    with app.test_client().session_transaction() as cookie:
        assert "_user_id" not in cookie
