"""A hall with the leaders of the cast, one published week with a few receptions, and matters to be put before them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import clock
from portal.access.actor import Actor
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.operations import PersonGiven, Registration
from portal.leadership.models import Reception, Week
from portal.leadership.operations.bookings import BookingDraft
from portal.organisation.models import Service, Window, WindowService
from tests import kept
from tests.cast import leadership_roster as roster
from tests.cast.people import CLERK_OF, seed_minimal

DAY = date(2026, 11, 26)  # a Thursday
AT = clock.at_hall(DAY, 8, 30)
NINE = 9 * 60
ROOM_SERVICE = "领导接访"
OFFICE, LEADER, GREETER, HEAD, CLERK = "fengkai", "dulixin", "jingxiaoyan", "renzhiping", CLERK_OF["petition"]


def later(minutes: float) -> datetime:
    """So many minutes after half past eight."""
    return AT + timedelta(minutes=minutes)


def prepare(session) -> dict[str, Actor]:
    """Hall, staff, leaders, and the service of the leader's room; actors by login name."""
    return kept.rows(session, "leaders and their room", _prepare)


def _prepare(session) -> dict[str, Actor]:
    staff = seed_minimal(session, AT)
    roster.write(session, staff, AT)
    centre_id = staff[OFFICE].centre_id
    service = Service(
        centre_id=centre_id, code="petition.leader", platform="petition", name=ROOM_SERVICE, prefix="L", area="接访等候区",
        position=90, at_kiosk=False,
    )  # fmt: skip
    session.add(service)
    session.flush()
    session.add(WindowService(window_id=room(session), service_id=service.id))
    session.flush()
    return staff


def room(session) -> int:
    """The leader's room."""
    return session.scalar(select(Window.id).where(Window.name == roster.ROOM))


def reception(session, staff, leader: str = "杜立新", day: date = DAY, **changes: Any) -> Reception:
    """A published morning of six places in six slots of 25 minutes, in the leader's room."""
    centre_id = staff[OFFICE].centre_id
    monday = day - timedelta(days=day.weekday())
    week = session.scalar(select(Week).where(Week.centre_id == centre_id, Week.monday == monday))
    if week is None:
        week = Week(centre_id=centre_id, monday=monday, state="published", published_at=AT)
        session.add(week)
        session.flush()
    values = {
        "half": "am", "starts": NINE, "ends": NINE + 150, "kind": "fixed", "place": "", "capacity": 6, "slot_minutes": 25,
        "window_id": room(session),
    } | changes  # fmt: skip
    made = Reception(
        centre_id=centre_id, week_id=week.id, leader_id=roster.leaders(session)[leader].id, day=day, **values
    )
    session.add(made)
    session.flush()
    return made


def matter(session, who: Actor, name: str = "吕德胜", **given: Any) -> Case:
    """A petition registered by ``who``."""
    values = {
        "channel": "visit", "purpose": "claim", "subject": "风电项目占地赔偿款拖欠", "facts": "施工占用耕地1.2亩，至今未付。",
        "demands": ("督促支付占地赔偿款4.6万元",), "petitioner": PersonGiven(name), "received_at": AT,
    }  # fmt: skip
    return cases.register(session, who, Registration(**values | given), at=AT)


def draft(**changes: Any) -> BookingDraft:
    """A booking chosen by the office at nine."""
    return BookingDraft(**{"source": "chosen", "slot": NINE, **changes})
