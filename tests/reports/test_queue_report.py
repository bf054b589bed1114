"""The queue in figures: sums that can be checked by hand, small numbers that stay unknown, a page, a chart's table, a workbook."""

import re
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select

from portal import clock, database
from portal.organisation.models import Service
from portal.queue import operations
from portal.queue.models import Appointment, Ticket
from portal.reports import queue as report
from portal.reports.forms import LONGEST, quick_ranges
from portal.reports.tables import FEWER, UNSPOKEN, Column, Table, coarse, discreet
from portal.trail.models import Access
from tests.queue.conftest import COUNSEL, DISPUTE, MORNING, VISIT, do, hall, house, later, take  # noqa: F401
from tests.support import csrf_token

TODAY = clock.day_of(MORNING)
REASON = "十一月排队情况周报"


def tables(session, platform: str = "", first=TODAY, last=TODAY) -> dict[str, Table]:
    return {table.code: table for table in report.figures(session, 1, first, last, platform).tables}


def told(table: Table, row: str) -> dict[str, object]:
    """A row of ``table`` by the labels of its columns."""
    rows = {each[0]: each for each in (*table.rows, *([table.total] if table.total else []))}
    return dict(zip((column.label for column in table.columns), rows[row], strict=True))


# ---- what is counted


@pytest.fixture
def morning(hall, do, take):  # noqa: F811
    """Window 1: A001 (one, waits 4, walks 1, serves 15) and A002 (three, missed, restored, waits 20 + 10, walks 2 + 1, serves 5).

    A003 leaves unseen after 9 minutes; A004 is called, misses and does not come back; A005 waits still.
    """
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    clerk, numbers = hall.zhang, [take(hall.guo, headcount=heads, at=MORNING) for heads in (1, 3, 1, 2, 1)]

    def call(at: float):
        return do(operations.call_next, clerk, at=later(at))

    def step(operation, ticket, at: float, **more: object):
        return do(operation, more.pop("by", clerk), ticket.id, version=ticket.version, at=later(at), **more)

    first = step(operations.start, call(4), 5)
    step(operations.finish, first, 20, reason="other", words="已答复")
    step(operations.leave, numbers[2], 9, by=hall.guo)
    missed = step(operations.miss, call(20), 22)
    restored = step(operations.restore, missed, 25, by=hall.guo)
    second = call(35)
    assert (second.id, restored.id) == (numbers[1].id,) * 2
    step(operations.finish, step(operations.start, second, 36), 41, reason="other", words="已答复")
    step(operations.miss, call(45), 47)
    return numbers


def test_durations_are_the_sums_of_periods(morning, session) -> None:
    found = told(tables(session)["services"], "来访登记")
    # A001 waited 4, A002 20 + 10, A004 45 minutes
    assert (found["批次"], found["人次"]) == (3, 6)
    assert found["等候 平均"] == round((4 + 30 + 45) / 3, 1)
    assert (found["等候 中位"], found["等候 九成在"], found["等候 最长"]) == (30, 45, 45)
    assert found["到窗 平均"] == round((1 + 2 + 1 + 2) / 3, 1)
    # only two were served
    assert (found["办理 平均"], found["办理 最长"]) == ((15 + 5) / 2, 15)
    assert told(tables(session)["services"], "合计")["批次"] == 3


def test_by_window_and_never_by_clerk(morning, session) -> None:
    table = tables(session)["windows"]
    assert [row[0] for row in table.rows] == ["1号窗口"]
    found = told(table, "1号窗口")
    assert (found["批次"], found["人次"]) == (3, 6)
    # four calls ended a waiting: 4, 20, 10 and 45 minutes
    assert found["叫号前等候 平均"] == round((4 + 20 + 10 + 45) / 4, 1)
    assert found["叫号前等候 最长"] == 45
    assert found["办理 平均"] == 10
    assert not any("张德良" in str(row) for each in tables(session).values() for row in each.rows)


def test_who_was_not_served(morning, session) -> None:
    found = told(tables(session)["abandoned"], "来访登记")
    assert (found["取号批次"], found["取号人次"]) == (5, 8)
    assert (found["叫号前离开 批次"], found["叫号前离开 人次"]) == (1, 1)
    assert (found["过号未回 批次"], found["过号未回 人次"]) == (1, 2)
    assert found["占比"] == 40


def test_hours_are_the_halls(session, hall, do, take) -> None:  # noqa: F811
    # half past seven in the hall is the evening before in UTC
    for minutes in (-90, -90, 0, 70):
        take(hall.guo, headcount=2, at=later(minutes))
    table = tables(session)["peaks"]
    assert [column.label for column in table.columns] == [
        "取号时间",
        "7时",
        "8时",
        "9时",
        "10时",
        "合计",
    ]
    assert table.rows == (("星期一", 2, 0, 1, 1, 4),)
    assert tables(session)["peaks-people"].rows == (("星期一", 4, 0, 2, 2, 8),)


