"""A hall for the proofs: as many windows as wanted, a clerk at each, all for one service, and a queue of today."""

import secrets
from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role, granted
from portal.organisation.models import Centre, Region, Service, Window, WindowService
from portal.queue import operations as queue
from portal.queue.models import WindowSession
from portal.statutes import operations as statutes
from tests.support import demo_password

CENTRE, SERVICE = 1, 1
GREETER = Actor(1000, CENTRE, "导引员", None, (), granted([Role.GREETER]))


def found(session: Session, windows: int) -> None:
    """Windows 1 to ``windows``, open, each with the clerk of the same id (login ``clerk1`` …)."""
    at = clock.now()
    session.add(Region(code="140800", name="运城市", level="city"))
    session.flush()
    session.add(Centre(id=CENTRE, name="运城市群众接待服务中心", prefix="YC", region_code="140800"))
    session.flush()
    service = {"code": "petition.visit", "platform": "petition", "name": "来访登记", "prefix": "A", "area": "一楼东区"}
    session.add(Service(id=SERVICE, centre_id=CENTRE, **service))
    statutes.load_published(session, at)
    hashed = generate_password_hash(demo_password())
    for number in range(1, windows + 1):
        session.add(_clerk(number, hashed))
        session.add(Window(id=number, centre_id=CENTRE, name=f"{number}号窗口", sign="信访接待", platform="petition"))
        session.flush()
        session.add(WindowService(window_id=number, service_id=SERVICE))
        session.add(WindowSession(centre_id=CENTRE, window_id=number, account_id=number, opened_at=at))


def queue_up(session: Session, tickets: int, rng: Random) -> list[int]:
    """Let ``tickets`` visitors of all classes take numbers, a second apart; the ids in that order."""
    start = clock.now() - timedelta(seconds=tickets)
    classes = ("ordinary", "ordinary", "ordinary", "frail", "military", "appointment")
    made = []
    for second in range(tickets):
        at = start + timedelta(seconds=second)
        wanted = {"service_id": SERVICE, "priority": rng.choice(classes), "headcount": 1, "person": None}
        made.append(queue.take_ticket(session, GREETER, **wanted, at=at).id)
    return made


def _clerk(number: int, hashed: str, platform: str = "petition") -> Account:
    return Account(
        id=number,
        centre_id=CENTRE,
        login_name=f"clerk{number}",
        name=f"窗口{number}",
        password_hash=hashed,
        session_key=secrets.token_hex(8),
        role_rows=[AccountRole(role=Role.CLERK.value)],
        platform_rows=[AccountPlatform(platform=platform)],
    )


# platform, letter, how many services, and its share of the windows
LARGE = (("petition", "A", 3, 0.5), ("mediation", "B", 2, 0.3), ("legal_aid", "C", 1, 0.2))


def found_large(session: Session, windows: int) -> None:
    """``windows`` open windows of three platforms, every fourth a 快办窗口, with services in an order of preference."""
    at = clock.now()
    session.add(Region(code="140800", name="运城市", level="city"))
    session.flush()
    session.add(Centre(id=CENTRE, name="运城市群众接待服务中心", prefix="YC", region_code="140800"))
    session.flush()
    statutes.load_published(session, at)
    hashed, service_id, number = generate_password_hash(demo_password()), 0, 0
    for platform, letter, services, share in LARGE:
        made = range(service_id + 1, service_id + services + 1)
        service_id += services
        for each in made:
            named = {"code": f"{platform}.{each}", "name": f"服务{each}", "prefix": letter, "area": f"{letter}区"}
            session.add(Service(id=each, centre_id=CENTRE, platform=platform, **named))
        session.flush()
        for _ in range(max(1, round(windows * share))):
            number += 1
            session.add(_clerk(number, hashed, platform))
            quick = number % 4 == 0
            session.add(
                Window(
                    id=number, centre_id=CENTRE, name=f"{number}号窗口", sign=platform, platform=platform, quick=quick
                )
            )
            session.flush()
            taken = ((each, (place + number) % services) for place, each in enumerate(made))
            session.add_all(WindowService(window_id=number, service_id=s, preference=p) for s, p in taken)
            session.add(WindowSession(centre_id=CENTRE, window_id=number, account_id=number, opened_at=at))
