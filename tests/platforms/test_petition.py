"""信访接处: each clock starts where the 条例 starts it and nowhere else."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from portal.access.permissions import Permission
from portal.platforms.petition import PLATFORM

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def starters(key: str) -> list[tuple[str, str]]:
    return [
        (step.code, clock)
        for step in PLATFORM.steps
        for clock in step.starts
        if clock == key or clock.startswith(f"{key}@")
    ]


def refusal(code: str, about: dict | None = None, **data) -> str | None:
    """What the step's guard says of ``data``; ``about`` changes the matter (an ordinary visitor's claim)."""
    step = PLATFORM.step(code)
    seen = {
        "state": step.source[0],
        "purpose": "claim",
        "channel": "visit",
        "number": "YC-2026-000009",
        "received_on": date(2026, 11, 20),
        "accused": (),
        "other": None,
        "linked": {},
        "reachable": False,
    } | (about or {})
    return step.guard(SimpleNamespace(data=data, **seen), AT)


def test_dispatch_runs_from_receipt_and_every_way_out_of_the_door_stops_it():
    assert PLATFORM.opening == ("petition.dispatch",)
    for step in PLATFORM.steps_from("registered"):
        # what happens beside the way, and units that have not agreed yet, are no dispatch
        goes_out = step.target and step.code != "consult"
        assert ("petition.dispatch" in step.stops) == bool(goes_out), step.code


def test_sixty_days_only_for_the_sixth_way():
    assert starters("petition.conclude") == [("handle", "petition.conclude@accepted_on")]
    assert "第三十一条第六项" in PLATFORM.step("handle").article
    lead_in = PLATFORM.step("lead_in")
    assert lead_in.starts == ()
    assert PLATFORM.states[lead_in.target].final
    path = next(field for field in lead_in.fields if field.name == "path")
    assert [code for code, _ in path.options] == ["one", "two", "three", "four", "five"]
    assert path.required


def test_the_fifth_way_is_done_or_answered_by_the_organ_itself():
    fulfil = PLATFORM.step("fulfil")
    assert (fulfil.source, fulfil.starts, PLATFORM.states[fulfil.target].final) == (("accepted",), (), True)
    assert fulfil.article.endswith("第三十一条第五项")
    assert "第三十条" in refusal("fulfil", {"purpose": "accusation"})
    assert refusal("fulfil") is None


def test_a_procedure_belongs_to_its_item():
    ways = dict(next(field for field in PLATFORM.step("lead_in").fields if field.name == "led_way").options)
    assert set(ways) == {f"{each.code}.{way.code}" for each in PLATFORM.guide[:5] for way in each.ways}
    assert "“（二）劳动人事争议仲裁”不属于" in refusal("lead_in", path="one", led_way="two.labour")
    assert refusal("lead_in", path="two", led_way="two.labour") is None
    assert refusal("lead_in", path="two") is None, "the list of the guide is not closed"


def test_an_assignment_names_a_day_and_a_unit_and_a_referral_wants_nothing_back():
    assign = {field.name: field for field in PLATFORM.step("assign").fields}
    assert assign["report_by"].required
    assert not assign["report_by"].past
    assert assign["unit"].required
    assert PLATFORM.step("assign").dues == ("petition.report_back@report_by",)
    assert PLATFORM.step("refer").starts == ()
    assert "report_by" not in {field.name for field in PLATFORM.step("refer").fields}


def test_unit_days_run_from_proved_receipt():
    for code in ("receive", "receive_justice"):
        assert "本事项收到之日（2026-11-20）" in refusal(code, received_on="2026-11-19")
        assert refusal(code, received_on="2026-11-20") is None
        assert refusal(code, received_on="2026-11-19", direct_unit="县局") is None, "the unit had it before the hall"
    assert PLATFORM.step("receive_justice").starts == (), "its notice follows its own rules (第四款)"
    assert next(field for field in PLATFORM.step("receive_justice").fields if field.name == "justice").must
    receive = PLATFORM.step("receive")
    assert set(receive.starts) == {"petition.notice_referred@received_on", "petition.objection@received_on"}
    assert {field.name for field in receive.fields if field.required} == {"received_on", "proof"}


def test_a_refused_objection_leaves_the_matter_with_the_unit_for_good():
    state = PLATFORM.step("refuse_return").target
    onward = {step.code for step in PLATFORM.steps_from(state)}
    assert "notify" in onward
    assert "object" not in onward
    assert PLATFORM.step("agree_return").target == "redispatch"
    assert {"refer", "assign"} <= {step.code for step in PLATFORM.steps_from("redispatch")}


def test_dispatching_is_the_petition_office_s():
    for code in ("refer", "assign", "report_up", "guide", "refuse_duplicate", "cease", "agree_return", "refuse_return"):
        assert PLATFORM.step(code).permission is Permission.PETITION_DISPATCH
    assert PLATFORM.step("give_opinion").permission is Permission.PETITION_HANDLE


def test_a_refusal_for_repetition_needs_all_three():
    needed = {field.name for field in PLATFORM.step("refuse_duplicate").fields if getattr(field, "must", False)}
    assert needed == {"is_running", "is_in_time", "is_to_superior"}
    needed = {field.name for field in PLATFORM.step("cease").fields if getattr(field, "must", False)}
    assert needed == {"same_facts", "same_reasons"}
    assert PLATFORM.step("refuse_duplicate").target != PLATFORM.step("cease").target


def test_review_rights_run_from_the_day_the_person_had_the_paper():
    assert starters("petition.review_request") == [("serve_opinion", "petition.review_request@served_on")]
    assert starters("petition.rereview_request") == [("serve_review", "petition.rereview_request@review_served_on")]
    assert PLATFORM.step("give_opinion").stops == ("petition.conclude",)
    assert "petition.review_request" not in PLATFORM.step("give_opinion").starts
    conclusion = next(field for field in PLATFORM.step("give_opinion").fields if field.name == "conclusion")
    assert [code for code, _ in conclusion.options] == ["support", "explain", "reject"]


@pytest.mark.parametrize(
    ("code", "earlier", "later"),
    [
        ("notify", "received_on", "notified_on"),
        ("object", "received_on", "objected_on"),
        ("handle", "received_on", "accepted_on"),
        ("give_opinion", "accepted_on", "issued_on"),
        ("fulfil", "received_on", "fulfilled_on"),
        ("serve_opinion", "issued_on", "served_on"),
        ("request_review", "served_on", "review_received_on"),
        ("request_review", "served_on", "review_requested_on"),
        ("request_review", "review_requested_on", "review_received_on"),
        ("serve_review", "review_received_on", "review_served_on"),
        ("serve_rereview", "rereview_received_on", "rereview_served_on"),
    ],
)
def test_days_out_of_order_are_refused_in_chinese(code, earlier, later):
    assert "不能早于" in refusal(code, **{earlier: "2026-11-20", later: "2026-11-19"})
    assert "不能早于" in refusal(code, **{earlier: "2026-11-20", later: date(2026, 11, 19)})
    assert refusal(code, **{earlier: "2026-11-20", later: "2026-11-20"}) is None
    assert refusal(code, **{later: "2026-11-20"}) is None


def test_a_rereview_is_not_asked_for_before_the_review_was_answered():
    answered = {"linked": {"review": {"review_served_on": "2026-11-20"}}}
    assert "不能早于" in refusal("request_rereview", answered, rereview_received_on="2026-11-19")
    assert "提出复核请求之日不能早于" in refusal("request_rereview", answered, rereview_requested_on="2026-11-19")
    assert refusal("request_rereview", answered, rereview_received_on="2026-11-20") is None


def test_a_reply_is_not_reviewed_by_the_organ_that_gave_it():
    handled = {"unit": "平陆县自然资源局", "direct_unit": "市自然资源和规划局"}
    assert "上一级" in refusal("request_review", review_organ="县自然资源局", **handled)
    assert "上一级" in refusal("request_review", review_organ="运城市住建局", direct_unit="市住建局")
    for above in ("市自然资源和规划局", "市自然资源局", "平陆县人民政府"):
        assert refusal("request_review", review_organ=above, **handled) is None, above
    reviewed = {"linked": {"review": {"review_served_on": "2026-11-20", "review_organ": "运城市自然资源和规划局"}}}
    for below in ("市自然资源和规划局", "县自然资源局"):
        assert "上一级" in refusal("request_rereview", reviewed, rereview_organ=below, **handled), below
    assert refusal("request_rereview", reviewed, rereview_organ="省自然资源厅", **handled) is None


def test_after_the_end_a_request_is_for_the_level_that_has_not_answered_yet():
    answered = {"review": {"review_served_on": "2026-11-20"}}
    for state in ("ended", "performed"):
        assert {"request_review", "request_rereview"} == {step.code for step in PLATFORM.steps_from(state)}
        assert refusal("request_review", {"state": state}) is None
        assert "请求复核" in refusal("request_review", {"state": state, "linked": answered})
        assert "请求复查" in refusal("request_rereview", {"state": state})
        assert refusal("request_rereview", {"state": state, "linked": answered}) is None


def test_support_is_carried_out_not_closed_on_paper():
    assert "督促执行" in refusal("close", conclusion="support")
    assert refusal("close", conclusion="reject") is None
    assert refusal("perform", conclusion="support") is None
    assert "予以支持" in refusal("perform", conclusion="explain")


def test_withdrawal_is_the_person_s_own_and_ends_every_clock_of_the_office():
    withdraw = PLATFORM.step("withdraw")
    assert next(field for field in withdraw.fields if field.name == "voluntary").must
    assert {"petition.dispatch", "petition.conclude", "petition.notice_referred", "petition.report_back"} <= set(
        withdraw.stops
    )
    assert "opinion" not in withdraw.source


def test_what_happens_beside_the_way_moves_neither_state_nor_clock():
    for code in ("report_urgent", "mediate", "hear", "hear_rereview", "urge", "propose_supervision"):
        step = PLATFORM.step(code)
        assert (step.target, step.starts, step.stops) == ("", (), ()), code
        assert all(step.leads_to(state) == state for state in step.source)


def test_a_dispute_over_who_receives_goes_up_in_three_steps_and_comes_back_to_dispatch():
    consulting = PLATFORM.step("consult").target
    assert {step.code for step in PLATFORM.steps_from(consulting)} >= {"agree_unit", "ask_superior", "ask_conference"}
    for asked, answered in (("ask_superior", "superior_decides"), ("ask_conference", "conference_settles")):
        assert PLATFORM.step(answered).source == (PLATFORM.step(asked).target,)
        assert PLATFORM.step(answered).target == "redispatch"
    assert PLATFORM.step("agree_unit").target == "redispatch"
    needed = {field.name for field in PLATFORM.step("ask_conference").fields if getattr(field, "must", False)}
    assert needed == {"no_common_superior"}


def test_an_accusation_is_never_sent_down_the_ordinary_way_nor_to_the_accused():
    accusation = {"purpose": "accusation", "accused": ("某某镇人民政府",)}
    for code in ("refer", "assign"):
        assert "第三十条" in refusal(code, accusation)
        assert refusal(code) is None
    assert "检举" in refusal("forward_accusation", authority="市纪委监委")
    assert "第三十条第三款" in refusal("forward_accusation", accusation, authority="某某镇人民政府")
    assert "第三十条第三款" in refusal("forward_accusation", accusation, authority="某某镇")
    assert refusal("forward_accusation", accusation, authority="市纪委监委") is None
    assert "另行登记" in refusal("forward_accusation", authority="市纪委监委"), "a remedy that there is"
    assert "第三十条第三款" in refusal("receive_direct", accusation, direct_unit="某某镇政府")
    assert refusal("receive_direct", accusation, direct_unit="县审计局") is None
    assert refusal("receive_direct", direct_unit="某某镇政府") is None
    onward = PLATFORM.step("hand_on_accusation")
    assert (onward.target, onward.permission) == ("accusation_forwarded", Permission.PETITION_HANDLE)
    assert "第三十条第三款" in refusal("hand_on_accusation", accusation, authority="某某镇人民政府")


@pytest.mark.parametrize(
    ("organ", "accused", "same"),
    [
        ("市住建局", "运城市住房和城乡建设局", True),
        ("市城管局", "运城市城市管理局", True),
        ("运城市住房和城乡建设局", "市住建局", True),
        ("市住房和城乡建设局信访科", "市住房和城乡建设局", True),
        ("县市场监督管理局", "平陆县市场监督管理局", True),
        ("驻市住房和城乡建设局纪检监察组", "市住房和城乡建设局", False),
        ("张店镇纪委", "张店镇人民政府", False),
        ("县纪委监委", "平陆县纪委", True),
        ("市自然资源局", "平陆县自然资源局", False),
        ("市纪委监委", "张某某", False),
        ("", "市住建局", False),
    ],
)
def test_the_accused_is_known_under_the_names_people_write(organ, accused, same):
    found = refusal("forward_accusation", {"purpose": "accusation", "accused": (accused,)}, authority=organ)
    assert bool(found) is same


def test_visitors_with_a_lawsuit_are_guided_and_letters_are_sent_on():
    assert refusal("guide") is None
    assert "来访" in refusal("guide", {"channel": "letter"})
    assert refusal("forward_justice", {"channel": "letter"}) is None
    assert "引导" in refusal("forward_justice")


def test_each_purpose_has_its_own_way():
    assert "第二十九条" in refusal("handle", {"purpose": "suggestion"})
    assert "第三十条" in refusal("lead_in", {"purpose": "accusation"})
    assert refusal("handle") is None
    assert refusal("lead_in") is None
    assert "建议" in refusal("answer_suggestion")
    assert refusal("answer_suggestion", {"purpose": "suggestion"}) is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (None, None),
        ({"same": True, "running": True, "overdue": False}, "自己的编号"),
        ({"same": False, "running": False, "overdue": False}, "已经办结"),
        ({"same": False, "running": True, "overdue": True}, "督办"),
        ({"same": False, "running": True, "overdue": False}, None),
    ],
)
def test_what_the_portal_knows_of_the_running_matter_outweighs_the_ticks(other, said):
    found = refusal("refuse_duplicate", {"other": SimpleNamespace(**other) if other else None})
    assert (found is None) if said is None else (said in found)
    if other is None:  # a number of ours that is not there was mistyped; another organ's we cannot look up
        assert "本系统没有编号" in refusal("refuse_duplicate", running_number=" yc-2026-000123")
        assert refusal("refuse_duplicate", running_number="国信-2026-1") is None


def test_a_matter_that_was_assigned_ends_with_its_report_only():
    owed = {"report_by": "2026-12-31"}
    ends = ("lead_in", "fulfil", "reconcile", "perform", "close", "withdraw", "conclude")
    for code in ends:
        conclusion = {"conclusion": "support" if code == "perform" else "reject"}
        assert "办结报告" in refusal(code, **owed, **conclusion), code
        assert "办结报告" in refusal(code, **owed, **conclusion, report="unneeded"), code
        assert refusal(code, **owed, **conclusion, report="received") is None, code
        assert refusal(code, **conclusion) is None, code
    assert "办结报告" in refusal("answer_suggestion", {"purpose": "suggestion"}, **owed)
    for code in ("guide", "forward_justice"):
        channel = {"channel": "visit" if code == "guide" else "letter"}
        assert "不再要求办结报告" in refusal(code, channel, **owed), code
    assert "办结报告" in refusal("forward_accusation", {"purpose": "accusation"}, authority="市纪委监委", **owed)


def test_every_end_of_what_can_be_assigned_asks_for_the_report_or_is_guarded():
    reachable = {"assigned"}
    while more := {to for state in reachable for _, to in PLATFORM.moves_from(state)} - reachable:
        reachable |= more
    for step in PLATFORM.steps:
        if step.target and PLATFORM.states[step.target].final and set(step.source) & reachable and not step.answers:
            about = {"purpose": "suggestion" if step.code == "answer_suggestion" else "claim"}
            about |= {"channel": "letter" if step.code == "forward_justice" else "visit"}
            if step.target == "accusation_forwarded":
                about = {"purpose": "accusation"}
            data = {"report_by": "2026-12-31", "conclusion": "support" if step.code == "perform" else "reject"}
            assert "报告" in (refusal(step.code, about, **data) or ""), step.code


def test_only_who_let_the_report_off_by_name_is_free():
    free = PLATFORM.step("free_report")
    assert (free.source, free.target, free.clears, free.stops) == (
        ("redispatch",),
        "",
        ("report_by",),
        ("petition.report_back",),
    )
    assert next(field for field in free.fields if field.name == "freed_why").required
    assert "没有交办" in refusal("free_report")
    assert refusal("free_report", report_by="2026-12-31") is None
    assert "petition.report_back" not in PLATFORM.step("agree_return").stops
    assert "petition.report_back" not in PLATFORM.step("refer").stops
    assert "petition.report_back" in PLATFORM.step("assign").stops, "another day takes the place of the first"


def test_who_can_be_found_is_told_in_writing():
    assert "应当书面告知" in refusal("notify_nobody", {"reachable": True}, unclear="address")
    assert refusal("notify_nobody", unclear="address") is None


@pytest.mark.parametrize(
    ("data", "other", "said"),
    [
        ({}, None, "送达之日"),
        ({"concluded_on": "2026-10-01"}, None, None),
        ({"earlier_number": "YC-2026-000001"}, None, "没有这个编号"),
        ({"earlier_number": "YC-2026-000001"}, {"same": True, "linked": {}}, "自己的编号"),
        ({"earlier_number": "YC-2026-000001"}, {"same": False, "linked": {}}, "没有已送达的复核意见"),
        ({"earlier_number": "YC-2026-000001"}, {"same": False, "linked": {"rereview": {"rereview_number": "复核1号"}}}, "没有已送达"),
        (
            {"earlier_number": "YC-2026-000001", "rereview_number": "复核 1号"},
            {"same": False, "linked": {"rereview": {"rereview_number": "复核1号", "rereview_served_on": "2026-10-01"}}},
            None,
        ),
        (
            {"earlier_number": "YC-2026-000001", "rereview_number": "复核2号", "concluded_on": "2026-10-01"},
            {"same": False, "linked": {"rereview": {"rereview_number": "复核1号", "rereview_served_on": "2026-10-01"}}},
            "与填写的不一致",
        ),
    ],
)  # fmt: skip
def test_a_rereview_that_the_hall_keeps_is_looked_up_and_another_s_is_typed(data, other, said):
    found = refusal("cease", {"other": SimpleNamespace(**other) if other else None}, **data)
    assert (found is None) if said is None else (said in found)


def test_only_a_late_request_can_be_declined():
    for kind in ("review", "rereview"):
        assert "没有逾期" in refusal(f"decline_{kind}")
        late = {f"petition.{kind}_request": "2026-12-23"}
        assert refusal(f"decline_{kind}", late=late) is None
        assert PLATFORM.step(f"decline_{kind}").stops == (f"petition.{kind}_decide",)


def test_who_reports_upwards_reports_to_the_national_office_too():
    assert "国家信访局" in refusal("report_urgent", to_superior=True)
    assert refusal("report_urgent", to_superior=True, to_national=True) is None
    assert refusal("report_urgent") is None
    musts = {field.name for field in PLATFORM.step("report_urgent").fields if getattr(field, "must", False)}
    assert musts == {"to_government", "to_departments", "to_joint_office"}


def test_urgent_and_late_matters_are_pointed_out():
    assert PLATFORM.reminds({}) == ()
    assert "第二十五条" in PLATFORM.reminds({"urgent": True})[0]
    unchecked = PLATFORM.reminds({"rereview_number": "复核1号", "concluded_on": "2026-10-01"})
    assert "“复核1号”（2026-10-01 送达）未在本系统核对" in unchecked[0]
    assert PLATFORM.reminds({"rereview_number": "复核1号", "earlier_number": "YC-2026-000001"}) == ()
    assert PLATFORM.reminds({"urgent": True, "reported_on": "2026-11-23"}) == ()
    assert "异议逾期" in PLATFORM.reminds({"late": {"petition.objection": "2026-11-30"}})[0]
    assert "2026-12-23" in PLATFORM.reminds({"late": {"petition.review_request": "2026-12-23"}})[0]


def test_the_guide_asks_the_six_of_the_article_in_order():
    assert [question.code for question in PLATFORM.guide] == ["one", "two", "three", "four", "five", "six"]
    for question, item in zip(PLATFORM.guide, "一二三四五六", strict=True):
        assert question.article.endswith(f"第三十一条第{item}项")
    paths = next(field for field in PLATFORM.fields if field.name == "first_advice")
    assert [code for code, _ in paths.options] == [question.code for question in PLATFORM.guide]
    assert [question.decision for question in PLATFORM.guide] == ["lead_in"] * 4 + ["fulfil", "handle"]
