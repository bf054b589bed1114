"""A small hall for the rules of the queue: four clerks, a greeter, five windows, three platforms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal import clock, database
from portal.access.actor import Actor, actor_of
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role
from portal.organisation.models import Centre, Region, Service, Window, WindowService
from portal.queue import operations
from portal.queue.models import Ticket
from portal.statutes import operations as statutes
from tests import kept
from tests.support import demo_password

MORNING = clock.at_hall(date(2026, 11, 23), 9, 0)
VISIT, GROUP, DISPUTE, COUNSEL = 1, 2, 3, 4
SERVICES = (
    (VISIT, "petition.visit", "petition", "来访登记", "A", "一楼东区"),
    (GROUP, "petition.group", "petition", "集体来访登记", "A", "一楼东区"),
    (DISPUTE, "mediation.dispute", "mediation", "矛盾纠纷调解", "B", "一楼南区"),
    (COUNSEL, "counselling.general", "counselling", "综合服务", "G", "一楼北区"),
)
WINDOWS = (
    (1, "1号窗口", "petition", (VISIT, GROUP)),
    (2, "2号窗口", "petition", (VISIT, GROUP)),
    (3, "3号窗口", "mediation", (DISPUTE,)),
    (4, "4号窗口", "petition", (VISIT,)),
)
STAFF = (
    (1, "zhang", "张德良", Role.CLERK, ("petition",)),
    (2, "wang", "王小梅", Role.CLERK, ("petition",)),
    (3, "li", "李调解", Role.MEDIATOR, ("mediation",)),
    (4, "guo", "郭小燕", Role.GREETER, ()),
    (5, "zhao", "赵值班", Role.DUTY_HEAD, ()),
    (6, "sun", "孙督查", Role.SUPERVISOR, ()),
)


def later(minutes: float) -> datetime:
    """So many minutes after nine."""
    return MORNING + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Hall:
    """The hall's people as actors."""

    zhang: Actor
    wang: Actor
    li: Actor
    guo: Actor
    zhao: Actor
    sun: Actor


def _furnish(session: Session) -> Hall:
    return kept.rows(session, "the hall of numbers", _furnished)


def _furnished(session: Session) -> Hall:
    session.add_all((Region(code="140800", name="运城市", level="city"),
                     Region(code="140829", name="平陆县", level="county", parent_code="140800")))  # fmt: skip
    session.flush()
    session.add(Centre(id=1, name="运城市群众接待服务中心", prefix="YC", region_code="140800", group_threshold=5))
    session.flush()
    for position, (identity, code, platform, name, prefix, area) in enumerate(SERVICES):
        session.add(Service(id=identity, centre_id=1, code=code, platform=platform, name=name, prefix=prefix, area=area,
                            position=position))  # fmt: skip
    for position, (identity, name, platform, services) in enumerate(WINDOWS):
        session.add(Window(id=identity, centre_id=1, name=name, sign=name, platform=platform, position=position))
        session.flush()
        session.add_all(WindowService(window_id=identity, service_id=service) for service in services)
    cheap = generate_password_hash(demo_password(), "pbkdf2:sha256:1")
    accounts = [
        Account(id=identity, centre_id=1, login_name=login, name=name, password_hash=cheap, session_key=f"key{identity}",
                role_rows=[AccountRole(role=role.value)],
                platform_rows=[AccountPlatform(platform=code) for code in platforms])
        for identity, login, name, role, platforms in STAFF
    ]  # fmt: skip
    session.add_all(accounts)
    session.flush()
    statutes.load_published(session, MORNING)
    return Hall(*(actor_of(account) for account in accounts))


@pytest.fixture
def hall(session: Session) -> Hall:
    """The hall, for operations and queries."""
    with database.write() as writing:
        return _furnish(writing)


@pytest.fixture
def house(app: Flask) -> Hall:
    """The hall, for clients and threads: no context is left open."""
    with app.app_context(), database.write() as writing:
        return _furnish(writing)


@pytest.fixture
def do() -> Callable:
    """``do(operation, actor, …, at=…)`` runs one operation in a transaction of its own."""

    def done(operation: Callable, *args: object, **kwargs: object) -> object:
        with database.write() as session:
            return operation(session, *args, **kwargs)

    return done


@pytest.fixture
def take(do: Callable) -> Callable[..., Ticket]:
    """A ticket for an unnamed visitor."""

    def taken(actor: Actor, at: datetime = MORNING, **changes: object) -> Ticket:
        given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "person": None}
        return do(operations.take_ticket, actor, **(given | changes), at=at)

    return taken


@pytest.fixture
def at_window(hall, do, take):
    """A001 called to window 1 at 9:10 and started at 9:12."""

    def arranged(**changes):
        ticket = take(hall.guo, **changes)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = do(operations.call_next, hall.zhang, at=later(10))
        assert called.id == ticket.id
        return do(operations.start, hall.zhang, ticket.id, version=called.version, at=later(12))

    return arranged
