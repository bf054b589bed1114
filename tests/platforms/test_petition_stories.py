"""A petition from registration to each of its ends, through the pages a clerk uses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.cases import registry
from portal.cases.models import Case, CaseLink, Clock, Proceeding
from portal.statutes import deadlines
from portal.trail.queries import verify
from tests.cases.desk import NOW, case_of, clerk, errors_of, founded, html, post, registered

__all__ = ["clerk", "founded"]
TODAY = "2026-11-23"
RECEIVED = ("receive", {"received_on": TODAY, "proof": "receipt"})
NOTIFIED = ("notify", {"notified_on": TODAY, "notified_how": "spot", "notice_number": "受理〔2026〕1号"})
DIRECT = (
    "receive_direct",
    {"direct_unit": "市自然资源和规划局", "received_on": TODAY, "not_petition_office": "y"},
)
SENT = (("refer", {"unit": "平陆县自然资源局"}), RECEIVED)
ACCEPTED = (*SENT, NOTIFIED)
HANDLED = (*ACCEPTED, ("handle", {"accepted_on": TODAY, "not_one_to_five": "y"}))
OPINION = {"issued_on": TODAY, "opinion_number": "意〔2026〕1号", "legal_basis": "土地管理法有关规定"}
SERVED = ("serve_opinion", {"served_on": TODAY, "proof": "receipt"})
REPORT = {"report": "unneeded"}
REJECTED = (*HANDLED, ("give_opinion", OPINION | {"conclusion": "reject"}), SERVED)
SUPPORTED = (*HANDLED, ("give_opinion", OPINION | {"conclusion": "support"}), SERVED)
REVIEW = (
    "request_review",
    {"review_requested_on": TODAY, "review_received_on": TODAY, "review_organ": "市自然资源和规划局"},
)
REVIEWED = (
    REVIEW,
    (
        "serve_review",
        {"review_number": "复查1号", "review_result": "维持", "review_served_on": TODAY, "proof": "receipt"},
    ),
)
REREVIEW = (
    "request_rereview",
    {"rereview_requested_on": TODAY, "rereview_received_on": TODAY, "rereview_organ": "省自然资源厅"},
)
DISPATCH = "petition.dispatch"
OBJECTED = ("object", {"objected_on": TODAY, "objection_reason": "不归本局", "proposed_unit": "县自然资源局"})
LEAD = {"lead_unit": "平陆县自然资源局", "co_units": "平陆县农业农村局"}
CONSULT = ("consult", {"units_involved": "县自然资源局、县农业农村局"})


@dataclass(frozen=True)
class Told:
    """One story: what is registered, the steps with what is typed, the state at the end."""

    end: str
    steps: tuple
    given: dict = field(default_factory=dict)


STORIES = {
    "即时办结": Told(
        "settled",
        (("settle", {"settled_kind": "advice", "answer": "已告知材料。", "agreed": "y"}),),
        {"purpose": "inquiry"},
    ),
    "引导": Told(
        "guided", (("guide", {"authority": "县人民法院", "explained": "已说明起诉条件"}),), {"channel": "visit"}
    ),
    "来信转送政法部门": Told("forwarded", (("forward_justice", {"authority": "县公安局"}),)),
    "检举控告": Told(
        "accusation_forwarded",
        (("forward_accusation", {"authority": "县纪委监委", "not_to_accused": "y"}),),
        {"purpose": "accusation", "respondent_name": "某某镇"},
    ),
    "在办重复": Told(
        "duplicate",
        (
            (
                "refuse_duplicate",
                {"running_number": "国信-1", "is_running": "y", "is_in_time": "y", "is_to_superior": "y"},
            ),
        ),
    ),
    "不再受理": Told(
        "ceased",
        (
            (
                "cease",
                {"rereview_number": "复核1号", "concluded_on": "2026-10-08", "same_facts": "y", "same_reasons": "y"},
            ),
        ),
    ),
    "直接收到：属于本单位职权": Told(
        "led_in",
        (
            DIRECT,
            ("notify", NOTIFIED[1]),
            ("lead_in", {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年"}),
        ),
    ),
    "直接收到：转送下级": Told(
        "led_in",
        (
            DIRECT,
            ("refer_down", {"unit": "平陆县自然资源局", "directed_on": TODAY, "directed_how": "spot"}),
            RECEIVED,
            NOTIFIED,
            ("lead_in", {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年"}),
        ),
    ),
    "直接收到：交办下级": Told(
        "led_in",
        (
            DIRECT,
            (
                "assign_down",
                {
                    "unit": "平陆县自然资源局",
                    "report_by": "2026-12-31",
                    "directed_on": TODAY,
                    "directed_how": "post",
                },
            ),
            RECEIVED,
            NOTIFIED,
            ("lead_in", {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年", "report": "received"}),
        ),
    ),
    "直接收到：不属于职权": Told(
        "directed",
        (
            DIRECT,
            (
                "direct_elsewhere",
                {
                    "competent_organ": "县住建局",
                    "reason": "房屋质量归住建",
                    "directed_on": TODAY,
                    "directed_how": "spot",
                },
            ),
        ),
    ),
    "直接收到：不属于职权，无法告知": Told(
        "undirected",
        (
            DIRECT,
            (
                "direct_nobody",
                {
                    "competent_organ": "县住建局",
                    "reason": "房屋质量归住建",
                    "unclear": "both",
                    "unclear_checked": "匿名来信",
                },
            ),
        ),
        {"petitioner_name": ""},
    ),
    "导入法定程序": Told(
        "led_in",
        (*ACCEPTED, ("lead_in", {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年"})),
    ),
    "依法履行或者答复": Told(
        "fulfilled",
        (
            *ACCEPTED,
            (
                "fulfil",
                {
                    "fulfilled_how": "answered",
                    "fulfilled": "经查不属违法建设。",
                    "fulfilled_on": TODAY,
                    "limits_told": "复议六十日",
                },
            ),
        ),
    ),
    "建议采纳": Told(
        "suggestion_answered",
        (*ACCEPTED, ("answer_suggestion", {"adoption": "partly", "reply": "采纳第一条。"})),
        {"purpose": "suggestion"},
    ),
    "无法告知": Told(
        "led_in",
        (
            *SENT,
            ("notify_nobody", {"unclear": "address", "unclear_checked": "电话不通，查无此址"}),
            ("lead_in", {"path": "one", "led_to": "县法院", "limits_told": "三年"}),
        ),
    ),
    "异议不成立": Told(
        "ended",
        (
            *SENT,
            ("object", {"objected_on": TODAY, "objection_reason": "不属职权", "proposed_unit": "县住建局"}),
            ("refuse_return", {"reason": "属于该局职权"}),
            NOTIFIED,
            ("handle", {"accepted_on": TODAY, "not_one_to_five": "y"}),
            ("give_opinion", OPINION | {"conclusion": "explain"}),
            SERVED,
            ("close", {"guidance": "已解释", **REPORT}),
        ),
    ),
    "异议成立重新交办": Told(
        "ended",
        (
            *SENT,
            ("object", {"objected_on": TODAY, "objection_reason": "不属职权", "proposed_unit": "县住建局"}),
            ("agree_return", {}),
            ("assign", {"unit": "县住建局", "report_by": "2026-12-31"}),
            RECEIVED,
            NOTIFIED,
            ("handle", {"accepted_on": TODAY, "not_one_to_five": "y"}),
            ("give_opinion", OPINION | {"conclusion": "reject"}),
            SERVED,
            ("close", {"guidance": "已解释", "report": "received"}),
        ),
    ),
    "报请": Told(
        "withdrawn",
        (
            ("report_up", {"proposal": "建议专题研究"}),
            ("decided", {"decision": "由县政府牵头"}),
            *SENT,
            ("withdraw", {"withdrawn_by": "written", "voluntary": "y"}),
        ),
    ),
    "协商受理": Told(
        "led_in",
        (
            CONSULT,
            ("agree_unit", LEAD),
            *ACCEPTED,
            ("lead_in", {"path": "four", "led_to": "县政府", "limits_told": "六十日"}),
        ),
    ),
    "上一级决定": Told(
        "withdrawn",
        (
            CONSULT,
            ("ask_superior", {"dispute": "都说不归自己", "common_superior": "县人民政府"}),
            ("superior_decides", LEAD | {"jurisdiction_decision": "由县自然资源局受理"}),
            ("withdraw", {"withdrawn_by": "oral", "voluntary": "y"}),
        ),
    ),
    "联席会议协调": Told(
        "withdrawn",
        (
            CONSULT,
            ("ask_conference", {"dispute": "跨县争议", "no_common_superior": "y"}),
            ("conference_settles", LEAD | {"jurisdiction_decision": "由平陆县受理"}),
            ("withdraw", {"withdrawn_by": "oral", "voluntary": "y"}),
        ),
    ),
    "调解和解": Told(
        "reconciled",
        (
            *HANDLED,
            ("mediate", {"both_consent": "y", "mediated_on": TODAY, "mediated_by": "县调委会", "mediated": "各让一步"}),
            (
                "reconcile",
                {
                    "agreement_kind": "mediation",
                    "agreement_number": "调1号",
                    "both_agreed": "y",
                    "petitioner_agreed": "y",
                },
            ),
        ),
    ),
    "支持并督促执行": Told(
        "performed",
        (
            *SUPPORTED,
            ("urge", {"urged_on": TODAY, "urged_unit": "县自然资源局", "urged": "已付一半"}),
            ("perform", {"performance": "已付清", **REPORT}),
        ),
    ),
    "听证后解释": Told(
        "ended",
        (
            *HANDLED,
            ("hear", {"hearing_on": TODAY, "hearing_why": "涉及多户", "hearing_record": "到会十人"}),
            ("give_opinion", OPINION | {"conclusion": "explain"}),
            SERVED,
            ("close", {"guidance": "已解释", **REPORT}),
        ),
    ),
    "复查复核": Told(
        "concluded",
        (
            *REJECTED,
            *REVIEWED,
            REREVIEW,
            (
                "hear_rereview",
                {
                    "rereview_hearing_first": TODAY,
                    "rereview_hearing_last": TODAY,
                    "rereview_hearing_record": "双方到会",
                },
            ),
            (
                "serve_rereview",
                {
                    "rereview_number": "复核1号",
                    "rereview_result": "维持",
                    "rereview_served_on": TODAY,
                    "proof": "receipt",
                },
            ),
            ("conclude", {"guidance": "已疏导", **REPORT}),
        ),
    ),
}


def register(client: FlaskClient, **given: str) -> str:
    """Register through the form; the number."""
    typed = {
        "channel": "letter",
        "platform": "petition",
        "purpose": "claim",
        "headcount": "1",
        "litigation": "none",
        "petitioner_name": "吕德胜",
        "facts": "风电施工占用耕地，赔偿款至今未付。",
        "demands": "支付赔偿款",
    }
    answer = post(client, "/cases/new", **typed | given)
    assert answer.status_code == 303, html(answer).select_one(".error-summary")
    return answer.headers["Location"].rsplit("/", 1)[1]


def offered(client: FlaskClient, number: str) -> dict[str, str]:
    """The steps that the case's page offers: code → address."""
    links = html(client.get(f"/cases/{number}")).select('#proceedings a[href*="/steps/"]')
    return {link["href"].rsplit("/", 1)[1]: link["href"] for link in links}


