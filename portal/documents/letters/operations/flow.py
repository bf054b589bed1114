"""From 核稿 to 归档: one door for every act, with its permission, its organ and its fresh eyes."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, grant, unit_scope
from portal.clock import day_of
from portal.documents.letters import blocks, composing, issuers, life
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter
from portal.documents.letters.operations import extending
from portal.documents.letters.operations.binding import Told, foresee, take
from portal.documents.letters.operations.drafting import new_letter
from portal.documents.letters.operations.numbering import give_number
from portal.documents.letters.operations.shared import facts_of, keep_wall, locked, tell

EVENTS = {
    "submit": "letter.submitted",
    "check": "letter.checked",
    "sign": "letter.signed",
    "return": "letter.returned",
    "number": "letter.numbered",
    "seal": "letter.sealed",
    "finish": "letter.sealed",
    "archive": "letter.archived",
    "void": "letter.voided",
}


def act(
    session: Session, actor: Actor, letter_id: int, code: str, *, version: int, at: datetime, why: str = ""
) -> Letter:
    """Take ``code`` of life.ACTS. Returns the letter, for "reissue" the new draft. Raises Refused, FieldProblems, StaleVersion."""
    letter, case = locked(session, letter_id, version)
    taken = life.ACTS.get(code)
    if taken is None:
        raise Refused("没有这一步。")
    if letter.state not in taken.source:
        raise Refused(f"这份文书现为“{life.state_label(letter)}”，不能{taken.label}。")
    refused = life.refusal(actor, letter, taken)
    if refused:
        raise Refused(refused)
    if taken.says_why and not why.strip():
        raise FieldProblems({"why": f"请写明{taken.label}的理由。"})
    if code == "reissue":
        return _reissue(session, actor, letter, case, why.strip(), at)
    _before(session, actor, letter, case, code, at)
    letter.state, letter.note = taken.target, why.strip()
    if code in ("seal", "finish"):
        _seal(session, actor, letter, case, at)
    data = {"sha256": letter.content_sha256} if code in ("seal", "finish") else None
    tell(session, case, letter, EVENTS[code], actor, at, data=data, words={"why": why.strip()})
    if code == "seal":
        _after_sealing(session, actor, letter, case, at)
    return letter


def _before(session: Session, actor: Actor, letter: Letter, case: Case, code: str, at: datetime) -> None:
    match code:
        case "submit":
            # the accused organ may have become known since the draft (第三十条第三款)
            keep_wall(session, case, KINDS[letter.kind], facts_of(letter), letter.issuer_unit_id)
            # the issuing organ must be able to read what it is to sign; 检举 stays closed to it but by name
            if case.sensitivity == "normal" and letter.issuer_unit_id:
                grant(session, case, unit_scope(letter.issuer_unit_id), why="出具文书", at=at)
        case "check":
            letter.checked_by, letter.checked_at = actor.id, at
        case "sign":
            keep_wall(session, case, KINDS[letter.kind], facts_of(letter), letter.issuer_unit_id)
            _foresee(session, actor, letter, case, at)
            letter.signed_by, letter.signed_at = actor.id, at
        case "number":
            _foresee(session, actor, letter, case, at)
            give_number(session, letter, at)
        case "seal":
            _foresee(session, actor, letter, case, at)
        case "archive":
            letter.archived_at = at
        case "return":
            letter.checked_by = letter.checked_at = None


def _foresee(session: Session, actor: Actor, letter: Letter, case: Case, at: datetime) -> None:
    """What the seal would be refused for is told before the signature, and before a number is used up that no letter bears."""
    kind = KINDS[letter.kind]
    if letter.issuer_unit_id not in {each.id for each in issuers.candidates(session, actor, case, kind)}:
        raise Refused(f"“{kind.label}”须由{kind.issuer.label}出具，本事项的该机关、单位已有变动；请作废后重新拟稿。")
    signed_on = day_of(letter.signed_at or at)
    if kind.extends:
        extending.foresee(session, letter, kind.extends, signed_on, at)
    if kind.on_seal:
        foresee(session, letter, kind.on_seal, Told(issued_on=signed_on), at)


def _seal(session: Session, actor: Actor, letter: Letter, case: Case, at: datetime) -> None:
    """用印: the text as it stands is kept whole with its hash; from here it is never composed anew."""
    letter.sealed_by, letter.sealed_at = actor.id, at
    made = composing.compose(letter, facts_of(letter), composing.known(session, case, letter.issuer_unit_id))
    letter.content = blocks.dump(made)
    letter.content_sha256 = blocks.digest(letter.content)
    if letter.replaces_id:
        old = session.get_one(Letter, letter.replaces_id, with_for_update=True)
        if old.replaced_by_id is not None:
            raise Refused("原文书已经由另一份更正后的文书代替。")
        old.replaced_by_id = letter.id
        tell(session, case, old, "letter.replaced", actor, at, data={"replaced_by_id": letter.id})


def _after_sealing(session: Session, actor: Actor, letter: Letter, case: Case, at: datetime) -> None:
    kind = KINDS[letter.kind]
    if kind.extends:
        extending.extend(session, actor, case, letter, kind.extends, at)
    binding = kind.on_seal
    if binding and letter.signed_at:
        take(session, actor, letter, binding, Told(issued_on=day_of(letter.signed_at)), at)


def _reissue(session: Session, actor: Actor, letter: Letter, case: Case, why: str, at: datetime) -> Letter:
    """更正重发: a new draft with the same facts; the old letter stands, and is marked when the new one is sealed."""
    return new_letter(
        session,
        actor,
        case,
        KINDS[letter.kind],
        letter.platform,
        facts_of(letter),
        issuer_unit_id=letter.issuer_unit_id,
        # whoever wrote the first wrote most of the second
        authors=sorted({*letter.authors, actor.id}),
        at=at,
        replaces_id=letter.id,
        why=why,
    )
