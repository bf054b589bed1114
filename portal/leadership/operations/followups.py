"""Looking again after an instruction, its result, and its end. 办结, 解决 and 满意 are three things with three writers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.cases.models import Case, Rating
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.record import note
from portal.leadership.models import Booking, Followup, Instruction, Reception, Sheet, Task
from portal.leadership.operations.instructions import TOPIC
from portal.leadership.operations.locking import NOT_HERE, need, row_of, same_version
from portal.leadership.operations.tasks import RUNNING
from portal.trail import operations as trail

FINDINGS = {"settled": "已落实", "goes_on": "还要继续"}
MET = {"yes": "已解决", "partly": "部分解决", "no": "没有解决"}
SATISFIED = {"yes": "满意", "partly": "基本满意", "no": "不满意", "not_said": "没有表态"}
SAID_HOW = {"telephone": "电话里说的", "spoken": "当面说的"}
FROM_RATING = {"satisfied": "yes", "fair": "partly", "unsatisfied": "no"}
LONGEST_WORDS, LONGEST_RESULT, LONGEST_HOW = 1000, 2000, 60


@dataclass(frozen=True)
class ResultGiven:
    """The result as typed; what is not known yet stays "" or None. ``said_how``: telephone or spoken, with ``satisfied``."""

    result: str = ""
    met: str = ""
    satisfied: str = ""
    said_how: str = ""
    told_on: date | None = None
    told_how: str = ""


def look_again(session: Session, actor: Actor, followup_id: int, *, finding: str, words: str, at: datetime) -> Followup:
    """回访: what was found, on or after its day. "goes_on" leaves the instruction running. Raises Refused, FieldProblems."""
    need(actor, P.LEADERSHIP_RECORD)
    instruction_id = session.scalar(select(Followup.instruction_id).where(Followup.id == followup_id))
    if instruction_id is None:
        raise Refused(NOT_HERE)
    instruction, case = row_of(session, actor, Instruction, instruction_id)
    row = session.get_one(Followup, followup_id, populate_existing=True)
    if row.done_at:
        raise Refused("这次回访已经填写。")
    if row.due > clock.day_of(at):
        raise Refused(f"这次回访是 {row.due.isoformat()}，还没有到。")
    problems = {}
    if finding not in FINDINGS:
        problems["finding"] = "请选择回访结论。"
    if not words.strip():
        problems["words"] = "请写明回访看到、听到的情况。"
    elif len(words.strip()) > LONGEST_WORDS:
        problems["words"] = f"最多{LONGEST_WORDS}字，现在 {len(words.strip())} 字，请删减。"
    if problems:
        raise FieldProblems(problems)
    row.done_at, row.done_by, row.finding, row.words = at, actor.id, finding, words.strip()
    data = {"followup_id": row.id, "days": row.days, "finding": finding}
    _note(session, actor, case, instruction, "leader.followed_up", at, data, {"words": row.words})
    return row


def record_result(
    session: Session, actor: Actor, instruction_id: int, given: ResultGiven, *, version: int | None, at: datetime
) -> Instruction:
    """Keep the result, whether it was met, what the citizen says, and when and how the citizen was told.

    Where the citizen has rated the matter since (facing page, slip), that is what the citizen says: no member of staff can
    write another. Raises Refused, StaleVersion, FieldProblems.
    """
    instruction, case = _running(session, actor, instruction_id, version)
    _check(given, clock.day_of(said_at(session, instruction)), clock.day_of(at))
    instruction.result, instruction.met = given.result.strip(), given.met
    instruction.told_on, instruction.told_how = given.told_on, given.told_how.strip()
    rating = rating_since(session, instruction)
    if rating:
        instruction.satisfied, instruction.said_how, instruction.said_to = FROM_RATING[rating], "rating", None
    else:
        said = bool(given.satisfied)
        instruction.satisfied = given.satisfied
        instruction.said_how = given.said_how if said and given.satisfied != "not_said" else ""
        instruction.said_to = actor.id if said else None
    data = {
        "met": instruction.met,
        "satisfied": instruction.satisfied,
        "said_how": instruction.said_how,
        "told_on": given.told_on.isoformat() if given.told_on else None,
    }
    words = {"result": instruction.result, "told_how": instruction.told_how}
    _note(session, actor, case, instruction, "leader.resulted", at, data, words)
    return instruction


def close(session: Session, actor: Actor, instruction_id: int, *, version: int | None, at: datetime) -> Instruction:
    """办结. Says nothing of 解决 or 满意. Raises StaleVersion, and Refused with everything that is lacking."""
    instruction, case = _running(session, actor, instruction_id, version)
    missing = lacking(session, instruction, clock.day_of(at))
    if missing:
        raise Refused("还不能办结：" + "；".join(missing) + "。")
    instruction.closed_at, instruction.closed_by = at, actor.id
    data = {"met": instruction.met, "satisfied": instruction.satisfied}
    _note(session, actor, case, instruction, "leader.closed", at, data, {"result": instruction.result})
    return instruction


def lacking(session: Session, instruction: Instruction, today: date) -> list[str]:
    """What stands in the way of 办结, a Chinese line each. Days of looking again that are still to come do not."""
    running = select(Task.id).where(Task.instruction_id == instruction.id, Task.state.in_(RUNNING)).limit(1)
    due = (
        select(Followup.days)
        .where(Followup.instruction_id == instruction.id, Followup.done_at.is_(None), Followup.due <= today)
        .order_by(Followup.days)
    )
    lines = ["还有任务没有完成"] if session.scalar(running) else []
    lines += [f"第 {days} 天的回访到期没有填写" for days in session.scalars(due)]
    for value, said in (
        (instruction.result, "没有填写办理结果"),
        (instruction.met, "没有填写是否解决"),
        (instruction.satisfied or rating_since(session, instruction), "没有填写群众怎么说（没有表态的，选“没有表态”）"),
        (instruction.told_on, "没有记什么时候告知群众"),
        (instruction.told_how, "没有记怎样告知群众"),
    ):
        lines += [] if value else [said]
    return lines


def rating_since(session: Session, instruction: Instruction) -> str | None:
    """The citizen's own rating of the case since the leader heard it; None where there is none."""
    wanted = select(Rating.score, Rating.at).where(Rating.case_id == instruction.case_id)
    found = session.execute(wanted).first()
    return found.score if found and found.at >= said_at(session, instruction) else None


