"""Persons who come. Identity number, telephone and address are encrypted; equality is found by keyed hash."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key


class Person(Base):
    """A citizen, or an organisation that petitions. Nothing here describes, ranks or labels anybody (PIPL 第六、二十四条)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), default="citizen")
    name: Mapped[str] = mapped_column(String(60))
    id_number: Mapped[str | None] = mapped_column(Sealed)
    id_hash: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(Sealed)
    address_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_person_centre_id_id_hash", "centre_id", "id_hash", unique=True),
        Index("ix_person_centre_id_phone_hash", "centre_id", "phone_hash"),
        Index("ix_person_centre_id_name_address_hash", "centre_id", "name", "address_hash"),
    )
