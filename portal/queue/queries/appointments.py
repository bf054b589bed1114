"""What pages show of appointments: a day's list, the days ahead, one with its history. Names and telephones masked."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.documents.codes import grouped
from portal.organisation.models import Service
from portal.people import identity
from portal.people.masking import mask_name, mask_phone
from portal.people.models import Person
from portal.queue.models import Appointment, Ticket
from portal.queue.operations.appointments import ARRIVED, BOOKED, LABELS, MISSED, SOURCES, code_hash
from portal.queue.operations.tickets import CODE_LENGTH, NAMELESS
from portal.queue.slots import slots, spell
from portal.trail.queries import Entry, entries

__all__ = [
    "Listed",
    "Shown",
    "Step",
    "by_code",
    "expected",
    "expected_count",
    "find",
    "may_see",
    "of_day",
    "one",
    "services",
    "slots",
]

MOST = 500  # of a day; a hall that promises more is asked for one service at a time
TAIL = 4


@dataclass(frozen=True)
class Listed:
    """One appointment in a list. ``name`` and ``phone`` are masked; ``number`` is its ticket's, "" before it came."""

    id: int
    day: date
    slot: int
    service_id: int
    service: str
    platform: str
    area: str
    state: str
    name: str
    phone: str
    headcount: int
    source: str
    booked_by: str
    booked_at: datetime
    reason: str
    version: int
    number: str
    ticket_id: int | None

    @property
    def time(self) -> str:
        """09:30."""
        return spell(self.slot)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[self.state]

    @property
    def source_label(self) -> str:
        """How it was booked."""
        return SOURCES[self.source]


@dataclass(frozen=True)
class Shown:
    """One appointment in full, as ``actor`` may see it: ``case_number`` is "" where that case is not open to the actor."""

    listed: Listed
    code: str
    note: str
    person_id: int | None
    case_number: str
    history: tuple["Step", ...]

    @property
    def code_shown(self) -> str:
        """The code as every paper spells one."""
        return grouped(self.code)


@dataclass(frozen=True)
class Step:
    """One event of an appointment, for the timeline."""

    at: datetime
    title: str
    detail: str
    who: str
    kind: str


_COLUMNS = (
    select(
        Appointment.id,
        Appointment.day,
        Appointment.slot,
        Appointment.service_id,
        Service.name.label("service"),
        Service.platform,
        Service.area,
        Appointment.state,
        func.coalesce(Person.name, "").label("name"),
        Person.phone,
        Appointment.headcount,
        Appointment.source,
        func.coalesce(Account.name, "").label("booked_by"),
        Appointment.booked_at,
        Appointment.reason,
        Appointment.version,
        func.coalesce(Ticket.number, "").label("number"),
        Ticket.id.label("ticket_id"),
        Person.kind,
    )
    .join(Service, Service.id == Appointment.service_id)
    .outerjoin(Person, Person.id == Appointment.person_id)
    .outerjoin(Account, Account.id == Appointment.booked_by)
    .outerjoin(Ticket, Ticket.appointment_id == Appointment.id)
)


def of_day(
    session: Session, actor: Actor, day: date, *, service_id: int | None = None, state: str = "", limit: int = MOST
) -> list[Listed]:
    """The appointments of ``day`` that ``actor`` may see, earliest first: all at the desk, a window's own services elsewhere."""
    wanted = _COLUMNS.where(Appointment.centre_id == actor.centre_id, Appointment.day == day, may_see(actor))
    if service_id is not None:
        wanted = wanted.where(Appointment.service_id == service_id)
    if state:
        wanted = wanted.where(Appointment.state == state)
    return _read(session, wanted, limit)


def expected(session: Session, actor: Actor, day: date, *, limit: int) -> list[Listed]:
    """Who is still to come on ``day``, at most ``limit``, earliest first. For the desk, which sees every service's."""
    wanted = _COLUMNS.where(
        Appointment.centre_id == actor.centre_id, Appointment.day == day, Appointment.state == BOOKED
    )
    return _read(session, wanted, limit)


def expected_count(session: Session, actor: Actor, day: date) -> int:
    """How many are still to come on ``day``."""
    wanted = select(func.count()).where(
        Appointment.centre_id == actor.centre_id, Appointment.day == day, Appointment.state == BOOKED
    )
    return session.scalar(wanted) or 0


