"""The working calendar against the package it comes from and the edges of what is published."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from portal.statutes.workdays import Calendar, Entry, from_chinesecalendar, published_years

CALENDAR = from_chinesecalendar()


def test_every_day_of_every_published_year_agrees_with_the_package():
    day, last = date(min(published_years()), 1, 1), date(max(published_years()), 12, 31)
    assert day.year == 2004
    assert last.year >= 2026
    while day <= last:
        assert CALENDAR.published(day)
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(last + timedelta(days=1))
    assert not CALENDAR.published(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "worked", "reason"),
    [
        ("2026-11-23", True, ""),
        ("2026-11-22", False, "周末"),
        ("2026-02-14", True, "春节调休上班"),
        ("2026-02-21", False, "春节"),
        ("2026-04-05", False, "清明节"),
        ("2026-06-19", False, "端午节"),
        ("2026-09-25", False, "中秋节"),
        ("2026-10-01", False, "国庆节"),
        ("2026-01-01", False, "元旦"),
        ("2026-05-09", True, "劳动节调休上班"),
        ("2003-10-01", True, ""),
        ("2003-10-04", False, "周末"),
    ],
)
def test_days_and_their_reasons(day, worked, reason):
    day = date.fromisoformat(day)
    assert (CALENDAR.is_workday(day), CALENDAR.reason(day)) == (worked, reason)


def test_a_half_typed_year_stays_unpublished_and_weekend_only():
    half = Calendar.of(
        [Entry(date(2027, 1, 1), "rest", "元旦", "九号"), Entry(date(2026, 12, 31), "rest", "元旦", "九号")]
    )
    assert half.years == frozenset()
    assert half.is_workday(date(2027, 1, 1))
    assert (half.reason(date(2027, 1, 1)), half.notice(date(2027, 1, 1))) == ("", "")
    assert half.last_workday_until(date(2027, 1, 4)) is None


def test_the_last_workday_stops_at_the_published_edge():
    year = Calendar.of([Entry(date(2030, 1, 1), "rest", "元旦"), Entry(date(2030, 10, 1), "rest", "国庆节")])
    assert year.last_workday_until(date(2030, 1, 1)) is None
    assert year.last_workday_until(date(2030, 1, 6)) == date(2030, 1, 4)


def test_the_version_follows_the_content_not_the_order():
    entries = list(CALENDAR.entries.values())
    assert Calendar.of(entries[::-1]).version == CALENDAR.version
    assert Calendar.of(entries[1:]).version != CALENDAR.version


@pytest.mark.parametrize(
    "second", [Entry(date(2027, 1, 1), "work", "元旦"), Entry(date(2027, 1, 2), "holiday", "元旦")]
)
def test_contradictory_or_unknown_entries_are_refused(second):
    with pytest.raises(ValueError, match=str(second.day)):
        Calendar.of([Entry(date(2027, 1, 1), "rest", "元旦"), second])
