"""候办总览: who waits where and since when, which windows are served; for the duty head."""

from flask import Response

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.database import db
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
        stream_url=stream.address("overview"),
    )
