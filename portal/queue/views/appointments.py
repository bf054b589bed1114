"""/queue/appointments: book a time, move or cancel it, and check in who comes for it."""

from datetime import date
from typing import Any

from flask import Response, abort, flash, request
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import EARLIEST, LATEST, choices
from portal.cases.operations.given import FieldProblems, Refused
from portal.database import db
from portal.organisation import queries as organisation
from portal.organisation.models import Service
from portal.queue import priorities
from portal.queue import queries as queue
from portal.queue import slots as times
from portal.queue.appointment_forms import BookingForm, CancelForm, CheckInForm, FindForm, MoveForm
from portal.queue.models import Appointment, Ticket
from portal.queue.operations import appointments as operations
from portal.queue.operations.check_in import LATE, arrival, check_in
from portal.queue.queries import appointments as queries
from portal.queue.views import blueprint
from portal.queue.views.desk import desk_again
from portal.web.htmx import done, page
from portal.web.routing import row_number

STILL_TO_COME = 8


@blueprint.get("/queue/appointments")
@requires(Permission.APPOINTMENT_BOOK)
def appointments() -> Response:
    """The appointments of ``?day=`` (default today), and the days ahead with their free places."""
    day, who, at = _day(), actor(), clock.now()
    service_id = request.args.get("service", type=row_number)
    state = request.args.get("state", "")
    offered, days = _bookable(), times.ahead(clock.today())
    return page(
        "appointments/index.html",
        day=day,
        rows=queries.of_day(db.session, who, day, service_id=service_id, state=state),
        service_id=service_id,
        state=state,
        states=operations.LABELS,
        services=queries.services(db.session, who.centre_id),
        offered=offered,
        days=days,
        plan=times.plan(db.session, offered, days),
        at=at,
    )


@blueprint.route("/queue/appointments/new", methods=["GET", "POST"])
@requires(Permission.APPOINTMENT_BOOK)
def new_appointment() -> Response:
    """Service and day choose the slots; the form below promises one of them. ``?ticket=``: for the visitor at my window."""
    services, day = _bookable(), _day()
    service = _chosen(services, request.values.get("service", type=row_number))
    form = BookingForm(data={"ticket": request.args.get("ticket", "")})
    if not form.is_submitted():
        return _booking(form, services, service, day)
    if service is None:
        form.slot.errors = ["请先选择预约什么、哪一天。"]
        return _booking(form, services, service, day, 422)
    form.slot.choices = _slots(times.slots(db.session, service, day))
    if not form.validate():
        return _booking(form, services, service, day, 422)
    try:
        made = database.attempt(_book, form, service.id, day)
    except FieldProblems as problem:
        _beside(form, problem)
        return _booking(form, services, service, day, 422)
    except Refused as problem:
        form.slot.errors = [str(problem)]
        return _booking(form, services, service, day, 409)
    flash("已预约。", "success")
    return done("queue.appointment", appointment_id=made)


@blueprint.get("/queue/appointments/<int:appointment_id>")
@requires(Permission.APPOINTMENT_BOOK)
def appointment(appointment_id: int) -> Response:
    """One appointment: its code to read aloud, its history, another time, cancelling."""
    return _show(appointment_id)


@blueprint.get("/queue/appointments/<int:appointment_id>/slip")
@requires(Permission.APPOINTMENT_BOOK)
def appointment_slip(appointment_id: int) -> Response:
    """On 80 mm paper; only rules that the centre has set."""
    shown = queries.one(db.session, actor(), appointment_id) or abort(404)
    return page(
        "appointments/slip.html",
        shown=shown,
        service=db.session.get(Service, shown.listed.service_id),
        centre=organisation.centre(db.session, actor().centre_id),
        autoprint="noprint" not in request.args,
    )


