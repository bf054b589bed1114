"""The greeter's desk: who, what for, which platform, in half a minute and without the mouse."""

from collections.abc import Callable

from flask import Response, abort, flash, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.forms.fields import choices
from portal.cases.operations.given import FieldProblems, Refused
from portal.database import db
from portal.organisation.models import Centre
from portal.people import identity
from portal.people import queries as people
from portal.queue import estimate, operations, queries, stream
from portal.queue.forms import DeskForm, KnownForm, VersionForm
from portal.queue.models import Ticket
from portal.queue.views import blueprint
from portal.trail.operations import note_access
from portal.web.htmx import done, page
from portal.web.routing import row_number

PICK = "1234567890abcdefghijklmnopqrstuvwxyz"
LISTED = 20


@blueprint.route("/queue/desk", methods=["GET", "POST"])
@requires(Permission.QUEUE_GREET)
def desk() -> Response:
    """The form; after a number was taken, its slip beside an empty form (``?slip=<id>``)."""
    form = DeskForm()
    groups = _offer(form)
    if not form.is_submitted():
        return _desk(form, groups, slip=_slip())
    if not form.validate():
        return _desk(form, groups, status=422)
    try:
        ticket = _take_once(form)
    except operations.OpenToday as problem:
        form.again.errors = [str(problem)]
        return _desk(form, groups, status=422)
    except operations.NotGiven as problem:
        form.beyond.errors = [f"{problem}确需加号的，勾选后再出号。"]
        return _desk(form, groups, status=422)
    except FieldProblems as problem:
        for name, message in problem.problems.items():
            form["service" if name == "service_id" else name].errors = [message]
        return _desk(form, groups, status=422)
    return done("queue.desk", slip=ticket.id)


@blueprint.post("/queue/desk/known")
@requires(Permission.QUEUE_GREET)
def known() -> Response:
    """Whether this person has been here before: that, and never what for. Looked at only for complete numbers."""
    form = KnownForm()
    found, numbers = _known(form.id_number.data or "", form.phone.data or "")
    return page("queue/known.html", "queue/_known.html", known=found, open_numbers=numbers)


@blueprint.get("/queue/desk/side")
@requires(Permission.QUEUE_GREET)
def desk_side() -> Response:
    """The queues and today's numbers, fetched again when they change."""
    return page("queue/desk_side.html", "queue/_desk_side.html", **_side())


@blueprint.post("/queue/tickets/<int:ticket_id>/restore")
@requires(Permission.QUEUE_GREET)
def restore(ticket_id: int) -> Response:
    """过号恢复: back into the queue with the rank it always had."""
    return _change(operations.restore, ticket_id, "已恢复等候，保留原取号先后。")


@blueprint.post("/queue/tickets/<int:ticket_id>/leave")
@requires(Permission.QUEUE_GREET)
def leave(ticket_id: int) -> Response:
    """The visitor has gone."""
    return _change(operations.leave, ticket_id, "已记为离开。")


@blueprint.get("/queue/tickets/<int:ticket_id>/slip")
@requires(Permission.QUEUE_GREET)
def slip(ticket_id: int) -> Response:
    """The slip on 80 mm paper, with the code by which the visitor can ask later."""
    shown = _of_today(ticket_id)
    if shown is None:
        abort(404)
    return page(
        "queue/slip.html",
        slip=shown,
        centre=_centre(),
        platform=registry.platform(shown.platform),
        ahead=queries.ahead_of(db.session, actor().centre_id, shown),
        wait=_told(shown),
        autoprint="noprint" not in request.args,
    )


def _take_once(form: DeskForm) -> Ticket:
    try:
        return database.attempt(_take, form)
    except IntegrityError:
        # the same form sent twice at the same moment: the other one got the number, and this one finds it
        return database.attempt(_take, form)


def _take(session: Session, form: DeskForm) -> Ticket:
    return operations.take_ticket(
        session,
        actor(),
        service_id=int(form.service.data),
        priority=form.priority.data,
        headcount=form.headcount.data,
        person=form.person,
        at=clock.now(),
        again=form.again.data,
        beyond=form.beyond.data,
        quick=form.quick.data,
        once=form.once.data or None,
        errands=[int(each) for each in form.errands.data or () if each != form.service.data],
    )


