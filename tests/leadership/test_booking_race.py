"""Forty clerks book at once: exactly the places there are stand, everybody else is told so in Chinese."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, database
from portal.leadership.models import Booking
from portal.leadership.operations import bookings as operations
from portal.leadership.operations.bookings import Full
from portal.leadership.operations.check_in import check_in
from portal.queue.models import Ticket
from portal.trail.queries import verify
from tests.leadership.receptions import AT, CLERK, GREETER, NINE, draft, later, matter, prepare, reception
from tests.support import together

MANY, PLACES = 40, 6


@pytest.fixture
def hall(app: Flask) -> dict:
    """Staff, one reception of six places in one slot, and forty matters."""
    with app.app_context(), database.write() as session:
        staff = prepare(session)
        one_slot = reception(session, staff, slot_minutes=150)
        cases = [matter(session, staff[CLERK], f"群众{place}").id for place in range(MANY)]
        return {"staff": staff, "reception": one_slot.id, "cases": cases}


@pytest.mark.parametrize("slot", [NINE, None], ids=["slot", "walk-in"])
def test_forty_bookings_for_six_places_leave_six(app: Flask, hall: dict, slot):
    wanted = draft(slot=slot, source="chosen" if slot else "walk_in")

    def book(case_id: int) -> None:
        database.attempt(
            lambda session: operations.book(session, hall["staff"][CLERK], hall["reception"], case_id, wanted, at=AT)
        )

    with clock.frozen(AT):
        problems = together(app, book, hall["cases"])
    assert len(problems) == MANY - PLACES
    assert all(isinstance(problem, Full) for problem in problems), problems
    assert {str(problem) for problem in problems} <= {
        "这场接访已约满（6 批），请选择其他场次。", "09:00 刚刚约满（6 批），请选择其他时段。",
    }  # fmt: skip
    with app.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Booking)) == PLACES
        assert sorted(session.scalars(select(Booking.position))) == list(range(1, PLACES + 1))
        assert verify(session) == []


def test_two_greeters_who_check_in_one_visitor_give_one_number(app: Flask, hall: dict):
    with app.app_context(), database.write() as session:
        made = operations.book(session, hall["staff"][CLERK], hall["reception"], hall["cases"][0], draft(), at=AT).id
    numbers = []

    def arrive(_) -> None:
        ticket = database.attempt(lambda session: check_in(session, hall["staff"][GREETER], made, at=later(20)))
        numbers.append(ticket.number)

    assert together(app, arrive, range(4)) == []
    assert len(set(numbers)) == 1
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Ticket)) == 1
