"""包案: another leader takes over, the level is raised (提级包案), the sponsorship ends. History stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.clock import day_of
from portal.leadership.models import Instruction, Leader, Sponsorship, SponsorTerm
from portal.leadership.operations import circle, instructions
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.letters_read import acts_for
from portal.leadership.operations.sponsorship import (
    LONGEST_WHY,
    WHY,
    check_level,
    locked,
    may_manage,
    note,
    titled,
)
from portal.leadership.sponsor_words import DUTIES, LEVELS, MET, rank, silence_in

ONLY_UP = "包案层级只能提高（提级包案），不能降低。"


def change(
    session: Session,
    actor: Actor,
    sponsorship_id: int,
    *,
    leader_id: int | None,
    level: str,
    why: str,
    version: int,
    at: datetime,
) -> Sponsorship:
    """Another leader, or a higher level (提级包案), or both. Raises Refused, StaleVersion, FieldProblems (leader, level, why)."""
    held, case = _managed(session, actor, sponsorship_id, version)
    leader = circle.leader_for(session, actor, case, leader_id, day_of(at))
    check_level(leader, level)
    if rank(level) < rank(held.level):
        raise FieldProblems({"level": ONLY_UP})
    if leader.id == held.leader_id and level == held.level:
        raise FieldProblems({"leader": "包案领导和层级都没有变化。"})
    if not why.strip():
        raise FieldProblems({"why": "请写明变更的原因。"})
    before, raised = titled(session.get_one(Leader, held.leader_id)), level != held.level
    data = {"from": held.leader_id, "to": leader.id, "from_level": held.level, "to_level": level}
    _end_term(session, held, at)
    term = {"leader_id": leader.id, "level": level, "since": day_of(at), "noted_by": actor.id}
    session.add(SponsorTerm(sponsorship_id=held.id, why=why.strip()[:LONGEST_WHY], **term))
    held.leader_id, held.level = leader.id, level
    circle.open_to_leader(session, case, leader, why=WHY, at=at)
    words = {"from": before, "to": titled(leader), "why": why.strip()}
    note(session, actor, held, case, "raised" if raised else "changed", at, data, words)
    return held


def close(
    session: Session, actor: Actor, sponsorship_id: int, *, result: str, met: str, version: int, at: datetime
) -> Sponsorship:
    """The sponsorship ends, with its result and whether the matter is solved. Raises Refused, StaleVersion, FieldProblems.

    Not while one of the three duties (DUTIES) says nothing.
    """
    held, case = _managed(session, actor, sponsorship_id, version)
    empty = [label for name, label in DUTIES.items() if not getattr(held, name).strip()]
    if empty:
        raise Refused(f"“{'”、“'.join(empty)}”还没有内容，包案不能结束。")
    problems = {}
    if not result.strip():
        problems["result"] = "请写明包案结果。"
    elif sentence := silence_in(result):
        problems["result"] = sentence
    if met not in MET:
        problems["met"] = "请选择事项解决了没有。"
    if problems:
        raise FieldProblems(problems)
    held.closed_at, held.closed_by, held.result, held.met = at, actor.id, result.strip(), met
    _end_term(session, held, at)
    note(session, actor, held, case, "closed", at, {"met": met}, {"result": held.result})
    return held


def instruct(
    session: Session,
    actor: Actor,
    sponsorship_id: int,
    *,
    words: str,
    tasks: Sequence[TaskDraft],
    version: int,
    at: datetime,
) -> Instruction:
    """What the sponsor asks of units, as tasks. Raises Refused, StaleVersion, FieldProblems (those of instructions.issue)."""
    held, case = locked(session, actor, sponsorship_id, version)
    leader = session.get_one(Leader, held.leader_id)
    if not may_instruct(session, actor, leader):
        raise Refused(f"由{leader.name}本人、秘书或领导办公室交办。")
    if sentence := silence_in(words):
        raise FieldProblems({"words": sentence})
    made = instructions.issue(session, actor, leader.id, case.id, "sponsor", held.id, words, tasks, at=at)
    held.version += 1
    session.flush()
    return made


def may_instruct(session: Session, actor: Actor, leader: Leader) -> bool:
    """The leader, who types for the leader, and who manages sponsorships."""
    return may_manage(actor) or acts_for(session, actor, leader)


def levels_from(level: str) -> list[tuple[str, str]]:
    """(code, label) of the present level and those above it."""
    return [(code, label) for code, label in LEVELS.items() if rank(code) >= rank(level)]


def _managed(session: Session, actor: Actor, sponsorship_id: int, version: int) -> tuple[Sponsorship, Case]:
    if not may_manage(actor):
        raise Refused("包案由领导办公室或值班负责人调整、结束。")
    return locked(session, actor, sponsorship_id, version)


def _end_term(session: Session, held: Sponsorship, at: datetime) -> None:
    wanted = select(SponsorTerm).where(SponsorTerm.sponsorship_id == held.id, SponsorTerm.until.is_(None))
    for term in session.scalars(wanted):
        term.until = day_of(at)
    session.flush()
