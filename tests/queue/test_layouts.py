"""Layouts as the administrator composes them: numbers for the order, plain refusals, a preview, screens that follow."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal import clock, database
from portal.cases.operations import FieldProblems, Refused
from portal.organisation.models import Centre
from portal.queue import layouts, screens
from portal.queue import operations as queue
from portal.queue.layouts import DEFAULT, Plan, plan_of
from portal.queue.models import Layout, Screen
from portal.trail import queries as trail
from tests.queue import wall as hall
from tests.queue.wall import MORNING, Wall, later
from tests.support import submit

GIVEN = {"name": "东墙", "kind": "hall", "call": "1", "recent": "2", "ticker": "y"}


@pytest.fixture
def wall(inside) -> Wall:
    """The small hall."""
    with inside(), database.write() as session:
        return hall.build(session)


@pytest.fixture
def made(inside, wall):
    """``made("hall", ("call",))`` is the id of a layout."""

    def compose(kind: str = "hall", blocks: tuple[str, ...] = ("call",), name: str = "东墙") -> int:
        with inside(), database.write() as session:
            given = {"name": name, "kind": kind, "blocks": blocks, "speaks": False, "ticker": True}
            return layouts.save(session, wall.clerk, None, at=MORNING, **given).id

    return compose


def screen(inside, wall: Wall, layout_id: int | None, kind: str = "hall", **task: object) -> int:
    with inside(), database.write() as session:
        asked, _ = screens.ask(session, at=MORNING)
        screens.approve(session, wall.clerk, asked.id, kind=kind, layout_id=layout_id, at=MORNING, **task)
        return asked.id


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def test_composing_is_for_the_system_administrator(wall, sign_in) -> None:
    for name in ("clerk", "greeter"):
        assert sign_in(name).get("/admin/layouts").status_code == 403
        assert sign_in(name).get("/admin/layouts/1/preview").status_code == 403


def test_numbers_make_the_order(wall, inside, sign_in) -> None:
    administrator = sign_in("sysadmin")
    assert "还没有版式" in administrator.get("/admin/layouts").get_data(as_text=True)
    answer = submit(administrator, "/admin/layouts/new", **GIVEN | {"call": " ３ ", "windows": "1", "recent": ""})
    assert answer.status_code == 303
    with inside() as session:
        layout = session.scalars(select(Layout)).one()
        assert (layout.name, layout.kind, layout.blocks) == ("东墙", "hall", "windows,call")
        assert (layout.ticker, layout.speaks) == (True, False)
        assert [each.kind for each in trail.entries(session, f"layout:{layout.id}")] == ["layout.made"]
        address = f"/admin/layouts/{layout.id}"
    assert "各窗口在办、当前叫号" in administrator.get("/admin/layouts").get_data(as_text=True)
    form = soup(administrator.get(address))
    assert [form.select_one(f"#{block}")["value"] for block in ("windows", "call", "recent")] == ["1", "2", ""]
    assert submit(administrator, address, **GIVEN | {"windows": "", "speaks": "y"}).status_code == 303
    with inside() as session:
        layout = session.scalars(select(Layout)).one()
        assert (layout.blocks, layout.speaks) == ("call,recent", True)


@pytest.mark.parametrize(
    ("fields", "where", "message"),
    [
        ({"name": " "}, "name", "请填写版式名称"),
        ({"name": "长" * 41}, "name", "最多40字"),
        ({"name": "西墙"}, "name", "已有同名的版式"),
        ({"kind": ""}, "kind", "请选择用于哪种屏幕"),
        ({"kind": "cinema"}, "kind", "请从所列各项中选择"),
        ({"call": "", "recent": ""}, "call", "请至少选择一块内容"),
        ({"call": "十"}, "call", "请填写整数"),
        ({"call": "0"}, "call", "1 到 9"),
        ({"windows": "3", "waiting": "4", "notices": "5"}, "call", "最多显示 4 块"),
        ({"kind": "window", "windows": "3"}, "call", "窗口屏不显示最近叫号、各窗口在办"),
        ({"kind": "window", "call": "", "recent": "", "notices": "1"}, "call", "必须有“当前叫号”"),
        ({"kind": "schedule", "call": "", "recent": "", "notices": "1"}, "call", "必须有“领导接访日程”"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(wall, made, inside, sign_in, fields, where, message) -> None:
    made(name="西墙")
    answer = submit(sign_in("sysadmin"), "/admin/layouts/new", **GIVEN | fields)
    assert answer.status_code == 422
    page = soup(answer)
    assert message in page.select_one(f"#{where}-error").text
    for name, value in fields.items():
        field = page.select_one(f"#{name}")
        assert name == "kind" or field["value"].strip() == value.strip(), "what was typed stays"
    with inside() as session:
        assert len(session.scalars(select(Layout)).all()) == 1


def test_a_screen_takes_a_layout_of_its_kind(wall, made, inside, sign_in) -> None:
    zone, window = made("zone", ("waiting",), "等候"), made("window", ("call", "notices"), "窗口")
    screen_id = screen(inside, wall, None)
    administrator = sign_in("sysadmin")
    page = soup(administrator.get("/admin/screens"))
    assert [each.text for each in page.select(f"#screen-{screen_id}-layout_id option")] == [
        "按默认显示",
        "窗口屏：窗口",
        "区域屏：等候",
    ]

    def task(**fields: object):
        given = {"kind": "zone", "window_id": "0", "area": "一楼", "layout_id": str(zone), "name": ""}
        return submit(administrator, f"/admin/screens/{screen_id}/approve", "/admin/screens", **given | fields)

    refused = task(layout_id=str(window))
    assert refused.status_code == 422
    assert "不是区域屏的" in soup(refused).select_one(f"#screen-{screen_id}-layout_id-error").text
    assert "须选择等候区" in soup(task(area="")).select_one(f"#screen-{screen_id}-area-error").text
    assert "请从所列各项中选择" in soup(task(area="地下室")).select_one(f"#screen-{screen_id}-area-error").text
    assert task().status_code == 303
    with inside() as session:
        paired = session.get(Screen, screen_id)
        assert (paired.kind, paired.area, paired.layout_id, paired.name) == ("zone", "一楼", zone, "一楼区域屏")
    assert "一楼・等候" in administrator.get("/admin/screens").get_data(as_text=True).replace("区域屏・", "")
    assert task(kind="kiosk", layout_id="0").status_code == 303
    with inside() as session:
        assert (session.get(Screen, screen_id).area, session.get(Screen, screen_id).layout_id) == ("", None)


def test_the_page_of_screens_asks_no_more_for_many(app, wall, made, inside, sign_in) -> None:
    from_now = [screen(inside, wall, None) for _ in range(2)]
    administrator = sign_in("sysadmin")
    few = hall.queries(app, lambda: administrator.get("/admin/screens"))
    layout_id = made()
    from_now += [screen(inside, wall, layout_id) for _ in range(12)]
    assert hall.queries(app, lambda: administrator.get("/admin/screens")) == few


def test_a_layout_in_use_stays(wall, made, inside, sign_in) -> None:
    layout_id = made()
    screen_id = screen(inside, wall, layout_id, name="东墙大屏")
    administrator = sign_in("sysadmin")
    refused = submit(administrator, f"/admin/layouts/{layout_id}/remove", f"/admin/layouts/{layout_id}")
    assert refused.status_code == 409
    assert "东墙大屏" in refused.get_data(as_text=True)
    changed = submit(administrator, f"/admin/layouts/{layout_id}", **GIVEN | {"kind": "zone"})
    assert "不能改作区域屏" in soup(changed).select_one("#kind-error").text
    with inside(), database.write() as session:
        screens.revoke(session, wall.clerk, screen_id, at=later(1))
    assert submit(administrator, f"/admin/layouts/{layout_id}/remove", f"/admin/layouts/{layout_id}").status_code == 303
    assert administrator.get(f"/admin/layouts/{layout_id}").status_code == 404
    given = {"name": "东", "kind": "hall", "blocks": ("call",), "speaks": False, "ticker": True}
    with inside(), database.write() as session, pytest.raises(Refused):
        layouts.save(session, wall.clerk, layout_id, at=later(2), **given)


def test_another_centres_layout_does_not_exist(wall, inside, sign_in) -> None:
    with inside(), database.write() as session:
        other = Centre(name="盐湖区群众接待服务中心", prefix="YH", region_code="140800")
        session.add(other)
        session.flush()
        foreign = Layout(centre_id=other.id, name="外墙", kind="hall", blocks="call")
        session.add(foreign)
        session.flush()
        layout_id = foreign.id
    screen_id = screen(inside, wall, None)
    administrator = sign_in("sysadmin")
    assert "外墙" not in administrator.get("/admin/layouts").get_data(as_text=True)
    for address in (f"/admin/layouts/{layout_id}", f"/admin/layouts/{layout_id}/preview"):
        assert administrator.get(address).status_code == 404
    assert submit(administrator, f"/admin/layouts/{layout_id}/remove", "/admin/layouts/new").status_code == 409
    with inside(), database.write() as session, pytest.raises(FieldProblems):
        screens.approve(session, wall.clerk, screen_id, kind="hall", layout_id=layout_id, at=later(1))


def test_a_preview_shows_the_hall_now_and_keeps_still(wall, made, inside, sign_in) -> None:
    wide, zone, window = made("hall", ("call", "windows")), made("zone", ("waiting",), "区"), made("window", name="窗")
    with inside(), database.write() as session:
        hall.ticket(session, wall, MORNING)
        number = queue.call_next(session, wall.clerk, at=MORNING).number
    administrator = sign_in("sysadmin")
    with clock.frozen(later(1)):
        page = soup(administrator.get(f"/admin/layouts/{wide}/preview"))
        assert page.select_one(".call-number").text == number
        assert "区" not in page.select_one("h1").text
        assert soup(administrator.get(f"/admin/layouts/{zone}/preview")).select_one(".screen-area").text == "一楼"
        over = soup(administrator.get(f"/admin/layouts/{window}/preview?window={wall.room_id}"))
        assert over.select_one(".sign-place").text == "5号室"
        assert administrator.get(f"/admin/layouts/{window}/preview?window=x&area=y").status_code == 200
    live = page.select_one("#live")
    assert (live["data-board"], live["data-stream"], live["data-chime"]) == ("", "", "off")
    assert page.select_one(".screen-back a")["href"] == f"/admin/layouts/{wide}"
    assert hall.NAME not in page.text


def test_a_block_no_longer_known_is_passed_over() -> None:
    layout = Layout(id=3, kind="hall", blocks="weather,recent,call", speaks=True, ticker=False)
    assert plan_of(layout, "hall") == Plan("hall", ("recent", "call"), 3, True, False)
    assert plan_of(layout, "zone").blocks == DEFAULT["zone"], "a layout of another kind counts for nothing"
    layout.blocks = "weather"
    assert plan_of(layout, "hall").blocks == DEFAULT["hall"]
    assert plan_of(None, "kiosk").blocks == ()


def test_names_are_one_each(wall, made, inside) -> None:
    layout_id = made()
    given = {"kind": "hall", "blocks": ("call",), "speaks": False, "ticker": True}
    with inside(), database.write() as session, pytest.raises(FieldProblems):
        layouts.save(session, wall.clerk, None, name="东墙", at=MORNING, **given)
    with inside(), database.write() as session:
        assert layouts.save(session, wall.clerk, layout_id, name="东墙", at=MORNING, **given).id == layout_id
