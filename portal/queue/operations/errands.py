"""Several services in one visit (另办): added at the window, gone on to with the same number, never silently forgotten."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.models import Service, WindowService
from portal.queue.models import Errand, Ticket
from portal.queue.operations.moves import SERVING, WAITING, change_period, errand_done, move, note
from portal.queue.operations.refusals import Refused
from portal.queue.operations.windows import place_of
from portal.trail import operations as trail

GONE = "这一项已不在“还要办”中，页面已更新，请核对后再操作。"
BY_RELAY = "事项要随群众到其他平台，请用接力。"


def add_errand(
    session: Session, actor: Actor, ticket_id: int, service_id: int, *, version: int, at: datetime
) -> Ticket:
    """The visitor at the actor's window has a further service to go to. Raises Refused (unknown, present or open already), StaleTicket."""
    service = _on_offer(session, actor, service_id)
    ticket = move(session, actor, ticket_id, version=version, source=(SERVING,), target=SERVING, at=at, mine=True)
    if service.id == ticket.service_id:
        raise Refused(f"现在办的就是{service.name}，不用再加。")
    if service.id in _open(session, ticket_id):
        raise Refused(f"{service.name} 已在“还要办”中。")
    session.add(Errand(centre_id=ticket.centre_id, ticket_id=ticket.id, service_id=service.id, at=at))
    session.flush()
    note(session, actor, ticket, "ticket.errand_added", at, {"service_id": service.id, "window_id": ticket.window_id})
    trail.bump(session, actor.centre_id, f"window:{ticket.window_id}")
    return ticket


def go_on(session: Session, actor: Actor, ticket_id: int, service_id: int, *, version: int, at: datetime) -> Ticket:
    """本项办完: the visitor at the actor's window goes on to an open errand with the same number and the earned rank.

    A service that this very window takes is gone on with at once, without queueing again. Raises Refused where the
    errand is gone, or where a case has to go along to another platform (that is a relay); StaleTicket.
    """
    place = place_of(session, actor)
    service = _on_offer(session, actor, service_id)
    if service.id not in _open(session, ticket_id):
        raise Refused(GONE)
    before = session.execute(select(Ticket.service_id, Ticket.case_id).where(Ticket.id == ticket_id)).one()
    if service.platform != place.platform and before.case_id:
        raise Refused(BY_RELAY)
    here = service.platform == place.platform and _takes(session, place.window_id, service.id)
    away = {"window_id": None, "account_id": None, "called_at": None, "calls": 0}
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(SERVING,),
        target=SERVING if here else WAITING,
        at=at,
        mine=True,
        service_id=service.id,
        for_window_id=None,
        for_account_id=None,
        **({} if here else away),
    )
    if here:
        change_period(session, ticket, at)  # the same state, but another service's time
    errand_done(session, ticket.id, before.service_id)
    data = {"number": ticket.number, "window_id": place.window_id, "service_id": service.id}
    note(session, actor, ticket, "ticket.went_on", at, data | ({"here": True} if here else {}))
    trail.bump(session, actor.centre_id, f"window:{place.window_id}", *(() if here else ("board", "queue")))
    return ticket


def _on_offer(session: Session, actor: Actor, service_id: int) -> Service:
    service = session.get(Service, service_id)
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        raise Refused("没有这项服务，或已停用。")
    return service


def _open(session: Session, ticket_id: int) -> set[int]:
    wanted = select(Errand.service_id).where(Errand.ticket_id == ticket_id, Errand.state == "open")
    return set(session.scalars(wanted))


def _takes(session: Session, window_id: int, service_id: int) -> bool:
    return session.get(WindowService, (window_id, service_id)) is not None
