"""/kiosk: the machine at the entrance. Two touches to a number; nothing of the visitor stays behind.

What a visitor chose stands in no address (every choice is posted), in no cookie beyond the next page, and in no history:
kiosk.js fetches the pages into the one at /kiosk. Without it they are plain pages.
"""

import secrets
from typing import Any

from flask import Response, jsonify, redirect, request, session, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock, database, health
from portal.access.guard import public
from portal.cases.operations import FieldProblems, Refused
from portal.cases.vocabulary import SCORES
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import kiosk as rules
from portal.queue.kiosk import Tile
from portal.queue.kiosk_forms import ArriveForm, ChosenForm, TakeForm, offered
from portal.queue.models import Screen, Ticket
from portal.queue.operations import NotGiven, OpenToday
from portal.queue.screen_forms import CodeRatingForm, EnquiryForm
from portal.queue.views import blueprint, voice
from portal.queue.views import enquiry as enquiries
from portal.queue.views.screens import paired
from portal.trail import queries as trail
from portal.web.htmx import page

TAKEN = "kiosk_number"  # the number to be shown by the next page, and by that one only
# as on every keyboard, without I and O, which stand in no code of ours
KEYS = ("1234567890", "QWERTYUP", "ASDFGHJKL", "ZXCVBNM")
WRONG_CODE = "没有这个预约码。请对照预约时给您的号码再输一次，或到导引台签到。"
OVER = "这个预约已经签到，号码是 {number}，今天的接待已经结束。还要办理的，请取新号。"
EXPIRED = "刚才的页面已经过期，请重新选择。"


@blueprint.get("/kiosk")
@public
def kiosk() -> Response:
    """First page: the services, each with who waits; or one sentence why none is given now."""
    screen = paired("kiosk")
    return _start(screen) if screen else _unpaired()


@blueprint.get("/kiosk/alive")
@public
def kiosk_alive() -> Response:
    """Whether the portal answers, and a mark that changes with what the first page shows. 410 to a device that is none."""
    screen = paired("kiosk")
    if screen is None:
        return jsonify(mark=""), 410
    return jsonify(mark=_mark(screen.centre_id), build=health.VERSION)


@blueprint.post("/kiosk/choose")
@public
def kiosk_choose() -> Response:
    """Second page: how many came, and the buttons that take the number."""
    screen = paired("kiosk")
    if screen is None:
        return _unpaired()
    form = ChosenForm()
    if not form.validate():
        return _start(screen, EXPIRED, 422)
    return _confirm(screen, form)


@blueprint.post("/kiosk/take")
@public
def kiosk_take() -> Response:
    """Take the number; it is shown by the next page, once."""
    screen = paired("kiosk")
    if screen is None:
        return _unpaired()
    form = TakeForm()
    if not form.validate():
        return _start(screen, EXPIRED, 422)
    try:
        ticket = _taken(screen, form)
    except OpenToday as problem:
        return _frame("kiosk/held.html", screen, form=form, number=problem.number, status=409)
    except FieldProblems as problem:
        return _confirm(screen, form, next(iter(problem.problems.values())), 422)
    except Refused as problem:
        return _start(screen, str(problem), 409 if isinstance(problem, NotGiven) else 422)
    if not rules.fresh(ticket, clock.now()):
        return redirect(url_for("queue.kiosk"), 303)
    session[TAKEN] = ticket.id
    return redirect(url_for("queue.kiosk_number", look=_looks() or None), 303)


@blueprint.get("/kiosk/number")
@public
def kiosk_number() -> Response:
    """The number, where to wait, and the slip to print. A second look at this address shows the first page."""
    screen = paired("kiosk")
    ticket_id = session.pop(TAKEN, None)
    if screen is None:
        return _unpaired()
    given = rules.given(db.session, screen.centre_id, ticket_id, clock.now()) if isinstance(ticket_id, int) else None
    if given is None:
        return redirect(url_for("queue.kiosk"))
    return _frame("kiosk/number.html", screen, given=given, clip="kiosk-take")


@blueprint.route("/kiosk/enquiry", methods=["GET", "POST"])
@public
def kiosk_enquiry() -> Response:
    """查进度 with the keypad on the screen; the answer stands on the page and nowhere else."""
    screen = paired("kiosk")
    if screen is None:
        return _unpaired()
    form = EnquiryForm()
    if not form.is_submitted():
        return _enquiry(screen, form)
    if not enquiries.may_ask():
        return _enquiry(screen, form, problem=enquiries.TOO_OFTEN, status=429)
    found = enquiries.looked_up(form)
    if found is None:
        return _enquiry(screen, form, problem=next(iter(form.errors.values()))[0], status=422)
    return _enquiry(screen, form, found=found, rating=enquiries.rating_of(form, found))


