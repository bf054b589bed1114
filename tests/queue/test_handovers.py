"""交接班, windows left open, numbers put back from hold, and 直接接待."""

import pytest
from sqlalchemy import select, text

from portal.organisation.models import Closure
from portal.queue import operations, queries
from portal.queue.models import Call, Handover, Period, Ticket, WindowSession
from portal.trail.queries import entries
from tests.queue.conftest import DISPUTE, GROUP, MORNING, VISIT, later

NEXT_DAY = 24 * 60


@pytest.fixture
def held(hall, do, at_window):
    """A001 on hold at window 1 since 9:20."""

    def arranged(**changes: object) -> Ticket:
        ticket = at_window(**changes)
        return do(operations.hold, hall.zhang, ticket.id, version=ticket.version, reason="取证件、材料", at=later(20))

    return arranged


def hand_over(do, clerk, to, words="A001 在等材料", minute=30):
    return do(operations.hand_over, clerk, to.id, words=words, at=later(minute))


class TestHandover:
    def test_the_window_closes_and_what_is_held_goes_along(self, session, hall, do, held):
        ticket = held()
        made = hand_over(do, hall.zhang, hall.wang)
        assert (made.numbers, made.window_id, made.accepted_at) == ("A001", 1, None)
        assert session.scalar(select(WindowSession.closed_at)) == later(30)
        moved = session.get(Ticket, ticket.id, populate_existing=True)
        assert (moved.state, moved.account_id) == ("held", hall.wang.id)
        assert queries.held(session, hall.zhang) == []
        assert [each.number for each in queries.held(session, hall.wang)] == ["A001"]
        spans = session.scalars(select(Period.kind).where(Period.ticket_id == ticket.id).order_by(Period.id)).all()
        assert spans == ["waiting", "walking", "serving", "holding"]
        assert queries.visit_entries(session, hall.wang, ticket.id)[-1].title == "随交班转给 王小梅"
        assert entries(session, f"account:{hall.zhang.id}")[-1].kind == "window.handed_over"

    def test_the_note_is_sealed_and_only_for_the_successor(self, session, hall, do, held):
        held()
        hand_over(do, hall.zhang, hall.wang, "  吕某的材料 11 点送到  ")
        assert "吕某" not in session.scalar(text("SELECT note FROM handover"))
        waiting = queries.handed_over(session, hall.wang)
        assert [(each.who, each.window, each.note, each.numbers) for each in waiting] == [
            ("张德良", "1号窗口", "吕某的材料 11 点送到", "A001")
        ]
        assert queries.handed_over(session, hall.zhang) == []
        for chain in (f"account:{hall.zhang.id}", "ticket:1"):
            assert all("吕某" not in str((entry.data, entry.words)) for entry in entries(session, chain))

    def test_it_is_confirmed_once_by_whom_it_is_for(self, session, hall, do, held):
        held()
        made = hand_over(do, hall.zhang, hall.wang)
        with pytest.raises(operations.Refused):
            do(operations.accept_handover, hall.zhang, made.id, at=later(31))
        do(operations.accept_handover, hall.wang, made.id, at=later(31))
        assert session.get(Handover, made.id, populate_existing=True).accepted_at == later(31)
        assert queries.handed_over(session, hall.wang) == []
        with pytest.raises(operations.Refused, match="已经确认过"):
            do(operations.accept_handover, hall.wang, made.id, at=later(32))
        assert entries(session, f"account:{hall.wang.id}")[-1].kind == "window.taken_over"

    def test_a_visitor_at_the_window_comes_first(self, session, hall, do, at_window):
        at_window()
        with pytest.raises(operations.StillServing, match="A001 还在窗口"):
            hand_over(do, hall.zhang, hall.wang)
        assert session.scalar(select(WindowSession.closed_at)) is None

    def test_to_whom(self, session, hall, do):
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        for other, said in ((hall.zhang, "给自己"), (hall.li, "本平台"), (hall.guo, "本平台")):
            with pytest.raises(operations.Refused, match=said):
                hand_over(do, hall.zhang, other)
        with pytest.raises(operations.Refused, match="写“无”"):
            hand_over(do, hall.zhang, hall.wang, "  ")
        people = queries.colleagues(session, hall.zhang, "petition", MORNING.date())
        assert [(each.name, each.now) for each in people] == [("王小梅", "未开窗")]
        do(operations.open_window, hall.wang, 2, at=MORNING)
        people = queries.colleagues(session, hall.zhang, "petition", MORNING.date())
        assert [(each.name, each.now) for each in people] == [("王小梅", "2号窗口")]

    def test_the_successor_serves_on(self, hall, do, held):
        ticket = held()
        hand_over(do, hall.zhang, hall.wang)
        do(operations.open_window, hall.wang, 1, at=later(31))
        back = do(operations.resume_held, hall.wang, ticket.id, version=ticket.version, at=later(32))
        assert (back.state, back.account_id) == ("serving", hall.wang.id)


