"""On the day: the leader comes and goes, matters are received, 领导接访登记表 is typed, confirmed and signed, the reception is closed."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.record import note
from portal.leadership.models import Booking, Leader, Reception, Sheet
from portal.leadership.operations import instructions
from portal.leadership.operations.bookings import end_waiting
from portal.leadership.operations.instructions import LAW, TOPIC, TaskDraft
from portal.leadership.operations.locking import need, row_of, same_version
from portal.leadership.operations.roster import settle
from portal.leadership.queries import published
from portal.leadership.queries.bookings import IN_ORDER, stands
from portal.leadership.queries.roster import Row
from portal.queue.models import Ticket
from portal.trail import operations as trail

MANNERS = {
    "task": "交办有关单位",
    "resolved": "当场解决",
    "explained": "释法明理、解释引导",
    "forwarded": "转送有关部门",
}
ONLY_WORDS = ("explained", "forwarded")
TASKS_STAND = "下面写了交办任务：要交办的，选“交办有关单位”；不交办的，请先清空任务。"
CLOSED = "事项已办结，不再交办任务；请选其他处理方式，要求写进处理意见。"
LONGEST_MINUTES, LONGEST_OPINION, LONGEST_REASON, LONGEST_SIGNER = 8000, instructions.LONGEST_WORDS, 200, 60


@dataclass(frozen=True)
class SheetGiven:
    """What was typed: ``minutes`` 接谈情况, ``opinion`` 接访处理意见, ``manner`` of MANNERS or "", ``tasks`` for manner task or "" yet."""

    minutes: str
    opinion: str
    manner: str
    tasks: tuple[TaskDraft, ...] = ()


def arrive(session: Session, actor: Actor, reception_id: int, *, at: datetime) -> Reception:
    """领导到场; for a day that is over (补录 from paper) the hour of the roster. Raises Refused for a day to come, or twice.

    The reception takes place as it was published: what a draft changed of it is void.
    """
    need(actor, P.LEADERSHIP_RECORD)
    reception = _reception(session, actor, reception_id)
    void = settle(session, reception, published.rows_of(session, [reception])[reception.id])
    late = reception.day < clock.day_of(at)
    if reception.day > clock.day_of(at):
        raise Refused(f"这次接访是 {reception.day.isoformat()}，今天不能记到场。")
    if reception.arrived_at:
        raise Refused("已经记过领导到场。")
    reception.arrived_at = clock.at_hall(reception.day, *divmod(reception.starts, 60)) if late else at
    _note(session, actor, reception, "leader.arrived", at, {"back_entry": late} | ({"void": void} if void else {}))
    return reception


def leave(session: Session, actor: Actor, reception_id: int, *, at: datetime) -> Reception:
    """领导离开; for a day that is over (补录) the hour of the roster. Raises Refused while somebody is with the leader."""
    need(actor, P.LEADERSHIP_RECORD)
    reception = _reception(session, actor, reception_id)
    if reception.arrived_at is None:
        raise Refused("还没有记领导到场。")
    if reception.left_at:
        raise Refused("已经记过领导离开。")
    if _with_leader(session, reception.id):
        raise Refused("还有群众正在接谈，请先记接谈结束。")
    late = reception.day < clock.day_of(at)
    over = clock.at_hall(reception.day, *divmod(reception.ends, 60))
    reception.left_at = max(over, reception.arrived_at) if late else at
    _note(session, actor, reception, "leader.left", at, {"back_entry": late})
    return reception


def begin(session: Session, actor: Actor, booking_id: int, *, at: datetime) -> Booking:
    """开始接谈; on a day that is over it is 补录: received at once, without hours that nobody noted.

    Raises Refused before the leader came, after the leader left, or while another matter is being received.
    """
    booking, case, reception = _booking(session, actor, booking_id)
    if booking.state not in ("booked", "arrived"):
        raise Refused("这件事项已经开始或结束。")
    if reception.arrived_at is None:
        raise Refused("领导还没有到场，请先记到场。")
    late = reception.day < clock.day_of(at)
    if reception.left_at and not late:
        raise Refused("领导已经离开。")
    if _with_leader(session, reception.id):
        raise Refused("上一件还在接谈，请先记接谈结束。")
    booking.state = "received" if late else "receiving"
    if not late:
        booking.started_at, booking.arrived_at = at, booking.arrived_at or at
    booking.version += 1
    leader = session.get_one(Leader, reception.leader_id)
    data = {**_about(booking), "back_entry": late, "day": reception.day.isoformat()}
    note(session, case, "leader.receiving", actor, at, data=data, words={"leader": f"{leader.post} {leader.name}"})
    trail.bump(session, actor.centre_id, TOPIC)
    return booking


def end(session: Session, actor: Actor, booking_id: int, *, at: datetime) -> Booking:
    """接谈结束; hours that the visitor's ticket or the back-entry has are kept. Raises Refused."""
    booking, _case, reception = _booking(session, actor, booking_id)
    ticket = session.get(Ticket, booking.ticket_id) if booking.ticket_id else None
    if stands(booking.state, ticket.state if ticket else None) != "receiving":
        raise Refused("这件事项没有在接谈。")
    booking.state = "received"
    booking.started_at = booking.started_at or (ticket.started_at if ticket else None)
    booking.ended_at = booking.ended_at or (ticket.ended_at if ticket else None) or at
    booking.version += 1
    _note(session, actor, reception, "leader.received", at, _about(booking))
    return booking


