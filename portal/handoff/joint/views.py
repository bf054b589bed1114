"""联合接访 in the hall: calling units from the window, the list of today, and one page each where arrivals are noted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.forms.fields import choices
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.handoff.joint import operations, queries
from portal.handoff.joint.forms import OutcomeForm, SummonsForm, WhoForm
from portal.organisation import queries as organisation
from portal.queue import queries as queue
from portal.queue import stream
from portal.queue.models import Ticket
from portal.queue.queries.window import Mine
from portal.web.errors import say
from portal.web.htmx import done, page

blueprint = Blueprint("joint", __name__)


@blueprint.route("/queue/tickets/<int:ticket_id>/joint-reception", methods=["GET", "POST"])
@requires(Permission.CASE_RELAY)
def call(ticket_id: int) -> Response:
    """Choose units, place and time; where one is running already, straight to its page."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.centre_id != actor().centre_id or ticket.account_id != actor().id:
        return say(409, "这位群众不在您的窗口。")
    running = queries.open_of_ticket(db.session, actor(), ticket.id)
    if running:
        return redirect(url_for("joint.show", joint_id=running), 303)
    try:
        operations.refuse_matter(db.session, actor(), ticket)
    except Refused as problem:
        return say(409, str(problem))
    form = _summons_form()
    if not form.validate_on_submit():
        return _call(form, ticket, 422 if form.is_submitted() else 200)
    try:
        made = database.attempt(_summon, ticket_id, form)
    except FieldProblems as problem:
        _show(form, problem)
        return _call(form, ticket, 422)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _call(form, db.session.get(Ticket, ticket_id), 409)
    flash("已列出要通知的单位，请逐一打电话，并在这里记下谁接的。")
    return done("joint.show", joint_id=made.id)


@blueprint.get("/cases/<number>/joint-reception")
@requires(Permission.CASE_RELAY)
def of_case(number: str) -> Response:
    """For a case's page (root id "case-joint"): call units to its visitor who is at the clerk's window, or the open reception."""
    case = cases.find(db.session, actor(), number) or abort(404)
    return page(
        "handoff/case_joint.html",
        "handoff/_case_joint.html",
        case=case,
        mine=_at_my_window(case),
        running=queries.open_of_case(db.session, actor(), case.id),
    )


@blueprint.get("/joint-receptions")
@requires(Permission.QUEUE_OVERVIEW)
def index() -> Response:
    """Open ones and today's; fetched again when one changes."""
    return page(
        "handoff/joint_receptions.html",
        "handoff/_joint_receptions.html",
        receptions=queries.receptions(db.session, actor(), clock.now()),
        stream_url=stream.address("joint"),
    )


@blueprint.get("/joint-receptions/<int:joint_id>")
@requires(Permission.QUEUE_OVERVIEW)
def show(joint_id: int) -> Response:
    """One joint reception: each unit told, there, late; and its end."""
    return _page(joint_id)


@blueprint.post("/joint-receptions/<int:joint_id>/units/<int:called_id>/notified")
@requires(Permission.QUEUE_OVERVIEW)
def notified(joint_id: int, called_id: int) -> Response:
    """已通知."""
    return _mark(operations.mark_notified, joint_id, called_id)


@blueprint.post("/joint-receptions/<int:joint_id>/units/<int:called_id>/arrived")
@requires(Permission.QUEUE_OVERVIEW)
def arrived(joint_id: int, called_id: int) -> Response:
    """已到."""
    return _mark(operations.mark_arrived, joint_id, called_id)


@blueprint.post("/joint-receptions/<int:joint_id>/close")
@requires(Permission.QUEUE_OVERVIEW)
def close(joint_id: int) -> Response:
    """结束."""
    form = OutcomeForm()
    if not form.validate():
        return _page(joint_id, 422, outcome=form)
    try:
        database.attempt(_run, operations.close, joint_id, {"outcome": form.outcome.data})
    except FieldProblems as problem:
        _show(form, problem)
        return _page(joint_id, 422, outcome=form)
    except Refused as problem:
        return _page(joint_id, 409, str(problem), outcome=form)
    flash("联合接访已结束，结果已记录。", "success")
    return done("joint.show", joint_id=joint_id)


