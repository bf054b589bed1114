"""The State Council's yearly notices day by day, versions of rules, and drafts of both: the same for every centre."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UtcDateTime
from portal.statutes.workdays import REST, WORK


class Holiday(Base):
    """A day that differs from the plain week. Plain weekends are not rows. ``notice`` '' = number not recorded."""

    __tablename__ = "holiday"

    date: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(40))
    notice: Mapped[str] = mapped_column(String(80), default="")
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint(f"kind IN ('{REST}', '{WORK}')", name="kind"),)


class StatuteDraft(Base):
    """A change of the calendar or of rules that counts for nothing until it is published.

    ``kind``: calendar or rules. ``state``: draft, scheduled (published, in force from ``effective_on``), published,
    discarded. ``content`` is a list: of days [date, kind, name] for the notice of ``year``, or of rows of deadlines.csv as
    {column: text}. ``base`` names what the last rehearsal compared with, ``result`` is what it found (cases.rehearsal).
    """

    __tablename__ = "statute_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    year: Mapped[int | None]
    notice: Mapped[str] = mapped_column(String(80), default="")
    content: Mapped[list[Any]] = mapped_column(JSON)
    base: Mapped[str] = mapped_column(String(60), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None]
    rehearsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]

    __table_args__ = (Index("ix_statute_draft_state", "state"),)


class RuleVersion(Base):
    """A version of a rule published here, over the rows of deadlines.csv. ``cells``: its row, {column: text}."""

    __tablename__ = "rule_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    cells: Mapped[dict[str, str]] = mapped_column(JSON)
    draft_id: Mapped[int] = mapped_column(ForeignKey("statute_draft.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("key", "valid_from"),)
