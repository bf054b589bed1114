"""Open clocks follow the calendar and the rules: dates are counted again from their history, and none moves without an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.cases.models import Case, Clock
from portal.cases.operations.clocks import Reckoned, due_of, histories, refresh_next_due
from portal.cases.operations.record import note
from portal.statutes.errors import StatuteError
from portal.statutes.queries import Law, law
from portal.statutes.table import Rule

# A batch holds the write lock: so many keep it for a tenth of a second, and nobody at a window notices.
MOST_CHECKED = 200
MOST_MOVED = 20


@dataclass(frozen=True)
class Recomputed:
    """One batch: how many clocks were counted again, how many moved or became firm, and where to go on (None: done)."""

    checked: int
    moved: int
    after: int | None


@dataclass(frozen=True)
class Recount:
    """What a clock's dates are by the law of now, ``rule`` the version that counts for it."""

    rule: Rule
    dates: Reckoned

    def differs(self, clock: Clock) -> bool:
        """Whether the clock shows other dates, or another certainty of them."""
        shown = (clock.natural_due, clock.effective_due, clock.provisional)
        return shown != (self.dates.natural_due, self.dates.effective_due, self.dates.provisional)


def recompute(
    session: Session, centre_id: int, at: datetime, *, after: int = 0, most: int = MOST_CHECKED
) -> Recomputed:
    """Count the next ``most`` open clocks of the centre again, from its clock ``after`` on; the caller goes on until None.

    Each clock whose date or certainty changes gets an event on its case (clock.moved, clock.confirmed) with the old date,
    the new one and why: rule, calendar or history. All that were checked carry the version of the calendar of now.
    """
    now = law(session)
    found, last = _hold(session, centre_id, after, most)
    counted = recount(session, found, now)
    moving = [clock for clock in found if clock.id in counted and counted[clock.id].differs(clock)][:MOST_MOVED]
    if len(moving) == MOST_MOVED:
        last = moving[-1].id
        found = [clock for clock in found if clock.id <= last]
    _move(session, moving, counted, now, at)
    for clock in found:
        if clock.id in counted and clock.rule_version != counted[clock.id].rule.version:
            clock.rule_version, clock.verified = counted[clock.id].rule.version, counted[clock.id].rule.verified
    _stamp(session, [clock.id for clock in found], now)
    return Recomputed(len(found), len(moving), last)


def recount(session: Session, clocks: Iterable[Clock], now: Law) -> dict[int, Recount]:
    """The dates of each clock by the law ``now``; a clock is missing that has no number and no named day to count from."""
    found = list(clocks)
    told = histories(session, found)
    counted: dict[int, Recount] = {}
    kept: dict[Any, Recount] = {}
    for clock in found:
        rule, history = now.rules.on(clock.key, clock.started_on), told[clock.id]
        try:
            if (rule, history) not in kept:
                kept[rule, history] = Recount(rule, due_of(rule, history, now.calendar))
        except StatuteError:
            continue  # nothing to count by: what stands there stands
        counted[clock.id] = kept[rule, history]
    return counted


def _hold(session: Session, centre_id: int, after: int, most: int) -> tuple[list[Clock], int | None]:
    """The next open clocks, held all at once behind their cases (see record.hold), and the id of the last, None at the end."""
    wanted = select(Clock.id, Clock.case_id).where(
        Clock.centre_id == centre_id, Clock.stopped_at.is_(None), Clock.id > after
    )
    listed = session.execute(wanted.order_by(Clock.id).limit(most)).all()
    cases = select(Case.id).where(Case.id.in_({row.case_id for row in listed})).order_by(Case.id)
    session.execute(cases.with_for_update(key_share=True)).all()
    # what was stopped meanwhile is left alone
    open_ones = select(Clock).where(Clock.id.in_([row.id for row in listed]), Clock.stopped_at.is_(None))
    held = session.scalars(
        open_ones.order_by(Clock.id).with_for_update(), execution_options={"populate_existing": True}
    )
    return list(held), listed[-1].id if len(listed) == most else None


def _move(session: Session, clocks: list[Clock], counted: dict[int, Recount], now: Law, at: datetime) -> None:
    if not clocks:
        return
    ids = {clock.case_id for clock in clocks}
    wanted = select(Case).where(Case.id.in_(ids)).execution_options(populate_existing=True)
    cases = {case.id: case for case in session.scalars(wanted)}
    for clock in clocks:
        _note(session, cases[clock.case_id], clock, counted[clock.id], now, at)
        _set(clock, counted[clock.id])
    for case in cases.values():
        refresh_next_due(session, case)


def _set(clock: Clock, to: Recount) -> None:
    dates = to.dates
    clock.natural_due, clock.effective_due, clock.provisional = (
        dates.natural_due,
        dates.effective_due,
        dates.provisional,
    )
    clock.rule_version, clock.verified = to.rule.version, to.rule.verified


def _note(session: Session, case: Case, clock: Clock, to: Recount, now: Law, at: datetime) -> None:
    if clock.rule_version != to.rule.version:
        why = "rule"
    else:
        why = "calendar" if clock.calendar_version != now.calendar_version else "history"
    stays = (clock.natural_due, clock.effective_due) == (to.dates.natural_due, to.dates.effective_due)
    data = {
        "clock_id": clock.id,
        "key": clock.key,
        "proceeding_id": clock.proceeding_id,
        "from": _day(clock.effective_due),
        "to": _day(to.dates.effective_due),
        "natural": [_day(clock.natural_due), _day(to.dates.natural_due)],
        "provisional": [clock.provisional, to.dates.provisional],
        "why": why,
        "calendar_version": [clock.calendar_version, now.calendar_version],
        "rule_version": [clock.rule_version, to.rule.version],
    }
    note(session, case, "clock.confirmed" if stays else "clock.moved", None, at, data=data)


def _stamp(session: Session, ids: list[int], now: Law) -> None:
    session.flush()
    older = update(Clock).where(Clock.id.in_(ids), Clock.calendar_version != now.calendar_version)
    session.execute(
        older.values(calendar_version=now.calendar_version), execution_options={"synchronize_session": "fetch"}
    )


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
