"""A small hall for the rules of cases: one centre, its calendar, and the actors the tests speak of."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor
from portal.access.permissions import Role, granted
from portal.cases import operations
from portal.cases.models import Case
from portal.organisation.models import Centre, Region, Unit
from portal.statutes import operations as statutes

MONDAY = clock.at_hall(datetime(2026, 11, 23).date(), 9, 30)


def actor(identity: int, role: Role, *platforms: str, unit_id: int | None = None) -> Actor:
    """A person of staff as a value."""
    return Actor(identity, 1, f"工作人员{identity}", unit_id, platforms, granted([role]))


@dataclass(frozen=True)
class Hall:
    """The actors by what they do."""

    clerk: Actor
    mediator: Actor
    stranger: Actor
    counsellor: Actor
    supervisor: Actor
    duty_head: Actor


@pytest.fixture
def hall(session: Session) -> Hall:
    """Found the centre and return its people."""
    with database.write() as writing:
        writing.add(Region(code="140800", name="运城市", level="city"))
        writing.add(Region(code="140829", name="平陆县", level="county", parent_code="140800"))
        writing.flush()
        writing.add(Centre(id=1, name="运城市群众接待服务中心", prefix="YC", region_code="140800"))
        writing.add(
            Unit(id=7, name="平陆县自然资源局", short_name="县自然资源局", level="county", region_code="140829")
        )
        statutes.load_published(writing, MONDAY)
    return Hall(
        clerk=actor(1, Role.CLERK, "petition"),
        mediator=actor(2, Role.MEDIATOR, "mediation"),
        stranger=actor(3, Role.CLERK, "legal_aid"),
        counsellor=actor(4, Role.COUNSELLOR, "counselling"),
        supervisor=actor(5, Role.SUPERVISOR, unit_id=7),
        duty_head=actor(6, Role.DUTY_HEAD),
    )


def given(**changes: object) -> operations.Registration:
    """An ordinary registration, with ``changes``."""
    stated = {
        "channel": "visit",
        "purpose": "claim",
        "subject": "风电占地赔偿款未付",
        "facts": "2022年10月占用耕地，赔偿款至今未到账。",
        "demands": ("支付赔偿款", "公开丈量结果"),
        "petitioner": operations.PersonGiven("吕某某", phone="13900001234", address="平陆县张店镇"),
        "received_at": MONDAY,
    }
    return operations.Registration(**(stated | changes))


def registered(by: Actor, **changes: object) -> Case:
    """A case registered in a transaction of its own."""
    with database.write() as session:
        return operations.register(session, by, given(**changes), at=MONDAY)
