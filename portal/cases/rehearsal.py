"""推演: which open clocks would move under a draft of calendar or rules, and by how many days. Reads only; changes nothing.

Clocks without pauses and extensions that started on one day under one rule share one date, so they are counted together: a
hundred thousand open cases are some thousand counts. Knows no request.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.cases.models import Case, Clock, ClockExtension, ClockPause
from portal.cases.operations.clocks import History, Reckoned, due_of
from portal.cases.operations.recomputing import recount
from portal.statutes import notices
from portal.statutes.errors import StatuteError
from portal.statutes.models import StatuteDraft
from portal.statutes.queries import Law, law
from portal.statutes.table import from_cells
from portal.statutes.workdays import Entry

MOST_GROUPS = 20_000
MOST_SINGLE = 2_000
MOST_KEPT = 500
CASES_A_PAGE = 50
GROUPS_A_PAGE = 25

PAUSED = select(ClockPause.id).where(ClockPause.clock_id == Clock.id).exists()
EXTENDED = select(ClockExtension.id).where(ClockExtension.clock_id == Clock.id).exists()
SHARED = (Clock.key, Clock.started_on, Clock.named_due, Clock.effective_due, Clock.provisional)


@dataclass(frozen=True)
class Move:
    """``count`` open clocks that would move together; ``clock_id`` for one that has pauses or extensions of its own.

    ``days``: how far the last day moves, negative for earlier.
    """

    key: str
    started_on: date
    before: date
    after: date
    days: int
    count: int
    clock_id: int | None

    @classmethod
    def read(cls, kept: list[Any]) -> "Move":
        """As rehearse() keeps it."""
        key, *days, moved, count, clock_id = kept
        return cls(key, *(date.fromisoformat(day) for day in days), moved, count, clock_id)


def law_after(session: Session, draft: StatuteDraft) -> Law:
    """Calendar and rules as they would be with ``draft`` in force."""
    now = law(session)
    if draft.kind == "rules":
        return replace(now, rules=now.rules.after(from_cells(cells) for cells in draft.content))
    days = [Entry(date.fromisoformat(day), kind, name, draft.notice) for day, kind, name in draft.content]
    return replace(now, calendar=notices.after(now.calendar, draft.year, days))


def rehearse(session: Session, draft: StatuteDraft) -> dict[str, Any]:
    """What publishing ``draft`` now would do to the centre's open clocks, as JSON.

    checked, moved, confirmed (the date stays and becomes firm), opened (it stays and becomes provisional), old_rule (keep the
    old rule, as they started before the new one): counts of clocks. moves: the MOST_KEPT widest, see Move.read(). left_out:
    clocks of further moves. uncounted: clocks beyond what one rehearsal counts, 0 in any hall.
    """
    then = law_after(session, draft)
    changed = {cells["key"] for cells in draft.content} if draft.kind == "rules" else set()
    first_days = {cells["key"]: cells["valid_from"] for cells in draft.content} if changed else {}
    told = dict.fromkeys(("checked", "moved", "confirmed", "opened", "old_rule"), 0)
    moves: list[list[Any]] = []
    for key, started_on, due, provisional, count, dates, clock_id in _counted(session, draft.centre_id, then):
        told["checked"] += count
        if key in changed and started_on.isoformat() < first_days[key]:
            told["old_rule"] += count
        if dates is None or due is None or dates.effective_due is None:
            continue
        if dates.effective_due != due:
            told["moved"] += count
            days = [day.isoformat() for day in (started_on, due, dates.effective_due)]
            moves.append([key, *days, (dates.effective_due - due).days, count, clock_id])
        elif dates.provisional != provisional:
            told["opened" if dates.provisional else "confirmed"] += count
    moves.sort(key=lambda move: (-abs(move[4]), -move[5], move[0], move[1]))
    told["left_out"] = sum(move[5] for move in moves[MOST_KEPT:])
    told["uncounted"] = _open(session, draft.centre_id) - told["checked"]
    return told | {"moves": moves[:MOST_KEPT]}


def cases_of(session: Session, centre_id: int, move: Move, after: int = 0) -> tuple[list[str], int, int | None]:
    """The case numbers of one move from the clock ``after`` on, how many of them are not named, and where to go on.

    An administrator of the calendar reads no cases: a matter whose very existence is kept from most is counted, not named.
    """
    wanted = select(Clock.id, Case.number, Case.sensitivity).join(Case, Case.id == Clock.case_id)
    wanted = wanted.where(Clock.centre_id == centre_id, Clock.stopped_at.is_(None), Clock.id > after)
    if move.clock_id:
        wanted = wanted.where(Clock.id == move.clock_id)
    else:
        wanted = wanted.where(~PAUSED, ~EXTENDED, Clock.key == move.key, Clock.started_on == move.started_on)
        wanted = wanted.where(Clock.effective_due == move.before)
    rows = session.execute(wanted.order_by(Clock.id).limit(CASES_A_PAGE + 1)).all()
    shown = rows[:CASES_A_PAGE]
    named = [row.number for row in shown if row.sensitivity == "normal"]
    return named, len(shown) - len(named), shown[-1].id if len(rows) > len(shown) else None


def _counted(session: Session, centre_id: int, then: Law) -> Iterator[tuple[Any, ...]]:
    grouped = _running(select(*SHARED, func.count()), centre_id).where(~PAUSED, ~EXTENDED)
    for key, started_on, named, due, provisional, count in session.execute(
        grouped.group_by(*SHARED).limit(MOST_GROUPS)
    ):
        yield key, started_on, due, provisional, count, _dates(then, key, History(started_on, named)), None
    single = _running(select(Clock), centre_id).where(PAUSED | EXTENDED)
    clocks = list(session.scalars(single.order_by(Clock.id).limit(MOST_SINGLE)))
    counted = recount(session, clocks, then)
    for clock in clocks:
        found = counted.get(clock.id)
        stated = (clock.key, clock.started_on, clock.effective_due, clock.provisional, 1)
        yield *stated, found.dates if found else None, clock.id


def _dates(then: Law, key: str, history: History) -> Reckoned | None:
    try:
        return due_of(then.rules.on(key, history.started_on), history, then.calendar)
    except StatuteError:
        return None  # nothing to count by: what stands there stands


def _running(wanted: Select[Any], centre_id: int) -> Select[Any]:
    return wanted.where(Clock.centre_id == centre_id, Clock.stopped_at.is_(None))


def _open(session: Session, centre_id: int) -> int:
    return session.scalar(_running(select(func.count(Clock.id)), centre_id)) or 0
