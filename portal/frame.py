"""What stands in the frame of every page: centre, person, window; and the moment the page was made."""

from types import SimpleNamespace
from typing import Any

from flask import Flask, request
from flask_login import current_user
from sqlalchemy import and_, exists, func, select

from portal import clock
from portal.access.guard import actor
from portal.access.permissions import Permission
from portal.cases import registry
from portal.database import db
from portal.organisation.models import Centre, Window
from portal.queue.models import Emergency, WindowSession
from portal.queue.operations.emergencies import may_help, may_raise
from portal.supervision.models import InboxItem
from portal.web.htmx import wants_part

STATES = {"serving": "服务中", "paused": "暂停", "backoffice": "后台"}
MOST_UNREAD = 99  # more than the bar can say in two figures


def init_app(app: Flask) -> None:
    """Offer ``nav_context`` and ``served_at`` to templates."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    if wants_part() or not current_user.is_authenticated or not request.endpoint:
        return {"nav_context": SimpleNamespace(), "served_at": clock.now()}
    mine = and_(WindowSession.account_id == current_user.id, WindowSession.closed_at.is_(None))
    pressed = (
        Emergency.centre_id == current_user.centre_id,
        Emergency.closed_at.is_(None),
        Emergency.account_id == current_user.id,
    )
    row = db.session.execute(
        select(
            Centre.name.label("centre"),
            Window.name.label("window"),
            Window.platform,
            WindowSession.state,
            exists().where(*pressed).label("alarm"),
            _unread(current_user.id).label("unread"),
        )
        .select_from(Centre)
        .outerjoin(WindowSession, mine)
        .outerjoin(Window, Window.id == WindowSession.window_id)
        .where(Centre.id == current_user.centre_id)
    ).first()
    frame = SimpleNamespace(account=current_user.name, search=current_user.may(Permission.CASE_READ))
    # the emergency key: who has it, whether one's own is open, and who is told when others press it
    frame.alarm_key, frame.helps = may_raise(actor()), may_help(actor())
    if row:
        frame.centre = row.centre
        frame.alarm = row.alarm
        frame.window = row.window
        frame.platform = registry.platform(row.platform).label if row.platform else None
        frame.window_state = STATES.get(row.state)
        # the inbox tells of matters; whoever reads none has none
        frame.unread = row.unread if frame.search else None
    return {"nav_context": frame, "served_at": clock.now()}


def _unread(account_id: int) -> Any:
    """How many lines of the inbox are not read, counted no further than one more than is shown."""
    some = select(InboxItem.id).where(InboxItem.account_id == account_id, InboxItem.read_at.is_(None))
    return select(func.count()).select_from(some.limit(MOST_UNREAD + 1).subquery()).scalar_subquery()
