"""Where a leader must be instead: meetings, trips, leave, illness. Noted by the office, seen only there."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import Leader, LeaderDuty, Reception
from portal.leadership.vocabulary import ONE_DAY, day_words
from portal.trail import operations as trail

TOPIC = "roster"
MOST_DAYS = 60  # a longer absence is the end of a post, or a slip of the finger


def add_duty(
    session: Session,
    actor: Actor,
    leader_id: int,
    *,
    first: date,
    last: date,
    half: str,
    kind: str,
    what: str,
    at: datetime,
) -> list[Reception]:
    """Note an absence for each day from ``first`` to ``last``; returns the receptions that stand on them.

    Raises FieldProblems (leader, until). Noted twice for the same half-day, the first stays.
    """
    leader = session.get(Leader, leader_id)
    if leader is None or leader.centre_id != actor.centre_id:
        raise FieldProblems({"leader": "请从所列领导中选择。"})
    if last < first:
        raise FieldProblems({"last": "结束日期不能早于开始日期。"})
    days = [first + ONE_DAY * place for place in range((last - first).days + 1)]
    if len(days) > MOST_DAYS:
        raise FieldProblems({"last": f"一次最多登记 {MOST_DAYS} 天，请核对日期。"})
    there = select(LeaderDuty.day, LeaderDuty.half).where(
        LeaderDuty.leader_id == leader.id, LeaderDuty.day.between(first, last)
    )
    held = {(row.day, row.half) for row in session.execute(there)}
    made = [day for day in days if (day, half) not in held and (day, "day") not in held]
    if not made:
        raise FieldProblems({"first": f"{day_words(first)}已登记过。"})
    session.add_all(
        LeaderDuty(leader_id=leader.id, day=day, half=half, kind=kind, what=what, noted_by=actor.id, noted_at=at)
        for day in made
    )
    session.flush()
    data = {"first": first.isoformat(), "last": last.isoformat(), "half": half}
    _note(session, actor, leader.id, "leader.away", at, data, {"kind": kind, "what": what})
    hit = select(Reception).where(
        Reception.leader_id == leader.id, Reception.day.in_(made), Reception.state == "planned"
    )
    return [row for row in session.scalars(hit.order_by(Reception.day)) if half in ("day", row.half)]


def remove_duty(session: Session, actor: Actor, duty_id: int, *, at: datetime) -> LeaderDuty:
    """The leader is there after all. Raises Refused."""
    duty = session.get(LeaderDuty, duty_id)
    leader = session.get(Leader, duty.leader_id) if duty else None
    if duty is None or leader is None or leader.centre_id != actor.centre_id:
        raise Refused("没有这条安排，可能已被他人去掉。")
    session.delete(duty)
    session.flush()
    _note(session, actor, leader.id, "leader.back", at, {"day": duty.day.isoformat(), "half": duty.half}, None)
    return duty


def _note(
    session: Session, actor: Actor, leader_id: int, kind: str, at: datetime, data: dict, words: dict | None
) -> None:
    chain = f"leader:{leader_id}"
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data, words=words)
    trail.bump(session, actor.centre_id, TOPIC)
