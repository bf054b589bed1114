"""The code of a 约访 at the citizen's page: when, where, how to change it; never the matter, never the leader."""

import pytest
from bs4 import BeautifulSoup

from portal import clock, database
from portal.cases.operations import PersonGiven
from portal.leadership.models import Booking, Reception
from portal.leadership.operations import bookings
from portal.leadership.operations.bookings import BookingDraft
from portal.queue.views.enquiry import UNKNOWN
from tests.leadership.receptions import AT, CLERK, DAY, NINE, OFFICE, draft, matter, prepare, reception
from tests.support import submit

PHONE = "13912340123"
TOMORROW = DAY.replace(day=DAY.day + 1)


@pytest.fixture(autouse=True)
def half_past_eight():
    with clock.frozen(AT):
        yield


@pytest.fixture
def booked(app, inside):
    """``booked(slot=…)``: a matter at tomorrow's reception; the code of its slip."""

    def made(**changes) -> str:
        with inside(), database.write() as session:
            staff = prepare(session)
            case = matter(session, staff[CLERK], petitioner=PersonGiven("吕德胜", phone=PHONE))
            held = reception(session, staff, day=TOMORROW)
            wanted: BookingDraft = draft(**changes)
            return bookings.book(session, staff[OFFICE], held.id, case.id, wanted, at=AT).code

    return made


def ask(client, code: str, tail: str = PHONE[-4:]):
    answer = submit(client, "/enquiry", code=code, tail=tail)
    return answer, BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def standing(client, code: str) -> str:
    return "".join(ask(client, code)[1].select_one("#standing").get_text().split())


def test_the_holder_is_told_when_and_where_and_neither_matter_nor_leader(client, booked) -> None:
    answer, _ = ask(client, code := booked())
    assert answer.status_code == 200
    shown = standing(client, code.lower())
    assert "领导接访：11月27日星期五09:00" in shown
    assert "要改时间或者取消，请" in shown
    page = answer.get_data(as_text=True)
    assert [word for word in ("风电", "赔偿", "吕德胜", "杜立新", "YC-2026") if word in page] == []


def test_the_place_is_the_leaders_room(client, booked, inside) -> None:
    code = booked()
    with inside(), database.write() as session:
        held = session.query(Reception).one()
        held.window_id, held.place = None, "平陆县张店镇政府"
    assert "地点：平陆县张店镇政府。" in standing(client, code)


def test_without_a_slot_the_hours_of_the_reception_are_told(client, booked, inside) -> None:
    code = booked()
    with inside(), database.write() as session:
        session.query(Booking).one().slot = None
    assert "09:00–11:30" in standing(client, code)


@pytest.mark.parametrize(
    ("booking", "held", "says"),
    [
        ("cancelled", "planned", "这个预约已经取消"),
        ("booked", "cancelled", "这场接访已经取消"),
        ("absent", "held", "约定的时间已经过去"),
        ("arrived", "held", "已经签到"),
        ("received", "held", "已经开始或者结束"),
    ],
)
def test_what_can_no_longer_be_changed_says_how_it_stands(client, booked, inside, booking, held, says) -> None:
    code = booked()
    with inside(), database.write() as session:
        session.query(Booking).one().state = booking
        session.query(Reception).one().state = held
    shown = standing(client, code)
    assert (says in shown, "要改时间" in shown) == (True, False)


def test_a_wrong_tail_answers_like_an_unknown_code(client, booked) -> None:
    code = booked(slot=NINE + 25)
    for given, tail in ((code, "0000"), ("ABCDEFGH23", PHONE[-4:])):
        answer, page = ask(client, given, tail)
        assert (answer.status_code, UNKNOWN in page.get_text(), page.select("#standing")) == (422, True, [])
