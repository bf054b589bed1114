"""约访: places are never exceeded, conflicts of interest stop a booking, and everything is told on the case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, conduct, recusal
from portal.cases.timeline import timeline
from portal.leadership import slots
from portal.leadership.models import Booking, Edition, Reception, Week
from portal.leadership.operations import bookings as operations
from portal.leadership.operations import sheets
from portal.leadership.operations.bookings import Full, InConflict
from portal.leadership.operations.check_in import check_in
from portal.leadership.operations.telling import mark_told
from portal.leadership.queries import bookings as queries
from portal.leadership.queries import roster as rows_of
from portal.leadership.queries import sheets as days
from portal.organisation.models import Service, Unit
from portal.queue import operations as queue
from portal.queue.models import Ticket
from tests.cast import leadership_roster as roster
from tests.leadership.receptions import (
    AT,
    CLERK,
    DAY,
    GREETER,
    HEAD,
    LEADER,
    NINE,
    OFFICE,
    ROOM_SERVICE,
    draft,
    later,
    matter,
    prepare,
    reception,
    room,
)


@pytest.fixture(autouse=True)
def half_past_eight():
    """The morning of the reception."""
    with clock.frozen(AT):
        yield


@pytest.fixture
def staff(session) -> dict:
    with database.write() as writing:
        return prepare(writing)


@pytest.fixture
def do():
    def done(operation, *args, **kwargs):
        with database.write() as session:
            return operation(session, *args, **kwargs)

    return done


@pytest.fixture
def morning(session, staff, do) -> Reception:
    return do(reception, staff)


@pytest.fixture
def case(session, staff, do) -> Case:
    return do(matter, staff[CLERK])


def unit(session, name: str) -> int:
    return session.scalar(select(Unit.id).where(Unit.short_name == name))


def told(session, actor, case_id: int) -> list[tuple[str, str]]:
    entries = timeline(session, actor, session.get_one(Case, case_id))
    return [
        (each.title, each.detail) for each in entries if any(word in each.title for word in ("约见", "改约", "来见"))
    ]


# ---- places ----


@pytest.mark.parametrize(
    ("minutes", "capacity", "expected"),
    [
        (None, 6, {}),
        (25, 6, {540 + 25 * place: 1 for place in range(6)}),
        (30, 6, {540: 2, 570: 1, 600: 1, 630: 1, 660: 1}),
        (150, 6, {540: 6}),
        (200, 6, {540: 6}),
        (25, 2, {540: 1, 565: 1}),
    ],
)
def test_places_are_spread_over_the_slots_and_are_together_the_capacity(minutes, capacity, expected):
    assert slots.places(540, 690, minutes, capacity) == expected
    assert sum(expected.values()) in (0, capacity)


def test_a_matter_is_booked_and_open_to_the_leader(session, staff, do, morning, case):
    leader = staff[LEADER]
    assert cases.can_see(session, leader, case.id) is None
    made = do(
        operations.book, staff[CLERK], morning.id, case.id, draft(why="backlog", headcount=8, representatives=3), at=AT
    )
    assert cases.can_see(session, leader, case.id) is not None
    shown = queries.one(session, staff[OFFICE], made.id)
    assert (shown.time, shown.stands_label, shown.why_label, shown.visitor) == ("09:00", "已约", "积案", "吕德胜")
    assert (shown.headcount, shown.representatives, shown.hidden) == (8, 3, False)
    offered = queries.reception(session, staff[OFFICE], morning.id)
    assert (offered.taken, offered.free, [slot.free for slot in offered.slots]) == (1, 5, [0, 1, 1, 1, 1, 1])
    assert told(session, leader, case.id) == [
        ("约见领导：市委副书记、市长 杜立新", "2026-11-26 上午 09:00；8 人；积案")
    ]
    stored = session.connection().exec_driver_sql(f"SELECT code FROM leader_booking WHERE id = {made.id}").scalar()
    assert made.code not in stored


def test_a_full_slot_and_a_full_reception_are_refused(session, staff, do, morning, case):
    clerk = staff[CLERK]
    do(operations.book, clerk, morning.id, case.id, draft(), at=AT)
    others = [do(matter, clerk, name) for name in ("赵一", "钱二", "孙三", "李四", "周五", "吴六")]
    with pytest.raises(Full, match="09:00 刚刚约满（1 批）"):
        do(operations.book, clerk, morning.id, others[0].id, draft(), at=AT)
    for place, other in enumerate(others[:5], start=1):
        do(operations.book, clerk, morning.id, other.id, draft(slot=NINE + 25 * place), at=AT)
    with pytest.raises(Full, match="这场接访已约满（6 批）"):
        do(operations.book, clerk, morning.id, others[5].id, draft(source="walk_in", slot=None), at=AT)
    assert [each.time for each in queries.of_reception(session, clerk, morning.id)] == [
        "09:00", "09:25", "09:50", "10:15", "10:40", "11:05",
    ]  # fmt: skip


def test_the_same_matter_is_not_put_twice_before_one_reception(session, staff, do, morning, case):
    do(operations.book, staff[CLERK], morning.id, case.id, draft(), at=AT)
    with pytest.raises(Refused, match="已约在这场接访"):
        do(operations.book, staff[CLERK], morning.id, case.id, draft(slot=NINE + 25), at=AT)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"source": "gift"}, "source", "所列"),
        ({"why": "nuisance"}, "why", "所列"),
        ({"headcount": 0}, "headcount", "1 至"),
        ({"headcount": 20, "representatives": 6}, "representatives", "第二十条第三款"),
        ({"headcount": 2, "representatives": 3}, "representatives", "不多于"),
        ({"slot": None}, "slot", "请选择时段"),
        ({"slot": NINE + 7}, "slot", "所列时段"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(session, staff, do, morning, case, changes, field, words):
    with pytest.raises(FieldProblems) as problem:
        do(operations.book, staff[CLERK], morning.id, case.id, draft(**changes), at=AT)
    assert list(problem.value.problems) == [field]
    assert words in problem.value.problems[field]


def test_only_published_receptions_that_are_not_over(session, staff, do, morning, case):
    clerk = staff[CLERK]
    with pytest.raises(Refused, match="已结束"):
        do(operations.book, clerk, morning.id, case.id, draft(), at=later(181))
    with pytest.raises(FieldProblems) as problem:
        do(operations.book, clerk, morning.id, case.id, draft(), at=later(31))
    assert "09:00 已过" in problem.value.problems["slot"]
    past = do(reception, staff, day=DAY - timedelta(days=1))
    with pytest.raises(Refused, match="已经过去"):
        do(operations.book, clerk, past.id, case.id, draft(), at=AT)
    tomorrow = do(reception, staff, day=DAY + timedelta(days=1))
    with pytest.raises(FieldProblems, match="填写有误") as problem:
        do(operations.book, clerk, tomorrow.id, case.id, draft(source="walk_in"), at=AT)
    assert list(problem.value.problems) == ["source"]

    def unpublish(writing) -> None:
        week = writing.get_one(Week, morning.week_id)
        week.state, week.published_at = "draft", None

    do(unpublish)
    for wanted in (morning, tomorrow):
        with pytest.raises(Refused, match="还没有公布"):
            do(operations.book, clerk, wanted.id, case.id, draft(), at=AT)
    assert queries.reception(session, clerk, morning.id) is None
    assert queries.receptions(session, clerk, DAY, DAY + timedelta(days=7)) == []


def edition(session, of: Reception) -> None:
    """What is published of the week: this reception as it is now."""
    rows = [rows_of.working_row(session, of.centre_id, of.id).written()]
    session.add(
        Edition(
            centre_id=of.centre_id,
            week_id=of.week_id,
            number=1,
            monday=DAY - timedelta(days=DAY.weekday()),
            rows=rows,
            at=AT,
        )
    )


def test_what_was_added_to_a_published_week_waits_for_the_next_edition(session, staff, do, morning, case):
    do(edition, morning)
    added = do(reception, staff, "柏伟民")
    with pytest.raises(Refused, match="还没有公布"):
        do(operations.book, staff[OFFICE], added.id, case.id, draft(), at=AT)
    assert [each.id for each in queries.receptions(session, staff[OFFICE], DAY, DAY)] == [morning.id]
    do(operations.book, staff[OFFICE], morning.id, case.id, draft(), at=AT)


# ---- 回避 ----


def test_a_namesake_is_refused_until_somebody_decides_in_writing(session, staff, do, morning):
    clerk = staff[CLERK]
    case = do(matter, clerk, "杜立新")
    with pytest.raises(InConflict, match="同名") as problem:
        do(operations.book, clerk, morning.id, case.id, draft(), at=AT)
    assert problem.value.waivable
    with pytest.raises(FieldProblems) as missing:
        do(operations.book, clerk, morning.id, case.id, draft(waiver="不是同一人"), at=AT)
    assert list(missing.value.problems) == ["waived_by"]
    waived = draft(waiver="不是同一人，已核身份", waived_by="市委秘书长 廉红军")
    made = do(operations.book, clerk, morning.id, case.id, waived, at=AT)
    assert queries.one(session, clerk, made.id).waiver == "不是同一人，已核身份（决定人：市委秘书长 廉红军）"
    stored = session.connection().exec_driver_sql(f"SELECT waiver FROM leader_booking WHERE id = {made.id}").scalar()
    assert "同一人" not in stored
    assert any("回避核实：不是同一人" in detail for _, detail in told(session, clerk, case.id))


def test_the_leader_of_the_unit_complained_of_needs_a_decision_and_a_declared_interest_ends_it(session, staff, do):
    clerk = staff[CLERK]
    of_bureau = do(reception, staff, leader="郎建峰")  # leads 市住房和城乡建设局
    bureau = unit(session, "市住房和城乡建设局")
    complained = do(matter, clerk, respondent_unit_id=bureau)
    with pytest.raises(InConflict, match="被反映单位是郎建峰所在单位"):
        do(operations.book, clerk, of_bureau.id, complained.id, draft(), at=AT)
    named = do(matter, clerk, "钱二", respondent_name="运城市住房和城乡建设局")
    with pytest.raises(InConflict, match="被反映单位"):
        do(operations.book, clerk, of_bureau.id, named.id, draft(), at=AT)
    competent = do(matter, clerk, "孙三", competent_unit_id=bureau)
    with pytest.raises(InConflict, match="有权处理单位") as problem:
        do(operations.book, clerk, of_bureau.id, competent.id, draft(), at=AT)
    assert problem.value.waivable
    # the mayor declares a direct interest: no decision of anybody's helps
    morning, own = do(reception, staff), do(matter, clerk, "李四")

    def declare(writing) -> None:
        conduct.recuse(writing, staff[LEADER], writing.get_one(Case, own.id), interest="近亲属", at=AT)

    do(declare)
    with pytest.raises(InConflict, match="申明回避") as problem:
        do(operations.book, clerk, morning.id, own.id, draft(waiver="无妨", waived_by="某某"), at=AT)
    assert not problem.value.waivable
    # nor where the petitioner asked for it and a head decided so; a leader without an account is known by name
    for name, half, who in (("杜立新", "am", "周五"), ("韩立言", "pm", "吴六")):
        asked = do(matter, clerk, who)
        held = morning if name == "杜立新" else do(reception, staff, leader=name, half=half, window_id=None)
        do(kept_out, staff, asked.id, name)
        with pytest.raises(InConflict, match="被决定回避") as problem:
            do(operations.book, clerk, held.id, asked.id, draft(slot=None, source="walk_in"), at=AT)
        assert not problem.value.waivable


def kept_out(session, staff, case_id: int, official: str) -> None:
    """The petitioner asks that ``official`` keep out, and the duty head decides so."""
    case = session.get_one(Case, case_id)
    asked = recusal.ask(session, staff[CLERK], case, official=official, reason="系同乡", asked_on=DAY, at=AT)
    recusal.decide(session, staff[HEAD], case, asked.id, granted=True, decision="决定回避", at=AT)


def test_an_accusation_never_reaches_whom_it_accuses(session, staff, do, morning):
    clerk, head = staff[CLERK], staff[HEAD]
    bureau = unit(session, "市住房和城乡建设局")
    of_bureau = do(reception, staff, leader="郎建峰")
    given = {"purpose": "accusation", "respondent_unit_id": bureau}
    accused = do(matter, clerk, **given)
    assert accused.sensitivity == "accusation"
    with pytest.raises(Refused, match="第三十条第三款"):
        do(operations.book, clerk, morning.id, accused.id, draft(), at=AT)
    for wanted in (draft(), draft(waiver="无妨", waived_by="某某")):
        with pytest.raises(InConflict, match="第三十条第三款") as problem:
            do(operations.book, head, of_bureau.id, accused.id, wanted, at=AT)
        assert not problem.value.waivable
    against = do(matter, clerk, "钱二", purpose="accusation", respondent_name="市长杜立新")
    with pytest.raises(InConflict, match="涉及杜立新"):
        do(operations.book, head, morning.id, against.id, draft(waiver="无妨", waived_by="某某"), at=AT)
    made = do(operations.book, head, morning.id, accused.id, draft(), at=AT)
    assert cases.can_see(session, staff[LEADER], accused.id) is not None
    # the secretary who types for the leader does not learn of it, and sees a taken place
    assert cases.can_see(session, staff[OFFICE], accused.id) is None
    assert queries.one(session, staff[OFFICE], made.id) is None
    [row] = queries.of_reception(session, staff[OFFICE], morning.id)
    assert (row.hidden, row.number, row.subject, row.visitor, row.code) == (True, "", queries.HIDDEN, "", "")
    assert queries.arriving(session, clerk.centre_id, DAY) == []


def test_an_accused_substitute_does_not_learn_that_the_accusation_is_booked(session, staff, do, morning, case):
    accused = do(matter, staff[CLERK], "钱二", purpose="accusation", respondent_name="副市长季长河")
    for case_id, slot in ((accused.id, NINE), (case.id, NINE + 25)):
        do(operations.book, staff[HEAD], morning.id, case_id, draft(slot=slot), at=AT)

    def stand_in(writing) -> None:
        leader = roster.leaders(writing)["季长河"]
        leader.account_id = staff["lianhongjun"].id
        writing.get_one(Reception, morning.id).leader_id = leader.id

    do(stand_in)
    substitute = replace(staff["lianhongjun"], permissions=staff[LEADER].permissions)
    assert [row.case_id for row in queries.of_reception(session, substitute, morning.id)] == [case.id]
    shown = days.day(session, substitute, morning.id)
    assert [matter.booking.case_id for matter in shown.matters] == [case.id]
    assert shown.missing == ("没有记领导到场", "第 1 件还没有接待，也没有记爽约")
    # the office, from which it is kept too, sees a taken place, and so that the reception cannot end
    office = days.day(session, staff[OFFICE], morning.id)
    assert [matter.booking.hidden for matter in office.matters] == [True, False]
    assert len(office.missing) == 3


def test_counselling_and_strangers_cases_are_not_booked(session, staff, do, morning, case):
    def seal(writing) -> None:
        writing.get_one(Case, case.id).sensitivity = "sealed"

    with pytest.raises(Refused, match="不对您开放"):
        do(operations.book, staff["dongyanli"], morning.id, case.id, draft(), at=AT)
    do(seal)
    with pytest.raises(Refused):
        do(operations.book, staff[CLERK], morning.id, case.id, draft(), at=AT)
    assert session.scalars(select(Booking)).all() == []


# ---- moved, called off, told ----


def test_moved_it_keeps_its_code_and_the_visitor_is_to_be_told_anew(session, staff, do, morning, case):
    office = staff[OFFICE]
    made = do(operations.book, office, morning.id, case.id, draft(), at=AT)
    do(mark_told, office, made.id, how="slip", at=later(1))
    assert queries.untold(session, office, DAY) == []
    friday = do(reception, staff, "柏伟民", DAY + timedelta(days=1))
    with pytest.raises(FieldProblems) as problem:
        do(operations.move, office, made.id, version=made.version, reception_id=friday.id, slot=NINE, reason=" ", at=AT)
    assert list(problem.value.problems) == ["reason"]
    moved = do(
        operations.move, office, made.id, version=1, reception_id=friday.id, slot=NINE, reason="领导外出", at=later(2)
    )
    assert (moved.code, moved.reception_id, moved.version) == (made.code, friday.id, 2)
    assert [each.id for each in queries.untold(session, office, DAY)] == [made.id]
    with pytest.raises(Refused, match="刚刚有变化"):
        do(operations.cancel, office, made.id, version=1, reason="不来了", at=later(3))
    do(operations.cancel, office, made.id, version=2, reason="群众来电不来了", at=later(3))
    assert [each.id for each in queries.untold(session, office, DAY)] == [made.id]
    do(mark_told, office, made.id, how="phone", at=later(4))
    assert queries.untold(session, office, DAY) == []
    assert queries.reception(session, office, friday.id).free == 6
    assert [title for title, _ in told(session, office, case.id)] == [
        "约见领导：市委副书记、市长 杜立新",
        "已告知约见时间：市委副书记、市长 杜立新",
        "改约领导：市委常委、常务副市长 柏伟民",
        "取消约见领导：市委常委、常务副市长 柏伟民",
        "已告知约见时间：市委常委、常务副市长 柏伟民",
    ]


def test_whoever_was_told_a_time_that_changed_is_to_be_told_anew(session, staff, do, morning, case):
    office = staff[OFFICE]
    made = do(operations.book, office, morning.id, case.id, draft(), at=AT)
    do(mark_told, office, made.id, how="phone", at=AT)
    assert queries.one(session, office, made.id).told

    def shift(writing) -> None:
        writing.get_one(Reception, morning.id).place = "市政府 301 室"

    do(shift)
    assert [each.id for each in queries.untold(session, office, DAY)] == [made.id]


def test_those_who_know_hide_nobody_who_does_not(session, staff, do, morning, monkeypatch):
    office = staff[OFFICE]
    for place in range(3):
        who = do(matter, staff[CLERK], f"群众{place}").id
        made = do(operations.book, office, morning.id, who, draft(slot=NINE + 25 * place), at=AT)
        if place < 2:
            do(mark_told, office, made.id, how="phone", at=AT)
    monkeypatch.setattr(queries, "LISTED", 2)
    assert [each.id for each in queries.untold(session, office, DAY)] == [made.id]


def test_whoever_is_displaced_stays_listed_until_dealt_with(session, staff, do, morning, case):
    office = staff[OFFICE]
    made = do(operations.book, office, morning.id, case.id, draft(), at=AT)

    def call_off(writing) -> None:
        writing.get_one(Reception, morning.id).state = "cancelled"

    do(call_off)
    assert [each.id for each in queries.displaced(session, office)] == [made.id]
    with pytest.raises(Refused, match="已经取消"):
        do(operations.book, office, morning.id, do(matter, staff[CLERK], "钱二").id, draft(), at=AT)
    with pytest.raises(Refused, match="已经取消"):
        do(check_in, staff[GREETER], made.id, at=later(5))
    friday = do(reception, staff, day=DAY + timedelta(days=1))
    do(operations.move, office, made.id, version=1, reception_id=friday.id, slot=NINE, reason="接访取消", at=later(6))
    assert queries.displaced(session, office) == []


# ---- on the day ----


def test_the_visitor_waits_with_an_ordinary_number_for_the_leaders_room(session, staff, do, morning, case):
    office = staff[OFFICE]
    made = do(operations.book, office, morning.id, case.id, draft(), at=AT)
    ticket = do(check_in, staff[GREETER], made.id, at=later(20))
    again = do(check_in, staff[GREETER], made.id, at=later(21))
    assert again.id == ticket.id
    service = session.scalar(select(Service).where(Service.name == ROOM_SERVICE))
    assert (ticket.service_id, ticket.for_window_id, ticket.case_id) == (service.id, room(session), case.id)
    assert queries.one(session, office, made.id).stands == "arrived"
    # another window of the platform never gets it
    do(queue.open_window, staff[CLERK], 1, at=later(22))
    assert do(queue.call_next, staff[CLERK], at=later(23)) is None
    do(queue.open_window, office, room(session), at=later(24))
    called = do(queue.call_next, office, at=later(30))
    assert called.id == ticket.id
    do(queue.start, office, ticket.id, version=called.version, at=later(32))
    shown = queries.one(session, office, made.id)
    assert (shown.stands, shown.started_at, shown.ended_at) == ("receiving", later(32), None)
    assert days.day(session, office, morning.id).missing[-1] == "第 1 件接谈还没有结束"
    serving = session.get_one(Ticket, ticket.id)
    do(queue.finish, office, ticket.id, version=serving.version, at=later(50))
    shown = queries.one(session, office, made.id)
    assert (shown.stands_label, shown.ended_at) == ("已接谈，待登记", later(50))
    assert days.day(session, office, morning.id).missing[-1] == "第 1 件已接谈，还没有记接谈结束"
    assert told(session, office, case.id)[-1][0] == "来见领导，已签到：市委副书记、市长 杜立新"


def test_nobody_is_called_to_a_leader_who_expects_no_one(session, staff, do, morning):
    office, greeter = staff[OFFICE], staff[GREETER]
    made = []
    for place in range(4):
        who = do(matter, staff[CLERK], f"群众{place}").id
        made.append(do(operations.book, office, morning.id, who, draft(slot=NINE + 25 * place), at=AT).id)
    numbers = [do(check_in, greeter, each, at=later(20)).id for each in made]
    friday = do(reception, staff, "柏伟民", DAY + timedelta(days=1)).id
    # with the leader: neither moved, nor called off, nor absent; called just now: the room says first that nobody came
    do(queue.open_window, office, room(session), at=later(24))
    called = do(queue.call_next, office, at=later(30))
    assert called.id == numbers[0]
    with pytest.raises(Refused, match="已叫号，请先在接访室办完或记过号"):
        do(sheets.mark_absent, office, made[0], reason="没有来", at=later(31))
    do(queue.start, office, called.id, version=called.version, at=later(32))
    known = {"version": 2, "reason": "不来了", "at": later(33)}
    for wanted, given in (
        (operations.cancel, known),
        (operations.move, known | {"reception_id": friday, "slot": NINE}),
        (sheets.mark_absent, {"reason": "没有来", "at": later(33)}),
    ):
        with pytest.raises(Refused, match="正在接谈"):
            do(wanted, office, made[0], **given)
    assert session.get_one(Ticket, numbers[0]).state == "serving"
    do(operations.cancel, office, made[1], **known)
    do(operations.move, office, made[2], **known, reception_id=friday, slot=NINE)
    do(sheets.mark_absent, office, made[3], reason="等了一会走了", at=later(33))
    session.expire_all()
    assert [session.get_one(Ticket, each).state for each in numbers] == ["serving", "left", "left", "left"]
    serving = session.get_one(Ticket, numbers[0])
    do(queue.finish, office, serving.id, version=serving.version, at=later(50))
    assert do(queue.call_next, office, at=later(51)) is None
    with pytest.raises(Refused, match="已经接谈"):
        do(operations.cancel, office, made[0], **known)


def test_earlier_times_are_called_first_whoever_came_first(session, staff, do, morning, case):
    office = staff[OFFICE]
    second = do(operations.book, office, morning.id, case.id, draft(slot=NINE + 25), at=AT)
    first = do(operations.book, office, morning.id, do(matter, staff[CLERK], "钱二").id, draft(), at=AT)
    do(check_in, staff[GREETER], second.id, at=later(5))
    ticket = do(check_in, staff[GREETER], first.id, at=later(20))
    do(queue.open_window, office, room(session), at=later(24))
    assert do(queue.call_next, office, at=later(30)).id == ticket.id


def test_check_in_is_for_its_day_and_needs_a_service_of_the_room(session, staff, do, case):
    office = staff[OFFICE]
    friday = do(reception, staff, day=DAY + timedelta(days=1))
    made = do(operations.book, office, friday.id, case.id, draft(), at=AT)
    with pytest.raises(Refused, match="2026-11-27 09:00"):
        do(check_in, staff[GREETER], made.id, at=AT)
    trip = do(reception, staff, leader="柏伟民", kind="trip", window_id=None, place="平陆县张店镇")
    away = do(operations.book, office, trip.id, case.id, draft(), at=AT)
    assert do(check_in, office, away.id, at=later(3)) is None
    shown = queries.one(session, office, away.id)
    assert (shown.stands, shown.arrived_at, shown.ticket_id) == ("arrived", later(3), None)

    def close_room(writing) -> None:
        writing.scalar(select(Service).where(Service.name == ROOM_SERVICE)).enabled = False

    do(close_room)
    with pytest.raises(Refused, match="领导接访室还没有设定办理的服务"):
        do(check_in, staff[GREETER], made.id, at=AT + timedelta(days=1))


def test_the_code_finds_the_booking_in_any_spelling(session, staff, do, morning, case):
    made = do(operations.book, staff[OFFICE], morning.id, case.id, draft(), at=AT)
    spoken = f" {made.code[:5].lower()}-{made.code[5:]} "
    assert queries.by_code(session, made.centre_id, spoken) == made.id
    assert queries.by_code(session, made.centre_id, "WRONG") is None


# ---- back-entry ----


def test_a_trip_is_entered_afterwards_with_its_own_times_and_beyond_its_places(session, staff, do):
    office, clerk = staff[OFFICE], staff[CLERK]
    past = do(reception, staff, day=DAY - timedelta(days=3), kind="trip", window_id=None, place="平陆县", capacity=1)
    times = {"slot": None, "source": "paper", "came": NINE, "began": NINE + 10, "ended": NINE + 40}
    for name in ("赵一", "钱二"):  # what has happened is written down, places or not
        made = do(operations.book, office, past.id, do(matter, clerk, name).id, draft(**times), at=AT)
    shown = queries.one(session, office, made.id)
    assert shown.started_at == clock.at_hall(past.day, 9, 10)
    assert shown.ended_at == clock.at_hall(past.day, 9, 40)
    assert shown.state == "receiving"
    for changes, field in (({"began": None}, "began"), ({"ended": NINE}, "ended"), ({"began": 5000}, "began")):
        with pytest.raises(FieldProblems) as problem:
            do(operations.book, office, past.id, do(matter, clerk, "孙三").id, draft(**times | changes), at=AT)
        assert next(iter(problem.value.problems)) == field
    ahead = do(reception, staff, day=DAY + timedelta(days=1))
    with pytest.raises(Refused, match="还没有进行"):
        do(operations.book, office, ahead.id, do(matter, clerk, "李四").id, draft(**times), at=AT)


def test_whoever_may_not_book_is_refused(session, staff, do, morning, case):
    greeter = staff[GREETER]
    assert not greeter.may(Permission.LEADERSHIP_BOOK)
    with pytest.raises(Refused, match="没有安排接访的权限"):
        do(operations.book, greeter, morning.id, case.id, draft(), at=AT)
