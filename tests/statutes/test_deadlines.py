"""The answer given outside, what it refuses, and the sentences that explain a day."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from portal.statutes.deadlines import BadInput, ExtensionRefused, NotSetByLaw, UnknownRule, answer, due, rule, rules
from portal.statutes.workdays import Calendar, Entry, from_chinesecalendar

CALENDAR = from_chinesecalendar()


@pytest.mark.parametrize("key", rules())
@pytest.mark.parametrize("start", ["2026-02-12", "2026-11-23T10:30"])
def test_every_rule_answers(key, start):
    if rules()[key].amount is None:
        with pytest.raises(NotSetByLaw, match="没有规定"):
            answer(key, start)
        return
    found = json.loads(json.dumps(answer(key, start)))
    assert found["key"] == key
    assert found["verified"] is rules()[key].verified
    assert found["article"] == f"《{rules()[key].instrument}》{rules()[key].article}"
    assert 3 <= len(found["steps"]) <= 12
    assert ("未核" in "".join(found["steps"])) is not rules()[key].verified
    assert ("T" in found["effective_due"]) is (rules()[key].unit == "hour")


@pytest.mark.parametrize("key", [key for key, rule in rules().items() if rule.extension_amount])
def test_every_extension_reaches_its_cap_and_no_further(key):
    cap = rules()[key].extension_amount
    assert answer(key, "2026-01-05", extend=cap)["effective_due"] > answer(key, "2026-01-05")["effective_due"]
    with pytest.raises(ExtensionRefused, match="超过上限"):
        answer(key, "2026-01-05", extend=cap + 1)


def test_the_contract_of_the_answer():
    found = answer("petition.conclude", "2026-11-23", ["2026-12-01..2026-12-02"], 30)
    assert {name: found[name] for name in found if name != "steps"} == {
        "key": "petition.conclude",
        "natural_due": "2027-01-22",
        "effective_due": "2027-02-23",
        "internal_target": None,
        "provisional": True,
        "verified": True,
        "article": "《信访工作条例（2022）》第三十四条",
    }


@pytest.mark.parametrize(
    "start",
    [
        "",
        "明天",
        "2026-02-30",
        "20261123",
        "2026/11/23",
        "2026-11-23T25:00",
        "2026-11-23 10",
        "２０２６-11-23",
        "0000-01-01",
    ],
)
def test_a_start_that_is_no_day_is_refused(start):
    with pytest.raises(BadInput, match="不是有效日期"):
        answer("petition.conclude", start)


@pytest.mark.parametrize(
    ("pause", "complaint"),
    [
        ("2026-12-02..2026-12-01", "止日2026-12-01早于起日2026-12-02"),
        ("2026-12-01", "起止日期"),
        ("2026-12-01..", "起止日期"),
        ("..2026-12-01", "起止日期"),
        ("2026-12-01..2026-12-32", "起止日期"),
        ("2026-12-01...2026-12-03", "起止日期"),
        ("0001-01-01..9999-12-31", "超出可以计算的范围"),
    ],
)
@pytest.mark.parametrize(
    "key", ["petition.conclude", "petition.objection", "labour.limitation", "legal_aid.custody_forward"]
)
def test_a_pause_that_cannot_be_counted_is_refused(key, pause, complaint):
    with pytest.raises(BadInput, match=complaint):
        answer(key, "2026-11-23T08:00", [pause])


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("petition.conclude", "9999-12-01"),
        ("petition.objection", "9999-12-31"),
        ("labour.limitation", "9999-01-01"),
        ("labour.hearing_notice", "0001-01-02"),
        ("legal_aid.custody_forward", "9999-12-31T12:00"),
    ],
)
def test_a_result_beyond_all_years_is_refused(key, start):
    with pytest.raises(BadInput, match="超出可以计算的范围"):
        answer(key, start)


@pytest.mark.parametrize(
    ("key", "extend", "complaint"),
    [
        ("petition.conclude", -1, "不能是负数"),
        ("petition.conclude", 200, "规定合计不超过30日"),
        ("petition.objection", 1, "没有规定可以延长的数字"),
        ("court_link.entrusted_before_filing", 1, "双方当事人同意延长"),
    ],
)
def test_an_extension_the_law_does_not_give_is_refused(key, extend, complaint):
    with pytest.raises(ExtensionRefused, match=complaint):
        answer(key, "2026-11-23", extend=extend)


@pytest.mark.parametrize("extend", ["30", 1.5, True, None])
def test_an_extension_that_is_no_whole_number_is_refused(extend):
    with pytest.raises(BadInput, match="须是整数"):
        answer("petition.conclude", "2026-11-23", extend=extend)


def test_an_unknown_key_and_a_missing_number_are_named_before_anything_else():
    with pytest.raises(UnknownRule, match=r"petition\.tea"):
        answer("petition.tea", "不是日期")
    with pytest.raises(NotSetByLaw, match="社会救助法"):
        answer("relief.process", "不是日期", ["x"], -5)
    assert NotSetByLaw.code == "not_set_by_law"


def test_hours_need_a_moment_and_a_bare_day_runs_from_midnight():
    found = answer("legal_aid.custody_forward", "2026-11-23")
    assert found["effective_due"] == "2026-11-24T00:00:00+08:00"
    assert "没有写时刻" in found["steps"][0]
    assert "没有写时刻" not in answer("legal_aid.custody_forward", "2026-11-23T00:00")["steps"][0]
    for start in (date(2026, 11, 23), datetime(2026, 11, 23, 10)):
        with pytest.raises(BadInput, match="时刻和时区"):
            due(rule("legal_aid.custody_forward"), start, CALENDAR)
    with pytest.raises(BadInput, match="没有时区"):
        due(rule("petition.conclude"), datetime(2026, 11, 23, 10), CALENDAR)


def test_the_steps_of_a_working_day_count_name_every_day():
    told = answer("petition.objection", "2026-02-12")["steps"]
    assert "2026-02-12（周四）是起算日，开始的当日不计入，自2026-02-13（周五）起计算。" in told
    assert "第2个工作日2026-02-14（周六，春节调休上班）" in told[2]
    assert "第5个工作日2026-02-26（周四）" in told[2]
    assert "放假不计（国务院办公厅年度放假通知）：春节2026-02-15至2026-02-23。" in told


def test_the_steps_of_a_long_count_stay_few_and_name_weekends_and_holidays():
    told = answer("labour.inspection_conclude", "2026-01-20", ["2026-03-02..2026-03-03"], 30)["steps"]
    whole = "".join(told)
    assert len(told) <= 12
    for part in (
        "周末不计：2026-01-24至2026-01-25",
        "春节2026-02-15至2026-02-23",
        "清明节2026-04-04至2026-04-06",
        "调休上班",
        "在期限内的2天不计",
        "延长30个工作日",
    ):
        assert part in whole


def test_the_steps_say_why_the_last_day_moved_or_stayed():
    def told(key, start):
        return "".join(answer(key, start)["steps"])

    assert "逢国庆节，顺延到休息日结束后的2026-10-08（周四）" in told("labour.sue_non_final", "2026-09-16")
    assert "2026-02-14（周六）是春节调休上班日，不顺延" in told("labour.sue_non_final", "2026-01-30")
    assert "逢国庆节；本期限不因休息日顺延" in told("petition.dispatch", "2026-09-16")
    assert "没有对应日，以该月末日2025-02-28" in told("labour.limitation", "2024-02-29")
    assert "2027年的放假安排不在已公布的日历内" in told("petition.conclude", "2026-11-23")
    assert "自2026-11-17（周二）起，距届满不足7日" in told("legal_aid.provide_first_threshold", "2026-11-23")
    assert "起算日早于该规定的施行日2022-05-01" in told("petition.conclude", "2022-04-30")
    assert "施行日" not in told("petition.conclude", "2022-05-01")


def test_the_steps_name_pauses_inside_and_outside():
    assert "最后一日由2026-10-20（周二）推到2026-10-27（周二）" in "".join(
        answer("petition.rereview_decide", "2026-09-20", ["2026-10-01..2026-10-07"])["steps"]
    )
    weekend = "".join(answer("petition.objection", "2026-11-16", ["2026-11-21..2026-11-22"])["steps"])
    assert "在期限内的2天不计。" in weekend
    assert "推到" not in weekend
    assert "不在期限内" in "".join(
        answer("petition.rereview_decide", "2026-09-20", ["2026-10-21..2026-10-25"])["steps"]
    )


def test_the_notice_of_a_typed_year_is_named():
    notice = "国办发明电〔2026〕9号"
    typed = [Entry(date(2027, 1, 1), "rest", "元旦", notice), Entry(date(2027, 10, 1), "rest", "国庆节", notice)]
    calendar = Calendar.of([*CALENDAR.entries.values(), *typed])
    found = answer("petition.objection", "2026-12-25", calendar=calendar)
    assert (found["effective_due"], found["provisional"]) == ("2027-01-04", False)
    assert f"元旦2027-01-01({notice})" in "".join(found["steps"])


def test_a_repealed_rule_says_so():
    repealed = replace(rule("petition.conclude"), valid_to=date(2026, 1, 1))
    assert "晚于该规定的失效日2026-01-01" in "".join(due(repealed, date(2026, 1, 2), CALENDAR).steps)


def test_months_extend_from_the_start_not_from_the_shortened_end():
    monthly = replace(
        rule("mediation.usual_term"), extension_amount=1, extension_unit="month", extension_needs="双方同意"
    )
    assert due(monthly, date(2026, 1, 31), CALENDAR, extension=1).effective_due == date(2026, 3, 31)
    daily = replace(monthly, extension_unit="working_day")
    assert due(daily, date(2026, 1, 31), CALENDAR, extension=1).effective_due == date(2026, 3, 2)
