"""The demo hall's warning points, and what its people find in their inboxes on the first morning."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.supervision import operations, pending, people

POINTS = (7, 3, 1)  # this hall's own choice: no law names such a number
ADMINISTRATOR = "yaoyuhang"


def write(session: Session, staff: Mapping[str, Actor], now: datetime) -> None:
    """Set the points and say what has to be said by ``now``; the scheduler goes on once the hall has set its hours."""
    admin = staff[ADMINISTRATOR]
    operations.set_points(session, admin, pending.EVERY, POINTS, at=now)
    for find in (pending.moved, pending.warnings, pending.overdue):
        while operations.tell(session, admin.centre_id, find, now):
            pass
    everybody = [actor.id for actor in people.readers(session, admin.centre_id)]
    operations.send_digests(session, admin.centre_id, everybody, now)
