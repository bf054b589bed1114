"""Whether a service gives numbers now: hours, closures, quota; and what a visitor is told where it does not.

Hours and quotas are the centre's own. What it has not set refuses nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.organisation.models import Centre, Closure, OpeningHours, Service
from portal.queue.models import Ticket
from portal.queue.operations.refusals import NotGiven
from portal.statutes import queries as statutes
from portal.statutes.workdays import REST, WORK

CLOSED = "现在不在取号时间。"


@dataclass(frozen=True)
class Opening:
    """A service at one moment. ``why`` is "" while it gives numbers, else the whole sentence for the visitor.

    ``hours``: today's spans in minutes of the day, empty where none are set; ``left``: numbers left today, None without a quota.
    """

    open: bool
    why: str
    hours: tuple[tuple[int, int], ...] = ()
    left: int | None = None


def openings(session: Session, centre_id: int, at: datetime) -> dict[int, Opening]:
    """Each enabled service of the centre at the moment ``at``, by id. At most six queries, however many services."""
    day, minute = clock.day_of(at), _minute(at)
    centre = session.get(Centre, centre_id)
    services = session.execute(
        select(Service.id, Service.quota, Service.closed_message).where(Service.centre_id == centre_id, Service.enabled)
    ).all()
    kept = _hours(session, centre_id)
    kind = day_kind(session, day) if kept else WORK
    closures = dict(
        session.execute(
            select(Closure.service_id, Closure.message).where(Closure.centre_id == centre_id, Closure.day == day)
        ).all()
    )
    given = _given(session, centre_id, day) if any(row.quota is not None for row in services) else {}
    found = {}
    for row in services:
        closed = closures.get(row.id, closures.get(None))
        own = kept.get(row.id, kept.get(None))
        hours = tuple(spans_of(own, kind)) if own else ()
        left = None if row.quota is None else max(0, row.quota - given.get(row.id, 0))
        why = _why(closed, own is not None, hours, minute, left, row.closed_message or centre.closed_message)
        found[row.id] = Opening(not why, why, hours, left)
    return found


def spans_of(rows: list[tuple[str, int, int]], kind: str) -> list[tuple[int, int]]:
    """The spans of a day of that kind, earliest first."""
    return sorted((opens, closes) for day_kind, opens, closes in rows if day_kind == kind)


def spell(hours: tuple[tuple[int, int], ...]) -> str:
    """08:30–12:00、14:30–18:00."""
    return "、".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in hours)


def refuse_closed(session: Session, service: Service, at: datetime) -> None:
    """Raise NotGiven where ``service`` gives no number at the moment ``at``."""
    opening = openings(session, service.centre_id, at).get(service.id)
    if opening is not None and not opening.open:
        raise NotGiven(opening.why)


def day_kind(session: Session, day: date) -> str:
    """work or rest, by the State Council's notices; a year not published counts its weekdays as worked."""
    return WORK if statutes.calendar(session).is_workday(day) else REST


def _why(
    closed: str | None, limited: bool, hours: tuple[tuple[int, int], ...], minute: int, left: int | None, message: str
) -> str:
    if closed is not None:
        return closed
    if limited and not any(opens <= minute < closes for opens, closes in hours):
        when = f"今天取号时间：{spell(hours)}。" if hours else "今天不取号。"
        return message or f"{CLOSED}{when}"
    if left == 0:
        return "这项服务今天的号已经取完，请到导引台询问，可以预约其他日子。"
    return ""


def _hours(session: Session, centre_id: int) -> dict[int | None, list[tuple[str, int, int]]]:
    rows = session.execute(
        select(OpeningHours.service_id, OpeningHours.day_kind, OpeningHours.opens, OpeningHours.closes).where(
            OpeningHours.centre_id == centre_id
        )
    )
    found: dict[int | None, list[tuple[str, int, int]]] = {}
    for service_id, kind, opens, closes in rows:
        found.setdefault(service_id, []).append((kind, opens, closes))
    return found


def _given(session: Session, centre_id: int, day: date) -> dict[int, int]:
    # by the service a number was taken for: what moved on to another queue was still given here
    first = select(Ticket.first_service_id, func.count()).where(Ticket.centre_id == centre_id, Ticket.day == day)
    return dict(session.execute(first.group_by(Ticket.first_service_id)).all())


def _minute(at: datetime) -> int:
    local = clock.local(at)
    return local.hour * 60 + local.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
