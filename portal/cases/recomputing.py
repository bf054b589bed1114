"""Counting all open clocks again, batch by batch: for the scheduler at night and for a publication."""

from datetime import datetime

from portal import database
from portal.cases import operations
from portal.statutes import operations as statutes


def recompute_all(centre_id: int, at: datetime, batches: int | None = None) -> int:
    """Count every open clock of the centre again, each batch in a transaction of its own. Returns how many moved.

    First a calendar is put into force whose day has come.
    At most ``batches`` of them where given: the rest is left to the next call, which changes nothing twice.
    """
    with database.write() as session:
        statutes.put_into_force(session, at)
    after: int | None = 0
    moved = done = 0
    while after is not None and (batches is None or done < batches):
        batch = database.attempt(_batch, centre_id, at, after)
        after, moved, done = batch.after, moved + batch.moved, done + 1
    return moved


def _batch(session, centre_id: int, at: datetime, after: int) -> operations.Recomputed:
    return operations.recompute(session, centre_id, at, after=after)
