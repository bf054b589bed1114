"""交接班 as the successor sees it, and numbers on hold at colleagues of the same services."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.organisation.models import Window, WindowService
from portal.queue.models import Handover, Period, Ticket
from portal.trail.models import Event


@dataclass(frozen=True)
class HandedOver:
    """A handover that waits for 确认接班. ``note`` is opened for its addressee alone."""

    id: int
    who: str
    window: str
    at: datetime
    note: str
    numbers: str


def handed_over(session: Session, actor: Actor) -> list[HandedOver]:
    """What was handed over to the actor and not confirmed yet, the oldest first."""
    rows = session.execute(
        select(Handover.id, Account.name, Window.name, Handover.at, Handover.note, Handover.numbers)
        .join(Account, Account.id == Handover.from_account_id)
        .join(Window, Window.id == Handover.window_id)
        .where(Handover.to_account_id == actor.id, Handover.accepted_at.is_(None))
        .order_by(Handover.id)
    )
    return [HandedOver(*row) for row in rows]


@dataclass(frozen=True)
class HeldElsewhere:
    """A number that a colleague has on hold; ``who`` is the colleague."""

    id: int
    number: str
    reason: str
    version: int
    since: datetime
    who: str


def held_elsewhere(session: Session, actor: Actor, window_id: int, day: date, limit: int = 10) -> list[HeldElsewhere]:
    """Numbers of ``day`` that colleagues hold and whose services the actor's window takes, the longest first."""
    rows = session.execute(
        select(Ticket.id, Ticket.number, Ticket.hold_reason, Ticket.version, Period.start, Account.name)
        .join(Period, (Period.ticket_id == Ticket.id) & Period.end.is_(None))
        .join(WindowService, WindowService.service_id == Ticket.service_id)
        .join(Account, Account.id == Ticket.account_id)
        .where(
            Ticket.centre_id == actor.centre_id,
            Ticket.day == day,
            Ticket.state == "held",
            Ticket.account_id != actor.id,
            WindowService.window_id == window_id,
        )
        .order_by(Period.start, Ticket.id)
        .limit(limit)
    )
    return [HeldElsewhere(*row) for row in rows]


def paused_since(session: Session, actor: Actor) -> datetime | None:
    """When the actor's window was last paused."""
    wanted = select(Event.at).where(Event.chain == f"account:{actor.id}", Event.kind == "window.paused")
    return session.scalar(wanted.order_by(Event.seq.desc()).limit(1))
