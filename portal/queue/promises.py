"""What a code of a promised visit tells its holder: day, time, place, how to change it; never what it is about.

The queue knows its own appointments. A capability above it that promises visits under codes of its own (领导接访) gives its
source at start-up with ``load``; until then only appointments are known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.organisation.models import Centre, Service
from portal.queue.models import Appointment, Ticket
from portal.queue.operations.appointments import ARRIVED, CANCELLED, MISSED, code_hash
from portal.queue.slots import moment, spell

BOOKED = "请按时到场，先在导引台或取号机凭预约码签到。"
GONE_BY = "预约的时间已经过去。还要办理的，请重新预约，或到大厅取普通号。"
CALLED_OFF = "这个预约已经取消。还要办理的，请重新预约，或到大厅取普通号。"
CHECKED_IN = "已经签到，号码是 {number}。凭小票上的查询码可以查排队情况。"
AT_DESK = "请到导引台"
BY_TELEPHONE = "请打电话 {telephone}，或到导引台"
CHANGE = "要改时间或者取消，{where}，说明预约码。"


@dataclass(frozen=True)
class Promised:
    """A visit that was promised. ``time`` in words ("10:00", "09:00–11:30"), ``says`` how it stands, ``change`` what to do for
    another time ("" where it is over); ``person_id`` and ``case_id``: whose last four open it, told to nobody.
    """

    label: str
    day: date
    time: str
    place: str
    says: str
    change: str
    person_id: int | None = None
    case_id: int | None = None


Source = Callable[[Session, str, datetime], Promised | None]
_sources: list[Source] = []


def load(source: Source | None) -> None:
    """Ask ``source(session, code, at)`` from now on, where no appointment has the code; None asks nobody."""
    _sources[:] = [source] if source else []


def find(session: Session, code: str, at: datetime) -> Promised | None:
    """What was promised under ``code`` (letters and digits in capitals); None for an unknown one."""
    booked = session.scalar(select(Appointment).where(Appointment.code_hash == code_hash(code)))
    if booked is not None:
        return _appointment(session, booked, at)
    return next((found for source in _sources if (found := source(session, code, at))), None)


def how_to_change(session: Session, centre_id: int) -> str:
    """Where another time is arranged, with the hall's telephone where the centre has given one."""
    telephone = session.scalar(select(Centre.telephone).where(Centre.id == centre_id))
    return CHANGE.format(where=BY_TELEPHONE.format(telephone=telephone) if telephone else AT_DESK)


def _appointment(session: Session, booked: Appointment, at: datetime) -> Promised:
    service = session.get_one(Service, booked.service_id)
    says, open_still = _standing(session, booked, at)
    return Promised(
        label="预约",
        day=booked.day,
        time=spell(booked.slot),
        place=service.area,
        says=says,
        change=how_to_change(session, booked.centre_id) if open_still else "",
        person_id=booked.person_id,
        case_id=booked.case_id,
    )


def _standing(session: Session, booked: Appointment, at: datetime) -> tuple[str, bool]:
    """How the appointment stands, and whether it can still be changed."""
    if booked.state == ARRIVED:
        number = session.scalar(select(Ticket.number).where(Ticket.appointment_id == booked.id))
        return CHECKED_IN.format(number=number), False
    if booked.state == CANCELLED:
        return CALLED_OFF, False
    # the day alone decides here: whether a late one is still kept is said where it is checked in
    if booked.state == MISSED or booked.day < clock.day_of(at):
        return GONE_BY, False
    return BOOKED, at < moment(booked.day, booked.slot)
