"""What a leader asked for becomes tasks of units with a day that a person named; each is looked at again and has its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, grant, unit_scope
from portal.cases.operations.record import note
from portal.leadership.models import Followup, Instruction, Leader, LeadershipSettings, Task, TaskUnit
from portal.organisation.models import Unit
from portal.trail import operations as trail

TOPIC = "leadership"
SOURCES = {"reception": "接访处理意见", "letter": "阅信批示", "sponsor": "包案要求"}
LONGEST_WORDS, LONGEST_WHAT = 2000, 500
MOST_TASKS, MOST_UNITS = 10, 20
FARTHEST = 366 * 3  # days: a date beyond is a slip of the finger
LAW = "信访工作条例第二十二条第二款"


@dataclass(frozen=True)
class TaskDraft:
    """One thing to be done: ``what``, by the unit that leads and those that help, until ``due`` (the hall's day, named by a person)."""

    what: str
    lead_unit_id: int | None
    due: date | None
    co_unit_ids: tuple[int, ...] = ()


def issue(
    session: Session,
    actor: Actor,
    leader_id: int,
    case_id: int,
    source: str,
    source_id: int,
    words: str,
    tasks: Sequence[TaskDraft],
    *,
    at: datetime,
) -> Instruction:
    """Make an instruction with its tasks, open the case to the units, and set the days of looking again.

    ``source``: reception, letter or sponsor, ``source_id`` its row. Raises Refused where the case is kept from the actor, closed, a
    检举控告, a counselling case, or 涉法涉诉 (a reception or letter may then only explain, guide or forward: 信访工作条例 第二十二条
    第二款); FieldProblems with the keys "words", "tasks", and "what", "lead", "due", "co" of the first task, "what_2" … of the others.
    """
    if source not in SOURCES:
        raise ValueError(source)
    leader = session.get(Leader, leader_id)
    if leader is None or leader.centre_id != actor.centre_id:
        raise Refused("没有这位领导。")
    case = _case(session, actor, case_id)
    refuse_tasks(case, source)
    today = clock.day_of(at)
    problems = problems_of(session, words, tasks, today)
    if problems:
        raise FieldProblems(problems)
    made = _made(session, leader, case, source, source_id, words, at)
    rows = [_task(session, case, made, draft, at) for draft in tasks]
    _looking_again(session, made)
    _tell(session, actor, case, leader, made, rows, at)
    return made


def keep(
    session: Session,
    actor: Actor,
    leader: Leader,
    case: Case,
    source: str,
    source_id: int,
    words: str,
    *,
    at: datetime,
) -> Instruction:
    """An instruction of which no unit has a task: 当场解决, 解释引导, 转送, a 批示 of words alone.

    It is looked at again and wants its result all the same: 办结, 解决, 满意, and the citizen told of it. What was said is on the
    case already, where it was signed.
    """
    made = _made(session, leader, case, source, source_id, words, at)
    _looking_again(session, made)
    _note_on_leader(session, actor, made, [], at)
    return made


def _made(
    session: Session, leader: Leader, case: Case, source: str, source_id: int, words: str, at: datetime
) -> Instruction:
    made = Instruction(
        centre_id=case.centre_id,
        leader_id=leader.id,
        case_id=case.id,
        source=source,
        source_id=source_id,
        words=words.strip(),
        issued_on=clock.day_of(at),
        issued_at=at,
    )
    session.add(made)
    session.flush()
    return made


def refuse_tasks(case: Case, source: str) -> None:
    """Raise Refused where no unit may be given a task on ``case`` (see issue)."""
    if case.sensitivity == "sealed":
        raise Refused("心理服务的事项不交办。")
    if case.sensitivity == "accusation":
        raise Refused(f"检举、控告应当按照管理权限转送有关纪检监察机关，不向单位交办（{LAW}）。")
    if case.litigation != "none" and source != "sponsor":
        raise Refused(f"涉法涉诉事项只能释法明理、引导或者转送有关政法部门，不作交办（{LAW}）。")


def problems_of(session: Session, words: str, tasks: Sequence[TaskDraft], today: date) -> dict[str, str]:
    """What is missing or wrong, field → sentence (keys as in issue); empty where an instruction can be made of it."""
    problems: dict[str, str] = {}
    if not words.strip():
        problems["words"] = "请写明处理意见。"
    elif len(words.strip()) > LONGEST_WORDS:
        problems["words"] = f"最多{LONGEST_WORDS}字，现在 {len(words.strip())} 字，请删减。"
    if not tasks:
        problems["tasks"] = "请至少写明一项任务。"
    elif len(tasks) > MOST_TASKS:
        problems["tasks"] = f"一次最多 {MOST_TASKS} 项任务。"
    wanted = {unit for task in tasks for unit in (task.lead_unit_id, *task.co_unit_ids) if unit}
    known = set(session.scalars(select(Unit.id).where(Unit.id.in_(wanted or {0}))))
    for place, task in enumerate(tasks, start=1):
        suffix = "" if place == 1 else f"_{place}"
        problems |= {f"{name}{suffix}": said for name, said in _wrong(task, known, today).items()}
    return problems


def _wrong(task: TaskDraft, known: set[int], today: date) -> dict[str, str]:
    wrong = {}
    if not task.what.strip():
        wrong["what"] = "请写明要做什么。"
    elif len(task.what.strip()) > LONGEST_WHAT:
        wrong["what"] = f"最多{LONGEST_WHAT}字，现在 {len(task.what.strip())} 字，请删减。"
    if task.lead_unit_id not in known:
        wrong["lead"] = "请写明牵头单位，没有牵头单位不能交办。"
    if any(unit not in known for unit in task.co_unit_ids):
        wrong["co"] = "请从所列单位中选择配合单位。"
    elif task.lead_unit_id in task.co_unit_ids:
        wrong["co"] = "牵头单位不再列为配合单位。"
    elif len(set(task.co_unit_ids)) > MOST_UNITS:
        wrong["co"] = f"一项任务最多 {MOST_UNITS} 个配合单位。"
    said = wrong_due(task.due, today)
    return wrong | {"due": said} if said else wrong


def wrong_due(due: date | None, today: date) -> str:
    """What is wrong with a day until which something is to be done; "" where nothing is."""
    if due is None:
        return "请写明办理期限（哪一天前）。"
    if due < today:
        return "办理期限不能早于今天。"
    return "办理期限太远，请核对年份。" if due > today + timedelta(days=FARTHEST) else ""


def _case(session: Session, actor: Actor, case_id: int) -> Case:
    if cases.can_see(session, actor, case_id) is None:
        raise Refused("没有这件事项，或不对您开放。")
    case = session.get_one(Case, case_id, with_for_update=True)
    if case.closed_at:
        raise Refused("事项已办结，不再交办。")
    return case


def _task(session: Session, case: Case, made: Instruction, draft: TaskDraft, at: datetime) -> Task:
    task = Task(
        centre_id=made.centre_id, instruction_id=made.id, case_id=case.id, what=draft.what.strip(), due=draft.due
    )
    session.add(task)
    session.flush()
    roles = {draft.lead_unit_id: "lead"} | {unit: "co" for unit in draft.co_unit_ids}
    for unit_id, role in roles.items():
        session.add(TaskUnit(task_id=task.id, unit_id=unit_id, role=role, received_at=at))
        grant(session, case, unit_scope(unit_id), why="领导交办", at=at)
    return task


def _looking_again(session: Session, made: Instruction) -> None:
    """回访: plain days after the day of the instruction, as the centre has set them; none where it has set none."""
    settings = session.get(LeadershipSettings, made.centre_id)
    for days in sorted(set(settings.followups or ())) if settings else ():
        due = made.issued_on + timedelta(days=days)
        session.add(Followup(centre_id=made.centre_id, instruction_id=made.id, days=days, due=due))
    session.flush()


def _tell(
    session: Session, actor: Actor, case: Case, leader: Leader, made: Instruction, tasks: list[Task], at: datetime
) -> None:
    names = dict(
        session.execute(
            select(TaskUnit.id, Unit.short_name)
            .join(Unit, Unit.id == TaskUnit.unit_id)
            .where(TaskUnit.task_id.in_([task.id for task in tasks]))
            .order_by(TaskUnit.id)
        ).all()
    )
    words = {
        "leader": f"{leader.post} {leader.name}",
        "words": made.words,
        "units": list(dict.fromkeys(names.values())),
    }
    note(session, case, "leader.instructed", actor, at, data=_stated(made, tasks), words=words)
    _note_on_leader(session, actor, made, tasks, at)


def _stated(made: Instruction, tasks: list[Task]) -> dict[str, Any]:
    given = [{"id": task.id, "due": task.due.isoformat()} for task in tasks]
    return {"instruction_id": made.id, "source": made.source, "leader_id": made.leader_id, "tasks": given}


def _note_on_leader(session: Session, actor: Actor, made: Instruction, tasks: list[Task], at: datetime) -> None:
    trail.append(
        session,
        f"leader:{made.leader_id}",
        "leader.instructed",
        centre_id=made.centre_id,
        actor_id=actor.id,
        at=at,
        data={**_stated(made, tasks), "case_id": made.case_id},
    )
    trail.bump(session, made.centre_id, TOPIC)


def of_source(session: Session, source: str, source_id: int) -> int | None:
    """The id of the instruction that came of a sheet, a letter read or a sponsorship; the newest where there are several."""
    wanted = select(Instruction.id).where(Instruction.source == source, Instruction.source_id == source_id)
    return session.scalar(wanted.order_by(Instruction.id.desc()).limit(1))
