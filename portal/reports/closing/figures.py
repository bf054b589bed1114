"""The figures of one day, in batches and people (批次/人次): what DayClose keeps and the 来访日报 prints.

A visit is received (接待) at every platform that served it, and once in the total. What behind neutral doors happens
(心理服务) stands neither among the platforms nor in the total, where it could be found by subtraction.
"""

from datetime import date
from typing import Any

from sqlalchemy import distinct, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.cases import registry
from portal.organisation.models import Service, Window
from portal.queue.durations import lasted
from portal.queue.models import Period, Ticket
from portal.reports.closing.queries import Ending
from portal.trail.models import Event

COUNTED = ("taken", "received", "left")
MATTERS = {"case.registered": "registered", "visit.recorded": "again"}


def figures(session: Session, centre_id: int, end: Ending) -> dict[str, Any]:
    """``total`` and ``platforms`` (in the hall's order, those with anything to tell), each as _empty() has it. Five queries."""
    open_doors = {platform.code: platform.label for platform in registry.platforms() if not platform.sealed}
    found = {code: _empty() | {"code": code, "label": label} for code, label in open_doors.items()}
    total = _empty()
    for what, rows in _tickets(session, centre_id, end.day, tuple(open_doors)).items():
        for platform, batches, people in rows:
            target = found[platform][what] if platform else total[what]
            target["batches"], target["people"] = batches, int(people)
    for platform, what in _matters(session, centre_id, end):
        if platform in found:
            found[platform][what] += 1
            total[what] += 1
    for platform, seconds, batches in _waiting(session, centre_id, end.day, tuple(open_doors)):
        found[platform]["waited"] = [round(seconds), batches]
        total["waited"] = [total["waited"][0] + round(seconds), total["waited"][1] + batches]
    told = [
        row
        for row in found.values()
        if any(row[what]["batches"] for what in COUNTED) or row["registered"] or row["again"]
    ]
    return {"total": total, "platforms": told}


def average(row: dict[str, Any]) -> int | None:
    """The average waiting of ``row`` in whole minutes, rounded up; None where nobody was received."""
    seconds, batches = row["waited"]
    return -(-seconds // (60 * batches)) if batches else None


def _empty() -> dict[str, Any]:
    counts = {what: {"batches": 0, "people": 0} for what in COUNTED}
    return {**counts, "registered": 0, "again": 0, "waited": [0, 0]}


def _tickets(session: Session, centre_id: int, day: date, platforms: tuple[str, ...]) -> dict[str, list[tuple]]:
    """Per figure rows (platform or None for the total, batches, people)."""
    mine = (Ticket.centre_id == centre_id, Ticket.day == day, Service.platform.in_(platforms))
    counted = (func.count(), func.coalesce(func.sum(Ticket.headcount), 0))
    taken = (
        select(Service.platform, *counted)
        .select_from(Ticket)
        .join(Service, Service.id == Ticket.first_service_id)
        .where(*mine)
        .group_by(Service.platform)
    )
    left = (
        select(Service.platform, *counted)
        .select_from(Ticket)
        .join(Service, Service.id == Ticket.service_id)
        .where(*mine, Ticket.state == "left")
        .group_by(Service.platform)
    )
    served = (
        select(Period.ticket_id, Service.platform)
        .join(Service, Service.id == Period.service_id)
        .where(
            Period.centre_id == centre_id,
            Period.day == day,
            Period.kind == "serving",
            Service.platform.in_(platforms),
        )
        .distinct()
        .subquery()
    )
    received = (
        select(served.c.platform, *counted).join(Ticket, Ticket.id == served.c.ticket_id).group_by(served.c.platform)
    )
    once = select(*counted).where(Ticket.id.in_(select(served.c.ticket_id)))
    rows = {
        "taken": _with_total(session.execute(taken).all()),
        "left": _with_total(session.execute(left).all()),
        "received": [tuple(row) for row in session.execute(received)],
    }
    rows["received"].append((None, *session.execute(once).one()))
    return rows


def _with_total(rows: Any) -> list[tuple]:
    known = [tuple(row) for row in rows]
    return [*known, (None, sum(row[1] for row in known), sum(int(row[2]) for row in known))]


def _matters(session: Session, centre_id: int, end: Ending) -> list[tuple[str, str]]:
    """(platform, figure) of every matter registered and every 续访 of the day; imports have no actor and are none."""
    wanted = select(Event.kind, Event.data).where(
        Event.centre_id == centre_id,
        Event.kind.in_(tuple(MATTERS)),
        Event.at >= end.start,
        Event.at < end.until,
        Event.actor_id > 0,
    )
    windows = dict(session.execute(select(Window.id, Window.platform).where(Window.centre_id == centre_id)).all())
    found = []
    for kind, data in session.execute(wanted):
        platform = data.get("platform") or windows.get(data.get("window_id"))
        if platform:
            found.append((platform, MATTERS[kind]))
    return found


def _waiting(session: Session, centre_id: int, day: date, platforms: tuple[str, ...]) -> list[tuple[str, float, int]]:
    """(platform, seconds waited, batches) over the visits that were received there."""
    serving = aliased(Period)
    received = exists().where(
        serving.ticket_id == Period.ticket_id, serving.service_id == Period.service_id, serving.kind == "serving"
    )
    wanted = (
        select(Service.platform, func.sum(lasted()), func.count(distinct(Period.ticket_id)))
        .join(Service, Service.id == Period.service_id)
        .where(
            Period.centre_id == centre_id,
            Period.day == day,
            Period.kind == "waiting",
            Period.end.is_not(None),
            Service.platform.in_(platforms),
            received,
        )
        .group_by(Service.platform)
    )
    return [tuple(row) for row in session.execute(wanted)]