def test_where_numbers_come_from(session, hall, take) -> None:  # noqa: F811
    take(hall.guo, headcount=3)
    take(hall.guo, source="kiosk")
    take(hall.guo, source="kiosk", headcount=2)
    take(hall.guo, source="paper")
    assert tables(session)["sources"].rows == (
        ("导引台", 1, 3), ("自助取号", 2, 3), ("窗口直接接待", 0, 0), ("纸号补录", 1, 1), ("预约签到", 0, 0),
    )  # fmt: skip
    assert tables(session)["sources"].total == ("合计", 4, 7)


def book(session, slot: int, state: str, heads: int = 1) -> Appointment:
    made = Appointment(centre_id=1, service_id=VISIT, day=TODAY, slot=slot, state=state, source="desk", headcount=heads,
                       note="", code="c", code_hash=f"{slot}{state}", booked_by=4, booked_at=MORNING)  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_appointments_kept_late_and_missed(session, hall, take) -> None:  # noqa: F811
    with database.write() as writing:
        writing.get(Service, VISIT).late_minutes = 10
        promised = [
            book(writing, 9 * 60, "arrived", 2),
            book(writing, 9 * 60 + 1, "arrived"),
            book(writing, 600, "missed"),
        ]
        book(writing, 660, "booked")
        book(writing, 661, "cancelled", 4)
    take(hall.guo, appointment=promised[0], kept=True, at=later(10))
    take(hall.guo, appointment=promised[1], at=later(12))
    found = told(tables(session)["appointments"], "来访登记")
    assert {label: found[label] for label in ("按时", "晚到", "爽约", "取消", "未到时间")} == {
        "按时": 1, "晚到": 1, "爽约": 1, "取消": 1, "未到时间": 1,
    }  # fmt: skip
    assert (found["预约批次"], found["预约人次"]) == (5, 9)
    assert found["到访"] == 66.7
    assert told(tables(session)["sources"], "预约签到")["批次"] == 2


def test_the_target_is_the_centres_own(morning, session) -> None:
    assert told(tables(session)["services"], "来访登记")["目标内"] is None
    with database.write() as writing:
        writing.get(Service, VISIT).target_minutes = 30
    found = told(tables(session)["services"], "来访登记")
    # exactly half an hour is within half an hour
    assert (found["目标"], found["目标内"]) == (30, 66.7)


def test_estimates_against_what_came(morning, session) -> None:
    assert tables(session)["estimates"].rows == ()
    with database.write() as writing:
        for ticket, (seconds, error) in zip(morning, [(240, 0), (600, 60), (60, 0), (60 * 60, 20 * 60)], strict=False):
            row = writing.get(Ticket, ticket.id)
            row.estimated, row.estimate_error = seconds, error
    found = told(tables(session)["estimates"], "来访登记")
    # 4 told and 4 waited, 10 and 20 (the first waiting), 60 and 45; who left is not compared
    assert (found["预计批次"], found["预计人次"]) == (3, 6)
    assert found["平均差"] == round((0 + 10 + 15) / 3, 1)
    assert found["在所告范围内"] == 66.7


def test_other_days_and_other_platforms_do_not_count(morning, session) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert all(
        not table.rows or table.code == "sources" for table in tables(session, first=yesterday, last=yesterday).values()
    )
    assert tables(session, "mediation")["services"].rows == ()
    assert told(tables(session, "petition")["services"], "合计")["批次"] == 3


def test_it_asks_the_database_eleven_times_at_most(morning, session) -> None:
    seen = []

    def note(*given: object) -> None:
        if given[2].startswith("SELECT"):
            seen.append(given[2])

    event.listen(database.db.engine, "before_cursor_execute", note)
    report.figures(session, 1, TODAY, TODAY)
    assert len(seen) <= 11


# ---- small numbers


@pytest.mark.parametrize(
    ("count", "shown"), [(0, FEWER), (1, FEWER), (4, FEWER), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (100, 100)]
)
def test_counts_of_a_sealed_platform_are_coarse(count, shown) -> None:
    assert coarse(count) == shown


