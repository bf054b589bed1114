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
    now = clock.local(clock.now())
    minute = now.hour * 60 + now.minute
    return {
        row.window_id: f"{row.name} {spans.clock_text(row.starts)}–{spans.clock_text(row.ends)}"
        for row in organisation.duties(db.session, actor().centre_id, clock.today())
        if row.starts <= minute < row.ends
    }
