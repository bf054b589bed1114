"""The relay form at the window, signing for a relay, and the panel both ends watch."""

from itertools import groupby

from flask import Blueprint, Response, abort, flash, request, url_for
from sqlalchemy import select

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.operations import Refused
from portal.database import db
from portal.handoff import operations, queries
from portal.handoff.forms import RelayForm
from portal.organisation.models import Service, Window
from portal.queue.models import Ticket
from portal.web.errors import say
from portal.web.htmx import go, page
from portal.web.routing import row_number

blueprint = Blueprint("handoff", __name__)


@blueprint.route("/queue/tickets/<int:ticket_id>/relay", methods=["GET", "POST"])
@requires(Permission.CASE_RELAY)
def relay_form(ticket_id: int) -> Response:
    """Choose the next platform's service and say what for; the visitor keeps number, earned time and case."""
    ticket = db.session.get(Ticket, ticket_id)
    if (
        ticket is None
        or ticket.centre_id != actor().centre_id
        or ticket.account_id != actor().id
        or not ticket.window_id
    ):
        abort(404)
    form = RelayForm()
    groups = _services(db.session.get(Window, ticket.window_id).platform)
    form.service.choices = [(service.id, service.name) for _, services in groups for service in services]
    if form.validate_on_submit():
        return _send(ticket, form, groups)
    if not form.is_submitted():
        form.version.data = str(ticket.version)
        form.service.data = request.args.get("service", type=row_number)
    return _form(ticket, form, groups, 422 if form.is_submitted() else 200)


def _send(ticket: Ticket, form: RelayForm, groups: list) -> Response:
    number, version = ticket.number, _version(form.version.data or "")
    try:
        with database.write() as session:
            relay = operations.send(
                session,
                actor(),
                ticket.id,
                form.service.data,
                version=version,
                purpose=form.purpose.data.strip(),
                at=clock.now(),
            )
    except Refused as problem:
        form.service.errors = [str(problem)]
        return _form(db.session.get(Ticket, ticket.id), form, groups, 409)
    flash(f"{number} 已接力到{registry.platform(relay.to_platform).label}，到窗前仍由您负责。")
    return go(url_for("queue.window"))


def _version(typed: str) -> int:
    # what is no version of any page is an old one
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@blueprint.post("/relays/<int:relay_id>/sign")
@requires(Permission.CASE_RELAY)
def sign(relay_id: int) -> Response:
    """签收."""
    try:
        with database.write() as session:
            operations.sign(session, actor(), relay_id, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    return incoming()


@blueprint.get("/relays")
@requires(Permission.CASE_RELAY)
def incoming() -> Response:
    """Unsigned relays to my platforms and the visitors I still answer for."""
    relays = queries.today(db.session, actor(), clock.now())
    return page("handoff/relays.html", "handoff/_relays.html", relays=relays)


def _services(but: str) -> list[tuple[str, list[Service]]]:
    found = db.session.scalars(
        select(Service)
        .where(Service.centre_id == actor().centre_id, Service.enabled, Service.platform != but)
        .order_by(Service.position, Service.id)
    ).all()
    order = {platform.code: place for place, platform in enumerate(registry.platforms())}
    ranked = sorted(found, key=lambda service: order[service.platform])
    return [(registry.platform(code).short, list(group)) for code, group in groupby(ranked, key=lambda s: s.platform)]


def _form(ticket: Ticket, form: RelayForm, groups: list, status: int) -> Response:
    return page(
        "handoff/relay.html", "handoff/_relay_form.html", ticket=ticket, form=form, groups=groups, status=status,
        disclosed=operations.DISCLOSED,
    )  # fmt: skip
