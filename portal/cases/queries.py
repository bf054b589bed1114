"""Reading cases. Every question starts from visible(actor): a stranger finds nothing, and there is nothing to forget."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.models import Case, CaseGrant, CaseLink, Clock, Contact, Demand, Draft, Party, Proceeding
from portal.cases.operations.grants import account_scope, platform_scope, unit_scope
from portal.cases.operations.proceedings import unpacked

CAP = 1000


# an alias of its own, so that a list that walks the grants itself does not capture it; made once, for making one is slow
_PROBE = aliased(CaseGrant)


def scopes(actor: Actor) -> list[str]:
    """The grants that open a case to ``actor``."""
    unit = [unit_scope(actor.unit_id)] if actor.unit_id else []
    return [account_scope(actor.id), *unit, *(platform_scope(code) for code in actor.platforms)]


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on Case under which ``actor`` may know of it at all: in lists, search, counts, prints alike.

    检举: hidden from the accused organ's accounts, and open only to whom it was granted by name or who holds the
    permission (第三十条第三款). Counselling cases: only to the platform and the registering person.
    """
    granted = _granted(scopes(actor))
    by_name = _granted([account_scope(actor.id)])
    in_sealed = _granted(
        [platform_scope(p.code) for p in registry.platforms() if p.sealed and p.code in actor.platforms]
    )
    ordinary = or_(granted, true() if actor.may(Permission.CASE_READ_ALL) else false())
    accusation = and_(or_(by_name, true() if actor.may(Permission.CASE_ACCUSATION) else false()), _not_accused(actor))
    return and_(
        Case.centre_id == actor.centre_id,
        or_(
            and_(Case.sensitivity == "normal", ordinary),
            and_(Case.sensitivity == "accusation", accusation),
            and_(Case.sensitivity == "sealed", or_(by_name, in_sealed)),
        ),
    )


def _granted(wanted: list[str]) -> ColumnElement[bool]:
    if not wanted:
        return false()
    return exists().where(_PROBE.case_id == Case.id, _PROBE.scope.in_(wanted)).correlate(Case)


def _not_accused(actor: Actor) -> ColumnElement[bool]:
    if actor.unit_id is None:
        return true()
    return or_(Case.respondent_unit_id.is_(None), Case.respondent_unit_id != actor.unit_id)


def find(session: Session, actor: Actor, number: str) -> Case | None:
    """The case of that number if ``actor`` may see it; what no table can hold (NUL) is nobody's number."""
    if "\x00" in number:
        return None
    return session.scalar(select(Case).where(Case.number == number, visible(actor)))


def can_see(session: Session, actor: Actor, case_id: int) -> Case | None:
    """The case of that id if ``actor`` may see it."""
    return session.scalar(select(Case).where(Case.id == case_id, visible(actor)))


@dataclass(frozen=True)
class ProceedingShown:
    """A proceeding as this reader may see it; ``closed_off`` hides all but platform and state (心理疏导).

    ``linked`` is the level of a procedure that another ``organ`` conducts (复查、复核), "" for the platform's own.
    """

    id: int
    platform: str
    label: str
    state: str
    state_label: str
    level: str
    next_step: str
    version: int
    opened_at: datetime
    closed_at: datetime | None
    mine: bool
    closed_off: bool
    values: dict[str, Any] = field(default_factory=dict)
    linked: str = ""
    organ: str = ""


def proceedings(session: Session, actor: Actor, case: Case) -> list[ProceedingShown]:
    """The case's proceedings, oldest first, each followed by those linked with it."""
    rows = list(session.scalars(select(Proceeding).where(Proceeding.case_id == case.id).order_by(Proceeding.id)))
    roots: dict[int, int] = {}
    for row in rows:
        roots[row.id] = roots.get(row.of_id or 0, row.id)
    return [_shown(actor, row) for row in sorted(rows, key=lambda row: (roots[row.id], row.id))]


def _shown(actor: Actor, row: Proceeding) -> ProceedingShown:
    platform = registry.platform(row.platform)
    mine = row.platform in actor.platforms
    off = platform.sealed and not (mine and actor.may(platform.handle))
    state = platform.states[row.state]
    beside = platform.procedure(row.level) if row.level else None
    return ProceedingShown(
        id=row.id,
        platform=row.platform,
        label="心理服务" if off else f"{platform.label}・{beside.label}" if beside else platform.label,
        state=row.state,
        state_label=("已结束" if row.closed_at else "进行中") if off else state.label,
        level=state.level,
        next_step="" if off else state.next_step,
        version=row.version,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        mine=mine and not off,
        closed_off=off,
        values={} if off else unpacked(row),
        linked=row.level,
        organ=str(row.data.get(beside.organ, "")) if beside else "",
    )


@dataclass(frozen=True)
class Matter:
    """One of a person's matters in the right-hand column; ``full`` says whether its subject may be shown."""

    case_id: int
    number: str
    subject: str | None
    platforms: str
    state_label: str
    open: bool
    full: bool
    promise: str
    promised_on: date | None
    due: date | None
    received_at: datetime


