"""What the public knows of receptions: walls the last editions, the holder of a code when and where. Given to the queue at start-up."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.leadership import enquiry
from portal.leadership.queries import roster
from portal.leadership.vocabulary import DAYS_OF_WEEK, ONE_DAY
from portal.queue import promises, schedule

WEEKS_AHEAD = 4
LONGEST_PLACE = 12  # letters of a place that a wall has room for


def upcoming(session: Session, centre_id: int, day: date, limit: int) -> Sequence[schedule.Reception]:
    """The published receptions from ``day`` on, at most ``limit``, the earliest first. One query."""
    until = day + ONE_DAY * DAYS_OF_WEEK * WEEKS_AHEAD
    rows = roster.published_words(session, centre_id, day, until)[:limit]
    return [schedule.Reception(row.day, row.hours, row.who, _short(row.place)) for row in rows]


def _short(place: str) -> str:
    return place if len(place) <= LONGEST_PLACE else f"{place[: LONGEST_PLACE - 1]}…"


def load() -> None:
    """Let the walls and the citizen's page ask here."""
    schedule.load(upcoming)
    promises.load(enquiry.promised)
