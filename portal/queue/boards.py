"""What the walls show: numbers, windows, door signs, how many wait where, notices. Never a name, an identity number or a matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import registry
from portal.organisation.models import Service, Window, WindowService
from portal.queue import notices, schedule
from portal.queue.models import Call, Ticket, WindowSession, at_window
from portal.trail.models import Revision

RECENT = 6
AT_WINDOW = ("called", "serving")
# what a block shows changes with these topics
TOPICS = {"windows": ("queue",), "waiting": ("queue",), "schedule": ("schedule",)}


@dataclass(frozen=True)
class Scope:
    """Whose board it is: the hall's, that of one waiting area, or that of one window."""

    centre_id: int
    area: str = ""
    window_id: int | None = None


@dataclass(frozen=True)
class Called:
    """A number, the window it was called to, and that window's door sign: all that a wall may say."""

    number: str
    place: str
    sign: str


@dataclass(frozen=True)
class Calls:
    """``mark`` changes with every call and recall; ``recent`` are the last distinct tickets before the current one."""

    mark: str
    current: Called | None
    recent: tuple[Called, ...]


@dataclass(frozen=True)
class WindowNow:
    """A window now. ``state``: called, serving, waiting (请稍候), closed (暂停服务; why is nobody's business)."""

    place: str
    sign: str
    state: str
    number: str = ""
    room: bool = False
    mark: str = ""


@dataclass(frozen=True)
class AreaWaiting:
    """How many wait in an area: ``numbers`` (批次) and the ``people`` who came with them (人次)."""

    area: str
    numbers: int
    people: int


@dataclass(frozen=True)
class Board:
    """What one wall shows at a moment: ``blocks`` in order, each with its content by kind in ``shown``."""

    mark: str
    blocks: tuple[str, ...]
    shown: dict[str, object]
    notices: tuple[str, ...]


def board(session: Session, scope: Scope, blocks: tuple[str, ...], at: datetime) -> Board:
    """The board of ``scope`` with ``blocks``. A fixed number of queries for each block, however large the hall."""
    day = clock.day_of(at)
    shown: dict[str, object] = {}
    if scope.window_id:
        here = window_now(session, scope.window_id, day)
        mark, shown["call"] = here.mark, here
    else:
        heard = calls(session, scope, day)
        mark, shown["call"], shown["recent"] = heard.mark, heard.current, heard.recent
    if "windows" in blocks:
        shown["windows"] = windows_now(session, scope, day)
    if "waiting" in blocks:
        shown["waiting"] = waiting_now(session, scope, day)
    if "schedule" in blocks:
        shown["schedule"] = schedule.upcoming(session, scope.centre_id, day)
    shown["notices"] = running = notices.running(session, scope.centre_id, at)
    return Board(mark, blocks, {kind: shown[kind] for kind in blocks}, running)


def topics(scope: Scope, blocks: tuple[str, ...]) -> tuple[str, ...]:
    """What changes such a board, sorted."""
    further = (topic for block in blocks for topic in TOPICS.get(block, ()))
    window = {f"window:{scope.window_id}"} if scope.window_id else set()
    return tuple(sorted({"board", *further} | window))


# every screen asks this after every call: built once
_REVISIONS = select(Revision.topic, Revision.value).where(
    Revision.centre_id == bindparam("centre_id"), Revision.topic.in_(bindparam("topics", expanding=True))
)


def revisions(session: Session, centre_id: int, wanted: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each of the topics changed, in one query."""
    rows = session.execute(_REVISIONS, {"centre_id": centre_id, "topics": list(wanted)})
    return tuple(sorted(tuple(row) for row in rows))


def calls(session: Session, scope: Scope, day: date) -> Calls:
    """The calls of ``day``. The mark counts them too: of two calls committed crosswise neither goes unannounced."""
    today = [Call.centre_id == scope.centre_id, Call.day == day]
    if scope.area:
        today.append(Call.area == scope.area)
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
    return Calls(f"{rows[0].id}-{count}" if rows else "", called[0] if called else None, tuple(called[1:]))


def window_now(session: Session, window_id: int, day: date) -> WindowNow:
    """One window, also a disabled one: its number now, or whether it is open."""
    return _windows(session, day, Window.id == window_id)[0]


def windows_now(session: Session, scope: Scope, day: date) -> tuple[WindowNow, ...]:
    """The windows in the hall's order; of an area, those that take a service which waits there."""
    wanted = [Window.centre_id == scope.centre_id, Window.enabled]
    if scope.area:
        takes = exists().where(WindowService.window_id == Window.id, WindowService.service_id == Service.id)
        wanted.append(takes.where(Service.area == scope.area, Service.enabled))
    return _windows(session, day, *wanted)


def _windows(session: Session, day: date, *wanted: object) -> tuple[WindowNow, ...]:
    # what stands in the database of an earlier day (nobody closed the window, nobody ended the visit) is not so any more
    since = clock.at_hall(day)
    rows = session.execute(
        select(
            Window.name,
            Window.sign,
            Window.kind,
            WindowSession.state.label("session"),
            Ticket.id,
            Ticket.number,
            Ticket.state,
            Ticket.calls,
        )
        .outerjoin(
            WindowSession,
            (WindowSession.window_id == Window.id)
            & WindowSession.closed_at.is_(None)
            & (WindowSession.opened_at >= since),
        )
        .outerjoin(Ticket, (Ticket.window_id == Window.id) & at_window() & (Ticket.day == day))
        .where(*wanted)
        .order_by(Window.position, Window.id)
    )
    return tuple(_window(row) for row in rows)


def _window(row: object) -> WindowNow:
    room = row.kind == "room"
    if row.number:
        return WindowNow(row.name, row.sign, row.state, row.number, room, f"{row.id}-{row.calls}")
    return WindowNow(row.name, row.sign, "waiting" if row.session == "serving" else "closed", room=room)


def waiting_now(session: Session, scope: Scope, day: date) -> tuple[AreaWaiting, ...]:
    """Who waits where, area by area, in the hall's order; an area where only a sealed platform's visitors sit is left out."""
    sealed = [platform.code for platform in registry.platforms() if platform.sealed]
    offered = [Service.centre_id == scope.centre_id, Service.enabled, Service.area != ""]
    if scope.area:
        offered.append(Service.area == scope.area)
    queued = (
        select(Ticket.service_id, func.count().label("numbers"), func.sum(Ticket.headcount).label("people"))
        .where(Ticket.centre_id == scope.centre_id, Ticket.day == day, Ticket.state == "waiting")
        .group_by(Ticket.service_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Service.area,
            func.coalesce(func.sum(queued.c.numbers), 0),
            func.coalesce(func.sum(queued.c.people), 0),
        )
        .outerjoin(queued, queued.c.service_id == Service.id)
        .where(*offered)
        .group_by(Service.area)
        .having(func.count().filter(Service.platform.not_in(sealed)) > 0)
        .order_by(func.min(Service.position), Service.area)
    )
    return tuple(AreaWaiting(area, int(numbers), int(people)) for area, numbers, people in rows)
