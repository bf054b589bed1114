"""A quarter day by day: lamps move, warnings and digests come in working hours only, no date moves without an event."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, database
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import clocks
from portal.cases.views.dossier import lamp_of
from portal.statutes.models import Holiday
from portal.statutes.workdays import ONE_DAY, from_chinesecalendar
from portal.supervision.models import ClockMark, InboxItem
from portal.trail.models import Event
from portal.trail.queries import verify
from scheduler import jobs
from tests.cases.desk import founded, registered
from tests.supervision.hall import at, open_hall

__all__ = ["founded"]

FIRST, LAST = date(2026, 8, 31), date(2026, 11, 30)  # 中秋节, 国庆节 and a make-up Saturday lie between
BEFORE_NEWS = date(
    2026, 9, 14
)  # 异议 runs five working days; of the make-up Sunday 2026-09-20 nobody knows on this day
HOURS = ((0, 10), (9, 0), (12, 30))
WORKED = {(9, 0)}
MOVES = ("clock.moved", "clock.resumed", "clock.extended", "clock.restarted", "clock.named")
NAMES = {"recompute-clocks", "tell-dates", "send-digests"}
MINDING = [job for job in jobs.JOBS if job.name in NAMES]
assert len(MINDING) == len(NAMES)


@pytest.mark.one_engine
def test_a_simulated_quarter(founded: Flask) -> None:
    open_hall(founded, days=(7, 3, 1))
    calendar = from_chinesecalendar()
    _unpublish_october(founded)
    lamps: dict[int, list[str]] = {}
    seen: dict[int, date | None] = {}
    day = FIRST
    while day <= LAST:
        if day.day in (1, 11, 21):
            with clock.frozen(at(day, 10)):
                registered(founded, received_at=at(day, 9), purpose="accusation" if day.day == 21 else "claim")
        if day == BEFORE_NEWS:
            _start_objection(founded, day)
        if day == BEFORE_NEWS + ONE_DAY:
            _publish_october(founded)
        for hour, minute in HOURS:
            moment = at(day, hour, minute)
            with clock.frozen(moment):
                ran = [jobs.run(founded, job, "one") for job in MINDING]
            assert ran == [True, True, True]
            _check_moment(founded, moment, calendar.is_workday(day) and (hour, minute) in WORKED)
        _check_day(founded, day, seen, lamps)
        day += ONE_DAY
    _check_quarter(founded, calendar, lamps)


def _unpublish_october(app: Flask) -> None:
    """The calendar of the year is typed only half: every date is provisional until the rest is published."""
    with app.app_context(), database.write() as session:
        for row in session.scalars(select(Holiday).where(Holiday.date >= date(2026, 10, 1))).all():
            session.delete(row)


def _publish_october(app: Flask) -> None:
    with app.app_context(), database.write() as session:
        for entry in from_chinesecalendar().entries.values():
            if entry.day >= date(2026, 10, 1) and session.get(Holiday, entry.day) is None:
                row = Holiday(
                    date=entry.day, kind=entry.kind, name=entry.name, notice=entry.notice, loaded_at=clock.now()
                )
                session.add(row)


def _start_objection(app: Flask, day: date) -> None:
    with app.app_context(), database.write() as session:
        proceeding = session.scalars(select(Proceeding).order_by(Proceeding.id).limit(1)).one()
        case = session.get_one(Case, proceeding.case_id)
        started = clocks.start(session, case, proceeding, "petition.objection", day, event="petition.refer")
        assert (started.effective_due, started.provisional) == (date(2026, 9, 21), True)


def _check_moment(app: Flask, moment: datetime, working: bool) -> None:
    with app.app_context():
        session = database.db.session()
        new = session.scalar(select(func.count()).select_from(InboxItem).where(InboxItem.at == moment))
        marks = session.scalar(select(func.count()).select_from(ClockMark).where(ClockMark.at == moment))
        assert working or (new, marks) == (0, 0), f"something was said at {clock.local(moment)}"


def _check_day(app: Flask, day: date, seen: dict[int, date | None], lamps: dict[int, list[str]]) -> None:
    """What holds on each evening."""
    with app.app_context():
        session = database.db.session()
        moved = select(Event.data).where(Event.kind.in_(MOVES), Event.at >= at(day, 0), Event.at < at(day + ONE_DAY, 0))
        told = {data["clock_id"] for data in session.scalars(moved) if data["from"] != data["to"]}
        for row in session.scalars(select(Clock).where(Clock.stopped_at.is_(None))):
            before = seen.setdefault(row.id, row.effective_due)
            assert row.effective_due == before or row.id in told, f"clock {row.id} moved on {day} without an event"
            seen[row.id] = row.effective_due
            level = lamp_of(row.effective_due, row.started_on, day, verified=row.verified).level
            if lamps.setdefault(row.id, [])[-1:] != [level]:
                lamps[row.id].append(level)
        twice = select(ClockMark.clock_id, ClockMark.once).group_by(ClockMark.clock_id, ClockMark.once)
        assert session.execute(twice.having(func.count() > 1)).all() == []
        late = session.scalars(select(ClockMark.due).where(ClockMark.kind == "overdue", ClockMark.due >= day)).all()
        assert late == [], "nothing is overdue on its own last day"


def _check_quarter(app: Flask, calendar, lamps: dict[int, list[str]]) -> None:
    with app.app_context():
        session = database.db.session()
        assert ["ok", "near", "late"] in lamps.values()
        assert all(path == ["ok", "near", "late"][: len(path)] for path in lamps.values())
        marks = session.execute(select(ClockMark.clock_id, ClockMark.kind, ClockMark.days)).all()
        oldest = session.scalar(select(func.min(Clock.id)))
        first = sorted((kind, days or 0) for clock_id, kind, days in marks if clock_id == oldest)
        assert first == [("overdue", 0), ("warning", 1), ("warning", 3), ("warning", 7)]
        objection = session.scalars(select(Clock).where(Clock.key == "petition.objection")).one()
        assert (objection.effective_due, objection.provisional) == (date(2026, 9, 20), False)
        moved = session.scalars(select(InboxItem).where(InboxItem.kind == "moved")).all()
        assert {(item.data["from"], item.data["to"], item.data["why"]) for item in moved} == {
            ("2026-09-21", "2026-09-20", "calendar")
        }
        said = sorted((kind, days or 0) for clock_id, kind, days in marks if clock_id == objection.id)
        assert said == [("moved", 0), ("overdue", 0), ("warning", 1), ("warning", 3)], (
            "seven days before it had not begun"
        )
        digests = session.execute(select(Event.data, Event.at).where(Event.kind == "daily.digest")).all()
        days = [date.fromisoformat(data["day"]) for data, _ in digests]
        wanted = [FIRST + ONE_DAY * n for n in range((LAST - FIRST).days + 1)]
        assert sorted(days) == [day for day in wanted if calendar.is_workday(day)]
        nights = session.scalars(select(Event.at).where(Event.kind == "daily.recompute")).all()
        assert [clock.local(moment).hour for moment in nights] == [0] * len(wanted)
        assert session.scalar(select(func.count()).select_from(Case)) == 9
        assert verify(session) == []
