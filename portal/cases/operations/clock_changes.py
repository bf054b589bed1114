"""What may happen to a running period: pause, resume, extension, another start, another named day. Never in silence.

Each change checks who asks and what the page knew, refuses what no statute allows, counts the dates anew from the whole
history and leaves an event with the day before and after. Where a field is to blame FieldProblems names it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import clocks, record
from portal.cases.operations.given import FieldProblems, Refused, StaleVersion
from portal.clock import day_of
from portal.statutes import grounds
from portal.statutes import queries as statutes
from portal.statutes.explain import UNITS
from portal.statutes.table import Rule
from portal.trail import queries as trail

KINDS = ("clock.paused", "clock.resumed", "clock.extended", "clock.restarted", "clock.named")
DID = dict(zip(KINDS, ("暂停计算", "恢复计算", "延长", "更正起算日", "重新指定日期"), strict=True))


@dataclass(frozen=True)
class Extension:
    """An extension as typed: ``amount`` in the rule's extension unit, or ``until`` where the law sets no number."""

    amount: int | None
    ground: str
    approver: str
    approved_on: date
    until: date | None = None
    informed_on: date | None = None
    notice: str = ""


@dataclass(frozen=True)
class _Held:
    clock: Clock
    proceeding: Proceeding
    case: Case
    rule: Rule
    history: clocks.History


def pause(
    session: Session, actor: Actor, clock_id: int, *, version: int, ground: str, first: date, note: str, at: datetime
) -> Clock:
    """Stop counting from ``first`` (it is not counted) for the reason ``ground``, a code of statutes.grounds for this rule.

    Raises Refused where no statute names a reason or a pause lasts already, FieldProblems for an unknown reason, a day before
    the start, after the end, in the future, or inside an earlier pause; StaleVersion.
    """
    held = _hold(session, actor, clock_id, version)
    allowed = {each.code for each in grounds.pausing(held.clock.key)}
    if not allowed:
        raise Refused(f"{held.rule.citation}没有规定可以暂停计算的情形，本期限不能暂停。")
    if held.history.paused_since:
        raise Refused(f"本期限自 {held.history.paused_since} 起已在暂停，请先恢复。")
    if ground not in allowed:
        raise FieldProblems({"ground": "请选择法律规定的暂停事由。"})
    problem = _pause_problem(held, first, day_of(at))
    if problem:
        raise FieldProblems({"first": problem})
    kept = record.seal_free_text(session, held.case, note)
    session.add(ClockPause(clock_id=clock_id, ground=ground, first=first, note=kept, paused_at=at, paused_by=actor.id))
    stated = {"ground": ground, "first": first.isoformat()}
    return _changed(session, actor, held, "clock.paused", at, stated, {"note": kept} if kept else None)


def resume(session: Session, actor: Actor, clock_id: int, *, version: int, last: date, at: datetime) -> Clock:
    """End the pause that lasts; ``last`` is its last day, itself not counted.

    Raises Refused where nothing is paused, FieldProblems for a day before the pause began or in the future; StaleVersion.
    """
    held = _hold(session, actor, clock_id, version)
    open_pause = select(ClockPause).where(ClockPause.clock_id == clock_id, ClockPause.last.is_(None)).with_for_update()
    paused = session.scalar(open_pause)
    if paused is None:
        raise Refused("本期限没有在暂停，无须恢复。")
    if last < paused.first:
        raise FieldProblems({"last": f"暂停自 {paused.first} 起，最后一日不能早于这一天。"})
    if last > day_of(at):
        raise FieldProblems({"last": "暂停的最后一日不能晚于今天；尚未结束的，到时再恢复。"})
    paused.last, paused.resumed_at, paused.resumed_by = last, at, actor.id
    stated = {"ground": paused.ground, "first": paused.first.isoformat(), "last": last.isoformat()}
    return _changed(session, actor, held, "clock.resumed", at, stated, None)


