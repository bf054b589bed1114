"""来访日报: a day of the hall, closed and signed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UtcDateTime


class DayClose(Base):
    """The end of one day: who closed it, with which note, and the figures as they then stood."""

    __tablename__ = "day_close"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    day: Mapped[date]
    closed_by: Mapped[int]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(500), default="")
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("centre_id", "day"),)
