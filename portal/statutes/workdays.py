"""The working calendar: which days are rest days by the State Council's yearly notices, and how far it is published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from hashlib import sha256

import chinese_calendar

REST, WORK = "rest", "work"
ONE_DAY = timedelta(days=1)
SATURDAY = 5
WEEKEND = "周末"
PROBED_YEARS = range(1949, 2100)  # statutory holidays exist since 1949
# The package shortens three names; the regulation on holidays (全国年节及纪念日放假办法) writes them in full.
FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
NAMES = {holiday.value: FULL_NAMES.get(holiday.chinese, holiday.chinese) for holiday in chinese_calendar.Holiday}


@dataclass(frozen=True)
class Entry:
    """One day that differs from the plain week. kind 'rest' or 'work'; name of the holiday; notice number or ''."""

    day: date
    kind: str
    name: str
    notice: str = ""


@dataclass(frozen=True)
class Calendar:
    """Rest days and working weekend days of the published years. Outside ``years`` only weekends are known to rest."""

    entries: Mapping[date, Entry] = field(repr=False)
    years: frozenset[int]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Calendar":
        """A calendar from entries, in any order. Raises ValueError for a day named twice or an unknown kind.

        A year counts as published once both its first and its last statutory holiday (1 January, 1 October) are rest
        days in it: a half-typed notice, or one that touches the last days of December, does not publish a year.
        """
        known: dict[date, Entry] = {}
        for entry in entries:
            if entry.kind not in (REST, WORK) or entry.day in known:
                raise ValueError(f"{entry.day}：日历中重复或类别不认识")
            known[entry.day] = entry
        rest = {day for day, entry in known.items() if entry.kind == REST}
        return cls(known, frozenset(day.year for day in rest if {date(day.year, 1, 1), date(day.year, 10, 1)} <= rest))

    def published(self, day: date) -> bool:
        """Whether the notice for the year of ``day`` is in the calendar; if not, anything said of it is provisional."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked; in an unpublished year every weekday is taken to be."""
        entry = self._entry(day)
        return entry.kind == WORK if entry else day.weekday() < SATURDAY

    def reason(self, day: date) -> str:
        """Why ``day`` rests (周末, 国庆节 …); for a working weekend day 调休上班; '' for a plain working day."""
        entry = self._entry(day)
        if entry and entry.kind == REST:
            return entry.name
        if entry:
            return f"{entry.name}调休上班"
        return WEEKEND if day.weekday() >= SATURDAY else ""

    def notice(self, day: date) -> str:
        """The number of the notice that makes ``day`` differ from the plain week, '' where none is recorded."""
        entry = self._entry(day)
        return entry.notice if entry else ""

    def last_workday_until(self, day: date) -> date | None:
        """The last working day on or before ``day``; None where that would rest on an unpublished year."""
        while self.published(day):
            if self.is_workday(day):
                return day
            day -= ONE_DAY
        return None

    @cached_property
    def version(self) -> str:
        """A short fingerprint of the content: equal calendars give equal text, whatever the order they were read in."""
        rows = sorted((entry.day.isoformat(), entry.kind, entry.name, entry.notice) for entry in self.entries.values())
        return sha256(repr(rows).encode()).hexdigest()[:16]

    def _entry(self, day: date) -> Entry | None:
        return self.entries.get(day) if self.published(day) else None


@cache
def published_entries() -> tuple[Entry, ...]:
    """Every day on which a year known to the chinesecalendar package differs from the plain week, in order.

    The package states no notice numbers, so ``notice`` is ''.
    """
    return tuple(entry for year in published_years() for entry in _entries_of(year))


@cache
def published_years() -> tuple[int, ...]:
    """The years the chinesecalendar package knows: it is asked, because each release of it knows one more."""
    return tuple(year for year in PROBED_YEARS if _knows(year))


@cache
def from_chinesecalendar() -> Calendar:
    """The calendar of the years the package knows."""
    return Calendar.of(published_entries())


def _knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def _entries_of(year: int) -> Iterable[Entry]:
    day = date(year, 1, 1)
    while day.year == year:
        rests, name = chinese_calendar.get_holiday_detail(day)
        if name:
            yield Entry(day, REST if rests else WORK, NAMES[name])
        day += ONE_DAY
