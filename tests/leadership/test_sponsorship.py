"""包案: one at a time, worked back from the target, duties with content, only upward, and walls that hold."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases import operations as case_operations
from portal.cases import queries as cases
from portal.cases.models import Attachment, CaseGrant
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.timeline import timeline
from portal.database import db
from portal.leadership.models import Leader, Milestone, ProgressNote, Sponsorship, SponsorTerm, TaskForceMember
from portal.leadership.operations import leaders, sponsors
from portal.leadership.operations import sponsorship as operations
from portal.leadership.operations.leaders import LeaderGiven
from portal.leadership.operations.sponsorship import Member, Opening, Step
from portal.leadership.queries import sponsorship as queries
from portal.leadership.sponsor_words import silence_in
from tests.cases.desk import NOW, actor_named, case_of, registered
from tests.leadership.sponsors import TODAY, account_id, accuse, leader_id, sponsored, unit_id

TARGET = TODAY + timedelta(days=60)
DUTIES = {"know": "已入户核实占地面积。", "plan": "县财政分两批付清。", "help": "帮助申请临时救助。"}
UNIT, OTHER = "市自然资源和规划局", "市农业农村局"


def begin(
    hall, do, number: str, login: str = "head", name: str = "杜立新", level: str = "city", **given
) -> Sponsorship:
    with hall.app_context():
        case_id, sponsor = case_of(db.session, number).id, leader_id(db.session, name)
    return do(operations.begin, login, case_id, Opening(sponsor, level, **given))


@pytest.fixture
def told(hall, inside):
    """``told(number)``: the timeline's (title, detail) about leaders, oldest first."""

    def read(number: str, login: str = "head") -> list[tuple[str, str]]:
        with inside() as session:
            line = timeline(session, actor_named(session, login), case_of(session, number))
            return [(each.title, each.detail) for each in line if "包案" in each.title]

    return read


@pytest.fixture
def plan(do):
    """``plan(id, steps)`` by the office with the version that holds."""

    def planned(sponsorship_id, *steps, target=TARGET, version=2, login="office"):
        return do(operations.plan_steps, login, sponsorship_id, target_on=target, steps=steps, version=version)

    return planned


# ---- opening ----


def test_the_leader_the_secretary_and_the_units_see_the_matter_from_then_on(hall, do, inside, told):
    number = registered(hall)
    with inside() as session:
        units, case_id = (unit_id(session, UNIT), unit_id(session, OTHER)), case_of(session, number).id
        for login in ("leader", "office", "unit", "other-unit"):
            assert cases.can_see(session, actor_named(session, login), case_id) is None
    begin(hall, do, number, lead_unit_id=units[0], co_unit_ids=(units[1], units[0]), target_on=TARGET, why="多次反映")
    with inside() as session:
        for login in ("leader", "office", "unit", "other-unit"):
            assert cases.can_see(session, actor_named(session, login), case_id) is not None, login
        assert cases.can_see(session, actor_named(session, "office-two"), case_id) is None
        assert session.scalars(select(Sponsorship.co_unit_ids)).one() == [units[1]]
    assert told(number) == [
        ("列入包案：杜立新（市长）", f"市级；责任单位 {UNIT}、{OTHER}；目标日 {TARGET}；多次反映"),
    ]


def test_a_matter_has_one_sponsorship_at_a_time_and_may_have_another_afterwards(hall, do, inside):
    made, number = sponsored(hall)
    with pytest.raises(Refused, match=f"{number} 已由杜立新包案"):
        begin(hall, do, number, name="路海涛")
    do(operations.fill_duties, "office", made, DUTIES, version=2)
    do(sponsors.close, "office", made, result="补偿款已付清，土地已平整。", met="yes", version=3)
    again = begin(hall, do, number, name="路海涛")
    with inside() as session:
        assert [
            row.leader_id for row in queries.of_case(session, actor_named(session, "head"), again.case_id, TODAY)
        ] == [
            leader_id(session, "路海涛"),
            leader_id(session),
        ]


