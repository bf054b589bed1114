"""Letters of the demo hall: 机关代字 of the organs that issue, and a 转送函 at each station of its life."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case, Proceeding
from portal.documents.letters import offers, operations
from portal.documents.letters.kinds import KINDS
from portal.organisation.models import Unit
from tests.cast import organs

# short name of the organ → its 机关代字 (invented)
WORDS = {
    "市信访局": "运信访",
    "市政府": "运政信",
    "平陆县信访局": "平信访",
} | organs.WORDS
OFFICE, DRAFTER = "市信访局", "zhangdeliang"
# who does what, in the order of a letter's life; the letters stop one station further each
WAY = (
    ("zhangdeliang", "submit"),
    ("houwenjuan", "check"),
    ("renzhiping", "sign"),
    ("houwenjuan", "number"),
    ("houwenjuan", "seal"),
)


def write(session: Session, staff: dict[str, Actor], now: datetime) -> None:
    """Set the words, and draft a 转送函 on the newest petitions sent on, each one station further than the last."""
    units = {unit.short_name: unit.id for unit in session.scalars(select(Unit).where(Unit.short_name.in_(WORDS)))}
    for name, word in WORDS.items():
        operations.set_word(session, staff["yaoyuhang"], units[name], word, at=now)
    running = (
        select(Case)
        .join(Proceeding, Proceeding.case_id == Case.id)
        .where(Proceeding.platform == "petition", Proceeding.closed_at.is_(None), Case.sensitivity == "normal")
        .order_by(Case.id.desc())
    )
    stations = 0
    for case in session.scalars(running).all():
        facts = _facts(session, staff[DRAFTER], case)
        if facts and stations <= len(WAY):
            _letter(session, staff, case, facts, units[OFFICE], WAY[:stations], now)
            stations += 1


def _facts(session: Session, drafter: Actor, case: Case) -> dict[str, Any] | None:
    """What the record offers for a 转送函; None where the petition was not sent on, or something is not known."""
    known = offers.offered(session, drafter, case, KINDS["referral"])
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}
    whole = all(facts.get(field.name) for field in KINDS["referral"].fields if field.required)
    return facts if whole else None


def _letter(
    session: Session,
    staff: dict[str, Actor],
    case: Case,
    facts: dict[str, Any],
    office: int,
    way: tuple[tuple[str, str], ...],
    now: datetime,
) -> None:
    letter = operations.draft(session, staff[DRAFTER], case, "referral", facts=facts, issuer_unit_id=office, at=now)
    for login, code in way:
        operations.act(session, staff[login], letter.id, code, version=letter.version, at=now)
