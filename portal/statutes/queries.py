"""Reading the working calendar and the rules as they hold now."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from portal.statutes import rulebook
from portal.statutes.models import Holiday, RuleVersion, StatuteDraft
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import from_cells
from portal.statutes.workdays import REST, WORK, Calendar, Entry

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


def days_of_year(session: Session, year: int) -> list[Entry]:
    """The days of ``year`` that differ from the plain week, in order."""
    wanted = HOLIDAYS.where(Holiday.date.between(date(year, 1, 1), date(year, 12, 31)))
    return [Entry(*row) for row in session.execute(wanted)]


@dataclass(frozen=True)
class YearOnRecord:
    """A year of the calendar: the notice '' where the years came with the program; how many days rest by name, are worked."""

    year: int
    notice: str
    rest: int
    worked: int
    loaded_at: datetime


def years(session: Session) -> list[YearOnRecord]:
    """The published years, the latest first."""
    found = law(session).calendar
    first = select(Holiday.date, Holiday.notice, Holiday.loaded_at).where(
        Holiday.date.in_([date(year, 1, 1) for year in found.years])
    )
    kinds = Counter((entry.day.year, entry.kind) for entry in found.entries.values())
    told = [
        YearOnRecord(day.year, notice, kinds[day.year, REST], kinds[day.year, WORK], loaded)
        for day, notice, loaded in session.execute(first)
    ]
    return sorted(told, key=lambda row: -row.year)


def undecided(session: Session, centre_id: int) -> list[StatuteDraft]:
    """The drafts of a centre that are neither published nor discarded, the latest first."""
    wanted = select(StatuteDraft).where(StatuteDraft.centre_id == centre_id, StatuteDraft.state == "draft")
    return list(session.scalars(wanted.order_by(StatuteDraft.id.desc())))


def drafts(session: Session, centre_id: int, limit: int = 20) -> list[StatuteDraft]:
    """The latest drafts of a centre, decided or not, at most ``limit``."""
    wanted = select(StatuteDraft).where(StatuteDraft.centre_id == centre_id)
    return list(session.scalars(wanted.order_by(StatuteDraft.id.desc()).limit(limit)))


def draft(session: Session, centre_id: int, draft_id: int) -> StatuteDraft | None:
    """One draft of a centre."""
    found = session.get(StatuteDraft, draft_id)
    return found if found is not None and found.centre_id == centre_id else None


_kept: dict[URL, Law] = {}
