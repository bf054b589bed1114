"""Registering without a ticket: bad input, repeats, drafts, doubled clicks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock
from portal.cases.models import Case, CaseLink, Demand, Draft, Party
from portal.trail.models import Access
from tests.cases.desk import (
    ADDRESS,
    ID_NUMBER,
    NOW,
    PHONE,
    case_of,
    clerk,
    counted,
    errors_of,
    founded,
    html,
    post,
    registered,
)
from tests.support import csrf_token

__all__ = ["clerk", "founded"]
GOOD = {
    "channel": "letter",
    "platform": "petition",
    "purpose": "claim",
    "headcount": "1",
    "litigation": "none",
    "petitioner_name": "吕德胜",
    "id_number": ID_NUMBER,
    "phone": PHONE,
    "address": ADDRESS,
    "facts": "风电施工占用耕地1.2亩，赔偿款至今未付。",
    "demands": "支付赔偿款4.6万元\n公开丈量结果",
}


def cases_in(inside: Callable) -> int:
    with inside() as session:
        return session.scalar(select(func.count()).select_from(Case))


def test_a_letter_becomes_a_case(clerk: FlaskClient, inside: Callable) -> None:
    answer = post(clerk, "/cases/new", **GOOD, region="140829", competent_unit="平陆县信访局", received_on="2026-11-20")
    assert answer.status_code == 303
    with inside() as session:
        case = session.scalar(select(Case))
        assert answer.headers["Location"] == f"/cases/{case.number}"
        assert (case.channel, case.subject, case.region_code) == ("letter", "支付赔偿款4.6万元", "140829")
        assert clock.day_of(case.received_at).isoformat() == "2026-11-20", "the clock runs from receipt"
        assert case.next_due.isoformat() == "2026-12-05"
        assert session.scalar(select(func.count()).select_from(Demand)) == 2


def test_missing_content_is_a_reminder_and_never_a_wall(clerk: FlaskClient) -> None:
    answer = post(
        clerk, "/cases/new", channel="phone", platform="petition", purpose="claim", headcount="1", demands="修路"
    )
    assert answer.status_code == 303
    shown = clerk.get(answer.headers["Location"]).get_data(as_text=True)
    assert "仍缺：姓名/名称、住址、事实与理由" in shown
    assert "不影响登记" in shown


def test_nothing_said_at_all_is_the_one_wall(clerk: FlaskClient, inside: Callable) -> None:
    answer = post(clerk, "/cases/new", **GOOD | {"facts": " ", "demands": ""})
    assert answer.status_code == 422
    assert "请至少写下事项标题、事实或一项诉求" in errors_of(answer, "facts")
    assert cases_in(inside) == 0


BAD = [
    ("facts", "长" * 10_001, "最多10000字，现在 10001 字"),
    ("id_number", ID_NUMBER[:-1] + ("1" if ID_NUMBER[-1] != "1" else "2"), "校验位不对"),
    ("phone", "1391234012", "现在是 10 位"),
    ("received_on", "2026-02-30", "日期不存在（2026-02-30）"),
    ("received_on", "2026-11-24", "不能晚于今天"),
    ("headcount", "0", "请填 1 到 10000 之间的整数"),
    ("headcount", "三", "请填写整数"),
    ("demands", "项\n" * 21, "最多20项"),
    ("demands", "求" * 501, "第 1 项最多500字"),
    ("petitioner_name", "名" * 61, "最多60字"),
    ("subject", "题" * 201, "最多200字"),
    ("address", "址" * 201, "最多200字"),
    ("competent_unit", "不存在的单位", "机构库中没有这个单位"),
    ("channel", "pigeon", "请从所列各项中选择"),
    ("platform", "counselling", "请从所列各项中选择"),
    ("region", "999999", "请从所列各项中选择"),
]


@pytest.mark.parametrize(("name", "typed", "said"), BAD, ids=[f"{name}-{said[:8]}" for name, _, said in BAD])
def test_bad_input_gets_a_sentence_beside_the_field_and_stays(
    clerk: FlaskClient, inside: Callable, name: str, typed: str, said: str
) -> None:
    answer = post(clerk, "/cases/new", **GOOD | {name: typed})
    assert answer.status_code == 422
    assert said in errors_of(answer, name)
    page = html(answer)
    assert page.select_one("#facts").get_text().strip() == (typed if name == "facts" else GOOD["facts"])
    control = page.select_one(f"#{name}")
    if control.name == "input":
        assert control["value"] == typed.strip()
    assert cases_in(inside) == 0


def test_ten_thousand_characters_are_accepted(clerk: FlaskClient, inside: Callable) -> None:
    assert post(clerk, "/cases/new", **GOOD | {"facts": "长" * 10_000}).status_code == 303
    with inside() as session:
        assert len(session.scalar(select(Case.facts))) == 10_000


@pytest.mark.parametrize("typed", ["<script>alert(1)</script><b>粗</b>", "😀👨‍👩‍👧𠮷", "a\x00b", "{{ 7*7 }}"])
def test_markup_and_emoji_are_text(clerk: FlaskClient, inside: Callable, typed: str) -> None:
    answer = post(clerk, "/cases/new", **GOOD | {"facts": typed, "subject": typed, "demands": typed})
    assert answer.status_code == 303
    shown = html(clerk.get(answer.headers["Location"]))
    assert shown.h1.get_text(strip=True) == typed.replace("\x00", "")
    assert [tag for tag in shown.find_all("script") if not tag.get("src")] == []


def test_six_representatives_are_one_too_many_for_a_visit_but_not_for_a_letter(
    clerk: FlaskClient, inside: Callable
) -> None:
    six = {"representatives": "\n".join(f"代表{n}" for n in "甲乙丙丁戊己"), "headcount": "30"}
    answer = post(clerk, "/cases/new", **GOOD | six | {"channel": "visit"})
    assert answer.status_code == 422
    assert "代表不得超过5人（信访工作条例第二十条）" in errors_of(answer, "representatives")
    assert post(clerk, "/cases/new", **GOOD | six).status_code == 303
    with inside() as session:
        roles = session.scalars(select(Party.role).where(Party.role == "representative")).all()
        assert len(roles) == 6


def test_full_width_numbers_are_understood(clerk: FlaskClient, inside: Callable) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    typed = {"id_number": ID_NUMBER.translate(wide), "phone": "１３９ １２３４－０１２３", "headcount": "２"}
    assert post(clerk, "/cases/new", **GOOD | typed).status_code == 303
    registered_again = post(clerk, "/cases/new", **GOOD)
    assert registered_again.status_code == 303
    with inside() as session:
        assert session.scalar(select(func.max(Case.headcount))) == 2
        assert session.scalar(select(func.count(Party.person_id.distinct()))) == 1, "one person, however typed"


def test_the_accused_organ_as_the_competent_one_is_pointed_out(clerk: FlaskClient) -> None:
    answer = post(clerk, "/cases/new", **GOOD, respondent_name="平陆县信访局", competent_unit="平陆县信访局")
    assert "有权处理单位与被反映单位相同" in clerk.get(answer.headers["Location"]).get_data(as_text=True)


def test_a_doubled_click_registers_once(clerk: FlaskClient, inside: Callable) -> None:
    once = html(clerk.get("/cases/new")).select_one("#once")["value"]
    first = post(clerk, "/cases/new", **GOOD, once=once)
    second = post(clerk, "/cases/new", **GOOD, once=once)
    assert first.headers["Location"] == second.headers["Location"]
    assert "没有重复登记" in clerk.get(second.headers["Location"]).get_data(as_text=True)
    assert cases_in(inside) == 1


def test_every_form_has_a_number_of_its_own(clerk: FlaskClient) -> None:
    numbers = {html(clerk.get("/cases/new")).select_one("#once")["value"] for _ in range(3)}
    assert len(numbers) == 3


def test_the_repeat_card_logs_and_offers_its_exits(founded: Flask, clerk: FlaskClient, inside: Callable) -> None:
    number = registered(founded)
    answer = post(clerk, "/cases/repeats", part=True, **GOOD | {"id_number": "", "address": ""})
    card = html(answer).select_one("#repeats")
    assert answer.headers["HX-Retarget"] == "#repeats"
    assert "电话相同" in card.get_text()
    assert card.select_one(f'a[href="/cases/{number}/visits"]')
    assert card.select_one('input[name="link_to"]')["value"] == number
    with inside() as session:
        assert session.scalars(select(Access.action)).all() == ["person.opened"]


def test_a_stranger_sees_in_the_repeat_card_that_there_is_a_matter_not_what(
    founded: Flask, clerk: FlaskClient, sign_in: Callable
) -> None:
    number = registered(founded)
    card = html(post(sign_in("mediator"), "/cases/repeats", part=True, **GOOD)).select_one("#repeats")
    assert number in card.get_text()
    assert "风电" not in card.get_text()


def test_a_registration_can_be_linked_at_once(founded: Flask, clerk: FlaskClient, inside: Callable) -> None:
    other = registered(founded)
    assert post(clerk, "/cases/new", **GOOD, link_to=other).status_code == 303
    with inside() as session:
        assert case_of(session, other).id in session.execute(select(CaseLink.one_id, CaseLink.other_id)).one()


def test_a_draft_survives_lunch(founded: Flask, clerk: FlaskClient, sign_in: Callable, inside: Callable) -> None:
    note = post(clerk, "/drafts/cases-new", part=True, **GOOD | {"phone": "139x", "once": "abc"})
    assert "草稿已存 09:41" in html(note).select_one("#draft-note").get_text()
    token = csrf_token(clerk, "/cases/new")
    with clock.frozen(NOW + timedelta(hours=3)):
        sent = GOOD | {"csrf_token": token, "phone": "139x", "facts": "午饭后接着写的。"}
        expired = clerk.post("/cases/new", data=sent)
        assert expired.status_code == 302
        assert "/login" in expired.headers["Location"]
        page = html(sign_in("clerk").get("/cases/new"))
    assert page.select_one("#facts").get_text().strip() == "午饭后接着写的。", "what the ended session sent"
    assert page.select_one("#phone")["value"] == "139x", "also what was not right yet"
    assert page.select_one("#once")["value"] != "abc"
    with inside() as session:
        kept = session.connection().exec_driver_sql('select "values" from draft').scalar()
        assert "吕德胜" not in kept, "a draft is personal data, encrypted"


def test_a_draft_is_the_writers_own_and_ends_with_the_registration(
    clerk: FlaskClient, sign_in: Callable, inside: Callable
) -> None:
    post(clerk, "/drafts/cases-new", part=True, **GOOD)
    assert GOOD["facts"] not in sign_in("mediator").get("/cases/new").get_data(as_text=True)
    assert "登记事项" in html(clerk.get("/")).select_one("#drafts").get_text()
    post(clerk, "/cases/new", **GOOD)
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_draft_can_be_thrown_away(clerk: FlaskClient) -> None:
    post(clerk, "/drafts/cases-new", **GOOD)
    assert post(clerk, "/drafts/cases-new", **GOOD, discard="1").status_code == 303
    assert GOOD["facts"] not in clerk.get("/cases/new").get_data(as_text=True)


def test_a_strange_place_for_a_draft_is_refused(clerk: FlaskClient) -> None:
    assert post(clerk, "/drafts/..%2Fx y", **GOOD).status_code == 404


def test_the_chosen_platforms_own_fields_come_and_are_kept(founded: Flask, sign_in: Callable, inside: Callable) -> None:
    mediator = sign_in("mediator")
    page = html(mediator.get("/cases/new"))
    assert page.select_one("#own_other_side"), "the mediator's only platform"
    post(mediator, "/cases/new", **GOOD | {"platform": "mediation"}, own_other_side="某项目部，尚未联系")
    number = html(mediator.get("/cases")).select_one("td a").get_text()
    assert "某项目部，尚未联系" in mediator.get(f"/cases/{number}").get_data(as_text=True)


def test_the_form_is_light_and_few_queries(founded: Flask, clerk: FlaskClient) -> None:
    clerk.get("/cases/new")
    with counted(founded) as sent:
        answer = clerk.get("/cases/new")
    assert len(answer.data) <= 60_000
    assert len(sent) <= 7


def test_a_place_is_typed_by_its_name(clerk: FlaskClient, inside: Callable) -> None:
    page = html(clerk.get("/cases/new"))
    assert page.select_one("#region")["list"] == "regions"
    assert page.select("#regions option")
    wrong = post(clerk, "/cases/new", **GOOD, region="没有这个地方")
    assert "没有找到这个地名" in errors_of(wrong, "region")
    assert post(clerk, "/cases/new", **GOOD, region="平陆县").status_code == 303
    with inside() as session:
        assert session.scalar(select(Case.region_code)) == "140829"


def test_other_platforms_are_not_asked_for_what_the_petition_rules_want(
    founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    mediator = sign_in("mediator")
    page = html(mediator.get("/cases/new"))
    assert not page.select("#purpose, #competent_unit, #national_number, #repeat")
    assert page.select_one("label[for=respondent_name]").text.strip() == "对方当事人"
    fields = {name: text for name, text in GOOD.items() if name not in ("purpose", "address")}
    answer = post(mediator, "/cases/new", **fields | {"platform": "mediation"})
    shown = mediator.get(answer.headers["Location"]).get_data(as_text=True)
    assert "信访工作条例第十九条" not in shown
    assert "未录入" not in shown
    with inside() as session:
        assert session.scalar(select(Case.purpose)) == "claim"
