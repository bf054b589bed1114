"""延长办理期限告知书: the signed letter is what extends the period (信访工作条例 第三十四条), once, and its receipt is the telling."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases.models import Clock, ClockExtension
from portal.cases.operations import FieldProblems, Refused, clock_changes, clocks
from portal.cases.operations.clock_changes import Extension
from portal.clock import day_of
from portal.documents.letters.models import Letter
from portal.documents.letters.operations.shared import facts_of


def extend(session: Session, actor: Actor, letter: Letter, key: str, at: datetime) -> None:
    """Extend the running period ``key`` as the letter says, on the approval of who signed it.

    What was granted before the letter (by hand, or by the letter it corrects) is not granted again: the letter tells of it.
    Raises Refused where no such period runs, its last day is not the one the letter starts from, or the law allows no more.
    """
    facts = facts_of(letter)
    old, new = (date.fromisoformat(facts[name]) for name in ("original_due", "extended_due"))
    clock = clocks.running(session, letter.case_id, key)
    if clock is None:
        raise Refused("程序中没有正在计算的办理期限，不能延长；请先核对程序。")
    granted = _granted(session, clock) if clock.effective_due == new else None
    if granted is not None:
        corrects = granted.letter_id is not None
        granted.letter_id = letter.id
        granted.notice = letter.number if corrects or not granted.notice else granted.notice
        return
    if clock.effective_due != old:
        raise Refused(f"程序中的办理期限现为 {clock.effective_due or '暂停中'}，与文书所写的原办理期限 {old} 不一致。")
    signed_on = day_of(letter.signed_at)
    signer = session.scalar(select(Account.name).where(Account.id == letter.signed_by)) or ""
    extension = Extension(
        amount=(new - old).days, ground=facts["why"], approver=signer, approved_on=signed_on, notice=letter.number
    )
    try:
        clock_changes.extend_by_letter(
            session, actor, clock.id, extension=extension, letter_id=letter.id, signed_on=signed_on, at=at
        )
    except FieldProblems as problem:
        raise Refused("；".join(problem.problems.values())) from problem


def _granted(session: Session, clock: Clock) -> ClockExtension | None:
    wanted = select(ClockExtension).where(ClockExtension.clock_id == clock.id).order_by(ClockExtension.id.desc())
    return session.scalar(wanted.limit(1).with_for_update())
