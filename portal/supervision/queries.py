"""Reading one's inbox. What a line may say of a matter is asked anew each time it is read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case
from portal.clock import day_of
from portal.organisation.models import Unit
from portal.statutes.queries import law
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import Rule
from portal.supervision.models import InboxItem, WarningPoints

PAGE = 25


@dataclass(frozen=True)
class Line:
    """One line of the inbox. ``open`` False: the matter is kept from the reader (检举, counselling) and nothing of it is here.

    ``step`` and ``article`` name the limit; ``data`` holds dates, counts and codes.
    """

    id: int
    kind: str
    at: datetime
    read: bool
    open: bool
    number: str
    subject: str
    platform: str
    unit: str
    step: str
    article: str
    data: dict[str, Any]


def lines(session: Session, actor: Actor, before: int | None) -> tuple[list[Line], bool]:
    """One page of the actor's inbox, newest first, below the id ``before``, and whether there is more: three queries.

    Each limit is cited as the version says that counts for its matter, published here or shipped.
    """
    wanted = (
        select(
            InboxItem.id,
            InboxItem.kind,
            InboxItem.at,
            InboxItem.read_at,
            InboxItem.case_id,
            InboxItem.platform,
            InboxItem.data,
            func.coalesce(Unit.short_name, "").label("unit"),
        )
        .outerjoin(Unit, Unit.id == InboxItem.unit_id)
        .where(InboxItem.account_id == actor.id)
        .order_by(InboxItem.id.desc())
        .limit(PAGE + 1)
    )
    rows = session.execute(wanted.where(InboxItem.id < before) if before else wanted).all()
    ids = {row.case_id for row in rows if row.case_id}
    seen = select(Case.id, Case.number, Case.subject).where(Case.id.in_(ids or {0}), cases.visible(actor))
    matters = {row.id: row for row in session.execute(seen)}
    rules = law(session).rules
    return [_line(actor, rules, row, matters.get(row.case_id)) for row in rows[:PAGE]], len(rows) > PAGE


def _line(actor: Actor, rules: Rulebook, row: Any, matter: Any) -> Line:
    platform = registry.platform(row.platform) if row.platform else None
    closed_off = platform is not None and platform.sealed and platform.code not in actor.platforms
    about = row.case_id is not None
    readable = not about or (matter is not None and not closed_off)
    rule = _rule(rules, row) if about and readable and "key" in row.data else None
    return Line(
        id=row.id,
        kind=row.kind,
        at=row.at,
        read=row.read_at is not None,
        open=readable,
        number=matter.number if about and readable else "",
        subject=matter.subject if about and readable else "",
        platform=platform.label if platform and readable else "",
        unit=row.unit,
        step=rule.step if rule else "",
        article=rule.citation if rule else "",
        data=row.data if readable else {},
    )


def _rule(rules: Rulebook, row: Any) -> Rule:
    # a line written before lines kept the start is read by its own day
    started = row.data.get("started_on")
    return rules.on(row.data["key"], date.fromisoformat(started) if started else day_of(row.at))


def unread(session: Session, actor: Actor, most: int) -> int:
    """How many lines the actor has not read, counted no further than ``most``."""
    some = select(InboxItem.id).where(InboxItem.account_id == actor.id, InboxItem.read_at.is_(None)).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def point_rows(session: Session, centre_id: int) -> list[tuple[str, list[int], date]]:
    """The centre's warning points: (key, days, set at), those of all limits first."""
    wanted = select(WarningPoints.key, WarningPoints.days, WarningPoints.set_at)
    return [tuple(row) for row in session.execute(wanted.where(WarningPoints.centre_id == centre_id).order_by("key"))]
