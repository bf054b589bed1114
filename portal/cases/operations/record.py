"""The pieces every operation on a case is made of: its event, a visit, its search text, personal numbers taken out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.access.actor import Actor
from portal.cases import search
from portal.cases.models import Case, Demand, Party, SealedValue, Visit
from portal.people.redaction import seal_text
from portal.trail import operations as trail


def hold(session: Session, case_id: int | ScalarSelect[int] | ColumnElement[int]) -> Case | None:
    """The case, read anew and held until the end of the write; None where there is none.

    Everybody takes in this order: the case, what belongs to it (proceedings, periods, papers), its chain. An operation that
    locks or adds anything of a case before ``note`` holds the case first, or two of them may wait for each other for ever.
    """
    # rows that refer to the case may still be added by others: its key is not what changes
    wanted = select(Case).where(Case.id == case_id).with_for_update(key_share=True)
    return session.scalar(wanted.execution_options(populate_existing=True))


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
    """Raise the case's version, append an event to its chain, and wake who is looking at it."""
    session.flush()
    # in the database and before the chain: the row is held from here on, and no raising of the version is lost
    raised = update(Case).where(Case.id == case.id).values(version=Case.version + 1).returning(Case.version)
    version = session.execute(raised, execution_options={"synchronize_session": False}).scalar_one()
    set_committed_value(case, "version", version)
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
