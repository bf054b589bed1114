"""What becomes of booked matters where a published reception changes: they pass to who receives now, and keep a time that there is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.leadership import slots
from portal.leadership.models import Booking, Leader
from portal.leadership.operations import circle, recusal
from portal.leadership.operations.bookings import ABSENT, ARRIVED, BOOKED, note_booking
from portal.leadership.queries.roster import Row

WHY = "代为接访"
NO_TIME = "公布的时段有变，原约的时间没有了，待重新约定"
TO_COME = (BOOKED, ARRIVED, ABSENT)


def carry_over(session: Session, actor: Actor, before: Sequence[Row], after: Sequence[Row], *, at: datetime) -> None:
    """Let what is booked follow from one edition to the next; to be called when the new one is kept.

    Cases and bookings are locked in the order of their ids, after the receptions.
    """
    old = {row.id: row for row in before}
    changed = [row for row in after if row.stands and row.id in old and _matters(old[row.id], row)]
    if not changed:
        return
    booked = select(Booking).where(Booking.reception_id.in_([row.id for row in changed]), Booking.state.in_(TO_COME))
    ids = booked.with_only_columns(Booking.case_id)
    wanted = select(Case).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()
    cases = {case.id: case for case in session.scalars(wanted)}
    rows = session.scalars(booked.order_by(Booking.position, Booking.id).with_for_update()).all()
    for row in changed:
        mine = [each for each in rows if each.reception_id == row.id]
        if row.leader_id != old[row.id].leader_id:
            _pass_on(session, actor, row, mine, cases, at)
        _keep_times(session, actor, row, mine, cases, at)


def _matters(old: Row, new: Row) -> bool:
    return old.leader_id != new.leader_id or _times(old) != _times(new)


def _times(row: Row) -> dict[int, int]:
    return slots.places(row.starts, row.ends, row.slot_minutes, row.capacity)


def _pass_on(
    session: Session, actor: Actor, row: Row, booked: Sequence[Booking], cases: dict[int, Case], at: datetime
) -> None:
    """Open what is booked to the new leader and those who type for the leader; look at conflicts of interest anew.

    A matter that this leader must not receive (信访工作条例 第二十八条第三款、第三十条第三款) stays closed: its booking shows the conflict
    and waits to be put elsewhere. What was decided about the leader before says nothing of this one.
    """
    leader = session.get_one(Leader, row.leader_id)
    found = recusal.conflicts_of(session, leader, [cases[each.case_id] for each in booked])
    for each in booked:
        case = cases[each.case_id]
        waived, each.waiver = bool(each.waiver), ""
        if not recusal.blocking(found[case.id]):
            circle.open_to_leader(session, case, leader, why=WHY, at=at)
        note_booking(session, actor, each, case, "substituted", at, {"waived": waived})


def _keep_times(
    session: Session, actor: Actor, row: Row, booked: Sequence[Booking], cases: dict[int, Case], at: datetime
) -> None:
    """Whose time is none any more, or has more batches than it takes, has no time: to be given one, and told."""
    left = _times(row)
    for each in booked:
        if each.state != BOOKED or each.slot is None:
            continue
        if left.get(each.slot, 0) > 0:
            left[each.slot] -= 1
            continue
        was, each.slot = each.slot, None
        each.told_at, each.told_what, each.version = None, "", each.version + 1
        note_booking(session, actor, each, cases[each.case_id], "moved", at, {"from_slot": was}, {"reason": NO_TIME})
