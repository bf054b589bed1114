"""A hall and its staff for tests: the real founding, and accounts as the security administrator makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import database
from portal.access import operations as access
from portal.access.actor import Actor, actor_of
from portal.access.permissions import Role
from portal.cli import found_hall
from portal.organisation.models import Centre, Region, Unit
from tests import kept
from tests.support import demo_password

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in the hall


def open_hall(at: datetime = MONDAY) -> int:
    """Found the centre in a write of its own; returns its id. A second founding is done in full again."""
    with database.write() as session:
        if session.scalar(select(Centre.id).limit(1)):
            return found_hall(session, at).id
        return kept.rows(session, f"the hall of {at}", lambda writing: found_hall(writing, at).id)


def open_centre() -> int:
    """A centre without services, windows or units, for tests that only need somewhere to work; returns its id."""
    with database.write() as session:
        session.add(Region(code="140800", name="运城市", level="city"))
        session.flush()
        centre = Centre(name="运城市群众接待服务中心", prefix="YC", region_code="140800")
        session.add(centre)
        session.flush()
        return centre.id


def hire(login_name: str, *roles: Role, **given: Any) -> Actor:
    """An account with the demo password, in a write of its own; ``given`` is what ``employ`` takes."""
    with database.write() as session:
        return employ(session, login_name, *roles, **given)


def employ(
    session: Session,
    login_name: str,
    *roles: Role,
    platforms: tuple[str, ...] = (),
    unit: str | None = None,
    name: str = "张德良",
    must_change: bool = False,
    at: datetime = MONDAY,
) -> Actor:
    """An account with the demo password, inside write(); ``unit`` is the short name of its organ."""
    account = access.create(
        session,
        centre_id=session.scalars(select(Centre.id)).one(),
        login_name=login_name,
        name=name,
        password=demo_password(),
        roles=list(roles),
        platforms=platforms,
        unit_id=_unit(session, unit),
        at=at,
        must_change=must_change,
    )
    return actor_of(account)


def _unit(session: Session, short_name: str | None) -> int | None:
    return session.scalars(select(Unit.id).where(Unit.short_name == short_name)).one() if short_name else None
