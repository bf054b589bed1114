"""转窗口: from one window to another of the same platform, without a relay; and numbers kept for a window or a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.organisation.models import Service, Window, WindowService
from portal.queue.models import Ticket, WindowSession
from portal.queue.operations.calls import refuse_foreign
from portal.queue.operations.moves import AT_WINDOW, SERVING, WAITING, errand_done, move, note
from portal.queue.operations.refusals import Refused
from portal.queue.operations.windows import Place, place_of
from portal.trail import operations as trail

MOST_WORDS = 60
ELSEWHERE = "这里属于其他平台，请用接力。"


@dataclass(frozen=True)
class _Goal:
    """Which queue, and for whom in it."""

    service_id: int
    window_id: int | None = None
    account_id: int | None = None


def transfer(
    session: Session,
    actor: Actor,
    ticket_id: int,
    *,
    version: int,
    at: datetime,
    service_id: int | None = None,
    window_id: int | None = None,
    account_id: int | None = None,
    reason: str = "",
) -> Ticket:
    """Send the visitor at the actor's window on to a service, a window or a person of the same platform (one of the three).

    Number, rank, priority, person and case stay. A number for a window or person is kept for them as long as they are
    there; otherwise any window of the service may call it. Raises Refused (another platform, nobody chosen, a window that
    takes none of the platform's services), StaleTicket.
    """
    place = place_of(session, actor)
    before = session.execute(select(Ticket.service_id, Ticket.state).where(Ticket.id == ticket_id)).one_or_none()
    current = before.service_id if before else 0
    if service_id is not None:
        goal = _Goal(_service(session, place, actor, service_id).id)
    elif window_id is not None:
        goal = _window(session, actor, place, window_id, current, at)
    elif account_id is not None:
        goal = _person(session, actor, place, account_id, current, at)
    else:
        raise Refused("请选择转到哪里。")
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=AT_WINDOW,
        target=WAITING,
        at=at,
        mine=True,
        service_id=goal.service_id,
        window_id=None,
        account_id=None,
        called_at=None,
        calls=0,
        for_window_id=goal.window_id,
        for_account_id=goal.account_id,
    )
    if before.state == SERVING and goal.service_id != current:
        errand_done(session, ticket.id, current)
    data = {"number": ticket.number, "window_id": place.window_id, "service_id": goal.service_id}
    data |= {"to_window_id": goal.window_id} if goal.window_id else {}
    data |= {"to_account_id": goal.account_id} if goal.account_id else {}
    said = reason.strip()[:MOST_WORDS]
    note(session, actor, ticket, "ticket.transferred", at, data, {"reason": said} if said else None)
    topics = {f"window:{place.window_id}", *([f"window:{goal.window_id}"] if goal.window_id else [])}
    trail.bump(session, actor.centre_id, "board", "queue", *topics)
    return ticket


def release(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """取消指定: a waiting number of the actor's services, kept for a window or person, may be called by anybody again.

    Raises Refused where it was kept for nobody or is of another window's services, StaleTicket.
    """
    refuse_foreign(session, actor, place_of(session, actor), ticket_id)
    kept = session.execute(select(Ticket.for_window_id, Ticket.for_account_id).where(Ticket.id == ticket_id)).first()
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(WAITING,),
        target=WAITING,
        at=at,
        for_window_id=None,
        for_account_id=None,
    )
    if not any(kept):
        raise Refused(f"{ticket.number} 没有指定窗口或人员。")
    note(session, actor, ticket, "ticket.released", at, {"number": ticket.number})
    trail.bump(session, actor.centre_id, "queue")
    return ticket


def _service(session: Session, place: Place, actor: Actor, service_id: int) -> Service:
    service = session.get(Service, service_id)
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        raise Refused("没有这项服务，或已停用。")
    if service.platform != place.platform:
        raise Refused(ELSEWHERE)
    return service


def _window(session: Session, actor: Actor, place: Place, window_id: int, current: int, at: datetime) -> _Goal:
    window = session.get(Window, window_id)
    if window is None or window.centre_id != actor.centre_id or not window.enabled:
        raise Refused("没有这个窗口，或窗口已停用。")
    if window.platform != place.platform:
        raise Refused(ELSEWHERE)
    if window.id == place.window_id:
        raise Refused("群众就在这个窗口，不用转。")
    opened = select(WindowSession.opened_at).where(
        WindowSession.window_id == window.id, WindowSession.closed_at.is_(None)
    )
    _refuse_left_open(window.name, session.scalar(opened), at)
    return _Goal(_taken_at(session, window, place.platform, current), window_id=window.id)


def _person(session: Session, actor: Actor, place: Place, account_id: int, current: int, at: datetime) -> _Goal:
    person = session.get(Account, account_id)
    if person is None or person.centre_id != actor.centre_id or not person.enabled:
        raise Refused("没有这位工作人员，或账号已停用。")
    if place.platform not in person.platforms or not person.may(Permission.QUEUE_SERVE):
        raise Refused(ELSEWHERE)
    if person.id == actor.id:
        raise Refused("群众就在您的窗口，不用转。")
    seat = session.execute(
        select(Window, WindowSession.opened_at)
        .join(WindowSession, WindowSession.window_id == Window.id)
        .where(WindowSession.account_id == person.id, WindowSession.closed_at.is_(None))
    ).one_or_none()
    if seat is None:
        return _Goal(current, account_id=person.id)
    window, opened_at = seat
    _refuse_left_open(window.name, opened_at, at)
    return _Goal(_taken_at(session, window, place.platform, current), account_id=person.id)


def _refuse_left_open(name: str, opened_at: datetime | None, at: datetime) -> None:
    # nobody sits there today: what is kept for it would wait for nobody
    if opened_at is not None and clock.day_of(opened_at) != clock.day_of(at):
        raise Refused(f"{name} 是以前开的窗，一直没有关闭，今天没有人，不能指定。")


def _taken_at(session: Session, window: Window, platform: str, current: int) -> int:
    """The service under which a visitor waits for ``window``: the present one if it is taken there, else its first of the platform."""
    wanted = (
        select(Service.id)
        .join(WindowService, WindowService.service_id == Service.id)
        .where(WindowService.window_id == window.id, Service.platform == platform, Service.enabled)
        .order_by(case((Service.id == current, 0), else_=1), WindowService.preference, Service.position, Service.id)
        .limit(1)
    )
    found = session.scalar(wanted)
    if found is None:
        raise Refused(f"{window.name} 不办理本平台的服务，请选择其他窗口。")
    return found