def mark_absent(session: Session, actor: Actor, booking_id: int, *, reason: str, at: datetime) -> Booking:
    """爽约: who was to come did not, with the reason as far as it is known. Raises FieldProblems, Refused (end_waiting too)."""
    booking, case, reception = _booking(session, actor, booking_id)
    if booking.state not in ("booked", "arrived"):
        raise Refused("这件事项已经开始或结束。")
    day = published.rows_of(session, [reception])[reception.id].day
    if day > clock.day_of(at):
        raise Refused(f"这次接访是 {day.isoformat()}，还没有到；不来了的，请在接访安排里取消或改约。")
    if not reason.strip():
        raise FieldProblems({"reason": "请写明没有来的原因；不清楚的，写“原因不明，已电话联系”。"})
    end_waiting(session, actor, booking, at=at)
    booking.state, booking.reason = "absent", reason.strip()[:LONGEST_REASON]
    booking.version += 1
    note(session, case, "leader.absent", actor, at, data=_about(booking), words={"reason": booking.reason})
    trail.bump(session, actor.centre_id, TOPIC)
    return booking


def record(
    session: Session,
    actor: Actor,
    booking_id: int,
    given: SheetGiven,
    *,
    version: int | None,
    at: datetime,
    ready: bool = False,
) -> Sheet:
    """Keep what the secretary typed; with ``ready`` it is whole and goes to the leader.

    Whatever was confirmed before and is changed now must be confirmed again. Raises Refused (signed, not received),
    StaleVersion, FieldProblems with the keys "minutes", "opinion", "manner" and those of instructions.issue.
    """
    booking, case, reception = _booking(session, actor, booking_id, closed_too=True)
    ticket = session.get(Ticket, booking.ticket_id) if booking.ticket_id else None
    if stands(booking.state, ticket.state if ticket else None) not in ("receiving", "received"):
        raise Refused("还没有开始接谈，不能填写登记表。")
    sheet = _sheet(session, booking.id) or Sheet(booking_id=booking.id, version=0, state="typing")
    if sheet.state == "signed":
        raise Refused("登记表已经签名，不再改动。")
    if sheet.version:
        same_version(sheet, version)
    problems = _problems(session, case, given, clock.day_of(at), ready)
    if problems:
        raise FieldProblems(problems)
    before = sheet.state
    changed = (sheet.minutes, sheet.opinion, sheet.manner, sheet.plan) != (
        given.minutes.strip(),
        given.opinion.strip(),
        given.manner,
        packed(given.tasks),
    )
    if not changed and (not ready or before in ("typed", "confirmed")):
        return sheet
    sheet.minutes, sheet.opinion, sheet.manner = given.minutes.strip(), given.opinion.strip(), given.manner
    sheet.plan, sheet.state = packed(given.tasks), "typed" if ready else "typing"
    sheet.typed_by, sheet.typed_at, sheet.confirmed_by, sheet.confirmed_at = actor.id, at, None, None
    sheet.version += 1
    session.add(sheet)
    session.flush()
    data = {**_about(booking), "sheet_id": sheet.id, "version": sheet.version, "manner": sheet.manner, "was": before}
    words = {"minutes": sheet.minutes, "opinion": sheet.opinion, "plan": sheet.plan}
    _note(session, actor, reception, "sheet.typed", at, data, words)
    return sheet


