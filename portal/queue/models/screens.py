"""Devices on the walls, what they show, and what they say."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UtcDateTime
from portal.trail.models import Key


class Layout(Base):
    """What a wall shows, as an administrator composed it: ``blocks`` in order (see screens.BLOCKS), comma between.

    ``kind``: hall, zone, window, schedule. ``speaks``: its screens announce calls, one at a time. ``ticker``: notices run below.
    """

    __tablename__ = "screen_layout"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    blocks: Mapped[str] = mapped_column(String(120))
    speaks: Mapped[bool] = mapped_column(default=False)
    ticker: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("centre_id", "name"),)


class Screen(Base):
    """A wall screen, kiosk or facing tablet, paired by a code that an administrator approves. It is never a person's login.

    ``kind``: hall, zone, window, schedule, facing, kiosk. ``area`` is a zone screen's waiting area. ``sound`` is what a
    speaking screen last said of itself: "" unknown, heard, blocked (its browser forbids sound).
    """

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
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("screen_layout.id"))
    area: Mapped[str] = mapped_column(String(30), default="", server_default="")
    sound: Mapped[str] = mapped_column(String(10), default="", server_default="")


class Announcement(Base):
    """A call to be spoken in one place: ``channel`` is "" for the hall or a waiting area. Spoken once, one at a time, by one screen.

    ``clips`` are names of the manifest, blank between. ``outcome``: "" (waits or is being spoken until ``claimed_until``),
    spoken, silent (quiet hours, or the browser forbids sound), expired (nobody spoke it while it was still news).
    """

    __tablename__ = "announcement"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    channel: Mapped[str] = mapped_column(String(30), default="")
    call_id: Mapped[int] = mapped_column(Key, ForeignKey("call.id"))
    clips: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("screen.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        UniqueConstraint("channel", "call_id"),
        Index("ix_announcement_centre_id_channel_outcome_id", "centre_id", "channel", "outcome", "id"),
    )


class Notice(Base):
    """A line that runs on the screens from ``starts_at`` until ``ends_at`` (None: until withdrawn)."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    text: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notice_centre_id_withdrawn_at", "centre_id", "withdrawn_at"),)
