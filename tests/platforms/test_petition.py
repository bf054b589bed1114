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


def refusal(code: str, **data) -> str | None:
    step = PLATFORM.step(code)
    return step.guard(SimpleNamespace(state=step.source[0], data=data), AT)


def test_dispatch_runs_from_receipt_and_every_way_out_of_the_door_stops_it():
    assert PLATFORM.opening == ("petition.dispatch",)
    for step in PLATFORM.steps_from("registered"):
        assert "petition.dispatch" in step.stops, step.code


def test_sixty_days_only_for_the_sixth_way():
    assert starters("petition.conclude") == [("handle", "petition.conclude@accepted_on")]
    assert "第三十一条第六项" in PLATFORM.step("handle").article
    lead_in = PLATFORM.step("lead_in")
    assert lead_in.starts == ()
    assert PLATFORM.states[lead_in.target].final
    path = next(field for field in lead_in.fields if field.name == "path")
    assert [code for code, _ in path.options] == ["one", "two", "three", "four", "five"]
    assert path.required


def test_an_assignment_names_a_day_and_a_unit_and_a_referral_wants_nothing_back():
    assign = {field.name: field for field in PLATFORM.step("assign").fields}
    assert assign["report_by"].required
    assert not assign["report_by"].past
    assert assign["unit"].required
    assert PLATFORM.step("assign").dues == ("petition.report_back@report_by",)
    assert PLATFORM.step("refer").starts == ()
    assert "report_by" not in {field.name for field in PLATFORM.step("refer").fields}


def test_unit_days_run_from_proved_receipt():
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
        ("serve_opinion", "issued_on", "served_on"),
        ("request_review", "served_on", "review_received_on"),
        ("request_rereview", "review_served_on", "rereview_received_on"),
    ],
)
def test_days_out_of_order_are_refused_in_chinese(code, earlier, later):
    assert "不能早于" in refusal(code, **{earlier: "2026-11-20", later: "2026-11-19"})
    assert "不能早于" in refusal(code, **{earlier: "2026-11-20", later: date(2026, 11, 19)})
    assert refusal(code, **{earlier: "2026-11-20", later: "2026-11-20"}) is None
    assert refusal(code, **{later: "2026-11-20"}) is None


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
