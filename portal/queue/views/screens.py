"""/screens: pairing, and the boards on the walls."""

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from portal import clock, database
from portal.access.guard import public
from portal.cases.operations import Refused
from portal.database import db
from portal.queue import layouts
from portal.queue import screens as devices
from portal.queue.boards import Scope
from portal.queue.models import Screen
from portal.queue.views import blueprint, walls
from portal.queue.views.walls import Wall
from portal.web.errors import say
from portal.web.htmx import page

YEAR = 365 * 24 * 3600
# A board whose build differs from the one on the wall makes the wall load its page anew, and there it is sent on.
GONE, WAITING = "gone", "waiting"
HOMES = {
    "hall": "queue.screen_hall",
    "zone": "queue.screen_zone",
    "window": "queue.screen_window",
    "schedule": "queue.screen_schedule",
    "facing": "queue.facing",
    "kiosk": "queue.kiosk",
}
POLL_PAIRING = 5000


@blueprint.get("/screens")
@public
def screen_start() -> Response:
    """Where every device begins: to its board, or to a pairing code that an administrator compares."""
    screen = paired()
    if screen is not None and screen.approved_at and HOMES[screen.kind] in current_app.view_functions:
        return redirect(url_for(HOMES[screen.kind]))
    token = None
    if screen is None:
        try:
            with database.write() as session:
                screen, token = devices.ask(session, at=clock.now())
        except Refused as problem:
            return say(503, str(problem))
    context = walls.frame(url_for("queue.screen_waiting"), "", silent=True)
    response = page("screens/pairing.html", **context, board=_pairing(screen), poll=POLL_PAIRING)
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
    return walls.timed(make_response(render_template("screens/_pairing.html", board=_pairing(screen))))


@blueprint.get("/screens/hall")
@public
def screen_hall() -> Response:
    """The hall's screen."""
    return _page("hall")


@blueprint.get("/screens/hall/board")
@public
def screen_hall_board() -> Response:
    """The hall's board alone."""
    return _board("hall")


@blueprint.get("/screens/zone")
@public
def screen_zone() -> Response:
    """The screen of one waiting area: what was called from there, its windows, how many wait there."""
    return _page("zone")


@blueprint.get("/screens/zone/board")
@public
def screen_zone_board() -> Response:
    """That area's board alone."""
    return _board("zone")


@blueprint.get("/screens/window")
@public
def screen_window() -> Response:
    """The screen over one window or at the door of a room."""
    return _page("window")


@blueprint.get("/screens/window/board")
@public
def screen_window_board() -> Response:
    """That window's board alone."""
    return _board("window")


@blueprint.get("/screens/schedule")
@public
def screen_schedule() -> Response:
    """领导接访日程."""
    return _page("schedule")


@blueprint.get("/screens/schedule/board")
@public
def screen_schedule_board() -> Response:
    """The schedule's board alone."""
    return _board("schedule")


def paired(kind: str | None = None) -> Screen | None:
    """The device that asks; with ``kind``, only if it is approved as such."""
    screen = devices.find(db.session, request.cookies.get(devices.COOKIE), clock.now())
    if kind is None or (screen is not None and screen.approved_at and screen.kind == kind):
        return screen
    return None


def gone() -> Response:
    """To a device that has no (more) right to this board: nothing to read, and a reason to load its page anew."""
    board = walls.stated(None, clock.now(), GONE)
    return walls.timed(make_response(render_template("screens/_gone.html", board=board)))


def _page(kind: str) -> Response:
    screen = paired(kind)
    if screen is None:
        return redirect(url_for("queue.screen_start"))
    board_url = url_for(f"queue.screen_{kind}_board")
    return page("screens/wall.html", **walls.page_of(_wall(screen), clock.now(), board_url, url_for("stream.board")))


def _board(kind: str) -> Response:
    token, at = request.cookies.get(devices.COOKIE, ""), clock.now()
    if (answer := walls.recalled(kind, token, at)) is not None:
        return answer
    found = devices.find_with_revision(db.session, token)
    if found is None or found[0].kind != kind:
        return gone()
    wall = _wall(found[0])
    walls.devices().keep((kind, token), at, f"screen:{found[0].id}", found[1], wall)
    return walls.board(wall, at)


def _wall(screen: Screen) -> Wall:
    scope = Scope(screen.centre_id, screen.area, screen.window_id)
    return Wall(scope, layouts.plan(db.session, screen), walls.centre_of(screen))


def _pairing(screen: Screen) -> dict[str, Any]:
    # an approved device gets here only where its page is not part of this program yet
    return walls.stated("请稍候" if screen.approved_at else screen.pairing_code, clock.now(), WAITING)
