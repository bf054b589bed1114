"""Calling: exactly one window gets a number, and every call says why this one was next."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.access.actor import Actor
from portal.organisation.models import WindowService
from portal.queue import priorities
from portal.queue.models import Call, Period, Ticket
from portal.queue.operations.moves import CALLED, MISSED, WAITING, change_period, move, note
from portal.queue.operations.refusals import Refused, StaleTicket, StillServing
from portal.queue.operations.windows import PAUSED, SERVING, Place, place_of
from portal.trail import operations as trail

RECALLS = 3  # the hall's own rule: after so many calls only 过号 is offered


def call_next(session: Session, actor: Actor, *, at: datetime) -> Ticket | None:
    """Call the first of those who wait for the actor's window; None where nobody waits.

    One conditional UPDATE decides: two windows can never get the same number. Raises StillServing (a doubled click),
    Refused where the window is not open or paused.
    """
    place = _ready(session, actor)
    ticket = _claim(session, actor, place, at)
    if ticket is None:
        return None
    _announce(session, actor, place, ticket, at, why(session, place, ticket, at))
    return ticket


def call_particular(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """Call one number out of its turn. Raises StaleTicket where it no longer waits, StillServing, Refused."""
    place = _ready(session, actor)
    offered = select(WindowService.service_id).where(WindowService.window_id == place.window_id)
    wanted = session.scalar(
        select(Ticket.service_id).where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    )
    if wanted is not None and wanted not in set(session.scalars(offered)):
        raise Refused(f"{place.name} 不办理这个号的服务。")
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(WAITING,),
        target=CALLED,
        at=at,
        window_id=place.window_id,
        account_id=actor.id,
        called_at=at,
        calls=1,
    )
    _announce(session, actor, place, ticket, at, "指定叫号，未按排队先后")
    return ticket


def recall(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """Call the same number again, up to RECALLS calls in all. Raises StaleTicket, Refused beyond the limit."""
    calls = session.scalar(select(Ticket.calls).where(Ticket.id == ticket_id, Ticket.state == CALLED))
    if calls is not None and calls >= RECALLS:
        raise Refused(f"已叫 {calls} 次，不再重呼，请按“过号”。")
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(CALLED,),
        target=CALLED,
        at=at,
        mine=True,
        calls=Ticket.calls + 1,
    )
    _store_call(session, actor, ticket, at, again=True, reason=f"第 {ticket.calls} 次叫号")
    note(session, actor, ticket, "ticket.recalled", at, {"window_id": ticket.window_id, "calls": ticket.calls})
    trail.bump(session, actor.centre_id, "board", f"window:{ticket.window_id}")
    return ticket


def miss(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """过号: nobody came. The greeter's desk can bring the number back. Raises StaleTicket."""
    ticket = move(session, actor, ticket_id, version=version, source=(CALLED,), target=MISSED, at=at, mine=True)
    note(session, actor, ticket, "ticket.missed", at, {"window_id": ticket.window_id, "calls": ticket.calls})
    trail.bump(session, actor.centre_id, "board", "queue", f"window:{ticket.window_id}")
    return ticket


def _ready(session: Session, actor: Actor) -> Place:
    place = place_of(session, actor)
    if place.ticket_number:
        raise StillServing(f"{place.name} 正在接待 {place.ticket_number}，请先办结、挂起或过号。")
    if place.state != SERVING:
        word = "暂停服务" if place.state == PAUSED else "处理后台工作"
        raise Refused(f"{place.name} 正在{word}，请先恢复服务再叫号。")
    return place


def _claim(session: Session, actor: Actor, place: Place, at: datetime) -> Ticket | None:
    front = (
        select(Ticket.id)
        .where(*_waiting_for(actor.centre_id, place.window_id, clock.day_of(at)))
        .order_by(Ticket.rank, Ticket.id)
        .limit(1)
    )
    if session.get_bind().dialect.name == "postgresql":
        # a row another window is just claiming is passed over instead of waited for
        front = front.with_for_update(skip_locked=True)
    # the front row is fetched first on both: PostgreSQL may evaluate a locking subquery of an UPDATE more than once
    chosen = session.scalar(front)
    if chosen is None:
        return None
    claim = (
        update(Ticket)
        .where(Ticket.id == chosen, Ticket.state == WAITING)
        .values(
            state=CALLED,
            version=Ticket.version + 1,
            window_id=place.window_id,
            account_id=actor.id,
            called_at=at,
            calls=1,
        )
        .returning(Ticket)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    try:
        ticket = session.scalar(claim)
    except IntegrityError as problem:
        raise StillServing("您或本窗口已有一位来访人，请先办结、挂起或过号。") from problem
    if ticket is None:
        raise StaleTicket("这个号刚被其他窗口叫走，请再按一次。")
    change_period(session, ticket, at)
    return ticket


def _waiting_for(centre_id: int, window_id: int, day: object) -> tuple:
    offered = select(WindowService.service_id).where(WindowService.window_id == window_id)
    return (
        Ticket.centre_id == centre_id,
        Ticket.service_id.in_(offered),
        Ticket.state == WAITING,
        Ticket.day == day,
    )


def why(session: Session, place: Place, ticket: Ticket, at: datetime) -> str:
    """Why ``ticket`` was next at the window, compared with those who still wait there, in one Chinese sentence."""
    other = aliased(Ticket)
    offered = select(WindowService.service_id).where(WindowService.window_id == place.window_id)
    queue = (
        other.centre_id == ticket.centre_id,
        other.service_id.in_(offered),
        other.state == WAITING,
        other.day == ticket.day,
    )
    ahead = (other.rank <= ticket.rank, tuple_(other.rank, other.id) < tuple_(ticket.rank, ticket.id))
    skipped, overtook, relayed = session.execute(
        select(
            select(func.count()).select_from(other).where(*queue, *ahead).scalar_subquery(),
            exists().where(*queue, other.taken_at < ticket.taken_at, other.rank > ticket.rank),
            exists().where(Period.ticket_id == ticket.id, Period.kind == "serving"),
        )
    ).one()
    minutes = max(at - ticket.taken_at, timedelta(0)) // timedelta(minutes=1)
    if relayed:
        reason = f"接力号，保留原等候时间，取号至今 {minutes} 分"
    elif overtook:
        reason = f"按优先类别（{priorities.label(ticket.priority)}），已等 {minutes} 分"
    else:
        reason = f"按取号先后，已等 {minutes} 分"
    return f"{reason}；更靠前的 {skipped} 个号正由其他窗口叫号" if skipped else reason


def _announce(session: Session, actor: Actor, place: Place, ticket: Ticket, at: datetime, reason: str) -> None:
    _store_call(session, actor, ticket, at, again=False, reason=reason)
    note(session, actor, ticket, "ticket.called", at, {"window_id": place.window_id, "why": reason})
    trail.bump(session, actor.centre_id, "board", "queue", f"window:{place.window_id}")


def _store_call(session: Session, actor: Actor, ticket: Ticket, at: datetime, *, again: bool, reason: str) -> None:
    session.execute(
        insert(Call).values(
            centre_id=ticket.centre_id,
            day=ticket.day,
            ticket_id=ticket.id,
            number=ticket.number,
            window_id=ticket.window_id,
            account_id=actor.id,
            at=at,
            again=again,
            why=reason,
        )
    )
