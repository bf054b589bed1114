"""Further services of one visit, at the window: added, and gone on to."""

from flask import Response, flash

from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.database import db
from portal.queue import operations, queries
from portal.queue.forms import ErrandForm
from portal.queue.views import blueprint
from portal.queue.views.console import console
from portal.queue.views.tickets import act


@blueprint.post("/queue/tickets/<int:ticket_id>/errands")
@requires(Permission.QUEUE_SERVE)
def add_errand(ticket_id: int) -> Response:
    """The visitor has something else to do in the hall."""
    form = _form()
    if form.errors:
        return console(422, _first(form))
    return act(operations.add_errand, ticket_id, form, int(form.service.data))


@blueprint.post("/queue/tickets/<int:ticket_id>/go-on")
@requires(Permission.QUEUE_SERVE)
def go_on(ticket_id: int) -> Response:
    """本项办完: on to the next service with the same number."""
    form, ticket = _form(), queries.my_ticket(db.session, actor())
    if form.errors:
        return console(422, _first(form))
    answer = act(operations.go_on, ticket_id, form, int(form.service.data))
    if answer.status_code < 400 and ticket:
        name = next(each.label for each in form.service.choices if each.value == form.service.data)
        flash(f"{ticket.number} 本项办完，转 {name}，号码不变。", "success")
    return answer


def _form() -> ErrandForm:
    form = ErrandForm()
    form.service.choices = choices([(str(row.id), row.name) for row in queries.services(db.session, actor().centre_id)])
    form.validate()
    return form


def _first(form: ErrandForm) -> str:
    return next(errors[0] for errors in form.errors.values())
