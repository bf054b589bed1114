"""Which receptions are published, and as what: a row added or changed since, or of a week never published, is nobody's but the office's."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.leadership.models import Edition, Reception, Week
from portal.leadership.queries import roster
from portal.leadership.queries.roster import Row

PUBLIC = ("published", "amending", "resubmitted")


def was_published() -> ColumnElement[bool]:
    """The condition on Week that something of it is on the walls; it stays there while the week is worked on again."""
    return or_(Week.state.in_(PUBLIC), Week.published_at.is_not(None))


def in_editions(session: Session, week_ids: Iterable[int]) -> dict[int, dict[int, Row]]:
    """Week id → reception id → the reception as the last edition has it, for weeks that have editions. One query."""
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
    return {week_id: {row["id"]: Row.read(row) for row in kept} for week_id, kept in session.execute(rows)}


def rows_of(session: Session, receptions: Iterable[Reception]) -> dict[int, Row]:
    """Reception id → the reception as it was published, with arrival and state of the day; what was never published is missing.

    One query; a published week that came without editions is read from its table.
    """
    held = {each.id: each for each in receptions}
    known = in_editions(session, {each.week_id for each in held.values()})
    found = {
        each.id: known[each.week_id][each.id].on_the_day(each)
        for each in held.values()
        if each.id in known.get(each.week_id, ())
    }
    bare = [each.id for each in held.values() if each.week_id not in known]
    if bare:
        found |= {row.id: row for row in roster.rows_of(session, bare, was_published())}
    return found


def row_of(session: Session, reception: Reception) -> Row | None:
    """One reception as it was published; None while it is a draft. One query."""
    return rows_of(session, [reception]).get(reception.id)
