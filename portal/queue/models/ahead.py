"""What is arranged before the visit: appointments, and numbers printed for a day without the system."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key


class Appointment(Base):
    """A time promised to somebody for a service. ``slot`` is the minute of ``day`` it begins at.

    States: booked, arrived (it has a ticket), cancelled, missed (爽约). ``code`` is what the visitor checks in with.
    """

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    day: Mapped[date]
    slot: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="booked")
    source: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(Key, ForeignKey("case_record.id"))
    headcount: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Sealed)
    code: Mapped[str] = mapped_column(Sealed)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    booked_by: Mapped[int]
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("ix_appointment_centre_id_day_service_id_slot", "centre_id", "day", "service_id", "slot"),
        Index("ix_appointment_person_id", "person_id"),
    )


class PaperRange(Base):
    """Numbers printed in advance for the day the system is down: ``prefix`` ``first`` to ``last``, never given electronically."""

    __tablename__ = "paper_range"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    prefix: Mapped[str] = mapped_column(String(4))
    first: Mapped[int]
    last: Mapped[int]
    made_by: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_paper_range_centre_id_prefix", "centre_id", "prefix"),)
