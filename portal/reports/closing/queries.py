"""What is left of a day, step by step, for the duty head who closes it. Columns only, a bounded number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, String, cast, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case, Contact
from portal.clock import at_hall
from portal.handoff.joint.queries import shown_to
from portal.handoff.models import JointReception, Relay
from portal.organisation.models import Service, Window
from portal.queue.models import Appointment, Emergency, Period, Ticket, WindowSession
from portal.queue.operations.closing import OPEN
from portal.queue.operations.moves import AT_WINDOW, HELD, LABELS
from portal.reports.models import DayClose
from portal.statutes.queries import calendar
from portal.statutes.workdays import ONE_DAY
from portal.trail.models import Event
from portal.trail.queries import Entry, entries

LISTED = 200  # lines shown of one step; what is beyond is counted
ADDED = "day.added"


@dataclass(frozen=True)
class Ending:
    """The days in question: ``day`` is being closed, ``until`` is its end, ``ahead`` the next working day."""

    day: date
    start: datetime
    until: datetime
    ahead: date
    provisional: bool


@dataclass(frozen=True)
class OpenTicket:
    """A number that nobody ended. ``place``: where it is or was last; ``served``: it has been at a window."""

    id: int
    number: str
    day: date
    service: str
    state: str
    version: int
    headcount: int
    taken_at: datetime
    place: str
    clerk: str
    reason: str
    served: bool

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[self.state]


@dataclass(frozen=True)
class OpenWindow:
    """A window that is open: who, since when, and the numbers that keep it from being closed."""

    id: int
    name: str
    clerk: str
    opened_at: datetime
    kept_by: tuple[str, ...]


@dataclass(frozen=True)
class UnsignedRelay:
    """A relay of the day that the next platform has not signed."""

    number: str
    source: str
    target: str
    sender: str
    at: datetime


@dataclass(frozen=True)
class Unprinted:
    """A case registered that day whose 告知单 was never printed. ``subject`` None: not open to the reader; number only."""

    number: str
    subject: str | None
    registered_at: datetime


@dataclass(frozen=True)
class DuePromise:
    """A promise made in front of a visitor that falls due by the next working day. ``promise`` None: number only."""

    number: str
    unit: str
    promised_by: str
    promise: str | None
    promised_on: date


@dataclass(frozen=True)
class Closed:
    """A day that was signed: by whom, when, its figures, and what was added later."""

    day: date
    closed_by: str
    closed_at: datetime
    note: str
    figures: dict
    additions: tuple[tuple[str, datetime, str], ...]


def ending(session: Session, day: date) -> Ending:
    """What ``day`` means for the steps; a next working day beyond the published calendar is provisional."""
    known, ahead = calendar(session), day + ONE_DAY
    while not known.is_workday(ahead):
        ahead += ONE_DAY
    return Ending(day, at_hall(day), at_hall(day + ONE_DAY), ahead, not known.published(ahead))


def signed(session: Session, centre_id: int, day: date) -> Closed | None:
    """The closing of ``day``, or None."""
    row = session.execute(
        select(DayClose, Account.name)
        .join(Account, Account.id == DayClose.closed_by)
        .where(DayClose.centre_id == centre_id, DayClose.day == day)
    ).one_or_none()
    if row is None:
        return None
    made, name = row
    added = entries(session, chain(centre_id, day), kinds=(ADDED,))
    return Closed(day, name, made.closed_at, made.note, made.figures, _additions(session, added))


def recent(session: Session, centre_id: int, *, limit: int = 10) -> list[tuple[date, str, datetime]]:
    """(day, signed by, at) of the latest signed days."""
    wanted = (
        select(DayClose.day, Account.name, DayClose.closed_at)
        .join(Account, Account.id == DayClose.closed_by)
        .where(DayClose.centre_id == centre_id)
        .order_by(DayClose.day.desc())
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(wanted)]


def chain(centre_id: int, day: date) -> str:
    """The chain of a day's events."""
    return f"day:{centre_id}:{day.isoformat()}"


def unsigned_before(session: Session, centre_id: int, today: date) -> date | None:
    """The last day before ``today`` on which numbers were taken, if nobody signed it."""
    last = session.scalar(select(func.max(Ticket.day)).where(Ticket.centre_id == centre_id, Ticket.day < today))
    if last is None:
        return None
    done = exists().where(DayClose.centre_id == centre_id, DayClose.day == last)
    return None if session.scalar(select(done)) else last


def open_tickets(session: Session, centre_id: int, end: Ending) -> list[OpenTicket]:
    """Numbers of the day and of earlier days that have not ended, the oldest first.

    Days before the last signed one hold none: they could not have been signed.
    """
    since = select(func.max(DayClose.day)).where(DayClose.centre_id == centre_id, DayClose.day < end.day)
    wanted = [Ticket.centre_id == centre_id, Ticket.day <= end.day, Ticket.state.in_(OPEN)]
    if (first := session.scalar(since)) is not None:
        wanted.append(Ticket.day >= first)
    rows = session.execute(
        select(
            Ticket.id,
            Ticket.number,
            Ticket.day,
            Service.name,
            Ticket.state,
            Ticket.version,
            Ticket.headcount,
            Ticket.taken_at,
            func.coalesce(Window.name, ""),
            func.coalesce(Account.name, ""),
            Ticket.hold_reason,
            exists().where(Period.ticket_id == Ticket.id, Period.kind == "serving"),
        )
        .join(Service, Service.id == Ticket.service_id)
        .outerjoin(Window, Window.id == Ticket.window_id)
        .outerjoin(Account, Account.id == Ticket.account_id)
        .where(*wanted)
        .order_by(Ticket.day, Ticket.id)
        .limit(LISTED)
    )
    return [OpenTicket(*row) for row in rows]


