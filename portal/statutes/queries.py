"""Reading the working calendar and the rules as they hold now."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from portal.statutes import rulebook
from portal.statutes.models import Holiday, RuleVersion
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import from_cells
from portal.statutes.workdays import Calendar, Entry

HOLIDAYS = select(Holiday.date, Holiday.kind, Holiday.name, Holiday.notice).order_by(Holiday.date)
VERSIONS = select(
    select(func.count()).select_from(Holiday).scalar_subquery(),
    select(func.max(Holiday.loaded_at)).scalar_subquery(),
    select(func.coalesce(func.max(RuleVersion.id), 0)).scalar_subquery(),
)


@dataclass(frozen=True)
class Law:
    """What dates are counted with. ``calendar_version`` is stored on each clock; it changes whenever the calendar does."""

    calendar: Calendar
    calendar_version: str
    rules: Rulebook
    rules_version: str


def calendar(session: Session) -> Calendar:
    """The working calendar as the Holiday table has it; an empty table gives one in which every date is provisional."""
    return Calendar.of(Entry(*row) for row in session.execute(HOLIDAYS))


def law(session: Session) -> Law:
    """Calendar and rules of this moment in one query; built again only when one of their tables has changed."""
    count, loaded, newest = session.execute(VERSIONS).one()
    calendar_version = f"{count}@{loaded.isoformat() if loaded else '-'}"
    place = session.get_bind().engine.url
    kept = _kept.get(place)
    if kept is None or (kept.calendar_version, kept.rules_version) != (calendar_version, str(newest)):
        _kept.clear()
        kept = _kept[place] = Law(calendar(session), calendar_version, _rules(session), str(newest))
    return kept


def _rules(session: Session) -> Rulebook:
    own = rulebook.own()
    rows = session.execute(select(RuleVersion.key, RuleVersion.valid_from, RuleVersion.cells).order_by(RuleVersion.id))
    # a later release of the table may bring what was published here: then its row counts
    later = [from_cells(row.cells) for row in rows if row.valid_from > (own.newest(row.key).valid_from or date.min)]
    return own.after(later)


_kept: dict[URL, Law] = {}
