"""The window console in the client: closed, idle, with a visitor; stale pages, masked names, bounded work."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal import clock, database
from portal.cases.models import Case, CaseLink, Draft, Party, Visit
from portal.cases.operations import PersonGiven, Registration, grant, register
from portal.cases.operations.record import note
from portal.organisation.models import Unit
from portal.people.models import Person
from portal.queue import operations
from portal.queue.models import Ticket
from portal.trail.models import Access
from portal.trail.operations import append
from portal.trail.queries import entries
from tests.queue.conftest import DISPUTE, MORNING, VISIT, later
from tests.support import submit

LV = PersonGiven("吕德胜", id_number="11010519491231002X", phone="13900001234")
MATTER = {
    "channel": "visit", "platform": "petition", "purpose": "claim", "facts": "赔偿款至今未到账。", "demands": "支付赔偿款",
    "headcount": "1", "litigation": "none",
}  # fmt: skip


@pytest.fixture(autouse=True)
def half_past_nine():
    with clock.frozen(later(30)):
        yield


@pytest.fixture
def clerk(house, sign_in) -> FlaskClient:
    return sign_in("zhang")


@pytest.fixture
def desk(app, house):
    """``desk(minute, **changes)``: a number taken so many minutes after nine."""

    def taken(minute: float = 0, **changes: object) -> Ticket:
        given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "person": None} | changes
        with app.app_context():
            return database.attempt(
                lambda session: operations.take_ticket(session, house.guo, **given, at=later(minute))
            )

    return taken


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def post(client: FlaskClient, path: str, **fields: object):
    return submit(client, path, page="/queue/window", **fields)


def act(client: FlaskClient, action: str, **fields: object):
    """Press the button whose form goes to ``action``, as the page now shows it."""
    form = soup(client.get("/queue/window")).select_one(f"form[action='{action}']")
    assert form, f"no form for {action} on the page"
    return client.post(
        action, data={each["name"]: each["value"] for each in form.select("input[type=hidden]")} | fields
    )


@pytest.fixture
def serving(clerk, desk):
    """A001 (with a name) at window 1, started."""

    def arranged(**changes: object) -> FlaskClient:
        desk(**({"person": LV} | changes))
        post(clerk, "/queue/window/open", window=1)
        act(clerk, "/queue/window/next")
        assert act(clerk, "/queue/tickets/1/start").status_code == 303
        return clerk

    return arranged


def test_closed_shows_my_windows_and_who_sits_there(clerk, house, app):
    with app.app_context():
        database.attempt(lambda session: operations.open_window(session, house.wang, 2, at=MORNING))
    page = soup(clerk.get("/queue/window"))
    assert [each.text.strip() for each in page.select("button[name=window]")] == ["开启 1号窗口", "开启 4号窗口"]
    assert "王小梅 使用中" in page.text
    assert "3号窗口" not in page.text
    refused = post(clerk, "/queue/window/open", window=2)
    assert refused.status_code == 409
    assert "2号窗口 由 王小梅 使用中" in refused.text
    assert post(clerk, "/queue/window/open", window=3).status_code == 422
    assert post(clerk, "/queue/window/open", window="x").status_code == 422


def test_open_call_start_finish_by_the_keys_on_the_page(clerk, desk, inside):
    desk()
    assert post(clerk, "/queue/window/open", window=1).status_code == 303
    for action, label in (
        ("/queue/window/next", "叫下一位"),
        ("/queue/tickets/1/start", "已到窗，开始办理"),
        ("/queue/tickets/1/finish", "结束并叫下一位"),
    ):
        page = soup(clerk.get("/queue/window"))
        button = page.select_one("[data-key=F2]")
        assert button.find_parent("form")["action"] == action
        assert label in button.text
        if not action.endswith("finish"):
            assert act(clerk, action).status_code == 303
    asked = act(clerk, "/queue/tickets/1/finish", then="next")
    assert asked.status_code == 422
    page = soup(asked)
    assert "本次来访尚未登记事项或续访" in page.text
    assert [each["value"] for each in page.select("input[name=reason]")] == ["advice", "left", "other"]
    version = page.select_one("form[action='/queue/tickets/1/finish'] input[name=version]")["value"]
    empty = post(clerk, "/queue/tickets/1/finish", version=version, reason="advice", words="")
    assert "请写明答复了什么" in soup(empty).select_one("#finish-words-error").text
    assert soup(empty).select_one("input[name=reason][checked]")["value"] == "advice"
    ended = post(clerk, "/queue/tickets/1/finish", version=version, reason="advice", words="告知材料", then="next")
    assert ended.status_code == 303
    page = soup(clerk.get("/queue/window"))
    assert "现在没有来访人" in page.text
    assert "现在没有人等候" in page.text
    with inside() as session:
        assert session.get(Ticket, 1).state == "done"


def test_a_stale_page_gets_409_in_chinese(clerk, desk, house, app):
    desk()
    post(clerk, "/queue/window/open", window=1)
    with app.app_context():
        database.attempt(lambda session: operations.open_window(session, house.wang, 2, at=MORNING))
        database.attempt(lambda session: operations.call_next(session, house.wang, at=later(20)))
    late = post(clerk, "/queue/tickets/1/call", version=1)
    assert late.status_code == 409
    assert "A001 已由 2号窗口 叫号" in soup(late).select_one("[role=alert]").text
    foreign = post(clerk, "/queue/tickets/1/finish", version=2)
    assert foreign.status_code == 409
    assert post(clerk, "/queue/tickets/99/start", version=1).status_code == 409
    assert post(clerk, "/queue/tickets/1/start", version="abc").status_code == 422
    assert post(clerk, "/queue/tickets/1/start").status_code == 422


def test_a_doubled_click_on_next_is_told(clerk, desk, inside):
    desk(), desk(1)
    post(clerk, "/queue/window/open", window=1)
    page = soup(clerk.get("/queue/window"))
    token = page.select_one("input[name=csrf_token]")["value"]
    assert clerk.post("/queue/window/next", data={"csrf_token": token}).status_code == 303
    doubled = clerk.post("/queue/window/next", data={"csrf_token": token})
    assert doubled.status_code == 409
    assert "正在接待 A001" in doubled.text
    with inside() as session:
        assert session.scalars(select(Ticket.state).order_by(Ticket.id)).all() == ["called", "waiting"]


def test_after_three_calls_only_missed_is_offered(clerk, desk):
    desk()
    post(clerk, "/queue/window/open", window=1)
    act(clerk, "/queue/window/next")
    act(clerk, "/queue/tickets/1/recall")
    act(clerk, "/queue/tickets/1/recall")
    page = soup(clerk.get("/queue/window"))
    assert not page.select("form[action='/queue/tickets/1/recall']")
    assert page.select_one("form[action='/queue/tickets/1/miss']")
    assert "已叫 3 次" in page.text


def test_missing_a_number_early_asks_once_more_and_the_window_can_bring_it_back(clerk, desk, inside):
    desk()
    post(clerk, "/queue/window/open", window=1)
    act(clerk, "/queue/window/next")
    asked = act(clerk, "/queue/tickets/1/miss")
    assert asked.status_code == 409
    assert "A001 已叫 1 次，满 3 次可过号" in soup(asked).select_one("[role=alert]").text
    form = soup(asked).select_one("form[action='/queue/tickets/1/miss']")
    assert form.button["data-key"] == "F7"
    sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
    assert clerk.post("/queue/tickets/1/miss", data=sent).status_code == 303
    page = soup(clerk.get("/queue/window"))
    assert "A001 已过号" in page.select_one("#notice").text
    assert act(clerk, "/queue/tickets/1/bring-back").status_code == 303
    with inside() as session:
        assert session.scalar(select(Ticket.state)) == "waiting"


def test_a_number_of_another_window_cannot_be_brought_back(clerk, desk, app):
    desk(service_id=DISPUTE)
    post(clerk, "/queue/window/open", window=1)
    answer = post(clerk, "/queue/tickets/1/bring-back", version=1)
    assert answer.status_code == 409
    assert "不在过号名单" in soup(answer).text


def test_what_the_visitor_says_today_replaces_what_was_known_and_the_old_stays_in_the_trail(serving, inside):
    clerk = serving(person=replace(LV, address="平陆县旧址1号"))
    act(clerk, "/queue/tickets/1/register", **MATTER, address="平陆县新址2号")
    page = soup(clerk.get("/queue/window"))
    assert "住址已按本次填写更新" in page.select_one("#notice").text
    with inside() as session:
        person = session.scalar(select(Person))
        assert (person.address, person.phone) == ("平陆县新址2号", LV.phone)
        event = entries(session, f"person:{person.id}", kinds=("person.corrected",))[-1]
        assert event.words["before"]["address"] == "平陆县旧址1号"


def test_an_address_alone_belongs_to_the_person_the_desk_took_down(serving, inside):
    clerk = serving()
    act(clerk, "/queue/tickets/1/register", **MATTER, address="平陆县新址2号")
    assert "更新" not in soup(clerk.get("/queue/window")).select_one("#notice").text
    with inside() as session:
        party, person = session.execute(select(Party, Person).join(Person, Party.person_id == Person.id)).one()
        assert party.name == "吕德胜"
        assert (person.id_number, person.phone, person.address) == (LV.id_number, LV.phone, "平陆县新址2号")


def test_hold_and_back(serving):
    clerk = serving()
    assert act(clerk, "/queue/tickets/1/hold", reason="").status_code == 422
    assert act(clerk, "/queue/tickets/1/hold", reason="取证件、材料").status_code == 303
    page = soup(clerk.get("/queue/window"))
    assert "挂起 1 号" in page.text
    closing = act(clerk, "/queue/window/close")
    assert closing.status_code == 409
    assert "挂起的号 A001" in closing.text
    assert act(clerk, "/queue/tickets/1/resume").status_code == 303
    assert soup(clerk.get("/queue/window")).select_one(".ticket-number").text == "A001"


def test_pause_shows_its_reason_and_stops_calling(clerk):
    post(clerk, "/queue/window/open", window=1)
    assert post(clerk, "/queue/window/pause", reason="会商").status_code == 303
    page = soup(clerk.get("/queue/window"))
    assert "会商" in page.text
    assert not page.select("form[action='/queue/window/next']")
    assert post(clerk, "/queue/window/next").status_code == 409
    assert act(clerk, "/queue/window/resume").status_code == 303


def test_names_are_masked_and_the_reading_is_recorded_once(serving, inside):
    clerk = serving()
    for _ in range(3):
        page = clerk.get("/queue/window").text
    assert "吕*" in page
    assert "吕德胜" not in page
    assert "110105" not in page
    assert "13900001234" not in page
    with inside() as session:
        read = session.execute(select(Access.actor_id, Access.subject).where(Access.action == "person.opened")).all()
    assert read == [(1, "person:1")]


def test_registering_from_the_ticket(serving, inside):
    clerk = serving()
    answer = act(clerk, "/queue/tickets/1/register", **MATTER)
    assert answer.status_code == 303, soup(answer).select(".field-error, [role=alert]")
    page = soup(clerk.get("/queue/window"))
    with inside() as session:
        case = session.scalar(select(Case))
        assert session.get(Ticket, 1).case_id == case.id
        assert session.scalar(select(Party.name).where(Party.role == "petitioner")) == "吕德胜"
        assert session.scalar(select(Visit.ticket_id)) == 1
        assert [entry.kind for entry in entries(session, "ticket:1")][-1] == "ticket.registered"
    assert page.select_one(f"[hx-get='/cases/{case.number}/panel']")
    assert act(clerk, "/queue/tickets/1/finish").status_code == 303


def test_a_wrong_registration_keeps_what_was_typed(serving, inside):
    clerk = serving()
    answer = act(
        clerk,
        "/queue/tickets/1/register",
        **(MATTER | {"id_number": "110105194912310021", "facts": "征地<b>补偿</b>😀"}),
    )
    assert answer.status_code == 422
    page = soup(answer)
    assert "校验位不对" in page.select_one("#id_number-error").text
    assert page.select_one("#facts").text.strip() == "征地<b>补偿</b>😀"
    assert page.select_one(".ticket-number").text == "A001"
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_doubled_registration_makes_one_case(serving, inside):
    clerk = serving()
    form = soup(clerk.get("/queue/window")).select_one("#registration")
    data = {each["name"]: each.get("value", "") for each in form.select("input[type=hidden]")} | MATTER
    assert clerk.post("/queue/tickets/1/register", data=data).status_code == 303
    assert clerk.post("/queue/tickets/1/register", data=data).status_code == 409
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_draft_comes_back_and_goes_with_the_registration(serving, inside):
    clerk = serving()
    post(clerk, "/drafts/ticket:1", facts="说到一半", platform="petition")
    page = soup(clerk.get("/queue/window"))
    assert page.select_one("#facts").text.strip() == "说到一半"
    assert "草稿已存" in page.select_one("#draft-note").text
    refused = act(clerk, "/queue/tickets/1/finish")
    assert refused.status_code == 422
    assert soup(refused).select_one("#facts").text.strip() == "说到一半"
    assert soup(refused).select_one("#channel option[selected]")["value"] == "visit"
    act(clerk, "/queue/tickets/1/register", **MATTER)
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


@pytest.fixture
def earlier(app, house):
    """An open matter of Lv at petition and one at mediation."""
    with app.app_context():
        given = Registration(
            channel="visit", purpose="claim", subject="村道损坏未修", received_at=MORNING, petitioner=LV
        )
        other = Registration(channel="visit", purpose="claim", subject="邻里排水沟纠纷", received_at=MORNING, petitioner=LV,
                             platform="mediation")  # fmt: skip
        return (
            database.attempt(lambda session: register(session, house.zhang, given, at=MORNING)).number,
            database.attempt(lambda session: register(session, house.li, other, at=MORNING)).number,
        )


def test_follow_up_is_offered_first_and_only_for_what_is_open_to_me(earlier, serving, inside):
    clerk = serving()
    page = soup(clerk.get("/queue/window"))
    assert [each["value"] for each in page.select("input[name=case]")] == [earlier[0]]
    assert page.select_one("details.law[open]")
    person = page.select_one("#person").text
    assert "村道损坏未修" in person
    assert earlier[1] in person
    assert "邻里排水沟纠纷" not in page.text
    assert act(clerk, "/queue/tickets/1/follow-up", case=earlier[1], words="来问进度").status_code == 422
    missing = act(clerk, "/queue/tickets/1/follow-up", case=earlier[0], words="")
    assert "请填写本次来访所述" in soup(missing).select_one("#visit-words-error").text
    assert act(clerk, "/queue/tickets/1/follow-up", case=earlier[0], words="来问进度").status_code == 303
    with inside() as session:
        assert session.scalars(select(Visit.kind).order_by(Visit.id)).all()[-1] == "again"
    assert soup(clerk.get("/queue/window")).select_one(f"[hx-get='/cases/{earlier[0]}/panel']")


def test_a_typed_identity_number_brings_the_persons_matters(earlier, serving, inside):
    clerk = serving(person=None)
    assert "村道损坏未修" not in clerk.get("/queue/window").text
    asked = submit(clerk, "/queue/tickets/1/person", page="/queue/window", id_number=LV.id_number)
    assert "村道损坏未修" in soup(asked).select_one("#person").text
    form = soup(asked).select_one("form[action='/queue/tickets/1/identify']")
    data = {each["name"]: each["value"] for each in form.select("input")}
    assert clerk.post("/queue/tickets/1/identify", data=data).status_code == 303
    assert soup(clerk.get("/queue/window")).select("input[name=case]")
    unknown = submit(clerk, "/queue/tickets/1/person", page="/queue/window", id_number="x" * 10_000)
    assert unknown.status_code == 200
    with inside() as session:
        assert session.get(Ticket, 1).person_id == 1


def test_typing_keeps_a_draft_and_counts_as_activity(earlier, serving):
    clerk = serving()
    page = soup(clerk.get("/queue/window"))
    saver = page.select_one("form[action='/drafts/ticket:1']")
    assert "hx-headers" not in saver.attrs
    assert saver["hx-include"] == "#registration, #follow-up"
    assert page.select("#follow-up")
    assert page.select("#registration")
    post(clerk, "/drafts/ticket:1", words="又来问进度", case=earlier[0], platform="petition", version="2")
    page = soup(clerk.get("/queue/window"))
    assert page.select_one("#visit-words").text.strip() == "又来问进度"
    assert page.select_one("input[name=case][checked]")["value"] == earlier[0]
    assert page.select_one("details.law[open]")
    assert page.select_one("#visit-words").has_attr("data-focus")


def test_a_session_that_ended_gives_back_what_was_sent(serving, sign_in):
    clerk = serving()
    post(clerk, "/drafts/ticket:1", phone="139x", platform="petition")
    form = soup(clerk.get("/queue/window")).select_one("#registration")
    hidden = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
    with clock.frozen(later(120)):
        late = clerk.post("/queue/tickets/1/register", data=hidden | MATTER | {"facts": "午饭后又写了一段"})
        assert "/login" in late.headers["Location"]
        page = soup(sign_in("zhang").get("/queue/window"))
    assert page.select_one("#facts").text.strip() == "午饭后又写了一段"
    assert page.select_one("#phone")["value"] == "139x", "what was kept before stays beside it"


def test_the_repeat_card_at_the_window_leads_to_follow_up_with_the_ticket(earlier, serving, inside):
    clerk = serving(person=None)
    page = soup(clerk.get("/queue/window"))
    asker = page.select_one("form[hx-post='/cases/repeats']")
    for field in ("id_number", "phone", "petitioner_name", "address"):
        assert f"change from:#registration target:#{field}" in asker["hx-trigger"]
        assert page.select_one(f"#{field}")
    token = page.select_one("input[name=csrf_token]")["value"]
    answer = clerk.post(
        "/cases/repeats",
        data={"csrf_token": token, "at_window": "1", "phone": LV.phone, "platform": "petition"},
        headers={"HX-Request": "true"},
    )
    card = soup(answer).select_one("#repeats")
    assert "电话相同" in card.text
    assert "邻里排水沟纠纷" not in card.text
    exits = [each["href"] for each in card.select("a.btn")]
    assert exits == [f"/queue/window?follow={earlier[0]}"]
    assert card.select_one("input[name=link_to]")["value"] == earlier[0]
    post(clerk, "/drafts/ticket:1", facts="说村道又塌了一段", platform="petition")
    page = soup(clerk.get(exits[0]))
    assert page.select_one("input[name=case][checked]")["value"] == earlier[0]
    assert page.select_one("#visit-words").text.strip() == "说村道又塌了一段", "what was typed goes along"
    form = page.select_one("#follow-up")
    sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
    sent |= {"case": earlier[0], "words": "说村道又塌了一段"}
    assert clerk.post(form["action"], data=sent).status_code == 303
    with inside() as session:
        assert session.get(Ticket, 1).case_id == session.scalar(select(Case.id).where(Case.number == earlier[0]))


def test_follow_up_never_reaches_what_is_closed_to_me(earlier, serving):
    clerk = serving(person=None)
    page = soup(clerk.get(f"/queue/window?follow={earlier[1]}"))
    assert page.select("input[name=case]") == []
    assert "邻里排水沟纠纷" not in page.text


def test_a_new_matter_can_be_linked_from_the_repeat_card(earlier, serving, inside):
    clerk = serving()
    assert act(clerk, "/queue/tickets/1/register", **MATTER, link_to=earlier[0]).status_code == 303
    with inside() as session:
        ids = dict(session.execute(select(Case.number, Case.id)).all())
        new = next(each for number, each in ids.items() if number not in earlier)
        assert session.execute(select(CaseLink.one_id, CaseLink.other_id)).one() == (ids[earlier[0]], new)


def test_the_next_steps_of_a_registered_matter_are_few_and_one_key_away(serving, inside):
    clerk = serving()
    act(clerk, "/queue/tickets/1/register", **MATTER)
    with inside() as session:
        number = session.scalar(select(Case.number))
    panel = soup(clerk.get(f"/cases/{number}/panel", headers={"HX-Request": "true"}))
    labels = [each.text for each in panel.select("#case-actions > a")]
    assert labels[:4] == ["打印告知单1", "现场联系…2", "接谈笔录…3", "补充更正…4"]
    steps = panel.select("#proceedings .actions > a.btn:not(.btn-small)")
    assert 1 < len(steps) <= 4
    assert [each["data-key"] for each in steps if each.has_attr("data-key")] == ["F4"]
    assert "btn-primary" in steps[0]["class"]
    assert steps[0].text.startswith("转送"), "申诉求决 is never 即时办结, so that is not the likely one"
    others = panel.select_one("#proceedings details:not(.aside)")
    assert "即时办结…" in others.text
    assert "信访工作条例" in others.text


def test_opening_my_platforms_procedure_is_one_key_and_then_its_first_step(earlier, serving, sign_in, house, app):
    with app.app_context(), database.write() as session:
        grant(
            session,
            session.scalar(select(Case).where(Case.number == earlier[0])),
            "platform:mediation",
            why="接力",
            at=MORNING,
        )
    mediator = sign_in("li")
    address = f"/cases/{earlier[0]}/panel"
    first = soup(mediator.get(address)).select("#case-panel [data-key=F4]")
    assert [each.text.startswith("开启本平台程序") for each in first] == [True]
    opened = submit(mediator, f"/cases/{earlier[0]}/proceedings", page="/account", platform="mediation")
    assert opened.status_code == 303
    after = soup(mediator.get(address)).select("#case-panel [data-key=F4]")
    assert [each.text.startswith("双方同意调解") for each in after] == [True]


def test_no_word_of_a_visit_or_case_is_english(earlier, serving, inside, app):
    clerk = serving()
    with app.app_context(), database.write() as session:
        case = session.scalar(select(Case).where(Case.number == earlier[0]))
        note(session, case, "something.unheard", None, MORNING)
        ticket = session.get(Ticket, 1)
        append(session, f"ticket:{ticket.id}", "ticket.unheard", centre_id=1, actor_id=None, at=MORNING)
    for address in (f"/cases/{earlier[0]}", "/queue/window"):
        page = soup(clerk.get(address))
        told = " ".join(each.text for each in page.select(".timeline"))
        assert "其他记录" in told, address
        assert "unheard" not in page.text


def test_the_waiting_list_is_a_part_of_its_own(serving, desk):
    clerk = serving()
    desk(3, priority="military")
    part = clerk.get("/queue/window/waiting", headers={"HX-Request": "true"})
    root = soup(part).select_one("#waiting")
    assert "A002" in root.text
    assert "军人军属" in root.text
    assert "<html" not in part.text


def test_console_work_is_bounded(app, serving, desk, inside):
    clerk = serving()
    clerk.get("/queue/window")

    def measured() -> tuple[int, int]:
        seen = []
        with app.app_context():
            engine = database.db.engine
        note = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        size = len(clerk.get("/queue/window").data)
        event.remove(engine, "before_cursor_execute", note)
        return len(seen), size

    few, light = measured()
    for minute in range(20):
        desk(minute, service_id=VISIT)
    many, heavy = measured()
    assert few <= 32
    assert many <= few + 1
    assert light < heavy < 60_000


def test_the_overview_is_for_the_duty_head(house, sign_in, desk):
    desk(), desk(2, service_id=DISPUTE)
    page = soup(sign_in("zhao").get("/queue/overview"))
    assert page.text.count("有人等候，无窗口服务") == 2
    assert "数据时间 09:30:00" in page.text
    part = sign_in("sun").get("/queue/overview", headers={"HX-Request": "true"})
    assert soup(part).select_one("#overview")
    assert "<html" not in part.text


def test_a_group_matter_may_name_its_unit(serving, inside):
    clerk = serving(headcount=6)
    with inside(), database.write() as session:
        session.add(Unit(name="平陆县自然资源局", short_name="县自然资源局", level="county", region_code="140829"))
    page = soup(clerk.get("/queue/window"))
    assert page.select_one("#headcount")["value"] == "6"
    assert (
        act(
            clerk, "/queue/tickets/1/register", **(MATTER | {"headcount": "6", "competent_unit": "县自然资源局"})
        ).status_code
        == 303
    )
