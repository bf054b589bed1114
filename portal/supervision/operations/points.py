"""Warning points as the centre sets them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.operations.arranging import alone
from portal.supervision.models import WarningPoints
from portal.supervision.pending import EVERY, office_keys
from portal.trail import operations as trail


class Misset(ValueError):
    """A point that cannot be set; str() is a Chinese sentence."""


def set_points(session: Session, actor: Actor, key: str, days: Iterable[int], *, at: datetime) -> bool:
    """Warn ``days`` calendar days before the last day: of every limit (``key`` EVERY) or of that one alone.

    No days take the setting away: one limit follows the others again, the centre warns of none. Raises Misset for a limit that
    binds nobody in the office. Saving the same again leaves no event and returns False.
    """
    if key != EVERY and key not in office_keys(session):
        raise Misset("没有这个期限，或它不约束机关。")
    alone(session, actor.centre_id)
    wanted = sorted(set(days), reverse=True)
    row = session.get(WarningPoints, (actor.centre_id, key))
    held = row.days if row else []
    if held == wanted:
        return False
    if row and not wanted:
        session.delete(row)
    elif row:
        row.days, row.set_at, row.set_by = wanted, at, actor.id
    else:
        session.add(WarningPoints(centre_id=actor.centre_id, key=key, days=wanted, set_at=at, set_by=actor.id))
    session.flush()
    trail.append(
        session,
        f"centre:{actor.centre_id}",
        "warnings.arranged",
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"key": key, "changed": [held, wanted]},
    )
    return True
