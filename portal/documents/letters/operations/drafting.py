"""拟稿: the required contents are enforced when the draft is kept, so that nothing incomplete can go to be checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.models import Case, Proceeding
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.proceedings import validated
from portal.documents.letters import issuers, life
from portal.documents.letters.kinds import KINDS, Kind
from portal.documents.letters.models import Letter
from portal.documents.letters.operations import extending
from portal.documents.letters.operations.shared import keep_wall, kept, locked, tell


def draft(
    session: Session,
    actor: Actor,
    case: Case,
    kind_code: str,
    *,
    facts: Mapping[str, Any],
    issuer_unit_id: int | None,
    at: datetime,
) -> Letter:
    """A new letter on ``case``. ``facts`` as step forms give them. Raises Refused, FieldProblems."""
    kind = KINDS.get(kind_code)
    if kind is None:
        raise Refused("没有这种文书。")
    if not actor.may(Permission.CASE_RECORD):
        raise Refused("您没有拟稿的权限。")
    platform = platform_of(session, actor, case, kind)
    values = _checked(session, actor, case, kind, facts, issuer_unit_id, at)
    return new_letter(
        session, actor, case, kind, platform, values, issuer_unit_id=issuer_unit_id, authors=[actor.id], at=at
    )


def new_letter(
    session: Session,
    actor: Actor,
    case: Case,
    kind: Kind,
    platform: str,
    facts: Mapping[str, Any],
    *,
    issuer_unit_id: int | None,
    authors: list[int],
    at: datetime,
    replaces_id: int | None = None,
    why: str = "",
) -> Letter:
    """The row and its event; ``facts`` are validated already (or those of the letter that is corrected)."""
    letter = Letter(
        centre_id=case.centre_id,
        case_id=case.id,
        platform=platform,
        kind=kind.code,
        state="draft",
        issuer_unit_id=issuer_unit_id,
        facts=kept(facts),
        authors=authors,
        drafted_by=actor.id,
        drafted_at=at,
        replaces_id=replaces_id,
        note=why,
        version=0,
    )
    session.add(letter)
    session.flush()
    data = {"issuer_unit_id": issuer_unit_id, "replaces_id": replaces_id}
    tell(session, case, letter, "letter.drafted", actor, at, data=data, words={"facts": letter.facts, "why": why})
    return letter


def revise(
    session: Session,
    actor: Actor,
    letter_id: int,
    *,
    version: int,
    facts: Mapping[str, Any],
    issuer_unit_id: int | None,
    at: datetime,
) -> Letter:
    """Change a draft; who does is among its authors from then on. Raises Refused, FieldProblems, StaleVersion."""
    letter, case = locked(session, letter_id, version)
    if not life.may_edit(actor, letter):
        raise Refused(f"这份文书现为“{life.state_label(letter)}”，不能再改；需要更正的请作废或者更正重发。")
    kind = KINDS[letter.kind]
    letter.facts = kept(_checked(session, actor, case, kind, facts, issuer_unit_id, at))
    letter.issuer_unit_id = issuer_unit_id
    letter.authors = sorted({*letter.authors, actor.id})
    data = {"issuer_unit_id": issuer_unit_id}
    tell(session, case, letter, "letter.revised", actor, at, data=data, words={"facts": letter.facts})
    return letter


def platform_of(session: Session, actor: Actor, case: Case, kind: Kind) -> str:
    """Whose procedure the letter belongs to: the actor's own first, never a closed-off one of somebody else's."""
    running = list(
        session.scalars(select(Proceeding.platform).where(Proceeding.case_id == case.id).order_by(Proceeding.id))
    )
    fitting = [
        code
        for code in running
        if (not kind.platforms or code in kind.platforms)
        and (code in actor.platforms or not registry.platform(code).sealed)
    ]
    if not fitting:
        raise Refused(f"本事项没有可以出具“{kind.label}”的程序。")
    return next((code for code in fitting if code in actor.platforms), fitting[0])


def _checked(
    session: Session,
    actor: Actor,
    case: Case,
    kind: Kind,
    facts: Mapping[str, Any],
    issuer_unit_id: int | None,
    at: datetime,
) -> dict[str, Any]:
    values = validated(kind.fields, dict(facts), at)
    problems = kind.guard(values) if kind.guard else {}
    if kind.extends and not problems:
        problems = extending.above_the_cap(session, case, kind.extends, values)
    if problems:
        raise FieldProblems(problems)
    if kind.formal and issuer_unit_id not in {each.id for each in issuers.candidates(session, actor, case, kind)}:
        raise FieldProblems({"issuer": f"“{kind.label}”须由{kind.issuer.label}出具。"})
    if not kind.formal and issuer_unit_id is not None:
        raise Refused(f"“{kind.label}”不由机关、单位签发。")
    keep_wall(session, case, kind, values, issuer_unit_id)
    return values
