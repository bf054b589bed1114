"""Marking lines of one's own inbox as read."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.supervision.models import InboxItem
from portal.supervision.operations.telling import inbox_topic
from portal.trail import operations as trail


def read_one(session: Session, actor: Actor, item_id: int, at: datetime) -> int:
    """Mark one line as read; 0 where it is not the actor's or was read already."""
    return _read(session, actor, InboxItem.id == item_id, {"item": item_id}, at)


def read_all(session: Session, actor: Actor, until: int, at: datetime) -> int:
    """Mark every line up to the id ``until`` as read, which is the newest the person saw. Returns how many."""
    return _read(session, actor, InboxItem.id <= until, {"until": until}, at)


def _read(session: Session, actor: Actor, which: Any, stated: dict[str, int], at: datetime) -> int:
    mine = (InboxItem.account_id == actor.id, InboxItem.read_at.is_(None), which)
    changed = session.execute(
        update(InboxItem).where(*mine).values(read_at=at), execution_options={"synchronize_session": False}
    ).rowcount
    if changed:
        trail.append(
            session,
            f"account:{actor.id}",
            "inbox.read",
            centre_id=actor.centre_id,
            actor_id=actor.id,
            at=at,
            data=stated | {"lines": changed},
        )
        trail.bump(session, actor.centre_id, inbox_topic(actor.id))
    return changed
