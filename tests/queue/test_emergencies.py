"""The emergency key: at once, in silence, seen by those who may help, answered by several, ended with an account."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, func, select

from portal import clock, database
from portal.access.views import IDLE
from portal.queue import boards, layouts, stream
from portal.queue.models import Emergency
from portal.queue.operations import Refused, open_window
from portal.queue.operations import emergencies as operations
from portal.queue.queries import emergencies as queries
from portal.trail.models import Access, Event
from portal.trail.queries import entries, revisions
from tests.queue.conftest import MORNING, later
from tests.support import csrf_token, submit, together

WORDS = "来访人情绪激动拍打窗口，保安到场劝离，现场已平静。"
PART = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def half_past_nine():
    with clock.frozen(later(30)):
        yield


@pytest.fixture
def raised(hall, do):
    """Zhang pressed the key at window 1 at half past nine."""
    do(open_window, hall.zhang, 1, at=MORNING)
    return do(operations.raise_emergency, hall.zhang, at=later(30)).id


def text_of(answer) -> str:
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text(" ").split())


# ---- the rules ----


def test_the_key_notes_window_person_and_moment_in_a_chain_of_its_own(session, hall, do, raised):
    row = session.get_one(Emergency, raised)
    assert (row.window_id, row.place, row.account_id, row.at) == (1, "1号窗口", hall.zhang.id, later(30))
    assert [(each.kind, each.actor_id) for each in entries(session, f"emergency:{raised}")] == [
        ("emergency.raised", hall.zhang.id)
    ]


def test_a_second_press_changes_nothing_while_one_is_open(session, hall, do, raised):
    again = do(operations.raise_emergency, hall.zhang, at=later(31))
    assert (again.id, again.again) == (raised, True)
    assert len(entries(session, f"emergency:{raised}")) == 1
    do(operations.answer, hall.guo, raised, at=later(32))
    do(operations.close_mistaken, hall.guo, raised, at=later(33))
    assert do(operations.raise_emergency, hall.zhang, at=later(34)).id != raised


def test_the_place_is_the_desk_or_nowhere_in_particular_without_a_window(session, hall, do):
    for who, at_desk, place in ((hall.guo, False, "导引台"), (hall.zhao, True, "导引台"), (hall.wang, False, "未开窗")):
        made = do(operations.raise_emergency, who, at=later(30), at_desk=at_desk)
        assert session.get_one(Emergency, made.id).place == place


def test_only_the_alarm_topic_moves_so_that_no_screen_stirs(session, hall, do):
    do(open_window, hall.zhang, 1, at=MORNING)
    before = revisions(session, 1)
    made = do(operations.raise_emergency, hall.zhang, at=later(30))
    do(operations.answer, hall.guo, made.id, at=later(31))
    after = revisions(session, 1)
    assert {topic for topic in after if after[topic] != before.get(topic)} == {operations.TOPIC}
    assert operations.TOPIC not in boards.topics(boards.Scope(1, "", 1), tuple(layouts.BLOCKS))


def test_the_first_to_answer_is_shown_and_the_others_are_listed(session, hall, do, raised):
    do(operations.answer, hall.guo, raised, at=later(31))
    do(operations.answer, hall.zhao, raised, at=later(32))
    do(operations.answer, hall.zhao, raised, at=later(33))
    (shown,) = queries.open_emergencies(session, hall.zhao)
    assert [(each.name, each.at) for each in shown.coming] == [("郭小燕", later(31)), ("赵值班", later(32))]
    own = queries.own_alarm(session, hall.zhang)
    assert (own.coming, own.coming_at) == ("郭小燕", later(31))


def test_who_may_not_help_neither_answers_nor_ends(hall, do, raised):
    for who in (hall.wang, hall.sun):
        for operation in (operations.answer, operations.close_mistaken):
            with pytest.raises(Refused, match="没有这次应急"):
                do(operation, who, raised, at=later(31))
    own = do(operations.raise_emergency, hall.guo, at=later(31)).id
    with pytest.raises(Refused, match="您自己按的"):
        do(operations.answer, hall.guo, own, at=later(32))
    with pytest.raises(Refused, match="到场的同事"):
        do(operations.close_mistaken, hall.guo, own, at=later(32))


def test_the_end_needs_an_account_that_is_kept_encrypted_and_happens_once(session, hall, do, raised):
    do(operations.answer, hall.zhao, raised, at=later(31))
    with pytest.raises(Refused, match="至少 10 个字"):
        do(operations.close, hall.zhao, raised, words="没事了。", at=later(40))
    do(operations.close, hall.zhao, raised, words=WORDS, at=later(40))
    plain = session.connection().exec_driver_sql(f"SELECT note FROM emergency WHERE id = {raised}").scalar()
    assert WORDS not in plain
    assert session.get_one(Emergency, raised).note == WORDS
    last = entries(session, f"emergency:{raised}")[-1]
    assert (last.kind, last.data["mistaken"], last.words["words"]) == ("emergency.closed", False, WORDS)
    with pytest.raises(Refused, match="已由 赵值班 结束"):
        do(operations.close_mistaken, hall.guo, raised, at=later(41))
    assert queries.own_alarm(session, hall.zhang) is None


def test_two_answer_at_once_and_two_press_at_once(app, house):
    with app.app_context():
        database.attempt(lambda session: open_window(session, house.zhang, 1, at=MORNING))
    pressed = together(
        app,
        lambda _: database.attempt(lambda session: operations.raise_emergency(session, house.zhang, at=later(30))),
        range(4),
    )
    assert pressed == []
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Emergency)) == 1
        raised = database.db.session.scalar(select(Emergency.id))
    answered = together(
        app,
        lambda who: database.attempt(lambda session: operations.answer(session, who, raised, at=later(31))),
        [house.guo, house.zhao],
    )
    assert answered == []
    with app.app_context():
        session = database.db.session
        row = session.get_one(Emergency, raised)
        firsts = [each for each in entries(session, f"emergency:{raised}") if each.data.get("first")]
        assert [each.actor_id for each in firsts] == [row.answered_by]
        (shown,) = queries.open_emergencies(session, house.sun)
        assert {each.name for each in shown.coming} == {"郭小燕", "赵值班"}
        assert shown.coming[0].account_id == row.answered_by
    ended = together(
        app,
        lambda who: database.attempt(lambda session: operations.close_mistaken(session, who, raised, at=later(32))),
        [house.guo, house.zhao],
    )
    assert [type(each) for each in ended] == [Refused]


# ---- the pages ----


def test_the_clerks_own_page_says_one_quiet_line_and_nothing_red(house, sign_in):
    clerk = sign_in("zhang")
    submit(clerk, "/queue/window/open", page="/queue/window", window="1")
    page = BeautifulSoup(clerk.get("/queue/window").get_data(as_text=True), "html.parser")
    key = page.select_one("#alarm-key button")
    assert (key.get_text(strip=True), key["data-key"]) == ("应急 F9", "F9")
    token = csrf_token(clerk, "/queue/window")
    answer = clerk.post("/queue/emergency", data={"csrf_token": token}, headers=PART)
    line = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text_of(answer) == "已通知值班人员 应急 F9"
    assert "lamp" not in line
    assert "alert" not in line
    before = [part for part in page.select_one("main").stripped_strings]
    after = BeautifulSoup(clerk.get("/queue/window").get_data(as_text=True), "html.parser")
    assert [part for part in after.select_one("main").stripped_strings] == before
    overview = clerk.get("/queue/emergencies/panel", headers=PART)
    assert text_of(overview) == ""


def test_every_helper_is_told_and_the_clerk_then_reads_who_is_coming(house, sign_in):
    clerk, greeter, head = sign_in("zhang"), sign_in("guo"), sign_in("zhao")
    submit(clerk, "/queue/window/open", page="/queue/window", window="1")
    assert submit(clerk, "/queue/emergency", page="/queue/window").status_code == 200
    for helper, home in ((greeter, "/queue/desk"), (head, "/"), (head, "/queue/overview")):
        assert 'hx-get="/queue/emergencies/panel"' in helper.get(home).get_data(as_text=True), home
        panel = text_of(helper.get("/queue/emergencies/panel", headers=PART))
        assert "1号窗口 应急求助 张德良 09:30 按键" in panel
        assert "还没有人过去" in panel
    token = csrf_token(head, "/queue/overview")
    answer = head.post("/queue/emergencies/1/answer", data={"csrf_token": token}, headers=PART)
    assert "赵值班 正在赶去（09:30）" in text_of(answer)
    assert "我去" not in text_of(answer)
    assert "结束并写情况" in text_of(answer)
    assert text_of(clerk.get("/queue/emergency", headers=PART)) == "赵值班 正在赶来（09:30） 应急 F9"
    assert "我去" in text_of(greeter.get("/queue/emergencies/panel", headers=PART))


def test_the_greeters_own_emergency_is_no_panel_on_the_greeters_screen(house, sign_in):
    greeter, head = sign_in("guo"), sign_in("zhao")
    assert submit(greeter, "/queue/emergency", page="/queue/desk", at_desk="y").status_code == 200
    assert text_of(greeter.get("/queue/emergencies/panel", headers=PART)) == ""
    assert "导引台 应急求助" in text_of(head.get("/queue/emergencies/panel", headers=PART))


def test_the_account_is_asked_for_kept_on_refusal_and_listed_for_the_duty_head_alone(house, sign_in, inside):
    clerk, greeter, head = sign_in("zhang"), sign_in("guo"), sign_in("zhao")
    submit(clerk, "/queue/window/open", page="/queue/window", window="1")
    submit(clerk, "/queue/emergency", page="/queue/window")
    submit(greeter, "/queue/emergencies/1/answer", page="/queue/desk")
    short = submit(greeter, "/queue/emergencies/1", words="没事了")
    assert short.status_code == 422
    assert "没事了" in short.get_data(as_text=True)
    assert submit(greeter, "/queue/emergencies/1", words=WORDS).status_code == 303
    late = submit(head, "/queue/emergencies/1", page="/queue/overview", words=WORDS)
    assert late.status_code == 409
    assert "已由 郭小燕 结束" in text_of(late)
    assert WORDS in text_of(late)
    listed = head.get("/queue/emergencies")
    assert WORDS in listed.get_data(as_text=True)
    assert "今天 09:30" in text_of(listed)
    assert greeter.get("/queue/emergencies").status_code == 403
    with inside() as session:
        assert session.scalar(select(func.count()).where(Access.action == "emergencies.opened")) == 1


def test_a_mistake_ends_with_one_press(house, sign_in, inside):
    clerk, head = sign_in("zhang"), sign_in("zhao")
    submit(clerk, "/queue/emergency", page="/queue/window")
    submit(head, "/queue/emergencies/1/answer", page="/queue/overview")
    assert submit(head, "/queue/emergencies/1/mistaken", page="/queue/overview").status_code == 303
    assert "误按" in text_of(head.get("/queue/emergencies"))
    stale = submit(head, "/queue/emergencies/1/answer", page="/queue/overview")
    assert stale.status_code == 409
    assert "已由 赵值班 结束" in text_of(stale)


def test_the_key_works_after_the_idle_exit_and_never_for_strangers(house, sign_in, client, inside):
    clerk, sun = sign_in("zhang"), sign_in("sun")
    token = csrf_token(clerk, "/queue/window")
    with clock.frozen(later(30) + IDLE + timedelta(minutes=5)):
        answer = clerk.post("/queue/emergency", data={"csrf_token": token}, headers=PART)
        assert (answer.status_code, text_of(answer)) == (200, "已通知值班人员 应急 F9")
        assert "hx-trigger" not in answer.get_data(as_text=True)
    with inside() as session:
        assert session.scalars(select(Emergency.account_id)).all() == [house.zhang.id]
    assert submit(sun, "/queue/emergency", page="/queue/overview").status_code == 403
    assert submit(client, "/queue/emergency", page="/login").status_code == 302
    assert submit(sun, "/queue/emergencies/1/answer", page="/queue/overview").status_code == 409
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Emergency)) == 1
        assert session.scalar(select(func.count()).where(Event.kind == "emergency.answered")) == 0


def test_the_streams_of_helpers_carry_the_alarm(app, house):
    with app.test_request_context():
        for kind in ("desk", "overview", "home"):
            assert stream._topics(kind, house.zhao)[(1, operations.TOPIC)] == "alarm"


def test_the_panel_and_the_list_ask_a_bounded_number_of_questions(session, hall, do):
    for who in (hall.zhang, hall.wang, hall.li):
        made = do(operations.raise_emergency, who, at=later(30))
        do(operations.answer, hall.guo, made.id, at=later(31))
        do(operations.answer, hall.zhao, made.id, at=later(32))
    seen = []

    def note(*args) -> None:
        if args[2].startswith("SELECT"):
            seen.append(args[2])

    event.listen(database.db.engine, "before_cursor_execute", note)
    try:
        assert len(queries.open_emergencies(session, hall.sun)) == 3
        assert len(queries.emergencies(session, hall.zhao)) == 3
    finally:
        event.remove(database.db.engine, "before_cursor_execute", note)
    assert len(seen) == 4, seen
