"""Who is next: one pure rule for every window, and the sentence that explains it. No database, no clock.

A waiting number's claim grows evenly from the moment it counts from: when it was taken, or the time of its appointment. A
priority class adds a fixed credit, so of two numbers that wait the earlier rank stays the earlier one for ever; that is why
the rank is stored and one index serves the order. Return from hold, 过号 or a relay keeps the rank: nobody pays twice for
waiting. A window shifts whole services by what it prefers; as every shift is a fixed number of minutes, nobody waits for ever.
The minutes here are this hall's own rule; no law gives them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from portal.queue import priorities

PREFERENCE_STEP = 10 * 60  # seconds a window's second choice waits longer there than its first
QUICK_CREDIT = 30 * 60  # seconds a short matter gains at a 快办窗口, and nowhere else
MINUTE = timedelta(minutes=1)


class Standing(Protocol):
    """What the order needs to know of a number: a row of the ticket table, or a test's own."""

    id: int
    rank: int
    service_id: int
    quick: bool
    taken_at: datetime
    priority: str


S = TypeVar("S", bound=Standing)


@dataclass(frozen=True)
class Taste:
    """What one window prefers: steps down per service (0 is the first choice, and what is missing), and whether it is a 快办窗口."""

    steps: tuple[tuple[int, int], ...] = ()
    quick: bool = False

    def shift(self, ticket: Standing) -> int:
        """Seconds by which this window puts ``ticket`` back (negative: forward)."""
        step = dict(self.steps).get(ticket.service_id, 0)
        return step * PREFERENCE_STEP - (QUICK_CREDIT if self.quick and ticket.quick else 0)


ANY = Taste()


def rank(priority: str, since: datetime, appointed: datetime | None = None) -> int:
    """The stored place in the queue, smaller is earlier: seconds of ``since`` less the class's credit.

    ``appointed``: the time of an appointment kept; it counts from then, less the credit of 预约, where that is the earlier.
    That credit belongs to the time promised: coming early brings nobody further than coming without an appointment.
    KeyError for an unknown class.
    """
    if appointed is None:
        return priorities.rank(priority, since)
    own = priorities.rank("ordinary" if priority == "appointment" else priority, since)
    return min(own, priorities.rank("appointment", appointed))


def claim(ticket: Standing, at: datetime, taste: Taste = ANY) -> int:
    """How strongly ``ticket`` may ask to be next ``at`` that moment, in seconds of credited waiting."""
    return int(at.timestamp()) - ticket.rank - taste.shift(ticket)


def order(tickets: Iterable[S], at: datetime, taste: Taste = ANY) -> list[S]:
    """``tickets`` in the order in which a window of that ``taste`` calls them; of equal claims the older number first.

    ``at`` changes every claim by the same amount and therefore nothing of the order, as the property tests show.
    """
    return sorted(tickets, key=lambda ticket: (-claim(ticket, at, taste), ticket.id))


@dataclass(frozen=True)
class Chosen:
    """What was true of the number that was called. ``passed`` numbers stood before it and were being called elsewhere."""

    ticket: Standing
    relayed: bool = False
    moved: bool = False
    returned: bool = False
    appointed: datetime | None = None
    kept_for: str = ""
    overtook: bool = False
    preferred: bool = False
    quick: bool = False
    passed: int = 0


def reason(chosen: Chosen, at: datetime, local: str = "") -> str:
    """Why this one was next, in one Chinese sentence; ``local`` is the time of the appointment as the hall's clock shows it."""
    minutes = max(at - chosen.ticket.taken_at, timedelta(0)) // MINUTE
    if chosen.kept_for:
        why = f"指定由{chosen.kept_for}办理，取号至今 {minutes} 分"
    elif chosen.appointed is not None:
        why = f"预约 {local}，按约定时间排，签到至今 {minutes} 分"
    elif chosen.relayed:
        why = f"接力号，保留原等候时间，取号至今 {minutes} 分"
    elif chosen.moved:
        why = f"转窗口或另办，保留原等候时间，取号至今 {minutes} 分"
    elif chosen.returned:
        why = f"过号或挂起后恢复，保留原取号先后，取号至今 {minutes} 分"
    elif chosen.quick:
        why = f"本窗口优先办理快办事项，已等 {minutes} 分"
    elif chosen.overtook and chosen.ticket.priority != "ordinary":
        why = f"按优先类别（{priorities.label(chosen.ticket.priority)}），已等 {minutes} 分"
    elif chosen.preferred:
        why = f"本窗口优先办理这项服务，已等 {minutes} 分"
    else:
        why = f"按取号先后，已等 {minutes} 分"
    return f"{why}；更靠前的 {chosen.passed} 个号正由其他窗口叫号" if chosen.passed else why
