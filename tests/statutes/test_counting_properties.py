"""What must hold for every rule, start, calendar and history; the oracle counts day by day."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.statutes.counting import add_months
from portal.statutes.deadlines import due, rules
from portal.statutes.workdays import Calendar, Entry, from_chinesecalendar

DAY = timedelta(days=1)
PUBLISHED = from_chinesecalendar()
COUNTED = [rule for rule in rules().values() if rule.amount is not None and rule.unit != "hour"]
FORWARD = [rule for rule in COUNTED if not rule.backward]
starts = st.dates(date(2024, 1, 1), date(2027, 12, 31))
amounts = st.integers(1, 90)
unhurried = settings(deadline=None)  # a busy machine is no failure


@st.composite
def calendars(draw):
    """A calendar with any days of two years turned round, as notices do."""
    days = draw(st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=60)) | {
        date(year, month, 1) for year in (2026, 2027) for month in (1, 10)
    }
    first = {(1, 1), (10, 1)}
    return Calendar.of(
        Entry(day, "rest" if (day.month, day.day) in first or day.weekday() < 5 else "work", "节") for day in days
    )


@st.composite
def pauses(draw):
    found = draw(st.lists(st.tuples(st.dates(date(2025, 12, 1), date(2027, 3, 1)), st.integers(0, 20)), max_size=4))
    return [(first, first + length * DAY) for first, length in found]


def oracle(rule, start, calendar, stopped):
    """The last day by walking: a day counts unless it is paused or, for working days, rests."""
    step = -DAY if rule.backward else DAY
    day, left = start, rule.amount
    while left:
        day += step
        if not any(first <= day <= last for first, last in stopped) and (
            rule.unit != "working_day" or calendar.is_workday(day)
        ):
            left -= 1
    return day


@unhurried
@given(
    st.sampled_from([rule for rule in COUNTED if rule.unit.endswith("_day")]), starts, calendars(), pauses(), amounts
)
def test_days_agree_with_walking(rule, start, calendar, stopped, amount):
    rule = replace(rule, amount=amount, rolls_forward=False)
    counted = due(rule, start, calendar, pauses=stopped)
    assert counted.effective_due == oracle(rule, start, calendar, stopped)
    assert counted.natural_due == oracle(rule, start, calendar, [])
    assert len(counted.steps) <= 12


@unhurried
@given(st.sampled_from(FORWARD), starts, calendars(), pauses(), amounts)
def test_a_longer_period_never_ends_earlier(rule, start, calendar, stopped, amount):
    shorter = due(replace(rule, amount=amount), start, calendar, pauses=stopped)
    longer = due(replace(rule, amount=amount + 1), start, calendar, pauses=stopped)
    assert start < shorter.natural_due <= longer.natural_due
    assert shorter.effective_due <= longer.effective_due
    assert shorter.natural_due <= shorter.effective_due


@unhurried
@given(st.sampled_from([rule for rule in COUNTED if not rule.rolls_forward]), starts, calendars())
def test_a_rule_that_does_not_roll_ends_on_its_natural_day(rule, start, calendar):
    counted = due(rule, start, calendar)
    assert counted.effective_due == counted.natural_due


@unhurried
@given(st.sampled_from([rule for rule in FORWARD if rule.rolls_forward]), starts, calendars())
def test_a_rule_that_rolls_ends_on_the_first_working_day(rule, start, calendar):
    counted = due(rule, start, calendar)
    assert calendar.is_workday(counted.effective_due)
    between = counted.natural_due
    while between < counted.effective_due:
        assert not calendar.is_workday(between)
        between += DAY


@unhurried
@given(
    st.sampled_from([rule for rule in FORWARD if rule.unit in ("calendar_day", "month", "year")]),
    starts,
    calendars(),
    st.data(),
)
def test_a_pause_inside_moves_the_end_by_its_days(rule, start, calendar, data):
    rule = replace(rule, rolls_forward=False)
    natural = due(rule, start, calendar).natural_due
    first = data.draw(st.dates(start + DAY, natural))
    length = data.draw(st.integers(1, 40))
    counted = due(rule, start, calendar, pauses=[(first, first + (length - 1) * DAY)])
    assert counted.effective_due == natural + length * DAY


@unhurried
@given(st.sampled_from(COUNTED), starts, calendars())
def test_the_office_target_is_worked_and_never_late(rule, start, calendar):
    counted = due(rule, start, calendar)
    if rule.binds != "office":
        assert counted.internal_target is None
    elif counted.internal_target is not None:
        assert calendar.is_workday(counted.internal_target)
        assert counted.internal_target <= counted.effective_due
    if not calendar.published(counted.effective_due):
        assert counted.provisional
        assert counted.internal_target is None


@unhurried
@given(st.sampled_from([rule for rule in FORWARD if rule.unit == rule.extension_unit]), starts, st.data())
def test_an_extension_is_the_same_as_a_longer_period(rule, start, data):
    extension = data.draw(st.integers(0, rule.extension_amount))
    extended = due(rule, start, PUBLISHED, extension=extension)
    longer = due(replace(rule, amount=rule.amount + extension), start, PUBLISHED)
    assert extended.effective_due == longer.effective_due
    assert extended.natural_due == due(rule, start, PUBLISHED).natural_due


@unhurried
@given(starts, st.integers(-240, 240))
def test_months_keep_the_day_or_end_the_month(start, months):
    found = add_months(start, months)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == months
    assert found.day == start.day or (found.day < start.day and (found + DAY).day == 1)
