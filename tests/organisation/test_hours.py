"""The administrator's hours, closures and day plan; times as people write them."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Role
from portal.organisation import operations, queries, spans
from portal.organisation.models import Centre, Closure, DutyPlan, Service, Window
from portal.queue import opening
from portal.trail.queries import entries
from tests.queue.wall import queries as asked
from tests.staff import MONDAY, hire, open_hall
from tests.support import submit

one_engine = pytest.mark.one_engine
HOURS = "/admin/hall/hours"


@one_engine
class TestSpans:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("", []),
            ("8:30-12:00", [(510, 720)]),
            ("08：30—12：00、14:30～18:00", [(510, 720), (870, 1080)]),
            ("14:30到18:00 8.30至12.00", [(510, 720), (870, 1080)]),
            ("０8:30 - 24:00", [(510, 1440)]),
            ("0830-1200、1430-18点", [(510, 720), (870, 1080)]),
        ],
    )
    def test_as_people_write_them(self, typed, read):
        assert spans.read(typed) == read
        assert spans.read(spans.write(read)) == read

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("上午", "样子填写"),
            ("8:30", "样子填写"),
            ("8:30-25:00", "没有 25:00"),
            ("8:75-12:00", "没有 8:75"),
            ("12:00-8:30", "结束时间应晚于"),
            ("8:30-8:30", "结束时间应晚于"),
            ("8:00-12:00、11:00-13:00", "互相重叠"),
            ("1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00", "最多分 3 段"),
        ],
    )
    def test_what_is_no_time_is_told_why(self, typed, said):
        with pytest.raises(ValueError, match=said):
            spans.read(typed)


@pytest.fixture
def admin(app: Flask, sign_in: Callable) -> FlaskClient:
    """The system administrator in a founded hall."""
    with app.app_context():
        open_hall()
        hire("sysadmin", Role.SYSTEM_ADMIN)
        hire("clerk", Role.CLERK, platforms=("petition",), name="张德良")
        hire("mediator", Role.MEDIATOR, platforms=("mediation",), name="田瑞芳")
    return sign_in("sysadmin")


def errors(answer) -> list[str]:
    html = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    return [each.text for each in html.select(".field-error")]


def test_hours_of_the_centre_and_of_a_service(admin, inside):
    assert submit(admin, HOURS, work="8:30-12:00、14:30-18:00", rest="").status_code == 303
    with inside() as session:
        service = session.scalars(select(Service).order_by(Service.id)).first()
    own = f"/admin/hall/services/{service.id}/hours"
    assert submit(admin, own, work="9:00-11:00", rest="9:00-10:00").status_code == 303
    with inside() as session:
        assert queries.hours(session, service.centre_id) == {
            None: {"work": [(510, 720), (870, 1080)]},
            service.id: {"work": [(540, 660)], "rest": [(540, 600)]},
        }
        found = opening.openings(session, service.centre_id, clock.at_hall(MONDAY.date(), 8, 40))
        assert [each.open for each in found.values()].count(False) == 1
        changed = entries(session, f"centre:{service.centre_id}")[-1]
        assert (changed.kind, changed.data["changed"]["rest"]) == ("hours.arranged", ["", "09:00-10:00"])
    assert submit(admin, own, work="", rest="").status_code == 303
    with inside() as session:
        assert set(queries.hours(session, service.centre_id)) == {None}, "it follows the centre again"


def test_wrong_hours_stay_in_the_field(admin, inside):
    answer = submit(admin, HOURS, work="8:30-12:00、11:00-13:00", rest="")
    assert (answer.status_code, errors(answer)) == (422, ["几段时间互相重叠，请核对。"])
    assert "8:30-12:00、11:00-13:00" in answer.get_data(as_text=True)


def test_a_closure_is_set_once_and_taken_back(admin, inside):
    with clock.frozen(MONDAY):
        given = {"day": "2026-12-31", "service": "", "message": "设备检修，停止接待一天。"}
        assert submit(admin, "/admin/hall/closures", HOURS, **given).status_code == 303
        again = submit(admin, "/admin/hall/closures", HOURS, **given)
        assert (again.status_code, errors(again)) == (422, ["这一天已经设为停办。"])
        past = submit(admin, "/admin/hall/closures", HOURS, **{**given, "day": "2026-11-22"})
        assert errors(past) == ["这一天已经过去。"]
        wrong = submit(admin, "/admin/hall/closures", HOURS, **{**given, "day": "2026-02-30"})
        assert errors(wrong) == ["请按 2026-12-08 的样子填写日期。"]
        assert "设备检修" in admin.get(HOURS).get_data(as_text=True)
        with inside() as session:
            closure_id = session.scalars(select(Closure.id)).one()
        assert submit(admin, f"/admin/hall/closures/{closure_id}/remove", HOURS).status_code == 303
        with inside() as session:
            assert session.scalars(select(Closure)).all() == []


class TestPlan:
    @pytest.fixture
    def ids(self, admin, inside):
        with inside() as session:
            windows = dict(session.execute(select(Window.name, Window.id)).all())
            people = dict(session.execute(select(Account.login_name, Account.id)).all())
        return {
            "first": windows["1号窗口"], "second": windows["2号窗口"], "clerk": people["clerk"],
            "mediator": people["mediator"],
        }  # fmt: skip

    def plan(self, admin, window, account, starts="8:30", ends="12:00", day="2026-11-24"):
        given = {"window": str(window), "account": str(account), "starts": starts, "ends": ends, "note": ""}
        return submit(admin, f"/admin/hall/plan?day={day}", **given)

    def test_a_day_is_planned_and_copied(self, admin, ids, inside):
        assert self.plan(admin, ids["first"], ids["clerk"]).status_code == 303
        page = admin.get("/admin/hall/plan?day=2026-11-24").get_data(as_text=True)
        assert "08:30–12:00" in page
        friday = "/admin/hall/plan?day=2026-11-27"
        html = BeautifulSoup(admin.get(friday).get_data(as_text=True), "html.parser")
        assert html.select_one("#source")["value"] == "2026-11-24", "the last day that was planned is offered"
        copied = submit(admin, "/admin/hall/plan/copy?day=2026-11-27", friday, source="２０２６-11-24")
        assert copied.status_code == 303
        assert "排入 1 条" in admin.get(friday).get_data(as_text=True)
        with inside() as session:
            days = session.scalars(select(DutyPlan.day).order_by(DutyPlan.day)).all()
            assert [each.isoformat() for each in days] == ["2026-11-24", "2026-11-27"]

    def test_copying_leaves_out_what_clashes_and_who_is_gone(self, admin, ids, inside, app):
        self.plan(admin, ids["first"], ids["clerk"])
        self.plan(admin, ids["second"], ids["clerk"], "14:00", "15:00")
        self.plan(admin, ids["first"], ids["clerk"], "14:30", "16:00", day="2026-11-25")
        submit(admin, "/admin/hall/plan/copy?day=2026-11-25", "/admin/hall/plan", source="2026-11-24")
        told = admin.get("/admin/hall/plan?day=2026-11-25").get_data(as_text=True)
        assert "排入 1 条。1 条没有排入" in told
        with app.app_context(), database.write() as session:
            session.get_one(Account, ids["clerk"]).enabled = False
        submit(admin, "/admin/hall/plan/copy?day=2026-11-26", "/admin/hall/plan", source="2026-11-24")
        assert "排入 0 条。2 条没有排入" in admin.get("/admin/hall/plan").get_data(as_text=True)

    @pytest.mark.parametrize(
        ("source", "said"), [("", "请填写。"), ("昨天", "样子填写日期"), ("2026-11-20", "2026-11-20 没有排班。")]
    )
    def test_a_day_that_cannot_be_copied_stays_in_the_field(self, admin, source, said):
        answer = submit(admin, "/admin/hall/plan/copy?day=2026-11-25", "/admin/hall/plan", source=source)
        assert answer.status_code == 422
        assert said in errors(answer)[0]
        assert BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("#source")["value"] == source

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "x", "2026-02-30"])
    def test_no_such_day(self, admin, day):
        assert admin.get(f"/admin/hall/plan?day={day}").status_code == 404

    @pytest.mark.parametrize(
        ("window", "account", "times", "said"),
        [
            ("second", "clerk", ("11:00", "13:00"), "张德良 这段时间已排在 1号窗口。"),
            ("first", "clerk", ("11:59", "13:00"), "1号窗口 这段时间已排 张德良。"),
            ("first", "mediator", ("14:00", "15:00"), "田瑞芳 不在这个窗口的平台，不能排到 1号窗口。"),
            ("first", "clerk", ("15:00", "14:00"), "请填写起止时间，结束晚于开始。"),
        ],
    )
    def test_what_cannot_be_is_refused(self, admin, ids, window, account, times, said):
        self.plan(admin, ids["first"], ids["clerk"])
        answer = self.plan(admin, ids[window], ids[account], *times)
        assert (answer.status_code, errors(answer)) == (422, [said])

    def test_the_afternoon_is_free(self, admin, ids):
        self.plan(admin, ids["first"], ids["clerk"])
        assert self.plan(admin, ids["second"], ids["clerk"], "12:00", "18:00").status_code == 303

    def test_the_plan_stands_beside_what_is(self, admin, ids, sign_in, app):
        self.plan(admin, ids["first"], ids["clerk"])
        with app.app_context():
            hire("head", Role.DUTY_HEAD, name="任志平")
        clerk = sign_in("clerk")
        head = sign_in("head")
        for hour, planned in ((9, True), (13, False)):
            with clock.frozen(clock.at_hall(date(2026, 11, 24), hour)):
                overview = head.get("/queue/overview").get_data(as_text=True)
                assert ("应开未开" in overview) is planned
                opening_page = clerk.get("/queue/window").get_data(as_text=True)
                assert ("今日排班" in opening_page) is planned
        with clock.frozen(clock.at_hall(date(2026, 11, 24), 9)):
            submit(clerk, "/queue/window/open", "/queue/window", window=str(ids["first"]))
            overview = head.get("/queue/overview").get_data(as_text=True)
        assert "应开未开" not in overview
        assert "排班 张德良 08:30–12:00" in overview

    def test_the_planned_window_stands_first_before_the_hour(self, admin, ids, sign_in):
        self.plan(admin, ids["second"], ids["clerk"], "14:00", "18:00")
        clerk = sign_in("clerk")
        with clock.frozen(clock.at_hall(date(2026, 11, 24), 8)):
            html = BeautifulSoup(clerk.get("/queue/window").get_data(as_text=True), "html.parser")
        rows = [row.get_text(" ", strip=True) for row in html.select("tbody tr")]
        assert "2号窗口" in rows[0]
        assert "今日排班 14:00–18:00" in rows[0]
        assert not any("今日排班" in row for row in rows[1:])

    def test_two_administrators_plan_one_clerk_at_once(self, admin, ids, app):
        told, gate = [], threading.Barrier(2)

        def plan(window: str, centre_id: int, who: int) -> None:
            with app.app_context():
                actor = Actor(who, centre_id, "系统", None, (), frozenset())
                given = {"account_id": ids["clerk"], "starts": 510, "ends": 720, "note": "", "at": MONDAY}
                gate.wait()
                try:
                    database.attempt(
                        lambda session: operations.plan_duty(
                            session, actor, MONDAY.date(), window_id=ids[window], **given
                        )
                    )
                    told.append("")
                except operations.Misarranged as problem:
                    told.append(str(problem))
                database.db.session.remove()

        with app.app_context():
            centre_id = database.db.session.scalars(select(Centre.id)).one()
            who = database.db.session.scalars(select(Account.id).where(Account.login_name == "sysadmin")).one()
        threads = [threading.Thread(target=plan, args=(each, centre_id, who)) for each in ("first", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(bool, told)) == [False, True], told

    def test_a_line_is_taken_off(self, admin, ids, inside):
        self.plan(admin, ids["first"], ids["clerk"])
        with inside() as session:
            duty_id = session.scalars(select(DutyPlan.id)).one()
        submit(admin, f"/admin/hall/plan/{duty_id}/remove?day=2026-11-24", "/admin/hall/plan")
        with inside() as session:
            assert session.scalars(select(DutyPlan)).all() == []


def test_what_a_centre_has_not_set_stays_unset(admin, inside):
    with inside() as session:
        service = session.scalars(select(Service).order_by(Service.id)).first()
    path = f"/admin/hall/services/{service.id}"
    given = {"name": service.name, "prefix": "A", "area": "一楼", "position": "1", "enabled": "y", "at_kiosk": "y"}
    assert submit(admin, path, **given).status_code == 303
    with inside() as session:
        row = session.get(Service, service.id)
        assert (row.quota, row.target_minutes, row.slot_minutes, row.late_minutes) == (None, None, None, None)
    full = {"quota": "３0", "target_minutes": "20", "slot_minutes": "30", "slot_capacity": "6", "late_minutes": "0"}
    assert submit(admin, path, **given, **full).status_code == 303
    with inside() as session:
        row = session.get(Service, service.id)
        assert (row.quota, row.target_minutes, row.slot_capacity, row.late_minutes) == (30, 20, 6, 0)
    half = submit(admin, path, **given, slot_minutes="30", slot_capacity="")
    assert (half.status_code, errors(half)) == (422, ["预约时段和每段预约数要同填或同空。"])
    letters = submit(admin, path, **{**given, "prefix": "AP"})
    assert errors(letters) == ["两个字母的字头不能以 P 结尾，P 留给断网时的纸号。"]


def test_a_new_service_can_be_taken_at_the_desk(admin, inside):
    given = {
        "name": "社保补缴咨询",
        "prefix": "E",
        "area": "二楼西区",
        "position": "30",
        "enabled": "y",
        "at_kiosk": "y",
    }
    assert errors(submit(admin, "/admin/hall/services/new", **given)) == ["请选择平台。"]
    assert submit(admin, "/admin/hall/services/new", **given, platform="labour").status_code == 303
    with inside() as session:
        made = session.scalars(select(Service).where(Service.name == "社保补缴咨询")).one()
        assert (made.platform, made.enabled, made.at_kiosk) == ("labour", True, True)


def test_a_window_takes_services_in_its_order(admin, inside):
    with inside() as session:
        window = session.scalars(select(Window).where(Window.name == "1号窗口")).one()
        own = [row.id for row in queries.services(session, window.centre_id) if row.platform == "petition"]
    given = {"name": window.name, "sign": window.sign, "platform": "petition", "level": "city", "position": "1"}
    places = {f"place-{own[0]}": "３", f"place-{own[1]}": "1", f"place-{own[2]}": "x"}
    path, ticked = f"/admin/hall/windows/{window.id}", {"enabled": "y", "kind": "room", "quick": "y", "services": own}
    wrong = submit(admin, path, **given, **places, **ticked)
    assert (wrong.status_code, errors(wrong)) == (422, ["请填 1 到 9 之间的整数。"])
    html = BeautifulSoup(wrong.get_data(as_text=True), "html.parser")
    assert html.select_one(f"#place-{own[2]}")["value"] == "x"
    assert html.select_one(f".error-summary a[href='#place-{own[2]}']")
    places[f"place-{own[2]}"] = ""
    assert submit(admin, path, **given, **places, **ticked).status_code == 303
    with inside() as session:
        taken = queries.services_by_window(session, window.centre_id)[window.id]
        assert taken == {own[1]: 0, own[2]: 0, own[0]: 2}
        row = session.get(Window, window.id)
        assert (row.kind, row.quick) == ("room", True)
        changed = entries(session, f"centre:{window.centre_id}")[-1].data["changed"]
        assert changed["preferences"] == [{}, {str(own[0]): 2}]
        names = {service.id: service.name for service in queries.services(session, window.centre_id)}
    row = f"{names[own[1]]}、{names[own[2]]} → {names[own[0]]}"
    assert row in admin.get("/admin/hall").get_data(as_text=True)
    html = BeautifulSoup(admin.get(path).get_data(as_text=True), "html.parser")
    assert [html.select_one(f"#place-{each}")["value"] for each in own] == ["3", "1", "1"]


def test_quiet_hours_are_both_or_none(admin, inside):
    given = {"telephone": "", "address": "", "notice": "", "group_threshold": "5", "voice_volume": "70"}
    path = "/admin/hall/centre"
    assert errors(submit(admin, path, **given, quiet_from="12:00")) == ["静音的开始和结束要同填或同空。"]
    assert submit(admin, path, **given, quiet_from="22:00", quiet_until="6:30").status_code == 303
    with inside() as session:
        centre = session.scalars(select(Centre)).one()
        assert (centre.voice_volume, centre.quiet_from, centre.quiet_until) == (70, 1320, 390)
    assert "22:00–06:30" in admin.get("/admin/hall").get_data(as_text=True)
    html = BeautifulSoup(admin.get(path).get_data(as_text=True), "html.parser")
    assert [html.select_one(f"#quiet_{end}")["value"] for end in ("from", "until")] == ["22:00", "06:30"]
    same = submit(admin, path, **given, quiet_from="6:00", quiet_until="06:00")
    assert errors(same) == ["静音的开始和结束不能相同。"]
    with inside() as session:
        assert session.scalars(select(Centre.quiet_from)).one() == 1320


def test_saving_the_same_hours_leaves_no_event(admin, inside):
    for typed in ("8:30-12:00", "08:30～12:00", "0830-1200"):
        submit(admin, HOURS, work=typed, rest="")
    with inside() as session:
        centre_id = session.scalars(select(Centre.id)).one()
        kinds = [each.kind for each in entries(session, f"centre:{centre_id}")]
    assert kinds.count("hours.arranged") == 1


def test_a_service_out_of_use_has_hours_too(admin, app, inside):
    with app.app_context(), database.write() as session:
        service = session.scalars(select(Service).order_by(Service.id)).first()
        service.enabled = False
        service_id = service.id
    assert f"/admin/hall/services/{service_id}/hours" in admin.get("/admin/hall").get_data(as_text=True)
    assert submit(admin, f"/admin/hall/services/{service_id}/hours", work="9:00-10:00", rest="").status_code == 303
    assert admin.get("/admin/hall/services/99999/hours").status_code == 404


def test_services_of_one_name_are_told_apart(admin):
    page = BeautifulSoup(admin.get(HOURS).get_data(as_text=True), "html.parser")
    labels = [each.text for each in page.select("#service option")]
    assert len(labels) == len(set(labels)) > 15


@pytest.mark.parametrize(
    ("page", "most"),
    [("/admin/hall", 9), (HOURS, 8), ("/admin/hall/plan?day=2026-11-24", 9), ("/admin/hall/windows/1", 8)],
)
def test_pages_ask_few_questions(admin, app, page, most):
    admin.get(page)
    assert asked(app, lambda: admin.get(page)) <= most
