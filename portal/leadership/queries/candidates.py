"""Which matters could be put before a leader next, by rule, each with the reason: always about the matter, never about a person."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.clock import day_of
from portal.leadership.models import Booking, Leader, Reception, Sponsorship, SponsorTerm
from portal.leadership.operations import recusal
from portal.leadership.operations.recusal import Conflict
from portal.leadership.queries.bookings import ReceptionShown
from portal.organisation.models import Centre

EACH = 8  # of each rule: a list nobody reads to its end chooses nothing
WAITS = ("booked", "arrived")
RULES = {"sponsored": "本领导包案", "overdue": "超期", "group": "集体", "backlog": "积案（未办结时间最长）"}


@dataclass(frozen=True)
class Candidate:
    """A matter with the reason why it is offered, and what would stand in the way (waivable conflicts only)."""

    case_id: int
    number: str
    subject: str
    reason: str
    conflicts: tuple[Conflict, ...]


def candidates(session: Session, actor: Actor, of: ReceptionShown, today: date) -> dict[str, list[Candidate]]:
    """Rule → at most EACH matters open to ``actor``, in the order of RULES; each matter once, under the first rule it meets.

    What waits for a reception already (or to be moved from one that was called off), is closed, a 检举控告 or counselling is not
    offered; nor what the leader may never receive (回避). Eight queries.
    """
    leader = session.get_one(Leader, of.leader_id)
    centre = session.get_one(Centre, actor.centre_id)
    seen: set[int] = set()
    found: dict[str, list[tuple[Case, str]]] = {}
    for rule, wanted in _rules(actor, leader, centre.group_threshold, today).items():
        rows = [(row[0], row[1:]) for row in session.execute(wanted.limit(EACH)) if row[0].id not in seen]
        seen |= {case.id for case, _ in rows}
        found[rule] = [(case, _reason(rule, case, more, today)) for case, more in rows]
    stands = recusal.conflicts_of(session, leader, [case for rows in found.values() for case, _ in rows])
    return {
        rule: [
            Candidate(case.id, case.number, case.subject, reason, tuple(stands[case.id]))
            for case, reason in rows
            if not recusal.blocking(stands[case.id])
        ]
        for rule, rows in found.items()
    }


def _rules(actor: Actor, leader: Leader, threshold: int, today: date) -> dict[str, Select]:
    open_cases = select(Case).where(*_offered(actor, today))
    runs = SponsorTerm.until.is_(None) & (SponsorTerm.leader_id == leader.id)
    sponsored = (
        select(Case, SponsorTerm.since)
        .join(Sponsorship, (Sponsorship.case_id == Case.id) & Sponsorship.closed_at.is_(None))
        .join(SponsorTerm, (SponsorTerm.sponsorship_id == Sponsorship.id) & runs)
        .where(*_offered(actor, today))
    )
    return {
        "sponsored": sponsored.order_by(SponsorTerm.since, Case.id),
        "overdue": open_cases.where(Case.next_due < today).order_by(Case.next_due, Case.id),
        "group": open_cases.where(Case.headcount >= threshold).order_by(Case.headcount.desc(), Case.id),
        "backlog": open_cases.order_by(Case.received_at, Case.id),
    }


def _offered(actor: Actor, today: date) -> tuple[ColumnElement[bool], ...]:
    waiting = exists().where(
        Booking.case_id == Case.id,
        Booking.state.in_(WAITS),
        Reception.id == Booking.reception_id,
        Reception.day >= today,
    )
    return (
        Case.centre_id == actor.centre_id,
        Case.state == "open",
        Case.sensitivity == "normal",
        cases.visible(actor),
        ~waiting,
    )


def _reason(rule: str, case: Case, more: tuple, today: date) -> str:
    received = day_of(case.received_at)
    if rule == "sponsored":
        return f"{more[0].isoformat()} 起由本领导包案"
    if rule == "overdue":
        return f"期限 {case.next_due.isoformat()}，已超 {(today - case.next_due).days} 日"
    if rule == "group":
        return f"集体，{case.headcount} 人"
    return f"{received.isoformat()} 收到，未办结 {(today - received).days} 天"
