"""/reports: the hall in figures."""

from datetime import date
from io import BytesIO

from flask import Blueprint, Response, request, send_file

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.database import db
from portal.organisation.models import Centre
from portal.reports import models, spreadsheets  # noqa: F401  the tables of models belong to the schema
from portal.reports.forms import EVERY, ExportForm, RangeForm, quick_ranges, usual
from portal.reports.queue import Figures, figures
from portal.trail import operations as trail
from portal.web.formats import day, moment
from portal.web.htmx import page

blueprint = Blueprint("reports", __name__)
TITLE = "排队统计"


@blueprint.get("/reports/queue")
@requires(Permission.REPORT_READ)
def queue_report() -> Response:
    """Waiting, walking and serving by service, window and hour; who was not served; the peaks."""
    form = _asked()
    if not form.validate():
        return _show(form, None, 422)
    return _show(form, _figures(form))


@blueprint.post("/reports/queue/export")
@requires(Permission.REPORT_READ)
def export_queue_report() -> Response:
    """The same as a workbook. What it is for is asked, kept in the access log, and printed on every sheet."""
    form, export = RangeForm(request.form), ExportForm()
    if not form.validate():
        return _show(form, None, 422, export)
    found = _figures(form)
    if not export.validate():
        return _show(form, found, 422, export)
    now, who, first, last = clock.now(), actor(), form.first.data, form.last.data
    trail.note_access(
        centre_id=who.centre_id,
        actor_id=who.id,
        at=now,
        action="list.exported",
        subject=f"report:queue:{day(first)}..{day(last)}:{form.platform.data or 'all'}",
        reason=export.reason.data,
        address=request.remote_addr,
    )
    centre = db.session.get(Centre, who.centre_id)
    title = f"{centre.name}{TITLE}（{day(first)} 至 {day(last)}，{_platform(form)}）"
    watermark = f"{who.name} 于 {moment(now)} 导出，用途：{export.reason.data}。仅限内部使用。"
    return send_file(
        BytesIO(spreadsheets.workbook(title, watermark, found.tables)),
        mimetype=spreadsheets.MEDIA_TYPE,
        as_attachment=True,
        download_name=f"{TITLE}_{day(first)}_{day(last)}_{_platform(form)}.xlsx",
    )


def _asked() -> RangeForm:
    first, last = usual()
    # what is missing from the address is this week; what is there is judged, also where it is empty
    given = request.args.copy()
    given.setdefault("from", day(first))
    given.setdefault("to", day(last))
    given.setdefault("platform", "")
    return RangeForm(given)


def _figures(form: RangeForm) -> Figures:
    return figures(db.session, actor().centre_id, form.first.data, form.last.data, form.platform.data or "")


def _platform(form: RangeForm) -> str:
    return registry.platform(form.platform.data).label if form.platform.data else EVERY


def _show(form: RangeForm, found: Figures | None, status: int = 200, export: ExportForm | None = None) -> Response:
    today: date = clock.today()
    return page(
        "reports/queue.html",
        status=status,
        form=form,
        export=export or ExportForm(formdata=None),
        found=found,
        platform=_platform(form) if found else "",
        ranges=quick_ranges(today),
        served_at=clock.now(),
    )
