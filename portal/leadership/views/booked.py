"""One booking: told, moved, called off, checked in; the visitor's slip; and the greeter's list of who is still to come today."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.views.acting import spread
from portal.database import db
from portal.documents.codes import grouped
from portal.leadership.forms.bookings import CancelForm, CodeForm, MoveForm, ToldForm
from portal.leadership.operations import bookings as operations
from portal.leadership.operations.check_in import NO_BOOKING, check_in
from portal.leadership.operations.telling import mark_told
from portal.leadership.queries import bookings as queries
from portal.leadership.queries.bookings import BookingShown
from portal.leadership.views import blueprint
from portal.leadership.views.bookings import AHEAD
from portal.leadership.vocabulary import ONE_DAY
from portal.organisation import queries as organisation
from portal.people.masking import mask_name
from portal.web.htmx import done, page

NOW_PRINTING = "printing"


@blueprint.get("/leadership/bookings/<int:booking_id>")
@requires(Permission.LEADERSHIP_BOOK)
def booking(booking_id: int) -> Response:
    """When, where, who, how it stands, and what can be done."""
    return _show(booking_id)


@blueprint.post("/leadership/bookings/<int:booking_id>/move")
@requires(Permission.LEADERSHIP_BOOK)
def move_booking(booking_id: int) -> Response:
    """改约."""
    shown = _one(booking_id)
    form = MoveForm()
    form.place.choices = _places(shown)
    if not form.validate():
        return _show(booking_id, 422, move=form)
    reception_id, _, slot = form.place.data.partition("-")
    given = {"reception_id": int(reception_id), "slot": int(slot) if slot else None, "reason": form.reason.data}
    given |= {"waiver": form.waiver.data, "waived_by": form.waived_by.data, "version": form.version.data}
    try:
        database.attempt(_run, operations.move, booking_id, given)
    except FieldProblems as problem:
        spread(form, {"place" if name == "slot" else name: said for name, said in problem.problems.items()})
        return _show(booking_id, 422, move=form)
    except operations.InConflict as problem:
        form.place.errors = [str(problem)]
        return _show(booking_id, 409, move=form, asks=problem.waivable)
    except Refused as problem:
        form.place.errors = [str(problem)]
        return _show(booking_id, 409, move=form)
    flash("已改约，请重新告知群众。", "success")
    return done("leadership.booking", booking_id=booking_id)


@blueprint.post("/leadership/bookings/<int:booking_id>/cancel")
@requires(Permission.LEADERSHIP_BOOK)
def cancel_booking(booking_id: int) -> Response:
    """取消."""
    _one(booking_id)
    form = CancelForm()
    if not form.validate():
        return _show(booking_id, 422, cancel=form)
    given = {"version": form.version.data, "reason": form.reason.data}
    try:
        database.attempt(_run, operations.cancel, booking_id, given)
    except FieldProblems as problem:
        spread(form, problem.problems)
        return _show(booking_id, 422, cancel=form)
    except Refused as problem:
        return _show(booking_id, 409, str(problem), cancel=form)
    flash("已取消，请告知群众。")
    return done("leadership.booking", booking_id=booking_id)


@blueprint.post("/leadership/bookings/<int:booking_id>/told")
@requires(Permission.LEADERSHIP_BOOK)
def told(booking_id: int) -> Response:
    """The visitor was told: by telephone, or by the slip that is then printed."""
    _one(booking_id)
    form = ToldForm()
    if not form.validate():
        return _show(booking_id, 422, "请选择怎样告知的。")
    try:
        database.attempt(_run, mark_told, booking_id, {"how": form.how.data})
    except Refused as problem:
        return _show(booking_id, 409, str(problem))
    if form.how.data == "slip":
        return redirect(url_for("leadership.booking_slip", booking_id=booking_id, **{NOW_PRINTING: 1}), 303)
    flash("已记下告知。", "success")
    return done("leadership.booking", booking_id=booking_id)


@blueprint.get("/leadership/bookings/<int:booking_id>/slip")
@requires(Permission.LEADERSHIP_BOOK)
def booking_slip(booking_id: int) -> Response:
    """In large type: day, time, place, the leader's post, what to bring, the code; never the matter."""
    shown = _one(booking_id)
    if shown.state == "cancelled":
        abort(404)
    return page(
        "leadership/booking_slip.html",
        booking=shown,
        code=grouped(shown.code),
        centre=organisation.centre(db.session, actor().centre_id),
        made_at=clock.now(),
        autoprint=NOW_PRINTING in request.args,
    )