def by_code(session: Session, centre_id: int, code: str) -> Appointment | None:
    """The centre's appointment of that code, in any spelling, whatever its day and state."""
    wanted = select(Appointment).where(Appointment.centre_id == centre_id, Appointment.code_hash == code_hash(code))
    return session.scalar(wanted)


def find(session: Session, actor: Actor, typed: str, day: date) -> list[Listed]:
    """The appointment of that code, or those of ``day`` whose telephone ends with the four digits typed."""
    plain = re.sub(r"[^0-9A-Za-z]", "", identity.normalise_id(typed))
    if len(plain) == CODE_LENGTH and (row := by_code(session, actor.centre_id, typed)):
        return _read(session, _COLUMNS.where(Appointment.id == row.id), 1)
    if len(plain) < TAIL or not plain.isdigit():
        return []
    wanted = _COLUMNS.where(
        Appointment.centre_id == actor.centre_id,
        Appointment.day == day,
        Appointment.state.in_((BOOKED, MISSED, ARRIVED)),
        Person.phone_hash.is_not(None),
    ).order_by(Appointment.slot, Appointment.id)
    rows = [row for row in session.execute(wanted.limit(MOST)) if (row.phone or "").endswith(plain[-TAIL:])]
    return [_listed(row) for row in rows]


def one(session: Session, actor: Actor, appointment_id: int) -> Shown | None:
    """An appointment that ``actor`` may see, with its history; else None."""
    row = session.execute(
        _COLUMNS.add_columns(Appointment.code, Appointment.note, Appointment.person_id, Appointment.case_id).where(
            Appointment.id == appointment_id, Appointment.centre_id == actor.centre_id, may_see(actor)
        )
    ).one_or_none()
    if row is None:
        return None
    case = cases.can_see(session, actor, row.case_id) if row.case_id else None
    return Shown(
        _listed(row), row.code, row.note, row.person_id, case.number if case else "", _history(session, row.id)
    )


def may_see(actor: Actor) -> ColumnElement[bool]:
    """The desk sees every appointment; a window its own platforms' and what the person there booked."""
    if actor.may(Permission.QUEUE_GREET):
        return true()
    return or_(Service.platform.in_(actor.platforms or ("-",)), Appointment.booked_by == actor.id)


def services(session: Session, centre_id: int) -> list[Service]:
    """The centre's services on offer, in the hall's order."""
    wanted = select(Service).where(Service.centre_id == centre_id, Service.enabled)
    return list(session.scalars(wanted.order_by(Service.position, Service.id)))


def _read(session: Session, wanted: Select, limit: int) -> list[Listed]:
    ordered = wanted.order_by(Appointment.slot, Appointment.id).limit(limit)
    return [_listed(row) for row in session.execute(ordered)]


def _listed(row: object) -> Listed:
    values = {name: getattr(row, name) for name in Listed.__dataclass_fields__}
    values["name"] = "" if row.name == NAMELESS else mask_name(row.name, row.kind or "citizen")
    values["phone"] = mask_phone(row.phone)
    return Listed(**values)


def _history(session: Session, appointment_id: int) -> tuple[Step, ...]:
    found = entries(session, f"appointment:{appointment_id}")
    who = {entry.actor_id for entry in found} - {None}
    names = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(who))).all())
    steps = []
    for entry in found:
        title, detail, kind = _told(entry)
        steps.append(Step(entry.at, title, detail, names.get(entry.actor_id, ""), kind))
    return tuple(steps)


def _told(entry: Entry) -> tuple[str, str, str]:
    data = entry.data
    tellings = {
        "appointment.booked": (f"预约 {_when(data)}", SOURCES.get(data.get("source"), ""), "visit"),
        "appointment.moved": (f"改约到 {_when(data)}", f"原约 {_when(data, 'from_')}", "handoff"),
        "appointment.cancelled": ("取消", entry.words.get("reason", ""), "refused"),
        "appointment.arrived": (f"签到 {data.get('number')}", "已过时间，按普通号" if data.get("late") else "", "step"),
        "appointment.missed": ("爽约", "到时没有签到", "refused"),
    }
    return tellings.get(entry.kind, ("其他记录", "", "visit"))


def _when(data: dict, prefix: str = "") -> str:
    slot = data.get(f"{prefix}slot")
    return f"{data.get(f'{prefix}day')} {spell(slot)}" if slot is not None else ""
