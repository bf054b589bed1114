"""直接接待: somebody stands at a free window without a number. The number is taken and the visit begins in one step."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.models import Service, WindowService
from portal.queue.models import Ticket
from portal.queue.opening import openings
from portal.queue.operations.calls import ready
from portal.queue.operations.moves import SERVING, WAITING, move, note
from portal.queue.operations.refusals import Refused
from portal.queue.operations.tickets import take_ticket
from portal.trail import operations as trail


def receive_directly(session: Session, actor: Actor, *, at: datetime) -> Ticket:
    """A number for the first service of the actor's free window, being served at once; nothing is announced.

    Whoever stands before a clerk is received, closing time and quota or not; the event says where it was beyond them.
    Raises StillServing, Refused where the window is not open, paused, or takes no service.
    """
    place = ready(session, actor, at)
    first = session.scalar(
        select(Service.id)
        .join(WindowService, WindowService.service_id == Service.id)
        .where(WindowService.window_id == place.window_id, Service.enabled)
        .order_by(WindowService.preference, Service.position, Service.id)
        .limit(1)
    )
    if first is None:
        raise Refused(f"{place.name} 还没有安排服务，请联系系统管理员。")
    beyond = not openings(session, actor.centre_id, at)[first].open
    taken = take_ticket(
        session,
        actor,
        service_id=first,
        priority="ordinary",
        headcount=1,
        person=None,
        at=at,
        beyond=beyond,
        source="window",
    )
    ticket = move(
        session,
        actor,
        taken.id,
        version=taken.version,
        source=(WAITING,),
        target=SERVING,
        at=at,
        window_id=place.window_id,
        account_id=actor.id,
        called_at=at,
        started_at=at,
    )
    note(session, actor, ticket, "ticket.started", at, {"window_id": place.window_id})
    trail.bump(session, actor.centre_id, "queue", f"window:{place.window_id}")
    return ticket
