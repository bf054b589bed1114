"""Walls and tablets: paired by an administrator, saying numbers and windows only, drawn once, gone when revoked."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.cases.models import Rating
from portal.cases.operations import Refused
from portal.queue import boards, screens
from portal.queue import operations as queue
from portal.queue.models import Screen
from portal.queue.views import screens as views
from portal.trail import queries as trail
from tests.queue import wall as hall
from tests.queue.wall import MORNING, Wall, eventually, later
from tests.support import submit

PART = {"HX-Request": "true"}


@pytest.fixture
def wall(inside) -> Wall:
    """The small hall in the database, opened at half past nine."""
    with inside(), database.write() as session:
        return hall.build(session)


@pytest.fixture
def device(app, inside, wall):
    """``device(kind, window_id)`` is the browser of an approved screen."""

    def made(kind: str = "hall", window_id: int | None = None) -> FlaskClient:
        with inside(), database.write() as session:
            screen, token = screens.ask(session, at=MORNING)
            screens.approve(session, wall.clerk, screen.id, kind=kind, window_id=window_id, name="", at=MORNING)
        client = app.test_client()
        client.set_cookie(screens.COOKIE, token)
        return client

    return made


@pytest.fixture
def call(inside, wall):
    """``call(minute)`` takes a number at the desk and calls it; ``room`` to the counselling room."""

    def called(minute: int, *, room: bool = False) -> str:
        with inside(), database.write() as session:
            hall.ticket(session, wall, later(minute), room=room)
            return queue.call_next(session, wall.counsellor if room else wall.clerk, at=later(minute)).number

    return called


@pytest.fixture
def finish(inside, wall):
    """End whatever is at the clerk's window, as not having come."""

    def finished(minute: int, *, room: bool = False) -> None:
        actor = wall.counsellor if room else wall.clerk
        with inside(), database.write() as session:
            place = queue.place_of(session, actor)
            queue.miss(session, actor, place.ticket_id, version=None, at=later(minute))

    return finished


def soup(client: FlaskClient, path: str, at: datetime = MORNING) -> BeautifulSoup:
    with clock.frozen(at):
        answer = client.get(path, headers=PART if path.endswith(("board", "waiting")) else {})
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def words(tag) -> list[str]:
    return list(tag.stripped_strings)


def test_a_new_browser_waits_with_a_code_until_it_is_approved(app, wall, inside, sign_in) -> None:
    browser = app.test_client()
    page = browser.get("/screens")
    code = BeautifulSoup(page.get_data(as_text=True), "html.parser").select_one(".pairing-code").text
    assert len(code) == screens.CODE_LENGTH
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert code in browser.get("/screens").get_data(as_text=True), "the code must stay the same"
    assert browser.get("/screens/hall").headers["Location"] == "/screens"
    with inside() as session:
        screen = session.scalar(select(Screen))
        assert browser.get_cookie(screens.COOKIE).value not in (screen.token_hash, screen.pairing_code)
        screen_id = screen.id
    administrator = sign_in("sysadmin")
    assert code in administrator.get("/admin/screens").get_data(as_text=True)
    answer = submit(
        administrator, f"/admin/screens/{screen_id}/approve", "/admin/screens", kind="hall", window_id="0", name="东墙"
    )
    assert answer.status_code == 303
    part = BeautifulSoup(browser.get("/screens/waiting", headers=PART).get_data(as_text=True), "html.parser")
    assert part.select_one("#board")["data-build"] != views.WAITING, "the wall must load its page anew"
    assert browser.get("/screens").headers["Location"] == "/screens/hall"
    assert "今日尚未叫号" in browser.get("/screens/hall").get_data(as_text=True)
    with inside() as session:
        assert [entry.kind for entry in trail.entries(session, f"screen:{screen_id}")] == ["screen.approved"]


def test_a_screen_is_never_somebodys_login(device) -> None:
    screen = device()
    assert screen.get("/").headers["Location"].startswith("/login")
    assert screen.get("/queue/window").status_code == 302


