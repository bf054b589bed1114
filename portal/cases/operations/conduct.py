"""Conduct of those who handle a matter: recusal (信访工作条例 第二十八条第三款) and care after the end (第三十七条)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry, vocabulary
from portal.cases.models import Case, Proceeding
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import note, seal_free_text
from portal.cases.recusals import DECLARED, recused

RECUSED = DECLARED
CARED = "case.cared"


def recuse(session: Session, actor: Actor, case: Case, *, interest: str, at: datetime) -> None:
    """The actor declares a direct interest in the matter or with the petitioner: from here the portal takes no step of theirs.

    Raises FieldProblems without the interest, Refused where it was declared already.
    """
    if not interest.strip():
        raise FieldProblems({"interest": "请写明利害关系。"})
    if is_recused(session, actor, case):
        raise Refused("您已经申明回避。")
    words = {"interest": seal_free_text(session, case, interest.strip())}
    note(session, case, RECUSED, actor, at, words=words)


def is_recused(session: Session, actor: Actor, case: Case) -> bool:
    """Whether the actor has declared recusal in this matter, or it was decided."""
    return recused(session, case.id, actor.id)


def refuse_recused(session: Session, actor: Actor, case: Case) -> None:
    """Raise Refused where the actor keeps out of this matter."""
    if is_recused(session, actor, case):
        raise Refused("您已回避本事项，由其他工作人员办理（信访工作条例第二十八条第三款）。")


def care(session: Session, actor: Actor, case: Case, *, kind: str, words: str, at: datetime) -> None:
    """疏导教育、矛盾化解、帮扶救助 after a petition has ended: also on a closed case, and it opens nothing again.

    Raises Refused while no petition procedure of the case has ended, FieldProblems.
    """
    refuse_recused(session, actor, case)
    if not has_ended(session, case):
        raise Refused("信访程序还没有结束；办理中的疏导、调解请记在程序的步骤里。")
    problems = {}
    if kind not in dict(vocabulary.CARE):
        problems["kind"] = "请从所列各项中选择。"
    if not words.strip():
        problems["words"] = "请写明做了什么。"
    if problems:
        raise FieldProblems(problems)
    safe = seal_free_text(session, case, words.strip())
    note(session, case, CARED, actor, at, data={"kind": kind}, words={"words": safe})


def has_ended(session: Session, case: Case) -> bool:
    """Whether a procedure of a petition platform has ended on the case."""
    petitions = [each.code for each in registry.platforms() if each.petition]
    ended = select(Proceeding.id).where(
        Proceeding.case_id == case.id,
        Proceeding.platform.in_(petitions),
        Proceeding.level == "",
        Proceeding.closed_at.is_not(None),
    )
    return session.scalar(ended.limit(1)) is not None
