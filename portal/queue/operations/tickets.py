"""Tickets at the desk: taken, restored, left; and put back into a queue for a relay."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.keys import ring
from portal.organisation.models import Service
from portal.organisation.operations import next_number
from portal.people import operations as people
from portal.people.models import Person
from portal.queue import estimate, order, priorities
from portal.queue.models import Appointment, Errand, Ticket
from portal.queue.opening import refuse_closed
from portal.queue.operations.moves import (
    AT_WINDOW,
    HELD,
    MISSED,
    SERVING,
    WAITING,
    change_period,
    errand_done,
    move,
    note,
)
from portal.queue.operations.refusals import OpenToday, Refused
from portal.trail import operations as trail

# no 0/O, 1/I/L, 5/S, 2/Z, 8/B: read aloud over a counter and typed by elderly hands
CODE_CHARACTERS = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 10
MOST_PEOPLE = 999
NAMELESS = "未留姓名"


def take_ticket(
    session: Session,
    actor: Actor,
    *,
    service_id: int,
    priority: str,
    headcount: int,
    person: PersonGiven | None,
    at: datetime,
    case_id: int | None = None,
    again: bool = False,
    beyond: bool = False,
    quick: bool = False,
    source: str = "desk",
    once: str | None = None,
    appointment: Appointment | None = None,
    kept: bool = False,
    errands: Sequence[int] = (),
    screen_id: int | None = None,
) -> Ticket:
    """A new ticket, waiting: the next number of (centre, day, prefix) and a slip code for later enquiry.

    ``beyond``: give it although the service is closed or its quota reached. ``once`` names the form it came from: the same
    one again gives the same ticket. ``appointment`` it is taken for, ``kept`` if in time: it then counts from the time that
    was promised. ``errands`` are further services of this visit; ``screen_id``: the kiosk it was taken at. Raises FieldProblems
    (service_id, priority, headcount, errands), NotGiven where the service gives no number now, and OpenToday where the
    person still holds a number of today and ``again`` is not set.
    """
    if once and (given := session.scalar(select(Ticket).where(Ticket.once == once))):
        return given
    service = session.get(Service, service_id)
    _check(session, actor, service, priority, headcount, errands)
    day = clock.day_of(at)
    who = _person(session, actor, person, at) if person else None
    if who is not None and not again:
        _refuse_second(session, who, day)
    number = f"{service.prefix}{next_number(session, actor.centre_id, f'ticket:{day}:{service.prefix}'):03d}"
    if not beyond and appointment is None:
        # behind the number's own lock, so that a quota is never passed by two at once
        refuse_closed(session, service, at)
    ticket = add_ticket(
        session,
        actor,
        service,
        at=at,
        number=number,
        priority=priority,
        rank=order.rank(priority, at, _promised(appointment) if kept else None),
        headcount=headcount,
        person_id=who.id if who else appointment.person_id if appointment else None,
        case_id=case_id,
        quick=quick,
        source=source,
        once=once,
        appointment_id=appointment.id if appointment else None,
    )
    session.add_all(Errand(centre_id=actor.centre_id, ticket_id=ticket.id, service_id=each, at=at) for each in errands)
    _note_taken(session, actor, ticket, {"errands": list(errands), "beyond": beyond, "screen_id": screen_id})
    return ticket


def _note_taken(session: Session, actor: Actor, ticket: Ticket, further: dict[str, Any]) -> None:
    data = {"number": ticket.number, "service_id": ticket.service_id}
    data |= {"priority": ticket.priority, "headcount": ticket.headcount}
    further |= {"quick": ticket.quick, "source": ticket.source if ticket.source != "desk" else ""}
    told = data | {name: value for name, value in further.items() if value}
    note(session, actor, ticket, "ticket.taken", ticket.taken_at, told)
    trail.bump(session, actor.centre_id, "queue")


def add_ticket(session: Session, actor: Actor, service: Service, *, at: datetime, **values: Any) -> Ticket:
    """The row of a new number that waits for ``service``, its first period, slip code and estimate; ``values``: further columns."""
    code = new_code()
    ticket = Ticket(
        centre_id=actor.centre_id,
        day=clock.day_of(at),
        service_id=service.id,
        first_service_id=service.id,
        state=WAITING,
        taken_at=at,
        taken_by=actor.id,
        code=code,
        code_hash=code_hash(code),
        **values,
    )
    told = estimate.for_new(session, service, ticket, at)
    ticket.estimated, ticket.estimate_error = (told.seconds, told.error) if told else (None, None)
    session.add(ticket)
    session.flush()
    change_period(session, ticket, at)
    return ticket


def new_code() -> str:
    """A slip code nobody can guess, of letters and digits that are not mistaken for each other."""
    return "".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH))


def code_hash(code: str) -> str:
    """The keyed hash under which a slip code, in any spelling, is found."""
    return ring.digest("ticket-code", "".join(code.split()).replace("-", "").upper())


def restore(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """A missed number waits again with the rank it always had: the place it earned, and no better one.

    Raises StaleTicket, or Refused where the number is of another day.
    """
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(MISSED,),
        target=WAITING,
        at=at,
        window_id=None,
        account_id=None,
        called_at=None,
        calls=0,
    )
    if ticket.day != clock.day_of(at):
        raise Refused(f"{ticket.number} 不是今天的号，请重新取号。")
    note(session, actor, ticket, "ticket.restored", at, {"number": ticket.number})
    trail.bump(session, actor.centre_id, "queue")
    return ticket


def leave(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """The visitor went away before being served to the end. Raises StaleTicket."""
    ticket = move(session, actor, ticket_id, version=version, source=(WAITING, MISSED, HELD), target="left", at=at)
    note(session, actor, ticket, "ticket.left", at, {"number": ticket.number})
    topics = [f"window:{ticket.window_id}"] if ticket.window_id else []
    trail.bump(session, actor.centre_id, "queue", *topics)
    return ticket


def requeue(session: Session, actor: Actor, ticket_id: int, service_id: int, *, version: int, at: datetime) -> Ticket:
    """Put the visitor at the actor's window into another service's queue (接力).

    Number, rank, priority, person and case stay; the window is cleared. Raises StaleTicket where the visitor is no longer
    at the actor's window as the page showed it, Refused where the service is unknown.
    """
    service = session.get(Service, service_id)
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        raise Refused("没有这项服务，或已停用。")
    before = session.execute(
        select(Ticket.window_id, Ticket.service_id, Ticket.state).where(Ticket.id == ticket_id)
    ).one_or_none()
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=AT_WINDOW,
        target=WAITING,
        at=at,
        mine=True,
        service_id=service.id,
        window_id=None,
        account_id=None,
        called_at=None,
        calls=0,
        for_window_id=None,
        for_account_id=None,
    )
    if before.state == SERVING and before.service_id != service.id:
        errand_done(session, ticket.id, before.service_id)
    note(session, actor, ticket, "ticket.requeued", at, {"number": ticket.number, "service_id": service.id})
    trail.bump(session, actor.centre_id, "queue", f"window:{before.window_id}")
    return ticket


def _promised(appointment: Appointment | None) -> datetime | None:
    return clock.at_hall(appointment.day, *divmod(appointment.slot, 60)) if appointment else None


def _check(
    session: Session, actor: Actor, service: Service | None, priority: str, headcount: int, errands: Sequence[int]
) -> None:
    problems = {}
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        problems["service_id"] = "请选择来办什么。"
    if priority not in {each.code for each in priorities.PRIORITIES}:
        problems["priority"] = "请选择优先类别。"
    if not 1 <= headcount <= MOST_PEOPLE:
        problems["headcount"] = f"人数应在 1 至 {MOST_PEOPLE} 之间。"
    if errands:
        offered = select(Service.id).where(Service.centre_id == actor.centre_id, Service.enabled)
        wanted = {*errands} - {service.id if service else None}
        if len(wanted) != len(errands) or not wanted <= set(session.scalars(offered.where(Service.id.in_(wanted)))):
            problems["errands"] = "请从所列服务中选择，不与主办服务重复。"
    if problems:
        raise FieldProblems(problems)


def _person(session: Session, actor: Actor, given: PersonGiven | None, at: datetime) -> Person | None:
    if given is None:
        return None
    return people.find_or_create(
        session,
        actor.centre_id,
        name=given.name or NAMELESS,
        id_number=given.id_number,
        phone=given.phone,
        address=given.address,
        kind=given.kind,
        at=at,
        actor_id=actor.id,
    )


def _refuse_second(session: Session, person: Person, day: object) -> None:
    still_open = select(Ticket.number).where(
        Ticket.person_id == person.id, Ticket.day == day, Ticket.state.not_in(("done", "left"))
    )
    if number := session.scalar(still_open.limit(1)):
        raise OpenToday(number)
