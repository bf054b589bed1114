"""提出督办 (信访工作条例 第四十条第一款): what the 督查 people find in their list, and their answer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.models import Case, Clock, Proceeding, Proposal
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import note, seal_free_text
from portal.clock import day_of
from portal.statutes import deadlines

ANSWERED = "supervision.answered"
ANSWERS = (("taken", "采纳，列入督办"), ("declined", "不采纳"))


def propose(
    session: Session, actor: Actor, case: Case, proceeding: Proceeding, values: dict[str, Any], at: datetime
) -> Proposal:
    """Keep what the step asked for, with the office's limit of the case that passed first."""
    key, since = _overdue(session, case, day_of(at))
    made = Proposal(
        centre_id=case.centre_id,
        case_id=case.id,
        platform=proceeding.platform,
        ground=values["supervision_ground"],
        unit=values["supervised_unit"],
        advice=values["supervision_advice"],
        key=key,
        overdue_since=since,
        at=at,
        proposed_by=actor.id,
    )
    session.add(made)
    session.flush()
    return made


def answer(session: Session, actor: Actor, proposal_id: int, *, state: str, reason: str, at: datetime) -> Proposal:
    """Take it up or decline it. Raises FieldProblems (no answer, declined without a reason), Refused where it is answered."""
    if not actor.may(Permission.SUPERVISION_ANSWER):
        raise Refused("您没有答复督办建议的权限。")
    wanted = select(Proposal.case_id).where(Proposal.id == proposal_id, Proposal.centre_id == actor.centre_id)
    case_id = session.scalar(wanted)
    if case_id is None:
        raise Refused("没有这项督办建议。")
    # the case first, then what hangs on it: as everybody does who changes a matter
    case = session.get_one(Case, case_id, with_for_update=True)
    held = session.get_one(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if held.state != "open":
        raise Refused(f"这项建议已经答复：{dict(ANSWERS)[held.state]}。")
    if state not in dict(ANSWERS):
        raise FieldProblems({"state": "请选择是否采纳。"})
    if state == "declined" and not reason.strip():
        raise FieldProblems({"reason": "不采纳的，请写明理由。"})
    held.state, held.answered_at, held.answered_by = state, at, actor.id
    held.answer = seal_free_text(session, case, reason.strip())
    data = {"proposal_id": held.id, "platform": held.platform, "state": state}
    note(session, case, ANSWERED, actor, at, data=data, words={"reason": held.answer} if held.answer else None)
    return held


def _overdue(session: Session, case: Case, today: date) -> tuple[str, date | None]:
    passed = select(Clock.key, Clock.effective_due).where(
        Clock.case_id == case.id, Clock.stopped_at.is_(None), Clock.verified, Clock.effective_due < today
    )
    for key, due in session.execute(passed.order_by(Clock.effective_due, Clock.id)):
        if deadlines.rule(key).binds == "office":
            return key, due
    return "", None
