"""A year's arrangement: typed as the notice says it or uploaded, whole or not at all."""

import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from portal.statutes import notices
from portal.statutes.notices import NoticeRefused, days_of, from_festivals, from_rows
from portal.statutes.sheets import MOST_BYTES, SheetRefused, rows_of
from portal.statutes.workdays import Calendar, Entry, from_chinesecalendar
from tests.statutes.arrangement import FESTIVALS, NOTICE, day, entries, table


def typed(**changes: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(name, *changes.get(name, (rest, work))) for name, rest, work in FESTIVALS]


def refused(festivals) -> list[str]:
    with pytest.raises(NoticeRefused) as problem:
        from_festivals(2027, NOTICE, festivals)
    return problem.value.problems


def test_the_words_of_a_notice_become_days():
    calendar = Calendar.of(entries())
    assert calendar.years == {2027}
    assert [calendar.is_workday(day(text)) for text in ("2027-02-12", "2027-02-13", "2027-02-14")] == [
        False,
        True,
        False,
    ]
    assert calendar.reason(day("2027-02-13")) == "春节调休上班"
    assert calendar.notice(day("2027-10-09")) == NOTICE
    assert len(entries()) == 33


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2月15日至17日", ["2027-02-15", "2027-02-16", "2027-02-17"]),
        ("2月28日—3月1日", ["2027-02-28", "2027-03-01"]),
        ("２月１５日（星期一）", ["2027-02-15"]),
        ("12月31日至1月1日", ["2026-12-31", "2027-01-01"]),
        ("2027.2.15、2027/2/17", ["2027-02-15", "2027-02-17"]),
        ("2027-02-15 至 2027-02-16", ["2027-02-15", "2027-02-16"]),
        ("2月14日和2月28日", ["2027-02-14", "2027-02-28"]),
        ("", []),
    ],
)
def test_phrases_of_days(text, days):
    assert days_of(text, 2027) == [day(each) for each in days]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2月30日", "不存在的日期"),
        ("春节期间", "不是日期"),
        ("2月15日至1日", "早于开始"),
        ("1月1日至12月31日", "超过 31 天"),
        ("2月15日至23", ""),
    ],
)
def test_what_is_no_day_is_said(text, sentence):
    if not sentence:
        assert len(days_of(text, 2027)) == 9
        return
    with pytest.raises(ValueError, match=sentence):
        days_of(text, 2027)


def test_two_festivals_may_share_their_rest_days_but_no_day_rests_and_is_worked():
    shared = from_festivals(2027, NOTICE, typed(中秋节=("10月1日", "")))
    assert next(entry.name for entry in shared if entry.day == date(2027, 10, 1)) == "中秋节、国庆节"
    assert refused(typed(元旦=("1月1日至3日", "1月2日"))) == [
        "元旦（上班）：2027-01-02（星期六）已在元旦（放假）写过，一天只能写一次。"
    ]


def test_a_weekday_is_no_worked_weekend_and_another_year_is_refused():
    assert refused(typed(端午节=("6月9日", "6月10日"))) == [
        "端午节（上班）：2027-06-10（星期四）本来就是工作日，不是调休上班。"
    ]
    [problem] = refused(typed(元旦=("2028年1月1日", "")))
    assert "2028-01-01（星期六）不在 2027 年" in problem
    assert date(2026, 12, 31) in {
        entry.day for entry in from_festivals(2027, NOTICE, typed(元旦=("12月31日至1月3日", "")))
    }


