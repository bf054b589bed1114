"""What is to be said about clocks now: warnings that were reached, dates that passed, dates that moved. Reads, never writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session

from portal.cases.models import Case, Clock, Proceeding
from portal.clock import day_of
from portal.statutes import queries as statutes
from portal.supervision import working
from portal.supervision.models import ClockMark, WarningPoints
from portal.trail.models import Event

EVERY = ""  # the key of the points that hold for each limit without its own
# by whatever hand or reason: a recount, a pause that ended, an extension, another start, another named day
MOVES = ("clock.moved", "clock.resumed", "clock.extended", "clock.restarted", "clock.named")
# the organ whose limit it is: a 复查 is its own organ's, the petition that of the 有权处理单位
ORGAN = case((Proceeding.level != "", Proceeding.unit_id), else_=Case.competent_unit_id)
SLICE = 500  # events read at a time
LOOK_BACK = timedelta(days=1) * 30  # what moved longer ago, while no scheduler ran, is no news


@dataclass(frozen=True)
class Said:
    """One thing to say about one clock. ``days``: the warning point that was reached; ``named``: a person named the day.

    ``facts`` are what the reader's line needs besides (from, to, why of a move); ``by`` who moved it and knows already.
    """

    kind: str
    once: str
    clock_id: int
    case_id: int
    key: str
    started_on: date
    due: date | None
    provisional: bool
    verified: bool
    named: bool
    proceeding_id: int
    platform: str
    handler_id: int | None
    unit_id: int | None
    days: int | None = None
    event_id: int | None = None
    by: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


Find = Callable[[Session, int, datetime, int], list[Said]]


def points(session: Session, centre_id: int) -> dict[str, tuple[int, ...]]:
    """The centre's warning points by key, EVERY for all others; empty where it has set none."""
    rows = session.execute(
        select(WarningPoints.key, WarningPoints.days).where(WarningPoints.centre_id == centre_id)
    ).all()
    return {key: tuple(days) for key, days in rows}


def warnings(session: Session, centre_id: int, at: datetime, most: int) -> list[Said]:
    """Limits of the office whose warning point was reached: at most ``most``, the nearest date first.

    A point that falls on rest days is reached on the working day before them. Of several that were reached (the scheduler had
    been down) only the nearest to the date is given, and none that lies on or before the start of its period.
    """
    wanted = points(session, centre_id)
    if not any(wanted.values()):
        return []
    today = day_of(at)
    reach = working.hall_days(session, centre_id, today).last_before_work(today)
    horizon = reach + timedelta(days=max(max(days, default=0) for days in wanted.values()))
    rows = _running(session, centre_id).where(Clock.effective_due >= today, Clock.effective_due <= horizon)
    given = _nearest_given(session, centre_id, today)
    found: list[Said] = []
    for row in session.execute(rows.order_by(Clock.effective_due, Clock.id)):
        days = _reached(wanted.get(row.key, wanted.get(EVERY, ())), row.started_on, row.effective_due, reach)
        last = given.get((row.id, row.effective_due))
        if days is not None and (last is None or days < last):
            found.append(_said("warning", f"warning:{row.effective_due}:{days}", row, days=days))
        if len(found) == most:
            break
    return found


def overdue(session: Session, centre_id: int, at: datetime, most: int) -> list[Said]:
    """Limits of the office whose last day is over and that were not marked for that day. Never one that is not verified."""
    marked = exists().where(
        ClockMark.clock_id == Clock.id, ClockMark.kind == "overdue", ClockMark.due == Clock.effective_due
    )
    rows = _running(session, centre_id).where(Clock.effective_due < day_of(at), Clock.verified, ~marked)
    found = session.execute(rows.order_by(Clock.effective_due, Clock.id).limit(most))
    return [_said("overdue", f"overdue:{row.effective_due}", row) for row in found]


def moved(session: Session, centre_id: int, at: datetime, most: int) -> list[Said]:
    """Dates of running limits of the office that moved and of which nobody was told, in the order of their events."""
    told = exists().where(ClockMark.event_id == Event.id)
    events = (
        select(Event.id, Event.data, Event.kind, Event.actor_id)
        .where(Event.centre_id == centre_id, Event.kind.in_(MOVES), Event.at >= at - LOOK_BACK, ~told)
        .order_by(Event.id)
        .limit(SLICE)
    )
    found: list[Said] = []
    after = 0
    # what moved nothing (a pause that ended on the day it began) is never told and never marked: it is passed over each time
    while len(found) < most:
        some = session.execute(events.where(Event.id > after)).all()
        found += _news(session, centre_id, some)
        if len(some) < SLICE:
            break
        after = some[-1].id
    return found[:most]


def _news(session: Session, centre_id: int, events: Sequence[Any]) -> list[Said]:
    real = [event for event in events if event.data["from"] != event.data["to"]]
    wanted = _columns(centre_id).where(
        Clock.id.in_({event.data["clock_id"] for event in real} or {0}), Clock.key.in_(office_keys(session))
    )
    clocks = {row.id: row for row in session.execute(wanted)}
    found = []
    for event in real:
        row, data = clocks.get(event.data["clock_id"]), event.data
        if row is not None:
            why = data.get("why") if event.kind == "clock.moved" else event.kind.removeprefix("clock.")
            facts = {"from": data["from"], "to": data["to"], "why": why}
            said = _said("moved", f"moved:{event.id}", row, event_id=event.id, by=event.actor_id, facts=facts)
            found.append(said)
    return found


def _reached(days: tuple[int, ...], started_on: date, due: date, reach: date) -> int | None:
    met = [each for each in days if (due - reach).days <= each < (due - started_on).days]
    return min(met, default=None)


def _nearest_given(session: Session, centre_id: int, today: date) -> dict[tuple[int, date], int]:
    given = (
        select(ClockMark.clock_id, ClockMark.due, func.min(ClockMark.days))
        .where(ClockMark.centre_id == centre_id, ClockMark.kind == "warning", ClockMark.due >= today)
        .group_by(ClockMark.clock_id, ClockMark.due)
    )
    return {(clock_id, due): days for clock_id, due, days in session.execute(given)}


def _columns(centre_id: int) -> Select[Any]:
    return (
        select(
            Clock.id,
            Clock.case_id,
            Clock.key,
            Clock.started_on,
            Clock.effective_due,
            Clock.provisional,
            Clock.verified,
            Clock.named_due,
            Clock.proceeding_id,
            Proceeding.platform,
            Proceeding.handler_id,
            ORGAN.label("unit_id"),
        )
        .join(Proceeding, Proceeding.id == Clock.proceeding_id)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.centre_id == centre_id, Clock.stopped_at.is_(None))
    )


def _running(session: Session, centre_id: int) -> Select[Any]:
    return _columns(centre_id).where(Clock.key.in_(office_keys(session)))


def office_keys(session: Session) -> list[str]:
    """Keys of the limits that bind the office: a citizen's right that runs out is nobody's work here."""
    rules = statutes.law(session).rules
    return [key for key in rules.versions if rules.newest(key).binds == "office"]


def _said(kind: str, once: str, row: Any, **further: Any) -> Said:
    return Said(
        kind=kind,
        once=once,
        clock_id=row.id,
        case_id=row.case_id,
        key=row.key,
        started_on=row.started_on,
        due=row.effective_due,
        provisional=row.provisional,
        verified=row.verified,
        named=row.named_due is not None,
        proceeding_id=row.proceeding_id,
        platform=row.platform,
        handler_id=row.handler_id,
        unit_id=row.unit_id,
        **further,
    )
