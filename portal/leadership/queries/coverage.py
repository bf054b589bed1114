"""Who has received, who is to, who is late, by the frequency the centre set for a grade; and how often in the last weeks.

Only a reception to which the leader came counts (``arrived_at``). Where no frequency is set nobody is late. ``drafts``: what is
planned counts as the office works on it; every other reader is told of what was published only.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.leadership.models import Grade, Leader, Reception
from portal.leadership.queries import roster
from portal.leadership.queries.leaders import in_post, leaders
from portal.leadership.vocabulary import ONE_DAY, ONE_WEEK, frequency_words, monday_of

FAIR_WEEKS = 12
MONTHS = 12
QUARTERS = ("一", "二", "三", "四")


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Covered:
    """One leader in one quarter. ``state``: done, planned, due, late, unset; ``missed`` are periods that ended without enough."""

    leader: Leader
    grade: str
    frequency: str
    received: int
    planned: int
    missed: int
    state: str
    last_on: date | None
    next_on: date | None


@dataclass(frozen=True)
class Fair:
    """How often a leader received in the last weeks, is to receive, and when last."""

    leader: Leader
    received: int
    planned: int
    last_on: date | None


def quarter_of(day: date) -> Span:
    """The quarter in which ``day`` lies."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Span(first, _month_later(first, 3) - ONE_DAY)


def quarter_words(span: Span) -> str:
    """2026年第四季度."""
    return f"{span.first.year}年第{QUARTERS[(span.first.month - 1) // 3]}季度"


def board(session: Session, centre_id: int, quarter: Span, today: date, *, drafts: bool) -> list[Covered]:
    """Every leader in post at some day of the quarter, in the order of bodies. At most five queries."""
    grades = {grade.id: grade for grade in session.scalars(select(Grade).where(Grade.centre_id == centre_id))}
    first, last = date(quarter.first.year, 1, 1), date(quarter.first.year, MONTHS, 31)
    first, last = min(first, quarter.first - ONE_WEEK), max(last, quarter.last + ONE_WEEK)
    days = _days(session, centre_id, first, last, today, drafts)
    wanted = [
        one for one in leaders(session, centre_id)
        if (one.since is None or one.since <= quarter.last) and (one.until is None or one.until >= quarter.first)
    ]  # fmt: skip
    return [_covered(one, grades.get(one.grade_id or 0), days[one.id], quarter, today) for one in wanted]


def coming_by_leader(session: Session, centre_id: int, today: date, *, drafts: bool) -> dict[int, tuple[int, int]]:
    """Leader id → (received, still planned) in the quarter of ``today``: what the week's grid says beside a name."""
    quarter = quarter_of(today)
    days = _days(session, centre_id, quarter.first, quarter.last, today, drafts)
    return {
        leader_id: (sum(came for _day, came in rows), sum(not came and day >= today for day, came in rows))
        for leader_id, rows in days.items()
    }


def fairness(session: Session, centre_id: int, today: date, *, drafts: bool) -> list[Fair]:
    """The last FAIR_WEEKS weeks and as many ahead, leaders in post in the order of bodies. At most four queries."""
    monday, span = monday_of(today), ONE_WEEK * FAIR_WEEKS
    days = _days(session, centre_id, monday - span, monday + span, today, drafts)
    made = []
    for one in leaders(session, centre_id, on=today):
        came = [day for day, there in days[one.id] if there]
        ahead = sum(not there and day >= today for day, there in days[one.id])
        made.append(Fair(one, len(came), ahead, max(came, default=None)))
    return made


def periods(per: str, quarter: Span) -> list[Span]:
    """The periods of the frequency that count in ``quarter``: its weeks by their Mondays, months, itself, or its year."""
    if per == "year":
        return [Span(date(quarter.first.year, 1, 1), date(quarter.first.year, MONTHS, 31))]
    if per == "quarter":
        return [quarter]
    if per == "month":
        starts = [_month_later(quarter.first, place) for place in range(3)]
        return [Span(first, _month_later(first, 1) - ONE_DAY) for first in starts]
    monday = monday_of(quarter.first)
    monday = monday if monday >= quarter.first else monday + ONE_WEEK
    found = []
    while monday <= quarter.last:
        found.append(Span(monday, monday + ONE_WEEK - ONE_DAY))
        monday += ONE_WEEK
    return found


def _covered(
    one: Leader, grade: Grade | None, days: Sequence[tuple[date, bool]], quarter: Span, today: date
) -> Covered:
    received = [day for day, came in days if came and day in quarter]
    planned = [day for day, came in days if not came and day >= today and day in quarter]
    times = grade.times if grade else None
    missed, state = 0, "unset"
    if times is not None:
        missed, state = _judged(one, times, periods(grade.per, quarter), days, today)
    return Covered(
        one,
        grade.name if grade else "",
        frequency_words(times, grade.per if grade else ""),
        len(received),
        len(planned),
        missed,
        state,
        max((day for day, came in days if came), default=None),
        min((day for day, came in days if not came and day >= today), default=None),
    )


def _judged(
    one: Leader, times: int, spans: list[Span], days: Sequence[tuple[date, bool]], today: date
) -> tuple[int, str]:
    """How many periods ended without enough, and how it stands: a period counts only for who was in post all through it."""
    bound = [span for span in spans if in_post(one, span.first) and in_post(one, span.last)]
    missed = sum(span.last < today and _came(days, span) < times for span in bound)
    if missed:
        return missed, "late"
    running = next((span for span in spans if today in span), None)
    if running is None:
        return 0, "done" if any(span.last < today for span in bound) else "due"
    came = _came(days, running)
    ahead = sum(day in running and not there and day >= today for day, there in days)
    return 0, "done" if came >= times else "planned" if came + ahead >= times else "due"


def _came(days: Sequence[tuple[date, bool]], span: Span) -> int:
    return sum(came for day, came in days if day in span)


def _days(
    session: Session, centre_id: int, first: date, last: date, today: date, drafts: bool
) -> dict[int, list[tuple[date, bool]]]:
    """Leader id → (day, whether the leader came) of each reception that counts."""
    wanted = select(Reception.leader_id, Reception.day, Reception.arrived_at.is_not(None)).where(
        Reception.centre_id == centre_id, Reception.state != "cancelled", Reception.day.between(first, last)
    )
    found: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for leader_id, day, came in session.execute(wanted if drafts else wanted.where(Reception.arrived_at.is_not(None))):
        found[leader_id].append((day, bool(came)))
    if not drafts and today <= last:
        for row in roster.published_receptions(session, centre_id, max(first, today), last):
            if row.arrived_at is None:
                found[row.leader_id].append((row.day, False))
    return found


def _month_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, MONTHS)
    return date(first.year + years, month + 1, 1)
