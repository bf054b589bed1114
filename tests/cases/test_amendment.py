"""补充、更正, and further parties: what is filled in, what is corrected and with what reason, what is never touched."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.cases import operations
from portal.cases.models import Case, CaseGrant, Demand, Party, Proceeding
from portal.cases.operations import PersonGiven
from portal.organisation.models import Unit
from portal.people.models import Person
from portal.trail.queries import entries, verify
from tests.cases.desk import (
    ADDRESS,
    ID_NUMBER,
    NOW,
    PHONE,
    actor_named,
    case_of,
    clerk,
    errors_of,
    founded,
    html,
    post,
    registered,
)

__all__ = ["clerk", "founded"]
OTHER_ID = "11010519491231002X"
OTHER_PHONE = "13700137000"


@pytest.fixture
def bare(founded: Flask) -> str:
    """A case of which nobody yet knows who brought it."""
    return registered(founded, petitioner=None, facts="", demands=())


@pytest.fixture
def number(founded: Flask) -> str:
    """A case with everything the law asks for."""
    return registered(founded)


def amend(client: FlaskClient, number: str, **typed: str):
    """Open the form, change what is given, send the whole form back."""
    form = html(client.get(f"/cases/{number}/amendment")).select_one("#amend-form form")
    fields = {tag["name"]: tag.get("value", "") for tag in form.select("input[name]:not([type=checkbox])")}
    fields |= {tag["name"]: tag.get_text().strip() for tag in form.select("textarea")}
    for tag in form.select("select"):
        chosen = tag.select_one("option[selected]") or tag.select_one("option")
        fields[tag["name"]] = chosen["value"]
    fields |= {tag["name"]: "y" for tag in form.select("input[type=checkbox][checked]")}
    fields.pop("csrf_token")
    return post(client, f"/cases/{number}/amendment", **fields | typed)


def directly(session, number: str, changes: operations.Amendment) -> None:
    """Amend past the form."""
    who = actor_named(session, "clerk")
    operations.amend(session, who, case_of(session, number), changes=changes, seen=99, at=NOW)


def petitioner_of(session, number: str) -> Person:
    case_id = case_of(session, number).id
    wanted = select(Person).join(Party, Party.person_id == Person.id)
    return session.scalar(wanted.where(Party.case_id == case_id, Party.role == "petitioner"))


def test_missing_content_is_filled_in_and_the_reminder_goes(clerk: FlaskClient, bare: str, inside: Callable) -> None:
    assert "仍缺：姓名/名称、住址、请求、事实与理由" in clerk.get(f"/cases/{bare}").get_data(as_text=True)
    answer = amend(
        clerk,
        bare,
        petitioner_name="吕德胜",
        id_number=ID_NUMBER,
        phone=PHONE,
        address=ADDRESS,
        facts="2022年占地，至今未付，电话13800138000。",
        demands="支付赔偿款\n公开丈量结果",
        category="农村农业",
        region="140829",
        competent_unit="平陆县信访局",
        headcount="3",
    )
    assert answer.status_code == 303, html(answer).select(".field-error")
    shown = html(clerk.get(f"/cases/{bare}"))
    assert "仍缺" not in shown.get_text()
    for secret in (PHONE, ID_NUMBER, "13800138000", "风口村"):
        assert secret not in str(shown)
    told = shown.select_one("#timeline").get_text()
    assert "补充姓名/名称、证件号码、电话、住址" in told
    assert "更正涉及人数" in told
    assert "1 改为 3" in told
    with inside() as session:
        case, person = case_of(session, bare), petitioner_of(session, bare)
        assert (person.name, person.id_number, person.phone) == ("吕德胜", ID_NUMBER, PHONE)
        assert (case.category, case.region_code, case.headcount) == ("农村农业", "140829", 3)
        assert "【2026-11-23 09:41 补充】2022年占地" in case.facts
        assert session.scalars(select(Demand.text).order_by(Demand.position)).all() == ["支付赔偿款", "公开丈量结果"]
        assert verify(session) == []
    assert bare in clerk.get("/cases?q=丈量结果").get_data(as_text=True), "found by what was added"


def test_recorded_words_are_never_replaced(clerk: FlaskClient, number: str, inside: Callable) -> None:
    with inside() as session:
        before = case_of(session, number).facts
    assert amend(clerk, number, facts="又说：还占了水渠。", demands="修复水渠").status_code == 303
    with inside() as session:
        case = case_of(session, number)
        assert case.facts.startswith(before + "\n\n【")
        rows = session.execute(select(Demand.position, Demand.text).order_by(Demand.position)).all()
        assert rows == [(1, "督促支付占地赔偿款4.6万元"), (2, "修复水渠")]


def test_a_correction_needs_its_reason_and_keeps_the_old_value(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    refused = amend(clerk, number, phone=OTHER_PHONE)
    assert refused.status_code == 422
    assert "更正已登记的电话，须写明原因" in errors_of(refused, "amend-reason")
    assert html(refused).select_one("#amend-phone")["value"] == OTHER_PHONE, "what was typed stays"
    assert amend(clerk, number, phone=OTHER_PHONE, reason="来访人当面更正").status_code == 303
    told = html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    assert "更正电话" in told
    assert "139****0123 改为 137****7000" in told
    assert "来访人当面更正" in told
    with inside() as session:
        person = petitioner_of(session, number)
        assert person.phone == OTHER_PHONE
        corrected = entries(session, f"person:{person.id}", kinds=("person.corrected",))
        assert corrected[-1].words == {"before": {"phone": PHONE}}
        stored = session.connection().exec_driver_sql("select data from event where kind = 'case.amended'").scalar()
        assert OTHER_PHONE not in str(stored), "words are kept encrypted, beside the chain"
    assert number in clerk.get(f"/cases?q={OTHER_PHONE}").get_data(as_text=True)


def test_another_identity_number_is_another_person_and_overwrites_nothing(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    with inside() as session:
        first = petitioner_of(session, number).id
    assert "须写明原因" in errors_of(amend(clerk, number, id_number=OTHER_ID), "amend-reason")
    assert amend(clerk, number, id_number=OTHER_ID, reason="登记时看错证件").status_code == 303
    with inside() as session:
        assert session.get(Person, first).id_number == ID_NUMBER
        assert petitioner_of(session, number).id != first
        assert petitioner_of(session, number).id_number == OTHER_ID


def test_a_number_known_under_another_name_is_refused_and_under_the_same_name_joins(
    founded: Flask, clerk: FlaskClient, bare: str, number: str, inside: Callable
) -> None:
    refused = amend(clerk, bare, petitioner_name="赵某", id_number=ID_NUMBER)
    assert refused.status_code == 422
    assert "登记的是另一个姓名" in errors_of(refused, "amend-id_number")
    assert amend(clerk, bare, petitioner_name="吕德胜", id_number=ID_NUMBER).status_code == 303
    with inside() as session:
        assert petitioner_of(session, bare).id == petitioner_of(session, number).id


def test_nothing_changed_is_said(clerk: FlaskClient, number: str, inside: Callable) -> None:
    answer = amend(clerk, number)
    assert answer.status_code == 422
    assert "没有改动" in html(answer).select_one(".error-summary").get_text()
    with inside() as session:
        assert entries(session, f"case:{case_of(session, number).id}", kinds=("case.amended",)) == []


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("id_number", ID_NUMBER[:-1] + ("1" if ID_NUMBER[-1] != "1" else "2"), "校验位不对"),
        ("phone", "139123", "现在是 6 位"),
        ("headcount", "0", "请填 1 到 10000 之间的整数"),
        ("competent_unit", "没有的单位", "机构库中没有这个单位"),
        ("region", "999999", "请从所列各项中选择"),
        ("national_entered_on", "2026-02-30", "日期不存在"),
        ("facts", "长" * 5001, "最多5000字"),
        ("demands", "求" * 501, "第 1 项最多500字"),
        ("purpose", "accusation", "请从所列各项中选择"),
    ],
)
def test_bad_input_gets_a_sentence_and_stays(clerk: FlaskClient, number: str, name: str, typed: str, said: str) -> None:
    answer = amend(clerk, number, **{name: typed})
    assert answer.status_code == 422
    assert said in errors_of(answer, f"amend-{name}")


def test_purposes_change_among_themselves_but_never_into_or_out_of_an_accusation(
    founded: Flask, clerk: FlaskClient, number: str, inside: Callable
) -> None:
    assert amend(clerk, number, purpose="suggestion").status_code == 303
    with inside() as session:
        assert case_of(session, number).purpose == "suggestion"
    secret = registered(founded, purpose="accusation")
    with founded.app_context(), pytest.raises(operations.FieldProblems) as refused:
        database.attempt(directly, secret, operations.Amendment(columns={"purpose": "claim"}))
    assert "检举控告须单独登记" in refused.value.problems["purpose"]
    assert html(clerk.get(f"/cases/{secret}/amendment")).select("#amend-purpose") == []


def test_a_stale_page_says_what_the_other_did_and_does_not_undo_it(
    founded: Flask, clerk: FlaskClient, sign_in: Callable, number: str, inside: Callable
) -> None:
    page = html(clerk.get(f"/cases/{number}/amendment"))
    seen = page.select_one("input[name=seen]")["value"]
    assert amend(sign_in("head"), number, category="环境保护").status_code == 303
    mine = {"seen": seen, "category": "", "headcount": "8", "purpose": "claim", "litigation": "none"}
    stale = post(clerk, f"/cases/{number}/amendment", part=True, **mine)
    assert stale.status_code == 409
    shown = html(stale)
    assert "补充内容分类（内容分类：环境保护）" in shown.select_one(".error-summary").get_text()
    assert shown.select_one("#amend-headcount")["value"] == "8"
    assert shown.select_one("#amend-category")["value"] == "环境保护", "what I did not touch follows the other's change"
    again = mine | {"seen": shown.select_one("input[name=seen]")["value"], "category": "环境保护"}
    assert post(clerk, f"/cases/{number}/amendment", **again).status_code == 303
    with inside() as session:
        case = case_of(session, number)
        assert (case.category, case.headcount) == ("环境保护", 8)


def test_an_organ_that_could_not_be_told_by_its_name_may_read_once_it_is_filled_in(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    def opened() -> list[str]:
        with inside() as session:
            wanted = select(CaseGrant.scope).where(CaseGrant.case_id == case_of(session, number).id)
            return [scope for scope in session.scalars(wanted) if scope.startswith("unit:")]

    amend(clerk, number, competent_unit="平陆县信访局")
    assert opened() == [], "it was not sent anywhere yet"
    with inside() as session:
        proceeding = session.scalars(select(Proceeding)).one()
        address, version = f"/cases/{number}/proceedings/{proceeding.id}/steps/refer", proceeding.version
    post(clerk, address, version=str(version), unit="县局")
    assert opened() == []
    amend(clerk, number, competent_unit="平陆县信访局")
    with inside() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.short_name == "平陆县信访局")).one()
        assert case_of(session, number).competent_unit_id == unit_id
    assert opened() == [f"unit:{unit_id}"]


def test_a_closed_case_takes_only_the_national_number(
    founded: Flask, clerk: FlaskClient, number: str, inside: Callable
) -> None:
    with founded.app_context(), database.write() as session:
        case = case_of(session, number)
        case.state, case.closed_at = "closed", NOW
    page = html(clerk.get(f"/cases/{number}/amendment"))
    assert page.select("#amend-national_number")
    assert page.select("#amend-facts") == []
    assert amend(clerk, number, national_number="SX20261123001").status_code == 303
    with inside() as session:
        case = case_of(session, number)
        assert (case.national_number, case.national_entered_at) == ("SX20261123001", NOW)
    with founded.app_context(), pytest.raises(operations.Refused):
        database.attempt(directly, number, operations.Amendment(facts="又来补充"))


def test_correcting_the_accused_closes_the_case_to_its_own_people(
    founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    with inside() as session:
        bureau = session.scalar(select(Unit.name).where(Unit.short_name == "市住房和城乡建设局"))
    number = registered(founded, login="accused", purpose="accusation", respondent_name="不详")
    answer = amend(sign_in("accused"), number, respondent_name=bureau)
    assert answer.status_code == 303
    assert sign_in("accused").get(f"/cases/{number}").status_code == 404
    with inside() as session:
        assert session.scalars(select(Party.name).where(Party.role == "respondent")).all() == [bureau]


def test_who_may_not_record_may_not_amend(number: str, sign_in: Callable) -> None:
    assert sign_in("supervisor").get(f"/cases/{number}/amendment").status_code == 403
    assert sign_in("mediator").get(f"/cases/{number}/amendment").status_code == 404


def test_the_other_side_becomes_a_party(clerk: FlaskClient, number: str, inside: Callable) -> None:
    typed = {"role": "other_side", "kind": "citizen", "name": "孙大海", "phone": "137 0013 7000"}
    answer = post(clerk, f"/cases/{number}/parties", **typed)
    assert answer.status_code == 303
    shown = html(clerk.get(f"/cases/{number}"))
    assert "对方当事人" in shown.select_one("#parties").get_text()
    assert "登记对方当事人" in shown.select_one("#timeline").get_text()
    assert "孙大海" not in str(shown)
    assert number in clerk.get("/cases?q=孙大海").get_data(as_text=True)
    twice = post(clerk, f"/cases/{number}/parties", **typed)
    assert "此人已登记为对方当事人" in html(twice).get_text()
    with inside() as session:
        assert session.scalar(select(Person.phone).where(Person.name == "孙大海")) == OTHER_PHONE


def test_a_party_needs_a_name_and_a_right_number(clerk: FlaskClient, number: str) -> None:
    answer = post(clerk, f"/cases/{number}/parties", role="other_side", kind="citizen", name="", phone="12")
    assert answer.status_code == 422
    assert "请填写姓名/名称" in errors_of(answer, "party-name")
    assert errors_of(answer, "party-phone")
    assert post(clerk, f"/cases/{number}/parties", role="petitioner", kind="citizen", name="某").status_code == 422


def test_a_sixth_representative_of_a_visit_is_one_too_many(
    founded: Flask, clerk: FlaskClient, inside: Callable
) -> None:
    five = tuple(PersonGiven(f"代表{n}") for n in "甲乙丙丁戊")
    number = registered(founded, channel="visit", representatives=five, headcount=20)
    answer = post(clerk, f"/cases/{number}/parties", role="representative", kind="citizen", name="代表己")
    assert "代表不得超过5人（信访工作条例第二十条）" in errors_of(answer, "party-role")


def test_the_list_of_what_is_not_in_the_national_system(founded: Flask, clerk: FlaskClient) -> None:
    entered = registered(founded, national_number="SX1")
    waiting = registered(founded)
    for address in ("/cases?entered=no", "/cases?entered=no&order=due", "/cases?entered=no&q=赔偿"):
        shown = clerk.get(address).get_data(as_text=True)
        assert waiting in shown, address
        assert f"/cases/{entered}" not in shown, address
    amend(clerk, waiting, national_number="SX2")
    assert f"/cases/{waiting}" not in clerk.get("/cases?entered=no").get_data(as_text=True)


def test_mediation_alone_is_not_asked_for_the_national_number(founded: Flask, sign_in: Callable) -> None:
    number = registered(founded, login="mediator", platform="mediation")
    assert f"/cases/{number}" not in sign_in("mediator").get("/cases?entered=no").get_data(as_text=True)


def test_what_others_do_comes_to_the_open_page(clerk: FlaskClient, number: str, inside: Callable) -> None:
    page = html(clerk.get(f"/cases/{number}"))
    with inside() as session:
        case_id = session.scalar(select(Case.id))
    address = urlsplit(page.select_one("[sse-connect]")["sse-connect"])
    assert address.path == f"/stream/cases/{case_id}"
    assert parse_qs(address.query).keys() == {"key", "seen"}
    assert page.select_one("#case-live")["hx-trigger"] == "sse:case"
    post(clerk, f"/cases/{number}/visits", words="又来问", headcount="1")
    parts = html(clerk.get(f"/cases/{number}/live", headers={"HX-Request": "true"}))
    assert {tag["id"] for tag in parts.select("[hx-swap-oob=true]")} == {"case-marks", "proceedings", "timeline"}
    assert "又来问" in parts.get_text()
    assert parts.select("form, #case-form, #case-panel") == [], "an open form is not touched"


@pytest.mark.parametrize("form", ["statements", "visits", "contacts"])
def test_what_is_typed_long_is_kept_and_comes_back(
    founded: Flask, clerk: FlaskClient, sign_in: Callable, number: str, form: str
) -> None:
    address = f"/cases/{number}/{form}"
    page = html(clerk.get(address))
    saver = page.select_one("form[hx-trigger^='input']")
    assert saver.get("hx-headers") is None, "typing is activity"
    name = page.select_one("textarea")["name"]
    post(clerk, saver["action"], part=True, **{name: "口述记到一半", "headcount": "2"})
    assert html(clerk.get(address)).select_one("textarea").get_text().strip() == "口述记到一半"
    assert html(clerk.get("/")).select_one(f"#drafts a[href='{address}']")
    token = html(clerk.get(address)).select_one("input[name=csrf_token]")["value"]
    with clock.frozen(NOW + timedelta(hours=2)):
        late = clerk.post(address, data={name: "午后接着写的", "csrf_token": token})
        assert "/login" in late.headers["Location"]
        again = sign_in("clerk")
        assert html(again.get(address)).select_one("textarea").get_text().strip() == "午后接着写的"
        if form != "contacts":
            assert post(again, address, **{name: "午后接着写的", "headcount": "2"}).status_code == 303
            begun = html(again.get(address)).select_one("textarea").get_text().strip()
            assert "午后" not in begun
            if form == "statements":
                assert begun.startswith("问：")
                assert "答：1. " in begun