def take_out(
    session: Session, actor: Actor, clock_id: int, *, ground: str, first: date, last: date, at: datetime
) -> Clock:
    """Do not count the days from ``first`` to ``last``, which are over, for ``ground``: what a step says of a hearing.

    A pause that lasts, begun for the same, ends with them. Days that are out already, or lie after the end, change nothing.
    """
    held = _held(session, clock_id)
    due, lasting = held.clock.effective_due, held.history.paused_since
    if any(high is not None and low <= first and last <= high for low, high in held.history.pauses):
        return held.clock
    if (due is not None and first > due) or (lasting and lasting > last):
        return held.clock
    open_pause = select(ClockPause).where(ClockPause.clock_id == clock_id, ClockPause.last.is_(None)).with_for_update()
    row = session.scalar(open_pause)
    if row is None:
        row = ClockPause(clock_id=clock_id, ground=ground, first=first, paused_at=at, paused_by=actor.id)
        session.add(row)
    row.first, row.last, row.resumed_at, row.resumed_by = min(row.first, first), last, at, actor.id
    stated = {"ground": row.ground, "first": row.first.isoformat(), "last": last.isoformat()}
    return _changed(session, actor, held, "clock.resumed", at, stated, None)


def extend(session: Session, actor: Actor, clock_id: int, *, version: int, extension: Extension, at: datetime) -> Clock:
    """Grant ``extension`` on top of what was granted before. In time is what was approved in time, whenever it is typed.

    Raises Refused where the law knows no extension, the period is paused or has ended; FieldProblems for zero, negative or
    more than the law's cap in all, and where ground, approver or the telling that the law asks for is missing; StaleVersion.
    """
    held = _hold(session, actor, clock_id, version)
    return _extend(session, actor, held, extension, asked_on=extension.approved_on, at=at)


def extend_by_letter(
    session: Session,
    actor: Actor,
    clock_id: int,
    *,
    extension: Extension,
    letter_id: int,
    signed_on: date,
    at: datetime,
) -> Clock:
    """Grant what a signed letter of the handling organ grants (第三十四条): the letter tells of the approval, the day of its signature counts.

    Whoever seals the letter need not work for the platform. Raises as extend, but knows no version.
    """
    held = _held(session, clock_id)
    return _extend(session, actor, held, extension, asked_on=signed_on, at=at, letter_id=letter_id)


def refuse_extension(session: Session, clock_id: int, extension: Extension, *, asked_on: date, at: datetime) -> None:
    """Raise as extend_by_letter would, and grant nothing: for what leads up to the letter."""
    _refuse_extension(_held(session, clock_id), extension, asked_on, at)


def tell_of_extension(session: Session, actor: Actor, letter_id: int, on: date, at: datetime) -> bool:
    """Write down that the citizen was told on ``on`` by the letter; whether there was an extension to tell of."""
    granted = select(ClockExtension.clock_id).where(ClockExtension.letter_id == letter_id)
    clock_id = session.scalar(granted)
    if clock_id is None:
        return False
    clock = _locked(session, clock_id)
    row = session.scalars(select(ClockExtension).where(ClockExtension.letter_id == letter_id).with_for_update()).one()
    row.informed_on = on
    clock.version += 1
    platform = session.get_one(Proceeding, clock.proceeding_id).platform
    data = {"clock_id": clock.id, "key": clock.key, "platform": platform, "version": clock.version}
    case = session.get_one(Case, clock.case_id)
    told = {"notice": row.notice}
    record.note(session, case, "clock.informed", actor, at, data=data | {"informed_on": on.isoformat()}, words=told)
    return True


def _extend(
    session: Session,
    actor: Actor,
    held: _Held,
    extension: Extension,
    *,
    asked_on: date,
    at: datetime,
    letter_id: int | None = None,
) -> Clock:
    _refuse_extension(held, extension, asked_on, at)
    ground = record.seal_free_text(session, held.case, extension.ground)
    by_number = grounds.extends_by_number(held.rule)
    row = ClockExtension(
        clock_id=held.clock.id,
        letter_id=letter_id,
        amount=extension.amount if by_number else None,
        until=None if by_number else extension.until,
        ground=ground,
        approver=extension.approver,
        approved_on=extension.approved_on,
        informed_on=extension.informed_on,
        notice=extension.notice,
        at=at,
        account_id=actor.id,
    )
    session.add(row)
    stated = {"amount": row.amount, "unit": held.rule.extension_unit, "until": _iso(row.until)}
    stated |= {"approved_on": _iso(row.approved_on), "informed_on": _iso(row.informed_on)}
    words = {"ground": ground, "approver": row.approver, "notice": row.notice}
    return _changed(session, actor, held, "clock.extended", at, stated, words)