def confirm(session: Session, actor: Actor, booking_id: int, *, version: int | None, at: datetime) -> Sheet:
    """The leader heard or read this version and agreed: by the leader's own account, or noted by the secretary who read it out.

    It is not yet the signature. Raises Refused, StaleVersion.
    """
    booking, _case, reception = _booking(session, actor, booking_id, closed_too=True, by_leader=True)
    sheet = _whole(session, booking, version)
    if sheet.state != "typed":
        raise Refused("登记表已经确认。" if sheet.state == "confirmed" else "登记表已经签名。")
    sheet.state, sheet.confirmed_by, sheet.confirmed_at = "confirmed", actor.id, at
    sheet.version += 1
    data = {**_about(booking), "sheet_id": sheet.id, "version": sheet.version}
    _note(session, actor, reception, "sheet.confirmed", at, data)
    return sheet


def sign(session: Session, actor: Actor, booking_id: int, *, version: int | None, at: datetime) -> Sheet:
    """The leader's own account signs what stands there: confirmed and signed at once. Raises Refused, StaleVersion, FieldProblems."""
    need(actor, P.LEADERSHIP_SIGN)
    booking, case, reception = _booking(session, actor, booking_id, closed_too=True, by_leader=True)
    leader = session.get_one(Leader, reception.leader_id)
    if leader.account_id != actor.id:
        raise Refused("登记表由接访的领导本人签名。")
    sheet = _whole(session, booking, version)
    if sheet.state == "typed":
        sheet.confirmed_by, sheet.confirmed_at = actor.id, at
    _signed(session, actor, booking, case, reception, sheet, "account", leader.name, at)
    return sheet


def sign_on_paper(
    session: Session, actor: Actor, booking_id: int, *, signer: str, scan_id: int, version: int | None, at: datetime
) -> Sheet:
    """The sheet was signed by hand by ``signer`` (name, post) and scanned as the case's attachment ``scan_id``.

    Only a confirmed version, so that what is on the paper is what stands here. Raises Refused, StaleVersion, FieldProblems.
    """
    booking, case, reception = _booking(session, actor, booking_id, closed_too=True)
    if not signer.strip():
        raise FieldProblems({"signer": "请填写是谁签的名。"})
    sheet = _whole(session, booking, version)
    if sheet.state != "confirmed":
        raise Refused("内容改动后还没有重新确认，请先由领导确认，再打印、签名、扫描。")
    sheet.scan_id = scan_id
    _signed(session, actor, booking, case, reception, sheet, "paper", signer.strip()[:LONGEST_SIGNER], at)
    return sheet


def close(session: Session, actor: Actor, reception_id: int, *, at: datetime) -> Reception:
    """结束本次接访. Raises Refused with everything that is lacking: see lacking()."""
    need(actor, P.LEADERSHIP_RECORD)
    reception = _reception(session, actor, reception_id)
    missing = lacking(session, reception)
    if missing:
        raise Refused("还不能结束：" + "；".join(missing) + "。")
    reception.state = "held"
    if reception.day == clock.day_of(at):  # of a day that is over nobody noted the hour
        reception.left_at = reception.left_at or at
    reception.version += 1
    _note(session, actor, reception, "reception.held", at)
    return reception


def lacking(session: Session, reception: Reception | Row, *, among: Collection[int] | None = None) -> list[str]:
    """What stands in the way of the end, a Chinese line each, numbered as queries.bookings.of_reception lists them: one query.

    Each matter was received, did not come or was cancelled; each received one has minutes, a manner, an opinion, and the
    signature with which it goes on: tasks, looking again, a result. ``among``: the bookings of which the reader may know, where these are not all.
    """
    wanted = (
        select(Booking, Sheet, Ticket.state)
        .outerjoin(Sheet, Sheet.booking_id == Booking.id)
        .outerjoin(Ticket, Ticket.id == Booking.ticket_id)
        .where(Booking.reception_id == reception.id, Booking.state != "cancelled")
        .order_by(*IN_ORDER)
    )
    if among is not None:
        wanted = wanted.where(Booking.id.in_(among or [0]))
    found = [] if reception.arrived_at else ["没有记领导到场"]
    for place, (booking, sheet, called) in enumerate(session.execute(wanted), start=1):
        found += [f"第 {place} 件{said}" for said in _lacks(booking, sheet, called)]
    return found


