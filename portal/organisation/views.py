"""The system administrator's pages: the centre, its services, its windows, its hours and its day plan."""

from typing import Any

from flask import Blueprint, Response, abort, flash
from flask_wtf import FlaskForm

from portal import clock, database
from portal.access.forms import PLATFORM_CHOICES
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.database import db
from portal.organisation import operations, queries, spans
from portal.organisation.forms import CentreForm, NewServiceForm, ServiceForm, WindowForm
from portal.organisation.models import Centre, Service, Window
from portal.organisation.operations import Misarranged
from portal.web.htmx import done, page

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/admin/hall")
@requires(Permission.HALL_CONFIGURE)
def hall() -> Response:
    """The hall at a glance: what the centre prints, services, windows."""
    mine = actor().centre_id
    services = queries.services(db.session, mine, all_of_them=True)
    taken = queries.services_by_window(db.session, mine)
    return page(
        "organisation/hall.html",
        centre=queries.centre(db.session, mine),
        services=services,
        windows=queries.windows(db.session, mine),
        taken={window_id: _in_order(ranked, services) for window_id, ranked in taken.items()},
        hours=written_hours(queries.hours(db.session, mine)),
        clock_text=spans.clock_text,
        platforms=dict(PLATFORM_CHOICES),
        levels=dict(queries.LEVELS),
    )


@blueprint.route("/admin/hall/centre", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def centre() -> Response:
    """Telephone, address, what visitors read, the head-count of a group, and the voice."""
    held = queries.centre(db.session, actor().centre_id) or abort(404)
    words = ("telephone", "address", "notice", "closed_message")
    shown = {name: getattr(held, name) for name in (*words, "group_threshold", "voice_volume")}
    form = CentreForm(data=shown | _quiet(held))
    if form.validate_on_submit():
        values = _values(form, *words)
        values |= {"group_threshold": form.group_threshold.number, "voice_volume": form.voice_volume.number}
        values |= {"quiet_from": form.quiet_from.minute, "quiet_until": form.quiet_until.minute}
        with database.write() as writing:
            operations.arrange_centre(writing, actor(), writing.get_one(Centre, held.id), values, at=clock.now())
        flash("中心信息已更新。")
        return done("organisation.hall")
    return page("organisation/centre.html", form=form, status=422 if form.is_submitted() else 200)


@blueprint.route("/admin/hall/services/<int:service_id>", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def service(service_id: int) -> Response:
    """One service of the desk."""
    held = _mine(Service, service_id)
    form = ServiceForm(obj=held)
    if form.validate_on_submit():
        try:
            with database.write() as writing:
                row = writing.get_one(Service, service_id)
                operations.arrange_service(writing, actor(), row, form.values, at=clock.now())
            flash(f"服务“{form.name.data}”已更新。")
            return done("organisation.hall")
        except Misarranged as problem:
            _beside(form, problem)
    platform = dict(PLATFORM_CHOICES).get(held.platform, held.platform)
    status = 422 if form.is_submitted() else 200
    return page("organisation/service.html", form=form, service=held, platform=platform, status=status)


@blueprint.route("/admin/hall/services/new", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def new_service() -> Response:
    """A further service."""
    position = len(queries.services(db.session, actor().centre_id, all_of_them=True)) + 1
    form = NewServiceForm(data={"position": position, "enabled": True, "at_kiosk": True})
    if form.validate_on_submit():
        try:
            with database.write() as writing:
                operations.add_service(writing, actor(), form.platform.data, form.values, at=clock.now())
            flash(f"服务“{form.name.data}”已增加，请在窗口中选择由谁办理。")
            return done("organisation.hall")
        except Misarranged as problem:
            _beside(form, problem)
    status = 422 if form.is_submitted() else 200
    return page("organisation/service.html", form=form, service=None, platform="", status=status)


@blueprint.route("/admin/hall/windows/new", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def new_window() -> Response:
    """A further window."""
    position = len(queries.windows(db.session, actor().centre_id)) + 1
    services = _offered()
    given = {"position": position, "enabled": True, "level": "city"}
    form = WindowForm.for_hall([(each.id, each.name) for each in services], given)
    if form.validate_on_submit() and _save_window(form, None):
        return done("organisation.hall")
    status = 422 if form.is_submitted() else 200
    return page("organisation/window.html", form=form, window=None, groups=_groups(services), status=status)


@blueprint.route("/admin/hall/windows/<int:window_id>", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def window(window_id: int) -> Response:
    """One window or room."""
    held = _mine(Window, window_id)
    taken = queries.services_by_window(db.session, held.centre_id).get(window_id, {})
    names = ("name", "sign", "platform", "level", "kind", "quick", "position", "enabled")
    values = {name: getattr(held, name) for name in names} | {"services": [str(service_id) for service_id in taken]}
    values |= {f"place-{service_id}": preference + 1 for service_id, preference in taken.items()}
    services = _offered()
    form = WindowForm.for_hall([(each.id, each.name) for each in services], values)
    if form.validate_on_submit() and _save_window(form, window_id):
        return done("organisation.hall")
    status = 422 if form.is_submitted() else 200
    return page("organisation/window.html", form=form, window=held, groups=_groups(services), status=status)


def _save_window(form: WindowForm, window_id: int | None) -> bool:
    names = ("name", "sign", "platform", "level", "kind", "quick", "enabled")
    values = _values(form, *names) | {"position": form.position.number}
    try:
        with database.write() as writing:
            row = writing.get_one(Window, window_id) if window_id else Window(centre_id=actor().centre_id)
            operations.arrange_window(writing, actor(), row, values, form.preferences, at=clock.now())
    except Misarranged as problem:
        _beside(form, problem)
        return False
    flash(f"“{form.name.data}”已保存。")
    return True


def _in_order(ranked: dict[int, int], services: list[Service]) -> str:
    """What a window takes, its first choice first: equals side by side, the next choice after an arrow."""
    names = {service.id: service.name for service in services}
    steps: dict[int, list[str]] = {}
    for service_id, preference in ranked.items():
        steps.setdefault(preference, []).append(names[service_id])
    return " → ".join("、".join(step) for _preference, step in sorted(steps.items()))


def written_hours(found: dict) -> dict[int | None, dict[str, str]]:
    """Opening hours in words: 08:30-12:00、14:30-18:00."""
    return {owner: {kind: spans.write(rows) for kind, rows in kinds.items()} for owner, kinds in found.items()}


def _quiet(held: Centre) -> dict[str, str]:
    times = {"quiet_from": held.quiet_from, "quiet_until": held.quiet_until}
    return {name: "" if at is None else spans.clock_text(at) for name, at in times.items()}


def _mine(model: type[Service] | type[Window], row_id: int) -> Any:
    row = db.session.get(model, row_id)
    if row is None or row.centre_id != actor().centre_id:
        abort(404)
    return row


def _offered() -> list[Service]:
    return queries.services(db.session, actor().centre_id, all_of_them=True)


def _groups(services: list[Service]) -> list[tuple[str, list[Service]]]:
    """The services under the labels of their platforms."""
    labels, found = dict(PLATFORM_CHOICES), {}
    for service in services:
        found.setdefault(labels.get(service.platform, service.platform), []).append(service)
    return list(found.items())


def _values(form: FlaskForm, *names: str) -> dict[str, Any]:
    return {name: form[name].data for name in names}


def _beside(form: FlaskForm, problem: Misarranged) -> None:
    field = form[problem.field]
    field.errors = [*field.errors, str(problem)]
