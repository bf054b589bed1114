"""What walls show: their own area only, truly now, nobody's name; drawn from few queries; changed by whoever composes them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from portal import clock, database
from portal.cases import registry
from portal.organisation.models import Service, Window, WindowService
from portal.queue import boards, layouts, notices, schedule, screens
from portal.queue import operations as queue
from portal.queue.boards import AreaWaiting, Scope
from portal.queue.models import Screen, Ticket
from portal.queue.schedule import Reception
from portal.queue.views.walls import Boards, line
from portal.trail import queries as trail
from tests.queue import wall as hall
from tests.queue.wall import MORNING, Wall, later

PART = {"HX-Request": "true"}
DAY = clock.day_of(MORNING)


@pytest.fixture
def wall(inside) -> Wall:
    """The small hall, opened at half past nine; its counselling room waits in the north, petitions on the ground floor."""
    with inside(), database.write() as session:
        built = hall.build(session)
        session.execute(update(Service).where(Service.id == built.room_service_id).values(area="一楼北区"))
        return built


@pytest.fixture
def device(app, inside, wall):
    """``device("zone", area=…)`` is the browser of an approved screen; ``blocks`` gives it a layout of its own."""

    def made(kind: str = "hall", blocks: tuple[str, ...] = (), **task: object) -> FlaskClient:
        with inside(), database.write() as session:
            if blocks:
                task["layout_id"] = compose(session, wall, kind, blocks).id
            screen, token = screens.ask(session, at=MORNING)
            screens.approve(session, wall.clerk, screen.id, kind=kind, at=MORNING, **task)
        client = app.test_client()
        client.set_cookie(screens.COOKIE, token)
        return client

    return made


def compose(session, wall: Wall, kind: str, blocks: tuple[str, ...], layout_id: int | None = None, **changes: object):
    given = {"name": f"{kind} {' '.join(blocks)}", "speaks": False, "ticker": True, **changes}
    return layouts.save(session, wall.clerk, layout_id, kind=kind, blocks=blocks, at=MORNING, **given)


@pytest.fixture
def call(inside, wall):
    """``call(minute)`` takes a number and calls it to the clerk's window; ``room`` to the counselling room."""

    def called(minute: int, *, room: bool = False) -> str:
        with inside(), database.write() as session:
            hall.ticket(session, wall, later(minute), room=room)
            return queue.call_next(session, wall.counsellor if room else wall.clerk, at=later(minute)).number

    return called


@pytest.fixture
def wait(inside, wall):
    """A number that waits."""

    def waits(minute: int, *, room: bool = False, headcount: int = 1) -> None:
        with inside(), database.write() as session:
            hall.ticket(session, wall, later(minute), room=room, headcount=headcount)

    return waits


def soup(client: FlaskClient, path: str, at=MORNING) -> BeautifulSoup:
    with clock.frozen(at):
        answer = client.get(path, headers=PART if path.endswith("board") else {})
    assert answer.status_code == 200, answer.headers.get("Location")
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def rows(page: BeautifulSoup, block: str) -> list[list[str]]:
    return [list(line.stripped_strings) for line in page.select(f"#{block} li")]


# ---- what stands there ----


def test_a_zone_knows_only_its_own(device, call, wait, wall) -> None:
    east, north = device("zone", area="一楼"), device("zone", area="一楼北区")
    hall_screen = device("hall")
    number, quiet = call(1), call(1, room=True)
    wait(2, headcount=6)
    wait(2, room=True)
    shown = soup(east, "/screens/zone/board", later(3))
    assert shown.select_one(".call-number").text == number
    assert quiet not in shown.text
    assert rows(shown, "windows") == [["3号窗口", "信访接处", number]]
    assert rows(shown, "waiting") == [["一楼", "1", "个号", "6 人"]]
    shown = soup(north, "/screens/zone/board", later(3))
    assert shown.select_one(".call-number").text == quiet
    assert number not in shown.text
    assert rows(shown, "windows") == [["5号室", "综合服务室", quiet]]
    shown = soup(hall_screen, "/screens/hall/board", later(3))
    assert number in shown.text
    assert quiet in shown.text


