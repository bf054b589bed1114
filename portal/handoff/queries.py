"""Reading relays: what waits for my platforms' signature, and for whom I still answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import registry
from portal.cases.models import Case
from portal.clock import at_hall, day_of
from portal.handoff.models import Relay
from portal.organisation.models import Window
from portal.queue.models import Period, Ticket

RECENT = 30


@dataclass(frozen=True)
class RelayShown:
    """A relay as both ends see it. ``arrived_at`` is the ticket's first serving period at the next platform."""

    id: int
    number: str
    from_label: str
    from_window: str
    from_name: str
    to_label: str
    purpose: str
    at: datetime
    signed_at: datetime | None
    signed_name: str
    arrived_at: datetime | None
    ticket_state: str
    case_number: str
    incoming: bool


def today(session: Session, actor: Actor, at: datetime) -> list[RelayShown]:
    """Today's relays to my platforms that nobody signed, and those I sent, newest first: I answer until 到窗."""
    signer, sender = aliased(Account), aliased(Account)
    arrival_window = aliased(Window)
    arrived = (
        select(func.min(Period.start))
        .join(arrival_window, arrival_window.id == Period.window_id)
        .where(
            Period.ticket_id == Relay.ticket_id,
            Period.kind == "serving",
            Period.start >= Relay.at,
            arrival_window.platform == Relay.to_platform,
        )
        .scalar_subquery()
    )
    incoming = Relay.to_platform.in_(actor.platforms) & Relay.signed_at.is_(None)
    wanted = (
        select(
            Relay,
            Ticket.number,
            Ticket.state,
            Window.name,
            sender.name,
            signer.name,
            arrived,
            Case.number,
            Relay.from_account_id,
        )
        .join(Ticket, Ticket.id == Relay.ticket_id)
        .join(Window, Window.id == Relay.from_window_id)
        .join(sender, sender.id == Relay.from_account_id)
        .outerjoin(signer, signer.id == Relay.signed_by)
        .outerjoin(Case, Case.id == Relay.case_id)
        .where(Relay.centre_id == actor.centre_id, Relay.at >= at_hall(day_of(at)))
        .where(or_(incoming, Relay.from_account_id == actor.id))
        .order_by(Relay.id.desc())
        .limit(RECENT)
    )
    return [_shown(actor, *row) for row in session.execute(wanted).all()]


def _shown(actor, relay, number, state, window, sender, signer, arrived, case_number, from_account_id) -> RelayShown:
    return RelayShown(
        id=relay.id,
        number=number,
        from_label=registry.platform(relay.from_platform).short,
        from_window=window,
        from_name=sender,
        to_label=registry.platform(relay.to_platform).short,
        purpose=relay.purpose,
        at=relay.at,
        signed_at=relay.signed_at,
        signed_name=signer or "",
        arrived_at=arrived,
        ticket_state=state,
        case_number=case_number or "",
        incoming=relay.to_platform in actor.platforms and from_account_id != actor.id,
    )


def of_ticket(session: Session, ticket_id: int) -> Relay | None:
    """The latest relay of a ticket."""
    return session.scalar(select(Relay).where(Relay.ticket_id == ticket_id).order_by(Relay.id.desc()).limit(1))
