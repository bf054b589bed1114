"""The system administrator's pages of days and hours: opening hours, closures, and the day plan."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, request, url_for

from portal import clock, database
from portal.access.forms import PLATFORM_CHOICES
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.database import db
from portal.organisation import operations, queries, spans
from portal.organisation.forms import EARLIEST, LATEST, ClosureForm, CopyForm, DutyForm, HoursForm
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
    day, form = _day(), _duty_form()
    if form.validate_on_submit():
        given = {"window_id": int(form.window.data), "account_id": int(form.account.data), "note": form.note.data}
        times = {"starts": form.starts.minute, "ends": form.ends.minute}
        try:
            with database.write() as session:
                operations.plan_duty(session, actor(), day, **given, **times, at=clock.now())
            return done("hours.plan", day=day.isoformat())
        except Misarranged as problem:
            form[problem.field].errors = [str(problem)]
    return _plan_page(day, form, _copy_form(day), 422 if form.is_submitted() else 200)


@blueprint.post("/admin/hall/plan/copy")
@requires(Permission.HALL_CONFIGURE)
def copy_plan() -> Response:
    """As another day."""
    day = _day()
    form = CopyForm()
    if not form.validate_on_submit():
        return _plan_page(day, _duty_form(formdata=None), form, 422)
    source = form.source.day
    with database.write() as session:
        copied, left_out = operations.copy_duties(session, actor(), source, day, at=clock.now())
    if not copied and not left_out:
        form.source.errors = [f"{source.isoformat()} 没有排班。"]
        return _plan_page(day, _duty_form(formdata=None), form, 422)
    told = f"已照 {source.isoformat()} 排入 {copied} 条。"
    flash(told + (f"{left_out} 条没有排入：与已排的重复，或人员、窗口已停用。" if left_out else ""))
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
        day = date.fromisoformat(typed) if typed else clock.today()
    except ValueError:
        abort(404)
    if not EARLIEST <= day.year <= LATEST:
        abort(404)
    return day


def _duty_form(**kwargs: object) -> DutyForm:
    mine = actor().centre_id
    windows = [(row.id, f"{row.name} {row.sign}") for row in queries.windows(db.session, mine) if row.enabled]
    return DutyForm(windows, queries.window_staff(db.session, mine), **kwargs)


def _copy_form(day: date) -> CopyForm:
    last = queries.last_planned(db.session, actor().centre_id, day)
    return CopyForm(formdata=None, data={"source": last.isoformat() if last else ""})


def _plan_page(day: date, form: DutyForm, copying: CopyForm, status: int) -> Response:
    return page(
        "organisation/plan.html",
        form=form,
        copying=copying,
        day=day,
        before=day - ONE_DAY,
        after=day + ONE_DAY,
        duties=queries.duties(db.session, actor().centre_id, day),
        clock_text=spans.clock_text,
        status=status,
    )


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
    services = {row.id: row for row in queries.services(db.session, actor().centre_id, all_of_them=True)}
    if service_id is not None and service_id not in services:
        abort(404)
    today = clock.today()
    closures = queries.closures(db.session, actor().centre_id)
    return page(
        "organisation/hours.html",
        form=form,
        closing=closing,
        service=services[service_id].name if service_id else "",
        action=url_for("hours.service", service_id=service_id) if service_id else url_for("hours.centre"),
        services=services.values(),
        platforms=dict(PLATFORM_CHOICES),
        hours=written_hours(queries.hours(db.session, actor().centre_id)),
        coming=[row for row in closures if row.day >= today],
        past=[row for row in closures if row.day < today],
        status=status,
    )


def _services() -> list[tuple[int, str]]:
    """What a closure may be for; services of one name (综合服务) are told apart by their platforms."""
    labels = dict(PLATFORM_CHOICES)
    rows = queries.services(db.session, actor().centre_id)
    return [(row.id, f"{labels.get(row.platform, row.platform)}：{row.name}") for row in rows]
