"""Filling a week without typing: as the week before, or in turn by rule. What cannot be placed is said, never forced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import Leader, Reception, Rotation
from portal.leadership.operations.roster import ReceptionGiven, note, place_in, week_to_work_on
from portal.leadership.queries.conflicts import Ground, ground
from portal.leadership.vocabulary import DAYS_OF_WEEK, ONE_DAY, ONE_WEEK, when_words
from portal.trail import operations as trail

_COPIED = (
    "half", "starts", "ends", "kind", "capacity", "place", "region_code", "window_id", "field", "duty_unit_id",
    "slot_minutes",
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """How many receptions were placed, and a sentence for each that was not."""

    placed: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class RotationGiven:
    """A rule as the form has it: ``weekday`` 0 is Monday, ``starts`` and ``ends`` minutes of the day."""

    name: str
    weekday: int
    half: str
    starts: int
    ends: int
    kind: str
    place: str
    window_id: int | None
    capacity: int
    leader_ids: tuple[int, ...]
    enabled: bool


def copy_week(session: Session, actor: Actor, monday: date, *, at: datetime) -> Filled:
    """Place the receptions of the week before on the same weekdays. Rest days and conflicts are left out. Raises Refused."""
    week = week_to_work_on(session, actor, monday, at=at)
    before = select(Reception).where(
        Reception.centre_id == actor.centre_id,
        Reception.day.between(monday - ONE_WEEK, monday - ONE_DAY),
        Reception.state != "cancelled",
    )
    rows = session.scalars(before.order_by(Reception.day, Reception.starts, Reception.id)).all()
    if not rows:
        raise Refused("上一周没有安排接访，没有可以复制的。")
    known = _ground(session, actor, monday, at)
    left_out = []
    for row in rows:
        day = row.day + ONE_WEEK
        values = {name: getattr(row, name) for name in _COPIED}
        # whoever stood in did so once: next week it is the leader's own turn again
        leader_id = row.instead_of_id or row.leader_id
        given = ReceptionGiven(leader_id=leader_id, day=day, company=tuple(row.company), **values)
        who = known.leaders[leader_id].name
        if problem := _tried(session, actor, week, given, known, at):
            left_out.append(f"{when_words(day, row.half)} {who}：{problem}")
    filled = Filled(len(rows) - len(left_out), tuple(left_out))
    note(session, actor, week, "week.copied", at, {"placed": filled.placed, "left_out": len(left_out)})
    return filled


def rotate(session: Session, actor: Actor, monday: date, *, at: datetime) -> Filled:
    """Place one reception for each rule in use: of its leaders the one who has not received for longest and is free.

    Raises Refused where there is no rule, or the week is not worked on.
    """
    week = week_to_work_on(session, actor, monday, at=at)
    rules = session.scalars(
        select(Rotation)
        .where(Rotation.centre_id == actor.centre_id, Rotation.enabled)
        .order_by(Rotation.weekday, Rotation.starts, Rotation.id)
    ).all()
    if not rules:
        raise Refused("还没有启用的轮流规则。")
    known = _ground(session, actor, monday, at)
    left_out = []
    for rule in rules:
        day = monday + ONE_DAY * rule.weekday
        last = last_receptions(session, rule.leader_ids, day)
        turn = sorted(rule.leader_ids, key=lambda one: (last.get(one, date.min), rule.leader_ids.index(one)))
        problem = _first_free(session, actor, week, rule, day, turn, known, at)
        if problem:
            left_out.append(f"{rule.name}（{when_words(day, rule.half)}）：{problem}")
    filled = Filled(len(rules) - len(left_out), tuple(left_out))
    note(session, actor, week, "week.rotated", at, {"placed": filled.placed, "left_out": len(left_out)})
    return filled


def last_receptions(session: Session, leader_ids: Iterable[int], before: date) -> dict[int, date]:
    """Leader id → the last day before ``before`` on which the leader received or is to receive."""
    wanted = (
        select(Reception.leader_id, func.max(Reception.day))
        .where(
            Reception.leader_id.in_(list(leader_ids)),
            Reception.state != "cancelled",
            Reception.day < before + ONE_DAY * DAYS_OF_WEEK,
        )
        .group_by(Reception.leader_id)
    )
    return {leader_id: day for leader_id, day in session.execute(wanted)}


def save_rotation(
    session: Session, actor: Actor, rotation_id: int | None, given: RotationGiven, *, at: datetime
) -> Rotation:
    """Add (None) or change a rule. Raises FieldProblems (name, leaders, ends), Refused."""
    problems = {}
    if given.ends <= given.starts:
        problems["ends"] = "结束时间应晚于开始时间。"
    if not given.leader_ids:
        problems["leaders"] = "请选择轮流接访的领导。"
    same = select(Rotation.id).where(Rotation.centre_id == actor.centre_id, Rotation.name == given.name)
    if session.scalar(same.where(Rotation.id != (rotation_id or 0))):
        problems["name"] = "已有同名的规则。"
    mine = select(func.count()).select_from(Leader).where(Leader.centre_id == actor.centre_id)
    if session.scalar(mine.where(Leader.id.in_(given.leader_ids))) != len(set(given.leader_ids)):
        problems["leaders"] = "请从所列领导中选择。"
    if problems:
        raise FieldProblems(problems)
    rule = session.get(Rotation, rotation_id) if rotation_id else Rotation(centre_id=actor.centre_id)
    if rule is None or rule.centre_id != actor.centre_id:
        raise Refused("没有这条规则。")
    for name, value in (vars(given) | {"leader_ids": list(given.leader_ids)}).items():
        setattr(rule, name, value)
    session.add(rule)
    session.flush()
    trail.append(
        session, f"leadership:{actor.centre_id}", "leadership.rotation", centre_id=actor.centre_id, actor_id=actor.id,
        at=at, data={"rotation_id": rule.id, "leader_ids": rule.leader_ids, "enabled": rule.enabled},
    )  # fmt: skip
    return rule


def _ground(session: Session, actor: Actor, monday: date, at: datetime) -> Ground:
    return ground(session, actor.centre_id, monday, monday + ONE_WEEK - ONE_DAY, clock.day_of(at))


def _first_free(
    session: Session,
    actor: Actor,
    week: object,
    rule: Rotation,
    day: date,
    turn: list[int],
    known: Ground,
    at: datetime,
) -> str:
    """The first of ``turn`` who can receive is placed; otherwise why the last one tried could not."""
    already = {
        other.leader_id for place in range(DAYS_OF_WEEK) for other in known.others[_monday(day) + ONE_DAY * place]
    }
    if any(o.half == rule.half and o.leader_id in turn for o in known.others[day]):
        return "这半天已有其中一位领导接访。"
    problem = "这几位领导本周都已安排。"
    for leader_id in turn:
        if leader_id in already:
            continue
        given = ReceptionGiven(
            leader_id, day, rule.half, rule.starts, rule.ends, rule.kind, rule.capacity, rule.place,
            window_id=rule.window_id, field=known.leaders[leader_id].field,
        )  # fmt: skip
        problem = _tried(session, actor, week, given, known, at)
        if not problem:
            return ""
    return problem


def _monday(day: date) -> date:
    return day - ONE_DAY * day.weekday()


def _tried(session: Session, actor: Actor, week: object, given: ReceptionGiven, known: Ground, at: datetime) -> str:
    """Place it, or why not."""
    if rests := known.rests(given.day):
        return f"休息日或停办（{rests}），没有安排。"
    stands = [one for one in known.against(given.wanted()) if one.weight != "note"]
    if stands:
        return "".join(one.message for one in stands)
    try:
        place_in(session, actor, week, given, known, at=at)
    except FieldProblems as problem:
        return "".join(problem.problems.values())
    return ""
