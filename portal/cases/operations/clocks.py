"""Starting and stopping the legal periods of a case. Days come from statutes, never from here."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.cases.models import Case, Clock, Proceeding
from portal.statutes import deadlines
from portal.statutes import queries as statutes
from portal.statutes.models import Holiday
from portal.statutes.workdays import Calendar


def calendar(session: Session) -> tuple[Calendar, str]:
    """The working calendar and its version, built again only when its table has changed."""
    count, loaded = session.execute(select(func.count(), func.max(Holiday.loaded_at)).select_from(Holiday)).one()
    version = f"{count}@{loaded.isoformat(timespec='seconds') if loaded else '-'}"
    return _kept_calendar(version) or _keep_calendar(version, statutes.calendar(session)), version


def start(
    session: Session, case: Case, proceeding: Proceeding, key: str, on: date, *, last: date | None = None
) -> Clock | None:
    """Start the period ``key`` on ``on`` (the day of start is not counted).

    Where the law sets no number the period ends on ``last``, the day a person named (交办的指定办理期限); without one
    there is no clock and None is returned: the portal never guesses a date.
    """
    rule = deadlines.rule(key)
    days, version = calendar(session)
    try:
        due = deadlines.due(rule, on, days)
        natural, effective, provisional = _day(due.natural_due), _day(due.effective_due), due.provisional
    except deadlines.NotSetByLaw:
        if last is None:
            return None
        natural, effective, provisional = last, last, False
    clock = Clock(
        centre_id=case.centre_id,
        case_id=case.id,
        proceeding_id=proceeding.id,
        key=key,
        started_on=on,
        natural_due=natural,
        effective_due=effective,
        provisional=provisional,
        verified=rule.verified,
        rule_version=rule.valid_from.isoformat() if rule.valid_from else "-",
        calendar_version=version,
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


_calendars: dict[str, Calendar] = {}


def _kept_calendar(version: str) -> Calendar | None:
    return _calendars.get(version)


def _keep_calendar(version: str, days: Calendar) -> Calendar:
    _calendars.clear()
    _calendars[version] = days
    return days
