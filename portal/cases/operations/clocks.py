"""Starting and stopping the legal periods of a case, and what their dates follow from. Days come from statutes, never from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.clock import at_hall
from portal.statutes import deadlines
from portal.statutes import queries as statutes
from portal.statutes.table import Rule
from portal.statutes.workdays import Calendar


@dataclass(frozen=True)
class History:
    """Everything that happened to one period and that its dates depend on.

    ``pauses`` are (first, last) days, both paused; ``last`` None while the pause lasts. ``extension`` is the sum granted, in the
    rule's extension unit; ``until`` the day to which it was extended where the law sets no number for that.
    """

    started_on: date
    named_due: date | None = None
    pauses: tuple[tuple[date, date | None], ...] = ()
    extension: int = 0
    until: date | None = None

    @property
    def paused_since(self) -> date | None:
        """The first day of the pause that lasts, None where the period runs."""
        return next((first for first, last in self.pauses if last is None), None)


@dataclass(frozen=True)
class Reckoned:
    """The dates of one period. ``effective_due`` None: paused, the end is not known. ``steps`` tell the count in Chinese."""

    natural_due: date
    effective_due: date | None
    internal_target: date | None
    provisional: bool
    steps: tuple[str, ...] = ()


def due_of(rule: Rule, history: History, calendar: Calendar) -> Reckoned:
    """The dates of a period from its rule, its history and the working calendar, and from nothing else.

    Raises NotSetByLaw where the rule has no number and nobody named a day, BadInput for a history that cannot be counted.
    """
    if rule.amount is None:
        return _named(rule, history, calendar)
    ended = [(first, last) for first, last in history.pauses if last is not None]
    # hours from a start of which only the day is known run from 0:00, the earliest they can
    start = at_hall(history.started_on) if rule.unit == "hour" else history.started_on
    due = deadlines.due(rule, start, calendar, pauses=ended, extension=history.extension)
    natural, effective = _day(due.natural_due), _day(due.effective_due)
    if history.paused_since:
        told = f"自{history.paused_since}起暂停；恢复以后才知道最后一日。"
        return Reckoned(natural, None, None, due.provisional, (*due.steps, told))
    if history.until is None or history.until <= effective:
        return Reckoned(natural, effective, due.internal_target, due.provisional, due.steps)
    target = _target(rule, history.started_on, history.until, calendar)
    told = f"经同意延长到{history.until}，这是指定的日期，不再顺延。"
    return Reckoned(natural, history.until, target, due.provisional, (*due.steps, told))


def _target(rule: Rule, start: date, last: date, calendar: Calendar) -> date | None:
    """The office's own target for a day that a person named: the last working day by then, if there is one in the period."""
    found = calendar.last_workday_until(last) if rule.binds == "office" else None
    return None if found is None or found < start else found


def _named(rule: Rule, history: History, calendar: Calendar) -> Reckoned:
    if history.named_due is None:
        raise deadlines.NotSetByLaw(f"{rule.citation}没有规定“{rule.step}”的期限数字，须逐件指定日期")
    target = _target(rule, history.started_on, history.named_due, calendar)
    return Reckoned(history.named_due, history.named_due, target, False)


def histories(session: Session, clocks: Iterable[Clock]) -> dict[int, History]:
    """The stored history of each of ``clocks`` by its id, in two queries."""
    wanted = {clock.id: clock for clock in clocks}
    pauses: dict[int, list[tuple[date, date | None]]] = {}
    extensions: dict[int, list[tuple[int | None, date | None]]] = {}
    if wanted:
        stopped = select(ClockPause.clock_id, ClockPause.first, ClockPause.last).order_by(ClockPause.id)
        for clock_id, first, last in session.execute(stopped.where(ClockPause.clock_id.in_(wanted))):
            pauses.setdefault(clock_id, []).append((first, last))
        longer = select(ClockExtension.clock_id, ClockExtension.amount, ClockExtension.until)
        longer = longer.where(ClockExtension.clock_id.in_(wanted)).order_by(ClockExtension.id)
        for clock_id, amount, until in session.execute(longer):
            extensions.setdefault(clock_id, []).append((amount, until))
    return {
        clock_id: _history(clock, pauses.get(clock_id, []), extensions.get(clock_id, []))
        for clock_id, clock in wanted.items()
    }


