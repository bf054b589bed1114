"""Reading emergencies: what is open for those who may help, the line of the one who pressed, and the list with its notes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.models import Account
from portal.queue.models import Emergency
from portal.queue.operations.emergencies import ANSWERED
from portal.trail.models import Event


@dataclass(frozen=True)
class Coming:
    """Somebody who said 我去, and when."""

    account_id: int
    name: str
    at: datetime


@dataclass(frozen=True)
class EmergencyShown:
    """An emergency as helpers see it. ``coming``: everybody who answered, the first first."""

    id: int
    place: str
    name: str
    at: datetime
    closed_at: datetime | None
    closed_name: str
    note: str | None
    coming: tuple[Coming, ...]

    @property
    def mistaken(self) -> bool:
        """It ended as 误按: nobody wrote an account of it."""
        return self.closed_at is not None and self.note is None

    def answered_by(self, actor: Actor) -> bool:
        """Whether ``actor`` is among those who are coming."""
        return any(each.account_id == actor.id for each in self.coming)


@dataclass(frozen=True)
class OwnAlarm:
    """What the one who pressed reads: that it went out, and who is coming ("" as long as nobody is)."""

    at: datetime
    coming: str
    coming_at: datetime | None


def open_emergencies(session: Session, actor: Actor) -> list[EmergencyShown]:
    """The open emergencies that others raised, the oldest first. Two queries."""
    wanted = _wanted().where(
        Emergency.centre_id == actor.centre_id, Emergency.closed_at.is_(None), Emergency.account_id != actor.id
    )
    return _shown(session, wanted.order_by(Emergency.id))


def emergency(session: Session, actor: Actor, emergency_id: int) -> EmergencyShown | None:
    """One emergency of the centre, or None."""
    wanted = _wanted().where(Emergency.centre_id == actor.centre_id, Emergency.id == emergency_id)
    return next(iter(_shown(session, wanted)), None)


def emergencies(session: Session, actor: Actor, *, before: int | None = None, limit: int = 25) -> list[EmergencyShown]:
    """All of the centre's, the latest first, paged by id. Two queries."""
    wanted = _wanted().where(Emergency.centre_id == actor.centre_id).order_by(Emergency.id.desc()).limit(limit)
    return _shown(session, wanted.where(Emergency.id < before) if before else wanted)


def own_alarm(session: Session, actor: Actor) -> OwnAlarm | None:
    """The actor's own open emergency."""
    wanted = (
        select(Emergency.at, Account.name, Emergency.answered_at)
        .outerjoin(Account, Account.id == Emergency.answered_by)
        .where(Emergency.centre_id == actor.centre_id, Emergency.closed_at.is_(None), Emergency.account_id == actor.id)
    )
    row = session.execute(wanted).first()
    return OwnAlarm(row[0], row[1] or "", row[2]) if row else None


def _wanted():
    presser, closer = aliased(Account), aliased(Account)
    return (
        select(
            Emergency.id,
            Emergency.place,
            presser.name.label("name"),
            Emergency.at,
            Emergency.closed_at,
            closer.name.label("closed_name"),
            Emergency.note,
        )
        .join(presser, presser.id == Emergency.account_id)
        .outerjoin(closer, closer.id == Emergency.closed_by)
    )


def _shown(session: Session, wanted) -> list[EmergencyShown]:
    rows = session.execute(wanted).all()
    coming: dict[str, list[Coming]] = {}
    if rows:
        chains = [f"emergency:{row.id}" for row in rows]
        answers = (
            select(Event.chain, Event.actor_id, Account.name, Event.at)
            .join(Account, Account.id == Event.actor_id)
            .where(Event.chain.in_(chains), Event.kind == ANSWERED)
            .order_by(Event.chain, Event.seq)
        )
        for chain, account_id, name, at in session.execute(answers):
            coming.setdefault(chain, []).append(Coming(account_id, name, at))
    return [
        EmergencyShown(
            id=row.id,
            place=row.place,
            name=row.name,
            at=row.at,
            closed_at=row.closed_at,
            closed_name=row.closed_name or "",
            note=row.note,
            coming=tuple(coming.get(f"emergency:{row.id}", ())),
        )
        for row in rows
    ]
