"""The date shown is the date that follows from the stored history: over random calendars and random lives of a period."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal import clock, database
from portal.cases import operations
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import FieldProblems, Refused, clock_changes, clocks
from portal.cases.operations.clock_changes import Extension
from portal.cases.operations.clocks import History, due_of
from portal.statutes import deadlines
from portal.statutes.models import Holiday
from portal.statutes.queries import law
from portal.statutes.table import Rule
from tests.cases.conftest import MONDAY, registered
from tests.statutes.test_counting_properties import COUNTED, DAY, calendars, starts

KEYS = ("petition.rereview_decide", "petition.conclude", "labour.conclude", "court_link.entrusted_ordinary")
unhurried = settings(deadline=None)


@st.composite
def lives(draw, rule: Rule):
    """A history of ``rule``: pauses that do not overlap, extensions under the cap."""
    start = draw(starts)
    spans, day = [], start
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 15)), max_size=3)):
        first = day + gap * DAY
        spans.append((first, first + length * DAY))
        day = spans[-1][1]
    return History(start, None, tuple(spans), draw(st.integers(0, rule.extension_amount or 0)))


@unhurried
@given(st.sampled_from(COUNTED), calendars(), st.data())
def test_the_date_is_a_function_of_rule_history_and_calendar(rule, calendar, data):
    history = data.draw(lives(rule))
    counted = deadlines.due(rule, history.started_on, calendar, pauses=history.pauses, extension=history.extension)
    first, again = due_of(rule, history, calendar), due_of(rule, history, calendar)
    assert first == again
    assert (first.natural_due, first.effective_due) == (counted.natural_due, counted.effective_due)
    # as long as a pause lasts there is no end, whatever else happened
    lasting = History(history.started_on, None, (*history.pauses, (date(2028, 6, 1), None)), history.extension)
    assert due_of(rule, lasting, calendar).effective_due is None
    assert due_of(rule, lasting, calendar).natural_due == first.natural_due


ACTS = st.one_of(
    st.tuples(st.just("pause"), st.sampled_from(["hearing", "suspension", "public_notice"])),
    st.tuples(st.just("resume"), st.integers(0, 3)),
    st.tuples(st.just("extend"), st.integers(-2, 40)),
    st.tuples(st.just("start"), st.integers(-5, 5)),
)
WEEKDAYS_OF_YEAR = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=25)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KEYS), st.lists(st.tuples(st.integers(0, 9), ACTS), max_size=7), WEEKDAYS_OF_YEAR)
def test_whatever_is_done_to_a_period_its_date_follows_from_what_is_stored(session, hall, key, life, turned):
    clock_id = _started(hall, key)
    today = MONDAY
    _agrees(session, clock_id)
    for later, (act, value) in life:
        today += timedelta(days=later)
        _try(hall, clock_id, act, value, today)
        _agrees(session, clock_id)
    _turn(turned, today + timedelta(minutes=1))
    with database.write() as writing:
        operations.recompute(writing, 1, today)
    _agrees(session, clock_id)


def _started(hall, key: str) -> int:
    case = registered(hall.clerk)
    with database.write() as writing:
        proceeding = writing.scalar(select(Proceeding).where(Proceeding.case_id == case.id))
        on = MONDAY.date() - timedelta(days=10)
        return clocks.start(writing, writing.get(Case, case.id), proceeding, key, on).id


def _try(hall, clock_id: int, act: str, value, at: datetime) -> None:
    """Do it, or be refused: both leave a consistent period."""
    today = clock.day_of(at)
    try:
        with database.write() as writing:
            held = writing.get(Clock, clock_id)
            common = {"version": held.version, "at": at}
            if act == "pause":
                clock_changes.pause(writing, hall.clerk, clock_id, ground=value, first=today, note="", **common)
            elif act == "resume":
                last = today - value * DAY
                clock_changes.resume(writing, hall.clerk, clock_id, last=last, **common)
            elif act == "extend":
                given_ = Extension(value, "复杂", "局长", today, until=today + 60 * DAY, informed_on=today)
                clock_changes.extend(writing, hall.clerk, clock_id, extension=given_, **common)
            else:
                on = held.started_on + value * DAY
                clock_changes.correct_start(
                    writing, hall.clerk, clock_id, on=on, why="error", reason="登记有误", **common
                )
    except (FieldProblems, Refused):
        pass


def _agrees(session, clock_id: int) -> None:
    """The stored date against deadlines.due over the stored rows, read by the test itself."""
    session.rollback()
    held = session.get(Clock, clock_id, populate_existing=True)
    pauses = [tuple(row) for row in session.execute(
        select(ClockPause.first, ClockPause.last).where(ClockPause.clock_id == clock_id)
    )]  # fmt: skip
    longer = select(ClockExtension).where(ClockExtension.clock_id == clock_id).order_by(ClockExtension.id)
    extensions = list(session.scalars(longer))
    ended = [(first, last) for first, last in pauses if last]
    amount = sum(row.amount or 0 for row in extensions)
    counted = deadlines.due(
        deadlines.rule(held.key), held.started_on, law(session).calendar, pauses=ended, extension=amount
    )
    until = [row.until for row in extensions if row.until]
    expected = None if len(ended) < len(pauses) else max([counted.effective_due, *until[-1:]])
    assert (held.natural_due, held.effective_due) == (counted.natural_due, expected)
    assert held.provisional == counted.provisional


def _turn(days: set[date], at: datetime) -> None:
    """Turn working days into rest days and back, as a corrected notice does."""
    with database.write() as writing:
        held = {row.date: row for row in writing.scalars(select(Holiday))}
        for day in days - {date(2026, 1, 1), date(2026, 10, 1)}:
            if day in held:
                held[day].kind, held[day].loaded_at = ("rest" if held[day].kind == "work" else "work"), at
            else:
                kind = "rest" if day.weekday() < 5 else "work"
                writing.add(Holiday(date=day, kind=kind, name="调整", notice="", loaded_at=at))