def _history(
    clock: Clock, pauses: list[tuple[date, date | None]], extensions: list[tuple[int | None, date | None]]
) -> History:
    return History(
        started_on=clock.started_on,
        named_due=clock.named_due,
        pauses=tuple(pauses),
        extension=sum(amount or 0 for amount, _ in extensions),
        until=next((until for _, until in reversed(extensions) if until), None),
    )


def calendar(session: Session) -> tuple[Calendar, str]:
    """The working calendar and its version, built again only when its table has changed."""
    now = statutes.law(session)
    return now.calendar, now.calendar_version


def start(
    session: Session,
    case: Case,
    proceeding: Proceeding,
    key: str,
    on: date,
    *,
    event: str = "",
    last: date | None = None,
    source: str = "",
) -> Clock | None:
    """Start the period ``key`` on ``on`` (the day of start is not counted); ``event`` names the step that starts it.

    Where the law sets no number the period ends on ``last``, the day a person named (交办的指定办理期限), on the ground of
    ``source``; without one there is no clock and None is returned: the portal never guesses a date.
    """
    now = statutes.law(session)
    rule = now.rules.on(key, on)
    named = last if rule.amount is None else None
    if rule.amount is None and named is None:
        return None
    due = due_of(rule, History(on, named), now.calendar)
    clock = Clock(
        centre_id=case.centre_id,
        case_id=case.id,
        proceeding_id=proceeding.id,
        key=key,
        start_event=event,
        started_on=on,
        named_due=named,
        named_source=source if named else "",
        natural_due=due.natural_due,
        effective_due=due.effective_due,
        provisional=due.provisional,
        verified=rule.verified,
        rule_version=rule.version,
        calendar_version=now.calendar_version,
    )
    session.add(clock)
    session.flush()
    return clock


def stop(session: Session, proceeding: Proceeding, keys: tuple[str, ...] | None, by: str, at: datetime) -> list[str]:
    """Stop the running periods of ``proceeding`` named in ``keys`` (None: all that bind the office). Returns their keys."""
    running = select(Clock).where(Clock.proceeding_id == proceeding.id, Clock.stopped_at.is_(None))
    stopped = []
    for clock in session.scalars(running):
        if clock.key in keys if keys is not None else deadlines.rule(clock.key).binds == "office":
            clock.stopped_at, clock.stopped_by = at, by
            stopped.append(clock.key)
    return stopped


def resume(session: Session, case: Case, proceeding: Proceeding, keys: tuple[str, ...], event: str) -> list[str]:
    """Of the periods ``keys`` of ``proceeding``, let the one that stopped last run again from the day it ran from.

    A period of its own: that the first was kept stays written. Returns its key; nothing where none was stopped or one runs.
    """
    if not keys:
        return []
    wanted = select(Clock).where(Clock.proceeding_id == proceeding.id, Clock.key.in_(keys))
    found = list(session.scalars(wanted.order_by(Clock.stopped_at, Clock.id)))
    if not found or any(clock.stopped_at is None for clock in found):
        return []
    last = found[-1]
    start(session, case, proceeding, last.key, last.started_on, event=event)
    return [last.key]


def running(session: Session, case_id: int, key: str) -> Clock | None:
    """The newest period ``key`` of the case that has not stopped, locked; its last day may have passed."""
    wanted = select(Clock).where(Clock.case_id == case_id, Clock.key == key, Clock.stopped_at.is_(None))
    return session.scalar(wanted.order_by(Clock.id.desc()).limit(1).with_for_update())


def last_day(session: Session, proceeding: Proceeding, key: str) -> date | None:
    """The last day of the running period ``key``, of ``proceeding`` or of one linked with it; None where its end is not known."""
    running = select(Clock.effective_due).where(
        Clock.case_id == proceeding.case_id, Clock.key == key, Clock.stopped_at.is_(None)
    )
    return session.scalar(running.order_by(Clock.id.desc()).limit(1))


def refresh_next_due(session: Session, case: Case) -> None:
    """Repeat the nearest running date that binds the office on the case row, for lists. Rights of citizens are not it."""
    session.flush()
    running = select(Clock.key, Clock.effective_due).where(
        Clock.case_id == case.id, Clock.stopped_at.is_(None), Clock.effective_due.is_not(None), Clock.verified
    )
    days = [due for key, due in session.execute(running) if deadlines.rule(key).binds == "office"]
    case.next_due = min(days, default=None)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
