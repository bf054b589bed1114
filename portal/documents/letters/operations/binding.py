"""The steps of a procedure that a letter takes, through the case's own operation: clocks start there and nowhere else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.models import Proceeding
from portal.cases.operations import FieldProblems, Refused, advance, correct_reply
from portal.cases.operations.proceedings import unpacked
from portal.documents.letters.kinds import KINDS, Binding
from portal.documents.letters.models import Letter
from portal.documents.letters.operations.shared import facts_of


@dataclass(frozen=True)
class Told:
    """What a binding's values beginning with "@" are taken from."""

    issued_on: date | None = None
    served_on: date | None = None
    proof: str = ""
    how: str = ""


def take(session: Session, actor: Actor, letter: Letter, binding: Binding, told: Told, at: datetime) -> bool:
    """Take the step where the procedure stands before it. Returns whether it was taken.

    Where it was taken already (by hand, or by the letter this one replaces) nothing moves. Raises Refused where the step
    is a must and the procedure has not come so far: the citizen's right would start nowhere.
    """
    platform = registry.platform(binding.platform)
    step = platform.step(binding.step)
    level = platform.level_of(step.source[0])
    proceeding = session.scalar(
        select(Proceeding)
        .where(Proceeding.case_id == letter.case_id, Proceeding.platform == platform.code, Proceeding.level == level)
        .order_by(Proceeding.closed_at.is_not(None), Proceeding.id.desc())
        .limit(1)
        .with_for_update()
    )
    if proceeding is None or proceeding.closed_at is not None or proceeding.state not in step.source:
        if binding.must and not _taken(proceeding, binding, letter, told):
            standing = platform.states[proceeding.state].label if proceeding else "未开启"
            raise Refused(f"{platform.label}程序现为“{standing}”，还不能“{step.label}”；请先办理程序中的前一步。")
        return False
    if not binding.must and (binding.platform not in actor.platforms or not actor.may(step.permission)):
        return False
    values = {name: _value(letter, source, told) for name, source in binding.values.items()}
    try:
        advance(session, actor, proceeding.id, version=proceeding.version, step=binding.step, data=values, at=at)
    except FieldProblems as problem:
        raise Refused("；".join(problem.problems.values())) from problem
    return True


def correct(session: Session, actor: Actor, letter: Letter, told: Told, at: datetime) -> None:
    """Let the record follow ``letter``, served in the place of one it corrects; the right against it runs from this receipt."""
    kind = KINDS[letter.kind]
    bound = kind.on_serve
    if bound is None or not bound.renews:
        return
    platform = registry.platform(bound.platform)
    level = platform.level_of(platform.step(bound.step).source[0])
    wanted = select(Proceeding).where(
        Proceeding.case_id == letter.case_id, Proceeding.platform == platform.code, Proceeding.level == level
    )
    proceeding = session.scalars(wanted.order_by(Proceeding.id.desc()).limit(1).with_for_update()).one()
    values = {
        name: _value(letter, source, told)
        for binding in (kind.on_seal, bound)
        for name, source in (binding.values.items() if binding else ())
    }
    correct_reply(session, actor, proceeding, values, right=bound.renews, on=told.served_on, at=at)


def _taken(proceeding: Proceeding | None, binding: Binding, letter: Letter, told: Told) -> bool:
    """Whether the step lies behind: its day stands in the procedure. Another day than ours is somebody's mistake."""
    if proceeding is None:
        return False
    day = next(name for name, source in binding.values.items() if source == "@served_on")
    known = unpacked(proceeding).get(day)
    if known and letter.replaces_id is None and told.served_on and known != told.served_on.isoformat():
        raise Refused(f"程序中已登记的收到之日是 {known}，与这里填写的不一致，请核对。")
    return bool(known)


def _value(letter: Letter, source: str, told: Told) -> Any:
    match source:
        case "@number":
            return letter.number
        case "@issued_on":
            return told.issued_on.isoformat() if told.issued_on else None
        case "@served_on":
            return told.served_on.isoformat() if told.served_on else None
        case "@proof":
            return told.proof
        case "@how":
            return told.how
    return facts_of(letter).get(source)
