"""A small roster for tests: the leaders of the cast, the week of 30 November 2026, and the ways to a published one."""

from datetime import date

from portal import clock
from portal.leadership.operations import publishing
from portal.leadership.operations import roster as operations
from portal.leadership.operations.roster import ReceptionGiven
from portal.leadership.queries import roster as queries
from tests import kept
from tests.cast import leadership_roster as cast
from tests.cast.people import seed_minimal

AT = clock.at_hall(date(2026, 11, 26), 9, 30)  # a Thursday
MONDAY = date(2026, 11, 30)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 12, day) for day in (1, 2, 3, 4, 5))
HOURS = {"am": (540, 690), "pm": (900, 1020)}
OFFICE, APPROVER = "fengkai", "lianhongjun"


def founded(session) -> dict:
    """The staff, with the cast's leaders, inside write()."""
    return kept.rows(session, "leaders", _founded)


def _founded(session) -> dict:
    staff = seed_minimal(session, AT)
    cast.write(session, staff, AT)
    return staff


def given(session, name: str = "路海涛", day: date = WEDNESDAY, half: str = "am", **further) -> ReceptionGiven:
    """A reception in the leaders' room."""
    starts, ends = HOURS[half]
    leader = cast.leaders(session)[name]
    values = {"kind": "fixed", "capacity": 6, "window_id": cast.room_id(session), "field": leader.field}
    return ReceptionGiven(leader.id, day, half, starts, ends, **values | further)


def placed(session, staff, *args, **kwargs):
    """A reception of the draft, inside write()."""
    return operations.place(session, staff[OFFICE], given(session, *args, **kwargs), at=AT)


def version(session, centre_id: int, monday: date = MONDAY) -> tuple[int, int]:
    """Id and version of the week."""
    week = queries.week(session, centre_id, monday)
    return week.id, week.version


def publish(session, staff, monday: date = MONDAY, at=AT):
    """Submit, sign off by somebody else, publish, inside write(); the edition."""
    office, approver = staff[OFFICE], staff[APPROVER]
    for operation, actor in ((publishing.submit, office), (publishing.approve, approver)):
        week_id, known = version(session, office.centre_id, monday)
        operation(session, actor, week_id, version=known, at=at)
    week_id, known = version(session, office.centre_id, monday)
    return publishing.publish(session, office, week_id, version=known, at=at)