@blueprint.post("/queue/appointments/<int:appointment_id>/move")
@requires(Permission.APPOINTMENT_BOOK)
def move_appointment(appointment_id: int) -> Response:
    """改约."""
    shown = queries.one(db.session, actor(), appointment_id) or abort(404)
    day, form = _day(), MoveForm()
    form.slot.choices = _slots(times.slots(db.session, db.session.get(Service, shown.listed.service_id), day))
    if not form.validate():
        return _show(appointment_id, 422, move=form)
    try:
        database.attempt(_move, appointment_id, form, day)
    except FieldProblems as problem:
        form.slot.errors = list(problem.problems.values())
        return _show(appointment_id, 422, move=form)
    except operations.Full as problem:
        form.slot.errors = [str(problem)]
        return _show(appointment_id, 409, move=form)
    except Refused as problem:
        return _show(appointment_id, 409, str(problem))
    flash("已改约。", "success")
    return done("queue.appointment", appointment_id=appointment_id)


@blueprint.post("/queue/appointments/<int:appointment_id>/cancel")
@requires(Permission.APPOINTMENT_BOOK)
def cancel_appointment(appointment_id: int) -> Response:
    """取消."""
    if queries.one(db.session, actor(), appointment_id) is None:
        abort(404)
    form = CancelForm()
    if not form.validate():
        return _show(appointment_id, 422, cancel=form)
    try:
        database.attempt(_cancel, appointment_id, form)
    except FieldProblems as problem:
        _beside(form, problem)
        return _show(appointment_id, 422, cancel=form)
    except Refused as problem:
        return _show(appointment_id, 409, str(problem))
    flash("预约已取消。")
    return done("queue.appointment", appointment_id=appointment_id)


@blueprint.post("/queue/appointments/<int:appointment_id>/check-in")
@requires(Permission.QUEUE_GREET)
def check_in_appointment(appointment_id: int) -> Response:
    """签到 at the desk: the number's slip as for any other; what stands in its way, at the desk too."""
    form = CheckInForm()
    if not form.validate():
        return desk_again(422, "请从所列优先类别中选择。")
    try:
        ticket, words = database.attempt(_arrive, appointment_id, form.priority.data)
    except Refused as problem:
        return desk_again(409, str(problem))
    flash(f"{ticket.number} {words or '已签到，按约定的时间排队。'}", "warning" if words else "success")
    return done("queue.desk", slip=ticket.id)


@blueprint.get("/queue/appointments/today")
@requires(Permission.QUEUE_GREET)
def appointments_today() -> Response:
    """Who is still to come today, for the desk."""
    rows = queries.expected(db.session, actor(), clock.today(), limit=STILL_TO_COME)
    return _today(rows)


@blueprint.post("/queue/appointments/find")
@requires(Permission.QUEUE_GREET)
def find_appointment() -> Response:
    """By code, or by the end of a telephone. Posted: neither is to stand in an address."""
    form = FindForm()
    asked = form.wanted.data if form.validate() else ""
    return _today(queries.find(db.session, actor(), asked, clock.today()) if asked else [], asked or "")


def _today(rows: list, asked: str | None = None) -> Response:
    count = queries.expected_count(db.session, actor(), clock.today())
    context = {"rows": rows, "asked": asked, "count": count, "today": clock.today(), "classes": check_in_classes()}
    return page("appointments/today.html", "appointments/_today.html", **context)


def _show(
    appointment_id: int,
    status: int = 200,
    problem: str = "",
    move: MoveForm | None = None,
    cancel: CancelForm | None = None,
) -> Response:
    shown = queries.one(db.session, actor(), appointment_id) or abort(404)
    service, day = db.session.get(Service, shown.listed.service_id), _day(shown.listed.day)
    days = _days(service, day)
    return page(
        "appointments/show.html",
        status=status,
        problem=problem,
        shown=shown,
        service=service,
        day=day,
        days=days,
        slots=_open(days, day),
        move=move or MoveForm(formdata=None),
        cancel=cancel or CancelForm(formdata=None),
        classes=check_in_classes(),
        at=clock.now(),
    )


