"""Keeping briefs: number 1 is as the record gave it, each change is a further version; nothing is overwritten."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import seal_free_text
from portal.leadership import brief_lines
from portal.leadership.brief_lines import SECTIONS
from portal.leadership.models import Brief
from portal.leadership.operations.bookings import STALE, note_booking, open_booking
from portal.leadership.operations.locking import need
from portal.leadership.queries import bookings, briefs

STATES = ("booked", "arrived", "receiving", "received", "absent")


def save(
    session: Session, actor: Actor, booking_id: int, content: Mapping[str, str], *, seen: int, at: datetime
) -> Brief:
    """A further version with ``content`` (section → text); nothing new where it says the same. ``seen``: the version it was made of.

    Raises FieldProblems (a section that does not fit on the page), Refused (changed by somebody else meanwhile, unknown).
    """
    need(actor, Permission.LEADERSHIP_BOOK)
    _refuse_long(content)
    generate(session, actor, booking_id, at=at)
    booking, case = open_booking(session, actor, booking_id, states=STATES)
    last = session.scalars(
        select(Brief).where(Brief.booking_id == booking.id).order_by(Brief.number.desc()).limit(1)
    ).one()
    if last.number > max(1, seen):
        raise Refused(STALE)
    said = {code: seal_free_text(session, case, content.get(code, "").strip()) for code in SECTIONS}
    if said == json.loads(last.content):
        return last
    return _keep(session, actor, booking, case, last.number + 1, said, at)


def generate(session: Session, actor: Actor, booking_id: int, *, at: datetime) -> Brief | None:
    """Keep what the record gives now as number 1; None where a brief is kept already. Raises Refused."""
    need(actor, Permission.LEADERSHIP_BOOK)
    booking, case = open_booking(session, actor, booking_id, states=STATES)
    if session.scalar(select(func.max(Brief.number)).where(Brief.booking_id == booking.id)):
        return None
    shown = bookings.one(session, actor, booking.id)
    return _keep(session, actor, booking, case, 1, briefs.generated(session, actor, shown), at)


def generate_all(session: Session, actor: Actor, reception_id: int, *, at: datetime) -> int:
    """Keep a first version for everybody booked there who has none; how many were made."""
    booked = bookings.of_reception(session, actor, reception_id)
    wanted = [each.id for each in booked if each.state in STATES and not each.hidden]
    return sum(generate(session, actor, booking_id, at=at) is not None for booking_id in wanted)


def _keep(
    session: Session, actor: Actor, booking, case, number: int, content: Mapping[str, str], at: datetime
) -> Brief:
    made = Brief(
        booking_id=booking.id,
        number=number,
        content=json.dumps(dict(content), ensure_ascii=False),
        at=at,
        account_id=actor.id,
    )
    session.add(made)
    session.flush()
    note_booking(session, actor, booking, case, "brief", at, {"number": number})
    return made


def _refuse_long(content: Mapping[str, str]) -> None:
    problems = {}
    for code in SECTIONS:
        lines, most = brief_lines.lines_of(content.get(code, "")), brief_lines.most(code)
        if lines > most:
            problems[code] = f"打印时最多 {most} 行（约 {most * brief_lines.WIDTH} 字），现在约 {lines} 行，请删减。"
    if problems:
        raise FieldProblems(problems)
