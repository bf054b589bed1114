"""Leadership at the size of a city that uses it daily: leaders, a quarter of receptions, what was said, what is sponsored."""

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal import clock
from portal.leadership import models
from portal.organisation.models import Unit
from portal.statutes.workdays import ONE_DAY

LEADERS, SPONSORED, WEEKS, A_WEEK = 45, 656, 13, 30
BODIES = ("party", "congress", "government", "cppcc", "department", "county")
HALVES = {"am": (540, 690), "pm": (870, 1020)}


def write(session: Session, rng: Random, centre_id: int, case_ids: list[int], account_id: int) -> None:
    """Rows as the operations would leave them; ``case_ids`` are open matters, ``account_id`` types for every leader."""
    at = clock.now()
    units = session.scalars(select(Unit.id).order_by(Unit.id)).all()
    leaders = [
        {"centre_id": centre_id, "name": f"领导{n:02d}", "post": f"职务{n:02d}", "body": BODIES[n % len(BODIES)], "position": n}
        for n in range(1, LEADERS + 1)
    ]  # fmt: skip
    ids = list(session.scalars(insert(models.Leader).returning(models.Leader.id), leaders))
    session.execute(insert(models.Attendant), [{"leader_id": each, "account_id": account_id} for each in ids])
    cases = iter(rng.sample(case_ids, min(len(case_ids), SPONSORED + WEEKS * A_WEEK * 3)))
    _sponsored(session, rng, centre_id, ids, units, cases)
    monday = clock.today() - timedelta(days=clock.today().weekday())
    for number in range(WEEKS):
        _week(session, rng, centre_id, ids, units, cases, monday - timedelta(weeks=number - 1), at)
    session.commit()


def _sponsored(session: Session, rng: Random, centre_id: int, leaders: list[int], units: Any, cases: Any) -> None:
    today = clock.today()
    for case_id, _number in zip(cases, range(SPONSORED), strict=False):
        leader, since = rng.choice(leaders), today - timedelta(days=rng.randrange(1, 300))
        stated = {
            "centre_id": centre_id,
            "case_id": case_id,
            "level": rng.choice(("city", "county")),
            "leader_id": leader,
        }
        row = models.Sponsorship(
            **stated, lead_unit_id=rng.choice(units), opened_on=since, target_on=since + timedelta(days=200)
        )
        session.add(row)
        session.flush()
        session.add(models.SponsorTerm(sponsorship_id=row.id, leader_id=leader, level=row.level, since=since))
        for step in range(3):
            due = since + timedelta(days=50 * (step + 1))
            done = due if due < today and rng.random() < 0.8 else None
            session.add(models.Milestone(sponsorship_id=row.id, what="调查核实，提出方案", due=due, done_on=done))


def _week(
    session: Session, rng: Random, centre_id: int, leaders: list[int], units: Any, cases: Any, monday: date, at: Any
) -> None:
    week = models.Week(centre_id=centre_id, monday=monday, state="published", published_at=at)
    session.add(week)
    session.flush()
    places = [(leader, day, half) for leader in leaders for day in range(5) for half in HALVES]
    for leader, day, half in rng.sample(places, A_WEEK):
        starts, ends = HALVES[half]
        on = monday + ONE_DAY * day
        held = models.Reception(
            centre_id=centre_id, week_id=week.id, leader_id=leader, day=on, half=half, starts=starts, ends=ends, kind="fixed",
            place="中心三楼接访室", capacity=6, state="held" if on < clock.today() else "planned",
        )  # fmt: skip
        session.add(held)
        session.flush()
        for case_id, position in zip(cases, range(1, 4), strict=False):
            _booked(session, rng, held, case_id, position, units, at)


def _booked(
    session: Session, rng: Random, held: models.Reception, case_id: int, position: int, units: Any, at: Any
) -> None:
    past = held.state == "held"
    code = f"{rng.getrandbits(64):016x}"
    booking = models.Booking(
        centre_id=held.centre_id, reception_id=held.id, case_id=case_id, source="chosen", position=position, code=code,
        code_hash=code, state="received" if past else "booked", booked_at=at,
    )  # fmt: skip
    session.add(booking)
    session.flush()
    if not past:
        return
    sheet = models.Sheet(
        booking_id=booking.id, state="signed", minutes="听取了陈述。", opinion="请主管单位核实解决。", manner="task"
    )
    session.add(sheet)
    session.flush()
    done = rng.random() < 0.6
    made = models.Instruction(
        centre_id=held.centre_id, leader_id=held.leader_id, case_id=case_id, source="reception", source_id=sheet.id,
        words="请主管单位核实解决。", issued_on=held.day, issued_at=at, closed_at=at if done else None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    task = models.Task(
        centre_id=held.centre_id, instruction_id=made.id, case_id=case_id, what="核实解决", due=held.day + ONE_DAY * 20,
        state="done" if done else "open", done_at=at if done else None,
    )  # fmt: skip
    session.add(task)
    session.flush()
    for unit, role in zip(rng.sample(list(units), 2), ("lead", "co"), strict=True):
        session.add(models.TaskUnit(task_id=task.id, unit_id=unit, role=role, received_at=at))
