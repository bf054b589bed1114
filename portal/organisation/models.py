"""The city and its hall: regions, units, centres, windows, services."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Region(Base):
    """A division of the city by its official code: city, county, or township (one published edition)."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)


class Unit(Base):
    """An organ (机关单位) that sits in the hall, handles matters, or is complained of. ``level`` decides where 转送 goes."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    short_name: Mapped[str] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    in_hall: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("name"), Index("ix_unit_region_code", "region_code"))


class Centre(Base):
    """One hall. ``prefix`` begins its case numbers; ``greeting`` and ``address`` stand on slips and screens."""

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    prefix: Mapped[str] = mapped_column(String(4), unique=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    telephone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    notice: Mapped[str] = mapped_column(String(200), default="")
    group_threshold: Mapped[int] = mapped_column(default=5)


class Service(Base):
    """What a visitor can ask for at the desk; leads to one platform and gives the ticket its letter.

    ``prefix`` is shared by sensitive services so that a number betrays nothing; ``area`` is where to sit and wait.
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

    __table_args__ = (UniqueConstraint("centre_id", "code"),)


class Window(Base):
    """A window or room. ``sign`` is what screens and voice say beside the number: neutral where a sign would expose."""

    __tablename__ = "window"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(20))
    sign: Mapped[str] = mapped_column(String(20))
    platform: Mapped[str] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(10), default="city")
    position: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("centre_id", "name"),)


class WindowService(Base):
    """A service a window takes."""

    __tablename__ = "window_service"

    window_id: Mapped[int] = mapped_column(ForeignKey("window.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)


class Counter(Base):
    """The last number given in a series: "case:2026", "ticket:2026-11-23:A". One row is one series."""

    __tablename__ = "counter"

    centre_id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]
