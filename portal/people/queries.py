"""Reading persons. Looked up by keyed hash, so that no encrypted column is ever opened to compare."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from portal.keys import ring
from portal.people import identity
from portal.people.models import Person


def hash_column(field: str) -> str:
    """The look-up column that belongs to an encrypted column of Person."""
    return "id_hash" if field == "id_number" else f"{field}_hash"


def hash_of(field: str, normalised: str) -> str:
    """The keyed hash of a normalised ``id_number``, ``phone`` or ``address``."""
    return ring.digest("id" if field == "id_number" else field, normalised)


def by_id_hash(session: Session, centre_id: int, id_hash: str) -> Person | None:
    """The centre's person with this hash of an identity number."""
    return session.scalar(select(Person).where(Person.centre_id == centre_id, Person.id_hash == id_hash))


def by_id(session: Session, centre_id: int, id_number: str) -> Person | None:
    """The centre's person with this identity number, in any spelling."""
    number = identity.normalise_id(id_number)
    return by_id_hash(session, centre_id, hash_of("id_number", number)) if number else None


def by_phone(session: Session, centre_id: int, phone: str) -> list[Person]:
    """The centre's persons with this telephone, oldest row first; a family shares one."""
    number = identity.normalise_phone(phone)
    if not number:
        return []
    same = select(Person).where(Person.centre_id == centre_id, Person.phone_hash == hash_of("phone", number))
    return list(session.scalars(same.order_by(Person.id)))


def has_been_here(session: Session, centre_id: int, id_number: str | None = None, phone: str | None = None) -> bool:
    """Whether the centre knows this identity number or telephone. All that the greeter may see: not who, not what for."""
    hashes = []
    if number := identity.normalise_id(id_number or ""):
        hashes.append(Person.id_hash == hash_of("id_number", number))
    if number := identity.normalise_phone(phone or ""):
        hashes.append(Person.phone_hash == hash_of("phone", number))
    return bool(hashes) and session.scalar(select(exists().where(Person.centre_id == centre_id, or_(*hashes))))


def sensitive(session: Session, person_id: int) -> dict[str, str | None]:
    """The readable ``name``, ``id_number``, ``phone`` and ``address`` of a person; {} where there is none.

    The caller has permission and a reason, and has already recorded the reading (trail.operations.note_access).
    """
    columns = select(Person.name, Person.id_number, Person.phone, Person.address).where(Person.id == person_id)
    row = session.execute(columns).mappings().one_or_none()
    return dict(row) if row else {}
