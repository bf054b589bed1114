"""/stream/…: server-sent events that say only "this changed". Never a name, a number or a matter in a stream.

A view finds out who is asking and what concerns them, gives the database session back, and only then the stream begins: a
stream that waits holds a thread and nothing else.
"""

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from sqlalchemy import select

from portal import clock
from portal.access.actor import Actor
from portal.access.guard import actor, public, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.database import db
from portal.queue import changes, screens
from portal.queue.changes import Full, Hub, Topic
from portal.queue.models import WindowSession
from portal.trail.models import Revision
from portal.web.errors import say

blueprint = Blueprint("stream", __name__)
EXTENSION = "portal_stream"
BUSY_FOR = 5  # seconds, the Retry-After of a refused stream


def init_app(app: Flask, limit: int) -> None:
    """Streams for ``app``: at most ``limit`` at a time in this process, the further ones get 503 and Retry-After."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.extensions[EXTENSION] = Hub(lambda stop: changes.watch(url, stop), limit)
    app.add_template_global(case_address, "case_stream")
    app.register_blueprint(blueprint)


def hub(app: Flask | None = None) -> Hub:
    """The streams of ``app`` (default: of this request's)."""
    return (app or current_app).extensions[EXTENSION]


def address(kind: str) -> str:
    """The stream of a staff page, with the mark of what the page is about to show, so that nothing is missed between."""
    topics = _topics(kind, actor())
    return url_for("stream.staff", kind=kind, seen=changes.mark(_revisions(topics), sorted(topics)))


def case_address(case_id: int) -> str:
    """The stream of a case's page, with its mark; pages of cases know it as ``case_stream``."""
    topics = {(actor().centre_id, f"case:{case_id}"): "case"}
    return url_for("stream.case", case_id=case_id, seen=changes.mark(_revisions(topics), sorted(topics)))


@blueprint.get("/stream/<kind>")
@requires(Permission.SESSION_USE)
def staff(kind: str) -> Response:
    """window, desk, overview, home: what each of these pages shows, under the event names queue, board, window, relays."""
    return _open(_topics(kind, actor()))


@blueprint.get("/stream/cases/<int:case_id>")
@requires(Permission.CASE_READ)
def case(case_id: int) -> Response:
    """Event "case". 404 where the case is not open to the person, as everywhere."""
    if cases.can_see(db.session, actor(), case_id) is None:
        abort(404)
    return _open({(actor().centre_id, f"case:{case_id}"): "case"})


@blueprint.get("/stream/board")
@public
def board() -> Response:
    """Event "board", for paired screens; the device's cookie opens it, never a login."""
    screen = screens.find(db.session, request.cookies.get(screens.COOKIE), clock.now())
    if screen is None or screen.approved_at is None:
        return say(403, "这块屏幕尚未配对。")
    topics = {"board", f"screen:{screen.id}"} | ({f"window:{screen.window_id}"} if screen.window_id else set())
    return _open({(screen.centre_id, topic): "board" for topic in topics})


def _topics(kind: str, who: Actor) -> dict[Topic, str]:
    relays = {(who.centre_id, f"relays:{platform}"): "relays" for platform in who.platforms}
    queue = {(who.centre_id, "queue"): "queue"}
    if kind == "window":
        seat = select(WindowSession.window_id).where(
            WindowSession.account_id == who.id, WindowSession.closed_at.is_(None)
        )
        window_id = db.session.scalar(seat)
        return {**queue, **relays, **({(who.centre_id, f"window:{window_id}"): "window"} if window_id else {})}
    if kind == "desk":
        return queue
    if kind == "overview":
        return {**queue, (who.centre_id, "board"): "board"}
    if kind == "home":
        return {**queue, **relays}
    abort(404)


def _open(topics: Mapping[Topic, str]) -> Response:
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    try:
        stream = hub().join(topics, request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket"))
    except Full:
        response = say(503)
        response.headers["Retry-After"] = str(BUSY_FOR)
        return response
    try:
        # Joined first, read second and in a fresh transaction: what is committed in between is in one or in the other.
        db.session.remove()
        stream.start(_revisions(topics), request.headers.get("Last-Event-ID") or request.args.get("seen"))
    except BaseException:
        stream.close()
        raise
    finally:
        db.session.remove()
    response = Response(stream, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _revisions(topics: Mapping[Topic, str]) -> dict[Topic, int]:
    centres, names = {centre_id for centre_id, _ in topics}, {name for _, name in topics}
    wanted = select(Revision.centre_id, Revision.topic, Revision.value)
    rows = db.session.execute(wanted.where(Revision.centre_id.in_(centres), Revision.topic.in_(names)))
    return {(centre_id, topic): value for centre_id, topic, value in rows}
