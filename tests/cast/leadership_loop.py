"""Receptions of the weeks that are over, and what came of them: done, running, late, returned, explained, resolved on the spot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases import operations as case_operations
from portal.cases import queries as case_queries
from portal.cases.models import Case
from portal.leadership.models import Booking, Followup, Instruction, Leader, Reception, Task, TaskUnit, Week
from portal.leadership.operations import bookings, followups, publishing, roster, sheets, tasks
from portal.leadership.operations.bookings import BookingDraft, InConflict
from portal.leadership.operations.followups import ResultGiven
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.roster import ReceptionGiven
from portal.leadership.operations.sheets import SheetGiven
from portal.leadership.queries import roster as roster_queries
from portal.organisation.models import Unit
from portal.statutes.workdays import Calendar
from portal.trail.models import Event
from tests.cast import papers
from tests.cast.leadership_roster import LEADER, OFFICE, leaders, room_id

HEAD, APPROVER = "renzhiping", "lianhongjun"
# who answers for which unit
ANSWERS = {"市信访局": "houwenjuan", "市人力资源和社会保障局": "jinshijie"}
NINE, SLOT = 9 * 60, 25


@dataclass(frozen=True)
class Heard:
    """A matter that was received. ``reach``: absent, explained, resolved, open, replied, returned, closed."""

    reach: str
    opinion: str = ""
    what: str = ""
    lead: str = ""
    co: tuple[str, ...] = ()
    days: int = 10


# weeks ago, who received, what was decided; the words fit whatever case stood open
HELD = (
    (2, "杜立新", (
        Heard("closed", "请市信访局牵头，会同市人社局把情况核清，五天内办结。", "核清情况，依法办结，书面答复群众", "市信访局", ("市人力资源和社会保障局",), 5),
        Heard("returned", "请市信访局督办，一周内回复。", "督促责任单位办理，一周内回复", "市信访局", (), 7),
    )),
    (1, "路海涛", (
        Heard("replied", "市人社局核实后尽快落实。", "核实情况，落实待遇", "市人力资源和社会保障局", (), 20),
        Heard("open", "市信访局查清卡在哪一环，四天内办结。", "查清拖延的原因，限期办结", "市信访局", (), 4),
        Heard("open", "请市信访局会同市人社局研究一个可行的办法。", "会同市人社局提出办理方案", "市信访局", ("市人力资源和社会保障局",), 15),
        Heard("explained", "当面解释了有关规定，引导按程序提出。"),
        Heard("resolved", "当场联系责任单位，已经答复到位，群众认可。"),
        Heard("absent"),
    )),
)  # fmt: skip


def write(session: Session, staff: Mapping[str, Actor], home: Path, days: Calendar, now: datetime) -> None:
    """Play the weeks, the oldest first; of the cases those that are ordinary and to which nothing has happened since."""
    used: set[int] = set()
    for weeks, name, heard in HELD:
        day = _workday(days, clock.day_of(now) - timedelta(weeks=weeks), back=True)
        monday = day - timedelta(days=day.weekday())
        if session.scalar(select(Week.id).where(Week.monday == monday)) is not None:
            continue  # after a long holiday two of them fall into one week
        held = _reception(session, staff, leaders(session)[name], day)
        asked = _at(_workday(days, day - timedelta(days=2), back=True), 10)
        for place, told in enumerate(heard):
            booking = _book(session, staff, held, used, place, asked)
            if booking:
                _hear(session, staff, home, held, booking.id, told, now, place, days)
        sheets.leave(session, staff[OFFICE], held.id, at=_at(day, 11, 40))
        sheets.close(session, staff[OFFICE], held.id, at=_at(day, 11, 45))


def _workday(days: Calendar, day: date, *, back: bool = False) -> date:
    while not days.is_workday(day):
        day += timedelta(days=-1 if back else 1)
    return day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.at_hall(day, hour, minute)


def _reception(session: Session, staff: Mapping[str, Actor], leader: Leader, day: date) -> Reception:
    """Placed, signed off and published on the Friday before; the leader comes at nine."""
    office, monday = staff[OFFICE], day - timedelta(days=day.weekday())
    before = _at(monday - timedelta(days=3), 15)
    given = ReceptionGiven(
        leader.id, day, "am", NINE, NINE + 150, "fixed", 6, window_id=room_id(session), field=leader.field, slot_minutes=SLOT
    )  # fmt: skip
    held = roster.place(session, office, given, at=before)
    for operation, actor in (
        (publishing.submit, office), (publishing.approve, staff[APPROVER]), (publishing.publish, office),
    ):  # fmt: skip
        week = roster_queries.week(session, office.centre_id, monday)
        operation(session, actor, week.id, version=week.version, at=before)
    sheets.arrive(session, office, held.id, at=_at(day, 9))
    return held


def _book(
    session: Session, staff: Mapping[str, Actor], held: Reception, used: set[int], place: int, at: datetime
) -> Booking | None:
    """The oldest ordinary case to which nothing has happened since, and with which the leader has no conflict."""
    wanted = select(Case.id).where(
        Case.sensitivity == "normal", Case.closed_at.is_(None), Case.litigation == "none", Case.purpose == "claim",
        Case.registered_at < at,
    )  # fmt: skip
    for case_id in session.scalars(wanted.order_by(Case.id)).all():
        last = session.scalar(select(func.max(Event.at)).where(Event.chain == f"case:{case_id}"))
        if case_id in used or last > at or case_queries.can_see(session, staff[HEAD], case_id) is None:
            continue
        try:
            draft = BookingDraft("chosen", "backlog", NINE + SLOT * place)
            made = bookings.book(session, staff[HEAD], held.id, case_id, draft, at=at)
        except InConflict:
            continue
        used.add(case_id)
        return made
    return None


def _hear(
    session: Session,
    staff: Mapping[str, Actor],
    home: Path,
    held: Reception,
    booking_id: int,
    told: Heard,
    now: datetime,
    place: int,
    days: Calendar,
) -> None:
    office, begins = staff[OFFICE], _at(held.day, 9, 5) + timedelta(minutes=SLOT * place)
    if told.reach == "absent":
        sheets.mark_absent(session, office, booking_id, reason="电话说家中有事，改日再来", at=begins)
        return
    sheets.begin(session, office, booking_id, at=begins)
    ended = begins + timedelta(minutes=20)
    sheets.end(session, office, booking_id, at=ended)
    units = dict(session.execute(select(Unit.short_name, Unit.id).order_by(Unit.id.desc())).all())
    due = held.day + timedelta(days=told.days)
    plan = (TaskDraft(told.what, units[told.lead], due, tuple(units[name] for name in told.co)),) if told.what else ()
    subject = session.get_one(Case, session.get_one(Booking, booking_id).case_id).subject
    minutes = f"来访群众就“{subject}”陈述了经过和诉求，有关单位介绍了办理情况。"
    given = SheetGiven(minutes, told.opinion, "task" if plan else told.reach, plan)
    sheet = sheets.record(session, office, booking_id, given, version=0, at=ended, ready=True)
    leader = session.get_one(Leader, held.leader_id)
    if leader.account_id == staff[LEADER].id:
        sheets.sign(session, staff[LEADER], booking_id, version=sheet.version, at=ended)
    else:
        _on_paper(session, office, home, booking_id, leader, sheet.version, ended)
    if plan:
        made = session.scalars(
            select(Instruction).where(Instruction.source == "reception", Instruction.source_id == sheet.id)
        ).one()
        _go_on(session, staff, made, told.reach, now, days)


def _on_paper(
    session: Session, office: Actor, home: Path, booking_id: int, leader: Leader, version: int, at: datetime
) -> None:
    sheet = sheets.confirm(session, office, booking_id, version=version, at=at)
    case = session.get_one(Case, session.get_one(Booking, booking_id).case_id)
    scan = case_operations.attach(
        session, office, case, name="领导接访登记表.pdf", content=papers.one_page(), kind="other", folder=home, at=at
    )
    sheets.sign_on_paper(
        session,
        office,
        booking_id,
        signer=f"{leader.post} {leader.name}",
        scan_id=scan.id,
        version=sheet.version,
        at=at,
    )


def _go_on(
    session: Session, staff: Mapping[str, Actor], made: Instruction, reach: str, now: datetime, days: Calendar
) -> None:
    """How far the instruction came; each step a day or two after the one before, none in the future."""
    step = _days(made.issued_on, now, days)
    if reach == "open":
        return
    task = session.scalars(select(Task).where(Task.instruction_id == made.id)).one()
    rows = session.scalars(select(TaskUnit).where(TaskUnit.task_id == task.id).order_by(TaskUnit.id)).all()
    answers = {row.id: staff[ANSWERS[session.get_one(Unit, row.unit_id).short_name]] for row in rows}
    for row in rows:
        tasks.sign_receipt(session, answers[row.id], row.id, at=step(1))
    for row in rows:
        words = "已上门核实，已按程序办理，有关情况已向群众说明。"
        tasks.reply(session, answers[row.id], row.id, words=words, at=step(3))
    office = staff[OFFICE]
    if reach == "returned":
        tasks.send_back(
            session, office, rows[0].id, reason="没有写明整改到什么程度、群众是否认可，请补充。", at=step(4)
        )
    if reach != "closed":
        return
    tasks.accept(session, office, task.id, version=task.version, at=step(5))
    _look(session, office, made, now, days)
    told = made.issued_on + timedelta(days=8)
    result = ResultGiven("已按期办结，书面答复群众，群众认可。", "yes", "yes", "telephone", told, "电话告知本人")
    kept = followups.record_result(session, office, made.id, result, version=made.version, at=now)
    followups.close(session, office, made.id, version=kept.version, at=now)


def _look(session: Session, office: Actor, made: Instruction, now: datetime, days: Calendar) -> None:
    due = select(Followup).where(Followup.instruction_id == made.id, Followup.due <= clock.day_of(now))
    for look in session.scalars(due.order_by(Followup.days)).all():
        at = min(now, _at(_workday(days, look.due), 16))
        words = "电话回访，群众说已经落实。"
        followups.look_again(session, office, look.id, finding="settled", words=words, at=at)


def _days(first: date, now: datetime, days: Calendar) -> Callable[[int], datetime]:
    return lambda after: min(now, _at(_workday(days, first + timedelta(days=after)), 16))