def test_nothing_of_few_visitors_is_told() -> None:
    columns = (
        Column("服务", "text"),
        Column("批次"),
        Column("平均", "minutes"),
        Column("最长", "minutes", alone=True),
        Column("占比", "share"),
    )
    table = discreet(
        Table("x", "x", columns, (("一", 4, 7.0, 9.0, 25.0), ("二", 8, 7.0, 9.0, 25.0)), ("合计", 12, 7.0, 9.0, 25.0))
    )
    assert table.rows == (("一", FEWER, UNSPOKEN, UNSPOKEN, UNSPOKEN), ("二", 10, 7.0, UNSPOKEN, UNSPOKEN))
    assert table.total == ("合计", 10, 7.0, UNSPOKEN, UNSPOKEN)


def test_no_two_tables_can_be_subtracted_to_a_small_number(morning, session, hall, do, take) -> None:  # noqa: F811
    before = tables(session)
    for _ in range(3):
        take(hall.guo, service_id=COUNSEL, at=later(50))
    # the others' tables do not know them, so no total minus the shown rows leaves them over
    assert tables(session) == before
    own = tables(session, "counselling")
    numbers = [cell for table in own.values() for row in (*table.rows, table.total or ()) for cell in row]
    assert not [cell for cell in numbers if isinstance(cell, int | float)]
    assert FEWER in numbers


# ---- the page


@pytest.fixture(autouse=True)
def at_eleven():
    with clock.frozen(later(120)):
        yield


@pytest.fixture
def lead(house, app, sign_in) -> FlaskClient:  # noqa: F811
    """The duty head, in a hall where three came to 综合服务 and one to 来访登记."""
    with app.app_context():
        for service in (COUNSEL, COUNSEL, COUNSEL, VISIT):
            with database.write() as session:
                given = {"service_id": service, "priority": "ordinary", "headcount": 2, "person": None}
                operations.take_ticket(session, house.guo, **given, at=MORNING)
    return sign_in("zhao")


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def errors(answer) -> dict[str, str]:
    """Field id → what stands beside it."""
    found = soup(answer).select(".field-error")
    return {re.sub(r"-error\d*$", "", each["id"]): each.get_text(strip=True) for each in found}


def test_the_page_shows_this_week_and_each_chart_has_its_table(lead) -> None:
    answer = lead.get("/reports/queue")
    page = soup(answer)
    assert answer.status_code == 200
    assert page.select_one("#from")["value"] == "2026-11-23"
    for place in page.select("[data-chart]"):
        table = page.find(id=place["data-of"])
        heads = table.select("thead th")
        assert all(int(column) < len(heads) for column in place["data-columns"].split())
    assert len(page.select("[data-chart]")) >= 3
    peak = page.select_one("#table-peaks tbody tr")
    assert [cell.get("data-value") for cell in peak.select("td")] == ["1", "1"]
    assert "统计" in [link.get_text(strip=True) for link in page.select(".bar-nav a")]
    assert [each["src"].rpartition("/")[2] for each in page.select("head script")][-2:] == [
        "echarts.min.js",
        "report.js",
    ]
    assert "echarts" not in lead.get("/queue/overview").get_data(as_text=True)


def test_sealed_figures_on_the_page_in_the_charts_and_in_the_workbook(lead) -> None:
    address = "/reports/queue?from=2026-11-23&to=2026-11-23&platform=counselling"
    page = soup(lead.get(address))
    assert "少于 5" in page.select_one("#table-sources").text
    assert page.select("td[data-value]") == []
    book = load_workbook(BytesIO(export(lead, platform="counselling").data))
    cells = [cell for sheet in book for row in sheet.iter_rows(min_row=5) for cell in row]
    assert not [cell.value for cell in cells if isinstance(cell.value, int | float)]
    assert "少于 5" in [cell.value for cell in cells]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("from=2026-11-20&to=2026-11-10", "to", "结束日期不能早于开始日期。"),
        ("from=昨天&to=2026-11-10", "from", "请按 2026-12-08 的样子填写日期。"),
        ("from=2026-02-30&to=2026-11-10", "from", "日期不存在（2026-02-30）。"),
        ("from=&to=2026-11-10", "from", "请填写开始日期。"),
        ("from=2020-01-01&to=2026-11-10", "to", "一次最多统计 366 天，现在是 2506 天，请缩短范围。"),
        ("from=2026-11-10&to=2026-11-24", "to", "不能晚于今天。"),
        ("from=0001-01-01&to=9999-12-31", "from", "请核对年份（1）。"),
        ("platform=nonsense", "platform", "请从所列各项中选择。"),
    ],
)
def test_bad_ranges_are_answered_beside_the_field(lead, query, field, sentence) -> None:
    answer = lead.get(f"/reports/queue?{query}")
    assert answer.status_code == 422
    assert errors(answer)[field] == sentence
    typed = re.search(r"from=([^&]*)", query)
    if typed:
        assert soup(answer).select_one("[name=from]")["value"] == typed[1]
    assert soup(answer).select("table") == []


