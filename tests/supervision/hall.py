"""A hall with hours, warning points and one petition whose limits run, for the tests of warnings and inbox."""

from datetime import date, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.models import Account
from portal.cases import recomputing
from portal.cases.models import Clock
from portal.organisation import operations as organisation
from portal.organisation.models import Centre
from portal.statutes import operations as statutes
from portal.supervision import minding, operations
from portal.supervision.models import InboxItem
from portal.supervision.pending import EVERY
from tests.cases.desk import NOW, actor_named

HOURS = {"work": [(510, 720), (870, 1080)], "rest": []}  # 08:30-12:00, 14:30-18:00


def open_hall(app: Flask, days: tuple[int, ...] = (7, 3, 1), key: str = EVERY) -> int:
    """The founded hall with its calendar, hours and warning points; returns the centre's id."""
    with app.app_context(), database.write() as session:
        statutes.load_published(session, NOW)
        admin = actor_named(session, "sysadmin")
        organisation.set_hours(session, admin, None, HOURS, at=NOW)
        operations.set_points(session, admin, key, days, at=NOW)
        return session.scalars(select(Centre.id)).one()


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the hall's wall clock on ``day``."""
    return clock.at_hall(day, hour, minute)


def tell(app: Flask, centre_id: int, moment: datetime) -> int:
    """One run of the job at ``moment``; returns how many things were said."""
    with app.app_context():
        return minding.tell_dates(centre_id, moment)


def digest(app: Flask, centre_id: int, moment: datetime) -> int:
    """One run of the digest's job; returns how many lines were put into inboxes."""
    with app.app_context():
        return minding.send_digests(centre_id, moment)


def recount(centre_id: int, moment: datetime) -> int:
    """All open clocks counted again; returns how many moved."""
    return recomputing.recompute_all(centre_id, moment)


def inbox(session: Session, login: str) -> list[InboxItem]:
    """The lines of one person, oldest first."""
    account = session.scalars(select(Account.id).where(Account.login_name == login)).one()
    return list(session.scalars(select(InboxItem).where(InboxItem.account_id == account).order_by(InboxItem.id)))


def told(session: Session, login: str) -> list[tuple[str, str, int | None]]:
    """(kind, key, days) of a person's lines about clocks, oldest first."""
    return [(item.kind, item.data["key"], item.data["days"]) for item in inbox(session, login) if item.case_id]


def running(session: Session, key: str) -> Clock:
    """The one running clock of ``key``."""
    return session.scalars(select(Clock).where(Clock.key == key, Clock.stopped_at.is_(None))).one()
