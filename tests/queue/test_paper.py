"""Paper numbers: printed before, entered after with the times on the paper, and never mistaken for electronic ones."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal import clock, database
from portal.access.permissions import POLICY, Permission
from portal.cases.operations import FieldProblems, PersonGiven
from portal.organisation.models import Service
from portal.queue import queries
from portal.queue.models import Call, Period, Ticket
from portal.queue.operations import paper
from portal.queue.operations.paper import PaperSlip
from portal.queue.queries import paper as reading
from portal.trail.queries import entries, revision, verify
from tests.queue.conftest import GROUP, MORNING, VISIT, later
from tests.queue.wall import queries as asked
from tests.support import submit

TODAY = MORNING.date()
EVENING = clock.at_hall(TODAY, 18)
SLIP = PaperSlip("AP001", TODAY, 545, 580, called=550, started=552, window_id=1, account_id=1, reason="left")
TYPED = {
    "number": "ap００1", "day": "2026-11-23", "taken": "9:05", "called": "0910", "started": "9：12", "ended": "9:40",
    "outcome": "done", "window": "1", "account": "1", "headcount": "2", "priority": "ordinary", "reason": "left",
}  # fmt: skip


@pytest.fixture
def printed(session, hall, do):
    """AP001 to AP010 for 来访登记."""
    return do(paper.allot, hall.guo, VISIT, 10, at=MORNING)


def refused(do, hall, slip: PaperSlip, at=EVENING) -> dict[str, str]:
    with pytest.raises(FieldProblems) as refusal:
        do(paper.enter, hall.guo, slip, at=at)
    return refusal.value.problems


def test_ranges_of_a_letter_run_on_whatever_the_service(session, hall, do, printed):
    second = do(paper.allot, hall.guo, GROUP, 5, at=later(1))
    assert [(each.first, each.last) for each in (printed, second)] == [(1, 10), (11, 15)]
    assert reading.sheet(session, 1, second.id).numbers[0] == "AP011"


def test_letters_that_end_in_p_get_no_paper_numbers(session, hall, do):
    with database.write() as writing:
        writing.get_one(Service, VISIT).prefix = "AP"
    with pytest.raises(FieldProblems, match=r".*") as refusal:
        do(paper.allot, hall.guo, VISIT, 10, at=MORNING)
    assert "混淆" in refusal.value.problems["service"]


def test_letters_of_another_service_are_looked_at_too(session, hall, do):
    with database.write() as writing:
        writing.get_one(Service, GROUP).prefix = "AP"
    with pytest.raises(FieldProblems) as refusal:
        do(paper.allot, hall.guo, VISIT, 10, at=MORNING)
    assert "字头 AP 会与纸号混淆" in refusal.value.problems["service"]


def test_the_times_are_those_on_the_paper(session, hall, do, printed):
    before, counted = revision(session, 1, "board"), revision(session, 1, "queue")
    ticket = do(paper.enter, hall.guo, SLIP, at=EVENING)
    assert (ticket.state, ticket.source, ticket.taken_at) == ("done", "paper", later(5))
    assert (ticket.called_at, ticket.started_at, ticket.ended_at) == (later(10), later(12), later(40))
    assert (ticket.rank, ticket.first_service_id, ticket.calls) == (int(later(5).timestamp()), VISIT, 1)
    assert len(ticket.code) == 10
    spans = queries.periods(session, ticket.id)
    assert [(span.kind, span.end - span.start) for span in spans] == [
        ("waiting", timedelta(minutes=5)),
        ("walking", timedelta(minutes=2)),
        ("serving", timedelta(minutes=28)),
    ]
    assert set(session.scalars(select(Period.day))) == {TODAY}
    assert session.scalars(select(Call.why)).all() == ["断网期间人工叫号，补录"]
    assert revision(session, 1, "board") == before, "nothing of yesterday appears on a wall"
    assert revision(session, 1, "queue") > counted, "desk and overview count it without being reloaded"
    ((kind, data),) = [(each.kind, each.data) for each in entries(session, f"ticket:{ticket.id}")]
    assert kind == "ticket.backfilled"
    assert data["clerk"] == 1
    assert verify(session) == []


def test_one_who_left_before_being_called_only_waited(session, hall, do, printed):
    gone = PaperSlip("AP002", TODAY, 545, 600, outcome="left")
    ticket = do(paper.enter, hall.guo, gone, at=EVENING)
    assert (ticket.state, ticket.window_id) == ("left", None)
    assert [span.kind for span in queries.periods(session, ticket.id)] == ["waiting"]
    assert session.scalars(select(Call)).all() == []


def test_a_person_on_the_paper_is_kept_once(session, hall, do, printed):
    known = PersonGiven("吕德胜", id_number="11010519491231002X")
    first = do(paper.enter, hall.guo, replace(SLIP, person=known), at=EVENING)
    second = do(paper.enter, hall.guo, replace(SLIP, number="AP003", person=known), at=EVENING)
    assert first.person_id == second.person_id is not None


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"number": "A001"}, "number", "纸号是字头加 P"),
        ({"number": "AP011"}, "number", "没有印过"),
        ({"number": "BP001"}, "number", "没有印过"),
        ({"number": "AP0001"}, "number", "没有印过"),
        ({"number": "AP100000"}, "number", "纸号是字头加 P"),
        ({"day": TODAY + timedelta(days=1)}, "day", "不能晚于今天"),
        ({"day": TODAY - timedelta(days=1)}, "day", "才印的"),
        ({"ended": 1440}, "ended", "00:00 到 23:59"),
        ({"taken": -1}, "taken", "00:00 到 23:59"),
        ({"called": 540}, "called", "不早于前一栏"),
        ({"started": 545}, "started", "不早于前一栏"),
        ({"ended": 551}, "ended", "不早于前一栏"),
        ({"ended": 1081}, "ended", "不能晚于现在"),
        ({"called": None, "started": None}, "called", "请填写时间"),
        ({"outcome": "left", "called": None}, "called", "请填写叫号时间"),
        ({"window_id": 3}, "window", "请选择办理“来访登记”的窗口"),
        ({"window_id": None}, "window", "请选择"),
        ({"account_id": 3}, "account", "请选择这个平台的经办人"),
        ({"reason": ""}, "reason", "请选择办理情况"),
        ({"reason": "advice"}, "words", "请写明"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(session, hall, do, printed, changes, field, said):
    problems = refused(do, hall, replace(SLIP, **changes))
    assert set(problems) == {field}
    assert said in problems[field]
    assert session.scalars(select(Ticket)).all() == []


def test_a_number_is_entered_once_a_day(session, hall, do, printed):
    do(paper.enter, hall.guo, SLIP, at=EVENING)
    assert "已经补录过" in refused(do, hall, SLIP)["number"]
    tomorrow = replace(SLIP, day=TODAY + timedelta(days=1))
    assert do(paper.enter, hall.guo, tomorrow, at=EVENING + timedelta(days=1)).number == "AP001"


def test_electronic_numbers_go_on_beside_them(session, hall, do, take, printed):
    do(paper.enter, hall.guo, SLIP, at=EVENING)
    assert take(hall.guo, at=EVENING).number == "A001"


def test_two_who_enter_one_slip_at_once(app: Flask, house):
    with app.app_context(), database.write() as session:
        paper.allot(session, house.guo, VISIT, 5, at=MORNING)
    told, gate = [], threading.Barrier(4)

    def enter() -> None:
        with app.app_context():
            gate.wait()
            try:
                told.append(database.attempt(lambda session: paper.enter(session, house.guo, SLIP, at=EVENING).number))
            except FieldProblems as problem:
                told.append(problem.problems["number"])
            database.db.session.remove()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("AP001") == 1
    assert [each for each in told if each != "AP001"] == ["AP001 在 2026-11-23 已经补录过。"] * 3


class TestPages:
    @pytest.fixture
    def desk(self, house, sign_in):
        with clock.frozen(EVENING):
            yield sign_in("guo")

    def test_a_range_is_printed_as_slips(self, desk):
        answer = submit(desk, "/queue/paper", service=str(VISIT), count="１２")
        assert answer.status_code == 303
        html = BeautifulSoup(desk.get(answer.headers["Location"]).get_data(as_text=True), "html.parser")
        numbers = [each.text for each in html.select(".hand-number")]
        assert numbers == [f"AP{count:03d}" for count in range(1, 13)]
        assert [row.td.text for row in html.select(".hand-list tbody tr")] == numbers, "the day's list has them too"
        assert "AP001–AP012" in desk.get("/queue/paper").get_data(as_text=True)

    def test_a_slip_is_entered_as_people_type(self, desk, inside):
        submit(desk, "/queue/paper", service=str(VISIT), count="3")
        answer = submit(desk, "/queue/paper/entry", **TYPED)
        assert answer.status_code == 303
        html = BeautifulSoup(desk.get(answer.headers["Location"]).get_data(as_text=True), "html.parser")
        assert html.select_one("#day")["value"] == "2026-11-23"
        assert html.select_one("#window option[selected]")["value"] == "1", "the next slip is of the same window"
        assert html.select_one("#number").get("value", "") == ""
        assert "AP001" in html.select_one(".waiting").text
        assert "已补录 1 个" in html.get_text(" ", strip=True)
        with inside() as session:
            assert session.scalars(select(Ticket.headcount)).all() == [2]

    def test_a_wrong_slip_keeps_what_was_typed(self, desk):
        answer = submit(desk, "/queue/paper/entry", **{**TYPED, "number": "AP009", "taken": "25:00"})
        assert answer.status_code == 422
        html = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        assert html.select_one("#taken")["value"] == "25:00"
        assert "没有 25:00 这个时间" in html.select_one("#taken-error").text
        again = submit(desk, "/queue/paper/entry", **{**TYPED, "number": "AP009"})
        html = BeautifulSoup(again.get_data(as_text=True), "html.parser")
        assert (again.status_code, html.select_one("#number")["value"]) == (422, "AP009")
        assert "没有印过 AP009" in html.select_one("#number-error").text

    @pytest.mark.parametrize("ended", ["24:00", "2400", "9:60"])
    def test_no_such_time_of_the_day(self, desk, ended):
        submit(desk, "/queue/paper", service=str(VISIT), count="3")
        answer = submit(desk, "/queue/paper/entry", **{**TYPED, "ended": ended})
        assert answer.status_code == 422
        assert BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("#ended-error")

    def test_sixty_slips_and_more_are_counted(self, desk, app, house):
        with app.app_context(), database.write() as session:
            paper.allot(session, house.guo, VISIT, 70, at=MORNING)
            for count in range(1, 66):
                paper.enter(session, house.guo, replace(SLIP, number=f"AP{count:03d}"), at=EVENING)
        told = desk.get("/queue/paper/entry").get_data(as_text=True)
        assert "已补录 65 个，列出最近 60 个" in told
        desk.get("/queue/paper")
        assert asked(app, lambda: desk.get("/queue/paper/entry")) <= 9
        assert asked(app, lambda: desk.get("/queue/paper")) <= 7

    def test_the_printed_range_may_be_asked_back_by_the_own_centre_only(self, desk):
        assert desk.get("/queue/paper/99/sheet").status_code == 404

    def test_only_the_desk_may(self, house, sign_in):
        assert all(Permission.QUEUE_GREET not in POLICY[role] for role in ("clerk", "system_admin"))
        assert sign_in("zhang").get("/queue/paper/entry").status_code == 403
