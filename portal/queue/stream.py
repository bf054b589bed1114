"""/stream/…: server-sent events that say only "this changed". Never a name, a number or a matter in a stream.

A view finds out who is asking and what concerns them, gives the database session back, and only then the stream begins: a
stream that waits holds a thread and nothing else.
"""

import hashlib
from collections.abc import Collection, Mapping
from urllib.parse import parse_qs

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from portal import clock
from portal.access.actor import Actor
from portal.access.guard import actor, public, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.database import db
from portal.queue import boards, changes, layouts, screens
from portal.queue.boards import Scope
from portal.queue.changes import Full, Hub, Topic
from portal.queue.models import WindowSession
from portal.trail.models import Revision
from portal.web.errors import say

blueprint = Blueprint("stream", __name__)
EXTENSION = "portal_stream"
BUSY_FOR = 5  # seconds, the Retry-After of a refused stream
MOST_PAGES = 60  # of one browser at a time


def init_app(app: Flask, limit: int) -> None:
    """Streams for ``app``: at most ``limit`` at a time in this process, the further ones get 503 and Retry-After."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.extensions[EXTENSION] = Hub(lambda stop: changes.watch(url, stop), limit)
    app.add_template_global(case_address, "case_stream")
    app.add_template_global(address, "staff_stream")
    app.register_blueprint(blueprint)


def hub(app: Flask | None = None) -> Hub:
    """The streams of ``app`` (default: of this request's)."""
    return (app or current_app).extensions[EXTENSION]


def address(kind: str) -> str:
    """The stream of a staff page, with the mark of what the page is about to show, so that nothing is missed between."""
    return _marked("stream.staff", _topics(kind, actor()), kind=kind)


def case_address(case_id: int) -> str:
    """The stream of a case's page, with its mark; pages of cases know it as ``case_stream``."""
    return _marked("stream.case", _case_topics(case_id), case_id=case_id)


@blueprint.get("/stream/<kind>")
@requires(Permission.SESSION_USE)
def staff(kind: str) -> Response:
    """What a page shows (window, desk, overview, home, closing, joint, inbox), under the event names queue, board, window, relays, alarm, joint, inbox."""
    return _open(_topics(kind, actor()))


@blueprint.get("/stream/cases/<int:case_id>")
@requires(Permission.CASE_READ)
def case(case_id: int) -> Response:
    """Event "case". 404 where the case is not open to the person, as everywhere."""
    if cases.can_see(db.session, actor(), case_id) is None:
        abort(404)
    return _open(_case_topics(case_id))


@blueprint.get("/stream/several")
@requires(Permission.SESSION_USE)
def several() -> Response:
    """What each address in ``of`` tells, in one stream for all windows of a browser; its events carry the address's place ("2:queue").

    Who may not open an address by itself is told nothing of it here; 404 where that goes for every one.
    """
    asked = [_part(address) for address in request.args.getlist("of")[:MOST_PAGES]]
    if not any(topics for topics, _ in asked):
        abort(404)
    parts = [{topic: f"{place}:{name}" for topic, name in topics.items()} for place, (topics, _) in enumerate(asked)]
    return _open(*parts, seen=changes.BETWEEN.join(seen for _, seen in asked))


@blueprint.get("/stream/board")
@public
def board() -> Response:
    """Event "board", for paired screens; the device's cookie opens it, never a login."""
    screen = screens.find(db.session, request.cookies.get(screens.COOKIE), clock.now())
    if screen is None or screen.approved_at is None:
        return say(403, "这块屏幕尚未配对。")
    shown = layouts.plan(db.session, screen).blocks
    topics = {f"screen:{screen.id}", *boards.topics(Scope(screen.centre_id, screen.area, screen.window_id), shown)}
    return _open({(screen.centre_id, topic): "board" for topic in topics}, wall=True)


def _topics(kind: str, who: Actor) -> dict[Topic, str]:
    relays = {(who.centre_id, f"relays:{platform}"): "relays" for platform in who.platforms}
    queue = {(who.centre_id, "queue"): "queue"}
    if kind == "window":
        seat = select(WindowSession.window_id).where(
            WindowSession.account_id == who.id, WindowSession.closed_at.is_(None)
        )
        window_id = db.session.scalar(seat)
        return {**queue, **relays, **({(who.centre_id, f"window:{window_id}"): "window"} if window_id else {})}
    alarm = {(who.centre_id, "alarm"): "alarm"}
    if kind == "desk":
        return {**queue, **alarm}
    if kind == "overview":
        return {**queue, **alarm, (who.centre_id, "board"): "board"}
    if kind == "closing":
        every = {(who.centre_id, f"relays:{platform.code}"): "relays" for platform in registry.platforms()}
        return {**queue, **alarm, **every, (who.centre_id, "board"): "board", (who.centre_id, "joint"): "joint"}
    if kind == "joint":
        return {(who.centre_id, "joint"): "joint"}
    if kind == "home":
        return {**queue, **relays, **alarm}
    if kind == "inbox":
        return {(who.centre_id, f"inbox:{who.id}"): "inbox"}
    abort(404)


def _case_topics(case_id: int) -> dict[Topic, str]:
    return {(actor().centre_id, f"case:{case_id}"): "case"}


def _part(address: str) -> tuple[dict[Topic, str], str]:
    """Topics and mark of one page's own address; no topics where its own view would refuse it, or it was made for somebody else.

    One that was made when the person sat elsewhere is told of everything at once.
    """
    path, _, query = address.partition("?")
    if not path.startswith("/"):
        return {}, ""
    try:
        rules = current_app.url_map.bind("", script_name=request.script_root or None)
        endpoint, values = rules.match(path.removeprefix(request.script_root), method="GET")
        if endpoint not in ("stream.staff", "stream.case"):
            return {}, ""
        if not actor().may(current_app.view_functions[endpoint]._permission):
            return {}, ""
        if endpoint == "stream.case" and cases.can_see(db.session, actor(), values["case_id"]) is None:
            return {}, ""
        topics = _topics(values["kind"], actor()) if endpoint == "stream.staff" else _case_topics(values["case_id"])
    except HTTPException:
        return {}, ""
    given = parse_qs(query)
    key = given.get("key", [""])[0]
    if key.partition(".")[0] != str(actor().id):
        return {}, ""
    return topics, given.get("seen", [""])[0] if key == _key(topics) else changes.mark({}, sorted(topics))


def _marked(endpoint: str, topics: Mapping[Topic, str], **values: str | int) -> str:
    mark = changes.mark(_revisions(topics), sorted(topics))
    return url_for(endpoint, **values, key=_key(topics), seen=mark)


def _key(topics: Mapping[Topic, str]) -> str:
    """Tells apart what the same address means to another person, or to the same one at another window."""
    return f"{actor().id}.{hashlib.sha256(repr(sorted(topics)).encode()).hexdigest()[:10]}"


def _open(*parts: Mapping[Topic, str], seen: str | None = None, wall: bool = False) -> Response:
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    try:
        client = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
        stream = hub().join(*parts, client=client, wall=wall)
    except Full:
        response = say(503)
        response.headers["Retry-After"] = str(BUSY_FOR)
        return response
    try:
        # Joined first, read second and in a fresh transaction: what is committed in between is in one or in the other.
        db.session.remove()
        seen = request.headers.get("Last-Event-ID") or seen or request.args.get("seen")
        stream.start(_revisions(stream.topics), seen)
    except BaseException:
        stream.close()
        raise
    finally:
        db.session.remove()
    response = Response(stream, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _revisions(topics: Collection[Topic]) -> dict[Topic, int]:
    centres, names = {centre_id for centre_id, _ in topics}, {name for _, name in topics}
    wanted = select(Revision.centre_id, Revision.topic, Revision.value)
    rows = db.session.execute(wanted.where(Revision.centre_id.in_(centres), Revision.topic.in_(names)))
    return {(centre_id, topic): value for centre_id, topic, value in rows}
