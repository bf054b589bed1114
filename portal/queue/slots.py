"""The times a service can be booked for: cut from its opening hours, each with how many it takes and has.

A slot is the minute of the day it begins at. Lengths and capacities are the centre's own; without them, and without opening
hours, there are no slots: nobody is promised a time that the hall does not know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.organisation.models import Closure, OpeningHours, Service
from portal.queue.models import Appointment
from portal.queue.opening import spans_of
from portal.statutes import queries as statutes
from portal.statutes.workdays import ONE_DAY, REST, WORK

LOOK_AHEAD = 14  # days shown at a glance; further ones can be asked for by date
CANCELLED = "cancelled"
UNSET = "这项服务尚未设定预约时段（中心尚未设定）。"
NO_HOURS = "中心尚未设定开放时间，不能生成预约时段。"
RESTS = "这一天不开放。"
TOO_SHORT = "这一天的开放时间短于一个时段。"


@dataclass(frozen=True)
class Slot:
    """One time of a day: ``taken`` of ``capacity`` appointments (batches), ``people`` who come with them."""

    minute: int
    taken: int
    capacity: int
    people: int = 0

    @property
    def free(self) -> int:
        """How many more appointments it takes."""
        return max(0, self.capacity - self.taken)

    @property
    def time(self) -> str:
        """09:30."""
        return spell(self.minute)


@dataclass(frozen=True)
class Day:
    """A day of one service: its slots, earliest first; ``why`` there are none, "" where there are."""

    day: date
    slots: tuple[Slot, ...]
    why: str = ""

    def free(self, at: datetime) -> int:
        """Places that can still be booked at the moment ``at``."""
        return sum(slot.free for slot in self.slots if not over(self.day, slot.minute, at))


def bookable(service: Service) -> bool:
    """Whether the centre has set what appointments need: the length of a slot and how many it takes."""
    return bool(service.slot_minutes and service.slot_capacity)


def slots(session: Session, service: Service, day: date) -> list[Slot]:
    """The slots of ``day``, earliest first; empty where the service takes none then. Four queries."""
    return list(plan(session, [service], [day])[service.id][day].slots)


def ahead(first: date, days: int = LOOK_AHEAD) -> list[date]:
    """So many days from ``first`` on."""
    found = [first]
    while len(found) < days:
        found.append(found[-1] + ONE_DAY)
    return found


def plan(session: Session, services: Sequence[Service], days: Sequence[date]) -> dict[int, dict[date, Day]]:
    """Each service (all of one centre) on each of ``days``. Four queries, however many services and days."""
    cut = [service for service in services if bookable(service)]
    if not cut or not days:
        return {service.id: {day: Day(day, (), UNSET) for day in days} for service in services}
    hours = _hours(session, cut[0].centre_id)
    closed = _closures(session, cut[0].centre_id, days)
    taken = _taken(session, cut, days)
    calendar = statutes.calendar(session)
    found: dict[int, dict[date, Day]] = {}
    for service in services:
        own = hours.get(service.id, hours.get(None))
        found[service.id] = {}
        for day in days:
            kind = WORK if calendar.is_workday(day) else REST
            message = closed.get((day, service.id), closed.get((day, None)))
            counts = taken.get((service.id, day), {})
            found[service.id][day] = _day(service, day, spans_of(own, kind) if own else None, message, counts)
    return found


def over(day: date, minute: int, at: datetime) -> bool:
    """Whether that time has begun: what has begun can no longer be promised."""
    return moment(day, minute) <= at


def moment(day: date, minute: int) -> datetime:
    """The moment of that minute of ``day`` in the hall."""
    return clock.at_hall(day, *divmod(minute, 60))


def spell(minute: int) -> str:
    """09:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def cut_spans(spans: Iterable[tuple[int, int]], length: int) -> list[int]:
    """The minutes at which a slot of ``length`` begins; one that would not end within its span is left out."""
    return [minute for opens, closes in spans for minute in range(opens, closes - length + 1, length)]


def _day(
    service: Service,
    day: date,
    spans: list[tuple[int, int]] | None,
    closed: str | None,
    taken: dict[int, tuple[int, int]],
) -> Day:
    if not bookable(service):
        return Day(day, (), UNSET)
    if closed is not None:
        return Day(day, (), closed or RESTS)
    if not spans:
        return Day(day, (), NO_HOURS if spans is None else RESTS)
    minutes = cut_spans(spans, service.slot_minutes)
    made = tuple(Slot(minute, *_counted(taken, minute, service.slot_capacity)) for minute in minutes)
    return Day(day, made, "" if made else TOO_SHORT)


def _counted(taken: dict[int, tuple[int, int]], minute: int, capacity: int) -> tuple[int, int, int]:
    batches, people = taken.get(minute, (0, 0))
    return batches, capacity, people


def _hours(session: Session, centre_id: int) -> dict[int | None, list[tuple[str, int, int]]]:
    rows = select(OpeningHours.service_id, OpeningHours.day_kind, OpeningHours.opens, OpeningHours.closes)
    found: dict[int | None, list[tuple[str, int, int]]] = {}
    for service_id, kind, opens, closes in session.execute(rows.where(OpeningHours.centre_id == centre_id)):
        found.setdefault(service_id, []).append((kind, opens, closes))
    return found


def _closures(session: Session, centre_id: int, days: Sequence[date]) -> dict[tuple[date, int | None], str]:
    rows = select(Closure.day, Closure.service_id, Closure.message).where(
        Closure.centre_id == centre_id, Closure.day.in_(days)
    )
    return {(day, service_id): message for day, service_id, message in session.execute(rows)}


def _taken(
    session: Session, services: Sequence[Service], days: Sequence[date]
) -> dict[tuple[int, date], dict[int, tuple[int, int]]]:
    wanted = (
        select(
            Appointment.service_id,
            Appointment.day,
            Appointment.slot,
            func.count(),
            func.coalesce(func.sum(Appointment.headcount), 0),
        )
        .where(
            Appointment.centre_id == services[0].centre_id,
            Appointment.day.in_(days),
            Appointment.service_id.in_([service.id for service in services]),
            Appointment.state != CANCELLED,
        )
        .group_by(Appointment.service_id, Appointment.day, Appointment.slot)
    )
    found: dict[tuple[int, date], dict[int, tuple[int, int]]] = {}
    for service_id, day, slot, batches, people in session.execute(wanted):
        found.setdefault((service_id, day), {})[slot] = (batches, people)
    return found
