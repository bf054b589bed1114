"""How long a new number will probably wait, with a stated error; and nothing at all where today tells nothing yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.organisation.models import Service
from portal.queue.models import Ticket


@dataclass(frozen=True)
class Estimate:
    """``seconds`` of waiting, give or take ``error`` seconds."""

    seconds: int
    error: int


def for_new(session: Session, service: Service, ticket: Ticket, at: datetime) -> Estimate | None:
    """The estimate for a ticket about to wait for ``service``; None where no serving time of today is known."""
    return None
