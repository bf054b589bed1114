"""What is known of some days and leaders, to see what speaks against a reception. As many queries for a week as for a day."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.leadership.conflicts import Busy, Conflict, Facts, Other, Wanted, find
from portal.leadership.models import Leader, LeaderDuty, Reception
from portal.leadership.queries.leaders import settings
from portal.leadership.queries.roster import CANCELLED
from portal.leadership.vocabulary import AWAY
from portal.organisation.models import Closure
from portal.statutes import queries as statutes
from portal.statutes.workdays import Calendar


@dataclass
class Ground:
    """The days from the first to the last asked for, and the leaders."""

    today: date
    calendar: Calendar
    leaders: dict[int, Leader]
    closed: dict[date, str]
    most: int | None
    others: dict[date, list[Other]] = field(default_factory=lambda: defaultdict(list))
    duties: dict[tuple[int, date], list[Busy]] = field(default_factory=lambda: defaultdict(list))

    def facts(self, wanted: Wanted) -> Facts:
        """What counts for ``wanted``; its day must be one of those asked for."""
        day, leader = wanted.day, self.leaders.get(wanted.leader_id or 0)
        facts = Facts(
            self.today,
            rests="" if self.calendar.is_workday(day) else self.calendar.reason(day),
            provisional=not self.calendar.published(day),
            closed=self.closed.get(day, ""),
            others=tuple(self.others[day]),
            most=self.most,
        )
        if leader is None:
            return facts
        duties = tuple(self.duties[leader.id, day])
        return replace(facts, leader=leader.name, since=leader.since, until=leader.until, duties=duties)

    def against(self, wanted: Wanted) -> tuple[Conflict, ...]:
        """Everything that speaks against ``wanted``."""
        return () if wanted.day is None else find(wanted, self.facts(wanted))

    def rests(self, day: date) -> str:
        """Why ``day`` is none on which leaders usually receive; "" for a working day."""
        return self.closed.get(day, "") or ("" if self.calendar.is_workday(day) else self.calendar.reason(day))

    def add(self, held: Reception) -> None:
        """Count a reception that was just placed."""
        leader = self.leaders[held.leader_id]
        self.others[held.day].append(
            Other(
                held.id,
                held.leader_id,
                leader.name,
                held.half,
                held.starts,
                held.ends,
                held.window_id,
                held.kind in AWAY,
            )
        )


def ground(session: Session, centre_id: int, first: date, last: date, today: date) -> Ground:
    """All that may speak against receptions from ``first`` to ``last``."""
    law = statutes.law(session)
    leaders = {one.id: one for one in session.scalars(select(Leader).where(Leader.centre_id == centre_id))}
    closures = select(Closure.day, Closure.message).where(
        Closure.centre_id == centre_id, Closure.service_id.is_(None), Closure.day.between(first, last)
    )
    made = Ground(
        today,
        law.calendar,
        leaders,
        {row.day: row.message.rstrip("。") for row in session.execute(closures)},
        settings(session, centre_id).most_per_half,
    )
    held = select(Reception).where(
        Reception.centre_id == centre_id, Reception.day.between(first, last), Reception.state != CANCELLED
    )
    for each in session.scalars(held.order_by(Reception.id)):
        made.add(each)
    duties = (
        select(LeaderDuty)
        .join(Leader, Leader.id == LeaderDuty.leader_id)
        .where(Leader.centre_id == centre_id, LeaderDuty.day.between(first, last))
        .order_by(LeaderDuty.id)
    )
    for duty in session.scalars(duties):
        made.duties[duty.leader_id, duty.day].append(Busy(duty.half, duty.kind, duty.what))
    return made


def wanted_of(held: Reception) -> Wanted:
    """A reception that is held in the table, as wanted."""
    return Wanted(
        held.leader_id, held.day, held.half, held.starts, held.ends, held.kind, held.window_id, held.capacity,
        held.slot_minutes, held.id,
    )  # fmt: skip
