"""What a slip code tells its holder: number, who has the matter, what comes next and by when. No subject, no names.

A slip can be lost, so nothing here says what the matter is about; and nothing is promised that the law or the record does not.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import registry
from portal.cases.models import Case, Clock, Proceeding, Rating
from portal.keys import ring
from portal.organisation.models import Window
from portal.queue.models import Ticket
from portal.queue.operations.tickets import code_hash
from portal.statutes import deadlines

LONGEST_CODE = 40
TICKET_SAYS = {
    "waiting": "正在等候叫号，请留意大厅屏幕。",
    "called": "正在叫号，请到{place}。",
    "serving": "正在{place}接待。",
    "held": "暂时挂起，{place}稍后继续为您办理。",
    "missed": "已过号，请到导引台，可为您恢复排队。",
    "done": "当日接待完毕。接待完毕不等于事项办结，事项进展见下。",
    "left": "当日已离开大厅。",
}


@dataclass(frozen=True)
class Limit:
    """A last day in words: what, until when (inclusive), under which article; ``yours``: the citizen's own right."""

    what: str
    last_day: date
    article: str
    provisional: bool
    over: bool
    yours: bool


@dataclass(frozen=True)
class Desk:
    """Who has the matter, in which state, what comes next."""

    who: str
    state: str
    next_step: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Matter:
    """The case behind a code. ``score`` is the citizen's own rating, "" where none was given."""

    case_id: int
    number: str
    received_at: datetime
    closed_at: datetime | None
    desks: tuple[Desk, ...]
    withheld: bool
    score: str


@dataclass(frozen=True)
class Queued:
    """The number behind a slip code of the queue."""

    number: str
    day: date
    says: str


@dataclass(frozen=True)
class Found:
    """What one code opens: a number of the queue, a matter, or a number with its matter."""

    queued: Queued | None
    matter: Matter | None


def normal(code: str) -> str:
    """A code as typed (full-width, spaced, dashed, small letters) in the form in which it was given out."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def find(session: Session, code: str, today: date) -> Found | None:
    """What ``code`` (in any spelling) opens, or None."""
    plain = normal(code)
    if not plain or len(plain) > LONGEST_CODE:
        return None
    if case := session.scalar(select(Case).where(Case.enquiry_hash == ring.digest("enquiry", plain))):
        return Found(None, _matter(session, case, today))
    ticket = session.scalar(select(Ticket).where(Ticket.code_hash == code_hash(plain)))
    if ticket is None:
        return None
    case = session.get(Case, ticket.case_id) if ticket.case_id else None
    return Found(_queued(session, ticket), _matter(session, case, today) if case else None)


def _queued(session: Session, ticket: Ticket) -> Queued:
    window = session.get(Window, ticket.window_id) if ticket.window_id else None
    says = TICKET_SAYS[ticket.state].format(place=window.name if window else "原窗口")
    return Queued(ticket.number, ticket.day, says)


def _matter(session: Session, case: Case, today: date) -> Matter:
    score = session.scalar(select(Rating.score).where(Rating.case_id == case.id)) or ""
    # 检举 and counselling: who has it would already say what it is (条例 第三十条第三款; 精神卫生法 第二十三条)
    withheld = case.sensitivity != "normal"
    desks = () if withheld else _desks(session, case, today)
    return Matter(case.id, case.number, case.received_at, case.closed_at, desks, withheld, score)


def _desks(session: Session, case: Case, today: date) -> tuple[Desk, ...]:
    running = select(Proceeding).where(Proceeding.case_id == case.id).order_by(Proceeding.id)
    limits = _limits(session, case, today)
    return tuple(_desk(proceeding, limits.get(proceeding.id, ())) for proceeding in session.scalars(running))


def _desk(proceeding: Proceeding, limits: tuple[Limit, ...]) -> Desk:
    platform = registry.platform(proceeding.platform)
    ended = proceeding.closed_at is not None
    if platform.sealed:
        return Desk(platform.sign, "已结束" if ended else "进行中", "", ())
    state = platform.states[proceeding.state]
    return Desk(platform.label, state.label, "" if ended else state.next_step, limits)


def _limits(session: Session, case: Case, today: date) -> dict[int, tuple[Limit, ...]]:
    wanted = select(Clock).where(
        Clock.case_id == case.id, Clock.stopped_at.is_(None), Clock.verified, Clock.effective_due.is_not(None)
    )
    found: dict[int, tuple[Limit, ...]] = {}
    for clock in session.scalars(wanted.order_by(Clock.effective_due, Clock.id)):
        rule = deadlines.rule(clock.key)
        over = clock.effective_due < today
        limit = Limit(rule.step, clock.effective_due, rule.citation, clock.provisional, over, rule.binds == "party")
        found[clock.proceeding_id] = (*found.get(clock.proceeding_id, ()), limit)
    return found
