"""How long a number will probably wait, with a stated error; and nothing at all where today tells nothing yet.

The model, in words. A *turn* is what one number costs a window today: its walking and serving, also of those who did not come.
A service's turns count from the fifth; before that its platform's do; before that there is no estimate and nobody invents one.
From there the queue is played forward as the hall would: each window that serves now becomes free, calls what it would call
next by its own order (preferences, 快办, numbers kept for a window or person), and is busy for that service's mean turn, until
the number asked about is called. So only who is really ahead counts, and a shared window counts by what really waits for it.
Who is being served now goes on for the rest of a turn: the more evenly turns last, the more what has gone by shortens it.

``error`` is one standard deviation, so about two of three fall within it: from the spread of today's turns, or, once ten
estimates of today have come true, from how far off those were. Later arrivals who go first and pauses are not foreseen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import ceil, sqrt
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.organisation.models import Service, Window, WindowService
from portal.queue import order, priorities
from portal.queue.durations import lasted
from portal.queue.models import Period, Ticket, WindowSession, at_window

ENOUGH_TURNS = 5
ENOUGH_TRUE = 10
DEVIATION = 1.2533  # a normal error's standard deviation is so many times its mean absolute one
STEP = 5  # minutes are told in steps of five: nothing finer is honest
PAPER = "paper"
UNKNOWN = "暂时无法估计"

Kind = tuple[int, bool, int | None]  # service, quick, and the open window it is kept for


@dataclass(frozen=True)
class Estimate:
    """``seconds`` of waiting, give or take ``error`` seconds."""

    seconds: int
    error: int


def spell(estimate: Estimate | None) -> str:
    """“约 15–25 分钟”, “约 5 分钟内”, or that nothing can be said yet."""
    if estimate is None:
        return UNKNOWN
    lower = max(estimate.seconds - estimate.error, 0) // 60 // STEP * STEP
    upper = max(ceil((estimate.seconds + estimate.error) / 60 / STEP) * STEP, STEP)
    if lower == upper:
        return f"约 {upper} 分钟"
    return f"约 {lower}–{upper} 分钟" if lower else f"约 {upper} 分钟内"


@dataclass(frozen=True)
class Tally:
    """How many, their sum and the sum of their squares, in seconds: enough for mean and spread, and two can be added."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """The average."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """The square of the standard deviation."""
        return max(self.squares - self.total * self.mean, 0.0) / max(self.count - 1, 1)


@dataclass(frozen=True)
class Told:
    """Estimates of today that have come true: how many, what they said together, and how far off they were together."""

    count: int = 0
    said: float = 0.0
    missed: float = 0.0


@dataclass(frozen=True)
class Serves:
    """A window that calls now, whose number there began ``since`` (None: it is free) for ``service_id``."""

    id: int
    account_id: int
    quick: bool
    steps: tuple[tuple[int, int], ...]
    service_id: int | None = None
    since: datetime | None = None

    @property
    def taste(self) -> order.Taste:
        """What it prefers."""
        return order.Taste(self.steps, self.quick)

    @cached_property
    def offered(self) -> frozenset[int]:
        """Its services."""
        return frozenset(service for service, _step in self.steps)


@dataclass(frozen=True)
class Waits:
    """A waiting number, as far as the order asks (order.Standing), and for which window or person it is kept."""

    id: int
    rank: int
    service_id: int
    quick: bool = False
    for_window_id: int | None = None
    for_account_id: int | None = None
    taken_at: datetime | None = None
    priority: str = "ordinary"


@dataclass(frozen=True)
class Picture:
    """The hall at one moment: all that an estimate is computed from."""

    at: datetime
    windows: tuple[Serves, ...]
    waiting: tuple[Waits, ...]
    turns: dict[int, Tally]
    platforms: dict[int, str]
    told: dict[int, Told]

    def turn(self, service_id: int) -> Tally | None:
        """The service's turns of today; its platform's where those are too few; None where those are too few as well."""
        own = self.turns.get(service_id, Tally())
        if own.count >= ENOUGH_TURNS and own.total > 0:
            return own
        platform = self.platforms.get(service_id)
        alike = (tally for service, tally in self.turns.items() if self.platforms.get(service) == platform)
        together = sum(alike, Tally())
        return together if together.count >= ENOUGH_TURNS and together.total > 0 else None

    def kept(self, each: Waits) -> int | None:
        """The open window a number is kept for."""
        if each.for_window_id is None and each.for_account_id is None:
            return None
        kept = (w.id for w in self.windows if w.id == each.for_window_id or w.account_id == each.for_account_id)
        return next(kept, None)


def compute(picture: Picture, own: Waits) -> Estimate | None:
    """The waiting still before ``own``. None where no window serves its service, or today tells no turn of it."""
    return compute_all(picture, (own,))[0]


def compute_all(picture: Picture, owns: Sequence[Waits]) -> list[Estimate | None]:
    """compute() for each of ``owns``, as if it alone came, with the queue played once."""
    asked = [_Asked.of(picture, own) for own in owns]
    open_ = [each for each in asked if each.serving and each.turn]
    for call in _play(picture) if open_ else ():
        for each in open_:
            each.hear(call)
        open_ = [each for each in open_ if each.seconds is None]
        if not open_:
            break
    return [each.answer(picture) for each in asked]


def emptied(picture: Picture, window_id: int) -> Estimate | None:
    """How long until all that a window would call now has been called, as the other windows take their part."""
    window = next((window for window in picture.windows if window.id == window_id), None)
    if window is None or not any(picture.turn(service) for service, _step in window.steps):
        return None
    seconds, variance = 0.0, 0.0
    for call in _play(picture):
        if call.number and call.number.service_id in window.offered and picture.kept(call.number) in (None, window.id):
            seconds = call.at
            variance += call.variance if call.window.id == window.id else 0.0
    return Estimate(round(seconds), round(sqrt(variance)))


@dataclass
class _Asked:
    """A number asked about while the queue is played: what was called before it at the windows that serve it."""

    own: Waits
    turn: Tally | None
    serving: dict[int, tuple[int, int]]  # window -> where the number stands in its order
    variance: float = 0.0
    numbers: int = 0
    seconds: float | None = None

    @classmethod
    def of(cls, picture: Picture, own: Waits) -> "_Asked":
        kept, turn = picture.kept(own), picture.turn(own.service_id)
        windows = [w for w in picture.windows if own.service_id in w.offered and kept in (None, w.id)]
        # whoever is being served is one more turn of unknown end
        busy = sum(window.since is not None for window in windows) * (turn.variance if turn else 0.0)
        return cls(own, turn, {w.id: (own.rank + w.taste.shift(own), own.id) for w in windows}, busy)

    def hear(self, call: "_Call") -> None:
        place = self.serving.get(call.window.id)
        if place is None:
            return
        if call.number is None or place <= call.place:
            self.seconds = call.at
            return
        self.numbers += 1
        self.variance += call.variance

    def answer(self, picture: Picture) -> Estimate | None:
        if self.seconds is None or self.turn is None:
            return None
        if self.seconds <= 0:
            return Estimate(0, 0)
        # a mean that only a few turns have told is itself in doubt
        doubt = self.turn.variance / self.turn.count * self.numbers**2
        error = _error(
            picture.told.get(self.own.service_id), self.seconds, sqrt(self.variance + doubt) / len(self.serving)
        )
        return Estimate(round(self.seconds), round(error))


def _error(told: Told | None, seconds: float, spread: float) -> float:
    if told is None or told.count < ENOUGH_TRUE or not told.said:
        return spread
    # what is a sum of turns is off by the root of its length
    return told.missed / told.count * DEVIATION * sqrt(seconds * told.count / told.said)


class _Call(NamedTuple):
    """A window becomes free ``at`` seconds from now and calls ``number``, which stands at ``place`` there; None: nothing is left."""

    at: float
    window: Serves
    number: Waits | None = None
    place: tuple[int, int] = (0, 0)
    variance: float = 0.0


def _play(picture: Picture) -> Iterator[_Call]:
    """The calls to come, in their order, if nobody else came."""
    kinds: defaultdict[Kind, list[Waits]] = defaultdict(list)
    for each in picture.waiting:
        kinds[each.service_id, each.quick, picture.kept(each)].append(each)
    # numbers of one kind stand alike at every window; the earliest of each is the last of its list
    for numbers in kinds.values():
        numbers.sort(key=lambda each: (-each.rank, -each.id))
    usual = sum(picture.turns.values(), Tally())
    turns = {service: picture.turn(service) or usual for service, _quick, _kept in kinds}
    lasts = {service: (turn.mean, turn.variance) for service, turn in turns.items()}
    windows = {window.id: window for window in picture.windows}
    wanted = {window.id: _wanted(window, kinds) for window in picture.windows}
    free = [(rest, window_id) for window_id, rest in _rests(picture, usual).items()]
    heapify(free)
    while free:
        at, window_id = heappop(free)
        left = ((kinds[kind][-1], kind, shift) for kind, shift in wanted[window_id] if kinds[kind])
        place, kind = min((((each.rank + shift, each.id), kind) for each, kind, shift in left), default=((0, 0), None))
        if kind is None:
            yield _Call(at, windows[window_id])
            continue
        mean, variance = lasts[kind[0]]
        yield _Call(at, windows[window_id], kinds[kind].pop(), place, variance)
        heappush(free, (at + mean, window_id))


def _wanted(window: Serves, kinds: Iterable[Kind]) -> list[tuple[Kind, int]]:
    """The kinds the window may call, each with the seconds by which it puts them back."""
    return [
        ((service, quick, kept), window.taste.shift(Waits(0, 0, service, quick)))
        for service, quick, kept in kinds
        if service in window.offered and kept in (None, window.id)
    ]


def _rests(picture: Picture, usual: Tally) -> dict[int, float]:
    """In how many seconds each window is free."""
    found = {window.id: 0.0 for window in picture.windows}
    busy = sorted(
        (w for w in picture.windows if w.since and w.service_id), key=lambda window: (window.since, window.id)
    )
    for position, window in enumerate(busy, start=1):
        turn = picture.turn(window.service_id) or usual
        gone = max((picture.at - window.since).total_seconds(), 0.0)
        # Turns that all last the same run out. Turns of any length (as wide as their mean) go on as if they had just begun,
        # but the windows become free one after the other, not all at once.
        wide = min(turn.variance / turn.mean**2, 1.0)
        found[window.id] = wide * turn.mean * 2 * position / (len(busy) + 1) + (1 - wide) * max(turn.mean - gone, 0.0)
    return found


def for_new(session: Session, service: Service, ticket: Ticket, at: datetime) -> Estimate | None:
    """The estimate for a ticket about to wait for ``service``; None where no serving time of today is known.

    Three queries inside the write lock. A number entered from paper has waited already and is told nothing.
    """
    if ticket.source == PAPER:
        return None
    picture = look(session, service.centre_id, at)
    return compute(picture, Waits(_last(picture), ticket.rank, service.id, bool(ticket.quick)))


def for_ticket(session: Session, ticket: Ticket, at: datetime) -> Estimate | None:
    """What a waiting ticket still has before it at the moment ``at``."""
    picture = look(session, ticket.centre_id, at)
    own = Waits(ticket.id, ticket.rank, ticket.service_id, ticket.quick, ticket.for_window_id, ticket.for_account_id)
    return compute(picture, own)


def by_service(session: Session, centre_id: int, at: datetime) -> dict[int, Estimate | None]:
    """What an ordinary number taken now would wait, for every enabled service by id. Three queries for all of them."""
    picture = look(session, centre_id, at)
    newest, now = _last(picture), priorities.rank("ordinary", at)
    services = list(picture.platforms)
    found = compute_all(picture, [Waits(newest, now, service) for service in services])
    return dict(zip(services, found, strict=True))


def for_window(session: Session, centre_id: int, window_id: int, at: datetime) -> Estimate | None:
    """How long it takes until all that waits for a window now has been called (等候 5 号・约 18 分)."""
    return emptied(look(session, centre_id, at), window_id)


def look(session: Session, centre_id: int, at: datetime) -> Picture:
    """The picture at the moment ``at``. Three queries that read today's rows by their indexes, however old the tables are."""
    day = clock.day_of(at)
    turns, platforms, told = _paces(session, centre_id, day)
    return Picture(at, _windows(session, centre_id, day), _waiting(session, centre_id, day), turns, platforms, told)


