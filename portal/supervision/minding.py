"""What the scheduler does about clocks in one centre, each batch in a transaction of its own; safe to run at any time, twice too."""

from datetime import datetime

from portal import database
from portal.cases import recomputing
from portal.clock import day_of
from portal.database import db
from portal.supervision import operations, pending, people, working

RECOMPUTE, DIGEST = "recompute", "digest"
MOST_BATCHES = 40  # of one kind in one run; the next run goes on, and other jobs are not kept waiting
PEOPLE_AT_ONCE = 10


def recompute_nightly(centre_id: int, at: datetime) -> bool:
    """Count every open clock again, once a day: on the first run after midnight, or the first after a night without scheduler."""
    if operations.ran(db.session(), centre_id, RECOMPUTE, day_of(at)):
        return False
    moved = recomputing.recompute_all(centre_id, at)
    return database.attempt(operations.finish, centre_id, RECOMPUTE, day_of(at), at, {"moved": moved})


def tell_dates(centre_id: int, at: datetime) -> int:
    """Warnings, overdue marks and moved dates, in working hours only. Returns how many things were said."""
    if not works_now(centre_id, at):
        return 0
    told = 0
    for find in (pending.moved, pending.warnings, pending.overdue):
        for _ in range(MOST_BATCHES):
            if not find(db.session(), centre_id, at, 1):
                break
            told += database.attempt(operations.tell, centre_id, find, at)
    return told


def send_digests(centre_id: int, at: datetime) -> int:
    """The digest of the day, in its first working hour that a scheduler sees. Returns how many were put into inboxes."""
    session = db.session()
    if not works_now(centre_id, at) or operations.ran(session, centre_id, DIGEST, day_of(at)):
        return 0
    ids = [actor.id for actor in people.readers(session, centre_id)]
    put = 0
    for first in range(0, len(ids), PEOPLE_AT_ONCE):
        put += database.attempt(operations.send_digests, centre_id, ids[first : first + PEOPLE_AT_ONCE], at)
    database.attempt(operations.finish, centre_id, DIGEST, day_of(at), at, {"lines": put})
    return put


def works_now(centre_id: int, at: datetime) -> bool:
    """Whether the hall works at the moment ``at``."""
    return working.hall_days(db.session(), centre_id, day_of(at)).open_at(at)
