"""/screens: pairing, the boards on the walls, and the administrator's list of devices."""

import hashlib
import threading
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for

from portal import clock, database, health
from portal.access.guard import actor, public, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import screens as devices
from portal.queue.models import Screen
from portal.queue.screen_forms import ScreenForm
from portal.queue.views import blueprint
from portal.trail import queries as trail
from portal.web.errors import say
from portal.web.htmx import done, page

YEAR = 365 * 24 * 3600
# A board whose build differs from the one on the wall makes the wall load its page anew, and there it is sent on.
GONE, WAITING = "gone", "waiting"
HOMES = {"hall": "queue.screen_hall", "window": "queue.screen_window", "facing": "queue.facing"}


class Boards:
    """Boards as last drawn: one drawing for each change, however many screens fetch it. In memory, per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[Hashable, str, str]] = {}

    def get(self, name: Hashable, version: Hashable, draw: Callable[[], str]) -> tuple[str, str]:
        """HTML and ETag of ``name`` at ``version``; ``draw`` runs only where the version is new."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept[0] != version:
                html = draw()
                kept = self._kept[name] = (version, html, hashlib.sha256(html.encode()).hexdigest()[:24])
            return kept[1], kept[2]


@blueprint.get("/screens")
@public
def screen_start() -> Response:
    """Where every device begins: to its board, or to a pairing code that an administrator compares."""
    screen = paired()
    if screen is not None and screen.approved_at:
        return redirect(url_for(HOMES[screen.kind]))
    token = None
    if screen is None:
        try:
            with database.write() as session:
                screen, token = devices.ask(session, at=clock.now())
        except Refused as problem:
            return say(503, str(problem))
    context = _frame(url_for("queue.screen_waiting"), "", silent=True)
    response = page("screens/pairing.html", **context, board=_pairing(screen), poll=5000)
    if token:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(devices.COOKIE, token, max_age=YEAR, httponly=True, samesite="Lax", path="/", secure=secure)
    return response


@blueprint.get("/screens/waiting")
@public
def screen_waiting() -> Response:
    """The pairing code again, until the device is approved."""
    screen = paired()
    if screen is None or screen.approved_at:
        return gone()
    return make_response(render_template("screens/_pairing.html", board=_pairing(screen)))


@blueprint.get("/screens/hall")
@public
def screen_hall() -> Response:
    """The hall's screen."""
    screen = paired("hall")
    if screen is None:
        return redirect(url_for("queue.screen_start"))
    context = _frame(url_for("queue.screen_hall_board"), url_for("stream.board"), screen)
    return page("screens/hall.html", **context, board=_hall(screen.centre_id, clock.now()))


@blueprint.get("/screens/hall/board")
@public
def screen_hall_board() -> Response:
    """The board alone: from memory, with an ETag."""
    screen = paired("hall")
    if screen is None:
        return gone()
    now, centre_id = clock.now(), screen.centre_id
    version = (_minute(now), trail.revision(db.session, centre_id, "board"))
    return serve(("hall", centre_id), version, lambda: _draw("screens/_hall_board.html", _hall(centre_id, now)))


@blueprint.get("/screens/window")
@public
def screen_window() -> Response:
    """The screen over one window."""
    screen = paired("window")
    if screen is None:
        return redirect(url_for("queue.screen_start"))
    context = _frame(url_for("queue.screen_window_board"), url_for("stream.board"), screen, silent=True)
    return page("screens/window.html", **context, board=_window(screen.window_id, clock.now()))


@blueprint.get("/screens/window/board")
@public
def screen_window_board() -> Response:
    """That window's board alone."""
    screen = paired("window")
    if screen is None:
        return gone()
    now, window_id = clock.now(), screen.window_id
    topics = ("board", f"window:{window_id}")
    version = (_minute(now), *(trail.revision(db.session, screen.centre_id, topic) for topic in topics))
    return serve(("window", window_id), version, lambda: _draw("screens/_window_board.html", _window(window_id, now)))


@blueprint.get("/admin/screens")
@requires(Permission.SCREEN_APPROVE)
def screens() -> Response:
    """Devices that wait with their codes, and the paired ones."""
    return _list()