def take(client: FlaskClient, number: str, step: str, typed: dict):
    """Take ``step`` from the page that offers it; what came back."""
    address = offered(client, number)[step]
    form = html(client.get(address)).select_one("main form")
    hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    return client.post(address, data=hidden | typed)


def taken(client: FlaskClient, number: str, *steps: tuple[str, dict]) -> None:
    """Take ``steps``, each of which must be accepted."""
    for step, typed in steps:
        answer = take(client, number, step, typed)
        assert answer.status_code == 303, (step, html(answer).select_one(".error-summary"))


def refusal(answer) -> str:
    """What the head of a refused form says."""
    assert answer.status_code == 422
    return html(answer).select_one(".error-summary").get_text(" ", strip=True)


def state_of(inside: Callable, number: str, level: str = "") -> str:
    with inside() as session:
        wanted = select(Proceeding.state).where(Proceeding.case_id == case_of(session, number).id)
        return session.scalar(wanted.where(Proceeding.level == level))


def clocks_of(inside: Callable, number: str, *, running: bool = True) -> set[str]:
    with inside() as session:
        wanted = select(Clock.key).where(Clock.case_id == case_of(session, number).id)
        return set(session.scalars(wanted.where(Clock.stopped_at.is_(None)) if running else wanted))


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
def test_each_end_is_reached_from_registration_and_the_case_can_be_closed(
    told: Told, clerk: FlaskClient, inside: Callable
) -> None:
    number = register(clerk, **told.given)
    assert clocks_of(inside, number) == {"petition.dispatch"}
    taken(clerk, number, *told.steps)
    assert state_of(inside, number) == told.end
    left = {key for key in clocks_of(inside, number) if deadlines.rule(key).binds == "office"}
    assert left == set(), "no period of the office outlives the procedure"
    page = html(clerk.get(f"/cases/{number}"))
    assert registry.platform("petition").states[told.end].label in page.select_one("#proceedings").get_text()
    assert set(offered(clerk, number)) == ({"request_review"} if told.end in ("ended", "performed") else set())
    outcome = page.select_one('#demands a[href*="/demands/"]')["href"]
    post(clerk, outcome, results="explained", met="partly", outcome="见答复")
    assert post(clerk, f"/cases/{number}/closing", remark="程序走完").status_code == 303
    with inside() as session:
        assert case_of(session, number).closed_at == NOW
        assert verify(session) == []


