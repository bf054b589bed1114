"""What a clerk's console shows of the queue: the own window, the visitor there, who is held, who waits."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases.models import Case, Visit
from portal.organisation.models import Service, Window, WindowService
from portal.people.masking import mask_name
from portal.people.models import Person
from portal.queue import priorities
from portal.queue.models import Appointment, Call, Period, Ticket, WindowSession, at_window
from portal.queue.operations.tickets import NAMELESS
from portal.queue.slots import spell
from portal.queue.standing import standing, takes, waits


@dataclass(frozen=True)
class MyWindow:
    """The actor's open window. ``state``: serving, paused, backoffice; ``kind`` and ``quick`` as organisation.Window has them."""

    id: int
    name: str
    platform: str
    state: str
    reason: str
    opened_at: datetime
    kind: str
    quick: bool


@dataclass(frozen=True)
class Mine:
    """The visitor at the actor's window. ``name`` is masked; "" where the desk took down nobody. ``why`` this one was next."""

    id: int
    number: str
    state: str
    version: int
    priority: str
    headcount: int
    calls: int
    person_id: int | None
    name: str
    case_id: int | None
    case_number: str | None
    service: str
    taken_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    service_id: int
    quick: bool
    why: str

    @property
    def priority_label(self) -> str:
        """The class by name; "" for the ordinary one."""
        return "" if self.priority == "ordinary" else priorities.label(self.priority)


@dataclass(frozen=True)
class Waiting:
    """One of those who wait, in the order they will be called. ``kept``: for this window or person alone.

    ``reserved``: for somebody; where it is not ``kept`` they have no window open, and anybody may call it.
    ``relayed``: was served at another platform; ``served``: at any window before. ``appointed``: the minute it was booked for.
    """

    id: int
    number: str
    service: str
    priority: str
    headcount: int
    version: int
    taken_at: datetime
    relayed: bool
    served: bool
    quick: bool
    appointed: int | None
    reserved: bool
    kept: bool

    @property
    def appointed_time(self) -> str:
        """The time it was booked for; "" without an appointment."""
        return "" if self.appointed is None else spell(self.appointed)

    @property
    def priority_label(self) -> str:
        """The class by name; "" for the ordinary one."""
        return "" if self.priority == "ordinary" else priorities.label(self.priority)


_MY_WINDOW = (
    select(
        Window.id,
        Window.name,
        Window.platform,
        WindowSession.state,
        WindowSession.reason,
        WindowSession.opened_at,
        Window.kind,
        Window.quick,
    )
    .join(Window, Window.id == WindowSession.window_id)
    .where(WindowSession.account_id == bindparam("account_id"), WindowSession.closed_at.is_(None))
)
_MINE = (
    select(
        Ticket.id,
        Ticket.number,
        Ticket.state,
        Ticket.version,
        Ticket.priority,
        Ticket.headcount,
        Ticket.calls,
        Ticket.person_id,
        Person.name,
        Ticket.case_id,
        Case.number.label("case_number"),
        Service.name.label("service"),
        Ticket.taken_at,
        Ticket.called_at,
        Ticket.started_at,
        Ticket.service_id,
        Ticket.quick,
        func.coalesce(
            select(Call.why)
            .where(Call.ticket_id == Ticket.id, Call.again.is_(False))
            .order_by(Call.id.desc())
            .limit(1)
            .scalar_subquery(),
            "",
        ),
        Person.kind,
    )
    .join(Service, Service.id == Ticket.service_id)
    .outerjoin(Person, Person.id == Ticket.person_id)
    .outerjoin(Case, Case.id == Ticket.case_id)
    .where(Ticket.account_id == bindparam("account_id"), at_window())
)
_HERE, _ME = bindparam("window_id"), bindparam("account_id")
_WAITING = (
    select(
        Ticket.id,
        Ticket.number,
        Service.name.label("service"),
        Ticket.priority,
        Ticket.headcount,
        Ticket.version,
        Ticket.taken_at,
        exists()
        .where(
            Period.ticket_id == Ticket.id,
            Period.kind == "serving",
            Window.id == Period.window_id,
            Window.platform != Service.platform,
        )
        .label("relayed"),
        exists().where(Period.ticket_id == Ticket.id, Period.kind == "serving").label("served"),
        Ticket.quick,
        Appointment.slot.label("appointed"),
        (Ticket.for_window_id.is_not(None) | Ticket.for_account_id.is_not(None)).label("reserved"),
        ((Ticket.for_window_id == _HERE) | (Ticket.for_account_id == _ME)).label("kept"),
    )
    .join(Service, Service.id == Ticket.service_id)
    .join(WindowService, takes(_HERE))
    .outerjoin(Appointment, Appointment.id == Ticket.appointment_id)
    .where(*waits(bindparam("centre_id"), bindparam("day"), _HERE, _ME))
    .order_by(standing(bindparam("quick")), Ticket.id)
    .limit(bindparam("most"))
)
_COUNT = (
    select(func.count())
    .select_from(Ticket)
    .join(WindowService, takes(_HERE))
    .where(*waits(bindparam("centre_id"), bindparam("day"), _HERE, _ME))
)


def my_window(session: Session, actor: Actor) -> MyWindow | None:
    """The window the actor has open, or None."""
    row = session.execute(_MY_WINDOW, {"account_id": actor.id}).one_or_none()
    return MyWindow(*row) if row else None


