"""The queue in figures: sums of closed periods, counted by the database. Every query reads one centre's days by an index.

A *visit* (批次) is one number at one service, from its first waiting there; *people* (人次) are its headcount. Only services of
the scope are read, and nothing here knows a clerk or a visitor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.organisation.models import Service, Window
from portal.queue.durations import lasted
from portal.queue.models import Appointment, Period, Ticket

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scope:
    """Which days of which centre, and which services (by id) count."""

    centre_id: int
    first: date
    last: date
    service_ids: tuple[int, ...]

    def holds(self, table: Any, service_id: Any) -> tuple[ColumnElement[bool], ...]:
        """The rows of ``table`` in the scope."""
        days = table.day.between(self.first, self.last)
        return (table.centre_id == self.centre_id, days, service_id.in_(self.service_ids))


def services(session: Session, centre_id: int) -> Sequence:
    """Every service the centre ever had: rows (id, name, platform, target_minutes) in the hall's order."""
    return session.execute(
        select(Service.id, Service.name, Service.platform, Service.target_minutes)
        .where(Service.centre_id == centre_id)
        .order_by(Service.position, Service.id)
    ).all()


def windows(session: Session, centre_id: int) -> Sequence:
    """Every window: rows (id, name) in the hall's order."""
    return session.execute(
        select(Window.id, Window.name).where(Window.centre_id == centre_id).order_by(Window.position, Window.id)
    ).all()


@dataclass(frozen=True)
class Visits:
    """Visits of one kind together, in seconds; ``waited_minutes`` is their waiting, rounded up to the minute."""

    service_id: int
    hour: int
    waited_minutes: int
    count: int
    people: int
    waited: int
    longest_wait: int
    walks: int
    walked: int
    serves: int
    served: int
    longest_serve: int


