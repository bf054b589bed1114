"""What a slip code tells its holder: number, who has the matter, what comes next and by when; of a promised visit when and where.
No subject, no names.

A slip can be lost, so the code opens nothing without the last four characters of the holder's identity number or telephone,
where one was given; nothing here says what the matter is about; and nothing is promised that the law or the record does not.
"""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import registry
from portal.cases.models import Case, Clock, Party, Proceeding, Rating
from portal.documents.queries import PAUSED
from portal.keys import ring
from portal.organisation.models import Service, Window
from portal.people.models import Person
from portal.queue import estimate, promises
from portal.queue.models import Appointment, Ticket
from portal.queue.operations.moves import WAITING
from portal.queue.operations.tickets import code_hash
from portal.queue.promises import Promised
from portal.queue.queries import ahead_of
from portal.statutes.queries import law

LONGEST_CODE = 40
TAIL = 4
HOLDERS = ("petitioner", "applicant", "representative", "agent")  # who brings a matter, and so holds its slip
OVER = "这个号只在取号当天有效，已经过期。还要办理的，请重新取号。"
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
    """Who has the matter, in which state, what comes next. ``silence``: why no date can be named
    although a period of it has begun, "" where none stands still.
    """

    who: str
    state: str
    next_step: str
    limits: tuple[Limit, ...]
    silence: str = ""


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
    """The number behind a slip code of the queue. ``ahead``, ``wait`` and ``area`` are told while it waits: how many are called
    before it, how long that may take (in words), where to sit. ``appointment``: the day and time it was booked for."""

    number: str
    day: date
    says: str
    ahead: int | None = None
    wait: str = ""
    area: str = ""
    appointment: str = ""


@dataclass(frozen=True)
class Found:
    """What one code opens: a number of the queue, a matter, or a number with its matter; or a visit that was promised."""

    queued: Queued | None
    matter: Matter | None
    promised: Promised | None = None


def normal(code: str) -> str:
    """A code as typed (full-width, spaced, dashed, small letters) in the form in which it was given out."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def find(session: Session, code: str, tail: str, at: datetime) -> Found | None:
    """What ``code`` opens to whom ``tail`` belongs (both in any spelling); None for an unknown code and a wrong tail alike."""
    plain = normal(code)
    if not plain or len(plain) > LONGEST_CODE:
        return None
    ticket = None
    case = session.scalar(select(Case).where(Case.enquiry_hash == ring.digest("enquiry", plain)))
    if case is None:
        ticket = session.scalar(select(Ticket).where(Ticket.code_hash == code_hash(plain)))
        if ticket is None:
            return _promised(session, plain, tail, at)
        case = session.get(Case, ticket.case_id) if ticket.case_id else None
    whose = _tails(session, case.id if case else None, ticket.person_id if ticket else None)
    if not _fits(whose, normal(tail)):
        return None
    queued = _queued(session, ticket, at) if ticket else None
    return Found(queued, _matter(session, case, clock.day_of(at)) if case else None)


def _promised(session: Session, code: str, tail: str, at: datetime) -> Found | None:
    found = promises.find(session, code, at)
    if found is None or not _fits(_tails(session, found.case_id, found.person_id), normal(tail)):
        return None
    return Found(None, None, found)


def _tails(session: Session, case_id: int | None, person_id: int | None) -> set[str]:
    """The last four of every identity number and telephone on record; none where the visitor stayed unnamed."""
    whose = [Person.id == person_id] if person_id else []
    if case_id:
        holders = select(Party.person_id).where(Party.case_id == case_id, Party.role.in_(HOLDERS))
        whose.append(Person.id.in_(holders))
    if not whose:
        return set()
    known = session.execute(select(Person.id_number, Person.phone).where(or_(*whose))).all()
    # an extension (0359-2222222-801) is nobody's number
    given = [text for number, phone in known for text in (number or "", "".join((phone or "").split("-")[:2]))]
    return {normal(text)[-TAIL:] for text in given if len(normal(text)) >= TAIL}


def _fits(tails: set[str], typed: str) -> bool:
    # each is compared, in constant time: how long an answer takes tells nothing
    same = [hmac.compare_digest(tail, typed[-TAIL:]) for tail in sorted(tails)]
    return any(same) or not tails


def _queued(session: Session, ticket: Ticket, at: datetime) -> Queued:
    booked = session.get(Appointment, ticket.appointment_id) if ticket.appointment_id else None
    appointment = f"{booked.day:%Y-%m-%d} {booked.slot // 60:02d}:{booked.slot % 60:02d}" if booked else ""
    if ticket.day != clock.day_of(at) and ticket.ended_at is None:
        return Queued(ticket.number, ticket.day, OVER, appointment=appointment)
    window = session.get(Window, ticket.window_id) if ticket.window_id else None
    says = TICKET_SAYS[ticket.state].format(place=window.name if window else "原窗口")
    if ticket.state != WAITING:
        return Queued(ticket.number, ticket.day, says, appointment=appointment)
    told = estimate.for_ticket(session, ticket, at)
    return Queued(
        ticket.number,
        ticket.day,
        says,
        ahead=ahead_of(session, ticket.centre_id, ticket),
        wait=estimate.spell(told) if told else "",
        area=session.get(Service, ticket.service_id).area,
        appointment=appointment,
    )


def _matter(session: Session, case: Case, today: date) -> Matter:
    score = session.scalar(select(Rating.score).where(Rating.case_id == case.id)) or ""
    # 检举 and counselling: who has it would already say what it is (条例 第三十条第三款; 精神卫生法 第二十三条)
    withheld = case.sensitivity != "normal"
    desks = () if withheld else _desks(session, case, today)
    return Matter(case.id, case.number, case.received_at, case.closed_at, desks, withheld, score)


def _desks(session: Session, case: Case, today: date) -> tuple[Desk, ...]:
    running = select(Proceeding).where(Proceeding.case_id == case.id).order_by(Proceeding.id)
    limits, paused = _limits(session, case, today)
    return tuple(
        _desk(proceeding, limits.get(proceeding.id, ()), proceeding.id in paused)
        for proceeding in session.scalars(running)
    )


def _desk(proceeding: Proceeding, limits: tuple[Limit, ...], paused: bool) -> Desk:
    platform = registry.platform(proceeding.platform)
    ended = proceeding.closed_at is not None
    if platform.sealed:
        return Desk(platform.sign, "已结束" if ended else "进行中", "", ())
    state = platform.states[proceeding.state]
    who = f"{platform.label}・{platform.procedure(proceeding.level).label}" if proceeding.level else platform.label
    return Desk(who, state.label, "" if ended else state.next_step, limits, PAUSED if paused and not ended else "")


def _limits(session: Session, case: Case, today: date) -> tuple[dict[int, tuple[Limit, ...]], set[int]]:
    """The last days by proceeding, and the proceedings in which a period is paused."""
    wanted = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None), Clock.verified)
    found: dict[int, tuple[Limit, ...]] = {}
    paused: set[int] = set()
    rules = law(session).rules
    for running in session.scalars(wanted.order_by(Clock.effective_due, Clock.id)):
        if running.effective_due is None:
            paused.add(running.proceeding_id)
            continue
        rule = rules.on(running.key, running.started_on)
        over = running.effective_due < today
        limit = Limit(rule.step, running.effective_due, rule.citation, running.provisional, over, rule.binds == "party")
        found[running.proceeding_id] = (*found.get(running.proceeding_id, ()), limit)
    return found, paused
