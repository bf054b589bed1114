"""The week as the office works on it: receptions placed, changed, taken out. Only a draft, or a published week opened again, is worked on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.leadership import conflicts
from portal.leadership.conflicts import Wanted
from portal.leadership.models import Edition, Leader, Reception, Week
from portal.leadership.queries.conflicts import Ground, ground, wanted_of
from portal.leadership.vocabulary import AWAY, STATES, WORKED_ON, monday_of
from portal.organisation.models import Region, Unit, Window
from portal.trail import operations as trail

TOPIC = "roster"
STALE = "他人刚刚改过这一周的日程，请核对后再操作。"
NO_RECEPTION = "没有这场接访。"
TWICE = "这位领导这半天已安排接访。"
MOST_BATCHES = 99
LONGEST_REASON = 200


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
    if monday_of(given.day) != week.monday:
        raise FieldProblems({"day": "请在本周内调整；要移到另一周的，请在那一周另行安排，并把这一场去掉。"})
    _check(session, actor, given)
    known = ground(session, actor.centre_id, given.day, given.day, clock.day_of(at))
    conflicts.refuse(known.against(given.wanted(held.id)), given.reason)
    changed = sorted(name for name, value in given.columns.items() if getattr(held, name) != value)
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
    return week, held


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
    """What stands in the way of the week's receptions that are still to come, a sentence each."""
    held = session.scalars(
        select(Reception).where(Reception.week_id == week.id, Reception.state == "planned", Reception.day >= today)
    ).all()
    if not held:
        return []
    known = ground(session, week.centre_id, min(one.day for one in held), max(one.day for one in held), today)
    return [
        each.message
        for one in sorted(held, key=lambda one: (one.day, one.starts, one.id))
        for each in conflicts.unanswered(known.against(wanted_of(one)), one.reason)
    ]


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
