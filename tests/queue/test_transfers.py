"""转窗口: inside one platform, with number, rank and case; kept for a window or person only while they are there."""

import pytest
from sqlalchemy import select, update

from portal import database
from portal.cases.operations import PersonGiven, Registration
from portal.organisation.models import WindowService
from portal.queue import operations, queries
from portal.queue.models import Period, Ticket, WindowSession
from portal.trail.queries import entries, revisions
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later

NEXT_DAY = 24 * 60


@pytest.fixture
def sent(hall, do, at_window):
    """``sent(minute, **goal)``: A001, in service at window 1, is transferred."""

    def arranged(minute: float = 20, **goal: object) -> Ticket:
        ticket = at_window(priority="frail")
        return do(operations.transfer, hall.zhang, ticket.id, version=ticket.version, at=later(minute), **goal)

    return arranged


def called(do, clerk, window_id: int, minute: float) -> str:
    """Open the window and call; the number, "" where nobody may be called."""
    do(operations.open_window, clerk, window_id, at=later(minute))
    ticket = do(operations.call_next, clerk, at=later(minute))
    return ticket.number if ticket else ""


def test_number_rank_priority_and_case_stay_and_waiting_begins(session, hall, do, at_window):
    ticket = at_window(priority="frail")
    given = Registration(
        channel="visit", purpose="claim", subject="村道", received_at=MORNING, petitioner=PersonGiven("吕某")
    )
    case = do(operations.register_from_ticket, hall.zhang, ticket.id, given, version=ticket.version, at=later(15))
    ticket = session.get(Ticket, ticket.id, populate_existing=True)
    before = (ticket.number, ticket.rank, ticket.priority, ticket.case_id, ticket.taken_at)
    moved = do(
        operations.transfer,
        hall.zhang,
        ticket.id,
        version=ticket.version,
        at=later(20),
        service_id=GROUP,
        reason=" 集体来访 ",
    )
    assert (moved.number, moved.rank, moved.priority, moved.case_id, moved.taken_at) == before
    assert moved.case_id == case.id
    assert (moved.state, moved.service_id, moved.window_id, moved.account_id, moved.calls) == (
        "waiting",
        GROUP,
        None,
        None,
        0,
    )
    spans = session.execute(
        select(Period.kind, Period.service_id).where(Period.ticket_id == moved.id).order_by(Period.id)
    ).all()
    assert spans == [("waiting", VISIT), ("walking", VISIT), ("serving", VISIT), ("waiting", GROUP)]
    event = entries(session, f"ticket:{moved.id}")[-1]
    assert (event.kind, event.words["reason"]) == ("ticket.transferred", "集体来访")
    told = queries.visit_entries(session, hall.zhang, moved.id)[-1]
    assert (told.title, told.detail) == ("转到 集体来访登记", "集体来访")


def test_a_window_gets_what_is_kept_for_it_and_nobody_else(session, hall, do, take, sent):
    before = revisions(session, 1)
    moved = sent(window_id=2)
    after = revisions(session, 1)
    assert {topic for topic in ("queue", "window:1", "window:2", "board") if after[topic] > before.get(topic, 0)} == {
        "queue", "window:1", "window:2", "board",
    }  # fmt: skip
    do(operations.open_window, hall.wang, 2, at=later(21))
    assert do(operations.call_next, hall.zhang, at=later(22)) is None
    assert queries.waiting(session, hall.zhang, queries.my_window(session, hall.zhang), MORNING.date()) == []
    got = do(operations.call_next, hall.wang, at=later(23))
    assert got.id == moved.id
    assert "指定由2号窗口办理" in entries(session, f"ticket:{moved.id}")[-1].data["why"]


def test_while_nobody_is_there_anybody_may_call_it(session, hall, do, sent):
    sent(window_id=2)
    assert do(operations.call_next, hall.zhang, at=later(22)).number == "A001"


def test_a_person_gets_it_at_whatever_window(session, hall, do, sent):
    moved = sent(account_id=2)
    assert called(do, hall.wang, 4, 25) == moved.number
    assert "指定由本人办理" in entries(session, f"ticket:{moved.id}")[-1].data["why"]
    assert queries.visit_entries(session, hall.zhang, moved.id)[-2].title == "转到 王小梅"


def test_a_person_who_comes_later_finds_it_waiting(hall, do, take, sent):
    sent(account_id=2)
    take(hall.guo, at=later(1), priority="frail")
    assert called(do, hall.wang, 2, 30) == "A001"
    assert do(operations.call_next, hall.zhang, at=later(31)).number == "A002"


def test_a_person_sitting_where_the_service_is_not_taken_does_not_keep_it_from_all(hall, do, sent, session):
    """Kept for Wang, who then sits at window 4; window 4 stops taking the service: the number is everybody's."""
    sent(account_id=2)
    do(operations.open_window, hall.wang, 4, at=later(25))
    with database.write() as writing:
        writing.execute(update(WindowService).where(WindowService.window_id == 4).values(service_id=COUNSEL))
    assert do(operations.call_next, hall.zhang, at=later(26)).number == "A001"


