"""Open clocks follow the calendar: what moves, what becomes firm, and that each says so in the trail."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.cases import operations, recomputing
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import clocks
from portal.cases.operations import recomputing as batches
from portal.cases.timeline import timeline
from portal.statutes import queries as statutes
from portal.statutes.models import Holiday
from portal.trail.models import Event
from tests.cases.conftest import MONDAY, Hall, registered

LATER = MONDAY + timedelta(hours=1)
# An arrangement made up for these tests: nobody has published 2027 yet.
TRIAL = (
    *(date(2027, 1, day) for day in (1, 2, 3)),
    *(date(2027, 10, day) for day in (1, 2, 3)),
)


def started(session: Session, case: Case, key: str, on: date) -> int:
    with database.write() as writing:
        proceeding = writing.scalars(select(Proceeding).where(Proceeding.case_id == case.id)).one()
        return clocks.start(writing, writing.get_one(Case, case.id), proceeding, key, on).id


def type_notice(work: tuple[date, ...] = (), at: datetime = LATER) -> None:
    with database.write() as writing:
        for kind, days in (("rest", TRIAL), ("work", work)):
            for day in days:
                writing.add(Holiday(date=day, kind=kind, name="元旦", notice="试〔2026〕1号", loaded_at=at))


def moves(session: Session, case: Case) -> list[Event]:
    wanted = select(Event).where(Event.chain == f"case:{case.id}", Event.kind.in_(["clock.moved", "clock.confirmed"]))
    return list(session.scalars(wanted.order_by(Event.seq)))


def test_over_the_year_end_is_provisional_then_moves_with_an_event_and_is_firm(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    clock_id = started(session, case, "petition.objection", date(2026, 12, 30))
    before = session.get_one(Clock, clock_id)
    assert (before.effective_due, before.provisional) == (date(2027, 1, 6), True)  # 1 January taken for a plain Friday
    old = before.calendar_version
    type_notice()
    assert recomputing.recompute_all(1, LATER) == 1
    session.expire_all()
    after = session.get_one(Clock, clock_id)
    assert (after.effective_due, after.provisional) == (date(2027, 1, 7), False)
    [event] = moves(session, case)
    assert (event.kind, event.actor_id, event.at) == ("clock.moved", None, LATER)
    told = {name: event.data[name] for name in ("clock_id", "from", "to", "why", "provisional")}
    assert told == {
        "clock_id": clock_id, "from": "2027-01-06", "to": "2027-01-07", "why": "calendar", "provisional": [True, False],
    }  # fmt: skip
    assert event.data["calendar_version"] == [old, after.calendar_version]
    assert after.calendar_version == statutes.law(session).calendar_version != old
    [told] = [line for line in timeline(session, hall.clerk, case) if line.title.startswith("期限重新推算")]
    assert told.detail == "工作日历有了变化；最后一日由 2027-01-06 改为 2027-01-07；由暂定转为确定"
    assert told.who == "系统"


def test_a_worked_saturday_brings_the_date_forward(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    clock_id = started(session, case, "petition.objection", date(2027, 1, 4))
    assert session.get_one(Clock, clock_id).effective_due == date(2027, 1, 11)
    type_notice(work=(date(2027, 1, 9),))
    assert recomputing.recompute_all(1, LATER) == 1
    session.expire_all()
    assert session.get_one(Clock, clock_id).effective_due == date(2027, 1, 9)


def test_a_date_that_stays_is_confirmed_and_all_clocks_carry_the_new_calendar(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    clock_id = started(session, case, "petition.conclude", date(2026, 11, 23))
    type_notice()
    recomputing.recompute_all(1, LATER)
    session.expire_all()
    held = session.get_one(Clock, clock_id)
    assert (held.effective_due, held.provisional) == (date(2027, 1, 22), False)
    assert [(event.kind, event.data["clock_id"]) for event in moves(session, case)] == [("clock.confirmed", clock_id)]
    versions = set(session.scalars(select(Clock.calendar_version).where(Clock.case_id == case.id)))
    assert versions == {statutes.law(session).calendar_version}


def test_twice_changes_nothing_and_a_stopped_clock_never_moves(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    stopped = started(session, case, "petition.objection", date(2026, 12, 30))
    with database.write() as writing:
        writing.get_one(Clock, stopped).stopped_at = MONDAY
    running = started(session, case, "petition.objection", date(2026, 12, 30))
    type_notice()
    assert recomputing.recompute_all(1, LATER) == 1
    assert recomputing.recompute_all(1, LATER + timedelta(days=1)) == 0
    session.expire_all()
    assert session.get_one(Clock, stopped).effective_due == date(2027, 1, 6)
    assert [event.data["clock_id"] for event in moves(session, case)] == [running]


def test_the_case_row_repeats_the_new_date(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    with database.write() as writing:
        for other in writing.scalars(select(Clock).where(Clock.case_id == case.id)):
            other.stopped_at = MONDAY
    started(session, case, "petition.objection", date(2026, 12, 30))
    type_notice()
    recomputing.recompute_all(1, LATER)
    session.expire_all()
    assert session.get_one(Case, case.id).next_due == date(2027, 1, 7)


@pytest.mark.parametrize(("checked", "moved"), [(2, 50), (500, 2), (1, 1)])
def test_batches_of_any_size_reach_every_clock_once(
    session: Session,
    hall: Hall,
    monkeypatch: pytest.MonkeyPatch,
    checked: int,
    moved: int,
) -> None:
    case = registered(hall.clerk)
    ids = [started(session, case, "petition.objection", date(2026, 12, 28 + place)) for place in range(3)]
    type_notice()
    monkeypatch.setattr(batches, "MOST_MOVED", moved)
    after, rounds = 0, 0
    while after is not None:
        with database.write() as writing:
            done = operations.recompute(writing, 1, LATER, after=after, most=checked)
        assert done.checked <= checked
        assert done.moved <= moved
        after, rounds = done.after, rounds + 1
    assert rounds > 1
    assert [event.data["clock_id"] for event in moves(session, case)] == ids


def test_only_so_many_batches_are_done_where_the_caller_says_so(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    started(session, case, "petition.objection", date(2026, 12, 30))
    type_notice()
    assert recomputing.recompute_all(1, LATER, batches=0) == 0
    assert moves(session, case) == []
    assert clock.day_of(LATER) == date(2026, 11, 23)
