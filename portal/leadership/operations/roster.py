"""The week as the office works on it: receptions placed, changed, taken out. Only a draft, or a published week opened again, is worked on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.leadership import conflicts
from portal.leadership.conflicts import Wanted
from portal.leadership.models import Booking, Edition, Leader, Reception, Week
from portal.leadership.queries.bookings import taken_of
from portal.leadership.queries.conflicts import Ground, ground, wanted_of
from portal.leadership.queries.published import in_editions
from portal.leadership.queries.roster import Row
from portal.leadership.vocabulary import AWAY, STATES, WORKED_ON, monday_of, when_words
from portal.organisation.models import Region, Unit, Window
from portal.queue.models import Ticket
from portal.trail import operations as trail

TOPIC = "roster"
STALE = "他人刚刚改过这一周的日程，请核对后再操作。"
NO_RECEPTION = "没有这场接访。"
TWICE = "这位领导这半天已安排接访。"
BEGUN = "这场接访已经开始，不能再改。"
MOST_BATCHES = 99
LONGEST_REASON = 200
_PUBLISHED = (
    "leader_id", "instead_of_id", "day", "half", "starts", "ends", "kind", "region_code", "window_id", "field", "duty_unit_id",
    "capacity", "slot_minutes",
)  # fmt: skip


@dataclass(frozen=True)
class ReceptionGiven:
    """A reception as the form has it: ``starts`` and ``ends`` minutes of ``day``, ``capacity`` in batches."""

    leader_id: int
    day: date
    half: str
    starts: int
    ends: int
    kind: str
    capacity: int
    place: str = ""
    region_code: str | None = None
    window_id: int | None = None
    field: str = ""
    duty_unit_id: int | None = None
    company: tuple[int, ...] = ()
    slot_minutes: int | None = None
    reason: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """As the table has them."""
        return vars(self) | {"company": list(self.company)}

    def wanted(self, own: int = 0) -> Wanted:
        """As what conflicts are looked for with; ``own`` is the reception that is changed."""
        return Wanted(
            self.leader_id, self.day, self.half, self.starts, self.ends, self.kind, self.window_id, self.capacity,
            self.slot_minutes, own,
        )  # fmt: skip


def place(session: Session, actor: Actor, given: ReceptionGiven, *, at: datetime) -> Reception:
    """A new reception in the week of its day. Raises FieldProblems (leader, day, window, reason …), Refused."""
    week = week_to_work_on(session, actor, monday_of(given.day), at=at)
    known = ground(session, actor.centre_id, given.day, given.day, clock.day_of(at))
    return place_in(session, actor, week, given, known, at=at)


def place_in(
    session: Session, actor: Actor, week: Week, given: ReceptionGiven, known: Ground, *, at: datetime
) -> Reception:
    """As ``place``, in a week that is locked already and with what is known of its days."""
    _check(session, actor, given)
    conflicts.refuse(known.against(given.wanted()), given.reason)
    held = Reception(centre_id=actor.centre_id, week_id=week.id, **given.columns)
    session.add(held)
    flush(session)
    known.add(held)
    touch(week)
    note(session, actor, week, "reception.placed", at, _data(held), {"reason": given.reason} if given.reason else None)
    return held


def change(
    session: Session, actor: Actor, reception_id: int, given: ReceptionGiven, *, version: int | None, at: datetime
) -> Reception:
    """Change a reception inside its week. Raises FieldProblems, Refused (unknown, not worked on, changed since ``version``)."""
    week, held = worked_on(session, actor, reception_id, version)
    booked = taken_of(session, [held.id]).get(held.id, {})
    if given.capacity < sum(booked.values()):
        raise FieldProblems({"capacity": f"已约 {sum(booked.values())} 批，不能比这更少；要减的，请先改约或取消几批。"})
    if monday_of(given.day) != week.monday:
        raise FieldProblems({"day": "请在本周内调整；要移到另一周的，请在那一周另行安排，并把这一场去掉。"})
    _check(session, actor, given)
    known = ground(session, actor.centre_id, given.day, given.day, clock.day_of(at))
    conflicts.refuse(known.against(given.wanted(held.id)), given.reason)
    changed = sorted(name for name, value in given.columns.items() if getattr(held, name) != value)
    if "leader_id" in changed:
        held.instead_of_id = None  # assigned anew, in nobody's stead
    for name in changed:
        setattr(held, name, given.columns[name])
    held.version += 1
    flush(session)
    touch(week)
    data = _data(held) | {"changed": changed}
    note(session, actor, week, "reception.changed", at, data, {"reason": given.reason} if given.reason else None)
    return held


def remove(
    session: Session, actor: Actor, reception_id: int, *, reason: str, version: int | None, at: datetime
) -> bool:
    """Take a reception out. What was never published is gone; what was stays as cancelled, with a reason. True: gone.

    Raises FieldProblems (reason), Refused.
    """
    week, held = worked_on(session, actor, reception_id, version)
    data, words = _data(held), {"reason": reason} if reason else None
    if not published(session, week, held.id):
        session.delete(held)
        session.flush()
        touch(week)
        note(session, actor, week, "reception.removed", at, data, words)
        return True
    check_reason(reason)
    held.state, held.reason = "cancelled", reason
    held.version += 1
    session.flush()
    touch(week)
    note(session, actor, week, "reception.cancelled", at, data, words)
    return False


def restore(session: Session, actor: Actor, reception_id: int, *, version: int | None, at: datetime) -> Reception:
    """Give up what a draft changed of a published reception, or that it took it out. Raises Refused."""
    week, held = locked(session, actor, reception_id, version)
    if week.state not in WORKED_ON:
        raise Refused(closed_words(week))
    old = in_editions(session, [week.id]).get(week.id, {}).get(held.id)
    if old is None or not old.stands:
        raise Refused("这场接访没有公布，或已经公布取消；要再安排的，请另排一场。")
    dropped = settle(session, held, old)
    if not dropped:
        raise Refused("这场接访和已公布的一样，没有要恢复的。")
    touch(week)
    note(session, actor, week, "reception.restored", at, _data(held) | {"dropped": dropped})
    return held


def week_to_work_on(session: Session, actor: Actor, monday: date, *, at: datetime) -> Week:
    """The week under its lock, begun where nobody did. Raises Refused where it waits for sign-off or stands published."""
    wanted = select(Week).where(Week.centre_id == actor.centre_id, Week.monday == monday).with_for_update()
    week = session.scalar(wanted)
    if week is None:
        week = Week(centre_id=actor.centre_id, monday=monday)
        session.add(week)
        try:
            session.flush()
        except IntegrityError as problem:
            raise Refused(STALE) from problem
        note(session, actor, week, "week.begun", at, {"monday": monday.isoformat()})
    if week.state not in WORKED_ON:
        raise Refused(closed_words(week))
    return week


def closed_words(week: Week) -> str:
    """Why nothing can be placed in the week now, and what to do."""
    if week.state == "published":
        return "这一周已经公布。要改动的，请先点“修改已公布的日程”；当天有急事的，用“取消”或“换人”。"
    return f"这一周{STATES[week.state]}，不能改动；要改的，请先撤回。"


def worked_on(session: Session, actor: Actor, reception_id: int, version: int | None) -> tuple[Week, Reception]:
    """A reception with its week, both locked and open to work. Raises Refused."""
    week, held = locked(session, actor, reception_id, version)
    if week.state not in WORKED_ON:
        raise Refused(closed_words(week))
    if held.state != "planned":
        raise Refused("这场接访已经取消或已经接访，不能再改。")
    if begun(session, held):
        raise Refused(BEGUN)
    return week, held


def begun(session: Session, held: Reception) -> bool:
    """Whether the leader came, or somebody is or was received: from then on it is what it was published as."""
    if held.arrived_at is not None:
        return True
    called = and_(Booking.state == "arrived", Ticket.state.in_(("serving", "done")))
    received = (
        select(Booking.id)
        .outerjoin(Ticket, Ticket.id == Booking.ticket_id)
        .where(Booking.reception_id == held.id, or_(Booking.state.in_(("receiving", "received")), called))
    )
    return session.scalar(received.limit(1)) is not None


def drafted(held: Reception, public: Row) -> list[str]:
    """What a draft changed of a reception since it was published: names of columns, "state" where it was taken out."""
    changed = [name for name in _PUBLISHED if getattr(held, name) != getattr(public, name)]
    changed += ["company"] if list(held.company) != list(public.company) else []
    changed += ["place"] if public.own_place not in (None, held.place) else []
    return changed + (["state"] if public.stands and held.state == "cancelled" else [])


def set_back(held: Reception, public: Row) -> list[str]:
    """Give the reception the values that were published; returns what a draft had changed."""
    dropped = drafted(held, public)
    for name in set(dropped).intersection(_PUBLISHED):
        setattr(held, name, getattr(public, name))
    if "company" in dropped:
        held.company = list(public.company)
    if "place" in dropped:
        held.place = public.own_place
    return dropped


def settle(session: Session, held: Reception, public: Row) -> list[str]:
    """Make the reception again what it was published as; returns what a draft had changed. Raises Refused."""
    dropped = set_back(held, public)
    if "state" in dropped:
        held.state, held.reason = "planned", ""
    if dropped:
        held.version += 1
        try:
            session.flush()
        except IntegrityError as problem:
            raise Refused("草稿里这位领导这半天另有一场接访，请先在周日程里把那一场去掉。") from problem
    return dropped


def locked(session: Session, actor: Actor, reception_id: int, version: int | None) -> tuple[Week, Reception]:
    """A reception and its week under their locks, the week first as everywhere. Raises Refused."""
    week_id = session.scalar(select(Reception.week_id).where(Reception.id == reception_id))
    week = session.scalar(select(Week).where(Week.id == (week_id or 0)).with_for_update())
    held = session.scalar(select(Reception).where(Reception.id == reception_id).with_for_update())
    if week is None or held is None or held.centre_id != actor.centre_id:
        raise Refused(NO_RECEPTION)
    if version is not None and version != held.version:
        raise Refused(STALE)
    return week, held


def published(session: Session, week: Week, reception_id: int) -> bool:
    """Whether the reception stands in any edition of the week."""
    kept = session.scalars(select(Edition.rows).where(Edition.week_id == week.id))
    return any(row["id"] == reception_id for rows in kept for row in rows)


def check_reason(reason: str) -> None:
    """Raise FieldProblems where no reason is given, or one that is too long."""
    if not reason:
        raise FieldProblems({"reason": "请写明原因。"})
    if len(reason) > LONGEST_REASON:
        raise FieldProblems({"reason": f"最多{LONGEST_REASON}字，现在 {len(reason)} 字，请删减。"})


def against(session: Session, actor: Actor, wanted: Wanted, today: date) -> tuple[conflicts.Conflict, ...]:
    """What speaks against a reception that is being typed."""
    if wanted.day is None:
        return ()
    return ground(session, actor.centre_id, wanted.day, wanted.day, today).against(wanted)


def flush(session: Session) -> None:
    """Send what was changed. Raises FieldProblems where the leader was placed elsewhere in the same moment."""
    try:
        session.flush()
    except IntegrityError as problem:
        raise FieldProblems({"leader": TWICE}) from problem


def touch(week: Week) -> None:
    """The week changed: what somebody looked at before is old."""
    week.version += 1


def note(
    session: Session,
    actor: Actor,
    week: Week,
    kind: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> None:
    """An event of the week's chain."""
    chain = f"week:{week.id}"
    trail.append(session, chain, kind, centre_id=week.centre_id, actor_id=actor.id, at=at, data=data, words=words)
    trail.bump(session, week.centre_id, TOPIC)


