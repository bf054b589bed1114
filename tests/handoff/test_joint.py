"""联合接访: units are called to a visitor, told, come late or in time; the walls around 检举 and counselling hold."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, func, select

from portal import clock, database
from portal.access.permissions import Permission
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.timeline import timeline
from portal.handoff.joint import operations, queries
from portal.handoff.models import JointReception, JointUnit
from portal.organisation.models import Unit, Window
from portal.queue import operations as queue
from portal.queue.models import Ticket
from portal.queue.queries import visit_entries
from tests.cases.desk import counted
from tests.cast.people import CLERK_OF, GREETER
from tests.handoff.test_relay import prepared, service_of, visitor_at
from tests.support import submit

ROOM = "集体接待室"
WORDS = "风电占地补偿款由谁发放，请乡镇和自然资源部门当面说明"
AT = clock.at_hall(clock.day_of(clock.at_hall(clock.today())), 9, 30)


@pytest.fixture(autouse=True)
def half_past_nine():
    """Half past nine, so that there is a later today."""
    with clock.frozen(AT):
        yield


def later(minutes: int):
    return AT + timedelta(minutes=minutes)


@pytest.fixture
def people(session) -> dict:
    with database.write() as writing:
        return prepared(writing)


@pytest.fixture
def do():
    def done(operation, *args, **kwargs):
        with database.write() as session:
            return operation(session, *args, **kwargs)

    return done


@pytest.fixture
def visitor(people, do):
    """``visitor("petition")``: at that platform's window, with a case."""
    return lambda platform="petition", **kwargs: do(visitor_at, people, platform, **kwargs)


def unit(session, name: str) -> int:
    return session.scalar(select(Unit.id).where(Unit.short_name == name))


def summons(session, **changes) -> operations.Summons:
    given = {
        "unit_ids": (unit(session, "市自然资源和规划局"), unit(session, "市农业农村局")),
        "names": ("平陆县张店镇人民政府",),
        "place": "1号窗口",
        "due_at": later(60),
        "purpose": WORDS,
    } | changes
    return operations.Summons(**given)


def names(session, joint_id: int) -> list[str]:
    return list(
        session.scalars(select(JointUnit.unit_name).where(JointUnit.joint_id == joint_id).order_by(JointUnit.id))
    )


# ---- the rules ----


def test_units_are_called_each_once_under_the_name_the_table_knows(session, people, do, visitor):
    ticket = visitor()
    given = summons(session, names=("运城市农业农村局", " 市农业农村局 ", "驻村工作队"))
    joint = do(operations.call_units, people[CLERK_OF["petition"]], ticket.id, given, at=AT)
    assert names(session, joint.id) == ["市自然资源和规划局", "市农业农村局", "驻村工作队"]
    assert joint.case_id == ticket.case_id
    stored = session.connection().exec_driver_sql(f"SELECT purpose FROM joint_reception WHERE id = {joint.id}")
    assert WORDS not in stored.scalar()


def test_what_happens_is_told_on_the_case_and_on_the_visit(session, people, do, visitor):
    clerk, ticket = people[CLERK_OF["petition"]], visitor()
    joint = do(operations.call_units, clerk, ticket.id, summons(session, names=()), at=AT)
    first, second = session.scalars(select(JointUnit.id).where(JointUnit.joint_id == joint.id).order_by(JointUnit.id))
    do(operations.mark_notified, clerk, first, who="李科长", at=later(5))
    do(operations.mark_arrived, clerk, first, who="李科长、王工", at=later(75))
    do(operations.close, clerk, joint.id, outcome="自然资源局月底前补发差额。", at=later(100))
    case = session.get_one(Case, ticket.case_id)
    told = [(each.title, each.detail) for each in timeline(session, clerk, case) if each.kind == "handoff"]
    assert told == [
        ("召集联合接访：市自然资源和规划局、市农业农村局", f"1号窗口；{WORDS}"),
        ("联合接访已通知：市自然资源和规划局", "李科长"),
        ("联合接访到场：市自然资源和规划局", "李科长、王工，迟到"),
        ("联合接访结束", "自然资源局月底前补发差额；没有到场：市农业农村局"),
    ]
    visit = [each.title for each in visit_entries(session, clerk, ticket.id) if "联合接访" in each.title]
    assert visit == ["召集联合接访", "联合接访已通知", "联合接访到场", "联合接访结束"]
    shown = queries.reception(session, clerk, joint.id, later(100))
    assert [each.lamp for each in shown.units] == [("迟到 15 分", "near"), ("没有到场", "late")]
    assert second