@blueprint.post("/kiosk/enquiry/rating")
@public
def kiosk_rating() -> Response:
    """The citizen's own word on a closed matter, with one touch."""
    screen = paired("kiosk")
    if screen is None:
        return _unpaired()
    form = CodeRatingForm()
    asked = EnquiryForm(formdata=None, code=form.key.data or "", tail=form.tail.data or "")
    if not enquiries.may_ask():
        return _enquiry(screen, asked, problem=enquiries.TOO_OFTEN, status=429)
    found = enquiries.opened(asked)
    if found is None or found.matter is None or enquiries.rating_of(asked, found) is None or not form.validate():
        return _enquiry(screen, EnquiryForm(formdata=None), problem=enquiries.UNKNOWN, status=422)
    try:
        database.attempt(enquiries.rate_matter, found.matter.case_id, form)
    except (Refused, FieldProblems) as problem:
        return _enquiry(screen, EnquiryForm(formdata=None), problem=str(problem), status=409)
    return _frame("kiosk/thanks.html", screen)


@blueprint.route("/kiosk/appointment", methods=["GET", "POST"])
@public
def kiosk_appointment() -> Response:
    """预约签到 with the code of the appointment; then as any number."""
    screen = paired("kiosk")
    if screen is None:
        return _unpaired()
    form = ArriveForm()
    if not form.is_submitted():
        return _appointment(screen, form)
    if not enquiries.may_ask():
        return _appointment(screen, form, enquiries.TOO_OFTEN, 429)
    if not form.validate():
        return _appointment(screen, form, form.code.errors[0], 422)
    try:
        ticket = database.attempt(_arrive, screen, form.code.data)
    except Refused as problem:
        return _appointment(screen, form, str(problem), 409)
    if ticket is None:
        enquiries.note_failure()
        return _appointment(screen, form, WRONG_CODE, 422)
    if ticket.ended_at:
        return _appointment(screen, form, OVER.format(number=ticket.number), 409)
    if not rules.fresh(ticket, clock.now()):
        return _frame("kiosk/held.html", screen, form=None, number=ticket.number)
    session[TAKEN] = ticket.id
    return redirect(url_for("queue.kiosk_number", look=_looks() or None), 303)


def _arrive(writing: Session, screen: Screen, code: str) -> Ticket | None:
    return rules.arrive(writing, screen, code, at=clock.now())


def _appointment(screen: Screen, form: ArriveForm, problem: str = "", status: int = 200) -> Response:
    return _frame("kiosk/appointment.html", screen, form=form, keys=KEYS, problem=problem, status=status)


def _taken(screen: Screen, form: TakeForm) -> Ticket:
    try:
        return database.attempt(_take, screen, form)
    except IntegrityError:
        # the other copy of this form was faster (PostgreSQL lets both begin); this time its number is found
        return database.attempt(_take, screen, form)


def _take(writing: Session, screen: Screen, form: TakeForm) -> Ticket:
    return rules.take(writing, screen, form.asked, at=clock.now())


def _start(screen: Screen, problem: str = "", status: int = 200) -> Response:
    tiles = rules.offer(db.session, screen.centre_id, clock.now())
    closed = rules.why_closed(tiles)
    return _frame(
        "kiosk/start.html",
        screen,
        tiles=tiles,
        closed=closed,
        problem=problem,
        mark=_mark(screen.centre_id),
        clip="kiosk-closed" if closed else "kiosk-choose",
        status=status,
    )


def _confirm(screen: Screen, form: ChosenForm, problem: str = "", status: int = 200) -> Response:
    tiles = rules.offer(db.session, screen.centre_id, clock.now())
    tile: Tile | None = next((tile for tile in tiles if tile.service_id == form.service.data), None)
    if tile is None or tile.why:
        return _start(screen, tile.why if tile else rules.NOT_HERE, 409)
    return _frame(
        "kiosk/confirm.html",
        screen,
        tile=tile,
        headcount=form.headcount,
        priorities=offered(),
        once=secrets.token_urlsafe(16),
        problem=problem,
        clip="kiosk-confirm",
        status=status,
    )


def _enquiry(screen: Screen, form: EnquiryForm, *, status: int = 200, **context: Any) -> Response:
    return _frame("kiosk/enquiry.html", screen, form=form, keys=KEYS, scores=dict(SCORES), status=status, **context)


def _frame(template: str, screen: Screen, *, clip: str = "", status: int = 200, **context: Any) -> Response:
    centre = db.session.get(Centre, screen.centre_id)
    return page(
        template,
        centre=centre,
        served_at=clock.local(clock.now()),
        looks=_looks(),
        clip=voice.address(clip) if clip else "",
        volume=rules.volume(centre, clock.now()),
        reset=rules.RESET,
        build=health.VERSION,
        status=status,
        **context,
    )


def _looks() -> str:
    """大字 and 高对比 as they travel without a script: "large", "contrast", both or none, in one spelling."""
    asked = request.values.get("look", request.values.get("looks", ""))
    return "-".join(each for each in rules.LOOKS if each in asked.split("-"))


def _mark(centre_id: int) -> str:
    now = clock.local(clock.now())
    return f"{trail.revision(db.session, centre_id, 'queue')}-{trail.revision(db.session, centre_id, 'board')}-{now:%d%H%M}"


def _unpaired() -> Response:
    return redirect(url_for("queue.screen_start"), 303 if request.method == "POST" else 302)
