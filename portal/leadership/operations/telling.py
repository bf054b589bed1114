"""告知: the visitor knows day, time and place, and what exactly was said, so that a later change is seen to be one."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.operations.given import FieldProblems
from portal.leadership import booking_words
from portal.leadership.models import Booking
from portal.leadership.operations.bookings import ABSENT, ARRIVED, BOOKED, CANCELLED, note_booking, open_booking
from portal.leadership.queries import bookings as queries


def mark_told(session: Session, actor: Actor, booking_id: int, *, how: str, at: datetime) -> Booking:
    """The visitor was told by ``slip`` or ``phone``: of the time, or that it is called off. Raises FieldProblems (how), Refused."""
    if how not in booking_words.TOLD:
        raise FieldProblems({"how": "请选择怎样告知的。"})
    booking, case = open_booking(session, actor, booking_id, states=(BOOKED, ARRIVED, ABSENT, CANCELLED))
    shown = queries.one(session, actor, booking.id)
    booking.told_at, booking.told_what = at, shown.promise
    session.flush()
    note_booking(session, actor, booking, case, "told", at, {"how": how})
    return booking