def problems_of(session: Session, week: Week, today: date) -> list[str]:
    """What stands in the way of the week, a sentence each: conflicts of receptions to come, more booked than they take, days gone by."""
    listed = (
        select(Reception).where(Reception.week_id == week.id).order_by(Reception.day, Reception.starts, Reception.id)
    )
    held = [one for one in session.scalars(listed) if one.state == "planned"]
    if not held:
        return []
    known = ground(session, week.centre_id, held[0].day, held[-1].day, today)
    public = in_editions(session, [week.id]).get(week.id, {})
    taken = taken_of(session, [one.id for one in held])
    found = []
    for one in held:
        who, old = f"{when_words(one.day, one.half)}{known.leaders[one.leader_id].name}", public.get(one.id)
        late = one.day < today or (old is not None and old.day < today)
        if late and old is None:
            found.append(f"{who}的接访日期已经过去，不能再公布，请改期或去掉。")
        elif old is not None and drafted(one, old) and (late or begun(session, one)):
            found.append(f"{who}的接访日期已经过去或已经开始，请在那一场点“恢复为已公布的”。")
        elif not late and one.arrived_at is None:
            found += [each.message for each in conflicts.unanswered(known.against(wanted_of(one)), one.reason)]
            booked = sum(taken.get(one.id, {}).values())
            found += [f"{who}已约 {booked} 批，多于接待批数 {one.capacity}。"] if booked > one.capacity else []
    return found


