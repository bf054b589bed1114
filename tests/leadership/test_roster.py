"""The week on the table: nobody in two places, rest days only with a reason, one leader once even in a race, and filling by rule."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from portal import clock, database
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import Reception
from portal.leadership.operations import duties, filling, publishing
from portal.leadership.operations import roster as operations
from portal.leadership.operations.filling import RotationGiven
from portal.leadership.queries import roster as queries
from portal.organisation.models import Closure
from portal.trail import queries as trail
from tests.cast import leadership_roster as cast
from tests.leadership import week
from tests.leadership.week import AT, FRIDAY, MONDAY, OFFICE, SATURDAY, THURSDAY, TUESDAY, WEDNESDAY


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
def refused(do, staff):
    """The messages beside the fields when a reception is refused."""

    def told(*args, **kwargs) -> dict[str, str]:
        with pytest.raises(FieldProblems) as problem:
            do(week.placed, staff, *args, **kwargs)
        return problem.value.problems

    return told


def test_a_leader_is_never_in_two_places_in_a_half_day(session, staff, do, refused) -> None:
    do(week.placed, staff)
    assert "已安排接访" in refused(window_id=None, place="市政府二楼")["leader"]
    do(week.placed, staff, half="pm", window_id=None, place="市政府二楼")
    assert session.scalar(select(func.count()).select_from(Reception)) == 2


def test_overlapping_hours_of_one_leader_are_refused_across_halves(staff, do) -> None:
    do(operations.place, staff[OFFICE], _hours(do, 600, 800), at=AT)
    with pytest.raises(FieldProblems) as problem:
        do(operations.place, staff[OFFICE], _hours(do, 780, 900, half="pm"), at=AT)
    assert "重叠" in problem.value.problems["starts"]


def _hours(do, starts: int, ends: int, half: str = "am"):
    held = do(week.given, half=half, window_id=None, place="市政府二楼")
    return type(held)(**{**vars(held), "starts": starts, "ends": ends})


def test_a_room_holds_one_leader_at_a_time(staff, do, refused) -> None:
    do(week.placed, staff)
    assert "已安排给路海涛" in refused("桑雪梅")["window"]
    do(week.placed, staff, "桑雪梅", half="pm")


def test_the_past_is_refused_and_a_rest_day_wants_a_reason(staff, do, refused) -> None:
    assert "已经过去" in refused(day=date(2026, 11, 25))["day"]
    assert "休息日（周末）" in refused(day=SATURDAY)["reason"]
    assert do(week.placed, staff, day=SATURDAY, reason="周末专题接访").reason == "周末专题接访"


def test_a_holiday_is_named_and_a_make_up_saturday_is_worked(session, staff, do) -> None:
    with clock.frozen(clock.at_hall(date(2026, 9, 1), 9)):
        at = clock.now()
        with pytest.raises(FieldProblems) as problem:
            do(operations.place, staff[OFFICE], do(week.given, day=date(2026, 10, 1)), at=at)
        assert "国庆节" in problem.value.problems["reason"]
        do(operations.place, staff[OFFICE], do(week.given, day=date(2026, 10, 10)), at=at)


def test_a_day_on_which_the_hall_is_closed_wants_a_reason(session, staff, do, refused) -> None:
    with database.write() as writing:
        writing.add(Closure(centre_id=1, service_id=None, day=WEDNESDAY, message="停电检修。"))
    assert "停电检修" in refused()["reason"]


def test_another_duty_stands_in_the_way_unless_there_is_a_reason(session, staff, do, refused) -> None:
    leader = cast.leaders(session)["路海涛"]
    note = {"first": WEDNESDAY, "last": WEDNESDAY, "half": "am", "kind": "meeting", "what": "市政府常务会", "at": AT}
    assert do(duties.add_duty, staff[OFFICE], leader.id, **note) == []
    assert "会议：市政府常务会" in refused()["reason"]
    do(week.placed, staff, half="pm")
    with pytest.raises(FieldProblems):
        do(duties.add_duty, staff[OFFICE], leader.id, **note)
    hit = do(duties.add_duty, staff[OFFICE], leader.id, **{**note, "half": "pm"})
    assert [row.half for row in hit] == ["pm"]


def test_the_centre_says_how_many_receptions_a_half_day_holds(staff, do, refused) -> None:
    do(week.placed, staff, "葛正清", kind="trip", window_id=None, region_code="140829")  # is not in the hall
    for name in ("路海涛", "桑雪梅", "季长河"):
        do(week.placed, staff, name, window_id=None, place=f"{name}办公室")
    assert "每半天最多 3 场" in refused("宫本立", window_id=None, place="四楼")["reason"]
    do(week.placed, staff, "宫本立", kind="trip", window_id=None, region_code="140829")


def test_more_batches_than_time_are_refused(refused) -> None:
    assert "要 200 分钟" in refused(capacity=10, slot_minutes=20)["capacity"]
    assert list(refused(kind="trip", window_id=None)) == ["region"]
    assert list(refused(window_id=None)) == ["window"]


def test_one_who_left_the_post_is_not_placed(session, staff, do, refused) -> None:
    with database.write() as writing:
        cast.leaders(writing)["路海涛"].until = TUESDAY
    assert "不在任" in refused()["leader"]
    do(week.placed, staff, day=TUESDAY)


def test_two_who_place_one_leader_at_once_are_told_in_words(app, session, staff) -> None:
    """A real race: whoever comes second meets the lock or the unique index, and reads the same sentence."""
    gate, told = threading.Barrier(2), []

    def place(place: str) -> None:
        with app.app_context():
            gate.wait()
            try:
                with database.write() as writing:
                    week.placed(writing, staff, window_id=None, place=place)
                told.append("")
            except FieldProblems as problem:
                told.append(problem.problems["leader"])
            except Refused as problem:  # both began the week itself
                told.append(str(problem))

    threads = [threading.Thread(target=place, args=(name,)) for name in ("二楼", "三楼")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, told)) == [False, True]
    assert session.scalar(select(func.count()).select_from(Reception)) == 1


def test_the_unique_index_speaks_chinese(session, staff, do, monkeypatch) -> None:
    do(week.placed, staff)
    monkeypatch.setattr(operations.conflicts, "refuse", lambda found, reason: None)  # as if nobody had looked
    with pytest.raises(FieldProblems) as problem:
        do(week.placed, staff)
    assert problem.value.problems["leader"] == operations.TWICE


def test_a_change_keeps_to_its_week_and_to_what_was_read(session, staff, do) -> None:
    held = do(week.placed, staff)
    change = (operations.change, staff[OFFICE], held.id)
    with pytest.raises(FieldProblems) as problem:
        do(*change, do(week.given, day=date(2026, 12, 8)), version=1, at=AT)
    assert list(problem.value.problems) == ["day"]
    do(*change, do(week.given, day=THURSDAY), version=1, at=AT)
    with pytest.raises(Refused):
        do(*change, do(week.given, day=FRIDAY), version=1, at=AT)
    assert [row.day for row in queries.working_rows(session, 1, MONDAY)] == [THURSDAY]


def test_a_draft_that_is_taken_out_is_gone_but_told(session, staff, do) -> None:
    held = do(week.placed, staff)
    assert do(operations.remove, staff[OFFICE], held.id, reason="", version=1, at=AT) is True
    assert queries.working_rows(session, 1, MONDAY) == []
    kinds = [entry.kind for entry in trail.entries(session, f"week:{queries.week(session, 1, MONDAY).id}")]
    assert sorted(kinds) == ["reception.placed", "reception.removed", "week.begun"]
    assert trail.verify(session) == []


def test_last_week_is_copied_without_holidays_and_conflicts(session, staff, do) -> None:
    do(week.placed, staff, day=TUESDAY)
    do(week.placed, staff, "桑雪梅", day=WEDNESDAY)
    do(week.placed, staff, "季长河", day=SATURDAY, reason="周末专题")
    leader = cast.leaders(session)["桑雪梅"]
    away = date(2026, 12, 9)
    do(duties.add_duty, staff[OFFICE], leader.id, first=away, last=away, half="day", kind="leave", what="", at=AT)
    filled = do(filling.copy_week, staff[OFFICE], date(2026, 12, 7), at=AT)
    assert filled.placed == 1
    assert len(filled.left_out) == 2
    assert any("桑雪梅" in line and "请假" in line for line in filled.left_out)
    assert any("休息日" in line for line in filled.left_out)
    again = do(filling.copy_week, staff[OFFICE], date(2026, 12, 7), at=AT)
    assert again.placed == 0
    with pytest.raises(Refused):
        do(filling.copy_week, staff[OFFICE], MONDAY, at=AT)


def test_next_week_it_is_the_leaders_own_turn_again(session, staff, do) -> None:
    held = do(week.placed, staff)
    do(week.publish, staff)
    other = cast.leaders(session)["季长河"].id
    do(publishing.substitute, staff[OFFICE], held.id, other, reason="开会", version=None, at=AT)
    assert do(filling.copy_week, staff[OFFICE], date(2026, 12, 7), at=AT).placed == 1
    [row] = queries.working_rows(session, 1, date(2026, 12, 7))
    assert (row.leader, row.instead) == ("路海涛", "")


def test_a_rotation_takes_whoever_has_not_received_for_longest(session, staff, do) -> None:
    leaders = cast.leaders(session)
    ids = tuple(leaders[name].id for name in ("路海涛", "桑雪梅", "季长河"))
    rule = RotationGiven("周二上午", 1, "am", 540, 690, "fixed", "", cast.room_id(session), 6, ids, True)
    do(filling.save_rotation, staff[OFFICE], None, rule, at=AT)
    names = []
    for monday in (MONDAY, date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 21)):
        assert do(filling.rotate, staff[OFFICE], monday, at=AT).placed == 1
        names.append(queries.working_rows(session, 1, monday)[0].leader)
    assert names == ["路海涛", "桑雪梅", "季长河", "路海涛"]
    twice = do(filling.rotate, staff[OFFICE], MONDAY, at=AT)
    assert twice.placed == 0
    assert "已有其中一位" in twice.left_out[0]
