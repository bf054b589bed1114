"""Periods that have begun and whose last day nobody has named yet: the law gives no number, and the step asked for no day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.definition import Platform
from portal.cases.models import Clock, Proceeding
from portal.cases.operations import clocks, record
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.proceedings import unpacked
from portal.clock import day_of
from portal.statutes import deadlines
from portal.statutes.queries import law
from portal.statutes.table import Rule
from portal.trail import queries as trail


@dataclass(frozen=True)
class Unnamed:
    """A period without a last day. ``began_on``: its start day, itself not counted; ``event``: the step, "relief.accept"."""

    proceeding_id: int
    key: str
    began_on: date
    event: str
    rule: Rule


def of_proceedings(session: Session, proceedings: list[Proceeding]) -> list[Unnamed]:
    """Those of running ``proceedings`` of one case. No query where none of their platforms has such a step."""
    running = {each.id: each for each in proceedings if each.closed_at is None and begins_without(each.platform)}
    if not running:
        return []
    found: dict[tuple[int, str], Unnamed] = {}
    case_id = next(iter(running.values())).case_id
    for entry in trail.entries(session, f"case:{case_id}", kinds=("proceeding.advanced",)):
        held = running.get(entry.data["proceeding_id"])
        step = held and _steps(registry.platform(held.platform)).get(entry.data["step"])
        if not step:
            continue
        for key in step.stops:
            found.pop((held.id, key), None)
        for key, asked in begins_without(held.platform).get(step.code, ()):
            day = unpacked(held).get(asked) if asked else day_of(entry.at).isoformat()
            if day:
                on = date.fromisoformat(day)
                event = f"{held.platform}.{step.code}"
                found[held.id, key] = Unnamed(held.id, key, on, event, law(session).rules.on(key, on))
    dated = select(Clock.proceeding_id, Clock.key).where(
        Clock.proceeding_id.in_(running), Clock.stopped_at.is_(None), Clock.named_due.is_not(None)
    )
    there = {tuple(row) for row in session.execute(dated)} if found else set()
    return [each for place, each in found.items() if place not in there and each.rule.amount is None]


def name_first_day(
    session: Session, actor: Actor, proceeding_id: int, key: str, *, last: date, source: str, at: datetime
) -> Clock:
    """Give the period ``key`` the last day that a person named, on the ground of ``source``; from then on it is a clock.

    Raises Refused where the period has a day already or no longer runs, or the actor does not handle the platform;
    FieldProblems for a day before the start, or no source.
    """
    case = record.hold(session, select(Proceeding.case_id).where(Proceeding.id == proceeding_id).scalar_subquery())
    if case is None:
        raise Refused("没有这个程序。")
    proceeding = session.get_one(Proceeding, proceeding_id, with_for_update=True)
    platform = registry.platform(proceeding.platform)
    if platform.code not in actor.platforms or not actor.may(platform.handle):
        raise Refused(f"您没有办理{platform.label}程序的权限，不能指定它的期限。")
    period = next((each for each in of_proceedings(session, [proceeding]) if each.key == key), None)
    if period is None or case.closed_at is not None:
        raise Refused("这个期限已经指定了日期，或者已经停止计算。")
    problems = {}
    if last < period.began_on:
        problems["last"] = f"不能早于起算日 {period.began_on}。"
    if not source.strip():
        problems["source"] = "请写明由谁、以什么文件指定。"
    if problems:
        raise FieldProblems(problems)
    kept = record.seal_free_text(session, case, source)
    clock = clocks.start(session, case, proceeding, key, period.began_on, event=period.event, last=last, source=kept)
    clocks.refresh_next_due(session, case)
    data = {"clock_id": clock.id, "key": key, "platform": platform.code, "version": clock.version}
    data |= {"from": None, "to": last.isoformat(), "old": None, "new": last.isoformat()}
    record.note(session, case, "clock.named", actor, at, data=data, words={"source": kept})
    return clock


def _steps(platform: Platform) -> dict:
    return {step.code: step for step in platform.steps}


def begins_without(code: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Step → (key, field of the start day) of the periods of a platform without a number for which the step asks no last day.

    By the table that came with the program; whether a version published here sets a number is asked for each period.
    """
    rules = deadlines.rules()
    found = {}
    for step in registry.platform(code).steps:
        asked = {field.name for field in step.fields if field.required}
        told = {key for key, _, field in (due.partition("@") for due in step.dues) if field in asked}
        begins = [(key, field) for key, _, field in (start.partition("@") for start in step.starts) if key not in told]
        if without := tuple(each for each in begins if rules[each[0]].amount is None):
            found[step.code] = without
    return found