def _refuse_extension(held: _Held, extension: Extension, asked_on: date, at: datetime) -> None:
    if not (grounds.extends_by_number(held.rule) or grounds.extends_to_a_day(held.rule)):
        raise Refused(f"{held.rule.citation}没有规定可以延长，本期限不能延长。")
    due = held.clock.effective_due
    if held.history.paused_since or due is None:
        raise Refused("本期限正在暂停，请先恢复再延长。")
    # extending what has run out would hide that it was late (信访工作条例 第四十五条): the last day itself is still in time
    if asked_on > due:
        raise Refused(f"期限已于 {due} 届满，届满后不能再批准延长；届满以前已经批准的，按实际填写批准日期。")
    problems = _extension_problems(held, extension, day_of(at))
    if problems:
        raise FieldProblems(problems)


def correct_start(
    session: Session, actor: Actor, clock_id: int, *, version: int, on: date, why: str, reason: str, at: datetime
) -> Clock:
    """Count from ``on`` instead. ``why``: "error" (the day was written down wrongly) or a restarting code of statutes.grounds.

    Raises FieldProblems for an unknown ``why``, no ``reason``, the same day, a day in the future (except for periods counted
    back from a day to come) or one after a pause that was recorded; StaleVersion, Refused.
    """
    held = _hold(session, actor, clock_id, version)
    problems = {}
    if why != "error" and why not in {each.code for each in grounds.restarting(held.clock.key)}:
        problems["why"] = "请选择更正的事由。"
    if not reason.strip():
        problems["reason"] = "请写明理由。"
    if problem := _start_problem(held, on, day_of(at)):
        problems["on"] = problem
    if problems:
        raise FieldProblems(problems)
    kept = record.seal_free_text(session, held.case, reason)
    stated = {"why": why, "old": held.clock.started_on.isoformat(), "new": on.isoformat()}
    held.clock.started_on = on
    return _changed(session, actor, held, "clock.restarted", at, stated, {"reason": kept})


def name_day(
    session: Session, actor: Actor, clock_id: int, *, version: int, last: date, source: str, at: datetime
) -> Clock:
    """Put another named day (指定日期) in the place of the one that holds, on the ground of ``source``.

    Raises Refused where the law itself sets the number, FieldProblems for a day before the start, the day that holds already,
    or no source; StaleVersion.
    """
    held = _hold(session, actor, clock_id, version)
    if held.rule.amount is not None:
        raise Refused(f"{held.rule.citation}已规定期限为 {held.rule.amount}{UNITS[held.rule.unit]}，不能另行指定日期。")
    problems = {}
    if last < held.clock.started_on:
        problems["last"] = f"不能早于起算日 {held.clock.started_on}。"
    elif last == held.clock.named_due:
        problems["last"] = "与现在的指定日期相同。"
    if not source.strip():
        problems["source"] = "请写明由谁、以什么文件指定。"
    if problems:
        raise FieldProblems(problems)
    kept = record.seal_free_text(session, held.case, source)
    stated = {"old": _iso(held.clock.named_due), "new": last.isoformat()}
    held.clock.named_due, held.clock.named_source = last, kept
    return _changed(session, actor, held, "clock.named", at, stated, {"source": kept})


def _hold(session: Session, actor: Actor, clock_id: int, version: int) -> _Held:
    clock = _locked(session, clock_id)
    platform = registry.platform(session.get_one(Proceeding, clock.proceeding_id).platform)
    if platform.code not in actor.platforms or not actor.may(platform.handle):
        raise Refused(f"您没有办理{platform.label}程序的权限，不能变更它的期限。")
    if clock.version != version:
        raise StaleVersion(_changes_since(session, clock, version), clock.version)
    return _held(session, clock_id)


def _locked(session: Session, clock_id: int) -> Clock:
    record.hold(session, select(Clock.case_id).where(Clock.id == clock_id).scalar_subquery())
    clock = session.scalar(select(Clock).where(Clock.id == clock_id).with_for_update())
    if clock is None:
        raise Refused("没有这个期限。")
    return clock


def _held(session: Session, clock_id: int) -> _Held:
    clock = _locked(session, clock_id)
    if clock.stopped_at:
        raise Refused("本期限已停止计算，不能再变更。")
    proceeding = session.get_one(Proceeding, clock.proceeding_id)
    rule = statutes.law(session).rules.on(clock.key, clock.started_on)
    history = clocks.histories(session, [clock])[clock.id]
    return _Held(clock, proceeding, session.get(Case, clock.case_id), rule, history)


