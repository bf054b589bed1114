"""Further parties of a case: the other side, an agent, a representative. Mediation cannot begin without the other side."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import vocabulary
from portal.cases.models import Case, Party, Proceeding
from portal.cases.operations.given import MOST_REPRESENTATIVES, FieldProblems, PersonGiven, Refused
from portal.cases.operations.record import index, note
from portal.organisation.models import Unit
from portal.people import identity
from portal.people import operations as people
from portal.people.models import Person

NO_NAME = "未留姓名"
# the petitioner and the respondent are named in the registration and corrected in amendment
MOST_NAMESAKES = 20  # units of that name that are looked at
ROLES = ("other_side", "agent", "representative")


def add_party(session: Session, actor: Actor, case: Case, *, role: str, given: PersonGiven, at: datetime) -> Party:
    """Add one party in a role of ROLES. Raises FieldProblems (no name, no such role, a sixth representative), Refused."""
    if case.closed_at:
        raise Refused("事项已办结，不再增加当事人。")
    name = identity.normalise_name(given.name)
    _check(session, case, role, name)
    person = people.find_or_create(
        session,
        case.centre_id,
        name=name,
        id_number=given.id_number or None,
        phone=given.phone or None,
        address=given.address or None,
        kind=given.kind,
        at=at,
        actor_id=actor.id,
    )
    same = select(Party.id).where(Party.case_id == case.id, Party.role == role, Party.person_id == person.id)
    if session.scalar(same):
        raise Refused(f"此人已登记为{vocabulary.label(vocabulary.PARTY_ROLES, role)}。")
    party = Party(case_id=case.id, person_id=person.id, name=name, role=role)
    session.add(party)
    session.flush()
    data = {"party_id": party.id, "role": role, "kind": given.kind}
    note(session, case, "party.added", actor, at, data=data, words={"name": name})
    index(session, case)
    return party


def reachable(session: Session, case: Case) -> bool:
    """Whether the petitioner's name and address both stand in the record: who has both is told in writing (第二十三条第二款)."""
    wanted = select(Person).join(Party, Party.person_id == Person.id)
    wanted = wanted.where(Party.case_id == case.id, Party.role == "petitioner").order_by(Party.id).limit(1)
    person = session.scalar(wanted)
    return person is not None and person.name not in ("", NO_NAME) and bool(person.address)


def accused(session: Session, case: Case) -> tuple[str, ...]:
    """Every name of whom an accusation is about: as it was typed, and those of the unit it means. Empty for other matters."""
    typed = case.respondent_name.strip()
    if case.purpose != "accusation":
        return ()
    known = or_(Unit.id == (case.respondent_unit_id or 0), Unit.name == typed, Unit.short_name == typed)
    rows = session.execute(select(Unit.name, Unit.short_name).where(known).order_by(Unit.id).limit(MOST_NAMESAKES))
    return tuple(dict.fromkeys(name for name in (typed, *(name for row in rows for name in row)) if name))


def _check(session: Session, case: Case, role: str, name: str) -> None:
    if role not in ROLES:
        raise FieldProblems({"role": "请从所列各项中选择。"})
    if not name:
        raise FieldProblems({"name": "请填写姓名/名称。"})
    if role == "representative" and _walked_in(session, case):
        count = select(func.count()).where(Party.case_id == case.id, Party.role == role)
        if session.scalar(count) >= MOST_REPRESENTATIVES:
            raise FieldProblems({"role": f"走访代表不得超过{MOST_REPRESENTATIVES}人（信访工作条例第二十条）。"})


def _walked_in(session: Session, case: Case) -> bool:
    # a labour case of ten workers or more has representatives without that ceiling (劳动争议调解仲裁法 第七条)
    labour = select(Proceeding.id).where(Proceeding.case_id == case.id, Proceeding.platform == "labour").limit(1)
    return case.channel == "visit" and session.scalar(labour) is None