def test_a_unit_is_not_yet_there_then_late_and_each_fact_is_noted_once(session, people, do, visitor):
    clerk, ticket = people[CLERK_OF["petition"]], visitor()
    joint = do(operations.call_units, clerk, ticket.id, summons(session, names=()), at=AT)
    first = session.scalar(select(func.min(JointUnit.id)))

    def lamp(minutes: int):
        return queries.reception(session, clerk, joint.id, later(minutes)).units[0].lamp

    assert lamp(1) == ("未通知", "near")
    do(operations.mark_notified, clerk, first, who="李科长", at=later(2))
    assert lamp(30) == ("未到", "near")
    assert lamp(70) == ("超过 10 分未到", "late")
    with pytest.raises(Refused, match="已经通知过"):
        do(operations.mark_notified, clerk, first, who="李科长", at=later(3))
    do(operations.mark_arrived, clerk, first, who="李科长", at=later(50))
    assert lamp(70) == ("按时到场", "ok")
    with pytest.raises(Refused, match="已记为到场"):
        do(operations.mark_arrived, clerk, first, who="李科长", at=later(51))
    do(operations.close, clerk, joint.id, outcome="已当面说明。", at=later(80))
    with pytest.raises(Refused, match="已经结束"):
        do(operations.close, clerk, joint.id, outcome="再次。", at=later(81))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_ids": (), "names": ()}, "units"),
        ({"unit_ids": (10**6,)}, "units"),
        ({"purpose": " "}, "purpose"),
        ({"place": ""}, "place"),
        ({"due_at": later(-1)}, "due"),
        ({"due_at": later(60 * 24)}, "due"),
    ],
)
def test_what_is_missing_is_named(session, people, do, visitor, changes, field):
    with pytest.raises(FieldProblems) as found:
        do(operations.call_units, people[CLERK_OF["petition"]], visitor().id, summons(session, **changes), at=AT)
    assert list(found.value.problems) == [field]


def test_only_for_the_visitor_at_ones_own_window_and_one_at_a_time(session, people, do, visitor):
    clerk, ticket = people[CLERK_OF["petition"]], visitor()
    with pytest.raises(Refused, match="不在您的窗口"):
        do(operations.call_units, people[CLERK_OF["mediation"]], ticket.id, summons(session), at=AT)
    do(operations.call_units, clerk, ticket.id, summons(session), at=AT)
    with pytest.raises(Refused, match="已有一次联合接访"):
        do(operations.call_units, clerk, ticket.id, summons(session), at=AT)


def test_counselling_is_never_made_a_meeting_of_offices(session, people, do, visitor):
    with pytest.raises(Refused, match="不召集联合接访"):
        do(operations.call_units, people[CLERK_OF["counselling"]], visitor("counselling").id, summons(session), at=AT)
    assert session.scalar(select(func.count()).select_from(JointReception)) == 0


