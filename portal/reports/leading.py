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
from portal.leadership.queries import letters_read, statistics
from portal.leadership.queries.leaders import ORDER
from portal.leadership.queries.statistics import Counts, Months
from portal.leadership.vocabulary import BODIES, LEVELS
from portal.organisation.models import Centre
from portal.reports import spreadsheets
from portal.reports.forms import ExportForm
from portal.reports.tables import Column, Table, share
from portal.web.formats import day, moment
from portal.web.htmx import page

Line = tuple[str, list[int], Sequence[int]]  # label, leaders, quarters

blueprint = Blueprint("leading", __name__)
TITLE = "领导接访统计"
QUARTERS = (("", "全年"), ("1", "一季度"), ("2", "二季度"), ("3", "三季度"), ("4", "四季度"))
YEARS_BACK = 4
COLUMNS = (
    Column("接访次数"),
    Column("其中下访"),
    Column("批次"),
    Column("人次"),
    Column("当场解决"),
    Column("解释引导"),
    Column("转送"),
    Column("交办"),
    Column("任务"),
    Column("任务完成"),
    Column("任务逾期"),
    Column("已办结"),
    Column("已解决"),
    Column("满意率", "share"),
)
NOTE = (
    "办理情况按接访处理意见、批示、交办的时间计、按今天的状态计；交办是有任务的；任务逾期含逾期未完成和逾期才完成的；"
    "满意率＝满意和基本满意占表态的比例，群众本人评价过的按本人评价"
)
CHANGE_NOTE = "与去年同一天为止相比的增减；满意率为百分点"
LETTERS = ("呈送", "阅", "批示")


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
    """Quarters, leaders, fields in charge, bodies, levels, each beside the year before; categories and letters: seventeen queries.

    Of a year that runs, the year before counts to the same day.
    """
    year, quarters, today = int(form.year.data), form.quarters, clock.today()
    centre_id = actor().centre_id
    until = min(today, date(year, 12, 31))
    found = statistics.months(db.session, centre_id, date(year, 1, 1), until, today)
    found |= statistics.months(db.session, centre_id, date(year - 1, 1, 1), _year_before(until), today)
    people = statistics.leaders(db.session, centre_id)
    span = date(year, 3 * min(quarters) - 2, 1), min(until, _end_of(year, max(quarters)))
    everybody = [one.id for one in people]
    by_quarter = [(label, everybody, (int(code),)) for code, label in QUARTERS[1:]]
    ranked = sorted(people, key=lambda one: (ORDER.get(one.body, len(ORDER)), one.position, one.id))
    by_leader = [(f"{one.name}　{one.post}", [one.id], quarters) for one in ranked]
    return [
        *_beside("quarters", f"{year} 年各季度", "季度", by_quarter, found, year, (everybody, (1, 2, 3, 4))),
        *_beside("leaders", "按领导", "领导", by_leader, found, year, (everybody, quarters)),
        *_beside(
            "charges",
            "按分管领域",
            "分管领域",
            _grouped(_fields(ranked), people, _field, quarters),
            found,
            year,
            all_lines=False,
        ),
        *_beside(
            "bodies", "按班子、部门、县", "班子、部门、县", _grouped(BODIES, people, _body, quarters), found, year
        ),
        *_beside("levels", "按层级", "层级", _grouped(LEVELS, people, _level, quarters), found, year),
        _categories(centre_id, span),
        _letters(centre_id, span),
    ]


def _field(one: Leader) -> str:
    return one.field.strip() or "未填分管领域"


def _body(one: Leader) -> str:
    return one.body


def _level(one: Leader) -> str:
    return one.level


def _fields(people: list[Leader]) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(_field(one) for one in people)]


def _grouped(
    names: Sequence[tuple[str, str]], people: list[Leader], key: Callable[[Leader], str], quarters: Sequence[int]
) -> list[Line]:
    return [(label, [one.id for one in people if key(one) == name], quarters) for name, label in names]


