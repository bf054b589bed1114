"""Where a visitor at a window can go without a relay: the platform's services, windows and people; and further services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Permission, Role, granted
from portal.organisation.models import Service, Window
from portal.queue.models import Errand, WindowSession
from portal.queue.queries.window import MyWindow

SERVES = tuple(role.value for role in Role if Permission.QUEUE_SERVE in granted([role]))
STATES = {"serving": "服务中", "paused": "暂停", "backoffice": "后台"}


@dataclass(frozen=True)
class Place:
    """A service, window or person to go to. ``now`` says in words who is there; ``gone``: left open on an earlier day."""

    id: int
    name: str
    now: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Targets:
    """Everything of one platform that a visitor can be transferred to."""

    services: tuple[Place, ...]
    windows: tuple[Place, ...]
    people: tuple[Place, ...]


def targets(session: Session, actor: Actor, mine: MyWindow, day: date) -> Targets:
    """What the visitor at ``mine`` can be transferred to: the platform's own, but neither this window nor this clerk. Three queries."""
    services = session.execute(
        select(Service.id, Service.name)
        .where(Service.centre_id == actor.centre_id, Service.enabled, Service.platform == mine.platform)
        .order_by(Service.position, Service.id)
    )
    windows = session.execute(
        select(Window.id, Window.name, func.coalesce(Account.name, ""), WindowSession.state, WindowSession.opened_at)
        .outerjoin(WindowSession, (WindowSession.window_id == Window.id) & WindowSession.closed_at.is_(None))
        .outerjoin(Account, Account.id == WindowSession.account_id)
        .where(
            Window.centre_id == actor.centre_id,
            Window.enabled,
            Window.platform == mine.platform,
            Window.id != mine.id,
        )
        .order_by(Window.position, Window.id)
    )
    return Targets(
        tuple(Place(row.id, row.name) for row in services),
        tuple(_window(row, day) for row in windows),
        tuple(colleagues(session, actor, mine.platform, day)),
    )


def colleagues(session: Session, actor: Actor, platform: str, day: date) -> list[Place]:
    """Who else serves at windows of ``platform``, by name, with where they sit now."""
    may_serve = select(AccountRole.account_id).where(AccountRole.role.in_(SERVES))
    of_platform = select(AccountPlatform.account_id).where(AccountPlatform.platform == platform)
    rows = session.execute(
        select(Account.id, Account.name, Window.name, WindowSession.state, WindowSession.opened_at)
        .outerjoin(WindowSession, (WindowSession.account_id == Account.id) & WindowSession.closed_at.is_(None))
        .outerjoin(Window, Window.id == WindowSession.window_id)
        .where(
            Account.centre_id == actor.centre_id,
            Account.enabled,
            Account.id != actor.id,
            Account.id.in_(of_platform),
            Account.id.in_(may_serve),
        )
        .order_by(Account.name, Account.id)
    )
    return [_person(row, day) for row in rows]


@dataclass(frozen=True)
class Further:
    """An open errand: a service the visitor still has to go to."""

    service_id: int
    name: str
    platform: str


def errands(session: Session, ticket_id: int, present: int) -> Sequence[Further]:
    """The open errands of a ticket in the order they were named, but for the service ``present`` it is at."""
    rows = session.execute(
        select(Service.id, Service.name, Service.platform)
        .join(Errand, Errand.service_id == Service.id)
        .where(Errand.ticket_id == ticket_id, Errand.state == "open", Errand.service_id != present)
        .order_by(Errand.id)
    )
    return [Further(*row) for row in rows]


def _window(row: tuple, day: date) -> Place:
    identity, name, clerk, state, opened_at = row
    if opened_at is None:
        return Place(identity, name, "未开窗")
    gone = clock.day_of(opened_at) != day
    return Place(
        identity, name, "昨日未关窗" if gone else f"{clerk}{'' if state == 'serving' else STATES[state]}", gone
    )


def _person(row: tuple, day: date) -> Place:
    identity, name, window, state, opened_at = row
    if opened_at is None:
        return Place(identity, name, "未开窗")
    gone = clock.day_of(opened_at) != day
    return Place(
        identity, name, "昨日未关窗" if gone else f"{window}{'' if state == 'serving' else STATES[state]}", gone
    )
