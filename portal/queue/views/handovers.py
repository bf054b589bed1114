"""交接班: the form of who leaves, and 确认接班 of who takes over."""

from flask import Response, flash
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations.given import Refused
from portal.database import db
from portal.queue import operations, queries
from portal.queue.forms import HandoverForm
from portal.queue.models import Handover
from portal.queue.views import blueprint
from portal.queue.views.console import console
from portal.web.htmx import done, page


@blueprint.route("/queue/window/handover", methods=["GET", "POST"])
@requires(Permission.QUEUE_SERVE)
def handover() -> Response:
    """To whom, and what is pending; my window closes and my held numbers go along."""
    mine, ticket = queries.my_window(db.session, actor()), queries.my_ticket(db.session, actor())
    if mine is None:
        return console(409, "您还没有开窗，没有可以交的班。")
    if ticket is not None:
        return console(409, f"{ticket.number} 还在窗口，请先办结、挂起或过号再交班。")
    form, people = HandoverForm(), queries.colleagues(db.session, actor(), mine.platform, clock.today())
    form.to.choices = choices([(str(each.id), f"{each.name}（{each.now}）") for each in people], empty="请选择")
    if not form.is_submitted():
        return _form(form, mine)
    if not form.validate():
        return _form(form, mine, 422)
    try:
        database.attempt(_hand_over, form)
    except operations.StillServing as problem:
        return console(409, str(problem))
    except Refused as problem:
        form.to.errors = [str(problem)]
        return _form(form, mine, 409)
    name = next(each.name for each in people if str(each.id) == form.to.data)
    flash(f"已交班给{name}，{mine.name}已关闭。", "success")
    return done("queue.window")


@blueprint.post("/queue/handovers/<int:handover_id>/accept")
@requires(Permission.QUEUE_SERVE)
def accept_handover(handover_id: int) -> Response:
    """确认接班."""
    try:
        database.attempt(_accept, handover_id)
    except Refused as problem:
        return console(409, str(problem))
    return done("queue.window")


def _hand_over(session: Session, form: HandoverForm) -> Handover:
    return operations.hand_over(session, actor(), int(form.to.data), words=form.note.data, at=clock.now())


def _accept(session: Session, handover_id: int) -> Handover:
    return operations.accept_handover(session, actor(), handover_id, at=clock.now())


def _form(form: HandoverForm, mine: queries.MyWindow, status: int = 200) -> Response:
    return page("queue/handover.html", status=status, form=form, window=mine, held=queries.held(db.session, actor()))
