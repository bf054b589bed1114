"""What happens to one number: the ticket, its periods, its errands, its calls."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, false, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

AT_WINDOW = text("state IN ('called', 'serving')")


class Ticket(Base):
    """One visitor (or group) today. The number never changes, whatever window or platform the visitor goes to.

    States: waiting, called, serving, held, missed (过号), done (接待完毕, which is not 办结), left.
    ``rank`` orders the waiting: seconds of ``taken_at`` less the priority's credit; with linear ageing the order of two
    waiting tickets never changes, so it is stored. ``service_id`` is the queue it stands in now; ``for_window_id`` or
    ``for_account_id`` keep it for one window or person as long as that one is open. ``quick``: a short matter (快办).
    ``first_service_id`` is the one the number was taken for.
    ``source``: desk, kiosk, window, paper. ``once`` is the form it came from, so that a form sent twice takes one number.
    ``estimated`` and ``estimate_error`` are the seconds of waiting told to the visitor at the start, and how far off that may be.
    """

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    day: Mapped[date]
    number: Mapped[str] = mapped_column(String(8))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    state: Mapped[str] = mapped_column(String(10))
    priority: Mapped[str] = mapped_column(String(20), default="ordinary")
    rank: Mapped[int]
    headcount: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(Key, ForeignKey("case_record.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[int | None]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    account_id: Mapped[int | None]
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calls: Mapped[int] = mapped_column(default=0)
    hold_reason: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(Sealed)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    first_service_id: Mapped[int]
    quick: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[str] = mapped_column(String(10), default="desk", server_default="desk")
    once: Mapped[str | None] = mapped_column(String(40))
    appointment_id: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    for_window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    for_account_id: Mapped[int | None]
    estimated: Mapped[int | None]
    estimate_error: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("centre_id", "day", "number"),
        Index("ix_ticket_centre_id_service_id_state_rank_id", "centre_id", "service_id", "state", "rank", "id"),
        Index("ix_ticket_centre_id_day_state_rank_id", "centre_id", "day", "state", "rank", "id"),
        Index("ix_ticket_person_id", "person_id"),
        Index("ix_ticket_case_id", "case_id"),
        Index("uq_ticket_once", "once", unique=True),
        Index("uq_ticket_appointment_id", "appointment_id", unique=True),
        # a clerk has at most one visitor, and so has a window: a rule of the database, not a habit
        Index(
            "uq_ticket_account_at_window", "account_id", unique=True, sqlite_where=AT_WINDOW, postgresql_where=AT_WINDOW
        ),
        Index(
            "uq_ticket_window_at_window", "window_id", unique=True, sqlite_where=AT_WINDOW, postgresql_where=AT_WINDOW
        ),
    )


class Period(Base):
    """What a ticket was doing from ``start`` to ``end``: waiting, walking, serving, holding, missed. Durations are their sums.

    ``day`` is the ticket's, so that a day's periods are found without it.
    """

    __tablename__ = "period"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(Key, ForeignKey("ticket.id"))
    kind: Mapped[str] = mapped_column(String(10))
    service_id: Mapped[int]
    window_id: Mapped[int | None]
    account_id: Mapped[int | None]
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    day: Mapped[date]

    __table_args__ = (
        Index("ix_period_ticket_id", "ticket_id"),
        Index("ix_period_centre_id_day_kind", "centre_id", "day", "kind"),
    )


class Errand(Base):
    """A further service on the same visit, to be gone to with the same number. ``state``: open, done, dropped."""

    __tablename__ = "errand"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(Key, ForeignKey("ticket.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_errand_ticket_id", "ticket_id"),)


class Call(Base):
    """A number called to a window, with the reason why this one was next. Recalls are calls too. ``area``: where it waited."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    day: Mapped[date]
    ticket_id: Mapped[int] = mapped_column(Key, ForeignKey("ticket.id"))
    number: Mapped[str] = mapped_column(String(8))
    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"))
    account_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    again: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(Text, default="")
    area: Mapped[str] = mapped_column(String(30), default="", server_default="")

    __table_args__ = (
        Index("ix_call_centre_id_day_id", "centre_id", "day", "id"),
        Index("ix_call_ticket_id", "ticket_id"),
    )


def at_window(ticket: type[Ticket] = Ticket) -> ColumnElement[bool]:
    """Called or being served, in the very words of the partial indexes: SQLite uses them for no bound value."""
    return ticket.state.in_([literal_column("'called'"), literal_column("'serving'")])
