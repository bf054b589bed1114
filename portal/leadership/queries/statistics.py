"""Counting receptions and what came of them, by leader and month: two years in five queries, whatever the number of cases."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    Select,
    case,
    exists,
    extract,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from portal.cases.models import Case, Rating
from portal.leadership.models import Booking, Instruction, Leader, Reception, Sheet, Task
from portal.leadership.operations.followups import FROM_RATING
from portal.leadership.vocabulary import AWAY

RECEIVED = ("receiving", "received")
HALL_AHEAD = timedelta(hours=8)  # Asia/Shanghai has no summer time: the hall's day of a moment, counted in the database
MOST_CATEGORIES, OTHERS = 20, "其他分类"
HANDED_OUT = exists().where(Task.instruction_id == Instruction.id).correlate(Instruction)


@dataclass
class Counts:
    """What one leader did in one month, or any sum of these. ``people`` are all who came; everything else counts matters."""

    receptions: int = 0
    trips: int = 0
    batches: int = 0
    people: int = 0
    resolved: int = 0
    explained: int = 0
    forwarded: int = 0
    issued: int = 0
    closed: int = 0
    met: int = 0
    content: int = 0
    discontent: int = 0
    tasks: int = 0
    done: int = 0
    running_late: int = 0
    done_late: int = 0

    def add(self, other: "Counts") -> None:
        """Add ``other`` to this."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def late(self) -> int:
        """Tasks that are late: not done, or done after their day."""
        return self.running_late + self.done_late


Months = dict[tuple[int, int, int], Counts]


def months(session: Session, centre_id: int, first: date, last: date, today: date) -> Months:
    """(leader id, year, month) → Counts of receptions and instructions from ``first`` to ``last``: five queries.

    What became of an instruction is counted in the month in which it was issued, as it stands on ``today``.
    """
    found: Months = {}
    for query, names in (
        (_receptions(), ("receptions", "trips")),
        (_bookings(), ("batches", "people")),
        (_sheets(), ("resolved", "explained", "forwarded")),
    ):
        chosen = query.where(Reception.centre_id == centre_id, Reception.day.between(first, last))
        _gather(found, session.execute(chosen.group_by(*_by(Reception.leader_id, Reception.day))), names)
    for query, names in (
        (_instructions(), ("issued", "closed", "met", "content", "discontent")),
        (_tasks(session, today), ("tasks", "done", "running_late", "done_late")),
    ):
        chosen = query.where(Instruction.centre_id == centre_id, Instruction.issued_on.between(first, last))
        _gather(found, session.execute(chosen.group_by(*_by(Instruction.leader_id, Instruction.issued_on))), names)
    return found


def summed(found: Months, leader_ids: Iterable[int], year: int, quarters: Iterable[int]) -> Counts:
    """The sum over leaders and quarters (1 to 4) of a year."""
    total, wanted = Counts(), {month for quarter in quarters for month in range(3 * quarter - 2, 3 * quarter + 1)}
    for leader_id in leader_ids:
        for month in wanted:
            if held := found.get((leader_id, year, month)):
                total.add(held)
    return total


def by_category(
    session: Session, centre_id: int, first: date, last: date, *, most: int | None = MOST_CATEGORIES
) -> list[tuple[str, int, int, int, int]]:
    """(内容分类, batches, people, handed out, ended) of the matters received, the most first: two queries.

    Behind the first ``most`` the others are added up.
    """
    heard = (
        select(Case.category, func.count(), func.sum(Booking.headcount))
        .join(Booking, Booking.case_id == Case.id)
        .join(Reception, Reception.id == Booking.reception_id)
        .where(Reception.centre_id == centre_id, Reception.day.between(first, last), Booking.state.in_(RECEIVED))
        .group_by(Case.category)
    )
    made = (
        select(Case.category, _count(HANDED_OUT), func.count(Instruction.closed_at))
        .join(Instruction, Instruction.case_id == Case.id)
        .where(Instruction.centre_id == centre_id, Instruction.issued_on.between(first, last))
        .group_by(Case.category)
    )
    rows: dict[str, list[int]] = {}
    for category, batches, people in session.execute(heard):
        rows.setdefault(category, [0, 0, 0, 0])[:2] = [batches, people]
    for category, issued, closed in session.execute(made):
        rows.setdefault(category, [0, 0, 0, 0])[2:] = [issued, closed]
    ranked = sorted(rows.items(), key=lambda row: (-row[1][0], -row[1][2], row[0]))
    kept = [(name or "未分类", *counts) for name, counts in ranked[:most]]
    rest = [counts for _name, counts in (ranked[most:] if most else ())]
    return kept + ([(OTHERS, *(sum(column) for column in zip(*rest, strict=True)))] if rest else [])


