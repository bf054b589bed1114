"""What a visitor takes home: what was promised, what came of it, what may still be done, and what the paper is called."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import database
from portal.access.permissions import Role
from portal.cases import operations
from portal.cases.models import Case, Clock, Demand, Proceeding
from portal.documents.codes import grouped
from portal.organisation.models import Centre
from tests.documents.test_papers import Desk, desk, read, register
from tests.staff import MONDAY, hire

__all__ = ["desk", "read"]

ROOT = Path(__file__).resolve().parents[2] / "portal"
TEXTS = (
    *sorted((ROOT / "documents").glob("*.py")),
    *sorted((ROOT / "templates" / "documents").glob("*.html")),
    *sorted((ROOT / "templates" / "enquiry").glob("*.html")),
    ROOT / "templates" / "queue" / "slip.html",
    ROOT / "templates" / "queue" / "_slip.html",
    *sorted((ROOT / "templates" / "kiosk").glob("*.html")),
    ROOT / "queue" / "kiosk.py",
    ROOT / "queue" / "views" / "kiosk.py",
    ROOT / "queue" / "enquiry.py",
    ROOT / "queue" / "views" / "enquiry.py",
)
PROMISE = "十一月二十七日前把欠款数额核清"


def contact(desk: Desk, *, promise: str = PROMISE, on: date | None = date(2026, 11, 27), settled: bool = False) -> None:
    """A telephone call in front of the visitor."""
    with database.write() as session:
        case = session.scalars(select(Case)).one()
        made = operations.record_contact(session, desk.clerk, case, unit_id=None, unit_name="平陆县人民政府",
                                         answered_by="信访室贾某", said="正在核对", promise=promise, promised_by="副县长郑某",
                                         promised_on=on, at=MONDAY)  # fmt: skip
        if settled:
            operations.settle_contact(session, desk.clerk, made.id, how="kept", remark="", at=MONDAY)


def close(*, score: str = "") -> None:
    """End the case with its results, as it stands in the record once closed."""
    with database.write() as session:
        case = session.scalars(select(Case)).one()
        case.closed_at, case.state = MONDAY + timedelta(days=1), "closed"
        for proceeding in session.scalars(select(Proceeding)):
            proceeding.closed_at = case.closed_at
        first, second, _third = session.scalars(select(Demand).order_by(Demand.position))
        first.met, first.outcome = "met", "已付 4.6 万元"
        second.met = "partly"
        if score:
            operations.rate(session, case, score=score, words="", source="slip", at=case.closed_at)


@pytest.fixture
def closed(app: Flask, desk: Desk, inside: Callable) -> Desk:
    """The one case of the hall, with three demands and a running right of the citizen, closed the day after."""
    with app.app_context(), database.write() as session:
        case = session.scalars(select(Case)).one()
        session.add_all(Demand(case_id=case.id, position=at, text=f"第{at}件事", results=[]) for at in (2, 3))
        office = session.scalars(select(Clock)).one()
        session.add(
            Clock(centre_id=case.centre_id, case_id=case.id, proceeding_id=office.proceeding_id,
                  key="petition.review_request", started_on=date(2026, 11, 24), natural_due=date(2026, 12, 24),
                  effective_due=date(2026, 12, 24), rule_version=office.rule_version,
                  calendar_version=office.calendar_version)
        )  # fmt: skip
    return desk


def test_the_promise_goes_home_with_the_visitor(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        contact(desk)
    paper = read(f"{desk.slip}/print")
    assert (
        f"当面答应您的事 平陆县人民政府（副县长郑某）答应：{PROMISE}。日期：2026年11月27日。 这是对方单位的承诺"
        in paper
    )
    assert "正在核对" not in paper, "what was said on the telephone is no promise"


def test_a_promise_whose_day_has_passed_says_so(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        contact(desk)
    assert "这一天已过" not in read(f"{desk.slip}/print", at=MONDAY + timedelta(days=4))
    assert "日期：2026年11月27日。这一天已过，请凭本单询问。" in read(
        f"{desk.slip}/print", at=MONDAY + timedelta(days=5)
    )


def test_a_promise_without_a_day_gets_none(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        contact(desk, on=None)
    assert f"答应：{PROMISE}。没有说定日期。" in read(f"{desk.slip}/print")


def test_a_right_with_its_date_is_not_said_twice(closed: Desk, read: Callable) -> None:
    paper = read(f"{closed.slip}/print")
    assert "信访人请求复查：至 2026年12月24日（含）。" in paper
    assert "对信访处理意见不服的" not in paper
    assert "对复查意见不服的" in paper


@pytest.mark.parametrize("call", [{"settled": True}, {"promise": ""}], ids=["answered", "nothing promised"])
def test_only_open_promises_stand_on_the_slip(app: Flask, desk: Desk, read: Callable, call: dict) -> None:
    with app.app_context():
        contact(desk, **call)
    assert "当面答应" not in read(f"{desk.slip}/print")


def test_a_closed_case_says_what_came_of_each_demand(app: Flask, closed: Desk, read: Callable) -> None:
    assert "结果：" not in read(f"{closed.slip}/print"), "an open case has no results"
    with app.app_context():
        close()
    paper = read(f"{closed.slip}/print", at=MONDAY + timedelta(days=2))
    assert "这件事项已于 2026年11月24日 办结。办结是指程序走完" in paper
    assert "结果：已解决。已付 4.6 万元" in paper
    assert "2. 第2件事 结果：部分解决 3. 第3件事 结果：没有填写，请向窗口询问" in paper


def test_a_closed_case_keeps_the_rights_that_run_on(app: Flask, closed: Desk, read: Callable) -> None:
    with app.app_context():
        close()
    said = "现在仍有效的权利和期限 信访人请求复查：至 2026年12月24日（含）。"
    paper = read(f"{closed.slip}/print", at=MONDAY + timedelta(days=31))
    assert said in paper
    assert "最迟" not in paper, "the office's own period ended with the procedure"
    assert "仍有效" not in read(f"{closed.slip}/print", at=MONDAY + timedelta(days=32))


def test_a_closed_case_asks_for_a_rating_once(app: Flask, closed: Desk, read: Callable) -> None:
    assert "请您评价" not in read(f"{closed.slip}/print")
    with app.app_context():
        close()
    assert "后四位评价" in read(f"{closed.slip}/print")
    with app.app_context(), database.write() as session:
        case = session.scalars(select(Case)).one()
        operations.rate(session, case, score="fair", words="", source="slip", at=MONDAY)
    paper = read(f"{closed.slip}/print")
    assert "后四位评价" not in paper
    assert "基本满意" not in paper, "the score is the citizen's own, not the paper's"


@pytest.mark.parametrize(
    ("channel", "platform", "title"),
    [
        ("visit", "petition", "来访事项告知单"),
        ("visit", "mediation", "来访事项告知单"),
        ("letter", "petition", "信访事项告知单"),
        ("hotline", "mediation", "事项告知单"),
    ],
)
def test_the_paper_is_called_what_it_is(
    app: Flask, desk: Desk, sign_in: Callable, channel: str, platform: str, title: str
) -> None:
    with app.app_context():
        made = register(desk.clerk, channel=channel, platform=platform)
    shown = sign_in("zhang").get(f"{made.slip}/print").get_data(as_text=True)
    assert re.findall(r'<h1 class="paper-title">(.*?)</h1>', shown) == [title]
    assert f"<title>{title} ·" in shown


def test_who_to_ask_is_printed_only_where_it_is_known(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context(), database.write() as session:
        centre = session.scalars(select(Centre)).one()
        centre.telephone, centre.address = "", ""
    paper = read(f"{desk.slip}/print")
    assert "怎样查询" in paper
    assert "可以打电话" not in paper
    assert "地址" not in paper


def test_ended_counselling_leaves_no_period_on_paper(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        helper = hire("xin", Role.COUNSELLOR, platforms=("counselling",), name="辛某")
        made = register(helper, platform="counselling", channel="visit")
        with database.write() as session:
            case = session.scalars(select(Case).where(Case.number == made.number)).one()
            proceeding = session.scalars(select(Proceeding).where(Proceeding.case_id == case.id)).one()
            other = session.scalars(select(Clock)).first()
            session.add(
                Clock(centre_id=case.centre_id, case_id=case.id, proceeding_id=proceeding.id, key="petition.review_request",
                      started_on=date(2026, 11, 24), effective_due=date(2026, 12, 24), rule_version=other.rule_version,
                      calendar_version=other.calendar_version)
            )  # fmt: skip
            proceeding.closed_at = MONDAY
    assert "12月24日" not in read(f"{made.slip}/print", who="xin")


def test_a_code_is_spelt_in_groups_of_five() -> None:
    assert grouped("R5ZTC6XFKR") == "R5ZTC 6XFKR"
    assert grouped("") == ""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_chinese_is_punctuated_as_chinese(path: Path) -> None:
    han = "[\u4e00-\u9fff]"
    said = re.sub(r'""".*?"""|^\s*#.*?$', "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert re.findall(rf"{han}[,;:?!()]+.?|.?[,;:?!(]{han}|[}}][,;:(]{han}", said) == []
