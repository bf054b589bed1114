"""The table of rules and what its loader refuses."""

import csv
import io
from datetime import date

import pytest

from portal.statutes import table
from portal.statutes.errors import DeadlineTableError

GOOD = {
    "key": "petition.trial", "platform": "信访接处", "binds": "office", "rolls_forward": "no", "step": "试", "starts_at": "收到之日",
    "amount": "9", "unit": "calendar_day", "extension_amount": "3", "extension_unit": "calendar_day", "extension_needs": "负责人批准",
    "on_overdue": "", "instrument": "试行条例", "article": "第九条", "verified": "yes", "note": "含\"引号\"，和逗号",
    "valid_from": "2022-05-01", "valid_to": "",
}  # fmt: skip


def _text(*rows, columns=table.COLUMNS):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in table.COLUMNS] for row in rows)
    return out.getvalue()


def test_a_good_row_becomes_a_typed_rule():
    rule = table.parse(_text(GOOD))["petition.trial"]
    assert (rule.amount, rule.extension_amount, rule.rolls_forward, rule.verified) == (9, 3, False, True)
    assert (rule.valid_from, rule.valid_to) == (date(2022, 5, 1), None)
    assert (rule.note, rule.citation, rule.backward) == ('含"引号"，和逗号', "《试行条例》第九条", False)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"unit": "week"}, "单位“week”不认识"),
        ({"unit": ""}, "没有单位"),
        ({"extension_unit": "fortnight"}, "延长单位“fortnight”不认识"),
        ({"extension_unit": ""}, "没有单位"),
        ({"extension_needs": ""}, "没有写明延长的条件"),
        ({"amount": ""}, "不能延长"),
        ({"extension_unit": "hour"}, "不能混合"),
        ({"starts_at": "开庭日（倒数）"}, "不能延长"),
        ({"starts_at": "开庭日（倒数）", "extension_amount": "", "rolls_forward": "yes"}, "不能顺延"),
        ({"amount": "-9"}, "不是正整数"),
        ({"amount": "0"}, "不是正整数"),
        ({"amount": "九"}, "不是正整数"),
        ({"amount": "１５"}, "不是正整数"),
        ({"amount": "1.5"}, "不是正整数"),
        ({"extension_amount": "-3"}, "不是正整数"),
        ({"binds": "citizen"}, "约束对象“citizen”不认识"),
        ({"instrument": " "}, "没有写明法律文件"),
        ({"article": ""}, "没有写明条文"),
        ({"verified": "maybe"}, "应为 yes 或 no"),
        ({"rolls_forward": ""}, "应为 yes 或 no"),
        ({"amount": "10000"}, "过大，请核对"),
        ({"valid_from": "0001-01-01"}, "施行日早于 1949 年"),
        ({"valid_from": "2022-02-30"}, "不是有效日期"),
        ({"valid_to": "2021-01-01"}, "失效日早于施行日"),
    ],
)
def test_a_broken_row_is_refused_by_line_and_key(change, complaint):
    with pytest.raises(DeadlineTableError, match=complaint) as refused:
        table.parse(_text(GOOD | {"key": "petition.first", "note": "两\n行"}, GOOD | change))
    assert "第 4 行 petition.trial" in str(refused.value)  # the first row takes two lines


def test_a_duplicate_key_is_refused():
    with pytest.raises(DeadlineTableError, match=r"第 3 行 petition\.trial：键重复"):
        table.parse(_text(GOOD, GOOD))


def test_a_key_may_have_versions_one_after_the_other_in_any_order():
    old, new = GOOD | {"valid_to": "2026-12-31"}, GOOD | {"valid_from": "2027-01-01", "amount": "20"}
    text = _text(new, old)
    assert [rule.amount for rule in table.parse_versions(text)["petition.trial"]] == [9, 20]
    assert table.parse(text)["petition.trial"].version == "2027-01-01"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"valid_from": "2027-01-01"}),
        ({"valid_to": "2027-01-01"}, {"valid_from": "2027-01-01"}),
        ({"valid_from": ""}, {"valid_from": "2020-01-01", "valid_to": "2021-01-01"}),
        ({"valid_from": "2023-01-01"}, {"valid_to": ""}),
    ],
)
def test_versions_that_are_valid_on_one_day_are_refused(first, second):
    with pytest.raises(DeadlineTableError, match=r"第 3 行 petition\.trial：键重复，有效期与第 2 行重叠"):
        table.parse(_text(GOOD | first, GOOD | second))


def test_a_rule_is_written_as_the_row_that_gives_it():
    for versions in table.rule_versions().values():
        for rule in versions:
            assert table.from_cells(table.cells_of(rule)) == rule


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "第 1 行：表头"),
        (_text(GOOD, columns=table.COLUMNS[::-1]), "第 1 行：表头"),
        (_text() + "petition.short,信访接处\n", "第 2 行 petition.short：应有 18 列，实有 2 列"),
        (_text(GOOD | {"key": ""}), r"第 2 行 .*没有键"),
        (_text() + '"petition.open', "第 2 行：CSV 格式有误"),
    ],
)
def test_a_broken_file_is_refused(text, complaint):
    with pytest.raises(DeadlineTableError, match=complaint):
        table.parse(text)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "deadlines.csv"
    path.write_bytes(_text(GOOD).encode("gb18030"))
    with pytest.raises(DeadlineTableError, match="UTF-8"):
        table.load(path)


def test_a_file_saved_by_a_spreadsheet_with_a_byte_order_mark_loads(tmp_path):
    path = tmp_path / "deadlines.csv"
    path.write_text(_text(GOOD), encoding="utf-8-sig")
    assert list(table.load(path)) == ["petition.trial"]


def test_the_portals_own_table():
    rules = table.rules()
    assert len(rules) == 97
    assert {key for key, rule in rules.items() if rule.backward} == {
        "labour.hearing_notice", "labour.hearing_postponement", "legal_aid.provide_first_threshold",
    }  # fmt: skip
    assert not [
        key
        for key, rule in rules.items()
        if key.startswith("petition.") and rule.binds == "office" and rule.rolls_forward
    ]
    assert rules["petition.conclude"].valid_from == date(2022, 5, 1)
    assert rules["relief.process"].valid_from == date(2026, 7, 1)
    assert rules["court_link.confirmation_request"].valid_from is None
    assert rules["petition.report_back"].amount is None


def test_the_cached_table_cannot_be_changed():
    with pytest.raises(TypeError):
        table.rules()["petition.conclude"] = None
