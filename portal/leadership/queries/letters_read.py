"""Reading letters put before leaders: the list, one of them, and how many each leader read in a quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries as cases
from portal.cases.models import Case, Party
from portal.clock import at_hall
from portal.leadership.models import Instruction, Leader, LetterRead
from portal.people import masking

PAGE = 30


@dataclass(frozen=True)
class LetterShown:
    """A letter before a leader. ``person`` is masked; ``how`` a code of HOW_PUT."""

    id: int
    version: int
    leader_id: int
    leader: str
    post: str
    number: str
    subject: str
    person: str
    channel: str
    received_at: datetime
    put_at: datetime
    put_by: str
    how: str
    summary: str
    state: str
    read_at: datetime | None
    instructed_at: datetime | None
    words: str
    case: Case

    @property
    def paper(self) -> bool:
        """Whether it lies in the paper folder."""
        return self.how == "paper"


@dataclass(frozen=True)
class Count:
    """How many letters were put before a leader in a quarter, read, and answered with a 批示."""

    leader_id: int
    leader: str
    put: int
    read: int
    instructed: int


def letters(
    session: Session,
    actor: Actor,
    *,
    leader_ids: Sequence[int] | None = None,
    state: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[LetterShown], bool]:
    """Letters of matters that ``actor`` may see, the newest first, and whether there are more: three queries."""
    wanted = _columns(actor).order_by(LetterRead.id.desc()).limit(limit + 1)
    if leader_ids is not None:
        wanted = wanted.where(LetterRead.leader_id.in_(leader_ids or [0]))
    if state:
        wanted = wanted.where(LetterRead.state == state)
    found = session.execute(wanted.where(LetterRead.id < before) if before else wanted).all()
    return _shown(session, found[:limit]), len(found) > limit


def waiting(session: Session, actor: Actor, leader_id: int, limit: int = PAGE) -> tuple[list[LetterShown], int]:
    """Letters that a leader has not read, who waits longest first, and how many there are: three queries."""
    wanted = _columns(actor).where(LetterRead.leader_id == leader_id, LetterRead.state == "put")
    wanted = wanted.add_columns(func.count().over().label("total")).order_by(LetterRead.id).limit(limit)
    found = session.execute(wanted).all()
    return _shown(session, found), found[0].total if found else 0


def one(session: Session, actor: Actor, letter_id: int) -> LetterShown | None:
    """One of them, None where ``actor`` may not see its matter."""
    found = session.execute(_columns(actor).where(LetterRead.id == letter_id)).all()
    return next(iter(_shown(session, found)), None)


def of_case(session: Session, actor: Actor, case_id: int) -> list[LetterShown]:
    """Before whom a matter was put, the newest first; empty where ``actor`` may not see it: three queries."""
    wanted = _columns(actor).where(LetterRead.case_id == case_id).order_by(LetterRead.id.desc())
    return _shown(session, session.execute(wanted).all())


def instruction_of(session: Session, letter_id: int) -> int | None:
    """The id of the instruction that its 批示 became."""
    wanted = select(Instruction.id).where(Instruction.source == "letter", Instruction.source_id == letter_id)
    return session.scalar(wanted.limit(1))


def counts(session: Session, centre_id: int, first: date, last: date) -> list[Count]:
    """Leaders before whom letters were put, who read or answered some from ``first`` to ``last``: one query, numbers only."""
    start, end = at_hall(first), at_hall(date.fromordinal(last.toordinal() + 1))
    columns = (LetterRead.put_at, LetterRead.read_at, LetterRead.instructed_at)
    within = [column.is_not(None) & (column >= start) & (column < end) for column in columns]
    wanted = (
        select(Leader.id, Leader.name, *(func.count().filter(condition) for condition in within))
        .join(Leader, Leader.id == LetterRead.leader_id)
        .where(LetterRead.centre_id == centre_id, within[0] | within[1] | within[2])
        .group_by(Leader.id, Leader.name, Leader.position)
        .order_by(Leader.position, Leader.id)
    )
    return [Count(*row) for row in session.execute(wanted)]


def _columns(actor: Actor) -> Select:
    return (
        select(LetterRead, Case, Leader)
        .join(Case, Case.id == LetterRead.case_id)
        .join(Leader, Leader.id == LetterRead.leader_id)
        .where(LetterRead.centre_id == actor.centre_id, cases.visible(actor))
    )


def _shown(session: Session, found: Sequence) -> list[LetterShown]:
    asked = (
        select(Party.case_id, func.min(Party.name))
        .where(Party.case_id.in_([row.Case.id for row in found] or [0]), Party.role == "petitioner")
        .group_by(Party.case_id)
    )
    people = dict(session.execute(asked).all()) if found else {}
    names = cases.names(session, {row.LetterRead.put_by for row in found if row.LetterRead.put_by}) if found else {}
    return [
        LetterShown(
            id=row.LetterRead.id,
            version=row.LetterRead.version,
            leader_id=row.Leader.id,
            leader=row.Leader.name,
            post=row.Leader.post,
            number=row.Case.number,
            subject=row.Case.subject,
            person=masking.mask_name(people.get(row.Case.id, "")),
            channel=row.Case.channel,
            received_at=row.Case.received_at,
            put_at=row.LetterRead.put_at,
            put_by=names.get(row.LetterRead.put_by, ""),
            how=row.LetterRead.details.get("how", "screen"),
            summary=row.LetterRead.summary,
            state=row.LetterRead.state,
            read_at=row.LetterRead.read_at,
            instructed_at=row.LetterRead.instructed_at,
            words=row.LetterRead.words,
            case=row.Case,
        )
        for row in found
    ]
