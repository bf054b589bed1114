"""Who petitions, completed and corrected after registration. An identity number that is known is never overwritten."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import vocabulary
from portal.cases.models import Case, Party
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.people import identity
from portal.people import operations as people
from portal.people.models import Person
from portal.people.queries import by_id

Change = tuple[str, str, str]
NO_NAME = "未留姓名"
NORMAL = {
    "name": identity.normalise_name,
    "id_number": identity.normalise_id,
    "phone": identity.normalise_phone,
    "address": identity.normalise_address,
}


def amend(
    session: Session, actor: Actor, case: Case, given: PersonGiven | None, reason: str, at: datetime
) -> list[Change]:
    """Fill in what is not known of the petitioner, correct what is wrong, or name one where there was none.

    Raises FieldProblems: a correction without a reason, a number under which somebody of another name is known.
    """
    typed = {field: normal(getattr(given, field) or "") for field, normal in NORMAL.items()} if given else {}
    typed = {field: value for field, value in typed.items() if value}
    if not typed:
        return []
    party = session.scalar(
        select(Party).where(Party.case_id == case.id, Party.role == "petitioner").order_by(Party.id).limit(1)
    )
    person = session.get(Person, party.person_id) if party and party.person_id else None
    known = _known(party, person)
    different = {field: value for field, value in typed.items() if value != known.get(field)}
    if not different:
        return []
    target = _target(session, actor, case, person, known, typed, given.kind, at)
    _want_reason(known, different, target, typed, reason)
    name = typed.get("name") or known.get("name") or (NO_NAME if target.name == NO_NAME else target.name)
    filled = {field: typed[field] for field in ("id_number", "phone", "address") if field in typed}
    rename = name if "name" in typed or target.name == NO_NAME else ""
    target = people.amend(session, target, name=rename, **filled, at=at, actor_id=actor.id)
    if party is None:
        party = Party(case_id=case.id, role="petitioner", name=name)
        session.add(party)
    party.person_id, party.name = target.id, name
    session.flush()
    return [(_code(field), known.get(field, ""), value) for field, value in different.items()]


def _known(party: Party | None, person: Person | None) -> dict[str, str]:
    name = party.name if party and party.name != NO_NAME else ""
    kept = {field: getattr(person, field) or "" for field in ("id_number", "phone", "address")} if person else {}
    return {"name": name, **kept}


def _target(
    session: Session, actor: Actor, case: Case, person: Person | None, known: dict[str, str],
    typed: dict[str, str], kind: str, at: datetime,
) -> Person:  # fmt: skip
    """The row that is meant: the petitioner's, the one that has the typed number already, or a new one."""
    number, wanted = typed.get("id_number"), typed.get("name") or known.get("name") or ""
    holder = by_id(session, case.centre_id, number) if number else None
    if holder and (person is None or holder.id != person.id):
        if wanted and holder.name not in (wanted, NO_NAME):
            raise FieldProblems({"id_number": "这个证件号码在本中心登记的是另一个姓名，请逐位核对号码和姓名。"})
        return holder
    if person and not (number and person.id_number and number != person.id_number):
        return person
    merged = {field: value for field, value in known.items() if field != "name" and value} | typed
    return people.find_or_create(
        session,
        case.centre_id,
        name=wanted or NO_NAME,
        id_number=number,
        phone=merged.get("phone"),
        address=merged.get("address"),
        kind=kind,
        at=at,
        actor_id=actor.id,
    )


def _want_reason(
    known: dict[str, str], different: dict[str, str], target: Person, typed: dict[str, str], reason: str
) -> None:
    wrong = {field for field in different if known.get(field)}
    wrong |= {
        field for field in ("phone", "address") if field in typed and getattr(target, field) not in (None, typed[field])
    }
    if wrong and not reason.strip():
        labels = dict(vocabulary.AMENDED)
        named = "、".join(labels[_code(field)] for field in NORMAL if field in wrong)
        raise FieldProblems({"reason": f"更正已登记的{named}，须写明原因。"})


def _code(field: str) -> str:
    return "petitioner_name" if field == "name" else field
