"""矛盾多元调解: two consents, one refusal ends it, an agreement takes effect when it is signed and sealed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from portal.platforms.mediation import PLATFORM

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
AGREED = {
    "accepted_on": "2026-11-10",
    "agreement_form": "written",
    "signed_and_sealed": True,
    "effective_on": "2026-11-20",
    "perform_by": "2026-12-20",
}


def refusal(code: str, **data) -> str | None:
    step = PLATFORM.step(code)
    return step.guard(SimpleNamespace(state=step.source[0], data=data), AT)


def required(code: str) -> set[str]:
    return {field.name for field in PLATFORM.step(code).fields if field.required or getattr(field, "must", False)}


def test_the_way_of_a_mediation():
    way = ["both_consent", "hold_session", "hold_session", "agree", "follow_performance", "perform"]
    states = [PLATFORM.initial]
    for code in way:
        step = PLATFORM.step(code)
        assert states[-1] in step.source
        states.append(step.target)
    assert states == ["awaiting_consent", "consented", "in_session", "in_session", "agreed", "to_perform", "performed"]


@pytest.mark.parametrize("state", ["awaiting_consent", "consented", "in_session"])
def test_either_side_may_end_it_at_any_time_and_the_end_is_an_end(state):
    for code in ("refuse", "terminate"):
        step = PLATFORM.step(code)
        assert state in step.source
        assert step.target == "terminated"
        assert "mediation.usual_term" in step.stops
        assert "remedy_told" in required(code)
    assert PLATFORM.states["terminated"].final
    assert PLATFORM.steps_from("terminated") == ()


def test_refusal_is_a_reason_of_termination():
    reasons = next(field for field in PLATFORM.step("terminate").fields if field.name == "end_reason")
    assert ("refused", "一方明确拒绝调解") in reasons.options
    assert "第二十六条" in PLATFORM.step("terminate").article


def test_no_session_before_both_agreed():
    assert [step.code for step in PLATFORM.steps_from("awaiting_consent")] == ["both_consent", "refuse", "terminate"]
    assert {"applicant_consented_on", "respondent_consented_on", "openness", "chosen_by"} <= required("both_consent")


def test_consent_comes_before_acceptance():
    days = {"applicant_consented_on": "2026-11-10", "respondent_consented_on": "2026-11-12"}
    assert "不能早于" in refusal("both_consent", **days, accepted_on="2026-11-11")
    assert refusal("both_consent", **days, accepted_on="2026-11-12") is None
    assert "不能早于" in refusal("hold_session", accepted_on="2026-11-12", session_on="2026-11-11")
    assert refusal("hold_session", accepted_on="2026-11-12", session_on="2026-11-12") is None


def test_a_written_agreement_needs_signatures_and_seal_an_oral_one_does_not():
    assert refusal("agree", **AGREED) is None
    assert "签名" in refusal("agree", **AGREED | {"signed_and_sealed": False})
    assert refusal("agree", **AGREED | {"signed_and_sealed": False, "agreement_form": "oral"}) is None


def test_agreement_days_in_order():
    assert "不能早于" in refusal("agree", **AGREED | {"effective_on": "2026-11-09"})
    assert "不能早于" in refusal("agree", **AGREED | {"perform_by": "2026-11-19"})


def test_clocks():
    assert PLATFORM.opening == ()
    assert PLATFORM.step("both_consent").starts == ("mediation.usual_term@accepted_on",)
    agree = PLATFORM.step("agree")
    assert "mediation.confirmation_request@effective_on" in agree.starts
    assert agree.stops == ("mediation.usual_term",)
    assert agree.dues == ("mediation.performance@perform_by",)
    assert {"effective_on", "perform_by"} <= required("agree")


def test_part_is_not_the_whole():
    assert "尚未全部履行" in refusal("perform", extent="part", effective_on="2026-11-20", performed_on="2026-11-21")
    assert refusal("perform", extent="whole", effective_on="2026-11-20", performed_on="2026-11-21") is None
    assert "不能早于" in refusal("perform", extent="whole", effective_on="2026-11-20", performed_on="2026-11-19")


def test_mediation_is_free():
    for step in PLATFORM.steps:
        assert not [field.name for field in step.fields if "fee" in field.name or "费" in field.label]