@blueprint.post("/leadership/bookings/<int:booking_id>/arrive")
@requires(Permission.LEADERSHIP_BOOK)
def arrive(booking_id: int) -> Response:
    """签到 by the office: on the day, from the list."""
    shown = _one(booking_id)
    try:
        ticket = database.attempt(_run, check_in, booking_id, {})
    except Refused as problem:
        return _show(booking_id, 409, str(problem))
    flash(f"{ticket.number} 已签到，在接访室叫号。" if ticket else "已记为到场。", "success")
    return done("leadership.reception", reception_id=shown.reception_id)


@blueprint.get("/leadership/arrivals")
@requires(Permission.QUEUE_GREET)
def arrivals() -> Response:
    """Who is still to come to a leader today, for the desk; root id "leader-arrivals"."""
    return _arrivals()


@blueprint.post("/leadership/check-in")
@requires(Permission.QUEUE_GREET)
def check_in_by_code() -> Response:
    """The code of the slip: a number for the leader's room. Posted, for a code is not to stand in an address."""
    form = CodeForm()
    if not form.validate():
        return _arrivals(422, form.code.errors[0] if form.code.errors else NO_BOOKING, form.code.data or "")
    booking_id = queries.by_code(db.session, actor().centre_id, form.code.data)
    if booking_id is None:
        return _arrivals(404, NO_BOOKING, form.code.data)
    return _checked_in(booking_id)


@blueprint.post("/leadership/bookings/<int:booking_id>/check-in")
@requires(Permission.QUEUE_GREET)
def check_in_booking(booking_id: int) -> Response:
    """From the greeter's list: ordinary matters of today only, as the list shows them."""
    if booking_id not in {each.id for each in queries.arriving(db.session, actor().centre_id, clock.today())}:
        return _arrivals(409, "这一批已经签到，或不在今天的名单里。")
    return _checked_in(booking_id)


def _checked_in(booking_id: int) -> Response:
    try:
        ticket = database.attempt(_run, check_in, booking_id, {})
    except Refused as problem:
        return _arrivals(409, str(problem))
    if ticket is None:
        flash("已记为到场。", "success")
        return done("queue.desk")
    flash(f"{ticket.number} 已签到，请到领导接访室的等候区。", "success")
    return done("queue.desk", slip=ticket.id)


def _arrivals(status: int = 200, problem: str = "", typed: str = "") -> Response:
    rows = queries.arriving(db.session, actor().centre_id, clock.today())
    context = {"rows": rows, "problem": problem, "typed": typed, "mask": mask_name}
    return page("leadership/arrivals.html", "leadership/_arrivals.html", status=status, **context)


def _one(booking_id: int) -> BookingShown:
    return queries.one(db.session, actor(), booking_id) or abort(404)


def _show(
    booking_id: int,
    status: int = 200,
    problem: str = "",
    *,
    move: FlaskForm | None = None,
    cancel: FlaskForm | None = None,
    asks: bool = False,
) -> Response:
    """``asks`` for the written decision about a conflict with the leader to whom it is to be moved."""
    shown = _one(booking_id)
    if move is None:
        move = MoveForm(formdata=None)
        move.place.choices = _places(shown)
    return page(
        "leadership/booking.html",
        status=status,
        problem=problem,
        booking=shown,
        code=grouped(shown.code),
        move=move,
        asks=asks or bool(move.waiver.data or move.waived_by.data),
        cancel=cancel or CancelForm(formdata=None),
        today=clock.today(),
        mask=mask_name,
    )


def _places(shown: BookingShown) -> list:
    """Free places of the days ahead as (reception-slot, words)."""
    today = clock.today()
    now = clock.now()
    found = []
    for each in queries.receptions(db.session, actor(), today, today + ONE_DAY * AHEAD, with_free=True):
        words = f"{each.when} {each.leader}（{each.post}）"
        if not each.slots:
            found.append((f"{each.id}-", f"{words} 余 {each.free}"))
        for slot in each.slots:
            here = (each.id, slot.minute) == (shown.reception_id, shown.slot)
            if slot.free and not here and clock.at_hall(each.day, *divmod(slot.minute, 60)) > now:
                found.append((f"{each.id}-{slot.minute}", f"{words} {slot.time}"))
    return choices(found, empty="请选择")


def _run(session: Session, operation: Callable[..., Any], booking_id: int, given: dict[str, Any]) -> Any:
    return operation(session, actor(), booking_id, **given, at=clock.now())
