"""The pieces every operation on a case is made of: its event, a visit, its search text, personal numbers taken out."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import search
from portal.cases.models import Case, Demand, Party, SealedValue, Visit
from portal.people.redaction import seal_text
from portal.trail import operations as trail


def note(
    session: Session,
    case: Case,
    kind: str,
    actor: Actor | None,
    at: datetime,
    *,
    data: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> None:
    """Append an event to the case's chain, raise its version, and wake who is looking at it."""
    trail.append(
        session,
        f"case:{case.id}",
        kind,
        centre_id=case.centre_id,
        actor_id=actor.id if actor else None,
        at=at,
        data=data,
        words=words,
    )
    case.version += 1
    trail.bump(session, case.centre_id, f"case:{case.id}")


def add_visit(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    kind: str,
    at: datetime,
    person_id: int | None,
    headcount: int,
    window_id: int | None,
    ticket_id: int | None,
    words: str = "",
) -> Visit:
    """Write down one coming of one person; the caller adds the event."""
    visit = Visit(
        centre_id=case.centre_id,
        case_id=case.id,
        person_id=person_id,
        ticket_id=ticket_id,
        kind=kind,
        at=at,
        account_id=actor.id,
        window_id=window_id,
        headcount=headcount,
        words=words,
    )
    session.add(visit)
    session.flush()
    return visit


def index(session: Session, case: Case) -> None:
    """Put what can be searched into the index: number, subject, facts, demands, names of parties."""
    session.flush()
    demands = session.scalars(select(Demand.text).where(Demand.case_id == case.id))
    names = session.scalars(select(Party.name).where(Party.case_id == case.id))
    search.index(session, case.id, [case.number, case.subject, case.facts, case.respondent_name, *demands, *names])


def seal_free_text(session: Session, case: Case, text: str) -> str:
    """``text`` with its personal numbers replaced by tokens, the values stored beside the case."""
    if not text:
        return text
    clean, found = seal_text(text, 0)
    if not found:
        return clean
    taken = session.scalar(select(func.count()).select_from(SealedValue).where(SealedValue.case_id == case.id))
    clean, found = seal_text(text, taken)
    for item in found:
        session.add(SealedValue(case_id=case.id, token=item.token, kind=item.kind, value=item.value))
    if found:
        session.flush()
    return clean
