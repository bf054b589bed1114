"""Several services in one visit: nothing that was still to do is forgotten in silence."""

import pytest
from sqlalchemy import select

from portal.cases.operations import PersonGiven, Registration
from portal.queue import operations, queries
from portal.queue.models import Errand, Period, Ticket
from portal.trail.queries import entries
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later


@pytest.fixture
def states(session):
    """Service id → state of the errands of a ticket."""

    def found(ticket_id: int) -> dict[int, str]:
        session.expire_all()
        return dict(session.execute(select(Errand.service_id, Errand.state).where(Errand.ticket_id == ticket_id)).all())

    return found


def names(session, ticket: Ticket) -> list[str]:
    return [each.name for each in queries.errands(session, ticket.id, ticket.service_id)]


def bound(do, hall, ticket: Ticket, session) -> Ticket:
    given = Registration(
        channel="visit", purpose="claim", subject="村道", received_at=MORNING, petitioner=PersonGiven("吕某")
    )
    do(operations.register_from_ticket, hall.zhang, ticket.id, given, version=ticket.version, at=later(15))
    return session.get(Ticket, ticket.id, populate_existing=True)


def test_the_window_adds_what_else_there_is_to_do(session, hall, do, at_window, states):
    ticket = at_window(errands=[DISPUTE])
    added = do(operations.add_errand, hall.zhang, ticket.id, COUNSEL, version=ticket.version, at=later(13))
    assert names(session, added) == ["矛盾纠纷调解", "综合服务"]
    assert states(ticket.id) == {DISPUTE: "open", COUNSEL: "open"}
    told = [line.title for line in queries.visit_entries(session, hall.zhang, ticket.id)]
    assert told[-1] == "还要办 综合服务"
    taken = queries.visit_entries(session, hall.zhang, ticket.id)[0]
    assert "还要办 矛盾纠纷调解" in taken.detail


@pytest.mark.parametrize(
    ("service", "said"), [(VISIT, "现在办的就是"), (DISPUTE, "已在“还要办”中"), (99, "没有这项服务")]
)
def test_what_cannot_be_added(hall, do, at_window, service, said):
    ticket = at_window(errands=[DISPUTE])
    with pytest.raises(operations.Refused, match=said):
        do(operations.add_errand, hall.zhang, ticket.id, service, version=ticket.version, at=later(13))


def test_going_on_keeps_number_and_rank_and_queues_elsewhere(session, hall, do, at_window, states):
    ticket = at_window(errands=[DISPUTE])
    gone = do(operations.go_on, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(20))
    assert (gone.number, gone.rank, gone.state, gone.service_id) == (ticket.number, ticket.rank, "waiting", DISPUTE)
    assert states(ticket.id) == {DISPUTE: "open"}, "waiting for it is not having done it"
    do(operations.open_window, hall.li, 3, at=later(21))
    called = do(operations.call_next, hall.li, at=later(22))
    started = do(operations.start, hall.li, called.id, version=called.version, at=later(23))
    assert names(session, started) == []
    do(operations.finish, hall.li, called.id, version=started.version, at=later(30), reason="left")
    assert states(ticket.id) == {DISPUTE: "done"}


def test_what_the_same_window_takes_is_gone_on_with_at_once(session, hall, do, at_window, states):
    ticket = at_window(errands=[GROUP])
    still = do(operations.go_on, hall.zhang, ticket.id, GROUP, version=ticket.version, at=later(20))
    assert (still.state, still.service_id, still.window_id, still.account_id) == ("serving", GROUP, 1, hall.zhang.id)
    spans = session.execute(
        select(Period.kind, Period.service_id).where(Period.ticket_id == ticket.id).order_by(Period.id)
    )
    assert spans.all()[-2:] == [("serving", VISIT), ("serving", GROUP)]
    spent = queries.durations(queries.periods(session, ticket.id), later(30))
    assert sum(each.total_seconds() for each in spent.values()) == 30 * 60
    do(operations.finish, hall.zhang, ticket.id, version=still.version, at=later(30), reason="left")
    assert states(ticket.id) == {GROUP: "done"}
    assert "接着办 集体来访登记" in queries.visit_entries(session, hall.zhang, ticket.id)[-2].title


def test_a_case_goes_along_to_another_platform_by_relay_only(session, hall, do, at_window, states):
    ticket = bound(do, hall, at_window(errands=[DISPUTE]), session)
    with pytest.raises(operations.Refused, match="请用接力"):
        do(operations.go_on, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(20))
    sent = do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(21))
    assert (sent.service_id, states(ticket.id)) == (DISPUTE, {DISPUTE: "open"})


def test_what_was_served_before_a_relay_is_done(hall, do, at_window, states):
    ticket = at_window(errands=[GROUP, DISPUTE])
    still = do(operations.go_on, hall.zhang, ticket.id, GROUP, version=ticket.version, at=later(20))
    do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=still.version, at=later(25))
    assert states(ticket.id) == {GROUP: "done", DISPUTE: "open"}


def test_a_visit_never_ends_with_a_silent_errand(session, hall, do, at_window, states):
    ticket = at_window(errands=[DISPUTE, COUNSEL])
    with pytest.raises(operations.OpenErrands, match="还要办：矛盾纠纷调解、综合服务"):
        do(operations.finish, hall.zhang, ticket.id, version=ticket.version, at=later(20), reason="left")
    assert session.get(Ticket, ticket.id, populate_existing=True).state == "serving"
    assert states(ticket.id) == {DISPUTE: "open", COUNSEL: "open"}
    do(operations.finish, hall.zhang, ticket.id, version=ticket.version, at=later(20), reason="left", drop=True)
    assert states(ticket.id) == {DISPUTE: "dropped", COUNSEL: "dropped"}
    assert entries(session, f"ticket:{ticket.id}")[-1].data["dropped"] == [DISPUTE, COUNSEL]
    assert "其余不办：矛盾纠纷调解、综合服务" in queries.visit_entries(session, hall.zhang, ticket.id)[-1].detail


def test_who_leaves_leaves_nothing_open(hall, do, take, states):
    ticket = take(hall.guo, errands=[DISPUTE])
    do(operations.leave, hall.guo, ticket.id, version=ticket.version, at=later(5))
    assert states(ticket.id) == {DISPUTE: "dropped"}


def test_an_errand_that_is_gone_is_told(hall, do, at_window):
    ticket = at_window(errands=[DISPUTE])
    with pytest.raises(operations.Refused, match="已不在“还要办”中"):
        do(operations.go_on, hall.zhang, ticket.id, COUNSEL, version=ticket.version, at=later(20))
    do(operations.go_on, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(20))
    with pytest.raises(operations.StaleTicket):
        do(operations.go_on, hall.zhang, ticket.id, DISPUTE, version=ticket.version, at=later(21))


def test_finishing_and_calling_asks_too(hall, do, at_window):
    ticket = at_window(errands=[DISPUTE])
    with pytest.raises(operations.OpenErrands):
        do(operations.finish_and_call_next, hall.zhang, ticket.id, version=ticket.version, at=later(20), reason="left")
