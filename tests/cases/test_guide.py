"""The guide of 第三十一条 at the window: asked in order, recorded without a clock, printed, decided later by the handling organ."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.cases import guide, registry
from portal.cases.models import Clock, Proceeding
from portal.trail.queries import entries, verify
from tests.cases.desk import case_of, clerk, counted, founded, html, post, registered

__all__ = ["clerk", "founded"]
NO = {code: "no" for code in ("one", "two", "three", "four", "five")}
LABOUR = {"one": "no", "two": "yes", "way": "labour"}
SIX = NO | {"six": "yes"}


@pytest.fixture
def number(founded: Flask) -> str:
    """A demand for redress."""
    return registered(founded)


def advice_of(inside: Callable, number: str) -> list[dict]:
    with inside() as session:
        chain = f"case:{case_of(session, number).id}"
        return [entry.data for entry in entries(session, chain, kinds=("case.advised",))]


def legends(page) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.select("#guide legend")]


@pytest.mark.parametrize("path", ["one", "two", "three", "four", "five", "six"])
def test_walking_stops_at_the_first_yes(app: Flask, path: str) -> None:
    questions = registry.platform("petition").guide
    codes = [each.code for each in questions]
    answers = {code: "no" for code in codes[: codes.index(path)]} | {path: "yes"}
    walk = guide.walk(questions, answers | {"six": "yes"})
    assert walk.found.code == path
    assert [each.code for each in walk.asked + walk.later] == codes
    assert walk.asked[-1].code == path


def test_a_gap_stops_the_walk_and_six_noes_lead_nowhere(app: Flask) -> None:
    questions = registry.platform("petition").guide
    walk = guide.walk(questions, {"one": "no", "three": "yes"})
    assert (walk.found, walk.asked[-1].code) == (None, "two")
    assert guide.walk(questions, {"one": "<b>"}).asked[-1].code == "one"
    assert guide.walk(questions, NO | {"six": "no"}).lost
    assert guide.walk(questions, LABOUR | {"way": "civil"}).way is None, "a procedure of another question"


def test_a_citizen_is_told_only_periods_of_the_table_and_only_verified_ones(app: Flask) -> None:
    told = {way.code: guide.limits(way) for question in registry.platform("petition").guide for way in question.ways}
    assert "60 日内（《行政复议法（2023）》第二十条）" in told["reconsideration"][0]
    assert "1 年内（《劳动争议调解仲裁法》第二十七条第一款）" in told["labour"][0]
    assert told["criminal"] == told["party"] == ()


def test_the_page_asks_one_question_after_the_other(clerk: FlaskClient, number: str) -> None:
    case = html(clerk.get(f"/cases/{number}"))
    address = case.select_one("#case-actions a[href$='/guide']")["href"]
    first = html(clerk.get(address))
    assert len(legends(first)) == 1
    assert first.select_one("#guide form[method=get] button[type=submit]"), "it works without JavaScript"
    second = clerk.get(address, query_string={"one": "no"}, headers={"HX-Request": "true"})
    part = html(second)
    assert part.find(True)["id"] == "guide"
    assert len(legends(part)) == 2
    assert part.select_one('[data-focus][name="two"]'), "the keyboard goes on at the next question"
    found = html(clerk.get(address, query_string={"one": "no", "two": "yes"}))
    assert "建议的程序" in legends(found)
    result = html(clerk.get(address, query_string=LABOUR)).select_one("#guide [role=status]").get_text()
    for said in ("劳动人事争议仲裁委员会", "第三十一条第二项", "1 年内", "仲裁申请书"):
        assert said in result
    silent = html(clerk.get(address, query_string={"one": "yes", "way": "criminal"}))
    assert "没有记载" in silent.select_one("#guide [role=status]").get_text()
    assert "请核对" in html(clerk.get(address, query_string=NO | {"six": "no"})).select_one("#guide").get_text()


def test_advice_is_an_event_and_starts_no_clock(clerk: FlaskClient, number: str, inside: Callable) -> None:
    with inside() as session:
        before = set(session.scalars(select(Clock.id)))
    answer = post(clerk, f"/cases/{number}/guide", **LABOUR, remark="带上工资条，电话13800138001")
    assert answer.headers["Location"] == f"/cases/{number}/guide"
    assert advice_of(inside, number) == [{"platform": "petition", "path": "two", "way": "labour"}]
    with inside() as session:
        assert set(session.scalars(select(Clock.id))) == before
        proceeding = session.scalar(select(Proceeding))
        assert (proceeding.state, proceeding.version, proceeding.data["first_advice"]) == ("registered", 1, "two")
        assert verify(session) == []
    shown = html(clerk.get(f"/cases/{number}"))
    assert "初步分流建议（不起算期限）" in shown.select_one("#timeline").get_text()
    assert "13800138001" not in shown.get_text()
    post(clerk, f"/cases/{number}/guide", **LABOUR, remark="带上工资条，电话13800138001")
    post(clerk, f"/cases/{number}/guide", **SIX)
    assert [each["path"] for each in advice_of(inside, number)][-1] == "six"


def test_the_same_advice_said_again_is_written_once(clerk: FlaskClient, number: str, inside: Callable) -> None:
    for _ in range(2):
        post(clerk, f"/cases/{number}/guide", **LABOUR, remark="")
    assert len(advice_of(inside, number)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "从第一问起"),
        ({"two": "yes", "way": "labour"}, "从第一问起"),
        ({"one": "no", "two": "yes"}, "请选择建议的程序"),
        (LABOUR | {"remark": "长" * 301}, "最多300字"),
    ],
)
def test_an_unfinished_guide_is_not_recorded(
    clerk: FlaskClient, number: str, inside: Callable, given: dict, said: str
) -> None:
    answer = post(clerk, f"/cases/{number}/guide", **given)
    assert answer.status_code == 422
    assert said in html(answer).select_one("#guide .error-summary").get_text()
    assert advice_of(inside, number) == []


def test_the_sheet_is_printed_and_its_printing_recorded(clerk: FlaskClient, number: str) -> None:
    assert clerk.get(f"/cases/{number}/guide/print").status_code == 404, "nothing was advised yet"
    assert post(clerk, f"/cases/{number}/guide/printed").status_code == 404
    post(clerk, f"/cases/{number}/guide", **LABOUR, remark="先去一楼西区领申请书")
    sheet = html(clerk.get(f"/cases/{number}/guide/print"))
    text = sheet.select_one("main.paper").get_text()
    for said in (
        "劳动人事争议仲裁",
        "第三十一条第二项",
        "1 年内",
        "仲裁申请书",
        "不起算任何办理期限",
        "先去一楼西区领申请书",
    ):
        assert said in text
    assert "paper-large" in sheet.body["class"]
    answer = post(clerk, f"/cases/{number}/guide/printed")
    assert answer.headers["Location"] == f"/cases/{number}/guide/print?printing=1"
    assert html(clerk.get(answer.headers["Location"])).body.has_attr("data-autoprint")
    assert "打印初步分流建议" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()


def test_the_handling_organ_decides_after_it_has_told_the_petitioner(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    post(clerk, f"/cases/{number}/guide", **LABOUR)
    assert "登记办理机关的决定" not in clerk.get(f"/cases/{number}/guide").get_data(as_text=True)
    with inside() as session:
        steps = f"/cases/{number}/proceedings/{session.scalar(select(Proceeding.id))}/steps"
    post(clerk, f"{steps}/refer", version="1", unit="县局")
    post(clerk, f"{steps}/receive", version="2", received_on="2026-11-23", proof="receipt")
    post(clerk, f"{steps}/notify", version="3", notified_on="2026-11-23", notified_how="spot")
    link = html(clerk.get(f"/cases/{number}/guide")).select_one('#advice a[href*="/steps/lead_in"]')["href"]
    form = html(clerk.get(link))
    assert form.select_one("input[name=path][checked]")["value"] == "two", (
        "the advice is the first choice, not the decision"
    )
    assert form.select_one("select[name=led_way] option[selected]")["value"] == "two.labour"
    assert "劳动人事争议仲裁委员会" in form.select_one("[name=led_to]")["value"]
    assert "1 年内（《劳动争议调解仲裁法》第二十七条第一款）" in form.select_one("[name=limits_told]")["value"]
    assert "60 日内（《行政复议法（2023）》第二十条）" in form.select_one("main details").get_text()
    decided = {"led_to": "县法院", "limits_told": "三年"}
    form = {
        "version": form.select_one("input[name=version]")["value"],
        "csrf_token": form.select_one("input[name=csrf_token]")["value"],
    }
    other = clerk.post(link, data=form | decided | {"path": "one", "led_way": "two.labour"})
    assert "不属于所选的处理途径" in html(other).select_one(".error-summary").get_text()
    assert clerk.post(link, data=form | decided | {"path": "one", "led_way": "one.civil"}).status_code == 303
    with inside() as session:
        proceeding = session.scalar(select(Proceeding))
        assert (proceeding.state, proceeding.data["path"], proceeding.data["first_advice"]) == ("led_in", "one", "two")
    assert clerk.get(f"/cases/{number}/guide").status_code == 404, "nothing is left to lead anywhere"


@pytest.mark.parametrize("purpose", ["suggestion", "accusation", "inquiry"])
def test_only_a_demand_for_redress_is_guided(founded: Flask, clerk: FlaskClient, purpose: str) -> None:
    number = registered(founded, purpose=purpose)
    assert f"{number}/guide" not in clerk.get(f"/cases/{number}").get_data(as_text=True)
    assert clerk.get(f"/cases/{number}/guide").status_code == 404
    assert post(clerk, f"/cases/{number}/guide", **LABOUR).status_code == 404


def test_strangers_and_the_recused_advise_nobody(
    clerk: FlaskClient, number: str, sign_in: Callable, inside: Callable
) -> None:
    assert sign_in("mediator").get(f"/cases/{number}/guide").status_code == 404
    assert sign_in("supervisor").get(f"/cases/{number}/guide").status_code == 403
    post(clerk, f"/cases/{number}/recusal", interest="信访人是我表弟")
    answer = post(clerk, f"/cases/{number}/guide", **LABOUR)
    assert answer.status_code == 422
    assert "回避" in html(answer).select_one("#guide .error-summary").get_text()
    assert advice_of(inside, number) == []


def test_the_page_costs_a_fixed_number_of_queries(founded: Flask, clerk: FlaskClient, number: str) -> None:
    address = f"/cases/{number}/guide?one=no&two=yes&way=labour"
    clerk.get(address)
    with counted(founded) as once:
        answer = clerk.get(address)
    assert len(answer.data) < 60_000
    for way in ("labour", "agreed", "labour", "agreed"):
        post(clerk, f"/cases/{number}/guide", **LABOUR | {"way": way})
    with counted(founded) as again:
        clerk.get(address)
    assert len(again) <= len(once) <= 12
