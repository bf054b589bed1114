"""A quarter of leaders' receptions, lived week by week: rosters drafted, signed off, corrected; matters booked, received, followed.

Everything goes through the operations that the pages call. What may happen is drawn from one seed; what was refused is counted
by its sentence, so that a run can be read afterwards.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor, actor_of
from portal.access.models import Account
from portal.access.permissions import Role, granted
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import (
    Attendant,
    Booking,
    Followup,
    Instruction,
    Leader,
    Reception,
    Sheet,
    Task,
    TaskUnit,
    Week,
)
from portal.leadership.operations import bookings, check_in, duties, followups, publishing, roster, sheets, tasks
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.operations.followups import ResultGiven
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.roster import ReceptionGiven
from portal.leadership.operations.sheets import SheetGiven
from portal.organisation.models import Region, Unit
from portal.queue import models as queue_models
from portal.queue import operations as queue
from tests.leadership.receptions import CLERK, GREETER, OFFICE, matter, prepare, room

FIRST = date(2026, 9, 7)  # a Monday; Mid-Autumn, National Day and their 调休 lie in the quarter after it
APPROVER = "lianhongjun"
HALVES = {"am": (540, 690), "pm": (870, 1020)}
WEEKDAYS = 6  # Saturdays too: some are made working days, the others are refused or want a reason


@dataclass(frozen=True)
class Size:
    """How much of everything. ``bookings`` are tried over all weeks; some of them are refused because a place is full."""

    weeks: int
    receptions: int  # a week
    bookings: int
    after: int = 35  # days in which the loops run to their end


@dataclass
class Quarter:
    """The life, and what was refused in it."""

    app: Flask
    rng: Random
    size: Size
    refused: Counter = field(default_factory=Counter)
    cases: list[int] = field(default_factory=list)
    checks: list[Callable[[Session, date], None]] = field(default_factory=list)

    def live(self) -> None:
        """From the first Monday to the last; ``checks`` are asked after each day."""
        self._found()
        for number in range(self.size.weeks):
            monday = FIRST + timedelta(weeks=number)
            self._week(monday)
            for day in (monday + timedelta(days=n) for n in range(7)):
                self._day(day)
        last = FIRST + timedelta(weeks=self.size.weeks)
        for day in (last + timedelta(days=n) for n in range(self.size.after)):
            self._follow(day)

    def do(self, operation: Callable[..., Any], actor: Actor, *given: Any, at: datetime, **more: Any) -> Any:
        """One write, as a request makes it; None where it was refused, which is counted."""
        try:
            with clock.frozen(at), database.write() as session:
                made = operation(session, actor, *given, at=at, **more)
                return getattr(made, "id", True)
        except FieldProblems as problem:
            self.refused["".join(problem.problems.values())[:40]] += 1
        except Refused as problem:
            self.refused[str(problem)[:40]] += 1
        return None

    def read(self, statement: Any) -> list[Any]:
        """Rows of a read of its own."""
        rows = database.db.session.execute(statement).all()
        database.db.session.rollback()
        return rows

    # ---- before ----

    def _found(self) -> None:
        at = clock.at_hall(FIRST - timedelta(days=14), 9)
        with clock.frozen(at), database.write() as session:
            self.staff = prepare(session)
            self.room = room(session)
            centre_id = self.staff[OFFICE].centre_id
            for leader in session.scalars(select(Leader)):
                self._account(session, leader, centre_id)
            units = session.execute(select(Unit.id).where(Unit.in_hall).order_by(Unit.id)).scalars()
            handler = granted([Role.HANDLER])
            self.units = {
                unit: Actor(self.staff["houwenjuan"].id, centre_id, "承办人", unit, (), handler) for unit in units
            }
            self.counties = session.scalars(select(Region.code).where(Region.level == "county")).all()
        self.leaders = [row.id for row in self.read(select(Leader.id).order_by(Leader.position, Leader.id))]

    def _account(self, session: Session, leader: Leader, centre_id: int) -> None:
        """Every leader signs, and the office types for every one of them."""
        if leader.account_id is None:
            account = Account(
                centre_id=centre_id,
                login_name=f"leader{leader.id}",
                name=leader.name,
                password_hash="-",
                session_key="-",
            )
            session.add(account)
            session.flush()
            leader.account_id = account.id
        if session.get(Attendant, (leader.id, self.staff[OFFICE].id)) is None:
            session.add(Attendant(leader_id=leader.id, account_id=self.staff[OFFICE].id))
        session.flush()

    def _leader(self, leader_id: int) -> Actor:
        account = database.db.session.scalar(
            select(Account).join(Leader, Leader.account_id == Account.id).where(Leader.id == leader_id)
        )
        made = actor_of(account)
        database.db.session.rollback()
        return Actor(made.id, made.centre_id, made.name, None, (), granted([Role.LEADER]))

    # ---- a week ----

    def _week(self, monday: date) -> None:
        office, at = self.staff[OFFICE], clock.at_hall(monday - timedelta(days=4), 9)
        for leader in self.rng.sample(self.leaders, max(1, len(self.leaders) // 12)):
            absent = monday + timedelta(days=self.rng.randrange(5))
            kind = self.rng.choice(("meeting", "trip", "leave", "sick"))
            self.do(
                duties.add_duty, office, leader, first=absent, last=absent, half="day", kind=kind, what="会议", at=at
            )
        for _ in range(self.size.receptions):
            self.do(roster.place, office, self._given(monday), at=at)
        self._publish(monday, at)
        for _ in range(max(1, self.size.bookings // self.size.weeks)):
            self._book(monday, at + timedelta(hours=5))
        if self.rng.random() < 0.4:  # a change that goes through sign-off again
            later = at + timedelta(hours=6)
            week = self._row(monday)
            if week and self.do(publishing.amend, office, week.id, version=week.version, at=later):
                self.do(roster.place, office, self._given(monday), at=later)
                self._publish(monday, later)

    def _given(self, monday: date) -> ReceptionGiven:
        half = self.rng.choice(("am", "pm"))
        starts, ends = HALVES[half]
        away = self.rng.random() < 0.3
        day = monday + timedelta(days=self.rng.randrange(WEEKDAYS))
        return ReceptionGiven(
            self.rng.choice(self.leaders), day, half, starts, ends, "trip" if away else "fixed", self.rng.randint(3, 8),
            place="县信访接待中心" if away else "", region_code=self.rng.choice(self.counties) if away else None,
            window_id=None if away else self.room, slot_minutes=self.rng.choice((None, 25, 30)),
            reason="节日值班接访" if self.rng.random() < 0.3 else "",
        )  # fmt: skip

    def _publish(self, monday: date, at: datetime) -> None:
        office, approver = self.staff[OFFICE], self.staff[APPROVER]
        # nothing is published that nobody signed, whoever tries
        for step, who in (
            (publishing.publish, office), (publishing.submit, office), (publishing.approve, office),
            (publishing.approve, approver), (publishing.publish, office),
        ):  # fmt: skip
            week = self._row(monday)
            if week:
                self.do(step, who, week.id, version=week.version, at=at)

    def _row(self, monday: date) -> Any:
        rows = self.read(select(Week.id, Week.version, Week.state).where(Week.monday == monday))
        return rows[0] if rows else None

    def _book(self, monday: date, at: datetime) -> None:
        held = self.read(
            select(Reception.id, Reception.starts, Reception.slot_minutes, Reception.day)
            .join(Week, Week.id == Reception.week_id)
            .where(Week.monday == monday, Reception.state == "planned")
        )
        if not held:
            return
        chosen = self.rng.choice(held)
        slot = chosen.starts + chosen.slot_minutes * self.rng.randrange(5) if chosen.slot_minutes else None
        people = self.rng.choice((1, 1, 1, 2, 4, 9, 30))
        spokesmen = 6 if self.rng.random() < 0.05 else min(people, 5)
        draft = BookingDraft("applied", slot=slot, headcount=people, representatives=spokesmen)
        self.do(bookings.book, self.staff[CLERK], chosen.id, self._case(at), draft, at=at)

    def _case(self, at: datetime) -> int:
        if self.cases and self.rng.random() < 0.2:
            return self.rng.choice(self.cases)
        litigation = "litigation" if self.rng.random() < 0.1 else "none"
        with clock.frozen(at), database.write() as session:
            name = f"群众{len(self.cases)}"
            made = matter(session, self.staff[CLERK], name, received_at=at, litigation=litigation)
            self.cases.append(made.id)
        return self.cases[-1]

    # ---- a day ----

    def _day(self, day: date) -> None:
        for held in self.read(select(Reception).where(Reception.day == day).order_by(Reception.starts, Reception.id)):
            reception = held[0]
            self._urgent(reception, clock.at_hall(day, 8))
            self._receive(reception.id, day)
        self._follow(day)

    def _urgent(self, reception: Reception, at: datetime) -> None:
        """Illness in the morning: called off, or somebody else comes."""
        chance = self.rng.random()
        if chance < 0.07:
            self.do(publishing.cancel_now, self.staff[OFFICE], reception.id, reason="临时公务", version=None, at=at)
        elif chance < 0.16:
            other = self.rng.choice(self.leaders)
            self.do(publishing.substitute, self.staff[OFFICE], reception.id, other, reason="因病", version=None, at=at)

    def _receive(self, reception_id: int, day: date) -> None:
        office = self.staff[OFFICE]
        [(held,)] = self.read(select(Reception).where(Reception.id == reception_id))
        wanted = select(Booking.id, Booking.version).where(Booking.reception_id == held.id).order_by(Booking.position)
        if held.state == "cancelled":
            for booking in self.read(wanted.where(Booking.state == "booked")):
                self.do(
                    bookings.cancel,
                    office,
                    booking.id,
                    version=booking.version,
                    reason="接访取消，另行约定",
                    at=clock.at_hall(day, 8, 5),
                )
            return
        leader, at = self._leader(held.leader_id), clock.at_hall(day, *divmod(held.starts, 60))
        if self.do(sheets.arrive, office, held.id, at=at) is None:
            return
        if held.window_id:
            self.do(queue.open_window, office, held.window_id, at=at)
        if self.rng.random() < 0.4:  # somebody comes without having asked before
            self.do(bookings.book, self.staff[CLERK], held.id, self._case(at), BookingDraft("walk_in"), at=at)
        for booking in self.read(wanted.where(Booking.state.in_(("booked", "arrived")))):
            at += timedelta(minutes=2)
            if self.rng.random() < 0.1:
                self.do(sheets.mark_absent, office, booking.id, reason="原因不明，已电话联系", at=at)
            else:
                at = self._one(office, leader, held, booking.id, at)
        self.do(sheets.leave, office, held.id, at=at)
        if held.window_id:
            self.do(queue.close_window, office, at=at)
        self.do(sheets.close, office, held.id, at=at + timedelta(minutes=1))

    def _one(self, office: Actor, leader: Actor, held: Reception, booking_id: int, at: datetime) -> datetime:
        """One matter: the number called to the room, the talk, the sheet typed, confirmed or not, signed."""
        if held.window_id:
            ticket = self.do(check_in.check_in, self.staff[GREETER], booking_id, at=at)
            called = self.do(_called, office, at=at + timedelta(minutes=1))
            assert called == ticket, "the room called somebody else"
            self.do(_started, office, called, at=at + timedelta(minutes=2))
            ended = at + timedelta(minutes=12)
            self.do(_finished, office, called, at=ended)
        else:
            self.do(sheets.begin, office, booking_id, at=at + timedelta(minutes=2))
            ended = at + timedelta(minutes=12)
        self.do(sheets.end, office, booking_id, at=ended)
        given = self._sheet(ended)
        if self.do(sheets.record, office, booking_id, given, version=None, ready=True, at=ended) is None:
            # 涉法涉诉: only words
            given = SheetGiven("听取了情况。", "已释法明理，引导向政法部门反映。", "explained")
            self.do(sheets.record, office, booking_id, given, version=None, ready=True, at=ended)
        [(version,)] = self.read(select(Sheet.version).where(Sheet.booking_id == booking_id))
        self.do(sheets.sign, leader, booking_id, version=version, at=ended + timedelta(minutes=1))
        return ended + timedelta(minutes=1)

    def _sheet(self, at: datetime) -> SheetGiven:
        manner = self.rng.choice(("task", "task", "task", "resolved", "explained", "forwarded"))
        if manner != "task":
            return SheetGiven("听取了群众陈述。", "当场答复，群众表示同意。", manner)
        lead, *co = self.rng.sample(sorted(self.units), self.rng.randint(1, 3))
        due = clock.day_of(at) + timedelta(days=self.rng.randint(1, 25))
        return SheetGiven(
            "听取了群众陈述。", "请主管单位限期解决。", "task", (TaskDraft("核实并解决", lead, due, tuple(co)),)
        )

    # ---- what follows ----

    def _follow(self, day: date) -> None:
        """Units reply or keep silent, the office judges, looks again when the day has come, tells the citizen and ends it."""
        office, at = self.staff[OFFICE], clock.at_hall(day, 16)
        for row in self.read(
            select(TaskUnit.id, TaskUnit.unit_id).join(Task).where(TaskUnit.replied_at.is_(None), Task.state.in_(("open", "returned")))
        ):  # fmt: skip
            if self.rng.random() < 0.12:
                self.do(tasks.reply, self.units[row.unit_id], row.id, words="已核实，正在解决。", at=at)
        for row in self.read(select(Task.id, Task.version).where(Task.state == "replied")):
            if self.rng.random() < 0.2:
                [back] = self.read(select(TaskUnit.id).where(TaskUnit.task_id == row.id).limit(1))
                self.do(tasks.send_back, office, back.id, reason="没有说明结果", at=at)
            else:
                self.do(tasks.accept, office, row.id, version=row.version, at=at)
        for row in self.read(select(Followup.id).where(Followup.done_at.is_(None), Followup.due <= day)):
            if self.rng.random() < 0.5:
                self.do(followups.look_again, office, row.id, finding="settled", words="已电话核实。", at=at)
        for row in self.read(select(Instruction.id, Instruction.version).where(Instruction.closed_at.is_(None))):
            if self.rng.random() < 0.2:
                self._end(office, row, day, at)
        for check in self.checks:
            check(database.db.session(), day)
            database.db.session.rollback()

    def _end(self, office: Actor, row: Any, day: date, at: datetime) -> None:
        running = self.read(
            select(Task.id).where(Task.instruction_id == row.id, Task.state.not_in(("done", "withdrawn")))
        )
        if running:
            self.do(followups.close, office, row.id, version=row.version, at=at)  # refused, and says why
            return
        given = ResultGiven("已解决", self.rng.choice(("yes", "partly", "no")), "yes", "telephone", day, "电话告知本人")
        self.do(followups.record_result, office, row.id, given, version=row.version, at=at)
        [(version,)] = self.read(select(Instruction.version).where(Instruction.id == row.id))
        self.do(followups.close, office, row.id, version=version, at=at)


def _called(session: Session, actor: Actor, *, at: datetime) -> Any:
    return queue.call_next(session, actor, at=at)


def _started(session: Session, actor: Actor, ticket_id: int, *, at: datetime) -> Any:
    return queue.start(session, actor, ticket_id, version=_version(session, ticket_id), at=at)


def _finished(session: Session, actor: Actor, ticket_id: int, *, at: datetime) -> Any:
    return queue.finish(session, actor, ticket_id, version=_version(session, ticket_id), at=at)


def _version(session: Session, ticket_id: int) -> int:
    return session.get_one(queue_models.Ticket, ticket_id).version