def test_of_an_accusation_no_unit_learns_and_the_accused_never(session, people, do, visitor):
    clerk, ticket = people[CLERK_OF["petition"]], visitor()

    def accuse(writing) -> None:
        case = writing.get_one(Case, ticket.case_id)
        case.sensitivity, case.respondent_unit_id = "accusation", unit(writing, "市农业农村局")
        cases.grant(writing, case, f"account:{clerk.id}", why="接待", at=AT)

    do(accuse)
    with pytest.raises(Refused, match="第三十条第三款"):
        do(operations.call_units, clerk, ticket.id, summons(session), at=AT)
    may = type(clerk)(
        clerk.id, clerk.centre_id, clerk.name, None, clerk.platforms, clerk.permissions | {Permission.CASE_ACCUSATION}
    )
    for changes in ({}, {"unit_ids": (), "names": ("运城市农业农村局",)}):
        with pytest.raises(Refused, match="被检举、控告的单位"):
            do(operations.call_units, may, ticket.id, summons(session, **changes), at=AT)
    given = summons(session, unit_ids=(unit(session, "市信访局"),), names=())
    joint = do(operations.call_units, may, ticket.id, given, at=AT)
    stranger = people[CLERK_OF["mediation"]]
    assert queries.reception(session, stranger, joint.id, AT) is None
    assert queries.receptions(session, stranger, AT) == []
    with pytest.raises(Refused, match="没有这次联合接访"):
        do(operations.close, stranger, joint.id, outcome="结束。", at=AT)


def test_the_purpose_is_for_those_who_know_the_matter(session, people, do, visitor):
    clerk, ticket = people[CLERK_OF["petition"]], visitor()
    do(operations.call_units, clerk, ticket.id, summons(session), at=AT)
    (mine,) = queries.receptions(session, clerk, AT)
    (theirs,) = queries.receptions(session, people[CLERK_OF["relief"]], AT)
    assert (mine.purpose, theirs.purpose, theirs.case_number) == (WORDS, None, None)
    assert theirs.number == ticket.number
    assert [each.name for each in theirs.units] == [each.name for each in mine.units]


def test_yesterdays_ended_ones_are_gone_and_open_ones_stay(session, people, do, visitor):
    clerk = people[CLERK_OF["petition"]]
    joint = do(operations.call_units, clerk, visitor().id, summons(session), at=AT)
    tomorrow = later(60 * 24)
    assert [each.id for each in queries.receptions(session, clerk, tomorrow)] == [joint.id]
    do(operations.close, clerk, joint.id, outcome="已当面说明。", at=later(90))
    assert [each.id for each in queries.receptions(session, clerk, later(91))] == [joint.id]
    assert queries.receptions(session, clerk, tomorrow) == []


def test_a_case_registered_afterwards_tells_the_rest(session, people, do):
    clerk = people[CLERK_OF["petition"]]

    def arrive(writing) -> Ticket:
        given = {"service_id": service_of(writing, "petition"), "priority": "ordinary", "headcount": 8, "person": None}
        queue.take_ticket(writing, people[GREETER], **given, at=AT)
        called = queue.call_next(writing, clerk, at=AT)
        with pytest.raises(Refused, match="还没有开始办理"):
            operations.call_units(writing, clerk, called.id, summons(writing), at=AT)
        return queue.start(writing, clerk, called.id, version=called.version, at=AT)

    ticket = do(arrive)
    joint = do(operations.call_units, clerk, ticket.id, summons(session), at=AT)
    stated = cases.Registration(channel="visit", purpose="claim", subject="欠薪", received_at=AT, platform="petition")
    version = session.get_one(Ticket, ticket.id).version
    case = do(queue.register_from_ticket, clerk, ticket.id, stated, version=version, at=later(5))
    do(operations.close, clerk, joint.id, outcome="三家单位已答复。", at=later(60))
    assert session.get_one(JointReception, joint.id).case_id == case.id
    assert [each.title for each in timeline(session, clerk, case) if each.kind == "handoff"] == ["联合接访结束"]


def test_the_list_asks_two_questions_however_many(session, people, do, visitor):
    for platform in ("petition", "mediation", "relief"):
        do(operations.call_units, people[CLERK_OF[platform]], visitor(platform).id, summons(session), at=AT)
    seen = []

    def note(*args) -> None:
        if args[2].startswith("SELECT"):
            seen.append(args[2])

    event.listen(database.db.engine, "before_cursor_execute", note)
    try:
        assert len(queries.receptions(session, people[CLERK_OF["petition"]], AT)) == 3
    finally:
        event.remove(database.db.engine, "before_cursor_execute", note)
    assert len(seen) == 2, seen


