"""约访: a matter is put before a leader at one published reception, moved, called off, told to the visitor; never beyond capacity."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.models import Case
from portal.cases.operations.given import MOST_REPRESENTATIVES, FieldProblems, Refused
from portal.cases.operations.record import note, seal_free_text
from portal.keys import ring
from portal.leadership import booking_words, slots
from portal.leadership.models import Booking, Leader, Reception
from portal.leadership.operations import circle, recusal
from portal.leadership.operations.locking import row_of
from portal.leadership.queries import published
from portal.leadership.queries.roster import Row
from portal.organisation.spans import clock_text
from portal.queue.models import Ticket
from portal.queue.operations import moves, tickets
from portal.queue.operations.tickets import MOST_PEOPLE, new_code
from portal.trail import operations as trail

TOPIC = "leadership"
BOOKED, ARRIVED, RECEIVING, ABSENT, CANCELLED = "booked", "arrived", "receiving", "absent", "cancelled"
FREES = (ABSENT, CANCELLED)  # states that give the place back
LONGEST_REASON, LONGEST_WAIVER, LONGEST_NAME = 200, 300, 60
MINUTES_OF_DAY = 24 * 60
NO_RECEPTION = "没有这场接访，或它还没有公布。"
STALE = "这次约访刚刚有变化，页面已更新，请核对后再操作。"
TOO_MANY = f"推选的代表不超过 {MOST_REPRESENTATIVES} 人（信访工作条例第二十条第三款）。"


class Full(Refused):
    """No place is left, perhaps since a moment ago."""


class InConflict(Refused):
    """回避: ``found`` are the conflicts; where all of them are waivable a named person may decide in writing."""

    def __init__(self, found: list[recusal.Conflict]) -> None:
        super().__init__("".join(each.says for each in found))
        self.found = found

    @property
    def waivable(self) -> bool:
        """Whether a written decision would do."""
        return not recusal.blocking(self.found)


@dataclass(frozen=True)
class BookingDraft:
    """What is wanted of a booking. ``source`` and ``why`` are codes of booking_words, ``slot`` the minute of the day.

    ``waiver`` and ``waived_by``: why a conflict of interest does not count, and who (name, post) decided so. ``came``, ``began``
    and ``ended``: minutes of the day of a reception that is over (source "paper").
    """

    source: str
    why: str = "other"
    slot: int | None = None
    headcount: int = 1
    representatives: int = 1
    waiver: str = ""
    waived_by: str = ""
    came: int | None = None
    began: int | None = None
    ended: int | None = None


def book(
    session: Session, actor: Actor, reception_id: int, case_id: int, wanted: BookingDraft, *, at: datetime
) -> Booking:
    """Put a matter before a leader. Whoever books for the same reception waits; what stands never exceeds its capacity.

    A 检举控告 needs CASE_ACCUSATION and is opened to the leader alone; counselling is never booked. Raises Full, InConflict (信访
    工作条例 第二十八条第三款、第三十条第三款), Refused, FieldProblems (source, why, slot, headcount, representatives, waived_by,
    came, began, ended).
    """
    _refuse_stranger(actor)
    _check(wanted)
    reception = open_reception(session, actor, reception_id)
    leader = session.get_one(Leader, reception.leader_id)
    case = _case(session, actor, case_id)
    _refuse_time(reception, wanted, at)
    _refuse_twice(session, reception, case)
    waiver = _waiver(session, leader, case, wanted.waiver, wanted.waived_by)
    if wanted.source != "paper":  # what has happened is written down as it was
        refuse_full(session, reception, wanted.slot)
    code = new_code()
    made = Booking(
        centre_id=actor.centre_id,
        reception_id=reception.id,
        case_id=case.id,
        source=wanted.source,
        why=wanted.why,
        slot=wanted.slot,
        position=_next_position(session, reception.id),
        headcount=wanted.headcount,
        representatives=wanted.representatives,
        code=code,
        code_hash=code_hash(code),
        waiver=waiver,
        booked_by=actor.id,
        booked_at=at,
        **_paper_times(reception, wanted, at),
    )
    session.add(made)
    session.flush()
    circle.open_to_leader(session, case, leader, why="领导接访", at=at)
    data = {"source": made.source, "why": made.why, "headcount": made.headcount, "waived": bool(waiver)}
    note_booking(session, actor, made, case, "booked", at, data, {"waiver": waiver} if waiver else {})
    return made


def move(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    version: int,
    reception_id: int,
    slot: int | None,
    reason: str,
    waiver: str = "",
    waived_by: str = "",
    at: datetime,
) -> Booking:
    """改约: another reception or time, for a reason; code and history stay, and the visitor is to be told anew.

    ``waiver`` and ``waived_by`` are of a conflict with the other leader. Raises as book(), as end_waiting(), and Refused where it is
    no longer booked or was changed since ``version``.
    """
    _refuse_stranger(actor)
    said = _reason(reason)
    reception = open_reception(session, actor, reception_id)
    booking, case = open_booking(session, actor, booking_id, version=version, states=(BOOKED, ARRIVED))
    if (booking.reception_id, booking.slot) == (reception.id, slot):
        raise FieldProblems({"slot": "这就是现在约定的场次和时间。"})
    _refuse_time(reception, BookingDraft(booking.source, slot=slot), at)
    if reception.id != booking.reception_id:
        _refuse_twice(session, reception, case)
        leader = session.get_one(Leader, reception.leader_id)
        if leader.id != _published(session, booking).leader_id:
            booking.waiver = _waiver(session, leader, case, waiver, waived_by)
            circle.open_to_leader(session, case, leader, why="领导接访", at=at)
    refuse_full(session, reception, slot, besides=booking.id)
    end_waiting(session, actor, booking, at=at)
    old = {"from_reception": booking.reception_id, "from_slot": booking.slot}
    if reception.id != booking.reception_id:
        booking.position = _next_position(session, reception.id)
    booking.reception_id, booking.slot = reception.id, slot
    booking.told_at, booking.told_what = None, ""
    booking.reason, booking.version = said, booking.version + 1
    # who had come in vain comes again, with a new number
    booking.state, booking.arrived_at, booking.ticket_id = BOOKED, None, None
    session.flush()
    words = {"reason": said} | ({"waiver": booking.waiver} if waiver.strip() and booking.waiver else {})
    note_booking(session, actor, booking, case, "moved", at, old, words)
    return booking


def cancel(session: Session, actor: Actor, booking_id: int, *, version: int, reason: str, at: datetime) -> Booking:
    """取消, for a reason (≤ 200 characters); its place is free again. Raises FieldProblems (reason), Refused (end_waiting too)."""
    _refuse_stranger(actor)
    said = _reason(reason)
    booking, case = open_booking(session, actor, booking_id, version=version, states=(BOOKED, ARRIVED, ABSENT))
    end_waiting(session, actor, booking, at=at)
    booking.state, booking.reason, booking.version = CANCELLED, said, booking.version + 1
    booking.told_at, booking.told_what = None, ""
    session.flush()
    note_booking(session, actor, booking, case, "cancelled", at, words={"reason": said})
    return booking


def code_hash(code: str) -> str:
    """The keyed hash under which a booking's code, in any spelling, is found."""
    return ring.digest("leader-booking-code", "".join(each for each in code if each.isalnum()).upper())


