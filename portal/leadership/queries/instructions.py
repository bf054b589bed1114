"""Reading instructions: one with everything that became of it, those to be looked at again, those that only want their end."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.leadership.models import Followup, Instruction, Leader, Task
from portal.leadership.operations import followups as operations
from portal.leadership.operations.instructions import SOURCES
from portal.leadership.queries import tasks as task_queries
from portal.leadership.queries.tasks import RUNNING, TaskShown

LISTED = 100


@dataclass(frozen=True)
class FollowupShown:
    """A day of looking again. ``lamp`` (word, level); ``open``: it may be filled in now."""

    id: int
    days: int
    due: date
    finding: str
    words: str
    who: str
    row: Followup
    lamp: tuple[str, str]
    open: bool


@dataclass(frozen=True)
class InstructionShown:
    """An instruction as the reader may see it. ``rating``: what the citizen said alone, code of SATISFIED, "" where nothing."""

    row: Instruction
    leader: Leader
    case: Case
    source: str
    tasks: tuple[TaskShown, ...]
    followups: tuple[FollowupShown, ...]
    missing: tuple[str, ...]
    rating: str
    said_to: str
    closed_by: str
    lamp: tuple[str, str]


@dataclass(frozen=True)
class Line:
    """An instruction in a list. ``due`` is the day of looking again, or the last day of its tasks; None where it has none."""

    instruction_id: int
    leader: str
    case_number: str
    subject: str
    due: date | None
    days: int
    lamp: tuple[str, str]
    issued_on: date
    source: str


def one(session: Session, actor: Actor, instruction_id: int, today: date) -> InstructionShown | None:
    """One instruction; None where its case is not open to the actor. At most eleven queries."""
    row = session.execute(
        select(Instruction, Leader, Case)
        .join(Leader, Leader.id == Instruction.leader_id)
        .join(Case, Case.id == Instruction.case_id)
        .where(Instruction.id == instruction_id, cases.visible(actor))
    ).first()
    if row is None:
        return None
    made = row.Instruction
    looks = session.scalars(select(Followup).where(Followup.instruction_id == made.id).order_by(Followup.days)).all()
    names = cases.names(
        session, {each for each in (made.said_to, made.closed_by, *(look.done_by for look in looks)) if each}
    )
    tasks = tuple(task_queries.of_instruction(session, actor, made.id))
    rating = operations.rating_since(session, made)
    return InstructionShown(
        row=made,
        leader=row.Leader,
        case=row.Case,
        source=SOURCES[made.source],
        tasks=tasks,
        followups=tuple(_followup(look, names, today) for look in looks),
        missing=() if made.closed_at else tuple(operations.lacking(session, made, today)),
        rating=operations.FROM_RATING[rating] if rating else "",
        said_to=names.get(made.said_to or 0, ""),
        closed_by=names.get(made.closed_by or 0, ""),
        lamp=_lamp(made, tasks, today),
    )


def due_followups(
    session: Session, actor: Actor, today: date, *, leader_id: int | None = None, limit: int = LISTED
) -> tuple[list[Line], int]:
    """Days of looking again that have come and were not filled in, the oldest first, and how many there are: one query."""
    wanted = (
        _lines(Followup.due, Followup.days)
        .join(Followup, Followup.instruction_id == Instruction.id)
        .where(Followup.centre_id == actor.centre_id, Followup.done_at.is_(None), Followup.due <= today)
        .where(cases.visible(actor))
        .order_by(Followup.due, Followup.id)
        .limit(limit)
    )
    if leader_id is not None:
        wanted = wanted.where(Instruction.leader_id == leader_id)
    return _listed(session, wanted, today)


def to_end(
    session: Session, actor: Actor, today: date, *, leader_id: int | None = None, limit: int = LISTED
) -> tuple[list[Line], int]:
    """Instructions without a running task that were not closed, the citizen is to be told, and how many there are: one query."""
    last = select(func.max(Task.due)).where(Task.instruction_id == Instruction.id).scalar_subquery()
    running = exists().where(Task.instruction_id == Instruction.id, Task.state.in_(RUNNING))
    wanted = (
        _lines(last, 0 * Instruction.id)
        .where(Instruction.centre_id == actor.centre_id, Instruction.closed_at.is_(None), ~running)
        .where(cases.visible(actor))
        .order_by(func.coalesce(last, Instruction.issued_on), Instruction.id)
        .limit(limit)
    )
    if leader_id is not None:
        wanted = wanted.where(Instruction.leader_id == leader_id)
    return _listed(session, wanted, today)


def of_case(session: Session, actor: Actor, case_id: int, today: date) -> list[Line]:
    """The instructions about a case, the newest first, with how each stands: one query."""
    last = select(func.max(Task.due)).where(Task.instruction_id == Instruction.id).scalar_subquery()
    wanted = _lines(last, 0 * Instruction.id).add_columns(Instruction.closed_at)
    wanted = wanted.where(Instruction.case_id == case_id, cases.visible(actor)).order_by(Instruction.id.desc())
    return [_line(row, _stands(row.closed_at is not None, row.due, today)) for row in session.execute(wanted)]


def _listed(session: Session, wanted: Select, today: date) -> tuple[list[Line], int]:
    rows = session.execute(wanted.add_columns(func.count().over().label("total"))).all()
    return [_line(row, _days_lamp(row.due, today)) for row in rows], rows[0].total if rows else 0


def _lines(due, days) -> Select:
    return (
        select(
            Instruction.id,
            Leader.name,
            Case.number,
            Case.subject,
            due.label("due"),
            days.label("days"),
            Instruction.issued_on,
            Instruction.source,
        )
        .join(Leader, Leader.id == Instruction.leader_id)
        .join(Case, Case.id == Instruction.case_id)
    )


def _line(row, lamp: tuple[str, str]) -> Line:
    given = (row.id, row.name, row.number, row.subject, row.due, row.days)
    return Line(*given, lamp, row.issued_on, SOURCES[row.source])


def _days_lamp(due: date | None, today: date) -> tuple[str, str]:
    if due is None:
        return ("待办结", "near")
    over = (today - due).days
    return (f"逾期 {over} 天", "late") if over > 0 else ("今天", "near") if over == 0 else ("待办结", "near")


def _lamp(made: Instruction, tasks: tuple[TaskShown, ...], today: date) -> tuple[str, str]:
    return _stands(made.closed_at is not None, max((task.due for task in tasks), default=None), today)


def _stands(closed: bool, last: date | None, today: date) -> tuple[str, str]:
    """An instruction is late while it has not ended and the last day of its tasks is over; without tasks nobody set a day."""
    if closed:
        return ("已办结", "ok")
    if last is None:
        return ("待办结", "near")
    if last < today:
        return (f"逾期 {(today - last).days} 天未办结", "late")
    return ("办理中", "near")


def _followup(row: Followup, names: dict[int, str], today: date) -> FollowupShown:
    if row.done_at:
        label = operations.FINDINGS[row.finding]
        lamp = (label, "ok" if row.finding == "settled" else "near")
    elif row.due > today:
        lamp = ("未到", "none")
    else:
        lamp = ("今天回访", "near") if row.due == today else (f"逾期 {(today - row.due).days} 天", "late")
    return FollowupShown(
        id=row.id,
        days=row.days,
        due=row.due,
        finding=row.finding,
        words=row.words,
        who=names.get(row.done_by or 0, ""),
        row=row,
        lamp=lamp,
        open=row.done_at is None and row.due <= today,
    )
