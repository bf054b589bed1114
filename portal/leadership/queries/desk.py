"""我的一页: what one leader has to know today, read in a bounded number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.leadership.models import Booking, Leader, Reception, Sheet
from portal.leadership.queries import bookings, coverage, leaders, letters_read, roster, sponsorship, tasks
from portal.leadership.queries.bookings import BookingShown
from portal.leadership.queries.coverage import Covered
from portal.leadership.queries.letters_read import LetterShown
from portal.leadership.queries.tasks import TaskShown
from portal.leadership.vocabulary import ONE_WEEK

AHEAD = ONE_WEEK * 13  # a quarter: whoever receives once in it sees the next time
SHOWN = 4  # lines in one box; what is more is behind a link


@dataclass(frozen=True)
class UnitTasks:
    """What a unit still owes this leader: how many tasks, of these late, and the nearest day."""

    unit: str
    tasks: int
    late: int
    due: date


@dataclass(frozen=True)
class SheetWaiting:
    """A 登记表 that waits for the leader: confirm, or sign."""

    booking_id: int
    number: str
    subject: str
    state: str
    typed_at: datetime | None


@dataclass(frozen=True)
class Desk:
    """The page. ``next`` is today's reception or the next one, ``later`` the one after it; ``matters`` who is booked at ``next``."""

    leader: Leader
    own: bool
    covered: Covered | None
    quarter: str
    next: roster.Row | None
    later: roster.Row | None
    matters: tuple[BookingShown, ...]
    sponsored: tuple[sponsorship.Row, ...]
    sponsored_count: int
    sponsored_late: int
    units: tuple[UnitTasks, ...]
    letters: tuple[LetterShown, ...]
    letters_count: int
    sheets: tuple[SheetWaiting, ...]


def mine(session: Session, actor: Actor, today: date) -> list[Leader]:
    """The leaders whose page ``actor`` may open: the own one, and those for whom the actor types. Two queries."""
    own = leaders.leader_of(session, actor.id) if actor.may(Permission.LEADERSHIP_SIGN) else None
    ids = leaders.attended(session, actor.id) if actor.may(Permission.LEADERSHIP_RECORD) else []
    if not ids:
        return [own] if own else []
    found = leaders.leaders(session, actor.centre_id, on=today)
    served = [one for one in found if one.id in ids and (own is None or one.id != own.id)]
    return [*([own] if own else []), *served]


def desk(session: Session, actor: Actor, leader: Leader, today: date) -> Desk:
    """The page of ``leader`` as ``actor`` may see it. At most 20 queries."""
    quarter = coverage.quarter_of(today)
    published = roster.published_receptions(session, actor.centre_id, today, today + AHEAD)
    coming = [row for row in published if row.leader_id == leader.id and row.left_at is None]
    following = coming[0] if coming else None
    booked = bookings.of_reception(session, actor, following.id) if following else []
    sponsored, count = sponsorship.of_leader(session, actor, leader.id, today, limit=sponsorship.MOST)
    letters, waiting = letters_read.waiting(session, actor, leader.id, SHOWN)
    board = coverage.board(session, actor.centre_id, quarter, today, drafts=False)
    return Desk(
        leader=leader,
        own=leader.account_id == actor.id,
        covered=next((each for each in board if each.leader.id == leader.id), None),
        quarter=coverage.quarter_words(quarter),
        next=following,
        later=coming[1] if len(coming) > 1 else None,
        matters=tuple(each for each in booked if each.state != "cancelled"),
        sponsored=tuple(sponsored),
        sponsored_count=count,
        sponsored_late=sum(row.lamp[1] == "late" for row in sponsored),
        units=owed(tasks.outstanding(session, actor.centre_id, leader.id, actor=actor), today),
        letters=tuple(letters),
        letters_count=waiting,
        sheets=_sheets(session, actor, leader.id),
    )


def owed(running: Iterable[TaskShown], today: date) -> tuple[UnitTasks, ...]:
    """Tasks by the unit that leads, late ones first, then the nearest day."""
    found: dict[str, list[date]] = {}
    for task in running:
        found.setdefault(task.lead, []).append(task.due)
    told = [UnitTasks(unit, len(days), sum(day < today for day in days), min(days)) for unit, days in found.items()]
    return tuple(sorted(told, key=lambda each: (-each.late, each.due, each.unit)))


def _sheets(session: Session, actor: Actor, leader_id: int) -> tuple[SheetWaiting, ...]:
    wanted = (
        select(Booking.id, Case.number, Case.subject, Sheet.state, Sheet.typed_at)
        .join(Sheet, Sheet.booking_id == Booking.id)
        .join(Reception, Reception.id == Booking.reception_id)
        .join(Case, Case.id == Booking.case_id)
        .where(
            Reception.centre_id == actor.centre_id,
            Reception.leader_id == leader_id,
            Sheet.state.in_(("typed", "confirmed")),
            cases.visible(actor),
        )
        .order_by(Sheet.typed_at, Booking.id)
    )
    return tuple(SheetWaiting(*row) for row in session.execute(wanted))
