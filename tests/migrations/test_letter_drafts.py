"""Units that were founded before kinds were kept get the kind that their founding would have given them."""

import flask_migrate
from flask import Flask
from sqlalchemy import select

from portal import database
from portal.organisation.models import Unit
from tests.staff import open_hall

BEFORE = "2026_11_26_petition_reviews"


def kinds() -> dict[str, str]:
    with database.db.engine.connect() as connection:
        return dict(connection.execute(select(Unit.name, Unit.kind)).all())


def test_founded_units_find_their_kind_again(app: Flask) -> None:
    with app.app_context():
        open_hall()
        database.db.session.remove()
        before = kinds()
        flask_migrate.downgrade(revision=BEFORE)
        flask_migrate.upgrade()
        assert kinds() == before
        assert set(before.values()) == {"petition", "government", "party", "department", "agency", "court", "people"}
        assert before["运城市信访局"] == "petition"
        assert before["盐湖区中城街道办事处"] == "agency"
