"""Wall screens and facing tablets: pairing, and what their boards show. A screen is a device, never a person's login.

Boards know numbers, windows and door signs; nothing here reads a name, an identity number or a matter.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case, Rating
from portal.cases.operations import FieldProblems, Refused
from portal.keys import ring
from portal.organisation.models import Window
from portal.queue.models import Call, Screen, Ticket, WindowSession
from portal.trail import operations as trail

COOKIE = "portal_screen"
KINDS = (("hall", "大厅屏"), ("window", "窗口屏"), ("facing", "评价屏"))
LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"  # read from a wall and typed by an administrator: nothing that looks like another
CODE_LENGTH = 6
RECENT = 6
WAITS_FOR = timedelta(hours=12)
MOST_WAITING = 50


def find(session: Session, token: str | None, at: datetime) -> Screen | None:
    """The device with this token: waiting (``approved_at`` is None) or approved. None once revoked or forgotten."""
    if not token:
        return None
    wanted = select(Screen).where(Screen.token_hash == ring.digest("screen", token), Screen.revoked_at.is_(None))
    return session.scalar(wanted.where(or_(Screen.approved_at.is_not(None), Screen.asked_at > at - WAITS_FOR)))


def ask(session: Session, *, at: datetime) -> tuple[Screen, str]:
    """A new device that waits to be approved, and the secret token it alone keeps. Forgets those that waited too long.

    Raises Refused where too many wait: any browser on the intranet can ask.
    """
    session.execute(delete(Screen).where(Screen.approved_at.is_(None), Screen.asked_at <= at - WAITS_FOR))
    unanswered = select(Screen.pairing_code).where(Screen.approved_at.is_(None), Screen.revoked_at.is_(None))
    waiting = set(session.scalars(unanswered))
    if len(waiting) >= MOST_WAITING:
        raise Refused("等待配对的屏幕过多，请联系系统管理员处理后刷新本页。")
    token = secrets.token_urlsafe(32)
    code = _code()
    while code in waiting:
        code = _code()
    screen = Screen(pairing_code=code, token_hash=ring.digest("screen", token), asked_at=at)
    session.add(screen)
    session.flush()
    return screen, token


def approve(
    session: Session, actor: Actor, screen_id: int, *, kind: str, window_id: int | None, name: str, at: datetime
) -> Screen:
    """Make a waiting device a screen of the actor's centre, or give an approved one another task.

    Raises FieldProblems (kind, window_id), Refused where the device is gone or belongs to another centre.
    """
    screen = session.scalar(select(Screen).where(Screen.id == screen_id).with_for_update())
    if screen is None or screen.revoked_at or screen.centre_id not in (None, actor.centre_id):
        raise Refused("这块屏幕已经撤销或不存在，请刷新后再看。")
    window = session.get(Window, window_id) if window_id and kind != "hall" else None
    problems = {}
    if kind not in dict(KINDS):
        problems["kind"] = "请选择屏幕用途。"
    elif kind != "hall" and (window is None or window.centre_id != actor.centre_id):
        problems["window_id"] = "窗口屏、评价屏须选择窗口。"
    if problems:
        raise FieldProblems(problems)
    screen.centre_id, screen.kind, screen.window_id = actor.centre_id, kind, window.id if window else None
    screen.name = name.strip() or (f"{window.name}{dict(KINDS)[kind]}" if window else dict(KINDS)[kind])
    screen.approved_at, screen.approved_by = at, actor.id
    _note(session, actor, screen, "screen.approved", at, {"kind": kind, "window_id": screen.window_id})
    return screen


def revoke(session: Session, actor: Actor, screen_id: int, *, at: datetime) -> Screen:
    """Take the board from a device, or send a waiting one away; its token is worth nothing from now on. Raises Refused."""
    screen = session.scalar(select(Screen).where(Screen.id == screen_id).with_for_update())
    if screen is None or screen.revoked_at or screen.centre_id not in (None, actor.centre_id):
        raise Refused("这块屏幕已经撤销或不存在，请刷新后再看。")
    screen.revoked_at = at
    _note(session, actor, screen, "screen.revoked", at, {"kind": screen.kind})
    return screen


def waiting(session: Session, at: datetime) -> list[Screen]:
    """Devices that show a pairing code now, the newest first."""
    wanted = select(Screen).where(
        Screen.approved_at.is_(None), Screen.revoked_at.is_(None), Screen.asked_at > at - WAITS_FOR
    )
    return list(session.scalars(wanted.order_by(Screen.id.desc())))


@dataclass(frozen=True)
class Approved:
    """A paired screen in the administrator's list."""

    screen: Screen
    kind: str
    window: str