def test_a_notice_that_is_not_whole_is_none():
    assert refused(typed(端午节=("", ""))) == ["没有“端午节”的放假日，放假安排不完整。"]
    assert refused(typed(国庆节=("10月2日至7日", ""))) == ["2027 年 10 月 1 日（国庆节）不在放假日中，请核对。"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_same_as_csv_in_both_encodings(encoding):
    rows = rows_of("2027.csv", table().encode(encoding))
    assert from_rows(2027, NOTICE, rows) == entries()


def test_characters_that_no_database_keeps_are_left_out():
    assert rows_of("a.csv", "日期,春\x00\x07节\n".encode()) == [(1, ["日期", "春节"])]


def test_the_same_as_a_workbook_with_real_dates_and_a_column_of_last_days():
    book = Workbook()
    for cells in csv.reader(io.StringIO(table())):
        book.active.append(cells if cells[0] == "日期" else [datetime.fromisoformat(cells[0]), *cells[1:]])
    kept = io.BytesIO()
    book.save(kept)
    assert from_rows(2027, NOTICE, rows_of("a.XLSX", kept.getvalue())) == entries()
    ranged = [(1, ["日期", "结束日期", "类别", "名称"])]
    for name, rest, work in FESTIVALS:
        first, last = days_of(rest, 2027)[0], days_of(rest, 2027)[-1]
        ranged.append((len(ranged) + 1, [first.isoformat(), last.isoformat(), "放假", name]))
        ranged += [(len(ranged) + 1, [each.isoformat(), "", "上班", name]) for each in days_of(work, 2027)]
    assert from_rows(2027, NOTICE, ranged) == entries()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2027-02-30,放假,春节", "第 35 行：“2027-02-30”里有不存在的日期。"),
        ("2027-02-20,休假,春节", "第 35 行：类别“休假”不认识，应为“放假”或“上班”。"),
        ("2027-02-20,放假,", "第 35 行：没有节日名称。"),
        (",放假,春节", "第 35 行：没有日期。"),
        ("2027-02-05,放假,春节", "第 35 行：2027-02-05（星期五）已在第 6 行写过，一天只能写一次。"),
        ("2025-02-05,放假,春节", "第 35 行：2025-02-05（星期三）不在 2027 年（上一年 12 月可以写，须写全年月日）。"),
    ],
)
def test_a_broken_row_is_named_by_its_line(row, sentence):
    with pytest.raises(NoticeRefused) as problem:
        from_rows(2027, NOTICE, rows_of("a.csv", table(broken=row).encode()))
    assert problem.value.problems == [sentence]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "文件是空的"),
        ("a.txt", b"x", "请上传"),
        ("a.xlsx", b"no workbook", "不是可以读取的"),
        ("a.csv", b"\xff\xfe\xff", "读不出来"),
        ("a.csv", b'a\n"b', "第 2 行：CSV"),
        ("a.csv", b"x" * (MOST_BYTES + 1), "超过 1 MB"),
        ("a.csv", b"1,2\n" * 1001, "超过 1000 行"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(name, content, sentence):
    with pytest.raises(SheetRefused, match=sentence):
        rows_of(name, content)


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(NoticeRefused, match=r"第 1 行：表头缺少“类别”“名称”；找到的列：日期、甲"):
        from_rows(2027, NOTICE, rows_of("a.csv", "日期,甲\n".encode()))


def test_a_new_notice_takes_the_place_of_the_years_old_days_and_leaves_its_neighbours():
    first = notices.after(from_chinesecalendar(), 2027, entries())
    assert first.years == from_chinesecalendar().years | {2027}
    assert first.is_workday(date(2026, 10, 10))
    corrected = [entry for entry in entries() if entry.day != date(2027, 10, 9)]
    second = notices.after(first, 2027, [Entry(e.day, e.kind, e.name, "试〔2027〕2号") for e in corrected])
    assert not second.is_workday(date(2027, 10, 9))
    assert second.notice(date(2027, 10, 1)) == "试〔2027〕2号"


def test_december_days_that_the_next_years_notice_gave_stay():
    next_year = [Entry(date(2027, 12, 31), "rest", "元旦", "试〔2027〕9号")]
    held = Calendar.of([*entries(), *next_year])
    assert date(2027, 12, 31) in notices.after(held, 2027, entries()).entries
    assert notices.replaced(held.entries.values(), 2028) == set()
