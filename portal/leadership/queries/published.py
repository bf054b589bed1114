"""Which receptions are published: a row that was added since, or belongs to a week never published, is nobody's but the office's."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.leadership.models import Edition, Week

PUBLIC = ("published", "amending", "resubmitted")


def was_published() -> ColumnElement[bool]:
    """The condition on Week that something of it is on the walls; it stays there while the week is worked on again."""
    return or_(Week.state.in_(PUBLIC), Week.published_at.is_not(None))


def in_editions(session: Session, week_ids: Iterable[int]) -> dict[int, set[int]]:
    """Week id → ids of the receptions that its last edition has, for weeks that have editions. One query."""
    wanted = sorted(set(week_ids))
    if not wanted:
        return {}
    last = (
        select(Edition.week_id, func.max(Edition.number).label("number"))
        .where(Edition.week_id.in_(wanted))
        .group_by(Edition.week_id)
        .subquery()
    )
    rows = select(Edition.week_id, Edition.rows).join(
        last, (last.c.week_id == Edition.week_id) & (last.c.number == Edition.number)
    )
    return {week_id: {row["id"] for row in kept} for week_id, kept in session.execute(rows)}


def stands_in(known: dict[int, set[int]], week_id: int, reception_id: int) -> bool:
    """Whether the reception is in the last edition of its week, where the week has one."""
    return week_id not in known or reception_id in known[week_id]
