"""Limits that fall due, seen by one person: in person, for the organ, for the whole hall. Counts and lists, never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case, Clock, Proceeding
from portal.statutes.workdays import ONE_DAY
from portal.supervision.pending import ORGAN, office_keys

SCOPES = {"mine": "我的事项", "unit": "本单位", "hall": "全大厅"}
WHEN = {"overdue": "超期", "today": "今日到期", "tomorrow": "明日到期", "week": "本周内到期"}
SUNDAY = 6
PAGE = 25


@dataclass(frozen=True)
class Line:
    """One running limit in a list."""

    clock_id: int
    due: date
    key: str
    started_on: date
    provisional: bool
    named: bool
    number: str
    subject: str
    platform: str


def scopes_of(actor: Actor) -> list[str]:
    """The circles in which ``actor`` is told of limits."""
    of_unit = ["unit"] if actor.unit_id else []
    return ["mine", *of_unit, *(["hall"] if actor.may(Permission.QUEUE_CLOSE_DAY) else [])]


def counts(session: Session, actor: Actor, scope: str, today: date) -> dict[str, int]:
    """How many limits are overdue, due today, tomorrow, by Sunday: one query. Sunday's include those of today and tomorrow."""
    sums = [func.coalesce(func.sum(case((_within(when, today), 1), else_=0)), 0).label(when) for when in WHEN]
    last = max(_week_end(today), today + ONE_DAY)
    row = session.execute(
        select(*sums)
        .select_from(Clock)
        .join(Proceeding, Proceeding.id == Clock.proceeding_id)
        .join(Case, Case.id == Clock.case_id)
        .where(*_counted(session, actor), _in_circle(actor, scope), Clock.effective_due <= last)
    ).one()
    return {when: int(getattr(row, when)) for when in WHEN}


def lines(
    session: Session, actor: Actor, scope: str, when: str, today: date, after: tuple[date, int] | None
) -> tuple[list[Line], bool]:
    """One page of what a count counts, the nearest date first, ``after`` the (date, clock id) of the page before; is there more."""
    wanted = (
        select(
            Clock.id,
            Clock.effective_due,
            Clock.key,
            Clock.started_on,
            Clock.provisional,
            Clock.named_due.is_not(None),
            Case.number,
            Case.subject,
            Proceeding.platform,
        )
        .join(Proceeding, Proceeding.id == Clock.proceeding_id)
        .join(Case, Case.id == Clock.case_id)
        .where(*_counted(session, actor), _in_circle(actor, scope), _within(when, today))
        .order_by(Clock.effective_due, Clock.id)
        .limit(PAGE + 1)
    )
    if after:
        day, last = after
        wanted = wanted.where(or_(Clock.effective_due > day, and_(Clock.effective_due == day, Clock.id > last)))
    found = [Line(*row) for row in session.execute(wanted)]
    return found[:PAGE], len(found) > PAGE


def _counted(session: Session, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Verified limits of the office in matters the actor may see; a sealed platform's only for its own people."""
    sealed = [each.code for each in registry.platforms() if each.sealed and each.code not in actor.platforms]
    return (
        Clock.centre_id == actor.centre_id,
        Clock.stopped_at.is_(None),
        Clock.effective_due.is_not(None),
        Clock.verified,
        Clock.key.in_(office_keys(session)),
        Proceeding.platform.not_in(sealed),
        cases.visible(actor),
    )


def _in_circle(actor: Actor, scope: str) -> ColumnElement[bool]:
    if scope == "unit":
        return actor.unit_id == ORGAN if actor.unit_id else false()
    if scope == "hall":
        return Clock.centre_id == actor.centre_id
    # what nobody handles any more (the account was closed) is the platform's again
    here = select(Account.id).where(Account.centre_id == actor.centre_id, Account.enabled)
    nobody = or_(Proceeding.handler_id.is_(None), Proceeding.handler_id.not_in(here))
    return or_(Proceeding.handler_id == actor.id, and_(Proceeding.platform.in_(actor.platforms), nobody))


def _within(when: str, today: date) -> ColumnElement[bool]:
    spans: Mapping[str, Any] = {
        "overdue": Clock.effective_due < today,
        "today": Clock.effective_due == today,
        "tomorrow": Clock.effective_due == today + ONE_DAY,
        "week": Clock.effective_due.between(today, _week_end(today)),
    }
    return spans[when]


def _week_end(today: date) -> date:
    return today + timedelta(days=SUNDAY - today.weekday())
