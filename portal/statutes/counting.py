"""The arithmetic of periods, without any rule: runs of days, months and hours, pauses cut out of them. Pure.

A pause is a closed range of days (first, last), both paused. Raises OverflowError where a count leaves the years 1–9999.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.statutes.workdays import ONE_DAY, Calendar

Pause = tuple[date, date]
MONTHS = {"month": 1, "year": 12}
FORWARD, BACK = 1, -1


@dataclass(frozen=True)
class Run:
    """One count: its last day, and for working days each day counted and each rest day passed over, in counting order."""

    last: date
    counted: tuple[date, ...] = ()
    skipped: tuple[date, ...] = ()


def merge(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The same paused days as disjoint ranges with a gap between them, in order."""
    merged: list[Pause] = []
    for first, last in sorted(pauses):
        if merged and (first <= merged[-1][1] or first - merged[-1][1] == ONE_DAY):
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def run(
    start: date, amount: int, unit: str, calendar: Calendar, pauses: tuple[Pause, ...] = (), direction: int = FORWARD
) -> Run:
    """Count ``amount`` units from ``start``, which itself is not counted (民法典 第二百零一条). ``pauses`` come from merge()."""
    if unit == "working_day":
        return _working(start, amount, calendar, pauses, direction)
    if unit in MONTHS:
        last = add_months(start, direction * amount * MONTHS[unit])
    else:
        last = start + direction * amount * ONE_DAY
    return Run(_past_pauses(start, last, pauses, direction))


def add_months(start: date, months: int) -> date:
    """The corresponding day, or the month's last day where there is none (民法典 第二百零二条)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"year {year}")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def roll(last: date, calendar: Calendar, pauses: tuple[Pause, ...]) -> date:
    """The first working day on or after ``last`` (民法典 第二百零三条).

    While it rolls the period still runs, so a day that is paused cannot become the last one either.
    """
    if calendar.is_workday(last):
        return last
    while not calendar.is_workday(last) or covering(pauses, last):
        gap = covering(pauses, last)
        last = (gap[1] if gap else last) + ONE_DAY
    return last


def add_hours(start: datetime, hours: int, pauses: tuple[Pause, ...]) -> datetime:
    """Hours run at once (民法典 第二百零一条第二款); a paused day stops them from 0:00 to 24:00."""
    end = start + timedelta(hours=hours)
    for first, last in pauses:
        opens = max(start, datetime.combine(first, time(), start.tzinfo))
        closes = datetime.combine(last, time(), start.tzinfo) + ONE_DAY
        if closes > start and opens < end:
            end += closes - opens
    return end


def covering(pauses: tuple[Pause, ...], day: date) -> Pause | None:
    """The pause that covers ``day``."""
    return next((pause for pause in pauses if pause[0] <= day <= pause[1]), None)


def overlap(pause: Pause, start: date, last: date) -> int:
    """How many days of ``pause`` lie within the period that runs after ``start`` up to ``last`` (either direction)."""
    low, high = (start + ONE_DAY, last) if last > start else (last, start - ONE_DAY)
    return max(0, (min(pause[1], high) - max(pause[0], low)).days + 1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from ``first`` to ``last``, both included."""
    while first <= last:
        yield first
        first += ONE_DAY


def _working(start: date, amount: int, calendar: Calendar, pauses: tuple[Pause, ...], direction: int) -> Run:
    counted: list[date] = []
    skipped: list[date] = []
    day = start
    while len(counted) < amount:
        day += direction * ONE_DAY
        gap = covering(pauses, day)
        if gap:
            day = gap[1] if direction == FORWARD else gap[0]
        else:
            (counted if calendar.is_workday(day) else skipped).append(day)
    return Run(day, tuple(counted), tuple(skipped))


def _past_pauses(start: date, last: date, pauses: tuple[Pause, ...], direction: int) -> date:
    # Each pause that begins before the period has ended pushes the end away by its days, which may let in the next pause.
    for first, final in pauses[::direction]:
        near, far = (first, final) if direction == FORWARD else (final, first)
        enters = max(near, start + ONE_DAY) if direction == FORWARD else min(near, start - ONE_DAY)
        if direction * (far - enters).days >= 0 and direction * (last - enters).days >= 0:
            last += (far - enters) + direction * ONE_DAY
    return last