# ---- the pages ----


def text_of(answer) -> str:
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text(" ").split())


@pytest.fixture
def group(inside) -> tuple[str, list[int]]:
    """Eight visitors at the petition window of a hall with a room: the address of the form, and two units of the hall."""
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
        session.get_one(Ticket, ticket.id).headcount = 8
        room = {"name": ROOM, "sign": "接待室", "platform": "petition", "kind": "room", "position": 90}
        session.add(Window(centre_id=ticket.centre_id, **room))
        return f"/queue/tickets/{ticket.id}/joint-reception", [unit(session, "市民政局"), unit(session, "市总工会")]


@pytest.fixture
def called(group, sign_in) -> str:
    """The page of a joint reception to which three units were called."""
    address, chosen = group
    given = {"other_one": "盐湖区政府", "place": ROOM, "purpose": WORDS, "units": chosen}
    return submit(sign_in(CLERK_OF["petition"]), address, **given, due="10:30").headers["Location"]


@pytest.mark.one_engine
def test_the_form_names_the_limit_of_representatives_and_keeps_what_was_typed(group, sign_in):
    address, chosen = group
    clerk = sign_in(CLERK_OF["petition"])
    assert address in clerk.get("/queue/window").get_data(as_text=True)
    form = clerk.get(address)
    assert "代表人数不得超过 5 人（信访工作条例第二十条）" in text_of(form)
    assert ROOM in text_of(form)
    given = {"other_one": "盐湖区政府", "place": ROOM, "purpose": WORDS, "units": chosen}
    wrong = submit(clerk, address, **given, due="九点半")
    assert (wrong.status_code, "九点半" in wrong.get_data(as_text=True)) == (422, True)
    assert WORDS in text_of(wrong)
    early = submit(clerk, address, **given, due="09：00")
    assert (early.status_code, "应晚于现在" in text_of(early)) == (422, True)
    sent = submit(clerk, address, **given, due="１０：３０")
    assert sent.status_code == 303
    page = text_of(clerk.get(sent.headers["Location"]))
    assert "请到接待室" in page
    assert "代表不超过 5 人" in page
    again = clerk.get(address)
    assert again.headers["Location"] == sent.headers["Location"], "a second press leads to the first one's page"


@pytest.mark.one_engine
def test_other_platforms_mark_arrivals_and_the_caller_ends_it(called, sign_in):
    clerk, other = sign_in(CLERK_OF["petition"]), sign_in(CLERK_OF["relief"])
    empty = submit(other, f"{called}/units/1/arrived", page=called, who=" ")
    assert empty.status_code == 422
    assert submit(other, f"{called}/units/1/notified", page=called, who="李科长").status_code == 303
    assert submit(other, f"{called}/units/1/arrived", page=called, who="李科长").status_code == 303
    twice = submit(other, f"{called}/units/1/arrived", page=called, who="李科长")
    assert (twice.status_code, "已记为到场" in text_of(twice)) == (409, True)
    assert "1 / 3" in text_of(other.get("/joint-receptions"))
    assert WORDS in text_of(other.get(called)), "a unit that was called may know what for"
    assert WORDS not in text_of(sign_in(CLERK_OF["mediation"]).get(called))
    assert submit(clerk, f"{called}/close", page=called, outcome="").status_code == 422
    assert submit(clerk, f"{called}/close", page=called, outcome="三家已答复。").status_code == 303
    assert "没有到场" in text_of(clerk.get(called))


@pytest.mark.one_engine
def test_the_greeter_sees_where_units_go_and_marks_nothing(group, called, sign_in):
    greeter = sign_in(GREETER)
    assert ROOM in text_of(greeter.get("/joint-receptions"))
    assert WORDS not in text_of(greeter.get(called))
    assert submit(greeter, f"{called}/units/2/arrived", page="/queue/desk", who="王某").status_code == 409
    assert greeter.get("/joint-receptions/999").status_code == 404
    assert greeter.get(group[0]).status_code == 403


