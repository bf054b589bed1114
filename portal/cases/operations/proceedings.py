"""Opening a platform's proceeding and moving it. advance() is the only writer of a proceeding's state."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.definition import Choice, Day, Field, Flag, Number, Platform, Step, Text
from portal.cases.models import Case, Proceeding
from portal.cases.operations import (
    amendment,
    clock_changes,
    clocks,
    conduct,
    grants,
    linked,
    others,
    outcome,
    parties,
    proposals,
    record,
)
from portal.cases.operations.given import FieldProblems, Refused, StaleVersion
from portal.clock import day_of
from portal.keys import ring
from portal.trail import queries as trail

SEALED = "sealed"
LATE = "late"  # no declared field has this name


def open_proceeding(
    session: Session,
    actor: Actor,
    case: Case,
    platform_code: str,
    *,
    at: datetime,
    data: dict[str, Any] | None = None,
    first: bool = False,
) -> Proceeding:
    """Open ``platform_code``'s procedure on ``case`` and the case to that platform.

    Opening clocks run from the day of receipt for the case's first proceeding, else from today. Raises Refused where one
    is running already or the actor does not work there, FieldProblems for the platform's own fields.
    """
    platform = registry.platform(platform_code)
    if not first and platform_code not in actor.platforms:
        raise Refused(f"您不在{platform.label}平台，不能在此开启程序。")
    if case.closed_at:
        raise Refused("事项已办结，不能再开启程序。")
    _refuse_second(session, case, platform)
    proceeding = Proceeding(
        centre_id=case.centre_id,
        case_id=case.id,
        platform=platform_code,
        state=platform.initial,
        data=_pack(platform, validated(platform.fields, data or {}, at, partial=True)),
        opened_at=at,
        opened_by=actor.id,
        moved_at=at,
    )
    session.add(proceeding)
    try:
        session.flush()
    except IntegrityError as problem:
        raise Refused(f"本事项已有正在进行的{platform.label}程序。") from problem
    for key in platform.opening:
        on = day_of(case.received_at if first else at)
        clocks.start(session, case, proceeding, key, on, event=f"{platform.code}.opening")
    clocks.refresh_next_due(session, case)
    grants.grant(session, case, grants.platform_scope(platform_code), why="开启程序", at=at)
    stated = {"platform": platform_code, "proceeding_id": proceeding.id, "state": proceeding.state}
    record.note(session, case, "proceeding.opened", actor, at, data=stated)
    return proceeding


def advance(
    session: Session,
    actor: Actor,
    proceeding_id: int,
    *,
    version: int,
    step: str,
    data: dict[str, Any],
    at: datetime,
    by_letter: bool = False,
) -> Proceeding:
    """Take ``step``: check version, state, permission, fields and guard; move; stop and start clocks; write the event.

    ``by_letter``: a letter that was sealed or received takes it; who may do that need not work for the platform.
    Raises StaleVersion (with what the others did), Refused, FieldProblems. All in the caller's one transaction.
    """
    case = record.hold(session, select(Proceeding.case_id).where(Proceeding.id == proceeding_id).scalar_subquery())
    proceeding = session.scalar(select(Proceeding).where(Proceeding.id == proceeding_id).with_for_update())
    if case is None or proceeding is None:
        raise Refused("没有这个程序。")
    platform = registry.platform(proceeding.platform)
    declared = _declared(platform, step)
    _check_may(actor, platform, declared, by_letter)
    if proceeding.version != version or proceeding.state not in declared.source:
        raise StaleVersion(changes_since(session, proceeding, version), proceeding.version)
    values = validated(declared.fields, data, at)
    conduct.refuse_recused(session, actor, case)
    _refuse_by_guard(session, case, proceeding, platform, declared, values, at)
    values = _without_personal_numbers(session, case, declared, values)
    late = _late(session, proceeding, declared, values)
    own = _kept(proceeding, declared, values) | ({} if declared.opens else late)
    came_from = proceeding.state
    if proceeding.closed_at:
        _reopen(session, actor, case, platform, declared, at)
    _move(session, actor, proceeding, platform, declared, own, at)
    runs_in = proceeding
    if declared.opens:
        known = values | late | {linked.CAME_FROM: came_from}
        runs_in = linked.open_linked(session, actor, case, proceeding, platform, declared, known, at=at)
    stated = {
        "platform": platform.code,
        "proceeding_id": proceeding.id,
        "step": declared.code,
        "state": proceeding.state,
        "version": proceeding.version,
        "stopped": clocks.stop(session, proceeding, declared.stops, f"{platform.code}.{declared.code}", at),
        "started": _start_clocks(session, case, runs_in, declared, values, at),
    }
    _take_out(session, actor, case, declared, values, at)
    _beside(session, actor, case, proceeding, declared, values, at)
    if proceeding.closed_at:
        stated["stopped"] += clocks.stop(session, proceeding, None, f"{platform.code}.{declared.code}", at)
    if declared.answers:
        stated["earlier"] = linked.answer(session, proceeding, platform, declared, at)
    clocks.refresh_next_due(session, case)
    if late.get(LATE):
        stated[LATE] = late[LATE]
    record.note(session, case, "proceeding.advanced", actor, at, data=stated, words=values or None)
    return proceeding


def _beside(
    session: Session,
    actor: Actor,
    case: Case,
    proceeding: Proceeding,
    step: Step,
    values: dict[str, Any],
    at: datetime,
) -> None:
    """What a step does besides moving its procedure."""
    if step.other:
        others.tie(session, actor, case, values.get(step.other, ""), why=step.label, at=at)
    if step.hands:
        amendment.hand_over(session, actor, case, values.get(step.hands, ""), why=step.label, at=at)
    if step.proposes:
        proposals.propose(session, actor, case, proceeding, values, at)


def refuse_early(session: Session, proceeding: Proceeding, step: str, data: dict[str, Any], at: datetime) -> None:
    """Raise Refused where the guard of ``step`` would refuse ``data``, as far as it is known. For what leads up to the step."""
    platform = registry.platform(proceeding.platform)
    case = session.get_one(Case, proceeding.case_id)
    _refuse_by_guard(session, case, proceeding, platform, _declared(platform, step), data, at)


def _merged(proceeding: Proceeding, step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """What is known once ``values`` are in: a step taken again replaces all it asked for, an unticked flag included."""
    asked = {one.name for one in step.fields}
    return {name: value for name, value in unpacked(proceeding).items() if name not in asked} | values


def _kept(proceeding: Proceeding, step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """What the proceeding keeps after the step."""
    return {name: value for name, value in _merged(proceeding, step, values).items() if name not in step.clears}


def _refuse_by_guard(
    session: Session,
    case: Case,
    proceeding: Proceeding,
    platform: Platform,
    step: Step,
    values: dict[str, Any],
    at: datetime,
) -> None:
    """Raise Refused with what the step's guard says of ``values``."""
    other = others.named(session, case, platform, values.get(step.other, ""), day_of(at)) if step.other else None
    refusal = refusal_of(
        step,
        proceeding.state,
        case,
        _merged(proceeding, step, values),
        at,
        other,
        linked=linked.values_of(session, case.id, platform, of=proceeding.id),
        reachable=platform.petition and parties.reachable(session, case),
        accused=parties.accused(session, case),
    )
    if refusal:
        raise Refused(refusal)


