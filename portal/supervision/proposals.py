"""Proposals of 督办 as the 督查 people read them, and the answer that goes back to the proposer's inbox."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case, Proposal
from portal.cases.operations import proposals
from portal.statutes.queries import law
from portal.supervision.models import InboxItem
from portal.supervision.operations.telling import inbox_topic
from portal.trail import operations as trail

PAGE = 50


@dataclass(frozen=True)
class Line:
    """A proposal in words. ``limit`` and ``article`` of what had passed on ``overdue_since``; "" and None where nothing had."""

    id: int
    number: str
    subject: str
    ground: str
    unit: str
    advice: str
    proposer: str
    at: datetime
    limit: str
    article: str
    overdue_since: date | None
    state: str
    answer: str


def lines(session: Session, actor: Actor, state: str) -> list[Line]:
    """Proposals in ``state`` of matters the actor may see: the open ones oldest first, answered ones newest first."""
    order = Proposal.id if state == "open" else Proposal.id.desc()
    wanted = _columns(actor).where(Proposal.state == state).order_by(order).limit(PAGE)
    return [_line(session, *row) for row in session.execute(wanted)]


def find(session: Session, actor: Actor, proposal_id: int) -> Line | None:
    """One of them."""
    row = session.execute(_columns(actor).where(Proposal.id == proposal_id)).first()
    return _line(session, *row) if row else None


def answer(session: Session, actor: Actor, proposal_id: int, *, state: str, reason: str, at: datetime) -> None:
    """Answer it and tell the proposer in the inbox. Raises as cases.operations.proposals.answer."""
    held = proposals.answer(session, actor, proposal_id, state=state, reason=reason, at=at)
    session.add(
        InboxItem(
            centre_id=held.centre_id,
            account_id=held.proposed_by,
            kind="proposal",
            once=f"proposal:{held.id}",
            case_id=held.case_id,
            platform=held.platform,
            data={"proposal_id": held.id, "state": state},
            at=at,
        )
    )
    trail.bump(session, held.centre_id, inbox_topic(held.proposed_by))


def _columns(actor: Actor):
    return (
        select(Proposal, Case.number, Case.subject, Account.name)
        .join(Case, Case.id == Proposal.case_id)
        .join(Account, Account.id == Proposal.proposed_by)
        .where(Proposal.centre_id == actor.centre_id, cases.visible(actor))
    )


def _line(session: Session, row: Proposal, number: str, subject: str, proposer: str) -> Line:
    rule = law(session).rules.on(row.key, row.overdue_since) if row.key else None
    step = next(step for step in registry.platform(row.platform).steps if step.proposes)
    grounds = next(dict(field.options) for field in step.fields if field.name == "supervision_ground")
    return Line(
        id=row.id,
        number=number,
        subject=subject,
        ground=grounds.get(row.ground, row.ground),
        unit=row.unit,
        advice=row.advice,
        proposer=proposer,
        at=row.at,
        limit=rule.step if rule else "",
        article=rule.citation if rule else "",
        overdue_since=row.overdue_since,
        state=row.state,
        answer=row.answer,
    )
