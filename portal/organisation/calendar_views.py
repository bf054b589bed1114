"""The system administrator's pages of days and hours: opening hours, closures, and the day plan."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.database import db
from portal.organisation import operations, queries, spans
from portal.organisation.forms import ClosureForm, DutyForm, HoursForm
from portal.organisation.operations import Misarranged
from portal.organisation.views import written_hours
from portal.web.htmx import done, page

blueprint = Blueprint("hours", __name__)
ONE_DAY = timedelta(days=1)


@blueprint.route("/admin/hall/hours", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def centre() -> Response:
    """The centre's hours, the services that have their own, and the days without numbers."""
    return _hours(None)


@blueprint.route("/admin/hall/services/<int:service_id>/hours", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def service(service_id: int) -> Response:
    """One service's own hours; none: it follows the centre."""
    return _hours(service_id)


@blueprint.post("/admin/hall/closures")
@requires(Permission.HALL_CONFIGURE)
def add_closure() -> Response:
    """A day without numbers."""
    form = ClosureForm(_services())
    if form.validate_on_submit():
        try:
            with database.write() as session:
                operations.add_closure(
                    session,
                    actor(),
                    form.day.day,
                    form.service_id,
                    form.message.data,
                    today=clock.today(),
                    at=clock.now(),
                )
            flash(f"{form.day.day.isoformat()} 已设为停办。")
            return done("hours.centre")
        except Misarranged as problem:
            form[problem.field].errors = [str(problem)]
    return _hours_page(None, _hours_form(None, formdata=None), form, 422)


@blueprint.post("/admin/hall/closures/<int:closure_id>/remove")
@requires(Permission.HALL_CONFIGURE)
def remove_closure(closure_id: int) -> Response:
    """The day is worked after all."""
    with database.write() as session:
        operations.remove_closure(session, actor(), closure_id, at=clock.now())
    flash("停办日已取消。")
    return done("hours.centre")


@blueprint.route("/admin/hall/plan", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def plan() -> Response:
    """The day plan of ``?day=`` (default today)."""
    day, mine = _day(), actor().centre_id
    windows = [(row.id, f"{row.name} {row.sign}") for row in queries.windows(db.session, mine) if row.enabled]
    form = DutyForm(windows, queries.window_staff(db.session, mine))
    if form.validate_on_submit():
        given = {"window_id": int(form.window.data), "account_id": int(form.account.data), "note": form.note.data}
        times = {"starts": form.starts.minute, "ends": form.ends.minute}
        try:
            with database.write() as session:
                operations.plan_duty(session, actor(), day, **given, **times, at=clock.now())
            return done("hours.plan", day=day.isoformat())
        except Misarranged as problem:
            form[problem.field].errors = [str(problem)]
    return page(
        "organisation/plan.html",
        form=form,
        day=day,
        before=day - ONE_DAY,
        after=day + ONE_DAY,
        duties=queries.duties(db.session, mine, day),
        clock_text=spans.clock_text,
        status=422 if form.is_submitted() else 200,
    )


@blueprint.post("/admin/hall/plan/copy")
@requires(Permission.HALL_CONFIGURE)
def copy_plan() -> Response:
    """As the day before."""
    day = _day()
    with database.write() as session:
        copied = operations.copy_duties(session, actor(), day - ONE_DAY, day, at=clock.now())
    flash(f"已照前一天排入 {copied} 条。" if copied else "前一天没有可以照排的。")
    return done("hours.plan", day=day.isoformat())


@blueprint.post("/admin/hall/plan/<int:duty_id>/remove")
@requires(Permission.HALL_CONFIGURE)
def remove_duty(duty_id: int) -> Response:
    """Off the plan."""
    with database.write() as session:
        operations.remove_duty(session, actor(), duty_id, at=clock.now())
    return done("hours.plan", day=_day().isoformat())


def _day() -> date:
    typed = request.args.get("day", "")
    try:
        return date.fromisoformat(typed) if typed else clock.today()
    except ValueError:
        abort(404)


def _hours(service_id: int | None) -> Response:
    form = _hours_form(service_id)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                wanted = {"work": form.work.spans, "rest": form.rest.spans}
                operations.set_hours(session, actor(), service_id, wanted, at=clock.now())
        except Misarranged:
            abort(404)
        flash("取号时间已更新。")
        return done("hours.centre")
    return _hours_page(service_id, form, ClosureForm(_services(), formdata=None), 422 if form.is_submitted() else 200)


def _hours_form(service_id: int | None, **kwargs: object) -> HoursForm:
    held = written_hours(queries.hours(db.session, actor().centre_id)).get(service_id, {})
    return HoursForm(**kwargs, work=held.get("work", ""), rest=held.get("rest", ""))


def _hours_page(service_id: int | None, form: HoursForm, closing: ClosureForm, status: int) -> Response:
    services = dict(_services())
    if service_id is not None and service_id not in services:
        abort(404)
    today = clock.today()
    closures = queries.closures(db.session, actor().centre_id)
    return page(
        "organisation/hours.html",
        form=form,
        closing=closing,
        service=services.get(service_id, ""),
        action=url_for("hours.service", service_id=service_id) if service_id else url_for("hours.centre"),
        services=services,
        hours=written_hours(queries.hours(db.session, actor().centre_id)),
        coming=[row for row in closures if row.day >= today],
        past=[row for row in closures if row.day < today],
        status=status,
    )


def _services() -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in queries.services(db.session, actor().centre_id)]