def test_a_window_that_does_not_take_the_service_gets_it_under_its_first(hall, do, take):
    ticket = take(hall.guo, service_id=GROUP)
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    mine = do(operations.call_next, hall.zhang, at=later(1))
    moved = do(operations.transfer, hall.zhang, ticket.id, version=mine.version, at=later(2), window_id=4)
    assert (moved.service_id, moved.for_window_id) == (VISIT, 4)
    kept = do(operations.open_window, hall.wang, 4, at=later(3)) and do(operations.call_next, hall.wang, at=later(4))
    assert kept.id == ticket.id


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ({"service_id": DISPUTE}, "请用接力"),
        ({"window_id": 3}, "请用接力"),
        ({"account_id": 3}, "请用接力"),
        ({"account_id": 5}, "请用接力"),
        ({"window_id": 1}, "就在这个窗口"),
        ({"account_id": 1}, "就在您的窗口"),
        ({"window_id": 99}, "没有这个窗口"),
        ({"service_id": 99}, "没有这项服务"),
        ({"account_id": 99}, "没有这位工作人员"),
        ({}, "请选择转到哪里"),
    ],
)  # fmt: skip
def test_what_is_refused(session, hall, at_window, do, goal, said):
    ticket = at_window()
    with pytest.raises(operations.Refused, match=said):
        do(operations.transfer, hall.zhang, ticket.id, version=ticket.version, at=later(20), **goal)
    assert session.get(Ticket, ticket.id, populate_existing=True).state == "serving"


def test_only_my_own_visitor_as_my_page_showed_it(hall, at_window, do):
    ticket = at_window()
    do(operations.open_window, hall.wang, 2, at=MORNING)
    with pytest.raises(operations.StaleTicket):
        do(operations.transfer, hall.wang, ticket.id, version=ticket.version, at=later(20), service_id=GROUP)
    with pytest.raises(operations.StaleTicket):
        do(operations.transfer, hall.zhang, ticket.id, version=ticket.version - 1, at=later(20), service_id=GROUP)


def test_nothing_is_kept_for_a_window_left_open_yesterday(hall, do, take):
    do(operations.open_window, hall.wang, 2, at=MORNING)
    ticket = take(hall.guo, at=later(NEXT_DAY))
    do(operations.open_window, hall.zhang, 1, at=later(NEXT_DAY))
    mine = do(operations.call_next, hall.zhang, at=later(NEXT_DAY + 1))
    for goal in ({"window_id": 2}, {"account_id": 2}):
        with pytest.raises(operations.Refused, match="不能指定"):
            do(operations.transfer, hall.zhang, ticket.id, version=mine.version, at=later(NEXT_DAY + 2), **goal)


def test_a_relay_forgets_for_whom_the_number_was_kept(session, hall, do, sent):
    moved = sent(window_id=2)
    do(operations.open_window, hall.wang, 2, at=later(21))
    got = do(operations.call_next, hall.wang, at=later(22))
    gone = do(operations.requeue, hall.wang, moved.id, DISPUTE, version=got.version, at=later(23))
    assert (gone.for_window_id, gone.for_account_id) == (None, None)
    assert called(do, hall.li, 3, 24) == "A001"


def test_a_kept_number_is_released_from_the_list(session, hall, do, sent):
    moved = sent(account_id=2)
    freed = do(operations.release, hall.zhang, moved.id, version=moved.version, at=later(21))
    assert (freed.for_account_id, freed.state) == (None, "waiting")
    assert (
        session.scalar(select(Period.end).where(Period.ticket_id == moved.id).order_by(Period.id.desc()).limit(1))
        is None
    )
    with pytest.raises(operations.Refused, match="没有指定"):
        do(operations.release, hall.zhang, moved.id, version=freed.version, at=later(22))
    do(operations.open_window, hall.li, 3, at=later(22))
    with pytest.raises(operations.Refused, match="不办理这个号的服务"):
        do(operations.release, hall.li, moved.id, version=freed.version, at=later(23))


def test_why_says_transferred_and_not_relayed(session, hall, do, sent):
    moved = sent(service_id=GROUP)
    assert called(do, hall.wang, 2, 25) == moved.number
    assert "转窗口或另办，保留原等候时间" in entries(session, f"ticket:{moved.id}")[-1].data["why"]


def test_sums_of_periods_stay_wall_time(session, hall, do, sent):
    moved = sent(window_id=2)
    do(operations.open_window, hall.wang, 2, at=later(21))
    got = do(operations.call_next, hall.wang, at=later(30))
    started = do(operations.start, hall.wang, moved.id, version=got.version, at=later(31))
    do(operations.finish, hall.wang, moved.id, version=started.version, at=later(40), reason="left")
    spent = queries.durations(queries.periods(session, moved.id), later(40))
    assert sum(each.total_seconds() for each in spent.values()) == 40 * 60
    assert spent["serving"].total_seconds() == (8 + 9) * 60


def test_an_open_session_is_not_needed_to_have_closed(session, hall, do, sent):
    """Wang closes again: what was kept for his window is anybody's at once."""
    sent(window_id=2)
    do(operations.open_window, hall.wang, 2, at=later(21))
    do(operations.close_window, hall.wang, at=later(22))
    assert session.scalar(select(WindowSession.closed_at).where(WindowSession.account_id == 2)) is not None
    assert do(operations.call_next, hall.zhang, at=later(23)).number == "A001"
