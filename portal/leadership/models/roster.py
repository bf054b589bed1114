"""Leaders, how often they are to receive, the weeks of the roster, and what was published of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, UtcDateTime
from portal.trail.models import Key

HELD = text("state != 'cancelled'")


class LeadershipSettings(Base):
    """What the centre set for its leaders' receptions. No row, or None: the centre has set nothing, and nothing is assumed.

    ``approver_title`` is who signs the roster off (秘书长); ``followups`` are the days after a reception on which somebody looks
    how it went (7, 15, 30); ``most_per_half`` is how many receptions the place can take in one half-day. ``source`` says which
    instrument of the centre sets these.
    """

    __tablename__ = "leadership_settings"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    approver_title: Mapped[str] = mapped_column(String(30), default="")
    followups: Mapped[list[int]] = mapped_column(JSON, default=list)
    most_per_half: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(200), default="")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None]


class Grade(Base):
    """A grade of leaders and how often they are to receive: ``times`` in each ``per`` (week, month, quarter, year).

    No national number is in force (statutes 1.10), so ``times`` is the centre's own with its ``source``, or None: not set.
    """

    __tablename__ = "leader_grade"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(40))
    times: Mapped[int | None]
    per: Mapped[str] = mapped_column(String(8), default="quarter")
    source: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("centre_id", "name"),)


class Leader(Base):
    """One who receives. ``body``: party 党委, congress 人大, government 政府, cppcc 政协, department 部门, county 县市区.

    ``field`` is the field in charge, ``telephone`` the office number that the notice prints, ``account_id`` the leader's own
    sign-in where there is one. ``until`` is the last day in the post; the row stays, what was done stays with it.
    """

    __tablename__ = "leader"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(30))
    post: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(10), default="city")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("leader_grade.id"))
    field: Mapped[str] = mapped_column(String(120), default="")
    telephone: Mapped[str] = mapped_column(String(30), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    since: Mapped[date | None]
    until: Mapped[date | None]

    __table_args__ = (Index("ix_leader_centre_id_position", "centre_id", "position"),)


class Attendant(Base):
    """A member of the office who types for a leader (秘书)."""

    __tablename__ = "leader_attendant"

    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class LeaderDuty(Base):
    """Where a leader must be instead: ``kind`` meeting, trip, leave or sick, on ``day``, ``half`` am, pm or day."""

    __tablename__ = "leader_duty"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    day: Mapped[date]
    half: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(10))
    what: Mapped[str] = mapped_column(String(120), default="")
    noted_by: Mapped[int | None]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_leader_duty_leader_id_day", "leader_id", "day"),)


class Week(Base):
    """One week of the roster, named by its Monday. States: draft, submitted, approved, published, amending, resubmitted.

    draft → submitted → approved → published; a published week that is worked on again is amending → resubmitted → approved →
    published with the next edition. What the public sees is only ever the last Edition, never these rows. ``notice_id`` is the line on
    the walls that says so.
    """

    __tablename__ = "roster_week"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    monday: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(String(200), default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None]
    notice_id: Mapped[int | None]

    __table_args__ = (UniqueConstraint("centre_id", "monday"),)


class Reception(Base):
    """One leader, one half-day. ``kind``: fixed 定点接访, trip 下访, invited 约访, carried 带案下访; ``half``: am, pm.

    ``starts`` and ``ends`` are minutes of ``day``. ``window_id`` is the leader's room in the hall where there is one, else
    ``place`` (and ``region_code`` of the county or township) says where. ``company`` are ids of accompanying units. ``capacity``
    counts batches. States: planned, held, cancelled, with a ``reason``; ``instead_of_id``: the leader this one stands in for.
    ``arrived_at`` and ``left_at`` are of the leader, on the day.
    """

    __tablename__ = "leader_reception"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    week_id: Mapped[int] = mapped_column(Key, ForeignKey("roster_week.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("leader.id"))
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("leader.id"))
    version: Mapped[int] = mapped_column(default=1)
    day: Mapped[date]
    half: Mapped[str] = mapped_column(String(2))
    starts: Mapped[int]
    ends: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(60), default="")
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    field: Mapped[str] = mapped_column(String(120), default="")
    duty_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    company: Mapped[list[int]] = mapped_column(JSON, default=list)
    capacity: Mapped[int]
    slot_minutes: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="planned")
    reason: Mapped[str] = mapped_column(String(200), default="")
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        # nobody can be in two places
        Index(
            "uq_leader_reception_leader_id_day_half",
            "leader_id",
            "day",
            "half",
            unique=True,
            sqlite_where=HELD,
            postgresql_where=HELD,
        ),
        Index("ix_leader_reception_centre_id_day", "centre_id", "day", "half"),
        Index("ix_leader_reception_week_id", "week_id"),
    )


class Edition(Base):
    """What was published of a week: the only thing that screens, notice and ticker read.

    ``rows`` are the published receptions as they stood; ``changes`` are the sentences of the correction notice (更正), empty in
    the first edition; ``reason`` says why it was corrected.
    """

    __tablename__ = "roster_edition"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    week_id: Mapped[int] = mapped_column(Key, ForeignKey("roster_week.id"))
    number: Mapped[int]
    monday: Mapped[date]
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    changes: Mapped[list[str]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(String(200), default="")
    approved_by: Mapped[int | None]
    published_by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("week_id", "number"),
        Index("ix_roster_edition_centre_id_monday", "centre_id", "monday", "number"),
    )


class Rotation(Base):
    """A rule that fills a week: on ``weekday`` (0 Monday) and ``half`` the next of ``leader_ids`` in turn receives."""

    __tablename__ = "roster_rotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(40))
    weekday: Mapped[int]
    half: Mapped[str] = mapped_column(String(2))
    starts: Mapped[int]
    ends: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10), default="fixed")
    place: Mapped[str] = mapped_column(String(60), default="")
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    capacity: Mapped[int]
    leader_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    enabled: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("centre_id", "name"),)
