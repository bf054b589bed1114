"""Reading letters from spreadsheets as messy as they come."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portal.cases import importing
from portal.cases.importing import ImportRefused, Receipt, Row

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEADERS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
GOOD = {"number": 188006, "name": "A00010", "subject": "噪音", "received_at": "2019/2/28 8:00", "facts": "夜间施工"}


def sheet(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def plan(**cells: Any) -> importing.RowPlan:
    return importing.check(Row(2, {**GOOD, **cells}), NOW)


def test_rows_are_read_by_their_headers_wherever_these_stand(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "a.xlsx",
        ("运城市信访来信登记表",),
        (),
        ("反对数", " 来信时间 ", "信访内容*", "标\u00a0题", "姓名：", "联系电话（手机）", "编号"),
        (0, "2019/2/28 8:00", "夜间\n\t施工", "噪音", "吕某", 13812345678, 7),
        (None, None, "  \n\t", None, None, None, None),
        (0, "2019/3/1", "停水", "供水", "王某", None, 8),
    )
    heading = importing.read_heading(path)
    assert heading.line == 3
    assert heading.ignored == ["反对数"]
    assert {key: header for key, (_at, header) in heading.found.items()} == {
        "received_at": "来信时间",
        "facts": "信访内容",
        "subject": "标题",
        "name": "姓名",
        "phone": "联系电话",
        "number": "编号",
    }
    rows = list(importing.read_rows(path))
    assert [row.line for row in rows] == [4, 6]
    assert importing.count_rows(path) == 2
    values = importing.check(rows[0], NOW).values
    assert (values["phone"], values["number"], values["facts"]) == ("13812345678", "7", "夜间\n施工")


def test_a_file_without_the_needed_columns_is_refused_naming_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"需要“留言详情”.*“留言时间”.*找到的列：一级分类、二级分类"):
        importing.read_rows(sheet(tmp_path / "a.xlsx", ("一级分类", "二级分类"), ("城乡建设", "噪音")))
    with pytest.raises(ImportRefused, match="找到的列：无"):
        importing.read_rows(sheet(tmp_path / "b.xlsx"))


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("编号，内容", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("readme.txt", "not a workbook")
    (tmp_path / "c.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "d.xlsx").write_bytes(b"")
    for name in ("a.xlsx", "b.xlsx", "c.xls", "d.xlsx"):
        with pytest.raises(ImportRefused, match=f"“{name}”不是可以读取的"):
            importing.read_rows(tmp_path / name)
    with pytest.raises(ImportRefused, match="不是可以读取的"):
        importing.read_rows(tmp_path)
    with pytest.raises(ImportRefused, match=r"找不到文件“e\.xlsx”"):
        importing.read_rows(tmp_path / "e.xlsx")


def test_a_sheet_that_breaks_off_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    whole = sheet(tmp_path / "whole.xlsx", HEADERS, *((number, "甲", "题", "2019/2/28", "文") for number in range(50)))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(item, content[: len(content) * 2 // 3] if "sheet1" in item.filename else content)
    with pytest.raises(ImportRefused, match="已损坏"):
        list(importing.read_rows(tmp_path / "cut.xlsx"))


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2019/2/28 8:00", "2019-02-28T00:00:00"),
        ("2020-01-06 21:41:04", "2020-01-06T13:41:04"),
        ("2020-01-06T21:41:04.000", "2020-01-06T13:41:04"),
        ("2019.2.28", "2019-02-27T16:00:00"),
        ("20190228", "2019-02-27T16:00:00"),
        (20190228, "2019-02-27T16:00:00"),
        ("2019年2月28日 8时5分", "2019-02-28T00:05:00"),
        ("\u00a0２０１９／２／２８　８：００\t", "2019-02-28T00:00:00"),
        (datetime(2019, 2, 28, 8, 0), "2019-02-28T00:00:00"),
        (43524.5, "2019-02-28T04:00:00"),
        (43524, "2019-02-27T16:00:00"),
    ],
)
def test_moments_are_the_halls_wall_clock(cell: Any, utc: str) -> None:
    assert importing.moment(cell) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", [None, "", "不详", "2026-02-30", "2019/13/1", "2019/2/28 25:00", True, 7, -1, 1e300, "28/2/2019"]
)
def test_what_is_no_moment_is_none(cell: Any) -> None:
    assert importing.moment(cell) is None


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"facts": "\n\t\u00a0"}, "内容为空"),
        ({"received_at": None}, "没有留言时间"),
        ({"received_at": "2026-02-30"}, "留言时间“2026-02-30”不是存在的日期时间"),
        ({"received_at": "2026-11-24"}, "晚于现在"),
        ({"received_at": "1019/2/28"}, "过早"),
    ],
)
def test_a_row_is_refused_with_its_reason(cells: dict[str, Any], said: str) -> None:
    refused = plan(**cells)
    assert not refused.ok
    assert said in "".join(refused.problems)


def test_personal_data_that_is_missing_or_wrong_never_refuses_a_letter() -> None:
    accepted = plan(name=None, phone="123", id_number="110105194912310021", address=None)
    assert accepted.ok
    assert accepted.values["phone"] is None
    assert accepted.values["id_number"] is None
    notes = "".join(accepted.notes)
    assert "没有姓名" in notes
    assert "电话没有录入" in notes
    assert "身份证号没有录入：身份证号码校验位不对" in notes
    assert "123" not in notes.replace("手机号码应为 11 位，现在是 3 位", "")


def test_right_personal_data_is_normalised() -> None:
    values = plan(
        phone="138-1234 5678", id_number="11010519491231002x", address="盐湖区 １号", demand="退款\n\n赔偿"
    ).values
    assert values["phone"] == "13812345678"
    assert values["id_number"] == "11010519491231002X"
    assert values["address"] == "盐湖区1号"
    assert values["demands"] == ["退款", "赔偿"]


def test_texts_are_cleaned_and_long_subjects_kept_whole_in_the_facts() -> None:
    cleaned = plan(facts="\n\t\t\n\u00a0 一\u3000\t二 \r\n\n\n三_x000D_\n\x00四\n", subject=" 噪\n音 ")
    assert cleaned.values["facts"] == "一 二\n三\n四"
    assert cleaned.values["subject"] == "噪 音"
    long = plan(subject="噪" * 300)
    assert long.ok
    assert long.values["subject"] == "噪" * 199 + "…"
    assert long.values["facts"] == "噪" * 300 + "\n夜间施工"
    assert "超过 200 字" in long.notes[0]


def test_a_letter_without_subject_takes_the_beginning_of_its_text() -> None:
    assert plan(subject=None, facts="夜间施工。请处理").values["subject"] == "夜间施工"
    assert plan(subject=" ", facts="长" * 100).values["subject"] == "长" * 39 + "…"


def test_a_letter_is_known_again_by_its_number_or_by_all_it_says() -> None:
    assert plan().values["source_key"] == "import:188006"
    assert plan(number="188006 ").values["source_key"] == "import:188006"
    assert plan(number=188006.0).values["source_key"] == "import:188006"
    unnumbered = plan(number=None).values["source_key"]
    assert plan(number=" ").values["source_key"] == unnumbered
    changes = {"name": "B", "subject": "别", "facts": "别", "received_at": "2019/2/28 8:01"}
    keys = {plan(number=None, **{field: value}).values["source_key"] for field, value in changes.items()}
    assert len(keys | {unnumbered}) == 5
    assert plan(number="9" * 200).values["source_key"] not in (unnumbered, "import:" + "9" * 200)
    assert all(len(key) <= 80 for key in keys)


def _carry_out(rows: list[Row], **options: Any) -> tuple[Receipt, list[list[str]]]:
    file = io.StringIO(newline="")
    receipt = importing.carry_out(rows, NOW, Receipt(file), **options)
    return receipt, list(csv.reader(io.StringIO(file.getvalue(), newline="")))


def test_every_row_gets_its_line_in_the_receipt() -> None:
    known: dict[str, str] = {}

    def register(values: dict[str, Any]) -> tuple[str, bool]:
        new = values["source_key"] not in known
        return known.setdefault(values["source_key"], f"YC-2026-{len(known) + 1:06d}"), new

    done: list[int] = []
    rows = [
        Row(2, GOOD),
        Row(3, {**GOOD, "facts": ""}),
        Row(4, {**GOOD, "subject": "同号"}),
        Row(5, {**GOOD, "number": 2}),
        Row(6, {**GOOD, "received_at": "2026-02-30"}),
        Row(7, {**GOOD, "received_at": "2026-02-31"}),
    ]
    receipt, lines = _carry_out(rows, register=register, progress=done.append)
    assert lines[0] == ["行号", "编号", "主题", "结果", "案件编号", "说明"]
    assert [(line[0], line[3], line[4]) for line in lines[1:]] == [
        ("2", "已登记", "YC-2026-000001"),
        ("3", "拒绝", ""),
        ("4", "已存在", "YC-2026-000001"),
        ("5", "已登记", "YC-2026-000002"),
        ("6", "拒绝", ""),
        ("7", "拒绝", ""),
    ]
    assert lines[2][5] == "内容为空"
    assert done == [1, 2, 3, 4, 5, 6]
    assert receipt.summary() == "已登记 2 件；已存在 1 件；拒绝 3 件（留言时间不是存在的日期时间 2，内容为空 1）"


def test_a_dry_run_registers_nothing() -> None:
    receipt, lines = _carry_out([Row(2, GOOD), Row(3, {})], register=None)
    assert [line[3] for line in lines[1:]] == ["可登记", "拒绝"]
    assert receipt.summary().startswith("可登记 1 件；拒绝 1 件")


def test_the_receipt_opens_in_a_spreadsheet_without_running_or_disclosing_anything(tmp_path: Path) -> None:
    path = tmp_path / "receipt.csv"
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        row = Row(2, {**GOOD, "number": "=1+1", "subject": "@请打13812345678"})
        importing.carry_out([row], NOW, Receipt(file), register=None)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    text = path.read_text(encoding="utf-8-sig")
    assert "'=1+1,'@请打138****5678" in text


def test_a_real_collection_is_read_to_its_last_row(tmp_path: Path) -> None:
    """Four thousand rows as a city publishes them: tabs around each text, three kinds of dates, numbers as numbers."""
    kinds = ("2019/2/28 11:25:05", datetime(2020, 1, 6, 21, 41, 4), "2019/12/1 8:00")
    rows = [
        (188000 + n, f"A{n:08d}", f"A{n % 9}区噪音{n}", kinds[n % 3], f"\n\t\t\t\n\t\t\t反映{n}\u00a0。\n\t\t\t", 0, 1)
        for n in range(4000)
    ]
    path = sheet(tmp_path / "a.xlsx", (*HEADERS, "反对数", "点赞数"), *rows)
    receipt, lines = _carry_out(list(importing.read_rows(path)), register=lambda values: (values["number"], True))
    assert receipt.counts == {"已登记": 4000}
    assert [line[4] for line in lines[1:]] == [str(number) for number, *_rest in rows]
