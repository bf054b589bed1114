"""Who is to be received by a leader, and what the leader reads beforehand."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

STANDS = text("state != 'cancelled'")


class Booking(Base):
    """One matter (批次) at one reception. States: booked, arrived, receiving, received, absent, cancelled.

    ``source``: chosen (the office chose it in advance), applied (the citizen asked), walk_in (on the day), paper (back-entry).
    ``why`` it was chosen: backlog, sponsored, group, overdue, other. ``slot`` is the minute of the day, None for walk-ins without
    one. ``headcount`` are all who come, ``representatives`` who speak (信访工作条例 第二十条第三款: at most 5). ``ticket_id`` is the
    ordinary number with which the visitor waits. ``waiver``: why a conflict of interest of the leader was waived, and by whom.
    ``told_what`` is the day, time, place and leader as the visitor was told: where they are others now, the visitor is to be told anew.
    """

    __tablename__ = "leader_booking"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    reception_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_reception.id"))
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="booked")
    source: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(12), default="other")
    slot: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    headcount: Mapped[int] = mapped_column(default=1)
    representatives: Mapped[int] = mapped_column(default=1)
    ticket_id: Mapped[int | None] = mapped_column(Key, ForeignKey("ticket.id"))
    code: Mapped[str] = mapped_column(Sealed)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    waiver: Mapped[str] = mapped_column(Sealed, default="")
    booked_by: Mapped[int | None]
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_what: Mapped[str] = mapped_column(String(240), default="", server_default="")
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        # one matter is put before one leader once
        Index(
            "uq_leader_booking_reception_id_case_id",
            "reception_id",
            "case_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        Index("ix_leader_booking_reception_id_position", "reception_id", "position"),
        Index("ix_leader_booking_case_id", "case_id"),
        Index("ix_leader_booking_ticket_id", "ticket_id"),
    )


class Brief(Base):
    """One page about a matter for the leader: generated from the record, then edited; each version is kept.

    ``content`` is sealed JSON: section → text. ``number`` 1 is as generated.
    """

    __tablename__ = "leader_brief"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    booking_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_booking.id"))
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]

    __table_args__ = (UniqueConstraint("booking_id", "number"),)
