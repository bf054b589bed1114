"""The petitioner asks for recusal of an official: recorded, decided in writing by a head, told to the petitioner.

公务员法 第七十七条: 利害关系人有权申请公务员回避; 信访工作条例 第二十八条第三款. Neither names a number of days: there is no clock.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import vocabulary
from portal.cases.models import Case, Proceeding, Recusal
from portal.cases.operations import conduct
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.operations.record import note, seal_free_text
from portal.cases.recusals import of_case, recused
from portal.clock import day_of
from portal.people.identity import normalise_name

ASKED, DECIDED, TOLD = "case.recusal_asked", "case.recusal_decided", "case.recusal_told"


def ask(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    official: str,
    post: str = "",
    login: str = "",
    reason: str,
    asked_on: date,
    at: datetime,
) -> Recusal:
    """Record the petitioner's request. ``login`` tells officials of one name apart. Raises FieldProblems, Refused.

    Nobody is kept from recording it: also not the official whom it names.
    """
    name = normalise_name(official)
    problems = {}
    if not name:
        problems["official"] = "请填写被申请回避的工作人员姓名。"
    if not reason.strip():
        problems["reason"] = "请写明信访人所述的利害关系或者理由。"
    if asked_on > day_of(at):
        problems["asked_on"] = "不能晚于今天。"
    if problems:
        raise FieldProblems(problems)
    account_id = _account(session, case, name, login.strip())
    if any(
        each.granted is None and (each.official, each.account_id) == (name, account_id)
        for each in of_case(session, case.id)
    ):
        raise Refused("对此人的回避申请已经登记，尚未决定。")
    if account_id and recused(session, case.id, account_id):
        raise Refused("此人已经回避本事项。")
    made = Recusal(
        centre_id=case.centre_id,
        case_id=case.id,
        account_id=account_id,
        official=name,
        post=post.strip(),
        reason=seal_free_text(session, case, reason.strip()),
        asked_on=asked_on,
        at=at,
        recorded_by=actor.id,
    )
    session.add(made)
    session.flush()
    data = {"recusal_id": made.id, "account_id": account_id, "asked_on": asked_on.isoformat()}
    note(session, case, ASKED, actor, at, data=data, words={"official": name, "reason": made.reason})
    return made


def decide(
    session: Session, actor: Actor, case: Case, recusal_id: int, *, granted: bool, decision: str, at: datetime
) -> Recusal:
    """Decide in writing. Granted, the official handles no procedure of the case any more. Raises FieldProblems, Refused."""
    asked = _held(session, case, recusal_id)
    if asked.granted is not None:
        raise Refused("这项回避申请已经决定。")
    if refusal := refusal_to_decide(session, actor, case, asked):
        raise Refused(refusal)
    if not decision.strip():
        raise FieldProblems({"decision": "请写明决定的理由和文号。"})
    asked.granted, asked.decided_at, asked.decided_by = granted, at, actor.id
    asked.decision = seal_free_text(session, case, decision.strip())
    freed = _free(session, case, asked.account_id) if granted and asked.account_id else []
    data = {"recusal_id": asked.id, "granted": granted, "freed": freed}
    note(session, case, DECIDED, actor, at, data=data, words={"official": asked.official, "decision": asked.decision})
    return asked


def tell(session: Session, actor: Actor, case: Case, recusal_id: int, *, on: date, how: str, at: datetime) -> Recusal:
    """The petitioner was told of the decision. Raises FieldProblems, Refused while nothing is decided or where it was told."""
    asked = _held(session, case, recusal_id)
    if asked.granted is None or asked.decided_at is None:
        raise Refused("尚未决定，还不能告知。")
    if asked.told_on:
        raise Refused(f"已于 {asked.told_on} 告知信访人。")
    problems = {}
    if how not in dict(vocabulary.TOLD_HOW):
        problems["how"] = "请选择告知方式。"
    if not day_of(asked.decided_at) <= on <= day_of(at):
        problems["told_on"] = f"告知之日须在决定之日 {day_of(asked.decided_at)} 至今天之间。"
    if problems:
        raise FieldProblems(problems)
    asked.told_on, asked.told_how = on, how
    data = {"recusal_id": asked.id, "granted": asked.granted, "told_on": on.isoformat(), "how": how}
    note(session, case, TOLD, actor, at, data=data, words={"official": asked.official})
    return asked


def refusal_to_decide(session: Session, actor: Actor, case: Case, asked: Recusal) -> str | None:
    """Why ``actor`` cannot decide: the head of the official's organ or the duty head does, never the official concerned."""
    if not actor.may(Permission.LETTER_SIGN):
        return "回避由本机关、单位负责人或者值班负责人决定。"
    if actor.id == asked.account_id or conduct.is_recused(session, actor, case):
        return "被申请回避、已经回避的人员不能作出决定。"
    unit = session.scalar(select(Account.unit_id).where(Account.id == asked.account_id)) if asked.account_id else None
    if not actor.may(Permission.QUEUE_CLOSE_DAY) and (unit is None or unit != actor.unit_id):
        return "回避由该工作人员所在机关、单位的负责人或者值班负责人决定。"
    return None


def _free(session: Session, case: Case, account_id: int) -> list[int]:
    """Procedures that the official handled are nobody's until a colleague takes the next step."""
    handled = select(Proceeding).where(
        Proceeding.case_id == case.id, Proceeding.handler_id == account_id, Proceeding.closed_at.is_(None)
    )
    freed = []
    for proceeding in session.scalars(handled.with_for_update()):
        proceeding.handler_id = None
        freed.append(proceeding.id)
    return freed


def _account(session: Session, case: Case, name: str, login: str) -> int | None:
    found = list(
        session.execute(
            select(Account.id, Account.login_name).where(Account.centre_id == case.centre_id, Account.name == name)
        )
    )
    if login:
        named = [row.id for row in found if row.login_name == login]
        if not named:
            raise FieldProblems({"login": "没有这个登录名，或者姓名不一致。"})
        return named[0]
    if len(found) > 1:
        raise FieldProblems({"login": f"有 {len(found)} 位同名的工作人员，请填写登录名。"})
    return found[0].id if found else None


def _held(session: Session, case: Case, recusal_id: int) -> Recusal:
    wanted = select(Recusal).where(Recusal.id == recusal_id, Recusal.case_id == case.id)
    asked = session.scalar(wanted.with_for_update())
    if asked is None:
        raise Refused("没有这项回避申请。")
    return asked