def matters_of(session: Session, actor: Actor, person_id: int, *, limit: int = 20) -> list[Matter]:
    """A person's matters, newest first: in full where visible, else number, platform, state, next promised date.

    检举 that the reader may not see does not exist here; a counselling case shows as 心理服务 and its state.
    """
    seen = visible(actor).label("full")
    party = exists().where(Party.case_id == Case.id, Party.person_id == person_id)
    wanted = (
        select(
            Case.id, Case.number, Case.subject, Case.sensitivity, Case.closed_at, Case.next_due, Case.received_at, seen
        )
        .where(Case.centre_id == actor.centre_id, party, or_(Case.sensitivity != "accusation", visible(actor)))
        .order_by(Case.id.desc())
        .limit(limit)
    )
    rows = session.execute(wanted).all()
    running, promises = _running(session, [row.id for row in rows]), _promises(session, [row.id for row in rows])
    return [_matter(row, running.get(row.id, []), promises.get(row.id)) for row in rows]


def _matter(row: Any, running: list[tuple[str, str]], promise: tuple[str, date | None] | None) -> Matter:
    full = bool(row.full)
    hidden = row.sensitivity == "sealed" and not full
    labels = [(registry.platform(platform), state) for platform, state in running]
    states = [p.states[state].label for p, state in labels if full or not p.sealed]
    return Matter(
        case_id=row.id,
        number="" if hidden else row.number,
        subject=row.subject if full else None,
        platforms="心理服务"
        if hidden
        else "、".join("心理服务" if p.sealed and not full else p.label for p, _ in labels),
        state_label="已办结" if row.closed_at else "进行中" if hidden or not states else "、".join(states),
        open=row.closed_at is None,
        full=full,
        promise=promise[0] if promise and full else "",
        promised_on=promise[1] if promise and not hidden else None,
        due=None if hidden else row.next_due,
        received_at=row.received_at,
    )


