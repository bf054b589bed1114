"""Reading sponsorships: the ledger by leader, level, year and state, and one of them with everything on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy import case as either
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Attachment, Case, Party
from portal.leadership.models import Leader, Milestone, ProgressNote, Sponsorship, SponsorTerm, TaskForceMember
from portal.leadership.sponsor_words import LEVELS, rank
from portal.organisation.models import Unit
from portal.people import masking

STATES = {"running": "在包", "late": "有逾期", "closed": "已结束", "all": "全部"}
GROUPS = {"leader": "按领导", "level": "按层级", "": "按列入先后"}
PAGE = 40
MOST = 2000  # printed or taken out at once
NO_PLAN = ("未排工期", "none")


@dataclass(frozen=True)
class Wanted:
    """What the ledger was asked for. ``after``: the key of the last row before this page, as made by Row.key."""

    leader_id: int | None = None
    level: str = ""
    year: int | None = None
    state: str = "running"
    group: str = "leader"
    after: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Row:
    """One sponsorship in a list. ``person`` is masked; ``lamp`` (word, level) of plan, target and legal period together."""

    id: int
    number: str
    subject: str
    person: str
    leader_id: int
    leader: str
    post: str
    level: str
    unit: str
    opened_on: date
    target_on: date | None
    next_what: str
    next_due: date | None
    steps: int
    steps_done: int
    closed_at: datetime | None
    met: str
    lamp: tuple[str, str]
    key: tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """How many matters a leader sponsors at a level, of these late, and how many ended."""

    leader_id: int
    leader: str
    level: str
    running: int
    late: int
    closed: int


@dataclass(frozen=True)
class StepShown:
    """A milestone: ``before`` the target so many days, None without a target."""

    id: int
    what: str
    due: date
    before: int | None
    unit: str
    done_on: date | None
    evidence: str
    lamp: tuple[str, str]


@dataclass(frozen=True)
class Shown:
    """One sponsorship with everything on it. ``terms``: (term, leader's name, post), the newest first."""

    row: Row
    held: Sponsorship
    case: Case
    leader: Leader
    co_units: tuple[str, ...]
    terms: tuple[tuple[SponsorTerm, str, str], ...]
    members: tuple[TaskForceMember, ...]
    steps: tuple[StepShown, ...]
    notes: tuple[tuple[ProgressNote, str, Attachment | None], ...]


def lamp_of(due: date, started: date, today: date) -> tuple[str, str]:
    """(word, level): green, amber in the last third of the time there was, red after the day."""
    left = (due - today).days
    if left < 0:
        return (f"逾期 {-left} 日", "late")
    if left == 0:
        return ("今日到期", "near")
    return (f"余 {left} 日", "near" if left * 3 <= (due - started).days else "ok")


def rows(session: Session, actor: Actor, wanted: Wanted, today: date, *, limit: int = PAGE) -> tuple[list[Row], bool]:
    """One page in the order of ``wanted.group``, and whether there is more: two queries."""
    keys = _keys(wanted.group)
    asked = _columns(today).where(cases.visible(actor), *_conditions(wanted, today))
    if wanted.after is not None and len(wanted.after) == len(keys):
        last = tuple_(*wanted.after)
        asked = asked.where(tuple_(*keys) > last if wanted.group else tuple_(*keys) < last)
    asked = asked.order_by(*(keys if wanted.group else [key.desc() for key in keys])).limit(limit + 1)
    found = session.execute(asked).all()
    people = _petitioners(session, [row.Sponsorship.case_id for row in found[:limit]])
    return [_row(row, people, wanted.group, today) for row in found[:limit]], len(found) > limit


def tallies(session: Session, actor: Actor, year: int | None, today: date) -> list[Tally]:
    """Counts by leader and level of what ``actor`` may see, in the leaders' order: one query."""
    running = Sponsorship.closed_at.is_(None)
    counted = [
        func.coalesce(func.sum(either((condition, 1), else_=0)), 0)
        for condition in (running, and_(running, _late(today)), Sponsorship.closed_at.is_not(None))
    ]
    asked = (
        select(Leader.id, Leader.name, Sponsorship.level, *counted)
        .select_from(Sponsorship)
        .join(Leader, Leader.id == Sponsorship.leader_id)
        .join(Case, Case.id == Sponsorship.case_id)
        .where(cases.visible(actor), *_of_year(year))
        .group_by(Leader.id, Leader.name, Leader.position, Sponsorship.level)
        .order_by(Leader.position, Leader.id)
    )
    return [Tally(row[0], row[1], row[2], *map(int, row[3:])) for row in session.execute(asked)]


def first_year(session: Session, centre_id: int) -> int | None:
    """The year in which the first matter was sponsored."""
    first = session.scalar(select(func.min(Sponsorship.opened_on)).where(Sponsorship.centre_id == centre_id))
    return first.year if first else None


def of_leader(session: Session, actor: Actor, leader_id: int, today: date, *, limit: int) -> tuple[list[Row], int]:
    """A leader's running ones, the worst first, at most ``limit``, and how many there are: two queries."""
    wanted = Wanted(leader_id=leader_id, group="")
    found, _more = rows(session, actor, wanted, today, limit=MOST)
    order = {"late": 0, "near": 1, "none": 2, "ok": 3}
    found.sort(key=lambda row: (order[row.lamp[1]], row.next_due or row.target_on or date.max, row.id))
    return found[:limit], len(found)


def of_case(session: Session, actor: Actor, case_id: int, today: date) -> list[Row]:
    """The sponsorships of a matter, the newest first; empty where ``actor`` may not see it."""
    asked = _columns(today).where(cases.visible(actor), Sponsorship.case_id == case_id)
    found = session.execute(asked.order_by(Sponsorship.id.desc())).all()
    return [_row(row, {}, "", today) for row in found]


def one(session: Session, actor: Actor, sponsorship_id: int, today: date) -> Shown | None:
    """One of them, None where ``actor`` may not see its matter: seven queries."""
    found = session.execute(_columns(today).where(cases.visible(actor), Sponsorship.id == sponsorship_id)).first()
    if found is None:
        return None
    held = found.Sponsorship
    case, leader = session.get_one(Case, held.case_id), session.get_one(Leader, held.leader_id)
    people = _petitioners(session, [held.case_id])
    terms = session.execute(
        select(SponsorTerm, Leader.name, Leader.post)
        .join(Leader, Leader.id == SponsorTerm.leader_id)
        .where(SponsorTerm.sponsorship_id == held.id)
        .order_by(SponsorTerm.id.desc())
    )
    members = select(TaskForceMember).where(TaskForceMember.sponsorship_id == held.id).order_by(TaskForceMember.id)
    names = dict(session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(held.co_unit_ids or [0]))).all())
    return Shown(
        row=_row(found, people, "", today),
        held=held,
        case=case,
        leader=leader,
        co_units=tuple(names[unit_id] for unit_id in held.co_unit_ids if unit_id in names),
        terms=tuple(tuple(row) for row in terms),
        members=tuple(session.scalars(members)),
        steps=_steps(session, held, today),
        notes=_notes(session, held),
    )


