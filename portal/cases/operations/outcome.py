"""How a case ends: result per demand, 办结, what the citizen says. Three different things, three different writers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry, vocabulary
from portal.cases.models import Case, CaseLink, Demand, Proceeding, Rating
from portal.cases.operations import conduct
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import note


def set_outcome(
    session: Session, actor: Actor, demand_id: int, *, results: list[str], met: str, outcome: str, at: datetime
) -> Demand:
    """三到位一处理 per demand, several allowed (第二十七条), and whether the demand was met. Raises FieldProblems."""
    demand = session.scalar(select(Demand).where(Demand.id == demand_id).with_for_update())
    if demand is None:
        raise Refused("没有这项诉求。")
    problems = {}
    if not results or any(code not in dict(vocabulary.RESULTS) for code in results):
        problems["results"] = "请至少选择一项处理结果。"
    if met not in dict(vocabulary.MET):
        problems["met"] = "请选择是否解决。"
    if "lawfully" in results and not outcome.strip():
        problems["outcome"] = "依法处理须写明移送机关、依据、日期。"
    if problems:
        raise FieldProblems(problems)
    case = session.get(Case, demand.case_id)
    conduct.refuse_recused(session, actor, case)
    if case.closed_at:
        raise Refused("事项已办结，结果不再改动。")
    demand.results, demand.met, demand.outcome = list(results), met, outcome.strip()
    data = {"demand_id": demand.id, "position": demand.position, "results": list(results), "met": met}
    note(session, case, "demand.resulted", actor, at, data=data, words={"outcome": outcome} if outcome else None)
    return demand


def missing_for_closing(session: Session, case: Case) -> list[str]:
    """What stands in the way of 办结, a Chinese line each."""
    # what waits for a linked procedure is running itself
    running = select(Proceeding.platform).where(
        Proceeding.case_id == case.id, Proceeding.level == "", Proceeding.closed_at.is_(None)
    )
    lines = [f"{registry.platform(code).label}程序尚未结束" for code in session.scalars(running)]
    open_demands = (
        select(Demand.position).where(Demand.case_id == case.id, Demand.met.is_(None)).order_by(Demand.position)
    )
    return lines + [f"第 {position} 项诉求尚未填写结果" for position in session.scalars(open_demands)]


def close_case(session: Session, actor: Actor, case: Case, *, remark: str, at: datetime) -> None:
    """办结: the procedures are finished and each demand has its result. Says nothing about 解决 or 满意. Raises Refused."""
    conduct.refuse_recused(session, actor, case)
    if case.closed_at:
        raise Refused("事项已经办结。")
    missing = missing_for_closing(session, case)
    if missing:
        raise Refused("还不能办结：" + "；".join(missing) + "。")
    case.closed_at, case.state, case.closing_note, case.next_due = at, "closed", remark, None
    note(session, case, "case.closed", actor, at, words={"remark": remark} if remark else None)


def reopen(session: Session, actor: Actor, case: Case, *, why: str, at: datetime) -> None:
    """What was 办结 is open again: a procedure of it goes on. Does nothing where the case is open."""
    if case.closed_at is None:
        return
    case.closed_at, case.state, case.closing_note = None, "open", ""
    note(session, case, "case.reopened", actor, at, words={"why": why})


def rate(session: Session, case: Case, *, score: str, words: str, source: str, at: datetime) -> Rating:
    """What the citizen says, once. ``source``: "facing" or "slip"; there is no actor, for staff cannot fill it in."""
    if score not in dict(vocabulary.SCORES):
        raise FieldProblems({"score": "请选择一项。"})
    rating = Rating(case_id=case.id, at=at, score=score, words=words.strip(), source=source)
    if session.get(Rating, case.id):
        raise Refused("这件事项已经评价过了，谢谢您。")
    session.add(rating)
    try:
        session.flush()
    except IntegrityError as problem:
        raise Refused("这件事项已经评价过了，谢谢您。") from problem
    note(session, case, "case.rated", None, at, data={"score": score, "source": source})
    return rating


def link(session: Session, actor: Actor, case: Case, other: Case, *, why: str, at: datetime) -> None:
    """关联 two cases; both trails say so. Raises Refused for itself or a link that stands."""
    one, two = sorted((case.id, other.id))
    if one == two:
        raise Refused("不能与自身关联。")
    if session.get(CaseLink, (one, two)):
        raise Refused("这两件事项已经关联。")
    session.add(CaseLink(one_id=one, other_id=two, why=why, at=at, account_id=actor.id))
    for here, there in ((case, other), (other, case)):
        note(session, here, "case.linked", actor, at, data={"other": there.number}, words={"why": why} if why else None)
