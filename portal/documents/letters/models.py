"""A letter and its life, the attempts to serve it, and how each organ's numbers are spelt."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key


class Letter(Base):
    """One letter. ``facts`` are what the form asked (JSON), ``content`` the whole text kept at 用印 (JSON), with its hash.

    ``state``: see letters.life. ``platform``: whose procedure it belongs to; a sealed platform's letters are its own.
    ``authors`` are accounts that wrote in it: none of them checks or signs it. ``replaces_id``: the letter it corrects;
    ``replaced_by_id`` is set on the old one when the new one is sealed. ``number_*``: per issuing organ and year.
    """

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    platform: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    issuer_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    facts: Mapped[str] = mapped_column(Sealed)
    authors: Mapped[list[int]] = mapped_column(JSON, default=list)
    drafted_by: Mapped[int]
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None]
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None]
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    number_word: Mapped[str] = mapped_column(String(20), default="")
    number_year: Mapped[int | None]
    number_serial: Mapped[int | None]
    sealed_by: Mapped[int | None]
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[str | None] = mapped_column(Sealed)
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    served_on: Mapped[date | None]
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Sealed, default="")
    replaces_id: Mapped[int | None] = mapped_column(Key, ForeignKey("letter.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("letter.id"))

    __table_args__ = (
        UniqueConstraint("issuer_unit_id", "number_year", "number_serial"),
        Index("ix_letter_case_id", "case_id"),
        Index("ix_letter_centre_id_state", "centre_id", "state", "id"),
        Index("ix_letter_replaces_id", "replaces_id"),
    )

    @property
    def number(self) -> str:
        """字号, "运信访〔2026〕12号"; "" before 编号."""
        return f"{self.number_word}〔{self.number_year}〕{self.number_serial}号" if self.number_serial else ""


class LetterService(Base):
    """One attempt to serve a letter. ``proof`` says what proves receipt; "" where there is none and no right starts."""

    __tablename__ = "letter_service"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    letter_id: Mapped[int] = mapped_column(Key, ForeignKey("letter.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int]
    method: Mapped[str] = mapped_column(String(12))
    on: Mapped[date]
    proof: Mapped[str] = mapped_column(String(12), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recipient: Mapped[str] = mapped_column(Sealed, default="")
    witness: Mapped[str] = mapped_column(Sealed, default="")
    place: Mapped[str] = mapped_column(Sealed, default="")

    __table_args__ = (Index("ix_letter_service_letter_id", "letter_id"),)


class LetterWord(Base):
    """机关代字 of an organ, "运信访". Set by the centre; without one the organ's letters get no number."""

    __tablename__ = "letter_word"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(20), unique=True)


class LetterSeries(Base):
    """The last number an organ gave in a year. The row is locked until the letter's transaction ends: no gaps, no repeats."""

    __tablename__ = "letter_series"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