def test_an_area_of_sealed_visitors_only_is_not_counted_out_loud(inside, wall, wait) -> None:
    wait(1, room=True)
    wait(1)
    with inside() as session:
        everywhere = boards.waiting_now(session, Scope(wall.centre_id), DAY)
        assert everywhere == (AreaWaiting("一楼", 1, 1),)
        assert boards.waiting_now(session, Scope(wall.centre_id, "一楼北区"), DAY) == ()
    with inside(), database.write() as session:
        # the other service of the same room shares the area: one number for both says nothing of either
        other = Service(centre_id=wall.centre_id, code="help", platform="citizen_help", name="综合服务", prefix="G",
                        area="一楼北区", position=5)  # fmt: skip
        session.add(other)
    with inside() as session:
        assert boards.waiting_now(session, Scope(wall.centre_id), DAY)[-1] == AreaWaiting("一楼北区", 1, 1)


def test_windows_say_their_number_or_why_not_to_go_there(device, call, inside, wall) -> None:
    screen = device("hall", ("windows", "waiting"))
    assert rows(soup(screen, "/screens/hall/board"), "windows") == [
        ["3号窗口", "信访接处", "请稍候"],
        ["5号室", "综合服务室", "请稍候"],
    ]
    number = call(1)
    with inside(), database.write() as session:
        queue.pause(session, wall.counsellor, reason="家中急事", at=later(1))
    board = soup(screen, "/screens/hall/board", later(1))
    assert [row[-1] for row in rows(board, "windows")] == [number, "暂停服务"]
    assert "家中急事" not in board.text
    with inside(), database.write() as session:
        queue.miss(session, wall.clerk, queue.place_of(session, wall.clerk).ticket_id, version=None, at=later(2))
        queue.close_window(session, wall.clerk, at=later(2))
    assert [row[-1] for row in rows(soup(screen, "/screens/hall/board", later(2)), "windows")] == ["暂停服务"] * 2


def test_what_was_left_open_yesterday_is_not_so_today(device, call, wall) -> None:
    walls = {
        "hall": device("hall", ("call", "recent", "windows", "waiting")),
        "zone": device("zone", area="一楼"),
        "window": device("window", window_id=wall.window_id),
    }
    number = call(1)
    midnight = clock.at_hall(DAY + timedelta(days=1))
    for kind, screen in walls.items():
        address = f"/screens/{kind}/board"
        assert number in soup(screen, address, midnight - timedelta(seconds=1)).text
        board = soup(screen, address, midnight)
        assert number not in board.text
        assert ("暂停服务" if kind == "window" else "今日尚未叫号") in board.text


def test_a_room_says_room(device, call, inside, wall) -> None:
    with inside(), database.write() as session:
        session.execute(
            update(Window).where(Window.id == wall.window_id).values(kind="room", name="集体接待室", sign="集体接待室")
        )
    screen = device("window", window_id=wall.window_id)
    call(1)
    board = soup(screen, "/screens/window/board", later(1))
    assert list(board.select_one(".call").stripped_strings)[-1] == "到本室"
    assert board.text.count("集体接待室") == 1, "a door that says what its sign says, says it once"


def test_a_layout_shows_its_blocks_in_order(device, call) -> None:
    screen = device("hall", ("recent", "waiting", "call"))
    call(1)
    page = soup(screen, "/screens/hall", later(1))
    assert [section["id"] for section in page.select("#board section")] == ["recent", "waiting", "call"]
    assert "windows" not in page.text


def test_the_schedule_has_a_source_when_somebody_gives_one(device) -> None:
    screen = device("schedule")
    assert "近期没有公布的接访日程" in soup(screen, "/screens/schedule/board").text
    schedule.load(lambda session, centre_id, day, most: [Reception(day, "09:00–11:30", "市委书记", "一号接待室")])
    try:
        shown = rows(soup(screen, "/screens/schedule", later(1)), "schedule")
    finally:
        schedule.load(None)
    assert shown == [["11月23日 星期一 09:00–11:30", "市委书记", "一号接待室"]]


