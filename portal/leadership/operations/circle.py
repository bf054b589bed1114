"""Opening a matter to those before whom it is put: a leader, who types for the leader, units with a part in it."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.grants import account_scope, grant, unit_scope
from portal.leadership.models import Attendant, Booking, Leader, LetterRead, Reception, Sponsorship
from portal.leadership.operations import recusal
from portal.leadership.queries import published
from portal.organisation.models import Unit
from portal.people.identity import normalise_name

NOT_HERE = "没有找到这件事项，或它不对您开放。"
ACCUSED = "是被检举、控告的单位（人），不得接触这件事项（信访工作条例第三十条第三款）。"


def open_case(session: Session, actor: Actor, case_id: int) -> Case:
    """The matter under its lock, if ``actor`` may see it. Raises Refused; of counselling nothing is put before a leader."""
    if cases.can_see(session, actor, case_id) is None:
        raise Refused(NOT_HERE)
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    if case.sensitivity == "sealed":
        raise Refused("心理服务的来访不呈领导，也不列入包案。")
    return case


def leader_for(session: Session, actor: Actor, case: Case, leader_id: int | None, today: date) -> Leader:
    """The leader, in office on ``today`` and not one who must keep away (recusal). Raises FieldProblems on "leader"."""
    leader = session.get(Leader, leader_id) if leader_id else None
    if leader is None or leader.centre_id != actor.centre_id:
        raise FieldProblems({"leader": "请从所列领导中选择。"})
    if leader.until is not None and leader.until < today:
        raise FieldProblems({"leader": f"{leader.name}已于 {leader.until} 离任，请另选。"})
    if _accused(case, leader.unit_id, (leader.name,)):
        raise FieldProblems({"leader": f"{leader.name}或所在单位{ACCUSED}"})
    grave = recusal.blocking(recusal.conflicts(session, leader, case))
    if grave:
        raise FieldProblems({"leader": grave[0].says})
    return leader


def to_check(session: Session, leader_id: int, case_id: int) -> list[str]:
    """What a person has to look at because it may be an interest of the leader (a namesake, a mere office): a sentence each."""
    found = recusal.conflicts(session, session.get_one(Leader, leader_id), session.get_one(Case, case_id))
    return [each.says for each in found if each.waivable]


def units_for(session: Session, case: Case, unit_ids: Iterable[int], field: str) -> list[Unit]:
    """The units in the order given. Raises FieldProblems on ``field`` for one that is unknown, or accused in a 检举."""
    found = []
    for unit_id in unit_ids:
        unit = session.get(Unit, unit_id)
        if unit is None:
            raise FieldProblems({field: "请从所列单位中选择。"})
        if _accused(case, unit.id, (unit.name, unit.short_name)):
            raise FieldProblems({field: f"{unit.short_name}{ACCUSED}"})
        found.append(unit)
    return found


def open_to_leader(session: Session, case: Case, leader: Leader, *, why: str, at: datetime) -> None:
    """Open ``case`` to the leader's account and to the attendants; a 检举 to the leader alone."""
    accounts = [leader.account_id] if leader.account_id else []
    if case.sensitivity == "normal":
        accounts += session.scalars(select(Attendant.account_id).where(Attendant.leader_id == leader.id))
    for account_id in accounts:
        grant(session, case, account_scope(account_id), why=why, at=at)


def open_to_attendants(session: Session, leader: Leader, account_ids: Iterable[int], *, at: datetime) -> None:
    """Open what is before the leader now to accounts that type for the leader from now on; no 检举, no counselling."""
    accounts = list(account_ids)
    if not accounts:
        return
    sponsored = select(Sponsorship.case_id).where(Sponsorship.leader_id == leader.id, Sponsorship.closed_at.is_(None))
    letters = select(LetterRead.case_id).where(LetterRead.leader_id == leader.id, LetterRead.state != "instructed")
    standing = select(Booking.id).where(Booking.reception_id == Reception.id, Booking.state != "cancelled")
    held = select(Reception).where(
        Reception.centre_id == leader.centre_id, Reception.state != "held", standing.exists()
    )
    # who receives stands in the last edition, whatever is being drafted
    public = published.rows_of(session, session.scalars(held)).values()
    mine = [row.id for row in public if row.leader_id == leader.id and row.state == "planned"]
    booked = select(Booking.case_id).where(Booking.reception_id.in_(mine), Booking.state != "cancelled")
    wanted = select(Case).where(Case.id.in_(union(sponsored, letters, booked)), Case.sensitivity == "normal")
    for case in session.scalars(wanted.order_by(Case.id)).all():
        for account_id in accounts:
            grant(session, case, account_scope(account_id), why="领导秘书", at=at)


def open_to_units(session: Session, case: Case, units: Iterable[Unit], *, why: str, at: datetime) -> None:
    """Open ``case`` to the accounts of the units."""
    for unit in units:
        grant(session, case, unit_scope(unit.id), why=why, at=at)


def _accused(case: Case, unit_id: int | None, names: tuple[str, ...]) -> bool:
    if case.sensitivity != "accusation":
        return False
    if unit_id is not None and unit_id == case.respondent_unit_id:
        return True
    accused = normalise_name(case.respondent_name)
    return bool(accused) and any(name and (name in accused or accused in name) for name in map(normalise_name, names))
