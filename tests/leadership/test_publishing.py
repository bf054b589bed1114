"""From draft to walls: nobody signs off their own, nothing unsigned is published, and screens know the last edition only."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from portal import clock, database
from portal.access.models import Account
from portal.cases.models import Case, CaseGrant
from portal.cases.operations import FieldProblems, Refused
from portal.cases.timeline import timeline
from portal.leadership import enquiry, public
from portal.leadership.models import Booking, Edition, Leader, LeaderDuty, Reception
from portal.leadership.operations import bookings, circle, duties, publishing, sheets
from portal.leadership.operations import roster as operations
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.operations.check_in import check_in
from portal.leadership.operations.telling import mark_told
from portal.leadership.queries import bookings as queries_of
from portal.leadership.queries import roster as queries
from portal.leadership.queries import sheets as queries_of_day
from portal.organisation.models import Unit
from portal.queue import notices
from portal.trail import queries as trail
from tests.cast import leadership_roster as cast
from tests.leadership import week
from tests.leadership.receptions import CLERK, HEAD, LEADER, matter
from tests.leadership.week import APPROVER, AT, FRIDAY, MONDAY, OFFICE, THURSDAY, TUESDAY, WEDNESDAY


@pytest.fixture
def staff(session) -> dict:
    with database.write() as writing:
        return week.founded(writing)


@pytest.fixture
def do():
    def done(operation, *args, **kwargs):
        with database.write() as session:
            return operation(session, *args, **kwargs)

    return done


@pytest.fixture
def move(do, session, staff):
    """``move(operation, login)`` on the week as it stands."""

    def moved(operation, login: str = OFFICE, **kwargs):
        week_id, version = week.version(session, 1)
        return do(operation, staff[login], week_id, **{"version": version, "at": AT} | kwargs)

    return moved


@pytest.fixture
def wall(session):
    """What the schedule screen shows: (day, who)."""
    return lambda: [(row.day, row.who) for row in public.upcoming(session, 1, clock.day_of(AT), 12)]


def test_only_what_was_signed_off_by_another_is_published(session, staff, do, move, wall) -> None:
    do(week.placed, staff)
    for state in ("draft", "submitted"):
        with pytest.raises(Refused) as refused:
            move(publishing.publish)
        assert "审签后才能公布" in str(refused.value), state
        if state == "draft":
            move(publishing.submit)
    with pytest.raises(Refused) as refused:
        move(publishing.approve)
    assert "他人审签" in str(refused.value)
    move(publishing.approve, APPROVER)
    assert wall() == [], "signed off is not published"
    assert move(publishing.publish).number == 1
    assert wall() == [(WEDNESDAY, "副市长 路海涛")]
    assert trail.verify(session) == []


def test_what_waits_for_sign_off_is_not_worked_on(session, staff, do, move) -> None:
    held = do(week.placed, staff)
    move(publishing.submit)
    with pytest.raises(Refused):
        do(week.placed, staff, "桑雪梅", TUESDAY)
    with pytest.raises(Refused):
        do(operations.remove, staff[OFFICE], held.id, reason="", version=1, at=AT)
    with pytest.raises(FieldProblems):
        move(publishing.send_back, APPROVER, reason="")
    move(publishing.send_back, APPROVER, reason="周三有全会")
    assert queries.week(session, 1, MONDAY).note == "周三有全会"
    do(week.placed, staff, "桑雪梅", TUESDAY)
    move(publishing.submit)
    move(publishing.approve, APPROVER)
    move(publishing.withdraw)
    with pytest.raises(Refused):
        move(publishing.publish)


def test_a_page_that_is_old_signs_nothing(staff, do, move, session) -> None:
    do(week.placed, staff)
    _week_id, old = week.version(session, 1)
    do(week.placed, staff, "桑雪梅", TUESDAY)
    with pytest.raises(Refused):
        move(publishing.submit, version=old)


def test_a_conflict_that_came_later_stops_the_submission(staff, do, move, session) -> None:
    held = do(week.placed, staff)
    away = {"first": WEDNESDAY, "last": WEDNESDAY, "half": "day", "kind": "meeting", "what": "全会", "at": AT}
    do(duties.add_duty, staff[OFFICE], held.leader_id, **away)
    with pytest.raises(Refused) as refused:
        move(publishing.submit)
    assert "全会" in str(refused.value)


def test_an_empty_week_is_not_submitted(staff, do, move, session) -> None:
    held = do(week.placed, staff)
    do(operations.remove, staff[OFFICE], held.id, reason="", version=1, at=AT)
    with pytest.raises(Refused) as refused:
        move(publishing.submit)
    assert "还没有安排接访" in str(refused.value)


def test_urgent_cancellation_is_on_the_walls_at_once_and_says_no_reason(session, staff, do, wall) -> None:
    held = do(week.placed, staff)
    do(week.placed, staff, "桑雪梅", THURSDAY)
    do(week.publish, staff)
    with pytest.raises(FieldProblems):
        do(publishing.cancel_now, staff[OFFICE], held.id, reason="", version=1, at=AT)
    made = do(publishing.cancel_now, staff[OFFICE], held.id, reason="突发疾病住院", version=1, at=AT)
    assert made.number == 2
    assert made.changes == ["原定12月2日（周三）上午副市长 路海涛定点接访取消。"]
    assert wall() == [(THURSDAY, "副市长 桑雪梅")]
    line = "".join(notices.running(session, 1, AT))
    assert line == f"更正（领导接访日程 11月30日至12月6日）：{made.changes[0]}"
    assert "疾病" not in str(made.rows) + line
    with pytest.raises(Refused):
        do(publishing.cancel_now, staff[OFFICE], held.id, reason="再次", version=2, at=AT)


def test_a_substitute_keeps_time_place_and_says_whose_stead(session, staff, do, wall) -> None:
    held = do(week.placed, staff)
    do(week.placed, staff, "季长河", half="am", window_id=None, place="二楼")
    do(week.publish, staff)
    leaders = cast.leaders(session)
    swap = (publishing.substitute, staff[OFFICE], held.id)
    with pytest.raises(FieldProblems) as problem:
        do(*swap, leaders["季长河"].id, reason="开会", version=1, at=AT)
    assert "已安排接访" in problem.value.problems["leader"]
    made = do(*swap, leaders["桑雪梅"].id, reason="开会", version=1, at=AT)
    assert made.changes == ["原定12月2日（周三）上午由副市长 路海涛接访，改由副市长 桑雪梅接访。"]
    shown = queries.reception(session, 1, held.id)
    assert (shown.leader, shown.instead, shown.place) == ("桑雪梅", "副市长 路海涛", cast.ROOM)
    assert wall() == [(WEDNESDAY, "副市长 桑雪梅"), (WEDNESDAY, "副市长 季长河")]


def test_other_changes_stay_inside_until_they_are_signed_off_again(session, staff, do, move, wall) -> None:
    held = do(week.placed, staff)
    other = do(week.placed, staff, "桑雪梅", THURSDAY)
    do(week.publish, staff)
    with pytest.raises(Refused) as refused:
        do(operations.change, staff[OFFICE], held.id, do(week.given, day=TUESDAY), version=1, at=AT)
    assert "修改已公布的日程" in str(refused.value)
    move(publishing.amend)
    do(operations.change, staff[OFFICE], held.id, do(week.given, day=TUESDAY), version=1, at=AT)
    before = [(WEDNESDAY, "副市长 路海涛"), (THURSDAY, "副市长 桑雪梅")]
    assert wall() == before
    # an urgent cancellation of another reception must not let the unsigned change slip out
    do(publishing.cancel_now, staff[OFFICE], other.id, reason="出差", version=1, at=AT)
    assert wall() == before[:1]
    move(publishing.submit)
    move(publishing.approve, APPROVER)
    assert wall() == before[:1]
    made = move(publishing.publish)
    assert (made.number, made.changes) == (
        3,
        ["副市长 路海涛接访时间由12月2日（周三）上午09:00–11:30改为12月1日（周二）上午09:00–11:30。"],
    )
    assert wall() == [(TUESDAY, "副市长 路海涛")]


def test_taken_out_of_a_published_week_it_stays_as_cancelled(session, staff, do, move, wall) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    move(publishing.amend)
    with pytest.raises(FieldProblems):
        do(operations.remove, staff[OFFICE], held.id, reason="", version=1, at=AT)
    assert do(operations.remove, staff[OFFICE], held.id, reason="调整", version=1, at=AT) is False
    assert queries.day_receptions(session, 1, WEDNESDAY)[0].state == "planned", "not yet published"
    move(publishing.submit)
    move(publishing.approve, APPROVER)
    assert "取消" in move(publishing.publish).changes[0]
    assert queries.reception(session, 1, held.id).state == "cancelled"
    assert queries.day_receptions(session, 1, WEDNESDAY) == []


def test_taken_out_and_then_urgent_it_goes_at_once(session, staff, do, move, wall) -> None:
    held = do(week.placed, staff)
    do(week.placed, staff, "桑雪梅", THURSDAY)
    do(week.publish, staff)
    move(publishing.amend)
    do(operations.remove, staff[OFFICE], held.id, reason="调整", version=1, at=AT)
    assert len(wall()) == 2
    do(publishing.cancel_now, staff[OFFICE], held.id, reason="临时出差", version=2, at=AT)
    assert wall() == [(THURSDAY, "副市长 桑雪梅")]


def test_what_is_past_is_not_corrected(session, staff, do) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    with pytest.raises(Refused) as refused:
        do(publishing.cancel_now, staff[OFFICE], held.id, reason="补记", version=1, at=clock.at_hall(THURSDAY, 9))
    assert "已经过去" in str(refused.value)


def test_a_draft_is_no_reception_for_anybody_else(session, staff, do) -> None:
    held = do(week.placed, staff)
    assert queries.reception(session, 1, held.id) is None
    assert queries.published_receptions(session, 1, MONDAY, date(2026, 12, 31)) == []
    do(week.publish, staff)
    assert queries.reception(session, 1, held.id).capacity == 6
    assert queries.reception(session, 2, held.id) is None


def test_a_full_ticker_never_stops_a_publication(session, staff, do) -> None:
    for place in range(notices.MOST):
        do(notices.publish, staff[OFFICE], text=f"公告{place}", starts_at=AT, ends_at=None, at=AT)
    do(week.placed, staff)
    assert do(week.publish, staff).number == 1
    assert session.scalars(select(Edition.number)).all() == [1]
    assert queries.week(session, 1, MONDAY).notice_id is None


def test_who_stands_in_sees_what_is_booked_but_nothing_against_itself(session, staff, do, move) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    open_case = do(matter, staff[CLERK])
    bureau = session.scalar(select(Unit.id).where(Unit.short_name == "市住房和城乡建设局"))
    accused = do(matter, staff[CLERK], "钱二", purpose="accusation", respondent_unit_id=bureau)
    for case in (open_case, accused):
        who = staff[CLERK] if case is open_case else staff[HEAD]
        do(bookings.book, who, held.id, case.id, BookingDraft("chosen", slot=None), at=AT)
    leader = cast.leaders(session)["郎建峰"]

    def given_an_account(writing) -> int:
        account = writing.scalar(select(Account).where(Account.login_name == "panhongxia"))
        writing.get_one(Leader, leader.id).account_id = account.id
        return account.id

    account_id = do(given_an_account)
    do(publishing.substitute, staff[OFFICE], held.id, leader.id, reason="因公外出", version=None, at=AT)
    opened = set(session.scalars(select(CaseGrant.case_id).where(CaseGrant.scope == f"account:{account_id}")))
    assert opened == {open_case.id}


@pytest.fixture
def booked(session, staff, do):
    """``booked(reception, name, slot=…)``: a matter put before it, told by telephone."""

    def made(held, name: str = "吕德胜", slot: int | None = None, **draft):
        def write(writing) -> int:
            case = matter(writing, staff[HEAD], name)
            booking = bookings.book(
                writing, staff[HEAD], held.id, case.id, BookingDraft("chosen", slot=slot, **draft), at=AT
            )
            mark_told(writing, staff[HEAD], booking.id, how="phone", at=AT)
            return booking.id

        return do(write)

    return made


@pytest.fixture
def republish(move):
    """Submit, sign off and publish what is being worked on; the edition."""

    def published(at=AT):
        move(publishing.submit, at=at)
        move(publishing.approve, APPROVER, at=at)
        return move(publishing.publish, at=at)

    return published


def test_what_is_drafted_after_publication_is_told_to_nobody_outside(
    session, staff, do, move, booked, republish
) -> None:
    region = cast.leaders(session)["冉志刚"].region_code
    held = do(week.placed, staff, slot_minutes=25)
    trip = do(week.placed, staff, "桑雪梅", kind="trip", window_id=None, region_code=region, place="村委会")
    do(week.publish, staff)
    at_nine, away = booked(held, slot=540), booked(trip, "钱二")
    codes = {each.id: each.code for each in session.scalars(select(Booking))}

    def outside() -> tuple:
        """What the holder of a code, the windows and the greeter are told."""
        session.expire_all()
        mine = queries_of.one(session, staff[HEAD], at_nine)
        listed = queries_of.receptions(session, staff[CLERK], WEDNESDAY, WEDNESDAY)
        greeted = [each.id for each in queries_of.arriving(session, 1, WEDNESDAY)]
        found = enquiry.promised(session, codes[at_nine], AT)
        return (
            found,
            mine.promise,
            mine.told,
            [(each.leader, each.where, each.taken, each.free) for each in listed],
            greeted,
        )

    before = outside()
    assert before[0].place == cast.ROOM
    assert before[4] == [at_nine], "who goes out to receive has nobody in the hall"
    where = before[3][1][1]
    assert where.endswith(" 村委会"), "a trip has its county"
    assert enquiry.promised(session, codes[away], AT).place == where
    assert queries_of.one(session, staff[HEAD], away).where == where
    move(publishing.amend)
    other = do(week.given, "杜立新", THURSDAY, "pm", capacity=1, window_id=None, place="秘密地点")
    do(operations.change, staff[OFFICE], held.id, other, version=None, at=AT)
    assert outside() == before
    again = booked(held, "孙三", 565)
    assert queries_of.one(session, staff[HEAD], again).promise == f"2026-12-02 09:25 {cast.ROOM} 副市长"
    with pytest.raises(Refused, match="2026-12-02"):
        do(check_in, staff[HEAD], again, at=AT)
    do(operations.change, staff[OFFICE], held.id, replace(other, capacity=2), version=None, at=AT)
    republish()
    assert (outside()[0].day, outside()[2]) == (THURSDAY, False)
    # taken out, it stands until that is signed off; and comes back where the office thinks again
    move(publishing.amend)
    before = outside()
    do(operations.remove, staff[OFFICE], held.id, reason="调整", version=None, at=AT)
    assert outside() == before
    assert queries_of.displaced(session, staff[HEAD]) == []
    back = do(operations.restore, staff[OFFICE], held.id, version=None, at=AT)
    assert (back.state, back.reason) == ("planned", "")
    with pytest.raises(Refused, match="没有要恢复的"):
        do(operations.restore, staff[OFFICE], held.id, version=None, at=AT)


def test_who_types_for_the_leader_of_a_draft_reads_nothing_of_what_is_booked(session, staff, do, move, booked) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    booked(held)
    move(publishing.amend)
    do(operations.change, staff[OFFICE], held.id, do(week.given, "杜立新"), version=None, at=AT)
    leaders, secretary = cast.leaders(session), staff[CLERK].id
    wanted = select(func.count()).select_from(CaseGrant).where(CaseGrant.scope == f"account:{secretary}")
    for name, number in (("杜立新", 0), ("路海涛", 1)):
        do(circle.open_to_attendants, leaders[name], [secretary], at=AT)
        assert session.scalar(wanted) == number, name
        session.rollback()


def test_what_is_booked_follows_the_next_edition(session, staff, do, move, booked, republish) -> None:
    held = do(week.placed, staff, slot_minutes=25)
    do(week.publish, staff)
    first, second, third = (booked(held, name, 540 + 25 * place) for place, name in enumerate(("赵一", "钱二", "孙三")))
    move(publishing.amend)
    given = do(week.given, "杜立新", slot_minutes=30, capacity=3)
    change = (operations.change, staff[OFFICE], held.id)
    with pytest.raises(FieldProblems) as problem:
        do(*change, replace(given, capacity=2), version=None, at=AT)
    assert problem.value.problems == {"capacity": "已约 3 批，不能比这更少；要减的，请先改约或取消几批。"}
    do(*change, given, version=None, at=AT)
    fourth = booked(held, "李四", 540 + 75)  # the last edition still has six places
    with pytest.raises(Refused, match="已约 4 批，多于接待批数 3"):
        move(publishing.submit)
    do(bookings.cancel, staff[HEAD], fourth, version=1, reason="不来了", at=AT)
    republish()
    session.expire_all()
    assert [session.get(Booking, each).slot for each in (first, second, third)] == [540, None, None]
    waiting = queries_of.untimed(session, staff[HEAD], clock.day_of(AT))
    assert [each.id for each in waiting] == [second, third]
    assert [each.told for each in waiting] == [False, False]
    assert [each.id for each in queries_of.untold(session, staff[HEAD], clock.day_of(AT))] == [first, fourth]
    assert enquiry.promised(session, session.get(Booking, second).code, AT).time == "09:00–11:30"
    # the new leader reads what is booked, and the case tells who receives
    opened = set(session.scalars(select(CaseGrant.case_id).where(CaseGrant.scope == f"account:{staff[LEADER].id}")))
    assert opened == {session.get(Booking, each).case_id for each in (first, second, third)}
    case = session.get_one(Case, session.get(Booking, second).case_id)
    titles = [(each.title, each.detail) for each in timeline(session, staff[HEAD], case)]
    assert ("接访领导改为：市委副书记、市长 杜立新", "2026-12-02 上午 09:25") in titles
    assert any("原约的时间没有了" in detail for _title, detail in titles)
    version = session.get(Booking, second).version
    moved = do(
        bookings.move, staff[HEAD], second, version=version, reception_id=held.id, slot=570, reason="时段有变", at=AT
    )
    assert moved.slot == 570


def test_what_was_decided_about_one_leader_is_not_decided_about_the_next(
    session, staff, do, move, booked, republish
) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    made = booked(held, "路海涛", waiver="同名，已核实", waived_by="市委秘书长 廉红军")
    leaders = cast.leaders(session)
    assert queries_of.one(session, staff[HEAD], made).waiver
    do(publishing.substitute, staff[OFFICE], held.id, leaders["季长河"].id, reason="开会", version=None, at=AT)
    session.expire_all()
    assert queries_of.one(session, staff[HEAD], made).waiver == ""
    # an amendment that names another leader is looked at anew when it is published; nobody's stead any more
    move(publishing.amend)
    do(operations.change, staff[OFFICE], held.id, do(week.given), version=None, at=AT)
    republish()
    session.expire_all()
    shown = queries.reception(session, 1, held.id)
    assert (shown.leader, shown.instead) == ("路海涛", "")


def test_an_urgent_substitution_knows_what_was_published_not_what_is_drafted(session, staff, do, move) -> None:
    held = do(week.placed, staff)
    other = do(week.placed, staff, "宫本立", THURSDAY)
    do(week.publish, staff)
    move(publishing.amend)
    leaders = cast.leaders(session)
    for reception_id, day in ((held.id, WEDNESDAY), (other.id, THURSDAY)):
        named = do(week.given, "桑雪梅", day)
        do(operations.change, staff[OFFICE], reception_id, named, version=None, at=AT)
    swap = (publishing.substitute, staff[OFFICE], held.id)
    with pytest.raises(FieldProblems):
        do(*swap, leaders["路海涛"].id, reason="病", version=None, at=AT)
    made = do(*swap, leaders["桑雪梅"].id, reason="病", version=None, at=AT)
    assert made.changes == ["原定12月2日（周三）上午由副市长 路海涛接访，改由副市长 桑雪梅接访。"]
    assert queries.reception(session, 1, held.id).instead == "副市长 路海涛"
    # called off is the reception that was published, with its own leader
    do(publishing.cancel_now, staff[OFFICE], other.id, reason="病", version=None, at=AT)
    session.expire_all()
    assert (queries.reception(session, 1, other.id).leader, session.get(Reception, other.id).leader_id) == (
        "宫本立",
        leaders["宫本立"].id,
    )


def test_once_begun_it_is_neither_called_off_nor_changed_and_takes_place_as_published(
    session, staff, do, move, booked, republish
) -> None:
    held = do(week.placed, staff)
    with pytest.raises(Refused, match="还没有公布"):  # a draft is nobody's day
        do(sheets.arrive, staff[OFFICE], held.id, at=clock.at_hall(WEDNESDAY, 9))
    assert queries_of_day.day(session, staff[OFFICE], held.id) is None
    do(week.publish, staff)
    made = booked(held)
    move(publishing.amend)
    do(operations.change, staff[OFFICE], held.id, do(week.given, "杜立新", THURSDAY), version=None, at=AT)
    nine = clock.at_hall(WEDNESDAY, 9)
    assert queries_of_day.day(session, staff[OFFICE], held.id).leader.name == "路海涛"
    arrived = do(sheets.arrive, staff[OFFICE], held.id, at=nine)
    assert (arrived.leader_id, arrived.day) == (cast.leaders(session)["路海涛"].id, WEDNESDAY)
    do(sheets.begin, staff[OFFICE], made, at=nine)
    other = cast.leaders(session)["季长河"].id
    for urgent in (
        lambda s: publishing.cancel_now(s, staff[OFFICE], held.id, reason="急事", version=None, at=nine),
        lambda s: publishing.substitute(s, staff[OFFICE], held.id, other, reason="急事", version=None, at=nine),
        lambda s: operations.remove(s, staff[OFFICE], held.id, reason="急事", version=None, at=nine),
    ):
        with pytest.raises(Refused, match="已经开始"):
            do(urgent)
    do(week.placed, staff, "桑雪梅", THURSDAY)
    assert republish(nine).changes == ["增加12月3日（周四）上午09:00–11:30副市长 桑雪梅定点接访，地点：领导接访室。"]


def test_what_came_between_sign_off_and_publication_stops_it(session, staff, do, move, republish) -> None:
    held = do(week.placed, staff)
    move(publishing.submit)
    away = {"first": WEDNESDAY, "last": WEDNESDAY, "half": "day", "kind": "sick", "what": "", "at": AT}
    do(duties.add_duty, staff[OFFICE], held.leader_id, **away)
    with pytest.raises(Refused, match="另有安排（病假）.*退回办公室"):
        move(publishing.approve, APPROVER)
    duty = session.scalar(select(LeaderDuty.id))
    do(duties.remove_duty, staff[OFFICE], duty, at=AT)
    move(publishing.approve, APPROVER)
    do(duties.add_duty, staff[OFFICE], held.leader_id, **away)
    with pytest.raises(Refused, match="另有安排（病假）.*撤回"):
        move(publishing.publish)
    move(publishing.withdraw)
    late = clock.at_hall(THURSDAY, 9)
    with pytest.raises(Refused, match="日期已经过去，不能再公布"):
        move(publishing.submit, at=late)
    duty = session.scalar(select(LeaderDuty.id))
    do(duties.remove_duty, staff[OFFICE], duty, at=AT)
    assert republish().number == 1
    # a published day that is over stands as it was; what a draft changed of it is given up
    move(publishing.amend)
    do(operations.change, staff[OFFICE], held.id, do(week.given, day=FRIDAY), version=None, at=AT)
    with pytest.raises(Refused, match="恢复为已公布的"):
        move(publishing.submit, at=late)
    do(operations.restore, staff[OFFICE], held.id, version=None, at=late)
    assert republish(late).changes == []
