"""Reading the day of a reception and its 登记表."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.cases import queries as cases
from portal.cases.models import Case, Demand
from portal.leadership.models import Booking, Leader, Reception, Sheet
from portal.leadership.operations import instructions
from portal.leadership.operations import sheets as operations
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.sheets import MANNERS
from portal.leadership.queries import bookings, published
from portal.leadership.queries.bookings import BookingShown
from portal.leadership.queries.roster import Row
from portal.organisation.models import Unit

STATES = {
    "": ("未填写", "none"),
    "typing": ("填写中", "near"),
    "typed": ("待领导确认", "near"),
    "confirmed": ("已确认，待签名", "near"),
    "signed": ("已签名", "ok"),
}


@dataclass(frozen=True)
class Matter:
    """One booking of the day with how its sheet stands: ``lamp`` (word, level), ``manner`` in words."""

    place: int
    booking: BookingShown
    lamp: tuple[str, str]
    manner: str

    @property
    def to_come(self) -> bool:
        """Booked or waiting, not with the leader yet."""
        return self.booking.stands in ("booked", "arrived", "left")


@dataclass(frozen=True)
class Day:
    """A published reception on its day. ``missing``: what stands in the way of its end, a line each."""

    reception: Row
    leader: Leader
    matters: tuple[Matter, ...]
    missing: tuple[str, ...]

    @property
    def over(self) -> bool:
        """Whether it was closed or cancelled."""
        return self.reception.state != "planned"


@dataclass(frozen=True)
class TaskPlanned:
    """A task of the plan in words, for paper and screen."""

    what: str
    lead: str
    co: tuple[str, ...]
    draft: TaskDraft


@dataclass(frozen=True)
class SheetShown:
    """A 登记表 with its booking, case and leader. ``sheet`` is None before anything was typed."""

    booking: BookingShown
    reception: Reception
    leader: Leader
    case: Case
    demands: tuple[str, ...]
    sheet: Sheet | None
    tasks: tuple[TaskPlanned, ...]
    lamp: tuple[str, str]
    typed_by: str
    confirmed_by: str
    only_words: str

    @property
    def state(self) -> str:
        """ "" before anything was typed."""
        return self.sheet.state if self.sheet else ""

    @property
    def manner_label(self) -> str:
        """The manner in words."""
        return MANNERS.get(self.sheet.manner, "") if self.sheet else ""


def may_open(actor: Actor, leader: Leader) -> bool:
    """The office, and the leader who receives."""
    return actor.may(P.LEADERSHIP_RECORD) or (actor.may(P.LEADERSHIP_SIGN) and leader.account_id == actor.id)


def day(session: Session, actor: Actor, reception_id: int) -> Day | None:
    """The reception with everybody booked, in their order; None where it is a draft or not open to the actor. Eight queries."""
    wanted = select(Reception).where(Reception.id == reception_id, Reception.centre_id == actor.centre_id)
    held = session.scalar(wanted)
    row = published.row_of(session, held) if held else None
    leader = session.get_one(Leader, row.leader_id) if row else None
    if leader is None or not may_open(actor, leader):
        return None
    booked = [each for each in bookings.of_reception(session, actor, reception_id) if each.state != "cancelled"]
    sheets = select(Sheet.booking_id, Sheet.state, Sheet.manner).join(Booking, Booking.id == Sheet.booking_id)
    typed = {each.booking_id: each for each in session.execute(sheets.where(Booking.reception_id == reception_id))}
    return Day(
        reception=row,
        leader=leader,
        matters=tuple(_matter(place, each, typed.get(each.id)) for place, each in enumerate(booked, start=1)),
        missing=tuple(operations.lacking(session, row, among=[each.id for each in booked])),
    )


def _matter(place: int, booking: BookingShown, held) -> Matter:
    lamp = STATES[held.state if held else ""] if booking.stands in ("receiving", "received") else ("—", "none")
    return Matter(place, booking, lamp, MANNERS.get(held.manner, "") if held else "")


def sheet(session: Session, actor: Actor, booking_id: int) -> SheetShown | None:
    """One 登记表; None where the matter or the reception is not open to the actor. Eight queries."""
    booking = bookings.one(session, actor, booking_id)
    if booking is None:
        return None
    reception = session.get_one(Reception, booking.reception_id)
    leader = session.get_one(Leader, booking.leader_id)
    if not may_open(actor, leader):
        return None
    case = session.get_one(Case, booking.case_id)
    held = session.scalar(select(Sheet).where(Sheet.booking_id == booking_id))
    asked = select(Demand.text).where(Demand.case_id == case.id).order_by(Demand.position)
    names = cases.names(session, {each for each in (held.typed_by, held.confirmed_by) if each}) if held else {}
    return SheetShown(
        booking=booking,
        reception=reception,
        leader=leader,
        case=case,
        demands=tuple(session.scalars(asked)),
        sheet=held,
        tasks=planned(session, operations.unpacked(held.plan) if held else ()),
        lamp=STATES[held.state if held else ""],
        typed_by=names.get(held.typed_by, "") if held else "",
        confirmed_by=names.get(held.confirmed_by, "") if held else "",
        only_words=operations.refusal_of(case, "task"),
    )


def planned(session: Session, tasks: tuple[TaskDraft, ...]) -> tuple[TaskPlanned, ...]:
    """The tasks with the units' names: one query."""
    wanted = {unit for task in tasks for unit in (task.lead_unit_id, *task.co_unit_ids) if unit}
    names = dict(session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(wanted or {0}))).all())
    return tuple(
        TaskPlanned(task.what, names.get(task.lead_unit_id, ""), tuple(names[co] for co in task.co_unit_ids), task)
        for task in tasks
    )


def instruction_of(session: Session, sheet_id: int) -> int | None:
    """The id of the instruction that the sheet's signature made."""
    return instructions.of_source(session, "reception", sheet_id)


def waiting_for(session: Session, actor: Actor, leader_id: int) -> list[tuple[int, str, str, datetime]]:
    """(booking id, case number, subject, typed at) of sheets that wait for the leader's confirmation or signature: one query."""
    wanted = (
        select(Booking.id, Case.number, Case.subject, Sheet.typed_at)
        .join(Sheet, Sheet.booking_id == Booking.id)
        .join(Reception, Reception.id == Booking.reception_id)
        .join(Case, Case.id == Booking.case_id)
        .where(Reception.leader_id == leader_id, Sheet.state.in_(("typed", "confirmed")), cases.visible(actor))
        .order_by(Sheet.typed_at)
        .limit(50)
    )
    return [tuple(row) for row in session.execute(wanted)]
