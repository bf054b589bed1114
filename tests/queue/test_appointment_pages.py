"""Appointments on the screen: booked by telephone, moved, cancelled, checked in at the desk, missed by the scheduler."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, select

from portal import clock, database
from portal.cases.operations import PersonGiven
from portal.organisation.models import OpeningHours, Service
from portal.queue import operations
from portal.queue.models import Appointment, Ticket
from portal.queue.operations import appointments
from portal.trail.queries import entries
from scheduler import jobs
from tests.queue.conftest import VISIT, later
from tests.queue.test_appointments import furnish
from tests.support import submit

NEW = f"/queue/appointments/new?service={VISIT}&day=2026-11-24"
GIVEN = {"slot": "630", "source": "phone", "name": "吕德胜", "phone": "１３９0000 1234", "headcount": "2"}


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


@pytest.fixture
def desk(app: Flask, house, sign_in):
    """The greeter, the evening of Monday; the hall takes appointments for 来访登记."""
    with app.app_context(), database.write() as session:
        furnish(session)
    with clock.frozen(later(60)):
        yield sign_in("guo")


@pytest.fixture
def booked(desk, inside) -> Appointment:
    """Half past ten tomorrow, for two."""
    assert submit(desk, NEW, **GIVEN).status_code == 303
    with inside() as session:
        return session.scalars(select(Appointment)).one()


def test_the_slots_of_a_day_are_offered_with_their_places(desk):
    page = soup(desk.get(NEW))
    labels = [each.text.strip() for each in page.select("#slot .choice-face")]
    assert len(labels) == 14
    assert labels[0].startswith("08:30 余 ")
    assert page.select_one("#day-links [aria-current]").text.startswith("11-24")


def test_todays_past_slots_are_not_offered(desk):
    page = soup(desk.get(f"/queue/appointments/new?service={VISIT}&day=2026-11-23"))
    assert page.select_one("#slot .choice-face").text.startswith("10:30")


def test_a_booking_shows_the_code_to_read_aloud(desk, booked, inside):
    answer = desk.get(f"/queue/appointments/{booked.id}")
    page = soup(answer)
    assert len(page.select_one(".read-aloud").text.replace("-", "").replace(" ", "")) == 10
    assert "吕德胜" not in answer.get_data(as_text=True), "names are masked"
    slip = desk.get(f"/queue/appointments/{booked.id}/slip").get_data(as_text=True)
    assert "10:30" in slip
    assert page.select_one(".read-aloud").text in slip
    assert (booked.headcount, booked.slot, booked.day.isoformat()) == (2, 630, "2026-11-24")


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"slot": ""}, "slot", "请选择时段"),
        ({"slot": "511"}, "slot", "请从所列各项中选择"),
        ({"name": "", "phone": ""}, "name", "至少填一项"),
        ({"phone": "123"}, "phone", ""),
        ({"headcount": "0"}, "headcount", "1 到 999"),
        ({"note": "说" * 201}, "note", "最多200字"),
        ({"source": "letter"}, "source", "请从所列各项中选择"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_stays(desk, inside, changes, field, said):
    answer = submit(desk, NEW, **{**GIVEN, **changes})
    page = soup(answer)
    assert answer.status_code == 422
    assert said in page.select_one(f"#{field}-error").text
    assert page.select_one("#note") is not None
    if "name" not in changes:
        assert page.select_one("#name")["value"] == "吕德胜"
    with inside() as session:
        assert session.scalars(select(Appointment)).all() == []


def test_another_time_and_the_end_of_it(desk, booked, inside):
    path = f"/queue/appointments/{booked.id}"
    moved = submit(desk, f"{path}/move?day=2026-11-25", path, slot="870", version=str(booked.version))
    assert moved.status_code == 303
    stale = submit(desk, f"{path}/cancel", path, reason="不来了", version=str(booked.version))
    assert stale.status_code == 409
    assert "刚刚有变化" in stale.get_data(as_text=True)
    empty = submit(desk, f"{path}/cancel", path, reason=" ", version=str(booked.version + 1))
    assert (empty.status_code, "请写明取消原因" in empty.get_data(as_text=True)) == (422, True)
    assert submit(desk, f"{path}/cancel", path, reason="改走调解", version=str(booked.version + 1)).status_code == 303
    history = [each.text for each in soup(desk.get(path)).select(".timeline-title")]
    assert [each[:2] for each in history] == ["预约", "改约", "取消"]
    with inside() as session:
        assert session.get(Appointment, booked.id).state == "cancelled"


def test_checked_in_at_the_desk_it_has_a_slip_like_any_other(desk, booked, sign_in, inside):
    with clock.frozen(clock.at_hall(booked.day, 10, 20)):
        morning = sign_in("guo")
        panel = soup(morning.get("/queue/appointments/today", headers={"HX-Request": "true"}))
        assert "10:30" in panel.select_one(".waiting").text
        for typed in ("１２３４", booked.code.lower()):
            found = find(morning, typed)
            assert found.status_code == 200
            assert "10:30" in soup(found).select_one("#appointments-list .waiting").text
        assert "没有找到“9999”的预约" in find(morning, "9999").text
        assert "请输入预约码" in find(morning, " ").text
        answer = submit(morning, f"/queue/appointments/{booked.id}/check-in", "/queue/desk")
        assert answer.status_code == 303
        page = morning.get(answer.headers["Location"])
        number = soup(page).select_one("#slip .ticket-number").text
        assert "按约定的时间排队" in page.get_data(as_text=True)
    with inside() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.number, ticket.priority, ticket.headcount) == (number, "appointment", 2)


def find(client, typed: str):
    return submit(client, "/queue/appointments/find", "/queue/desk", wanted=typed)


def test_too_early_is_told_at_the_desk_and_nothing_is_given(desk, booked, sign_in, inside):
    answer = submit(desk, f"/queue/appointments/{booked.id}/check-in", "/queue/desk")
    assert answer.status_code == 409
    assert "请在那一天来签到" in soup(answer).select_one("[role=alert]").text
    assert soup(answer).select_one("form#take"), "the desk is still there"
    with clock.frozen(clock.at_hall(booked.day, 10, 14)):
        answer = submit(sign_in("guo"), f"/queue/appointments/{booked.id}/check-in", "/queue/desk")
        assert "请在 10:15 以后签到" in soup(answer).select_one("[role=alert]").text
    with inside() as session:
        assert session.scalars(select(Ticket)).all() == []


def test_late_is_said_plainly_and_a_class_of_ones_own_counts(desk, booked, sign_in, inside):
    with clock.frozen(clock.at_hall(booked.day, 10, 41)):
        morning = sign_in("guo")
        path = f"/queue/appointments/{booked.id}/check-in"
        assert submit(morning, path, "/queue/desk", priority="vip").status_code == 422
        answer = submit(morning, path, "/queue/desk", priority="frail")
        page = morning.get(answer.headers["Location"])
        assert "签到有效到 10:40，已过时间，按普通号排队" in soup(page).select_one("#notice").text
        again = submit(morning, path, "/queue/desk")
        assert again.headers["Location"] == answer.headers["Location"], "the same number"
        listed = soup(morning.get("/queue/appointments")).select_one("table:not(.slots-ahead)").text
        assert "已到" in listed
    with inside() as session:
        assert [(each.number, each.priority) for each in session.scalars(select(Ticket))] == [("A001", "frail")]


def test_the_links_of_service_and_day_fetch_the_times_alone(desk):
    part = soup(desk.get(NEW, headers={"HX-Request": "true"}))
    assert part.select_one("#times input[name=day]")["value"] == "2026-11-24"
    assert not part.select("#name, html")
    page = soup(desk.get("/queue/appointments/new"))
    assert page.select_one("#booking #times"), "without a script the same links lead to the whole page"
    links = [link["href"] for link in page.select("#day-links a")]
    assert len(links) == 14
    assert links[0].startswith("/queue/appointments/new?service=1&day=2026-11-23")


def test_a_full_slot_is_shown_and_told(app, desk, booked):
    with app.app_context(), database.write() as session:
        session.get_one(Service, VISIT).slot_capacity = 1
    slot = soup(desk.get(NEW)).select_one("#slot input[value='630']")
    assert slot.has_attr("disabled")
    answer = submit(desk, NEW, **(GIVEN | {"name": "周玉兰", "phone": ""}))
    assert answer.status_code == 409
    page = soup(answer)
    assert "10:30 刚刚约满（1 批），请选择其他时段" in page.select_one("#slot-error").text
    assert page.select_one("#name")["value"] == "周玉兰"
    moved = submit(desk, f"/queue/appointments/{booked.id}/move?day=2026-11-24", NEW, slot="630", version="1")
    assert (moved.status_code, "这就是现在约定的时间" in moved.text) == (422, True)


def test_a_service_without_slots_is_not_offered_and_a_day_without_hours_says_why(app, desk, inside):
    page = desk.get("/queue/appointments/new?service=3&day=2026-11-24")
    assert "先选预约什么" in page.text or "来访登记" in page.text
    assert submit(desk, "/queue/appointments/new", **(GIVEN | {"service": "3", "day": "2026-11-24"})).status_code == 422
    assert "这一天不开放" in desk.get("/queue/appointments/new?day=2026-11-28").text
    with app.app_context(), database.write() as session:
        for row in session.scalars(select(OpeningHours)):
            session.delete(row)
    assert "中心尚未设定开放时间，不能生成预约时段" in desk.get(NEW).text
    with app.app_context(), database.write() as session:
        session.get_one(Service, VISIT).slot_minutes = None
    assert "还没有服务设定预约时段" in desk.get(NEW).text


def test_only_who_reads_cases_is_asked_for_one(desk, house, sign_in, inside):
    assert not soup(desk.get(NEW)).select("#case_number")
    clerk = sign_in("zhang")
    answer = submit(clerk, NEW, **(GIVEN | {"case_number": "YC-2026-000001"}))
    assert answer.status_code == 422
    assert "没有找到这件事项" in soup(answer).select_one("#case_number-error").text


def test_the_waiting_list_names_the_time(app, desk, booked, house, sign_in):
    with clock.frozen(clock.at_hall(booked.day, 10, 20)):
        with app.app_context(), database.write() as session:
            operations.open_window(session, house.zhang, 1, at=clock.now())
        submit(sign_in("guo"), f"/queue/appointments/{booked.id}/check-in", "/queue/desk")
        row = soup(sign_in("zhang").get("/queue/window")).select_one("#waiting tbody tr")
        assert [tag.text for tag in row.select(".tag")] == ["预约 10:30"]


def test_the_list_is_narrowed_by_service_and_state(desk, booked):
    path = "/queue/appointments?day=2026-11-24"
    assert "吕*" in desk.get(path).text
    assert "吕*" in desk.get(f"{path}&service=1&state=booked").text
    assert "吕*" not in desk.get(f"{path}&state=missed").text
    assert "吕*" not in desk.get(f"{path}&service=3").text
    assert desk.get(f"{path}&state=nothing&service=x").status_code == 200


def test_a_window_finds_no_appointment_of_another_platform(desk, booked, sign_in):
    other = sign_in("li")
    for path in ("", "/slip"):
        assert other.get(f"/queue/appointments/{booked.id}{path}").status_code == 404
    assert (
        submit(
            other, f"/queue/appointments/{booked.id}/cancel", "/queue/appointments", reason="x", version="1"
        ).status_code
        == 404
    )
    assert "吕*" not in other.get("/queue/appointments?day=2026-11-24").text


def test_the_window_books_for_the_visitor_in_front_of_it(app, desk, house, sign_in, inside):
    with app.app_context():
        given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "at": later(61)}
        person = PersonGiven("吕德胜", phone="13900001234")
        with database.write() as session:
            operations.take_ticket(session, house.guo, **given, person=person)
        with database.write() as session:
            operations.open_window(session, house.zhang, 1, at=later(62))
        with database.write() as session:
            ticket_id = operations.call_next(session, house.zhang, at=later(63)).id
    clerk = sign_in("zhang")
    page = clerk.get(f"{NEW}&ticket={ticket_id}").get_data(as_text=True)
    assert "为 A001（吕*" in page
    answer = submit(clerk, f"{NEW}&ticket={ticket_id}", slot="630", source="desk", headcount="1", ticket=str(ticket_id))
    assert answer.status_code == 303
    with inside() as session:
        assert session.scalars(select(Appointment.person_id)).one() == session.get(Ticket, ticket_id).person_id


def test_a_stranger_and_a_closed_slot(desk, house, sign_in, booked):
    assert sign_in("sun").get("/queue/appointments").status_code == 403
    for day in ("morgen", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert desk.get(f"/queue/appointments/new?service=1&day={day}").status_code == 404
    assert desk.get("/queue/appointments/999").status_code == 404


def test_the_days_ahead_are_read_with_few_questions(desk, booked, app):
    seen = []
    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    page = desk.get("/queue/appointments?day=2026-11-24")
    assert len(seen) <= 14, "\n".join(seen)
    assert "10:30" in page.get_data(as_text=True)
    for address, most in ((NEW, 14), (f"/queue/appointments/{booked.id}", 14), ("/queue/appointments/today", 8)):
        seen.clear()
        desk.get(address)
        assert len(seen) <= most, f"{address}\n" + "\n".join(seen)


def test_the_scheduler_marks_what_was_not_kept(app: Flask, desk, booked):
    after = clock.at_hall(booked.day, 23)
    job = next(each for each in jobs.JOBS if each.name == "mark-missed-appointments")
    with clock.frozen(after):
        assert jobs.run(app, job, "one")
    with app.app_context():
        session = database.db.session()
        assert session.get(Appointment, booked.id).state == "missed"
        last = entries(session, f"appointment:{booked.id}")[-1]
        assert (last.kind, last.actor_id) == ("appointment.missed", None)
        assert not appointments.any_overdue(session, 1, after)
