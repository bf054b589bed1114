"""Reading letters. Behind the case's own wall stands a second one: a sealed platform's letters are that platform's alone."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case
from portal.clock import local
from portal.documents.letters import life
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter, LetterService, LetterWord
from portal.organisation.models import Unit
from portal.trail.queries import entries

MOST = 100
EVENTS = {
    "letter.drafted": "拟稿",
    "letter.revised": "修改",
    "letter.submitted": "送核稿",
    "letter.checked": "核稿通过",
    "letter.signed": "签发",
    "letter.returned": "退回修改",
    "letter.numbered": "编号",
    "letter.sealed": "用印、定稿",
    "letter.served": "送达",
    "letter.not_served": "未能送达",
    "letter.printed": "打印、导出",
    "letter.replaced": "已由更正后的文书代替",
    "letter.archived": "归档",
    "letter.voided": "作废",
}


@dataclass(frozen=True)
class Shown:
    """A letter in a list. ``waits_for`` is what the reader may do with it now, "" where nothing."""

    id: int
    case_number: str
    subject: str
    label: str
    number: str
    state: str
    state_label: str
    issuer: str
    drafted_at: datetime
    served_on: date | None
    replaced: bool
    waits_for: str


@dataclass(frozen=True)
class Happening:
    """One event of a letter's life."""

    at: datetime
    what: str
    who: str
    why: str


def open_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on Letter beside cases.queries.visible."""
    closed = [each.code for each in registry.platforms() if each.sealed and not _inside(actor, each)]
    return Letter.platform.not_in(closed)


def _inside(actor: Actor, platform) -> bool:
    return platform.code in actor.platforms and actor.may(platform.handle)


def of_case(session: Session, actor: Actor, case: Case) -> list[Shown]:
    """The letters of a case that ``actor`` was allowed to open, newest first."""
    wanted = (
        select(Letter, Unit.short_name)
        .outerjoin(Unit, Unit.id == Letter.issuer_unit_id)
        .where(Letter.case_id == case.id, open_to(actor))
        .order_by(Letter.id.desc())
    )
    return [_shown(actor, letter, unit, case.number, case.subject) for letter, unit in session.execute(wanted)]


def find(session: Session, actor: Actor, case: Case, letter_id: int) -> Letter | None:
    """The letter of that id on ``case``, if ``actor`` may know of it."""
    return session.scalar(select(Letter).where(Letter.id == letter_id, Letter.case_id == case.id, open_to(actor)))


def worklist(session: Session, actor: Actor) -> list[Shown]:
    """Letters that wait for ``actor``: to check, sign, number or seal for the own organ; own drafts, and own ones to serve."""
    organ = Letter.issuer_unit_id == actor.unit_id if actor.unit_id else Letter.id.is_(None)
    mine = Letter.drafted_by == actor.id
    steps = [and_(mine, Letter.state == "draft"), and_(or_(mine, organ), Letter.state == "sealed")]
    for state, permission in (
        ("checking", Permission.LETTER_CHECK),
        ("signing", Permission.LETTER_SIGN),
        ("signed", Permission.LETTER_SEAL),
        ("numbered", Permission.LETTER_SEAL),
    ):
        if actor.may(permission):
            steps.append(and_(organ, Letter.state == state))
    wanted = (
        select(Letter, Unit.short_name, Case.number, Case.subject)
        .join(Case, Case.id == Letter.case_id)
        .outerjoin(Unit, Unit.id == Letter.issuer_unit_id)
        .where(Letter.centre_id == actor.centre_id, or_(*steps), open_to(actor), cases.visible(actor))
        .order_by(Letter.id)
        .limit(MOST)
    )
    shown = [_shown(actor, *row) for row in session.execute(wanted)]
    return [each for each in shown if each.waits_for]


def services(session: Session, letter: Letter) -> list[LetterService]:
    """Every attempt to serve ``letter``, oldest first."""
    wanted = select(LetterService).where(LetterService.letter_id == letter.id).order_by(LetterService.id)
    return list(session.scalars(wanted))


def history(session: Session, letter: Letter) -> list[Happening]:
    """The letter's own events, oldest first."""
    found = [
        entry
        for entry in entries(session, f"case:{letter.case_id}", kinds=tuple(EVENTS))
        if entry.data.get("letter_id") == letter.id
    ]
    names = cases.names(session, {entry.actor_id for entry in found if entry.actor_id})
    return [
        Happening(entry.at, EVENTS[entry.kind], names.get(entry.actor_id or 0, "系统"), entry.words.get("why", ""))
        for entry in found
    ]


def revisions(session: Session, letter: Letter, since: datetime) -> tuple[str, ...]:
    """Who changed the text of ``letter`` after ``since``, and when: "14:05 赵某某"."""
    made = [
        entry
        for entry in entries(session, f"case:{letter.case_id}", kinds=("letter.revised",))
        if entry.data.get("letter_id") == letter.id and entry.at > since
    ]
    names = cases.names(session, {entry.actor_id for entry in made if entry.actor_id})
    return tuple(f"{local(entry.at):%H:%M} {names.get(entry.actor_id or 0, '系统')}" for entry in made)


def unit_name(session: Session, unit_id: int | None) -> str:
    """The organ's full name; "" without."""
    return session.scalar(select(Unit.name).where(Unit.id == unit_id)) or "" if unit_id else ""


def words(session: Session, search: str = "") -> list[tuple[Unit, str]]:
    """Organs with their 机关代字 ("" where none is set), those with one first; ``search`` finds by name."""
    wanted = select(Unit, LetterWord.word).outerjoin(LetterWord, LetterWord.unit_id == Unit.id)
    if search:
        wanted = wanted.where(or_(Unit.name.contains(search, autoescape=True), LetterWord.word == search))
    rows = session.execute(wanted.order_by(LetterWord.word.is_(None), Unit.id).limit(MOST))
    return [(unit, word or "") for unit, word in rows]


def _shown(actor: Actor, letter: Letter, unit: str | None, number: str, subject: str) -> Shown:
    kind = KINDS[letter.kind]
    return Shown(
        id=letter.id,
        case_number=number,
        subject=subject,
        label=kind.label,
        number=letter.number,
        state=letter.state,
        state_label=life.state_label(letter),
        issuer=unit or kind.issuer.label,
        drafted_at=letter.drafted_at,
        served_on=letter.served_on,
        replaced=letter.replaced_by_id is not None,
        waits_for=_waits_for(actor, letter),
    )


def _waits_for(actor: Actor, letter: Letter) -> str:
    if life.may_serve(actor, letter):
        return "登记送达"
    likely = [act.label for act in life.offered(actor, letter) if act.code not in ("return", "void", "reissue")]
    return likely[0] if likely else ""
