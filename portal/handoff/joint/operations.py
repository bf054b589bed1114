"""Calling units to a visitor, noting who was told and who came, and how it ended. The case's timeline and the visit say the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.record import note as note_on_case
from portal.handoff.joint.queries import shown_to
from portal.handoff.models import JointReception, JointUnit
from portal.organisation.models import Unit, Window
from portal.people.identity import normalise_name
from portal.queue.models import Ticket
from portal.queue.operations.moves import note as note_on_ticket
from portal.trail import operations as trail

TOPIC = "joint"
MOST_UNITS = 20
LONGEST_NAME, LONGEST_PLACE, LONGEST_PURPOSE, LONGEST_OUTCOME = 60, 40, 500, 1000
NOT_HERE = "没有这次联合接访。"


@dataclass(frozen=True)
class Summons:
    """Whom the clerk calls, where to, until when, what for. ``unit_ids`` are organs of the table, ``names`` any other."""

    unit_ids: tuple[int, ...]
    names: tuple[str, ...]
    place: str
    due_at: datetime
    purpose: str


def call_units(session: Session, actor: Actor, ticket_id: int, summons: Summons, *, at: datetime) -> JointReception:
    """Call units to the visitor at the actor's window. Raises Refused, FieldProblems.

    Counselling is never turned into a meeting of offices; of a 检举 no unit learns unless the actor may know of it, and the
    accused never does (信访工作条例 第三十条第三款).
    """
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update())
    if ticket is None or ticket.centre_id != actor.centre_id or ticket.account_id != actor.id:
        raise Refused("这位群众不在您的窗口。")
    if ticket.state != "serving":
        raise Refused(f"{ticket.number} 还没有开始办理，请先按“已到窗”。")
    units = _units(session, summons)
    _check(units, summons, at)
    case = _case_open_to_units(session, actor, ticket, units)
    running = select(JointReception.id).where(JointReception.ticket_id == ticket.id, JointReception.closed_at.is_(None))
    if session.scalar(running.limit(1)):
        raise Refused(f"{ticket.number} 已有一次联合接访没有结束。")
    made = JointReception(
        centre_id=actor.centre_id,
        ticket_id=ticket.id,
        case_id=case.id if case else None,
        place=summons.place.strip()[:LONGEST_PLACE],
        purpose=summons.purpose.strip()[:LONGEST_PURPOSE],
        called_by=actor.id,
        at=at,
        due_at=summons.due_at,
    )
    session.add(made)
    session.flush()
    session.add_all(JointUnit(joint_id=made.id, unit_id=unit_id, unit_name=name) for unit_id, name in units)
    data = {
        "place": made.place,
        "due": made.due_at.isoformat(),
        "unit_ids": [unit_id for unit_id, _ in units if unit_id],
    }
    words = {"units": [name for _, name in units], "purpose": made.purpose}
    _note(session, actor, made, ticket, "called", at, data, words)
    return made


def mark_notified(session: Session, actor: Actor, called_id: int, *, who: str, at: datetime) -> JointUnit:
    """已通知: ``who`` answered the telephone there. Raises Refused, FieldProblems."""
    joint, called = _called(session, actor, called_id)
    if not who.strip():
        raise FieldProblems({"who": "请填写接电话的人。"})
    if called.notified_at:
        raise Refused(f"{called.unit_name} 已经通知过。")
    called.notified_at, called.notified_to = at, who.strip()[:LONGEST_NAME]
    _note(session, actor, joint, None, "notified", at, {"called_id": called.id}, _said(called, called.notified_to))
    return called


def mark_arrived(session: Session, actor: Actor, called_id: int, *, who: str, at: datetime) -> JointUnit:
    """已到: ``who`` came. A unit of the hall may come before anybody noted the call. Raises Refused, FieldProblems."""
    joint, called = _called(session, actor, called_id)
    if not who.strip():
        raise FieldProblems({"who": "请填写到场的人。"})
    if called.arrived_at:
        raise Refused(f"{called.unit_name} 已记为到场。")
    called.arrived_at, called.who_came = at, who.strip()[:LONGEST_NAME]
    data = {"called_id": called.id, "late": at > joint.due_at}
    _note(session, actor, joint, None, "arrived", at, data, _said(called, called.who_came))
    return called


def close(session: Session, actor: Actor, joint_id: int, *, outcome: str, at: datetime) -> JointReception:
    """结束, with what was said and promised. Who did not come stays so on record. Raises Refused, FieldProblems."""
    joint = _joint(session, actor, joint_id)
    if not outcome.strip():
        raise FieldProblems({"outcome": "请写明接访结果。"})
    joint.closed_at, joint.outcome = at, outcome.strip()[:LONGEST_OUTCOME]
    absent = session.scalars(
        select(JointUnit.unit_name).where(JointUnit.joint_id == joint.id, JointUnit.arrived_at.is_(None))
    ).all()
    words = {"outcome": joint.outcome, "absent": list(absent)}
    _note(session, actor, joint, None, "closed", at, {"absent": len(absent)}, words)
    return joint


def refuse_matter(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Raise Refused where no unit at all may be called to this visitor."""
    _case_open_to_units(session, actor, ticket, [])


