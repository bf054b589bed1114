"""Hours, closures and quotas: what the centre has set is kept, what it has not set refuses nobody."""

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal import clock, database
from portal.organisation.models import Centre, Closure, OpeningHours, Service
from portal.queue import opening, operations
from portal.queue.models import Ticket
from portal.queue.operations import NotGiven
from tests.queue.conftest import DISPUTE, MORNING, VISIT, later

MORNING_SPAN, AFTERNOON_SPAN = (510, 720), (870, 1080)
MAKE_UP_SATURDAY = date(2026, 10, 10)  # worked in exchange for the National Day holiday
NATIONAL_DAY = date(2026, 10, 1)


@pytest.fixture
def arrange(session, hall):
    """``arrange(row, …)`` puts rows of the centre's arrangement into the database."""

    def arranged(*rows) -> None:
        with database.write() as writing:
            writing.add_all(rows)

    return arranged


@pytest.fixture
def limit(session, hall):
    """``limit(n)`` numbers a day for 来访登记."""

    def limited(quota: int) -> None:
        with database.write() as writing:
            writing.get_one(Service, VISIT).quota = quota

    return limited


def hours(kind: str, span: tuple[int, int], service_id: int | None = None) -> OpeningHours:
    return OpeningHours(centre_id=1, service_id=service_id, day_kind=kind, opens=span[0], closes=span[1])


def state(session, at, service_id: int = VISIT) -> opening.Opening:
    return opening.openings(session, 1, at)[service_id]


def test_a_centre_that_has_set_nothing_is_open_at_night(session, hall, take):
    midnight = clock.at_hall(MORNING.date(), 23, 59)
    assert state(session, midnight) == opening.Opening(True, "", (), None)
    assert take(hall.guo, at=midnight).number == "A001"


@pytest.mark.parametrize(
    ("hour", "minute", "open_"),
    [(8, 29, False), (8, 30, True), (11, 59, True), (12, 0, False), (14, 30, True), (17, 59, True), (18, 0, False)],
)
def test_a_span_begins_with_its_first_minute_and_ends_before_its_last(session, hall, arrange, hour, minute, open_):
    arrange(hours("work", AFTERNOON_SPAN), hours("work", MORNING_SPAN))
    found = state(session, clock.at_hall(MORNING.date(), hour, minute))
    assert found.open is open_
    assert found.hours == (MORNING_SPAN, AFTERNOON_SPAN)
    assert found.why == ("" if open_ else "现在不在取号时间。今天取号时间：08:30–12:00、14:30–18:00。")


@pytest.mark.parametrize(
    ("day", "open_"), [(MAKE_UP_SATURDAY, True), (NATIONAL_DAY, False), (date(2026, 11, 28), False)]
)
def test_working_days_are_those_of_the_notices(session, hall, arrange, day, open_):
    arrange(hours("work", MORNING_SPAN))
    found = state(session, clock.at_hall(day, 9))
    assert found.open is open_
    assert found.why == ("" if open_ else "现在不在取号时间。今天不取号。")


def test_a_service_with_hours_of_its_own_follows_only_them(session, hall, arrange):
    arrange(hours("work", MORNING_SPAN), hours("work", AFTERNOON_SPAN, DISPUTE))
    assert (state(session, MORNING).open, state(session, MORNING, DISPUTE).open) == (True, False)
    afternoon = clock.at_hall(MORNING.date(), 15)
    assert (state(session, afternoon).open, state(session, afternoon, DISPUTE).open) == (False, True)


def test_what_visitors_read_is_the_centres_own_sentence(session, hall, arrange):
    arrange(hours("work", AFTERNOON_SPAN))
    with database.write() as writing:
        writing.get_one(Centre, 1).closed_message = "上午停电检修，下午两点半开始取号。"
        writing.get_one(Service, DISPUTE).closed_message = "调解员下午到岗。"
    assert state(session, MORNING).why == "上午停电检修，下午两点半开始取号。"
    assert state(session, MORNING, DISPUTE).why == "调解员下午到岗。"


def test_a_closure_is_for_its_day_and_its_service(session, hall, arrange):
    arrange(
        Closure(centre_id=1, service_id=VISIT, day=MORNING.date(), message="今天停办。"),
        Closure(centre_id=1, service_id=None, day=date(2026, 11, 24), message="中心搬迁，停止接待一天。"),
    )
    assert (state(session, MORNING).why, state(session, MORNING, DISPUTE).open) == ("今天停办。", True)
    tomorrow = clock.at_hall(date(2026, 11, 24), 9)
    assert {each.why for each in opening.openings(session, 1, tomorrow).values()} == {"中心搬迁，停止接待一天。"}


def test_no_number_is_given_while_closed_but_the_desk_may_insist(session, hall, arrange, take):
    arrange(hours("work", AFTERNOON_SPAN))
    with pytest.raises(NotGiven, match="现在不在取号时间"):
        take(hall.guo)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
    assert take(hall.guo, beyond=True).number == "A001", "a number that was refused leaves no gap"


def test_a_quota_counts_what_was_taken_for_the_service_wherever_it_went(session, hall, do, take, limit, at_window):
    limit(2)
    ticket = at_window()
    do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(15))
    assert state(session, later(16)).left == 1
    take(hall.guo, at=later(16))
    with pytest.raises(NotGiven, match="今天的号已经取完"):
        take(hall.guo, at=later(17))
    assert take(hall.guo, at=later(18), service_id=DISPUTE).number == "B001"
    assert take(hall.guo, at=clock.at_hall(date(2026, 11, 24), 9)).number == "A001"


def test_many_services_are_read_with_few_questions(session, hall, arrange):
    arrange(hours("work", MORNING_SPAN), hours("work", AFTERNOON_SPAN, DISPUTE))
    seen = []
    event.listen(database.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    opening.openings(session, 1, MORNING)
    assert len(seen) <= 7, "\n".join(seen)


def test_a_quota_is_never_passed_by_two_at_once(app: Flask, house):
    with app.app_context(), database.write() as session:
        session.get_one(Service, VISIT).quota = 5
    told, gate = [], threading.Barrier(8)
    given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "person": None, "at": MORNING}

    def one(session) -> str:
        return operations.take_ticket(session, house.guo, **given).number

    def take() -> None:
        with app.app_context():
            gate.wait()
            for _ in range(2):
                try:
                    told.append(database.attempt(one))
                except NotGiven as problem:
                    told.append(str(problem))
            database.db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each for each in told if each[0] == "A") == [f"A00{number}" for number in range(1, 6)]
    assert len(told) == 16
