"""Another matter named by its number in a step: whether it is running and in time, and the tie between the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.definition import Platform
from portal.cases.models import Case, CaseLink, Clock
from portal.cases.operations import linked, outcome
from portal.statutes import deadlines


@dataclass(frozen=True)
class Other:
    """What a guard may know of the other matter. ``overdue``: a period that binds the office has passed its last day.

    ``linked``: level → values of its newest linked procedure (复查、复核).
    """

    same: bool
    running: bool
    overdue: bool
    linked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def named(session: Session, case: Case, platform: Platform, number: str, today: date) -> Other | None:
    """The matter of that number in the case's centre; None where the portal does not keep it, or keeps it behind a wall."""
    other = _find(session, case, number)
    if other is None:
        return None
    clocks = select(Clock.key).where(
        Clock.case_id == other.id, Clock.stopped_at.is_(None), Clock.verified, Clock.effective_due < today
    )
    overdue = any(deadlines.rule(key).binds == "office" for key in session.scalars(clocks))
    beside = linked.values_of(session, other.id, platform)
    return Other(same=other.id == case.id, running=other.closed_at is None, overdue=overdue, linked=beside)


def tie(session: Session, actor: Actor, case: Case, number: str, *, why: str, at: datetime) -> None:
    """关联 the two matters, unless they are tied already or one of them is behind a wall."""
    other = _find(session, case, number)
    if other is None or other.id == case.id or case.sensitivity != "normal":
        return
    if session.get(CaseLink, tuple(sorted((case.id, other.id)))) is None:
        outcome.link(session, actor, case, other, why=why, at=at)


def _find(session: Session, case: Case, number: str) -> Case | None:
    wanted = select(Case).where(Case.centre_id == case.centre_id, Case.sensitivity == "normal")
    return session.scalar(wanted.where(func.upper(Case.number) == number.strip().upper())) if number.strip() else None
