"""Founding the centre: the city's divisions and organs, the hall, its services and windows. Running it again adds what is missing."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.organisation.models import Centre, Region, Service, Unit, Window, WindowService
from portal.trail import operations as trail

REGIONS = Path(__file__).with_name("regions.csv")
CITY = "140800"
CENTRE = "运城市群众接待服务中心"
PREFIX = "YC"
NOTICE = "过号请到导引台"
CITY_GOVERNMENT = ("运城市人民政府", "市政府")

# The thirteen organs that moved into the hall: name, what the hall calls it, kind.
DEPARTMENTS = (
    ("中共运城市委政法委员会", "市委政法委", "party"),
    ("运城市信访局", "市信访局", "petition"),
    ("运城市司法局", "市司法局", "department"),
    ("运城市民政局", "市民政局", "department"),
    ("运城市人力资源和社会保障局", "市人力资源和社会保障局", "department"),
    ("运城市中级人民法院", "市中级人民法院", "court"),
    ("运城市公安局", "市公安局", "department"),
    ("运城市自然资源和规划局", "市自然资源和规划局", "department"),
    ("运城市住房和城乡建设局", "市住房和城乡建设局", "department"),
    ("运城市农业农村局", "市农业农村局", "department"),
    ("运城市卫生健康委员会", "市卫生健康委员会", "department"),
    ("运城市总工会", "市总工会", "people"),
    ("运城市妇女联合会", "市妇女联合会", "people"),
)
# What governs a division of the lowest level; communities, factories and prisons in the table have no government.
GOVERNMENTS = (
    ("街道", "办事处", "agency"),
    ("镇", "人民政府", "government"),
    ("乡", "人民政府", "government"),
    ("经济技术开发区", "管理委员会", "agency"),
    ("经济开发区", "管理委员会", "agency"),
)
# Platform and level of each window, in the order of the hall; city and district functions share it.
WINDOWS = (
    ("petition", "city"),
    ("petition", "city"),
    ("petition", "county"),
    ("mediation", "city"),
    ("mediation", "county"),
    ("legal_aid", "city"),
    ("legal_aid", "county"),
    ("court_link", "city"),
    ("court_link", "county"),
    ("labour", "city"),
    ("labour", "county"),
    ("relief", "city"),
    ("relief", "county"),
    ("citizen_help", "city"),
    ("citizen_help", "county"),
    ("hotline", "city"),
    ("governance", "city"),
    ("counselling", "city"),
)


class Offered(Protocol):
    """A service as a platform declares it."""

    code: str
    name: str
    prefix: str
    area: str


class Door(Protocol):
    """What founding needs to know of a platform."""

    code: str
    sign: str
    services: tuple[Offered, ...]


def found(session: Session, at: datetime, platforms: Iterable[Door]) -> Centre:
    """The centre of the city with everything under it; what exists already is left as the centre arranged it."""
    _regions(session)
    _units(session)
    centre = session.scalar(select(Centre).where(Centre.prefix == PREFIX))
    if centre is not None:
        return centre
    centre = Centre(name=CENTRE, prefix=PREFIX, region_code=CITY, notice=NOTICE)
    session.add(centre)
    session.flush()
    doors = list(platforms)
    offered = _services(session, centre, doors)
    windows = _windows(session, centre, doors, offered)
    data = {"services": sum(map(len, offered.values())), "windows": windows}
    trail.append(session, f"centre:{centre.id}", "centre.founded", centre_id=centre.id, actor_id=None, at=at, data=data)
    trail.bump(session, centre.id, "board", "queue")
    return centre


def _regions(session: Session) -> None:
    known = set(session.scalars(select(Region.code)))
    missing = [row for row in _published() if row["code"] not in known]
    if missing:
        session.execute(insert(Region), missing)


def _published() -> Iterator[dict[str, str]]:
    """The rows of regions.csv, superiors first: code, name, level, parent_code (one published edition of the divisions)."""
    with open(REGIONS, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _units(session: Session) -> None:
    known = {unit.name: unit for unit in session.scalars(select(Unit))}

    def keep(
        name: str, short: str, kind: str, level: str, region: str, parent: Unit | None = None, in_hall: bool = False
    ) -> Unit:
        if name not in known:
            known[name] = Unit(
                name=name,
                short_name=short,
                kind=kind,
                level=level,
                region_code=region,
                parent_id=parent.id if parent else None,
                in_hall=in_hall,
            )
            session.add(known[name])
        return known[name]

    government = keep(*CITY_GOVERNMENT, "government", "city", CITY)
    for name, short, kind in DEPARTMENTS:
        keep(name, short, kind, "city", CITY, in_hall=True)
    session.flush()
    counties: dict[str, tuple[str, Unit]] = {}
    for row in (row for row in _published() if row["level"] == "county"):
        county = row["name"]
        name, short = f"{county}人民政府", f"{county}政府"
        counties[row["code"]] = county, keep(name, short, "government", "county", row["code"], government)
    session.flush()
    for code, (county, governs) in counties.items():
        keep(f"{county}信访局", f"{county}信访局", "petition", "county", code, governs)
    for row in (row for row in _published() if row["level"] == "township"):
        organ = next((governed for governed in GOVERNMENTS if row["name"].endswith(governed[0])), None)
        if organ:
            _, called, kind = organ
            county, governs = counties[row["parent_code"]]
            short = row["name"] if county in row["name"] else f"{county}{row['name']}"
            keep(f"{short}{called}", short, kind, "township", row["code"], governs)
    session.flush()


def _services(session: Session, centre: Centre, platforms: list[Door]) -> dict[str, list[Service]]:
    made: dict[str, list[Service]] = {}
    position = 0
    for platform in platforms:
        for spec in platform.services:
            position += 1
            service = Service(
                centre_id=centre.id,
                code=spec.code,
                platform=platform.code,
                name=spec.name,
                prefix=spec.prefix,
                area=spec.area,
                position=position,
            )
            made.setdefault(platform.code, []).append(service)
            session.add(service)
    session.flush()
    return made


def _windows(session: Session, centre: Centre, platforms: list[Door], offered: dict[str, list[Service]]) -> int:
    signs = {platform.code: platform.sign for platform in platforms}
    opened = [(code, level) for code, level in WINDOWS if code in signs]
    windows = [
        Window(
            centre_id=centre.id,
            name=f"{position}号窗口",
            sign=signs[code],
            platform=code,
            level=level,
            position=position,
        )
        for position, (code, level) in enumerate(opened, start=1)
    ]
    session.add_all(windows)
    session.flush()
    session.add_all(
        WindowService(window_id=window.id, service_id=service.id)
        for window in windows
        for service in offered.get(window.platform, [])
    )
    session.flush()
    return len(opened)
