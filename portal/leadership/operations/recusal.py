"""回避: whether a leader may receive a matter at all (信访工作条例 第二十八条第三款、第三十条第三款)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import recusals
from portal.cases.models import Case, Party
from portal.leadership.models import Leader
from portal.organisation.models import Unit
from portal.people.identity import normalise_name

ACCUSED, DECLARED, SAME_NAME, OWN_UNIT = "accused", "declared", "same_name", "own_unit"


@dataclass(frozen=True)
class Conflict:
    """Something that stands between a leader and a matter. ``says`` is one Chinese sentence with its article.

    ``waivable``: a named person may decide in writing that it is no direct interest (a namesake, a mere office); a declared
    interest (应当回避) and an accusation against the leader or the leader's unit never are.
    """

    kind: str
    says: str
    waivable: bool


def conflicts(session: Session, leader: Leader, case: Case) -> list[Conflict]:
    """What stands between ``leader`` and ``case``, the gravest first."""
    return conflicts_of(session, leader, [case])[case.id]


def conflicts_of(session: Session, leader: Leader, cases: Sequence[Case]) -> dict[int, list[Conflict]]:
    """The same for several matters, in three queries however many they are; by the case's id."""
    if not cases:
        return {}
    parties: dict[int, list[tuple[str, str]]] = {}
    wanted = select(Party.case_id, Party.name, Party.role).where(Party.case_id.in_([case.id for case in cases]))
    for case_id, name, role in session.execute(wanted):
        parties.setdefault(case_id, []).append((normalise_name(name), role))
    kept = recusals.kept_from(session, [case.id for case in cases], leader.account_id, leader.name)
    unit = session.get(Unit, leader.unit_id) if leader.unit_id else None
    names = tuple(normalise_name(each) for each in (unit.name, unit.short_name)) if unit else ()
    return {case.id: _found(leader, names, case, parties.get(case.id, []), case.id in kept) for case in cases}


def blocking(found: Iterable[Conflict]) -> list[Conflict]:
    """Those that nobody can waive."""
    return [each for each in found if not each.waivable]


def _found(
    leader: Leader, unit_names: tuple[str, ...], case: Case, parties: list[tuple[str, str]], declared: bool
) -> list[Conflict]:
    accused = normalise_name(case.respondent_name)
    name = normalise_name(leader.name)
    own = leader.unit_id is not None and leader.unit_id == case.respondent_unit_id
    # an organ that is not in the table of units is named in words only
    own = own or any(each and each in accused for each in unit_names)
    against = own or (bool(name) and name in accused) or any(n == name and role == "respondent" for n, role in parties)
    if case.sensitivity == "accusation" and against:
        words = f"这件检举、控告涉及{leader.name}或其所在单位，不得由其接访（信访工作条例第三十条第三款）。"
        return [Conflict(ACCUSED, words, waivable=False)]
    found = []
    if declared:
        words = f"{leader.name}已对此事申明回避或者被决定回避（信访工作条例第二十八条第三款）。"
        found.append(Conflict(DECLARED, words, waivable=False))
    if name and (name in accused or any(each == name for each, _ in parties)):
        words = f"事项的当事人或被反映人与{leader.name}同名，请核实是否本人（信访工作条例第二十八条第三款）。"
        found.append(Conflict(SAME_NAME, words, waivable=True))
    if own:
        words = f"被反映单位是{leader.name}所在单位，请核实有无直接利害关系（信访工作条例第二十八条第三款）。"
        found.append(Conflict(OWN_UNIT, words, waivable=True))
    elif leader.unit_id is not None and leader.unit_id == case.competent_unit_id:
        words = f"有权处理单位是{leader.name}所在单位，请核实有无直接利害关系（信访工作条例第二十八条第三款）。"
        found.append(Conflict(OWN_UNIT, words, waivable=True))
    return found
