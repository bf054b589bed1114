"""Leaders, their attendants, grades and the centre's settings of receptions. Each change is an event of its chain."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import Attendant, Grade, Leader, LeadershipSettings
from portal.leadership.operations import circle
from portal.trail import operations as trail

STALE = "他人刚刚改过这项内容，请核对后再保存。"
NO_LEADER, NO_GRADE = "没有这位领导。", "没有这个类别。"
TOPIC = "leadership"


@dataclass(frozen=True)
class LeaderGiven:
    """A leader as the form has it. ``until`` is the last day in the post, ``attendants`` are accounts of the office."""

    name: str
    post: str
    body: str
    level: str = "city"
    unit_id: int | None = None
    region_code: str | None = None
    grade_id: int | None = None
    field: str = ""
    telephone: str = ""
    account_id: int | None = None
    position: int = 0
    since: date | None = None
    until: date | None = None
    attendants: tuple[int, ...] = ()


@dataclass(frozen=True)
class GradeGiven:
    """A grade: ``times`` in each ``per`` with the instrument that says so; None: the centre has set nothing."""

    name: str
    times: int | None
    per: str
    source: str
    position: int


@dataclass(frozen=True)
class SettingsGiven:
    """The centre's settings: ``followups`` are days after a reception, ascending."""

    approver_title: str
    followups: tuple[int, ...]
    most_per_half: int | None
    source: str


def add_leader(session: Session, actor: Actor, given: LeaderGiven, *, at: datetime) -> Leader:
    """A new leader of the actor's centre. Raises FieldProblems (until, account)."""
    _check(session, actor, given, None)
    leader = Leader(centre_id=actor.centre_id, **_columns(given))
    session.add(leader)
    _flush(session, "account", "这个账号已经是另一位领导的。")
    _attend(session, leader, given.attendants, at)
    _note(session, actor, f"leader:{leader.id}", "leader.added", at, {"attendants": list(given.attendants)})
    return leader


def change_leader(
    session: Session, actor: Actor, leader_id: int, given: LeaderGiven, *, version: int | None, at: datetime
) -> Leader:
    """Change what is known of a leader. Raises Refused (unknown, or changed since ``version``), FieldProblems."""
    leader = session.scalar(select(Leader).where(Leader.id == leader_id).with_for_update())
    if leader is None or leader.centre_id != actor.centre_id:
        raise Refused(NO_LEADER)
    if version is not None and version != leader.version:
        raise Refused(STALE)
    _check(session, actor, given, leader.id)
    columns = _columns(given)
    changed = sorted(name for name, value in columns.items() if getattr(leader, name) != value)
    for name in changed:
        setattr(leader, name, columns[name])
    leader.version += 1
    _flush(session, "account", "这个账号已经是另一位领导的。")
    _attend(session, leader, given.attendants, at)
    data = {"changed": changed, "attendants": list(given.attendants)}
    _note(session, actor, f"leader:{leader.id}", "leader.changed", at, data)
    return leader


def save_grade(session: Session, actor: Actor, grade_id: int | None, given: GradeGiven, *, at: datetime) -> Grade:
    """Add (None) or change a grade. A frequency needs its source. Raises FieldProblems (name, source), Refused."""
    if given.times is not None and not given.source:
        raise FieldProblems({"source": "请写明这个次数的依据（哪份文件、哪次会议）。"})
    grade = session.get(Grade, grade_id) if grade_id else Grade(centre_id=actor.centre_id)
    if grade is None or grade.centre_id != actor.centre_id:
        raise Refused(NO_GRADE)
    session.add(grade)
    grade.name, grade.times, grade.per = given.name, given.times, given.per
    grade.source, grade.position = given.source, given.position
    _flush(session, "name", "已有同名的类别。")
    data = {"grade_id": grade.id, "times": given.times, "per": given.per}
    _note(session, actor, f"leadership:{actor.centre_id}", "leadership.grade", at, data, {"source": given.source})
    return grade


def save_settings(session: Session, actor: Actor, given: SettingsGiven, *, at: datetime) -> LeadershipSettings:
    """Set what the centre decided of receptions. Numbers need their source. Raises FieldProblems (source)."""
    if (given.followups or given.most_per_half is not None) and not given.source:
        raise FieldProblems({"source": "请写明这些数字的依据（哪份文件、哪次会议）。"})
    held = session.get(LeadershipSettings, actor.centre_id)
    if held is None:
        held = LeadershipSettings(centre_id=actor.centre_id)
        session.add(held)
    held.approver_title, held.followups = given.approver_title, sorted(set(given.followups))
    held.most_per_half, held.source = given.most_per_half, given.source
    held.set_at, held.set_by = at, actor.id
    session.flush()
    data = {"followups": held.followups, "most_per_half": held.most_per_half}
    words = {"source": given.source, "approver_title": given.approver_title}
    _note(session, actor, f"leadership:{actor.centre_id}", "leadership.settings", at, data, words)
    return held


def _check(session: Session, actor: Actor, given: LeaderGiven, own: int | None) -> None:
    problems = {}
    if given.since and given.until and given.until < given.since:
        problems["until"] = "离任日期不能早于任职日期。"
    if given.account_id is not None:
        account = session.get(Account, given.account_id)
        if account is None or account.centre_id != actor.centre_id:
            problems["account"] = "请从所列账号中选择。"
        elif session.scalar(select(Leader.id).where(Leader.account_id == given.account_id, Leader.id != (own or 0))):
            problems["account"] = "这个账号已经是另一位领导的。"
    if problems:
        raise FieldProblems(problems)


def _columns(given: LeaderGiven) -> dict[str, Any]:
    return {name: value for name, value in vars(given).items() if name != "attendants"}


def _attend(session: Session, leader: Leader, attendants: tuple[int, ...], at: datetime) -> None:
    before = set(session.scalars(select(Attendant.account_id).where(Attendant.leader_id == leader.id)))
    own = {leader.account_id} if leader.account_id else set()
    # who comes later finds what is before the leader already
    circle.open_to_attendants(session, leader, sorted({*attendants, *own} - before), at=at)
    session.execute(delete(Attendant).where(Attendant.leader_id == leader.id))
    session.add_all(Attendant(leader_id=leader.id, account_id=account_id) for account_id in sorted(set(attendants)))
    session.flush()


def _flush(session: Session, field: str, message: str) -> None:
    try:
        session.flush()
    except IntegrityError as problem:
        raise FieldProblems({field: message}) from problem


def _note(
    session: Session,
    actor: Actor,
    chain: str,
    kind: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> None:
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data, words=words)
    trail.bump(session, actor.centre_id, TOPIC)
