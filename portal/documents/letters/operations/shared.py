"""What every act on a letter needs: the letter under lock, its facts, its event, the wall of 检举."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.operations.record import note
from portal.documents.letters import life
from portal.documents.letters.kinds import KINDS, Kind
from portal.documents.letters.models import Letter
from portal.organisation.models import Unit

# facts that say where the matter goes: none of them may be who is accused (信访工作条例 第三十条第三款)
DESTINATIONS = ("addressee", "unit", "competent", "informed", "authority", "led_to", "organ")
WALL = "不得将检举、揭发材料以及有关情况透露或者转给被检举、揭发的人员或者单位（信访工作条例第三十条第三款）。"


def locked(session: Session, letter_id: int, version: int) -> tuple[Letter, Case]:
    """The letter and its case, the case's row locked first as everywhere. Raises Refused, StaleVersion."""
    case_id = session.scalar(select(Letter.case_id).where(Letter.id == letter_id))
    if case_id is None:
        raise Refused("没有这份文书。")
    case = session.get_one(Case, case_id, with_for_update=True)
    letter = session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter.version != version:
        raise StaleVersion([f"这份文书已有变化，现为“{life.state_label(letter)}”，请核对。"], letter.version)
    return letter, case


def facts_of(letter: Letter) -> dict[str, Any]:
    """The facts as validated."""
    return json.loads(letter.facts)


def kept(facts: Mapping[str, Any]) -> str:
    """``facts`` as they are stored."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)


def tell(
    session: Session,
    case: Case,
    letter: Letter,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    data: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
) -> None:
    """Write the event; the letter's version rises with it."""
    letter.version += 1
    session.flush()
    stated = {
        "letter_id": letter.id,
        "letter": letter.kind,
        "label": KINDS[letter.kind].label,
        "platform": letter.platform,
        "state": letter.state,
        "number": letter.number,
        **(data or {}),
    }
    note(session, case, kind, actor, at, data=stated, words={k: v for k, v in (words or {}).items() if v} or None)


def keep_wall(session: Session, case: Case, kind: Kind, facts: Mapping[str, Any], issuer_unit_id: int | None) -> None:
    """检举控告: neither issued by nor sent to who is accused. Raises Refused, FieldProblems."""
    if case.sensitivity != "accusation":
        return
    if issuer_unit_id is not None and issuer_unit_id == case.respondent_unit_id:
        raise Refused(WALL)
    unit = session.get(Unit, case.respondent_unit_id) if case.respondent_unit_id else None
    accused = {case.respondent_name, *((unit.name, unit.short_name) if unit else ())} - {""}
    problems = {
        field.name: WALL
        for field in kind.fields
        if field.name in DESTINATIONS and any(_same(name, str(facts.get(field.name) or "")) for name in accused)
    }
    if problems:
        raise FieldProblems(problems)


def _same(accused: str, named: str) -> bool:
    return bool(named) and (accused in named or (len(named) > 1 and named in accused))
