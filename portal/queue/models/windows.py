"""Who sits where: window sessions, shift handovers, the emergency key."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

STILL_OPEN = text("closed_at IS NULL")


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


class Handover(Base):
    """交接班: a clerk leaves a window to a colleague, with a note and the numbers still on hold."""

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"))
    from_account_id: Mapped[int]
    to_account_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Sealed)
    numbers: Mapped[str] = mapped_column(String(200), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_handover_to_account_id_accepted_at", "to_account_id", "accepted_at"),)


class Emergency(Base):
    """F9 at a window: silent for everybody in front of it. Who is coming, when it was over, and the note of what happened."""

    __tablename__ = "emergency"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    place: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Sealed)

    __table_args__ = (Index("ix_emergency_centre_id_closed_at", "centre_id", "closed_at"),)