def my_ticket(session: Session, actor: Actor) -> Mine | None:
    """The visitor called to, or being served at, the actor's window, or None."""
    row = session.execute(_MINE, {"account_id": actor.id}).one_or_none()
    if row is None:
        return None
    *values, kind = row
    shown = dict(zip(Mine.__dataclass_fields__, values, strict=True))
    shown["name"] = "" if shown["name"] == NAMELESS else mask_name(shown["name"] or "", kind or "citizen")
    return Mine(**shown)


def service_ids(session: Session, window_id: int) -> list[int]:
    """The services a window takes."""
    return list(session.scalars(select(WindowService.service_id).where(WindowService.window_id == window_id)))


def waiting(session: Session, actor: Actor, mine: MyWindow, day: date, limit: int = 6) -> list[Waiting]:
    """The next ``limit`` who will be called to the actor's window ``mine``, in that order."""
    given = {"centre_id": actor.centre_id, "account_id": actor.id, "window_id": mine.id, "day": day}
    rows = session.execute(_WAITING, {**given, "quick": mine.quick, "most": limit})
    return [Waiting(*row[:-1], bool(row.kept)) for row in rows]


def waiting_count(session: Session, actor: Actor, mine: MyWindow, day: date) -> int:
    """How many wait for the actor's window ``mine``."""
    given = {"centre_id": actor.centre_id, "account_id": actor.id, "window_id": mine.id, "day": day}
    return session.scalar(_COUNT, given) or 0


@dataclass(frozen=True)
class Held:
    """A number the actor has put on hold."""

    id: int
    number: str
    reason: str
    version: int
    since: datetime


def held(session: Session, actor: Actor) -> list[Held]:
    """The actor's held numbers, the longest first."""
    wanted = (
        select(Ticket.id, Ticket.number, Ticket.hold_reason, Ticket.version, Period.start)
        .join(Period, (Period.ticket_id == Ticket.id) & Period.end.is_(None))
        .where(Ticket.account_id == actor.id, Ticket.state == "held")
        .order_by(Period.start)
    )
    return [Held(*row) for row in session.execute(wanted)]


@dataclass(frozen=True)
class Missed:
    """A number that was called and did not come, of the services of a window."""

    id: int
    number: str
    service: str
    version: int


def missed(session: Session, actor: Actor, window_id: int, day: date, limit: int = 10) -> list[Missed]:
    """The numbers of ``day`` that were missed and belong to the window's services, the latest first."""
    wanted = (
        select(Ticket.id, Ticket.number, Service.name, Ticket.version)
        .join(Service, Service.id == Ticket.service_id)
        .join(WindowService, WindowService.service_id == Ticket.service_id)
        .where(
            Ticket.centre_id == actor.centre_id,
            Ticket.day == day,
            Ticket.state == "missed",
            WindowService.window_id == window_id,
        )
        .order_by(Ticket.called_at.desc())
        .limit(limit)
    )
    return [Missed(*row) for row in session.execute(wanted)]


@dataclass(frozen=True)
class Finished:
    """The visitor before: what the idle console reminds of."""

    number: str
    started_at: datetime | None
    ended_at: datetime


def last_finished(session: Session, actor: Actor, day: date) -> Finished | None:
    """The last visitor the actor finished on ``day``."""
    wanted = (
        select(Ticket.number, Ticket.started_at, Ticket.ended_at)
        .where(
            Ticket.centre_id == actor.centre_id,
            Ticket.day == day,
            Ticket.state == "done",
            Ticket.account_id == actor.id,
        )
        .order_by(Ticket.ended_at.desc())
        .limit(1)
    )
    row = session.execute(wanted).one_or_none()
    return Finished(*row) if row else None


@dataclass(frozen=True)
class Figures:
    """A clerk's day: 批次 (visits received), 人次 (people), matters registered, 续访 recorded."""

    visits: int
    people: int
    registered: int
    again: int


def figures(session: Session, actor: Actor, day: date) -> Figures:
    """What the actor has done on ``day`` (批次 and 人次 are two counts and both are reported)."""
    received = select(func.count(), func.coalesce(func.sum(Ticket.headcount), 0)).where(
        Ticket.centre_id == actor.centre_id, Ticket.day == day, Ticket.state == "done", Ticket.account_id == actor.id
    )
    visits, people = session.execute(received).one()
    todays = select(Ticket.id).where(Ticket.centre_id == actor.centre_id, Ticket.day == day)
    recorded = (
        select(Visit.kind, func.count())
        .where(Visit.account_id == actor.id, Visit.ticket_id.in_(todays))
        .group_by(Visit.kind)
    )
    kinds = dict(session.execute(recorded).all())
    return Figures(visits, people, kinds.get("first", 0), kinds.get("again", 0))


@dataclass(frozen=True)
class Openable:
    """A window the actor may sit at; ``taken_by`` names who sits there now, "" where nobody does."""

    id: int
    name: str
    sign: str
    platform: str
    taken_by: str


def windows_to_open(session: Session, actor: Actor) -> list[Openable]:
    """The windows of the actor's platforms, in the order of the hall."""
    wanted = (
        select(Window.id, Window.name, Window.sign, Window.platform, func.coalesce(Account.name, ""))
        .outerjoin(WindowSession, (WindowSession.window_id == Window.id) & WindowSession.closed_at.is_(None))
        .outerjoin(Account, Account.id == WindowSession.account_id)
        .where(Window.centre_id == actor.centre_id, Window.enabled, Window.platform.in_(actor.platforms or ("-",)))
        .order_by(Window.position, Window.id)
    )
    return [Openable(*row) for row in session.execute(wanted)]
