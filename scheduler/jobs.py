"""What is done periodically. Each job opens its own application context and may be run again at any time without harm."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal import clock, database
from portal.database import db
from portal.organisation.models import Centre
from portal.queue.operations import appointments
from portal.supervision import minding
from portal.trail import operations as trail
from scheduler import lease

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """``work(app)`` every ``seconds``; its lease outlives one interval, so that a slow run is not overtaken."""

    name: str
    seconds: int
    work: Callable[[Flask], None]


def seal_trail(app: Flask) -> None:
    """Seal what moved in each centre's chains, into the database and into a file outside it."""
    folder = app.config["PORTAL"].home / "seals"
    for centre_id in db.session.scalars(select(Centre.id).order_by(Centre.id)).all():
        with database.write() as session:
            trail.seal(session, centre_id, clock.now(), folder)


def mark_missed_appointments(app: Flask) -> None:
    """爽约: what was promised and not come for, in each centre; a quiet hall is not written to."""
    for centre_id in db.session.scalars(select(Centre.id).order_by(Centre.id)).all():
        if appointments.any_overdue(db.session, centre_id, clock.now()):
            with database.write() as session:
                appointments.mark_missed(session, centre_id, clock.now())


def recompute_clocks(app: Flask) -> None:
    """Each centre's open clocks, once a night: a calendar that was published moves what was provisional."""
    for centre_id in db.session.scalars(select(Centre.id).order_by(Centre.id)).all():
        minding.recompute_nightly(centre_id, clock.now())


def tell_dates(app: Flask) -> None:
    """Warnings before a legal date, overdue marks and moved dates into inboxes, in each hall's working hours."""
    for centre_id in db.session.scalars(select(Centre.id).order_by(Centre.id)).all():
        minding.tell_dates(centre_id, clock.now())


def send_digests(app: Flask) -> None:
    """每日提要, once each working morning."""
    for centre_id in db.session.scalars(select(Centre.id).order_by(Centre.id)).all():
        minding.send_digests(centre_id, clock.now())


JOBS = (
    Job("seal-trail", 60, seal_trail),
    Job("mark-missed-appointments", 300, mark_missed_appointments),
    Job("recompute-clocks", 600, recompute_clocks),
    Job("tell-dates", 300, tell_dates),
    Job("send-digests", 300, send_digests),
)


def run(app: Flask, job: Job, holder: str) -> bool:
    """Do ``job`` if no other scheduler holds its lease. Returns whether it was done; a failure is logged, never raised."""
    with app.app_context():
        try:
            with database.write() as session:
                mine = lease.take(session, job.name, holder, clock.now(), timedelta(seconds=2 * job.seconds))
            if mine:
                job.work(app)
            return mine
        except Exception:  # the next interval tries again; a scheduler that died would seal nothing at all
            log.exception("%s failed", job.name)
            return False


def release(app: Flask, holder: str) -> None:
    """Give back every lease of ``holder`` and close the database, at a stop."""
    with app.app_context():
        with database.write() as session:
            for job in JOBS:
                lease.give_back(session, job.name, holder, clock.now())
        db.session.remove()
        db.engine.dispose()