def open_reception(session: Session, actor: Actor, reception_id: int) -> Row:
    """The reception as it was published, under its lock. Raises Refused: unknown, a draft, cancelled."""
    wanted = (
        select(Reception)
        .where(Reception.id == reception_id, Reception.centre_id == actor.centre_id)
        .with_for_update(of=Reception, key_share=True)
        .execution_options(populate_existing=True)
    )
    held = session.scalar(wanted)
    found = published.row_of(session, held) if held else None
    if found is None:
        raise Refused(NO_RECEPTION)
    if not found.stands:
        raise Refused("这场接访已经取消，请选择其他场次。")
    return found


def open_booking(
    session: Session, actor: Actor, booking_id: int, *, version: int | None = None, states: tuple[str, ...]
) -> tuple[Booking, Case]:
    """The booking and its case, both locked. Raises Refused: not open to the actor, changed meanwhile, in another state."""
    found, case = row_of(session, actor, Booking, booking_id)
    if found.state not in states:
        raise Refused(f"这次约访的状态是“{booking_words.STATES[found.state]}”，不能这样处理。")
    if version is not None and version != found.version:
        raise Refused(STALE)
    return found, case


def end_waiting(session: Session, actor: Actor, booking: Booking, *, at: datetime) -> None:
    """The number with which the visitor waits ends, so that nobody is called to a leader who expects no one.

    Raises Refused where the visitor is with the leader, was, or is called to the room just now.
    """
    ticket = session.get(Ticket, booking.ticket_id, populate_existing=True) if booking.ticket_id else None
    if ticket is None or ticket.state == moves.LEFT:
        return
    if ticket.state in (moves.SERVING, moves.DONE):
        raise Refused(
            f"{ticket.number} {'正在' if ticket.state == moves.SERVING else '已经'}接谈，不能这样处理；请填写登记表。"
        )
    if ticket.service_id != ticket.first_service_id:
        return  # the visitor went on to another window, and waits there for something else
    if ticket.state in (moves.CALLED, moves.HELD):
        raise Refused(f"{ticket.number} {moves.LABELS[ticket.state]}，请先在接访室办完或记过号，再这样处理。")
    tickets.leave(session, actor, ticket.id, version=ticket.version, at=at)


