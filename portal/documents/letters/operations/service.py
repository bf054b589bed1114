"""送达: every attempt is kept; only proved receipt makes a letter served and starts the citizen's rights."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.clock_changes import tell_of_extension
from portal.cases.operations.record import note
from portal.clock import day_of
from portal.documents.letters import life
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter, LetterService
from portal.documents.letters.operations.binding import Told, correct, take
from portal.documents.letters.operations.shared import locked, tell
from portal.documents.letters.serving import HOW, METHODS, OUTCOMES, Attempt, problems_of, proof_of


def serve(
    session: Session, actor: Actor, letter_id: int, attempt: Attempt, *, version: int, at: datetime
) -> LetterService:
    """Record ``attempt``; with proof the letter is served and its step is taken. Raises Refused, FieldProblems, StaleVersion."""
    letter, case = locked(session, letter_id, version)
    if not life.may_serve(actor, letter):
        raise Refused(f"这份文书现为“{life.state_label(letter)}”，不能登记送达。")
    problems = _problems(letter, attempt, at)
    if problems:
        raise FieldProblems(problems)
    proof = proof_of(attempt)
    made = LetterService(
        letter_id=letter.id,
        at=at,
        account_id=actor.id,
        method=attempt.method,
        on=attempt.on,
        proof=proof,
        details={"outcome": attempt.outcome, "reference": attempt.reference},
        recipient=attempt.recipient,
        witness=attempt.witness,
        place=attempt.place,
    )
    session.add(made)
    if proof:
        letter.state, letter.served_on = "served", attempt.on
    data = {"method": attempt.method, "outcome": attempt.outcome, "on": attempt.on.isoformat(), "proof": proof}
    words = {"recipient": attempt.recipient, "witness": attempt.witness, "place": attempt.place}
    tell(session, case, letter, "letter.served" if proof else "letter.not_served", actor, at, data=data, words=words)
    if proof:
        _after_receipt(session, actor, letter, attempt, proof, at)
    return made


def _after_receipt(session: Session, actor: Actor, letter: Letter, attempt: Attempt, proof: str, at: datetime) -> None:
    """What proved receipt moves: the step, the right against a corrected reply, the telling of an extension."""
    issued_on = day_of(letter.signed_at) if letter.signed_at else None
    told = Told(issued_on=issued_on, served_on=attempt.on, proof=proof, how=HOW[attempt.method])
    kind = KINDS[letter.kind]
    if kind.on_serve:
        take(session, actor, letter, kind.on_serve, told, at)
    if letter.replaces_id:
        correct(session, actor, letter, told, at)
    if kind.extends:
        tell_of_extension(session, actor, letter.id, attempt.on, at)


def note_printed(session: Session, actor: Actor, letter: Letter, what: str, *, at: datetime) -> None:
    """Printing, and taking as .docx, is an event. ``what``: "letter", "receipt" or "docx". Nothing of the letter changes."""
    case = session.get_one(Case, letter.case_id, with_for_update=True)
    kind = KINDS[letter.kind]
    data = {"letter_id": letter.id, "label": kind.label, "platform": letter.platform, "what": what}
    data |= {"state": letter.state, "number": letter.number}
    note(session, case, "letter.printed", actor, at, data=data)


def _problems(letter: Letter, attempt: Attempt, at: datetime) -> dict[str, str]:
    if attempt.method not in dict(METHODS) or attempt.outcome not in dict(OUTCOMES):
        return {"method": "请从所列各项中选择。"}
    problems = problems_of(attempt)
    if attempt.on > day_of(at):
        problems["served_on"] = "不能晚于今天。"
    elif letter.sealed_at and attempt.on < day_of(letter.sealed_at):
        problems["served_on"] = "送达之日不能早于用印之日。"
    return problems
