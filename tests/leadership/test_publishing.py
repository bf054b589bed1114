"""From draft to walls: nobody signs off their own, nothing unsigned is published, and screens know the last edition only."""

from datetime import date

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.access.models import Account
from portal.cases.models import CaseGrant
from portal.cases.operations import FieldProblems, Refused
from portal.leadership import public
from portal.leadership.models import Edition, Leader
from portal.leadership.operations import bookings, duties, publishing
from portal.leadership.operations import roster as operations
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.queries import roster as queries
from portal.organisation.models import Unit
from portal.queue import notices
from portal.trail import queries as trail
from tests.cast import leadership_roster as cast
from tests.leadership import week
from tests.leadership.receptions import CLERK, HEAD, matter
from tests.leadership.week import APPROVER, AT, MONDAY, OFFICE, THURSDAY, TUESDAY, WEDNESDAY


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
