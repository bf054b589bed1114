"""The only writer of a ticket's state: one guarded UPDATE, and the period that it closes and opens."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.models import Window
from portal.queue.models import Errand, Period, Ticket
from portal.queue.operations.refusals import Refused, StaleTicket, StillServing
from portal.trail import operations as trail

WAITING, CALLED, SERVING, HELD = "waiting", "called", "serving", "held"
MISSED, DONE, LEFT = "missed", "done", "left"
AT_WINDOW = (CALLED, SERVING)

# what the clock of a visit runs on in each state; a finished visit has none
PERIOD_OF = {WAITING: "waiting", CALLED: "walking", SERVING: "serving", HELD: "holding", MISSED: "missed"}
LABELS = {
    WAITING: "等候",
    CALLED: "已叫号",
    SERVING: "办理中",
    HELD: "挂起",
    MISSED: "过号",
    DONE: "接待完毕",
    LEFT: "已离开",
}


def move(
    session: Session,
    actor: Actor,
    ticket_id: int,
    *,
    version: int | None,
    source: tuple[str, ...],
    target: str,
    at: datetime,
    mine: bool = False,
    **values: Any,
) -> Ticket:
    """Take a ticket of the actor's centre from one of ``source`` to ``target`` and return it as it now is.

    ``version`` None asks only for the state. ``mine`` asks that the actor is the clerk it is with. ``values`` are further
    columns. Raises StaleTicket where the row is no longer so, StillServing where clerk or window already has a visitor.
    """
    wanted = [Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id, Ticket.state.in_(source)]
    if version is not None:
        wanted.append(Ticket.version == version)
    if mine:
        wanted.append(Ticket.account_id == actor.id)
    ended = {"ended_at": at} if target in (DONE, LEFT) else {}
    statement = (
        update(Ticket)
        .where(*wanted)
        .values(state=target, version=Ticket.version + 1, **ended, **values)
        .returning(Ticket)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    try:
        ticket = session.scalar(statement)
    except IntegrityError as problem:
        # the partial unique indexes: one visitor per clerk and per window
        raise StillServing("您或本窗口已有一位来访人，请先办结、挂起或过号。") from problem
    if ticket is None:
        raise StaleTicket(what_happened(session, actor, ticket_id))
    if source != (target,):
        change_period(session, ticket, at)
    if target in (DONE, LEFT):
        _end_errands(session, ticket)
    return ticket


def change_period(session: Session, ticket: Ticket, at: datetime) -> None:
    """Close the running period of ``ticket`` at ``at`` and open the one its state stands for.

    Two transactions may have read the clock in the other order than they got the row: a period never ends before it began.
    """
    ended = session.scalar(
        update(Period)
        .where(Period.ticket_id == ticket.id, Period.end.is_(None))
        .values(end=case((Period.start > at, Period.start), else_=literal(at, Period.end.type)))
        .returning(Period.end)
        .execution_options(synchronize_session=False)
    )
    if ticket.state in PERIOD_OF:
        session.execute(
            insert(Period).values(
                centre_id=ticket.centre_id,
                ticket_id=ticket.id,
                day=ticket.day,
                kind=PERIOD_OF[ticket.state],
                service_id=ticket.service_id,
                window_id=None if ticket.state == WAITING else ticket.window_id,
                account_id=None if ticket.state == WAITING else ticket.account_id,
                start=ended or at,
            )
        )


def errand_done(session: Session, ticket_id: int, service_id: int) -> None:
    """The visitor was served for ``service_id``: where that was one of the errands, it is done."""
    wanted = (Errand.ticket_id == ticket_id, Errand.service_id == service_id, Errand.state == "open")
    session.execute(update(Errand).where(*wanted).values(state="done").execution_options(synchronize_session=False))


def _end_errands(session: Session, ticket: Ticket) -> None:
    """No visit ends with a silent errand: the one just served is done, what is left over was dropped."""
    served = ticket.service_id if ticket.state == DONE else None
    session.execute(
        update(Errand)
        .where(Errand.ticket_id == ticket.id, Errand.state == "open")
        .values(state=case((Errand.service_id == served, "done"), else_="dropped"))
        .execution_options(synchronize_session=False)
    )


def what_happened(session: Session, actor: Actor, ticket_id: int) -> str:
    """Why an action on this ticket came too late, in one sentence. Raises Refused where the centre has no such ticket."""
    found = session.execute(
        select(Ticket.number, Ticket.state, Ticket.account_id, Window.name)
        .outerjoin(Window, Window.id == Ticket.window_id)
        .where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    ).one_or_none()
    if found is None:
        raise Refused("没有这个号。")
    number, state, account_id, window = found
    if state == WAITING:
        return f"{number} 已回到等候，请从等候队列叫号。"
    if state in AT_WINDOW and account_id != actor.id:
        return f"{number} 已由 {window} {'叫号' if state == CALLED else '办理'}。"
    where = f"({window})" if window and account_id != actor.id else ""
    return f"{number} 现在的状态是“{LABELS[state]}”{where}，页面已更新，请核对后再操作。"


def note(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    kind: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> None:
    """Append ``ticket.<past tense>`` to the ticket's chain."""
    trail.append(
        session,
        f"ticket:{ticket.id}",
        kind,
        centre_id=ticket.centre_id,
        actor_id=actor.id,
        at=at,
        data=data,
        words=words,
    )
