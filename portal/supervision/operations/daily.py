"""Work that is done once a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.organisation.operations.arranging import alone
from portal.supervision.models import DailyRun
from portal.trail import operations as trail


def ran(session: Session, centre_id: int, name: str, day: date) -> bool:
    """Whether the work ``name`` of ``day`` was done to its end."""
    return session.get(DailyRun, (centre_id, name, day)) is not None


def finish(session: Session, centre_id: int, name: str, day: date, at: datetime, data: dict[str, Any]) -> bool:
    """Note that ``name`` of ``day`` is done, with what came of it; False where another scheduler noted it already."""
    alone(session, centre_id)
    if ran(session, centre_id, name, day):
        return False
    session.add(DailyRun(centre_id=centre_id, name=name, day=day, at=at))
    session.flush()
    stated = {"day": day.isoformat()} | data
    trail.append(
        session, f"centre:{centre_id}", f"daily.{name}", centre_id=centre_id, actor_id=None, at=at, data=stated
    )
    return True
