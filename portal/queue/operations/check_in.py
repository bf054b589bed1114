"""签到: who comes with an appointment gets a number in the same queue, at the place that the promised time gives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.organisation.models import Service
from portal.queue.models import Appointment, Ticket
from portal.queue.operations.appointments import ARRIVED, CANCELLED, MISSED, UNKNOWN, note_appointment
from portal.queue.operations.refusals import Refused
from portal.queue.operations.tickets import take_ticket
from portal.queue.slots import moment, spell

EARLY, KEPT, LATE, OTHER_DAY = "early", "kept", "late", "other_day"
ORDINARY, APPOINTED = "ordinary", "appointment"


class NotYet(Refused):
    """Too early, or another day: the message says when to come."""


@dataclass(frozen=True)
class Arrival:
    """What coming now would mean. ``kind``: early, kept, late or other_day; ``words``: the whole sentence, "" where kept."""

    kind: str
    words: str = ""


def arrival(appointment: Appointment, service: Service, at: datetime) -> Arrival:
    """Whether somebody who comes at the moment ``at`` keeps the appointment, is too early, or comes late."""
    today, promised = clock.day_of(at), moment(appointment.day, appointment.slot)
    when = f"{appointment.day:%Y-%m-%d} {spell(appointment.slot)}"
    if appointment.day > today:
        return Arrival(OTHER_DAY, f"预约的时间是 {when}，请在那一天来签到。")
    if appointment.day < today:
        return Arrival(OTHER_DAY, f"预约的时间是 {when}，已经过去，请重新预约或取普通号。")
    opens = promised - timedelta(minutes=service.early_minutes) if service.early_minutes is not None else None
    if opens is not None and at < opens:
        return Arrival(
            EARLY, f"还没有到签到时间：预约 {spell(appointment.slot)}，请在 {clock.local(opens):%H:%M} 以后签到。"
        )
    until = promised + timedelta(minutes=_grace(service))
    if at > until:
        return Arrival(
            LATE, f"预约 {spell(appointment.slot)}，签到有效到 {clock.local(until):%H:%M}，已过时间，按普通号排队。"
        )
    return Arrival(KEPT)


def check_in(
    session: Session,
    actor: Actor,
    appointment_id: int,
    *,
    priority: str = ORDINARY,
    source: str = "desk",
    screen_id: int | None = None,
    at: datetime,
) -> Ticket:
    """The number for an appointment, today; the same one where it was checked in already. A promise is a promise: neither
    quota nor closing time stands in its way.

    In time it ranks from the time promised; late it is an ordinary number from now. Raises NotYet (early, another day),
    Refused (cancelled, unknown, the service is gone), FieldProblems (priority).
    """
    wanted = select(Appointment).where(Appointment.id == appointment_id, Appointment.centre_id == actor.centre_id)
    # two who check in at once: the second waits here, and finds the number of the first
    appointment = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if appointment is None:
        raise Refused(UNKNOWN)
    if appointment.state == ARRIVED:
        return session.scalars(select(Ticket).where(Ticket.appointment_id == appointment.id)).one()
    if appointment.state == CANCELLED:
        raise Refused("这个预约已经取消，请重新预约或取普通号。")
    service = session.get_one(Service, appointment.service_id)
    if not service.enabled:
        raise Refused(f"“{service.name}”现在不办理，请到导引台询问。")
    found = arrival(appointment, service, at)
    if found.kind in (EARLY, OTHER_DAY):
        raise NotYet(found.words)
    kept = found.kind == KEPT and appointment.state != MISSED
    own = ORDINARY if priority == APPOINTED else priority
    ticket = take_ticket(
        session,
        actor,
        service_id=service.id,
        priority=APPOINTED if kept and own == ORDINARY else own,
        headcount=appointment.headcount,
        person=None,
        at=at,
        case_id=appointment.case_id,
        source=source,
        screen_id=screen_id,
        appointment=appointment,
        kept=kept,
    )
    appointment.state = ARRIVED
    appointment.version += 1
    session.flush()
    data = {"ticket_id": ticket.id, "number": ticket.number} | ({} if kept else {"late": True})
    note_appointment(session, appointment, actor.id, "appointment.arrived", at, data)
    return ticket


def _grace(service: Service) -> int:
    """Minutes after its time that an appointment is still kept: the centre's, else until the end of its slot."""
    return service.late_minutes if service.late_minutes is not None else service.slot_minutes or 0
