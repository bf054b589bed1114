"""Reading the working calendar."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.statutes.models import Holiday
from portal.statutes.workdays import Calendar, Entry

HOLIDAYS = select(Holiday.date, Holiday.kind, Holiday.name, Holiday.notice).order_by(Holiday.date)


def calendar(session: Session) -> Calendar:
    """The working calendar as the Holiday table has it; an empty table gives one in which every date is provisional."""
    return Calendar.of(Entry(*row) for row in session.execute(HOLIDAYS))
