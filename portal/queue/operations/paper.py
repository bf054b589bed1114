"""纸号: numbers printed for a day without the system, and 补录: their entry afterwards with the times on the paper.

A paper number is the service's letters, P, and a number of its own series: AP001. No service may have letters that end in P,
so no electronic number is ever the same.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account, AccountPlatform
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.organisation.models import Service, Window
from portal.organisation.operations import PAPER_LETTER as LETTER
from portal.organisation.operations import next_number
from portal.people import operations as people
from portal.queue import order
from portal.queue.models import Call, PaperRange, Period, Ticket
from portal.queue.operations.moves import DONE, LEFT, note
from portal.queue.operations.serving import NEEDS_WORDS, REASONS
from portal.queue.operations.tickets import NAMELESS, code_hash, new_code
from portal.trail import operations as trail

MOST_SHEET = 200
NUMBER = re.compile(rf"([A-Z]{{1,2}}){LETTER}(\d{{3,5}})", re.ASCII)
MIDNIGHT = 24 * 60
WHY = "断网期间人工叫号，补录"
TIMES = ("taken", "called", "started", "ended")


@dataclass(frozen=True)
class PaperSlip:
    """What stands on a paper slip. Times are minutes of ``day``; ``called`` and ``started`` None for one who left before."""

    number: str
    day: date
    taken: int
    ended: int
    called: int | None = None
    started: int | None = None
    window_id: int | None = None
    account_id: int | None = None
    priority: str = "ordinary"
    headcount: int = 1
    outcome: str = DONE
    reason: str = ""
    words: str = ""
    person: PersonGiven | None = None


def number_of(prefix: str, count: int) -> str:
    """AP001."""
    return f"{prefix}{LETTER}{count:03d}"


def allot(session: Session, actor: Actor, service_id: int, count: int, *, at: datetime) -> PaperRange:
    """A further range of ``count`` paper numbers for a service; a prefix's numbers run on and are never given twice.

    Raises FieldProblems (service, count).
    """
    service = session.get(Service, service_id)
    if service is None or service.centre_id != actor.centre_id or not service.enabled:
        raise FieldProblems({"service": "请选择服务。"})
    if not 1 <= count <= MOST_SHEET:
        raise FieldProblems({"count": f"一次印 1 至 {MOST_SHEET} 个号。"})
    _refuse_mistakable(session, service)
    last = next_number(session, actor.centre_id, f"paper:{service.prefix}", count)
    made = PaperRange(
        centre_id=actor.centre_id,
        service_id=service.id,
        prefix=service.prefix,
        first=last - count + 1,
        last=last,
        made_by=actor.id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    data = {"id": made.id, "service_id": service.id, "first": number_of(made.prefix, made.first), "count": count}
    chain = f"centre:{actor.centre_id}"
    trail.append(session, chain, "paper.allotted", centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data)
    return made


def _refuse_mistakable(session: Session, service: Service) -> None:
    """Letters that end in P, here or of another service, would give one number on paper and on the screen."""
    if len(service.prefix) > 1 and service.prefix.endswith(LETTER):
        raise FieldProblems({"service": f"字头 {service.prefix} 会与纸号混淆，请先改服务的字头。"})
    alike = select(Service.name).where(
        Service.centre_id == service.centre_id, Service.prefix == f"{service.prefix}{LETTER}"
    )
    if other := session.scalar(alike.limit(1)):
        raise FieldProblems({"service": f"“{other}”的字头 {service.prefix}{LETTER} 会与纸号混淆，请先改它的字头。"})


def enter(session: Session, actor: Actor, slip: PaperSlip, *, at: datetime) -> Ticket:
    """补录: the visit as the paper tells it, ended, with its original times; nothing is announced.

    Raises FieldProblems: a number that was never printed or was entered before for that day, times out of order or not over
    yet, a window or clerk that does not fit.
    """
    service = _service(session, actor, slip)
    moments = _moments(slip, at)
    _check_place(session, actor, slip, service)
    ticket = _ticket(session, actor, slip, service, moments, at)
    try:
        with session.begin_nested():
            session.add(ticket)
            session.flush()
    except IntegrityError as problem:
        raise FieldProblems({"number": f"{slip.number} 在 {slip.day} 已经补录过。"}) from problem
    _periods(session, ticket, slip, moments)
    if slip.called is not None:
        session.execute(insert(Call).values(_call(ticket, slip, service, moments)))
    data: dict[str, Any] = {"number": ticket.number, "service_id": service.id, "day": slip.day.isoformat()}
    data |= {"window_id": slip.window_id, "outcome": slip.outcome, "reason": slip.reason, "clerk": slip.account_id}
    note(session, actor, ticket, "ticket.backfilled", at, data, {"words": slip.words} if slip.words else None)
    trail.bump(session, actor.centre_id, "queue")  # desk and overview count it among the day's
    return ticket


def _service(session: Session, actor: Actor, slip: PaperSlip) -> Service:
    number = slip.number
    found = NUMBER.fullmatch(number)
    if found is None:
        raise FieldProblems({"number": f"纸号是字头加 {LETTER} 加数字，例如 A{LETTER}001。"})
    printed = (
        select(Service, PaperRange.made_at)
        .join(PaperRange, PaperRange.service_id == Service.id)
        .where(
            PaperRange.centre_id == actor.centre_id,
            PaperRange.prefix == found[1],
            PaperRange.first <= int(found[2]),
            PaperRange.last >= int(found[2]),
        )
    )
    row = session.execute(printed).first()
    if row is None or number != number_of(found[1], int(found[2])):
        raise FieldProblems({"number": f"没有印过 {number} 这个号，请核对号单。"})
    if slip.day < clock.day_of(row.made_at):
        raise FieldProblems({"day": f"{number} 是 {clock.day_of(row.made_at)} 才印的，请核对日期。"})
    return row.Service


def _moments(slip: PaperSlip, at: datetime) -> dict[str, datetime]:
    """The moments that stand on the slip, in their order. Raises FieldProblems."""
    if slip.day > clock.day_of(at):
        raise FieldProblems({"day": "不能晚于今天。"})
    wanted = TIMES if slip.outcome == DONE else ("taken", "ended")
    for name in wanted:
        if getattr(slip, name) is None:
            raise FieldProblems({name: "请填写时间。"})
    if slip.started is not None and slip.called is None:
        raise FieldProblems({"called": "请填写叫号时间。"})
    given = [(name, getattr(slip, name)) for name in TIMES if getattr(slip, name) is not None]
    for name, minute in given:
        if not 0 <= minute < MIDNIGHT:
            raise FieldProblems({name: "请填当天 00:00 到 23:59 的时间。"})
    for (_, before), (name, after) in pairwise(given):
        if after < before:
            raise FieldProblems({name: "时间应不早于前一栏。"})
    moments = {name: clock.at_hall(slip.day, *divmod(minute, 60)) for name, minute in given}
    if moments["ended"] > at:
        raise FieldProblems({"ended": "不能晚于现在。"})
    return moments


def _check_place(session: Session, actor: Actor, slip: PaperSlip, service: Service) -> None:
    if slip.called is None:
        return
    window = session.get(Window, slip.window_id) if slip.window_id else None
    if window is None or window.centre_id != actor.centre_id or window.platform != service.platform:
        raise FieldProblems({"window": f"请选择办理“{service.name}”的窗口。"})
    of_platform = select(Account.id).join(AccountPlatform, AccountPlatform.account_id == Account.id)
    mine = of_platform.where(Account.centre_id == actor.centre_id, AccountPlatform.platform == service.platform)
    if slip.account_id is None or slip.account_id not in set(session.scalars(mine)):
        raise FieldProblems({"account": "请选择这个平台的经办人。"})
    if slip.outcome == DONE and slip.reason not in REASONS:
        raise FieldProblems({"reason": "请选择办理情况。"})
    if slip.outcome == DONE and slip.reason in NEEDS_WORDS and not slip.words:
        raise FieldProblems({"words": "请写明答复了什么或原因。"})


def _ticket(
    session: Session, actor: Actor, slip: PaperSlip, service: Service, moments: dict[str, datetime], at: datetime
) -> Ticket:
    given, code = slip.person, new_code()
    who = given and people.find_or_create(
        session,
        actor.centre_id,
        name=given.name or NAMELESS,
        id_number=given.id_number,
        phone=given.phone,
        address="",
        kind="citizen",
        at=at,
        actor_id=actor.id,
    )
    served = slip.called is not None
    return Ticket(
        centre_id=actor.centre_id,
        day=slip.day,
        number=slip.number,
        service_id=service.id,
        first_service_id=service.id,
        state=slip.outcome,
        priority=slip.priority,
        rank=order.rank(slip.priority, moments["taken"]),
        headcount=slip.headcount,
        person_id=who.id if who else None,
        taken_at=moments["taken"],
        taken_by=actor.id,
        window_id=slip.window_id if served else None,
        account_id=slip.account_id if served else None,
        called_at=moments.get("called"),
        started_at=moments.get("started"),
        ended_at=moments["ended"],
        calls=1 if served else 0,
        code=code,
        code_hash=code_hash(code),
        source="paper",
    )


def _periods(session: Session, ticket: Ticket, slip: PaperSlip, moments: dict[str, datetime]) -> None:
    names = [name for name in TIMES if name in moments]
    for kind, start, end in zip(("waiting", "walking", "serving"), names, names[1:], strict=False):
        away = kind == "waiting"
        session.execute(
            insert(Period).values(
                centre_id=ticket.centre_id,
                ticket_id=ticket.id,
                day=slip.day,
                kind=kind,
                service_id=ticket.service_id,
                window_id=None if away else slip.window_id,
                account_id=None if away else slip.account_id,
                start=moments[start],
                end=moments[end],
            )
        )


def _call(ticket: Ticket, slip: PaperSlip, service: Service, moments: dict[str, datetime]) -> dict[str, Any]:
    return {
        "centre_id": ticket.centre_id,
        "day": slip.day,
        "ticket_id": ticket.id,
        "number": ticket.number,
        "window_id": slip.window_id,
        "account_id": slip.account_id,
        "at": moments["called"],
        "again": False,
        "why": WHY,
        "area": service.area,
    }


__all__ = ["DONE", "LEFT", "PaperSlip", "allot", "enter", "number_of"]
