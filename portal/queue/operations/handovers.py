"""交接班: a clerk leaves the window to a colleague, with a note of what is pending and the numbers still on hold."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.queue.models import Handover, Ticket, WindowSession
from portal.queue.operations.moves import HELD, move, note
from portal.queue.operations.refusals import Refused
from portal.queue.operations.windows import Place, end_session, place_of
from portal.trail import operations as trail

MOST_WORDS = 500
MOST_NUMBERS = 200


def hand_over(session: Session, actor: Actor, to_account_id: int, *, words: str, at: datetime) -> Handover:
    """Close the actor's window and give its held numbers to ``to_account_id``, who finds ``words`` when opening one.

    Raises StillServing while a visitor is at the window, Refused (nobody of the platform, oneself, no words).
    """
    place = place_of(session, actor)
    successor = _successor(session, actor, place, to_account_id)
    if not words.strip():
        raise Refused("请写明有什么没办完；没有的，写“无”。")
    held = _held(session, actor)
    for ticket_id in held:
        ticket = move(
            session, actor, ticket_id, version=None, source=(HELD,), target=HELD, at=at, mine=True, account_id=successor.id
        )  # fmt: skip
        note(session, actor, ticket, "ticket.handed_over", at, {"to_account_id": successor.id})
    made = Handover(
        centre_id=actor.centre_id,
        window_id=place.window_id,
        from_account_id=actor.id,
        to_account_id=successor.id,
        at=at,
        note=words.strip()[:MOST_WORDS],
        numbers="、".join(held.values())[:MOST_NUMBERS],
    )
    session.add(made)
    session.flush()
    data = {"handover_id": made.id, "to_account_id": successor.id, "numbers": list(held.values())}
    end_session(session, actor, place, "window.handed_over", at, data)
    _tell(session, actor, successor.id)
    return made


def accept_handover(session: Session, actor: Actor, handover_id: int, *, at: datetime) -> Handover:
    """确认接班. Raises Refused where it is none of the actor's, or was accepted before."""
    made = session.scalar(
        update(Handover)
        .where(Handover.id == handover_id, Handover.to_account_id == actor.id, Handover.accepted_at.is_(None))
        .values(accepted_at=at)
        .returning(Handover)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if made is None:
        raise Refused("没有等您确认的这次交班，或者已经确认过。")
    trail.append(
        session,
        f"account:{actor.id}",
        "window.taken_over",
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"handover_id": made.id, "window_id": made.window_id, "from_account_id": made.from_account_id},
    )
    _tell(session, actor, actor.id)
    return made


def _successor(session: Session, actor: Actor, place: Place, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None or found.centre_id != actor.centre_id or not found.enabled:
        raise Refused("没有这位工作人员，或账号已停用。")
    if found.id == actor.id:
        raise Refused("不能交班给自己。")
    if place.platform not in found.platforms or not found.may(Permission.QUEUE_SERVE):
        raise Refused("请交给本平台的窗口工作人员。")
    return found


def _held(session: Session, actor: Actor) -> dict[int, str]:
    """The actor's held numbers by id, in a fixed order, so that two who hand over at once never wait for each other."""
    wanted = select(Ticket.id, Ticket.number).where(Ticket.account_id == actor.id, Ticket.state == HELD)
    return dict(session.execute(wanted.order_by(Ticket.id)).all())


def _tell(session: Session, actor: Actor, account_id: int) -> None:
    """The console of ``account_id``, where one is open."""
    seat = select(WindowSession.window_id).where(
        WindowSession.account_id == account_id, WindowSession.closed_at.is_(None)
    )
    if (window_id := session.scalar(seat)) is not None:
        trail.bump(session, actor.centre_id, f"window:{window_id}")
