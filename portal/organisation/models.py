"""The city and its hall: regions, units, centres, windows, services, and when they are open."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Region(Base):
    """A division of the city by its official code: city, county, or township (one published edition)."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)


UNIT_KINDS = (
    ("petition", "信访部门"),
    ("government", "人民政府"),
    ("party", "党委部门"),
    ("department", "政府工作部门"),
    ("agency", "派出机关、管理委员会"),
    ("court", "人民法院"),
    ("procuratorate", "人民检察院"),
    ("people", "群团组织"),
    ("other", "其他单位"),
)


class Unit(Base):
    """An organ (机关单位) that sits in the hall, handles matters, or is complained of. ``level`` decides where 转送 goes.

    ``kind``: a key of UNIT_KINDS, "" where nobody has said yet. Who issues a letter and who reviews it follow from it.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    short_name: Mapped[str] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20), default="")
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    in_hall: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("name"), Index("ix_unit_region_code", "region_code"))


class Centre(Base):
    """One hall. ``prefix`` begins its case numbers; ``notice`` and ``address`` stand on slips and screens.

    ``closed_message`` is what visitors read when the hall is closed. The voice: ``voice_volume`` in per cent; between the
    minutes ``quiet_from`` and ``quiet_until`` of the day screens only chime (None: no quiet hours).
    """

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    prefix: Mapped[str] = mapped_column(String(4), unique=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    telephone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    notice: Mapped[str] = mapped_column(String(200), default="")
    group_threshold: Mapped[int] = mapped_column(default=5)
    closed_message: Mapped[str] = mapped_column(String(200), default="", server_default="")
    voice_volume: Mapped[int] = mapped_column(default=80, server_default="80")
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]


class Service(Base):
    """What a visitor can ask for at the desk; leads to one platform and gives the ticket its letter.

    ``prefix`` is shared by sensitive services so that a number betrays nothing; ``area`` is the zone where to sit and wait.
    What the centre has not set is None and limits nothing: ``target_minutes`` (a visitor should be called within),
    ``quota`` (numbers a day), ``slot_minutes`` and ``slot_capacity`` (without both there are no appointments),
    ``early_minutes`` and ``late_minutes`` (how long before and after its time an appointment may check in as one).
    ``at_kiosk``: visitors may take its numbers themselves.
    """

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    code: Mapped[str] = mapped_column(String(40))
    platform: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(40))
    prefix: Mapped[str] = mapped_column(String(2))
    area: Mapped[str] = mapped_column(String(30))
    position: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    target_minutes: Mapped[int | None]
    quota: Mapped[int | None]
    slot_minutes: Mapped[int | None]
    slot_capacity: Mapped[int | None]
    early_minutes: Mapped[int | None]
    late_minutes: Mapped[int | None]
    at_kiosk: Mapped[bool] = mapped_column(default=True, server_default=true())
    closed_message: Mapped[str] = mapped_column(String(200), default="", server_default="")

    __table_args__ = (UniqueConstraint("centre_id", "code"),)


class Window(Base):
    """A window or room. ``sign`` is what screens and voice say beside the number: neutral where a sign would expose.

    ``kind``: window, or room (集体接待室: groups, 联合接访). ``quick``: 快办窗口, numbers for short matters go first there.
    """

    __tablename__ = "window"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(20))
    sign: Mapped[str] = mapped_column(String(20))
    platform: Mapped[str] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(10), default="city")
    position: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(10), default="window", server_default="window")
    quick: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (UniqueConstraint("centre_id", "name"),)


class WindowService(Base):
    """A service a window takes. ``preference``: 0 is its first choice; each further step makes its numbers wait longer there."""

    __tablename__ = "window_service"

    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)
    preference: Mapped[int] = mapped_column(default=0, server_default="0")


class OpeningHours(Base):
    """When numbers are given: minutes of the day from ``opens`` until before ``closes``; several rows make several spans.

    ``day_kind``: work (工作日, make-up Saturdays included) or rest. Rows without a service are the centre's; a service with
    rows of its own follows only them. No rows at all: the centre has not set hours, and nothing is refused.
    """

    __tablename__ = "opening_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    day_kind: Mapped[str] = mapped_column(String(4))
    opens: Mapped[int]
    closes: Mapped[int]

    __table_args__ = (Index("ix_opening_hours_centre_id", "centre_id"),)


class Closure(Base):
    """A day on which the centre (or one service) gives no numbers, with the message visitors read."""

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    day: Mapped[date]
    message: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_closure_centre_id_day", "centre_id", "day"),)


class DutyPlan(Base):
    """The day plan: who is meant to sit at which window on ``day`` between two minutes of the day."""

    __tablename__ = "duty_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[date]
    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    starts: Mapped[int]
    ends: Mapped[int]
    note: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (Index("ix_duty_plan_centre_id_day", "centre_id", "day"),)


class Counter(Base):
    """The last number given in a series: "case:2026", "ticket:2026-11-23:A". One row is one series."""

    __tablename__ = "counter"

    centre_id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]
