"""初步分流建议: what the window's guide came to. It is an event and a value of the proceeding; it decides nothing and starts no clock."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.guide import Walk
from portal.cases.models import Case, Proceeding
from portal.cases.operations.conduct import refuse_recused
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import hold, note, seal_free_text
from portal.trail import queries as trail

ADVISED, PRINTED = "case.advised", "case.advice_printed"
FIELD = "first_advice"


def advise(session: Session, actor: Actor, case: Case, platform: str, walk: Walk, *, remark: str, at: datetime) -> None:
    """Record the answer of ``platform``'s guide on its running proceeding (信访工作条例 第三十一条).

    The same answer said again is not recorded twice. Raises Refused (no such proceeding runs, recusal), FieldProblems where
    the questions are not answered or no procedure is chosen.
    """
    refuse_recused(session, actor, case)
    if walk.found is None:
        raise FieldProblems({"answers": "请从第一问起依次回答，直到有一问选“是”。"})
    if walk.way is None:
        raise FieldProblems({"way": "请选择建议的程序。"})
    running = select(Proceeding).where(
        Proceeding.case_id == case.id,
        Proceeding.platform == platform,
        Proceeding.level == "",
        Proceeding.closed_at.is_(None),
    )
    hold(session, case.id)
    proceeding = session.scalar(running.with_for_update())
    if proceeding is None or platform not in actor.platforms:
        raise Refused(f"本事项没有正在进行的{registry.platform(platform).label}程序，或者您不在该平台。")
    said = {"platform": platform, "path": walk.found.code, "way": walk.way.code}
    words = {"remark": seal_free_text(session, case, remark.strip())} if remark.strip() else None
    last = trail.entries(session, f"case:{case.id}", kinds=(ADVISED,))[-1:]
    if last and last[0].data == said and last[0].words == (words or {}):
        return
    proceeding.data = {**proceeding.data, FIELD: walk.found.code}
    note(session, case, ADVISED, actor, at, data=said, words=words)


def print_advice(session: Session, actor: Actor, case: Case, *, at: datetime) -> None:
    """Record that the advice was printed for the citizen. Raises Refused where none was given."""
    if not trail.entries(session, f"case:{case.id}", kinds=(ADVISED,)):
        raise Refused("还没有记录初步分流建议。")
    note(session, case, PRINTED, actor, at)
