"""The rules of the queue: one window per number, a number that never changes, and every minute accounted for."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from portal import database
from portal.cases.operations import FieldProblems, PersonGiven
from portal.keys import ring
from portal.people.models import Person
from portal.queue import operations, priorities, queries
from portal.queue.models import Call, Period, Ticket, WindowSession
from portal.queue.operations import NothingRecorded, OpenToday, Refused, StaleTicket, StillServing, calls
from portal.trail.queries import entries, revision, verify
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later

LV = PersonGiven("吕德胜", id_number="11010519491231002X", phone="13900001234")


def told(session, ticket):
    return [(entry.kind, entry.data) for entry in entries(session, f"ticket:{ticket.id}")]


class TestTaking:
    def test_numbers_run_by_day_and_letter(self, session, hall, take):
        numbers = [take(hall.guo, service_id=service).number for service in (VISIT, GROUP, DISPUTE, VISIT)]
        assert numbers == ["A001", "A002", "B001", "A003"]
        assert take(hall.guo, at=MORNING + timedelta(days=1)).number == "A001"

    def test_the_thousandth_number_has_four_digits(self, session, hall, take, do):
        with database.write() as writing:
            writing.execute(
                text("INSERT INTO counter (centre_id, series, last) VALUES (1, 'ticket:2026-11-23:A', 999)")
            )
        assert take(hall.guo).number == "A1000"

    def test_the_code_is_kept_encrypted_and_found_by_any_spelling(self, session, hall, take):
        ticket = take(hall.guo)
        stored = session.scalar(text("SELECT code FROM ticket"))
        assert ticket.code not in stored
        assert len(ticket.code) == 10
        spelled = f"{ticket.code[:3]}-{ticket.code[3:6]} {ticket.code[6:]}".lower()
        assert operations.code_hash(spelled) == ticket.code_hash == ring.digest("ticket-code", ticket.code)

    def test_a_person_is_kept_once(self, session, hall, take):
        first = take(hall.guo, person=LV)
        with pytest.raises(OpenToday) as refusal:
            take(hall.guo, person=replace(LV, phone=""), service_id=DISPUTE)
        assert refusal.value.number == first.number
        again = take(hall.guo, person=replace(LV, phone=""), service_id=DISPUTE, again=True)
        assert first.person_id == again.person_id
        assert session.scalar(select(func.count()).select_from(Person)) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"service_id": 99}, "service_id"), ({"priority": "vip"}, "priority"), ({"headcount": 0}, "headcount"),
         ({"headcount": 1000}, "headcount")],
    )  # fmt: skip
    def test_what_is_not_offered_is_refused_beside_its_field(self, session, hall, take, changes, field):
        with pytest.raises(FieldProblems) as refusal:
            take(hall.guo, **changes)
        assert set(refusal.value.problems) == {field}
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0

    def test_taking_wakes_the_queue_and_begins_the_chain(self, session, hall, take):
        before = revision(session, 1, "queue")
        ticket = take(hall.guo, priority="frail", headcount=3)
        assert revision(session, 1, "queue") == before + 1
        ((kind, data),) = told(session, ticket)
        assert kind == "ticket.taken"
        assert data == {"number": "A001", "service_id": VISIT, "priority": "frail", "headcount": 3}


class TestWindows:
    def test_one_clerk_one_window(self, session, hall, do):
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        with pytest.raises(Refused, match=r"1号窗口 由 张德良 使用中"):
            do(operations.open_window, hall.wang, 1, at=MORNING)
        with pytest.raises(Refused, match="您已在 1号窗口 开窗"):
            do(operations.open_window, hall.zhang, 2, at=MORNING)
        do(operations.close_window, hall.zhang, at=later(5))
        do(operations.open_window, hall.wang, 1, at=later(6))
        assert queries.my_window(session, hall.wang).name == "1号窗口"

    def test_the_rule_is_the_databases_own(self, session, hall, do):
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        with pytest.raises(IntegrityError), database.write() as writing:
            writing.add(WindowSession(centre_id=1, window_id=1, account_id=2, opened_at=MORNING))

    def test_a_window_of_another_platform_is_not_mine(self, session, hall, do):
        with pytest.raises(Refused, match="不属于您所在的平台"):
            do(operations.open_window, hall.li, 1, at=MORNING)

    def test_pausing_needs_a_reason_and_stops_calling(self, session, hall, do, take):
        take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        with pytest.raises(Refused, match="请填写暂停原因"):
            do(operations.pause, hall.zhang, reason="  ", at=MORNING)
        do(operations.pause, hall.zhang, reason="会商", at=later(1))
        with pytest.raises(Refused, match="暂停服务"):
            do(operations.call_next, hall.zhang, at=later(2))
        do(operations.resume, hall.zhang, at=later(3))
        assert do(operations.call_next, hall.zhang, at=later(4)).number == "A001"

    def test_nobody_is_left_behind_at_a_closing_window(self, session, hall, do, at_window):
        ticket = at_window()
        with pytest.raises(StillServing, match="A001 还在窗口"):
            do(operations.close_window, hall.zhang, at=later(13))
        do(operations.hold, hall.zhang, ticket.id, version=ticket.version, reason="取证件", at=later(14))
        with pytest.raises(Refused, match="挂起的号 A001"):
            do(operations.close_window, hall.zhang, at=later(15))

    def test_without_a_window_nothing_is_called(self, session, hall, do):
        with pytest.raises(Refused, match="请先选择窗口并开窗"):
            do(operations.call_next, hall.zhang, at=MORNING)


class TestCalling:
    def test_in_the_order_of_coming(self, session, hall, do, take):
        first, second = take(hall.guo), take(hall.guo, at=later(1))
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        do(operations.open_window, hall.wang, 2, at=MORNING)
        assert do(operations.call_next, hall.zhang, at=later(12)).id == first.id
        assert do(operations.call_next, hall.wang, at=later(12)).id == second.id
        assert session.scalars(select(Call.why).order_by(Call.id)).all() == [
            "按取号先后，已等 12 分",
            "按取号先后，已等 11 分",
        ]

    def test_a_priority_class_moves_ahead_by_its_credit_and_no_further(self, session, hall, do, take):
        long_before = take(hall.guo, at=later(-40))
        ordinary = take(hall.guo, at=later(0))
        frail = take(hall.guo, at=later(5), priority="frail")
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = []
        for minute in (10, 20, 30):
            ticket = do(operations.call_next, hall.zhang, at=later(minute))
            called.append(ticket.id)
            do(operations.miss, hall.zhang, ticket.id, version=ticket.version, at=later(minute + 1))
        assert called == [long_before.id, frail.id, ordinary.id]
        assert session.scalars(select(Call.why).order_by(Call.id)).all()[1] == "按优先类别（老弱病残孕），已等 15 分"

    def test_only_the_windows_own_services_and_only_today(self, session, hall, do, take):
        take(hall.guo, service_id=DISPUTE)
        take(hall.guo, at=MORNING - timedelta(days=1))
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        assert do(operations.call_next, hall.zhang, at=later(1)) is None

    def test_a_doubled_click_calls_nobody_else(self, session, hall, do, take):
        take(hall.guo), take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        first = do(operations.call_next, hall.zhang, at=later(1))
        with pytest.raises(StillServing, match="正在接待 A001"):
            do(operations.call_next, hall.zhang, at=later(1))
        assert session.scalars(select(Ticket.id).where(Ticket.state == "called")).all() == [first.id]

    def test_two_visitors_at_one_window_are_refused_by_the_database(self, session, hall, do, take, monkeypatch):
        take(hall.guo), take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        do(operations.call_next, hall.zhang, at=later(1))
        place = operations.place_of(session, hall.zhang)
        monkeypatch.setattr(calls, "place_of", lambda *_: replace(place, ticket_number=None))
        with pytest.raises(StillServing):
            do(operations.call_next, hall.zhang, at=later(1))

    def test_a_particular_number_can_be_called_once(self, session, hall, do, take):
        take(hall.guo)
        wanted = take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        do(operations.open_window, hall.wang, 2, at=MORNING)
        do(operations.call_particular, hall.zhang, wanted.id, version=wanted.version, at=later(1))
        with pytest.raises(StaleTicket, match="A002 已由 1号窗口 叫号"):
            do(operations.call_particular, hall.wang, wanted.id, version=wanted.version, at=later(1))
        assert session.scalar(select(Call.why)) == "指定叫号，未按排队先后"

    def test_a_number_of_another_service_cannot_be_called(self, session, hall, do, take):
        other = take(hall.guo, service_id=COUNSEL)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        with pytest.raises(Refused, match="不办理这个号的服务"):
            do(operations.call_particular, hall.zhang, other.id, version=other.version, at=later(1))

    def test_three_calls_and_then_only_missed_is_left(self, session, hall, do, take):
        take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        ticket = do(operations.call_next, hall.zhang, at=later(1))
        for minute in (2, 3):
            ticket = do(operations.recall, hall.zhang, ticket.id, version=ticket.version, at=later(minute))
        with pytest.raises(Refused, match="已叫 3 次"):
            do(operations.recall, hall.zhang, ticket.id, version=ticket.version, at=later(4))
        assert session.scalars(select(Call.again).order_by(Call.id)).all() == [False, True, True]
        assert queries.durations(queries.periods(session, ticket.id), later(4))["walking"] == timedelta(minutes=3)

    def test_a_call_wakes_board_queue_and_window(self, session, hall, do, take):
        take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        before = {topic: revision(session, 1, topic) for topic in ("board", "queue", "window:1")}
        do(operations.call_next, hall.zhang, at=later(1))
        assert {topic: revision(session, 1, topic) for topic in before} == {t: n + 1 for t, n in before.items()}


class TestMissedAndRestored:
    def test_a_missed_number_keeps_its_place(self, session, hall, do, take):
        first, second = take(hall.guo), take(hall.guo, at=later(1))
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = do(operations.call_next, hall.zhang, at=later(5))
        missed = do(operations.miss, hall.zhang, first.id, version=called.version, at=later(8))
        assert missed.state == "missed"
        restored = do(operations.restore, hall.guo, first.id, version=missed.version, at=later(10))
        assert (restored.number, restored.rank, restored.calls, restored.window_id) == (
            first.number,
            first.rank,
            0,
            None,
        )
        assert do(operations.call_next, hall.zhang, at=later(11)).id == first.id
        assert second.number == "A002"

    def test_yesterdays_number_stays_missed(self, session, hall, do, take):
        ticket = take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = do(operations.call_next, hall.zhang, at=later(1))
        missed = do(operations.miss, hall.zhang, ticket.id, version=called.version, at=later(2))
        with pytest.raises(Refused, match="不是今天的号"):
            do(operations.restore, hall.guo, ticket.id, version=missed.version, at=MORNING + timedelta(days=1))
        assert session.get(Ticket, ticket.id, populate_existing=True).state == "missed"

    def test_who_waits_can_leave_and_is_not_called(self, session, hall, do, take):
        ticket = take(hall.guo)
        do(operations.leave, hall.guo, ticket.id, version=ticket.version, at=later(3))
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        assert do(operations.call_next, hall.zhang, at=later(4)) is None
        assert session.get(Ticket, ticket.id, populate_existing=True).ended_at == later(3)


class TestServing:
    def test_only_the_clerk_it_is_with(self, session, hall, do, at_window):
        ticket = at_window()
        with pytest.raises(StaleTicket, match="A001 已由 1号窗口 办理"):
            do(operations.finish, hall.wang, ticket.id, version=ticket.version, at=later(20), reason="left")

    def test_a_stale_page_is_told_what_happened(self, session, hall, do, at_window):
        ticket = at_window()
        do(operations.finish, hall.zhang, ticket.id, version=ticket.version, at=later(20), reason="left")
        with pytest.raises(StaleTicket, match="A001 现在的状态是“接待完毕”"):
            do(operations.hold, hall.zhang, ticket.id, version=ticket.version, reason="取证件", at=later(21))

    def test_hold_frees_the_window_and_comes_back(self, session, hall, do, take, at_window):
        held = at_window()
        take(hall.guo, at=later(1))
        held = do(operations.hold, hall.zhang, held.id, version=held.version, reason="取证件", at=later(15))
        following = do(operations.call_next, hall.zhang, at=later(16))
        assert following.number == "A002"
        with pytest.raises(StillServing, match="正在接待 A002"):
            do(operations.resume_held, hall.zhang, held.id, version=held.version, at=later(17))
        do(operations.miss, hall.zhang, following.id, version=following.version, at=later(18))
        back = do(operations.resume_held, hall.zhang, held.id, version=held.version, at=later(19))
        assert (back.state, back.number, back.hold_reason) == ("serving", "A001", "")

    def test_nothing_leaves_unanswered(self, session, hall, do, at_window):
        ticket = at_window()
        finish = {"version": ticket.version, "at": later(20)}
        with pytest.raises(NothingRecorded, match="请选择结束原因"):
            do(operations.finish, hall.zhang, ticket.id, **finish)
        with pytest.raises(NothingRecorded, match="请写明答复了什么"):
            do(operations.finish, hall.zhang, ticket.id, **finish, reason="advice", words=" ")
        assert session.get(Ticket, ticket.id, populate_existing=True).state == "serving"
        do(operations.finish, hall.zhang, ticket.id, **finish, reason="advice", words="告知低保申请材料")
        finished = entries(session, f"ticket:{ticket.id}")[-1]
        assert (finished.kind, finished.data["reason"]) == ("ticket.finished", "advice")
        assert finished.words == {"words": "告知低保申请材料"}

    def test_finishing_and_calling_is_one_step(self, session, hall, do, take, at_window):
        ticket = at_window()
        following = take(hall.guo, at=later(1))
        called = do(
            operations.finish_and_call_next, hall.zhang, ticket.id, version=ticket.version, at=later(20), reason="left"
        )
        assert called.id == following.id
        assert session.get(Ticket, ticket.id, populate_existing=True).state == "done"

    def test_a_refused_finish_calls_nobody(self, session, hall, do, take, at_window):
        ticket = at_window()
        following = take(hall.guo, at=later(1))
        with pytest.raises(NothingRecorded):
            do(operations.finish_and_call_next, hall.zhang, ticket.id, version=ticket.version, at=later(20))
        assert session.get(Ticket, following.id, populate_existing=True).state == "waiting"

    def test_periods_tile_the_visit(self, session, hall, do, at_window):
        ticket = at_window()
        held = do(operations.hold, hall.zhang, ticket.id, version=ticket.version, reason="取证件", at=later(20))
        back = do(operations.resume_held, hall.zhang, ticket.id, version=held.version, at=later(45))
        moved = do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=back.version, at=later(50))
        do(operations.open_window, hall.li, 3, at=MORNING)
        called = do(operations.call_next, hall.li, at=later(55))
        missed = do(operations.miss, hall.li, ticket.id, version=called.version, at=later(57))
        restored = do(operations.restore, hall.guo, ticket.id, version=missed.version, at=later(60))
        called = do(operations.call_next, hall.li, at=later(61))
        started = do(operations.start, hall.li, ticket.id, version=called.version, at=later(63))
        do(operations.finish, hall.li, ticket.id, version=started.version, at=later(80), reason="left")
        spans = queries.periods(session, ticket.id)
        assert [span.kind for span in spans] == [
            "waiting", "walking", "serving", "holding", "serving", "waiting", "walking", "missed", "waiting", "walking", "serving",
        ]  # fmt: skip
        assert all(earlier.end == after.start for earlier, after in pairwise(spans))
        assert sum((span.end - span.start for span in spans), timedelta(0)) == timedelta(minutes=80)
        assert queries.durations(spans, later(99))["serving"] == timedelta(minutes=8 + 5 + 17)
        assert {row.number for row in (ticket, held, back, moved, missed, restored, started)} == {"A001"}
        assert verify(session) == []

    def test_a_relay_keeps_number_rank_and_priority(self, session, hall, do, take, at_window):
        ticket = at_window(priority="military")
        rank = ticket.rank
        moved = do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(20))
        assert (moved.number, moved.rank, moved.priority, moved.service_id) == ("A001", rank, "military", DISPUTE)
        assert (moved.state, moved.window_id, moved.account_id) == ("waiting", None, None)
        take(hall.guo, service_id=DISPUTE, at=later(2))
        do(operations.open_window, hall.li, 3, at=MORNING)
        assert do(operations.call_next, hall.li, at=later(25)).id == ticket.id
        assert session.scalars(select(Call.why).order_by(Call.id)).all()[-1] == "接力号，保留原等候时间，取号至今 25 分"


@pytest.mark.one_engine
def test_credit_never_overtakes_more_than_itself():
    assert priorities.rank("frail", later(30)) == priorities.rank("ordinary", MORNING)
    assert priorities.rank("frail", later(31)) > priorities.rank("ordinary", MORNING)


def test_calling_takes_few_statements(session, hall, do, take):
    take(hall.guo)
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    seen = []
    event.listen(database.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    do(operations.call_next, hall.zhang, at=later(1))
    assert len(seen) <= 16, "\n".join(seen)
    assert session.scalar(select(func.count()).select_from(Period)) == 2
