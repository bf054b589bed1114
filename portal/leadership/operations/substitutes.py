"""What passes to the leader who stands in: the matters that are booked, but none that this leader must not receive."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.leadership.models import Booking, Leader, Reception
from portal.leadership.operations import circle, recusal

WHY = "代为接访"
STANDING = ("booked", "arrived", "receiving")


def open_matters(session: Session, reception: Reception, leader: Leader, *, at: datetime) -> None:
    """Open what stands at ``reception`` to ``leader`` and those who type for the leader.

    A matter that this leader must not receive (信访工作条例 第二十八条第三款、第三十条第三款) stays closed: its booking shows the conflict
    and waits to be put elsewhere. The cases are locked in the order of their ids.
    """
    booked = select(Booking.case_id).where(Booking.reception_id == reception.id, Booking.state.in_(STANDING))
    cases = session.scalars(select(Case).where(Case.id.in_(booked)).order_by(Case.id).with_for_update()).all()
    found = recusal.conflicts_of(session, leader, cases)
    for case in cases:
        if not recusal.blocking(found[case.id]):
            circle.open_to_leader(session, case, leader, why=WHY, at=at)
