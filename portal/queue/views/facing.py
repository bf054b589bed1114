"""/screens/facing: the tablet in front of a window. The citizen rates the finished matter there; staff cannot."""

from flask import Response, redirect, render_template, session, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import clock, database, health
from portal.access.guard import public
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, rate
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import screens as devices
from portal.queue.models import Screen
from portal.queue.screen_forms import RatingForm
from portal.queue.screens import ToRate
from portal.queue.views import blueprint
from portal.queue.views.enquiry import STAFF_REFUSED
from portal.queue.views.screens import gone, paired
from portal.queue.views.walls import timed
from portal.web.errors import say
from portal.web.htmx import page

SKIPPED = "facing_skipped"  # the ticket whose visitor chose not to rate, in this tablet's own session
RATE = "rate"
OVER = "这次评价的时间已过。您仍可以凭小票上的查询码在“进度查询”中评价。"


@blueprint.route("/screens/facing", methods=["GET", "POST"])
@public
def facing() -> Response:
    """A calm welcome; the rating form while the visitor who has just finished stands here. 403 where staff is signed in."""
    if current_user.is_authenticated:
        return say(403, STAFF_REFUSED)
    screen = paired("facing")
    if screen is None:
        return redirect(url_for("queue.screen_start"))
    due = _due(screen)
    form = RatingForm()
    if form.is_submitted():
        return _submitted(screen, due, form)
    if due is None:
        return _welcome(screen)
    return _form(screen, due, RatingForm(formdata=None, key=str(due.ticket_id)))


@blueprint.post("/screens/facing/skip")
@public
def skip_rating() -> Response:
    """不评价: back to the welcome. The tablet forgets it with the next visitor."""
    screen = paired("facing")
    due = _due(screen) if screen else None
    if due is not None:
        session[SKIPPED] = due.ticket_id
    return redirect(url_for("queue.facing"), 303)


@blueprint.get("/screens/facing/thanks")
@public
def facing_thanks() -> Response:
    """After a rating; goes back to the welcome by itself."""
    screen = paired("facing")
    if screen is None:
        return redirect(url_for("queue.screen_start"))
    return page("screens/facing_thanks.html", centre=_centre(screen))


@blueprint.get("/screens/facing/board")
@public
def facing_board() -> Response:
    """What the welcome page asks now and then: still nothing to rate, or load the page anew."""
    screen = paired("facing")
    if screen is None:
        return gone()
    board = _board(RATE if _due(screen) else health.VERSION)
    return timed(Response(render_template("screens/_facing_board.html", board=board)))


def _submitted(screen: Screen, due: ToRate | None, form: RatingForm) -> Response:
    if due is None or form.key.data != str(due.ticket_id):
        return say(409, OVER)
    if not form.validate():
        return _form(screen, due, form, 422)
    try:
        database.attempt(_rate, screen, form)
    except (Refused, FieldProblems) as problem:
        return say(409, str(problem))
    return redirect(url_for("queue.facing_thanks"), 303)


def _rate(writing: Session, screen: Screen, form: RatingForm) -> None:
    # looked up again under the lock: the next visitor may have been called since the form was shown
    due = devices.to_rate(writing, screen.window_id, clock.today())
    if due is None or form.key.data != str(due.ticket_id):
        raise Refused(OVER)
    case = writing.get(Case, due.case_id)
    rate(writing, case, score=form.score.data, words=form.words.data or "", source="facing", at=clock.now())


def _due(screen: Screen) -> ToRate | None:
    due = devices.to_rate(db.session, screen.window_id, clock.today())
    return None if due is None or session.get(SKIPPED) == due.ticket_id else due


def _welcome(screen: Screen) -> Response:
    return page(
        "screens/facing.html",
        board=_board(health.VERSION),
        board_url=url_for("queue.facing_board"),
        stream_url=url_for("stream.board"),
        centre=_centre(screen),
        served_at=clock.local(clock.now()),
        silent=True,
        poll=5000,
    )


def _form(screen: Screen, due: ToRate, form: RatingForm, status: int = 200) -> Response:
    return page("screens/facing_rating.html", form=form, due=due, centre=_centre(screen), status=status)


def _centre(screen: Screen) -> Centre:
    return db.session.get(Centre, screen.centre_id)


def _board(build: str) -> dict[str, str]:
    return {"at": clock.local(clock.now()).isoformat(timespec="seconds"), "build": build}
