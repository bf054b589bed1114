"""补充、更正: what was missing at registration is filled in, what was wrong is corrected; the old value stays in the trail."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import amendments, registry, vocabulary
from portal.cases.models import Case, Demand, Party, Proceeding
from portal.cases.operations import grants, petitioner
from portal.cases.operations.given import MOST_DEMANDS, Amendment, FieldProblems, Refused, StaleVersion
from portal.cases.operations.record import index, note, seal_free_text
from portal.clock import at_hall, day_of, local
from portal.organisation.models import Region, Unit
from portal.organisation.queries import unit_named
from portal.trail import queries as trail

Change = petitioner.Change
COLUMNS = (
    "purpose",
    "category",
    "region_code",
    "headcount",
    "respondent_name",
    "respondent_unit_id",
    "competent_unit_id",
    "earlier_reports",
    "litigation",
    "litigation_detail",
    "address_confirmed",
    "national_number",
    "national_code",
    "national_entered_on",
)
# the matter goes into the 信访信息系统 (第二十一条) even after it was closed here
NATIONAL = ("national_number", "national_code", "national_entered_on")
# between these nobody's protection changes; 检举控告 has its wall from the first moment on or not at all (第三十条第三款)
EXCHANGEABLE = frozenset({"claim", "suggestion", "inquiry"})
LABELLED = {"purpose": vocabulary.PURPOSES, "litigation": vocabulary.LITIGATION}
AMENDING = ("case.amended", "party.added", "case.closed")


def amend(session: Session, actor: Actor, case: Case, *, changes: Amendment, seen: int, at: datetime) -> list[Change]:
    """Fill in or correct; returns (field, old words, new words) of all that changed. ``seen``: the trail the page knew.

    Raises StaleVersion where the case was amended meanwhile, FieldProblems for what may not be so, Refused for nothing
    changed, or for anything but the 信访信息系统 on a closed case.
    """
    session.refresh(case, with_for_update=True)
    _refuse_stale(session, case, seen)
    before = present(case)
    columns = _differing(case, before, changes)
    _check(case, columns, changes)
    made = petitioner.amend(session, actor, case, changes.person, changes.reason, at)
    made += [(name, _words(session, name, before[name]), _words(session, name, new)) for name, new in columns.items()]
    _write(session, case, columns, at)
    if before["competent_unit_id"] is None and columns.get("competent_unit_id") and _handed_over(session, case):
        grants.grant(session, case, grants.unit_scope(case.competent_unit_id), why="有权处理单位", at=at)
    made += _add(session, case, changes, at)
    if not made:
        raise Refused("没有改动，不需要保存。")
    words = {"changes": made, "was": {name: _plain(before[name]) for name in columns}, "reason": changes.reason}
    note(session, case, "case.amended", actor, at, data={"fields": [name for name, _, _ in made]}, words=words)
    index(session, case)
    return made


def hand_over(session: Session, actor: Actor, case: Case, organ: str, *, why: str, at: datetime) -> None:
    """The organ called ``organ`` has the matter from now on: it is the 有权处理单位, and its people may read the matter.

    Letters and reminders hang on it, so an organ that is not among the units leaves none, never the one before. A matter
    behind a wall is left as it is: what is accused must not learn of it by being named (信访工作条例 第三十条第三款).
    """
    if case.sensitivity != "normal":
        return
    unit_id = unit_named(session, organ)
    if unit_id != case.competent_unit_id:
        name, before = "competent_unit_id", case.competent_unit_id
        changed = (name, _words(session, name, before), _words(session, name, unit_id))
        _write(session, case, {name: unit_id}, at)
        unknown = "" if unit_id else "（在机构库中不能确定）"
        words = {"changes": [changed], "was": {name: before}, "reason": f"{why}：{organ}{unknown}"}
        note(session, case, "case.amended", actor, at, data={"fields": [name]}, words=words)
    if unit_id:
        grants.grant(session, case, grants.unit_scope(unit_id), why=why, at=at)


def _handed_over(session: Session, case: Case) -> bool:
    """Whether a step has handed the matter on already, to an organ by a name that was not among the units."""
    wanted = select(Proceeding.platform, Proceeding.data).where(Proceeding.case_id == case.id, Proceeding.level == "")
    named = (data.get(step.hands) for code, data in session.execute(wanted) for step in registry.platform(code).steps)
    return case.sensitivity == "normal" and any(named)


def present(case: Case) -> dict[str, Any]:
    """The present values of COLUMNS."""
    entered = case.national_entered_at
    return {
        name: (day_of(entered) if entered else None) if name == "national_entered_on" else getattr(case, name)
        for name in COLUMNS
    }


def overtaken(session: Session, case: Case, seen: int) -> dict[str, Any]:
    """Columns that others changed after ``seen`` → what they were before (JSON-able), for a form made before that."""
    found: dict[str, Any] = {}
    for entry in trail.entries(session, f"case:{case.id}", kinds=("case.amended",)):
        if entry.seq > seen:
            found = entry.words.get("was", {}) | found
    return found


def _refuse_stale(session: Session, case: Case, seen: int) -> None:
    later = [entry for entry in trail.entries(session, f"case:{case.id}", kinds=AMENDING) if entry.seq > seen]
    if later:
        raise StaleVersion([_line(entry) for entry in later], later[-1].seq)


def _line(entry: trail.Entry) -> str:
    if entry.kind == "case.closed":
        title, detail = "事项已办结", ""
    else:
        tell = amendments.told if entry.kind == "case.amended" else amendments.party_told
        title, detail = tell(entry)
    return f"{local(entry.at):%H:%M} {title}" + (f"（{detail}）" if detail else "")


def _differing(case: Case, before: dict[str, Any], changes: Amendment) -> dict[str, Any]:
    columns = {name: new for name, new in changes.columns.items() if (new or None) != (before[name] or None)}
    if case.closed_at and (set(columns) - set(NATIONAL) or changes.person or changes.facts or changes.demands):
        raise Refused("事项已办结，只能补录信访信息系统的编号、查询码和日期；其他情况请登记新事项并关联。")
    return columns


def _check(case: Case, columns: dict[str, Any], changes: Amendment) -> None:
    problems = {}
    purposes = {columns.get("purpose", case.purpose), case.purpose}
    if len(purposes) > 1 and not purposes <= EXCHANGEABLE:
        problems["purpose"] = "检举控告须单独登记、单独流转，不能由补充更正改入或改出。"
    if columns.get("litigation", case.litigation) not in dict(vocabulary.LITIGATION):
        problems["litigation"] = "请从所列各项中选择。"
    if columns.get("headcount", case.headcount) is None or columns.get("headcount", case.headcount) < 1:
        problems["headcount"] = "涉及人数至少为 1。"
    if problems:
        raise FieldProblems(problems)


def _write(session: Session, case: Case, columns: dict[str, Any], at: datetime) -> None:
    for name, new in columns.items():
        if name == "national_entered_on":
            case.national_entered_at = at_hall(new) if new else None
        elif name == "earlier_reports":
            case.earlier_reports = seal_free_text(session, case, new)
        else:
            setattr(case, name, new)
    if columns.get("national_number") and case.national_entered_at is None:
        case.national_entered_at = at
    if "respondent_name" in columns:
        _name_respondent(session, case)
    session.flush()


def _name_respondent(session: Session, case: Case) -> None:
    party = session.scalar(select(Party).where(Party.case_id == case.id, Party.role == "respondent").limit(1))
    if party and case.respondent_name:
        party.name = case.respondent_name[:60]
    elif party:
        session.delete(party)
    elif case.respondent_name:
        session.add(Party(case_id=case.id, name=case.respondent_name[:60], role="respondent"))


def _add(session: Session, case: Case, changes: Amendment, at: datetime) -> list[Change]:
    """Further facts and demands, after those that were recorded: the recorded words are never touched."""
    made: list[Change] = []
    if changes.facts.strip():
        further = seal_free_text(session, case, changes.facts.strip())
        case.facts = "\n\n".join(part for part in (case.facts, f"【{local(at):%Y-%m-%d %H:%M} 补充】{further}") if part)
        made.append(("facts", "", further))
    asked = [text.strip() for text in changes.demands if text.strip()]
    if asked:
        wanted = select(func.coalesce(func.max(Demand.position), 0)).where(Demand.case_id == case.id)
        last = session.scalar(wanted)
        if last + len(asked) > MOST_DEMANDS:
            raise FieldProblems({"demands": f"诉求最多{MOST_DEMANDS}项，已有 {last} 项。"})
        sealed = [seal_free_text(session, case, text)[:500] for text in asked]
        session.add_all(
            Demand(case_id=case.id, position=at_, text=text, results=[]) for at_, text in enumerate(sealed, last + 1)
        )
        made.append(("demands", "", "、".join(sealed)))
    return made


def _words(session: Session, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name in LABELLED:
        return "" if name == "litigation" and value == "none" else vocabulary.label(LABELLED[name], value)
    if name == "region_code":
        region = session.get(Region, value)
        return region.name if region else value
    if name.endswith("_unit_id"):
        unit = session.get(Unit, value)
        return unit.name if unit else ""
    if isinstance(value, bool):
        return "已确认" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
