"""包案: a leader answers for a matter until it is solved; 阅信: letters and online petitions that a leader read."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

RUNS = text("until IS NULL")
STANDS = text("closed_at IS NULL")


class Sponsorship(Base):
    """One matter under a leader's care (包案). ``level``: city, county, township; raising it is 提级包案 and keeps history.

    ``duties`` are what was done under each of 掌握情况 (know), 化解方案 (plan), 疏导帮扶 (help), each a sealed text: that a person
    stops petitioning is never a target. ``result`` and ``met`` are said when it is closed. ``leader_id`` repeats the leader of
    the last SponsorTerm for lists.
    """

    __tablename__ = "sponsorship"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    version: Mapped[int] = mapped_column(default=1)
    level: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(20), default="own")
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    co_unit_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    know: Mapped[str] = mapped_column(Sealed, default="")
    plan: Mapped[str] = mapped_column(Sealed, default="")
    help: Mapped[str] = mapped_column(Sealed, default="")
    target_on: Mapped[date | None]
    opened_on: Mapped[date]
    opened_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    result: Mapped[str] = mapped_column(Sealed, default="")
    met: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        # a matter has one sponsorship at a time
        Index("uq_sponsorship_case_id", "case_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_sponsorship_centre_id_closed_at_level", "centre_id", "closed_at", "level"),
        Index("ix_sponsorship_leader_id", "leader_id", "closed_at"),
    )


class SponsorTerm(Base):
    """Who sponsored it from when to when, at which level, and why that changed."""

    __tablename__ = "sponsor_term"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sponsorship_id: Mapped[int] = mapped_column(Key, ForeignKey("sponsorship.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    level: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    until: Mapped[date | None]
    why: Mapped[str] = mapped_column(String(200), default="")
    noted_by: Mapped[int | None]

    __table_args__ = (
        Index("uq_sponsor_term_running", "sponsorship_id", unique=True, sqlite_where=RUNS, postgresql_where=RUNS),
        Index("ix_sponsor_term_leader_id", "leader_id", "until"),
        Index("ix_sponsor_term_sponsorship_id", "sponsorship_id"),
    )


class TaskForceMember(Base):
    """工作专班: who works on a sponsored matter, with post and part."""

    __tablename__ = "task_force_member"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sponsorship_id: Mapped[int] = mapped_column(Key, ForeignKey("sponsorship.id"))
    name: Mapped[str] = mapped_column(String(30))
    post: Mapped[str] = mapped_column(String(60), default="")
    part: Mapped[str] = mapped_column(String(60), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (Index("ix_task_force_member_sponsorship_id", "sponsorship_id"),)


class Milestone(Base):
    """A step of the plan, worked back from the target day (倒排工期)."""

    __tablename__ = "sponsor_milestone"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sponsorship_id: Mapped[int] = mapped_column(Key, ForeignKey("sponsorship.id"))
    what: Mapped[str] = mapped_column(String(200))
    due: Mapped[date]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    done_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("ix_sponsor_milestone_sponsorship_id", "sponsorship_id", "due"),)


class ProgressNote(Base):
    """What was done on a sponsored matter, with the paper that shows it (an attachment of the case)."""

    __tablename__ = "sponsor_note"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sponsorship_id: Mapped[int] = mapped_column(Key, ForeignKey("sponsorship.id"))
    duty: Mapped[str] = mapped_column(String(6))
    words: Mapped[str] = mapped_column(Sealed)
    attachment_id: Mapped[int | None] = mapped_column(Key, ForeignKey("attachment.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]

    __table_args__ = (Index("ix_sponsor_note_sponsorship_id", "sponsorship_id"),)


class LetterRead(Base):
    """阅信: a letter or online petition put before a leader. States: put, read, instructed.

    ``words`` is the 批示, if any; it becomes an Instruction with source "letter". ``details`` keeps how it was put (paper, screen).
    """

    __tablename__ = "letter_read"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"))
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(12), default="put")
    put_by: Mapped[int | None]
    put_at: Mapped[datetime] = mapped_column(UtcDateTime)
    summary: Mapped[str] = mapped_column(Sealed, default="")
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Sealed, default="")
    instructed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    typed_by: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        UniqueConstraint("leader_id", "case_id"),
        Index("ix_letter_read_centre_id_state", "centre_id", "state"),
        Index("ix_letter_read_leader_id_put_at", "leader_id", "put_at"),
    )