def test_no_wall_names_anybody_or_anything_sealed(device, call, wait, inside, wall) -> None:
    with inside() as session:
        sealed = [platform for platform in registry.platforms() if platform.sealed]
        secrets = {
            hall.NAME,
            hall.NAME[0] + "*",
            hall.NAME[0] + "某",
            hall.ID_NUMBER,
            hall.PHONE,
            "工作人员",
            hall.SUBJECT,
        }
        for platform in sealed:
            secrets |= {platform.code, platform.label}
            secrets |= {name for name in session.scalars(select(Service.name).where(Service.platform == platform.code))}
        assert sealed
    assert "心理疏导" in secrets
    number = call(1, room=True)
    call(2)
    wait(3, room=True)
    every = tuple(layouts.BLOCKS)
    walls = {
        "/screens/hall": [device("hall", every[:4], name="甲"), device("hall", every[2:], name="乙")],
        "/screens/zone": [device("zone", area="一楼北区")],
        "/screens/window": [device("window", window_id=wall.room_id)],
        "/screens/schedule": [device("schedule", ("schedule", "waiting", "windows"))],
    }
    for address, devices in walls.items():
        for screen in devices:
            with clock.frozen(later(4)):
                said = screen.get(address).get_data(as_text=True) + screen.get(f"{address}/board").get_data(
                    as_text=True
                )
            assert [secret for secret in secrets if secret in said] == [], address
            assert number in said or "schedule" in address
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 3


# ---- how it is made ----


def test_a_board_takes_few_queries_however_large_the_hall(app, device, call, wait, inside, wall) -> None:
    screen = device("hall", ("call", "windows", "waiting", "notices"))

    def queries(at) -> int:
        return hall.queries(app, lambda: soup(screen, "/screens/hall/board", at))

    few = queries(later(1))
    for minute in range(2, 12):
        wait(minute)
    call(12)
    with inside(), database.write() as session:
        for place in range(40):
            window = Window(centre_id=wall.centre_id, name=f"{place + 20}号窗口", sign="信访接处", platform="petition")
            session.add(window)
            session.flush()
            session.add(WindowService(window_id=window.id, service_id=wall.service_id))
        notices.publish(session, wall.clerk, text="今日下午停水。", starts_at=MORNING, ends_at=None, at=MORNING)
    many = queries(later(13))
    assert few == many <= 10
    assert queries(later(13)) <= 5, "a board that is known costs only the question whether it changed"


def test_boards_in_memory_do_not_grow_without_bound() -> None:
    kept = Boards(most=3)
    drawn = []
    for name in "abcabcdeda":
        kept.get(name, 1, lambda name=name: drawn.append(name) or name)
    assert len(kept) == 3
    assert "".join(drawn) == "abcdea"
    html, tag = kept.get("a", 2, lambda: "fresh")
    assert (html, kept.get("a", 2, lambda: "never")) == ("fresh", ("fresh", tag))


def test_two_layouts_and_two_areas_are_two_boards(device, call) -> None:
    first, second = device("hall", ("call", "recent")), device("hall", ("windows",))
    call(1)
    assert soup(first, "/screens/hall/board", later(1)).select_one("#recent")
    assert not soup(second, "/screens/hall/board", later(1)).select_one("#recent")
    east, north = device("zone", area="一楼"), device("zone", area="一楼北区")
    assert soup(east, "/screens/zone/board", later(1)).select_one(".call-number")
    assert not soup(north, "/screens/zone/board", later(1)).select_one(".call-number")