def _last(picture: Picture) -> int:
    return max((each.id for each in picture.waiting), default=0) + 1


def _paces(session: Session, centre_id: int, day: date) -> tuple[dict[int, Tally], dict[int, str], dict[int, Told]]:
    today = (Period.centre_id == centre_id, Period.day == day)
    turn = (
        select(Period.service_id, func.sum(lasted()).label("seconds"))
        .where(*today, Period.kind.in_(("walking", "serving")))
        .group_by(Period.ticket_id, Period.service_id)
        .having(func.count(Period.end) == func.count())
        .subquery()
    )
    turns = (
        select(
            turn.c.service_id,
            func.count().label("count"),
            func.sum(turn.c.seconds).label("total"),
            func.sum(turn.c.seconds * turn.c.seconds).label("squares"),
        )
        .group_by(turn.c.service_id)
        .subquery()
    )
    # the first waiting, from the taking of the number: what was told was told of that
    told = (
        select(
            Period.service_id,
            func.count().label("count"),
            func.sum(Ticket.estimated).label("said"),
            func.sum(func.abs(Ticket.estimated - lasted())).label("missed"),
        )
        .join(Ticket, Ticket.id == Period.ticket_id)
        .where(*today, Period.kind == "waiting", Period.end.is_not(None), Period.start == Ticket.taken_at)
        .where(Ticket.estimated.is_not(None), Ticket.state != "left")
        .group_by(Period.service_id)
        .subquery()
    )
    rows = session.execute(
        select(Service.id, Service.platform, turns.c.count, turns.c.total, turns.c.squares, told.c.count, told.c.said, told.c.missed)
        .outerjoin(turns, turns.c.service_id == Service.id)
        .outerjoin(told, told.c.service_id == Service.id)
        .where(Service.centre_id == centre_id, Service.enabled)
    ).all()  # fmt: skip
    return (
        {row[0]: Tally(row[2], float(row[3]), float(row[4])) for row in rows if row[2]},
        {row[0]: row[1] for row in rows},
        {row[0]: Told(row[5], float(row[6]), float(row[7])) for row in rows if row[5]},
    )