def refusal_of(
    step: Step,
    state: str,
    case: Case,
    data: dict[str, Any],
    at: datetime,
    other: others.Other | None = None,
    *,
    linked: Mapping[str, Mapping[str, Any]],
    reachable: bool,
    accused: tuple[str, ...] = (),
) -> str | None:
    """Why the step's guard would refuse with ``data`` (the proceeding's values in clear), or None. What it sees: see Step."""
    if step.guard is None:
        return None
    seen = SimpleNamespace(
        state=state,
        data=data,
        step=step.code,
        purpose=case.purpose,
        channel=case.channel,
        number=case.number,
        received_on=day_of(case.received_at),
        accused=accused,
        other=other,
        linked=linked,
        reachable=reachable,
    )
    return step.guard(seen, at)


def _late(session: Session, proceeding: Proceeding, step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """Which rights the party has used after their last day, by key: that last day. To be asked before the clocks stop."""
    if not step.uses:
        return {}
    late = {} if step.opens else dict(unpacked(proceeding).get(LATE, {}))
    for key, _, asked in (declared.partition("@") for declared in step.uses):
        late.pop(key, None)
        last = clocks.last_day(session, proceeding, key)
        if last and asked in values and date.fromisoformat(values[asked]) > last:
            late[key] = last.isoformat()
    return {LATE: late}


def unpacked(proceeding: Proceeding) -> dict[str, Any]:
    """The proceeding's values in clear; only for readers of its platform (a sealed platform's lie encrypted)."""
    if SEALED in proceeding.data:
        return json.loads(ring.open(proceeding.data[SEALED]))
    return dict(proceeding.data)


def changes_since(session: Session, proceeding: Proceeding, version: int) -> list[str]:
    """What was done to ``proceeding`` after ``version``, a Chinese line each."""
    platform = registry.platform(proceeding.platform)
    lines = []
    for entry in trail.entries(session, f"case:{proceeding.case_id}", kinds=("proceeding.advanced",)):
        # its own step, or the answer of a procedure that it waited for
        moved = next((one for one in (entry.data, entry.data.get("earlier", {})) if _moves(one, proceeding)), None)
        if moved and moved["version"] > version:
            state = platform.states[moved["state"]].label
            lines.append(f"{platform.step(entry.data['step']).label} → {state}")
    return lines


def _moves(stated: Mapping[str, Any], proceeding: Proceeding) -> bool:
    return stated.get("proceeding_id") == proceeding.id


def validated(
    fields: tuple[Field, ...], data: dict[str, Any], at: datetime, *, partial: bool = False
) -> dict[str, Any]:
    """``data`` as the declaration allows it, JSON-able. Raises FieldProblems. ``partial`` lets required fields wait."""
    problems, values = {}, {}
    for asked in fields:
        value = data.get(asked.name)
        if value in (None, "", False):
            if isinstance(asked, Flag) and asked.must and not partial:
                problems[asked.name] = "须确认此项后才能继续。"
            elif asked.required and not partial and not data.get(asked.unless):
                problems[asked.name] = "请填写。"
            continue
        problem = _complaint(asked, value, day_of(at))
        if problem:
            problems[asked.name] = problem
        else:
            values[asked.name] = value.isoformat() if isinstance(value, date) else value
    unknown = set(data) - {asked.name for asked in fields}
    if unknown:
        raise FieldProblems({name: "没有这一项。" for name in unknown})
    if problems:
        raise FieldProblems(problems)
    return values


def _complaint(asked: Field, value: Any, today: date) -> str | None:
    match asked:
        case Text(most=most):
            return None if isinstance(value, str) and len(value) <= most else f"不超过 {most} 字。"
        case Choice(options=options):
            return None if value in dict(options) else "请从所列各项中选择。"
        case Number(minimum=low, maximum=high):
            fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
            return None if fine else f"请填 {low} 到 {high} 之间的整数。"
        case Day():
            return _day_complaint(asked, value, today)
        case Flag():
            return None if value is True else "请勾选或不勾选。"
    return None


def _day_complaint(asked: Day, value: Any, today: date) -> str | None:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        return "没有这一天，请按 2026-12-08 的样子填写。"
    if not asked.past and day < today:
        return "不能早于今天。"
    if not asked.future and day > today:
        return "不能晚于今天。"
    return None


def _declared(platform: Platform, step: str) -> Step:
    try:
        return platform.step(step)
    except KeyError as problem:
        raise Refused("没有这个步骤。") from problem


def _may(actor: Actor, platform: Platform, step: Step) -> bool:
    return platform.code in actor.platforms and actor.may(step.permission)


def _check_may(actor: Actor, platform: Platform, step: Step, by_letter: bool) -> None:
    if not by_letter and not _may(actor, platform, step):
        raise Refused(f"您没有{platform.label}平台“{step.label}”的权限。")


def _refuse_second(session: Session, case: Case, platform: Platform, then: str = "") -> None:
    running = select(Proceeding.id).where(
        Proceeding.case_id == case.id,
        Proceeding.platform == platform.code,
        Proceeding.level == "",
        Proceeding.closed_at.is_(None),
    )
    if session.scalar(running):
        raise Refused(f"本事项已有正在进行的{platform.label}程序。{then}")


def _without_personal_numbers(session: Session, case: Case, step: Step, values: dict[str, Any]) -> dict[str, Any]:
    texts = {asked.name for asked in step.fields if isinstance(asked, Text)}
    return {
        name: record.seal_free_text(session, case, value) if name in texts else value for name, value in values.items()
    }


def _move(
    session: Session,
    actor: Actor,
    proceeding: Proceeding,
    platform: Platform,
    step: Step,
    values: dict[str, Any],
    at: datetime,
) -> None:
    proceeding.state, proceeding.moved_at = step.leads_to(proceeding.state), at
    if _may(actor, platform, step):  # who only sealed or served its letter handles nothing here
        proceeding.handler_id = actor.id
    proceeding.data = _pack(platform, values)
    proceeding.version += 1
    proceeding.closed_at = at if platform.states[proceeding.state].final else None
    session.flush()


def _reopen(session: Session, actor: Actor, case: Case, platform: Platform, step: Step, at: datetime) -> None:
    """A right is used after the end: what was ended is going to wait for its answer."""
    _refuse_second(session, case, platform, "请先结束它，再登记；提出之日按实际填写，不因此逾期。")
    outcome.reopen(session, actor, case, why=step.label, at=at)


def _start_clocks(
    session: Session, case: Case, proceeding: Proceeding, step: Step, values: dict[str, Any], at: datetime
) -> list[str]:
    started = clocks.resume(session, case, proceeding, step.resumes, f"{proceeding.platform}.{step.code}")
    named = {key: values.get(asked) for key, _, asked in (declared.partition("@") for declared in step.dues)}
    for declared in step.starts:
        key, _, asked = declared.partition("@")
        if asked and asked not in values:
            continue  # an optional day was left open: no proved start, no clock (信访工作条例 has no presumed service)
        on = date.fromisoformat(values[asked]) if asked else day_of(at)
        last = date.fromisoformat(named[key]) if named.get(key) else None
        event = f"{proceeding.platform}.{step.code}"
        if clocks.start(session, case, proceeding, key, on, event=event, last=last, source=f"“{step.label}”时指定"):
            started.append(key)
    return started


def _take_out(session: Session, actor: Actor, case: Case, step: Step, values: dict[str, Any], at: datetime) -> None:
    for about, _, days in (paused.partition("@") for paused in step.pauses):
        key, _, ground = about.partition("/")
        first, last = (date.fromisoformat(values[asked]) for asked in days.split(".."))
        if clock := clocks.running(session, case.id, key):
            clock_changes.take_out(session, actor, clock.id, ground=ground, first=first, last=last, at=at)


def _pack(platform: Platform, values: dict[str, Any]) -> dict[str, Any]:
    if platform.sealed:
        return {SEALED: ring.seal(json.dumps(values, ensure_ascii=False))}
    return values
