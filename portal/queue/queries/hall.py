"""What the desk and the overview show: services, who waits where, windows, today's numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from portal.access.models import Account
from portal.documents.codes import grouped
from portal.organisation.models import Service, Window, WindowService
from portal.queue import order, priorities
from portal.queue.models import Ticket, WindowSession, at_window
from portal.queue.operations.moves import LABELS


@dataclass(frozen=True)
class ServiceState:
    """A service now: who waits, since when the longest, and how many of its windows serve or are merely staffed."""

    id: int
    name: str
    platform: str
    prefix: str
    area: str
    waiting: int
    oldest: datetime | None
    serving: int
    staffed: int


@dataclass(frozen=True)
class WindowState:
    """A window now. ``state`` is "" where it is closed; ``number`` is the visitor there; no names of visitors."""

    id: int
    name: str
    platform: str
    clerk: str
    state: str
    reason: str
    opened_at: datetime | None
    number: str
    ticket_state: str
    since: datetime | None


@dataclass(frozen=True)
class Today:
    """One of today's numbers, as the desk sees it: no name, no matter."""

    id: int
    number: str
    service: str
    state: str
    version: int
    priority: str
    headcount: int
    taken_at: datetime
    window: str

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[self.state]

    @property
    def priority_label(self) -> str:
        """The class by name; "" for the ordinary one."""
        return "" if self.priority == "ordinary" else priorities.label(self.priority)


@dataclass(frozen=True)
class Slip:
    """What stands on the slip, never a name; ``code`` is the visitor's secret for later enquiry."""

    id: int
    number: str
    day: date
    state: str
    headcount: int
    priority: str
    taken_at: datetime
    rank: int
    service_id: int
    service: str
    platform: str
    area: str
    code: str
    quick: bool
    estimated: int | None
    estimate_error: int | None

    @property
    def priority_label(self) -> str:
        """The class by name; "" for the ordinary one."""
        return "" if self.priority == "ordinary" else priorities.label(self.priority)

    @property
    def code_shown(self) -> str:
        """The code as every paper spells one."""
        return grouped(self.code)


_SERVICES = select(Service.id, Service.platform, Service.name, Service.prefix, Service.area)


def services(session: Session, centre_id: int) -> Sequence:
    """The centre's services on offer: rows (id, platform, name, prefix, area) in the hall's order."""
    return session.execute(
        _SERVICES.where(Service.centre_id == centre_id, Service.enabled).order_by(Service.position, Service.id)
    ).all()


def ticket(session: Session, centre_id: int, ticket_id: int) -> Slip | None:
    """A number of this centre with what its slip says, or None."""
    row = session.execute(
        select(
            Ticket.id,
            Ticket.number,
            Ticket.day,
            Ticket.state,
            Ticket.headcount,
            Ticket.priority,
            Ticket.taken_at,
            Ticket.rank,
            Ticket.service_id,
            Service.name,
            Service.platform,
            Service.area,
            Ticket.code,
            Ticket.quick,
            Ticket.estimated,
            Ticket.estimate_error,
        )
        .join(Service, Service.id == Ticket.service_id)
        .where(Ticket.centre_id == centre_id, Ticket.id == ticket_id)
    ).one_or_none()
    return Slip(*row) if row else None


def ahead_of(session: Session, centre_id: int, slip: Slip | Ticket) -> int:
    """How many numbers will be called before this one: of its own service, and of what the open windows for it call first."""
    same = and_(
        Ticket.service_id == slip.service_id,
        tuple_(Ticket.rank, Ticket.id) < tuple_(literal(slip.rank), literal(slip.id)),
    )
    ahead = (
        select(func.count())
        .select_from(Ticket)
        .where(
            Ticket.centre_id == centre_id,
            Ticket.state == "waiting",
            Ticket.day == slip.day,
            Ticket.id != slip.id,
            or_(same, _first_somewhere(centre_id, slip)),
        )
    )
    return session.scalar(ahead) or 0


