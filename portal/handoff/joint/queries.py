"""Reading joint receptions: number, place, units for everybody of the hall; the purpose for those who know the matter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.clock import at_hall, day_of
from portal.handoff.models import JointReception, JointUnit
from portal.organisation.models import Unit, Window
from portal.queue.models import Ticket

LISTED = 50


@dataclass(frozen=True)
class Called:
    """A unit: told when and whom, there when and who came. ``lamp``: (word, level) of how it stands now."""

    id: int
    name: str
    notified_at: datetime | None
    notified_to: str
    arrived_at: datetime | None
    who_came: str
    lamp: tuple[str, str]


@dataclass(frozen=True)
class JointShown:
    """A joint reception. ``purpose`` and ``outcome`` are None for who does not know the matter; so is ``case_number``."""

    id: int
    ticket_id: int
    number: str
    headcount: int
    ticket_state: str
    place: str
    due_at: datetime
    at: datetime
    called_by: str
    mine: bool
    closed_at: datetime | None
    case_number: str | None
    purpose: str | None
    outcome: str | None
    units: tuple[Called, ...]

    @property
    def there(self) -> int:
        """How many of the units have come."""
        return sum(each.arrived_at is not None for each in self.units)


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on JointReception under which ``actor`` may know of it: as for its case, where that is a sensitive one."""
    about = and_(Case.id == JointReception.case_id, or_(Case.sensitivity == "normal", cases.visible(actor)))
    return and_(
        JointReception.centre_id == actor.centre_id,
        or_(JointReception.case_id.is_(None), JointReception.called_by == actor.id, exists().where(about)),
    )


def receptions(session: Session, actor: Actor, at: datetime) -> list[JointShown]:
    """Those that are open, and those that ended today, the latest first. Two queries."""
    recent = or_(JointReception.closed_at.is_(None), JointReception.closed_at >= at_hall(day_of(at)))
    return _shown(session, actor, at, recent)


def reception(session: Session, actor: Actor, joint_id: int, at: datetime) -> JointShown | None:
    """One of them, or None where it is not open to ``actor``."""
    return next(iter(_shown(session, actor, at, JointReception.id == joint_id)), None)


def open_of_ticket(session: Session, actor: Actor, ticket_id: int) -> int | None:
    """The id of the visitor's joint reception that has not ended."""
    wanted = select(JointReception.id).where(
        JointReception.ticket_id == ticket_id, JointReception.closed_at.is_(None), shown_to(actor)
    )
    return session.scalar(wanted.limit(1))


def open_of_case(session: Session, actor: Actor, case_id: int) -> int | None:
    """The id of the case's joint reception that has not ended, the latest."""
    wanted = select(JointReception.id).where(
        JointReception.case_id == case_id, JointReception.closed_at.is_(None), shown_to(actor)
    )
    return session.scalar(wanted.order_by(JointReception.id.desc()).limit(1))


def units_in_hall(session: Session) -> list[tuple[int, str]]:
    """(id, short name) of the organs that sit in the hall."""
    return [
        tuple(row) for row in session.execute(select(Unit.id, Unit.short_name).where(Unit.in_hall).order_by(Unit.id))
    ]


def rooms(session: Session, centre_id: int) -> list[str]:
    """The names of the hall's rooms in use."""
    wanted = select(Window.name).where(Window.centre_id == centre_id, Window.enabled, Window.kind == "room")
    return list(session.scalars(wanted.order_by(Window.position, Window.id)))


def _shown(session: Session, actor: Actor, at: datetime, condition: ColumnElement[bool]) -> list[JointShown]:
    case_open = exists().where(Case.id == JointReception.case_id, cases.visible(actor))
    invited = exists().where(JointUnit.joint_id == JointReception.id, JointUnit.unit_id == (actor.unit_id or -1))
    same_platform = and_(JointReception.case_id.is_(None), Window.platform.in_(actor.platforms or ("-",)))
    number = select(Case.number).where(Case.id == JointReception.case_id, cases.visible(actor)).scalar_subquery()
    wanted = (
        select(
            JointReception,
            Ticket.number,
            Ticket.headcount,
            Ticket.state,
            Account.name,
            number,
            or_(JointReception.called_by == actor.id, case_open, invited, same_platform),
        )
        .join(Ticket, Ticket.id == JointReception.ticket_id)
        .join(Account, Account.id == JointReception.called_by)
        .outerjoin(Window, Window.id == Ticket.window_id)
        .where(shown_to(actor), condition)
        .order_by(JointReception.id.desc())
        .limit(LISTED)
    )
    rows = session.execute(wanted).all()
    units = _units(session, [row[0] for row in rows], at)
    return [_one(actor, units.get(row[0].id, ()), *row) for row in rows]


def _one(actor, units, joint, number, headcount, state, caller, case_number, knows) -> JointShown:
    return JointShown(
        id=joint.id,
        ticket_id=joint.ticket_id,
        number=number,
        headcount=headcount,
        ticket_state=state,
        place=joint.place,
        due_at=joint.due_at,
        at=joint.at,
        called_by=caller,
        mine=joint.called_by == actor.id,
        closed_at=joint.closed_at,
        case_number=case_number,
        purpose=joint.purpose if knows else None,
        outcome=joint.outcome if knows else None,
        units=tuple(units),
    )


def _units(session: Session, joints: list[JointReception], at: datetime) -> dict[int, list[Called]]:
    if not joints:
        return {}
    by_id = {joint.id: joint for joint in joints}
    found: dict[int, list[Called]] = {}
    for row in session.scalars(select(JointUnit).where(JointUnit.joint_id.in_(by_id)).order_by(JointUnit.id)):
        lamp = _lamp(row, by_id[row.joint_id], at)
        found.setdefault(row.joint_id, []).append(
            Called(row.id, row.unit_name, row.notified_at, row.notified_to, row.arrived_at, row.who_came, lamp)
        )
    return found


def _lamp(row: JointUnit, joint: JointReception, at: datetime) -> tuple[str, str]:
    """How a unit stands: there (in time or late), not yet, or overdue; after the end, whether it came at all."""
    if row.arrived_at and row.arrived_at <= joint.due_at:
        return ("按时到场", "ok")
    if row.arrived_at:
        return (f"迟到 {_minutes(row.arrived_at, joint.due_at)} 分", "near")
    if joint.closed_at:
        return ("没有到场", "late")
    if at > joint.due_at:
        return (f"超过 {_minutes(at, joint.due_at)} 分未到", "late")
    return ("未到", "near") if row.notified_at else ("未通知", "near")


def _minutes(later: datetime, earlier: datetime) -> int:
    return max(1, int((later - earlier).total_seconds()) // 60)
