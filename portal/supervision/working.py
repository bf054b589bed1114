"""When the hall works: working days of the calendar, without the days it is closed, within the hours it has set."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.organisation.models import Closure, OpeningHours
from portal.organisation.spans import Span
from portal.statutes import queries as statutes
from portal.statutes.workdays import ONE_DAY, WORK, Calendar

FARTHEST = 60  # no hall rests longer in one piece; only ends the search where somebody closed it for good


@dataclass(frozen=True)
class HallDays:
    """The centre's working time: ``spans`` of a working day in minutes (none: not set), ``closed`` the coming days without work."""

    calendar: Calendar
    spans: tuple[Span, ...]
    closed: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether the hall works on ``day``; a year not published counts its weekdays as worked."""
        return self.calendar.is_workday(day) and day not in self.closed

    def open_at(self, at: datetime) -> bool:
        """Whether ``at`` (aware) lies in working hours. Never, where the centre has not set its hours."""
        local = clock.local(at)
        minute = local.hour * 60 + local.minute
        return self.works(local.date()) and any(opens <= minute < closes for opens, closes in self.spans)

    def last_before_work(self, day: date) -> date:
        """The last day before the next working day after ``day``: until then nobody can be told anything any more."""
        last = day
        for _ in range(FARTHEST):
            if self.works(last + ONE_DAY):
                break
            last += ONE_DAY
        return last


def hall_days(session: Session, centre_id: int, from_day: date) -> HallDays:
    """The working time of the centre from ``from_day`` on, in at most four queries."""
    spans = select(OpeningHours.opens, OpeningHours.closes).where(
        OpeningHours.centre_id == centre_id, OpeningHours.service_id.is_(None), OpeningHours.day_kind == WORK
    )
    closed = select(Closure.day).where(
        Closure.centre_id == centre_id, Closure.service_id.is_(None), Closure.day >= from_day
    )
    return HallDays(
        statutes.law(session).calendar,
        tuple(tuple(row) for row in session.execute(spans.order_by(OpeningHours.opens))),
        frozenset(session.scalars(closed)),
    )
