"""The Holiday table: the State Council's yearly notices, day by day, the same for every centre."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, String
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
