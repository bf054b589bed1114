"""What every page that makes a draft does: keep it, rehearse it at once outside the write, show it."""

from collections.abc import Callable
from typing import Any

from flask import Response

from portal import clock, database
from portal.access.guard import actor
from portal.cases import rehearsal
from portal.database import db
from portal.statutes import operations
from portal.statutes.errors import StatuteError
from portal.statutes.models import StatuteDraft
from portal.web.htmx import done


def drafted(keep: Callable[..., StatuteDraft], *given: Any) -> Response:
    """Keep the draft that ``keep(session, actor, *given, at)`` makes, rehearse it, and go to its page. Raises DraftRefused."""
    with database.write() as session:
        draft_id = keep(session, actor(), *given, clock.now()).id
    rehearse(draft_id)
    return done("law.draft", draft_id=draft_id)


def rehearse(draft_id: int) -> None:
    """Count what the draft would move, without the write lock, and keep the answer.

    Raises DraftRefused once it is decided, or where its rules no longer fit those published since.
    """
    base = operations.base_of(db.session())
    try:
        result = rehearsal.rehearse(db.session(), db.session.get_one(StatuteDraft, draft_id))
    except StatuteError as problem:
        raise operations.DraftRefused(f"{problem}，这份草稿不能再用，请作废后重新录入。") from None
    with database.write() as session:
        operations.keep_result(session, actor(), draft_id, base, result, at=clock.now())
