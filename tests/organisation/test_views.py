"""The system administrator arranges the hall: every change is shown, checked, and recorded."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import database
from portal.access.permissions import Role
from portal.organisation import queries
from portal.organisation.models import Centre, Service, Window
from portal.trail.queries import entries, revisions
from tests.staff import hire, open_hall
from tests.support import submit

WINDOW = {
    "name": "1号窗口",
    "sign": "信访接待",
    "platform": "petition",
    "level": "city",
    "position": "1",
    "enabled": "y",
}


@pytest.fixture
def admin(app: Flask, sign_in: Callable) -> FlaskClient:
    """The system administrator of a founded hall, signed in."""
    with app.app_context():
        open_hall()
        hire("system", Role.SYSTEM_ADMIN, name="系统")
    return sign_in("system")


def soup(answer) -> BeautifulSoup:
    """The page."""
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def problems(answer) -> list[str]:
    """The messages beside the fields."""
    return [error.text for error in soup(answer).select(".field-error")]


@pytest.fixture
def first(inside: Callable) -> Callable[[type], int]:
    """``first(Window)``: the id of the first row, in the order of the hall."""

    def found(model: type[Service] | type[Window]) -> int:
        with inside() as session:
            return session.scalars(select(model.id).order_by(model.position)).first()

    return found


def test_the_hall_at_a_glance(admin: FlaskClient) -> None:
    page = soup(admin.get("/admin/hall"))
    text = page.get_text()
    assert all(
        word in text for word in ("1号窗口", "综合服务室", "来访登记", "运城市群众接待服务中心", "县（市、区）级")
    )
    assert len(page.select("h1")) == 1


def test_what_the_slip_says_is_changed_and_recorded(admin: FlaskClient, inside: Callable) -> None:
    with inside() as session:
        centre_id = session.scalars(select(Centre.id)).one()
        before = revisions(session, centre_id)
    answer = submit(
        admin,
        "/admin/hall/centre",
        telephone="0359-2660000",
        address="运城市盐湖区某路 1 号",
        notice="请保管好号票",
        group_threshold="１０",
    )
    assert answer.headers["Location"] == "/admin/hall"
    with inside() as session:
        centre = session.get(Centre, centre_id)
        assert (centre.telephone, centre.notice, centre.group_threshold) == ("0359-2660000", "请保管好号票", 10)
        event = entries(session, f"centre:{centre_id}")[-1]
        assert (event.kind, event.data["changed"]["group_threshold"]) == ("centre.arranged", [5, 10])
        after = revisions(session, centre_id)
    assert all(after[topic] == before[topic] + 1 for topic in ("board", "queue"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"telephone": "请打电话"}, "电话只含数字"),
        ({"group_threshold": "五"}, "请填 2 到 1000 之间的整数。"),
        ({"group_threshold": "1"}, "请填 2 到 1000 之间的整数。"),
        ({"group_threshold": ""}, "请填写。"),
        ({"notice": "长" * 201}, "不超过 200 字。"),
    ],
)
def test_a_bad_centre_is_explained_and_kept(admin: FlaskClient, inside: Callable, changed: dict, message: str) -> None:
    given = {"telephone": "0359-2660000", "address": "某路", "notice": "", "group_threshold": "5"} | changed
    answer = submit(admin, "/admin/hall/centre", **given)
    assert answer.status_code == 422
    assert any(message in problem for problem in problems(answer))
    assert soup(answer).select_one("#address")["value"] == "某路"
    with inside() as session:
        assert session.scalars(select(Centre.address)).one() == ""


def test_saving_the_same_again_leaves_no_event(admin: FlaskClient, first: Callable, inside: Callable) -> None:
    address = f"/admin/hall/services/{first(Service)}"
    page = soup(admin.get(address))
    same = {
        field["name"]: field.get("value", "") for field in page.select("input[name]") if field["name"] != "csrf_token"
    }
    assert submit(admin, address, **same).status_code == 303
    with inside() as session:
        centre_id = session.scalars(select(Centre.id)).one()
        assert [entry.kind for entry in entries(session, f"centre:{centre_id}")] == ["centre.founded"]


def test_a_service_is_renamed(admin: FlaskClient, first: Callable, inside: Callable) -> None:
    identity = first(Service)
    given = {"name": "风险反映", "prefix": "k", "area": "二楼", "position": "3", "enabled": "y"}
    assert submit(admin, f"/admin/hall/services/{identity}", **given).status_code == 303
    with inside() as session:
        service = session.get(Service, identity)
        assert (service.name, service.prefix, service.area, service.position) == ("风险反映", "K", "二楼", 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"prefix": "1"}, "一至两个大写字母。"),
        ({"prefix": "ABC"}, "一至两个大写字母。"),
        ({"name": " \x00"}, "请填写。"),
        ({"name": "长" * 41}, "不超过 40 字。"),
        ({"position": "-1"}, "请填 0 到 999 之间的整数。"),
    ],
)
def test_a_bad_service_is_explained(admin: FlaskClient, first: Callable, changed: dict, message: str) -> None:
    given = {"name": "风险反映", "prefix": "K", "area": "二楼", "position": "3", "enabled": "y"} | changed
    answer = submit(admin, f"/admin/hall/services/{first(Service)}", **given)
    assert answer.status_code == 422
    assert any(message in problem for problem in problems(answer)), problems(answer)


def test_the_last_service_stays_in_use(admin: FlaskClient, app: Flask, first: Callable) -> None:
    identity = first(Service)
    with app.app_context(), database.write() as session:
        for service in session.scalars(select(Service).where(Service.id != identity)):
            service.enabled = False
    answer = submit(admin, f"/admin/hall/services/{identity}", name="唯一", prefix="A", area="一楼", position="1")
    assert answer.status_code == 422
    assert "最后一项启用的服务" in problems(answer)[0]


def test_a_window_is_arranged_with_its_services(admin: FlaskClient, first: Callable, inside: Callable) -> None:
    identity = first(Window)
    with inside() as session:
        centre_id = session.scalars(select(Centre.id)).one()
        own = [service.id for service in queries.services(session, centre_id) if service.platform == "petition"]
    answer = submit(admin, f"/admin/hall/windows/{identity}", **WINDOW | {"sign": "信访登记", "services": own[:1]})
    assert answer.status_code == 303
    with inside() as session:
        assert session.get(Window, identity).sign == "信访登记"
        assert queries.services_by_window(session, centre_id)[identity] == {own[0]: 0}
        changed = entries(session, f"centre:{centre_id}")[-1].data["changed"]
    assert changed == {"sign": ["信访接待", "信访登记"], "services": [own, own[:1]]}


def test_a_window_takes_only_its_own_platforms_services(admin: FlaskClient, first: Callable, inside: Callable) -> None:
    with inside() as session:
        foreign = session.scalars(select(Service.id).where(Service.platform == "mediation")).first()
    answer = submit(admin, f"/admin/hall/windows/{first(Window)}", **WINDOW | {"services": foreign})
    assert answer.status_code == 422
    assert "同一平台" in problems(answer)[0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "2号窗口"}, "已有同名的窗口。"),
        ({"name": ""}, "请填写。"),
        ({"sign": "长" * 21}, "不超过 20 字。"),
        ({"platform": "emperor"}, "请选择平台。"),
        ({"level": "moon"}, "请选择层级。"),
        ({"services": "99999"}, "所选项目不在列表中"),
        ({"services": "<script>"}, "所选项目不在列表中"),
    ],
)
def test_a_bad_window_is_explained(admin: FlaskClient, first: Callable, changed: dict, message: str) -> None:
    answer = submit(admin, f"/admin/hall/windows/{first(Window)}", **WINDOW | changed)
    assert answer.status_code == 422
    assert any(message in problem for problem in problems(answer)), problems(answer)


def test_a_further_window_opens(admin: FlaskClient, inside: Callable) -> None:
    assert soup(admin.get("/admin/hall/windows/new")).select_one("#position")["value"] == "19"
    given = WINDOW | {"name": "19号窗口", "position": "19", "level": "county"}
    assert submit(admin, "/admin/hall/windows/new", **given).status_code == 303
    with inside() as session:
        window = session.scalars(select(Window).where(Window.name == "19号窗口")).one()
        assert (window.platform, window.level, window.enabled) == ("petition", "county", True)
        assert entries(session, f"centre:{window.centre_id}")[-1].kind == "window.opened"


@pytest.mark.parametrize("address", ["services/99999", "windows/99999"])
def test_what_does_not_exist_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(f"/admin/hall/{address}").status_code == 404


def test_another_centres_window_does_not_exist(admin: FlaskClient, app: Flask, first: Callable) -> None:
    identity = first(Window)
    with app.app_context(), database.write() as session:
        other = Centre(name="别处", prefix="TY", region_code="140800")
        session.add(other)
        session.flush()
        session.get(Window, identity).centre_id = other.id
    assert admin.get(f"/admin/hall/windows/{identity}").status_code == 404


def test_clerks_do_not_arrange_the_hall(admin: FlaskClient, app: Flask, sign_in: Callable) -> None:
    with app.app_context():
        hire("zhang", Role.CLERK, platforms=("petition",))
    clerk = sign_in("zhang")
    for address in ("/admin/hall", "/admin/hall/centre", "/admin/hall/windows/new"):
        assert clerk.get(address).status_code == 403
