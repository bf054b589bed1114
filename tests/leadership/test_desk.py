"""我的一页: everything a leader has to know, on one page, in few queries; the secretary sees the leaders served and no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.leadership.models import Attendant, Edition, Grade, Leader, Reception, Week
from portal.leadership.operations import instructions, letters_read
from portal.leadership.operations import sponsorship as sponsorships
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.sponsorship import Step
from portal.leadership.queries import desk as queries
from portal.leadership.queries import roster
from tests.cases.desk import NOW, actor_named, case_of, counted, html, post, registered
from tests.leadership.sponsors import TODAY, account_id, leader_id, sponsored, unit_id

DESK = "/leadership/desk"
UNIT, OTHER = "市自然资源和规划局", "市农业农村局"


def words_of(answer) -> str:
    return " ".join(html(answer).get_text(" ").split())


@pytest.fixture
def published(hall):
    """``published(day)``: a reception of 杜立新 that the public may read."""

    def made(day, *, public: bool = True) -> int:
        monday = day - timedelta(days=day.weekday())
        with hall.app_context(), database.write() as session:
            leader = leader_id(session)
            centre = actor_named(session, "head").centre_id
            week = session.scalar(select(Week).where(Week.monday == monday))
            if week is None:
                week = Week(
                    centre_id=centre,
                    monday=monday,
                    state="published" if public else "draft",
                    published_at=NOW if public else None,
                )
                session.add(week)
                session.flush()
            held = Reception(
                centre_id=centre, week_id=week.id, leader_id=leader, day=day, half="am", starts=540, ends=690,
                kind="fixed", place="中心接访室", capacity=6,
            )  # fmt: skip
            session.add(held)
            session.flush()
            if public:
                rows = [row.written() for row in roster.working_rows(session, centre, monday)]
                session.add(
                    Edition(centre_id=centre, week_id=week.id, number=len(rows), monday=monday, rows=rows, at=NOW)
                )
            return held.id

    return made


@pytest.fixture
def busy(hall, do, inside, published):
    """A leader with something in every box."""
    published(TODAY + timedelta(days=2))
    target = TODAY + timedelta(days=30)
    made, number = sponsored(hall, target=target, subject="占地补偿")
    steps = [Step("核清", due=TODAY), Step("付清", before=0)]
    do(sponsorships.plan_steps, "head", made, target_on=target, steps=steps, version=2)
    with inside() as session:
        leader, case_id = leader_id(session), case_of(session, number).id
        units = [unit_id(session, name) for name in (UNIT, OTHER)]
    drafts = [
        TaskDraft("核清", units[0], TODAY + timedelta(days=1)),
        TaskDraft("付清", units[1], TODAY + timedelta(days=9)),
    ]
    do(instructions.issue, "head", leader, case_id, "sponsor", made, "请两局办理。", drafts)
    for place in range(6):
        letter = registered(hall, subject=f"第{place}封来信")
        with inside() as session:
            letter_case = case_of(session, letter).id
        do(letters_read.put, "head", letter_case, leader_id=leader, summary="补偿", how="screen")
    return hall


def test_the_leader_sees_reception_letters_matters_and_tasks(busy, sign_in):
    told = words_of(sign_in("leader").get(DESK))
    day = TODAY + timedelta(days=2)
    for part in (
        f"下次接访 {day.month}月{day.day}日",
        "中心接访室",
        "来信 6 封",
        "第0封来信",
        "包案 1 件",
        "占地补偿",
        "步骤今日到期",
        "交办未完成 2 项",
        f"{UNIT} 1 项",
    ):
        assert part in told, part
    assert "第5封来信" not in told  # four lines, the rest behind a link


def test_who_wrote_first_is_read_first_however_many_wait(busy, inside):
    with inside() as session:
        leader = session.get_one(Leader, leader_id(session))
        shown = queries.desk(session, actor_named(session, "leader"), leader, TODAY)
    assert [each.subject for each in shown.letters] == [f"第{place}封来信" for place in range(queries.SHOWN)]
    assert shown.letters_count == 6


def test_late_tasks_and_matters_are_said_with_word_and_shape(busy, sign_in):
    with clock.frozen(NOW + timedelta(days=3)):
        page = html(sign_in("leader").get(DESK))
    lamps = [lamp.get_text() for lamp in page.select(".lamp-late")]
    assert lamps == ["逾期 1 件", "步骤逾期 3 日", "逾期 1 项", "逾期 1 项"]
    assert page.select("#desk-tasks")[0].find_next("li").get_text(" ", strip=True).startswith(UNIT)


def test_today_is_called_today_and_a_draft_is_not_there(hall, sign_in, published, inside):
    published(TODAY + timedelta(days=10), public=False)
    with inside(), database.write() as session:
        grade = Grade(
            centre_id=actor_named(session, "head").centre_id, name="市级领导", times=1, per="quarter", source="试"
        )
        session.add(grade)
        session.flush()
        session.get_one(Leader, leader_id(session)).grade_id = grade.id
    told = words_of(sign_in("leader").get(DESK))
    assert "没有已公布的接访安排" in told
    assert "接访 0 次（每季度 1 次） 还没有安排" in told
    published(TODAY)
    assert "今天接访" in words_of(sign_in("leader").get(DESK))


def test_reading_and_answering_in_place(busy, sign_in):
    leader = sign_in("leader")
    page = html(leader.get(DESK))
    read = page.select_one('form[action$="/read"]')["action"]
    answer = post(leader, read, page=DESK, back="desk")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(DESK)
    assert "来信 5 封" in words_of(leader.get(DESK))
    form = html(leader.get(DESK)).select_one('form[action$="/instruct"]')
    version = form.select_one("input[name=version]")["value"]
    answer = post(leader, form["action"], page=DESK, back="desk", version=version, words="请尽快答复群众。")
    assert answer.headers["Location"].startswith(DESK)
    assert "来信 4 封" in words_of(leader.get(DESK))
    empty = html(leader.get(DESK)).select_one('form[action$="/instruct"]')
    refused = post(leader, empty["action"], page=DESK, back="desk", version="2", words="")
    assert refused.status_code == 422
    assert "请填写批示内容" in words_of(refused)


def test_the_secretary_sees_the_leaders_served_and_no_other(busy, sign_in, inside):
    office = sign_in("office")
    assert "杜立新" in words_of(office.get(DESK))
    with inside() as session:
        other = leader_id(session, "路海涛")
    assert office.get(f"{DESK}?leader={other}").status_code == 404
    with inside(), database.write() as session:
        session.add(Attendant(leader_id=other, account_id=account_id(session, "office")))
    shown = html(office.get(f"{DESK}?leader={other}"))
    assert "包案 0 件" in shown.get_text()
    assert [option.get_text() for option in shown.select("#desk-leader option")] == ["杜立新", "路海涛"]


def test_who_serves_no_leader_is_told_so(hall, sign_in):
    for login in ("office-two", "clerk", "supervisor"):
        assert "没有对应的领导" in words_of(sign_in(login).get(DESK))
    assert sign_in("greeter").get(DESK).status_code == 403


def test_an_odd_leader_in_the_address_is_no_failure(busy, sign_in):
    leader = sign_in("leader")
    assert "杜立新" in words_of(leader.get(f"{DESK}?leader=x"))
    assert leader.get(f"{DESK}?leader=999").status_code == 404


@pytest.mark.one_engine
def test_the_page_asks_a_bounded_number_of_questions_however_much_there_is(busy, sign_in, do, inside):
    leader = sign_in("leader")
    leader.get(DESK)
    with counted(busy) as few:
        leader.get(DESK)
    for place in range(5):
        sponsored(busy, subject=f"又一件{place}")
    with counted(busy) as many:
        answer = leader.get(DESK)
    assert len(many) == len(few)
    assert len(many) <= 24, many
    assert len(answer.get_data()) <= 60_000


def test_tasks_are_added_up_by_unit_late_ones_first():
    class Row:
        def __init__(self, lead, due):
            self.lead, self.due = lead, due

    day = TODAY
    rows = [Row("甲", day + timedelta(days=1)), Row("乙", day - timedelta(days=1)), Row("乙", day + timedelta(days=5))]
    assert [(each.unit, each.tasks, each.late, each.due) for each in queries.owed(rows, day)] == [
        ("乙", 2, 1, day - timedelta(days=1)),
        ("甲", 1, 0, day + timedelta(days=1)),
    ]
