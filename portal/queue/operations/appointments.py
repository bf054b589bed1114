"""预约: a time of a service promised to somebody; booked, moved, cancelled, missed. What is kept of a no-show is the time, not the person."""

import unicodedata
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.keys import ring
from portal.organisation.models import Service
from portal.people import operations as people
from portal.people.models import Person
from portal.queue.models import Appointment, Ticket, at_window
from portal.queue.operations.refusals import Refused
from portal.queue.operations.tickets import MOST_PEOPLE, NAMELESS, new_code
from portal.queue.slots import CANCELLED, UNSET, bookable, over, plan, spell
from portal.trail import operations as trail

BOOKED, ARRIVED, MISSED = "booked", "arrived", "missed"
LABELS = {BOOKED: "已预约", ARRIVED: "已到", CANCELLED: "已取消", MISSED: "爽约"}
SOURCES = {"desk": "当面", "phone": "电话"}
MOST_WORDS = 60
MOST_NOTE = 200
UNKNOWN = "没有这个预约。"
STALE = "这个预约刚刚有变化，页面已更新，请核对后再操作。"
WHO = "姓名和电话至少填一项，有变化时好联系。"


class Full(Refused):
    """The time was filled up meanwhile, by somebody else."""


class StaleAppointment(Refused):
    """The appointment is no longer as the page showed it."""


def book(
    session: Session,
    actor: Actor,
    *,
    service_id: int,
    day: date,
    slot: int,
    person: PersonGiven | None,
    headcount: int,
    source: str,
    note: str = "",
    case_number: str = "",
    ticket_id: int | None = None,
    at: datetime,
) -> Appointment:
    """Promise the time ``slot`` of ``day`` to a person, never to more than the slot takes. The code is what they check in with.

    ``ticket_id``: for the visitor at the actor's window, whom the portal knows already. Raises FieldProblems (service_id, day,
    slot, name, headcount, source, note, case_number) and Full where the last place has just gone.
    """
    service = session.get(Service, service_id)
    _check(actor, service, headcount, source, note)
    case_id = _case(session, actor, case_number)
    who = _visitor(session, actor, ticket_id, person, at)
    _lock(session, service.id)
    _refuse_slot(session, service, day, slot, at)
    _refuse_twice(session, service.id, day, slot, who.id)
    code = new_code()
    made = Appointment(
        centre_id=actor.centre_id,
        service_id=service.id,
        day=day,
        slot=slot,
        state=BOOKED,
        source=source,
        person_id=who.id,
        case_id=case_id,
        headcount=headcount,
        note=note.strip(),
        code=code,
        code_hash=code_hash(code),
        booked_by=actor.id,
        booked_at=at,
    )
    session.add(made)
    session.flush()
    data = {"service_id": service.id, "day": day.isoformat(), "slot": slot, "headcount": headcount, "source": source}
    note_appointment(
        session, made, actor.id, "appointment.booked", at, data | ({"case_id": case_id} if case_id else {})
    )
    trail.bump(session, actor.centre_id, "queue")
    return made


def reschedule(
    session: Session, actor: Actor, appointment_id: int, *, version: int, day: date, slot: int, at: datetime
) -> Appointment:
    """改约: another time of the same service; code and history stay. Raises FieldProblems (day, slot), Full, StaleAppointment."""
    before = session.execute(
        select(Appointment.service_id, Appointment.day, Appointment.slot, Appointment.person_id).where(
            Appointment.id == appointment_id, Appointment.centre_id == actor.centre_id
        )
    ).one_or_none()
    if before is None:
        raise Refused(UNKNOWN)
    if (before.day, before.slot) == (day, slot):
        raise FieldProblems({"slot": "这就是现在约定的时间。"})
    service = session.get_one(Service, before.service_id)
    _lock(session, service.id)
    _refuse_slot(session, service, day, slot, at)
    _refuse_twice(session, service.id, day, slot, before.person_id)
    moved = _change(session, actor, appointment_id, version, day=day, slot=slot)
    data = {"from_day": before.day.isoformat(), "from_slot": before.slot, "day": day.isoformat(), "slot": slot}
    note_appointment(session, moved, actor.id, "appointment.moved", at, data)
    trail.bump(session, actor.centre_id, "queue")
    return moved


