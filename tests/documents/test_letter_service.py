"""送达: only proved receipt starts the citizen's rights, through the case's own operation, and every attempt is kept."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.models import Clock
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.proceedings import unpacked
from portal.cases.timeline import timeline
from portal.documents.letters import queries
from portal.documents.letters.serving import METHODS, OUTCOMES, Attempt, problems_of, proof_of
from tests.documents import letters
from tests.documents.letters import NAME, Organ, act, after, day, letter, sealed, serve
from tests.staff import MONDAY, hire


@pytest.fixture
def organ(session: Session) -> Organ:
    """The bureau, its petition in handling."""
    made = letters.found_organ()
    letters.bring_to(made.number, made.clerk, "handling")
    return made


def running(session: Session, number: str) -> dict[str, Clock]:
    case = letters.case_of(session, number)
    wanted = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    return {clock.key: clock for clock in session.scalars(wanted)}


def test_the_right_to_review_starts_on_the_day_of_proved_receipt(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "opinion", at=after(1))
    proceeding = letters.proceeding_of(session, organ.number)
    assert proceeding.state == "opinion", "用印 took the step of 出具"
    known = unpacked(proceeding)
    assert (known["opinion_number"], known["conclusion"], known["issued_on"]) == (
        "运自然资信〔2026〕1号",
        "support",
        day(1).isoformat(),
    )
    assert "petition.review_request" not in running(session, organ.number)
    serve(organ.drafter, letter_id, at=after(4), on=day(3))
    right = running(session, organ.number)["petition.review_request"]
    assert right.started_on == day(3)
    assert right.effective_due == date(2026, 12, 28), (
        "30 days after 26 November end on Saturday 26 December and roll on"
    )
    assert letters.proceeding_of(session, organ.number).state == "served"
    assert letter(session, letter_id).served_on == day(3)


@pytest.mark.parametrize(
    "attempt",
    [
        {"method": "post", "outcome": "failed", "recipient": ""},
        {"method": "direct", "outcome": "failed", "recipient": ""},
    ],
)
def test_without_proof_no_right_starts_and_the_attempt_is_kept(session: Session, organ: Organ, attempt: dict) -> None:
    letter_id = sealed(organ, "opinion")
    serve(organ.drafter, letter_id, at=after(1), **attempt)
    row = letter(session, letter_id)
    assert (row.state, row.served_on) == ("sealed", None)
    assert "petition.review_request" not in running(session, organ.number)
    assert [each.proof for each in queries.services(session, row)] == [""]
    serve(organ.drafter, letter_id, at=after(2))
    assert running(session, organ.number)["petition.review_request"].started_on == day(2)
    assert [each.proof for each in queries.services(session, letter(session, letter_id))] == ["", "receipt"]


def test_a_refusal_before_a_witness_is_receipt(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "opinion")
    refused = {"method": "retained", "outcome": "refused", "recipient": ""}
    with pytest.raises(FieldProblems) as problem:
        serve(organ.drafter, letter_id, at=after(1), **refused)
    assert set(problem.value.problems) == {"witness", "place"}
    serve(organ.drafter, letter_id, at=after(1), **refused, witness="村委会 王某", place="风口村3组")
    assert unpacked(letters.proceeding_of(session, organ.number))["proof"] == "witness"
    assert running(session, organ.number)["petition.review_request"].started_on == day(1)


@pytest.mark.parametrize(("on", "says"), [(-1, "早于用印"), (2, "晚于今天")])
def test_no_service_before_the_seal_and_none_tomorrow(session: Session, organ: Organ, on: int, says: str) -> None:
    letter_id = sealed(organ, "opinion")
    with pytest.raises(FieldProblems) as problem:
        serve(organ.drafter, letter_id, at=after(1), on=day(on))
    assert says in problem.value.problems["served_on"]
    assert queries.services(session, letter(session, letter_id)) == []


def test_no_service_before_the_letter_is_issued(session: Session, organ: Organ) -> None:
    letter_id = letters.drafted(organ, "opinion")
    with pytest.raises(Refused, match="不能登记送达"):
        serve(organ.drafter, letter_id)


def test_served_once(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "opinion")
    serve(organ.drafter, letter_id)
    with pytest.raises(Refused, match="不能登记送达"):
        serve(organ.drafter, letter_id)


def test_a_procedure_that_has_not_come_so_far_refuses_before_the_signature_and_no_number_is_lost(
    session: Session,
) -> None:
    organ = letters.found_organ()
    letter_id = letters.drafted(organ, "opinion")
    act(organ.drafter, letter_id, "submit")
    act(organ.checker, letter_id, "check")
    with pytest.raises(Refused, match="现为“已登记·待分办”，还不能“出具信访处理意见书”"):
        act(organ.head, letter_id, "sign")
    assert letter(session, letter_id).state == "signing"
    letters.bring_to(organ.number, organ.clerk, "handling")
    act(organ.head, letter_id, "sign")
    letters.step(organ.clerk, organ.number, "withdraw", voluntary=True, withdrawn_by="written")
    with pytest.raises(Refused, match="现为“信访人已撤回”"):
        act(organ.checker, letter_id, "number")
    other = sealed(organ, "not_competent")
    assert letter(session, other).number == "运自然资信〔2026〕1号"


def test_a_letter_that_says_other_than_the_page_is_not_signed(session: Session, organ: Organ) -> None:
    by_hand = {"conclusion": "reject", "issued_on": letters.TODAY, "opinion_number": "待编", "legal_basis": "待填"}
    letters.step(organ.clerk, organ.number, "give_opinion", **by_hand)
    with pytest.raises(Refused, match="登记的处理意见是“不予支持”，文书写的是“予以支持”"):
        sealed(organ, "opinion", at=after(1))
    letter_id = sealed(organ, "opinion", at=after(1), conclusion="reject")
    known = unpacked(letters.proceeding_of(session, organ.number))
    assert (known["opinion_number"], known["issued_on"]) == ("运自然资信〔2026〕1号", day(1).isoformat())
    assert known["legal_basis"] == letters.LAW, "what was typed by hand follows the sealed letter"
    line = timeline(session, organ.clerk, letters.case_of(session, organ.number))
    assert any((entry.title, entry.detail) == ("程序登记已与用印的文书一致", "运自然资信〔2026〕1号") for entry in line)
    serve(organ.drafter, letter_id, at=after(2))
    with pytest.raises(Refused, match="已有用印的信访处理意见书"):
        sealed(organ, "opinion", at=after(3), conclusion="reject")


def test_no_second_opinion_beside_the_one_that_was_served_on_paper(session: Session, organ: Organ) -> None:
    by_hand = {"conclusion": "support", "issued_on": letters.TODAY, "opinion_number": "局意1号", "legal_basis": "法"}
    letters.step(organ.clerk, organ.number, "give_opinion", **by_hand)
    letters.step(organ.clerk, organ.number, "serve_opinion", served_on=letters.TODAY, proof="receipt")
    with pytest.raises(Refused, match="（局意1号）已经送达"):
        sealed(organ, "opinion", at=after(1))


def test_the_seal_and_the_receipt_are_authority_enough_for_their_step(session: Session) -> None:
    organ = letters.found_organ()
    letters.bring_to(organ.number, organ.clerk, "awaiting_notice")
    office = hire("bureauoffice", letters.Role.LEADER_OFFICE, unit=letters.BUREAU, name="办公室庚")
    serve(office, sealed(organ, "acceptance"))
    proceeding = letters.proceeding_of(session, organ.number)
    assert (proceeding.state, proceeding.handler_id) == ("accepted", organ.clerk.id), "the office handles nothing here"
    letters.step(organ.drafter, organ.number, "handle", accepted_on=letters.TODAY, not_one_to_five=True)
    letter_id = letters.drafted(organ, "opinion")
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
        act(by, letter_id, code)
    for code in ("number", "seal"):
        act(office, letter_id, code)
    assert letters.proceeding_of(session, organ.number).state == "opinion"
    assert "petition.conclude" not in running(session, organ.number)
    serve(office, letter_id)
    assert "petition.review_request" in running(session, organ.number)
    assert letters.proceeding_of(session, organ.number).handler_id == organ.drafter.id


def test_a_step_taken_by_hand_is_not_taken_again_and_must_agree(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "opinion")
    letters.step(organ.clerk, organ.number, "serve_opinion", at=after(2), served_on=day(1).isoformat(), proof="post")
    with pytest.raises(Refused, match="不一致"):
        serve(organ.drafter, letter_id, at=after(2))
    serve(organ.drafter, letter_id, at=after(2), on=day(1))
    assert running(session, organ.number)["petition.review_request"].started_on == day(1)


def test_a_review_s_receipt_starts_the_right_to_rereview(session: Session, organ: Organ) -> None:
    opinion = sealed(organ, "opinion")
    serve(organ.drafter, opinion)
    letters.step(
        organ.clerk,
        organ.number,
        "request_review",
        review_requested_on="2026-11-23",
        review_received_on="2026-11-23",
        review_organ="运城市人民政府",
    )
    office = hire("office", letters.Role.LEADER_OFFICE, platforms=("petition",), unit=letters.GOVERNMENT, name="秘书庚")
    letter_id = letters.drafted(organ, "review", issuer=letters.GOVERNMENT)
    for by, code in (
        (organ.drafter, "submit"),
        (office, "check"),
        (organ.leader, "sign"),
    ):
        act(by, letter_id, code)
    with pytest.raises(Refused, match="机关代字尚未设定"):
        act(office, letter_id, "number")
    admin = hire("admin", letters.Role.SYSTEM_ADMIN, name="系统甲")
    with letters.database.write() as writing:
        letters.operations.set_word(writing, admin, letters.unit(writing, letters.GOVERNMENT).id, "运政复查", at=MONDAY)
    act(office, letter_id, "number")
    act(office, letter_id, "seal")
    serve(organ.drafter, letter_id, at=after(5), method="post", recipient="", reference="EMS1234567890CN")
    assert running(session, organ.number)["petition.rereview_request"].started_on == day(5)
    known = unpacked(letters.proceeding_of(session, organ.number, "review"))
    assert letters.proceeding_of(session, organ.number).state == "reviewed"
    assert (known["review_number"], known["review_result"], known["proof"]) == (
        "运政复查〔2026〕1号",
        "维持原处理意见。",
        "post",
    )


def test_the_notice_of_acceptance_takes_its_step_where_it_can(session: Session) -> None:
    organ = letters.found_organ()
    letters.bring_to(organ.number, organ.clerk, "awaiting_notice")
    letter_id = sealed(organ, "acceptance")
    serve(organ.drafter, letter_id, method="spot")
    proceeding = letters.proceeding_of(session, organ.number)
    assert proceeding.state == "accepted"
    known = unpacked(proceeding)
    assert (known["notice_number"], known["notified_how"]) == ("运自然资信〔2026〕1号", "spot")
    assert "petition.notice_referred" not in running(session, organ.number)


@pytest.mark.one_engine
def test_proof_is_asked_of_every_way_of_serving() -> None:
    def told(method: str, outcome: str) -> Attempt:
        return Attempt(method, outcome, day(0))

    for method, _ in METHODS:
        for outcome, _ in OUTCOMES:
            bare = told(method, outcome)
            assert bool(problems_of(bare)) is (outcome != "failed"), f"{method} {outcome} proves nothing by itself"
            assert bool(proof_of(bare)) is (outcome != "failed")
    assert problems_of(Attempt("post", "received", day(0), reference="EMS1")) == {}
    assert problems_of(Attempt("electronic", "received", day(0), reference="A-1")) == {}
    assert problems_of(Attempt("direct", "received", day(0), recipient=NAME)) == {}
    assert set(problems_of(Attempt("post", "refused", day(0), witness="王", place="村"))) == {"outcome"}
    assert set(problems_of(Attempt("retained", "received", day(0), recipient=NAME))) == {"outcome"}