@blueprint.post("/admin/screens/<int:screen_id>/approve")
@requires(Permission.SCREEN_APPROVE)
def approve_screen(screen_id: int) -> Response:
    """Pair a device, or give a paired one another task."""
    form = _form()
    if not form.validate():
        return _list(screen_id, form, 422)
    try:
        with database.write() as session:
            screen = devices.approve(
                session,
                actor(),
                screen_id,
                kind=form.kind.data,
                window_id=form.window_id.data,
                name=form.name.data,
                at=clock.now(),
            )
    except FieldProblems as problem:
        for name, message in problem.problems.items():
            form[name].errors = [message]
        return _list(screen_id, form, 422)
    except Refused as problem:
        return say(409, str(problem))
    flash(f"已批准：{screen.name}。")
    return done("queue.screens")


@blueprint.post("/admin/screens/<int:screen_id>/revoke")
@requires(Permission.SCREEN_APPROVE)
def revoke_screen(screen_id: int) -> Response:
    """Take a device's board away."""
    try:
        with database.write() as session:
            screen = devices.revoke(session, actor(), screen_id, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    flash(f"已撤销：{screen.name or screen.pairing_code}。")
    return done("queue.screens")


def paired(kind: str | None = None) -> Screen | None:
    """The device that asks; with ``kind``, only if it is approved as such."""
    screen = devices.find(db.session, request.cookies.get(devices.COOKIE), clock.now())
    if kind is None or (screen is not None and screen.approved_at and screen.kind == kind):
        return screen
    return None


def gone() -> Response:
    """To a device that has no (more) right to this board: nothing to read, and a reason to load its page anew."""
    return make_response(render_template("screens/_gone.html", board=_stated(None, clock.now(), GONE)))


def serve(name: Hashable, version: Hashable, draw: Callable[[], str]) -> Response:
    """A board from memory; 304 where the screen has it already."""
    boards: Boards = current_app.extensions.setdefault("portal_boards", Boards())
    html, etag = boards.get(name, version, draw)
    response = make_response(html)
    # kept by the screen, but asked about every time; it holds nothing personal
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(etag)
    return response.make_conditional(request)


def _frame(board_url: str, stream_url: str, screen: Screen | None = None, *, silent: bool = False) -> dict[str, Any]:
    centre = db.session.get(Centre, screen.centre_id) if screen else None
    served_at = clock.local(clock.now())
    return {
        "board_url": board_url,
        "stream_url": stream_url,
        "centre": centre,
        "served_at": served_at,
        "silent": silent,
    }


def _stated(board: Any, at: datetime, build: str = health.VERSION) -> dict[str, Any]:
    return {"shown": board, "at": clock.local(at).isoformat(timespec="seconds"), "build": build}


def _hall(centre_id: int, at: datetime) -> dict[str, Any]:
    return _stated(devices.hall_board(db.session, centre_id, clock.day_of(at)), at)


def _window(window_id: int, at: datetime) -> dict[str, Any]:
    return _stated(devices.window_board(db.session, window_id), at)


def _pairing(screen: Screen) -> dict[str, Any]:
    return _stated(screen.pairing_code, clock.now(), WAITING)


def _draw(template: str, board: dict[str, Any]) -> str:
    return render_template(template, board=board)


def _minute(at: datetime) -> str:
    """Part of each board's version: 数据时间 goes on in a quiet hall, a new day begins, a renamed window shows."""
    return f"{clock.local(at):%Y-%m-%d %H:%M}"


def _form(**values: Any) -> ScreenForm:
    form = ScreenForm(**values)
    windows = devices.windows(db.session, actor().centre_id)
    form.window_id.choices = choices([("0", "不限窗口"), *((str(window_id), label) for window_id, label in windows)])
    return form


def _list(refused_id: int = 0, refused: ScreenForm | None = None, status: int = 200) -> Response:
    waiting = devices.waiting(db.session, clock.now())
    known = devices.approved(db.session, actor().centre_id)
    forms = {screen.id: _form(formdata=None) for screen in waiting}
    for each in known:
        screen = each.screen
        forms[screen.id] = _form(formdata=None, kind=screen.kind, window_id=screen.window_id or 0, name=screen.name)
    if refused is not None and refused_id in forms:
        forms[refused_id] = refused
    for screen_id, form in forms.items():
        for field in form:
            field.id = f"{field.id}-{screen_id}"  # several forms on one page: labels must find their own field
            field.label.field_id = field.id
    return page("screens/list.html", waiting=waiting, approved=known, forms=forms, refused_id=refused_id, status=status)
