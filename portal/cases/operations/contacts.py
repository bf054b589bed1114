"""What happens at the window with a case: a further visit, the telephone call in front of the visitor, the statement."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import vocabulary
from portal.cases.models import Case, Contact, Statement, Visit
from portal.cases.operations import grants
from portal.cases.operations.given import Refused
from portal.cases.operations.record import add_visit, hold, note


def record_visit(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    words: str,
    at: datetime,
    person_id: int | None = None,
    headcount: int = 1,
    window_id: int | None = None,
    ticket_id: int | None = None,
    kind: str = "again",
) -> Visit:
    """续访: the visit joins the open case; no second clock starts. Raises Refused on a closed case."""
    hold(session, case.id)
    if case.closed_at:
        raise Refused("这件事项已办结，不能记入续访；请登记新事项并关联。")
    visit = add_visit(session, actor, case, kind=kind, at=at, person_id=person_id, headcount=headcount,
                      window_id=window_id, ticket_id=ticket_id, words=words)  # fmt: skip
    data = {"visit_id": visit.id, "kind": kind, "ticket_id": ticket_id, "window_id": window_id, "headcount": headcount}
    note(session, case, "visit.recorded", actor, at, data=data, words={"words": words} if words else None)
    grants.grant(session, case, grants.account_scope(actor.id), why="接待续访", at=at)
    return visit


def record_contact(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    unit_id: int | None,
    unit_name: str,
    answered_by: str,
    said: str,
    promise: str,
    promised_by: str,
    promised_on: date | None,
    at: datetime,
) -> Contact:
    """现场联系: who answered, what was said, what was promised, by whom and by when. It comes back as a reminder."""
    hold(session, case.id)
    contact = Contact(
        centre_id=case.centre_id,
        case_id=case.id,
        unit_id=unit_id,
        unit_name=unit_name,
        answered_by=answered_by,
        at=at,
        account_id=actor.id,
        said=said,
        promise=promise,
        promised_by=promised_by,
        promised_on=promised_on,
    )
    session.add(contact)
    session.flush()
    data = {
        "contact_id": contact.id,
        "unit_id": unit_id,
        "promised_on": promised_on.isoformat() if promised_on else None,
    }
    words = {
        "unit": unit_name,
        "answered_by": answered_by,
        "said": said,
        "promise": promise,
        "promised_by": promised_by,
    }
    note(session, case, "contact.made", actor, at, data=data, words=words)
    return contact


def settle_contact(session: Session, actor: Actor, contact_id: int, *, how: str, remark: str, at: datetime) -> Contact:
    """Answer a promise: kept, broken or moved (code of vocabulary.SETTLED). Raises Refused where it was answered already."""
    contact = session.scalar(select(Contact).where(Contact.id == contact_id).with_for_update())
    if contact is None or contact.settled_at:
        raise Refused("这项承诺已经有了结果。")
    if how not in dict(vocabulary.SETTLED):
        raise Refused("请选择承诺的结果。")
    contact.settled_at, contact.settled_how, contact.settled_note = at, how, remark
    case = session.get(Case, contact.case_id)
    data = {"contact_id": contact.id, "how": how}
    note(session, case, "contact.settled", actor, at, data=data, words={"remark": remark} if remark else None)
    return contact


def take_statement(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    text: str,
    at: datetime,
    scribe: str = "",
    witness: str = "",
    visit_id: int | None = None,
) -> Statement:
    """接谈笔录 as typed (条例 第十九条: 对采用口头形式提出的信访事项如实记录). Printing, reading back, signing follow as facts."""
    hold(session, case.id)
    statement = Statement(
        case_id=case.id, visit_id=visit_id, text=text, scribe=scribe, witness=witness, taken_at=at, taken_by=actor.id
    )
    session.add(statement)
    session.flush()
    note(session, case, "statement.taken", actor, at, data={"statement_id": statement.id}, words={"text": text})
    return statement


def mark_statement(
    session: Session,
    actor: Actor,
    statement_id: int,
    *,
    fact: str,
    at: datetime,
    how: str | None = None,
    refusal: str = "",
) -> Statement:
    """Note that the statement was printed, read back, or signed (``how``: vocabulary.SIGNED), in this order.

    A tick-box is not a reading-back: the hour is kept of each. Raises Refused out of order or twice.
    """
    statement = session.scalar(select(Statement).where(Statement.id == statement_id).with_for_update())
    if statement is None:
        raise Refused("没有这份笔录。")
    if fact == "printed":
        statement.printed_at = statement.printed_at or at
    elif fact == "read_back":
        _mark_read_back(statement, at)
    elif fact == "signed":
        _mark_signed(statement, at, how, refusal)
    else:
        raise Refused("没有这个环节。")
    case = session.get(Case, statement.case_id)
    data = {"statement_id": statement.id, "how": how}
    note(session, case, f"statement.{fact}", actor, at, data=data, words={"refusal": refusal} if refusal else None)
    return statement


def _mark_read_back(statement: Statement, at: datetime) -> None:
    if not statement.printed_at:
        raise Refused("请先打印笔录，再向群众宣读。")
    if statement.read_back_at:
        raise Refused("已记录过宣读时间。")
    statement.read_back_at = at


def _mark_signed(statement: Statement, at: datetime, how: str | None, refusal: str) -> None:
    if not statement.read_back_at:
        raise Refused("请先向群众宣读，再签名或捺印。")
    if statement.signed_at:
        raise Refused("已记录过签名。")
    if how not in dict(vocabulary.SIGNED):
        raise Refused("请选择签名、捺印或拒绝签名。")
    if how == "refused" and not refusal.strip():
        raise Refused("群众拒绝签名的，请写明情况。")
    statement.signed_at, statement.signed_how, statement.refusal = at, how, refusal