def _by(leader: ColumnElement, day: ColumnElement) -> tuple[ColumnElement, ...]:
    return leader, extract("year", day), extract("month", day)


def _gather(found: Months, rows: Iterable, names: tuple[str, ...]) -> None:
    for leader_id, year, month, *numbers in rows:
        held = found.setdefault((leader_id, int(year), int(month)), Counts())
        for name, number in zip(names, numbers, strict=True):
            setattr(held, name, int(number or 0))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _receptions() -> Select:
    took_place = (Reception.state == "held") | Reception.arrived_at.is_not(None)
    columns = (*_by(Reception.leader_id, Reception.day), func.count(), _count(Reception.kind.in_(AWAY)))
    return select(*columns).where(Reception.state != "cancelled", took_place)


def _bookings() -> Select:
    columns = (*_by(Reception.leader_id, Reception.day), func.count(), func.sum(Booking.headcount))
    joined = select(*columns).join(Reception, Reception.id == Booking.reception_id)
    return joined.where(Booking.state.in_(RECEIVED))


def _sheets() -> Select:
    manners = (_count(Sheet.manner == manner) for manner in ("resolved", "explained", "forwarded"))
    joined = select(*_by(Reception.leader_id, Reception.day), *manners).select_from(Sheet)
    joined = joined.join(Booking, Booking.id == Sheet.booking_id).join(Reception, Reception.id == Booking.reception_id)
    return joined.where(Sheet.state == "signed")


def _instructions() -> Select:
    """交办 are those with tasks; ended, met and content are counted of all. What the citizen rated goes before what was written down."""
    heard = func.coalesce(Booking.started_at, Instruction.issued_at)
    said = case(FROM_RATING, value=Rating.score, else_=Instruction.satisfied)
    return (
        select(
            *_by(Instruction.leader_id, Instruction.issued_on),
            _count(HANDED_OUT),
            func.count(Instruction.closed_at),
            _count(Instruction.met == "yes"),
            _count(said.in_(("yes", "partly"))),
            _count(said == "no"),
        )
        .outerjoin(Sheet, (Instruction.source == "reception") & (Sheet.id == Instruction.source_id))
        .outerjoin(Booking, Booking.id == Sheet.booking_id)
        .outerjoin(Rating, (Rating.case_id == Instruction.case_id) & (Rating.at >= heard))
    )


def _tasks(session: Session, today: date) -> Select:
    moment = type_coerce(Task.done_at, DateTime())
    if session.get_bind().dialect.name == "sqlite":
        done_on = func.date(moment, f"+{int(HALL_AHEAD.total_seconds()) // 3600} hours")
    else:
        done_on = func.date(moment + literal(HALL_AHEAD, Interval()))
    running = Task.state.in_(("open", "replied", "returned"))
    return (
        select(
            *_by(Instruction.leader_id, Instruction.issued_on),
            func.count(),
            _count(Task.state == "done"),
            _count(running & (Task.due < today)),
            _count((Task.state == "done") & (done_on > Task.due)),
        )
        .select_from(Task)
        .join(Instruction, Instruction.id == Task.instruction_id)
        .where(Task.state != "withdrawn")
    )


def leaders(session: Session, centre_id: int) -> list[Leader]:
    """Every leader of the centre, in post or not: what was done stays counted."""
    wanted = select(Leader).where(Leader.centre_id == centre_id)
    return list(session.scalars(wanted.order_by(Leader.position, Leader.id)))