def _windows(session: Session, centre_id: int, day: date) -> tuple[Serves, ...]:
    # centre and day, so that today's numbers are found by their index and not among all there ever were
    served = and_(
        Ticket.window_id == WindowSession.window_id,
        Ticket.centre_id == centre_id,
        Ticket.day == day,
        at_window(),
    )
    rows = session.execute(
        select(
            Window.id,
            WindowSession.account_id,
            Window.quick,
            WindowService.service_id,
            WindowService.preference,
            Ticket.service_id,
            Ticket.called_at,
        )
        .join(Window, Window.id == WindowSession.window_id)
        .join(WindowService, WindowService.window_id == WindowSession.window_id)
        .outerjoin(Ticket, served)
        .where(
            WindowSession.centre_id == centre_id, WindowSession.closed_at.is_(None), WindowSession.state == "serving"
        )
        .order_by(Window.id)
    )
    found: dict[tuple, list[tuple[int, int]]] = {}
    for window, account, quick, service, step, serving, since in rows:
        found.setdefault((window, account, quick, serving, since), []).append((service, step))
    return tuple(
        Serves(window, account, quick, tuple(steps), serving, since)
        for (window, account, quick, serving, since), steps in found.items()
    )


def _waiting(session: Session, centre_id: int, day: date) -> tuple[Waits, ...]:
    rows = session.execute(
        select(
            Ticket.id, Ticket.rank, Ticket.service_id, Ticket.quick, Ticket.for_window_id, Ticket.for_account_id
        ).where(Ticket.centre_id == centre_id, Ticket.day == day, Ticket.state == "waiting")
    )
    return tuple(Waits(*row) for row in rows)
