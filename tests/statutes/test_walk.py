"""The count day by day arrives where due says it ends, and every day on the way has its reason."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.statutes.counting import merge
from portal.statutes.deadlines import due, rule, rules
from portal.statutes.walk import COUNTED, EXTENDED, PAUSED, ROLLED, SKIPPED, walk
from portal.statutes.workdays import Calendar, Entry, from_chinesecalendar
from tests.statutes.test_counting_properties import COUNTED as RULES
from tests.statutes.test_counting_properties import calendars, pauses, starts

DAY = timedelta(days=1)
PUBLISHED = from_chinesecalendar()
unhurried = settings(deadline=None)


def told(*found):
    return [(each.kind, str(each.first), str(each.last), each.number, each.until, each.reason) for each in found]


@unhurried
@given(st.sampled_from(RULES), starts, calendars(), pauses(), st.data())
def test_the_walk_ends_on_the_day_that_is_shown(rule, start, calendar, stopped, data):
    extension = data.draw(st.integers(0, rule.extension_amount or 0))
    found = walk(rule, start, calendar, stopped, extension)
    counted = due(rule, start, calendar, pauses=stopped, extension=extension)
    assert found[-1].last == counted.effective_due


@unhurried
@given(
    st.sampled_from([each for each in RULES if each.unit.endswith("_day")]), starts, calendars(), pauses(), st.data()
)
def test_every_day_is_told_once_and_for_a_true_reason(rule, start, calendar, stopped, data):
    extension = data.draw(st.integers(0, rule.extension_amount or 0))
    found = walk(rule, start, calendar, stopped, extension)
    way = -DAY if rule.backward else DAY
    paused = {first + n * DAY for first, last in merge(stopped) for n in range((last - first).days + 1)}
    expected, number = start + way, 0
    for each in found:
        if each.kind == ROLLED or (each.kind == COUNTED and each.number is None):
            break  # from here on the last day moves: the same day is told again as a rest day
        assert each.first == expected
        days = [each.first + n * way for n in range(each.days)]
        assert days[-1] == each.last
        expected = each.last + way
        if each.kind == PAUSED:
            assert set(days) <= paused
        elif each.kind == SKIPPED:
            assert not any(calendar.is_workday(day) or day in paused for day in days)
        else:
            assert each.number == number + 1
            number = each.until
            assert each.kind == (EXTENDED if number > rule.amount else COUNTED)
            assert not paused & set(days)
    assert number == rule.amount + extension


def test_spring_festival_is_one_stretch_with_its_name_and_the_made_up_saturday_another():
    assert told(*walk(rule("petition.objection"), date(2026, 2, 12), PUBLISHED)) == [
        ("counted", "2026-02-13", "2026-02-13", 1, 1, ""),
        ("counted", "2026-02-14", "2026-02-14", 2, 2, "春节调休上班"),
        ("skipped", "2026-02-15", "2026-02-23", None, None, "春节"),
        ("counted", "2026-02-24", "2026-02-26", 3, 5, ""),
    ]


def test_a_roll_is_told_day_by_day_to_the_working_day():
    assert told(*walk(rule("labour.sue_non_final"), date(2026, 9, 16), PUBLISHED)) == [
        ("counted", "2026-09-17", "2026-10-01", 1, 15, ""),
        ("rolled", "2026-10-01", "2026-10-07", None, None, "国庆节"),
        ("counted", "2026-10-08", "2026-10-08", None, None, "顺延后的最后一日"),
    ]


def test_pause_and_extension_stand_between_the_counted_days():
    found = walk(rule("labour.conclude"), date(2026, 10, 9), PUBLISHED, [(date(2026, 11, 2), date(2026, 11, 5))], 7)
    assert told(*found) == [
        ("counted", "2026-10-10", "2026-11-01", 1, 23, ""),
        ("paused", "2026-11-02", "2026-11-05", None, None, ""),
        ("counted", "2026-11-06", "2026-11-27", 24, 45, ""),
        ("extended", "2026-11-28", "2026-12-04", 46, 52, ""),
    ]


def test_the_notice_of_the_year_and_the_year_without_one_are_said():
    notice = "国办发明电〔2026〕9号"
    typed = [Entry(date(2027, month, 1), "rest", name, notice) for month, name in ((1, "元旦"), (10, "国庆节"))]
    known = Calendar.of([*PUBLISHED.entries.values(), *typed])
    skipped = [each for each in walk(rule("petition.objection"), date(2026, 12, 25), known) if each.kind == SKIPPED]
    assert [(each.reason, each.notice) for each in skipped] == [("周末", ""), ("元旦", notice), ("周末", "")]
    guessed = walk(rule("petition.objection"), date(2026, 12, 25), PUBLISHED)
    assert [each.known for each in guessed][-1] is False
    assert guessed[0].known


def test_nothing_is_walked_in_hours_or_without_a_number():
    assert [key for key, each in rules().items() if not walk(each, date(2026, 11, 23), PUBLISHED)] == [
        key for key, each in rules().items() if each.amount is None or each.unit == "hour"
    ]
