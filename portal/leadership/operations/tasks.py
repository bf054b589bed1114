"""What becomes of a task: receipt, replies of each unit, the office's judgement, another date with its reason, withdrawal."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.conduct import refuse_recused
from portal.cases.operations.record import note
from portal.leadership.models import Instruction, Task, TaskUnit
from portal.leadership.operations.instructions import TOPIC, wrong_due
from portal.leadership.operations.locking import NOT_HERE, need, row_of, same_version
from portal.organisation.models import Unit
from portal.trail import operations as trail

RUNNING = ("open", "replied", "returned")
LONGEST_REPLY, LONGEST_REASON = 4000, 200


def sign_receipt(session: Session, actor: Actor, unit_row_id: int, *, at: datetime) -> TaskUnit:
    """签收 by a handler of the unit. It moves no date. Raises Refused."""
    row, task, case = _own(session, actor, unit_row_id)
    if row.signed_at:
        raise Refused("已经签收。")
    row.signed_at, row.signed_by = at, actor.id
    _note(session, actor, case, task, "leader.task_signed", at, _named(session, row))
    return row


def reply(
    session: Session, actor: Actor, unit_row_id: int, *, words: str, at: datetime, attachment_id: int | None = None
) -> TaskUnit:
    """The unit says what it did; each unit for itself. A reply not signed for before counts as receipt.

    ``attachment_id`` is a paper of the case handed in with it. Raises Refused, FieldProblems.
    """
    row, task, case = _own(session, actor, unit_row_id)
    if row.replied_at:
        raise Refused("本单位已经回复，正等待审核；如被退回可以再次回复。")
    if not words.strip():
        raise FieldProblems({"words": "请写明办理情况和结果。"})
    if len(words.strip()) > LONGEST_REPLY:
        raise FieldProblems({"words": f"最多{LONGEST_REPLY}字，现在 {len(words.strip())} 字，请删减。"})
    if row.signed_at is None:
        row.signed_at, row.signed_by = at, actor.id
    row.reply, row.replied_at, row.replied_by, row.returned = words.strip(), at, actor.id, ""
    row.paper_id = attachment_id
    session.flush()
    waiting = select(TaskUnit.id).where(TaskUnit.task_id == task.id, TaskUnit.replied_at.is_(None)).limit(1)
    task.state = "replied" if session.scalar(waiting) is None else task.state
    data = {"attachment_id": attachment_id} if attachment_id else None
    _note(session, actor, case, task, "leader.task_replied", at, _named(session, row) | {"reply": row.reply}, data)
    return row


def send_back(session: Session, actor: Actor, unit_row_id: int, *, reason: str, at: datetime) -> TaskUnit:
    """退回: the office does not accept this unit's reply; the date stays. What was replied stays on the trail. Raises Refused."""
    need(actor, P.LEADERSHIP_RECORD)
    row, task, case = _unit_row(session, actor, unit_row_id)
    _running(task)
    if row.replied_at is None:
        raise Refused("这个单位还没有回复。")
    if not reason.strip():
        raise FieldProblems({"reason": "请写明为什么退回、要补什么。"})
    row.returned, row.replied_at, row.replied_by = reason.strip()[:LONGEST_REASON], None, None
    task.state = "returned"
    _note(session, actor, case, task, "leader.task_returned", at, _named(session, row) | {"reason": row.returned})
    return row


def accept(session: Session, actor: Actor, task_id: int, *, version: int | None, at: datetime) -> Task:
    """审核通过: every unit replied and the office is content. Raises Refused, StaleVersion."""
    task, case = _task(session, actor, task_id, version)
    if task.state != "replied":
        raise Refused("还有单位没有回复，不能审核通过。")
    task.state, task.done_at, task.done_by = "done", at, actor.id
    _note(session, actor, case, task, "leader.task_done", at, {"what": task.what})
    return task


