"""One reception of today with matters that are received, and the way of a sheet to its signature, for the tests of the loop."""

from datetime import date, timedelta

from sqlalchemy import select

from portal.leadership.models import Reception
from portal.leadership.operations import bookings, sheets
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.sheets import SheetGiven
from portal.organisation.models import Unit
from tests.cast.people import actors
from tests.leadership.receptions import DAY, HEAD, LEADER, NINE, OFFICE, draft, later, matter, prepare, reception

UNIT, UNIT_STAFF = "市信访局", "houwenjuan"
CO_UNIT, CO_STAFF = "平陆县信访局", "yanhaiyan"
DUE = DAY + timedelta(days=10)
MINUTES, OPINION = "吕德胜说占地款拖了两年。", "请市信访局牵头，十天内把占地赔偿款算清、付清。"


def staff_of(session) -> dict:
    """The staff by login name."""
    return actors(session)


def unit_id(session, name: str = UNIT) -> int:
    """The organ of that short name."""
    return session.scalars(select(Unit.id).where(Unit.short_name == name).order_by(Unit.id)).first()


def task(session, due: date = DUE, *co: str) -> TaskDraft:
    """A task of UNIT with helping units."""
    return TaskDraft("核清占地面积，支付赔偿款", unit_id(session), due, tuple(unit_id(session, name) for name in co))


def booked(session, places: int = 1, **given) -> tuple[dict, Reception, list[int]]:
    """Staff, a reception of today of 杜立新 and the ids of so many bookings, inside write()."""
    staff = prepare(session)
    held = reception(session, staff)
    ids = [
        bookings.book(
            session, staff[HEAD], held.id, matter(session, staff[HEAD], f"吕德胜{place}", **given).id,
            draft(slot=NINE + 25 * place), at=later(0),
        ).id
        for place in range(places)
    ]  # fmt: skip
    return staff, held, ids


def received(session, staff, held: Reception, booking_id: int) -> None:
    """The leader came, the matter was received, inside write()."""
    if held.arrived_at is None:
        sheets.arrive(session, staff[OFFICE], held.id, at=later(30))
    sheets.begin(session, staff[OFFICE], booking_id, at=later(31))
    sheets.end(session, staff[OFFICE], booking_id, at=later(50))


def given(session, **changes) -> SheetGiven:
    """A whole sheet with one task."""
    values = {"minutes": MINUTES, "opinion": OPINION, "manner": "task", "tasks": (task(session),)}
    return SheetGiven(**values | changes)


def signed(session, staff, booking_id: int, sheet: SheetGiven | None = None):
    """Typed, then signed by the leader's own account; the sheet, inside write()."""
    typed = sheets.record(
        session, staff[OFFICE], booking_id, sheet or given(session), version=0, at=later(51), ready=True
    )
    return sheets.sign(session, staff[LEADER], booking_id, version=typed.version, at=later(55))
