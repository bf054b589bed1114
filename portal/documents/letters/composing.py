"""Putting a letter together: its template, its facts in words, and what the record knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.definition import Choice, Day, Flag
from portal.cases.models import Case, Party
from portal.clock import day_of, today
from portal.documents.letters.blocks import Composition, parse
from portal.documents.letters.kinds import KINDS, Kind
from portal.documents.letters.kinds.definition import Issuer
from portal.documents.letters.kinds.desk import rows_of
from portal.documents.letters.models import Letter, LetterService
from portal.documents.letters.serving import METHODS
from portal.organisation.models import Centre, Unit
from portal.statutes.explain import PLAIN_UNITS
from portal.statutes.queries import law
from portal.statutes.rulebook import Rulebook

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NOBODY = "信访人"
RECEIPT = "documents/letters/_service_receipt.html"


def chinese(day: date | None) -> str:
    """2026年11月26日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    made.globals.update(rows=rows_of)
    return made


_TEMPLATES = _environment()


@dataclass(frozen=True)
class Known:
    """What the record says of a letter: its case's number, whom it concerns, whose it is; and what the law of now says."""

    case_number: str
    petitioner: str
    organ: str
    rules: Rulebook

    def limit(self, key: str, day: date) -> str:
        """The number of a verified rule with its unit, "30日"; "" where the law sets none or it was not checked."""
        rule = self.rules.on(key, day)
        return f"{rule.amount}{PLAIN_UNITS[rule.unit]}" if rule.verified and rule.amount is not None else ""

    def citation(self, key: str, day: date) -> str:
        """The article that sets it."""
        return self.rules.on(key, day).citation


def known(session: Session, case: Case, unit_id: int | None) -> Known:
    """The record's own words for a letter of the organ ``unit_id`` (None: the centre) on ``case``."""
    organ = session.get_one(Unit, unit_id).name if unit_id else session.get_one(Centre, case.centre_id).name
    return Known(case.number, petitioner(session, case) or NOBODY, organ, law(session).rules)


def petitioner(session: Session, case: Case) -> str:
    """The petitioner's name, or the first applicant's; "" where none was left."""
    wanted = (
        select(Party.name)
        .where(Party.case_id == case.id, Party.role.in_(("petitioner", "applicant")))
        .order_by(Party.role != "petitioner", Party.id)
        .limit(1)
    )
    return session.scalar(wanted) or ""


def compose(letter: Letter, facts: Mapping[str, Any], record: Known) -> Composition:
    """``letter`` as it stands now, from its ``facts`` as validated (ISO days, option codes)."""
    kind = KINDS[letter.kind]
    words = in_words(kind, facts)
    ended = letter.signed_at or letter.sealed_at
    day = day_of(ended) if ended else today()
    html = _TEMPLATES.get_template(kind.template).render(
        f=words, raw={field.name: facts.get(field.name) for field in kind.fields}, who=record.petitioner,
        case_number=record.case_number, limit=lambda key: record.limit(key, day),
        citation=lambda key: record.citation(key, day),
    )  # fmt: skip
    citizen = kind.issuer is Issuer.CITIZEN
    dated = chinese(day) if ended else ""
    return Composition(
        organ="" if citizen else record.organ,
        number=letter.number,
        title=words[kind.title] if kind.title else kind.label,
        addressee=addressee(kind, words, record),
        blocks=parse(html),
        signer=record.organ if kind.formal else "",
        dated=dated if kind.formal else "",
    )


def addressee(kind: Kind, facts: Mapping[str, Any], record: Known) -> str:
    """主送: the petitioner, the one named in the facts, or nobody."""
    return record.petitioner if kind.to == "petitioner" else str(facts.get(kind.to, "")) if kind.to else ""


def in_words(kind: Kind, facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as a reader reads them: options by label, days in Chinese, empty ones as ""."""
    told = {}
    for field in kind.fields:
        value = facts.get(field.name)
        match field:
            case Choice(options=options):
                told[field.name] = dict(options).get(value or "", "")
            case Day():
                told[field.name] = chinese(date.fromisoformat(value)) if value else ""
            case Flag():
                told[field.name] = "是" if value else "否"
            case _:
                told[field.name] = "" if value is None else str(value)
    return told


def days(kind: Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    """``facts`` with days as dates, as forms take them; a day already one is left."""
    named = {field.name for field in kind.fields if isinstance(field, Day)}
    return {
        name: date.fromisoformat(value) if name in named and isinstance(value, str) and value else value
        for name, value in facts.items()
    }


def receipt(letter: Letter, kept: Composition, service: LetterService | None) -> Composition:
    """送达回证 of ``letter``: filled in from ``service``, or blank for the pen before it."""
    said = service.details if service else {}
    refused = (
        "、".join(part for part in ("拒收", service.witness) if part)
        if service and said.get("outcome") == "refused"
        else ""
    )
    words = {
        "document": kept.title,
        "number": letter.number,
        "addressee": kept.addressee,
        "organ": kept.signer or kept.organ,
        "method": dict(METHODS).get(service.method, "") if service else "",
        "place": service.place if service else "",
        "on": chinese(service.on) if service else "",
        "recipient": service.recipient if service else "",
        "reference": said.get("reference", ""),
        "refusal": refused,
        # only receipt of an opinion starts a right (信访工作条例 第三十五、三十六条); after 复核 there is none
        "right": letter.kind in ("opinion", "review"),
    }
    html = _TEMPLATES.get_template(RECEIPT).render(f=words)
    return Composition(kept.signer or kept.organ, "", "送达回证", "", parse(html), "", "")
