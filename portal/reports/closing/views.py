"""/queue/closing: the end of the day, one page with its steps in order, and the 来访日报 that is printed of it."""

import hashlib
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.cases.views import dossier
from portal.database import db
from portal.organisation import queries as organisation
from portal.organisation.forms import EARLIEST
from portal.queue import stream
from portal.queue.operations import closing as queue
from portal.reports.closing import operations, queries
from portal.reports.closing.figures import average
from portal.reports.closing.forms import AddForm, EndForm, SignForm
from portal.web.htmx import done, go, page, wants_part

blueprint = Blueprint("closing", __name__)
BOOKING = "queue.new_appointment"  # where a number without an end is given another day


@blueprint.get("/queue/closing")
@requires(Permission.QUEUE_CLOSE_DAY)
def wizard() -> Response:
    """The steps of today, or (``?day=``) of the last day that nobody signed."""
    return _wizard(_asked_day(request.args.get("day")))


@blueprint.post("/queue/closing/tickets")
@requires(Permission.QUEUE_CLOSE_DAY)
def end_tickets() -> Response:
    """The chosen numbers end with one outcome; all of them or none."""
    form, day = EndForm(), _asked_day(request.form.get("day"))
    if not form.validate():
        return _wizard(day, 422, ending_form=form)
    try:
        ended = database.attempt(_end, form)
    except Refused as problem:
        return _wizard(day, 409, str(problem), ending_form=form)
    label = queue.OUTCOMES[form.outcome.data][0]
    flash(f"{'、'.join(ticket.number for ticket in ended)} 已记为{label}。", "success")
    return go(_address(day))


@blueprint.post("/queue/closing/windows/<int:session_id>/close")
@requires(Permission.QUEUE_CLOSE_DAY)
def close_window(session_id: int) -> Response:
    """关窗, for a clerk who has gone."""
    day = _asked_day(request.form.get("day"))
    try:
        name = database.attempt(_close_window, session_id)
    except Refused as problem:
        return _wizard(day, 409, str(problem))
    flash(f"{name} 已关窗。", "success")
    return go(_address(day))


@blueprint.post("/queue/closing/sign")
@requires(Permission.QUEUE_CLOSE_DAY)
def sign() -> Response:
    """收工签字."""
    form, day = SignForm(), _asked_day(request.form.get("day"))
    if not form.validate():
        return _wizard(day, 422, sign_form=form)
    try:
        database.attempt(_sign, day, form)
    except FieldProblems as problem:
        return _wizard(day, 422, sign_form=form, unread=problem.problems)
    except Refused as problem:
        return _wizard(day, 409, str(problem), sign_form=form)
    flash("已收工签字。", "success")
    return done("closing.daily", day=day.isoformat())


@blueprint.get("/queue/closing/banner")
@requires(Permission.QUEUE_CLOSE_DAY)
def banner() -> Response:
    """A reminder of the last day that nobody signed; other pages fetch it by this address."""
    return page("reports/closing_banner.html", "reports/_closing_banner.html", forgotten=_forgotten())


@blueprint.get("/queue/closing/<day>")
@requires(Permission.QUEUE_CLOSE_DAY)
def daily(day: str) -> Response:
    """来访日报 on A4; 404 for a day that was not signed."""
    return _daily(_day(day))


@blueprint.post("/queue/closing/<day>/additions")
@requires(Permission.QUEUE_CLOSE_DAY)
def add(day: str) -> Response:
    """A later addition; what was signed stays."""
    form, known = AddForm(), _day(day)
    if not form.validate():
        return _wizard(known, 422, add_form=form)
    try:
        database.attempt(_add, known, form.words.data)
    except (FieldProblems, Refused) as problem:
        form.words.errors = [getattr(problem, "problems", {}).get("words", str(problem))]
        return _wizard(known, 409, add_form=form)
    flash("补充说明已记入当天日报。", "success")
    return go(_address(known))


def _end(session: Session, form: EndForm) -> list:
    return operations.end_tickets(
        session, actor(), form.chosen, outcome=form.outcome.data, words=form.words.data, at=clock.now()
    )


def _close_window(session: Session, session_id: int) -> str:
    return queue.close_window_for(session, actor(), session_id, at=clock.now())


def _sign(session: Session, day: date, form: SignForm) -> Any:
    return operations.sign(session, actor(), day, known=form.known.data or (), note=form.note.data, at=clock.now())


def _add(session: Session, day: date, words: str) -> None:
    operations.add(session, actor(), day, words=words, at=clock.now())


def _wizard(
    day: date,
    status: int = 200,
    problem: str = "",
    *,
    ending_form: EndForm | None = None,
    sign_form: SignForm | None = None,
    add_form: AddForm | None = None,
    unread: dict[str, str] | None = None,
) -> Response:
    who = actor()
    shown = {
        "day": day,
        "today": clock.today(),
        "problem": problem,
        "signed": queries.signed(db.session, who.centre_id, day),
        "forgotten": _forgotten(),
        "days": queries.recent(db.session, who.centre_id),
        "average": average,
    }
    if shown["signed"] and wants_part():
        return go(_address(day))  # somebody else signed while this page was open
    if shown["signed"]:
        shown["add_form"] = add_form or AddForm(formdata=None)
        return page("reports/closed.html", status=status, **shown)
    return page(
        "reports/closing.html",
        "reports/_closing.html",
        status=status,
        ending_form=ending_form or EndForm(formdata=None),
        sign_form=sign_form or SignForm(formdata=None),
        ticked=set(request.form.getlist("tickets")),
        known=set(request.form.getlist("known")),
        unread=unread or {},
        fingerprint=_fingerprint,
        stream_url=stream.address("closing"),
        rebook=_rebook if BOOKING in current_app.view_functions else None,
        **shown,
        **_steps(day),
    )


def _steps(day: date) -> dict[str, Any]:
    who = actor()
    end = queries.ending(db.session, day)
    alarms, joint = queries.still_running(db.session, who, end)
    return {
        "end": end,
        "tickets": queries.open_tickets(db.session, who.centre_id, end),
        "windows": queries.open_windows(db.session, who.centre_id, end),
        "relays": queries.unsigned_relays(db.session, who.centre_id, end),
        "slips": queries.unprinted(db.session, who, end),
        "promises": queries.due_promises(db.session, who, end),
        "alarms": alarms,
        "joint": joint,
        "appointments": queries.appointments_ahead(db.session, who.centre_id, end),
        "safe": dossier.safe_text,
    }


def _daily(day: date) -> Response:
    signed = queries.signed(db.session, actor().centre_id, day) or abort(404)
    return page(
        "reports/daily.html",
        signed=signed,
        centre=organisation.centre(db.session, actor().centre_id),
        average=average,
        known=operations.KNOWN,
        back_url=_address(day),
        made_at=clock.now(),
    )


def _fingerprint(rows: list) -> str:
    """Changes with the rows: 已知悉 is said of what was listed, not of what came into the list afterwards."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:10]


def _rebook(ticket_id: int) -> str:
    return url_for(BOOKING, ticket=ticket_id)


def _forgotten() -> date | None:
    return queries.unsigned_before(db.session, actor().centre_id, clock.today())


def _address(day: date) -> str:
    return url_for("closing.wizard", **({} if day == clock.today() else {"day": day.isoformat()}))


def _asked_day(text: str | None) -> date:
    """Today, or an earlier day as the address says it."""
    return _day(text) if text else clock.today()


def _day(text: str) -> date:
    """404 for what is no day, or one that has not come."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if found > clock.today() or found.year < EARLIEST:
        abort(404)
    return found