def refusal_of(case: Case, manner: str) -> str:
    """Why ``manner`` is not open for this case; "" where it is (信访工作条例 第二十二条第二款)."""
    if manner not in MANNERS or manner in ONLY_WORDS:
        return ""
    if case.sensitivity == "accusation":
        return f"检举、控告只能解释引导，或者按照管理权限转送有关纪检监察机关（{LAW}）。"
    if case.litigation != "none":
        return f"涉法涉诉事项只能释法明理、引导或者转送有关政法部门，领导不作处理决定（{LAW}）。"
    return ""


def _closed(case: Case, manner: str) -> str:
    return CLOSED if manner == "task" and case.closed_at else ""


def packed(tasks: tuple[TaskDraft, ...]) -> str:
    """Tasks as text for the sheet; "" for none."""
    rows = [
        {
            "what": task.what.strip(),
            "lead": task.lead_unit_id,
            "co": list(task.co_unit_ids),
            "due": task.due.isoformat() if task.due else None,
        }
        for task in tasks
    ]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def unpacked(plan: str) -> tuple[TaskDraft, ...]:
    """Tasks of a sheet's plan."""
    return tuple(
        TaskDraft(row["what"], row["lead"], date.fromisoformat(row["due"]) if row["due"] else None, tuple(row["co"]))
        for row in (json.loads(plan) if plan else ())
    )


def _lacks(booking: Booking, sheet: Sheet | None, called: str | None) -> list[str]:
    if booking.state == "absent":
        return []
    if booking.state != "received":
        if stands(booking.state, called) != "receiving":
            return ["还没有接待，也没有记爽约"]
        return ["已接谈，还没有记接谈结束" if called == "done" else "接谈还没有结束"]
    if sheet is None or not sheet.minutes:
        return ["没有填写接谈情况"]
    if not sheet.manner or not sheet.opinion:
        return ["没有填写接访处理意见"]
    return ["的登记表领导还没有签名"] if sheet.state != "signed" else []


def _problems(session: Session, case: Case, given: SheetGiven, today: date, ready: bool) -> dict[str, str]:
    problems = {}
    if given.manner and given.manner not in MANNERS:
        problems["manner"] = "请从所列各项中选择。"
    elif said := refusal_of(case, given.manner) or _closed(case, given.manner):
        problems["manner"] = said
    elif given.tasks and given.manner not in ("", "task"):
        problems["manner"] = TASKS_STAND
    for name, text, most in (
        ("minutes", given.minutes, LONGEST_MINUTES),
        ("opinion", given.opinion, LONGEST_OPINION),
    ):
        if len(text.strip()) > most:
            problems[name] = f"最多{most}字，现在 {len(text.strip())} 字，请删减。"
    if ready:
        problems = {
            **({} if given.minutes.strip() else {"minutes": "请写明接谈情况。"}),
            **({} if given.opinion.strip() else {"opinion": "请写明接访处理意见。"}),
            **({} if given.manner else {"manner": "请选择怎样处理。"}),
            **problems,
        }
    # a task without its unit or day is refused at once, also in a sheet that is not finished
    if given.manner in ("", "task") and "manner" not in problems and (given.tasks or (ready and given.manner)):
        wrong = instructions.problems_of(session, given.opinion or "-", given.tasks, today)
        wrong.pop("words", None)
        if "tasks" in wrong:
            wrong = {
                "what": "请写明要做什么。",
                "lead": "请写明牵头单位，没有牵头单位不能交办。",
                "due": "请写明办理期限（哪一天前）。",
            }
        problems |= wrong
    return problems


