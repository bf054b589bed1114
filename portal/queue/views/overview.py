"""候办总览: who waits where and since when, which windows are served; for the duty head."""

from flask import Response

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.database import db
from portal.organisation import queries as organisation
from portal.organisation import spans
from portal.queue import queries, stream
from portal.queue.views import blueprint
from portal.web.htmx import page

STATES = {"serving": "服务", "paused": "暂停", "backoffice": "后台", "": "未开窗"}


@blueprint.get("/queue/overview")
@requires(Permission.QUEUE_OVERVIEW)
def overview() -> Response:
    """The page; asked by htmx, only the tables."""
    centre_id, day = actor().centre_id, clock.today()
    return page(
        "queue/overview.html",
        "queue/_overview.html",
        queues=queries.overview(db.session, centre_id, day),
        windows=queries.windows(db.session, centre_id),
        platforms={platform.code: platform for platform in registry.platforms()},
        states=STATES,
        planned=planned_now(),
        stream_url=stream.address("overview"),
    )


def planned_now() -> dict[int, str]:
    """Who is meant to sit at each window at this minute: window id → “张德良 08:30–12:00”."""
    minute = _minute()
    rows = organisation.duties(db.session, actor().centre_id, clock.today())
    return {row.window_id: f"{row.name} {_times(row)}" for row in rows if row.starts <= minute < row.ends}


def my_plan() -> dict[int, str]:
    """Where the actor is meant to sit today, now or still to come, the next first: window id → “08:30–12:00”."""
    who, minute = actor(), _minute()
    mine = [
        row
        for row in organisation.duties(db.session, who.centre_id, clock.today())
        if row.account_id == who.id and minute < row.ends
    ]
    found: dict[int, list[str]] = {}
    for row in sorted(mine, key=lambda row: row.starts):
        found.setdefault(row.window_id, []).append(_times(row))
    return {window_id: "、".join(times) for window_id, times in found.items()}


def _minute() -> int:
    now = clock.local(clock.now())
    return now.hour * 60 + now.minute


def _times(row: organisation.Duty) -> str:
    return f"{spans.clock_text(row.starts)}–{spans.clock_text(row.ends)}"
