"""回避: who keeps out of a matter, declared by himself or decided on request (信访工作条例 第二十八条第三款, 公务员法 第七十七条)."""

from collections.abc import Iterable

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from portal.access.models import Account
from portal.cases.models import Recusal
from portal.trail.models import Event

DECLARED = "case.recused"


def recused(session: Session, case_id: int, account_id: int) -> bool:
    """Whether the account keeps out of the case: it declared an interest, or its recusal was granted."""
    return bool(recused_among(session, case_id, (account_id,)))


def recused_among(session: Session, case_id: int, account_ids: Iterable[int]) -> set[int]:
    """Those of ``account_ids`` that keep out of the case; one query."""
    wanted = set(account_ids)
    declared = select(Event.actor_id).where(
        Event.chain == f"case:{case_id}", Event.kind == DECLARED, Event.actor_id.in_(wanted)
    )
    granted = select(Recusal.account_id).where(
        Recusal.case_id == case_id, Recusal.granted.is_(True), Recusal.account_id.in_(wanted)
    )
    return set(session.scalars(declared.union(granted)))


def kept_from(session: Session, case_ids: Iterable[int], account_id: int | None, name: str) -> set[int]:
    """The cases among ``case_ids`` that this official keeps out of; one without an account is known by name. One query."""
    chains = {f"case:{case_id}": case_id for case_id in case_ids}
    granted = select(literal("case:") + cast(Recusal.case_id, String)).where(
        Recusal.case_id.in_(chains.values()), Recusal.granted.is_(True)
    )
    if account_id is None:
        wanted = granted.where(Recusal.official == name)
    else:
        declared = select(Event.chain).where(
            Event.chain.in_(chains), Event.kind == DECLARED, Event.actor_id == account_id
        )
        wanted = declared.union(granted.where(Recusal.account_id == account_id))
    return {chains[chain] for chain in session.scalars(wanted)}


def recusal_words(session: Session, case_id: int, names: Iterable[str]) -> tuple[str, ...]:
    """A Chinese line for each of ``names`` that keeps out of the case or whose recusal is asked for and not decided."""
    wanted = set(names)
    declared = (
        select(Account.name)
        .join(Event, Event.actor_id == Account.id)
        .where(Event.chain == f"case:{case_id}", Event.kind == DECLARED, Account.name.in_(wanted))
    )
    lines = {name: f"{name}已申明回避本事项。" for name in session.scalars(declared)}
    for each in of_case(session, case_id):
        if each.official in wanted and each.granted is not False and each.official not in lines:
            said = "已决定回避本事项" if each.granted else "被申请回避，尚未决定"
            lines[each.official] = f"{each.official}{said}。"
    return tuple(lines.values())


def of_case(session: Session, case_id: int) -> list[Recusal]:
    """What the petitioner asked for, oldest first."""
    return list(session.scalars(select(Recusal).where(Recusal.case_id == case_id).order_by(Recusal.id)))
