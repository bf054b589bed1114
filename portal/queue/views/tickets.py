"""What is done with one visitor at the window. Every action carries the version its page showed: a stale one is told why."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms import RegisterForm, scoped
from portal.cases.forms.registration import OWN
from portal.cases.operations.given import FieldProblems, Refused, StaleVersion
from portal.cases.views.registration import link_chosen, told_corrections
from portal.database import db
from portal.people import identity
from portal.people import queries as people
from portal.queue import operations, queries
from portal.queue.forms import FinishForm, KnownForm, MissForm, QueueAgainForm, ReasonForm, VersionForm
from portal.queue.views import blueprint
from portal.queue.views.console import console, follow_up_form, matters_of, registration_form, shown_matters
from portal.web.htmx import done, page


@blueprint.post("/queue/tickets/<int:ticket_id>/call")
@requires(Permission.QUEUE_SERVE)
def call(ticket_id: int) -> Response:
    """Call this number out of its turn."""
    return act(operations.call_particular, ticket_id)


@blueprint.post("/queue/tickets/<int:ticket_id>/recall")
@requires(Permission.QUEUE_SERVE)
def recall(ticket_id: int) -> Response:
    """重呼."""
    return act(operations.recall, ticket_id)


@blueprint.post("/queue/tickets/<int:ticket_id>/start")
@requires(Permission.QUEUE_SERVE)
def start(ticket_id: int) -> Response:
    """到窗,开始办理."""
    return act(operations.start, ticket_id)


@blueprint.post("/queue/tickets/<int:ticket_id>/miss")
@requires(Permission.QUEUE_SERVE)
def miss(ticket_id: int) -> Response:
    """过号; before the last of the calls only when pressed a second time."""
    form, ticket = MissForm(), queries.my_ticket(db.session, actor())
    early = ticket is not None and ticket.id == ticket_id and ticket.calls < operations.RECALLS
    if early and form.validate() and ticket.version == form.version.data and not form.sure.data:
        told = f"{ticket.number} 已叫 {ticket.calls} 次，满 {operations.RECALLS} 次可过号。确认过号？再按一次即过号。"
        return console(409, told, sure_of_miss=True)
    answer = act(operations.miss, ticket_id, form)
    if answer.status_code < 400 and ticket:
        flash(f"{ticket.number} 已过号，可在“过号”中恢复。")
    return answer


@blueprint.post("/queue/tickets/<int:ticket_id>/bring-back")
@requires(Permission.QUEUE_SERVE)
def bring_back(ticket_id: int) -> Response:
    """过号恢复 at the window: a number of its own services waits again with the rank it always had."""
    mine = queries.my_window(db.session, actor())
    offered = queries.missed(db.session, actor(), mine.id, clock.today()) if mine else []
    row = next((each for each in offered if each.id == ticket_id), None)
    if row is None:
        return console(409, "这个号已不在过号名单中。")
    answer = act(operations.restore, ticket_id)
    if answer.status_code < 400:
        flash(f"{row.number} 已恢复等候，保留原取号先后。", "success")
    return answer


@blueprint.post("/queue/tickets/<int:ticket_id>/hold")
@requires(Permission.QUEUE_SERVE)
def hold(ticket_id: int) -> Response:
    """挂起."""
    form = ReasonForm()
    return act(operations.hold, ticket_id, form, reason=form.reason.data)


@blueprint.post("/queue/tickets/<int:ticket_id>/resume")
@requires(Permission.QUEUE_SERVE)
def resume_held(ticket_id: int) -> Response:
    """恢复办理."""
    return act(operations.resume_held, ticket_id)


@blueprint.post("/queue/tickets/<int:ticket_id>/queue-again")
@requires(Permission.QUEUE_SERVE)
def queue_again(ticket_id: int) -> Response:
    """回到排队: a held number waits again, kept for this clerk where ticked."""
    form = QueueAgainForm()
    return act(operations.back_to_queue, ticket_id, form, keep=form.keep.data)


@blueprint.post("/queue/tickets/<int:ticket_id>/gone")
@requires(Permission.QUEUE_SERVE)
def gone(ticket_id: int) -> Response:
    """The visitor of one of my held numbers did not come back."""
    if ticket_id not in {each.id for each in queries.held(db.session, actor())}:
        return console(409, "这个号已不在您挂起的号中。")
    return act(operations.leave, ticket_id)


@blueprint.post("/queue/tickets/<int:ticket_id>/finish")
@requires(Permission.QUEUE_SERVE)
def finish(ticket_id: int) -> Response:
    """接待完毕, and with ``then=next`` the next visitor at once."""
    form = scoped(FinishForm(), "finish")
    if not form.validate():
        return console(422, _first(form), finish=form)
    operation = operations.finish_and_call_next if form.then.data == "next" else operations.finish
    try:
        ticket = database.attempt(_finish, operation, ticket_id, form)
    except operations.OpenErrands:
        return console(422, finish=form)  # the page names them and asks
    except operations.NothingRecorded as problem:
        form.reason.errors = [str(problem)] if not form.reason.data else []
        form.words.errors = [str(problem)] if form.reason.data else []
        return console(422, finish=form)
    except Refused as problem:
        return console(409, str(problem))
    if form.then.data == "next" and ticket is None:
        flash("接待完毕。现在没有人等候。")
    return done("queue.window")


@blueprint.post("/queue/tickets/<int:ticket_id>/register")
@requires(Permission.CASE_REGISTER)
def register(ticket_id: int) -> Response:
    """Register the visitor's matter; the ticket and the console go on with the case."""
    ticket, form = _mine(ticket_id)
    version = VersionForm()
    if not (form.validate() and version.validate()):
        return console(422, form=form)
    try:
        number, told = database.attempt(_register, ticket_id, form, version.version.data)
    except FieldProblems as problem:
        _show(form, problem.problems)
        return console(422, form=form)
    except StaleVersion as problem:
        return console(409, "；".join(problem.changed) or str(problem), form=form)
    except Refused as problem:
        return console(409, str(problem), form=form)
    flash(f"{ticket.number} 已登记为 {number}。{told}", "success")
    return done("queue.window")


