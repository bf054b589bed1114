"""Reading the trail: a chain's events with their words, revisions, and the proof that nothing was altered."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.trail.models import Access, Event, EventPayload, Revision, Seal, TrailHead
from portal.trail.operations import GENESIS, digest_of


@dataclass(frozen=True)
class Entry:
    """One event as a reader sees it: ``words`` is empty once the payload was erased."""

    seq: int
    kind: str
    actor_id: int | None
    at: datetime
    data: dict[str, Any]
    words: dict[str, Any]


def entries(session: Session, chain: str, *, kinds: tuple[str, ...] = ()) -> list[Entry]:
    """The events of ``chain``, oldest first, in one query."""
    wanted = (
        select(Event.seq, Event.kind, Event.actor_id, Event.at, Event.data, EventPayload.text)
        .outerjoin(EventPayload, EventPayload.event_id == Event.id)
        .where(Event.chain == chain)
        .order_by(Event.seq)
    )
    if kinds:
        wanted = wanted.where(Event.kind.in_(kinds))
    return [
        Entry(row.seq, row.kind, row.actor_id, row.at, row.data, json.loads(row.text) if row.text else {})
        for row in session.execute(wanted)
    ]


def revisions(session: Session, centre_id: int) -> dict[str, int]:
    """Every topic's revision in one centre."""
    rows = session.execute(select(Revision.topic, Revision.value).where(Revision.centre_id == centre_id))
    return {topic: value for topic, value in rows}


def revision(session: Session, centre_id: int, topic: str) -> int:
    """One topic's revision; 0 where it never changed."""
    found = select(Revision.value).where(Revision.centre_id == centre_id, Revision.topic == topic)
    return session.scalar(found) or 0


def accesses(session: Session, centre_id: int, *, before: int | None = None, limit: int = 50) -> list[Access]:
    """The access log, newest first, paged by key."""
    wanted = select(Access).where(Access.centre_id == centre_id).order_by(Access.id.desc()).limit(limit)
    return list(session.scalars(wanted.where(Access.id < before) if before else wanted))


def verify(session: Session) -> list[str]:
    """Recompute every chain and every seal. Returns what does not fit, in words; an empty list is a clean trail."""
    return [*_verify_chains(session), *_verify_seals(session)]


def _verify_chains(session: Session) -> Iterator[str]:
    chain, expected, previous = None, 1, GENESIS
    tips: dict[str, tuple[int, str]] = {}
    for event, payload in session.execute(
        select(Event, EventPayload)
        .outerjoin(EventPayload, EventPayload.event_id == Event.id)
        .order_by(Event.chain, Event.seq)
        .execution_options(yield_per=1000)
    ):
        if event.chain != chain:
            chain, expected, previous = event.chain, 1, GENESIS
        where = f"{event.chain}#{event.seq}"
        if event.seq != expected:
            yield f"{where}: expected #{expected}"
        if event.previous != previous:
            yield f"{where}: does not follow the event before it"
        if digest_of(event) != event.digest:
            yield f"{where}: altered"
        if payload and hashlib.sha256((payload.salt + payload.text).encode()).hexdigest() != event.payload_digest:
            yield f"{where}: words altered"
        expected, previous = event.seq + 1, event.digest
        tips[event.chain] = (event.seq, event.digest)
    for head in session.execute(select(TrailHead.chain, TrailHead.seq, TrailHead.head)):
        if tips.pop(head.chain, None) != (head.seq, head.head):
            yield f"{head.chain}: the head does not match the last event"
    yield from (f"{chain}: events without a head" for chain in tips)


def _verify_seals(session: Session) -> Iterator[str]:
    previous: dict[int, str] = {}
    for seal in session.scalars(select(Seal).order_by(Seal.centre_id, Seal.id)):
        stated = f"{seal.centre_id}|{seal.at.isoformat()}|{seal.content}|{seal.previous}"
        if hashlib.sha256(stated.encode()).hexdigest() != seal.digest:
            yield f"seal {seal.id}: altered"
        if seal.previous != previous.get(seal.centre_id, GENESIS):
            yield f"seal {seal.id}: does not follow the seal before it"
        previous[seal.centre_id] = seal.digest
        for chain, seq, head in json.loads(seal.content):
            found = session.scalar(select(Event.digest).where(Event.chain == chain, Event.seq == seq))
            if found != head:
                yield f"seal {seal.id}: {chain}#{seq} is not what was sealed"
