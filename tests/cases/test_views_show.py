"""The one page of a case: what is on it, for whom, at what cost; strangers, walls, persons."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import database
from portal.cases import operations
from portal.cases.models import Party
from portal.organisation.models import Unit
from portal.trail.models import Access
from tests.cases.desk import (
    ID_NUMBER,
    NOW,
    PHONE,
    actor_named,
    case_of,
    clerk,
    counted,
    founded,
    html,
    post,
    registered,
)

__all__ = ["clerk", "founded"]


@pytest.fixture
def number(founded: Flask) -> str:
    """An ordinary petition case."""
    return registered(founded)


def accesses(inside: Callable) -> list[tuple[str, bool]]:
    with inside() as session:
        rows = session.execute(select(Access.action, Access.refused).order_by(Access.id))
        return [tuple(row) for row in rows]


def person_of(inside: Callable, number: str) -> int:
    with inside() as session:
        return session.scalar(select(Party.person_id).where(Party.case_id == case_of(session, number).id))


def test_the_page_shows_the_matter_with_its_law(clerk: FlaskClient, number: str) -> None:
    page = html(clerk.get(f"/cases/{number}"))
    text = page.get_text()
    assert page.h1.get_text(strip=True) == "风电项目占地赔偿款拖欠"
    for part in ("督促支付占地赔偿款4.6万元", "2026-12-08", "信访工作条例", "为什么是这一天", "登记事项（来信）"):
        assert part in text
    assert page.select("#case-panel #proceedings .actions a"), "the clerk can go on"


def test_nothing_personal_stands_there_unmasked(clerk: FlaskClient, number: str, inside: Callable) -> None:
    person = person_of(inside, number)
    post(clerk, f"/cases/{number}/visits", words=f"留电话{PHONE}", headcount="1")
    post(clerk, f"/cases/{number}/contacts", unit="县局", answered_by="某", said=f"证件{ID_NUMBER}")
    for address in (f"/cases/{number}", f"/cases/{number}/panel", "/cases", "/", f"/people/{person}", "/cases?q=赔偿"):
        shown = clerk.get(address).get_data(as_text=True)
        for secret in (ID_NUMBER, PHONE, "风口村", "13800138000"):
            assert secret not in shown, f"{secret} at {address}"
    for address in (f"/cases/{number}", "/cases", f"/people/{person}"):
        shown = clerk.get(address).get_data(as_text=True)
        assert "吕*" in shown
    assert "138****8000" in clerk.get(f"/cases/{number}").get_data(as_text=True)
    assert "吕德胜" not in clerk.get("/cases").get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/panel", "/contacts", "/visits", "/statements", "/attachments", "/links"])
def test_a_stranger_finds_nothing_and_the_attempt_is_recorded(
    number: str, sign_in: Callable, inside: Callable, path: str
) -> None:
    stranger = sign_in("mediator")
    assert stranger.get(f"/cases/{number}{path}").status_code == 404
    assert accesses(inside) == [("case.opened", True)]


def test_a_stranger_finds_nothing_in_lists_and_search(number: str, sign_in: Callable, clerk: FlaskClient) -> None:
    stranger = sign_in("mediator")
    for address in ("/cases", "/cases?q=赔偿", f"/cases?q={number}", f"/cases?q={ID_NUMBER}", f"/cases?q={PHONE}", "/"):
        page = html(stranger.get(address))
        assert page.select("td, .case-card") == [], address
    assert number in clerk.get("/cases?q=赔偿").get_data(as_text=True)
    assert number in clerk.get(f"/cases?q={PHONE}").get_data(as_text=True)
    assert clerk.get(f"/cases?q={number.lower()}").headers["Location"] == f"/cases/{number}"


def test_an_unknown_number_is_not_recorded(clerk: FlaskClient, founded: Flask, inside: Callable) -> None:
    assert clerk.get("/cases/YC-2026-999999").status_code == 404
    assert accesses(inside) == []


def test_an_accusation_is_logged_before_it_is_shown_and_walled_off(
    founded: Flask, clerk: FlaskClient, sign_in: Callable, inside: Callable
) -> None:
    with inside() as session:
        bureau = session.scalar(select(Unit.id).where(Unit.short_name == "市住房和城乡建设局"))
    number = registered(
        founded,
        purpose="accusation",
        subject="举报挪用资金",
        respondent_name="市住房和城乡建设局",
        respondent_unit_id=bureau,
    )
    assert "举报挪用资金" in clerk.get(f"/cases/{number}").get_data(as_text=True)
    assert accesses(inside) == [("case.opened", False)]
    accused = sign_in("accused")
    assert accused.get(f"/cases/{number}").status_code == 404
    assert number not in html(accused.get("/cases?q=举报")).main.get_text()
    assert accesses(inside)[-1] == ("case.opened", True)


def test_counselling_is_a_stub_to_others(founded: Flask, number: str, clerk: FlaskClient, inside: Callable) -> None:
    with founded.app_context(), database.write() as session:
        case, counsellor = case_of(session, number), actor_named(session, "counsellor")
        operations.open_proceeding(session, counsellor, case, "counselling", at=NOW)
    text = html(clerk.get(f"/cases/{number}")).get_text()
    assert "有心理服务" in text
    for word in ("已登记·待服务", "疏导", "本人同意"):
        assert word not in text


def test_revealing_asks_a_reason_and_logs_before_showing(number: str, clerk: FlaskClient, inside: Callable) -> None:
    page = html(clerk.get(f"/cases/{number}"))
    form = page.select_one('#parties form[action$="/reveal"]')
    token = form.select_one("input[name=token]")["value"]
    refused = post(clerk, form["action"], part=True, token=token, reason="")
    assert refused.status_code == 422
    assert PHONE not in refused.get_data(as_text=True)
    shown = post(clerk, form["action"], part=True, token=token, reason="电话回访核对")
    assert PHONE in shown.get_data(as_text=True)
    assert accesses(inside)[-1] == ("person.revealed", False)


def test_supervision_reads_and_changes_nothing(number: str, sign_in: Callable) -> None:
    supervisor = sign_in("supervisor")
    page = html(supervisor.get(f"/cases/{number}"))
    assert page.select("#case-panel .actions a") == []
    assert supervisor.get(f"/cases/{number}/contacts").status_code == 403
    assert page.select('form[action$="/reveal"]') == []


def test_the_person_page_is_logged_and_asks_a_reason_for_others_matters(
    founded: Flask, number: str, sign_in: Callable, inside: Callable
) -> None:
    person = person_of(inside, number)
    mediator = sign_in("mediator")
    page = html(mediator.get(f"/people/{person}"))
    assert accesses(inside) == [("person.opened", False)]
    card = page.select_one(".case-card")
    assert number in card.get_text()
    assert "信访接处" in card.get_text()
    assert "风电" not in card.get_text()
    address = card.select_one("a.btn")["href"]
    silent = post(mediator, address, part=True, reason=" ")
    assert silent.status_code == 422
    assert "请写明查看理由" in silent.get_data(as_text=True)
    told = post(mediator, address, part=True, reason="当事人同来调解，核对是否同一件事")
    assert "风电项目占地赔偿款拖欠" in told.get_data(as_text=True)
    with inside() as session:
        last = session.scalars(select(Access).order_by(Access.id.desc())).first()
        assert (last.action, last.reason) == ("case.other_opened", "当事人同来调解，核对是否同一件事")
    assert mediator.get(f"/cases/{number}").status_code == 404, "a look is not a grant"


def test_somebody_elses_matter_cannot_be_asked_through_another_person(
    founded: Flask, number: str, sign_in: Callable, inside: Callable
) -> None:
    other = registered(founded, petitioner=operations.PersonGiven("赵某", phone="13700137000"))
    with inside() as session:
        case_id = case_of(session, number).id
    stranger = person_of(inside, other)
    answer = post(sign_in("mediator"), f"/people/{stranger}/matters/{case_id}", reason="好奇看看")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("login", "goes_to"),
    [("greeter", "/queue/desk"), ("sysadmin", "/admin/hall"), ("secadmin", "/admin/accounts"), ("auditor", "/audit")],
)
def test_each_starts_where_he_works(founded: Flask, sign_in: Callable, login: str, goes_to: str) -> None:
    assert sign_in(login).get("/").headers["Location"] == goes_to


def test_the_start_page_brings_promises_and_dates_back(number: str, clerk: FlaskClient, founded: Flask) -> None:
    post(
        clerk,
        f"/cases/{number}/contacts",
        unit="平陆县信访局",
        answered_by="刘股长",
        said="已转告",
        promise="答复丈量结果",
        promised_by="刘股长",
        promised_on="2026-11-23",
    )
    page = html(clerk.get("/"))
    assert "答复丈量结果" in page.select_one("#promises").get_text()
    assert "今日到期" in page.select_one("#promises").get_text()
    assert "2026-12-08" in page.select_one("#nearest").get_text()
    assert page.select_one("#relays")["hx-get"] == "/relays"


def test_lists_page_by_key_and_filter(founded: Flask, clerk: FlaskClient) -> None:
    numbers = [registered(founded, subject=f"第{n}件路灯不亮", petitioner=None) for n in range(28)]
    first = html(clerk.get("/cases"))
    shown = [a.get_text() for a in first.select("td.mono a")]
    assert shown == numbers[:2:-1]
    older = first.select_one("nav.pager a")["href"]
    rest = html(clerk.get(older))
    assert [a.get_text() for a in rest.select("td.mono a")] == numbers[2::-1]
    found = html(clerk.get("/cases?q=路灯&state=open&platform=petition"))
    assert len(found.select("tbody tr")) == 25
    assert clerk.get("/cases?state=closed").get_data(as_text=True).count("没有符合条件") == 1
    by_date = html(clerk.get("/cases?order=due"))
    second = html(clerk.get(by_date.select_one("nav.pager a")["href"]))
    everything = [a.get_text() for a in [*by_date.select("td.mono a"), *second.select("td.mono a")]]
    assert sorted(everything) == numbers
    assert len(set(everything)) == len(numbers)


@pytest.mark.parametrize(
    "query", ["%", "' OR 1=1 --", "<script>", "\x00", "😀", "AND OR NOT", '"', "公", "a" * 500, "before=x"]
)
def test_any_search_is_answered(number: str, clerk: FlaskClient, query: str) -> None:
    answer = clerk.get("/cases", query_string={"q": query, "before": "x", "after": "2026-02-30_1", "order": "due"})
    assert answer.status_code == 200
    assert "<script>" not in answer.get_data(as_text=True)


def test_pages_are_light_and_their_queries_few(founded: Flask, clerk: FlaskClient) -> None:
    numbers = [registered(founded, subject=f"第{n}件") for n in range(26)]
    limits = {f"/cases/{numbers[0]}": 20, "/cases": 11, "/": 11, "/cases?q=第1": 11}
    for address, most in limits.items():
        clerk.get(address)
        with counted(founded) as sent:
            answer = clerk.get(address)
        assert len(sent) <= most, f"{address}: {len(sent)} statements"
        assert len(answer.data) <= 60_000, f"{address}: {len(answer.data)} bytes"


def test_the_number_of_queries_does_not_grow_with_the_case(founded: Flask, number: str, clerk: FlaskClient) -> None:
    clerk.get(f"/cases/{number}")
    with counted(founded) as before:
        clerk.get(f"/cases/{number}")
    for text in ("一", "二", "三"):
        post(clerk, f"/cases/{number}/visits", words=text, headcount="1")
        post(clerk, f"/cases/{number}/contacts", unit=f"县局{text}", answered_by="某", said=text)
        post(clerk, f"/cases/{number}/statements", text=text)
    with counted(founded) as after:
        clerk.get(f"/cases/{number}")
    assert len(after) == len(before)


def test_parts_come_without_the_frame(number: str, clerk: FlaskClient) -> None:
    part = clerk.get(f"/cases/{number}/panel", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert re.match(r'\s*<div class="stack" id="case-panel">', part)
    assert "<html" not in part
    assert "<h1" in clerk.get(f"/cases/{number}/panel").get_data(as_text=True)
