"""Window sessions: 一人一窗, kept by the database's own constraints."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account
from portal.organisation.models import Window
from portal.queue.models import Ticket, WindowSession, at_window
from portal.queue.operations.moves import HELD
from portal.queue.operations.refusals import Refused, StillServing
from portal.trail import operations as trail

SERVING, PAUSED, BACKOFFICE = "serving", "paused", "backoffice"
STATES = {SERVING: "服务", PAUSED: "暂停", BACKOFFICE: "后台"}


@dataclass(frozen=True)
class Place:
    """Where a clerk sits now, as one query found it. ``ticket_id`` is the visitor at the window, if any; ``quick``: 快办窗口."""

    session_id: int
    window_id: int
    name: str
    platform: str
    state: str
    ticket_id: int | None
    ticket_number: str | None
    quick: bool = False
    opened_at: datetime | None = None

    def left_open(self, at: datetime) -> bool:
        """Whether it was opened on a day before ``at``'s and never closed."""
        return self.opened_at is not None and clock.day_of(self.opened_at) != clock.day_of(at)


def place_of(session: Session, actor: Actor) -> Place:
    """The actor's open window and who is at it. Raises Refused where the actor has opened none."""
    row = session.execute(
        select(
            WindowSession.id,
            Window.id,
            Window.name,
            Window.platform,
            WindowSession.state,
            Ticket.id,
            Ticket.number,
            Window.quick,
            WindowSession.opened_at,
        )
        .join(Window, Window.id == WindowSession.window_id)
        .outerjoin(Ticket, (Ticket.account_id == WindowSession.account_id) & at_window())
        .where(WindowSession.account_id == actor.id, WindowSession.closed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Refused("您还没有开窗，请先选择窗口并开窗。")
    return Place(*row)


def open_window(session: Session, actor: Actor, window_id: int, *, at: datetime) -> WindowSession:
    """Sit down at a window of one's own platforms. Raises Refused, naming who sits there already."""
    window = session.get(Window, window_id)
    if window is None or window.centre_id != actor.centre_id or not window.enabled:
        raise Refused("没有这个窗口，或窗口已停用。")
    if window.platform not in actor.platforms:
        raise Refused(f"{window.name} 不属于您所在的平台。")
    _refuse_taken(session, actor, window)
    opened = WindowSession(
        centre_id=actor.centre_id, window_id=window.id, account_id=actor.id, state=SERVING, opened_at=at
    )
    try:
        with session.begin_nested():
            session.add(opened)
            session.flush()
    except IntegrityError as problem:
        _refuse_taken(session, actor, window)
        raise Refused(f"{window.name} 刚刚被他人开启。") from problem
    _note(session, actor, "window.opened", window.id, at)
    return opened


def close_window(session: Session, actor: Actor, *, at: datetime) -> None:
    """End the session. Raises StillServing while a visitor is at the window, Refused while the clerk holds numbers."""
    place = place_of(session, actor)
    _refuse_visitor(place, "关闭窗口")
    held = select(Ticket.number).where(Ticket.account_id == actor.id, Ticket.state == HELD).order_by(Ticket.id)
    if numbers := list(session.scalars(held)):
        raise Refused(f"您还有挂起的号 {'、'.join(numbers)}，请先恢复办理或结束。")
    _set(session, place, closed_at=at)
    _note(session, actor, "window.closed", place.window_id, at)


def close_left_open(session: Session, actor: Actor, *, at: datetime) -> None:
    """Close a window that was left open on an earlier day. Numbers still on hold stay listed for whoever ends them.

    Raises StillServing while a visitor of that day is at the window, Refused where the window was opened today.
    """
    place = place_of(session, actor)
    if not place.left_open(at):
        raise Refused(f"{place.name} 是今天开的，请用“关闭窗口”。")
    _refuse_visitor(place, "关闭昨日窗口")
    _set(session, place, closed_at=at)
    _note(session, actor, "window.closed", place.window_id, at, {"left_open": True})


def end_session(session: Session, actor: Actor, place: Place, kind: str, at: datetime, data: dict) -> None:
    """Close the session at ``place`` with the event ``kind``. Raises StillServing while a visitor is there."""
    _refuse_visitor(place, "交班")
    _set(session, place, closed_at=at)
    _note(session, actor, kind, place.window_id, at, data)


def pause(session: Session, actor: Actor, *, reason: str, at: datetime, backoffice: bool = False) -> None:
    """Stop calling for a while, for a reason (≤ 60 characters) that the overview shows. Raises Refused, StillServing."""
    place = place_of(session, actor)
    if not reason.strip():
        raise Refused("请填写暂停原因。")
    if place.state != SERVING:
        raise Refused(f"{place.name} 已经是“{STATES[place.state]}”状态。")
    _refuse_visitor(place, "暂停")
    _set(session, place, state=BACKOFFICE if backoffice else PAUSED, reason=reason.strip()[:60])
    _note(session, actor, "window.paused", place.window_id, at, {"backoffice": backoffice}, {"reason": reason.strip()})


def resume(session: Session, actor: Actor, *, at: datetime) -> None:
    """Serve again after a pause. Raises Refused where the window is not paused."""
    place = place_of(session, actor)
    if place.state == SERVING:
        raise Refused(f"{place.name} 正在服务，没有暂停。")
    _set(session, place, state=SERVING, reason="")
    _note(session, actor, "window.resumed", place.window_id, at)


def _refuse_visitor(place: Place, what: str) -> None:
    if place.ticket_number:
        raise StillServing(f"{place.ticket_number} 还在窗口，请先办结、挂起或过号再{what}。")


def _refuse_taken(session: Session, actor: Actor, window: Window) -> None:
    taken = session.execute(
        select(WindowSession.account_id, WindowSession.window_id, Account.name, Window.name)
        .join(Account, Account.id == WindowSession.account_id)
        .join(Window, Window.id == WindowSession.window_id)
        .where(
            WindowSession.closed_at.is_(None),
            (WindowSession.window_id == window.id) | (WindowSession.account_id == actor.id),
        )
    ).all()
    for account_id, window_id, _who, where in taken:
        if account_id == actor.id:
            here = "这个窗口您已经开启。" if window_id == window.id else f"您已在 {where} 开窗，一人一窗，请先关闭。"
            raise Refused(here)
    for _account_id, _window_id, who, where in taken:
        raise Refused(f"{where} 由 {who} 使用中，一窗一人。")


def _set(session: Session, place: Place, **values: object) -> None:
    session.execute(update(WindowSession).where(WindowSession.id == place.session_id).values(**values))


def _note(
    session: Session,
    actor: Actor,
    kind: str,
    window_id: int,
    at: datetime,
    data: dict | None = None,
    words: dict | None = None,
) -> None:
    trail.append(
        session,
        f"account:{actor.id}",
        kind,
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"window_id": window_id, **(data or {})},
        words=words,
    )
    trail.bump(session, actor.centre_id, "queue", f"window:{window_id}")
