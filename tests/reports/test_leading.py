"""领导接访统计: the figures are those of the record, both years compare, the page and the workbook say the same."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal import clock, database
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.leadership.models import Booking, Instruction, Leader, Task, TaskUnit
from portal.leadership.operations import followups, letters_read, sheets, tasks
from portal.leadership.operations.followups import ResultGiven
from portal.leadership.queries import statistics
from portal.trail.models import Access
from tests.cases.desk import counted, errors_of, html, post
from tests.leadership import loop
from tests.leadership.receptions import AT, DAY, HEAD, LEADER, OFFICE, later, matter

PAGE = "/leadership/statistics"


@pytest.fixture(autouse=True)
def half_past_eight():
    """The morning of the reception."""
    with clock.frozen(AT):
        yield


def _play(session) -> dict:
    """Three matters: one task done late and closed, one task that is late, one explained; and one that did not come."""
    staff, held, ids = loop.booked(session, 4)
    office = staff[OFFICE]
    loop.received(session, staff, held, ids[0])
    loop.signed(session, staff, ids[0])
    sheets.begin(session, office, ids[1], at=later(60))
    sheets.end(session, office, ids[1], at=later(70))
    loop.signed(session, staff, ids[1])
    sheets.begin(session, office, ids[2], at=later(80))
    sheets.end(session, office, ids[2], at=later(90))
    explained = loop.given(session, manner="explained", tasks=())
    loop.signed(session, staff, ids[2], explained)
    sheets.mark_absent(session, office, ids[3], reason="没有来", at=later(100))
    session.get_one(Booking, ids[0]).headcount = 12
    made = session.scalars(select(Instruction).order_by(Instruction.id)).first()
    task = session.scalars(select(Task).where(Task.instruction_id == made.id)).one()
    row = session.scalars(select(TaskUnit).where(TaskUnit.task_id == task.id)).one()
    # half an hour after midnight of the hall, which is still the day before in UTC
    after = clock.at_hall(loop.DUE + timedelta(days=1), 0, 30)
    tasks.reply(session, staff[loop.UNIT_STAFF], row.id, words="办了", at=after)
    tasks.accept(session, office, task.id, version=task.version, at=after)
    result = ResultGiven("办了", "yes", "partly", "telephone", loop.DUE, "电话")
    for look in session.scalars(select(followups.Followup).where(followups.Followup.instruction_id == made.id)):
        if look.due <= clock.day_of(after):
            followups.look_again(session, office, look.id, finding="settled", words="好", at=after)
    followups.record_result(session, office, made.id, result, version=made.version, at=after)
    followups.close(session, office, made.id, version=made.version, at=after)
    sheets.leave(session, office, held.id, at=later(110))
    sheets.close(session, office, held.id, at=later(111))
    return staff


def test_the_counts_are_those_of_the_record(session) -> None:
    with database.write() as writing:
        staff = _play(writing)
    today = loop.DUE + timedelta(days=2)
    found = statistics.months(session, staff[OFFICE].centre_id, DAY.replace(month=1, day=1), today, today)
    leader = session.scalars(select(Leader).where(Leader.account_id == staff[LEADER].id)).one()
    counts = statistics.summed(found, [leader.id], DAY.year, [4])
    assert list(found) == [(leader.id, 2026, 11)]
    assert (counts.receptions, counts.batches, counts.people) == (1, 3, 14)
    assert (counts.resolved, counts.explained, counts.forwarded) == (0, 1, 0)
    assert (counts.issued, counts.closed, counts.met, counts.content, counts.discontent) == (2, 1, 1, 1, 0)
    assert (counts.tasks, counts.done, counts.running_late, counts.done_late) == (2, 1, 1, 1)
    assert statistics.summed(found, [leader.id], DAY.year, [1, 2, 3]).receptions == 0
    categories = statistics.by_category(session, staff[OFFICE].centre_id, DAY, today)
    assert categories == [("未分类", 3, 14, 2, 1)]
    # what the citizen rated afterwards goes before what was written down
    with database.write() as writing:
        made = writing.scalars(select(Instruction).where(Instruction.closed_at.is_not(None))).one()
        case = writing.get_one(Case, made.case_id)
        cases.rate(writing, case, score="unsatisfied", words="", source="slip", at=later(24 * 60 * 15))
    found = statistics.months(session, staff[OFFICE].centre_id, DAY.replace(month=1, day=1), today, today)
    counts = statistics.summed(found, [leader.id], DAY.year, [4])
    assert (counts.issued, counts.content, counts.discontent) == (2, 0, 1)


def test_the_page_and_the_workbook_say_the_same(app, inside, sign_in) -> None:
    with inside(), database.write() as session:
        staff = _play(session)
        letter = matter(session, staff[HEAD], channel="letter")
        leader_id = session.scalars(select(Leader.id).where(Leader.account_id == staff[LEADER].id)).one()
        put = letters_read.put(
            session, staff[HEAD], letter.id, leader_id=leader_id, summary="来信", how="screen", at=AT
        )
        letters_read.instruct(session, staff[LEADER], put.id, words="请办理。", tasks=(), version=put.version, at=AT)
    office = sign_in(OFFICE)
    with counted(app) as sent:
        answer = office.get(PAGE)
    assert len(sent) <= 20
    assert len(answer.data) <= 60_000
    shown = html(answer)
    told = {"leaders": _line(shown, "leaders", "杜立新"), "leaders_change": _line(shown, "leaders_change", "杜立新")}
    assert told["leaders"] == ["1", "0", "3", "14", "0", "1", "0", "2", "2", "1", "1", "1", "1", "100.0"]
    assert told["leaders_change"] == [*told["leaders"][:-1], "—"]
    assert _line(shown, "charges", "市政府全面工作") == told["leaders"]
    assert _line(shown, "letters", "杜立新") == ["1", "1", "1", "1", "1", "1"]
    assert _line(shown, "fields", "未分类") == ["3", "3", "14", "14", "2", "2", "1", "1"]
    assert "吕德胜" not in shown.get_text()
    refused = post(office, f"{PAGE}/export", year="2026", quarter="4", reason="")
    assert refused.status_code == 422
    assert "用途" in errors_of(refused, "reason")
    sent_back = post(office, f"{PAGE}/export", year="2026", quarter="4", reason="=四季度通报")
    book = load_workbook(BytesIO(sent_back.data))
    sheet = book["按领导"]
    assert "用途：=四季度通报" in sheet["A2"].value
    line = next(row for row in sheet.iter_rows(values_only=True) if row[0] and "杜立新" in row[0])
    assert list(line[1:]) == [1, 0, 3, 14, 0, 1, 0, 2, 2, 1, 1, 1, 1, 100]
    assert book.sheetnames[1:] == [
        "2026 年各季度比去年", "按领导", "按领导比去年", "按分管领域", "按分管领域比去年", "按班子、部门、县", "按班子、部门、县比去年", "按层级",
        "按层级比去年", "按事项内容分类", "领导阅信",
    ]  # fmt: skip
    assert ("杜立新", 1, 1, 1, 1, 1, 1) in list(book["领导阅信"].iter_rows(values_only=True))
    with inside() as session:
        noted = session.scalars(select(Access).where(Access.action == "list.exported")).one()
        assert (noted.subject, noted.reason) == ("report:leadership:2026:4", "=四季度通报")


def _line(shown, table: str, head: str) -> list[str]:
    row = next(tag for tag in shown.select(f"#table-{table} tbody tr") if head in tag.get_text())
    return [tag.get_text(strip=True) for tag in row.select("td")]


def test_the_year_before_is_compared_up_to_the_same_day(inside, sign_in) -> None:
    with inside(), database.write() as session:
        _play(session)
    with clock.frozen(clock.at_hall(DAY.replace(year=2027, day=25), 9)):
        assert html(sign_in(OFFICE).get(PAGE)).select_one("#table-leaders_change") is None
    with clock.frozen(clock.at_hall(DAY.replace(year=2027), 9)):
        same = html(sign_in(OFFICE).get(PAGE)).select_one("#table-leaders_change tfoot").select("td")
    assert [cell.get_text() for cell in same[:4]] == ["-1", "0", "-3", "-14"]


@pytest.mark.parametrize("asked", ["year=1800", "year=x", "quarter=5", "year=&quarter=", "year=2026%00"])
def test_what_is_no_period_is_refused_in_words(inside, sign_in, asked: str) -> None:
    with inside(), database.write() as session:
        loop.booked(session)
    answer = sign_in(OFFICE).get(f"{PAGE}?{asked}")
    assert answer.status_code == 422
    assert html(answer).select(".error-summary li")
