"""Leases: of several schedulers that run at once, one does the work."""

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.trail.models import Lease


def take(session: Session, name: str, holder: str, at: datetime, length: timedelta) -> bool:
    """Whether ``holder`` has the lease ``name`` from ``at`` for ``length``: it was free, ran out, or was already its own.

    One statement decides, so that of two that ask at once exactly one is told yes.
    """
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    wanted = upsert(Lease).values(name=name, holder=holder, until=at + length)
    statement = wanted.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": at + length},
        where=or_(Lease.holder == holder, Lease.until <= at),
    ).returning(Lease.holder)
    return session.scalar(statement) == holder


def give_back(session: Session, name: str, holder: str, at: datetime) -> None:
    """End one's own lease, so that the next scheduler need not wait until it runs out."""
    lease = session.get(Lease, name, with_for_update=True)
    if lease is not None and lease.holder == holder:
        lease.until = at
        session.flush()
