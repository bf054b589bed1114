"""The pages of bookings: clicked through by clerk, secretary and greeter; what is wrong is said in Chinese and keeps what was typed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.cases.models import Case
from portal.leadership.models import Booking, Brief, Reception
from portal.leadership.operations import bookings as operations
from portal.organisation.models import Service
from portal.trail.models import Access
from tests.cases.desk import counted, errors_of, html, post
from tests.cast import leadership_roster as roster
from tests.leadership.receptions import (
    AT,
    CLERK,
    DAY,
    GREETER,
    HEAD,
    LEADER,
    NINE,
    OFFICE,
    draft,
    matter,
    prepare,
    reception,
)

MOST_BYTES = 60_000


@pytest.fixture(autouse=True)
def half_past_eight():
    """The morning of the reception."""
    with clock.frozen(AT):
        yield


@pytest.fixture
def hall(app) -> dict:
    """Staff, this morning's reception, tomorrow's, and one matter that is not booked."""
    with app.app_context(), database.write() as session:
        staff = prepare(session)
        today = reception(session, staff)
        tomorrow = reception(session, staff, "柏伟民", DAY + timedelta(days=1))
        case = matter(session, staff[CLERK])
        return {"staff": staff, "today": today.id, "tomorrow": tomorrow.id, "number": case.number, "case": case.id}


@pytest.fixture
def booked(app, hall) -> int:
    """The matter, booked for nine this morning."""
    with app.app_context(), database.write() as session:
        return operations.book(session, hall["staff"][OFFICE], hall["today"], hall["case"], draft(), at=AT).id


def text(answer) -> str:
    return html(answer).get_text(" ", strip=True)


def form_url(hall, **more) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/leadership/receptions/{hall['today']}/book?case={hall['number']}{extra}"


WHOLE = {"slot": str(NINE), "source": "chosen", "why": "backlog", "headcount": "8", "representatives": "3"}


def test_from_the_case_to_the_slip(hall, sign_in, inside):
    clerk = sign_in(CLERK)
    part = clerk.get(f"/leadership/cases/{hall['number']}/bookings", headers={"HX-Request": "true"})
    assert html(part).find(id="leader-bookings") is not None
    assert "没有约过" in text(part)
    assert f"/leadership/cases/{hall['number']}/bookings" in clerk.get(f"/cases/{hall['number']}").get_data(
        as_text=True
    )
    chosen = clerk.get(f"/leadership/bookings/new?case={hall['number']}")
    links = [tag["href"] for tag in html(chosen).select("a.btn-small")]
    assert links == [
        f"/leadership/receptions/{each}/book?case={hall['number']}" for each in (hall["today"], hall["tomorrow"])
    ]
    form = clerk.get(links[0])
    assert html(form).select_one('input[name="slot"][checked]')["value"] == str(NINE)
    answer = post(clerk, links[0], **WHOLE)
    assert answer.status_code == 303
    page = clerk.get(answer.location)
    assert "还没有告知" in text(page)
    slip = post(clerk, f"{answer.location}/told", how="slip")
    assert "data-autoprint" in clerk.get(slip.location).get_data(as_text=True)
    paper = text(clerk.get(slip.location))
    assert "2026年11月26日 星期四" in paper
    assert "09:00" in paper
    assert "市委副书记、市长" in paper
    assert "风电" not in paper  # read at home by others: never what about
    assert "吕德胜" not in paper
    with inside() as session:
        made = session.scalars(select(Booking)).one()
        assert (made.headcount, made.representatives, made.why, made.told_at) == (8, 3, "backlog", AT)
    assert "已告知" in text(clerk.get(answer.location))
    assert "柏伟民" in text(clerk.get("/leadership/bookings"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"headcount": "很多"}, "headcount", "整数"),
        ({"headcount": "20", "representatives": "6"}, "representatives", "第二十条第三款"),
        ({"representatives": "4", "headcount": "2"}, "representatives", "不多于"),
        ({"slot": ""}, "slot", "请选择时段"),
        ({"slot": "7"}, "slot", "所列"),
        ({"source": "gift"}, "source", "所列"),
        ({"why": "x"}, "why", "所列"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_stays(hall, sign_in, inside, changes, field, words):
    clerk = sign_in(CLERK)
    answer = post(clerk, form_url(hall), **WHOLE | changes)
    assert answer.status_code == 422
    assert words in errors_of(answer, field)
    if "headcount" in changes:
        assert html(answer).find(id="headcount")["value"] == changes["headcount"]
    with inside() as session:
        assert session.scalars(select(Booking)).all() == []


def test_a_full_slot_is_said_and_the_rest_of_the_form_stays(app, hall, booked, sign_in):
    with app.app_context(), database.write() as session:
        other = matter(session, hall["staff"][CLERK], "钱二").number
    answer = post(sign_in(CLERK), f"/leadership/receptions/{hall['today']}/book?case={other}", **WHOLE)
    assert answer.status_code == 409
    assert "09:00 刚刚约满（1 批）" in text(answer)
    assert html(answer).find(id="headcount")["value"] == "8"


def test_a_namesake_is_put_to_a_decision_and_the_accused_to_nobody(app, hall, sign_in, inside):
    with app.app_context(), database.write() as session:
        named = matter(session, hall["staff"][CLERK], "杜立新").number
        accused = matter(
            session, hall["staff"][CLERK], "钱二", purpose="accusation", respondent_name="市长杜立新"
        ).number
    clerk, head = sign_in(CLERK), sign_in(HEAD)
    url = f"/leadership/receptions/{hall['today']}/book?case={named}"
    assert "同名" in text(clerk.get(url))
    assert html(clerk.get(url)).find(id="waiver") is not None
    assert post(clerk, url, **WHOLE).status_code == 409
    assert errors_of(post(clerk, url, **WHOLE, waiver="不是同一人"), "waived_by") == "请填写由谁决定（姓名、职务）。"
    assert post(clerk, url, **WHOLE, waiver="不是同一人", waived_by="廉红军").status_code == 303
    url = f"/leadership/receptions/{hall['today']}/book?case={accused}"
    for who in (clerk, head):  # who registered it may see it, and still puts it before nobody
        shown = who.get(url)
        assert "第三十条第三款" in text(shown)
        assert html(shown).select('button[form="book-form"]') == []
        assert post(who, url, **WHOLE).status_code == 409
    assert post(head, url, **WHOLE, waiver="无妨", waived_by="某某").status_code == 409
    with inside() as session:
        assert session.scalars(select(Case.number).join(Booking, Booking.case_id == Case.id)).all() == [named]


def test_the_office_moves_and_calls_off_with_a_reason(app, hall, booked, sign_in, inside):
    office = sign_in(OFFICE)
    url = f"/leadership/bookings/{booked}"
    answer = post(office, f"{url}/move", version="1", place=f"{hall['tomorrow']}-{NINE}", reason="")
    assert answer.status_code == 422
    assert errors_of(answer, "reason") == "请写明改约原因。"
    assert html(answer).select_one(f'option[value="{hall["tomorrow"]}-{NINE}"]').has_attr("selected")
    assert post(office, f"{url}/move", version="1", place="1-1", reason="外出").status_code == 422
    moved = post(office, f"{url}/move", version="1", place=f"{hall['tomorrow']}-{NINE}", reason="领导外出")
    assert moved.status_code == 303
    assert "柏伟民" in text(office.get(url))
    stale = post(office, f"{url}/cancel", version="1", reason="不来了")
    assert stale.status_code == 409
    assert "刚刚有变化" in text(stale)
    assert post(office, f"{url}/cancel", version="2", reason="不来了").status_code == 303
    with inside() as session:
        assert session.get(Booking, booked).state == "cancelled"
    assert office.get(f"{url}/slip").status_code == 404


def test_a_cancelled_reception_leaves_a_list_to_be_dealt_with(app, hall, booked, sign_in):
    with app.app_context(), database.write() as session:
        session.get(Reception, hall["today"]).state = "cancelled"
    office = sign_in(OFFICE)
    shown = html(office.get("/leadership/bookings"))
    assert shown.find(id="displaced-title") is not None
    assert "1 批待处理" in shown.get_text()
    assert "请改约或取消" in text(office.get(f"/leadership/bookings/{booked}"))


def test_the_greeter_checks_in_by_code_and_from_the_list_and_learns_no_matter(app, hall, booked, sign_in, inside):
    greeter = sign_in(GREETER)
    desk = greeter.get("/queue/desk").get_data(as_text=True)
    assert "/leadership/arrivals" in desk
    part = greeter.get("/leadership/arrivals", headers={"HX-Request": "true"})
    assert "吕*" in text(part)
    assert "吕德胜" not in text(part)
    assert "风电" not in text(part)
    wrong = post(greeter, "/leadership/check-in", code="AAAAA AAAAA")
    assert wrong.status_code == 404
    assert html(wrong).find(id="leader-code")["value"] == "AAAAA AAAAA"
    assert post(greeter, "/leadership/check-in", code="").status_code == 422
    with inside() as session:
        code = session.get(Booking, booked).code
    answer = post(greeter, "/leadership/check-in", code=code.lower())
    assert answer.status_code == 303
    assert "L001" in text(greeter.get(answer.location))
    assert "吕*" not in text(greeter.get("/leadership/arrivals"))
    again = post(greeter, f"/leadership/bookings/{booked}/check-in")
    assert again.status_code == 409
    assert "L001" in text(sign_in(OFFICE).get(f"/leadership/receptions/{hall['today']}"))


def test_without_a_service_of_the_room_the_desk_says_what_to_do(app, hall, booked, sign_in):
    with app.app_context(), database.write() as session:
        session.scalars(select(Service).where(Service.name == "领导接访")).one().enabled = False
    answer = post(sign_in(GREETER), f"/leadership/bookings/{booked}/check-in")
    assert answer.status_code == 409
    assert "系统管理员" in text(answer)


def test_candidates_say_why_and_leave_out_what_is_booked_or_kept(app, hall, booked, sign_in):
    with app.app_context(), database.write() as session:
        clerk = hall["staff"][CLERK]
        group = matter(session, clerk, "钱二", headcount=12, subject="小区供热问题")
        late = matter(session, clerk, "孙三", subject="答复逾期的事项")
        late.next_due = DAY - timedelta(days=5)
        old = matter(session, clerk, "李四", subject="多年前的事项")
        old.received_at = AT - timedelta(days=312)
        matter(session, clerk, "周五", purpose="accusation", subject="检举某人")
        numbers = {"group": group.number, "overdue": late.number, "backlog": old.number}
    office = sign_in(OFFICE)
    shown = office.get(f"/leadership/receptions/{hall['today']}/candidates")
    words = text(shown)
    for rule, reason in (("overdue", "已超 5 日"), ("group", "集体，12 人"), ("backlog", "未办结 312 天")):
        panel = html(shown).find(id=f"rule-{rule}").find_parent("section")
        assert numbers[rule] in panel.get_text()
        assert reason in panel.get_text()
        assert f"why={rule}" in str(panel)
    assert hall["number"] not in words
    assert "检举某人" not in words
    found = office.get(f"/leadership/receptions/{hall['today']}/candidates?number={numbers['group'].lower()}")
    assert found.location.endswith(f"/book?case={numbers['group']}")
    missing = office.get(f"/leadership/receptions/{hall['today']}/candidates?number=YC-1")
    assert missing.status_code == 404
    assert "没有找到这件事项" in text(missing)
    assert html(missing).find(id="number")["value"] == "YC-1"


def test_a_trip_is_entered_afterwards(app, hall, sign_in, inside):
    with app.app_context(), database.write() as session:
        trip = reception(
            session, hall["staff"], day=DAY - timedelta(days=2), kind="trip", window_id=None, place="平陆县张店镇"
        ).id
    office = sign_in(OFFICE)
    assert "补录一件" in text(office.get(f"/leadership/receptions/{trip}"))
    url = f"/leadership/receptions/{trip}/book?case={hall['number']}"
    assert html(office.get(url)).select_one('input[name="source"][checked]')["value"] == "paper"
    given = {"source": "paper", "why": "other", "headcount": "1", "representatives": "1"}
    wrong = post(office, url, **given, began="早上")
    assert wrong.status_code == 422
    assert html(wrong).find(id="began")["value"] == "早上"
    assert "先后不对" in errors_of(post(office, url, **given, began="09:40", ended="09:10"), "ended")
    assert post(office, url, **given, came="09:30", began="09:40", ended="10:05").status_code == 303
    with inside() as session:
        made = session.scalars(select(Booking)).one()
        assert made.started_at == clock.at_hall(DAY - timedelta(days=2), 9, 40)
        assert made.state == "receiving"


def test_the_brief_is_generated_edited_and_read_on_record(app, hall, booked, sign_in, inside):
    office, url = sign_in(OFFICE), f"/leadership/bookings/{booked}/brief"
    shown = html(office.get(url))
    assert "吕德胜" in shown.find(id="who").get_text()
    assert "督促支付占地赔偿款4.6万元" in shown.find(id="matter").get_text()
    sections = {tag["name"]: tag.get_text().strip() for tag in shown.select("textarea")}
    assert post(office, url, **sections, seen="0").status_code == 303
    edited = sections | {"question": "请研究由谁先行垫付。"}
    assert post(office, url, **edited, seen="1").status_code == 303
    too_long = edited | {"question": "长" * 400}
    answer = post(office, url, **too_long, seen="2")
    assert answer.status_code == 422
    assert "最多 3 行" in errors_of(answer, "question")
    assert "长" * 400 in html(answer).find(id="question").get_text()
    stale = post(office, url, **edited | {"question": "另一人改的"}, seen="1")
    assert stale.status_code == 409
    leader = sign_in(LEADER)
    read = leader.get(url)
    assert "请研究由谁先行垫付。" in text(read)
    assert html(read).select("textarea") == []
    assert post(leader, url, **edited, seen="2").status_code == 403
    assert "怎样解决" in text(leader.get(f"{url}?version=1"))
    assert leader.get(f"{url}?version=9").status_code == 404
    with inside() as session:
        assert session.scalars(select(Brief.number).order_by(Brief.number)).all() == [1, 2]
        of_leader = select(Access.action).where(Access.actor_id == hall["staff"][LEADER].id)
        assert session.scalars(of_leader.where(Access.subject == f"case:{hall['case']}")).all() == ["brief.opened"] * 3
        assert (
            "垫付" not in session.connection().exec_driver_sql("SELECT content FROM leader_brief").scalars().all()[-1]
        )


def test_the_papers_hold_cover_matters_and_blank_sheets(app, hall, booked, sign_in, inside):
    with app.app_context(), database.write() as session:
        accused = matter(session, hall["staff"][CLERK], "钱二", purpose="accusation", subject="检举某人")
        operations.book(session, hall["staff"][HEAD], hall["today"], accused.id, draft(slot=NINE + 25), at=AT)
    office = sign_in(OFFICE)
    assert post(office, f"/leadership/receptions/{hall['today']}/briefs").status_code == 303
    sheet = html(office.get(f"/leadership/receptions/{hall['today']}/day-sheet"))
    assert len(sheet.select(".brief-paper")) == 1  # the 检举 is not the secretary's
    assert "检举某人" not in sheet.get_text()
    assert "不对您开放的事项" in sheet.get_text()
    pack = html(office.get(f"/leadership/receptions/{hall['today']}/pack"))
    assert len(pack.select(".sheet-blank")) == 2 + 2
    leader = sign_in(LEADER)
    assert "检举某人" in text(leader.get(f"/leadership/receptions/{hall['today']}/day-sheet"))
    with inside() as session:
        read = select(Access.subject).where(
            Access.action == "brief.opened", Access.actor_id == hall["staff"][LEADER].id
        )
        assert sorted(session.scalars(read)) == sorted([f"case:{hall['case']}", f"case:{accused.id}"])


@pytest.mark.parametrize(
    "path",
    [
        "/leadership/bookings",
        "/leadership/receptions/{today}",
        "/leadership/receptions/{today}/candidates",
        "/leadership/receptions/{today}/book?case={number}",
        "/leadership/bookings/{booked}",
        "/leadership/bookings/{booked}/slip",
    ],
)
def test_pages_are_for_whoever_may_book(hall, booked, sign_in, path):
    address = path.format(**hall, booked=booked)
    assert sign_in(OFFICE).get(address).status_code == 200
    for stranger in (GREETER, LEADER, "shimingyuan", "yaoyuhang"):
        assert sign_in(stranger).get(address).status_code == 403


def test_what_no_table_can_hold_is_nobodys_number(hall, booked, sign_in):
    office, head = sign_in(OFFICE), sign_in(HEAD)
    assert office.get("/leadership/bookings/new?case=%00").status_code == 404
    assert office.get(f"/leadership/receptions/{hall['today']}/book?case=a%00b").status_code == 404
    asked = office.get(f"/leadership/receptions/{hall['today']}/candidates?number=%00")
    assert asked.status_code == 404
    assert "没有找到这件事项" in text(asked)
    for who, address in ((office, "/leadership/letters/new"), (head, "/leadership/sponsorships/new")):
        assert who.get(f"{address}?case=a%00b").status_code == 200
    assert head.get("/queue/closing?day=0001-01-01").status_code == 404


def test_whom_the_matter_is_not_open_to_finds_nothing(hall, booked, sign_in):
    lawyer = sign_in("dongyanli")  # books, but works for another platform
    for path in ("", "/slip", "/brief"):
        assert lawyer.get(f"/leadership/bookings/{booked}{path}").status_code == 404
    assert post(lawyer, f"/leadership/bookings/{booked}/cancel", version="1", reason="x").status_code == 404
    assert "不对您开放的事项" in text(lawyer.get(f"/leadership/receptions/{hall['today']}"))


@pytest.mark.one_engine
def test_pages_of_a_full_morning_are_small_and_ask_a_fixed_number_of_times(app, hall, sign_in):
    with app.app_context(), database.write() as session:
        staff = hall["staff"]
        big = reception(session, staff, "韩立言", capacity=20, slot_minutes=None).id
        for place in range(18):
            case = matter(session, staff[CLERK], f"群众{place}").id
            operations.book(session, staff[OFFICE], big, case, draft(slot=None), at=AT)
    office = sign_in(OFFICE)
    counts = {}
    for path in ("/leadership/bookings", f"/leadership/receptions/{big}", f"/leadership/receptions/{big}/candidates"):
        with counted(app) as sent:
            answer = office.get(path)
        assert answer.status_code == 200
        assert len(answer.data) < MOST_BYTES
        counts[path.rsplit("/", 1)[-1]] = len(sent)
    assert counts["bookings"] <= 16, counts
    assert counts[str(big)] <= 15, counts
    assert counts["candidates"] <= 20, counts


def test_a_substitute_who_should_not_receive_it_is_shown_until_it_is_put_elsewhere(app, hall, sign_in):
    with app.app_context(), database.write() as session:
        staff = hall["staff"]
        bureau = roster.leaders(session)["郎建峰"]
        against = matter(session, staff[CLERK], "钱二", respondent_unit_id=bureau.unit_id).id
        made = operations.book(session, staff[OFFICE], hall["today"], against, draft(), at=AT).id
        session.get(Reception, hall["today"]).leader_id = bureau.id
    office, url = sign_in(OFFICE), f"/leadership/receptions/{hall['today']}"
    assert "被反映单位是郎建峰所在单位" in text(office.get(url))
    moved = post(
        office, f"/leadership/bookings/{made}/move", version="1", place=f"{hall['tomorrow']}-{NINE}", reason="回避"
    )
    assert moved.status_code == 303
    assert "被反映单位" not in text(office.get(url))
    # and back, where somebody decided in writing that it does not count
    page, given = (
        f"/leadership/bookings/{made}",
        {"version": "2", "place": f"{hall['today']}-{NINE}", "reason": "已核实"},
    )
    assert html(office.get(page)).select_one("[name=waiver]") is None
    asked = post(office, f"{page}/move", **given)
    assert asked.status_code == 409
    assert "被反映单位是郎建峰所在单位" in errors_of(asked, "place")
    assert html(asked).select_one("[name=reason]")["value"] == "已核实"
    named = post(office, f"{page}/move", **given, waiver="只分管，没有利害关系")
    assert (named.status_code, "请填写由谁决定" in errors_of(named, "waived_by")) == (422, True)
    done = post(office, f"{page}/move", **given, waiver="只分管，没有利害关系", waived_by="市委秘书长 廉红军")
    assert done.status_code == 303
    assert "只分管，没有利害关系（决定人：市委秘书长 廉红军）" in text(office.get(page))


def test_what_was_typed_is_kept_and_why_a_leader_does_not_come_is_the_offices(app, hall, booked, sign_in):
    with app.app_context(), database.write() as session:
        today = session.get(Reception, hall["today"])
        today.state, today.reason = "cancelled", "杜立新因病住院"
    office, clerk = sign_in(OFFICE), sign_in(CLERK)
    stale = post(office, f"/leadership/bookings/{booked}/cancel", version="77", reason="群众来电说改日再来")
    assert stale.status_code == 409
    assert html(stale).select_one("#cancel-reason")["value"] == "群众来电说改日再来"
    url = f"/leadership/receptions/{hall['today']}"
    assert "因病住院" in text(office.get(url))
    assert "因病住院" not in text(clerk.get(url))
