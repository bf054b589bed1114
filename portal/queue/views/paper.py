"""/queue/paper: numbers for a day without the system, printed before it and entered after it."""

from flask import Response, abort, flash, request
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations import FieldProblems
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import queries
from portal.queue.operations import paper as operations
from portal.queue.paper_forms import EntryForm, SheetForm
from portal.queue.queries import paper as reading
from portal.queue.views import blueprint
from portal.web.htmx import done, page

KEPT = ("day", "window", "account")


@blueprint.route("/queue/paper", methods=["GET", "POST"])
@requires(Permission.QUEUE_GREET)
def paper() -> Response:
    """Print a further range; the ranges printed before."""
    form, centre_id = SheetForm(), actor().centre_id
    form.service.choices = choices([(str(row.id), row.name) for row in queries.services(db.session, centre_id)])
    if form.validate_on_submit():
        try:
            made = database.attempt(_allot, form)
            return done("queue.paper_sheet", sheet_id=made)
        except FieldProblems as problem:
            _beside(form, problem)
    status = 422 if form.is_submitted() else 200
    return page("queue/paper.html", form=form, sheets=reading.sheets(db.session, centre_id), status=status)


@blueprint.get("/queue/paper/<int:sheet_id>/sheet")
@requires(Permission.QUEUE_GREET)
def paper_sheet(sheet_id: int) -> Response:
    """The slips of a range on A4, to be cut."""
    found = reading.sheet(db.session, actor().centre_id, sheet_id) or abort(404)
    return page("queue/paper_sheet.html", sheet=found, centre=db.session.get(Centre, actor().centre_id))


@blueprint.route("/queue/paper/entry", methods=["GET", "POST"])
@requires(Permission.QUEUE_GREET)
def paper_entry() -> Response:
    """Enter a slip; day, window and clerk stay for the next one."""
    form = EntryForm(data=_kept())
    centre_id = actor().centre_id
    form.window.choices = choices([(str(i), n) for i, n in reading.windows(db.session, centre_id)], empty="没有叫到")
    form.account.choices = choices([(str(i), n) for i, n in reading.clerks(db.session, centre_id)], empty="没有叫到")
    if form.validate_on_submit():
        try:
            number = database.attempt(_enter, form)
            flash(f"{number} 已补录。", "success")
            return done("queue.paper_entry", **{name: form[name].data for name in KEPT})
        except FieldProblems as problem:
            _beside(form, problem)
    status = 422 if form.is_submitted() else 200
    day = form.day.data or clock.today()
    rows = reading.entered(db.session, centre_id, day)
    count = len(rows) if len(rows) < reading.LISTED else reading.entered_count(db.session, centre_id, day)
    return page("queue/paper_entry.html", form=form, day=day, rows=rows, count=count, status=status)


def _kept() -> dict:
    kept = {name: request.args[name] for name in ("window", "account") if request.args.get(name)}
    try:
        kept["day"] = clock.today().fromisoformat(request.args.get("day", ""))
    except ValueError:
        kept["day"] = clock.today()
    return kept


def _allot(session: Session, form: SheetForm) -> int:
    return operations.allot(session, actor(), int(form.service.data), form.count.data, at=clock.now()).id


def _enter(session: Session, form: EntryForm) -> str:
    return operations.enter(session, actor(), form.slip, at=clock.now()).number


def _beside(form: SheetForm | EntryForm, problem: FieldProblems) -> None:
    for name, message in problem.problems.items():
        form[name].errors = [*form[name].errors, message]
