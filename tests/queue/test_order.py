"""The order of the queue: what must hold for every hall, and that the database calls in exactly this order."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from portal import clock, database
from portal.organisation.models import Window, WindowService
from portal.queue import operations, order, priorities
from portal.queue.models import Call, Ticket
from portal.queue.order import Chosen, Taste
from portal.queue.standing import standing, takes, waits
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later

CLASSES = [each.code for each in priorities.PRIORITIES if each.offered]
LARGEST_CREDIT = timedelta(minutes=max(each.credit for each in priorities.PRIORITIES))
one_engine = pytest.mark.one_engine


@dataclass(frozen=True)
class One:
    """A number as the order sees it."""

    id: int
    taken_at: datetime
    priority: str = "ordinary"
    service_id: int = VISIT
    quick: bool = False
    appointed: datetime | None = None

    @property
    def rank(self) -> int:
        """As take_ticket stores it."""
        return order.rank(self.priority, self.taken_at, self.appointed)


@st.composite
def halls(draw) -> list[One]:
    """Numbers of a morning in the order they were taken; several may come within one second."""
    seconds = sorted(draw(st.lists(st.integers(0, 4 * 3600), min_size=1, max_size=30)))
    made = []
    for place, second in enumerate(seconds, start=1):
        at = MORNING + timedelta(seconds=second)
        promised = draw(st.none() | st.integers(-30, 30))
        made.append(
            One(
                place,
                at,
                draw(st.sampled_from(CLASSES)),
                draw(st.sampled_from((VISIT, GROUP))),
                draw(st.booleans()),
                None if promised is None else at + timedelta(minutes=promised),
            )
        )
    return made


tastes = st.builds(
    lambda first, second, quick: Taste(((VISIT, first), (GROUP, second)), quick),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)
moments = st.integers(0, 12 * 3600).map(lambda seconds: MORNING + timedelta(seconds=seconds))


@one_engine
class TestEveryHall:
    @given(halls(), tastes, moments, moments)
    def test_waiting_longer_changes_nothing_between_two_who_wait(self, tickets, taste, early, late):
        assert order.order(tickets, early, taste) == order.order(reversed(tickets), late, taste)

    @given(halls(), tastes, moments)
    def test_within_a_class_whoever_came_first_is_first(self, tickets, taste, at):
        called = order.order([replace(each, appointed=None) for each in tickets], at, taste)
        alike: dict = {}
        for ticket in called:
            kind = (ticket.priority, ticket.service_id, ticket.quick)
            assert alike.get(kind, 0) < ticket.id
            alike[kind] = ticket.id

    @given(halls(), tastes, moments, st.data())
    def test_a_later_number_never_moves_an_earlier_one_of_its_class_back(self, tickets, taste, at, data):
        like = data.draw(st.sampled_from(tickets))
        new = replace(like, id=len(tickets) + 1, taken_at=tickets[-1].taken_at, appointed=None)
        before = order.order(tickets, at, taste)
        after = order.order([*tickets, new], at, taste)
        assert [each for each in after if each is not new] == before
        place = after.index(new)
        alike = [t for t in before if (t.priority, t.service_id, t.quick) == (new.priority, new.service_id, new.quick)]
        assert all(before.index(each) < place for each in alike)

    @given(halls(), tastes, moments)
    def test_nobody_starves(self, tickets, taste, at):
        """Whoever comes later than the largest credit and the largest shift can no longer overtake: a bound on every wait."""
        shifts = [taste.shift(each) for each in tickets]
        bound = LARGEST_CREDIT + timedelta(seconds=max(shifts) - min(shifts))
        called = order.order([replace(each, appointed=None) for each in tickets], at, taste)
        for place, ticket in enumerate(called):
            overtaking = [each for each in called[:place] if each.taken_at > ticket.taken_at]
            assert all(each.taken_at - ticket.taken_at <= bound for each in overtaking)

    @given(halls(), moments, st.data())
    def test_a_number_that_comes_back_stands_where_it_stood(self, tickets, at, data):
        gone = data.draw(st.sampled_from(tickets))
        rest = [each for each in tickets if each is not gone]
        assert order.order([*rest, gone], at) == order.order(tickets, at)

    @given(halls(), moments)
    def test_one_after_another_is_the_whole_order(self, tickets, at):
        left, called = list(tickets), []
        while left:
            called.append(order.order(left, at + timedelta(minutes=len(called)))[0])
            left.remove(called[-1])
        assert called == order.order(tickets, at)


@one_engine
class TestRank:
    def test_an_appointment_kept_counts_from_the_time_that_was_promised(self):
        credit = timedelta(minutes=priorities.credit("appointment"))
        assert order.rank("ordinary", later(0), appointed=later(90)) == order.rank("ordinary", later(0))
        assert order.rank("ordinary", later(120), appointed=later(90)) == int((later(90) - credit).timestamp())

    def test_a_class_of_ones_own_is_never_lost_by_an_appointment(self):
        assert order.rank("frail", later(85), appointed=later(90)) == order.rank("frail", later(85))

    def test_an_unknown_class_is_an_error(self):
        with pytest.raises(KeyError):
            order.rank("vip", MORNING)


@one_engine
@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "按取号先后，已等 12 分"),
        ({"kept_for": "4号窗口", "relayed": True}, "指定由4号窗口办理，取号至今 12 分"),
        ({"appointed": later(10)}, "预约 09:10，按约定时间排，签到至今 12 分"),
        ({"relayed": True}, "接力号，保留原等候时间，取号至今 12 分"),
        ({"returned": True, "overtook": True}, "过号或挂起后恢复，保留原取号先后，取号至今 12 分"),
        ({"quick": True, "overtook": True}, "本窗口优先办理快办事项，已等 12 分"),
        ({"preferred": True}, "本窗口优先办理这项服务，已等 12 分"),
        ({"passed": 2}, "按取号先后，已等 12 分；更靠前的 2 个号正由其他窗口叫号"),
    ],
)
def test_the_reason_is_one_sentence(told, why):
    assert order.reason(Chosen(One(1, MORNING), **told), later(12), "09:10") == why


@one_engine
def test_a_class_is_the_reason_only_where_it_made_the_difference():
    frail = One(1, later(2), "frail")
    assert order.reason(Chosen(frail, overtook=True), later(12)) == "按优先类别（老弱病残孕），已等 10 分"
    assert order.reason(Chosen(frail), later(12)) == "按取号先后，已等 10 分"


class TestTheDatabaseCallsInThisOrder:
    @pytest.fixture
    def mixed(self, session, hall, do, take):
        """Twelve numbers of two services and all classes at a window that prefers the second service and short matters."""
        with database.write() as writing:
            writing.execute(update(WindowService).where(WindowService.service_id == VISIT).values(preference=2))
            writing.execute(update(Window).where(Window.id == 1).values(quick=True))
        for number in range(12):
            take(
                hall.guo,
                at=later(number * 4 % 21),
                service_id=(VISIT, GROUP)[number % 2],
                priority=CLASSES[number % len(CLASSES)],
                quick=number % 5 == 0,
            )
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        return order.Taste(((VISIT, 2), (GROUP, 0)), quick=True)

    def test_as_order_says(self, session, hall, do, mixed):
        tickets = session.scalars(select(Ticket)).all()
        expected = [each.number for each in order.order(tickets, later(60), mixed)]
        assert expected != sorted(expected), "the example must not be the plain order"
        called = []
        while ticket := do(operations.call_next, hall.zhang, at=later(60 + len(called))):
            called.append(ticket.number)
            do(operations.miss, hall.zhang, ticket.id, version=ticket.version, at=later(60 + len(called)))
        assert called == expected
        reasons = {why.partition("，")[0] for why in session.scalars(select(Call.why))}
        assert {"本窗口优先办理快办事项", "按取号先后"} < reasons

    def test_a_preferred_service_is_named_as_the_reason(self, session, hall, do, take):
        with database.write() as writing:
            writing.execute(update(WindowService).where(WindowService.service_id == VISIT).values(preference=1))
        take(hall.guo), take(hall.guo, at=later(9), service_id=GROUP), take(hall.guo, at=later(11), service_id=GROUP)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = []
        for minute in (12, 14, 16):
            ticket = do(operations.call_next, hall.zhang, at=later(minute))
            do(operations.miss, hall.zhang, ticket.id, version=ticket.version, at=later(minute + 1))
            called.append(ticket.number)
        assert called == ["A002", "A001", "A003"], "ten minutes is what the second choice waits longer"
        assert session.scalars(select(Call.why).order_by(Call.id)).all() == [
            "本窗口优先办理这项服务，已等 3 分",
            "按取号先后，已等 14 分",
            "按取号先后，已等 5 分",
        ]

    def test_the_index_of_the_order_serves_the_call(self, session, hall, engine, mixed):
        if engine != "sqlite":
            pytest.skip("PostgreSQL chooses by statistics, and a test's table is small")
        wanted = (
            select(Ticket.id)
            .join(WindowService, takes(1))
            .where(*waits(1, MORNING.date(), 1, hall.zhang.id))
            .order_by(standing(True), Ticket.id)
        )
        sql = str(wanted.compile(database.db.engine, compile_kwargs={"literal_binds": True}))
        plan = " / ".join(row[-1] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
        assert "SEARCH ticket USING INDEX ix_ticket_centre_id_day_state_rank_id" in plan, plan
        assert "SCAN" not in plan, plan


class TestKept:
    """A number kept for a window or a person: theirs while they are there, everybody's when they are not."""

    @pytest.fixture
    def kept(self, session, hall, do, take):
        ticket = take(hall.guo)
        take(hall.guo, at=later(1))
        for who, window in ((hall.zhang, 1), (hall.wang, 2)):
            do(operations.open_window, who, window, at=MORNING)

        def keep(**for_whom):
            with database.write() as writing:
                writing.execute(update(Ticket).where(Ticket.id == ticket.id).values(**for_whom))
            return ticket

        return keep

    @pytest.mark.parametrize("for_whom", [{"for_window_id": 2}, {"for_account_id": 2}], ids=["window", "person"])
    def test_others_pass_it_over_and_its_own_window_gets_it_first(self, session, hall, do, kept, for_whom):
        ticket = kept(**for_whom)
        assert do(operations.call_next, hall.zhang, at=later(5)).number == "A002"
        assert do(operations.call_next, hall.wang, at=later(6)).id == ticket.id
        why = session.scalars(select(Call.why).order_by(Call.id.desc())).first()
        assert why == f"指定由{'2号窗口' if 'for_window_id' in for_whom else '本人'}办理，取号至今 6 分"

    @pytest.mark.parametrize("for_whom", [{"for_window_id": 2}, {"for_account_id": 2}], ids=["window", "person"])
    def test_nobody_waits_for_a_window_that_has_closed(self, session, hall, do, kept, for_whom):
        ticket = kept(**for_whom)
        do(operations.close_window, hall.wang, at=later(3))
        assert do(operations.call_next, hall.zhang, at=later(5)).id == ticket.id


def test_other_days_and_other_services_are_not_called(session, hall, do, take):
    take(hall.guo, at=MORNING - timedelta(days=1))
    take(hall.guo, service_id=DISPUTE)
    take(hall.guo, service_id=COUNSEL)
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    assert do(operations.call_next, hall.zhang, at=later(1)) is None
    assert clock.day_of(MORNING) == MORNING.date()