# ---- from the page of the case ----


def case_page(client, number: str) -> BeautifulSoup:
    """What the case page fetches for its 联合接访."""
    page = BeautifulSoup(client.get(f"/cases/{number}").data, "html.parser")
    slot = page.select_one("#case-joint")
    part = client.get(slot["hx-get"], headers={"HX-Request": "true"})
    assert (part.status_code, len(part.data) < 2000) == (200, True)
    return BeautifulSoup(part.data, "html.parser")


@pytest.fixture
def case_at_window(inside) -> tuple[str, int, int]:
    """The number of the case whose visitor is at the petition window, the ticket, and an organ of the hall."""
    with inside(), database.write() as session:
        ticket = visitor_at(session, prepared(session), "petition")
        return session.get_one(Case, ticket.case_id).number, ticket.id, unit(session, "市民政局")


@pytest.mark.one_engine
def test_the_case_page_leads_to_calling_units_to_the_visitor_at_the_window(case_at_window, sign_in):
    number, ticket_id, organ = case_at_window
    clerk = sign_in(CLERK_OF["petition"])
    (link,) = case_page(clerk, number).select("a")
    assert (link["href"], link.get_text()) == (f"/queue/tickets/{ticket_id}/joint-reception", "联合接访…")
    given = {"other_one": "", "place": "1号窗口", "purpose": WORDS, "units": [organ], "due": "10:30"}
    made = submit(clerk, link["href"], **given).headers["Location"]
    (link,) = case_page(clerk, number).select("a")
    assert (link["href"], "正在进行" in link.get_text()) == (made, True)
    assert submit(clerk, f"{made}/close", page=made, outcome="已答复。").status_code == 303
    (link,) = case_page(clerk, number).select("a")
    assert link["href"].startswith("/queue/tickets/"), "another one may follow while the visitor is there"


@pytest.mark.one_engine
def test_who_has_the_visitor_elsewhere_or_no_more_is_offered_nothing(case_at_window, sign_in, inside):
    number, ticket_id, _ = case_at_window
    greeter = sign_in(GREETER)
    assert greeter.get(f"/cases/{number}/joint-reception").status_code == 403
    stranger = sign_in(CLERK_OF["counselling"])
    assert stranger.get(f"/cases/{number}/joint-reception").status_code == 404
    clerk = sign_in(CLERK_OF["petition"])
    with inside(), database.write() as session:
        session.get_one(Ticket, ticket_id).state = "called"
    part = case_page(clerk, number)
    assert (part.select("a"), part.select_one("#case-joint").has_attr("hidden")) == ([], True)
    assert "群众不在您的窗口" in text_of(clerk.get(f"/cases/{number}/joint-reception"))


@pytest.mark.one_engine
def test_what_must_not_become_a_meeting_of_offices_is_not_offered_one(case_at_window, sign_in, inside):
    number, ticket_id, _ = case_at_window
    with inside(), database.write() as session:
        case = session.get_one(Case, session.get_one(Ticket, ticket_id).case_id)
        case.sensitivity = "accusation"
        clerk_id = session.get_one(Ticket, ticket_id).account_id
        cases.grant(session, case, f"account:{clerk_id}", why="接待", at=AT)
    assert case_page(sign_in(CLERK_OF["petition"]), number).select("a") == []


@pytest.mark.one_engine
def test_the_slot_costs_a_fixed_number_of_queries(case_at_window, sign_in, app):
    number, *_ = case_at_window
    clerk = sign_in(CLERK_OF["petition"])
    with counted(app) as sent:
        assert clerk.get(f"/cases/{number}/joint-reception", headers={"HX-Request": "true"}).status_code == 200
    assert len(sent) <= 10, sent
