"""What the code of a 约访 tells its holder at /enquiry and at the kiosk: when, where, how to change it; neither matter nor leader."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.leadership.models import Booking, Reception
from portal.leadership.operations.bookings import ABSENT, BOOKED, CANCELLED, code_hash
from portal.leadership.queries import published
from portal.leadership.queries.roster import Row
from portal.organisation.spans import clock_text
from portal.queue.promises import CALLED_OFF, Promised, how_to_change

LABEL = "领导接访"
COME = "请按时到场，先在导引台签到。"
SHIFTED = "这场接访已经取消，请到导引台询问怎样另行安排。"
OVER = "约定的时间已经过去。还要反映的，请到导引台。"
HERE = "已经签到，请听候叫号。"
RECEIVED = "这次接访已经开始或者结束。"


def promised(session: Session, code: str, at: datetime) -> Promised | None:
    """The visit behind ``code`` as it was published; None where no booking has it. Two queries, and one for the hall's telephone."""
    wanted = select(Booking, Reception).join(Reception, Reception.id == Booking.reception_id)
    found = session.execute(wanted.where(Booking.code_hash == code_hash(code))).one_or_none()
    reception = published.row_of(session, found.Reception) if found else None
    if reception is None:
        return None
    booking = found.Booking
    says, open_still = _standing(booking, reception, at)
    return Promised(
        label=LABEL,
        day=reception.day,
        time=reception.hours if booking.slot is None else clock_text(booking.slot),
        place=reception.place,
        says=says,
        change=how_to_change(session, booking.centre_id) if open_still else "",
        case_id=booking.case_id,
    )


def _standing(booking: Booking, reception: Row, at: datetime) -> tuple[str, bool]:
    """How the booking stands, and whether it can still be changed."""
    if booking.state == CANCELLED:
        return CALLED_OFF, False
    if not reception.stands:
        return SHIFTED, False
    if booking.state == BOOKED and reception.day >= clock.day_of(at):
        return COME, at < clock.at_hall(reception.day, *divmod(booking.slot or reception.starts, 60))
    if booking.state in (BOOKED, ABSENT):
        return OVER, False
    return (HERE if booking.state == "arrived" else RECEIVED), False
