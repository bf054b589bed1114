"""Procedures of another organ about what was decided (复查、复核): opened from the one that waits, which goes on with the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.definition import BACK, Platform, Step
from portal.cases.models import Case, Proceeding
from portal.cases.operations import clocks, grants, record
from portal.organisation.queries import unit_named

CAME_FROM = "came_from"  # no declared field has this name


def open_linked(
    session: Session,
    actor: Actor,
    case: Case,
    waiting: Proceeding,
    platform: Platform,
    step: Step,
    values: Mapping[str, Any],
    *,
    at: datetime,
) -> Proceeding:
    """The procedure that ``step`` of ``waiting`` opens, with what was asked as its first values. Nobody handles it yet.

    An organ of that exact name among the units may read the case from now on, unless the case is kept behind a wall.
    """
    declared = platform.procedure(step.opens)
    unit_id = unit_named(session, str(values.get(declared.organ, "")))
    made = Proceeding(
        centre_id=case.centre_id,
        case_id=case.id,
        platform=platform.code,
        level=declared.level,
        of_id=_of(session, waiting, declared.after),
        unit_id=unit_id,
        state=declared.initial,
        data=dict(values),
        opened_at=at,
        opened_by=actor.id,
        moved_at=at,
    )
    session.add(made)
    session.flush()
    if unit_id and case.sensitivity == "normal":
        grants.grant(session, case, grants.unit_scope(unit_id), why=declared.label, at=at)
    stated = {"platform": platform.code, "proceeding_id": made.id, "level": made.level, "state": made.state}
    record.note(session, case, "proceeding.opened", actor, at, data=stated)
    return made


def answer(session: Session, linked: Proceeding, platform: Platform, step: Step, at: datetime) -> dict[str, Any]:
    """Let the procedure that waits for ``linked`` go on as ``step`` answers; what happened to it, for the event."""
    waiting = linked
    while waiting.level:
        waiting = session.get_one(Proceeding, waiting.of_id, with_for_update=True)
    before = linked.data.get(CAME_FROM, platform.answered(step)[0])
    waiting.state, waiting.moved_at = before if step.answers == BACK else step.answers, at
    waiting.version += 1
    waiting.closed_at = at if platform.states[waiting.state].final else None
    # what the answer stops of the earlier ones: the right it used up
    by = f"{platform.code}.{step.code}"
    stopped = [key for each in _earlier(session, linked) for key in clocks.stop(session, each, step.stops, by, at)]
    session.flush()
    return {"proceeding_id": waiting.id, "state": waiting.state, "version": waiting.version, "stopped": stopped}


def values_of(
    session: Session, case_id: int, platform: Platform, *, of: int | None = None
) -> dict[str, dict[str, Any]]:
    """Level → values of the newest linked procedure of that level on the case, or only of those about the procedure ``of``.

    Asks nothing where the platform has none.
    """
    if not platform.linked:
        return {}
    wanted = select(Proceeding.id, Proceeding.level, Proceeding.of_id, Proceeding.data).where(
        Proceeding.case_id == case_id, Proceeding.platform == platform.code, Proceeding.level != ""
    )
    found, about = {}, {of}
    for row in session.execute(wanted.order_by(Proceeding.id)):
        if of is None or row.of_id in about:
            about.add(row.id)
            found[row.level] = dict(row.data)
    return found


def _earlier(session: Session, linked: Proceeding) -> list[Proceeding]:
    found = []
    while linked.level:
        linked = session.get_one(Proceeding, linked.of_id)
        found.append(linked)
    return found


def _of(session: Session, waiting: Proceeding, level: str) -> int:
    """The newest procedure of ``level`` on the case; the waiting one itself for ""."""
    wanted = select(Proceeding.id).where(
        Proceeding.case_id == waiting.case_id, Proceeding.platform == waiting.platform, Proceeding.level == level
    )
    return session.scalar(wanted.order_by(Proceeding.id.desc()).limit(1)) or waiting.id if level else waiting.id
