"""The Holiday table: filled once, read back as the same calendar, typed rows kept."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal import database
from portal.statutes import operations, queries
from portal.statutes.models import Holiday
from portal.statutes.workdays import from_chinesecalendar

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 1, tzinfo=UTC)


@pytest.fixture
def hall(tmp_path):
    app = Flask("holidays")
    database.init_app(app, f"sqlite:///{tmp_path}/portal.db")
    with app.app_context():
        database.Base.metadata.create_all(database.db.engine, tables=[Holiday.__table__])
        yield database.db.session
        database.db.session.remove()
        database.db.engine.dispose()


def test_an_empty_table_publishes_nothing(hall):
    assert queries.calendar(hall()).years == frozenset()


def test_loading_gives_the_published_calendar_and_twice_changes_nothing(hall):
    with database.write() as session:
        added = operations.load_published(session, AT)
    assert queries.calendar(hall()) == from_chinesecalendar()
    assert added == len(from_chinesecalendar().entries)
    with database.write() as session:
        assert operations.load_published(session, LATER) == 0
    assert hall.get(Holiday, date(2026, 10, 1)).loaded_at == AT


def test_typed_rows_stay_and_wrong_unsigned_rows_are_corrected(hall):
    with database.write() as session:
        session.add(
            Holiday(date=date(2026, 10, 1), kind="rest", name="国庆", notice="国办发明电〔2025〕7号", loaded_at=AT)
        )
        session.add(Holiday(date=date(2026, 10, 10), kind="rest", name="国庆节", notice="", loaded_at=AT))
    with database.write() as session:
        operations.load_published(session, LATER)
    hall().expire_all()
    assert (hall.get(Holiday, date(2026, 10, 1)).name, hall.get(Holiday, date(2026, 10, 1)).loaded_at) == ("国庆", AT)
    assert (hall.get(Holiday, date(2026, 10, 10)).kind, hall.get(Holiday, date(2026, 10, 10)).loaded_at) == (
        "work",
        LATER,
    )


def test_a_year_whose_notice_was_recorded_is_not_filled_up_again(hall):
    with database.write() as session:
        for day in (date(2026, 1, 1), date(2026, 10, 1)):
            session.add(Holiday(date=day, kind="rest", name="节", notice="国办发明电〔2025〕7号", loaded_at=AT))
    with database.write() as session:
        operations.load_published(session, LATER)
    assert hall.get(Holiday, date(2026, 10, 10)) is None
    assert hall.get(Holiday, date(2025, 10, 1)).kind == "rest"


def test_the_database_refuses_an_unknown_kind(hall):
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Holiday(date=date(2027, 1, 1), kind="maybe", name="元旦", notice="", loaded_at=AT))