def cancel(
    session: Session, actor: Actor, appointment_id: int, *, version: int, reason: str, at: datetime
) -> Appointment:
    """取消, for a reason (≤ 60 characters); its place is free again. Raises FieldProblems (reason), StaleAppointment."""
    said = reason.strip()
    if not said or len(said) > MOST_WORDS:
        raise FieldProblems({"reason": f"请写明取消原因，最多{MOST_WORDS}字。"})
    cancelled = _change(session, actor, appointment_id, version, state=CANCELLED, reason=said)
    note_appointment(session, cancelled, actor.id, "appointment.cancelled", at, words={"reason": said})
    trail.bump(session, actor.centre_id, "queue")
    return cancelled


def mark_missed(session: Session, centre_id: int, at: datetime) -> int:
    """爽约: what is still booked after its time and the minutes of grace; how many. Nobody's act, and no mark on anybody."""
    found = session.execute(
        update(Appointment)
        .where(Appointment.id.in_(select(Appointment.id).where(*_overdue(centre_id, at))), Appointment.state == BOOKED)
        .values(state=MISSED, version=Appointment.version + 1)
        .returning(Appointment)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    missed = sorted(found.scalars(), key=lambda each: each.id)
    for each in missed:
        note_appointment(session, each, None, "appointment.missed", at)
    if missed:
        trail.bump(session, centre_id, "queue")
    return len(missed)


def any_overdue(session: Session, centre_id: int, at: datetime) -> bool:
    """Whether mark_missed would find anything, so that a quiet hall is not written to."""
    return session.scalar(select(Appointment.id).where(*_overdue(centre_id, at)).limit(1)) is not None


def code_hash(code: str) -> str:
    """The keyed hash under which an appointment's code is found: spaces, hyphens, case and width of the letters do not matter."""
    narrow = unicodedata.normalize("NFKC", code)
    return ring.digest("appointment-code", "".join(each for each in narrow if each.isalnum()).upper())


def note_appointment(
    session: Session,
    appointment: Appointment,
    actor_id: int | None,
    kind: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> None:
    """Append to the appointment's chain."""
    trail.append(
        session,
        f"appointment:{appointment.id}",
        kind,
        centre_id=appointment.centre_id,
        actor_id=actor_id,
        at=at,
        data=data,
        words=words,
    )


def _overdue(centre_id: int, at: datetime) -> tuple:
    local = clock.local(at)
    minute = local.hour * 60 + local.minute
    # the slot's own length, then what the centre allows after it
    length = func.coalesce(Service.slot_minutes, 0) + func.coalesce(Service.late_minutes, 0)
    grace = select(length).where(Service.id == Appointment.service_id)
    ended = Appointment.slot + grace.scalar_subquery() <= minute
    today = local.date()
    return (
        Appointment.centre_id == centre_id,
        Appointment.state == BOOKED,
        or_(Appointment.day < today, (Appointment.day == today) & ended),
    )


def _check(actor: Actor, service: Service | None, headcount: int, source: str, note: str) -> None:
    problems = {}
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        problems["service_id"] = "请选择预约什么。"
    if not 1 <= headcount <= MOST_PEOPLE:
        problems["headcount"] = f"人数应在 1 至 {MOST_PEOPLE} 之间。"
    if source not in SOURCES:
        problems["source"] = "请选择当面还是电话。"
    if len(note.strip()) > MOST_NOTE:
        problems["note"] = f"最多{MOST_NOTE}字。"
    if problems:
        raise FieldProblems(problems)


def _case(session: Session, actor: Actor, number: str) -> int | None:
    if not number.strip():
        return None
    case = cases.find(session, actor, number.strip().upper())
    if case is None:
        raise FieldProblems({"case_number": "没有找到这件事项，或它不对您开放。"})
    return case.id


def _visitor(session: Session, actor: Actor, ticket_id: int | None, given: PersonGiven | None, at: datetime) -> Person:
    known = _at_window(session, actor, ticket_id) if ticket_id else None
    if known is None:
        if given is None or not (given.name or given.phone):
            raise FieldProblems({"name": WHO})
        return people.find_or_create(
            session,
            actor.centre_id,
            name=given.name or NAMELESS,
            id_number=given.id_number,
            phone=given.phone,
            address=given.address,
            kind=given.kind,
            at=at,
            actor_id=actor.id,
        )
    if known.phone is None and given is not None and given.phone:
        return people.amend(session, known, phone=given.phone, at=at, actor_id=actor.id)
    if known.name == NAMELESS and known.phone is None:
        raise FieldProblems({"phone": "导引台没有记下此人的姓名和电话，请填写电话，有变化时好联系。"})
    return known


def _at_window(session: Session, actor: Actor, ticket_id: int) -> Person | None:
    """The person taken down for the visitor at the actor's window; None where nobody was.

    Who closes the day may give any number of the centre another day.
    """
    here = (Ticket.account_id == actor.id) & at_window()
    if actor.may(Permission.QUEUE_CLOSE_DAY):
        here = Ticket.centre_id == actor.centre_id
    row = session.execute(select(Ticket.person_id).where(Ticket.id == ticket_id, here)).one_or_none()
    if row is None:
        raise Refused("这位群众不在您的窗口，请重新打开预约页面。")
    return session.get(Person, row.person_id) if row.person_id else None


def _lock(session: Session, service_id: int) -> None:
    # those who book for one service wait for each other; numbers, whose rows refer to the service, do not wait for them
    session.execute(select(Service.id).where(Service.id == service_id).with_for_update(key_share=True))


def _refuse_slot(session: Session, service: Service, day: date, minute: int, at: datetime) -> None:
    if not bookable(service):
        raise FieldProblems({"service_id": UNSET})
    if day < clock.day_of(at):
        raise FieldProblems({"day": "不能早于今天。"})
    offered = plan(session, [service], [day])[service.id][day]
    if offered.why:
        raise FieldProblems({"day": offered.why})
    slot = next((each for each in offered.slots if each.minute == minute), None)
    if slot is None:
        raise FieldProblems({"slot": "请从所列时段中选择。"})
    if over(day, minute, at):
        raise FieldProblems({"slot": f"{slot.time} 已过，请选择以后的时段。"})
    if not slot.free:
        raise Full(f"{slot.time} 刚刚约满（{slot.capacity} 批），请选择其他时段。")


def _refuse_twice(session: Session, service_id: int, day: date, slot: int, person_id: int) -> None:
    same = select(Appointment.id).where(
        Appointment.service_id == service_id,
        Appointment.person_id == person_id,
        Appointment.day == day,
        Appointment.slot == slot,
        Appointment.state != CANCELLED,
    )
    if session.scalar(same.limit(1)) is not None:
        raise FieldProblems({"slot": f"此人已约 {spell(slot)}，同一时段不能再约。"})


def _change(session: Session, actor: Actor, appointment_id: int, version: int, **values: Any) -> Appointment:
    """A booked appointment of the version shown, with ``values`` set. Raises StaleAppointment where it is no longer so."""
    changed = session.scalar(
        update(Appointment)
        .where(
            Appointment.id == appointment_id,
            Appointment.centre_id == actor.centre_id,
            Appointment.state == BOOKED,
            Appointment.version == version,
        )
        .values(version=Appointment.version + 1, **values)
        .returning(Appointment)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if changed is None:
        known = session.scalar(
            select(Appointment.state).where(Appointment.id == appointment_id, Appointment.centre_id == actor.centre_id)
        )
        if known is None:
            raise Refused(UNKNOWN)
        raise StaleAppointment(STALE if known == BOOKED else f"这个预约的状态是“{LABELS[known]}”，不能再改。")
    return changed