def test_a_revoked_screen_loses_its_board(device, wall, inside, sign_in, call) -> None:
    screen = device()
    number = call(1)
    assert number in soup(screen, "/screens/hall/board", later(1)).text
    with inside() as session:
        screen_id = session.scalar(select(Screen.id))
    assert submit(sign_in("sysadmin"), f"/admin/screens/{screen_id}/revoke", "/admin/screens").status_code == 303
    board = soup(screen, "/screens/hall/board", later(2))
    assert number not in board.text
    assert board.select_one("#board")["data-build"] == views.GONE
    assert screen.get("/screens/hall").headers["Location"] == "/screens"
    assert screen.get("/stream/board").status_code == 403
    fresh = soup(screen, "/screens")
    assert fresh.select_one(".pairing-code"), "a revoked device may ask again"


def test_approving_is_for_the_system_administrator(wall, sign_in) -> None:
    assert sign_in("clerk").get("/admin/screens").status_code == 403
    assert sign_in("clerk").post("/admin/screens/1/approve").status_code in (400, 403)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "window", "window_id": "0"}, "须选择窗口"),
        ({"kind": "facing", "window_id": ""}, "须选择窗口"),
        ({"kind": "cinema", "window_id": "0"}, None),
        ({"kind": "hall", "window_id": "9999"}, None),
        ({"kind": "hall", "window_id": "0", "name": "长" * 41}, "最多40字"),
    ],
)
def test_a_wrong_task_is_refused_beside_its_field(app, wall, inside, sign_in, fields, message) -> None:
    app.test_client().get("/screens")
    with inside() as session:
        screen_id = session.scalar(select(Screen.id))
    answer = submit(sign_in("sysadmin"), f"/admin/screens/{screen_id}/approve", "/admin/screens", **fields)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    errors = page.select(f"#screen-{screen_id} .field-error")
    assert errors
    assert message is None or any(message in error.text for error in errors)
    for label in page.select(f"#screen-{screen_id} label"):
        assert page.find(id=label["for"]), "each label finds its own field"
    with inside() as session:
        assert session.get(Screen, screen_id).approved_at is None


def test_too_many_waiting_devices_are_sent_away_and_old_ones_forgotten(session) -> None:
    with database.write() as writing:
        for _ in range(screens.MOST_WAITING):
            screens.ask(writing, at=MORNING)
    with database.write() as writing, pytest.raises(Refused):
        screens.ask(writing, at=later(1))
    with database.write() as writing:
        screens.ask(writing, at=MORNING + screens.WAITS_FOR + timedelta(minutes=1))
    assert len(list(session.scalars(select(Screen)))) == 1


def test_the_hall_shows_the_call_and_the_six_before(device, call, finish) -> None:
    screen, numbers = device(), []
    for minute in range(8):
        numbers.append(call(minute * 2))
        finish(minute * 2 + 1)
    board = soup(screen, "/screens/hall/board", later(16))
    assert words(board.select_one(".call")) == ["请", numbers[-1], "到", "3号窗口", "信访接处"]
    recent = [words(line) for line in board.select(".recent li")]
    assert recent == [[number, "3号窗口", "信访接处"] for number in reversed(numbers[1:-1])]


def test_each_call_and_recall_changes_the_mark(device, call, inside, wall) -> None:
    screen, marks = device(), []
    call(1)
    marks.append(soup(screen, "/screens/hall/board", later(1)).select_one("#board")["data-call"])
    with inside(), database.write() as session:
        place = queue.place_of(session, wall.clerk)
        queue.recall(session, wall.clerk, place.ticket_id, version=2, at=later(2))
    board = soup(screen, "/screens/hall/board", later(2))
    marks.append(board.select_one("#board")["data-call"])
    assert len(set(marks)) == 2
    assert board.select(".recent li") == [], "a recall is no second visitor"


def test_walls_know_no_names_and_rooms_are_neutral(device, call, wall) -> None:
    number = call(1, room=True)
    call(2)
    everything = ""
    for kind, window_id, path in (("hall", None, "/screens/hall"), ("window", wall.room_id, "/screens/window")):
        screen = device(kind, window_id)
        for address in (path, f"{path}/board"):
            with clock.frozen(later(3)):
                everything += screen.get(address).get_data(as_text=True)
    for secret in (
        hall.NAME,
        hall.NAME[0] + "*",
        hall.ID_NUMBER,
        hall.PHONE,
        "心理",
        "counselling",
        "工作人员",
        "petition",
    ):
        assert secret not in everything
    assert number in everything
    assert "综合服务室" in everything


