"""Reading tasks: what is outstanding, at whom, since when, and how late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.leadership.models import Instruction, Leader, Task, TaskUnit
from portal.organisation.models import Unit

RUNNING = ("open", "replied", "returned")
STATES = {"open": "办理中", "replied": "已回复，待审核", "returned": "已退回", "done": "已完成", "withdrawn": "已撤回"}
ROLES = {"lead": "牵头", "co": "配合"}
NEAR = 3  # days before the date from which the lamp says so
LISTED = 300


@dataclass(frozen=True)
class UnitShown:
    """A unit of a task. ``lamp`` (word, level): how it stands; ``mine``: it is the reader's own unit."""

    id: int
    unit_id: int
    name: str
    role: str
    received_at: datetime
    signed_at: datetime | None
    reply: str
    paper_id: int | None
    replied_at: datetime | None
    returned: str
    mine: bool
    lamp: tuple[str, str]

    @property
    def role_label(self) -> str:
        """牵头 or 配合."""
        return ROLES[self.role]


@dataclass(frozen=True)
class TaskShown:
    """A task with its units, the lead first. ``lamp`` (word, level: ok, near, late, none) says how it stands today."""

    id: int
    version: int
    instruction_id: int
    leader_id: int
    leader_name: str
    case_id: int
    case_number: str
    subject: str
    source: str
    issued_on: date
    what: str
    due: date
    state: str
    note: str
    lamp: tuple[str, str]
    units: tuple[UnitShown, ...]

    @property
    def lead(self) -> str:
        """The name of the unit that leads."""
        return next((each.name for each in self.units if each.role == "lead"), "")

    @property
    def late(self) -> bool:
        """Whether its day is over and it is not done."""
        return self.lamp[1] == "late"

    @property
    def state_label(self) -> str:
        """The state's word."""
        return STATES[self.state]


def outstanding(
    session: Session,
    centre_id: int,
    leader_id: int | None = None,
    unit_id: int | None = None,
    *,
    actor: Actor | None = None,
    limit: int = LISTED,
) -> list[TaskShown]:
    """Tasks that are neither done nor withdrawn, the nearest day first: two queries.

    With ``actor`` only of cases that he may see, without only of ordinary ones (no 检举控告, no counselling).
    """
    wanted = _outstanding(centre_id, leader_id, unit_id, actor).order_by(Task.due, Task.id).limit(limit)
    return shown(session, session.execute(wanted).all(), clock.today(), actor)


@dataclass(frozen=True)
class Wanted:
    """What a list of tasks is asked for; None or False asks for everything."""

    leader_id: int | None = None
    unit_id: int | None = None
    late: bool = False


def page_of(
    session: Session, actor: Actor, wanted: Wanted, *, after: tuple[date, int] | None, limit: int
) -> list[TaskShown]:
    """Outstanding tasks that the actor may see, the nearest day first, behind ``after`` (last day, id): two queries."""
    chosen = _outstanding(actor.centre_id, wanted.leader_id, wanted.unit_id, actor)
    if wanted.late:
        chosen = chosen.where(Task.due < clock.today())
    if after:
        day, last = after
        chosen = chosen.where(or_(Task.due > day, and_(Task.due == day, Task.id > last)))
    chosen = chosen.order_by(Task.due, Task.id).limit(limit)
    return shown(session, session.execute(chosen).all(), clock.today(), actor)


def by_unit(session: Session, actor: Actor) -> list[tuple[int, str, int, int]]:
    """(unit id, short name, outstanding, of these late) of each unit that leads, the most late first: one query."""
    lead = _outstanding(actor.centre_id, None, None, actor).join(
        TaskUnit, (TaskUnit.task_id == Task.id) & (TaskUnit.role == "lead")
    )
    return _summed(session, lead.join(Unit, Unit.id == TaskUnit.unit_id), Unit.id, Unit.short_name)


def by_leader(session: Session, actor: Actor) -> list[tuple[int, str, int, int]]:
    """(leader id, name, outstanding, of these late) of each leader, the most late first: one query."""
    return _summed(session, _outstanding(actor.centre_id, None, None, actor), Leader.id, Leader.name)


def _summed(session: Session, chosen: Select, key: Any, name: Any) -> list[tuple[int, str, int, int]]:
    late = func.count().filter(Task.due < clock.today())
    rows = chosen.with_only_columns(key, name, func.count(), late).group_by(key, name)
    return sorted((tuple(row) for row in session.execute(rows)), key=lambda row: (-row[3], -row[2], row[0]))


def count(
    session: Session,
    centre_id: int,
    leader_id: int | None = None,
    unit_id: int | None = None,
    *,
    actor: Actor | None = None,
    today: date | None = None,
) -> tuple[int, int]:
    """(outstanding, of these late on ``today``, else on the present day) under the same conditions: one query."""
    inner = _outstanding(centre_id, leader_id, unit_id, actor).with_only_columns(Task.due).subquery()
    late = func.count().filter(inner.c.due < (today or clock.today()))
    return tuple(session.execute(select(func.count(), late).select_from(inner)).one())


