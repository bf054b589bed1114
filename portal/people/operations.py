"""Finding and keeping persons: one row per person and centre."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.people import identity
from portal.people.models import Person
from portal.people.queries import by_id_hash, hash_column, hash_of
from portal.trail.operations import append


def find_or_create(
    session: Session,
    centre_id: int,
    *,
    name: str,
    id_number: str | None = None,
    phone: str | None = None,
    address: str | None = None,
    kind: str = "citizen",
    at: datetime,
    actor_id: int | None = None,
) -> Person:
    """The person of this centre with this identity number; else of this name and telephone; else of this name and address.

    Nobody found: a new row. What the row lacked is filled in (and recorded on ``person:<id>``); what it has is never
    overwritten. A person whose identity number is known is never taken for one with another number, and several namesakes
    with one telephone are not guessed between. Values are taken as typed; the caller has checked them.
    """
    given = {
        "id_number": identity.normalise_id(id_number or "") or None,
        "phone": identity.normalise_phone(phone or "") or None,
        "address": identity.normalise_address(address or "") or None,
    }
    name = identity.normalise_name(name)
    hashes = {hash_column(field): hash_of(field, value) for field, value in given.items() if value}
    person = _known(session, centre_id, name, hashes)
    if person is None:
        row = {"centre_id": centre_id, "name": name, "kind": kind, "created_at": at, **given, **hashes}
        return _insert(session, row) or by_id_hash(session, centre_id, hashes["id_hash"])
    missing = {field: value for field, value in given.items() if value and getattr(person, field) is None}
    return _complete(session, person, missing, at, actor_id) if missing else person


def _known(session: Session, centre_id: int, name: str, hashes: dict[str, str]) -> Person | None:
    if "id_hash" in hashes and (person := by_id_hash(session, centre_id, hashes["id_hash"])):
        return person
    for column in ("phone_hash", "address_hash"):
        if column not in hashes or not name:
            continue
        alike = select(Person).where(
            Person.centre_id == centre_id, Person.name == name, getattr(Person, column) == hashes[column]
        )
        people = session.scalars(alike.order_by(Person.id).limit(20)).all()
        numberless = [person for person in people if person.id_hash is None]
        if numberless:
            return numberless[0]
        if len(people) == 1 and "id_hash" not in hashes:
            return people[0]
    return None


def _insert(session: Session, row: dict[str, object]) -> Person | None:
    """The new row; None where another window has just inserted the same identity number."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Person).values(row).on_conflict_do_nothing(index_elements=["centre_id", "id_hash"])
    made = session.execute(statement.returning(Person.id)).scalar()
    return None if made is None else session.get_one(Person, made)


def _complete(session: Session, person: Person, missing: dict[str, str], at: datetime, actor_id: int | None) -> Person:
    try:
        with session.begin_nested():  # another window may be giving this identity number to a row of its own
            for field, value in missing.items():
                setattr(person, field, value)
                setattr(person, hash_column(field), hash_of(field, value))
            session.flush()
    except IntegrityError:
        return by_id_hash(session, person.centre_id, hash_of("id_number", missing["id_number"]))
    append(
        session,
        f"person:{person.id}",
        "person.completed",
        centre_id=person.centre_id,
        actor_id=actor_id,
        at=at,
        data={"fields": sorted(missing)},
    )
    return person


def amend(
    session: Session,
    person: Person,
    *,
    name: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    at: datetime,
    actor_id: int | None,
) -> Person:
    """Fill in what ``person`` lacks and correct a wrong name, telephone or address; "" leaves what is known.

    An identity number that is there is never overwritten: ValueError (another number is another person). Recorded on
    ``person:<id>``, what was corrected with its old value. Returns the person that has the identity number, as
    find_or_create does. Values are taken as typed; the caller has checked them and has a reason.
    """
    given = {
        "id_number": identity.normalise_id(id_number),
        "phone": identity.normalise_phone(phone),
        "address": identity.normalise_address(address),
    }
    if given["id_number"] and person.id_number and given["id_number"] != person.id_number:
        raise ValueError("an identity number is never overwritten")
    missing = {field: value for field, value in given.items() if value and getattr(person, field) is None}
    wanted = {"name": identity.normalise_name(name), "phone": given["phone"], "address": given["address"]}
    wrong = {field: value for field, value in wanted.items() if value and getattr(person, field) not in (None, value)}
    if missing:
        person = _complete(session, person, missing, at, actor_id)
    if wrong:
        _correct(session, person, wrong, at, actor_id)
    return person


def _correct(session: Session, person: Person, wrong: dict[str, str], at: datetime, actor_id: int | None) -> None:
    before = {field: getattr(person, field) for field in wrong}
    for field, value in wrong.items():
        setattr(person, field, value)
        if field != "name":
            setattr(person, hash_column(field), hash_of(field, value))
    session.flush()
    append(
        session,
        f"person:{person.id}",
        "person.corrected",
        centre_id=person.centre_id,
        actor_id=actor_id,
        at=at,
        data={"fields": sorted(wrong)},
        words={"before": before},
    )
