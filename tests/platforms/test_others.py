"""The rules of law that the other eight platforms carry in their first form."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from portal.platforms import court_link, governance, hotline, labour, legal_aid, relief
from portal.platforms.shared import before

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def refusal(module, code: str, **data) -> str | None:
    step = module.PLATFORM.step(code)
    return step.guard(SimpleNamespace(state=step.source[0], data=data), AT)


def musts(module, code: str) -> set[str]:
    return {field.name for field in module.PLATFORM.step(code).fields if getattr(field, "must", False)}


@pytest.mark.parametrize(
    ("module", "code", "earlier", "later"),
    [
        (court_link, "agree", "signed_on", "effective_on"),
        (court_link, "apply_confirmation", "effective_on", "applied_on"),
        (legal_aid, "grant", "applied_on", "decided_on"),
        (legal_aid, "refuse", "applied_on", "decided_on"),
        (legal_aid, "assign", "decided_on", "assigned_on"),
        (relief, "accept", "referred_on", "accepted_on"),
        (labour, "accept", "applied_on", "accepted_on"),
        (labour, "serve_final_award", "awarded_on", "employer_received_on"),
        (labour, "serve_non_final_award", "awarded_on", "worker_received_on"),
    ],
)
def test_days_out_of_order_are_refused_in_chinese(module, code, earlier, later):
    assert "不能早于" in refusal(module, code, **{earlier: "2026-11-20", later: "2026-11-19"})
    assert refusal(module, code, **{earlier: "2026-11-20", later: "2026-11-20"}) is None


def test_before_says_nothing_about_a_missing_day():
    assert before({"b": "2026-11-19", "a": "2026-11-20"}, "b", "a")
    assert not before({"b": "2026-11-20", "a": "2026-11-20"}, "b", "a")
    assert not before({"b": "2026-11-19", "a": None}, "b", "a")
    assert not before({}, "b", "a")


def test_entrusted_mediation_counts_from_the_signature_by_kind():
    starts = {
        code: court_link.PLATFORM.step(code).starts
        for code in ("receive_before_filing", "receive_ordinary", "receive_summary")
    }
    assert starts == {
        "receive_before_filing": ("court_link.entrusted_before_filing@signed_on",),
        "receive_ordinary": ("court_link.entrusted_ordinary@signed_on",),
        "receive_summary": ("court_link.entrusted_summary@signed_on",),
    }


def test_confirmation_is_joint_and_never_about_status_and_only_before_filing():
    assert musts(court_link, "apply_confirmation") == {"jointly", "no_status"}
    assert {step.code for step in court_link.PLATFORM.steps_from("mediating_after")} == {"report_court"}
    assert "not_evidence" in musts(court_link, "report_court")


def test_advice_alone_starts_no_clock_and_an_application_starts_the_decision():
    assert legal_aid.PLATFORM.opening == ()
    assert legal_aid.PLATFORM.step("advise").starts == ()
    assert legal_aid.PLATFORM.step("apply").starts == ("legal_aid.decide@applied_on",)
    assert legal_aid.PLATFORM.step("grant").starts == ("legal_aid.assign@decided_on",)


def test_hardship_is_spared_by_two_different_articles():
    assert "才无需说明" in refusal(legal_aid, "apply", hardship="unneeded")
    assert refusal(legal_aid, "apply", hardship="unneeded", check_exempt=True) is None
    assert refusal(legal_aid, "apply", hardship="unneeded", condition_free=True) is None
    assert refusal(legal_aid, "apply", hardship="pledge") is None


def test_supplement_is_asked_once():
    assert refusal(legal_aid, "supplement", supplement_told="身份证明") is None
    assert "只能一次性告知" in refusal(legal_aid, "supplement", supplement_told="证据", supplemented_on="2026-11-20")


def test_help_first_for_limitation_needs_its_last_day():
    assert "届满之日" in refusal(legal_aid, "provide_first", first_ground="limitation")
    assert refusal(legal_aid, "provide_first", first_ground="limitation", limitation_on="2026-11-25") is None
    assert refusal(legal_aid, "provide_first", first_ground="preservation") is None


def test_emergency_relief_goes_by_the_place_of_the_emergency():
    assert "急难发生地" in refusal(relief, "refer", relief_kind="temporary", place_basis="household")
    assert refusal(relief, "refer", relief_kind="temporary", place_basis="emergency") is None
    assert refusal(relief, "refer", relief_kind="minimum", place_basis="household") is None


def test_relief_first_needs_all_three_and_checking_needs_consent():
    assert musts(relief, "help_first") == {"is_urgent", "is_small", "is_immediate"}
    assert "agreed" in musts(relief, "consent")
    assert [
        step.code for step in relief.PLATFORM.steps if step.target == "referred" and "consented" in step.source
    ] == ["refer"]


def test_one_award_different_clocks_for_each_side():
    assert set(labour.PLATFORM.step("serve_final_award").starts) == {
        "labour.sue_final_worker@worker_received_on",
        "labour.set_aside_final_employer@employer_received_on",
    }
    assert {clock.partition("@")[0] for clock in labour.PLATFORM.step("serve_non_final_award").starts} == {
        "labour.sue_non_final"
    }


def test_mediation_is_no_condition_of_arbitration():
    assert {"registered", "mediating", "unmediated"} == set(labour.PLATFORM.step("apply_arbitration").source)


def test_the_hotline_and_the_ledger_have_no_number_of_their_own():
    assert not [step.code for step in hotline.PLATFORM.steps if step.starts]
    assert governance.PLATFORM.step("dispatch").dues == ("governance.process@handle_by",)


def test_the_five_accounts_in_order():
    state = governance.PLATFORM.initial
    for code in ("dispatch", "receive_answer", "verify", "clear", "hand_over"):
        assert state in governance.PLATFORM.step(code).source
        state = governance.PLATFORM.step(code).target
    assert governance.PLATFORM.states[state].final