def of_instruction(session: Session, actor: Actor, instruction_id: int) -> list[TaskShown]:
    """Every task of an instruction, in the order in which they were given: two queries."""
    wanted = columns().where(Task.instruction_id == instruction_id, cases.visible(actor)).order_by(Task.id)
    return shown(session, session.execute(wanted).all(), clock.today(), actor)


def columns() -> Select:
    """(Task, Instruction, leader's name, case number, subject)."""
    return (
        select(Task, Instruction, Leader.name, Case.number, Case.subject)
        .join(Instruction, Instruction.id == Task.instruction_id)
        .join(Leader, Leader.id == Instruction.leader_id)
        .join(Case, Case.id == Task.case_id)
    )


def readable(actor: Actor | None) -> ColumnElement[bool]:
    """The condition on Case under which a task may be told of."""
    return cases.visible(actor) if actor else Case.sensitivity == "normal"


def shown(session: Session, rows: Iterable, today: date, actor: Actor | None) -> list[TaskShown]:
    """Rows of columns() as values, with their units."""
    rows = list(rows)
    units = _units(session, [row[0] for row in rows], today, actor)
    return [_one(row, today, tuple(units.get(row[0].id, ()))) for row in rows]


def lamp_of(state: str, due: date, today: date, done_at: datetime | None = None) -> tuple[str, str]:
    """(word, level) of a task: a word always, so that colour is never alone."""
    if state == "withdrawn":
        return ("已撤回", "none")
    if state == "done":
        late = done_at is not None and clock.day_of(done_at) > due
        return (f"逾期 {(clock.day_of(done_at) - due).days} 天完成", "near") if late else ("按期完成", "ok")
    if due < today:
        return (f"逾期 {(today - due).days} 天", "late")
    if due == today:
        return ("今天到期", "near")
    left = (due - today).days
    return (f"还剩 {left} 天", "near" if left <= NEAR else "ok")


def _outstanding(centre_id: int, leader_id: int | None, unit_id: int | None, actor: Actor | None) -> Select:
    wanted = columns().where(Task.centre_id == centre_id, Task.state.in_(RUNNING), readable(actor))
    if leader_id is not None:
        wanted = wanted.where(Instruction.leader_id == leader_id)
    if unit_id is not None:
        wanted = wanted.where(exists().where(TaskUnit.task_id == Task.id, TaskUnit.unit_id == unit_id))
    return wanted


def _one(row, today: date, units: tuple[UnitShown, ...]) -> TaskShown:
    task, instruction, leader, number, subject = row
    return TaskShown(
        id=task.id,
        version=task.version,
        instruction_id=instruction.id,
        leader_id=instruction.leader_id,
        leader_name=leader,
        case_id=task.case_id,
        case_number=number,
        subject=subject,
        source=instruction.source,
        issued_on=instruction.issued_on,
        what=task.what,
        due=task.due,
        state=task.state,
        note=task.note,
        lamp=lamp_of(task.state, task.due, today, task.done_at),
        units=units,
    )


def _units(session: Session, tasks: list[Task], today: date, actor: Actor | None) -> dict[int, list[UnitShown]]:
    by_id = {task.id: task for task in tasks}
    wanted = (
        select(TaskUnit, Unit.short_name)
        .join(Unit, Unit.id == TaskUnit.unit_id)
        .where(TaskUnit.task_id.in_(by_id or {0}))
        .order_by(TaskUnit.task_id, TaskUnit.role.desc(), TaskUnit.id)
    )
    found: dict[int, list[UnitShown]] = {}
    for row, name in session.execute(wanted):
        found.setdefault(row.task_id, []).append(
            UnitShown(
                id=row.id,
                unit_id=row.unit_id,
                name=name,
                role=row.role,
                received_at=row.received_at,
                signed_at=row.signed_at,
                reply=row.reply,
                paper_id=row.paper_id,
                replied_at=row.replied_at,
                returned=row.returned,
                mine=actor is not None and actor.unit_id == row.unit_id,
                lamp=_unit_lamp(row, by_id[row.task_id], today),
            )
        )
    return found


def _unit_lamp(row: TaskUnit, task: Task, today: date) -> tuple[str, str]:
    if row.replied_at:
        return ("已回复", "ok")
    if task.state not in RUNNING:
        return ("没有回复", "none")
    over = task.due < today
    if row.returned:
        return ("已退回，逾期未重新回复" if over else "已退回，待重新回复", "late" if over else "near")
    word = "已签收" if row.signed_at else "未签收"
    return (f"{word}，逾期未回复" if over else f"{word}，未回复", "late" if over else "near")
