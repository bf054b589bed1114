"""The reasons a statute names for a pause, and what an extension asks for."""

import pytest

from portal.statutes import grounds
from portal.statutes.deadlines import DeadlineTableError, rule, rules

HEAD = "key,code,effect,label,instrument,article\n"


def test_a_hearing_pauses_only_the_rereview():
    # 信访工作条例 第三十六条第二款; 第三十四条 takes nothing out of the sixty days
    assert [ground.code for ground in grounds.pausing("petition.rereview_decide")] == ["hearing"]
    assert [key for key in rules() if key.startswith("petition.") and grounds.pausing(key)] == [
        "petition.rereview_decide"
    ]


def test_arbitration_pauses_and_starts_anew_by_the_rules_of_procedure():
    assert {ground.code for ground in grounds.pausing("labour.conclude")} == {"suspension", "public_notice"}
    anew = {ground.code for ground in grounds.restarting("labour.conclude")}
    assert anew == {"added_party", "changed_claim", "counterclaim", "transfer", "supplement"}


def test_every_ground_names_its_article():
    for key in rules():
        for ground in (*grounds.pausing(key), *grounds.restarting(key)):
            assert ground.citation.startswith("《")
            assert "第" in ground.article


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("petition.nothing,hearing,pause,听证,条例,第一条", "没有这个期限"),
        ("petition.conclude,hearing,stop,听证,条例,第一条", "效果“stop”不认识"),
        ("petition.conclude,hearing,pause,听证,条例,", "6 列都须填写"),
        ("petition.conclude,hearing,pause,听证,条例", "6 列都须填写"),
        (
            "petition.conclude,a,pause,听证,条例,第一条\npetition.conclude,a,restart,听证,条例,第一条",
            "第 3 行 petition.conclude：a 重复",
        ),
    ],
)
def test_a_row_that_cannot_be_trusted_refuses_the_table(row, says):
    with pytest.raises(DeadlineTableError, match=says):
        grounds.parse(HEAD + row, rules())


def test_another_heading_refuses_the_table():
    with pytest.raises(DeadlineTableError, match="表头"):
        grounds.parse("key,code\n", rules())


@pytest.mark.parametrize(
    ("key", "approval", "telling"),
    [
        ("petition.conclude", True, True),
        ("labour.conclude", True, True),
        ("labour.inspection_conclude", True, False),
        ("relief.dibao_whole", False, False),
        ("disclosure.answer", True, True),
        ("reconsideration.decide_ordinary", True, True),
        ("court_link.confirmation_decide_2011", True, False),
    ],
)
def test_what_an_extension_by_number_asks_for(key, approval, telling):
    assert grounds.extends_by_number(rule(key))
    assert not grounds.extends_to_a_day(rule(key))
    assert (grounds.needs_approval(rule(key)), grounds.needs_telling(rule(key))) == (approval, telling)


def test_every_rule_extended_by_number_is_looked_at_above():
    assert sum(grounds.extends_by_number(each) for each in rules().values()) == 7


def test_parties_extend_mediation_to_a_day_and_nobody_extends_a_hearings_notice():
    assert grounds.extends_to_a_day(rule("court_link.entrusted_before_filing"))
    for key in ("labour.hearing_postponement", "petition.report_back", "petition.review_decide"):
        assert not grounds.extends_to_a_day(rule(key))
        assert not grounds.extends_by_number(rule(key))