def extend(
    session: Session, actor: Actor, task_id: int, *, due: date | None, reason: str, version: int | None, at: datetime
) -> Task:
    """Another, later day, with its reason; the old one stays on the trail. Raises Refused, StaleVersion, FieldProblems."""
    task, case = _task(session, actor, task_id, version)
    problems = {}
    if said := wrong_due(due, clock.day_of(at)):
        problems["due"] = said
    elif due <= task.due:
        problems["due"] = f"新的期限应晚于原来的 {task.due.isoformat()}。"
    if not reason.strip():
        problems["reason"] = "请写明为什么延期、谁同意的。"
    if problems:
        raise FieldProblems(problems)
    old, task.due = task.due, due
    data = {"from": old.isoformat(), "to": due.isoformat()}
    _note(session, actor, case, task, "leader.task_extended", at, {"reason": reason.strip()[:LONGEST_REASON]}, data)
    return task


def withdraw(session: Session, actor: Actor, task_id: int, *, reason: str, version: int | None, at: datetime) -> Task:
    """撤回 with its reason; the case stays open to the units, which know of it already. Raises Refused, FieldProblems."""
    task, case = _task(session, actor, task_id, version)
    if not reason.strip():
        raise FieldProblems({"reason": "请写明为什么撤回。"})
    task.state, task.note = "withdrawn", reason.strip()[:LONGEST_REASON]
    _note(session, actor, case, task, "leader.task_withdrawn", at, {"reason": task.note})
    return task


def own_case(session: Session, actor: Actor, unit_row_id: int) -> Case:
    """The case of a task of the actor's own unit, locked, for handing in a paper with the reply. Raises Refused."""
    return _own(session, actor, unit_row_id)[2]


def _own(session: Session, actor: Actor, unit_row_id: int) -> tuple[TaskUnit, Task, Case]:
    need(actor, P.LEADERSHIP_TASK)
    row, task, case = _unit_row(session, actor, unit_row_id)
    if actor.unit_id is None or row.unit_id != actor.unit_id:
        raise Refused("这项任务不是交给您单位的。")
    refuse_recused(session, actor, case)
    _running(task)
    return row, task, case


def _unit_row(session: Session, actor: Actor, unit_row_id: int) -> tuple[TaskUnit, Task, Case]:
    task_id = session.scalar(select(TaskUnit.task_id).where(TaskUnit.id == unit_row_id))
    if task_id is None:
        raise Refused(NOT_HERE)
    task, case = row_of(session, actor, Task, task_id)  # its lock is everybody's who touches its units
    wanted = select(TaskUnit).where(TaskUnit.id == unit_row_id).execution_options(populate_existing=True)
    return session.scalars(wanted).one(), task, case


def _task(session: Session, actor: Actor, task_id: int, version: int | None) -> tuple[Task, Case]:
    need(actor, P.LEADERSHIP_RECORD)
    task, case = row_of(session, actor, Task, task_id)
    _running(task)
    same_version(task, version)
    return task, case


def _running(task: Task) -> None:
    if task.state not in RUNNING:
        raise Refused("这项任务已经完成。" if task.state == "done" else "这项任务已经撤回。")


def _named(session: Session, row: TaskUnit) -> dict[str, Any]:
    return {"unit": session.get_one(Unit, row.unit_id).short_name}


def _note(
    session: Session,
    actor: Actor,
    case: Case,
    task: Task,
    kind: str,
    at: datetime,
    words: dict[str, Any],
    data: dict[str, Any] | None = None,
) -> None:
    task.version += 1
    stated = {"task_id": task.id, "instruction_id": task.instruction_id, "due": task.due.isoformat(), **(data or {})}
    note(session, case, kind, actor, at, data=stated, words=words)
    leader_id = session.get_one(Instruction, task.instruction_id).leader_id
    trail.append(session, f"leader:{leader_id}", kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=stated)
    trail.bump(session, actor.centre_id, TOPIC)
