"""延长办理期限告知书: the signed letter is what extends the period (信访工作条例 第三十四条), once, and its receipt is the telling."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case, Clock, ClockExtension
from portal.cases.operations import FieldProblems, Refused, clock_changes, clocks
from portal.cases.operations.clock_changes import Extension
from portal.cases.operations.record import seal_free_text
from portal.clock import day_of
from portal.documents.letters.models import Letter
from portal.documents.letters.operations.shared import facts_of
from portal.statutes.queries import law


def above_the_cap(session: Session, case: Case, key: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """第三十四条: by no more than the rule allows that counts for this matter's period, not whatever rule came later."""
    old, new, start = (date.fromisoformat(facts[name]) for name in ("original_due", "extended_due", "accepted_on"))
    clock = clocks.running(session, case.id, key)
    rule = law(session).rules.on(key, clock.started_on if clock else start)
    most = rule.extension_amount
    if most is None or (new - old).days <= most:
        return {}
    return {"extended_due": f"延长期限不得超过 {most} 日（{rule.citation}）；您填写的延长了 {(new - old).days} 日。"}


def extend(session: Session, actor: Actor, case: Case, letter: Letter, key: str, at: datetime) -> None:
    """Extend the running period ``key`` as the letter says, on the approval it tells of; signed in time it is in time.

    What was granted before the letter (by hand, or by the letter it corrects) is not granted again: the letter tells of it.
    Raises Refused where no such period runs, the letter does not agree with the record, or the law allows no more.
    """
    facts = facts_of(letter)
    clock, granted = _found(session, letter, key)
    if granted is not None:
        corrects = granted.letter_id is not None
        granted.letter_id = letter.id
        granted.notice = letter.number if corrects or not granted.notice else granted.notice
        if corrects:
            granted.approver, granted.approved_on = facts["approved_by"], date.fromisoformat(facts["approved_on"])
            granted.ground = seal_free_text(session, case, facts["why"])
        return
    signed_on = day_of(letter.signed_at)
    try:
        clock_changes.extend_by_letter(
            session, actor, clock.id, extension=_extension(letter), letter_id=letter.id, signed_on=signed_on, at=at
        )
    except FieldProblems as problem:
        raise Refused("；".join(problem.problems.values())) from problem


def foresee(session: Session, letter: Letter, key: str, signed_on: date, at: datetime) -> None:
    """Raise Refused where extend() would, before the letter is signed or a number is used up."""
    clock, granted = _found(session, letter, key)
    if granted is not None:
        return
    try:
        clock_changes.refuse_extension(session, clock.id, _extension(letter), asked_on=signed_on, at=at)
    except FieldProblems as problem:
        raise Refused("；".join(problem.problems.values())) from problem


def _extension(letter: Letter) -> Extension:
    facts = facts_of(letter)
    old, new = (date.fromisoformat(facts[name]) for name in ("original_due", "extended_due"))
    return Extension(
        amount=(new - old).days,
        ground=facts["why"],
        approver=facts["approved_by"],
        approved_on=date.fromisoformat(facts["approved_on"]),
        notice=letter.number or "待编号",
    )


def _found(session: Session, letter: Letter, key: str) -> tuple[Clock, ClockExtension | None]:
    """The running period and the extension that the letter only tells of. Raises Refused where page and letter would differ."""
    facts = facts_of(letter)
    old, new, start = (date.fromisoformat(facts[name]) for name in ("original_due", "extended_due", "accepted_on"))
    clock = clocks.running(session, letter.case_id, key)
    if clock is None:
        raise Refused("程序中没有正在计算的办理期限，不能延长；请先核对程序。")
    if clock.started_on != start:
        raise Refused(f"程序中的办理期限自 {clock.started_on} 起算，与文书所写的受理之日 {start} 不一致。")
    granted = _granted(session, clock) if clock.effective_due == new else None
    if granted is None:
        if clock.effective_due != old:
            due = clock.effective_due or "暂停中"
            raise Refused(f"程序中的办理期限现为 {due}，与文书所写的原办理期限 {old} 不一致。")
        return clock, None
    if old not in (clock.natural_due, new - timedelta(days=granted.amount or 0)):
        raise Refused(f"程序中延长以前的办理期限不是文书所写的 {old}，请核对。")
    told = (facts["approved_by"], date.fromisoformat(facts["approved_on"]))
    if granted.letter_id is None and (granted.approver, granted.approved_on) != told:
        raise Refused(
            f"程序中登记的延长由{granted.approver}于 {granted.approved_on} 批准，与文书所写的批准人、批准之日不一致。"
        )
    return clock, granted


def _granted(session: Session, clock: Clock) -> ClockExtension | None:
    wanted = select(ClockExtension).where(ClockExtension.clock_id == clock.id).order_by(ClockExtension.id.desc())
    return session.scalar(wanted.limit(1).with_for_update())
