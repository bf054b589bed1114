"""The week through the browser: draft, sign-off, publication, correction; screen, notice and edition say the same after each."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from portal import clock, database
from portal.leadership.operations import sheets
from portal.leadership.queries import roster
from portal.queue import schedule
from tests.cases.desk import counted, errors_of, html, post
from tests.cast import leadership_roster as cast
from tests.cast.people import PASSWORD
from tests.leadership import week
from tests.leadership.week import AT, MONDAY, WEDNESDAY

WEEK = "/leadership/week?monday=2026-11-30"
NEW = "/leadership/week/new"
ONE = "/leadership/week/receptions/"
NOTICE = "/leadership/week/notice?monday=2026-11-30"


@pytest.fixture(autouse=True)
def thursday():
    with clock.frozen(AT):
        yield


@pytest.fixture
def staff(inside, thursday) -> dict:
    with inside(), database.write() as session:
        return week.founded(session)


@pytest.fixture
def office(staff, sign_in) -> FlaskClient:
    return sign_in("fengkai", PASSWORD)


@pytest.fixture
def approver(staff, sign_in) -> FlaskClient:
    return sign_in("lianhongjun", PASSWORD)


@pytest.fixture
def fields(inside, staff):
    """``fields("路海涛", day=…)``: a form as somebody typed it."""

    def typed(name: str = "路海涛", **other) -> dict:
        with inside() as session:
            leader, room = cast.leaders(session)[name].id, cast.room_id(session)
        return {
            "leader": str(leader), "day": "2026-12-02", "half": "am", "starts": "9:00", "ends": "11:30", "kind": "fixed",
            "window": str(room), "region": "", "place": "", "field": "", "duty_unit": "市信访局", "company": "", "capacity": "6",
            "slot_minutes": "", "reason": "", "version": "",
        } | other  # fmt: skip

    return typed


@pytest.fixture
def public(inside):
    """Who receives when, as the schedule screen, the printed notice and the last edition have it; they must be one."""

    def told(client: FlaskClient) -> list[tuple[date, str]]:
        with inside() as session:
            wall = [(row.day, row.who.split()[1]) for row in schedule.upcoming(session, 1, clock.today())]
            edition = roster.last_edition(session, 1, MONDAY)
            kept = [(row.day, row.leader) for row in roster.edition_rows(edition)]
        answer = client.get(NOTICE)
        if answer.status_code == 404:
            printed = []
        else:
            rows = html(answer).select(".notice-rows tbody tr")
            printed = [cell.get_text(strip=True) for row in rows for cell in row.select(".notice-name")]
        assert wall == kept
        assert printed == [name for _day, name in kept]
        return kept

    return told


def press(client: FlaskClient, page: str, label: str):
    """Press the button of a one-button form on ``page``."""
    shown = html(client.get(page))
    button = next(each for each in shown.select("form button") if label in each.get_text())
    form = button.find_parent("form")
    values = {each["name"]: each.get("value", "") for each in form.select("input[name]")}
    values.pop("csrf_token")
    return post(client, form["action"], page, **values)


def notices(client: FlaskClient, page: str = WEEK) -> str:
    return html(client.get(page)).select_one("#notice").get_text(" ", strip=True)


def test_publish_change_correct(office, approver, staff, fields, public, inside, sign_in) -> None:
    clerk = sign_in("zhangdeliang", PASSWORD)
    assert post(office, NEW, **fields()).status_code == 303
    assert post(office, NEW, **fields("桑雪梅", day="2026-12-03")).status_code == 303
    assert "还没有公布" in clerk.get(WEEK).get_data(as_text=True)
    assert "路海涛" not in clerk.get(WEEK).get_data(as_text=True), "a draft is nobody's business"
    assert public(clerk) == []
    assert press(office, WEEK, "提交审签").status_code == 303
    assert public(clerk) == []
    assert press(approver, WEEK, "审签通过").status_code == 303
    assert public(clerk) == []
    assert press(office, WEEK, "公布").status_code == 303
    first = [(WEDNESDAY, "路海涛"), (date(2026, 12, 3), "桑雪梅")]
    assert public(clerk) == first
    chip = html(clerk.get(WEEK)).select_one(".week-chip")
    assert "路海涛" in chip.find_parent("tr").get_text()
    assert chip["href"].startswith("/leadership/receptions/"), "who books is led to the bookings"
    with inside() as session:
        ids = {row.leader: row.id for row in roster.working_rows(session, 1, MONDAY)}
        other = cast.leaders(session)["季长河"].id
    # a change: nothing moves outside until it is signed off and published again
    assert press(office, WEEK, "修改已公布的日程").status_code == 303
    page = f"{ONE}{ids['路海涛']}"
    assert post(office, page, **fields(day="2026-12-01", version="1")).status_code == 303
    assert public(clerk) == first
    press(office, WEEK, "提交审签")
    press(approver, WEEK, "审签通过")
    press(office, WEEK, "公布")
    second = [(date(2026, 12, 1), "路海涛"), first[1]]
    assert public(clerk) == second
    # corrections: at once
    swap = f"{ONE}{ids['桑雪梅']}/substitute"
    assert post(office, swap, leader=str(other), reason="参加省里会议", version="1").status_code == 303
    assert public(clerk) == [second[0], (date(2026, 12, 3), "季长河")]
    cancel = f"{page}/cancel"
    assert post(office, cancel, reason="突发情况", version="2").status_code == 303
    assert public(clerk) == [(date(2026, 12, 3), "季长河")]
    corrections_are_told(office, clerk)


def corrections_are_told(office: FlaskClient, clerk: FlaskClient) -> None:
    """The history and the printed notice say what changed; only the office reads why."""
    told = clerk.get("/leadership/week/editions?monday=2026-11-30").get_data(as_text=True)
    assert "第 4 版" in told
    assert "改由副市长 季长河接访" in told
    assert "突发情况" not in told, "the reason stays inside"
    assert "突发情况" in office.get("/leadership/week/editions?monday=2026-11-30").get_data(as_text=True)
    printed = html(clerk.get(NOTICE)).select_one(".paper-box").get_text()
    assert "更正" in printed
    assert "取消" in printed


def test_what_was_taken_out_of_a_published_week_comes_back_at_a_touch(office, fields, inside, staff) -> None:
    post(office, NEW, **fields())
    with inside(), database.write() as session:
        week.publish(session, staff)
        held = roster.working_rows(session, 1, MONDAY)[0].id
    press(office, WEEK, "修改已公布的日程")
    assert "恢复为已公布的" not in office.get(f"{ONE}{held}").get_data(as_text=True)
    assert post(office, f"{ONE}{held}", **fields(capacity="4", version="1")).status_code == 303
    assert press(office, f"{ONE}{held}", "恢复为已公布的").status_code == 303
    assert post(office, f"{ONE}{held}/remove", WEEK, reason="调整", version="3").status_code == 303
    shown = office.get(f"{ONE}{held}").get_data(as_text=True)
    assert "取消待公布" in shown
    assert "草稿里去掉了这一场" in shown
    assert press(office, f"{ONE}{held}", "恢复为已公布的").status_code == 303
    with inside() as session:
        row = roster.working_row(session, 1, held)
        assert (row.state, row.capacity) == ("planned", 6)
    again = post(office, f"{ONE}{held}/restore", WEEK, version="5")
    assert again.status_code == 409
    assert "没有要恢复的" in again.get_data(as_text=True)
    # once the leader came it is what it is: no form, no way to call it off
    with inside(), database.write() as session:
        sheets.arrive(session, staff[week.OFFICE], held, at=clock.at_hall(WEDNESDAY, 9))
    begun = html(office.get(f"{ONE}{held}"))
    assert "这场接访已经开始" in begun.get_text()
    assert begun.select_one(f'a[href="/leadership/receptions/{held}"]')
    assert begun.select_one("form[action*=restore], form[action*=remove], a[href$=cancel], #reception-form") is None


def test_one_does_not_sign_off_what_one_submitted(office, approver, staff, fields, inside) -> None:
    post(office, NEW, **fields())
    with inside() as session:
        week_id, version = week.version(session, 1)
    assert post(office, f"/leadership/week/{week_id}/publish", WEEK, version=str(version)).status_code == 409
    assert post(office, f"/leadership/week/{week_id}/approve", WEEK, version=str(version)).status_code == 403
    press(office, WEEK, "提交审签")
    answer = post(approver, f"/leadership/week/{week_id}/send-back", WEEK, version=str(version + 1), reason="")
    assert answer.status_code == 422
    assert "请写明原因" in answer.get_data(as_text=True)
    post(approver, f"/leadership/week/{week_id}/send-back", WEEK, version=str(version + 1), reason="周三有全会")
    assert "审签退回：周三有全会" in office.get(WEEK).get_data(as_text=True)


def test_wrong_typing_stays_and_is_said_beside_the_field(office, fields) -> None:
    answer = post(office, NEW, **fields(day="2026-02-30", starts="25:00", capacity="很多", company="某某局、不存在"))
    assert answer.status_code == 422
    assert "日期不存在" in errors_of(answer, "day")
    assert "25:00" in errors_of(answer, "starts")
    assert "整数" in errors_of(answer, "capacity")
    assert "没有找到" in errors_of(answer, "company")
    assert html(answer).select_one("#day")["value"] == "2026-02-30"
    assert html(answer).select_one("#capacity")["value"] == "很多"
    twice = post(office, NEW, **fields())
    assert twice.status_code == 303
    again = post(office, NEW, **fields(window="", place="二楼"))
    assert again.status_code == 422
    assert "已安排接访" in errors_of(again, "leader")
    assert "已经过去" in errors_of(post(office, NEW, **fields(day="2026-11-25")), "day")
    assert "休息日" in errors_of(post(office, NEW, **fields(day="2026-12-05")), "reason")


def test_the_form_is_cheap(app, office) -> None:
    office.get(NEW)
    with counted(app) as sent:
        answer = office.get(f"{NEW}?leader=1&day=2026-12-02&half=pm")
    assert len(sent) <= 24
    assert len(answer.data) <= 60_000
    assert html(answer).select_one("#day")["value"] == "2026-12-02"
    assert html(answer).select_one("input[name=half][checked]")["value"] == "pm"


def test_conflicts_are_said_while_typing(app, office, fields) -> None:
    post(office, NEW, **fields())
    part = {"HX-Request": "true"}
    office.get(WEEK)
    with counted(app) as sent:
        answer = office.get("/leadership/week/conflicts", query_string=fields(day="2026-12-05"), headers=part)
    text = answer.get_data(as_text=True)
    assert BeautifulSoup(text, "html.parser").find(id="conflicts")
    assert "休息日（周末）" in text
    assert len(sent) <= 22
    same = office.get("/leadership/week/conflicts", query_string=fields(window=""), headers=part).get_data(as_text=True)
    assert "已安排接访" in same
    nothing = office.get(
        "/leadership/week/conflicts", query_string={"day": "乱", "leader": "x", "starts": "9"}, headers=part
    )
    assert "选好领导和日期后" in nothing.get_data(as_text=True)


def test_the_whole_hall_of_leaders_stays_readable_and_cheap(app, office, inside, staff) -> None:
    with inside(), database.write() as session:
        for place, name in enumerate(cast.leaders(session)):
            day = MONDAY.replace(day=30) if place % 5 == 0 else date(2026, 12, place % 5)
            week.placed(
                session,
                staff,
                name,
                day,
                window_id=None,
                place="二楼",
                reason="场次多",
                half="pm" if place % 2 else "am",
            )
    office.get(WEEK)
    with counted(app) as sent:
        answer = office.get(WEEK)
    assert len(sent) <= 20
    assert len(answer.data) <= 60_000
    shown = html(answer)
    assert len(shown.select(".week tbody tr")) == 45
    assert len(html(office.get(f"{WEEK}&body=county")).select(".week tbody tr")) == 13
    days = html(office.get(f"{WEEK}&view=days"))
    assert len(days.select(".week-days tbody")) == 7
    assert len(days.select(".list-link")) == 45


def test_those_without_a_reception_are_folded(office, fields) -> None:
    post(office, NEW, **fields())
    shown = html(office.get(WEEK))
    assert [row.get_text(" ", strip=True) for row in shown.select(".week-name")] == ["路海涛"]
    assert "本周没有安排的领导（44 位）" in shown.select_one(".week-idle summary").get_text()


def test_copying_says_what_was_left_out(office, fields) -> None:
    post(office, NEW, **fields())
    post(office, NEW, **fields("桑雪梅", day="2026-12-05", reason="周末专题"))
    assert post(office, "/leadership/week/copy?monday=2026-12-07", WEEK).status_code == 303
    told = notices(office, "/leadership/week?monday=2026-12-07")
    assert "已照上周排入 1 场" in told
    assert "没有排入：12月12日（周六）上午 桑雪梅" in told


def test_addresses_that_lead_nowhere(office, staff) -> None:
    for address in (
        "/leadership/week?monday=x", "/leadership/week?monday=9999-01-01", NOTICE, f"{ONE}999",
        "/leadership/coverage?on=gestern", "/leadership/leaders/999", "/leadership/grades/999", "/leadership/rotations/999",
    ):  # fmt: skip
        assert office.get(address).status_code == 404, address


def test_only_the_office_works_on_it(staff, sign_in) -> None:
    clerk = sign_in("zhangdeliang", PASSWORD)
    for address in (NEW, "/leadership/leaders", "/leadership/settings", "/leadership/duties", "/leadership/rotations"):
        assert clerk.get(address).status_code == 403, address
    shown = html(clerk.get("/leadership/coverage"))
    assert "2026年第四季度" in shown.h1.get_text()


def test_an_absence_that_hits_a_reception_is_said(office, fields, inside) -> None:
    post(office, NEW, **fields())
    answer = post(
        office,
        "/leadership/duties",
        leader=fields()["leader"],
        first="2026-12-02",
        last="",
        half="day",
        kind="sick",
        what="",
    )
    assert answer.status_code == 303
    assert "已排了这位领导接访" in notices(office, "/leadership/duties")
    assert "病假" in html(office.get(WEEK)).select_one(".week-chip.in-conflict").get_text()
    refused = press(office, WEEK, "提交审签")
    assert refused.status_code == 409
    assert "病假" in refused.get_data(as_text=True)


def test_leaders_settings_and_grades_by_form(office, inside, staff) -> None:
    wrong = post(
        office, "/leadership/settings", approver_title="秘书长", followups="七天", most_per_half="0", source=""
    )
    assert wrong.status_code == 422
    assert "7、15、30" in errors_of(wrong, "followups")
    assert "依据" in errors_of(
        post(office, "/leadership/settings", followups="7", most_per_half="", source=""), "source"
    )
    made = post(
        office, "/leadership/leaders/new", name="丁一", post="副市长", body="government", level="city", grade="", position="99",
        field="", telephone="0359-2000000转8", unit="", region="", account="", since="", until="",
    )  # fmt: skip
    assert made.status_code == 303
    assert "丁一" in office.get("/leadership/leaders?body=government").get_data(as_text=True)
    bad = post(office, "/leadership/grades/new", name="新类别", per="month", times="2", source="", position="")
    assert "依据" in errors_of(bad, "source")


def test_who_signs_off_reads_why_a_rest_day_is_worked(office, approver, fields, sign_in) -> None:
    post(office, NEW, **fields(day="2026-12-05", reason="周末专题接访"))
    press(office, WEEK, "提交审签")
    chip = html(approver.get(WEEK)).select_one(".week-chip.answered").get_text()
    assert "休息日（周末）" in chip
    assert "说明：周末专题接访" in chip
    press(approver, WEEK, "审签通过")
    press(office, WEEK, "公布")
    clerk = sign_in("zhangdeliang", PASSWORD)
    assert "周末专题接访" not in clerk.get(WEEK).get_data(as_text=True), "the reason stays inside"


def test_a_rule_of_turns_by_form(office, fields, inside) -> None:
    rule = {
        "name": "周二上午",
        "weekday": "1",
        "half": "am",
        "starts": "9:00",
        "ends": "11:30",
        "place": "",
        "capacity": "4",
    }
    rule |= {"window": fields()["window"], "leaders": [fields()["leader"], fields("桑雪梅")["leader"]], "enabled": "y"}
    assert "结束时间" in errors_of(post(office, "/leadership/rotations/new", **rule | {"ends": "8:00"}), "ends")
    assert post(office, "/leadership/rotations/new", **rule).status_code == 303
    assert post(office, "/leadership/week/rotate?monday=2026-11-30", WEEK).status_code == 303
    assert html(office.get(WEEK)).select_one(".week-name").get_text() == "路海涛"


@pytest.mark.parametrize("junk", ["", "-1", "9" * 30, "\x00'\"<b>", "２０２６", "长" * 3000])
def test_no_typing_is_a_fault_of_the_portal(office, approver, fields, inside, junk: str) -> None:
    post(office, NEW, **fields())
    with inside() as session:
        week_id, _version = week.version(session, 1)
        row = roster.working_rows(session, 1, MONDAY)[0].id
    wrong = dict.fromkeys(fields(), junk)
    for address in (NEW, f"{ONE}{row}", "/leadership/duties", "/leadership/rotations/new", "/leadership/leaders/new"):
        assert post(office, address, **wrong).status_code == 422, address
    others = dict.fromkeys(
        ("name", "per", "times", "source", "position", "followups", "most_per_half", "approver_title"), junk
    )
    for address in ("/leadership/grades/new", "/leadership/settings"):
        assert post(office, address, **others).status_code in (303, 422), address
    for what in ("submit", "withdraw", "publish", "amend"):
        assert post(office, f"/leadership/week/{week_id}/{what}", WEEK, version=junk).status_code == 409, what
    assert post(approver, f"/leadership/week/{week_id}/send-back", WEEK, version=junk, reason=junk).status_code == 409
    for what in ("cancel", "substitute"):
        assert post(office, f"{ONE}{row}/{what}", **wrong).status_code in (409, 422), what
    for name in ("body", "view", "leader", "half", "state", "size", "edition", "own"):
        for page in (
            WEEK,
            f"{NEW}?day=2026-12-02",
            "/leadership/week/conflicts?day=2026-12-02",
            "/leadership/coverage?on=",
        ):
            assert office.get(f"{page}&{name}={junk[:40]}").status_code == 200, (page, name)