@blueprint.post("/queue/tickets/<int:ticket_id>/follow-up")
@requires(Permission.CASE_RECORD)
def follow_up(ticket_id: int) -> Response:
    """续访: the visit joins an open case; no second clock."""
    ticket, _ = _mine(ticket_id, with_form=False)
    form = follow_up_form(matters_of(ticket.person_id, ticket.called_at))
    if not form.validate():
        return console(422, follow_up=form)
    try:
        database.attempt(_follow_up, ticket_id, form)
    except Refused as problem:
        return console(409, str(problem), follow_up=form)
    flash(f"{ticket.number} 已作为续访记入 {form.case.data}。", "success")
    return done("queue.window")


@blueprint.post("/queue/tickets/<int:ticket_id>/person")
@requires(Permission.PERSON_READ)
def person(ticket_id: int) -> Response:
    """The right-hand column again, for the identity number typed in the form: whom the desk did not take down."""
    ticket, _ = _mine(ticket_id, with_form=False)
    typed = KnownForm().id_number.data or ""
    found = None if identity.check_id(typed) else people.by_id(db.session, actor().centre_id, typed)
    person_id = found.id if found else ticket.person_id
    return page(
        "queue/person.html",
        "queue/_person.html",
        ticket=ticket,
        matters=shown_matters(matters_of(person_id, ticket.called_at)),
        visit=queries.visit_entries(db.session, actor(), ticket.id),
        typed_person=found if found and found.id != ticket.person_id else None,
        typed_number=typed,
    )


@blueprint.post("/queue/tickets/<int:ticket_id>/identify")
@requires(Permission.QUEUE_SERVE)
def identify(ticket_id: int) -> Response:
    """This visitor is the person of that identity number."""
    return act(operations.identify, ticket_id, None, KnownForm().id_number.data or "")


def act(
    operation: Callable[..., Any], ticket_id: int, form: VersionForm | None = None, *args: Any, **kwargs: Any
) -> Response:
    """One change of a ticket by ``operation``, then the console; or the console with what stood in its way."""
    form = form or VersionForm()
    if not form.validate():
        return console(422, _first(form))
    try:
        database.attempt(_run, operation, ticket_id, form.version.data, args, kwargs)
    except Refused as problem:
        return console(409, str(problem))
    return done("queue.window")


def _run(
    session: Session, operation: Callable[..., Any], ticket_id: int, version: int, args: tuple, kwargs: dict
) -> Any:
    return operation(session, actor(), ticket_id, *args, version=version, at=clock.now(), **kwargs)


def _finish(session: Session, operation: Callable[..., Any], ticket_id: int, form: FinishForm) -> Any:
    return operation(
        session,
        actor(),
        ticket_id,
        version=form.version.data,
        at=clock.now(),
        reason=form.reason.data or "",
        words=form.words.data,
        drop=bool(form.drop.data),
    )


def _register(session: Session, ticket_id: int, form: RegisterForm, version: int) -> tuple[str, str]:
    at = clock.now()
    case = operations.register_from_ticket(
        session, actor(), ticket_id, form.to_registration(at), version=version, at=at
    )
    link_chosen(session, case, form, at)
    return case.number, told_corrections(session, case, at)


def _follow_up(session: Session, ticket_id: int, form: Any) -> Any:
    return operations.follow_up_from_ticket(
        session,
        actor(),
        ticket_id,
        form.case.data,
        words=form.words.data,
        version=form.version.data,
        at=clock.now(),
    )


def _mine(ticket_id: int, *, with_form: bool = True) -> tuple[queries.Mine, RegisterForm | None]:
    """The ticket if it is at the actor's window, with the form as posted; else the console says what happened."""
    mine, ticket = queries.my_window(db.session, actor()), queries.my_ticket(db.session, actor())
    if mine is None or ticket is None or ticket.id != ticket_id:
        abort(_gone(ticket_id))
    return ticket, registration_form(ticket, mine) if with_form else None


def _gone(ticket_id: int) -> Response:
    try:
        told = operations.what_happened(db.session, actor(), ticket_id)
    except Refused as problem:
        told = str(problem)
    return console(409, told)


def _show(form: RegisterForm, problems: dict[str, str]) -> None:
    for name, message in problems.items():
        field = next((form[each] for each in (OWN + name, name) if each in form), form.facts)
        field.errors = [*field.errors, message]


def _first(form: Any) -> str:
    return next((errors[0] for errors in form.errors.values() if errors), "请核对后再提交。")