def _signed(
    session: Session,
    actor: Actor,
    booking: Booking,
    case: Case,
    reception: Reception,
    sheet: Sheet,
    how: str,
    signer: str,
    at: datetime,
) -> None:
    """The signature makes the tasks; whatever the manner, the matter is looked at again and has its result."""
    said = refusal_of(case, sheet.manner) or _closed(case, sheet.manner)
    if said:  # the matter went to court, or was closed, between the typing and the signature
        raise Refused(said)
    sheet.state, sheet.signed_how, sheet.signed_at, sheet.signer = "signed", how, at, signer
    sheet.version += 1
    data = {**_about(booking), "sheet_id": sheet.id, "manner": sheet.manner, "how": how, "version": sheet.version}
    leader = session.get_one(Leader, reception.leader_id)
    note(
        session,
        case,
        "leader.opinion",
        actor,
        at,
        data=data,
        words={
            "leader": f"{leader.post} {leader.name}",
            "manner": MANNERS[sheet.manner],
            "opinion": sheet.opinion,
            "signer": signer,
        },
    )
    _note(session, actor, reception, "sheet.signed", at, data, {"signer": signer})
    if sheet.manner != "task":
        instructions.keep(session, actor, leader, case, "reception", sheet.id, sheet.opinion, at=at)
    else:
        tasks = unpacked(sheet.plan)
        try:
            instructions.issue(session, actor, leader.id, case.id, "reception", sheet.id, sheet.opinion, tasks, at=at)
        except FieldProblems as problem:  # a day that was good when it was typed has passed
            raise Refused("交办内容需要改正后再签名：" + "".join(problem.problems.values())) from problem


def _reception(session: Session, actor: Actor, reception_id: int, *, closed_too: bool = False) -> Reception:
    reception = session.scalar(
        select(Reception)
        .where(Reception.id == reception_id, Reception.centre_id == actor.centre_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    public = published.row_of(session, reception) if reception else None
    if public is None:
        raise Refused("没有这次接访，或它还没有公布。")
    if not public.stands:
        raise Refused("这次接访已经取消。")
    if public.state == "held" and not closed_too:
        raise Refused("这次接访已经结束。")
    return reception


def _booking(
    session: Session, actor: Actor, booking_id: int, *, closed_too: bool = False, by_leader: bool = False
) -> tuple[Booking, Case, Reception]:
    if not (by_leader and actor.may(P.LEADERSHIP_SIGN)):
        need(actor, P.LEADERSHIP_RECORD)
    # reception, case, booking: the order in which bookings and check-in lock them
    reception_id = session.scalar(select(Booking.reception_id).where(Booking.id == booking_id))
    reception = _reception(session, actor, reception_id or 0, closed_too=closed_too)
    booking, case = row_of(session, actor, Booking, booking_id)
    if by_leader and not actor.may(P.LEADERSHIP_RECORD):
        leader = session.get_one(Leader, reception.leader_id)
        if leader.account_id != actor.id:
            raise Refused("登记表由接访的领导本人确认。")
    return booking, case, reception


def _sheet(session: Session, booking_id: int) -> Sheet | None:
    return session.scalar(select(Sheet).where(Sheet.booking_id == booking_id).with_for_update())


def _whole(session: Session, booking: Booking, version: int | None) -> Sheet:
    sheet = _sheet(session, booking.id)
    if sheet is None or sheet.state == "typing":
        raise Refused("登记表还没有填写完成。")
    if sheet.state == "signed":
        raise Refused("登记表已经签名。")
    same_version(sheet, version)
    return sheet


def _with_leader(session: Session, reception_id: int) -> bool:
    wanted = select(Booking.id).where(
        Booking.reception_id == reception_id,
        Booking.state == "receiving",
        Booking.ended_at.is_(None),
        Booking.source != "paper",  # written down afterwards, several at once
    )
    return session.scalar(wanted.limit(1)) is not None


def _about(booking: Booking) -> dict[str, int]:
    return {"booking_id": booking.id, "reception_id": booking.reception_id}


def _note(
    session: Session,
    actor: Actor,
    reception: Reception,
    kind: str,
    at: datetime,
    data: dict | None = None,
    words: dict | None = None,
) -> None:
    trail.append(
        session,
        f"leader:{reception.leader_id}",
        kind,
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"reception_id": reception.id, **(data or {})},
        words=words,
    )
    trail.bump(session, actor.centre_id, TOPIC)