def _first_somewhere(centre_id: int, slip: Slip | Ticket) -> ColumnElement[bool]:
    """Whether an open window that takes ``slip`` too would call the other number first, by that window's own order."""
    own, theirs = aliased(WindowService), aliased(WindowService)
    mine = literal(slip.rank) + own.preference * order.PREFERENCE_STEP
    mine = mine - case((and_(Window.quick, literal(bool(slip.quick))), order.QUICK_CREDIT), else_=0)
    other = Ticket.rank + theirs.preference * order.PREFERENCE_STEP
    other = other - case((and_(Window.quick, Ticket.quick), order.QUICK_CREDIT), else_=0)
    return exists().where(
        WindowSession.centre_id == centre_id,
        WindowSession.closed_at.is_(None),
        Window.id == WindowSession.window_id,
        own.window_id == Window.id,
        own.service_id == slip.service_id,
        theirs.window_id == Window.id,
        theirs.service_id == Ticket.service_id,
        tuple_(other, Ticket.id) < tuple_(mine, literal(slip.id)),
    )


def overview(session: Session, centre_id: int, day: date) -> list[ServiceState]:
    """Each service on offer with its queue of ``day`` and its windows. Two queries."""
    queue = (
        select(Ticket.service_id, func.count().label("waiting"), func.min(Ticket.taken_at).label("oldest"))
        .where(Ticket.centre_id == centre_id, Ticket.day == day, Ticket.state == "waiting")
        .group_by(Ticket.service_id)
        .subquery()
    )
    staffed = (
        select(
            WindowService.service_id,
            func.sum(case((WindowSession.state == "serving", 1), else_=0)).label("serving"),
            func.count().label("staffed"),
        )
        .join(WindowSession, (WindowSession.window_id == WindowService.window_id) & WindowSession.closed_at.is_(None))
        .where(WindowSession.centre_id == centre_id)
        .group_by(WindowService.service_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Service.id,
            Service.name,
            Service.platform,
            Service.prefix,
            Service.area,
            func.coalesce(queue.c.waiting, 0),
            queue.c.oldest,
            func.coalesce(staffed.c.serving, 0),
            func.coalesce(staffed.c.staffed, 0),
        )
        .outerjoin(queue, queue.c.service_id == Service.id)
        .outerjoin(staffed, staffed.c.service_id == Service.id)
        .where(Service.centre_id == centre_id, Service.enabled)
        .order_by(Service.position, Service.id)
    )
    return [ServiceState(*row) for row in rows]


def windows(session: Session, centre_id: int) -> list[WindowState]:
    """Every window of the centre, who sits there, and the number at it."""
    rows = session.execute(
        select(
            Window.id,
            Window.name,
            Window.platform,
            func.coalesce(Account.name, ""),
            func.coalesce(WindowSession.state, ""),
            func.coalesce(WindowSession.reason, ""),
            WindowSession.opened_at,
            func.coalesce(Ticket.number, ""),
            func.coalesce(Ticket.state, ""),
            func.coalesce(Ticket.started_at, Ticket.called_at),
        )
        .outerjoin(WindowSession, (WindowSession.window_id == Window.id) & WindowSession.closed_at.is_(None))
        .outerjoin(Account, Account.id == WindowSession.account_id)
        .outerjoin(Ticket, (Ticket.window_id == Window.id) & at_window())
        .where(Window.centre_id == centre_id, Window.enabled)
        .order_by(Window.position, Window.id)
    )
    return [WindowState(*row) for row in rows]


def today(session: Session, centre_id: int, day: date, *, states: tuple[str, ...], limit: int = 30) -> list[Today]:
    """Today's numbers in one of ``states``, the latest first, at most ``limit``."""
    rows = session.execute(
        select(
            Ticket.id,
            Ticket.number,
            Service.name,
            Ticket.state,
            Ticket.version,
            Ticket.priority,
            Ticket.headcount,
            Ticket.taken_at,
            func.coalesce(Window.name, ""),
        )
        .join(Service, Service.id == Ticket.service_id)
        .outerjoin(Window, Window.id == Ticket.window_id)
        .where(Ticket.centre_id == centre_id, Ticket.day == day, Ticket.state.in_(states))
        .order_by(Ticket.id.desc())
        .limit(limit)
    )
    return [Today(*row) for row in rows]


def held_numbers_today(session: Session, person_ids: Sequence[int], day: date) -> list[str]:
    """The numbers of ``day`` that these persons took and that are not finished."""
    if not person_ids:
        return []
    wanted = select(Ticket.number).where(
        Ticket.person_id.in_(person_ids), Ticket.day == day, Ticket.state.not_in(("done", "left"))
    )
    return list(session.scalars(wanted.order_by(Ticket.id)))
