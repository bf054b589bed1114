"""签到: who comes for a leader's reception gets an ordinary number, and waits with it for the leader's room."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.models import Case, Party
from portal.cases.operations.given import Refused
from portal.leadership.models import Booking, Reception
from portal.leadership.operations.bookings import (
    ABSENT,
    ARRIVED,
    BOOKED,
    CANCELLED,
    NO_RECEPTION,
    note_booking,
    refuse_full,
)
from portal.leadership.queries import published
from portal.leadership.queries.roster import Row
from portal.organisation.models import Service, Window, WindowService
from portal.organisation.spans import clock_text
from portal.queue import order
from portal.queue.models import Ticket
from portal.queue.operations.tickets import take_ticket

CHECKS_IN = (Permission.QUEUE_GREET, Permission.LEADERSHIP_RECORD, Permission.LEADERSHIP_BOOK)
APPOINTED, ORDINARY = "appointment", "ordinary"
NO_BOOKING = "没有找到这个约见码，请核对通知单。"
NO_SERVICE = "{room}还没有设定办理的服务，不能取号；请系统管理员在“大厅设置”中设定，或先记为已到。"


def check_in(session: Session, actor: Actor, booking_id: int, *, at: datetime) -> Ticket | None:
    """The number with which the visitor waits for the leader's room; the same one where it was checked in already.

    None where the reception is not in a room of the hall (下访): the visitor is noted as come. A promise is a promise: neither
    quota nor closing time stands in its way. Who was noted as absent and comes late is checked in while a place is left.
    Raises Refused: another day, cancelled, unknown, a room without a service.
    """
    if not any(actor.may(each) for each in CHECKS_IN):
        raise Refused("您没有为来访群众签到的权限。")
    booking, case, reception = _opened(session, actor, booking_id)
    if booking.state == ARRIVED and booking.ticket_id:
        return session.get_one(Ticket, booking.ticket_id)
    _refuse(session, booking, reception, at)
    ticket = _number(session, actor, booking, case, reception, at) if reception.window_id else None
    booking.state, booking.arrived_at, booking.version = ARRIVED, at, booking.version + 1
    booking.ticket_id = ticket.id if ticket else None
    session.flush()
    number = {"ticket_id": ticket.id, "number": ticket.number} if ticket else {}
    note_booking(session, actor, booking, case, "checked_in", at, number)
    return ticket


def _opened(session: Session, actor: Actor, booking_id: int) -> tuple[Booking, Case, Row]:
    """The booking, whatever its matter, and its reception as published: the greeter sees no case. Reception, case and booking are locked in this order."""
    found = session.execute(
        select(Booking.reception_id, Booking.case_id).where(
            Booking.id == booking_id, Booking.centre_id == actor.centre_id
        )
    ).first()
    if found is None:
        raise Refused(NO_BOOKING)
    held = session.get_one(Reception, found.reception_id, with_for_update={"key_share": True})
    reception = published.row_of(session, held)
    if reception is None:
        raise Refused(NO_RECEPTION)
    case = session.get_one(Case, found.case_id, with_for_update=True)
    wanted = select(Booking).where(Booking.id == booking_id).with_for_update()
    booking = session.scalars(wanted.execution_options(populate_existing=True)).one()
    return booking, case, reception


def _refuse(session: Session, booking: Booking, reception: Row, at: datetime) -> None:
    if booking.state == CANCELLED:
        raise Refused("这次约访已经取消，请到导引台询问。")
    if not reception.stands:
        raise Refused("这场接访已经取消，请与领导办公室联系改约。")
    if booking.state not in (BOOKED, ABSENT):
        raise Refused("这次约访已经签到。")
    if reception.day != clock.day_of(at):
        when = (
            f"{reception.day.isoformat()} {clock_text(booking.slot if booking.slot is not None else reception.starts)}"
        )
        raise Refused(f"约见的时间是 {when}，今天不能签到。")
    if booking.state == ABSENT:
        refuse_full(session, reception, None, besides=booking.id)


def _number(session: Session, actor: Actor, booking: Booking, case: Case, reception: Row, at: datetime) -> Ticket:
    room = session.get_one(Window, reception.window_id)
    service_id = _service_of(session, room.id)
    if service_id is None:
        raise Refused(NO_SERVICE.format(room=room.name))
    ticket = take_ticket(
        session,
        actor,
        service_id=service_id,
        priority=APPOINTED if booking.slot is not None else ORDINARY,
        headcount=booking.headcount,
        person=None,
        at=at,
        case_id=case.id,
        beyond=True,
    )
    ticket.for_window_id = room.id
    ticket.person_id = session.scalar(
        select(func.min(Party.person_id)).where(Party.case_id == case.id, Party.role.in_(("petitioner", "applicant")))
    )
    if booking.slot is not None:  # called in the order of the times that were promised
        ticket.rank = order.rank(ORDINARY, clock.at_hall(reception.day, *divmod(booking.slot, 60)))
    session.flush()
    return ticket


def _service_of(session: Session, window_id: int) -> int | None:
    """What the room is there for: a service that no other window takes before one that it shares, then by preference."""
    other = aliased(WindowService)
    shared = exists().where(other.service_id == WindowService.service_id, other.window_id != window_id)
    wanted = (
        select(WindowService.service_id)
        .join(Service, Service.id == WindowService.service_id)
        .where(WindowService.window_id == window_id, Service.enabled)
        .order_by(shared, WindowService.preference, Service.position, Service.id)
    )
    return session.scalar(wanted.limit(1))
