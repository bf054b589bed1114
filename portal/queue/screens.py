"""Wall screens, kiosks and facing tablets: how they are paired and what they are for. A screen is a device, never a person's login."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case, Rating
from portal.cases.operations import FieldProblems, Refused
from portal.keys import ring
from portal.organisation.models import Service, Window
from portal.queue.models import Layout, Screen, Ticket, at_window
from portal.trail import operations as trail
from portal.trail.models import Revision

COOKIE = "portal_screen"
KINDS = (
    ("hall", "大厅屏"),
    ("zone", "区域屏"),
    ("window", "窗口屏"),
    ("schedule", "日程屏"),
    ("facing", "评价屏"),
    ("kiosk", "取号机"),
)
AT_A_WINDOW = ("window", "facing")
LONGEST_NAME = 40
LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"  # read from a wall and typed by an administrator: nothing that looks like another
CODE_LENGTH = 6
WAITS_FOR = timedelta(hours=12)
MOST_WAITING = 50


def find(session: Session, token: str | None, at: datetime) -> Screen | None:
    """The device with this token: waiting (``approved_at`` is None) or approved. None once revoked or forgotten."""
    if not token:
        return None
    wanted = select(Screen).where(Screen.token_hash == ring.digest("screen", token), Screen.revoked_at.is_(None))
    return session.scalar(wanted.where(or_(Screen.approved_at.is_not(None), Screen.asked_at > at - WAITS_FOR)))


def find_with_revision(session: Session, token: str | None) -> tuple[Screen, int | None] | None:
    """The device, and the revision of its own topic: of one statement, so that neither is newer than the other."""
    if not token:
        return None
    topic = literal("screen:") + cast(Screen.id, String)
    wanted = (
        select(Screen, Revision.value)
        .outerjoin(Revision, (Revision.centre_id == Screen.centre_id) & (Revision.topic == topic))
        .where(Screen.token_hash == ring.digest("screen", token), Screen.revoked_at.is_(None))
        .where(Screen.approved_at.is_not(None))
    )
    row = session.execute(wanted).one_or_none()
    return (row[0], row[1]) if row else None


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
    session: Session,
    actor: Actor,
    screen_id: int,
    *,
    kind: str,
    window_id: int | None = None,
    name: str = "",
    area: str = "",
    layout_id: int | None = None,
    at: datetime,
) -> Screen:
    """Make a waiting device a screen of the actor's centre, or give an approved one another task.

    ``window_id`` counts for window and facing, ``area`` for zone; ``layout_id`` None shows what its kind usually shows.
    Raises FieldProblems (kind, window_id, area, layout_id), Refused where the device is gone or another centre's.
    """
    screen = session.scalar(select(Screen).where(Screen.id == screen_id).with_for_update())
    if screen is None or screen.revoked_at or screen.centre_id not in (None, actor.centre_id):
        raise Refused("这块屏幕已经撤销或不存在，请刷新后再看。")
    window = session.get(Window, window_id) if window_id and kind in AT_A_WINDOW else None
    layout = session.get(Layout, layout_id, with_for_update=True) if layout_id else None
    area = area if kind == "zone" else ""
    problems = {}
    if kind not in dict(KINDS):
        problems["kind"] = "请选择屏幕用途。"
    elif kind in AT_A_WINDOW and (window is None or window.centre_id != actor.centre_id):
        problems["window_id"] = "窗口屏、评价屏须选择窗口。"
    elif kind == "zone" and area not in areas(session, actor.centre_id):
        problems["area"] = "区域屏须选择等候区。"
    elif layout_id and (layout is None or layout.centre_id != actor.centre_id or layout.kind != kind):
        problems["layout_id"] = f"这个版式不是{dict(KINDS)[kind]}的，请另选，或按默认显示。"
    if problems:
        raise FieldProblems(problems)
    screen.centre_id, screen.kind, screen.area = actor.centre_id, kind, area
    screen.window_id, screen.layout_id = window.id if window else None, layout.id if layout else None
    screen.name = name.strip() or f"{window.name if window else area}{dict(KINDS)[kind]}"[:LONGEST_NAME]
    screen.approved_at, screen.approved_by = at, actor.id
    stated = {"kind": kind, "window_id": screen.window_id, "area": area, "layout_id": screen.layout_id}
    _note(session, actor, screen, "screen.approved", at, stated)
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
    """A paired screen in the administrator's list; ``place`` is its window or area, ``layout`` the layout's name or ""."""

    screen: Screen
    kind: str
    place: str
    layout: str


def approved(session: Session, centre_id: int) -> list[Approved]:
    """The centre's paired screens, by name."""
    wanted = (
        select(Screen, Window.name, Layout.name)
        .outerjoin(Window, Window.id == Screen.window_id)
        .outerjoin(Layout, Layout.id == Screen.layout_id)
        .where(Screen.centre_id == centre_id, Screen.approved_at.is_not(None), Screen.revoked_at.is_(None))
        .order_by(Screen.name, Screen.id)
    )
    return [
        Approved(screen, dict(KINDS)[screen.kind], window or screen.area, layout or "")
        for screen, window, layout in session.execute(wanted)
    ]


def windows(session: Session, centre_id: int) -> list[tuple[int, str]]:
    """(id, "name sign") of the windows a screen can belong to."""
    wanted = select(Window.id, Window.name, Window.sign).where(Window.centre_id == centre_id, Window.enabled)
    return [(row.id, f"{row.name} {row.sign}") for row in session.execute(wanted.order_by(Window.position, Window.id))]


def areas(session: Session, centre_id: int) -> list[str]:
    """The waiting areas of the centre's services on offer, in the hall's order."""
    wanted = select(Service.area).where(Service.centre_id == centre_id, Service.enabled, Service.area != "")
    return list(session.scalars(wanted.group_by(Service.area).order_by(func.min(Service.position), Service.area)))


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
    here = select(Ticket.id).where(Ticket.window_id == window_id, at_window())
    if session.scalar(here.limit(1)):
        return None
    wanted = (
        select(Ticket.id, Ticket.number, Window.name, Case.id, Case.closed_at, Rating.case_id)
        .join(Window, Window.id == Ticket.window_id)
        .outerjoin(Case, Case.id == Ticket.case_id)
        .outerjoin(Rating, Rating.case_id == Ticket.case_id)
        .where(Window.id == window_id, Ticket.centre_id == Window.centre_id, Ticket.day == day)
        .where(Ticket.ended_at.is_not(None))
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
