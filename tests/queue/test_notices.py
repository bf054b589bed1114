"""公告: published by the head of the day for a while, withdrawn by name, on the walls and nowhere else."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal import clock, database
from portal.access.permissions import Role
from portal.cases.operations import FieldProblems, Refused
from portal.queue import notices
from portal.queue.models import Notice
from portal.queue.wall_forms import NoticeForm
from portal.trail import queries as trail
from tests.queue import wall as hall
from tests.queue.wall import MORNING, Wall, later
from tests.support import submit


@pytest.fixture
def wall(inside) -> Wall:
    """The small hall and the head of its day."""
    with inside(), database.write() as session:
        built = hall.build(session)
        hall._account(session, built.centre_id, "head", Role.DUTY_HEAD, (), MORNING)
        return built


@pytest.fixture
def publish(inside, wall):
    """Publish a notice, as the operation does."""

    def published(text: str = "今日下午停水。", start: int = 0, end: int | None = None, at: int = 0) -> Notice:
        with inside(), database.write() as session:
            ends_at = None if end is None else later(end)
            return notices.publish(
                session, wall.clerk, text=text, starts_at=later(start), ends_at=ends_at, at=later(at)
            )

    return published


def running(inside, wall: Wall, minute: int) -> tuple[str, ...]:
    with inside() as session:
        return notices.running(session, wall.centre_id, later(minute))


def test_a_notice_runs_from_until_or_until_withdrawn(publish, inside, wall) -> None:
    publish("常有", 0)
    publish("一会儿", 5, 10)
    first = publish("要撤下的", 2)
    assert running(inside, wall, 1) == ("常有",)
    assert running(inside, wall, 5) == ("一会儿", "要撤下的", "常有")
    assert running(inside, wall, 10) == ("要撤下的", "常有")
    with inside(), database.write() as session:
        before = trail.revision(session, wall.centre_id, "board")
        notices.withdraw(session, wall.clerk, first.id, at=later(11))
        assert trail.revision(session, wall.centre_id, "board") == before + 1
    assert running(inside, wall, 11) == ("常有",)
    with inside() as session:
        said = trail.entries(session, f"notice:{first.id}")
        assert [entry.kind for entry in said] == ["notice.published", "notice.withdrawn"]
        assert said[0].words == {"text": "要撤下的"}
        assert notices.running(session, wall.centre_id + 1, later(5)) == ()


def test_what_is_over_is_not_withdrawn_again(publish, inside, wall) -> None:
    over, gone = publish("过去", 0, 5), publish("撤下", 0)
    for notice_id, minute in ((gone.id, 1), (gone.id, 2), (over.id, 6), (999, 1)):
        refused = (notice_id, minute) != (gone.id, 1)
        with inside(), database.write() as session:
            if refused:
                with pytest.raises(Refused):
                    notices.withdraw(session, wall.clerk, notice_id, at=later(minute))
            else:
                notices.withdraw(session, wall.clerk, notice_id, at=later(minute))


@pytest.mark.parametrize(
    ("text", "start", "end", "where"),
    [("", 0, None, "text"), ("长" * 201, 0, None, "text"), ("短", 5, 5, "until"), ("短", 0, 9, "until")],
)
def test_what_cannot_run_is_refused(publish, text, start, end, where) -> None:
    with pytest.raises(FieldProblems) as refused:
        publish(text, start, end, at=10 if end == 9 else 0)
    assert list(refused.value.problems) == [where]


def test_so_many_and_no_more(publish) -> None:
    for place in range(notices.MOST):
        publish(f"第 {place} 条", 0, 60)
    with pytest.raises(Refused):
        publish("再一条")
    publish("一小时以后", at=61, start=61)


def test_the_head_of_the_day_publishes_and_withdraws(wall, inside, sign_in) -> None:
    assert sign_in("clerk").get("/queue/notices").status_code == 403
    assert sign_in("sysadmin").get("/queue/notices").status_code == 403
    head = sign_in("head")
    menu = BeautifulSoup(head.get("/account").get_data(as_text=True), "html.parser")
    assert menu.select_one('.bar-nav a[href="/queue/notices"]').text == "公告"
    with clock.frozen(MORNING):
        given = {"text": "今日下午\r\n停水。", "until": "２０２６-11-23", "until_minute": "18：00"}
        assert submit(head, "/queue/notices", **given).status_code == 303
        page = BeautifulSoup(head.get("/queue/notices").get_data(as_text=True), "html.parser")
    shown = page.select_one("#notice-1")
    assert "今日下午 停水。" in shown.text
    assert "2026-11-23 09:30 至 2026-11-23 18:00" in shown.text
    assert "正在显示" in shown.text
    with clock.frozen(later(5)):
        assert submit(head, "/queue/notices/1/withdraw", "/queue/notices").status_code == 303
        assert submit(head, "/queue/notices/1/withdraw", "/queue/notices").status_code == 409
        page = BeautifulSoup(head.get("/queue/notices").get_data(as_text=True), "html.parser")
    assert page.select_one("#notice-1") is None
    assert "2026-11-23 09:35 撤下" in page.text


@pytest.mark.parametrize(
    ("fields", "where", "message"),
    [
        ({"text": ""}, "text", "请填写公告内容"),
        ({"text": "长" * 201}, "text", "最多200字"),
        ({"minute": "09:00"}, "day", "填了时间，也请填日期"),
        ({"day": "2026-11-24", "minute": "25:00"}, "minute", "没有 25:00 这个时间"),
        ({"day": "2026-11-24", "minute": "24:00"}, "minute", "没有 24:00 这个时间"),
        ({"day": "2026-11-24", "minute": "半夜"}, "minute", "请按 08:30 的样子"),
        ({"day": "2026-02-30"}, "day", "日期不存在"),
        ({"until": "2026-11-22"}, "until", "结束时间应晚于开始时间"),
        ({"day": "2026-11-25", "until": "2026-11-24"}, "until", "结束时间应晚于开始时间"),
    ],
)
def test_a_wrong_notice_is_refused_beside_its_field(wall, inside, sign_in, fields, where, message) -> None:
    with clock.frozen(MORNING):
        answer = submit(sign_in("head"), "/queue/notices", **{"text": "今日下午停水。"} | fields)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert message in page.select_one(f"#{where}-error").text
    for name, value in fields.items():
        kept = page.select_one(f"#{name}")
        assert value in (kept.get("value"), kept.text.strip())
    with inside() as session:
        assert session.scalars(select(Notice)).all() == []


@pytest.mark.parametrize(
    ("typed", "minute"),
    [("09:30", 570), ("９：３０", 570), ("0930", 570), ("9点", 540), ("18时05分", 1085), ("", None), ("00:00", 0)],
)
def test_times_as_people_type_them(app, typed: str, minute: int | None) -> None:
    with app.test_request_context("/", method="POST", data={"minute": typed}):
        form = NoticeForm(meta={"csrf": False})
        form.validate()
        assert form.minute.minute == minute
        assert list(form.minute.errors) == []


def test_a_last_day_counts_in_full(app) -> None:
    with app.test_request_context("/", method="POST", data={"text": "短", "until": "2026-11-23"}):
        form = NoticeForm(meta={"csrf": False})
        assert form.ends() == clock.at_hall(clock.day_of(MORNING), 23, 59)
        assert form.starts(MORNING) == MORNING
        assert form.ends() - MORNING < timedelta(days=1)


def test_the_list_is_bounded(app, publish, inside, wall, sign_in) -> None:
    head = sign_in("head")
    few = hall.queries(app, lambda: head.get("/queue/notices"))
    for place in range(notices.PAST_SHOWN + 5):
        notice = publish(f"第 {place} 条")
        with inside(), database.write() as session:
            notices.withdraw(session, wall.clerk, notice.id, at=later(1))
    assert hall.queries(app, lambda: head.get("/queue/notices")) == few
    page = BeautifulSoup(head.get("/queue/notices").get_data(as_text=True), "html.parser")
    assert len(page.select("#notices-over ~ *, [aria-labelledby=notices-over] .case-card")) == notices.PAST_SHOWN