def test_a_window_screen_follows_its_window(device, call, inside, wall) -> None:
    screen = device("window", wall.window_id)

    def shown(minute: int) -> list[str]:
        return words(soup(screen, "/screens/window/board", later(minute)).select_one(".call"))

    assert shown(0) == ["请稍候"]
    number = call(1)
    assert shown(1) == ["请", number, "到本窗口"]
    with inside(), database.write() as session:
        queue.miss(session, wall.clerk, queue.place_of(session, wall.clerk).ticket_id, version=None, at=later(2))
        queue.pause(session, wall.clerk, reason="家中急事", at=later(2))
    assert shown(2) == ["暂停服务"]
    with inside(), database.write() as session:
        queue.resume(session, wall.clerk, at=later(3))
    assert shown(3) == ["请稍候"]
    assert device("window", wall.room_id).get("/screens/hall").headers["Location"] == "/screens"


def test_a_board_is_drawn_once_for_each_change(device, call, monkeypatch) -> None:
    drawn = []
    original = boards.board
    monkeypatch.setattr(boards, "board", lambda *args: drawn.append(args) or original(*args))
    first, second = device(), device()
    with clock.frozen(MORNING):
        answer = first.get("/screens/hall/board", headers=PART)
        tag = answer.headers["ETag"]
        same = second.get("/screens/hall/board", headers={**PART, "If-None-Match": tag})
    assert (answer.status_code, same.status_code, same.data) == (200, 304, b"")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert len(drawn) == 1
    call(0)
    with clock.frozen(MORNING):
        changed = first.get("/screens/hall/board", headers={**PART, "If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert len(drawn) == 2


def test_a_new_day_begins_with_an_empty_board(device, call) -> None:
    screen = device()
    number = call(1)
    assert number in soup(screen, "/screens/hall/board", later(1)).text
    midnight = clock.at_hall(clock.day_of(MORNING) + timedelta(days=1))
    assert number in soup(screen, "/screens/hall/board", midnight - timedelta(seconds=1)).text
    board = soup(screen, "/screens/hall/board", midnight)
    assert number not in board.text
    assert "今日尚未叫号" in board.text
    assert board.select_one("#board")["data-at"] == "2026-11-24T00:00:00+08:00"


def test_a_page_stands_on_its_own(device) -> None:
    page = soup(device(), "/screens/hall")
    live = page.select_one("#live")
    assert live["data-board"] == "/screens/hall/board"
    assert live["data-stream"] == "/stream/board"
    assert page.select_one("noscript meta[http-equiv=refresh]")
    assert page.title.text.startswith("大厅屏")
    assert len(page.select("h1")) == 1
    assert "过号请到导引台" in page.select_one(".screen-notice").text
    assert page.select_one("meta[name=served-at]")["content"].endswith("+08:00")


def test_a_call_reaches_a_waiting_wall_within_a_second(app, device, wall, inside) -> None:
    screen = device()
    cookie = f"{screens.COOKIE}={screen.get_cookie(screens.COOKIE).value}"
    with hall.served(app) as server:
        listener = server.listen("/stream/board", cookie)
        listener.block()
        with inside(), database.write() as session:
            hall.ticket(session, wall, MORNING)
            number = queue.call_next(session, wall.clerk, at=MORNING).number
        assert listener.event(within=1.0)["event"] == "board"
        assert number in soup(screen, "/screens/hall/board").text


def test_a_stream_of_a_revoked_screen_says_so_once(app, device, wall, inside) -> None:
    screen = device()
    cookie = f"{screens.COOKIE}={screen.get_cookie(screens.COOKIE).value}"
    with hall.served(app) as server:
        listener = server.listen("/stream/board", cookie)
        listener.block()
        with inside(), database.write() as session:
            screens.revoke(session, wall.clerk, session.scalar(select(Screen.id)), at=MORNING)
        assert listener.event(within=1.0)["event"] == "board"
        listener.close()
        assert eventually(lambda: server.listen("/stream/board", cookie).status == 403)


# ---- the tablet in front of a window ----


@pytest.fixture
def finished_visit(inside, wall):
    """``finished_visit(minute)``: a visitor whose case closed at the window and who has just been dismissed; the ticket's id."""

    def done(minute: int, *, closed: bool = True) -> int:
        with inside(), database.write() as session:
            case = hall.case(session, wall, later(minute), closed=closed)
            taken = hall.ticket(session, wall, later(minute), case_id=case.id)
            called = queue.call_next(session, wall.clerk, at=later(minute))
            assert called.id == taken.id
            visits_done(session, wall, called, later(minute))
            return taken.id

    return done


def visits_done(session, wall: Wall, ticket, at: datetime) -> None:
    started = queue.start(session, wall.clerk, ticket.id, version=ticket.version, at=at)
    queue.finish(session, wall.clerk, started.id, version=started.version, at=at)


def rate(client: FlaskClient, minute: int, ticket_id: int, **fields: str):
    with clock.frozen(later(minute)):
        return submit(client, "/screens/facing", key=str(ticket_id), **fields)


def test_the_tablet_asks_only_who_has_just_finished(device, wall, finished_visit, call) -> None:
    tablet = device("facing", wall.window_id)
    assert "欢迎您" in soup(tablet, "/screens/facing").text
    finished_visit(1, closed=False)
    assert "欢迎您" in soup(tablet, "/screens/facing", later(2)).text, "an open matter is not rated"
    finished_visit(3)
    welcome = soup(tablet, "/screens/facing/board", later(4)).select_one("#board")
    assert welcome["data-build"] == "rate"
    form = soup(tablet, "/screens/facing", later(4))
    assert [option.text.strip() for option in form.select(".choice-face")] == ["满意", "基本满意", "不满意"]
    assert hall.SUBJECT not in form.text
    assert hall.NAME not in form.text
    call(5)
    assert "欢迎您" in soup(tablet, "/screens/facing", later(6)).text, "the next visitor meets no stranger's form"


def test_one_rating_for_a_matter(device, wall, finished_visit, inside) -> None:
    tablet = device("facing", wall.window_id)
    ticket_id = finished_visit(1)
    with clock.frozen(later(2)):
        assert "请选择一项" in rate(tablet, 2, ticket_id, score="").get_data(as_text=True)
        page = tablet.get("/screens/facing")
        token = BeautifulSoup(page.get_data(as_text=True), "html.parser").select_one("input[name=csrf_token]")["value"]
        fields = {"csrf_token": token, "key": str(ticket_id), "score": "satisfied", "words": "接待耐心"}
        assert tablet.post("/screens/facing", data=fields).headers["Location"] == "/screens/facing/thanks"
        again = tablet.post("/screens/facing", data={**fields, "score": "unsatisfied"})
    assert again.status_code == 409
    with inside() as session:
        rating = session.scalars(select(Rating)).one()
        assert (rating.score, rating.words, rating.source) == ("satisfied", "接待耐心", "facing")


def test_staff_and_strangers_cannot_rate(app, device, wall, finished_visit, inside, sign_in) -> None:
    ticket_id = finished_visit(1)
    stranger = app.test_client()
    assert stranger.get("/screens/facing").headers["Location"] == "/screens"
    hall_screen = device("hall")
    assert hall_screen.get("/screens/facing").headers["Location"] == "/screens"
    tablet = device("facing", wall.window_id)
    clerk = sign_in("clerk")
    clerk.set_cookie(screens.COOKIE, tablet.get_cookie(screens.COOKIE).value)
    answer = clerk.get("/screens/facing")
    assert answer.status_code == 403
    assert "群众本人" in answer.get_data(as_text=True)
    page = BeautifulSoup(clerk.get("/account").get_data(as_text=True), "html.parser")
    token = page.select_one("input[name=csrf_token]")["value"]
    refused = clerk.post("/screens/facing", data={"csrf_token": token, "key": str(ticket_id), "score": "satisfied"})
    assert refused.status_code == 403
    without_token = tablet.post("/screens/facing", data={"key": str(ticket_id), "score": "satisfied"})
    assert without_token.status_code == 400
    with inside() as session:
        assert session.scalars(select(Rating)).all() == []


def test_who_does_not_want_to_rate_is_left_alone(device, wall, finished_visit) -> None:
    tablet = device("facing", wall.window_id)
    finished_visit(1)
    with clock.frozen(later(2)):
        assert submit(tablet, "/screens/facing/skip", "/screens/facing").status_code == 303
    assert "欢迎您" in soup(tablet, "/screens/facing", later(2)).text
    finished_visit(3)
    assert soup(tablet, "/screens/facing", later(4)).select("form")
