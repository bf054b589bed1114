"""每日提要: what falls due and what is late, as counts, for each person and for each organ's people."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.clock import day_of
from portal.documents.letters import queries as letters
from portal.leadership.queries import instructions, tasks
from portal.organisation.operations.arranging import alone
from portal.supervision import due, people
from portal.supervision.models import InboxItem
from portal.supervision.operations.telling import inbox_topic
from portal.trail import operations as trail


def send_digests(session: Session, centre_id: int, account_ids: Iterable[int], at: datetime) -> int:
    """Put the digest of the day into the inboxes of ``account_ids``, one for each of their circles (due.SCOPES) with something in it.

    Who has it already gets no second one. Returns how many were put. The event is daily.digest, written by daily.finish.
    """
    alone(session, centre_id)
    today = day_of(at)
    actors = people.readers(session, centre_id, account_ids)
    held = select(InboxItem.account_id, InboxItem.once).where(
        InboxItem.account_id.in_([actor.id for actor in actors] or [0]),
        InboxItem.once.in_([_once(scope, today.isoformat()) for scope in due.SCOPES]),
    )
    kept = {tuple(row) for row in session.execute(held)}
    put: list[InboxItem] = []
    for actor in actors:
        for scope in due.scopes_of(actor):
            once = _once(scope, today.isoformat())
            if (actor.id, once) in kept:
                continue
            counts = _counts(session, actor, scope, today)
            if any(counts.values()):
                put.append(
                    InboxItem(
                        centre_id=centre_id,
                        account_id=actor.id,
                        unit_id=actor.unit_id if scope == "unit" else None,
                        kind="digest",
                        once=once,
                        data={"day": today.isoformat(), "scope": scope} | counts,
                        at=at,
                    )
                )
    session.add_all(put)
    session.flush()
    trail.bump(session, centre_id, *{inbox_topic(item.account_id) for item in put})
    return len(put)


def _counts(session: Session, actor: Actor, scope: str, today: date) -> dict[str, int]:
    """The limits of the circle, besides letters that wait for the person, tasks that leaders gave the organ, days of looking again."""
    counts = due.counts(session, actor, scope, today)
    if scope == "mine" and actor.may(Permission.LETTER_READ):
        counts["letters"] = len(letters.worklist(session, actor))
    if scope == "mine" and actor.may(Permission.LEADERSHIP_RECORD):
        counts["leader_looks"] = instructions.due_followups(session, actor, today, limit=1)[1]
    if scope == "unit" and actor.may(Permission.LEADERSHIP_TASK):
        counts["leader_tasks"], counts["leader_late"] = tasks.count(
            session, actor.centre_id, unit_id=actor.unit_id, actor=actor, today=today
        )
    return counts


def _once(scope: str, day: str) -> str:
    return f"digest:{scope}:{day}"