def _running(session: Session, case_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    # the state of what waits says that a linked procedure runs
    wanted = select(Proceeding.case_id, Proceeding.platform, Proceeding.state).where(
        Proceeding.case_id.in_(case_ids), Proceeding.level == ""
    )
    for case_id, platform, state in session.execute(wanted.order_by(Proceeding.id)):
        found.setdefault(case_id, []).append((platform, state))
    return found


def _promises(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[str, date | None]]:
    wanted = (
        select(Contact.case_id, Contact.promise, Contact.unit_name, Contact.promised_on)
        .where(Contact.case_id.in_(case_ids), Contact.settled_at.is_(None), Contact.promise != "")
        .order_by(Contact.id)
    )
    rows = session.execute(wanted)
    return {case_id: (f"{unit}：{promise}", promised_on) for case_id, promise, unit, promised_on in rows}


@dataclass(frozen=True)
class Row:
    """A case in a list; ``platforms`` and ``state_label`` already as this reader may see them."""

    id: int
    number: str
    subject: str
    petitioner: str
    platforms: str
    state_label: str
    channel: str
    received_at: datetime
    next_due: date | None
    closed: bool


def newest_ids(
    session: Session,
    actor: Actor,
    *,
    before: int | None,
    limit: int,
    platform: str | None = None,
    state: str | None = None,
    unentered: bool = False,
) -> list[int]:
    """Ids of visible cases, newest first, by key. Reads each of the actor's scopes from its index and merges them.

    A scan of cases with a probe for the grant would read the whole table for somebody to whom little is open.
    """
    if actor.may(Permission.CASE_READ_ALL):
        wanted = _narrowed(select(Case.id).where(visible(actor)), platform, state, unentered)
        wanted = wanted.order_by(Case.id.desc()).limit(limit)
        return list(session.scalars(wanted.where(Case.id < before) if before else wanted))
    merged: set[int] = set()
    open_to = _open_by_grant(actor)
    for scope in [platform_scope(platform)] if platform and platform in actor.platforms else scopes(actor):
        one = (
            select(CaseGrant.case_id).join(Case, Case.id == CaseGrant.case_id).where(CaseGrant.scope == scope, open_to)
        )
        one = _narrowed(one, platform, state, unentered).order_by(CaseGrant.case_id.desc()).limit(limit)
        merged.update(session.scalars(one.where(CaseGrant.case_id < before) if before else one))
    return sorted(merged, reverse=True)[:limit]


def _open_by_grant(actor: Actor) -> ColumnElement[bool]:
    """visible(actor) for a statement that walks the actor's own grants: an ordinary case needs no second look."""
    return and_(Case.centre_id == actor.centre_id, or_(Case.sensitivity == "normal", visible(actor)))


def not_entered() -> ColumnElement[bool]:
    """The condition on Case of a petition that is not in the 信访信息系统 (信访工作条例 第二十一条)."""
    petition = exists().where(Proceeding.case_id == Case.id, Proceeding.platform == "petition")
    return and_(Case.national_number == "", petition.correlate(Case))


def _narrowed(wanted: Select[Any], platform: str | None, state: str | None, unentered: bool) -> Select[Any]:
    if unentered:
        wanted = wanted.where(not_entered())
    if state in ("open", "closed"):
        wanted = wanted.where(Case.state == state)
    if platform:
        wanted = wanted.where(exists().where(Proceeding.case_id == Case.id, Proceeding.platform == platform))
    return wanted


def due_ids(session: Session, actor: Actor, *, limit: int, until: date | None = None) -> list[int]:
    """Ids of visible open cases with a running legal date, the nearest first (``until`` inclusive)."""
    wanted = select(Case.id).where(Case.centre_id == actor.centre_id, Case.state == "open", Case.next_due.is_not(None))
    wanted = wanted.where(visible(actor)).order_by(Case.next_due, Case.id).limit(limit)
    return list(session.scalars(wanted.where(Case.next_due <= until) if until else wanted))


def rows(session: Session, actor: Actor, ids: Sequence[int]) -> list[Row]:
    """The list rows for ``ids``, in that order: columns, and one query each for petitioners and proceedings."""
    if not ids:
        return []
    columns = (Case.id, Case.number, Case.subject, Case.channel, Case.received_at, Case.next_due, Case.closed_at)
    found = {row.id: row for row in session.execute(select(*columns).where(Case.id.in_(ids)))}
    names = dict(
        session.execute(
            select(Party.case_id, func.min(Party.name))
            .where(Party.case_id.in_(ids), Party.role == "petitioner")
            .group_by(Party.case_id)
        ).all()
    )
    running = _running(session, ids)
    return [_row(actor, found[i], names.get(i, ""), running.get(i, [])) for i in ids if i in found]


def _row(actor: Actor, row: Any, petitioner: str, running: list[tuple[str, str]]) -> Row:
    shown = [(registry.platform(code), state) for code, state in running]
    labels = ["心理服务" if p.sealed and p.code not in actor.platforms else p.label for p, _ in shown]
    states = [p.states[state].label for p, state in shown if not p.sealed or p.code in actor.platforms]
    return Row(
        id=row.id,
        number=row.number,
        subject=row.subject,
        petitioner=petitioner,
        platforms="、".join(labels),
        state_label="已办结" if row.closed_at else "、".join(states) or "进行中",
        channel=row.channel,
        received_at=row.received_at,
        next_due=row.next_due,
        closed=row.closed_at is not None,
    )


def count_open(session: Session, actor: Actor) -> int:
    """How many open cases the actor may see, counted up to CAP + 1."""
    if actor.may(Permission.CASE_READ_ALL):
        some = select(Case.id).where(visible(actor), Case.state == "open").limit(CAP + 1).subquery()
    else:
        # from the grants: a scan of open cases would read them all for somebody to whom little is open
        walked = (
            select(CaseGrant.case_id).join(Case, Case.id == CaseGrant.case_id).where(CaseGrant.scope.in_(scopes(actor)))
        )
        some = walked.where(Case.state == "open", _open_by_grant(actor)).distinct().limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def demands(session: Session, case: Case) -> list[Demand]:
    """The case's demands in order."""
    return list(session.scalars(select(Demand).where(Demand.case_id == case.id).order_by(Demand.position)))


def clocks(session: Session, actor: Actor, case: Case) -> list[Clock]:
    """The case's clocks, running ones first; those of a closed-off proceeding are left out."""
    wanted = (
        select(Clock, Proceeding.platform)
        .join(Proceeding, Proceeding.id == Clock.proceeding_id)
        .where(Clock.case_id == case.id)
        # a paused one has no date: it comes after those that have, in either database
        .order_by(Clock.stopped_at.is_not(None), Clock.effective_due.is_(None), Clock.effective_due, Clock.id)
    )
    found = session.execute(wanted).all()
    return [clock for clock, code in found if not registry.platform(code).sealed or code in actor.platforms]


def promises_due(session: Session, actor: Actor, until: date, *, limit: int = 30) -> list[tuple[Contact, Case]]:
    """Promises made in front of visitors that fall due by ``until`` and are not answered, oldest first."""
    wanted = (
        select(Contact, Case)
        .join(Case, Case.id == Contact.case_id)
        .where(
            Contact.centre_id == actor.centre_id,
            Contact.settled_at.is_(None),
            Contact.promised_on <= until,
            visible(actor),
        )
        .order_by(Contact.promised_on, Contact.id)
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(wanted)]


def linked(session: Session, actor: Actor, case: Case) -> list[Case]:
    """Cases 关联 with this one that the actor may see."""
    other = or_(
        and_(CaseLink.one_id == case.id, CaseLink.other_id == Case.id),
        and_(CaseLink.other_id == case.id, CaseLink.one_id == Case.id),
    )
    return list(session.scalars(select(Case).join(CaseLink, other).where(visible(actor)).order_by(Case.id)))


def names(session: Session, account_ids: set[int]) -> dict[int, str]:
    """Names of staff by account id."""
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids or {0}))).all())


def draft(session: Session, actor: Actor, place: str) -> tuple[dict[str, list[str]], datetime] | None:
    """What the actor typed at ``place`` and did not send, with the hour it was kept."""
    kept = session.get(Draft, (actor.id, place))
    return (json.loads(kept.values), kept.saved_at) if kept else None