def _changed(
    session: Session,
    actor: Actor,
    held: _Held,
    kind: str,
    at: datetime,
    stated: dict[str, Any],
    words: dict[str, Any] | None,
) -> Clock:
    """Count anew, raise the version, and note what was done with the day before and after."""
    clock, before = held.clock, held.clock.effective_due
    session.flush()
    _recount(session, clock)
    clock.version += 1
    clocks.refresh_next_due(session, held.case)
    data = {"clock_id": clock.id, "key": clock.key, "platform": held.proceeding.platform, "version": clock.version}
    data |= {"from": _iso(before), "to": _iso(clock.effective_due)} | stated
    record.note(session, held.case, kind, actor, at, data=data, words=words)
    return clock


def _recount(session: Session, clock: Clock) -> None:
    law = statutes.law(session)
    rule = law.rules.on(clock.key, clock.started_on)  # another start may fall under another version of the law
    due = clocks.due_of(rule, clocks.histories(session, [clock])[clock.id], law.calendar)
    clock.natural_due, clock.effective_due, clock.provisional = due.natural_due, due.effective_due, due.provisional
    clock.rule_version, clock.verified, clock.calendar_version = rule.version, rule.verified, law.calendar_version


def _changes_since(session: Session, clock: Clock, version: int) -> list[str]:
    return [
        f"{DID[entry.kind]}：{entry.data['from'] or '未定'} → {entry.data['to'] or '暂停中'}"
        for entry in trail.entries(session, f"case:{clock.case_id}", kinds=KINDS)
        if entry.data["clock_id"] == clock.id and entry.data["version"] > version
    ]


def _pause_problem(held: _Held, first: date, today: date) -> str | None:
    start, due = held.clock.started_on, held.clock.effective_due
    if first < start:
        return f"不能早于起算日 {start}。"
    if first > today:
        return "不能晚于今天；尚未开始的，到时再登记。"
    if due is not None and first > due and not held.rule.backward:
        return f"期限已于 {due} 届满，届满之后的日子不影响计算。"
    inside = [(low, high) for low, high in held.history.pauses if high is not None and low <= first <= high]
    if inside:
        return f"{inside[0][0]} 至 {inside[0][1]} 已经暂停过，不能重复。"
    return None


def _extension_problems(held: _Held, given: Extension, today: date) -> dict[str, str]:
    rule, found = held.rule, {}
    if grounds.extends_by_number(rule):
        if problem := _amount_problem(rule, given.amount, held.history.extension):
            found["amount"] = problem
    elif given.until is None or given.until <= held.clock.effective_due:
        found["until"] = f"请填写延长到哪一天，须晚于现在的最后一日 {held.clock.effective_due}。"
    if not given.ground.strip():
        found["ground"] = "请写明延长的理由。"
    if grounds.needs_approval(rule) and not given.approver.strip():
        found["approver"] = "请填写批准或同意的人：法律规定延长须经批准（同意）。"
    if not held.clock.started_on <= given.approved_on <= today:
        found["approved_on"] = f"批准日期须在起算日 {held.clock.started_on} 至今天之间。"
    if grounds.needs_telling(rule) and not (given.informed_on or given.notice.strip()):
        found["informed_on"] = "法律要求告知：请填写告知日期，或填写告知书文号。"
    elif given.informed_on and not given.approved_on <= given.informed_on <= today:
        found["informed_on"] = "告知日期须在批准日期至今天之间。"
    return found


def _amount_problem(rule: Rule, amount: int | None, before: int) -> str | None:
    unit = UNITS[rule.extension_unit]
    if amount is None:
        return f"请填写延长多少{unit}。"
    if amount <= 0:
        return f"延长须是大于 0 的整数（{unit}）。"
    if before + amount > rule.extension_amount:
        already = f"此前已延长 {before}，合计 {before + amount}，" if before else ""
        return f"{already}超过上限：{rule.citation}规定合计不超过 {rule.extension_amount}{unit}。"
    return None


def _start_problem(held: _Held, on: date, today: date) -> str | None:
    if on == held.clock.started_on:
        return "与现在的起算日相同。"
    if on > today and not held.rule.backward:
        return "起算日不能晚于今天。"
    earliest = min((first for first, _ in held.history.pauses), default=None)
    if earliest and on > earliest and not held.rule.backward:
        return f"已登记自 {earliest} 起的暂停，起算日不能晚于这一天。"
    if held.clock.named_due and on > held.clock.named_due:
        return f"不能晚于指定日期 {held.clock.named_due}。"
    return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
