"""What the list and the start page read: ids first, then columns. Knows no request."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries, search
from portal.cases.models import Case, Draft, Party, Proceeding
from portal.cases.views.dossier import NO_NAME, Lamp, lamp_of
from portal.clock import day_of
from portal.people import identity, masking
from portal.people import queries as people

PAGE = 25
SORTED = 1000  # so many of the newest hits are put in order of their legal date


@dataclass(frozen=True)
class Wanted:
    """What the list was asked for. ``before`` pages by id, ``after`` by (date, id) where the order is "due"."""

    words: str = ""
    platform: str | None = None
    state: str | None = None
    unentered: bool = False
    order: str = "newest"
    before: int | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True)
class Line:
    """A case in a list, as the case_row macro takes it."""

    number: str
    subject: str
    party: str
    platform: str
    state: str
    state_kind: str
    lamp: Lamp | None
    updated: datetime
    due: date | None
    id: int


@dataclass(frozen=True)
class Promise:
    """A promise that falls due: made to whom (case), by whom, until when."""

    number: str
    subject: str
    unit: str
    promise: str
    promised_on: date
    lamp: Lamp
    mine: bool


def page(session: Session, actor: Actor, wanted: Wanted, today: date) -> tuple[list[Line], bool]:
    """One page of the list, and whether there is more."""
    ids = _ids(session, actor, wanted)
    return lines(session, actor, ids[:PAGE], today), len(ids) > PAGE


def lines(session: Session, actor: Actor, ids: list[int], today: date) -> list[Line]:
    """The lines for ``ids`` in that order, names masked."""
    return [_line(row, today) for row in queries.rows(session, actor, ids)]


def number_of(words: str) -> str:
    """``words`` as a case number would be spelt: narrow, upper-case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", words).upper().split())


def promises(session: Session, actor: Actor, today: date) -> list[Promise]:
    """Promises due by today that nobody has answered."""
    return [
        Promise(
            case.number,
            case.subject,
            contact.unit_name,
            contact.promise,
            contact.promised_on,
            lamp_of(contact.promised_on, day_of(contact.at), today),
            contact.account_id == actor.id,
        )
        for contact, case in queries.promises_due(session, actor, today)
    ]


def drafts(session: Session, actor: Actor) -> list[tuple[str, datetime]]:
    """(place, saved at) of what the actor typed and did not send, newest first."""
    wanted = select(Draft.place, Draft.saved_at).where(Draft.account_id == actor.id).order_by(Draft.saved_at.desc())
    return [tuple(row) for row in session.execute(wanted)]


def _ids(session: Session, actor: Actor, wanted: Wanted) -> list[int]:
    if not wanted.words:
        if wanted.order == "due":
            return _by_date(session, actor, wanted)
        return queries.newest_ids(
            session,
            actor,
            before=wanted.before,
            limit=PAGE + 1,
            platform=wanted.platform,
            state=wanted.state,
            unentered=wanted.unentered,
        )
    condition = and_(queries.visible(actor), *_filters(wanted))
    limit = SORTED if wanted.order == "due" else PAGE + 1
    before = None if wanted.order == "due" else wanted.before
    found = set(search.hits(session, wanted.words, before=before, limit=limit, visible=condition))
    found.update(_of_person(session, actor, wanted.words, condition, before, limit))
    if wanted.order == "due":
        return _sorted_by_date(session, found, wanted.after)
    return sorted(found, reverse=True)[: PAGE + 1]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = []
    if wanted.state in ("open", "closed"):
        found.append(Case.state == wanted.state)
    if wanted.platform:
        found.append(exists().where(Proceeding.case_id == Case.id, Proceeding.platform == wanted.platform))
    if wanted.unentered:
        found.append(queries.not_entered())
    return found


def _by_date(session: Session, actor: Actor, wanted: Wanted) -> list[int]:
    dated = select(Case.id).where(
        Case.centre_id == actor.centre_id, Case.state == "open", Case.next_due.is_not(None), queries.visible(actor)
    )
    dated = dated.where(*_filters(wanted))
    if wanted.after:
        day, last = wanted.after
        dated = dated.where(or_(Case.next_due > day, and_(Case.next_due == day, Case.id > last)))
    return list(session.scalars(dated.order_by(Case.next_due, Case.id).limit(PAGE + 1)))


def _sorted_by_date(session: Session, ids: set[int], after: tuple[date, int] | None) -> list[int]:
    dated = select(Case.next_due, Case.id).where(Case.id.in_(ids), Case.next_due.is_not(None))
    keys = sorted(tuple(row) for row in session.execute(dated.where(Case.closed_at.is_(None))))
    return [case_id for day, case_id in keys if after is None or (day, case_id) > after][: PAGE + 1]


def _of_person(
    session: Session, actor: Actor, words: str, condition: ColumnElement[bool], before: int | None, limit: int
) -> list[int]:
    """Cases of the person whose identity number or telephone was typed, whole and right; found by keyed hash."""
    known = []
    if identity.check_id(words) is None:
        known = [person.id for person in [people.by_id(session, actor.centre_id, words)] if person]
    elif identity.check_phone(words) is None:
        known = [person.id for person in people.by_phone(session, actor.centre_id, words)]
    if not known:
        return []
    party = exists().where(Party.case_id == Case.id, Party.person_id.in_(known))
    wanted = select(Case.id).where(party, condition).order_by(Case.id.desc()).limit(limit)
    return list(session.scalars(wanted.where(Case.id < before) if before else wanted))


def _line(row: queries.Row, today: date) -> Line:
    lamp = lamp_of(row.next_due, day_of(row.received_at), today) if row.next_due and not row.closed else None
    return Line(
        number=row.number,
        subject=row.subject,
        party=row.petitioner if row.petitioner in ("", NO_NAME) else masking.mask_name(row.petitioner),
        platform=row.platforms,
        state=row.state_label,
        state_kind="done" if row.closed else "open",
        lamp=lamp,
        updated=row.received_at,
        due=row.next_due,
        id=row.id,
    )
