"""The pages of the loop: their size and queries, what they keep and refuse, and who may open them."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.cases.models import Attachment, Case
from portal.leadership.models import Booking, Followup, Instruction, Sheet, Task, TaskUnit
from portal.leadership.operations import bookings, sheets
from portal.leadership.operations.check_in import check_in
from portal.queue.models import Ticket
from portal.supervision import operations as supervision
from portal.supervision.models import InboxItem
from tests.cases.desk import counted, errors_of, html, post
from tests.cast import papers
from tests.leadership import loop
from tests.leadership.receptions import AT, CLERK, DAY, HEAD, LEADER, OFFICE

ALL_PAGES = ("/leadership/receptions/{0}/day", "/leadership/day/{1}/sheet/{2}", "/leadership/day/{1}/sheet/{2}/print")


@pytest.fixture(autouse=True)
def half_past_eight():
    """The morning of the reception."""
    with clock.frozen(AT):
        yield


@pytest.fixture
def world(inside):
    """(reception id, booking id, case number) of a matter that was received today; nothing is typed yet."""
    with inside(), database.write() as session:
        staff, held, (booking_id,) = loop.booked(session)
        loop.received(session, staff, held, booking_id)
        return held.id, booking_id, session.get_one(Case, session.get_one(Booking, booking_id).case_id).number


@pytest.fixture
def signed(inside, world) -> int:
    """The id of the instruction that came of it."""
    with inside(), database.write() as session:
        staff = loop.staff_of(session)
        loop.signed(session, staff, world[1])
        return session.scalars(select(Instruction.id)).one()


def test_pages_are_small_and_ask_little(app, sign_in, world, signed) -> None:
    office, unit = sign_in(OFFICE), sign_in(loop.UNIT_STAFF)
    asked = {}
    for browser, address in (
        *((office, page.format(*world)) for page in ALL_PAGES),
        (office, "/leadership/tasks"), (unit, "/leadership/tasks"),
        (office, f"/leadership/instructions/{signed}"), (unit, f"/leadership/instructions/{signed}"),
    ):  # fmt: skip
        with counted(app) as sent:
            answer = browser.get(address)
        assert answer.status_code == 200, address
        assert len(answer.data) < 60_000, address
        asked[address] = len(sent)
    assert max(asked.values()) <= 20, asked


def test_the_list_of_tasks_asks_the_same_for_one_and_for_many(app, inside, sign_in, world, signed) -> None:
    office = sign_in(OFFICE)
    with counted(app) as few:
        office.get("/leadership/tasks")
    with inside(), database.write() as session:
        made = session.get_one(Instruction, signed)
        for place in range(60):
            task = Task(
                centre_id=made.centre_id, instruction_id=made.id, case_id=made.case_id, what=f"第{place}项",
                due=loop.DUE + timedelta(days=place),
            )  # fmt: skip
            session.add(task)
            session.flush()
            session.add(TaskUnit(task_id=task.id, unit_id=loop.unit_id(session), role="lead", received_at=AT))
    with counted(app) as many:
        answer = office.get("/leadership/tasks")
    assert len(many) == len(few)
    assert len(answer.data) < 60_000
    assert len(html(answer).select("tbody")[0].select("tr")) == 40
    onward = html(answer).select_one(".pager a[href*=after]")["href"]
    further = html(office.get(onward))
    assert "第58项" in further.get_text()
    assert len(further.select("tbody")[0].select("tr")) == 61 - 40


@pytest.mark.parametrize(
    "query", ["leader=abc", "unit=99999999999", "after=0", "after=2026-12-08", "after=2026-12-08.x", "late=x"]
)
def test_odd_addresses_are_pages_all_the_same(sign_in, world, query: str) -> None:
    answer = sign_in(OFFICE).get(f"/leadership/tasks?{query}")
    assert answer.status_code == 200
    assert "领导交办任务" in answer.get_data(as_text=True)


def test_who_has_no_business_there_finds_nothing(sign_in, world, signed) -> None:
    clerk, unit, other = sign_in(CLERK), sign_in(loop.UNIT_STAFF), sign_in("jinshijie")
    for page in ALL_PAGES:
        assert unit.get(page.format(*world)).status_code == 404
        assert clerk.get(page.format(*world)).status_code == 404
    assert other.get(f"/leadership/instructions/{signed}").status_code == 404, "a unit without a task in it"
    assert unit.get(f"/leadership/instructions/{signed}").status_code == 200
    assert post(unit, "/leadership/followups/1", finding="settled", words="好").status_code == 403
    assert sign_in(OFFICE).get(f"/leadership/day/{world[1]}/sheet/YC-2026-999999").status_code == 404


def test_what_is_typed_comes_back_after_the_window_was_closed(sign_in, world) -> None:
    _held, booking_id, number = world
    address = f"/leadership/day/{booking_id}/sheet/{number}"
    office = sign_in(OFFICE)
    place = f"leader-sheet:{number.lower()}:{booking_id}"
    assert f"/drafts/{place}" in office.get(address).get_data(as_text=True)
    assert post(office, f"/drafts/{place}", minutes="说到一半", lead="没有这个单位").status_code == 200
    again = html(sign_in(OFFICE).get(address))
    assert again.select_one("#minutes").get_text(strip=True) == "说到一半"
    assert again.select_one("#lead")["value"] == "没有这个单位"
    assert number in office.get("/").get_data(as_text=True), "and is offered on the page of today's work"
    refused = post(office, address, version="0", minutes="说到一半", manner="task", what="查", lead="没有这个单位")
    assert refused.status_code == 422
    assert "没有找到" in errors_of(refused, "lead")
    assert post(office, address, version="0", minutes="说到一半").status_code == 303
    assert "草稿已存" not in office.get(address).get_data(as_text=True)


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(inside, sign_in, world) -> None:
    _held, booking_id, number = world
    address = f"/leadership/day/{booking_id}/sheet/{number}"
    office, place = sign_in(OFFICE), f"leader-sheet:{number.lower()}:{booking_id}"
    based_on = html(office.get(address)).select_one("#leader-sheet [name=based_on]")["value"]
    assert post(office, f"/drafts/{place}", minutes="甲填写的", based_on=based_on).status_code == 200
    with inside(), database.write() as session:
        colleague = replace(loop.staff_of(session)[OFFICE], id=loop.staff_of(session)[LEADER].id)
        sheets.record(session, colleague, booking_id, loop.given(session), version=0, at=AT)
    form = html(office.get(address)).select_one("#leader-sheet")
    assert form.select_one("#minutes").get_text(strip=True) == "甲填写的"
    assert loop.MINUTES in form.select_one(".notice").get_text(), "both are there to be compared"
    version = form.select_one("[name=version]")["value"]
    refused = post(office, address, version=version, minutes="甲填写的")
    assert refused.status_code == 409
    form = html(refused).select_one("#leader-sheet")
    assert form.select_one("#minutes").get_text(strip=True) == "甲填写的"
    assert loop.OPINION in form.select_one(".notice").get_text()
    with inside() as session:
        assert session.scalars(select(Sheet.minutes)).one() == loop.MINUTES
    # another tab of the same person that was opened before
    assert post(office, address, version=form.select_one("[name=version]")["value"], minutes="合并").status_code == 303
    assert post(office, address, version="1", minutes="旧页面").status_code == 409
    # typed over what is saved now, it is just typed
    based_on = html(office.get(address)).select_one("#leader-sheet [name=based_on]")["value"]
    post(office, f"/drafts/{place}", minutes="合并以后", based_on=based_on)
    form = html(office.get(address)).select_one("#leader-sheet")
    assert form.select_one(".notice") is None
    assert (
        post(office, address, version=form.select_one("[name=version]")["value"], minutes="合并以后").status_code == 303
    )


def test_names_and_numbers_are_masked_as_on_the_page_of_the_case(inside, sign_in, world) -> None:
    _held, booking_id, _number = world
    with inside(), database.write() as session:
        said = loop.given(session, minutes="电话13935912345，身份证140802197001011234。")
        sheets.record(session, loop.staff_of(session)[OFFICE], booking_id, said, version=0, at=AT)
    office = sign_in(OFFICE)
    day, sheet, paper = (html(office.get(page.format(*world))).get_text() for page in ALL_PAGES)
    for shown in (day, sheet):
        assert "吕*" in shown
        assert "吕德胜" not in shown
    assert "吕德胜" in paper, "the sheet that is signed is about somebody"
    assert "13935912345" not in paper
    assert "140802197001011234" not in paper


def test_a_refused_absence_keeps_its_reason(inside, sign_in, world) -> None:
    with inside(), database.write() as session:
        staff = loop.staff_of(session)
        case = loop.matter(session, staff[HEAD], "周五")
        made = bookings.book(session, staff[HEAD], world[0], case.id, loop.draft(slot=590), at=AT).id
        check_in(session, staff[HEAD], made, at=AT)
        ticket = session.get_one(Ticket, session.get_one(Booking, made).ticket_id)
        ticket.state = "called"
    refused = html(post(sign_in(OFFICE), f"/leadership/day/{made}/absent", reason="等了一会走了"))
    assert "已叫号" in refused.get_text()
    assert refused.select_one(f"#why-{made}")["value"] == "等了一会走了"


def test_the_third_task_is_refused_beside_its_own_fields(sign_in, world) -> None:
    _held, booking_id, number = world
    typed = {"minutes": "一", "opinion": "二", "manner": "task", "what": "甲", "lead": loop.UNIT, "due": str(loop.DUE)}
    wrong = post(
        sign_in(OFFICE), f"/leadership/day/{booking_id}/sheet/{number}", version="0", ready="1", what_3="丙",
        due_3="2020-01-01", lead_3=loop.UNIT, co_3="平陆县信访局、查无此单位", **typed,
    )  # fmt: skip
    assert wrong.status_code == 422
    assert "查无此单位" in errors_of(wrong, "co_3")
    wrong = post(
        sign_in(OFFICE), f"/leadership/day/{booking_id}/sheet/{number}", version="0", ready="1", what_3="丙",
        due_3="2020-01-01", lead_3=loop.UNIT, **typed,
    )  # fmt: skip
    assert wrong.status_code == 422
    assert "不能早于今天" in errors_of(wrong, "due_3")
    assert errors_of(wrong, "due") == ""


def test_a_sheet_signed_by_hand_is_scanned(inside, sign_in, world) -> None:
    _held, booking_id, number = world
    address = f"/leadership/day/{booking_id}/sheet/{number}"
    office = sign_in(OFFICE)
    typed = {"minutes": "一", "opinion": "当面解释清楚。", "manner": "explained"}
    post(office, address, version="0", ready="1", **typed)
    early = post(office, f"{address}/paper", version="1", signer="杜立新", file=_scan())
    assert early.status_code == 409
    assert "重新确认" in early.get_data(as_text=True)
    assert "未经领导确认" in office.get(f"{address}/print").get_data(as_text=True)
    assert post(office, f"{address}/confirm", version="1").status_code == 303
    printed = html(office.get(f"{address}/print")).get_text()
    assert "未经领导确认" not in printed
    assert "接访领导签名" in printed
    missing = post(office, f"{address}/paper", version="2", signer="")
    assert missing.status_code == 422
    assert errors_of(missing, "signer")
    assert "请选择扫描件" in errors_of(missing, "file")
    broken = post(office, f"{address}/paper", version="2", signer="杜立新", file=(BytesIO(b"x"), "scan.pdf"))
    assert broken.status_code == 422
    assert "只接受" in errors_of(broken, "file")
    assert post(office, f"{address}/paper", version="2", signer="市长 杜立新", file=_scan()).status_code == 303
    with inside() as session:
        sheet = session.scalars(select(Sheet)).one()
        assert (sheet.state, sheet.signed_how, sheet.signer) == ("signed", "paper", "市长 杜立新")
        assert session.get_one(Attachment, sheet.scan_id).name == "scan.pdf"
        assert session.scalars(select(Attachment)).all() == [session.get_one(Attachment, sheet.scan_id)], (
            "refused ones left nothing"
        )


def test_a_matter_that_was_explained_is_ended_like_any_other(inside, sign_in, world) -> None:
    _held, booking_id, number = world
    office, address = sign_in(OFFICE), f"/leadership/day/{booking_id}/sheet/{number}"
    with inside(), database.write() as session:
        loop.signed(session, loop.staff_of(session), booking_id, loop.given(session, manner="explained", tasks=()))
    with inside() as session:
        made = session.scalars(select(Instruction)).one()
        assert len(session.scalars(select(Followup)).all()) == 3
    # no unit has to do anything, and it is looked at again and ended all the same
    assert "看回访和结果" in office.get(address).get_data(as_text=True)
    ending = html(office.get("/leadership/tasks")).select_one('section[aria-label="待办结"]').get_text()
    assert "待办结 1 件" in ending
    assert "接访处理意见" in ending
    assert "逾期" not in ending, "nobody set a day"
    result = {"version": "1", "result": "解释后表示理解", "met": "no", "told_on": str(DAY), "told_how": "接访时当面"}
    unsaid = post(office, f"/leadership/instructions/{made.id}/result", end="1", **result)
    assert unsaid.status_code == 409
    assert "没有填写群众怎么说" in unsaid.get_data(as_text=True)
    said = {"satisfied": "not_said", "end": "1"}
    assert post(office, f"/leadership/instructions/{made.id}/result", **result, **said).status_code == 303
    part = html(office.get(f"/leadership/cases/{number}/instructions")).select_one("#case-instructions").get_text()
    assert "杜立新接访处理意见" in part
    assert "已办结" in part


def test_a_reply_carries_its_paper(inside, sign_in, signed) -> None:
    unit = sign_in(loop.UNIT_STAFF)
    with inside() as session:
        row_id = session.scalars(select(TaskUnit.id)).one()
    refused = post(unit, f"/leadership/task-units/{row_id}/reply", words="办了", file=(BytesIO(b"x"), "a.exe"))
    assert refused.status_code == 422
    assert "只接受" in errors_of(refused, f"reply-{row_id}-file")
    assert "办了" in refused.get_data(as_text=True)
    assert post(unit, f"/leadership/task-units/{row_id}/reply", words="办了", file=_scan()).status_code == 303
    with inside() as session:
        row = session.get_one(TaskUnit, row_id)
        number = session.scalars(select(Case.number)).first()
    got = sign_in(OFFICE).get(f"/cases/{number}/attachments/{row.paper_id}")
    assert got.data == papers.one_page()


def test_bad_dates_and_missing_reasons_are_said_beside_the_field(inside, sign_in, signed) -> None:
    office = sign_in(OFFICE)
    with inside() as session:
        task_id, version = session.execute(select(Task.id, Task.version)).one()
    for due, said in (("2026-13-01", "日期不存在"), ("明天", "样子"), ("2026-11-27", "应晚于原来"), ("", "新的期限")):
        answer = post(office, f"/leadership/tasks/{task_id}/extend", version=str(version), due=due, reason="等")
        assert answer.status_code == 422
        assert said in errors_of(answer, f"extend-{task_id}-due")
    answer = post(office, f"/leadership/tasks/{task_id}/withdraw", version=str(version), reason="")
    assert answer.status_code == 422
    assert errors_of(answer, f"withdraw-{task_id}-reason")
    odd = post(office, f"/leadership/tasks/{task_id}/withdraw", version="很多", reason="重复交办")
    assert odd.status_code == 422
    assert post(office, f"/leadership/tasks/{task_id}/accept", version="").status_code == 409


def test_a_leader_sees_own_tasks_and_nobody_elses_day(inside, sign_in, world, signed) -> None:
    leader = sign_in(LEADER)
    assert "核清占地面积" in leader.get("/leadership/tasks").get_data(as_text=True)
    assert leader.get(ALL_PAGES[0].format(*world)).status_code == 200
    with inside(), database.write() as session:
        staff = loop.staff_of(session)
        other = loop.reception(session, staff, leader="路海涛", half="pm").id
    assert leader.get(f"/leadership/receptions/{other}/day").status_code == 404


def test_the_digest_tells_units_of_tasks_and_the_office_of_days_of_looking_again(inside, sign_in, signed) -> None:
    later_on = clock.at_hall(loop.DUE + timedelta(days=1), 9)
    with inside(), database.write() as session:
        staff = loop.staff_of(session)
        ids = [staff[login].id for login in (loop.UNIT_STAFF, OFFICE)]
        supervision.send_digests(session, staff[OFFICE].centre_id, ids, later_on)
    with inside() as session:
        lines = {(item.account_id, item.data["scope"]): item.data for item in session.scalars(select(InboxItem))}
    assert (lines[ids[0], "unit"]["leader_tasks"], lines[ids[0], "unit"]["leader_late"]) == (1, 1)
    assert lines[ids[1], "mine"]["leader_looks"] == 1
    with clock.frozen(later_on):
        shown = html(sign_in(loop.UNIT_STAFF).get("/inbox"))
        assert "领导交办 1，逾期 1" in shown.get_text()
        assert shown.select('#inbox a[href="/leadership/tasks"]')
        assert "领导交办回访 1" in html(sign_in(OFFICE).get("/inbox")).get_text()


def test_the_page_of_a_case_shows_what_leaders_asked_for(sign_in, world, signed) -> None:
    office, number = sign_in(OFFICE), world[2]
    address = f"/leadership/cases/{number}/instructions"
    assert address in office.get(f"/cases/{number}").get_data(as_text=True)
    with clock.frozen(clock.at_hall(loop.DUE + timedelta(days=2), 9)):
        part = html(sign_in(OFFICE).get(address, headers={"HX-Request": "true"}))
    assert "杜立新交办" in part.get_text()
    assert part.select_one(".lamp-late").get_text() == "逾期 2 天未办结"
    assert sign_in("jinshijie").get(address).status_code == 404


def test_before_its_day_nothing_of_a_reception_is_done(inside, sign_in) -> None:
    with inside(), database.write() as session:
        _staff, held, (booking_id,) = loop.booked(session)
        held.day += timedelta(days=1)
        day = f"/leadership/receptions/{held.id}/day"
    office = sign_in(OFFICE)
    forms = [form["action"] for form in html(office.get(day)).select("main form")]
    assert forms == []
    for address, fields in (
        (f"{day}/arrive", {}), (f"/leadership/day/{booking_id}/absent", {"reason": "不来了"}), (f"{day}/close", {}),
    ):  # fmt: skip
        assert post(office, address, **fields).status_code == 409, address
    with inside() as session:
        assert session.get_one(Booking, booking_id).state == "booked"


def _scan() -> tuple[BytesIO, str]:
    return BytesIO(papers.one_page()), "scan.pdf"
