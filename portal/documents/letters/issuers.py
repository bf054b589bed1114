"""Each letter has its issuer: which organs may issue a kind of letter on a case (信访工作条例 第二十二至二十四、三十二至三十六条)."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.models import Case, Proceeding
from portal.documents.letters.kinds import Issuer, Kind
from portal.documents.letters.models import Letter
from portal.organisation.models import Unit
from portal.organisation.queries import unit_named
from portal.trail.queries import entries

OFFICE, GOVERNMENT = "petition", "government"  # of organisation.models.UNIT_KINDS
ADVANCED = "proceeding.advanced"
BY_OFFICE = ("refer", "assign")  # steps of the petition
SENDING = (*BY_OFFICE, "refer_down", "assign_down", "receive_direct")
MISSING = {
    Issuer.OWN: "您的账号没有登记所属机关、单位，不能以机关、单位名义拟稿。",
    Issuer.OFFICE: "机构库中没有类别为“信访部门”的机关，请系统管理员在“机关代字”页设定。",
    Issuer.HANDLER: "本事项的有权处理单位未定，请先在“补充更正”中填写。",
    Issuer.SENDER: "转送、交办的机关、单位不在机构库中；由其出具的原件请在“上传材料”中存入。",
    Issuer.REVIEWER: "登记的复查机关、单位不在机构库中，或者机构库中没有办理机关、单位的上一级；由其出具的原件请在“上传材料”中存入。",
    Issuer.REREVIEWER: "登记的复核机关、单位不在机构库中，或者机构库中没有复查机关、单位的上一级；由其出具的原件请在“上传材料”中存入。",
}


def candidates(session: Session, actor: Actor, case: Case, kind: Kind) -> list[Unit]:
    """The organs that may issue ``kind`` on ``case``, the likeliest first. Empty where none is known (MISSING says why)."""
    match kind.issuer:
        case Issuer.OWN:
            return _units(session, actor.unit_id)
        case Issuer.HANDLER:
            return _units(session, case.competent_unit_id)
        case Issuer.REVIEWER:
            asked = _asked(session, case, "review")
            return _superiors(session, _units(session, case.competent_unit_id)) if asked is None else asked
        case Issuer.REREVIEWER:
            asked = _asked(session, case, "rereview")
            return _superiors(session, _reviewers(session, case)) if asked is None else asked
        case Issuer.SENDER:
            direct = _direct(session, case)
            return _offices(session, actor) if direct is None else direct
        case Issuer.OFFICE:
            return _offices(session, actor)
    return []


def _offices(session: Session, actor: Actor) -> list[Unit]:
    found = session.scalars(select(Unit).where(Unit.kind == OFFICE).order_by(Unit.id))
    return sorted(found, key=lambda unit: unit.id != actor.unit_id)


def _asked(session: Session, case: Case, level: str) -> list[Unit] | None:
    """The organ that was asked for the 复查 or 复核, as it was written down: nobody else issues it. None where none was asked."""
    wanted = select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.level == level)
    row = session.scalars(wanted.order_by(Proceeding.id.desc()).limit(1)).first()
    if row is None:
        return None
    named = str(row.data.get(registry.platform(row.platform).procedure(level).organ, ""))
    return _units(session, row.unit_id or unit_named(session, named))


def _direct(session: Session, case: Case) -> list[Unit] | None:
    """The organ that had the petition directly and sends it down itself (第二十三条第一款). None where the office sends it."""
    taken = entries(session, f"case:{case.id}", kinds=(ADVANCED,))
    sent = [each for each in taken if each.data["platform"] == "petition" and each.data["step"] in SENDING]
    if not sent or sent[-1].data["step"] in BY_OFFICE:
        return None
    received = next((entry for entry in reversed(sent) if "direct_unit" in entry.words), None)
    return _units(session, unit_named(session, received.words["direct_unit"])) if received else []


def _units(session: Session, unit_id: int | None) -> list[Unit]:
    return list(session.scalars(select(Unit).where(Unit.id == unit_id))) if unit_id else []


def _reviewers(session: Session, case: Case) -> list[Unit]:
    """Who reviewed: the issuer of the 复查意见书 where the portal has it, who was asked, else who could have."""
    issued = select(Letter.issuer_unit_id).where(
        Letter.case_id == case.id, Letter.kind == "review", Letter.sealed_at.is_not(None)
    )
    known = session.scalars(issued.order_by(Letter.id.desc()).limit(1)).first()
    if known:
        return _units(session, known)
    asked = _asked(session, case, "review")
    return _superiors(session, _units(session, case.competent_unit_id)) if asked is None else asked


def _superiors(session: Session, organs: list[Unit]) -> list[Unit]:
    """上一级: the organ above, and for a department the government of its own level."""
    found: dict[int, Unit] = {}
    for organ in organs:
        above = [Unit.id == organ.parent_id] if organ.parent_id else []
        if organ.kind != GOVERNMENT:
            above.append((Unit.region_code == organ.region_code) & (Unit.kind == GOVERNMENT))
        if above:
            wanted = select(Unit).where(or_(*above), Unit.id != organ.id).order_by(Unit.id)
            found.update({unit.id: unit for unit in session.scalars(wanted)})
    return list(found.values())
