"""Reading receptions with their places, and who is booked. What a ticket says (called, received) is read from it, never kept twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.cases import queries as cases
from portal.cases.models import Case, Party
from portal.leadership import booking_words, slots, vocabulary
from portal.leadership.models import Booking, Reception, Week
from portal.leadership.operations.bookings import CANCELLED, FREES, code_hash
from portal.leadership.queries import published
from portal.leadership.queries.roster import Row, in_order
from portal.organisation.spans import clock_text
from portal.queue.models import Ticket

LISTED = 200
# read of whole weeks: on which day a reception is stands in its edition, not in a column
READ = LISTED * vocabulary.DAYS_OF_WEEK
LONGEST_PROMISE = 240
HIDDEN = "不对您开放的事项"
VISITORS = ("petitioner", "applicant")
IN_ORDER = (Booking.slot.is_(None), Booking.slot, Booking.position, Booking.id)


@dataclass(frozen=True)
class SlotShown:
    """A time of a reception: the minute of the day, and how many batches it takes and has."""

    minute: int
    capacity: int
    taken: int

    @property
    def time(self) -> str:
        """09:30."""
        return clock_text(self.minute)

    @property
    def free(self) -> int:
        """Batches it still takes."""
        return max(0, self.capacity - self.taken)


@dataclass(frozen=True)
class ReceptionShown:
    """A reception as it was published, with its places. ``where`` is the whole place; ``reason`` only of one that is called off."""

    id: int
    leader_id: int
    leader: str
    post: str
    instead_of: str
    day: date
    half: str
    starts: int
    ends: int
    kind: str
    where: str
    window_id: int | None
    topic: str
    state: str
    reason: str
    capacity: int
    taken: int
    slots: tuple[SlotShown, ...] = field(default=())

    @property
    def free(self) -> int:
        """Batches it still takes; none where it is not planned any more."""
        return max(0, self.capacity - self.taken) if self.state == "planned" else 0

    @property
    def kind_label(self) -> str:
        """定点接访."""
        return vocabulary.KIND_LABELS.get(self.kind, self.kind)

    @property
    def when(self) -> str:
        """12月2日（周三）上午 09:00–11:30."""
        return f"{vocabulary.when_words(self.day, self.half)} {vocabulary.span_words(self.starts, self.ends)}"

    @property
    def away(self) -> bool:
        """Whether the leader goes there: 下访, 带案下访."""
        return self.kind in vocabulary.AWAY


@dataclass(frozen=True)
class BookingShown:
    """A booking as this reader may see it. ``stands`` is what holds now: the state, or what the visitor's ticket says (left too).

    ``hidden``: the matter is not open to the reader; then only time and numbers of people are told. Leader, day, hour and place are
    those that were published; ``in_hall``: in a room where the visitor waits with a number; ``timed``: by slots. Moments are aware.
    """

    id: int
    version: int
    reception_id: int
    leader_id: int
    leader: str
    post: str
    day: date
    half: str
    where: str
    reception_state: str
    case_id: int
    number: str
    subject: str
    visitor: str
    sensitivity: str
    state: str
    stands: str
    source: str
    why: str
    slot: int | None
    headcount: int
    representatives: int
    ticket_id: int | None
    ticket_number: str
    code: str
    told_at: datetime | None
    told_what: str
    arrived_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    booked_at: datetime
    reason: str
    waiver: str
    hidden: bool
    starts: int
    in_hall: bool
    timed: bool

    @property
    def time(self) -> str:
        """09:30; when the reception begins, where there are no slots."""
        return clock_text(self.slot if self.slot is not None else self.starts)

    @property
    def when(self) -> str:
        """12月2日（周三）上午."""
        return vocabulary.when_words(self.day, self.half)

    @property
    def promise(self) -> str:
        """Day, time, place and leader: what the visitor is told, or that it is called off."""
        if CANCELLED in (self.state, self.reception_state):
            return CANCELLED
        return f"{self.day.isoformat()} {self.time} {self.where} {self.post}"[:LONGEST_PROMISE]

    @property
    def told(self) -> bool:
        """Whether what the visitor was told still holds."""
        return self.told_at is not None and self.told_what == self.promise

    @property
    def untimed(self) -> bool:
        """Whether it needs a time: the reception is by slots, and the slot that was promised is none any more."""
        return self.state == "booked" and self.slot is None and self.timed and self.source in ("chosen", "applied")

    @property
    def stands_label(self) -> str:
        """已约, 已到 …"""
        if self.stands == "left":
            return "已离开"
        if self.stands == "receiving" and self.ended_at is not None:
            return "已接谈，待登记"
        return booking_words.STATES[self.stands]

    @property
    def source_label(self) -> str:
        """选定约见, 群众申请 …"""
        return booking_words.SOURCES[self.source]

    @property
    def why_label(self) -> str:
        """积案, 包案 …"""
        return booking_words.WHYS[self.why]


def receptions(
    session: Session, actor: Actor, first: date, last: date, *, with_free: bool = False
) -> list[ReceptionShown]:
    """The published receptions from ``first`` to ``last``, by day and hour. Three queries.

    ``with_free``: only those that are planned and have a place left.
    """
    weeks = Week.monday.between(vocabulary.monday_of(first), last)
    shown = _shown(session, session.scalars(_receptions(actor).where(weeks)).all())
    return [each for each in shown if first <= each.day <= last and (each.free or not with_free)]


def reception(session: Session, actor: Actor, reception_id: int) -> ReceptionShown | None:
    """One published reception (a cancelled one too), or None. Three queries."""
    rows = session.scalars(_receptions(actor).where(Reception.id == reception_id)).all()
    return next(iter(_shown(session, rows)), None)


def of_reception(session: Session, actor: Actor, reception_id: int) -> list[BookingShown]:
    """Who is booked there, in the order in which they are to be received; cancelled ones last. Three queries.

    Of a 检举控告 that is kept from the reader only the office knows that it is there: the leader may be a substitute, and accused
    in it (信访工作条例 第三十条第三款).
    """
    wanted = _bookings(actor).where(Booking.reception_id == reception_id)
    if not (actor.may(P.LEADERSHIP_BOOK) or actor.may(P.LEADERSHIP_RECORD)):
        wanted = wanted.where(or_(Case.sensitivity == "normal", cases.visible(actor)))
    wanted = wanted.order_by(Booking.state == CANCELLED, *IN_ORDER)
    return _told(session, session.execute(wanted.limit(LISTED)).all())


def one(session: Session, actor: Actor, booking_id: int) -> BookingShown | None:
    """One booking whose matter the actor may see, or None. Three queries."""
    rows = session.execute(_bookings(actor).where(Booking.id == booking_id, cases.visible(actor))).all()
    return next(iter(_told(session, rows)), None)


def of_case(session: Session, actor: Actor, case_id: int) -> list[BookingShown]:
    """The bookings of a matter that the actor may see, the latest reception first. Three queries."""
    wanted = _bookings(actor).where(Booking.case_id == case_id, cases.visible(actor))
    shown = _told(session, session.execute(wanted.order_by(Booking.id.desc()).limit(LISTED)).all())
    return sorted(shown, key=lambda each: each.day, reverse=True)


def displaced(session: Session, actor: Actor) -> list[BookingShown]:
    """Booked for a reception that was cancelled: each is to be moved or called off, and the visitor told. Three queries."""
    wanted = _bookings(actor).where(
        Reception.state == CANCELLED, Booking.state.in_(("booked", "arrived")), cases.visible(actor)
    )
    rows = session.execute(wanted.order_by(Reception.day, Booking.id).limit(LISTED)).all()
    return [each for each in _told(session, rows) if each.reception_state == CANCELLED]


def untimed(session: Session, actor: Actor, today: date) -> list[BookingShown]:
    """For today or later, and the time that was promised is none any more: each is to be given another. Three queries."""
    wanted = _in_weeks(_bookings(actor), Week.monday >= vocabulary.monday_of(today)).where(
        Booking.state == "booked", Booking.slot.is_(None), cases.visible(actor)
    )
    rows = session.execute(wanted.order_by(Week.monday, Reception.day, Booking.id).limit(READ)).all()
    shown = [
        each
        for each in _told(session, rows)
        if each.untimed and each.day >= today and each.reception_state == "planned"
    ]
    return shown[:LISTED]


def untold(session: Session, actor: Actor, today: date) -> list[BookingShown]:
    """For today or later, booked or called off, and the visitor does not know it as it is now; at most LISTED. Three queries
    for each LISTED who are booked.

    What waits to be moved or called off (``displaced``, ``untimed``) is not listed here as well.
    """
    wanted = _in_weeks(_bookings(actor), Week.monday >= vocabulary.monday_of(today)).where(
        or_(Booking.state == "booked", and_(Booking.state == CANCELLED, Booking.told_what != CANCELLED)),
        cases.visible(actor),
    )
    wanted = wanted.order_by(Week.monday, Reception.day, Booking.slot, Booking.id).limit(LISTED)
    found: list[BookingShown] = []
    # whether what was told still holds is known only when it is read: a page of those who know is no reason to stop
    for start in range(0, LISTED * LISTED, LISTED):
        rows = session.execute(wanted.offset(start)).all()
        found += [
            each for each in _told(session, rows)
            if each.day >= today and not each.told and not each.untimed
            and (each.state == CANCELLED or each.reception_state == "planned")
        ]  # fmt: skip
        if len(rows) < LISTED or len(found) >= LISTED:
            break
    return found[:LISTED]


def arriving(session: Session, centre_id: int, today: date) -> list[BookingShown]:
    """Who is still to come today, for the greeter: ordinary matters only, a 检举 comes with its code. Three queries."""
    ordinary = _selected(Case.sensitivity == "normal").where(
        Booking.centre_id == centre_id, Booking.state == "booked", Case.sensitivity == "normal"
    )
    wanted = _in_weeks(ordinary, Week.monday == vocabulary.monday_of(today))
    shown = _told(session, session.execute(wanted.order_by(*IN_ORDER).limit(READ)).all())
    return [
        each for each in shown
        if each.day == today and each.in_hall and each.reception_state != CANCELLED
    ][:LISTED]  # fmt: skip


def by_code(session: Session, centre_id: int, code: str) -> int | None:
    """The id of the booking with that code, whatever its matter: who holds the slip is the visitor."""
    return session.scalar(
        select(Booking.id).where(Booking.centre_id == centre_id, Booking.code_hash == code_hash(code))
    )


def taken_of(session: Session, reception_ids: Iterable[int]) -> dict[int, dict[int | None, int]]:
    """Reception id → slot → batches that hold a place there. One query."""
    standing = select(Booking.reception_id, Booking.slot, func.count()).where(
        Booking.reception_id.in_(list(reception_ids)), Booking.state.not_in(FREES)
    )
    found: dict[int, dict[int | None, int]] = {}
    for reception_id, slot, count in session.execute(standing.group_by(Booking.reception_id, Booking.slot)):
        found.setdefault(reception_id, {})[slot] = count
    return found


def _receptions(actor: Actor) -> Select:
    return (
        select(Reception)
        .join(Week, Week.id == Reception.week_id)
        .where(Reception.centre_id == actor.centre_id, published.was_published())
    )


def _shown(session: Session, receptions: Sequence[Reception]) -> list[ReceptionShown]:
    reasons = {each.id: each.reason for each in receptions}
    rows = published.rows_of(session, receptions)
    taken = taken_of(session, rows)
    return [_reception(row, taken.get(row.id, {}), reasons[row.id]) for row in in_order(rows.values())]


def _reception(row: Row, taken: dict[int | None, int], reason: str) -> ReceptionShown:
    offered = slots.places(row.starts, row.ends, row.slot_minutes, row.capacity)
    return ReceptionShown(
        id=row.id,
        leader_id=row.leader_id,
        leader=row.leader,
        post=row.post,
        instead_of=row.instead,
        day=row.day,
        half=row.half,
        starts=row.starts,
        ends=row.ends,
        kind=row.kind,
        where=row.place,
        window_id=row.window_id,
        topic=row.field,
        state=row.state,
        reason="" if row.stands else reason,  # the reason of a change that is drafted stays in the office
        capacity=row.capacity,
        taken=sum(taken.values()),
        slots=tuple(SlotShown(minute, batches, taken.get(minute, 0)) for minute, batches in offered.items()),
    )


def _bookings(actor: Actor) -> Select:
    return _selected(cases.visible(actor)).where(Booking.centre_id == actor.centre_id)


def _selected(seen: ColumnElement[bool]) -> Select:
    return (
        select(Booking, Reception, Case, Ticket, seen)
        .join(Reception, Reception.id == Booking.reception_id)
        .join(Case, Case.id == Booking.case_id)
        .outerjoin(Ticket, Ticket.id == Booking.ticket_id)
    )


def _in_weeks(wanted: Select, which: ColumnElement[bool]) -> Select:
    return wanted.join(Week, Week.id == Reception.week_id).where(which)


def _told(session: Session, rows: Sequence) -> list[BookingShown]:
    if not rows:
        return []
    of = select(Party.case_id, func.min(Party.name)).where(
        Party.case_id.in_({case.id for _, _, case, _, _ in rows}), Party.role.in_(VISITORS)
    )
    names = dict(session.execute(of.group_by(Party.case_id)).all())
    known = published.rows_of(session, (held for _, held, _, _, _ in rows))
    return [
        _booking(booking, known[held.id], case, ticket, seen, names.get(case.id, ""))
        for booking, held, case, ticket, seen in rows
        if held.id in known
    ]


def stands(state: str, ticket_state: str | None) -> str:
    """What holds now: a visitor who has arrived is where the ticket says (decision 0002)."""
    if state != "arrived" or ticket_state is None:
        return state
    return {"serving": "receiving", "done": "receiving", "left": "left"}.get(ticket_state, "arrived")


def _booking(row: Booking, of: Row, case: Case, ticket: Ticket | None, seen: Any, visitor: str) -> BookingShown:
    hidden = not seen
    now = stands(row.state, ticket.state if ticket else None)
    from_ticket = ticket if ticket is not None and now == "receiving" else None
    return BookingShown(
        id=row.id,
        version=row.version,
        reception_id=of.id,
        leader_id=of.leader_id,
        leader=of.leader,
        post=of.post,
        day=of.day,
        half=of.half,
        where=of.place,
        reception_state=of.state,
        case_id=case.id,
        number="" if hidden else case.number,
        subject=HIDDEN if hidden else case.subject,
        visitor="" if hidden else visitor,
        sensitivity=case.sensitivity,
        state=row.state,
        stands=now,
        source=row.source,
        why=row.why,
        slot=row.slot,
        headcount=row.headcount,
        representatives=row.representatives,
        ticket_id=row.ticket_id,
        ticket_number=ticket.number if ticket else "",
        code="" if hidden else row.code,
        told_at=row.told_at,
        told_what=row.told_what,
        arrived_at=row.arrived_at,
        started_at=row.started_at or (from_ticket.started_at if from_ticket else None),
        ended_at=row.ended_at or (from_ticket.ended_at if from_ticket else None),
        booked_at=row.booked_at,
        reason="" if hidden else row.reason,
        waiver="" if hidden else row.waiver,
        hidden=hidden,
        starts=of.starts,
        in_hall=of.window_id is not None,
        timed=of.slot_minutes is not None,
    )