class TestBackToQueue:
    def test_with_the_rank_it_always_had(self, session, hall, do, take, held):
        ticket = held()
        later_one = take(hall.guo, at=later(5))
        back = do(operations.back_to_queue, hall.zhang, ticket.id, version=ticket.version, at=later(30))
        assert (back.state, back.rank, back.hold_reason, back.for_account_id) == ("waiting", ticket.rank, "", None)
        called = do(operations.call_next, hall.zhang, at=later(31))
        assert (called.id, later_one.state) == (ticket.id, "waiting")
        assert "过号或挂起后恢复" in entries(session, f"ticket:{ticket.id}")[-1].data["why"]

    def test_kept_for_me(self, hall, do, held):
        ticket = held()
        back = do(operations.back_to_queue, hall.zhang, ticket.id, version=ticket.version, at=later(30), keep=True)
        do(operations.open_window, hall.wang, 2, at=later(30))
        assert back.for_account_id == hall.zhang.id
        assert do(operations.call_next, hall.wang, at=later(31)) is None
        assert do(operations.call_next, hall.zhang, at=later(32)).id == ticket.id

    def test_a_colleague_of_the_same_service_may_and_others_not(self, session, hall, do, held):
        ticket = held()
        do(operations.open_window, hall.li, 3, at=later(25))
        with pytest.raises(operations.Refused, match="不办理这个号的服务"):
            do(operations.back_to_queue, hall.li, ticket.id, version=ticket.version, at=later(30))
        do(operations.open_window, hall.wang, 2, at=later(25))
        shown = queries.held_elsewhere(session, hall.wang, 2, MORNING.date())
        assert [(each.number, each.who) for each in shown] == [("A001", "张德良")]
        assert queries.held_elsewhere(session, hall.zhang, 1, MORNING.date()) == []
        do(operations.back_to_queue, hall.wang, ticket.id, version=ticket.version, at=later(30))

    def test_not_of_another_day(self, hall, do, held):
        ticket = held()
        with pytest.raises(operations.Refused, match="不是今天的号"):
            do(operations.back_to_queue, hall.zhang, ticket.id, version=ticket.version, at=later(NEXT_DAY))


class TestLeftOpen:
    def test_yesterdays_window_calls_nobody_until_it_is_closed(self, session, hall, do, take):
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        ticket = take(hall.guo, at=later(NEXT_DAY))
        for call in (
            lambda: do(operations.call_next, hall.zhang, at=later(NEXT_DAY)),
            lambda: do(operations.call_particular, hall.zhang, ticket.id, version=1, at=later(NEXT_DAY)),
            lambda: do(operations.receive_directly, hall.zhang, at=later(NEXT_DAY)),
        ):
            with pytest.raises(operations.Refused, match="关闭昨日窗口"):
                call()
        do(operations.close_left_open, hall.zhang, at=later(NEXT_DAY + 1))
        do(operations.open_window, hall.zhang, 1, at=later(NEXT_DAY + 2))
        assert do(operations.call_next, hall.zhang, at=later(NEXT_DAY + 3)).id == ticket.id
        event = entries(session, f"account:{hall.zhang.id}", kinds=("window.closed",))[-1]
        assert event.data["left_open"] is True

    def test_it_closes_although_numbers_are_held_but_not_over_a_visitor(self, hall, do, held):
        ticket = held()
        do(operations.close_left_open, hall.zhang, at=later(NEXT_DAY))
        do(operations.open_window, hall.zhang, 1, at=later(NEXT_DAY))
        back = do(operations.resume_held, hall.zhang, ticket.id, version=ticket.version, at=later(NEXT_DAY))
        with pytest.raises(operations.StillServing):
            do(operations.close_left_open, hall.zhang, at=later(2 * NEXT_DAY))
        do(operations.finish, hall.zhang, ticket.id, version=back.version, at=later(2 * NEXT_DAY), reason="left")

    def test_todays_window_is_closed_the_usual_way(self, hall, do):
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        with pytest.raises(operations.Refused, match="是今天开的"):
            do(operations.close_left_open, hall.zhang, at=later(5))


class TestDirect:
    def test_a_number_and_the_visit_in_one_step(self, session, hall, do, take):
        take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        ticket = do(operations.receive_directly, hall.zhang, at=later(10))
        assert (ticket.number, ticket.state, ticket.source, ticket.service_id) == ("A002", "serving", "window", VISIT)
        assert session.scalar(select(Call.id)) is None, "nothing is announced"
        spans = queries.periods(session, ticket.id)
        assert [(span.kind, span.start, span.end) for span in spans] == [
            ("waiting", later(10), later(10)), ("serving", later(10), None),
        ]  # fmt: skip
        kinds = [entry.kind for entry in entries(session, f"ticket:{ticket.id}")]
        assert kinds == ["ticket.taken", "ticket.started"]
        assert take(hall.guo, at=later(11)).number == "A003"

    def test_under_the_windows_first_service(self, hall, do):
        do(_prefer, 1, GROUP)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        assert do(operations.receive_directly, hall.zhang, at=later(1)).service_id == GROUP

    def test_only_at_a_free_window_that_serves(self, hall, do, at_window):
        at_window()
        with pytest.raises(operations.StillServing):
            do(operations.receive_directly, hall.zhang, at=later(20))
        with pytest.raises(operations.Refused, match="没有开窗"):
            do(operations.receive_directly, hall.wang, at=later(20))
        do(operations.open_window, hall.wang, 2, at=later(20))
        do(operations.pause, hall.wang, reason="会商", at=later(21))
        with pytest.raises(operations.Refused, match="暂停"):
            do(operations.receive_directly, hall.wang, at=later(22))

    def test_a_closed_service_is_beyond_and_says_so(self, session, hall, do):
        do(_close, MORNING.date())
        do(operations.open_window, hall.li, 3, at=MORNING)
        ticket = do(operations.receive_directly, hall.li, at=later(1))
        assert ticket.service_id == DISPUTE
        assert entries(session, f"ticket:{ticket.id}")[0].data["beyond"] is True


def _prefer(session, window_id: int, service_id: int) -> None:
    session.execute(
        text("UPDATE window_service SET preference = 1 WHERE window_id = :w AND service_id <> :s"),
        {"w": window_id, "s": service_id},
    )


def _close(session, day) -> None:
    session.add(Closure(centre_id=1, day=day, message="今天停止取号。"))
