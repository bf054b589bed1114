"""The ledger of sponsored matters (包案台账) as a workbook: the same rows as on the page, names masked."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, send_file, url_for

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.views.acting import note_reading
from portal.cases.views.dossier import safe_text
from portal.database import db
from portal.leadership.forms.sponsorship import ExportForm
from portal.leadership.queries import sponsorship as queries
from portal.leadership.sponsor_words import LEVELS, MET
from portal.leadership.views.sponsorship import asked, described, narrowed
from portal.organisation.models import Centre
from portal.reports import spreadsheets
from portal.reports.tables import Column, Table
from portal.web.formats import day, moment

blueprint = Blueprint("sponsored", __name__)
TITLE = "领导包案台账"
COLUMNS = (
    *(Column(label, "text") for label in ("包案领导", "职务", "层级", "事项编号", "事项", "信访人", "牵头单位")),
    *(Column(label, "text") for label in ("列入日期", "目标日", "下一步", "下一步日期")),
    Column("已完成步骤"),
    Column("全部步骤"),
    *(Column(label, "text") for label in ("现在", "结束日期", "是否解决")),
)


@blueprint.post("/leadership/sponsorships/export")
@requires(Permission.REPORT_READ)
def export() -> Response:
    """The workbook. What it is for is asked, kept in the access log, and printed on the sheet."""
    wanted, form = asked(), ExportForm()
    if not form.validate():
        flash(f"没有导出：{form.reason.errors[0] if form.reason.errors else '请重新提交。'}", "error")
        return redirect(url_for("leadership.sponsorships", **narrowed(wanted), _anchor="ledger-export"), 303)
    now = clock.now()
    note_reading("list.exported", f"sponsorships:{described(wanted)}", form.reason.data)
    found, more = queries.rows(db.session, actor(), wanted, clock.today(), limit=queries.MOST)
    note = f"范围：{described(wanted)}，共 {len(found)} 件" + ("（只列前面的，请缩小范围）" if more else "")
    table = Table("sponsorships", "包案台账", COLUMNS, tuple(_cells(row) for row in found), note=note)
    centre = db.session.get(Centre, actor().centre_id)
    watermark = f"{actor().name} 于 {moment(now)} 导出，用途：{form.reason.data}。仅限内部使用。"
    return send_file(
        BytesIO(spreadsheets.workbook(f"{centre.name}{TITLE}", watermark, [table])),
        mimetype=spreadsheets.MEDIA_TYPE,
        as_attachment=True,
        download_name=f"{TITLE}_{day(clock.today())}.xlsx",
    )


def _cells(row: queries.Row) -> tuple:
    return (
        row.leader,
        row.post,
        LEVELS[row.level],
        row.number,
        safe_text(row.subject),
        row.person,
        row.unit,
        day(row.opened_on),
        day(row.target_on) or "未定",
        row.next_what,
        day(row.next_due),
        row.steps_done,
        row.steps,
        row.lamp[0],
        day(row.closed_at),
        MET.get(row.met, ""),
    )
