"""Many windows at once: no number is called twice, none is lost, and the database is never "locked"."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import database
from portal.access.models import Account, AccountPlatform
from portal.organisation.models import Window, WindowService
from portal.queue import operations
from portal.queue.models import Call, Ticket
from portal.queue.operations import Refused
from portal.trail.queries import verify
from tests.queue.conftest import MORNING, VISIT, Hall, later
from tests.support import together

WINDOWS, TICKETS = 6, 40


@pytest.fixture
def clerks(app: Flask, house: Hall) -> list:
    """Clerks at windows of their own, and a queue in front of them."""
    with app.app_context(), database.write() as session:
        found = []
        for number in range(WINDOWS):
            identity = 100 + number
            session.add(
                Account(id=identity, centre_id=1, login_name=f"clerk{number}", name=f"窗口{number}", password_hash="-",
                        session_key="-", platform_rows=[AccountPlatform(platform="petition")])
            )  # fmt: skip
            session.add(Window(id=identity, centre_id=1, name=f"{identity}号窗口", sign="信访", platform="petition"))
            session.flush()
            session.add(WindowService(window_id=identity, service_id=VISIT))
            who = type(house.zhang)(identity, 1, f"窗口{number}", None, ("petition",), house.zhang.permissions)
            operations.open_window(session, who, identity, at=MORNING)
            found.append(who)
        for minute in range(TICKETS):
            operations.take_ticket(
                session, house.guo, service_id=VISIT, priority="frail" if minute % 5 == 0 else "ordinary", headcount=1,
                person=None, at=later(minute / 60),
            )  # fmt: skip
        return found


def test_the_queue_is_emptied_once(app: Flask, clerks: list):
    def serve(who) -> None:
        while True:
            try:
                ticket = database.attempt(lambda session: operations.call_next(session, who, at=later(60)))
            except operations.StaleTicket:
                continue
            if ticket is None:
                return
            database.attempt(
                lambda session, given=ticket: operations.miss(
                    session, who, given.id, version=given.version, at=later(61)
                )
            )

    assert together(app, serve, clerks) == []
    with app.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Call)) == TICKETS
        assert session.scalar(select(func.count(func.distinct(Call.ticket_id)))) == TICKETS
        assert session.scalars(select(Ticket.state).distinct()).all() == ["missed"]
        assert verify(session) == []


def test_two_clicks_at_once_at_one_window_call_one(app: Flask, clerks: list):
    def press(_) -> None:
        database.attempt(lambda session: operations.call_next(session, clerks[0], at=later(60)))

    problems = together(app, press, range(4))
    assert len(problems) == 3
    assert all(isinstance(problem, operations.StillServing) for problem in problems), problems
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Call)) == 1


def test_two_clerks_open_one_window_at_once(app: Flask, house: Hall):
    def open_it(who) -> None:
        database.attempt(lambda session: operations.open_window(session, who, 1, at=MORNING))

    problems = together(app, open_it, [house.zhang, house.wang])
    assert len(problems) == 1
    assert isinstance(problems[0], Refused)
    assert "1号窗口" in str(problems[0])


def test_one_number_is_taken_by_one_of_two_who_want_it(app: Flask, clerks: list):
    with app.app_context():
        ticket = database.db.session.scalar(select(Ticket).order_by(Ticket.rank).limit(1))

    def want(who) -> None:
        database.attempt(
            lambda session: operations.call_particular(session, who, ticket.id, version=ticket.version, at=later(60))
        )

    problems = together(app, want, clerks[:3])
    assert len(problems) == 2
    assert all("已由" in str(problem) for problem in problems), problems


def test_a_front_number_being_called_elsewhere_is_passed_over_and_the_reason_says_so(
    app: Flask, clerks: list, engine: str
):
    if engine != "postgresql":
        pytest.skip("SQLite has one writer at a time: the front is never passed over")
    with app.app_context(), database.db.engine.connect() as elsewhere:
        front = elsewhere.execute(
            select(Ticket.id).order_by(Ticket.rank, Ticket.id).limit(1).with_for_update()
        ).scalar_one()
        called = database.attempt(lambda session: operations.call_next(session, clerks[0], at=later(60)))
        elsewhere.rollback()
        assert called.id != front
        assert "更靠前的 1 个号正由其他窗口叫号" in database.db.session.scalar(select(Call.why))


def test_numbers_taken_at_once_are_all_different(app: Flask, house: Hall):
    def take(number: int) -> None:
        for _ in range(5):
            database.attempt(
                lambda session: operations.take_ticket(
                    session,
                    house.guo,
                    service_id=VISIT,
                    priority="ordinary",
                    headcount=1,
                    person=None,
                    at=later(number),
                )
            )

    assert together(app, take, range(6)) == []
    with app.app_context():
        numbers = database.db.session.scalars(select(Ticket.number).order_by(Ticket.number)).all()
    assert numbers == [f"A{number:03d}" for number in range(1, 31)]
