"""Reading the city and the hall."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.organisation.models import Centre, Region, Service, Unit, Window, WindowService

LEVELS = (("city", "市级"), ("county", "县（市、区）级"), ("township", "乡镇（街道）级"))


def counties(session: Session) -> list[Region]:
    """Counties, districts and county-level cities, by code."""
    return list(session.scalars(select(Region).where(Region.level == "county").order_by(Region.code)))


def townships(session: Session, county_code: str) -> list[Region]:
    """The townships and streets of one county, by code."""
    found = select(Region).where(Region.level == "township", Region.parent_code == county_code)
    return list(session.scalars(found.order_by(Region.code)))


def units_for_choice(session: Session) -> list[tuple[int, str]]:
    """(id, short name) of every organ: the hall's departments first, then the city's, the counties', the townships'."""
    order = {level: place for place, (level, _label) in enumerate(LEVELS)}
    rows = session.execute(select(Unit.id, Unit.short_name, Unit.level, Unit.in_hall, Unit.region_code)).all()
    ranked = sorted(rows, key=lambda row: (not row.in_hall, order.get(row.level, len(order)), row.region_code, row.id))
    return [(row.id, row.short_name) for row in ranked]


def centre(session: Session, centre_id: int) -> Centre | None:
    """The centre of that id."""
    return session.get(Centre, centre_id)


def services(session: Session, centre_id: int, *, all_of_them: bool = False) -> list[Service]:
    """The centre's services in the order of the desk; those out of use only with ``all_of_them``."""
    wanted = select(Service).where(Service.centre_id == centre_id).order_by(Service.position, Service.id)
    return list(session.scalars(wanted if all_of_them else wanted.where(Service.enabled)))


def windows(session: Session, centre_id: int) -> list[Window]:
    """Every window of the centre, in use or not, in the order of the hall."""
    return list(
        session.scalars(select(Window).where(Window.centre_id == centre_id).order_by(Window.position, Window.id))
    )


def windows_of(session: Session, centre_id: int, platforms: Iterable[str]) -> list[Window]:
    """The windows in use of ``platforms``, in the order of the hall."""
    return [window for window in windows(session, centre_id) if window.enabled and window.platform in set(platforms)]


def services_by_window(session: Session, centre_id: int) -> dict[int, list[int]]:
    """Which services each window takes: window id → service ids."""
    rows = select(WindowService.window_id, WindowService.service_id).join(Window, Window.id == WindowService.window_id)
    taken: dict[int, list[int]] = {}
    for window_id, service_id in session.execute(
        rows.where(Window.centre_id == centre_id).order_by(WindowService.service_id)
    ):
        taken.setdefault(window_id, []).append(service_id)
    return taken