def said_at(session: Session, instruction: Instruction) -> datetime:
    """When the citizen heard it first: at the reception, which is before the sheet was signed; else when it was issued."""
    if instruction.source != "reception":
        return instruction.issued_at
    wanted = (
        select(Booking.started_at, Reception.day)
        .join(Sheet, Sheet.booking_id == Booking.id)
        .join(Reception, Reception.id == Booking.reception_id)
        .where(Sheet.id == instruction.source_id)
    )
    found = session.execute(wanted).first()
    return min(instruction.issued_at, found.started_at or clock.at_hall(found.day)) if found else instruction.issued_at


def _check(given: ResultGiven, said_on: date, today: date) -> None:
    problems = _wrong_words(given) | _wrong_telling(given, said_on, today)
    if problems:
        raise FieldProblems(problems)


def _wrong_words(given: ResultGiven) -> dict[str, str]:
    problems = {}
    if len(given.result.strip()) > LONGEST_RESULT:
        problems["result"] = f"最多{LONGEST_RESULT}字，现在 {len(given.result.strip())} 字，请删减。"
    if given.met and given.met not in MET:
        problems["met"] = "请从所列各项中选择。"
    if given.satisfied and given.satisfied not in SATISFIED:
        problems["satisfied"] = "请从所列各项中选择。"
    elif given.satisfied not in ("", "not_said") and given.said_how not in SAID_HOW:
        problems["said_how"] = "请选择群众是怎样说的。"
    return problems


def _wrong_telling(given: ResultGiven, said_on: date, today: date) -> dict[str, str]:
    problems, how = {}, given.told_how.strip()
    if given.told_on and given.told_on > today:
        problems["told_on"] = "不能晚于今天。"
    elif given.told_on and given.told_on < said_on:
        problems["told_on"] = f"不能早于接访、批示或交办的那天（{said_on.isoformat()}）。"
    elif how and not given.told_on:
        problems["told_on"] = "请填写哪一天告知的。"
    if given.told_on and not how:
        problems["told_how"] = "请写明怎样告知的，例如：电话告知本人。"
    elif len(how) > LONGEST_HOW:
        problems["told_how"] = f"最多{LONGEST_HOW}字，请删减。"
    return problems


def _running(session: Session, actor: Actor, instruction_id: int, version: int | None) -> tuple[Instruction, Case]:
    need(actor, P.LEADERSHIP_RECORD)
    instruction, case = row_of(session, actor, Instruction, instruction_id)
    if instruction.closed_at:
        raise Refused("已经办结，不再改动。")
    same_version(instruction, version)
    return instruction, case


def _note(
    session: Session,
    actor: Actor,
    case: Case,
    instruction: Instruction,
    kind: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any],
) -> None:
    instruction.version += 1
    stated = {"instruction_id": instruction.id, **data}
    note(session, case, kind, actor, at, data=stated, words=words)
    chain = f"leader:{instruction.leader_id}"
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=stated)
    trail.bump(session, actor.centre_id, TOPIC)
