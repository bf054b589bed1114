"""阅信: a letter or an online petition is put before a leader, read, and answered with a 批示 (信访工作条例 第十八条第二款)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.operations.record import note as note_on_case
from portal.clock import day_of
from portal.leadership.models import Attendant, Leader, LetterRead
from portal.leadership.operations import circle, instructions
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.sponsorship import titled
from portal.leadership.sponsor_words import HOW_PUT, silence_in
from portal.trail import operations as trail

CHANNELS = ("letter", "online")
NOT_HERE = "没有找到这件阅信，或它不对您开放。"
WHY = "领导阅信"
LONGEST_SUMMARY, LONGEST_WORDS = 500, 2000
LAW = "信访工作条例第三十条第三款"


def may_put(actor: Actor) -> bool:
    """Who may put letters before a leader at all."""
    return actor.may(Permission.LEADERSHIP_BOOK) or actor.may(Permission.LEADERSHIP_RECORD)


def acts_for(session: Session, actor: Actor, leader: Leader) -> bool:
    """Whether ``actor`` is the leader, or types for the leader."""
    if actor.may(Permission.LEADERSHIP_SIGN) and leader.account_id == actor.id:
        return True
    typing = select(Attendant.leader_id).where(Attendant.leader_id == leader.id, Attendant.account_id == actor.id)
    return actor.may(Permission.LEADERSHIP_RECORD) and session.scalar(typing) is not None


def put(
    session: Session, actor: Actor, case_id: int, *, leader_id: int | None, summary: str, how: str, at: datetime
) -> LetterRead:
    """Put a case that came as a letter or online before a leader. Raises Refused, FieldProblems (leader, summary, how).

    A 检举 is put only by who holds the permission for it, and never before the accused.
    """
    if not may_put(actor):
        raise Refused("呈领导阅的来信由领导办公室、窗口或值班负责人呈送。")
    case = circle.open_case(session, actor, case_id)
    if case.channel not in CHANNELS:
        raise Refused("阅信只限来信和网上信访；来访、来电的事项请约领导接访。")
    if case.sensitivity == "accusation" and not actor.may(Permission.CASE_ACCUSATION):
        raise Refused(f"检举、控告的来信请报值班负责人按规定处理（{LAW}）。")
    leader = circle.leader_for(session, actor, case, leader_id, day_of(at))
    if not summary.strip():
        raise FieldProblems({"summary": "请写一两句摘要，领导先看这几句。"})
    if how not in HOW_PUT:
        raise FieldProblems({"how": "请选择怎样送阅。"})
    twice = select(LetterRead.id).where(LetterRead.leader_id == leader.id, LetterRead.case_id == case.id)
    if session.scalar(twice) is not None:
        raise FieldProblems({"leader": f"这封信已经呈{leader.name}阅过，不再重复呈送。"})
    made = LetterRead(
        centre_id=actor.centre_id,
        leader_id=leader.id,
        case_id=case.id,
        put_by=actor.id,
        put_at=at,
        summary=summary.strip()[:LONGEST_SUMMARY],
        details={"how": how},
    )
    session.add(made)
    session.flush()
    circle.open_to_leader(session, case, leader, why=WHY, at=at)
    _note(session, actor, made, case, leader, "put", at, {"summary": made.summary})
    return made


def mark_read(session: Session, actor: Actor, letter_id: int, *, at: datetime) -> LetterRead:
    """已阅, by the leader or in the leader's name. Raises Refused."""
    held, case, leader = _held(session, actor, letter_id, None)
    if held.state != "put":
        raise Refused("这封信已经阅过。")
    held.state, held.read_at, held.typed_by = "read", at, actor.id
    _note(session, actor, held, case, leader, "read", at, {})
    return held


def instruct(
    session: Session,
    actor: Actor,
    letter_id: int,
    *,
    words: str,
    tasks: Sequence[TaskDraft],
    version: int,
    at: datetime,
) -> LetterRead:
    """批示, with tasks of units where something is to be done; either way it is looked at again and has its result.

    Raises Refused, StaleVersion, FieldProblems (words, and those of instructions.issue). Reading is included.
    """
    held, case, leader = _held(session, actor, letter_id, version)
    if held.state == "instructed":
        raise Refused("这封信已有批示。需要再交办的，请在事项上约访或列入包案。")
    text = words.strip()
    if not text:
        raise FieldProblems({"words": "请填写批示内容。"})
    if len(text) > LONGEST_WORDS:
        raise FieldProblems({"words": f"最多{LONGEST_WORDS}字，现在 {len(text)} 字，请删减。"})
    if sentence := silence_in(text):
        raise FieldProblems({"words": sentence})
    if tasks:
        instructions.issue(session, actor, leader.id, case.id, "letter", held.id, text, tasks, at=at)
    else:
        instructions.keep(session, actor, leader, case, "letter", held.id, text, at=at)
    held.state, held.words, held.instructed_at, held.typed_by = "instructed", text, at, actor.id
    held.read_at = held.read_at or at
    _note(session, actor, held, case, leader, "instructed", at, {"words": text})
    return held


def _held(session: Session, actor: Actor, letter_id: int, version: int | None) -> tuple[LetterRead, Case, Leader]:
    wanted = select(LetterRead.case_id).where(LetterRead.id == letter_id, LetterRead.centre_id == actor.centre_id)
    case_id = session.scalar(wanted)
    if case_id is None:
        raise Refused(NOT_HERE)
    case = circle.open_case(session, actor, case_id)
    locked = select(LetterRead).where(LetterRead.id == letter_id).with_for_update()
    held = session.scalars(locked.execution_options(populate_existing=True)).one()
    leader = session.get_one(Leader, held.leader_id)
    if not acts_for(session, actor, leader):
        raise Refused(f"由{leader.name}本人或其秘书办理。")
    if version is not None and version != held.version:
        raise StaleVersion(["他人刚刚更新了这封信，请核对后再提交。"], held.version)
    return held, case, leader


def _note(
    session: Session,
    actor: Actor,
    held: LetterRead,
    case: Case,
    leader: Leader,
    what: str,
    at: datetime,
    words: dict[str, str],
) -> None:
    held.version += 1
    session.flush()
    data = {"letter_id": held.id, "leader_id": leader.id, "in_name": actor.id != leader.account_id}
    stated = {"leader": titled(leader), **words}
    note_on_case(session, case, f"letter_read.{what}", actor, at, data=data, words=stated)
    trail.bump(session, actor.centre_id, instructions.TOPIC)