def approved(session: Session, centre_id: int) -> list[Approved]:
    """The centre's paired screens, by name."""
    wanted = (
        select(Screen, Window.name)
        .outerjoin(Window, Window.id == Screen.window_id)
        .where(Screen.centre_id == centre_id, Screen.approved_at.is_not(None), Screen.revoked_at.is_(None))
        .order_by(Screen.name, Screen.id)
    )
    return [Approved(screen, dict(KINDS)[screen.kind], window or "") for screen, window in session.execute(wanted)]


def windows(session: Session, centre_id: int) -> list[tuple[int, str]]:
    """(id, "name sign") of the windows a screen can belong to."""
    wanted = select(Window.id, Window.name, Window.sign).where(Window.centre_id == centre_id, Window.enabled)
    return [(row.id, f"{row.name} {row.sign}") for row in session.execute(wanted.order_by(Window.position, Window.id))]


@dataclass(frozen=True)
class Called:
    """A number, the window it was called to, and that window's door sign: all that a wall may say."""

    number: str
    place: str
    sign: str


@dataclass(frozen=True)
class HallBoard:
    """``mark`` changes with every call and recall; ``recent`` are the last distinct tickets before the current one."""

    mark: str
    current: Called | None
    recent: tuple[Called, ...]


def hall_board(session: Session, centre_id: int, day: date) -> HallBoard:
    """The hall's calls of ``day``. The mark counts them too: of two calls committed crosswise neither goes unannounced."""
    today = (Call.centre_id == centre_id, Call.day == day)
    last = (
        select(func.max(Call.id).label("id")).where(*today).group_by(Call.ticket_id).order_by(func.max(Call.id).desc())
    )
    last = last.limit(RECENT + 1).subquery()
    wanted = (
        select(Call.id, Call.number, Window.name, Window.sign)
        .join(last, last.c.id == Call.id)
        .join(Window, Window.id == Call.window_id)
        .order_by(Call.id.desc())
    )
    rows = session.execute(wanted).all()
    called = [Called(row.number, row.name, row.sign) for row in rows]
    count = session.scalar(select(func.count()).select_from(Call).where(*today))
    return HallBoard(f"{rows[0].id}-{count}" if rows else "", called[0] if called else None, tuple(called[1:]))


@dataclass(frozen=True)
class WindowBoard:
    """What stands over one window. ``state``: called, serving, waiting (请稍候), closed (暂停服务; why is nobody's business)."""

    mark: str
    place: str
    sign: str
    state: str
    number: str = ""


def window_board(session: Session, window_id: int) -> WindowBoard:
    """The window's number now, or whether it is open."""
    window = session.get(Window, window_id)
    here = select(Ticket.id, Ticket.number, Ticket.state, Ticket.calls).where(
        Ticket.window_id == window_id, Ticket.state.in_(("called", "serving"))
    )
    if ticket := session.execute(here).first():
        return WindowBoard(f"{ticket.id}-{ticket.calls}", window.name, window.sign, ticket.state, ticket.number)
    seat = select(WindowSession.state).where(WindowSession.window_id == window_id, WindowSession.closed_at.is_(None))
    return WindowBoard("", window.name, window.sign, "waiting" if session.scalar(seat) == "serving" else "closed")


@dataclass(frozen=True)
class ToRate:
    """The visitor who has just left a window, and the finished matter that can be rated there."""

    ticket_id: int
    number: str
    place: str
    case_id: int


def to_rate(session: Session, window_id: int, day: date) -> ToRate | None:
    """Who may rate in front of ``window_id`` now: the last visitor of ``day``, until the next one is called there.

    Only a closed case that nobody has rated; whoever comes next must never meet somebody else's form.
    """
    at_window = select(Ticket.id).where(Ticket.window_id == window_id, Ticket.state.in_(("called", "serving")))
    if session.scalar(at_window.limit(1)):
        return None
    wanted = (
        select(Ticket.id, Ticket.number, Window.name, Case.id, Case.closed_at, Rating.case_id)
        .join(Window, Window.id == Ticket.window_id)
        .outerjoin(Case, Case.id == Ticket.case_id)
        .outerjoin(Rating, Rating.case_id == Ticket.case_id)
        .where(Ticket.window_id == window_id, Ticket.day == day, Ticket.ended_at.is_not(None))
        .order_by(Ticket.ended_at.desc(), Ticket.id.desc())
        .limit(1)
    )
    row = session.execute(wanted).first()
    if row is None or row[4] is None or row[5] is not None:
        return None
    return ToRate(row[0], row[1], row[2], row[3])


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def _note(session: Session, actor: Actor, screen: Screen, kind: str, at: datetime, data: dict) -> None:
    chain = f"screen:{screen.id}"
    trail.append(
        session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data={**data, "name": screen.name}
    )
    trail.bump(session, actor.centre_id, chain)
