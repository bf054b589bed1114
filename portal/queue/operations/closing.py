"""The end of the day in the queue: what the duty head says became of numbers nobody ended, and windows left open."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.organisation.models import Window
from portal.queue.models import Period, Ticket, WindowSession, at_window
from portal.queue.operations.moves import AT_WINDOW, CALLED, DONE, HELD, LEFT, MISSED, SERVING, WAITING, move, note
from portal.queue.operations.refusals import Refused, StillServing
from portal.trail import operations as trail

OPEN = (WAITING, CALLED, SERVING, HELD, MISSED)
# what became of a number that nobody ended: its label, and the state it ends in
OUTCOMES = {
    "left": ("已离开", LEFT),
    "received": ("已接待（窗口未结束）", DONE),
    "rebooked": ("已改约", LEFT),
}
NEEDS_WORDS = ("received",)
MOST_WORDS = 200


def end_ticket(
    session: Session, actor: Actor, ticket_id: int, *, version: int, outcome: str, words: str = "", at: datetime
) -> Ticket:
    """End somebody's number with what became of it (code of OUTCOMES); ``words`` say more, a must for 已接待.

    Raises StaleTicket, Refused (not allowed, an unknown outcome, no words, 已接待 of somebody who was never at a window).
    """
    if not actor.may(Permission.QUEUE_CLOSE_DAY):
        raise Refused("只有值班负责人可以在收尾时结束号码。")
    if outcome not in OUTCOMES:
        raise Refused("请选择这些号的结果。")
    said = words.strip()[:MOST_WORDS]
    if outcome in NEEDS_WORDS and not said:
        raise Refused("记为已接待的，请写明在哪里、由谁接待。")
    _label, target = OUTCOMES[outcome]
    before = session.execute(
        select(
            Ticket.number,
            Ticket.state,
            Ticket.window_id,
            exists().where(Period.ticket_id == Ticket.id, Period.kind == "serving").label("served"),
        ).where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    ).one_or_none()
    if before is not None and outcome == "received" and not (before.served or before.state in AT_WINDOW):
        raise Refused(f"{before.number} 没有到过窗口，不能记为已接待。")
    ticket = move(session, actor, ticket_id, version=version, source=OPEN, target=target, at=at)
    data = {"number": ticket.number, "outcome": outcome, "was": before.state, "window_id": before.window_id}
    note(session, actor, ticket, "ticket.closed_out", at, data, {"words": said} if said else None)
    topics = [f"window:{before.window_id}"] if before.window_id else []
    trail.bump(session, actor.centre_id, "board", "queue", *topics)
    return ticket


def close_window_for(session: Session, actor: Actor, session_id: int, *, at: datetime) -> str:
    """Close a window whose clerk has gone; its name. Raises StillServing with a visitor there, Refused with numbers on hold."""
    if not actor.may(Permission.QUEUE_CLOSE_DAY):
        raise Refused("只有值班负责人可以在收尾时关窗。")
    found = session.execute(
        select(WindowSession.account_id, WindowSession.window_id, Window.name, Account.name.label("clerk"))
        .join(Window, Window.id == WindowSession.window_id)
        .join(Account, Account.id == WindowSession.account_id)
        .where(WindowSession.id == session_id, WindowSession.centre_id == actor.centre_id)
        .where(WindowSession.closed_at.is_(None))
        .with_for_update(of=WindowSession)
    ).one_or_none()
    if found is None:
        raise Refused("这个窗口已经关闭。")
    theirs = select(Ticket.number).where(Ticket.account_id == found.account_id)
    if number := session.scalar(theirs.where(at_window()).limit(1)):
        raise StillServing(f"{number} 还在 {found.name}，请先在上面写明这个号的结果。")
    if numbers := list(session.scalars(theirs.where(Ticket.state == HELD).order_by(Ticket.id))):
        raise Refused(f"{found.clerk} 还有挂起的号 {'、'.join(numbers)}，请先在上面写明结果。")
    closed = update(WindowSession).where(WindowSession.id == session_id).values(closed_at=at)
    session.execute(closed.execution_options(synchronize_session=False))
    trail.append(
        session,
        f"account:{found.account_id}",
        "window.closed",
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"window_id": found.window_id, "for_account_id": found.account_id, "at_closing": True},
    )
    trail.bump(session, actor.centre_id, "queue", f"window:{found.window_id}")
    return found.name
