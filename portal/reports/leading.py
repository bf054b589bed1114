"""领导接访统计: receptions, people, instructions and their end by leader, level, body, field and quarter, beside the year before."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, request, send_file
from flask_wtf import FlaskForm

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import Filled, Picked, choices
from portal.cases.views.acting import note_reading
from portal.database import db
from portal.leadership.models import Leader
from portal.leadership.queries import statistics
from portal.leadership.queries.leaders import ORDER
from portal.leadership.queries.statistics import Counts, Months
from portal.leadership.vocabulary import BODIES, LEVELS
from portal.organisation.models import Centre
from portal.reports import spreadsheets
from portal.reports.forms import ExportForm
from portal.reports.tables import Column, Table, share
from portal.web.formats import day, moment
from portal.web.htmx import page

blueprint = Blueprint("leading", __name__)
TITLE = "领导接访统计"
QUARTERS = (("", "全年"), ("1", "一季度"), ("2", "二季度"), ("3", "三季度"), ("4", "四季度"))
YEARS_BACK = 4
BODY_LABELS = dict(BODIES)
COLUMNS = (
    Column("接访次数"),
    Column("接访比去年"),
    Column("其中下访"),
    Column("批次"),
    Column("批次比去年"),
    Column("人次"),
    Column("当场解决"),
    Column("解释引导"),
    Column("转送"),
    Column("交办"),
    Column("交办比去年"),
    Column("已办结"),
    Column("任务逾期"),
    Column("已解决"),
    Column("满意率", "share"),
)
NOTE = (
    "比去年：与去年同一天为止相比的增减；交办的办理情况按交办的时间计、按今天的状态计；"
    "任务逾期含逾期未完成和逾期才完成的；满意率＝满意和基本满意占表态的比例"
)


class PeriodForm(FlaskForm):
    """Which year and quarter; read from the address and changes nothing."""

    class Meta:
        csrf = False

    year = Picked("年份", [Filled("请选择年份。")], choices=[])
    quarter = Picked("季度", choices=choices(QUARTERS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = clock.today().year
        self.year.choices = choices([(str(now - back), f"{now - back} 年") for back in range(YEARS_BACK)])

    @property
    def quarters(self) -> tuple[int, ...]:
        """The quarters asked for; of the year that runs only those that have begun, so that both years compare."""
        asked = (int(self.quarter.data),) if self.quarter.data else (1, 2, 3, 4)
        today = clock.today()
        begun = [each for each in asked if int(self.year.data) < today.year or each <= (today.month + 2) // 3]
        return tuple(begun) or asked

    @property
    def label(self) -> str:
        """2026 年四季度."""
        return f"{self.year.data} 年{dict(QUARTERS)[self.quarter.data or '']}"


@blueprint.get("/leadership/statistics")
@requires(Permission.REPORT_READ)
def leadership() -> Response:
    """The figures of a year or a quarter beside those of the year before."""
    form = _asked()
    if not form.validate():
        return _show(form, None, 422)
    return _show(form, tables(form))


@blueprint.post("/leadership/statistics/export")
@requires(Permission.REPORT_READ)
def export() -> Response:
    """The same as a workbook. What it is for is asked, kept in the access log, and printed on every sheet."""
    form, asked = PeriodForm(request.form), ExportForm()
    if not form.validate():
        return _show(form, None, 422, asked)
    if not asked.validate():
        return _show(form, tables(form), 422, asked)
    now, who = clock.now(), actor()
    note_reading("list.exported", f"report:leadership:{form.year.data}:{form.quarter.data or 'all'}", asked.reason.data)
    centre = db.session.get(Centre, who.centre_id)
    watermark = f"{who.name} 于 {moment(now)} 导出，用途：{asked.reason.data}。仅限内部使用。"
    return send_file(
        BytesIO(spreadsheets.workbook(f"{centre.name}{TITLE}（{form.label}）", watermark, tables(form))),
        mimetype=spreadsheets.MEDIA_TYPE,
        as_attachment=True,
        download_name=f"{TITLE}_{form.label.replace(' ', '')}.xlsx",
    )


def tables(form: PeriodForm) -> list[Table]:
    """Quarters, leaders, bodies, levels, fields: thirteen queries. Of a year that runs, the year before counts to the same day."""
    year, quarters, today = int(form.year.data), form.quarters, clock.today()
    centre_id = actor().centre_id
    until = min(today, date(year, 12, 31))
    found = statistics.months(db.session, centre_id, date(year, 1, 1), until, today)
    found |= statistics.months(db.session, centre_id, date(year - 1, 1, 1), _year_before(until), today)
    people = statistics.leaders(db.session, centre_id)
    first, last = date(year, 3 * min(quarters) - 2, 1), _end_of(year, max(quarters))
    everybody = [one.id for one in people]
    by_quarter = [(label, _row(found, everybody, year, (int(code),))) for code, label in QUARTERS[1:]]
    return [
        _table("quarters", f"{year} 年各季度", "季度", by_quarter, _row(found, everybody, year, (1, 2, 3, 4))),
        _leaders(found, people, year, quarters),
        _grouped("bodies", "按班子、部门、县", BODIES, people, lambda one: one.body, found, year, quarters),
        _grouped("levels", "按层级", LEVELS, people, lambda one: one.level, found, year, quarters),
        Table(
            "fields",
            "按事项内容分类",
            (Column("内容分类", "text"), Column("批次"), Column("人次"), Column("交办"), Column("已办结")),
            tuple(statistics.by_category(db.session, centre_id, first, last)),
            note="交办含阅信批示和包案要求",
        ),
    ]


def _leaders(found: Months, people: list[Leader], year: int, quarters: Sequence[int]) -> Table:
    ranked = sorted(people, key=lambda one: (ORDER.get(one.body, len(ORDER)), one.position, one.id))
    rows = [(f"{one.name}　{one.post}", _row(found, [one.id], year, quarters)) for one in ranked]
    return _table("leaders", "按领导", "领导", rows, _row(found, [one.id for one in people], year, quarters))


def _grouped(
    code: str,
    title: str,
    names: Sequence[tuple[str, str]],
    people: list[Leader],
    key: Callable[[Leader], str],
    found: Months,
    year: int,
    quarters: Sequence[int],
) -> Table:
    rows = [
        (label, _row(found, [one.id for one in people if key(one) == name], year, quarters)) for name, label in names
    ]
    return _table(code, title, title.removeprefix("按"), rows, None)


def _table(code: str, title: str, head: str, rows: list[tuple[str, tuple]], total: tuple[Any, ...] | None) -> Table:
    return Table(
        code,
        title,
        (Column(head, "text"), *COLUMNS),
        tuple((label, *cells) for label, cells in rows),
        ("合计", *total) if total else None,
        note=NOTE if code == "leaders" else "",
    )


def _row(found: Months, leader_ids: list[int], year: int, quarters: Sequence[int]) -> tuple[Any, ...]:
    now = statistics.summed(found, leader_ids, year, quarters)
    before = statistics.summed(found, leader_ids, year - 1, quarters)
    return (
        now.receptions,
        now.receptions - before.receptions,
        now.trips,
        now.batches,
        now.batches - before.batches,
        now.people,
        now.resolved,
        now.explained,
        now.forwarded,
        now.issued,
        now.issued - before.issued,
        now.closed,
        now.late,
        now.met,
        satisfaction(now),
    )


def satisfaction(counts: Counts) -> float | None:
    """Per cent of those who said something; None where nobody did."""
    return share(counts.content, counts.content + counts.discontent)


def _end_of(year: int, quarter: int) -> date:
    return date(year, 12, 31) if quarter == 4 else date.fromordinal(date(year, 3 * quarter + 1, 1).toordinal() - 1)


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _asked() -> PeriodForm:
    given, today = request.args.copy(), clock.today()
    given.setdefault("year", str(today.year))
    given.setdefault("quarter", str((today.month + 2) // 3))
    return PeriodForm(given)


def _show(form: PeriodForm, found: list[Table] | None, status: int = 200, asked: ExportForm | None = None) -> Response:
    return page(
        "reports/leading.html",
        status=status,
        form=form,
        asked=asked or ExportForm(formdata=None),
        tables=found,
        label=form.label if found else "",
        served_at=clock.now(),
        today=day(clock.today()),
    )