def _booking(
    form: BookingForm, services: list[Service], service: Service | None, day: date, status: int = 200
) -> Response:
    days = _days(service, day)
    return page(
        "appointments/new.html",
        "appointments/_times.html",
        status=status,
        form=form,
        service=service,
        services=services,
        day=day,
        days=days,
        slots=_open(days, day),
        visitor=_visitor(form.ticket.data or ""),
        at=clock.now(),
    )


def _visitor(ticket: str) -> Any:
    """The visitor at my window, or the number that the end of the day gives another day; None for anybody else's."""
    who, ticket_id = actor(), int(ticket) if ticket.isascii() and ticket.isdigit() and len(ticket) < 10 else 0
    mine = queue.my_ticket(db.session, who)
    if mine and mine.id == ticket_id:
        return mine
    return queue.ticket(db.session, who.centre_id, ticket_id) if who.may(Permission.QUEUE_CLOSE_DAY) else None


def _days(service: Service | None, day: date) -> list[times.Day]:
    """The days ahead of the service, and ``day`` even where it is farther off."""
    if service is None:
        return []
    wanted = sorted({*times.ahead(clock.today()), day})
    return list(times.plan(db.session, [service], wanted)[service.id].values())


def _open(days: list[times.Day], day: date) -> list[times.Slot]:
    """The slots of ``day`` that have not begun, full ones too: what is full is shown to be."""
    at = clock.now()
    return [slot for each in days if each.day == day for slot in each.slots if not times.over(day, slot.minute, at)]


def _slots(offered: list[times.Slot]) -> list:
    return choices([(str(slot.minute), slot.time) for slot in offered])


def _bookable() -> list[Service]:
    return [row for row in queries.services(db.session, actor().centre_id) if times.bookable(row)]


def _chosen(offered: list[Service], service_id: int | None) -> Service | None:
    if service_id is None:
        return offered[0] if len(offered) == 1 else None
    return next((row for row in offered if row.id == service_id), None)


def _day(default: date | None = None) -> date:
    typed = request.values.get("day", "")
    try:
        day = date.fromisoformat(typed) if typed else default or clock.today()
    except ValueError:
        abort(404)
    return day if EARLIEST <= day.year <= LATEST else abort(404)


def _beside(form: Any, problem: FieldProblems) -> None:
    for name, message in problem.problems.items():
        field = getattr(form, name, form.slot)
        field.errors = [*field.errors, message]


def _book(session: Session, form: BookingForm, service_id: int, day: date) -> int:
    ticket = form.ticket.data
    return operations.book(
        session,
        actor(),
        service_id=service_id,
        day=day,
        slot=int(form.slot.data),
        person=form.person,
        headcount=form.headcount.data,
        source=form.source.data,
        note=form.note.data,
        case_number=form.case_number.data,
        ticket_id=int(ticket) if ticket.isascii() and ticket.isdigit() and len(ticket) < 10 else None,
        at=clock.now(),
    ).id


def _move(session: Session, appointment_id: int, form: MoveForm, day: date) -> None:
    given = {"version": form.version.data, "day": day, "slot": int(form.slot.data)}
    operations.reschedule(session, actor(), appointment_id, **given, at=clock.now())


def _cancel(session: Session, appointment_id: int, form: CancelForm) -> None:
    operations.cancel(
        session, actor(), appointment_id, version=form.version.data, reason=form.reason.data, at=clock.now()
    )


def _arrive(session: Session, appointment_id: int, priority: str) -> tuple[Ticket, str]:
    """The number, and what is to be said of a late one."""
    at = clock.now()
    ticket = check_in(session, actor(), appointment_id, priority=priority, at=at)
    booked = session.get_one(Appointment, appointment_id)
    came = arrival(booked, session.get_one(Service, booked.service_id), ticket.taken_at)
    return ticket, came.words if came.kind == LATE else ""


def check_in_classes() -> list[priorities.Priority]:
    """The classes that a visitor may have besides the appointment."""
    return [each for each in priorities.PRIORITIES if each.offered and each.credit]
