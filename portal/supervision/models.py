"""What the scheduler tells people about legal dates: warning points, marks on clocks, the inbox, and what ran on which day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UtcDateTime
from portal.trail.models import Key

UNREAD = text("read_at IS NULL")


class WarningPoints(Base):
    """How many calendar days before a last day the centre wants to be warned, the earliest first.

    ``key`` "" holds for every limit, a key of deadlines.csv for that one alone. No row: the centre has set nothing and nobody
    is warned; no law names such a number, so there is no default.
    """

    __tablename__ = "warning_points"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True, default="")
    days: Mapped[list[int]] = mapped_column(JSON)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None]


class ClockMark(Base):
    """Something that was said about a clock, once: ``kind`` is warning, overdue or moved.

    ``once`` names it: "warning:2026-12-08:3", "overdue:2026-12-08", "moved:<event id>". The key is what keeps a warning from being
    given twice, by whichever scheduler and after whatever restart. ``event_id`` is the event of a date that moved.
    """

    __tablename__ = "clock_mark"

    clock_id: Mapped[int] = mapped_column(Key, ForeignKey("clock.id"), primary_key=True)
    once: Mapped[str] = mapped_column(String(40), primary_key=True)
    centre_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    due: Mapped[date | None]
    days: Mapped[int | None]
    event_id: Mapped[int | None] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_clock_mark_centre_id_kind_due", "centre_id", "kind", "due"),
        Index("ix_clock_mark_event_id", "event_id"),
    )


class InboxItem(Base):
    """One line in one person's inbox: ``kind`` is warning, overdue, moved or digest.

    ``unit_id`` where the person is told as a member of that organ. ``once`` keeps the same thing from being told to the same
    person twice. ``data`` holds dates, keys and counts, never a word of the matter: what may be shown is asked when it is read.
    """

    __tablename__ = "inbox_item"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10))
    once: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int | None] = mapped_column(Key, ForeignKey("case_record.id"))
    platform: Mapped[str] = mapped_column(String(30), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account_id", "once"),
        Index("ix_inbox_item_account_id_id", "account_id", "id"),
        Index("ix_inbox_item_unread", "account_id", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )


class DailyRun(Base):
    """Work of one day that was done to its end, so that it is not begun again on that day."""

    __tablename__ = "daily_run"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