def open_steps(session: Session, sponsorship_id: int) -> list[tuple[Milestone, str]]:
    """(milestone, unit's short name) not done yet, in their order."""
    asked = (
        select(Milestone, func.coalesce(Unit.short_name, ""))
        .outerjoin(Unit, Unit.id == Milestone.unit_id)
        .where(Milestone.sponsorship_id == sponsorship_id, Milestone.done_on.is_(None))
        .order_by(Milestone.due, Milestone.id)
    )
    return [tuple(row) for row in session.execute(asked)]


def _columns(today: date) -> Select[Any]:
    mine, undone = Milestone.sponsorship_id == Sponsorship.id, Milestone.done_on.is_(None)
    following = select(Milestone.what).where(mine, undone).order_by(Milestone.due, Milestone.id).limit(1)
    return (
        select(
            Sponsorship,
            Case.number,
            Case.subject,
            Case.next_due.label("clock_due"),
            Case.closed_at.label("case_closed"),
            Leader.name,
            Leader.post,
            Leader.position,
            func.coalesce(Unit.short_name, "").label("unit"),
            following.scalar_subquery().label("next_what"),
            select(func.min(Milestone.due)).where(mine, undone).scalar_subquery().label("next_due"),
            select(func.count()).where(mine).scalar_subquery().label("steps"),
            select(func.count()).where(mine, ~undone).scalar_subquery().label("steps_done"),
        )
        .join(Leader, Leader.id == Sponsorship.leader_id)
        .join(Case, Case.id == Sponsorship.case_id)
        .outerjoin(Unit, Unit.id == Sponsorship.lead_unit_id)
    )


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found = _of_year(wanted.year)
    if wanted.leader_id:
        found.append(Sponsorship.leader_id == wanted.leader_id)
    if wanted.level in LEVELS:
        found.append(Sponsorship.level == wanted.level)
    if wanted.state == "closed":
        found.append(Sponsorship.closed_at.is_not(None))
    elif wanted.state in ("running", "late"):
        found.append(Sponsorship.closed_at.is_(None))
    if wanted.state == "late":
        found.append(_late(today))
    return found


