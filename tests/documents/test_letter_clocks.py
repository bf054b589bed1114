"""Letters that move clocks beyond their first service: a corrected reply served anew, a notice that extends the sixty days."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.cases.models import Clock, ClockExtension
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.clock_changes import Extension, extend
from portal.cases.operations.proceedings import unpacked
from portal.cases.timeline import timeline
from portal.documents.letters import operations as letter_operations
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.offers import offered
from portal.documents.letters.operations import extending
from portal.documents.letters.operations.shared import facts_of
from portal.statutes import queries as statutes
from portal.trail.queries import entries, verify
from tests.documents import letters
from tests.documents.letters import Organ, act, after, day, letter, sealed, serve

DUE, EXTENDED = date(2027, 1, 22), date(2027, 2, 21)


@pytest.fixture
def organ(session: Session) -> Organ:
    """The bureau, its petition in handling since MONDAY."""
    made = letters.found_organ()
    letters.bring_to(made.number, made.clerk, "handling")
    return made


def rows(session: Session, organ: Organ, key: str) -> list[Clock]:
    case = letters.case_of(session, organ.number)
    wanted = select(Clock).where(Clock.case_id == case.id, Clock.key == key).order_by(Clock.id)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def reissued(organ: Organ, letter_id: int, at, **changes) -> int:
    """The corrected letter, all the way to 用印."""
    new = act(organ.drafter, letter_id, "reissue", at, why="结论写错")
    with database.write() as session:
        row = letter(session, new)
        facts = facts_of(row) | changes
        letter_operations.revise(
            session, organ.drafter, new, version=row.version, facts=facts, issuer_unit_id=row.issuer_unit_id, at=at
        )
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
        act(by, new, code, at)
    for code in ("number", "seal"):
        act(organ.checker, new, code, at)
    return new


def told(session: Session, organ: Organ, kind: str) -> list:
    return entries(session, f"case:{letters.case_of(session, organ.number).id}", kinds=(kind,))


def test_a_corrected_opinion_starts_the_thirty_days_anew_from_its_own_receipt(session: Session, organ: Organ) -> None:
    first = sealed(organ, "opinion", conclusion="reject")
    serve(organ.drafter, first)
    second = reissued(organ, first, after(9), conclusion="support")
    assert [row.stopped_at for row in rows(session, organ, "petition.review_request")] == [None], "用印 moves no right"
    serve(organ.drafter, second, at=after(12), on=day(10))
    old, new = rows(session, organ, "petition.review_request")
    assert (old.started_on, old.stopped_at, old.stopped_by) == (day(0), after(12), "proceeding.corrected")
    assert (new.started_on, new.stopped_at) == (day(10), None)
    assert new.effective_due == date(2027, 1, 4), "30 days after 3 December end on Saturday 2 January and roll on"
    proceeding = letters.proceeding_of(session, organ.number)
    known = unpacked(proceeding)
    assert proceeding.state == "served"
    assert (known["conclusion"], known["opinion_number"]) == ("support", "运自然资信〔2026〕2号")
    assert known["served_on"] == day(10).isoformat()
    [event] = told(session, organ, "proceeding.corrected")
    assert (event.data["old"], event.data["new"]) == (day(0).isoformat(), day(10).isoformat())
    line = timeline(session, organ.clerk, letters.case_of(session, organ.number))
    assert any("更正后的答复已送达" in entry.title and "重新计算" in entry.detail for entry in line)
    assert verify(session) == []


def test_a_correction_that_failed_to_arrive_starts_nothing(session: Session, organ: Organ) -> None:
    first = sealed(organ, "opinion")
    serve(organ.drafter, first)
    second = reissued(organ, first, after(3))
    serve(organ.drafter, second, at=after(4), outcome="failed", recipient="")
    [right] = rows(session, organ, "petition.review_request")
    assert (right.started_on, right.stopped_at) == (day(0), None)
    assert told(session, organ, "proceeding.corrected") == []


def test_a_correction_of_what_was_never_served_is_served_like_a_first(session: Session, organ: Organ) -> None:
    first = sealed(organ, "opinion", conclusion="reject")
    second = reissued(organ, first, after(2), conclusion="explain")
    serve(organ.drafter, second, at=after(3))
    [right] = rows(session, organ, "petition.review_request")
    assert right.started_on == day(3)
    known = unpacked(letters.proceeding_of(session, organ.number))
    assert (known["conclusion"], known["opinion_number"]) == ("explain", "运自然资信〔2026〕2号")


def test_a_right_that_ran_out_runs_again_from_the_corrected_reply(session: Session, organ: Organ) -> None:
    first = sealed(organ, "opinion")
    serve(organ.drafter, first)
    second = reissued(organ, first, after(40))
    serve(organ.drafter, second, at=after(41))
    assert [row.started_on for row in rows(session, organ, "petition.review_request")] == [day(0), day(41)]


def conclude(session: Session, organ: Organ) -> Clock:
    return rows(session, organ, "petition.conclude")[-1]


def extensions(session: Session) -> list[ClockExtension]:
    wanted = select(ClockExtension).order_by(ClockExtension.id).execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def test_the_notice_extends_when_it_is_sealed_and_tells_when_it_is_received(session: Session, organ: Organ) -> None:
    letter_id = letters.drafted(organ, "extension")
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
        act(by, letter_id, code, after(1))
    act(organ.checker, letter_id, "number", after(2))
    assert conclude(session, organ).effective_due == DUE
    act(organ.checker, letter_id, "seal", after(2))
    assert conclude(session, organ).effective_due == EXTENDED
    [granted] = extensions(session)
    assert (granted.amount, granted.approver, granted.approved_on) == (30, "王某某（局长）", day(0)), (
        "as the letter says"
    )
    assert (granted.notice, granted.letter_id) == (letter(session, letter_id).number, letter_id)
    assert granted.ground.startswith("需要等待企业")
    assert granted.informed_on is None
    serve(organ.drafter, letter_id, at=after(5), on=day(4))
    assert [row.informed_on for row in extensions(session)] == [day(4)]
    assert [event.data["informed_on"] for event in told(session, organ, "clock.informed")] == [day(4).isoformat()]


def test_what_was_granted_by_hand_is_told_and_not_granted_twice(session: Session, organ: Organ) -> None:
    period = conclude(session, organ)
    given = Extension(amount=30, ground="情况复杂", approver="王局长", approved_on=day(0), notice="待发")
    with database.write() as writing:
        extend(writing, organ.clerk, period.id, version=period.version, extension=given, at=letters.MONDAY)
    with clock.frozen(after(1)):
        offer = offered(session, organ.drafter, letters.case_of(session, organ.number), KINDS["extension"])
    assert (offer["original_due"], offer["extended_due"]) == (DUE, EXTENDED)
    assert (offer["why"], offer["approved_by"], offer["approved_on"]) == ("情况复杂", "王局长", day(0))
    with pytest.raises(Refused, match="由王局长于 2026-11-23 批准"):
        sealed(organ, "extension", at=after(1))
    with pytest.raises(Refused, match="不是文书所写的 2027-01-25"):
        sealed(organ, "extension", at=after(1), original_due="2027-01-25", extended_due="2027-02-21")
    letter_id = sealed(organ, "extension", at=after(1), approved_by="王局长")
    [granted] = extensions(session)
    assert (granted.amount, granted.notice, granted.letter_id) == (30, "待发", letter_id)
    assert conclude(session, organ).effective_due == EXTENDED


def test_a_corrected_notice_extends_no_further(session: Session, organ: Organ) -> None:
    first = sealed(organ, "extension")
    second = reissued(organ, first, after(1), why="还需重新丈量。", approved_by="李局长")
    [granted] = extensions(session)
    assert (granted.ground, granted.approver) == ("还需重新丈量。", "李局长")
    assert (granted.letter_id, granted.notice) == (second, letter(session, second).number)
    assert conclude(session, organ).effective_due == EXTENDED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"original_due": "2027-01-20", "extended_due": "2027-02-01"}, "不一致"),
        ({"accepted_on": "2026-11-20"}, "自 2026-11-23 起算"),
    ],
)
def test_a_notice_that_starts_from_another_day_is_not_sealed(
    session: Session, organ: Organ, changes: dict, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        sealed(organ, "extension", **changes)
    assert conclude(session, organ).effective_due == DUE
    assert extensions(session) == []


def test_a_second_notice_above_the_cap_is_refused(session: Session, organ: Organ) -> None:
    sealed(organ, "extension", extended_due="2027-02-11")
    with pytest.raises(Refused, match="合计 40，超过上限"):
        sealed(organ, "extension", at=after(1), original_due="2027-02-11", extended_due="2027-03-03")
    assert [row.amount for row in extensions(session)] == [20]


def test_signed_on_the_last_day_is_in_time_though_sealed_after_it(session: Session, organ: Organ) -> None:
    letter_id = letters.drafted(organ, "extension", at=after(59))
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
        act(by, letter_id, code, after(60))
    for code in ("number", "seal"):
        act(organ.checker, letter_id, code, after(61))
    assert conclude(session, organ).effective_due == EXTENDED


def test_signed_after_the_last_day_extends_nothing(session: Session, organ: Organ) -> None:
    letter_id = letters.drafted(organ, "extension", at=after(60))
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check")):
        act(by, letter_id, code, after(61))
    with pytest.raises(Refused, match="届满"):
        act(organ.head, letter_id, "sign", after(61))
    assert (letter(session, letter_id).state, extensions(session)) == ("signing", []), "no number is lost"


def test_the_cap_is_that_of_the_rule_under_which_the_period_runs(session: Session, organ: Organ, monkeypatch) -> None:
    ours = statutes.law(session)
    shorter = replace(ours.rules.newest("petition.conclude"), extension_amount=10, valid_from=day(-1))
    after_it = replace(shorter, extension_amount=40, valid_from=day(1))
    book = ours.rules.after([shorter]).after([after_it])
    monkeypatch.setattr(extending, "law", lambda _session: replace(ours, rules=book))
    with pytest.raises(FieldProblems) as refused:
        letters.drafted(organ, "extension")
    assert "不得超过 10 日" in refused.value.problems["extended_due"]


def test_without_a_running_period_nothing_is_extended(session: Session) -> None:
    organ = letters.found_organ()
    with pytest.raises(Refused, match="没有正在计算的办理期限"):
        sealed(organ, "extension")
