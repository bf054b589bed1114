"""From the visitor at the window to the case: a new registration, or 续访 on an open one. The story is told once."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import operations as cases
from portal.cases import queries as case_queries
from portal.cases.models import Case, Party, Visit
from portal.cases.operations.given import PersonGiven, Refused, Registration
from portal.people.models import Person
from portal.people.queries import by_id
from portal.queue.models import Ticket
from portal.queue.operations.moves import CALLED, SERVING, move, note
from portal.queue.operations.serving import start
from portal.queue.operations.tickets import NAMELESS
from portal.trail import operations as trail


def draft_place(ticket_id: int) -> str:
    """Where what is typed for a ticket is kept until it is registered."""
    return f"ticket:{ticket_id}"


def register_from_ticket(
    session: Session, actor: Actor, ticket_id: int, registration: Registration, *, version: int, at: datetime
) -> Case:
    """Register a case for the visitor at the actor's window and bind the ticket to it.

    What the greeter already took down about the person is kept: an empty field of the petitioner does not erase it.
    A visitor called and not yet marked as arrived has evidently arrived. Raises as cases.operations.register does, and
    StaleTicket, Refused where the ticket has a case already.
    """
    ticket = _at_window(session, actor, ticket_id, version, at)
    if ticket.case_id:
        raise Refused(f"{ticket.number} 已登记事项，请在事项中继续记录。")
    petitioner = _petitioner(session, actor, ticket, registration.petitioner)
    case = cases.register(
        session,
        actor,
        replace(registration, petitioner=petitioner),
        at=at,
        window_id=ticket.window_id,
        ticket_id=ticket.id,
    )
    _bind(session, actor, ticket, case, "ticket.registered", at)
    return case


def follow_up_from_ticket(
    session: Session, actor: Actor, ticket_id: int, case_number: str, *, words: str, version: int, at: datetime
) -> Visit:
    """续访: the visit joins an open case that the actor may see; no second clock. Raises Refused, StaleTicket."""
    ticket = _at_window(session, actor, ticket_id, version, at)
    case = case_queries.find(session, actor, case_number)
    if case is None:
        raise Refused("没有找到这件事项，或它不对您开放。")
    if ticket.case_id and ticket.case_id != case.id:
        raise Refused(f"{ticket.number} 本次来访已记在另一件事项上。")
    visit = cases.record_visit(
        session,
        actor,
        case,
        words=words,
        at=at,
        person_id=ticket.person_id,
        headcount=ticket.headcount,
        window_id=ticket.window_id,
        ticket_id=ticket.id,
        kind=_kind_of_visit(session, ticket, case),
    )
    _bind(session, actor, ticket, case, "ticket.followed_up", at)
    return visit


def identify(session: Session, actor: Actor, ticket_id: int, id_number: str, *, version: int, at: datetime) -> Ticket:
    """Join the visitor at the actor's window to the person with this identity number, already known to the centre.

    Raises Refused where nobody has it, StaleTicket.
    """
    person = by_id(session, actor.centre_id, id_number)
    if person is None:
        raise Refused("本中心没有此人的记录。")
    ticket = _at_window(session, actor, ticket_id, version, at)
    ticket.person_id = person.id
    session.flush()
    note(session, actor, ticket, "ticket.identified", at, {"person_id": person.id})
    return ticket


def _kind_of_visit(session: Session, ticket: Ticket, case: Case) -> str:
    """The other side's coming is not the petitioner's coming again."""
    here = select(Party.role).where(Party.case_id == case.id, Party.person_id == ticket.person_id)
    return "other_side" if ticket.person_id and set(session.scalars(here)) == {"other_side"} else "again"


def _at_window(session: Session, actor: Actor, ticket_id: int, version: int, at: datetime) -> Ticket:
    ticket = session.get(Ticket, ticket_id)
    if ticket is not None and ticket.state == CALLED and ticket.account_id == actor.id:
        started = start(session, actor, ticket_id, version=version, at=at)
        version = started.version
    return move(session, actor, ticket_id, version=version, source=(SERVING,), target=SERVING, at=at, mine=True)


def _petitioner(session: Session, actor: Actor, ticket: Ticket, typed: PersonGiven | None) -> PersonGiven | None:
    known = session.get(Person, ticket.person_id) if ticket.person_id else None
    if known is None:
        return typed
    if typed is None or typed.name == NAMELESS:  # an address alone was typed: still the person of the desk
        typed = replace(typed or PersonGiven(name=""), name="")
    name = "" if known.name == NAMELESS else known.name
    if (typed.name and name and typed.name != name) or (
        typed.id_number and (known.id_number or typed.id_number) != typed.id_number
    ):
        return typed  # somebody else speaks here than was taken down at the desk: nothing of one goes to the other
    if typed.name and not name:
        known.name = typed.name
    return PersonGiven(
        name=typed.name or name or NAMELESS,
        id_number=typed.id_number or known.id_number or "",
        phone=typed.phone or known.phone or "",
        address=typed.address or known.address or "",
        kind=typed.kind,
    )


def _bind(session: Session, actor: Actor, ticket: Ticket, case: Case, kind: str, at: datetime) -> None:
    ticket.case_id = case.id
    if ticket.person_id is None:
        petitioner = select(Party.person_id).where(Party.case_id == case.id, Party.role == "petitioner")
        ticket.person_id = session.scalar(petitioner.limit(1))
    session.flush()
    note(session, actor, ticket, kind, at, {"case_id": case.id, "number": case.number, "window_id": ticket.window_id})
    cases.drop_draft(session, actor, draft_place(ticket.id))
    trail.bump(session, actor.centre_id, f"window:{ticket.window_id}")
