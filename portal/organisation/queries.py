"""Reading the city and the hall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access.models import Account, AccountPlatform
from portal.organisation.models import (
    Centre,
    Closure,
    DutyPlan,
    OpeningHours,
    Region,
    Service,
    Unit,
    Window,
    WindowService,
)

KINDS = (("window", "窗口"), ("room", "接待室"))
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


def unit_named(session: Session, name: str) -> int | None:
    """The organ of that full name, else the only one called so for short; None where there is none or more than one."""
    wanted = "".join(name.split())
    if not wanted:
        return None
    called = or_(Unit.name == wanted, Unit.short_name == wanted)
    # a full name is one organ's alone
    rows = select(Unit.id, Unit.name).where(called).order_by(Unit.name != wanted, Unit.id).limit(2)
    found = session.execute(rows).all()
    return found[0].id if found and (len(found) == 1 or found[0].name == wanted) else None


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


def services_by_window(session: Session, centre_id: int) -> dict[int, dict[int, int]]:
    """Which services each window takes, its first choice first: window id → service id → preference."""
    columns = select(WindowService.window_id, WindowService.service_id, WindowService.preference)
    rows = columns.join(Window, Window.id == WindowService.window_id).where(Window.centre_id == centre_id)
    taken: dict[int, dict[int, int]] = {}
    for window_id, service_id, preference in session.execute(
        rows.order_by(WindowService.preference, WindowService.service_id)
    ):
        taken.setdefault(window_id, {})[service_id] = preference
    return taken


def hours(session: Session, centre_id: int) -> dict[int | None, dict[str, list[tuple[int, int]]]]:
    """Opening hours: service id (None: the centre's) → work, rest → spans, earliest first. What is not set is missing."""
    rows = select(OpeningHours.service_id, OpeningHours.day_kind, OpeningHours.opens, OpeningHours.closes)
    found: dict[int | None, dict[str, list[tuple[int, int]]]] = {}
    for service_id, kind, opens, closes in session.execute(
        rows.where(OpeningHours.centre_id == centre_id).order_by(OpeningHours.opens)
    ):
        found.setdefault(service_id, {}).setdefault(kind, []).append((opens, closes))
    return found


@dataclass(frozen=True)
class Closed:
    """A day without numbers; ``service`` (of ``platform``) "" for the whole centre."""

    id: int
    day: date
    service: str
    platform: str
    message: str


def closures(session: Session, centre_id: int, limit: int = 100) -> list[Closed]:
    """The centre's closures, the latest day first, at most ``limit``."""
    rows = (
        select(
            Closure.id,
            Closure.day,
            func.coalesce(Service.name, ""),
            func.coalesce(Service.platform, ""),
            Closure.message,
        )
        .outerjoin(Service, Service.id == Closure.service_id)
        .where(Closure.centre_id == centre_id)
        .order_by(Closure.day.desc(), Closure.id.desc())
        .limit(limit)
    )
    return [Closed(*row) for row in session.execute(rows)]


@dataclass(frozen=True)
class Duty:
    """A line of the day plan."""

    id: int
    window_id: int
    window: str
    account_id: int
    name: str
    starts: int
    ends: int
    note: str


def duties(session: Session, centre_id: int, day: date) -> list[Duty]:
    """Who is meant to sit where on ``day``, in the order of the hall."""
    rows = (
        select(
            DutyPlan.id,
            DutyPlan.window_id,
            Window.name,
            DutyPlan.account_id,
            Account.name,
            DutyPlan.starts,
            DutyPlan.ends,
            DutyPlan.note,
        )
        .join(Window, Window.id == DutyPlan.window_id)
        .join(Account, Account.id == DutyPlan.account_id)
        .where(DutyPlan.centre_id == centre_id, DutyPlan.day == day)
        .order_by(Window.position, Window.id, DutyPlan.starts)
    )
    return [Duty(*row) for row in session.execute(rows)]


def last_planned(session: Session, centre_id: int, before: date) -> date | None:
    """The latest day before that one which has a plan."""
    planned = select(func.max(DutyPlan.day)).where(DutyPlan.centre_id == centre_id, DutyPlan.day < before)
    return session.scalar(planned)


def window_staff(session: Session, centre_id: int) -> list[tuple[int, str]]:
    """(id, name) of everybody in use who belongs to a platform and may therefore sit at a window."""
    rows = (
        select(Account.id, Account.name, Account.title)
        .where(Account.centre_id == centre_id, Account.enabled)
        .where(select(AccountPlatform.platform).where(AccountPlatform.account_id == Account.id).exists())
        .order_by(Account.name, Account.id)
    )
    return [(row.id, f"{row.name}（{row.title}）" if row.title else row.name) for row in session.execute(rows)]
