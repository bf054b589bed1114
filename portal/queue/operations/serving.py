"""The visitor at the window: 到窗, 挂起, 恢复, and 接待完毕 (which is not 办结)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations.record import note as note_on_case
from portal.organisation.models import Service, Window, WindowService
from portal.queue.models import Errand, Period, Ticket
from portal.queue.operations.calls import call_next, refuse_foreign
from portal.queue.operations.moves import CALLED, DONE, HELD, SERVING, WAITING, move, note
from portal.queue.operations.refusals import NothingRecorded, OpenErrands, Refused, StillServing
from portal.queue.operations.windows import place_of
from portal.trail import operations as trail

# how a visitor may leave the window without a case; what was answered or why must be written beside the first and the last
REASONS = {"advice": "仅咨询，已当场答复", "left": "群众自行离开", "other": "其他"}
NEEDS_WORDS = ("advice", "other")
MOST_WORDS = 200


def start(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """到窗: the called visitor is there. Raises StaleTicket.

    A visitor who brings a case is noted on the case too, and the windows that sent the visitor here are told.
    """
    ticket = move(
        session, actor, ticket_id, version=version, source=(CALLED,), target=SERVING, at=at, mine=True, started_at=at
    )
    note(session, actor, ticket, "ticket.started", at, {"window_id": ticket.window_id})
    window = session.get(Window, ticket.window_id)
    if ticket.case_id:
        data = {"ticket_id": ticket.id, "number": ticket.number, "platform": window.platform}
        data |= {"window_id": window.id, "window": window.name}
        note_on_case(session, session.get(Case, ticket.case_id), "visit.arrived", actor, at, data=data)
    senders = session.scalars(
        select(Window.platform)
        .join(Period, Period.window_id == Window.id)
        .where(Period.ticket_id == ticket.id, Period.kind == "serving", Window.id != window.id)
        .distinct()
    )
    trail.bump(session, actor.centre_id, f"window:{window.id}", *{f"relays:{platform}" for platform in senders})
    return ticket


def hold(session: Session, actor: Actor, ticket_id: int, *, version: int, reason: str, at: datetime) -> Ticket:
    """挂起: the visitor steps aside (fetches a paper), the window is free, the number stays with this clerk.

    Raises StaleTicket, Refused without a reason (≤ 60 characters).
    """
    if not reason.strip():
        raise Refused("请填写挂起原因。")
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(SERVING,),
        target=HELD,
        at=at,
        mine=True,
        hold_reason=reason.strip()[:60],
    )
    words = {"reason": ticket.hold_reason}
    note(session, actor, ticket, "ticket.held", at, {"window_id": ticket.window_id}, words)
    trail.bump(session, actor.centre_id, f"window:{ticket.window_id}")
    return ticket


def resume_held(session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime) -> Ticket:
    """The held visitor is back, at the actor's window (a colleague's of the same service may take over).

    Raises StillServing where somebody else is being served there, StaleTicket, Refused.
    """
    place = place_of(session, actor)
    if place.ticket_number:
        raise StillServing(f"{place.name} 正在接待 {place.ticket_number}，请先办结、挂起或过号。")
    if place.state != SERVING:
        raise Refused(f"{place.name} 没有在服务，请先恢复服务。")
    offered = select(WindowService.service_id).where(WindowService.window_id == place.window_id)
    before = session.execute(
        select(Ticket.service_id, Ticket.window_id).where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    ).one_or_none()
    if before is not None and before.service_id not in set(session.scalars(offered)):
        raise Refused(f"{place.name} 不办理这个号的服务。")
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(HELD,),
        target=SERVING,
        at=at,
        window_id=place.window_id,
        account_id=actor.id,
        hold_reason="",
    )
    note(session, actor, ticket, "ticket.resumed", at, {"window_id": ticket.window_id})
    trail.bump(session, actor.centre_id, *{f"window:{ticket.window_id}", f"window:{before.window_id}"})
    return ticket


def back_to_queue(
    session: Session, actor: Actor, ticket_id: int, *, version: int, at: datetime, keep: bool = False
) -> Ticket:
    """回到排队: a held number waits again with the rank it always had; ``keep``: for the actor, as long as a window is open.

    The actor's own, or one of the services of the actor's window. Raises StaleTicket, Refused (of another day or window).
    """
    place = place_of(session, actor)
    before = session.execute(
        select(Ticket.account_id, Ticket.window_id).where(Ticket.id == ticket_id, Ticket.centre_id == actor.centre_id)
    ).one_or_none()
    if before is None or before.account_id != actor.id or keep:
        refuse_foreign(session, actor, place, ticket_id)
    ticket = move(
        session,
        actor,
        ticket_id,
        version=version,
        source=(HELD,),
        target=WAITING,
        at=at,
        window_id=None,
        account_id=None,
        called_at=None,
        calls=0,
        hold_reason="",
        for_window_id=None,
        for_account_id=actor.id if keep else None,
    )
    if ticket.day != clock.day_of(at):
        raise Refused(f"{ticket.number} 不是今天的号，请重新取号。")
    note(session, actor, ticket, "ticket.waits_again", at, {"number": ticket.number} | ({"kept": True} if keep else {}))
    trail.bump(session, actor.centre_id, "queue", f"window:{before.window_id}")
    return ticket


def finish(
    session: Session,
    actor: Actor,
    ticket_id: int,
    *,
    version: int,
    at: datetime,
    reason: str = "",
    words: str = "",
    drop: bool = False,
) -> Ticket:
    """接待完毕. A visit on no case needs a ``reason`` (code of REASONS), with ``words`` for those in NEEDS_WORDS.

    ``drop``: further services of the visit that are still open are given up (其余不办了). Raises OpenErrands where there are
    some and it is not said, NothingRecorded where neither case nor reason is there, StaleTicket.
    """
    left_over = _further(session, ticket_id)
    has_case = session.scalar(
        select(Ticket.case_id).where(Ticket.id == ticket_id, Ticket.account_id == actor.id, Ticket.state == SERVING)
    )
    ticket = move(session, actor, ticket_id, version=version, source=(SERVING,), target=DONE, at=at, mine=True)
    if left_over and not drop:
        raise OpenErrands(list(left_over.values()))
    if has_case is None:
        _check_reason(reason, words.strip())
    data = {"window_id": ticket.window_id, "case_id": ticket.case_id, "reason": None if has_case else reason}
    data |= {"dropped": list(left_over)} if left_over else {}
    said = words.strip()[:MOST_WORDS]
    note(session, actor, ticket, "ticket.finished", at, data, {"words": said} if said and not has_case else None)
    trail.bump(session, actor.centre_id, "board", f"window:{ticket.window_id}")
    return ticket


def finish_and_call_next(
    session: Session,
    actor: Actor,
    ticket_id: int,
    *,
    version: int,
    at: datetime,
    reason: str = "",
    words: str = "",
    drop: bool = False,
) -> Ticket | None:
    """One key: finish this visitor and call the next, in one transaction; None where nobody waits. Raises as both do."""
    finish(session, actor, ticket_id, version=version, at=at, reason=reason, words=words, drop=drop)
    return call_next(session, actor, at=at)


def _further(session: Session, ticket_id: int) -> dict[int, str]:
    """The open errands of a ticket besides the service it is at, by service id."""
    wanted = (
        select(Service.id, Service.name)
        .join(Errand, Errand.service_id == Service.id)
        .join(Ticket, Ticket.id == Errand.ticket_id)
        .where(Errand.ticket_id == ticket_id, Errand.state == "open", Errand.service_id != Ticket.service_id)
        .order_by(Errand.id)
    )
    return dict(session.execute(wanted).all())


def _check_reason(reason: str, words: str) -> None:
    if reason not in REASONS:
        raise NothingRecorded("尚未登记事项或续访，请选择结束原因。")
    if reason in NEEDS_WORDS and not words:
        raise NothingRecorded("请写明答复了什么。" if reason == "advice" else "请写明原因。")
