"""Appointments: a time is promised only where the hall has it, never to more than fit, and kept whatever else is full or closed."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal import clock, database
from portal.cases.operations import Registration, register
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.organisation.models import Closure, OpeningHours, Service
from portal.people.models import Person
from portal.queue import operations as queue
from portal.queue import order, priorities, slots
from portal.queue.models import Appointment, Call, Ticket
from portal.queue.operations import Refused, check_in
from portal.queue.operations import appointments as operations
from portal.queue.queries import appointments as queries
from portal.queue.queries import window
from portal.trail.models import Event
from portal.trail.queries import entries, revision, verify
from tests.queue.conftest import COUNSEL, DISPUTE, MORNING, VISIT, Hall, later
from tests.support import together

TODAY = MORNING.date()
TOMORROW = date(2026, 11, 24)
SATURDAY, MAKE_UP_SATURDAY = date(2026, 11, 28), date(2026, 10, 10)
SPANS = ((510, 720), (870, 1080))  # 08:30–12:00, 14:30–18:00
TEN, HALF_PAST = 600, 630
CREDIT = timedelta(minutes=priorities.credit("appointment"))
LV = PersonGiven(name="吕德胜", phone="13900001234")


def furnish(session, **settings: object) -> None:
    """Opening hours on working days; 来访登记 takes six appointments each half hour."""
    session.add_all(OpeningHours(centre_id=1, day_kind="work", opens=opens, closes=closes) for opens, closes in SPANS)
    service = session.get_one(Service, VISIT)
    given = {"slot_minutes": 30, "slot_capacity": 6, "early_minutes": 15, "late_minutes": 10} | settings
    for name, value in given.items():
        setattr(service, name, value)


@pytest.fixture
def open_hours(session, hall):
    """The hall takes appointments; ``open_hours(late_minutes=None)`` changes what it has set."""

    def changed(**settings: object) -> None:
        with database.write() as writing:
            service = writing.get_one(Service, VISIT)
            for name, value in settings.items():
                setattr(service, name, value)

    with database.write() as writing:
        furnish(writing)
    return changed


@pytest.fixture
def book(do, hall, open_hours):
    """An appointment at half past ten today, made by the greeter yesterday evening."""

    def booked(who=None, **changes: object) -> Appointment:
        given = {"service_id": VISIT, "day": TODAY, "slot": HALF_PAST, "person": LV, "headcount": 1, "source": "phone",
                 "at": later(-15 * 60)}  # fmt: skip
        return do(operations.book, who or hall.guo, **(given | changes))

    return booked


def minutes(session, day: date, service_id: int = VISIT) -> list[int]:
    return [slot.minute for slot in slots.slots(session, session.get_one(Service, service_id), day)]


def why(session, day: date, service_id: int = VISIT) -> str:
    service = session.get_one(Service, service_id)
    return slots.plan(session, [service], [day])[service_id][day].why


# ---- slots ----


def test_slots_are_cut_from_the_opening_hours_of_that_day(session, open_hours):
    assert minutes(session, TODAY) == [*range(510, 720, 30), *range(870, 1080, 30)]
    assert minutes(session, MAKE_UP_SATURDAY) == minutes(session, TODAY)
    assert (minutes(session, SATURDAY), why(session, SATURDAY)) == ([], "这一天不开放。")


def test_a_slot_that_would_not_end_in_time_is_not_offered(session, open_hours):
    open_hours(slot_minutes=45)
    assert minutes(session, TODAY)[:5] == [510, 555, 600, 645, 870]
    open_hours(slot_minutes=300)
    assert why(session, TODAY) == "这一天的开放时间短于一个时段。"


def test_what_the_centre_has_not_set_is_said_and_never_guessed(session, hall, open_hours):
    assert why(session, TODAY, DISPUTE) == "这项服务尚未设定预约时段（中心尚未设定）。"
    open_hours(slot_capacity=None)
    assert why(session, TODAY) == "这项服务尚未设定预约时段（中心尚未设定）。"
    open_hours(slot_capacity=6)
    with database.write() as writing:
        for row in writing.scalars(select(OpeningHours)):
            writing.delete(row)
    assert (minutes(session, TODAY), why(session, TODAY)) == ([], "中心尚未设定开放时间，不能生成预约时段。")


def test_a_closed_day_has_no_slots_and_says_why(session, open_hours):
    with database.write() as writing:
        writing.add(Closure(centre_id=1, service_id=None, day=TODAY, message="全天停电检修。"))
        writing.add(Closure(centre_id=1, service_id=DISPUTE, day=TOMORROW, message="调解员外出。"))
    assert (minutes(session, TODAY), why(session, TODAY)) == ([], "全天停电检修。")
    assert minutes(session, TOMORROW)


def test_a_service_with_hours_of_its_own_follows_only_them(session, open_hours):
    with database.write() as writing:
        writing.add(OpeningHours(centre_id=1, service_id=VISIT, day_kind="rest", opens=540, closes=600))
    assert minutes(session, SATURDAY) == [540, 570]
    assert why(session, TODAY) == "这一天不开放。"


def test_batches_are_counted_against_the_capacity_and_people_beside_them(session, book, do, hall):
    book(headcount=4)
    book(headcount=3, person=PersonGiven(name="周玉兰"))
    gone = book(person=PersonGiven(name="韩小满"))
    do(operations.cancel, hall.guo, gone.id, version=1, reason="改天再来", at=MORNING)
    found = {slot.minute: slot for slot in slots.slots(session, session.get_one(Service, VISIT), TODAY)}
    assert (found[HALF_PAST].taken, found[HALF_PAST].people, found[HALF_PAST].free) == (2, 7, 4)
    assert (found[TEN].taken, found[TEN].people) == (0, 0)


def test_fourteen_days_of_all_services_are_read_with_four_questions(session, book):
    book()
    services = queries.services(session, 1)
    seen = []

    def note(*args) -> None:
        seen.append(args[2])

    event.listen(database.db.engine, "before_cursor_execute", note)
    try:
        found = slots.plan(session, services, slots.ahead(TODAY))
    finally:
        event.remove(database.db.engine, "before_cursor_execute", note)
    assert len(seen) == 4, seen
    assert list(found[VISIT]) == [TODAY + timedelta(days=days) for days in range(14)]
    assert found[VISIT][TODAY].free(MORNING) == 12 * 6 - 1, "nine has begun, and one place is taken"
    assert found[VISIT][TODAY].free(later(90)) == 9 * 6, "half past ten has begun"


# ---- booking ----


def test_what_is_booked_is_kept_with_its_person_its_code_and_its_trail(session, book, hall):
    made = book(note="腿脚不便，请安排一楼", headcount=2)
    assert (made.state, made.source, made.booked_by, made.headcount) == ("booked", "phone", hall.guo.id, 2)
    assert session.get_one(Person, made.person_id).phone == "13900001234"
    stored = session.connection().exec_driver_sql("SELECT code, note, code_hash FROM appointment").one()
    assert made.code not in stored[0]
    assert "腿脚" not in stored[1]
    (entry,) = entries(session, f"appointment:{made.id}")
    assert (entry.kind, entry.actor_id, entry.data["slot"], entry.data["day"]) == (
        "appointment.booked", hall.guo.id, HALF_PAST, "2026-11-23",
    )  # fmt: skip
    assert "吕" not in str(entry.data)
    assert revision(session, 1, "queue")
    assert verify(session) == []


def test_a_code_is_found_in_any_spelling(session, book):
    code = book().code
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)
    for typed in (code, wide, code.lower(), f"{code[:5]}-{code[5:]}", f" {code[:5]}　{code[5:]} "):
        assert queries.by_code(session, 1, typed).code == code
        assert queries.by_code(session, 2, typed) is None


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"service_id": 99}, "service_id", "请选择预约什么"),
        ({"service_id": DISPUTE}, "service_id", "尚未设定预约时段"),
        ({"day": SATURDAY}, "day", "不开放"),
        ({"day": date(2026, 11, 21)}, "day", "不能早于今天"),
        ({"slot": 631}, "slot", "请从所列时段中选择"),
        ({"slot": 720}, "slot", "请从所列时段中选择"),
        ({"slot": HALF_PAST, "at": later(90)}, "slot", "10:30 已过"),
        ({"person": None}, "name", "姓名和电话至少填一项"),
        ({"person": PersonGiven(name="", phone="")}, "name", "姓名和电话至少填一项"),
        ({"headcount": 0}, "headcount", "1 至 999"),
        ({"source": "letter"}, "source", "当面还是电话"),
        ({"note": "说" * 201}, "note", "最多200字"),
        ({"case_number": "YC-2026-999999"}, "case_number", "没有找到这件事项"),
    ],
)
def test_what_cannot_be_promised_is_refused_at_its_field(session, book, changes, field, said):
    with pytest.raises(FieldProblems) as refused:
        book(**changes)
    assert said in refused.value.problems[field]
    assert session.scalar(select(func.count()).select_from(Appointment)) == 0


def test_a_full_slot_is_refused_and_a_cancelled_place_is_free_again(session, book, do, hall, open_hours):
    open_hours(slot_capacity=1)
    first = book()
    with pytest.raises(operations.Full, match=r"10:30 刚刚约满（1 批）"):
        book(person=PersonGiven(name="周玉兰"))
    do(operations.cancel, hall.guo, first.id, version=1, reason="不来了", at=MORNING)
    assert book(person=PersonGiven(name="周玉兰")).state == "booked"


def test_nobody_has_two_places_in_one_slot(session, book, do, hall):
    first = book()
    with pytest.raises(FieldProblems) as refused:
        book()
    assert "此人已约 10:30" in refused.value.problems["slot"]
    second = book(slot=TEN)
    with pytest.raises(FieldProblems):
        do(operations.reschedule, hall.guo, second.id, version=1, day=TODAY, slot=HALF_PAST, at=MORNING)
    do(operations.cancel, hall.guo, first.id, version=1, reason="重复", at=MORNING)
    do(operations.reschedule, hall.guo, second.id, version=1, day=TODAY, slot=HALF_PAST, at=MORNING)


def test_only_a_case_that_the_clerk_may_see_goes_along(session, book, do, hall):
    stated = Registration(channel="visit", purpose="claim", subject="征地补偿", received_at=MORNING)
    case = do(register, hall.zhang, stated, at=MORNING)
    assert book(hall.zhang, case_number=f" {case.number.lower()} ").case_id == case.id
    with pytest.raises(FieldProblems, match="填写有误") as refused:
        book(hall.guo, case_number=case.number, person=PersonGiven(name="周玉兰"))
    assert "不对您开放" in refused.value.problems["case_number"]


def test_the_visitor_at_the_window_need_not_say_who_they_are_again(session, book, do, hall, at_window):
    ticket = at_window(person=PersonGiven(name="吕德胜", id_number="11010519491231002X"))
    made = book(hall.zhang, ticket_id=ticket.id, person=PersonGiven(name="", phone="13900001234"), day=TOMORROW)
    assert made.person_id == ticket.person_id
    assert session.get_one(Person, made.person_id).phone == "13900001234", "what was missing is filled in"
    with pytest.raises(Refused, match="不在您的窗口"):
        book(hall.wang, ticket_id=ticket.id, person=None, slot=TEN)


def test_a_visitor_without_name_or_telephone_is_asked_for_one(book, hall, at_window):
    ticket = at_window(person=PersonGiven(name="", id_number="11010519491231002X"))
    with pytest.raises(FieldProblems) as refused:
        book(hall.zhang, ticket_id=ticket.id, person=None, day=TOMORROW)
    assert "请填写电话" in refused.value.problems["phone"]


# ---- another time, no time ----


def test_another_time_keeps_code_and_history(session, book, do, hall):
    made = book()
    moved = do(operations.reschedule, hall.guo, made.id, version=1, day=TOMORROW, slot=TEN, at=MORNING)
    assert (moved.id, moved.code, moved.day, moved.slot, moved.version) == (made.id, made.code, TOMORROW, TEN, 2)
    assert [step.title for step in queries.one(session, hall.guo, made.id).history] == [
        "预约 2026-11-23 10:30", "改约到 2026-11-24 10:00",
    ]  # fmt: skip
    with pytest.raises(operations.StaleAppointment):
        do(operations.reschedule, hall.guo, made.id, version=1, day=TOMORROW, slot=HALF_PAST, at=MORNING)


def test_a_full_time_is_no_way_out(book, do, hall, open_hours):
    open_hours(slot_capacity=1)
    book(slot=TEN)
    other = book(person=PersonGiven(name="周玉兰"))
    with pytest.raises(operations.Full):
        do(operations.reschedule, hall.guo, other.id, version=1, day=TODAY, slot=TEN, at=MORNING)
    with pytest.raises(FieldProblems, match="填写有误"):
        do(operations.reschedule, hall.guo, other.id, version=1, day=TODAY, slot=HALF_PAST, at=MORNING)


def test_cancelling_wants_a_reason_and_happens_once(session, book, do, hall):
    made = book()
    with pytest.raises(FieldProblems) as refused:
        do(operations.cancel, hall.guo, made.id, version=1, reason=" ", at=MORNING)
    assert "请写明取消原因" in refused.value.problems["reason"]
    do(operations.cancel, hall.guo, made.id, version=1, reason="来电取消，改天再约", at=MORNING)
    with pytest.raises(operations.StaleAppointment, match="已取消"):
        do(operations.cancel, hall.guo, made.id, version=2, reason="再取消", at=MORNING)
    with pytest.raises(Refused, match="已经取消"):
        do(check_in.check_in, hall.guo, made.id, at=later(90))
    with pytest.raises(Refused, match="没有这个预约"):
        do(operations.cancel, hall.guo, 99, version=1, reason="没有", at=MORNING)


# ---- coming ----


@pytest.mark.parametrize(
    ("minute", "kind"),
    [(74, "early"), (75, "kept"), (90, "kept"), (100, "kept"), (101, "late"), (500, "late")],
)
def test_early_kept_and_late_are_what_the_centre_has_set(session, book, minute, kind):
    made = book()
    found = check_in.arrival(made, session.get_one(Service, VISIT), later(minute))
    assert found.kind == kind
    if kind == "early":
        assert found.words == "还没有到签到时间：预约 10:30，请在 10:15 以后签到。"
    if kind == "late":
        assert found.words == "预约 10:30，签到有效到 10:40，已过时间，按普通号排队。"


def test_what_the_centre_has_not_set_lets_anybody_come_early_and_ends_with_the_slot(session, book, open_hours):
    open_hours(early_minutes=None, late_minutes=None)
    made, service = book(), session.get_one(Service, VISIT)
    kinds = [check_in.arrival(made, service, later(minute)).kind for minute in (-500, 0, 120, 121)]
    assert kinds == ["kept", "kept", "kept", "late"]


def test_another_day_is_told_which(session, book, do, hall):
    made = book()
    for at, said in ((later(-24 * 60), "请在那一天来签到"), (later(24 * 60), "请重新预约或取普通号")):
        with pytest.raises(check_in.NotYet, match=said):
            do(check_in.check_in, hall.guo, made.id, at=at)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
    assert session.get_one(Appointment, made.id).state == "booked"


def test_who_comes_in_time_stands_where_the_promise_put_them(session, book, do, hall, take):
    stated = Registration(channel="visit", purpose="claim", subject="征地补偿", received_at=MORNING)
    case = do(register, hall.zhang, stated, at=MORNING)
    made = book(hall.zhang, headcount=3, case_number=case.number)
    earlier, after = take(hall.guo, at=later(69)), take(hall.guo, at=later(71))
    ticket = do(check_in.check_in, hall.guo, made.id, at=later(85))
    assert (ticket.priority, ticket.headcount, ticket.case_id, ticket.person_id) == (
        "appointment", 3, case.id, made.person_id,
    )  # fmt: skip
    assert ticket.rank == int((later(90) - CREDIT).timestamp())
    session.expire_all()
    kept = session.get_one(Appointment, made.id)
    assert (kept.state, kept.version) == ("arrived", 2)
    do(queue.open_window, hall.zhang, 1, at=MORNING)
    mine = _waiting(session, hall.zhang)
    assert [row.number for row in mine] == [earlier.number, ticket.number, after.number]
    assert [row.appointed_time for row in mine] == ["", "10:30", ""]
    called = [_served(do, hall, at) for at in (86, 87)]
    assert called == [earlier.number, ticket.number]
    reason = session.scalars(select(Call.why).order_by(Call.id)).all()[1]
    assert reason == "预约 10:30，按约定时间排，签到至今 2 分"


def _waiting(session, who) -> list:
    return window.waiting(session, who, window.my_window(session, who), TODAY)


def _served(do, hall, at: int) -> str:
    ticket = do(queue.call_next, hall.zhang, at=later(at))
    do(queue.miss, hall.zhang, ticket.id, version=ticket.version, at=later(at))
    return ticket.number


def test_coming_long_before_brings_nobody_forward(session, book, do, hall, take, open_hours):
    open_hours(early_minutes=None)
    made = book()
    before = take(hall.guo, at=later(0))
    ticket = do(check_in.check_in, hall.guo, made.id, at=later(1))
    assert ticket.rank == int(later(1).timestamp()) > before.rank


def test_a_class_of_ones_own_is_kept(book, do, hall):
    ticket = do(check_in.check_in, hall.guo, book().id, priority="frail", at=later(85))
    assert (ticket.priority, ticket.rank) == ("frail", order.rank("frail", later(85)))
    with pytest.raises(FieldProblems):
        do(check_in.check_in, hall.guo, book(slot=TEN).id, priority="vip", at=later(55))


def test_who_comes_late_takes_an_ordinary_number_from_now(session, book, do, hall):
    made = book()
    ticket = do(check_in.check_in, hall.guo, made.id, priority="appointment", at=later(101))
    assert (ticket.priority, ticket.rank) == ("ordinary", order.rank("ordinary", later(101)))
    assert ticket.appointment_id == made.id
    assert entries(session, f"appointment:{made.id}")[-1].data == {
        "ticket_id": ticket.id,
        "number": "A001",
        "late": True,
    }
    assert [step.detail for step in queries.one(session, hall.guo, made.id).history][-1] == "已过时间，按普通号"


def test_checking_in_twice_gives_the_same_number(session, book, do, hall):
    made = book()
    first = do(check_in.check_in, hall.guo, made.id, at=later(85))
    again = do(check_in.check_in, hall.guo, made.id, at=later(95))
    assert (again.id, again.number) == (first.id, first.number)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    kinds = [entry.kind for entry in entries(session, f"appointment:{made.id}")]
    assert kinds == ["appointment.booked", "appointment.arrived"]


def test_a_promise_is_kept_though_the_quota_is_reached_and_the_service_closed(
    session, book, do, hall, take, open_hours
):
    made = book()
    open_hours(quota=1)
    take(hall.guo, at=later(0))
    with pytest.raises(queue.NotGiven):
        take(hall.guo, at=later(1))
    with database.write() as writing:
        writing.add(Closure(centre_id=1, service_id=None, day=TODAY, message="临时停办。"))
    assert do(check_in.check_in, hall.guo, made.id, at=later(85)).number == "A002"


def test_a_service_out_of_use_sends_to_the_desk(book, do, hall, open_hours):
    made = book()
    open_hours(enabled=False)
    with pytest.raises(Refused, match="现在不办理"):
        do(check_in.check_in, hall.guo, made.id, at=later(85))


# ---- not coming ----


def test_what_was_not_kept_is_missed_after_its_slot_and_the_minutes_of_grace(session, book, do, hall):
    made, other = book(), book(slot=HALF_PAST + 30, person=PersonGiven(name="周玉兰"))
    assert do(operations.mark_missed, 1, later(129)) == 0
    assert not operations.any_overdue(session, 1, later(129))
    assert operations.any_overdue(session, 1, later(130))
    assert do(operations.mark_missed, 1, later(130)) == 1
    assert do(operations.mark_missed, 1, later(131)) == 0, "once"
    states = dict(session.execute(select(Appointment.id, Appointment.state)).all())
    assert states == {made.id: "missed", other.id: "booked"}
    last = entries(session, f"appointment:{made.id}")[-1]
    assert (last.kind, last.actor_id) == ("appointment.missed", None)
    assert verify(session) == []


def test_yesterdays_are_missed_too(book, do):
    book()
    assert do(operations.mark_missed, 1, later(24 * 60 - 500)) == 1


def test_nothing_of_a_no_show_stays_with_the_person(session, book, do, hall):
    made = book()
    do(operations.mark_missed, 1, later(300))
    assert session.scalars(select(Event.kind).where(Event.chain == f"person:{made.person_id}")).all() == []
    for days in (1, 2, 3):
        assert book(day=TODAY + timedelta(days=days)).state == "booked", "whoever did not come may book again"


def test_who_comes_after_all_takes_an_ordinary_number(session, book, do, hall):
    made = book()
    do(operations.mark_missed, 1, later(300))
    ticket = do(check_in.check_in, hall.guo, made.id, at=later(310))
    assert (ticket.priority, session.get_one(Appointment, made.id).state) == ("ordinary", "arrived")


# ---- many at once ----


def test_forty_at_once_book_six_places(app: Flask, house: Hall):
    with app.app_context(), database.write() as session:
        furnish(session)

    def one(number: int) -> None:
        given = PersonGiven(name=f"来访{number}", phone=f"139{number:08d}")
        database.attempt(
            lambda session: operations.book(
                session, house.guo, service_id=VISIT, day=TOMORROW, slot=TEN, person=given, headcount=1,
                source="phone", at=MORNING,
            )
        )  # fmt: skip

    problems = together(app, one, range(40))
    assert len(problems) == 34
    assert {type(problem) for problem in problems} == {operations.Full}, problems
    with app.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Appointment)) == 6
        assert verify(session) == []


def test_moving_and_booking_at_once_do_not_overfill(app: Flask, house: Hall):
    with app.app_context(), database.write() as session:
        furnish(session, slot_capacity=3)
        made = [_book(session, house, number, HALF_PAST if number < 3 else HALF_PAST + 30) for number in range(6)]

    def one(number: int) -> None:
        if number < 6:
            database.attempt(
                lambda session: operations.reschedule(
                    session, house.guo, made[number], version=1, day=TOMORROW, slot=TEN, at=MORNING
                )
            )
        else:
            database.attempt(lambda session: _book(session, house, 100 + number, TEN))

    problems = together(app, one, range(12))
    assert {type(problem) for problem in problems} == {operations.Full}, problems
    with app.app_context():
        taken = select(func.count()).where(Appointment.slot == TEN)
        assert database.db.session.scalar(taken) == 3


def _book(session, house: Hall, number: int, slot: int) -> int:
    given = PersonGiven(name=f"来访{number}", phone=f"139{number:08d}")
    return operations.book(
        session, house.guo, service_id=VISIT, day=TOMORROW, slot=slot, person=given, headcount=1, source="phone", at=MORNING
    ).id  # fmt: skip


def test_desk_and_kiosk_check_one_in_at_once_and_give_one_number(app: Flask, house: Hall):
    with app.app_context(), database.write() as session:
        furnish(session)
        made = _book(session, house, 1, TEN)
    told = []

    def one(_number: int) -> None:
        at = clock.at_hall(TOMORROW, 9, 55)
        told.append(database.attempt(lambda session: check_in.check_in(session, house.guo, made, at=at).number))

    assert together(app, one, range(8)) == []
    assert told == ["A001"] * 8
    with app.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
        assert session.scalar(select(func.count()).where(Event.kind == "appointment.arrived")) == 1


def test_coming_at_the_moment_of_being_marked_missed_is_one_or_the_other(app: Flask, house: Hall):
    with app.app_context(), database.write() as session:
        furnish(session)
        made = [_book(session, house, number, TEN) for number in range(6)]
    at = clock.at_hall(TOMORROW, 11)

    def one(number: int) -> None:
        if number % 2:
            database.attempt(lambda session: operations.mark_missed(session, 1, at))
        else:
            database.attempt(lambda session: check_in.check_in(session, house.guo, made[number // 2], at=at))

    assert together(app, one, range(12)) == []
    with app.app_context():
        session = database.db.session()
        assert session.scalars(select(Appointment.state).distinct()).all() == ["arrived"]
        assert session.scalar(select(func.count()).select_from(Ticket)) == 6
        assert verify(session) == []


# ---- who sees what ----


def test_a_window_sees_its_own_services_and_the_desk_all_of_them(session, book, hall, do):
    book()
    with database.write() as writing:
        service = writing.get_one(Service, COUNSEL)
        service.slot_minutes, service.slot_capacity = 30, 2
    private = book(service_id=COUNSEL, slot=TEN)
    seen = {
        who.name: [row.service for row in queries.of_day(session, who, TODAY)]
        for who in (hall.guo, hall.zhang, hall.li)
    }
    assert seen == {"郭小燕": ["综合服务", "来访登记"], "张德良": ["来访登记"], "李调解": []}
    assert queries.one(session, hall.zhang, private.id) is None
    mine = book(hall.zhang, service_id=COUNSEL, slot=HALF_PAST)
    assert queries.one(session, hall.zhang, mine.id).listed.name == "吕*"


def test_names_and_telephones_are_masked_wherever_they_are_listed(session, book, hall):
    book()
    (row,) = queries.of_day(session, hall.guo, TODAY)
    assert (row.name, row.phone, row.state_label, row.source_label, row.booked_by) == (
        "吕*", "139****1234", "已预约", "电话", "郭小燕",
    )  # fmt: skip


def test_the_desk_finds_by_code_or_by_the_end_of_the_telephone(session, book, hall):
    made = book()
    other = book(person=PersonGiven(name="周玉兰", phone="13800009999"), slot=TEN)
    tomorrow = book(person=PersonGiven(name="韩小满", phone="13700001234"), day=TOMORROW)
    found = {typed: [row.id for row in queries.find(session, hall.guo, typed, TODAY)] for typed in
             ("1234", "１２３４", "13900001234", made.code, tomorrow.code.lower(), "234", "", "没有", "0000")}  # fmt: skip
    assert found == {
        "1234": [made.id], "１２３４": [made.id], "13900001234": [made.id], made.code: [made.id],
        tomorrow.code.lower(): [tomorrow.id], "234": [], "": [], "没有": [], "0000": [],
    }  # fmt: skip
    assert [row.id for row in queries.expected(session, hall.guo, TODAY, limit=1)] == [other.id]
    assert queries.expected_count(session, hall.guo, TODAY) == 2
