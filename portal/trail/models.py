"""The append-only trail: events chained per subject, their erasable payloads, seals, the access log, topic revisions, leases."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime

Key = BigInteger().with_variant(Integer, "sqlite")


class TrailHead(Base):
    """Where one chain (one case, one ticket, one account) stands. Locked while an event is appended."""

    __tablename__ = "trail_head"

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    centre_id: Mapped[int]
    seq: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_trail_head_centre_id_moved_at", "centre_id", "moved_at"),)


class Event(Base):
    """One thing that happened. ``data`` holds references and codes, never personal text; that is in the payload."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    chain: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    payload_digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("chain", "seq"), Index("ix_event_centre_id_kind_at", "centre_id", "kind", "at"))


class EventPayload(Base):
    """The words of an event (what was said, promised, refused), encrypted, erasable; the event keeps a salted digest."""

    __tablename__ = "event_payload"

    event_id: Mapped[int] = mapped_column(Key, ForeignKey("event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Sealed)


class Seal(Base):
    """A centre's chain heads at one moment, chained to the seal before; also written to a file outside the database."""

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    covers_until: Mapped[datetime] = mapped_column(UtcDateTime)
    heads: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_seal_centre_id_id", "centre_id", "id"),)


class Access(Base):
    """A reading of sensitive data, or a refusal of one; committed before anything is disclosed."""

    __tablename__ = "access"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(Sealed)
    refused: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (Index("ix_access_centre_id_id", "centre_id", "id"), Index("ix_access_subject", "subject"))


class Revision(Base):
    """How often a topic (a board, a case) has changed; bumped in the transaction that changes it."""

    __tablename__ = "revision"

    centre_id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int]


class Lease(Base):
    """Who does a piece of periodic work now: one holder until ``until``, so that two schedulers do the work once."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
