"""A letter's life: who may do what, four eyes, numbers, 用印, correction. The rules hold whoever comes through which page."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal import database
from portal.access.permissions import Role
from portal.cases import operations as cases
from portal.cases import queries as case_queries
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.documents.letters import blocks, issuers, life, offers, operations, queries
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter
from portal.platforms import PLATFORMS
from portal.trail.queries import entries
from tests.documents import letters
from tests.documents.letters import BUREAU, FACTS, GOVERNMENT, OFFICE, Organ, act, after, drafted, letter, sealed
from tests.staff import MONDAY, hire


@pytest.fixture
def organ(session: Session) -> Organ:
    """The bureau and its petition."""
    return letters.found_organ()


def kinds_of_events(session: Session, number: str) -> list[str]:
    case = letters.case_of(session, number)
    return [e.kind for e in entries(session, f"case:{case.id}") if e.kind.startswith("letter.")]


def test_a_letter_goes_its_whole_way_and_leaves_its_trail(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "acceptance")
    letters.serve(organ.drafter, letter_id)
    act(organ.drafter, letter_id, "archive")
    row = letter(session, letter_id)
    assert (row.state, row.number) == ("archived", "运自然资信〔2026〕1号")
    assert (row.drafted_by, row.checked_by, row.signed_by, row.sealed_by) == (
        organ.drafter.id,
        organ.checker.id,
        organ.head.id,
        organ.checker.id,
    )
    assert kinds_of_events(session, organ.number) == [
        "letter.drafted",
        "letter.submitted",
        "letter.checked",
        "letter.signed",
        "letter.numbered",
        "letter.sealed",
        "letter.served",
        "letter.archived",
    ]


def test_from_the_seal_on_the_text_is_kept_whole(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "acceptance")
    row = letter(session, letter_id)
    assert row.content_sha256 == blocks.digest(row.content)
    kept = blocks.load(row.content)
    assert (kept.number, kept.dated, kept.signer) == (
        "运自然资信〔2026〕1号",
        "2026年11月23日",
        "运城市自然资源和规划局",
    )
    stated = [e for e in entries(session, f"case:{row.case_id}") if e.kind == "letter.sealed"]
    assert stated[0].data["sha256"] == row.content_sha256
    with pytest.raises(Refused, match="不能再改"), database.write() as writing:
        operations.revise(
            writing, organ.drafter, letter_id, version=row.version, facts=FACTS["acceptance"],
            issuer_unit_id=row.issuer_unit_id, at=MONDAY,
        )  # fmt: skip
    with pytest.raises(Refused, match="不能作废"):
        act(organ.drafter, letter_id, "void", why="写错了")


def test_the_kept_text_does_not_follow_the_record(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "acceptance")
    before = letter(session, letter_id).content
    with database.separate_write() as connection:
        connection.execute(text("UPDATE unit SET name = '改名后的局' WHERE short_name = :name"), {"name": BUREAU})
    assert letter(session, letter_id).content == before
    assert "改名后的局" not in before


@pytest.mark.parametrize(
    ("who", "code", "so_far", "says"),
    [
        ("drafter", "check", "checking", "您参与了拟稿"),
        ("drafter", "sign", "signing", "没有“签发”的权限"),
        ("duty", "check", "checking", "须由出具文书的机关"),
        ("duty", "sign", "signing", "须由出具文书的机关"),
        ("leader", "sign", "signing", "须由出具文书的机关"),
        ("clerk", "number", "signed", "须由出具文书的机关"),
        ("head", "number", "signed", "没有“编号”的权限"),
        ("clerk", "seal", "numbered", "须由出具文书的机关"),
    ],
)
def test_who_may_not(session: Session, organ: Organ, who: str, code: str, so_far: str, says: str) -> None:
    letter_id = drafted(organ, "acceptance")
    way = (("drafter", "submit"), ("checker", "check"), ("head", "sign"), ("checker", "number"))
    for by, earlier in way:
        if letter(session, letter_id).state == so_far:
            break
        act(getattr(organ, by), letter_id, earlier)
    assert letter(session, letter_id).state == so_far
    with pytest.raises(Refused, match=says):
        act(getattr(organ, who), letter_id, code)
    assert letter(session, letter_id).state == so_far


def test_whoever_wrote_in_it_does_not_check_it(session: Session, organ: Organ) -> None:
    letter_id = drafted(organ, "acceptance")
    row = letter(session, letter_id)
    with database.write() as writing:
        operations.revise(
            writing, organ.checker, letter_id, version=row.version, facts=FACTS["acceptance"] | {"contact": "科长"},
            issuer_unit_id=row.issuer_unit_id, at=MONDAY,
        )  # fmt: skip
    act(organ.drafter, letter_id, "submit")
    with pytest.raises(Refused, match="您参与了拟稿"):
        act(organ.checker, letter_id, "check")


def test_a_head_who_drafts_does_not_sign(session: Session, organ: Organ) -> None:
    both = hire("both", Role.HANDLER, Role.LEADER, platforms=("petition",), unit=BUREAU, name="身兼两职")
    letter_id = drafted(organ, "acceptance", both)
    act(both, letter_id, "submit")
    act(organ.checker, letter_id, "check")
    with pytest.raises(Refused, match="您参与了拟稿，不能由您签发"):
        act(both, letter_id, "sign")


def test_sent_back_it_says_why_and_is_a_draft_again(session: Session, organ: Organ) -> None:
    letter_id = drafted(organ, "acceptance")
    act(organ.drafter, letter_id, "submit")
    act(organ.checker, letter_id, "check")
    with pytest.raises(FieldProblems):
        act(organ.head, letter_id, "return", why="  ")
    act(organ.head, letter_id, "return", why="处理途径写得不清楚。")
    row = letter(session, letter_id)
    assert (row.state, row.note, row.checked_by) == ("draft", "处理途径写得不清楚。", None)


@pytest.mark.parametrize(
    "code", ["check", "sign", "number", "seal", "archive", "return", "reissue", "finish", "nonsense"]
)
def test_no_step_is_skipped(session: Session, organ: Organ, code: str) -> None:
    letter_id = drafted(organ, "acceptance")
    with pytest.raises(Refused):
        act(organ.checker, letter_id, code, why="x")
    assert letter(session, letter_id).state == "draft"


def test_who_comes_second_with_an_old_page_is_told(session: Session, organ: Organ) -> None:
    letter_id = drafted(organ, "acceptance")
    seen = letter(session, letter_id).version
    act(organ.drafter, letter_id, "submit")
    with pytest.raises(StaleVersion) as stale:
        act(organ.drafter, letter_id, "submit", version=seen)
    assert "待核稿" in stale.value.changed[0]


def test_numbers_run_without_gaps_per_organ_and_year(session: Session, organ: Organ) -> None:
    first, second = sealed(organ, "acceptance"), drafted(organ, "not_competent")
    for by, code in (
        (organ.drafter, "submit"),
        (organ.checker, "check"),
        (organ.head, "sign"),
        (organ.checker, "number"),
    ):
        act(by, second, code)
    act(organ.drafter, second, "void", why="内容有误")
    third = sealed(organ, "acceptance", at=after(1))
    later = sealed(organ, "acceptance", at=after(60))
    numbers = [letter(session, each).number for each in (first, second, third, later)]
    assert numbers == [f"运自然资信〔{year}〕{n}号" for year, n in ((2026, 1), (2026, 2), (2026, 3), (2027, 1))]


def test_without_a_word_there_is_no_number_and_nothing_is_used_up(session: Session, organ: Organ) -> None:
    with database.separate_write() as connection:
        connection.execute(text("DELETE FROM letter_word"))
    letter_id = drafted(organ, "acceptance")
    for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
        act(by, letter_id, code)
    with pytest.raises(Refused, match="机关代字尚未设定"):
        act(organ.checker, letter_id, "number")
    admin = hire("admin", Role.SYSTEM_ADMIN, name="系统甲")
    with pytest.raises(Refused), database.write() as writing:
        operations.set_word(writing, organ.drafter, letter(session, letter_id).issuer_unit_id, "私设", at=MONDAY)
    with database.write() as writing:
        operations.set_word(writing, admin, letter(session, letter_id).issuer_unit_id, "运资", at=MONDAY)
    with pytest.raises(FieldProblems), database.write() as writing:
        operations.set_word(writing, admin, letters.unit(session, OFFICE).id, "运资", at=MONDAY)
    act(organ.checker, letter_id, "number")
    assert letter(session, letter_id).number == "运资〔2026〕1号"


def test_a_corrected_letter_replaces_and_the_old_one_stays(session: Session, organ: Organ) -> None:
    old = sealed(organ, "acceptance")
    letters.serve(organ.drafter, old)
    new = act(organ.drafter, old, "reissue", why="联系电话有误")
    assert letter(session, old).replaced_by_id is None, "a draft replaces nothing"
    assert json.loads(letter(session, new).facts) == json.loads(letter(session, old).facts)
    for by, code in (
        (organ.drafter, "submit"),
        (organ.checker, "check"),
        (organ.head, "sign"),
        (organ.checker, "number"),
    ):
        act(by, new, code)
    act(organ.checker, new, "seal")
    assert (letter(session, old).replaced_by_id, letter(session, old).state) == (new, "served")
    assert letter(session, new).number == "运自然资信〔2026〕2号"
    with pytest.raises(Refused, match="已经由更正后的文书代替"):
        act(organ.drafter, old, "reissue", why="再改")


def test_who_wrote_the_first_does_not_check_the_corrected_one(session: Session, organ: Organ) -> None:
    new = act(organ.clerk, sealed(organ, "acceptance"), "reissue", why="联系电话有误")
    act(organ.clerk, new, "submit")
    assert life.refusal(organ.drafter, letter(session, new), life.ACTS["check"]) == "您参与了拟稿，不能由您核稿。"


def test_a_replaced_letter_is_not_served(session: Session, organ: Organ) -> None:
    old = sealed(organ, "acceptance")
    new = act(organ.drafter, old, "reissue", why="联系电话有误")
    for by, code in (
        (organ.drafter, "submit"),
        (organ.checker, "check"),
        (organ.head, "sign"),
        (organ.checker, "number"),
    ):
        act(by, new, code)
    act(organ.checker, new, "seal")
    with pytest.raises(Refused, match="不能登记送达"):
        letters.serve(organ.drafter, old)


def test_a_paper_of_the_window_is_finished_without_an_organ(session: Session, organ: Organ) -> None:
    letter_id = drafted(organ, "materials_receipt", organ.clerk, issuer=None)
    with pytest.raises(Refused, match="没有“送核稿”这一步"):
        act(organ.clerk, letter_id, "submit")
    act(organ.clerk, letter_id, "finish")
    row = letter(session, letter_id)
    assert (row.state, row.number, life.state_label(row)) == ("sealed", "", "已定稿")
    assert row.content_sha256 == blocks.digest(row.content)
    act(organ.clerk, letter_id, "archive")
    assert letter(session, letter_id).state == "archived"


@pytest.mark.parametrize(
    ("kind", "issuer"),
    [("opinion", OFFICE), ("referral", BUREAU), ("review", BUREAU), ("review", OFFICE), ("not_competent", OFFICE),
     ("opinion", None)],
)  # fmt: skip
def test_each_letter_has_its_issuer(session: Session, organ: Organ, kind: str, issuer: str | None) -> None:
    with pytest.raises(FieldProblems) as refused:
        drafted(organ, kind, issuer=issuer)
    assert "issuer" in refused.value.problems


def test_a_county_s_review_and_rereview_go_up_one_level_each(session: Session, organ: Organ) -> None:
    with database.separate_write() as connection:
        connection.execute(
            text("UPDATE case_record SET competent_unit_id = (SELECT id FROM unit WHERE short_name = '平陆县信访局')")
        )
    with pytest.raises(FieldProblems):
        drafted(organ, "review", issuer=GOVERNMENT)
    assert drafted(organ, "review", issuer="平陆县政府")
    assert drafted(organ, "rereview", issuer=GOVERNMENT)


def test_the_opinion_of_a_review_is_that_of_the_organ_that_was_asked(session: Session, organ: Organ) -> None:
    letters.bring_to(organ.number, organ.clerk, "handling")
    letters.serve(organ.drafter, sealed(organ, "opinion"))
    asked = {"review_requested_on": letters.TODAY, "review_received_on": letters.TODAY}
    letters.step(organ.clerk, organ.number, "request_review", **asked, review_organ="山西省自然资源厅")
    case = letters.case_of(session, organ.number)
    assert issuers.candidates(session, organ.clerk, case, KINDS["review"]) == []
    with pytest.raises(FieldProblems):
        drafted(organ, "review", issuer=GOVERNMENT)
    review = letters.proceeding_of(session, organ.number, "review")
    with database.write() as writing:
        version = review.version
        cases.advance(writing, organ.clerk, review.id, version=version, step="withdraw_review",
                      data={"withdrawn_by": "written", "voluntary": True}, at=MONDAY)  # fmt: skip
    letters.step(organ.clerk, organ.number, "request_review", **asked, review_organ="平陆县人民政府")
    with pytest.raises(FieldProblems):
        drafted(organ, "review", issuer=GOVERNMENT)
    assert drafted(organ, "review", issuer="平陆县政府")


def test_a_draft_of_an_organ_that_has_the_matter_no_more_is_not_signed(session: Session, organ: Organ) -> None:
    letter_id = drafted(organ, "acceptance")
    act(organ.drafter, letter_id, "submit")
    act(organ.checker, letter_id, "check")
    letters.step(organ.clerk, organ.number, "refer", unit="平陆县人民政府")
    with pytest.raises(Refused, match="该机关、单位已有变动"):
        act(organ.head, letter_id, "sign")


def test_who_sends_a_petition_down_tells_of_it_in_its_own_name(session: Session, organ: Organ) -> None:
    bureau = "运城市自然资源和规划局"
    direct = {"direct_unit": bureau, "received_on": letters.TODAY, "not_petition_office": True}
    letters.step(organ.drafter, organ.number, "receive_direct", **direct)
    told = {"directed_on": letters.TODAY, "directed_how": "spot"}
    letters.step(organ.drafter, organ.number, "refer_down", unit="平陆县人民政府", **told)
    case = letters.case_of(session, organ.number)
    notice = KINDS["whereabouts"]
    assert notice in offers.called_for(session, organ.drafter, case)
    assert [unit.name for unit in issuers.candidates(session, organ.drafter, case, notice)] == [bureau]
    offer = offers.offered(session, organ.drafter, case, notice)
    assert (offer["act"], offer["unit"], offer["sent_on"]) == ("refer", "平陆县人民政府", letters.day(0))
    assert sealed(organ, "whereabouts")


def test_the_issuing_organ_sees_the_matter_from_the_day_it_is_to_sign(session: Session, organ: Organ) -> None:
    case = letters.case_of(session, organ.number)
    assert case_queries.can_see(session, organ.head, case.id) is None
    letter_id = drafted(organ, "acceptance")
    act(organ.drafter, letter_id, "submit")
    assert case_queries.can_see(session, organ.head, case.id).id == case.id
    act(organ.checker, letter_id, "check")
    assert [each.waits_for for each in queries.worklist(session, organ.head)] == ["签发"]
    assert queries.worklist(session, organ.leader) == []


def registered(organ: Organ, **changes) -> Organ:
    """The same people and another petition."""
    with database.write() as writing:
        return replace(organ, number=cases.register(writing, organ.clerk, letters.given(**changes), at=MONDAY).number)


def test_the_organ_that_has_the_matter_issues_its_letters_in_its_own_name(session: Session, organ: Organ) -> None:
    housing = letters.unit(session, "市住房和城乡建设局").id
    organ = registered(organ, competent_unit_id=housing)
    letters.step(organ.clerk, organ.number, "refer", unit="运城市自然资源和规划局")
    case = letters.case_of(session, organ.number)
    assert case.competent_unit_id == letters.unit(session, BUREAU).id
    assert case_queries.can_see(session, organ.head, case.id).id == case.id, "before any letter"
    [event] = entries(session, f"case:{case.id}", kinds=("case.amended",))
    assert event.words["reason"] == "转送：运城市自然资源和规划局"
    letters.step(organ.clerk, organ.number, "receive", received_on=letters.TODAY, proof="receipt")
    notice = sealed(organ, "acceptance")
    letters.serve(organ.drafter, notice)
    letters.step(organ.clerk, organ.number, "handle", accepted_on=letters.TODAY, not_one_to_five=True)
    opinion = sealed(organ, "opinion")
    papers = [blocks.load(letter(session, each).content) for each in (notice, opinion)]
    assert {paper.signer for paper in papers} == {"运城市自然资源和规划局"}
    assert letters.proceeding_of(session, organ.number).state == "opinion"


def test_an_organ_that_is_not_among_the_units_leaves_none_in_its_place(session: Session, organ: Organ) -> None:
    letters.step(organ.clerk, organ.number, "refer", unit="县局")
    case = letters.case_of(session, organ.number)
    assert case.competent_unit_id is None
    [event] = entries(session, f"case:{case.id}", kinds=("case.amended",))
    assert event.words["changes"] == [["competent_unit_id", "运城市自然资源和规划局", ""]]
    assert issuers.candidates(session, organ.drafter, case, KINDS["opinion"]) == []


def test_an_organ_named_in_an_accusation_is_not_let_in(session: Session, organ: Organ) -> None:
    organ = registered(organ, purpose="accusation", respondent_name="孙某某")
    letters.step(
        organ.clerk, organ.number, "receive_direct",
        direct_unit="运城市自然资源和规划局", received_on=letters.TODAY, not_petition_office=True,
    )  # fmt: skip
    case = letters.case_of(session, organ.number)
    assert case.competent_unit_id is None
    assert case_queries.can_see(session, organ.head, case.id) is None


def test_an_accusation_is_neither_issued_by_nor_sent_to_the_accused(session: Session, organ: Organ) -> None:
    bureau = letters.unit(session, BUREAU)
    with database.write() as writing:
        case = cases.register(
            writing, organ.clerk,
            letters.given(purpose="accusation", respondent_name="孙某某", respondent_unit_id=bureau.id,
                          competent_unit_id=bureau.id),
            at=MONDAY,
        )  # fmt: skip
        office = letters.unit(writing, OFFICE)
        facts = FACTS["referral"]
        for addressee in ("运城市自然资源和规划局", "市自然资源和规划局土地科", "孙某某"):
            with pytest.raises(FieldProblems) as refused:
                operations.draft(
                    writing, organ.clerk, case, "referral", facts=facts | {"addressee": addressee},
                    issuer_unit_id=office.id, at=MONDAY,
                )  # fmt: skip
            assert "第三十条第三款" in refused.value.problems["addressee"]
        with pytest.raises(Refused, match="第三十条第三款"):
            operations.draft(
                writing,
                organ.drafter,
                case,
                "acceptance",
                facts=FACTS["acceptance"],
                issuer_unit_id=bureau.id,
                at=MONDAY,
            )
        made = operations.draft(
            writing, organ.clerk, case, "referral", facts=facts | {"addressee": "中共运城市纪律检查委员会"},
            issuer_unit_id=office.id, at=MONDAY,
        )  # fmt: skip
        operations.act(writing, organ.clerk, made.id, "submit", version=made.version, at=MONDAY)
        scopes = writing.execute(text("SELECT scope FROM case_grant WHERE case_id = :id"), {"id": case.id}).scalars()
        assert not [scope for scope in scopes if scope.startswith("unit:")], "no organ is let in by a letter"


def test_a_counsellors_letters_are_the_counsellors_alone(session: Session, organ: Organ) -> None:
    counsellor = hire("counsellor", Role.COUNSELLOR, platforms=("counselling",), name="咨询师")
    case = letters.case_of(session, organ.number)
    with database.write() as writing:
        current = writing.get(letters.Case, case.id)
        cases.open_proceeding(writing, counsellor, current, "counselling", at=MONDAY)
        made = operations.draft(
            writing, counsellor, current, "authorisation", facts=FACTS["authorisation"], issuer_unit_id=None, at=MONDAY
        )
        assert made.platform == "counselling"
        made_id = made.id
    case = letters.case_of(session, organ.number)
    assert [each.id for each in queries.of_case(session, counsellor, case)] == [made_id]
    assert queries.of_case(session, organ.clerk, case) == []
    assert queries.find(session, organ.clerk, case, made_id) is None


def test_what_a_letter_says_lies_encrypted(session: Session, organ: Organ) -> None:
    letter_id = sealed(organ, "acceptance")
    facts, content = session.execute(text("SELECT facts, content FROM letter WHERE id = :id"), {"id": letter_id}).one()
    assert "吕德胜" not in facts + content
    assert "风电" not in facts + content
    assert "吕德胜" in letter(session, letter_id).content


@pytest.mark.one_engine
def test_the_steps_that_letters_take_exist_and_take_those_values(app) -> None:
    declared = {platform.code: platform for platform in PLATFORMS}
    for kind in KINDS.values():
        for binding in filter(None, (kind.on_seal, kind.on_serve)):
            step = declared[binding.platform].step(binding.step)
            asked = {field.name: field for field in step.fields}
            assert set(binding.values) <= set(asked), kind.code
            assert {f.name for f in step.fields if f.required} <= set(binding.values), kind.code
            facts = {field.name for field in kind.fields}
            assert {v for v in binding.values.values() if not v.startswith("@")} <= facts, kind.code


def test_no_two_letters_share_a_number(session: Session, organ: Organ) -> None:
    one, two = sealed(organ, "acceptance"), sealed(organ, "acceptance")
    with pytest.raises(Exception, match="(?i)unique"), database.separate_write() as connection:
        connection.execute(text("UPDATE letter SET number_serial = 1 WHERE id = :id"), {"id": two})
    assert letter(session, one).number_serial == 1
    assert session.scalars(select(Letter.number_serial).order_by(Letter.id)).all() == [1, 2]