def test_the_stories_reach_every_end(founded: Flask) -> None:
    states = registry.platform("petition").states
    platform = registry.platform("petition")
    ends = {code for code, state in states.items() if state.final and not platform.level_of(code)}
    assert {told.end for told in STORIES.values()} == ends


def test_an_assignment_has_the_day_that_was_named_and_its_report(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    answer = take(clerk, number, "assign", {"unit": "县住建局"})
    assert "指定办理期限" in refusal(answer)
    taken(clerk, number, ("assign", {"unit": "县住建局", "report_by": "2026-12-31"}))
    with inside() as session:
        named = session.scalar(select(Clock).where(Clock.key == "petition.report_back"))
        assert named.effective_due.isoformat() == "2026-12-31"


def test_a_unit_that_has_a_petition_directly_has_its_own_fifteen_days(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    office = refusal(take(clerk, number, "receive_direct", {"direct_unit": "市局", "received_on": TODAY}))
    assert "不是信访部门" in office
    taken(clerk, number, DIRECT)
    with inside() as session:
        due = dict(session.execute(select(Clock.key, Clock.effective_due).where(Clock.stopped_at.is_(None))).all())
    assert {key: day.isoformat() for key, day in due.items()} == {"petition.notice_direct": "2026-12-08"}
    assert next(iter(offered(clerk, number))) == "notify", "own competence is the natural next step"
    down = {"unit": "县局", "directed_on": "2026-11-20", "directed_how": "spot"}
    assert "不能早于收到之日" in refusal(take(clerk, number, "refer_down", down))
    assert "书面告知信访人之日" in refusal(take(clerk, number, "refer_down", {"unit": "县局", "directed_how": "spot"}))
    taken(clerk, number, ("refer_down", down | {"directed_on": TODAY}))
    assert clocks_of(inside, number) == set(), "the receiving unit's days begin with its own receipt"


def test_whoever_cannot_be_found_stops_no_transfer_down_and_whoever_can_is_told(
    clerk: FlaskClient, inside: Callable
) -> None:
    number = register(clerk, petitioner_name="")
    taken(clerk, number, DIRECT)
    missing = take(clerk, number, "refer_down", {"unit": "县局"})
    assert "书面告知信访人之日" in refusal(missing)
    assert "告知方式" in refusal(missing)
    assert "查找、核对" in refusal(take(clerk, number, "refer_down", {"unit": "县局", "unclear": "name"}))
    unclear = {"unclear": "name", "unclear_checked": "信封上没有姓名"}
    taken(clerk, number, ("refer_down", {"unit": "县局"} | unclear))
    assert (state_of(inside, number), clocks_of(inside, number)) == ("referred", set())
    known = register(clerk, address="运城市平陆县张店镇风口村3组12号")
    taken(clerk, known, DIRECT)
    assert "应当书面告知" in refusal(take(clerk, known, "refer_down", {"unit": "县局"} | unclear))


def test_what_comes_back_is_to_be_dispatched_within_the_days_that_ran_from_its_receipt(
    clerk: FlaskClient, sign_in: Callable, inside: Callable
) -> None:
    number, direct = register(clerk), register(clerk, facts="直接向该局反映。")
    taken(clerk, number, *SENT)
    down = {"unit": "县局", "directed_on": TODAY, "directed_how": "spot"}
    taken(clerk, direct, DIRECT, ("refer_down", down), RECEIVED, OBJECTED, ("agree_return", {}))
    assert clocks_of(inside, direct) == {"petition.notice_direct"}, (
        "the unit that had it directly has its own fifteen days"
    )
    with clock.frozen(NOW + timedelta(days=11)):
        later = sign_in("clerk")
        taken(later, number, ("object", OBJECTED[1] | {"objected_on": "2026-12-04"}))
        page = html(later.get(f"/cases/{number}"))
        assert "异议逾期提出（期限至 2026-11-30" in page.select_one("#case-panel").get_text()
        assert "逾期提出（期限至 2026-11-30）" in page.select_one("#timeline").get_text()
        taken(later, number, ("agree_return", {}))
        assert "异议逾期" not in html(later.get(f"/cases/{number}")).select_one("#case-panel").get_text()
    with inside() as session:
        wanted = select(Clock.started_on, Clock.effective_due, Clock.stopped_by)
        found = list(session.execute(wanted.where(Clock.case_id == case_of(session, number).id, Clock.key == DISPATCH)))
        assert sorted(tuple(map(str, row)) for row in found) == [
            (TODAY, "2026-12-08", ""),
            (TODAY, "2026-12-08", "petition.refer"),
        ]
        assert case_of(session, number).next_due.isoformat() == "2026-12-08"
    taken(clerk, number, ("report_up", {"proposal": "建议专题研究"}))
    assert clocks_of(inside, number) == set()
    taken(clerk, number, ("decided", {"decision": "由县政府牵头"}))
    assert clocks_of(inside, number) == {DISPATCH}


def test_a_justice_organ_has_neither_days_for_notice_nor_for_an_objection(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, ("refer", {"unit": "市公安局"}))
    early = {"received_on": "2026-11-20", "proof": "receipt", "justice": "y"}
    assert "不能早于本事项收到之日" in refusal(take(clerk, number, "receive_justice", early))
    taken(clerk, number, ("receive_justice", early | {"received_on": TODAY}))
    assert (state_of(inside, number), clocks_of(inside, number)) == ("awaiting_notice", set())


def test_nobody_is_told_to_bring_an_accusation_to_the_accused(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk, purpose="accusation", respondent_name="某某镇政府")
    taken(clerk, number, DIRECT)
    told = {"reason": "归镇里管", "directed_on": TODAY, "directed_how": "spot"}
    assert "第三十条第三款" in refusal(
        take(clerk, number, "direct_elsewhere", told | {"competent_organ": "某某镇政府"})
    )
    assert "移送有权机关" in refusal(
        take(clerk, number, "refer_down", {"unit": "县局", "directed_on": TODAY, "directed_how": "spot"})
    )
    assert state_of(inside, number) == "direct"
    taken(clerk, number, ("direct_elsewhere", told | {"competent_organ": "县纪委监委"}))


def test_an_accusation_does_not_come_to_the_accused_and_finds_its_way_from_whoever_has_it(
    clerk: FlaskClient, inside: Callable
) -> None:
    number = register(clerk, purpose="accusation", respondent_name="市住房和城乡建设局")
    direct = DIRECT[1] | {"direct_unit": "运城市住建局"}
    assert "第三十条第三款" in refusal(take(clerk, number, "receive_direct", direct)), (
        "the record knows the unit's name"
    )
    taken(clerk, number, DIRECT, ("notify", NOTIFIED[1]))
    assert next(iter(offered(clerk, number))) == "hand_on_accusation"
    sent = {"authority": "住房和城乡建设局", "not_to_accused": "y"}
    assert "第三十条第三款" in refusal(take(clerk, number, "hand_on_accusation", sent))
    taken(clerk, number, ("hand_on_accusation", sent | {"authority": "市纪委监委驻市住房和城乡建设局纪检监察组"}))
    assert state_of(inside, number) == "accusation_forwarded"
    assert clocks_of(inside, number) == set()


ASSIGNED = (("assign", {"unit": "县住建局", "report_by": "2026-12-31"}), RECEIVED)


def test_a_report_is_owed_through_a_new_dispatch_until_it_is_there_or_let_off(
    clerk: FlaskClient, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *ASSIGNED, OBJECTED, ("agree_return", {}))
    assert "petition.report_back" in clocks_of(inside, number)
    taken(clerk, number, *ACCEPTED)
    led = {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年"}
    assert "须先收到办结报告" in refusal(take(clerk, number, "lead_in", led))
    assert "须先收到办结报告" in refusal(take(clerk, number, "lead_in", led | {"report": "unneeded"}))
    assert state_of(inside, number) == "accepted"
    taken(clerk, number, ("lead_in", led | {"report": "received"}))
    assert "petition.report_back" not in clocks_of(inside, number)


def test_a_dispatcher_who_wants_no_report_any_more_says_so_with_a_reason(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *ASSIGNED, OBJECTED, ("agree_return", {}))
    assert "请填写" in str(take(clerk, number, "free_report", {"freed_why": ""}).get_data(as_text=True))
    taken(clerk, number, ("free_report", {"freed_why": "改由省级督办，另行报告"}))
    assert "petition.report_back" not in clocks_of(inside, number)
    assert "改由省级督办" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    taken(clerk, number, *ACCEPTED, ("lead_in", {"path": "two", "led_to": "县劳动仲裁委", "limits_told": "一年"}))
    assert state_of(inside, number) == "led_in"


def test_a_second_assignment_names_another_day_and_the_first_clock_stops(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *ASSIGNED, OBJECTED, ("agree_return", {}))
    taken(clerk, number, ("assign", {"unit": "县自然资源局", "report_by": "2027-01-15"}))
    with inside() as session:
        wanted = select(Clock.effective_due, Clock.stopped_by).where(Clock.key == "petition.report_back")
        found = [(due.isoformat(), by) for due, by in session.execute(wanted.order_by(Clock.id))]
    assert found == [("2026-12-31", "petition.assign"), ("2027-01-15", "")]


def test_whoever_left_name_and_address_is_told_in_writing(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk, address="运城市平陆县张店镇风口村3组12号")
    taken(clerk, number, *SENT)
    unclear = {"unclear": "address", "unclear_checked": "没有去找"}
    assert "应当书面告知" in refusal(take(clerk, number, "notify_nobody", unclear))
    assert state_of(inside, number) == "awaiting_notice"


def test_a_repeated_petition_after_a_rereview_that_the_hall_keeps(clerk: FlaskClient, inside: Callable) -> None:
    first = register(clerk)
    taken(clerk, first, *STORIES["复查复核"].steps)
    again = register(clerk, facts="以同样的事实和理由再次提出。")
    ticks = {"earlier_number": first.lower(), "same_facts": "y", "same_reasons": "y"}
    assert "与填写的不一致" in refusal(take(clerk, again, "cease", ticks | {"rereview_number": "复核9号"}))
    taken(clerk, again, ("cease", ticks | {"rereview_number": "复核1号"}))
    assert state_of(inside, again) == "ceased"
    panel = html(clerk.get(f"/cases/{again}")).select_one("#case-panel").get_text()
    assert "未在本系统核对" not in panel
    with inside() as session:
        assert session.scalar(select(CaseLink.why)) == "不再受理"


def test_a_rereview_of_another_hall_is_shown_as_not_checked_here(clerk: FlaskClient) -> None:
    number = register(clerk)
    typed = {"rereview_number": "省复核3号", "same_facts": "y", "same_reasons": "y"}
    assert "送达之日" in refusal(take(clerk, number, "cease", typed))
    taken(clerk, number, ("cease", typed | {"concluded_on": "2026-10-08"}))
    assert "未在本系统核对" in html(clerk.get(f"/cases/{number}")).select_one("#case-panel").get_text()


def test_the_unit_has_fifteen_days_and_five_working_days_from_receipt(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *SENT)
    with inside() as session:
        due = dict(session.execute(select(Clock.key, Clock.effective_due).where(Clock.stopped_at.is_(None))).all())
    assert {key: day.isoformat() for key, day in due.items()} == {
        "petition.notice_referred": "2026-12-08",
        "petition.objection": "2026-11-30",
    }


@pytest.mark.parametrize(
    ("given", "step", "typed", "said"),
    [
        ({"purpose": "accusation"}, "refer", {"unit": "县局"}, "移送有权机关"),
        ({}, "settle", {"settled_kind": "advice", "answer": "已答", "agreed": "y"}, "依程序办理"),
        ({}, "guide", {"authority": "县法院", "explained": "已说明"}, "只用于来访"),
        ({"channel": "visit"}, "forward_justice", {"authority": "县公安局"}, "引导"),
        (
            {"purpose": "accusation", "respondent_name": "某某镇政府"},
            "forward_accusation",
            {"authority": "某某镇政府", "not_to_accused": "y"},
            "第三十条第三款",
        ),
        (
            {},
            "report_urgent",
            {
                "reported_on": TODAY,
                "to_government": "y",
                "to_departments": "y",
                "to_joint_office": "y",
                "to_superior": "y",
                "urgent_report": "人数较多",
            },
            "国家信访局",
        ),
    ],
)
def test_a_way_that_is_not_for_the_matter_is_refused_in_words_and_nothing_moves(
    clerk: FlaskClient, inside: Callable, given: dict, step: str, typed: dict, said: str
) -> None:
    number = register(clerk, **given)
    answer = take(clerk, number, step, typed)
    assert said in refusal(answer)
    kept = next(value for value in typed.values() if value not in ("y", "advice"))
    assert kept in str(html(answer).main), "what was typed stays"
    assert state_of(inside, number) == "registered"


def test_a_repetition_of_an_overdue_matter_is_handled_and_its_supervision_proposed(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    running = register(clerk)
    ticks = {"running_number": running.lower(), "is_running": "y", "is_in_time": "y", "is_to_superior": "y"}
    in_time = register(clerk, facts="再次反映同一件事。")
    taken(clerk, in_time, ("refuse_duplicate", ticks))
    with inside() as session:
        assert session.scalar(select(CaseLink.why)) == "不予受理（在办重复）"
    with clock.frozen(NOW + timedelta(days=16)):
        later = sign_in("clerk")
        again = register(later, facts="第三次反映同一件事。")
        assert "督办" in refusal(take(later, again, "refuse_duplicate", ticks))
        proposed = {"supervision_ground": "delay", "supervised_unit": "县局", "supervision_advice": "限期分办"}
        taken(later, running, ("propose_supervision", proposed))
        assert "提出督办" in html(later.get(f"/cases/{running}")).select_one("#timeline").get_text()
    assert state_of(inside, again) == "registered"
    assert state_of(inside, running) == "registered", "what happens beside the way moves nothing"
    assert "petition.dispatch" in clocks_of(inside, running)


def test_an_urgent_matter_is_pointed_out_until_it_is_reported(clerk: FlaskClient) -> None:
    number = register(clerk, own_urgent="y")
    panel = html(clerk.get(f"/cases/{number}")).select_one("#case-panel")
    assert "尚未登记报告" in panel.get_text()
    missing = take(clerk, number, "report_urgent", {"reported_on": TODAY, "urgent_report": "人数较多"})
    assert refusal(missing).count("请确认后勾选此项") == 3
    told = {"to_government": "y", "to_departments": "y", "to_joint_office": "y"}
    taken(clerk, number, ("report_urgent", {"reported_on": TODAY, "urgent_report": "人数较多"} | told))
    assert "尚未登记报告" not in html(clerk.get(f"/cases/{number}")).select_one("#case-panel").get_text()


def test_a_request_for_review_on_day_31_is_registered_shown_late_and_decided_by_the_reviewing_organ(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED)
    with clock.frozen(NOW + timedelta(days=31)):
        later = sign_in("clerk")
        asked = {"review_requested_on": "2026-12-24", "review_received_on": "2026-12-24", "review_organ": "市局"}
        taken(later, number, ("request_review", asked))
        assert state_of(inside, number) == "under_review"
        assert state_of(inside, number, "review") == "reviewing"
        page = html(later.get(f"/cases/{number}"))
        assert "复查请求逾期提出（期限至 2026-12-23）" in page.select_one("#case-panel").get_text()
        assert "逾期提出" in page.select_one("#timeline").get_text()
        assert "petition.review_decide" in clocks_of(inside, number)
        declined = {
            "review_declined_number": "不予复查1号",
            "review_declined": "无正当理由",
            "review_declined_on": "2026-12-24",
        }
        taken(later, number, ("decline_review", declined))
    assert state_of(inside, number) == "served"
    assert state_of(inside, number, "review") == "review_declined"
    assert "petition.review_decide" not in clocks_of(inside, number)


def test_a_request_on_day_30_is_in_time_by_its_postmark_and_cannot_be_declined(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED)
    with clock.frozen(NOW + timedelta(days=33)):
        later = sign_in("clerk")
        asked = {"review_requested_on": "2026-12-23", "review_received_on": "2026-12-26", "review_organ": "市局"}
        taken(later, number, ("request_review", asked))
        assert "逾期提出" not in html(later.get(f"/cases/{number}")).get_text()
        declined = {"review_declined_number": "1号", "review_declined": "无", "review_declined_on": "2026-12-26"}
        assert "没有逾期" in refusal(take(later, number, "decline_review", declined))
    with inside() as session:
        due = session.scalar(select(Clock.effective_due).where(Clock.key == "petition.review_decide"))
        assert due.isoformat() == "2027-01-25", "thirty days from the day the organ had the request"


def test_whoever_declared_an_interest_takes_no_step_and_a_colleague_does(
    clerk: FlaskClient, sign_in: Callable, founded: Flask, inside: Callable
) -> None:
    number = registered(founded)
    empty = post(clerk, f"/cases/{number}/recusal", interest=" ", part=True)
    assert empty.status_code == 422
    assert "利害关系" in errors_of(empty, "recuse-interest")
    assert post(clerk, f"/cases/{number}/recusal", interest="信访人是我表弟").status_code == 303
    assert "申明回避" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    assert "回避" in refusal(take(clerk, number, "refer", {"unit": "县局"}))
    outcome = html(clerk.get(f"/cases/{number}")).select_one('#demands a[href*="/demands/"]')["href"]
    assert "回避" in refusal(post(clerk, outcome, results="solved", met="met", outcome=""))
    assert "回避" in refusal(post(clerk, f"/cases/{number}/closing", remark=""))
    again = post(clerk, f"/cases/{number}/recusal", interest="再说一次", part=True)
    assert "已经申明" in again.get_data(as_text=True)
    assert state_of(inside, number) == "registered"
    colleague = sign_in("accused")  # of nothing in this matter: another clerk of the platform
    taken(colleague, number, ("refer", {"unit": "县局"}))
    assert state_of(inside, number) == "referred"


def test_care_goes_on_after_the_end_and_opens_nothing(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    assert clerk.get(f"/cases/{number}/care").status_code == 404, "the procedure is still running"
    taken(clerk, number, *STORIES["不再受理"].steps)
    outcome = html(clerk.get(f"/cases/{number}")).select_one('#demands a[href*="/demands/"]')["href"]
    post(clerk, outcome, results="explained", met="unmet", outcome="")
    post(clerk, f"/cases/{number}/closing", remark="")
    refused = post(clerk, f"/cases/{number}/care", kind="", words="送去米面", part=True)
    assert "请选择类别" in errors_of(refused, "care-kind")
    assert "送去米面" in refused.get_data(as_text=True)
    assert post(clerk, f"/cases/{number}/care", kind="help", words="送去米面").status_code == 303
    page = html(clerk.get(f"/cases/{number}"))
    assert "疏导帮扶：帮扶救助" in page.select_one("#timeline").get_text()
    with inside() as session:
        case = session.scalar(select(Case).where(Case.number == number))
        assert (case.state, case.next_due) == ("closed", None)