def test_a_quiet_hall_says_a_new_time_each_minute_and_each_answer_the_halls(device) -> None:
    screen = device()
    with clock.frozen(MORNING + timedelta(seconds=20)):
        first = screen.get("/screens/hall/board", headers=PART)
    with clock.frozen(MORNING + timedelta(seconds=50)):
        same = screen.get("/screens/hall/board", headers={**PART, "If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304
    assert same.headers["X-Served-At"] == "2026-11-23T09:30:50.000+08:00", "also where nothing is new"
    following = soup(screen, "/screens/hall/board", MORNING + timedelta(seconds=70))
    assert following.select_one("#board")["data-at"] == "2026-11-23T09:31:10+08:00"
    assert soup(screen, "/screens/hall", later(2)).select_one("#data-time").text == "09:32:00", "also without scripts"


# ---- what changes it ----


def test_a_changed_layout_changes_its_walls_by_themselves(device, inside, wall) -> None:
    screen = device("hall", ("call", "recent"), name="甲")
    other = device("hall")

    def build(client: FlaskClient) -> str:
        return soup(client, "/screens/hall/board").select_one("#board")["data-build"]

    before, untouched = build(screen), build(other)
    assert before == soup(screen, "/screens/hall").select_one("#board")["data-build"], "the page itself has the same"
    with inside(), database.write() as session:
        layout = session.scalar(select(layouts.Layout))
        device_id = session.scalar(select(Screen.id).where(Screen.layout_id == layout.id))
        told = trail.revision(session, wall.centre_id, f"screen:{device_id}")
        compose(session, wall, "hall", ("windows", "call"), layout.id)
        assert trail.revision(session, wall.centre_id, f"screen:{device_id}") == told + 1
    assert build(screen) != before, "the wall must load its page anew"
    assert build(other) == untouched
    assert soup(screen, "/screens/hall").select_one("#windows")


def test_a_wall_listens_to_what_it_shows(app, device, inside, wall) -> None:
    scope = Scope(wall.centre_id)
    assert boards.topics(scope, ("call", "recent")) == ("board",)
    assert boards.topics(scope, ("call", "windows")) == ("board", "queue")
    assert boards.topics(replace(scope, window_id=7), ("call",)) == ("board", "window:7")
    screen = device("hall", ("windows",))
    cookie = f"{screens.COOKIE}={screen.get_cookie(screens.COOKIE).value}"
    with hall.served(app) as server:
        listener = server.listen("/stream/board", cookie)
        listener.block()
        with inside(), database.write() as session:
            queue.pause(session, wall.clerk, reason="打印机缺纸", at=later(1))
        assert listener.event(within=2.0)["event"] == "board"


def test_notices_run_below_and_the_way_back_for_the_missed_always_stands(device, inside, wall) -> None:
    screen = device()
    assert soup(screen, "/screens/hall").select_one("#ticker") is None
    with inside(), database.write() as session:
        notices.publish(session, wall.clerk, text="今日下午停水。", starts_at=MORNING, ends_at=None, at=MORNING)
    page = soup(screen, "/screens/hall", later(1))
    assert page.select_one("#ticker").text.strip() == "今日下午停水。"
    assert page.select_one("#ticker")["class"] == ["ticker"], "one short line stands still"
    assert "过号请到导引台" in page.select_one(".screen-notice").text
    with inside(), database.write() as session:
        text = "<b>请看管好随身物品</b>，" * 8
        notices.publish(session, wall.clerk, text=text, starts_at=later(5), ends_at=later(9), at=MORNING)
    assert len(soup(screen, "/screens/hall/board", later(4)).select(".ticker-text")) == 1
    board = soup(screen, "/screens/hall/board", later(5))
    assert [each.text for each in board.select(".ticker-text")] == [text, "今日下午停水。"]
    assert board.select_one("#ticker")["class"][1].startswith("run-")
    assert board.select("#ticker b") == []
    assert len(soup(screen, "/screens/hall/board", later(9)).select(".ticker-text")) == 1
    quiet = device("hall", ("call",), name="静")
    with inside(), database.write() as session:
        compose(session, wall, "hall", ("call",), session.scalar(select(layouts.Layout.id)), ticker=False)
    assert soup(quiet, "/screens/hall", later(6)).select_one("#ticker") is None


@pytest.mark.parametrize(
    ("length", "run"), [(24, ""), (25, "run-1"), (80, "run-3"), (200, "run-6"), (8 * 200, "run-10")]
)
def test_longer_lines_take_longer(length: int, run: str) -> None:
    texts = tuple("告" * min(200, length - start) for start in range(0, length, 200))
    assert line(texts).run == run
    assert line(()) is None


def test_a_speaking_layout_knows_where_to_ask(app, device, inside, wall) -> None:
    screen = device("hall", ("call", "recent"), name="播报")
    with inside(), database.write() as session:
        layout_id = session.scalar(select(layouts.Layout.id))
        compose(session, wall, "hall", ("call", "recent"), layout_id, speaks=True)
    page = soup(screen, "/screens/hall")
    there = "queue.next_announcement" in app.view_functions
    assert page.select_one("#live").has_attr("data-speak") == there
    assert bool(page.select_one('script[src*="voice.js"]')) == there
    assert page.select_one("#live")["data-chime"] == "on"
    assert not soup(device("hall"), "/screens/hall").select_one("#live").has_attr("data-speak")