def _check(session: Session, actor: Actor, given: ReceptionGiven) -> None:
    problems = _wrong_place(session, actor, given)
    leader = session.get(Leader, given.leader_id)
    if leader is None or leader.centre_id != actor.centre_id:
        problems["leader"] = "请从所列领导中选择。"
    if not 1 <= given.capacity <= MOST_BATCHES:
        problems["capacity"] = f"请填 1 到 {MOST_BATCHES} 之间的整数。"
    units = {unit_id for unit_id in (given.duty_unit_id, *given.company) if unit_id}
    if units and len(session.scalars(select(Unit.id).where(Unit.id.in_(units))).all()) != len(units):
        problems["company"] = "请从所列单位中选择。"
    if problems:
        raise FieldProblems(problems)


def _wrong_place(session: Session, actor: Actor, given: ReceptionGiven) -> dict[str, str]:
    if given.kind in AWAY and given.region_code is None:
        return {"region": "下访请选择到哪个县（市、区）、乡镇（街道）。"}
    if given.kind in AWAY and given.window_id is not None:
        return {"window": "下访不在中心的接访室，请不要选择。"}
    if given.kind not in AWAY and given.window_id is None and not given.place:
        return {"window": "请选择接访室，或在“具体地点”写明地点。"}
    if given.window_id is not None:
        room = session.get(Window, given.window_id)
        if room is None or room.centre_id != actor.centre_id or room.kind != "room":
            return {"window": "请从所列接访室中选择。"}
    if given.region_code is not None and session.get(Region, given.region_code) is None:
        return {"region": "没有找到这个地名。"}
    return {}


def _data(held: Reception) -> dict[str, Any]:
    return {
        "reception_id": held.id,
        "leader_id": held.leader_id,
        "day": held.day.isoformat(),
        "half": held.half,
        "starts": held.starts,
        "ends": held.ends,
        "kind": held.kind,
        "capacity": held.capacity,
    }