def test_full_width_days_are_understood(lead) -> None:
    answer = lead.get("/reports/queue?from=２０２６－１１－０１&to=2026年11月23日")
    assert answer.status_code == 200
    assert "2026-11-01 至 2026-11-23" in soup(answer).text


def test_quick_ranges_on_any_day() -> None:
    ranges = {label: (str(first), str(last)) for label, first, last in quick_ranges(clock.day_of(later(60 * 24 * 45)))}
    assert ranges == {
        "今天": ("2027-01-07", "2027-01-07"), "昨天": ("2027-01-06", "2027-01-06"),
        "本周": ("2027-01-04", "2027-01-07"), "上周": ("2026-12-28", "2027-01-03"),
        "本月": ("2027-01-01", "2027-01-07"), "上月": ("2026-12-01", "2026-12-31"),
    }  # fmt: skip
    assert LONGEST == 366


def test_only_those_who_may_read_reports(lead, sign_in) -> None:
    for login, status in (("sun", 200), ("zhang", 403), ("guo", 403)):
        assert sign_in(login).get("/reports/queue").status_code == status
    token = csrf_token(sign_in("zhang"), "/queue/window")
    assert sign_in("zhang").post("/reports/queue/export", data={"csrf_token": token, "reason": "x"}).status_code in (
        400,
        403,
    )


# ---- the workbook


def export(client: FlaskClient, **changes: object):
    given = {"from": "2026-11-23", "to": "2026-11-23", "platform": "", "reason": REASON, **changes}
    return client.post("/reports/queue/export", data={"csrf_token": csrf_token(client, "/reports/queue"), **given})


def test_the_workbook_holds_real_numbers_and_says_who_took_it(lead, inside) -> None:
    answer = export(lead)
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert "filename*=UTF-8''%E6%8E%92%E9%98%9F%E7%BB%9F%E8%AE%A1_2026-11-23" in disposition
    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames == [
        "按服务", "按窗口", "按时段", "取号来源", "未接待", "预约", "等候预计的准确度", "高峰（批次）", "高峰（人次）",
    ]  # fmt: skip
    for sheet in book:
        assert sheet["A2"].value == f"赵值班 于 2026-11-23 11:00 导出，用途：{REASON}。仅限内部使用。"
        assert sheet.freeze_panes == "B5"
        assert sheet["A4"].font.name == "微软雅黑"
        assert sheet.column_dimensions["A"].width == 24
        assert sheet.oddFooter.left.text == sheet["A2"].value
    row = [cell.value for cell in book["取号来源"][5]]
    assert row == ["导引台", 1, 2]
    with inside() as session:
        kept = session.scalars(select(Access).where(Access.action == "list.exported")).one()
        assert (kept.subject, kept.reason) == ("report:queue:2026-11-23..2026-11-23:all", REASON)


def test_the_page_and_the_workbook_agree(lead) -> None:
    page, book = (
        soup(lead.get("/reports/queue?from=2026-11-23&to=2026-11-23")),
        load_workbook(BytesIO(export(lead).data)),
    )
    shown = {h2.text: h2.find_parent("section").find("table") for h2 in page.select(".report h2")}
    for sheet in book:
        if shown[sheet.title] is None:
            continue
        rows = shown[sheet.title].select("tbody tr, tfoot tr")
        on_page = [[cell.get("data-value") and float(cell["data-value"]) for cell in row.select("td")] for row in rows]
        in_book = [[cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=5)]
        assert on_page == in_book


def test_without_a_purpose_nothing_leaves_the_house(lead, inside) -> None:
    answer = export(lead, reason="  ")
    assert answer.status_code == 422
    assert errors(answer)["reason"] == "请写明用途，例如：十一月排队情况周报。"
    # the figures stay on screen
    assert soup(answer).select("table")
    long = export(lead, reason="长" * 101)
    assert long.status_code == 422
    assert soup(long).select_one("#reason")["value"] == "长" * 101
    assert export(lead, to="2026-11-30").status_code == 422
    with inside() as session:
        assert session.scalars(select(Access).where(Access.action == "list.exported")).all() == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_text_never_becomes_a_formula(lead, inside, start) -> None:
    name = f"{start}HYPERLINK(1)"
    with inside(), database.write() as session:
        session.get(Service, VISIT).name = name
    book = load_workbook(BytesIO(export(lead, reason=f"{start}cmd").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    named = book["未接待"]["A5"]
    assert (named.data_type, named.value.strip(), named.quotePrefix) == ("s", name.strip(), True)
    assert Counter(cell.data_type for cell in book["未接待"][5])["n"] >= 6
