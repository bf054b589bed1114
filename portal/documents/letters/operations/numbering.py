"""编号: 字号 per organ and year, without gaps and never twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.clock import local
from portal.documents.letters.models import Letter, LetterSeries, LetterWord
from portal.organisation.models import Unit
from portal.trail import operations as trail


def give_number(session: Session, letter: Letter, at: datetime) -> None:
    """The organ's next number of the hall's year. Raises Refused where the centre has not set the organ's 机关代字.

    The series' row stays locked until the transaction ends: who comes second waits, and a rollback gives the number back.
    A letter that is discarded later keeps its number.
    """
    word = session.scalar(select(LetterWord.word).where(LetterWord.unit_id == letter.issuer_unit_id))
    if word is None:
        raise Refused("出具机关、单位的机关代字尚未设定，请系统管理员在“机关代字”页设定后再编号。")
    year = local(at).year
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        upsert(LetterSeries)
        .values(unit_id=letter.issuer_unit_id, year=year, last=1)
        .on_conflict_do_update(index_elements=["unit_id", "year"], set_={"last": LetterSeries.last + 1})
        .returning(LetterSeries.last)
    )
    letter.number_word, letter.number_year = word, year
    letter.number_serial = session.execute(statement).scalar_one()


def set_word(session: Session, actor: Actor, unit_id: int, word: str, *, at: datetime) -> LetterWord:
    """Set an organ's 机关代字; letters numbered before keep theirs. Raises Refused, FieldProblems."""
    if not actor.may(Permission.HALL_CONFIGURE):
        raise Refused("您没有设定机关代字的权限。")
    if session.get(Unit, unit_id, with_for_update=True) is None:
        raise Refused("没有这个机关、单位。")
    taken = session.scalar(select(LetterWord.unit_id).where(LetterWord.word == word, LetterWord.unit_id != unit_id))
    if taken:
        raise FieldProblems({"word": "这个机关代字已由其他机关、单位使用。"})
    kept = session.get(LetterWord, unit_id)
    if kept is None:
        kept = LetterWord(unit_id=unit_id, word=word)
        session.add(kept)
    kept.word = word
    session.flush()
    data = {"unit_id": unit_id, "word": word}
    chain = f"centre:{actor.centre_id}"
    trail.append(session, chain, "letter.word_set", centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data)
    return kept
