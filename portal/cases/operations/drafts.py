"""What was typed and not sent, kept for the person who typed it, encrypted, until it is sent or thrown away."""

import json
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Draft

MOST = 60_000


def save_draft(session: Session, actor: Actor, place: str, values: dict[str, list[str]], at: datetime) -> None:
    """Keep ``values`` (field → typed texts) for ``place`` ("ticket:12", "/cases/new"); over-long drafts are not kept."""
    text = json.dumps(values, ensure_ascii=False)
    if len(text) > MOST:
        return
    draft = session.get(Draft, (actor.id, place))
    if draft is None:
        session.add(Draft(account_id=actor.id, place=place, centre_id=actor.centre_id, values=text, saved_at=at))
    else:
        draft.values, draft.saved_at = text, at
    session.flush()


def drop_draft(session: Session, actor: Actor, place: str) -> None:
    """Forget the draft, after what it held was registered."""
    session.execute(delete(Draft).where(Draft.account_id == actor.id, Draft.place == place))