def open_windows(session: Session, centre_id: int, end: Ending) -> list[OpenWindow]:
    """Windows still open that were opened on the day or before. Two queries."""
    rows = session.execute(
        select(WindowSession.id, Window.name, Account.name, WindowSession.opened_at, WindowSession.account_id)
        .join(Window, Window.id == WindowSession.window_id)
        .join(Account, Account.id == WindowSession.account_id)
        .where(
            WindowSession.centre_id == centre_id,
            WindowSession.closed_at.is_(None),
            WindowSession.opened_at < end.until,
        )
        .order_by(Window.position, Window.id)
    ).all()
    with_visitor = select(Ticket.account_id, Ticket.number).where(
        Ticket.account_id.in_([row[-1] for row in rows]), Ticket.state.in_((*AT_WINDOW, HELD))
    )
    kept: dict[int, list[str]] = {}
    for account_id, number in session.execute(with_visitor.order_by(Ticket.id)) if rows else ():
        kept.setdefault(account_id, []).append(number)
    return [OpenWindow(*row[:-1], tuple(kept.get(row[-1], ()))) for row in rows]


def unsigned_relays(session: Session, centre_id: int, end: Ending) -> list[UnsignedRelay]:
    """Relays of the day that nobody signed."""
    rows = session.execute(
        select(Ticket.number, Relay.from_platform, Relay.to_platform, Account.name, Relay.at)
        .join(Ticket, Ticket.id == Relay.ticket_id)
        .join(Account, Account.id == Relay.from_account_id)
        .where(Relay.centre_id == centre_id, Relay.at >= end.start, Relay.at < end.until, Relay.signed_at.is_(None))
        .order_by(Relay.id)
        .limit(LISTED)
    )
    names = {platform.code: platform.label for platform in registry.platforms()}
    return [UnsignedRelay(number, names[one], names[other], who, at) for number, one, other, who, at in rows]


def unprinted(session: Session, actor: Actor, end: Ending) -> list[Unprinted]:
    """Cases registered that day (imports aside) whose 告知单 was not printed since."""
    printed = aliased(Event)
    never = ~exists().where(printed.chain == literal("case:") + cast(Case.id, String), printed.kind == "slip.printed")
    rows = session.execute(
        select(Case.number, Case.subject, Case.registered_at, cases.visible(actor))
        .join(Event, Case.id == cast(func.substr(Event.chain, len("case:") + 1), BigInteger))
        .where(
            Event.centre_id == actor.centre_id,
            Event.kind == "case.registered",
            Event.at >= end.start,
            Event.at < end.until,
            Event.actor_id > 0,
            never,
        )
        .order_by(Event.id)
        .limit(LISTED)
    )
    return [Unprinted(number, subject if seen else None, at) for number, subject, at, seen in rows]


def due_promises(session: Session, actor: Actor, end: Ending) -> list[DuePromise]:
    """Promises that fall due after the day, by the next working day, and were not answered."""
    rows = session.execute(
        select(
            Case.number,
            Contact.unit_name,
            Contact.promised_by,
            Contact.answered_by,
            Contact.promise,
            Contact.promised_on,
            cases.visible(actor),
        )
        .join(Case, Case.id == Contact.case_id)
        .where(
            Contact.centre_id == actor.centre_id,
            Contact.settled_at.is_(None),
            Contact.promised_on > end.day,
            Contact.promised_on <= end.ahead,
        )
        .order_by(Contact.promised_on, Contact.id)
        .limit(LISTED)
    )
    return [
        DuePromise(number, unit if seen else "", (by or answered) if seen else "", said if seen else None, on)
        for number, unit, by, answered, said, on, seen in rows
    ]


def still_running(session: Session, actor: Actor, end: Ending) -> tuple[list[tuple], list[tuple]]:
    """Emergencies (id, place, at) and joint receptions (id, number, place) that have not ended."""
    alarms = select(Emergency.id, Emergency.place, Emergency.at).where(
        Emergency.centre_id == actor.centre_id, Emergency.closed_at.is_(None), Emergency.at < end.until
    )
    joint = (
        select(JointReception.id, Ticket.number, JointReception.place)
        .join(Ticket, Ticket.id == JointReception.ticket_id)
        .where(JointReception.closed_at.is_(None), JointReception.at < end.until, shown_to(actor))
    )
    return (
        [tuple(row) for row in session.execute(alarms.order_by(Emergency.id))],
        [tuple(row) for row in session.execute(joint.order_by(JointReception.id))],
    )


def appointments_ahead(session: Session, centre_id: int, end: Ending) -> tuple[int, int]:
    """(批次, 人次) booked from the next day until the next working day."""
    wanted = select(func.count(), func.coalesce(func.sum(Appointment.headcount), 0)).where(
        Appointment.centre_id == centre_id,
        Appointment.day > end.day,
        Appointment.day <= end.ahead,
        Appointment.state == "booked",
    )
    batches, people = session.execute(wanted).one()
    return batches, int(people)


def _additions(session: Session, found: Iterable[Entry]) -> tuple[tuple[str, datetime, str], ...]:
    known = list(found)
    names = cases.names(session, {entry.actor_id for entry in known if entry.actor_id})
    return tuple((names.get(entry.actor_id, ""), entry.at, entry.words.get("words", "")) for entry in known)
