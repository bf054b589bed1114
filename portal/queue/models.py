"""Tickets, their periods and calls, window sessions, and the paired screens."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

AT_WINDOW = text("state IN ('called', 'serving')")
STILL_OPEN = text("closed_at IS NULL")


class Ticket(Base):
    """One visitor (or group) today. The number never changes, whatever window or platform the visitor goes to.

    States: waiting, called, serving, held, missed (过号), done (接待完毕, which is not 办结), left.
    ``rank`` orders the waiting: seconds of ``taken_at`` less the priority's credit; with linear ageing the order of two
    waiting tickets never changes, so it is stored. ``service_id`` is the queue it stands in now.
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

    __table_args__ = (
        UniqueConstraint("centre_id", "day", "number"),
        Index("ix_ticket_centre_id_service_id_state_rank_id", "centre_id", "service_id", "state", "rank", "id"),
        Index("ix_ticket_centre_id_day_state_rank_id", "centre_id", "day", "state", "rank", "id"),
        Index("ix_ticket_person_id", "person_id"),
        Index("ix_ticket_case_id", "case_id"),
        # a clerk has at most one visitor, and so has a window: a rule of the database, not a habit
        Index(
            "uq_ticket_account_at_window", "account_id", unique=True, sqlite_where=AT_WINDOW, postgresql_where=AT_WINDOW
        ),
        Index(
            "uq_ticket_window_at_window", "window_id", unique=True, sqlite_where=AT_WINDOW, postgresql_where=AT_WINDOW
        ),
    )


class Period(Base):
    """What a ticket was doing from ``start`` to ``end``: waiting, walking, serving, holding. Durations are their sums."""

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

    __table_args__ = (Index("ix_period_ticket_id", "ticket_id"),)


class Call(Base):
    """A number called to a window, with the reason why this one was next. Recalls are calls too."""

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

    __table_args__ = (
        Index("ix_call_centre_id_day_id", "centre_id", "day", "id"),
        Index("ix_call_ticket_id", "ticket_id"),
    )


class WindowSession(Base):
    """A clerk at a window (一人一窗), from opening to closing. ``state``: serving, paused, backoffice."""

    __tablename__ = "window_session"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"))
    account_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="serving")
    reason: Mapped[str] = mapped_column(String(60), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_window_session_open_window",
            "window_id",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
        Index(
            "uq_window_session_open_account",
            "account_id",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
    )


class Screen(Base):
    """A wall screen or facing tablet, paired by a code that an administrator approves. It is never a person's login."""

    __tablename__ = "screen"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10), default="hall")
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    name: Mapped[str] = mapped_column(String(40), default="")
    pairing_code: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
