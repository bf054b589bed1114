"""The emergency key: raised at once and in silence, answered by whoever goes there, ended with an account of what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.organisation.models import Window
from portal.queue.models import Emergency, WindowSession
from portal.queue.operations.refusals import Refused
from portal.trail import operations as trail
from portal.trail.models import Event

TOPIC, ANSWERED = "alarm", "emergency.answered"
DESK, ELSEWHERE = "导引台", "未开窗"
FEWEST, MOST = 10, 2000  # characters of the account: enough to say what happened, this hall's own rule


@dataclass(frozen=True)
class Raised:
    """An open emergency of the actor's; ``again``: it was open before this press."""

    id: int
    again: bool


def may_raise(actor: Actor) -> bool:
    """Whoever sits opposite visitors: at a window or at the desk."""
    return actor.may(Permission.QUEUE_SERVE) or actor.may(Permission.QUEUE_GREET)


def may_help(actor: Actor) -> bool:
    """Who is told: the duty head and those at the desk. A clerk's screen stands where visitors may look at it."""
    walks = actor.may(Permission.QUEUE_GREET) or actor.may(Permission.QUEUE_CLOSE_DAY)
    return actor.may(Permission.QUEUE_OVERVIEW) and walks


def raise_emergency(session: Session, actor: Actor, *, at: datetime, at_desk: bool = False) -> Raised:
    """F9. Nothing is asked and nothing can be refused; while one of the actor's is open, a further press changes nothing.

    ``at_desk``: it was pressed on the greeter's page; else the place is the actor's open window.
    """
    session.execute(select(Account.id).where(Account.id == actor.id).with_for_update())  # two presses, one emergency
    mine = (Emergency.centre_id == actor.centre_id, Emergency.closed_at.is_(None), Emergency.account_id == actor.id)
    known = session.scalar(select(Emergency.id).where(*mine).limit(1))
    if known is not None:
        return Raised(known, True)
    seat = session.execute(
        select(Window.id, Window.name)
        .join(WindowSession, WindowSession.window_id == Window.id)
        .where(WindowSession.account_id == actor.id, WindowSession.closed_at.is_(None))
    ).one_or_none()
    greets = actor.may(Permission.QUEUE_GREET) and not actor.may(Permission.QUEUE_CLOSE_DAY)
    elsewhere = DESK if at_desk or greets else ELSEWHERE
    made = Emergency(
        centre_id=actor.centre_id,
        window_id=seat.id if seat else None,
        place=seat.name if seat else elsewhere,
        account_id=actor.id,
        at=at,
    )
    session.add(made)
    session.flush()
    _note(session, actor, made, "emergency.raised", at, {"window_id": made.window_id, "place": made.place})
    return Raised(made.id, False)


def answer(session: Session, actor: Actor, emergency_id: int, *, at: datetime) -> Emergency:
    """我去. The first is shown to the one who pressed; others who come are in the events. Raises Refused."""
    found = _open(session, actor, emergency_id)
    if found.account_id == actor.id:
        raise Refused("这次应急是您自己按的，请等同事到场。")
    before = select(Event.id).where(
        Event.chain == f"emergency:{found.id}", Event.kind == ANSWERED, Event.actor_id == actor.id
    )
    if session.scalar(before.limit(1)):
        return found
    if found.answered_by is None:
        found.answered_by, found.answered_at = actor.id, at
    session.flush()
    _note(session, actor, found, ANSWERED, at, {"first": found.answered_by == actor.id})
    return found


def close(session: Session, actor: Actor, emergency_id: int, *, words: str, at: datetime) -> Emergency:
    """结束, with what happened in at least FEWEST characters. Raises Refused."""
    said = words.strip()
    if len(said) < FEWEST:
        raise Refused(f"请写明发生了什么、怎样处理的，至少 {FEWEST} 个字。")
    return _end(session, actor, emergency_id, said[:MOST], at)


def close_mistaken(session: Session, actor: Actor, emergency_id: int, *, at: datetime) -> Emergency:
    """误按: somebody looked, and nothing was wrong. Raises Refused."""
    return _end(session, actor, emergency_id, None, at)


def _end(session: Session, actor: Actor, emergency_id: int, said: str | None, at: datetime) -> Emergency:
    found = _open(session, actor, emergency_id)
    if found.account_id == actor.id:
        raise Refused("请由到场的同事结束，不由按键的人自己结束。")
    found.closed_by, found.closed_at, found.note = actor.id, at, said
    session.flush()
    words = {"words": said} if said else None
    _note(session, actor, found, "emergency.closed", at, {"mistaken": said is None}, words)
    return found


def _open(session: Session, actor: Actor, emergency_id: int) -> Emergency:
    wanted = select(Emergency).where(Emergency.id == emergency_id, Emergency.centre_id == actor.centre_id)
    found = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if found is None or not may_help(actor):
        raise Refused("没有这次应急。")
    if found.closed_at:
        who = session.scalar(select(Account.name).where(Account.id == found.closed_by))
        raise Refused(f"这次应急已由 {who} 结束。")
    return found


def _note(
    session: Session,
    actor: Actor,
    emergency: Emergency,
    kind: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> None:
    trail.append(
        session,
        f"emergency:{emergency.id}",
        kind,
        centre_id=emergency.centre_id,
        actor_id=actor.id,
        at=at,
        data=data,
        words=words,
    )
    # only this topic: what hangs in front of visitors does not listen to it
    trail.bump(session, emergency.centre_id, TOPIC)