def _change(operation: Callable[..., Ticket], ticket_id: int, told: str) -> Response:
    form = VersionForm()
    if not form.validate():
        return desk_again(422, "页面不完整，请刷新后重试。")
    try:
        ticket = database.attempt(_run, operation, ticket_id, form.version.data)
    except Refused as problem:
        return desk_again(409, str(problem))
    flash(f"{ticket.number} {told}", "success")
    return done("queue.desk")


def _run(session: Session, operation: Callable[..., Ticket], ticket_id: int, version: int) -> Ticket:
    return operation(session, actor(), ticket_id, version=version, at=clock.now())


def desk_again(status: int, problem: str) -> Response:
    """The desk with ``problem`` at its head."""
    form = DeskForm(formdata=None)
    return _desk(form, _offer(form), status=status, problem=problem)


def _offer(form: DeskForm) -> list[tuple[str, list[dict]]]:
    """Fill the services in, and group them by platform, each with the key that picks it."""
    rows = queries.services(db.session, actor().centre_id)
    form.service.choices = choices([(str(row.id), row.name) for row in rows])
    form.errands.choices = form.service.choices
    order = [platform.code for platform in registry.platforms()]
    keys, groups = iter(PICK), []
    for code in order:
        mine = [row for row in rows if row.platform == code]
        offered = [{"id": str(row.id), "name": row.name, "key": next(keys, "")} for row in mine]
        if offered:
            groups.append((registry.platform(code).short, offered))
    return groups


def _desk(form: DeskForm, groups: list, *, status: int = 200, slip: dict | None = None, problem: str = "") -> Response:
    found, numbers = (None, [])
    if form.is_submitted() and status == 422:
        found, numbers = _known(form.id_number.data or "", form.phone.data or "")
    return page(
        "queue/desk.html",
        status=status,
        form=form,
        groups=groups,
        slip=slip,
        problem=problem,
        known=found,
        open_numbers=numbers,
        threshold=_centre().group_threshold,
        stream_url=stream.address("desk"),
        **_side(),
    )


def _slip() -> dict | None:
    ticket_id = request.args.get("slip", type=row_number)
    shown = _of_today(ticket_id) if ticket_id else None
    if shown is None:
        return None
    return {
        "ticket": shown,
        "platform": registry.platform(shown.platform),
        "ahead": queries.ahead_of(db.session, actor().centre_id, shown),
        "told": _told(shown),
        "url": url_for("queue.slip", ticket_id=shown.id),
    }


def _told(shown: queries.Slip) -> str:
    """The wait that was estimated when the number was taken; "" where today told nothing yet."""
    if shown.estimated is None:
        return ""
    return estimate.spell(estimate.Estimate(shown.estimated, shown.estimate_error or 0))


def _of_today(ticket_id: int) -> queries.Slip | None:
    """What a slip of today says. Its code opens the state of the visitor's matter: on later days it is the visitor's alone."""
    shown = queries.ticket(db.session, actor().centre_id, ticket_id)
    return shown if shown and shown.day == clock.today() else None


def _side() -> dict:
    centre_id, day = actor().centre_id, clock.today()
    return {
        "queues": queries.overview(db.session, centre_id, day),
        "missed": queries.today(db.session, centre_id, day, states=("missed",), limit=LISTED),
        "waiting": queries.today(db.session, centre_id, day, states=("waiting",), limit=LISTED),
        "platforms": {platform.code: platform for platform in registry.platforms()},
    }


def _known(id_number: str, phone: str) -> tuple[bool | None, list[str]]:
    """(been here before or None where nothing complete was typed, today's numbers still open)."""
    number = "" if identity.check_id(id_number) else id_number
    telephone = "" if identity.check_phone(phone) else phone
    if not (number or telephone):
        return None, []
    centre_id, who = actor().centre_id, actor()
    if not people.has_been_here(db.session, centre_id, number, telephone):
        return False, []
    persons = (
        [person]
        if (person := people.by_id(db.session, centre_id, number))
        else people.by_phone(db.session, centre_id, telephone)
    )
    for person in persons:
        note_access(
            centre_id=centre_id,
            actor_id=who.id,
            at=clock.now(),
            action="person.known_asked",
            subject=f"person:{person.id}",
            address=request.remote_addr,
        )
    return True, queries.held_numbers_today(db.session, [person.id for person in persons], clock.today())


def _centre() -> Centre:
    return db.session.scalar(select(Centre).where(Centre.id == actor().centre_id)) or abort(404)
