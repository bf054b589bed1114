"""Who is put before the leaders of the demo hall: a morning with places taken, a group, a trip that is over, one to be told yet."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.leadership import slots
from portal.leadership.models import Booking, Reception, Week
from portal.leadership.operations import bookings as operations
from portal.leadership.operations import briefs
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.queries import published
from portal.organisation import operations as organisation
from portal.organisation.models import Service, Window, WindowService
from tests.cast.leadership_roster import OFFICE, ROOM

SERVICE = "领导接访"
MOST = 24  # bookings of the demo: enough to see every list filled, few enough to read
WHYS = ("backlog", "group", "overdue", "sponsored", "other")


def room(session: Session, admin: Actor, now: datetime) -> None:
    """The service of the leader's room, arranged as the administrator would."""
    if session.scalar(select(Service.id).where(Service.name == SERVICE)):
        return
    values = {"name": SERVICE, "prefix": "L", "area": "接访等候区", "position": 90, "at_kiosk": False}
    service = organisation.add_service(session, admin, "petition", values, at=now)
    window = session.scalars(select(Window).where(Window.name == ROOM)).one()
    session.add(WindowService(window_id=window.id, service_id=service.id))
    session.flush()


def write(session: Session, staff: Mapping[str, Actor], now: datetime) -> None:
    """Matters that the office may see, one after the other, into the places of the receptions ahead and of one that is over."""
    office, today = staff[OFFICE], clock.day_of(now)
    room(session, staff["yaoyuhang"], now)
    wanted = (
        select(Reception)
        .join(Week, Week.id == Reception.week_id)
        .where(published.was_published(), Reception.state == "planned")
        .order_by(Reception.day < today, Reception.day, Reception.starts, Reception.id)
    )
    open_cases = select(Case).where(cases.visible(office), Case.state == "open", Case.sensitivity == "normal")
    waiting = list(session.scalars(open_cases.order_by(Case.id)))
    made: list[Booking] = []
    for place, reception in enumerate(session.scalars(wanted)):
        for turn in range(3 if place % 2 == 0 else 1):
            if not waiting or len(made) >= MOST:
                return
            booked = _put(session, office, reception, waiting.pop(0), turn, len(made), now)
            made += [booked] if booked else []


def _put(
    session: Session, office: Actor, reception: Reception, case: Case, turn: int, place: int, now: datetime
) -> Booking | None:
    offered = list(slots.places(reception.starts, reception.ends, reception.slot_minutes, reception.capacity))
    past = reception.day < clock.day_of(now)
    wanted = BookingDraft(
        source="paper" if past else "applied" if place % 4 == 3 else "chosen",
        why=WHYS[place % len(WHYS)],
        slot=offered[turn] if offered and not past and turn < len(offered) else None,
        headcount=max(1, case.headcount),
        representatives=min(max(1, case.headcount), 5),
        began=reception.starts + 20 * turn if past else None,
        ended=reception.starts + 20 * turn + 15 if past else None,
    )
    try:
        booked = operations.book(session, office, reception.id, case.id, wanted, at=now)
    except (Refused, FieldProblems):
        return None  # a place that is over by now, or a leader who must not receive it: the next one then
    if place % 3 and not past:
        operations.mark_told(session, office, booked.id, how="slip" if place % 2 else "phone", at=now)
    if place % 2 == 0:
        briefs.generate(session, office, booked.id, at=now)
    return booked
