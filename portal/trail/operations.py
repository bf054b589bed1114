"""Writing the trail. Everything here runs inside database.write() except note_access, which commits by itself."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database import separate_write
from portal.trail.models import Access, Event, EventPayload, Revision, Seal, TrailHead

GENESIS = "0" * 64
_STATED = [column for column in Event.__table__.columns if column.name not in ("id", "digest")]
_PLAIN = {"synchronize_session": False}
SEALING = "sealing"  # no board's topic: whoever holds its row may add a seal
OVERLAP = timedelta(minutes=5)  # a transaction may commit after one that moved its head later


def append(
    session: Session,
    chain: str,
    kind: str,
    *,
    centre_id: int,
    actor_id: int | None,
    at: datetime,
    data: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> int:
    """Add one event to ``chain`` ("case:12", "ticket:9", "account:3").

    ``data`` are codes and ids, plain; ``words`` is what people said or wrote, kept encrypted and erasable, with only a
    salted digest in the chain. Core statements, because every write of the portal comes through here under its lock.
    Returns the event's id.
    """
    head = session.execute(
        select(TrailHead.seq, TrailHead.head).where(TrailHead.chain == chain).with_for_update()
    ).first()
    payload = json.dumps(words, ensure_ascii=False, sort_keys=True) if words else None
    salt = secrets.token_hex(16)
    event = Event(
        centre_id=centre_id,
        chain=chain,
        seq=head.seq + 1 if head else 1,
        kind=kind,
        actor_id=actor_id,
        at=at,
        data=data or {},
        payload_digest=hashlib.sha256((salt + payload).encode()).hexdigest() if payload else None,
        previous=head.head if head else GENESIS,
    )
    stated = {column.name: getattr(event, column.name) for column in _STATED} | {"digest": digest_of(event)}
    event_id = session.execute(insert(Event).values(stated).returning(Event.id)).scalar_one()
    if payload:
        session.execute(insert(EventPayload).values(event_id=event_id, salt=salt, text=payload))
    tip = {"seq": stated["seq"], "head": stated["digest"], "moved_at": at}
    if head:
        session.execute(update(TrailHead).where(TrailHead.chain == chain).values(tip), execution_options=_PLAIN)
    else:
        session.execute(insert(TrailHead).values(chain=chain, centre_id=centre_id, **tip))
    return event_id


def digest_of(event: Event) -> str:
    """The chain hash of ``event`` over everything it states and the event before it."""
    stated = [
        event.chain,
        event.seq,
        event.kind,
        event.centre_id,
        event.actor_id,
        event.at.isoformat(timespec="microseconds"),
        event.data,
        event.payload_digest,
        event.previous,
    ]
    return hashlib.sha256(json.dumps(stated, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def bump(session: Session, centre_id: int, *topics: str) -> None:
    """Say that ``topics`` changed. Sorted, so that two transactions never wait for each other crosswise."""
    if not topics:
        return
    dialect = session.get_bind().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(
        upsert(Revision)
        .values([{"centre_id": centre_id, "topic": topic, "value": 1} for topic in sorted(set(topics))])
        .on_conflict_do_update(index_elements=["centre_id", "topic"], set_={"value": Revision.value + 1})
    )
    if dialect == "postgresql":
        session.execute(text("SELECT pg_notify('portal_topics', '')"))


def note_access(
    *,
    centre_id: int,
    actor_id: int | None,
    at: datetime,
    action: str,
    subject: str,
    reason: str | None = None,
    refused: bool = False,
    address: str | None = None,
) -> None:
    """Record a reading (or its refusal) durably before anything is shown. Opens its own short transaction."""
    with separate_write() as connection:
        connection.execute(
            insert(Access).values(
                centre_id=centre_id,
                actor_id=actor_id,
                at=at,
                action=action,
                subject=subject,
                reason=reason,
                refused=refused,
                address=address,
            )
        )


def seal(session: Session, centre_id: int, at: datetime, folder: Path) -> Seal | None:
    """Seal the heads that moved since the last seal; also append the seal to ``folder``/seals-<centre>.jsonl.

    Returns None where nothing moved. Heads are taken by when they moved, never by event id: ids commit out of order.
    Two that seal at once take turns, so that the second follows the first one's seal and the file has their order.
    """
    _take_turns(session, centre_id)
    last = session.scalar(select(Seal).where(Seal.centre_id == centre_id).order_by(Seal.id.desc()).limit(1))
    moved = select(TrailHead.chain, TrailHead.seq, TrailHead.head).where(TrailHead.centre_id == centre_id)
    if last:
        moved = moved.where(TrailHead.moved_at >= last.covers_until - OVERLAP)
    known = _recently_sealed(session, centre_id, at)
    rows = [list(row) for row in session.execute(moved.order_by(TrailHead.chain)) if (row.chain, row.head) not in known]
    if not rows:
        return None
    content = json.dumps(rows, separators=(",", ":"))
    previous = last.digest if last else GENESIS
    digest = hashlib.sha256(f"{centre_id}|{at.isoformat()}|{content}|{previous}".encode()).hexdigest()
    made = Seal(
        centre_id=centre_id, at=at, covers_until=at, heads=len(rows), content=content, previous=previous, digest=digest
    )
    session.add(made)
    session.flush()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"seals-{centre_id}.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({"at": at.isoformat(), "heads": rows, "previous": previous, "digest": digest}) + "\n")
    return made


def _take_turns(session: Session, centre_id: int) -> None:
    # A seal cannot be locked before there is one, and the last one does not stay the last: a row of its own is held instead.
    # Its number stays as it is, so that no stream wakes.
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        upsert(Revision)
        .values(centre_id=centre_id, topic=SEALING, value=0)
        .on_conflict_do_update(index_elements=["centre_id", "topic"], set_={"value": Revision.value})
    )


def _recently_sealed(session: Session, centre_id: int, at: datetime) -> set[tuple[str, str]]:
    recent = select(Seal.content).where(Seal.centre_id == centre_id, Seal.at >= at - 2 * OVERLAP)
    return {(chain, head) for content in session.scalars(recent) for chain, _seq, head in json.loads(content)}
