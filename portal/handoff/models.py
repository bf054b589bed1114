"""Relay in the hall (接力): the visitor is still here and goes on with number and case. 联合接访: several units come to the visitor."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key


class Relay(Base):
    """签收 (``signed_at``: the next platform takes it) is a fact of its own here; 到窗 (the visitor is there) is the ticket's
    first serving period at a window of ``to_platform`` and is read from the queue, never stored a second time.

    ``disclosed`` lists which kinds of personal data went along, ``purpose`` why (PIPL 第二十三条).
    """

    __tablename__ = "relay"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(Key, ForeignKey("ticket.id"))
    case_id: Mapped[int | None] = mapped_column(Key, ForeignKey("case_record.id"))
    from_platform: Mapped[str] = mapped_column(String(30))
    from_window_id: Mapped[int] = mapped_column(ForeignKey("window.id"))
    from_account_id: Mapped[int]
    to_platform: Mapped[str] = mapped_column(String(30))
    to_service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    purpose: Mapped[str] = mapped_column(String(200))
    disclosed: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None]

    __table_args__ = (
        Index("ix_relay_centre_id_to_platform_signed_at", "centre_id", "to_platform", "signed_at"),
        Index("ix_relay_from_account_id_at", "from_account_id", "at"),
        Index("ix_relay_ticket_id", "ticket_id"),
        Index("ix_relay_case_id", "case_id"),
    )


class JointReception(Base):
    """联合接访 (信访工作条例 第十八条): several units receive one visitor or group together, in a room of the hall."""

    __tablename__ = "joint_reception"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(Key, ForeignKey("ticket.id"))
    case_id: Mapped[int | None] = mapped_column(Key, ForeignKey("case_record.id"))
    place: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(Sealed)
    called_by: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Sealed)

    __table_args__ = (
        Index("ix_joint_reception_centre_id_closed_at", "centre_id", "closed_at"),
        Index("ix_joint_reception_ticket_id", "ticket_id"),
        Index("ix_joint_reception_case_id", "case_id"),
    )


class JointUnit(Base):
    """One of the units called to a joint reception: notified when and to whom, there when, and who came."""

    __tablename__ = "joint_unit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    joint_id: Mapped[int] = mapped_column(Key, ForeignKey("joint_reception.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(60))
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notified_to: Mapped[str] = mapped_column(String(60), default="")
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    who_came: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (Index("ix_joint_unit_joint_id", "joint_id"),)
