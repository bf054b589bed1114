"""Relay in the hall: sending a visitor on with number, earned time and case; and the next platform's taking it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import Refused, grant, platform_scope
from portal.cases.operations.record import note
from portal.cases.recusals import recused, recused_among
from portal.handoff.models import Relay
from portal.organisation.models import Service, Window, WindowService
from portal.queue import operations as queue
from portal.queue.models import Ticket, WindowSession
from portal.trail import operations as trail

DISCLOSED = "姓名、联系方式、住址、事项内容"


def send(
    session: Session, actor: Actor, ticket_id: int, service_id: int, *, version: int, purpose: str, at: datetime
) -> Relay:
    """Hand the visitor at the actor's window to ``service_id``'s platform; the case comes along and is opened there.

    A case kept inside the counselling compartment stays: the visitor goes on with the number alone. Raises Refused for
    a stale ticket, a closed service, the platform the visitor already is at, or where only recused people would take the visitor.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update())
    service = session.get(Service, service_id)
    if ticket is None or ticket.centre_id != actor.centre_id or ticket.account_id != actor.id:
        raise Refused("这位群众不在您的窗口。")
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        raise Refused("请选择要接力到的服务。")
    window = session.get(Window, ticket.window_id)
    if service.platform == window.platform:
        raise Refused("群众已在这个平台；同一平台内请使用转窗口。")
    case = session.get(Case, ticket.case_id) if ticket.case_id else None
    if case is not None:
        _refuse_only_recused(session, case, service)
    travels = case is not None and case.sensitivity == "normal"
    relay = Relay(
        centre_id=actor.centre_id,
        ticket_id=ticket.id,
        case_id=case.id if travels else None,
        from_platform=window.platform,
        from_window_id=window.id,
        from_account_id=actor.id,
        to_platform=service.platform,
        to_service_id=service.id,
        purpose=purpose,
        disclosed=DISCLOSED if travels else "",
        at=at,
    )
    session.add(relay)
    session.flush()
    if case is not None and not travels:
        ticket.case_id = None
    queue.requeue(session, actor, ticket.id, service.id, version=version, at=at)
    if travels:
        grant(session, case, platform_scope(service.platform), why="接力", at=at)
        data = {"relay_id": relay.id, "from": relay.from_platform, "to": relay.to_platform, "ticket_id": ticket.id}
        note(session, case, "relay.sent", actor, at, data=data, words={"purpose": purpose, "disclosed": DISCLOSED})
    trail.bump(session, actor.centre_id, f"relays:{relay.from_platform}", f"relays:{relay.to_platform}")
    return relay


def _refuse_only_recused(session: Session, case: Case, service: Service) -> None:
    """Raise Refused where everybody at an open window of the service keeps out of the matter (第二十八条第三款)."""
    open_windows = (
        select(WindowSession.account_id)
        .join(WindowService, WindowService.window_id == WindowSession.window_id)
        .where(WindowService.service_id == service.id, WindowSession.closed_at.is_(None))
    )
    there = set(session.scalars(open_windows))
    if there and recused_among(session, case.id, there) == there:
        raise Refused("该服务开放的窗口只有已回避本事项的工作人员，请另开窗口或者选择其他服务（第二十八条第三款）。")


def sign(session: Session, actor: Actor, relay_id: int, *, at: datetime) -> Relay:
    """签收: somebody of the next platform takes the matter. It is not the visitor's arrival. Raises Refused."""
    relay = session.scalar(select(Relay).where(Relay.id == relay_id).with_for_update())
    if relay is None or relay.centre_id != actor.centre_id or relay.to_platform not in actor.platforms:
        raise Refused("这次接力不是交给您所在平台的。")
    if relay.signed_at:
        raise Refused("这次接力已经签收。")
    if relay.case_id and recused(session, relay.case_id, actor.id):
        raise Refused("您已回避本事项，请由其他工作人员签收（第二十八条第三款）。")
    relay.signed_at, relay.signed_by = at, actor.id
    if relay.case_id:
        case = session.get(Case, relay.case_id)
        data = {"relay_id": relay.id, "from": relay.from_platform, "to": relay.to_platform}
        note(session, case, "relay.signed", actor, at, data=data)
    trail.bump(session, actor.centre_id, f"relays:{relay.from_platform}", f"relays:{relay.to_platform}")
    return relay
