"""Registering a case: one transaction that writes the record, the first proceeding, its clocks, and the first events."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.models import Case, Demand, Party
from portal.cases.operations import grants, proceedings
from portal.cases.operations.given import PersonGiven, Refused, Registration
from portal.cases.operations.record import add_visit, index, note, seal_free_text
from portal.clock import at_hall, local
from portal.keys import ring
from portal.organisation.models import Centre
from portal.organisation.operations import next_number
from portal.people import operations as people
from portal.people.models import Person

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10
NO_NAME = "未留姓名"


def register(
    session: Session,
    actor: Actor,
    given: Registration,
    *,
    at: datetime,
    window_id: int | None = None,
    ticket_id: int | None = None,
) -> Case:
    """Register ``given`` and open its platform's proceeding. Clocks run from the day of receipt, not of registration.

    Raises Refused where nothing at all was said, FieldProblems where the platform's own fields are wrong.
    """
    if not (given.subject.strip() or given.facts.strip() or any(given.demands)):
        raise Refused("请至少写下事项标题、事实或一项诉求。")
    centre = session.get(Centre, actor.centre_id)
    petitioner = _petitioner(session, actor, given.petitioner, at)
    case = _record(session, actor, centre, given, at, window_id)
    demands = _seal_free_text(session, case, given)
    _parties(session, case, given, petitioner, at)
    words = {"subject": case.subject, "demands": demands}
    data = {"channel": given.channel, "platform": given.platform, "ticket_id": ticket_id, "window_id": window_id}
    note(session, case, "case.registered", actor, at, data=data, words=words)
    if given.channel == "visit":
        person_id = petitioner.id if petitioner else None
        add_visit(session, actor, case, kind="first", at=at, person_id=person_id, headcount=given.headcount,
                  window_id=window_id, ticket_id=ticket_id)  # fmt: skip
    proceedings.open_proceeding(session, actor, case, given.platform, at=at, data=given.platform_data, first=True)
    if actor.id:  # an import has no first window
        grants.grant(session, case, grants.account_scope(actor.id), why="首接首办", at=at)
    index(session, case)
    return case


def _record(
    session: Session, actor: Actor, centre: Centre, given: Registration, at: datetime, window_id: int | None
) -> Case:
    year = local(at).year
    serial = next_number(session, centre.id, f"case:{year}")
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    case = Case(
        centre_id=centre.id,
        number=f"{centre.prefix}-{year}-{serial:06d}",
        sensitivity=_sensitivity(given),
        channel=given.channel,
        purpose=given.purpose,
        subject="",
        category=given.category,
        region_code=given.region_code,
        headcount=max(given.headcount, 1),
        repeat=given.repeat,
        litigation=given.litigation,
        litigation_detail=given.litigation_detail,
        respondent_name=given.respondent_name,
        respondent_unit_id=given.respondent_unit_id,
        competent_unit_id=given.competent_unit_id,
        address_confirmed=given.address_confirmed,
        national_number=given.national_number,
        national_code=given.national_code,
        national_entered_at=_entered(given, at),
        received_at=given.received_at,
        registered_at=at,
        registered_by=actor.id,
        first_window_id=window_id,
        first_account_id=actor.id,
        enquiry_code=code,
        enquiry_hash=ring.digest("enquiry", code),
        source_key=given.source_key,
    )
    session.add(case)
    session.flush()
    return case


def _entered(given: Registration, at: datetime) -> datetime | None:
    """When the matter went into the 信访信息系统 (第二十一条): the day stated, else now if its number is known."""
    if given.national_entered_on:
        return at_hall(given.national_entered_on)
    return at if given.national_number else None


def _sensitivity(given: Registration) -> str:
    if given.purpose == "accusation":
        return "accusation"
    return "sealed" if registry.platform(given.platform).sealed else "normal"


def _seal_free_text(session: Session, case: Case, given: Registration) -> list[str]:
    """Write the case's texts with identity numbers and telephones taken out (architecture §6); returns its demands."""
    subject = given.subject.strip() or (given.demands[0] if given.demands else given.facts.strip())[:60]
    case.subject = seal_free_text(session, case, subject)[:200]
    case.facts = seal_free_text(session, case, given.facts.strip())
    case.earlier_reports = seal_free_text(session, case, given.earlier_reports.strip())
    asked = [seal_free_text(session, case, text.strip())[:500] for text in given.demands if text.strip()]
    session.add_all(
        Demand(case_id=case.id, position=place, text=text, results=[]) for place, text in enumerate(asked, 1)
    )
    return asked


def _parties(session: Session, case: Case, given: Registration, petitioner: Person | None, at: datetime) -> None:
    if petitioner:
        session.add(Party(case_id=case.id, person_id=petitioner.id, name=petitioner.name, role="petitioner"))
    for representative in given.representatives:
        person = _person(session, case.centre_id, representative, at)
        if person:
            session.add(Party(case_id=case.id, person_id=person.id, name=person.name, role="representative"))
    if given.respondent_name:
        session.add(Party(case_id=case.id, name=given.respondent_name[:60], role="respondent"))


def _petitioner(session: Session, actor: Actor, given: PersonGiven | None, at: datetime) -> Person | None:
    """The person, with the telephone and address as stated today: people move, and the old value stays in the trail.

    Under another name than the known one nothing is changed: the number may be a slip of the finger. Nor does an import.
    """
    person = _person(session, actor.centre_id, given, at)
    if person is None or not actor.id or given.name not in ("", NO_NAME, person.name):
        return person
    return people.amend(session, person, phone=given.phone, address=given.address, at=at, actor_id=actor.id)


def _person(session: Session, centre_id: int, given: PersonGiven | None, at: datetime) -> Person | None:
    if given is None or not (given.name or given.id_number or given.phone):
        return None
    return people.find_or_create(
        session,
        centre_id,
        name=given.name or NO_NAME,
        id_number=given.id_number or None,
        phone=given.phone or None,
        address=given.address or None,
        kind=given.kind,
        at=at,
    )
