"""Ending what nobody ended, and signing the day. Both are the duty head's, and both say so in the trail."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.clock import day_of
from portal.queue.models import Ticket
from portal.queue.operations.closing import end_ticket
from portal.reports.closing import queries
from portal.reports.closing.figures import figures
from portal.reports.models import DayClose
from portal.trail import operations as trail

MOST_WORDS = 500
# the steps that need an eye but no end: code → what the duty head says to know
KNOWN = {
    "relays": "未签收的接力",
    "slips": "未打印的告知单",
    "promises": "即将到期的承诺",
    "running": "未结束的应急、联合接访",
}


class NotDone(Refused):
    """The day cannot be signed yet; the message says what is left."""


def end_tickets(
    session: Session,
    actor: Actor,
    chosen: Sequence[tuple[int, int]],
    *,
    outcome: str,
    words: str = "",
    at: datetime,
) -> list[Ticket]:
    """End several numbers, (id, version) each, with one outcome: all of them or none. Raises Refused, StaleTicket."""
    if not chosen:
        raise Refused("请先勾选要结束的号。")
    return [
        end_ticket(session, actor, ticket_id, version=version, outcome=outcome, words=words, at=at)
        for ticket_id, version in sorted(chosen)
    ]


def sign(session: Session, actor: Actor, day: date, *, known: Sequence[str], note: str, at: datetime) -> DayClose:
    """收工签字, once a day. Raises NotDone (open numbers or windows, signed already), FieldProblems (a step not 已知悉)."""
    if not actor.may(Permission.QUEUE_CLOSE_DAY):
        raise Refused("只有值班负责人可以收工签字。")
    if day > day_of(at):
        raise NotDone("这一天还没有到。")
    if (before := queries.signed(session, actor.centre_id, day)) is not None:
        raise NotDone(f"{day.isoformat()} 已由 {before.closed_by} 签字。")
    end = queries.ending(session, day)
    _refuse_unfinished(session, actor, end)
    counts = outstanding(session, actor, end)
    unread = [code for code, count in counts.items() if count and code not in known]
    if unread:
        raise FieldProblems({code: f"{KNOWN[code]} {counts[code]} 项，请查看后勾选“已知悉”。" for code in unread})
    made = DayClose(
        centre_id=actor.centre_id,
        day=day,
        closed_by=actor.id,
        closed_at=at,
        note=note.strip()[:MOST_WORDS],
        figures={**figures(session, actor.centre_id, end), "outstanding": counts},
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as problem:
        raise NotDone(f"{day.isoformat()} 刚刚已有人签字。") from problem
    words = {"note": made.note} if made.note else None
    _note(session, actor, day, "day.closed", at, {"total": made.figures["total"], "outstanding": counts}, words)
    return made


def add(session: Session, actor: Actor, day: date, *, words: str, at: datetime) -> None:
    """A later addition to a day that was signed; what was signed stays as it is. Raises Refused, FieldProblems."""
    if not actor.may(Permission.QUEUE_CLOSE_DAY):
        raise Refused("只有值班负责人可以补充说明。")
    if queries.signed(session, actor.centre_id, day) is None:
        raise Refused("这一天还没有签字，请在签字时写明。")
    said = words.strip()[:MOST_WORDS]
    if not said:
        raise FieldProblems({"words": "请填写补充说明。"})
    _note(session, actor, day, queries.ADDED, at, {}, {"words": said})


def outstanding(session: Session, actor: Actor, end: queries.Ending) -> dict[str, int]:
    """How much each step of KNOWN still holds."""
    alarms, joint = queries.still_running(session, actor, end)
    return {
        "relays": len(queries.unsigned_relays(session, actor.centre_id, end)),
        "slips": len(queries.unprinted(session, actor, end)),
        "promises": len(queries.due_promises(session, actor, end)),
        "running": len(alarms) + len(joint),
    }


def _refuse_unfinished(session: Session, actor: Actor, end: queries.Ending) -> None:
    tickets = queries.open_tickets(session, actor.centre_id, end)
    windows = queries.open_windows(session, actor.centre_id, end)
    left = [f"{len(tickets)} 个号没有结束（{_some(ticket.number for ticket in tickets)}）"] if tickets else []
    left += [f"{len(windows)} 个窗口没有关（{_some(window.name for window in windows)}）"] if windows else []
    if left:
        raise NotDone(f"还不能签字：{'，'.join(left)}。")


def _some(names: object) -> str:
    listed = list(names)
    return "、".join(listed[:5]) + ("等" if len(listed) > 5 else "")


def _note(session: Session, actor: Actor, day: date, kind: str, at: datetime, data: dict, words: dict | None) -> None:
    trail.append(
        session,
        queries.chain(actor.centre_id, day),
        kind,
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data=data,
        words=words,
    )
    trail.bump(session, actor.centre_id, "closing")
