"""Filling the working calendar."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.statutes.models import Holiday
from portal.statutes.workdays import published_entries


def load_published(session: Session, at: datetime) -> int:
    """Bring the published years into the Holiday table; ``at`` is aware. Returns how many rows were added or corrected.

    A row that carries a notice number was typed from the notice itself and is left alone. Running it twice changes nothing.
    """
    held = {holiday.date: holiday for holiday in session.scalars(select(Holiday))}
    changed = 0
    for entry in published_entries():
        row = held.get(entry.day)
        if row is None:
            session.add(Holiday(date=entry.day, kind=entry.kind, name=entry.name, notice=entry.notice, loaded_at=at))
        elif row.notice or (row.kind, row.name) == (entry.kind, entry.name):
            continue
        else:
            row.kind, row.name, row.loaded_at = entry.kind, entry.name, at
        changed += 1
    session.flush()
    return changed
