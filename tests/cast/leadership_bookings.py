"""Who is put before the leaders of the demo hall: places taken, groups, some told already and some not, the first briefs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

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
from portal.leadership.operations import briefs, publishing, roster
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.operations.roster import ReceptionGiven
from portal.leadership.operations.telling import mark_told
from portal.leadership.queries import published
from portal.leadership.queries import roster as roster_queries
from portal.leadership.vocabulary import monday_of
from portal.organisation import operations as organisation
from portal.organisation.models import Region, Service, Window, WindowService
from portal.statutes.workdays import Calendar
from tests.cast.leadership_roster import OFFICE, ROOM, leaders, room_id

SERVICE = "领导接访"
MOST = 24  # bookings of the demo: enough to see every list filled, few enough to read
APPROVER = "lianhongjun"
# who receives on the working days ahead, in which half, where
AHEAD = (
    ("杜立新", "am", "fixed", ""),
    ("柏伟民", "pm", "fixed", ""),
    ("季长河", "am", "trip", "张店镇人民政府会议室"),
    ("宫本立", "am", "fixed", ""),
    ("尚国梁", "pm", "invited", ""),
)
GROUP = 5


def room(session: Session, admin: Actor, now: datetime) -> None:
    """The service of the leader's room, arranged as the administrator would."""
    if session.scalar(select(Service.id).where(Service.name == SERVICE)):
        return
    values = {"name": SERVICE, "prefix": "L", "area": "接访等候区", "position": 90, "at_kiosk": False}
    service = organisation.add_service(session, admin, "petition", values, at=now)
    window = session.scalars(select(Window).where(Window.name == ROOM)).one()
    session.add(WindowService(window_id=window.id, service_id=service.id))
    session.flush()


def write(session: Session, staff: Mapping[str, Actor], days: Calendar, now: datetime) -> None:
    """Matters that the office may see, one after the other, into the places of the receptions ahead."""
    office, today = staff[OFFICE], clock.day_of(now)
    room(session, staff["yaoyuhang"], now)
    if not _receptions(session, today):
        _publish(session, staff, days, now)
    open_cases = select(Case).where(cases.visible(office), Case.state == "open", Case.sensitivity == "normal")
    waiting = list(
        session.scalars(open_cases.order_by(Case.purpose != "claim", Case.subject == "了解办理进度", Case.id))
    )
    made: list[Booking] = []
    for place, reception in enumerate(_receptions(session, today)):
        for turn in range(3 if place % 2 == 0 else 1):
            if not waiting or len(made) >= MOST:
                return
            booked = _put(session, office, reception, waiting.pop(0), turn, len(made), now)
            made += [booked] if booked else []


def _receptions(session: Session, today: date) -> list[Reception]:
    wanted = (
        select(Reception)
        .join(Week, Week.id == Reception.week_id)
        .where(published.was_published(), Reception.state == "planned", Reception.day >= today)
        .order_by(Reception.day, Reception.starts, Reception.id)
    )
    return list(session.scalars(wanted))


def _publish(session: Session, staff: Mapping[str, Actor], days: Calendar, now: datetime) -> None:
    """A week of receptions from the next working day on, signed off and published an hour ago."""
    office, known, before = staff[OFFICE], leaders(session), now - timedelta(hours=1)
    county = session.scalars(select(Region.code).where(Region.name == "平陆县")).one()
    day = clock.day_of(now)
    weeks = set()
    for name, half, kind, place in AHEAD:
        day += timedelta(days=1)
        while not days.is_workday(day):
            day += timedelta(days=1)
        starts = 9 * 60 if half == "am" else 15 * 60
        given = ReceptionGiven(
            known[name].id, day, half, starts, starts + 150, kind, 6, place=place, region_code=county if place else None,
            window_id=None if place else room_id(session), field=known[name].field, slot_minutes=None if place else 25,
        )  # fmt: skip
        roster.place(session, office, given, at=before)
        weeks.add(monday_of(day))
    for monday in sorted(weeks):
        for operation, actor in (
            (publishing.submit, office),
            (publishing.approve, staff[APPROVER]),
            (publishing.publish, office),
        ):
            week = roster_queries.week(session, office.centre_id, monday)
            operation(session, actor, week.id, version=week.version, at=before)


def _why(case: Case, today: date) -> str:
    if case.headcount >= GROUP:
        return "group"
    return "overdue" if case.next_due and case.next_due < today else "backlog"


def _put(
    session: Session, office: Actor, reception: Reception, case: Case, turn: int, place: int, now: datetime
) -> Booking | None:
    offered = list(slots.places(reception.starts, reception.ends, reception.slot_minutes, reception.capacity))
    wanted = BookingDraft(
        source="applied" if place % 4 == 3 else "chosen",
        why=_why(case, clock.day_of(now)),
        slot=offered[turn] if turn < len(offered) else None,
        headcount=max(1, case.headcount),
        representatives=min(max(1, case.headcount), 5),
    )
    try:
        booked = operations.book(session, office, reception.id, case.id, wanted, at=now)
    except (Refused, FieldProblems):
        return None  # a place that is over by now, or a leader who must not receive it: the next one then
    if place % 3:
        mark_told(session, office, booked.id, how="slip" if place % 2 else "phone", at=now)
    if place % 2 == 0:
        briefs.generate(session, office, booked.id, at=now)
    return booked
