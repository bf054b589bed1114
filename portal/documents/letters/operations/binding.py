"""The steps of a procedure that a letter takes, through the case's own operation: clocks start there and nowhere else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.definition import Choice, Platform, Step
from portal.cases.models import Proceeding
from portal.cases.operations import FieldProblems, Refused, advance, correct_reply, refuse_early
from portal.cases.operations.proceedings import unpacked
from portal.documents.letters.kinds import KINDS, Binding
from portal.documents.letters.life import FINISHED
from portal.documents.letters.models import Letter
from portal.documents.letters.operations.shared import facts_of


@dataclass(frozen=True)
class Told:
    """What a binding's values beginning with "@" are taken from."""

    issued_on: date | None = None
    served_on: date | None = None
    proof: str = ""
    how: str = ""


@dataclass(frozen=True)
class Standing:
    """Where the procedure stands that the letter's step belongs to."""

    platform: Platform
    step: Step
    proceeding: Proceeding | None

    @property
    def ready(self) -> bool:
        """Whether the step can be taken now."""
        row = self.proceeding
        return row is not None and row.closed_at is None and row.state in self.step.source


def take(session: Session, actor: Actor, letter: Letter, binding: Binding, told: Told, at: datetime) -> bool:
    """Take the step where the procedure stands before it. Returns whether it was taken.

    The seal of the organ, or proved receipt, is authority enough: whoever seals or serves need not work for the platform.
    Where it was taken already (by hand, or by the letter this one replaces) nothing moves; what was typed by hand follows the
    sealed letter. Raises Refused where the step is a must and the procedure has not come so far: the citizen's right would
    start nowhere.
    """
    standing = _standing(session, letter, binding)
    values = {name: _value(letter, source, told) for name, source in binding.values.items()}
    row = standing.proceeding
    if not standing.ready:
        known = _known(session, standing, binding, letter, told) if binding.must else {}
        waits = known and told.served_on is None and letter.replaces_id is None and row.state == standing.step.target
        if waits and any(value != known.get(name) for name, value in values.items()):
            correct_reply(session, actor, row, values, right="", on=None, at=at)
        return False
    try:
        advance(session, actor, row.id, version=row.version, step=binding.step, data=values, at=at, by_letter=True)
    except FieldProblems as problem:
        raise Refused("；".join(problem.problems.values())) from problem
    return True


def foresee(session: Session, letter: Letter, binding: Binding, told: Told, at: datetime) -> None:
    """Raise Refused where take() would, before the letter is signed or a number is used up."""
    standing = _standing(session, letter, binding)
    if standing.ready:
        values = {name: _value(letter, source, told) for name, source in binding.values.items()}
        known = {name: value for name, value in values.items() if value}
        refuse_early(session, standing.proceeding, binding.step, known, at)
    elif binding.must:
        _known(session, standing, binding, letter, told)


def _standing(session: Session, letter: Letter, binding: Binding) -> Standing:
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
    return Standing(platform, step, proceeding)


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


def _known(session: Session, standing: Standing, binding: Binding, letter: Letter, told: Told) -> dict[str, Any]:
    """What the procedure knows, the step lying behind it. Raises Refused where it does not, or where it tells of another reply.

    A letter that replaces another may say otherwise: the record follows it when it is received.
    """
    row, step = standing.proceeding, standing.step
    known = unpacked(row) if row else {}
    day = next(name for name, source in binding.values.items() if source in ("@served_on", "@issued_on"))
    if row is None or not known.get(day):
        state = standing.platform.states[row.state].label if row else "未开启"
        raise Refused(f"{standing.platform.label}程序现为“{state}”，还不能“{step.label}”；请先办理程序中的前一步。")
    if letter.replaces_id is not None:
        return known
    if told.served_on:
        if known[day] != told.served_on.isoformat():
            raise Refused(f"程序中已登记的收到之日是 {known[day]}，与这里填写的不一致，请核对。")
        return known
    for field in step.fields:
        if isinstance(field, Choice) and field.name in binding.values:
            _refuse_other(field, known.get(field.name), _value(letter, binding.values[field.name], told))
    _refuse_second(session, letter, known, binding, waiting=row.state == step.target)
    return known


def _refuse_other(field: Choice, typed: Any, written: Any) -> None:
    """The page and the letter must not tell the citizen two things."""
    if typed and typed != written:
        labels = dict(field.options)
        raise Refused(
            f"程序中已登记的{field.label}是“{labels.get(typed, typed)}”，文书写的是“{labels.get(written, written)}”。"
            "两者不一致的不能出具：请核对，文书有误的退回修改或者作废重拟。"
        )


def _refuse_second(session: Session, letter: Letter, known: dict[str, Any], binding: Binding, *, waiting: bool) -> None:
    """One reply: the one that was sealed, or the one that was served by hand, and not another beside it."""
    label = KINDS[letter.kind].label
    issued = select(Letter.id).where(
        Letter.case_id == letter.case_id, Letter.kind == letter.kind, Letter.id != letter.id, Letter.state.in_(FINISHED)
    )
    if session.scalar(issued.limit(1)):
        raise Refused(f"本事项已有用印的{label}；需要改正的，请在原文书上“更正重发”。")
    number = known.get(next(name for name, source in binding.values.items() if source == "@number"))
    if not waiting and number != letter.number:
        raise Refused(f"程序中登记的{label}（{number}）已经送达，不能再出具另一份；其原件请在“上传材料”中存入。")


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
