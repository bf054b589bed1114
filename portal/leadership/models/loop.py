"""What a leader said and what became of it: the reception sheet, instructions, tasks of units, and looking again later."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

WAITING = text("done_at IS NULL")


class Sheet(Base):
    """领导接访登记表 of one booking. States: typing, typed (ready to confirm), confirmed, signed.

    ``minutes`` is what was said, ``opinion`` the 接访处理意见, typed by the secretary, confirmed by the leader. ``manner``: task
    (to units), resolved (on the spot), explained (释法明理 and 引导, the only manners for 涉法涉诉 beside forwarding), forwarded.
    ``plan`` are the tasks as typed, sealed JSON, until the signature makes them Tasks. ``signed_how``: account (the leader signed in
    the portal) or paper (the signed sheet was scanned, ``signer`` says who signed it).
    """

    __tablename__ = "leader_sheet"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    booking_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_booking.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="typing")
    minutes: Mapped[str] = mapped_column(Sealed, default="")
    opinion: Mapped[str] = mapped_column(Sealed, default="")
    manner: Mapped[str] = mapped_column(String(10), default="")
    plan: Mapped[str] = mapped_column(Sealed, default="")
    typed_by: Mapped[int | None]
    typed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_how: Mapped[str] = mapped_column(String(10), default="")
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signer: Mapped[str] = mapped_column(String(60), default="")
    scan_id: Mapped[int | None] = mapped_column(Key)


class Instruction(Base):
    """What a leader said or asked for about one matter. ``source``: reception (接访处理意见), letter (批示), sponsor (包案).

    ``source_id`` is the Sheet, the LetterRead or the Sponsorship. It has Tasks where units are to do something; without any it is
    looked at again and ended all the same. Three different things are kept apart: ``closed_at`` 办结,
    ``met`` 解决 (yes, partly, no) and 满意, what the citizen says (``satisfied``: yes, partly, no, not_said). ``told_on`` is the day
    the citizen was told of the result. ``said_how``: rating (the citizen's own, which no member of staff can write), telephone or
    spoken, then ``said_to`` wrote it down.
    """

    __tablename__ = "leader_instruction"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[int] = mapped_column(Key)
    words: Mapped[str] = mapped_column(Sealed)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    result: Mapped[str] = mapped_column(Sealed, default="")
    met: Mapped[str] = mapped_column(String(10), default="")
    satisfied: Mapped[str] = mapped_column(String(10), default="")
    said_how: Mapped[str] = mapped_column(String(10), default="")
    said_to: Mapped[int | None]
    told_on: Mapped[date | None]
    told_how: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (
        Index("ix_leader_instruction_centre_id_closed_at", "centre_id", "closed_at"),
        Index("ix_leader_instruction_leader_id_issued_on", "leader_id", "issued_on"),
        Index("ix_leader_instruction_case_id", "case_id"),
        Index("ix_leader_instruction_source_source_id", "source", "source_id"),
    )


class Task(Base):
    """Something to be done under an instruction by a day that a person named. States: open, replied, returned, done, withdrawn.

    Late is never stored: a task that is not done after ``due`` is late, whoever looks.
    """

    __tablename__ = "leader_task"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instruction_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_instruction.id"))
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="open")
    what: Mapped[str] = mapped_column(Sealed)
    due: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("ix_leader_task_instruction_id", "instruction_id"),
        Index("ix_leader_task_centre_id_state_due", "centre_id", "state", "due"),
        Index("ix_leader_task_case_id", "case_id"),
    )


class TaskUnit(Base):
    """A unit that has a task: ``role`` lead 牵头 or co 配合. ``received_at``: it is in the unit's account; signing moves no date.

    ``paper_id`` is the attachment of the case that came with the last reply.
    """

    __tablename__ = "leader_task_unit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_task.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(4))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None]
    reply: Mapped[str] = mapped_column(Sealed, default="")
    paper_id: Mapped[int | None] = mapped_column(Key, ForeignKey("attachment.id"))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_by: Mapped[int | None]
    returned: Mapped[str] = mapped_column(Sealed, default="")

    __table_args__ = (
        UniqueConstraint("task_id", "unit_id"),
        Index("ix_leader_task_unit_unit_id", "unit_id", "replied_at"),
    )


class Followup(Base):
    """Looking again ``days`` after an instruction, on ``due``: what was found, by whom, and whether the matter goes on."""

    __tablename__ = "leader_followup"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instruction_id: Mapped[int] = mapped_column(Key, ForeignKey("leader_instruction.id"))
    days: Mapped[int]
    due: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None]
    finding: Mapped[str] = mapped_column(String(10), default="")
    words: Mapped[str] = mapped_column(Sealed, default="")

    __table_args__ = (
        UniqueConstraint("instruction_id", "days"),
        Index("ix_leader_followup_waiting", "centre_id", "due", sqlite_where=WAITING, postgresql_where=WAITING),
    )
