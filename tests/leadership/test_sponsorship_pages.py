"""The pages of 包案: forms that keep what was typed, a ledger of 656, print and workbook, and who may see them."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from portal import clock, database
from portal.cases.models import Case
from portal.cases.operations import PersonGiven
from portal.leadership.models import Leader, Milestone, Sponsorship
from portal.leadership.queries import sponsorship as queries
from portal.trail.models import Access
from tests.cases.desk import NOW, counted, errors_of, html, post, registered
from tests.leadership.sponsors import TODAY, accuse, leader_id, sponsored, unit_id

LEDGER = "/leadership/sponsorships"
UNIT = "市自然资源和规划局"
TARGET = TODAY + timedelta(days=60)


def words_of(answer) -> str:
    return " ".join(html(answer).get_text(" ").split())


@pytest.fixture
def head(hall, sign_in):
    return sign_in("head")


@pytest.fixture
def many(hall):
    """656 sponsored matters of three leaders, made as rows: the ledger is what is tried here."""
    with hall.app_context(), database.write() as session:
        ids = list(session.scalars(select(Leader.id).order_by(Leader.position)))
        centre, lead = session.scalars(select(Leader.centre_id)).first(), unit_id(session, UNIT)
        for place in range(656):
            case = Case(
                centre_id=centre, number=f"YC-2026-9{place:05d}", channel="visit", purpose="claim",
                subject=f"第{place}件：征地补偿款长期拖欠，涉及三个村民小组", received_at=NOW, registered_at=NOW,
                enquiry_code="x", enquiry_hash=f"{place:064d}",
            )  # fmt: skip
            session.add(case)
            session.flush()
            held = Sponsorship(
                centre_id=centre, case_id=case.id, leader_id=ids[place % 3], level=("city", "county")[place % 2],
                lead_unit_id=lead, opened_on=TODAY - timedelta(days=400 if place % 4 == 0 else 10), target_on=TARGET,
            )  # fmt: skip
            session.add(held)
            session.flush()
            late = -1 if place % 8 == 2 else 5
            session.add(
                Milestone(sponsorship_id=held.id, what="核清应付款项", due=TODAY + timedelta(days=late), unit_id=lead)
            )
    return hall


# ---- the ledger ----


@pytest.mark.one_engine
def test_656_matters_stay_readable(many, sign_in):
    head = sign_in("head")
    head.get(LEDGER)
    with counted(many) as sent:
        first = head.get(LEDGER)
    assert len(sent) <= 9, sent
    assert len(first.get_data()) <= 60_000
    assert len(html(first).select("table.ledger tbody tr:not(.ledger-group)")) == queries.PAGE
    assert html(first).select_one(".tally tr.strong").get_text(" ", strip=True).split() == ["合计", "656", "82", "0"]


def test_every_matter_is_met_once_on_the_way_through_the_pages(many, sign_in):
    head = sign_in("head")
    for group in queries.GROUPS:
        address, seen = f"{LEDGER}?group={group}", []
        while address:
            page = html(head.get(address))
            seen += [link["href"] for link in page.select("table.ledger a.list-link")]
            further = [link["href"] for link in page.select(".pager a") if "下一页" in link.get_text()]
            address = further[0] if further else None
        assert (len(seen), len(set(seen))) == (656, 656), group


def test_the_ledger_is_narrowed_by_leader_level_year_and_state(many, sign_in, inside):
    with inside() as session:
        head_actor_leader = leader_id(session, "路海涛")
        wanted = select(func.count()).select_from(Sponsorship).where(Sponsorship.leader_id == head_actor_leader)
        assert session.scalar(wanted) == 219
    head = sign_in("head")
    page = html(head.get(f"{LEDGER}/print?leader={head_actor_leader}&level=city&year=2026&state=late"))
    rows = page.select("table.ledger-paper tbody tr")
    assert rows
    assert {row.select("td")[1].get_text() for row in rows} == {"路海涛"}
    assert {row.select("td")[2].get_text() for row in rows} == {"市级"}
    assert all("■ 步骤逾期 1 日" in row.get_text() for row in rows)
    assert len(html(head.get(f"{LEDGER}/print?year=2025&state=running")).select("table.ledger-paper tbody tr")) == 164


@pytest.mark.parametrize(
    "asked", ["leader=x", "leader=99999999999", "year=-1", "state=?", "group=x", "after=a_b", "after=1_2"]
)
def test_an_odd_address_is_the_ledger_and_no_failure(hall, head, asked):
    sponsored(hall)
    answer = head.get(f"{LEDGER}?{asked}")
    assert answer.status_code == 200
    assert "各领导包案" in words_of(answer)


def test_names_are_masked_on_page_paper_and_workbook(hall, head, inside):
    _made, number = sponsored(hall, target=TARGET)
    for address in (LEDGER, f"{LEDGER}/print"):
        told = words_of(head.get(address))
        assert "吕*" in told
        assert "吕德胜" not in told
    answer = post(head, f"{LEDGER}/export", page=LEDGER, reason="包案工作调度会", state="running", group="leader")
    sheet = load_workbook(BytesIO(answer.get_data())).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "值班甲 于" in cells[1][0]
    assert "用途：包案工作调度会" in cells[1][0]
    assert cells[4][:7] == ["杜立新", "市长", "市级", number, "风电项目占地赔偿款拖欠", "吕*", UNIT]
    with inside() as session:
        taken = session.execute(select(Access.action, Access.reason).order_by(Access.id)).all()
    assert ("list.printed", None) in [tuple(row) for row in taken]
    assert tuple(taken[-1]) == ("list.exported", "包案工作调度会")


def test_without_a_purpose_nothing_is_taken_out(hall, head, inside):
    sponsored(hall)
    answer = post(head, f"{LEDGER}/export", page=LEDGER, reason="", state="running")
    assert answer.status_code == 303
    assert "没有导出：请写明用途" in words_of(head.get(answer.headers["Location"].split("#")[0]))
    with inside() as session:
        assert "list.exported" not in session.scalars(select(Access.action)).all()


# ---- forms ----


def opening(**changes) -> dict:
    with_leader = {"level": "city", "lead": UNIT, "target": TARGET.isoformat(), "why": "多次反映"}
    return with_leader | changes


def test_from_the_ledger_by_number_to_the_page_of_the_matter(hall, head, inside):
    number = registered(hall)
    with inside() as session:
        leader = leader_id(session)
    assert f"{LEDGER}/new?case={number}" in head.get(f"/leadership/cases/{number}/sponsorship").get_data(as_text=True)
    answer = post(head, f"{LEDGER}/new", page=f"{LEDGER}/new", number=number.lower(), leader=leader, **opening())
    assert answer.status_code == 303
    told = words_of(head.get(answer.headers["Location"]))
    assert f"牵头单位 {UNIT}" in told
    assert "还没有内容" in told
    again = post(head, f"{LEDGER}/new", page=f"{LEDGER}/new", number=number, leader=leader, **opening())
    assert again.status_code == 409
    assert "一件事项同时只能有一个包案" in words_of(again)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"number": "YC-2026-999999"}, "number", "没有找到这个编号"),
        ({"number": ""}, "number", "请填写事项编号"),
        ({"leader": ""}, "leader", "请选择包案领导"),
        ({"leader": "99999"}, "leader", "请从所列各项中选择"),
        ({"level": "state"}, "level", "请从所列各项中选择"),
        ({"lead": "某某局"}, "lead", "没有找到这个单位"),
        ({"target": "2026-02-30"}, "target", "日期不存在"),
        ({"target": "2026-11-01"}, "target", "不能早于今天"),
        ({"why": "长" * 201}, "why", "最多200字"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_stays(hall, head, inside, changes, field, says):
    with inside() as session:
        leader = leader_id(session)
    given = {"number": registered(hall), "leader": leader} | opening(co="市农业农村局") | changes
    answer = post(head, f"{LEDGER}/new", page=f"{LEDGER}/new", **given)
    assert answer.status_code == 422
    assert says in errors_of(answer, field)
    assert html(answer).select_one("#co")["value"] == "市农业农村局"
    with inside() as session:
        assert session.scalars(select(Sponsorship.id)).all() == []


def test_the_plan_takes_days_before_the_target_and_says_what_cannot_be(hall, head):
    made, _number = sponsored(hall, target=TARGET)
    address = f"{LEDGER}/{made}/plan"
    given = {
        "version": "2",
        "target": TARGET.isoformat(),
        "what0": "核清",
        "when0": "提前30天",
        "what1": "付清",
        "when1": "４０",
    }
    wrong = post(head, address, page=address, **given)
    assert wrong.status_code == 422
    assert "早于上一步" in errors_of(wrong, "when1")
    assert html(wrong).select_one("#when1")["value"] == "４０"
    assert html(wrong).select_one("#when0")["value"] == "提前30天"
    nonsense = post(head, address, page=address, **given | {"when1": "下个月"})
    assert "请按 2026-12-08 的样子" in errors_of(nonsense, "when1")
    assert post(head, address, page=address, **given | {"when1": "0"}).status_code == 303
    told = words_of(head.get(f"{LEDGER}/{made}"))
    assert f"{TARGET - timedelta(days=30)} 目标日前 30 天 核清" in told
    stale = post(head, address, page=address, **given | {"when1": "0"})
    assert stale.status_code == 409
    assert "他人刚刚更新了这件包案" in words_of(stale)


def test_a_step_a_note_the_duties_and_the_end(hall, head, sign_in, inside):
    made, _number = sponsored(hall, target=TARGET)
    page = f"{LEDGER}/{made}"
    post(head, f"{page}/plan", page=f"{page}/plan", version="2", target=TARGET.isoformat(), what0="核清", when0="30")
    with inside() as session:
        step = session.scalars(select(Milestone.id)).one()
    unit = sign_in("unit")
    wrong = post(unit, f"{page}/steps/{step}/done", page=page, done_on="2026-11-30", evidence="")
    assert wrong.status_code == 422
    assert "不能晚于今天" in errors_of(wrong, "done_on")
    assert "请写明凭什么算完成" in errors_of(wrong, "evidence")
    assert html(wrong).select_one(f"#done_on-{step}")["value"] == "2026-11-30"
    assert (
        post(unit, f"{page}/steps/{step}/done", page=page, done_on=TODAY.isoformat(), evidence="测量表").status_code
        == 303
    )
    assert (
        post(unit, f"{page}/steps/999/done", page=page, done_on=TODAY.isoformat(), evidence="测量表").status_code == 404
    )
    assert "请写明做了什么" in errors_of(post(unit, f"{page}/notes", page=page, duty="know", words=""), "words")
    assert post(unit, f"{page}/notes", page=page, duty="know", words="已入户核对").status_code == 303
    refused = post(head, f"{page}/close", page=f"{page}/close", version="5", met="yes", result="已付清")
    assert refused.status_code == 409
    assert "“掌握情况”、“化解方案”、“疏导帮扶”还没有内容" in words_of(refused)
    duties = {"version": "5", "know": "已核实。", "plan": "确保息访", "help": "帮扶到位。"}
    silent = post(unit, f"{page}/duties", page=f"{page}/duties", **duties)
    assert "“息访”不能作为目标" in errors_of(silent, "plan")
    assert "帮扶到位。" in silent.get_data(as_text=True)
    assert post(unit, f"{page}/duties", page=f"{page}/duties", **duties | {"plan": "两批付清"}).status_code == 303
    assert post(head, f"{page}/close", page=f"{page}/close", version="6", met="yes", result="已付清").status_code == 303
    told = words_of(unit.get(page))
    assert "包案已结束 已解决" in told
    assert "已入户核对" in told
    assert "记为完成" not in told


def test_units_and_members_come_back_as_they_were_typed(hall, head):
    made, _number = sponsored(hall)
    address = f"{LEDGER}/{made}/units"
    given = {"version": "2", "lead": UNIT, "co": "市农业农村局", "name0": "", "post0": "科长"}
    wrong = post(head, address, page=address, **given)
    assert "请填写工作专班成员的姓名" in words_of(wrong)
    assert html(wrong).select_one("#post0")["value"] == "科长"
    assert post(head, address, page=address, **given | {"name0": "李强", "part0": "汇总"}).status_code == 303
    form = html(head.get(address))
    assert [form.select_one(f"#{name}")["value"] for name in ("lead", "co", "name0", "post0", "part0")] == [
        UNIT, "市农业农村局", "李强", "科长", "汇总",
    ]  # fmt: skip


def test_a_change_needs_its_reason_and_shows_the_way_it_went(hall, head, sign_in, inside):
    made, _number = sponsored(hall)
    address = f"{LEDGER}/{made}/change"
    with inside() as session:
        other = leader_id(session, "路海涛")
    wrong = post(head, address, page=address, version="2", leader=other, level="city", why="")
    assert "请写明变更的原因" in errors_of(wrong, "why")
    with clock.frozen(NOW + timedelta(days=3)):
        head = sign_in("head")
        assert (
            post(head, address, page=address, version="2", leader=other, level="city", why="分工调整").status_code
            == 303
        )
        line = [
            " ".join(item.get_text(" ").split()) for item in html(head.get(f"{LEDGER}/{made}")).select("ol.timeline li")
        ]
    assert line == [
        f"路海涛・市级 {TODAY + timedelta(days=3)} 至 现在 副市长 分工调整",
        f"杜立新・市级 {TODAY} 至 {TODAY + timedelta(days=3)} 市长",
    ]


def test_the_sponsor_asks_units_and_the_answer_is_a_page_away(hall, head, sign_in):
    made, _number = sponsored(hall, target=TARGET)
    page = f"{LEDGER}/{made}/tasks"
    leader = sign_in("leader")
    given = {
        "version": "2",
        "words": "请两局会商。",
        "what": "核清面积",
        "lead": "市农业农村局",
        "due": TARGET.isoformat(),
    }
    assert "请至少写明一项任务" in words_of(post(leader, page, page=page, version="2", words="请会商。"))
    assert "没有找到这个单位" in errors_of(post(leader, page, page=page, **given | {"lead": "某局"}), "lead")
    assert "不能作为目标" in errors_of(post(leader, page, page=page, **given | {"words": "劝其息访"}), "words")
    assert post(leader, page, page=page, **given).status_code == 303
    link = html(leader.get(f"{LEDGER}/{made}")).select_one('a[href^="/leadership/instructions/"]')
    assert link.get_text() == "杜立新交办"
    assert "核清面积" in words_of(sign_in("other-unit").get(link["href"]))
    assert sign_in("clerk").get(page).status_code == 403
    assert post(head, page, page=page, **given).status_code == 409  # the page knew an older version


def test_a_namesake_is_pointed_out_and_refuses_nothing(hall, head, inside):
    number = registered(hall, petitioner=PersonGiven("路海涛"))
    with inside() as session:
        other = leader_id(session, "路海涛")
    answer = post(head, f"{LEDGER}/new", page=f"{LEDGER}/new", number=number, leader=other, **opening())
    assert "请核对是否应当回避" in words_of(head.get(answer.headers["Location"]))


# ---- walls ----


def test_strangers_to_the_matter_find_nothing(hall, sign_in):
    made, number = sponsored(hall, lead=None)
    stranger = sign_in("other-unit")
    for path in ("", "/duties"):
        assert stranger.get(f"{LEDGER}/{made}{path}").status_code == 404
    assert stranger.get(f"/leadership/cases/{number}/sponsorship").status_code == 404
    assert stranger.get(f"{LEDGER}/{made}/plan").status_code == 403
    assert "没有符合条件的包案" in words_of(stranger.get(LEDGER))
    clerk = sign_in("clerk")  # registered it, reads it, but does not manage it
    assert clerk.get(f"{LEDGER}/{made}").status_code == 200
    assert clerk.get(f"{LEDGER}/{made}/plan").status_code == 403
    assert clerk.get(f"{LEDGER}/new").status_code == 403


def test_an_accusation_is_not_in_the_secretarys_ledger_and_its_reading_is_noted(hall, head, sign_in, inside):
    made, number = sponsored(hall, lead=None)
    accuse(hall, number)
    assert number not in words_of(sign_in("unit").get(LEDGER))
    assert sign_in("supervisor").get(f"{LEDGER}/{made}").status_code == 404
    assert head.get(f"{LEDGER}/{made}").status_code == 200
    with inside() as session:
        assert "sponsorship.opened" in session.scalars(select(Access.action)).all()


@pytest.mark.one_engine
def test_one_matter_is_read_in_a_bounded_number_of_queries(hall, head):
    made, _number = sponsored(hall, target=TARGET)
    page = f"{LEDGER}/{made}"
    steps = {f"what{n}": f"第{n}步" for n in range(10)} | {f"when{n}": str(30 - n) for n in range(10)}
    post(head, f"{page}/plan", page=f"{page}/plan", version="2", target=TARGET.isoformat(), **steps)
    for n in range(6):
        post(head, f"{page}/notes", page=page, duty="know", words=f"第{n}次进展")
    with counted(hall) as sent:
        answer = head.get(page)
    assert "第5次进展" in words_of(answer)
    assert len(sent) <= 16, sent
    assert len(answer.get_data()) <= 60_000