@pytest.mark.parametrize(
    ("name", "level", "given", "field", "says"),
    [
        ("冉志刚", "city", {}, "level", "冉志刚是县级领导，不能作市级包案"),
        ("杜立新", "state", {}, "level", "请选择包案层级"),
        ("杜立新", "city", {"target_on": TODAY - timedelta(days=1)}, "target", "不能早于今天"),
        ("杜立新", "city", {"co_unit_ids": (1,)}, "lead", "先填写牵头单位"),
        ("杜立新", "city", {"lead_unit_id": 10**6}, "lead", "请从所列单位中选择"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(hall, do, name, level, given, field, says):
    with pytest.raises(FieldProblems) as found:
        begin(hall, do, registered(hall), name=name, level=level, **given)
    assert says in found.value.problems[field]


def test_a_leader_who_left_cannot_take_it(hall, do, inside):
    def leave(session, actor, *, at):
        leader = session.get_one(Leader, leader_id(session, "路海涛"))
        leader.until = TODAY - timedelta(days=1)

    do(leave, "head")
    with pytest.raises(FieldProblems) as found:
        begin(hall, do, registered(hall), name="路海涛")
    assert "离任" in found.value.problems["leader"]


def test_only_the_office_and_the_duty_head_put_a_matter_under_care(hall, do):
    number = registered(hall)
    for login in ("clerk", "unit", "leader"):
        with pytest.raises(Refused, match="由领导办公室或值班负责人"):
            begin(hall, do, number, login=login)
    with pytest.raises(Refused, match="不对您开放"):
        begin(hall, do, number, login="office")  # nobody opened the matter to the office yet


# ---- walls ----


def test_an_accusation_is_opened_to_the_leader_alone_and_never_to_the_accused(hall, do, inside):
    number = registered(hall)
    accuse(hall, number)
    with inside() as session:
        accused, other = unit_id(session, UNIT), unit_id(session, OTHER)
    with pytest.raises(FieldProblems) as found:
        begin(hall, do, number, lead_unit_id=accused)
    assert "第三十条第三款" in found.value.problems["lead"]
    made = begin(hall, do, number, lead_unit_id=other)
    with inside() as session:
        seen = {
            login: cases.can_see(session, actor_named(session, login), made.case_id) for login in ("leader", "office")
        }
        assert (seen["leader"] is not None, seen["office"]) == (True, None)
        for login in ("office", "unit", "supervisor"):
            actor = actor_named(session, login)
            assert queries.one(session, actor, made.id, TODAY) is None
            assert queries.rows(session, actor, queries.Wanted(state="all"), TODAY) == ([], False)
            assert queries.tallies(session, actor, None, TODAY) == []


def test_a_leader_of_the_accused_organ_is_refused(hall, do, inside):
    number = registered(hall)
    accuse(hall, number)

    def belong(session, actor, *, at):
        session.get_one(Leader, leader_id(session, "路海涛")).unit_id = unit_id(session, UNIT)

    do(belong, "head")
    with pytest.raises(FieldProblems) as found:
        begin(hall, do, number, name="路海涛")
    assert "第三十条第三款" in found.value.problems["leader"]


def test_counselling_is_never_put_under_care(hall, do):
    number = registered(hall)

    def seal(session, actor, *, at):
        case = case_of(session, number)
        case.sensitivity = "sealed"
        case_operations.grant(session, case, f"account:{actor.id}", why="接待", at=at)

    do(seal, "head")
    with pytest.raises(Refused, match="心理服务"):
        begin(hall, do, number)


def test_a_new_secretary_finds_what_is_before_the_leader_already(hall, do, inside):
    made, number = sponsored(hall)
    secret = sponsored(hall, subject="检举事项", lead=None)[1]
    accuse(hall, secret)
    with inside() as session:
        held, newcomer = session.get_one(Leader, leader_id(session)), account_id(session, "office-two")
        given = LeaderGiven(held.name, held.post, held.body, account_id=held.account_id, attendants=(newcomer,))
    do(leaders.change_leader, "office", held.id, given, version=None)
    with inside() as session:
        office = actor_named(session, "office-two")
        assert queries.one(session, office, made, TODAY) is not None
        assert [row.number for row in queries.rows(session, office, queries.Wanted(), TODAY)[0]] == [number]


def test_who_declared_an_interest_is_refused(hall, do, inside):
    number = registered(hall)

    def declare(session, actor, *, at):
        case = case_of(session, number)
        case_operations.grant(session, case, f"account:{actor.id}", why="接访", at=at)
        case_operations.recuse(session, actor, case, interest="是亲属", at=at)

    do(declare, "leader")
    with pytest.raises(FieldProblems) as found:
        begin(hall, do, number)
    assert "回避" in found.value.problems["leader"]


# ---- the plan ----


def test_steps_are_worked_back_from_the_target(hall, plan, inside, told):
    made, number = sponsored(hall)
    plan(
        made,
        Step("核清占地面积", before=45),
        Step("付第一批", due=TODAY + timedelta(days=30)),
        Step("付清", before=0),
        Step(""),
    )
    with inside() as session:
        shown = queries.one(session, actor_named(session, "office"), made, TODAY)
        assert [(step.what, step.due, step.before, step.lamp) for step in shown.steps] == [
            ("核清占地面积", TARGET - timedelta(days=45), 45, ("余 15 日", "ok")),
            ("付第一批", TODAY + timedelta(days=30), 30, ("余 30 日", "ok")),
            ("付清", TARGET, 0, ("余 60 日", "ok")),
        ]
    assert told(number)[-1][0] == "包案：倒排工期"
    assert "付第一批" in told(number)[-1][1]


@pytest.mark.parametrize(
    ("steps", "field", "says"),
    [
        ((Step("付清", due=TARGET + timedelta(days=1)),), "step0", "晚于目标日"),
        ((Step("付清", before=61),), "step0", "只有 60 天"),
        ((Step("核清", before=10), Step("付清", before=20)), "step1", "早于上一步"),
        ((Step("核清", due=TODAY - timedelta(days=1)),), "step0", "早于列入包案的日期"),
        ((Step("核清"),), "step0", "请填写日期"),
        ((Step("", before=3),), "step0", "请写明这一步做什么"),
        ((Step("劝其签订息访承诺", before=3),), "step0", "“息访”不能作为目标"),
        ((Step("长" * 201, before=3),), "step0", "最多 200 字"),
        (tuple(Step(f"第{place}步", before=30 - place) for place in range(13)), "target", "最多排 12 步"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_step(hall, plan, inside, steps, field, says):
    made, _number = sponsored(hall)
    with pytest.raises(FieldProblems) as found:
        plan(made, *steps)
    assert says in found.value.problems[field]
    with inside() as session:
        assert session.scalars(select(Milestone.id)).all() == []


def test_without_a_target_days_before_it_mean_nothing(hall, plan):
    made, _number = sponsored(hall)
    with pytest.raises(FieldProblems) as found:
        plan(made, Step("核清", before=10), target=None)
    assert "还没有目标日" in found.value.problems["step0"]
    plan(made, Step("核清", due=TODAY + timedelta(days=3)), target=None)


def test_a_step_is_done_once_with_what_shows_it_and_stays_when_the_plan_changes(hall, plan, do, inside):
    made, _number = sponsored(hall)
    plan(made, Step("核清面积", before=45), Step("付清", before=0))
    with inside() as session:
        first = session.scalars(select(Milestone.id).order_by(Milestone.due)).first()
    finish = {"done_on": TODAY, "evidence": "现场测量记录"}
    with pytest.raises(FieldProblems):
        do(operations.finish_step, "unit", first, done_on=TODAY + timedelta(days=1), evidence="记录")
    with pytest.raises(FieldProblems):
        do(operations.finish_step, "unit", first, done_on=TODAY, evidence=" ")
    with pytest.raises(Refused, match="由包案领导、牵头和配合单位"):
        do(operations.finish_step, "clerk", first, **finish)
    do(operations.finish_step, "unit", first, **finish)
    with pytest.raises(Refused, match="已经记为完成"):
        do(operations.finish_step, "unit", first, **finish)
    plan(made, Step("分两批付清", before=5), version=4)
    with inside() as session:
        shown = queries.one(session, actor_named(session, "office"), made, TODAY)
        assert [(step.what, step.done_on) for step in shown.steps] == [("核清面积", TODAY), ("分两批付清", None)]


def test_a_step_past_its_day_turns_the_lamp_red_and_the_ledger_finds_it(hall, plan, inside):
    made, _number = sponsored(hall)
    sponsored(hall, subject="没有工期的事项")
    plan(made, Step("核清面积", before=55))
    late = TODAY + timedelta(days=7)
    with inside() as session:
        head = actor_named(session, "head")
        found = queries.rows(session, head, queries.Wanted(state="late"), late)[0]
        assert [(row.id, row.lamp) for row in found] == [(made, ("步骤逾期 2 日", "late"))]
        (tally,) = queries.tallies(session, head, None, late)
        assert (tally.running, tally.late, tally.closed) == (2, 1, 0)
        # before the day nothing is late
        assert queries.rows(session, head, queries.Wanted(state="late"), TODAY)[0] == []


# ---- duties, notes, people ----


@pytest.mark.parametrize("text", ["确保其息访", "劝其不再上访", "签订停访息诉协议", "使其不再越级访", "停止上访"])
def test_silence_is_never_a_target(hall, do, text):
    made, _number = sponsored(hall)
    with pytest.raises(FieldProblems) as found:
        do(operations.fill_duties, "office", made, DUTIES | {"plan": text}, version=2)
    assert "目标是把事项解决" in found.value.problems["plan"]
    assert list(found.value.problems) == ["plan"]


def test_ordinary_words_of_the_work_are_let_through():
    assert silence_in("当面接访，走访入户，回访群众", "信访事项", "上访路线沿途的用水问题") is None


def test_duties_are_filled_by_those_who_have_a_part_and_kept_sealed(hall, do, inside, told):
    made, number = sponsored(hall)
    with pytest.raises(Refused):
        do(operations.fill_duties, "other-unit", made, DUTIES, version=2)
    do(operations.fill_duties, "leader", made, {"know": DUTIES["know"]}, version=2)
    do(operations.fill_duties, "unit", made, {"plan": DUTIES["plan"], "help": DUTIES["help"]}, version=3)
    title, detail = told(number)[-1]
    assert title == "包案：填写化解方案、疏导帮扶"
    assert set(detail.split("；")) == {"化解方案：县财政分两批付清", "疏导帮扶：帮助申请临时救助"}
    with inside() as session:
        stored = session.connection().exec_driver_sql(f"SELECT know FROM sponsorship WHERE id = {made}").scalar()
        assert DUTIES["know"] not in stored


def test_what_was_done_is_shown_by_a_paper_of_the_same_case(hall, do, inside, told):
    made, number = sponsored(hall)
    other = registered(hall, subject="别的事项")

    def attached(session, actor, wanted, *, at):
        paper = Attachment(
            centre_id=actor.centre_id, case_id=case_of(session, wanted).id, name="付款凭证.pdf",
            media_type="application/pdf", size=9, sha256="0" * 64, at=at, account_id=actor.id,
        )  # fmt: skip
        session.add(paper)
        session.flush()
        return paper.id

    mine, foreign = do(attached, "head", number), do(attached, "head", other)
    with pytest.raises(FieldProblems) as found:
        do(operations.report, "unit", made, duty="plan", words="第一批已付", attachment_id=foreign)
    assert "attachment" in found.value.problems
    for wrong in ({"duty": "peace"}, {"words": " "}):
        with pytest.raises(FieldProblems):
            do(operations.report, "unit", made, **{"duty": "plan", "words": "付", "attachment_id": None} | wrong)
    do(operations.report, "unit", made, duty="plan", words="第一批已付", attachment_id=mine)
    assert told(number)[-1] == ("包案进展：化解方案", "第一批已付；材料《付款凭证.pdf》")
    with inside() as session:
        assert session.scalars(select(ProgressNote.attachment_id)).all() == [mine]


def test_units_and_members_are_replaced_as_a_whole(hall, do, inside):
    made, _number = sponsored(hall)
    with inside() as session:
        lead = unit_id(session, OTHER)
    people = [Member("李强", "局长", "牵头"), Member("", "", ""), Member("王芳", "科长")]
    given = {"lead_unit_id": lead, "co_unit_ids": ()}
    do(operations.arrange, "office", made, **given, members=people, version=2)
    with pytest.raises(StaleVersion):
        do(operations.arrange, "office", made, **given, members=[], version=2)
    with pytest.raises(FieldProblems):
        do(operations.arrange, "office", made, **given, members=[Member("", "科长")], version=3)
    with inside() as session:
        assert session.scalars(select(TaskForceMember.name).order_by(TaskForceMember.id)).all() == ["李强", "王芳"]
        assert session.scalars(select(CaseGrant.scope).where(CaseGrant.scope == f"unit:{lead}")).all() == [
            f"unit:{lead}"
        ]


# ---- change, raising, end ----


def test_a_change_of_sponsor_keeps_the_history_and_opens_the_matter_to_the_new_one(hall, do, inside, told):
    made, number = sponsored(hall, name="路海涛")
    with clock.frozen(NOW + timedelta(days=10)):
        changed = do(
            sponsors.change, "head", made, leader_id=_id(inside, "杜立新"), level="city", why="分工调整", version=2
        )
    with inside() as session:
        terms = session.scalars(select(SponsorTerm).order_by(SponsorTerm.id)).all()
        assert [(term.leader_id, term.since, term.until) for term in terms] == [
            (leader_id(session, "路海涛"), TODAY, TODAY + timedelta(days=10)),
            (leader_id(session), TODAY + timedelta(days=10), None),
        ]
        grants = select(CaseGrant.scope).where(CaseGrant.case_id == changed.case_id)
        assert f"account:{account_id(session, 'leader')}" in session.scalars(grants).all()
    assert told(number)[-1] == ("变更包案领导：路海涛（副市长） → 杜立新（市长）", "分工调整")


def _id(inside, name: str) -> int:
    with inside() as session:
        return leader_id(session, name)


def test_the_level_only_goes_up(hall, do, inside, told):
    number = registered(hall)
    made = begin(hall, do, number, name="冉志刚", level="county").id
    change = {"leader_id": _id(inside, "路海涛"), "why": "跨县区"}
    with pytest.raises(FieldProblems) as found:
        do(sponsors.change, "head", made, **change, level="township", version=2)
    assert "不能降低" in found.value.problems["level"]
    do(sponsors.change, "head", made, **change, level="city", version=2)
    assert told(number)[-1] == ("提级包案（县级 → 市级）：路海涛（副市长）", "跨县区")
    with pytest.raises(FieldProblems) as found:
        do(sponsors.change, "head", made, **change, level="city", version=3)
    assert "没有变化" in found.value.problems["leader"]
    with pytest.raises(FieldProblems) as found:
        do(
            sponsors.change,
            "head",
            made,
            **change | {"why": "", "leader_id": _id(inside, "杜立新")},
            level="city",
            version=3,
        )
    assert "why" in found.value.problems
    with pytest.raises(FieldProblems) as found:
        do(sponsors.change, "head", made, **change | {"leader_id": _id(inside, "冉志刚")}, level="city", version=3)
    assert "level" in found.value.problems


@pytest.mark.parametrize("missing", list(DUTIES))
def test_it_does_not_end_while_a_duty_is_empty(hall, do, missing):
    made, _number = sponsored(hall)
    do(operations.fill_duties, "office", made, DUTIES | {missing: " "}, version=2)
    with pytest.raises(Refused, match="还没有内容，包案不能结束"):
        do(sponsors.close, "office", made, result="已付清", met="yes", version=3)


def test_it_ends_with_its_result_and_whether_it_was_solved(hall, do, inside, told):
    made, number = sponsored(hall)
    do(operations.fill_duties, "office", made, DUTIES, version=2)
    for wrong, field in (({"result": ""}, "result"), ({"result": "本人已息访"}, "result"), ({"met": ""}, "met")):
        with pytest.raises(FieldProblems) as found:
            do(sponsors.close, "office", made, **{"result": "已付清", "met": "yes"} | wrong, version=3)
        assert list(found.value.problems) == [field]
    do(sponsors.close, "office", made, result="已付清", met="partly", version=3)
    assert told(number)[-1] == ("包案结束：部分解决", "已付清")
    with inside() as session:
        assert session.scalars(select(SponsorTerm.until)).all() == [TODAY]
        assert queries.one(session, actor_named(session, "office"), made, TODAY).row.lamp == ("已结束", "ok")
    with pytest.raises(Refused, match="已经结束"):
        do(operations.fill_duties, "office", made, DUTIES, version=4)