def may_mark(actor: Actor) -> bool:
    """Clerks at the windows note who was told and who came; the duty head may do so for them."""
    return actor.may(Permission.CASE_RELAY) or actor.may(Permission.QUEUE_CLOSE_DAY)


def _units(session: Session, summons: Summons) -> list[tuple[int | None, str]]:
    """The units in one spelling, each once: a typed name that the table knows is that organ."""
    known = session.execute(select(Unit.id, Unit.name, Unit.short_name)).all()
    by_id = {row.id: row for row in known}
    by_name = {normalise_name(name): row.id for row in known for name in (row.name, row.short_name)}
    chosen: dict[Any, tuple[int | None, str]] = {}
    for unit_id in summons.unit_ids:
        if unit_id not in by_id:
            raise FieldProblems({"units": "请从所列单位中选择。"})
        chosen[unit_id] = (unit_id, by_id[unit_id].short_name)
    for typed in summons.names:
        name = normalise_name(typed)[:LONGEST_NAME]
        unit_id = by_name.get(name)
        if name:
            chosen.setdefault(unit_id or name, (unit_id, by_id[unit_id].short_name if unit_id else name))
    return list(chosen.values())


def _check(units: list, summons: Summons, at: datetime) -> None:
    problems = {}
    if not units:
        problems["units"] = "请至少选择或填写一个单位。"
    elif len(units) > MOST_UNITS:
        problems["units"] = f"一次最多通知 {MOST_UNITS} 个单位。"
    if not summons.place.strip():
        problems["place"] = "请选择在哪里接访。"
    if not summons.purpose.strip():
        problems["purpose"] = "请写明请各单位来做什么。"
    if summons.due_at <= at:
        problems["due"] = "要求到场的时间应晚于现在。"
    elif clock.day_of(summons.due_at) != clock.day_of(at):
        problems["due"] = "要求到场的时间应在今天。"
    if problems:
        raise FieldProblems(problems)


def _case_open_to_units(session: Session, actor: Actor, ticket: Ticket, units: list) -> Case | None:
    platform = session.scalar(select(Window.platform).where(Window.id == ticket.window_id))
    case = session.get(Case, ticket.case_id) if ticket.case_id else None
    if (platform and registry.platform(platform).sealed) or (case and case.sensitivity == "sealed"):
        raise Refused("这里的来访不召集联合接访。")
    if case is None or case.sensitivity == "normal":
        return case
    # 信访工作条例 第三十条第三款: 不得将检举、控告材料及有关情况透露或者转给被检举、控告的人员或者单位
    if not actor.may(Permission.CASE_ACCUSATION) or cases.can_see(session, actor, case.id) is None:
        raise Refused("检举、控告的事项不召集联合接访，请向值班负责人报告（信访工作条例第三十条第三款）。")
    accused = normalise_name(case.respondent_name)
    for unit_id, name in units:
        unit = session.get(Unit, unit_id) if unit_id else None
        names = {normalise_name(each) for each in (name, *((unit.name, unit.short_name) if unit else ()))}
        same = unit_id is not None and unit_id == case.respondent_unit_id
        if same or any(each and (each in accused or (accused and accused in each)) for each in names):
            raise Refused(f"{name} 是被检举、控告的单位，不得通知（信访工作条例第三十条第三款）。")
    return case


def _joint(session: Session, actor: Actor, joint_id: int) -> JointReception:
    found = session.scalar(
        select(JointReception).where(JointReception.id == joint_id, shown_to(actor)).with_for_update()
    )
    if found is None or not may_mark(actor):
        raise Refused(NOT_HERE)
    if found.closed_at:
        raise Refused("这次联合接访已经结束。")
    return found


def _called(session: Session, actor: Actor, called_id: int) -> tuple[JointReception, JointUnit]:
    joint_id = session.scalar(select(JointUnit.joint_id).where(JointUnit.id == called_id))
    if joint_id is None:
        raise Refused(NOT_HERE)
    joint = _joint(session, actor, joint_id)  # its lock is everybody's who marks this reception
    wanted = select(JointUnit).where(JointUnit.id == called_id).execution_options(populate_existing=True)
    return joint, session.scalars(wanted).one()


def _said(called: JointUnit, who: str) -> dict[str, Any]:
    return {"unit": called.unit_name, "who": who}


def _note(
    session: Session,
    actor: Actor,
    joint: JointReception,
    ticket: Ticket | None,
    what: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any],
) -> None:
    ticket = ticket or session.get_one(Ticket, joint.ticket_id)
    stated = {"joint_id": joint.id, **data}
    note_on_ticket(session, actor, ticket, f"joint.{what}", at, stated, words)
    case = _case_of(session, joint, ticket)
    if case is not None:
        note_on_case(session, case, f"joint.{what}", actor, at, data=stated, words=words)
    trail.bump(session, actor.centre_id, TOPIC)


def _case_of(session: Session, joint: JointReception, ticket: Ticket) -> Case | None:
    """The case that the reception is about. One registered since joins it, unless it is of the kind that nobody may learn of."""
    if joint.case_id is None and ticket.case_id:
        case = session.get_one(Case, ticket.case_id)
        joint.case_id = case.id if case.sensitivity == "normal" else None
    session.flush()
    return session.scalar(select(Case).where(Case.id == joint.case_id).with_for_update()) if joint.case_id else None