def visits(session: Session, scope: Scope) -> list[Visits]:
    """Visits that were called, by service, by the hall's hour in which they began to wait, and by minutes of waiting."""
    each = _per_visit(Period.service_id, ("waiting", "walking", "serving"), scope)
    waited = func.coalesce(each.c.waited, 0)
    keys, names = _keys(each.c.key, extract("hour", each.c.since), (waited + 59) // 60)
    rows = session.execute(
        select(
            *keys,
            func.count(),
            func.sum(Ticket.headcount),
            func.sum(waited),
            func.max(waited),
            func.count(each.c.walked),
            func.coalesce(func.sum(each.c.walked), 0),
            func.count(each.c.served),
            func.coalesce(func.sum(each.c.served), 0),
            func.coalesce(func.max(each.c.served), 0),
        )
        .join(Ticket, Ticket.id == each.c.ticket_id)
        .where(or_(each.c.walked.is_not(None), each.c.served.is_not(None)))
        .group_by(*names)
    )
    return [Visits(row[0], hall_hour(row[1]), *(int(value) for value in row[2:])) for row in rows]


@dataclass(frozen=True)
class AtWindow:
    """What one window did, in seconds; ``waits`` are the waitings that its calls ended."""

    window_id: int
    count: int
    people: int
    walks: int
    walked: int
    serves: int
    served: int
    longest_serve: int
    waits: int = 0
    waited: int = 0
    longest_wait: int = 0


def at_windows(session: Session, scope: Scope) -> list[AtWindow]:
    """By window: whom it called or served, and how long those had waited before its calls. Two queries."""
    each = _per_visit(Period.window_id, ("walking", "serving"), scope)
    rows = session.execute(
        select(
            each.c.key,
            func.count(),
            func.sum(Ticket.headcount),
            func.count(each.c.walked),
            func.coalesce(func.sum(each.c.walked), 0),
            func.count(each.c.served),
            func.coalesce(func.sum(each.c.served), 0),
            func.coalesce(func.max(each.c.served), 0),
        )
        .join(Ticket, Ticket.id == each.c.ticket_id)
        .where(each.c.key.is_not(None))
        .group_by(each.c.key)
    ).all()
    walk, wait = aliased(Period), aliased(Period)
    before = (
        select(walk.window_id, func.count(), func.sum(lasted(wait)), func.max(lasted(wait)))
        .join(wait, and_(wait.ticket_id == walk.ticket_id, wait.end == walk.start, wait.kind == "waiting"))
        .where(*scope.holds(walk, walk.service_id), walk.kind == "walking")
        .group_by(walk.window_id)
    )
    waits = {window: numbers for window, *numbers in session.execute(before)}
    return [AtWindow(*(int(value) for value in (*row, *waits.get(row[0], (0, 0, 0))))) for row in rows]


def _per_visit(key: Any, kinds: tuple[str, ...], scope: Scope) -> Any:
    def total(kind: str) -> ColumnElement[int]:
        # null where there was none, so that it is not counted as a walk of no time
        return func.sum(case((Period.kind == kind, lasted())))

    return (
        select(
            key.label("key"),
            Period.ticket_id,
            func.min(Period.start).label("since"),
            total("waiting").label("waited"),
            total("walking").label("walked"),
            total("serving").label("served"),
        )
        .where(*scope.holds(Period, Period.service_id), Period.kind.in_(kinds), Period.end.is_not(None))
        .group_by(Period.ticket_id, key)
        .subquery()
    )


@dataclass(frozen=True)
class Taken:
    """Numbers taken on one day in one of the hall's hours."""

    day: date
    hour: int
    count: int
    people: int


def taken(session: Session, scope: Scope) -> list[Taken]:
    """Numbers by day and hour of taking."""
    keys = (Ticket.day, extract("hour", Ticket.taken_at))
    rows = session.execute(_counted(scope, Ticket.first_service_id, *keys))
    return [Taken(day, hall_hour(hour), count, people) for day, hour, count, people in rows]


def sources(session: Session, scope: Scope) -> Sequence:
    """Numbers by where they were taken: rows (source, whether for an appointment, count, people)."""
    return session.execute(
        _counted(scope, Ticket.first_service_id, Ticket.source, Ticket.appointment_id.is_not(None))
    ).all()


def outcomes(session: Session, scope: Scope) -> Sequence:
    """Numbers by the service they stood in last and how they ended: rows (service_id, outcome, count, people).

    Outcomes: gave_up (left before being called), missed (called, did not come, not restored), other.
    """
    outcome = case(
        (and_(Ticket.state == "left", Ticket.called_at.is_(None)), "gave_up"),
        (Ticket.state == "missed", "missed"),
        (and_(Ticket.state == "left", Ticket.started_at.is_(None)), "missed"),
        else_="other",
    )
    return session.execute(_counted(scope, Ticket.service_id, Ticket.service_id, outcome)).all()


def _counted(scope: Scope, service_id: Any, *keys: Any) -> Select:
    keys, names = _keys(*keys)
    wanted = select(*keys, func.count(), func.sum(Ticket.headcount)).where(*scope.holds(Ticket, service_id))
    return wanted.group_by(*names)


def _keys(*keys: Any) -> tuple[list[Any], list[str]]:
    """``keys`` under names to group by: an expression with values in it, written twice, is two to PostgreSQL."""
    names = [f"key_{position}" for position in range(len(keys))]
    return [key.label(name) for key, name in zip(keys, names, strict=True)], names


def appointments(session: Session, scope: Scope) -> Sequence:
    """Appointments by service and what became of them: rows (service_id, outcome, count, people).

    Outcomes: kept (checked in by its time, or by as much later as the centre allows), late, missed, cancelled, booked.
    """
    shift = int(clock.local(SOME_DAY).utcoffset().total_seconds()) // 60
    minute = cast(extract("hour", Ticket.taken_at), Integer) * 60 + cast(extract("minute", Ticket.taken_at), Integer)
    late = (minute + shift) % (24 * 60) > Appointment.slot + func.coalesce(
        Service.late_minutes, Service.slot_minutes, 0
    )
    outcome = case((Appointment.state != "arrived", Appointment.state), (late, "late"), else_="kept")
    keys, names = _keys(Appointment.service_id, outcome)
    return session.execute(
        select(*keys, func.count(), func.sum(Appointment.headcount))
        .join(Service, Service.id == Appointment.service_id)
        .outerjoin(Ticket, Ticket.appointment_id == Appointment.id)
        .where(*scope.holds(Appointment, Appointment.service_id))
        .group_by(*names)
    ).all()


@dataclass(frozen=True)
class Told:
    """Estimates of waiting that have come true: their sum of misses in seconds, and how many were within the stated error."""

    service_id: int
    count: int
    people: int
    missed: int
    within: int


def told(session: Session, scope: Scope) -> list[Told]:
    """Estimates against the first waiting, by service; of those who left, nobody knows how long they would have waited."""
    miss = func.abs(Ticket.estimated - lasted())
    rows = session.execute(
        select(
            Period.service_id,
            func.count(),
            func.sum(Ticket.headcount),
            func.sum(miss),
            func.sum(case((miss <= Ticket.estimate_error, 1), else_=0)),
        )
        .join(Ticket, Ticket.id == Period.ticket_id)
        .where(*scope.holds(Period, Period.service_id), Period.kind == "waiting", Period.end.is_not(None))
        .where(Period.start == Ticket.taken_at, Ticket.estimated.is_not(None))
        .where(or_(Ticket.called_at.is_not(None), Ticket.started_at.is_not(None)))
        .group_by(Period.service_id)
    )
    return [Told(*(int(value) for value in row)) for row in rows]


def hall_hour(utc_hour: int) -> int:
    """The hour on the hall's wall clock; whole hours from UTC, and no summer time."""
    return clock.local(SOME_DAY.replace(hour=int(utc_hour))).hour
