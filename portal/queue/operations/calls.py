"""Calling: exactly one window gets a number, and every call says why this one was next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.access.actor import Actor
from portal.organisation.models import Service, Window, WindowService
from portal.queue import order, priorities
from portal.queue.models import Appointment, Call, Period, Ticket
from portal.queue.operations import announcing
from portal.queue.operations.moves import CALLED, MISSED, WAITING, change_period, move, note
from portal.queue.operations.refusals import Refused, StaleTicket, StillServing
from portal.queue.operations.windows import PAUSED, SERVING, Place, place_of
from portal.queue.standing import standing, takes, waits
from portal.trail import operations as trail

RECALLS = 3  # the hall's own rule: after so many calls only 过号 is offered


def call_next(session: Session, actor: Actor, *, at: datetime) -> Ticket | None:
    """Call the first of those who wait for the actor's window; None where nobody waits.

    One conditional UPDATE decides: two windows can never get the same number. Raises StillServing (a doubled click),
    Refused where the window is not open or paused.
    """
    place = ready(session, actor, at)
    ticket = _claim(session, actor, place, at)
    if ticket is None:
        return None
    _announce(session, actor, place, ticket, at, why(session, actor, place, ticket, at))
    return ticket


def call_particular(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """Call one number out of its turn. Raises StaleTicket where it no longer waits, StillServing, Refused."""
    place = ready(session, actor, at)
    refuse_foreign(session, actor, place, ticket_id)
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


def refuse_foreign(session: Session, actor: Actor, place: Place, ticket_id: int) -> None:
    """Raise Refused where the number's service is none of the window's; a number that is gone is for others to refuse."""
    offered = select(WindowService.service_id).where(WindowService.window_id == place.window_id)
    wanted = session.scalar(
        select(Ticket.service_id).where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    )
    if wanted is not None and wanted not in set(session.scalars(offered)):
        raise Refused(f"{place.name} 不办理这个号的服务。")


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


def ready(session: Session, actor: Actor, at: datetime) -> Place:
    """The actor's window, if a visitor may come to it now. Raises StillServing, Refused where paused or left open yesterday."""
    place = place_of(session, actor)
    if place.ticket_number:
        raise StillServing(f"{place.name} 正在接待 {place.ticket_number}，请先办结、挂起或过号。")
    if place.state != SERVING:
        word = "暂停服务" if place.state == PAUSED else "处理后台工作"
        raise Refused(f"{place.name} 正在{word}，请先恢复服务再叫号。")
    if place.left_open(at):
        raise Refused(f"{place.name} 是以前开的窗，一直没有关闭。请先按“关闭昨日窗口”，再重新开窗。")
    return place


def _claim(session: Session, actor: Actor, place: Place, at: datetime) -> Ticket | None:
    front = (
        select(Ticket.id)
        .join(WindowService, takes(place.window_id))
        .where(*waits(actor.centre_id, clock.day_of(at), place.window_id, actor.id))
        .order_by(standing(place.quick), Ticket.id)
        .limit(1)
    )
    if session.get_bind().dialect.name == "postgresql":
        # a row another window is just claiming is passed over instead of waited for
        front = front.with_for_update(skip_locked=True, of=Ticket)
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


@dataclass(frozen=True)
class _Before:
    """What one query says of the number chosen, compared with those who still wait for the window."""

    passed: int
    overtook: bool
    less_wanted: bool
    served: bool
    elsewhere: bool
    returned: bool


def why(session: Session, actor: Actor, place: Place, ticket: Ticket, at: datetime) -> str:
    """Why ``ticket`` was next at the window, compared with those who still wait there, in one Chinese sentence."""
    found = _before(session, actor, place, ticket)
    appointed = _appointed(session, ticket)
    kept_for = "本人" if ticket.for_account_id == actor.id else ""
    chosen = order.Chosen(
        ticket,
        relayed=found.elsewhere and not found.returned,
        moved=found.served and not found.elsewhere and not found.returned,
        returned=found.returned,
        appointed=appointed,
        kept_for=kept_for or (place.name if ticket.for_window_id == place.window_id else ""),
        overtook=found.overtook,
        preferred=found.less_wanted,
        quick=place.quick and ticket.quick and found.overtook,
        passed=found.passed,
    )
    return order.reason(chosen, at, f"{clock.local(appointed):%H:%M}" if appointed else "")


def _appointed(session: Session, ticket: Ticket) -> datetime | None:
    """The time of the appointment that the number stands by (one that came late, or long before, stands by its coming)."""
    if ticket.appointment_id is None:
        return None
    slot = session.scalar(select(Appointment.slot).where(Appointment.id == ticket.appointment_id))
    promised = clock.at_hall(ticket.day, *divmod(slot, 60))
    return promised if ticket.rank == priorities.rank("appointment", promised) else None


def _before(session: Session, actor: Actor, place: Place, ticket: Ticket) -> _Before:
    other = aliased(Ticket)
    preference = session.scalar(
        select(WindowService.preference).where(
            WindowService.window_id == place.window_id, WindowService.service_id == ticket.service_id
        )
    )
    taste = order.Taste(((ticket.service_id, preference),), place.quick)
    queue = (
        select(func.count())
        .select_from(other)
        .join(WindowService, takes(place.window_id, other))
        .where(*waits(actor.centre_id, ticket.day, place.window_id, actor.id, other))
    )
    ahead = tuple_(standing(place.quick, other), other.id) < tuple_(ticket.rank + taste.shift(ticket), ticket.id)
    before, less_wanted = other.taken_at < ticket.taken_at, WindowService.preference > preference
    served = (Period.ticket_id == ticket.id, Period.kind == "serving")
    came = select(Period.kind).where(Period.ticket_id == ticket.id).order_by(Period.id.desc()).offset(2).limit(1)
    row = session.execute(
        select(
            queue.where(ahead).scalar_subquery(),
            queue.where(before, ~ahead).scalar_subquery(),
            queue.where(before, less_wanted).scalar_subquery(),
            exists().where(*served),
            exists().where(*served, Window.id == Period.window_id, Window.platform != place.platform),
            came.scalar_subquery(),
        )
    ).one()
    return _Before(row[0], bool(row[1]), bool(row[2]), bool(row[3]), bool(row[4]), row[5] in ("missed", "holding"))


def _announce(session: Session, actor: Actor, place: Place, ticket: Ticket, at: datetime, reason: str) -> None:
    _store_call(session, actor, ticket, at, again=False, reason=reason)
    note(session, actor, ticket, "ticket.called", at, {"window_id": place.window_id, "why": reason})
    trail.bump(session, actor.centre_id, "board", "queue", f"window:{place.window_id}")


def _store_call(session: Session, actor: Actor, ticket: Ticket, at: datetime, *, again: bool, reason: str) -> None:
    stored = session.execute(
        insert(Call)
        .values(
            centre_id=ticket.centre_id,
            day=ticket.day,
            ticket_id=ticket.id,
            number=ticket.number,
            window_id=ticket.window_id,
            account_id=actor.id,
            at=at,
            again=again,
            why=reason,
            area=select(Service.area).where(Service.id == ticket.service_id).scalar_subquery(),
        )
        .returning(Call.id, Call.area)
    ).one()
    announcing.make(
        session,
        ticket.centre_id,
        stored.id,
        number=ticket.number,
        window_id=ticket.window_id,
        area=stored.area,
        at=at,
    )
