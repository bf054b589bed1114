"""Estimated waiting: the pure model, what it reads of today, and a simulated morning that it must tell better than a constant."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from statistics import mean

import pytest
from sqlalchemy import event, func, select

from portal import database
from portal.organisation.models import Service
from portal.queue import estimate, operations
from portal.queue.estimate import Estimate, Picture, Serves, Tally, Told, Waits, compute, spell
from portal.queue.models import Period, Ticket
from tests.queue.conftest import DISPUTE, GROUP, MORNING, VISIT, later

MINUTE = 60
TEN = Tally(10, 6000.0, 10 * 600.0**2)  # ten turns of ten minutes, all the same


def window(identity: int, *services: int, since: float | None = None, quick: bool = False, steps=None) -> Serves:
    taken = steps or tuple((service, 0) for service in services)
    at = None if since is None else MORNING - timedelta(minutes=since)
    return Serves(identity, 100 + identity, quick, taken, taken[0][0] if at else None, at)


def picture(windows, waiting=(), turns=None, told=None, platforms=None) -> Picture:
    turns = {1: TEN, 2: TEN} if turns is None else turns
    return Picture(MORNING, tuple(windows), tuple(waiting), turns, platforms or {1: "a", 2: "a", 3: "b"}, told or {})


def queue(count: int, service: int = 1, **more: object) -> list[Waits]:
    return [Waits(n, n, service, **more) for n in range(1, count + 1)]


NEW = Waits(99, 1000, 1)


# ---- words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "暂时无法估计"),
        (Estimate(0, 0), "约 5 分钟内"),
        (Estimate(120, 100), "约 5 分钟内"),
        (Estimate(20 * MINUTE, 5 * MINUTE), "约 15–25 分钟"),
        (Estimate(18 * MINUTE, 4 * MINUTE), "约 10–25 分钟"),
        (Estimate(10 * MINUTE, 0), "约 10 分钟"),
        (Estimate(8 * MINUTE, 8 * MINUTE), "约 20 分钟内"),
        (Estimate(90 * MINUTE, 10 * MINUTE), "约 80–100 分钟"),
    ],
)
def test_an_estimate_is_told_in_steps_of_five_minutes(given, words) -> None:
    assert spell(given) == words


# ---- the model


def test_nothing_is_invented_before_five_turns() -> None:
    four = {1: Tally(4, 2400, 4 * 360_000)}
    assert compute(picture([window(1, 1)], turns=four), NEW) is None
    assert compute(picture([window(1, 1)], turns={}), NEW) is None


def test_a_new_service_borrows_the_turns_of_its_platform_but_of_no_other() -> None:
    assert compute(picture([window(1, 1)], queue(2), turns={2: TEN}), NEW).seconds == 1200
    assert compute(picture([window(1, 1)], queue(2), turns={3: TEN}), NEW) is None


def test_without_a_serving_window_there_is_no_estimate() -> None:
    assert compute(picture([window(1, 2)], queue(2)), NEW) is None


def test_each_number_ahead_costs_a_turn_divided_over_the_windows() -> None:
    assert compute(picture([window(1, 1)], queue(6)), NEW).seconds == 3600
    assert compute(picture([window(1, 1), window(2, 1), window(3, 1)], queue(6)), NEW).seconds == 1200


def test_only_those_who_are_really_earlier_count() -> None:
    first = Waits(99, 0, 1)
    assert compute(picture([window(1, 1)], queue(6)), first).seconds == 0
    assert compute(picture([window(1, 1)], queue(6)), Waits(99, 3, 1)).seconds == 3 * 600


def test_a_shared_window_counts_by_what_waits_for_it() -> None:
    others, shared, own = [Waits(n, n, 2) for n in range(50, 54)], window(1, 1, 2), window(2, 1)
    # alone it has four turns of the other service to give first; a window of our own takes us at once
    assert compute(picture([shared], others), NEW).seconds == 4 * 600
    assert compute(picture([shared, own], others), NEW).seconds == 0
    # a second window for the others halves them
    assert compute(picture([shared, window(3, 2)], others), NEW).seconds == 4 * 600 / 2
    # three of ours and four of theirs: ours take both windows, then the shared one, and the other is ours
    assert compute(picture([shared, own], [*others, *queue(3)]), NEW).seconds == 600


def test_what_a_window_prefers_counts_as_it_would_call() -> None:
    late = [Waits(n, 1000 + n, 2) for n in range(50, 53)]
    second_choice = window(1, steps=((2, 0), (1, 1)))
    assert compute(picture([window(1, 1, 2)], late), NEW).seconds == 0
    assert compute(picture([second_choice], late), NEW).seconds == 3 * 600
    quick = [Waits(50, 1050, 1, quick=True)]
    assert compute(picture([window(1, 1, quick=True)], quick), NEW).seconds == 600
    assert compute(picture([window(1, 1)], quick), NEW).seconds == 0


def test_a_number_kept_for_another_window_is_not_ahead_while_that_one_is_open() -> None:
    kept = queue(2, for_window_id=2)
    assert compute(picture([window(1, 1), window(2, 2)], kept), NEW).seconds == 0
    assert compute(picture([window(1, 1)], kept), NEW).seconds == 2 * 600
    person = queue(2, for_account_id=101)
    assert compute(picture([window(1, 1), window(2, 1)], person), NEW).seconds == 0
    assert (
        compute(picture([window(1, 1), window(2, 1)], person), Waits(99, 1000, 1, for_account_id=101)).seconds == 1200
    )


def test_the_rest_of_who_is_served_shrinks_with_time_where_turns_are_even() -> None:
    assert compute(picture([window(1, 1, since=4)]), NEW).seconds == 6 * MINUTE
    assert compute(picture([window(1, 1, since=40)]), NEW).seconds == 0
    # as wide as their mean: what has gone by says nothing
    wide = {1: Tally(11, 6600.0, 11 * 600.0**2 + 10 * 600.0**2)}
    assert compute(picture([window(1, 1, since=40)], turns=wide), NEW).seconds == 600


def test_the_first_of_several_windows_to_become_free_is_waited_for() -> None:
    assert compute(picture([window(1, 1, since=2), window(2, 1, since=7)]), NEW).seconds == 3 * MINUTE
    assert compute(picture([window(1, 1, since=0), window(2, 1)]), NEW).seconds == 0
    # turns of any length do not end together
    wide = {1: Tally(11, 6600.0, 11 * 600.0**2 + 10 * 600.0**2)}
    assert compute(picture([window(1, 1, since=0), window(2, 1, since=0)], turns=wide), NEW).seconds == 400


def test_the_error_grows_with_the_numbers_ahead_and_with_the_spread() -> None:
    even, uneven = {1: TEN}, {1: Tally(10, 6000.0, 10 * (600.0**2 + 300.0**2))}
    error = [compute(picture([window(1, 1)], queue(n), turns=uneven), NEW).error for n in (1, 4, 16)]
    assert error == sorted(error)
    assert error[0] > 300
    assert compute(picture([window(1, 1)], queue(4), turns=even), NEW).error == 0


def test_once_ten_estimates_have_come_true_their_own_error_is_told() -> None:
    told = {1: Told(10, 10 * 1200.0, 10 * 240.0)}
    assert compute(picture([window(1, 1)], queue(2), told=told), NEW) == Estimate(1200, 301)
    few = {1: Told(9, 9 * 1200.0, 9 * 240.0)}
    assert compute(picture([window(1, 1)], queue(2), told=few), NEW) == Estimate(1200, 0)
    # four times as long, twice as far off
    assert compute(picture([window(1, 1)], queue(8), told=told), NEW) == Estimate(4800, 602)


def test_a_window_knows_how_long_its_own_queue_takes() -> None:
    both = [window(1, 1, since=5), window(2, 1)]
    assert estimate.emptied(picture(both, queue(4)), 1) == Estimate(900, 0)
    assert estimate.emptied(picture(both, queue(4)), 7) is None
    assert estimate.emptied(picture(both, queue(4), turns={}), 1) is None


# ---- what it reads of today


@pytest.fixture
def counted(session):
    """The queries since it was last cleared."""
    seen = []

    def note(*given: object) -> None:
        if given[2].startswith("SELECT"):
            seen.append(given[2])

    event.listen(database.db.engine, "before_cursor_execute", note)
    return seen


def serve(do, take, hall, minutes, *, start: float = 0, clerk=None) -> list[Ticket]:
    """Visitors one after the other at window 1, each called, half a minute of walking, and served so many minutes."""
    clerk = clerk or hall.zhang
    moment, served = start, []
    for length in minutes:
        take(hall.guo, at=later(moment))
        ticket = do(operations.call_next, clerk, at=later(moment))
        ticket = do(operations.start, clerk, ticket.id, version=ticket.version, at=later(moment + 0.5))
        moment += length
        do(
            operations.finish,
            clerk,
            ticket.id,
            version=ticket.version,
            reason="other",
            words="已答复",
            at=later(moment),
        )
        served.append(ticket)
    return served


def test_the_first_number_of_the_day_is_told_nothing_and_the_sixth_something(hall, do, take) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    served = serve(do, take, hall, [10, 8, 12, 10, 10])
    assert [ticket.estimated for ticket in served] == [None] * 5
    first = take(hall.guo, at=later(60))
    second = take(hall.guo, at=later(60))
    assert (first.estimated, second.estimated) == (0, 600)
    assert second.estimate_error > 60


def test_a_number_on_paper_is_told_nothing(hall, do, take) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    serve(do, take, hall, [10] * 5)
    assert take(hall.guo, at=later(60), source="paper").estimated is None


def test_yesterday_and_other_centres_say_nothing_about_today(hall, do, take, session) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    serve(do, take, hall, [10] * 5)
    tomorrow = MORNING + timedelta(days=1)
    assert estimate.by_service(session, 1, tomorrow)[VISIT] is None
    assert estimate.by_service(session, 2, later(60)) == {}


def test_every_service_in_three_queries(hall, do, take, session, counted) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    serve(do, take, hall, [10] * 5)
    for _ in range(4):
        take(hall.guo, at=later(60))
    counted.clear()
    found = estimate.by_service(session, 1, later(60))
    assert len(counted) == 3
    # 集体来访 has no turns of its own and borrows those of the platform; 调解 has no open window
    assert found[VISIT] == Estimate(2400, 0)
    assert found[GROUP].seconds == 2400
    assert found[DISPUTE] is None
    counted.clear()
    assert estimate.for_window(session, 1, 1, later(60)).seconds == 1800
    service, ticket = (
        session.get(Service, VISIT),
        session.scalars(select(Ticket).where(Ticket.state == "waiting")).first(),
    )
    counted.clear()
    assert estimate.for_ticket(session, ticket, later(60)).seconds == 0
    assert (
        estimate.for_new(session, service, Ticket(rank=int(later(60).timestamp()), quick=False), later(60)).seconds
        == 2400
    )
    assert len(counted) == 6


def test_a_paused_window_serves_nobody(hall, do, take, session) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    serve(do, take, hall, [10] * 5)
    do(operations.pause, hall.zhang, reason="用餐", at=later(60))
    assert estimate.by_service(session, 1, later(60))[VISIT] is None


def test_estimates_that_came_true_are_measured_against_the_first_waiting_only(hall, do, take, session) -> None:
    do(operations.open_window, hall.zhang, 1, at=MORNING)
    serve(do, take, hall, [10] * 5)
    ticket = take(hall.guo, at=later(60))
    with database.write() as writing:
        writing.get(Ticket, ticket.id).estimated = 300
    called = do(operations.call_next, hall.zhang, at=later(61))
    missed = do(operations.miss, hall.zhang, called.id, version=called.version, at=later(64))
    again = do(operations.restore, hall.guo, missed.id, version=missed.version, at=later(70))
    do(operations.call_next, hall.zhang, at=later(90))
    assert again.id == ticket.id
    waitings = select(func.count()).select_from(Period).where(Period.ticket_id == ticket.id, Period.kind == "waiting")
    assert session.scalar(waitings) == 2
    # told five minutes, waited one
    assert estimate.look(session, 1, later(91)).told == {VISIT: Told(1, 300.0, 240.0)}


# ---- a morning


@dataclass
class Morning:
    """Three windows, two services, one of them shared; visitors come faster than they are served, some never show up."""

    seed: int
    turns: dict[int, Tally] = field(default_factory=lambda: {1: Tally(), 2: Tally()})
    told: list[tuple[float, Estimate, float]] = field(default_factory=list)

    def run(self) -> list[tuple[float, Estimate, float]]:
        """(minute, told, waited) of every number that was told something."""
        rng = Random(self.seed)
        seats: dict[int, tuple[int, ...]] = {1: (1,), 2: (1, 2), 3: (2,)}
        busy: dict[int, tuple[int, float] | None] = dict.fromkeys(seats)
        waiting: deque[tuple[Waits, float, Estimate | None]] = deque()
        come = sorted(rng.uniform(0, 150 * MINUTE) for _ in range(75))
        happen = [(moment, 1, number) for number, moment in enumerate(come)]
        heapq.heapify(happen)
        while happen:
            now, kind, which = heapq.heappop(happen)
            if kind == 1:
                own = Waits(which, int(now), rng.choice((1, 1, 2)))
                waiting.append((own, now, compute(self._seen(now, seats, busy, waiting), own)))
            else:
                self._ended(busy, which, now)
            for window_id, offered in seats.items():
                if busy[window_id] is None:
                    self._call(rng, now, window_id, offered, busy, waiting, happen)
        return self.told

    def _seen(self, now, seats, busy, waiting) -> Picture:
        at = MORNING + timedelta(seconds=now)
        windows = [
            Serves(w, w, False, tuple((s, 0) for s in offered), busy[w] and busy[w][0],
                   busy[w] and MORNING + timedelta(seconds=busy[w][1]))
            for w, offered in seats.items()
        ]  # fmt: skip
        return Picture(at, tuple(windows), tuple(row[0] for row in waiting), dict(self.turns), {1: "a", 2: "b"}, {})

    def _ended(self, busy, window_id, now) -> None:
        service, began = busy[window_id]
        busy[window_id] = None
        lasted = now - began
        self.turns[service] += Tally(1, lasted, lasted**2)

    def _call(self, rng, now, window_id, offered, busy, waiting, happen) -> None:
        chosen = next((row for row in waiting if row[0].service_id in offered), None)
        if chosen is None:
            return
        waiting.remove(chosen)
        own, came, told = chosen
        if told:
            self.told.append((came, told, now - came))
        usual = 7 * MINUTE if own.service_id == 1 else 5 * MINUTE
        lasts = 3 * MINUTE if rng.random() < 0.1 else rng.lognormvariate(0, 0.5) * usual
        busy[window_id] = (own.service_id, now)
        heapq.heappush(happen, (now + lasts, 0, window_id))


def off(told: list[tuple[float, Estimate, float]]) -> tuple[float, float]:
    """How far off the estimates were on average, and the best constant: the median, known only in the evening."""
    waits = sorted(waited for _, _, waited in told)
    constant = waits[len(waits) // 2]
    ours = mean(abs(estimated.seconds - waited) for _, estimated, waited in told)
    return ours, mean(abs(waited - constant) for waited in waits)


@pytest.mark.parametrize("seed", range(6))
def test_on_a_simulated_morning_it_beats_the_best_constant(seed: int) -> None:
    told = Morning(seed).run()
    assert len(told) > 40
    ours, naive = off(told)
    assert ours < 0.8 * naive, f"{ours:.0f} s off on average, a constant {naive:.0f} s"


def test_over_many_mornings_it_is_half_as_far_off() -> None:
    ours, naive = (mean(each) for each in zip(*(off(Morning(seed).run()) for seed in range(12)), strict=True))
    assert ours < 0.5 * naive


def test_the_stated_error_is_neither_boast_nor_excuse() -> None:
    told = [each for seed in range(12) for each in Morning(seed).run()]
    within = mean(abs(estimated.seconds - waited) <= estimated.error for _, estimated, waited in told)
    assert 0.55 < within < 0.85
