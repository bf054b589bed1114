"""Letters of the demo hall: 机关代字 of the organs that issue, and a 转送函 at each station of its life."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case, Proceeding
from portal.documents.letters import offers, operations
from portal.documents.letters.kinds import KINDS
from portal.organisation.models import Unit

# short name of the organ → its 机关代字 (invented)
WORDS = {
    "市信访局": "运信访",
    "市政府": "运政信",
    "市自然资源和规划局": "运自然资信",
    "市住房和城乡建设局": "运住建信",
    "平陆县信访局": "平信访",
}
OFFICE = "市信访局"
# who does what, in the order of a letter's life; the letters stop one station further each
WAY = (
    ("zhangdeliang", "submit"),
    ("houwenjuan", "check"),
    ("renzhiping", "sign"),
    ("houwenjuan", "number"),
    ("houwenjuan", "seal"),
)


def write(session: Session, staff: dict[str, Actor], now: datetime) -> None:
    """Set the words, and draft a 转送函 on the newest referred petitions, each one station further than the last."""
    units = {unit.short_name: unit.id for unit in session.scalars(select(Unit).where(Unit.short_name.in_(WORDS)))}
    for name, word in WORDS.items():
        operations.set_word(session, staff["yaoyuhang"], units[name], word, at=now)
    referred = (
        select(Case)
        .join(Proceeding, Proceeding.case_id == Case.id)
        .where(Proceeding.platform == "petition", Proceeding.state == "referred", Case.sensitivity == "normal")
        .order_by(Case.id.desc())
        .limit(len(WAY) + 1)
    )
    for stations, case in enumerate(session.scalars(referred).all()):
        _letter(session, staff, case, units[OFFICE], WAY[:stations], now)


def _letter(
    session: Session, staff: dict[str, Actor], case: Case, office: int, way: tuple[tuple[str, str], ...], now: datetime
) -> None:
    drafter = staff["zhangdeliang"]
    known = offers.offered(session, drafter, case, KINDS["referral"])
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}
    if not all(facts.get(field.name) for field in KINDS["referral"].fields if field.required):
        return
    letter = operations.draft(session, drafter, case, "referral", facts=facts, issuer_unit_id=office, at=now)
    for login, code in way:
        operations.act(session, staff[login], letter.id, code, version=letter.version, at=now)