def _beside(
    code: str,
    title: str,
    head: str,
    lines: list[Line],
    found: Months,
    year: int,
    whole: tuple[list[int], Sequence[int]] | None = None,
    *,
    all_lines: bool = True,
) -> list[Table]:
    """The figures of the year, and the same lines as the change since the year before; ``whole``: what is added up below.

    Of the change, and without ``all_lines`` of both, lines of which neither year knows anything are left out.
    """
    columns = (Column(head, "text"), *COLUMNS)
    busy = [line for line in lines if any(any(_row(found, line[1], each, line[2])) for each in (year, year - 1))]
    made = []
    shown = lines if all_lines else busy
    for suffix, words, row, note, told in (
        ("", "", _row, NOTE, shown),
        ("_change", "比去年", _change, CHANGE_NOTE, busy),
    ):
        rows = tuple((label, *row(found, ids, year, quarters)) for label, ids, quarters in told)
        total = ("合计", *row(found, whole[0], year, whole[1])) if whole else None
        made.append(Table(f"{code}{suffix}", f"{title}{words}", columns, rows, total, note=note))
    return made


def _row(found: Months, leader_ids: list[int], year: int, quarters: Sequence[int]) -> tuple[Any, ...]:
    now = statistics.summed(found, leader_ids, year, quarters)
    return (
        now.receptions,
        now.trips,
        now.batches,
        now.people,
        now.resolved,
        now.explained,
        now.forwarded,
        now.issued,
        now.tasks,
        now.done,
        now.late,
        now.closed,
        now.met,
        satisfaction(now),
    )


def _change(found: Months, leader_ids: list[int], year: int, quarters: Sequence[int]) -> tuple[Any, ...]:
    now, before = (_row(found, leader_ids, each, quarters) for each in (year, year - 1))
    return tuple(_less(a, b) for a, b in zip(now, before, strict=True))


def _less(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else round(now - before, 1)


def _categories(centre_id: int, span: tuple[date, date]) -> Table:
    now = statistics.by_category(db.session, centre_id, *span)
    names = {name for name, *_counts in now}
    before: dict[str, list[int]] = {}
    for name, *counts in statistics.by_category(db.session, centre_id, *_before(span), most=None):
        held = before.setdefault(name if name in names else statistics.OTHERS, [0] * len(counts))
        held[:] = [sum(pair) for pair in zip(held, counts, strict=True)]
    if statistics.OTHERS in before and statistics.OTHERS not in names:
        now.append((statistics.OTHERS, *[0] * len(before[statistics.OTHERS])))
    return Table(
        "fields",
        "按事项内容分类",
        (Column("内容分类", "text"), *_with_change("批次", "人次", "交办", "已办结")),
        tuple((name, *_changes(counts, before.get(name))) for name, *counts in now),
        note="交办含阅信批示和包案要求；比去年：与去年同一天为止相比的增减",
    )


def _letters(centre_id: int, span: tuple[date, date]) -> Table:
    """阅信: who was put letters, read them, answered them."""
    now = letters_read.counts(db.session, centre_id, *span)
    before = {each.leader_id: each for each in letters_read.counts(db.session, centre_id, *_before(span))}
    rows = [(one.leader, _three(one), _three(before.pop(one.leader_id, None))) for one in now]
    rows += [(one.leader, [0, 0, 0], _three(one)) for one in before.values()]
    total = [
        [sum(column) for column in zip(*counts, strict=True)] for counts in zip(*(row[1:] for row in rows), strict=True)
    ]
    return Table(
        "letters",
        "领导阅信",
        (Column("领导", "text"), *_with_change(*LETTERS)),
        tuple((name, *_changes(*counts)) for name, *counts in rows),
        ("合计", *_changes(*total)) if total else None,
        note="呈送、阅、批示各按发生的时间计；比去年：与去年同一天为止相比的增减",
    )


def _three(one: letters_read.Count | None) -> list[int]:
    return [one.put, one.read, one.instructed] if one else [0, 0, 0]


def _with_change(*labels: str) -> list[Column]:
    return [Column(each) for label in labels for each in (label, f"{label}比去年")]


def _changes(now: Sequence[int], before: Sequence[int] | None) -> list[int]:
    return [each for a, b in zip(now, before or [0] * len(now), strict=True) for each in (a, a - b)]


def satisfaction(counts: Counts) -> float | None:
    """Per cent of those who said something; None where nobody did."""
    return share(counts.content, counts.content + counts.discontent)


def _end_of(year: int, quarter: int) -> date:
    return date(year, 12, 31) if quarter == 4 else date.fromordinal(date(year, 3 * quarter + 1, 1).toordinal() - 1)


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _before(span: tuple[date, date]) -> tuple[date, date]:
    first, last = span
    return _year_before(first), _year_before(last)


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