def note_booking(
    session: Session,
    actor: Actor,
    booking: Booking,
    case: Case,
    what: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> None:
    """Tell it on the case's timeline, with leader, day and time as they are published now."""
    reception = _published(session, booking)
    stated = {"booking_id": booking.id, "reception_id": reception.id, "leader_id": reception.leader_id}
    stated |= {"day": reception.day.isoformat(), "half": reception.half, "slot": booking.slot}
    told = {"leader": reception.who, **(words or {})}
    note(session, case, f"leader.{what}", actor, at, data=stated | (data or {}), words=told)
    trail.bump(session, booking.centre_id, TOPIC)


def _published(session: Session, booking: Booking) -> Row:
    """The reception of a booking; nothing is booked before it was published."""
    return published.rows_of(session, [session.get_one(Reception, booking.reception_id)])[booking.reception_id]


def _refuse_stranger(actor: Actor) -> None:
    if not actor.may(Permission.LEADERSHIP_BOOK):
        raise Refused("您没有安排接访的权限。")


def _check(wanted: BookingDraft) -> None:
    problems = {}
    if wanted.source not in booking_words.SOURCES:
        problems["source"] = "请从所列各项中选择。"
    if wanted.why not in booking_words.WHYS:
        problems["why"] = "请从所列各项中选择。"
    if not 1 <= wanted.headcount <= MOST_PEOPLE:
        problems["headcount"] = f"人数应在 1 至 {MOST_PEOPLE} 之间。"
    if wanted.representatives > MOST_REPRESENTATIVES:
        problems["representatives"] = TOO_MANY
    elif not 1 <= wanted.representatives <= max(1, wanted.headcount):
        problems["representatives"] = "代表至少 1 人，不多于来访人数。"
    if problems:
        raise FieldProblems(problems)


def _case(session: Session, actor: Actor, case_id: int) -> Case:
    case = circle.open_case(session, actor, case_id)
    if case.sensitivity == "accusation" and not actor.may(Permission.CASE_ACCUSATION):
        raise Refused("检举、控告的事项不由窗口约见领导，请向值班负责人报告（信访工作条例第三十条第三款）。")
    return case


def _refuse_time(reception: Row, wanted: BookingDraft, at: datetime) -> None:
    today, minute = clock.day_of(at), _minute_of(at)
    if wanted.source == "paper":
        if reception.day > today:
            raise Refused("这场接访还没有进行，补录只用于已经进行的接访。")
        _check_paper(wanted)
        return
    if reception.day < today:
        raise Refused("这场接访已经过去；当天手写登记的，请选“补录”。")
    over = reception.day == today and minute >= reception.ends
    if over:
        raise Refused(f"这场接访 {clock_text(reception.ends)} 已结束；当天手写登记的，请选“补录”。")
    if wanted.source == "walk_in" and reception.day != today:
        raise FieldProblems({"source": "“当日来访”只用于今天的接访。"})
    offered = slots.places(reception.starts, reception.ends, reception.slot_minutes, reception.capacity)
    if wanted.slot is None:
        if offered and wanted.source != "walk_in":
            raise FieldProblems({"slot": "请选择时段。"})
        return
    if wanted.slot not in offered:
        raise FieldProblems({"slot": "请从所列时段中选择。"})
    if reception.day == today and wanted.slot <= minute and wanted.source != "walk_in":
        raise FieldProblems({"slot": f"{clock_text(wanted.slot)} 已过，请选择以后的时段。"})


def _check_paper(wanted: BookingDraft) -> None:
    problems = {}
    for name in ("came", "began", "ended"):
        value = getattr(wanted, name)
        if value is not None and not 0 <= value < MINUTES_OF_DAY:
            problems[name] = "请填写时间，例如 09:30。"
    given = [value for value in (wanted.came, wanted.began, wanted.ended) if value is not None]
    if wanted.began is None:
        problems["began"] = "请填写开始接谈的时间。"
    elif given != sorted(given):
        problems["ended"] = "到场、开始、结束的时间先后不对，请核对。"
    if problems:
        raise FieldProblems(problems)


def _paper_times(reception: Row, wanted: BookingDraft, at: datetime) -> dict[str, Any]:
    if wanted.source != "paper":
        return {}

    def moment(minute: int | None, day: date = reception.day) -> datetime | None:
        return None if minute is None else clock.at_hall(day, *divmod(minute, 60))

    times = {"arrived_at": moment(wanted.came if wanted.came is not None else wanted.began)}
    times |= {"started_at": moment(wanted.began), "ended_at": moment(wanted.ended)}
    if any(each is not None and each > at for each in times.values()):
        raise FieldProblems({"ended" if wanted.ended is not None else "began": "补录的时间不能晚于现在。"})
    return {"state": RECEIVING, **times}


def _refuse_twice(session: Session, reception: Row, case: Case) -> None:
    same = select(Booking.id).where(
        Booking.reception_id == reception.id, Booking.case_id == case.id, Booking.state != CANCELLED
    )
    if session.scalar(same.limit(1)) is not None:
        raise Refused("这件事项已约在这场接访，不能再约。")


def refuse_full(session: Session, reception: Row, slot: int | None, *, besides: int | None = None) -> None:
    """Raise Full where the reception, or that slot of it, has no place left (``besides``: a booking that is not counted)."""
    standing = select(Booking.slot, func.count()).where(
        Booking.reception_id == reception.id, Booking.state.not_in(FREES), Booking.id != (besides or 0)
    )
    taken = dict(session.execute(standing.group_by(Booking.slot)).all())
    if sum(taken.values()) >= reception.capacity:
        raise Full(f"这场接访已约满（{reception.capacity} 批），请选择其他场次。")
    if slot is None:
        return
    offered = slots.places(reception.starts, reception.ends, reception.slot_minutes, reception.capacity)
    if taken.get(slot, 0) >= offered[slot]:
        raise Full(f"{clock_text(slot)} 刚刚约满（{offered[slot]} 批），请选择其他时段。")


def _waiver(session: Session, leader: Leader, case: Case, reason: str, by: str) -> str:
    """What is kept of the decision that a conflict does not count; "" where there is none. Raises InConflict, FieldProblems."""
    found = recusal.conflicts(session, leader, case)
    if not found:
        return ""
    if recusal.blocking(found) or not reason.strip():
        raise InConflict(found)
    if not by.strip():
        raise FieldProblems({"waived_by": "请填写由谁决定（姓名、职务）。"})
    kept = f"{reason.strip()[:LONGEST_WAIVER]}（决定人：{by.strip()[:LONGEST_NAME]}）"
    return seal_free_text(session, case, kept)


def _next_position(session: Session, reception_id: int) -> int:
    last = session.scalar(select(func.max(Booking.position)).where(Booking.reception_id == reception_id))
    return (last or 0) + 1


def _reason(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_REASON:
        raise FieldProblems({"reason": f"请写明原因，最多{LONGEST_REASON}字。"})
    return said


def _minute_of(at: datetime) -> int:
    local = clock.local(at)
    return local.hour * 60 + local.minute