def _late(today: date) -> ColumnElement[bool]:
    """What _lamp calls late, for filter and counts: a step, the target, or the legal period of the matter."""
    step = exists().where(
        Milestone.sponsorship_id == Sponsorship.id, Milestone.done_on.is_(None), Milestone.due < today
    )
    clock = and_(Case.closed_at.is_(None), Case.next_due < today)
    return or_(Sponsorship.target_on < today, clock, step.correlate(Sponsorship))


def _of_year(year: int | None) -> list[ColumnElement[bool]]:
    return [Sponsorship.opened_on.between(date(year, 1, 1), date(year, 12, 31))] if year else []


def _keys(group: str) -> list[Any]:
    if group == "leader":
        return [Leader.position, Leader.id, Sponsorship.id]
    if group == "level":
        return [_level_place(), Sponsorship.id]
    return [Sponsorship.id]


def _level_place() -> ColumnElement[int]:
    """The highest level first."""
    return either({level: len(LEVELS) - rank(level) for level in LEVELS}, value=Sponsorship.level, else_=0)


def _row(row: Any, people: dict[int, str], group: str, today: date) -> Row:
    held = row.Sponsorship
    keys = {"leader": (row.position, held.leader_id, held.id), "level": (len(LEVELS) - rank(held.level), held.id)}
    return Row(
        id=held.id,
        number=row.number,
        subject=row.subject,
        person=people.get(held.case_id, ""),
        leader_id=held.leader_id,
        leader=row.name,
        post=row.post,
        level=held.level,
        unit=row.unit,
        opened_on=held.opened_on,
        target_on=held.target_on,
        next_what=row.next_what or "",
        next_due=row.next_due,
        steps=row.steps,
        steps_done=row.steps_done,
        closed_at=held.closed_at,
        met=held.met,
        lamp=_lamp(row, today),
        key=keys.get(group, (held.id,)),
    )


def _lamp(row: Any, today: date) -> tuple[str, str]:
    """The worst of the next step, the target day and the matter's legal period; what it is stands in the word."""
    held = row.Sponsorship
    if held.closed_at is not None:
        return ("已结束", "ok")
    lamps = []
    for day, name in ((row.next_due, "步骤"), (held.target_on, "目标日"), (row.clock_due, "法定期限")):
        if day is not None and not (name == "法定期限" and row.case_closed):
            word, level = lamp_of(day, held.opened_on, today)
            lamps.append((name + word, level))
    if not lamps:
        return NO_PLAN
    worst = next((lamp for level in ("late", "near") for lamp in lamps if lamp[1] == level), None)
    return worst or lamps[0]


def _petitioners(session: Session, case_ids: Sequence[int]) -> dict[int, str]:
    asked = (
        select(Party.case_id, func.min(Party.name))
        .where(Party.case_id.in_(case_ids or [0]), Party.role == "petitioner")
        .group_by(Party.case_id)
    )
    return {case_id: masking.mask_name(name) for case_id, name in session.execute(asked)}


def _steps(session: Session, held: Sponsorship, today: date) -> tuple[StepShown, ...]:
    asked = (
        select(Milestone, func.coalesce(Unit.short_name, ""))
        .outerjoin(Unit, Unit.id == Milestone.unit_id)
        .where(Milestone.sponsorship_id == held.id)
        .order_by(Milestone.due, Milestone.id)
    )
    return tuple(
        StepShown(
            id=step.id,
            what=step.what,
            due=step.due,
            before=(held.target_on - step.due).days if held.target_on else None,
            unit=unit,
            done_on=step.done_on,
            evidence=step.evidence,
            lamp=_step_lamp(step, held, today),
        )
        for step, unit in session.execute(asked)
    )


def _step_lamp(step: Milestone, held: Sponsorship, today: date) -> tuple[str, str]:
    if step.done_on is None:
        return ("未做", "none") if held.closed_at else lamp_of(step.due, held.opened_on, today)
    late = (step.done_on - step.due).days
    return (f"晚 {late} 日完成", "near") if late > 0 else ("按期完成", "ok")


def _notes(session: Session, held: Sponsorship) -> tuple[tuple[ProgressNote, str, Attachment | None], ...]:
    asked = (
        select(ProgressNote, Attachment)
        .outerjoin(Attachment, Attachment.id == ProgressNote.attachment_id)
        .where(ProgressNote.sponsorship_id == held.id)
        .order_by(ProgressNote.id.desc())
    )
    found = session.execute(asked).all()
    names = cases.names(session, {note.account_id for note, _ in found if note.account_id})
    return tuple((note, names.get(note.account_id, ""), paper) for note, paper in found)