def _at_my_window(case: Case) -> Mine | None:
    """The visitor of ``case`` who is being served at the actor's window and to whom units may be called."""
    mine = queue.my_ticket(db.session, actor())
    if mine is None or mine.case_id != case.id or mine.state != "serving":
        return None
    try:
        operations.refuse_matter(db.session, actor(), db.session.get_one(Ticket, mine.id))
    except Refused:
        return None
    return mine


def _mark(operation: Callable[..., Any], joint_id: int, called_id: int) -> Response:
    shown = queries.reception(db.session, actor(), joint_id, clock.now()) or abort(404)
    unit = next((each for each in shown.units if each.id == called_id), None) or abort(404)
    form = WhoForm()
    if not form.validate():
        return _page(
            joint_id, 422, f"{unit.name}：{form.who.errors[0]}" if form.who.errors else "", typed=(called_id, form)
        )
    try:
        database.attempt(_run, operation, called_id, {"who": form.who.data})
    except FieldProblems as problem:
        return _page(joint_id, 422, f"{unit.name}：{problem.problems['who']}", typed=(called_id, form))
    except Refused as problem:
        return _page(joint_id, 409, str(problem))
    return done("joint.show", joint_id=joint_id)


def _page(
    joint_id: int,
    status: int = 200,
    problem: str = "",
    *,
    outcome: OutcomeForm | None = None,
    typed: tuple[int, WhoForm] | None = None,
) -> Response:
    shown = queries.reception(db.session, actor(), joint_id, clock.now()) or abort(404)
    mine = queue.my_ticket(db.session, actor())
    return page(
        "handoff/joint_reception.html",
        status=status,
        joint=shown,
        problem=problem,
        may_mark=operations.may_mark(actor()),
        outcome=outcome or OutcomeForm(formdata=None),
        typed_for=typed[0] if typed else None,
        typed=typed[1].who.data if typed else "",
        at_my_window=mine is not None and mine.id == shown.ticket_id,
        rooms=queries.rooms(db.session, actor().centre_id),
    )


def _summons_form() -> SummonsForm:
    form = SummonsForm()
    in_hall = queries.units_in_hall(db.session)
    form.units.choices = choices([(str(unit_id), name) for unit_id, name in in_hall])
    mine = queue.my_window(db.session, actor())
    places = [*queries.rooms(db.session, actor().centre_id), *([mine.name] if mine else [])]
    form.place.choices = choices([(name, name) for name in dict.fromkeys(places)])
    return form


def _call(form: SummonsForm, ticket: Ticket, status: int) -> Response:
    in_hall = {name for _, name in queries.units_in_hall(db.session)}
    suggestions = [name for _, name in organisation.units_for_choice(db.session) if name not in in_hall]
    centre = organisation.centre(db.session, actor().centre_id)
    return page(
        "handoff/joint_call.html", status=status, form=form, ticket=ticket, suggestions=suggestions,
        threshold=centre.group_threshold,
    )  # fmt: skip


def _summon(session: Session, ticket_id: int, form: SummonsForm) -> Any:
    at = clock.now()
    summons = operations.Summons(
        unit_ids=tuple(int(each) for each in form.units.data or ()),
        names=form.others,
        place=form.place.data,
        due_at=_today_at(form.due.minute, at),
        purpose=form.purpose.data,
    )
    return operations.call_units(session, actor(), ticket_id, summons, at=at)


def _today_at(minute: int, at: datetime) -> datetime:
    return clock.at_hall(clock.day_of(at), *divmod(minute, 60))


def _run(session: Session, operation: Callable[..., Any], row_id: int, values: dict[str, str]) -> Any:
    return operation(session, actor(), row_id, **values, at=clock.now())


def _show(form: FlaskForm, problem: FieldProblems) -> None:
    for name, message in problem.problems.items():
        form[name].errors = [*form[name].errors, message]
