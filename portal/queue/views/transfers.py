"""转窗口: the small form at the window, and 取消指定 in the waiting list."""

from dataclasses import dataclass

from flask import Response, flash
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations.given import Refused
from portal.database import db
from portal.queue import operations, queries
from portal.queue.forms import TransferForm
from portal.queue.models import Ticket
from portal.queue.views import blueprint
from portal.queue.views.console import console
from portal.queue.views.tickets import act
from portal.web.htmx import done, page

PICK = "1234567890abcdefghijklmnopqrstuvwxyz"
KINDS = {"service": "service_id", "window": "window_id", "account": "account_id"}


@dataclass(frozen=True)
class _Option:
    """One place to go to, with the key that picks it. ``gone``: nobody is there and the number would wait for nobody."""

    value: str
    name: str
    now: str
    gone: bool
    key: str


@blueprint.route("/queue/tickets/<int:ticket_id>/transfer", methods=["GET", "POST"])
@requires(Permission.QUEUE_SERVE)
def transfer(ticket_id: int) -> Response:
    """Choose a service, a window or a person of the platform; the visitor keeps number, earned time and case."""
    mine, ticket = queries.my_window(db.session, actor()), queries.my_ticket(db.session, actor())
    if mine is None or ticket is None or ticket.id != ticket_id:
        return console(409, "这位群众不在您的窗口。")
    form = TransferForm()
    groups = _groups(queries.targets(db.session, actor(), mine, clock.today()))
    form.target.choices = choices([(each.value, each.name) for _, each_group in groups for each in each_group])
    if not form.is_submitted():
        form.version.data = ticket.version
        return _form(form, ticket, groups)
    if not form.validate():
        return _form(form, ticket, groups, 422)
    try:
        database.attempt(_transfer, ticket_id, form)
    except operations.StaleTicket as problem:
        return console(409, str(problem))
    except Refused as problem:
        form.target.errors = [str(problem)]
        return _form(form, ticket, groups, 409)
    chosen = next(each.name for _, group in groups for each in group if each.value == form.target.data)
    flash(f"{ticket.number} 已转到 {chosen}，号码和等候时间不变。", "success")
    return done("queue.window")


@blueprint.post("/queue/tickets/<int:ticket_id>/release")
@requires(Permission.QUEUE_SERVE)
def release(ticket_id: int) -> Response:
    """取消指定: the number may be called by every window of its service."""
    return act(operations.release, ticket_id)


def _transfer(session: Session, ticket_id: int, form: TransferForm) -> Ticket:
    kind, _, identity = form.target.data.partition(":")
    return operations.transfer(
        session,
        actor(),
        ticket_id,
        version=form.version.data,
        at=clock.now(),
        reason=form.reason.data,
        **{KINDS[kind]: int(identity)},
    )


def _groups(targets: queries.Targets) -> list[tuple[str, list[_Option]]]:
    keys = iter(PICK)
    listed = (
        ("本平台服务", "service", targets.services),
        ("窗口", "window", targets.windows),
        ("人员", "account", targets.people),
    )
    return [
        (label, [_Option(f"{kind}:{each.id}", each.name, each.now, each.gone, "" if each.gone else next(keys, "")) for each in places])
        for label, kind, places in listed
        if places
    ]  # fmt: skip


def _form(form: TransferForm, ticket: queries.Mine, groups: list, status: int = 200) -> Response:
    return page("queue/transfer.html", status=status, form=form, ticket=ticket, groups=groups)
