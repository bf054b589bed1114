"""Filling the working calendar, and changes of calendar and rules that are drafted, rehearsed and then published."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.clock import day_of
from portal.statutes.errors import StatuteError
from portal.statutes.models import Holiday, RuleVersion, StatuteDraft
from portal.statutes.notices import replaced
from portal.statutes.queries import days_of_year, law, undecided
from portal.statutes.table import Rule, cells_of, from_cells
from portal.statutes.workdays import Entry, published_entries
from portal.trail import operations as trail

CALENDAR, RULES = "calendar", "rules"
DRAFT, SCHEDULED, PUBLISHED, DISCARDED = "draft", "scheduled", "published", "discarded"


class DraftRefused(Exception):
    """It cannot be done with this draft now; the message is a Chinese sentence, ``field`` where it belongs."""

    def __init__(self, message: str, field: str = "reason") -> None:
        super().__init__(message)
        self.field = field


def load_published(session: Session, at: datetime) -> int:
    """Bring the published years into the Holiday table; ``at`` is aware. Returns how many rows were added or corrected.

    A row that carries a notice number was typed from the notice itself and is left alone, and so is a year whose notice was
    recorded whole. Running it twice changes nothing.
    """
    held = {holiday.date: holiday for holiday in session.scalars(select(Holiday))}
    typed = {day.year for day, row in held.items() if row.notice and (day.month, day.day) == (1, 1)}
    changed, missing = 0, []
    for entry in published_entries():
        row = held.get(entry.day)
        if entry.day.year in typed:
            continue
        if row is None:
            stated = {"kind": entry.kind, "name": entry.name, "notice": entry.notice}
            missing.append({"date": entry.day, **stated, "loaded_at": at})
        elif row.notice or (row.kind, row.name) == (entry.kind, entry.name):
            continue
        else:
            row.kind, row.name, row.loaded_at = entry.kind, entry.name, at
        changed += 1
    if missing:
        session.execute(insert(Holiday), missing)
    session.flush()
    return changed


def draft_calendar(
    session: Session, actor: Actor, year: int, notice: str, entries: Iterable[Entry], *, at: datetime
) -> StatuteDraft:
    """Keep a whole notice as a draft; nothing counts by it yet. The same notice again gives the draft there is.

    Raises DraftRefused where the calendar already has exactly this.
    """
    content = [[entry.day.isoformat(), entry.kind, entry.name] for entry in entries]
    now = {(row.day.isoformat(), row.kind, row.name, row.notice) for row in days_of_year(session, year)}
    if now == {(*day, notice) for day in content if day[0].startswith(str(year))}:
        raise DraftRefused(f"{year} 年的日历已与这份通知完全一致，不需要再录入。", "notice")
    for draft in undecided(session, actor.centre_id):
        if (draft.kind, draft.year, draft.notice, draft.content) == (CALENDAR, year, notice, content):
            return draft
    draft = StatuteDraft(kind=CALENDAR, year=year, notice=notice, content=content)
    return _keep(session, actor, draft, at, {"year": year, "notice": notice, "days": len(content)})


def draft_rules(session: Session, actor: Actor, rules: Iterable[Rule], *, at: datetime) -> StatuteDraft:
    """Keep further versions of rules as a draft. The same again gives the draft there is.

    Raises DraftRefused where they do not fit the versions there are.
    """
    given = list(rules)
    try:
        law(session).rules.after(given)
    except StatuteError as problem:
        raise DraftRefused(f"{problem}。", "file") from None
    content = [cells_of(rule) for rule in given]
    for draft in undecided(session, actor.centre_id):
        if (draft.kind, draft.content) == (RULES, content):
            return draft
    draft = StatuteDraft(kind=RULES, content=content)
    stated = [[rule.key, rule.version] for rule in given]
    return _keep(session, actor, draft, at, {"rules": stated})


def keep_result(
    session: Session, actor: Actor, draft_id: int, base: str, result: dict[str, Any], *, at: datetime
) -> StatuteDraft:
    """Store what a rehearsal found, and with which ``base`` (base_of) it compared. Raises DraftRefused for a decided draft."""
    draft = _undecided(session, actor, draft_id)
    draft.result, draft.base, draft.rehearsed_at = result, base, at
    session.flush()
    counts = {name: value for name, value in result.items() if isinstance(value, int)}
    _note(session, draft, "statute.rehearsed", actor, at, counts)
    return draft


def discard(session: Session, actor: Actor, draft_id: int, *, at: datetime) -> StatuteDraft:
    """Put a draft, or a calendar that waits for its day, away; it stays readable. Raises DraftRefused for any other."""
    draft = _undecided(session, actor, draft_id, (DRAFT, SCHEDULED))
    draft.state, draft.decided_at, draft.decided_by = DISCARDED, at, actor.id
    session.flush()
    _note(session, draft, "statute.discarded", actor, at, {})
    return draft


def publish(
    session: Session, actor: Actor, draft_id: int, effective_on: date | None, reason: str, *, at: datetime
) -> StatuteDraft:
    """Let a rehearsed draft count. Clocks follow by cases.recompute; here none moves.

    A calendar counts from ``effective_on``, today or later (until then it is scheduled). Rules count for what starts on or
    after the first day their rows state, so ``effective_on`` is None. Raises DraftRefused: decided by somebody else, not
    rehearsed, or calendar and rules have changed since the rehearsal.
    """
    draft = _undecided(session, actor, draft_id)
    if draft.rehearsed_at is None:
        raise DraftRefused("请先推演，看清哪些事项会移动，再发布。")
    if draft.base != base_of(session):
        raise DraftRefused("推演之后日历或期限已有变化，请重新推演后再发布。")
    today = day_of(at)
    if draft.kind == CALENDAR:
        effective_on = effective_on or today
        if effective_on < today:
            raise DraftRefused("日历从发布起计算，生效日不能早于今天。", "effective_on")
    else:
        effective_on = min(date.fromisoformat(cells["valid_from"]) for cells in draft.content)
    draft.effective_on, draft.reason, draft.decided_at, draft.decided_by = effective_on, reason, at, actor.id
    draft.state = PUBLISHED if draft.kind == RULES or effective_on == today else SCHEDULED
    data = {"kind": draft.kind, "effective_on": effective_on.isoformat()}
    if draft.state == PUBLISHED:
        data |= _apply(session, draft, at)
    session.flush()
    _note(session, draft, "statute.published", actor, at, data, {"reason": reason})
    return draft


def put_into_force(session: Session, at: datetime) -> int:
    """Let scheduled calendars count whose day has come, of every centre. Returns how many."""
    due = select(StatuteDraft).where(StatuteDraft.state == SCHEDULED, StatuteDraft.effective_on <= day_of(at))
    drafts = list(session.scalars(due.order_by(StatuteDraft.effective_on, StatuteDraft.id).with_for_update()))
    for draft in drafts:
        draft.state = PUBLISHED
        _note(session, draft, "statute.in_force", None, at, _apply(session, draft, at))
    session.flush()
    return len(drafts)


def base_of(session: Session) -> str:
    """What names the calendar and the rules of now."""
    now = law(session)
    return f"{now.calendar_version}|{now.rules_version}"


def _apply(session: Session, draft: StatuteDraft, at: datetime) -> dict[str, Any]:
    if draft.kind == CALENDAR:
        return _apply_calendar(session, draft, at)
    rules = [from_cells(cells) for cells in draft.content]
    for rule in rules:
        row = {"key": rule.key, "valid_from": rule.valid_from, "cells": cells_of(rule)}
        session.add(RuleVersion(**row, draft_id=draft.id, published_at=at))
    return {"rules": [[rule.key, rule.version] for rule in rules]}


def _apply_calendar(session: Session, draft: StatuteDraft, at: datetime) -> dict[str, Any]:
    """Put the year's days in the place of those there were; a day of the year before that the notice touches, too."""
    old = days_of_year(session, draft.year)
    before = next((row.notice for row in old if (row.day.month, row.day.day) == (1, 1)), "")
    days = [(date.fromisoformat(day), kind, name) for day, kind, name in draft.content]
    gone = replaced([*days_of_year(session, draft.year - 1), *old], draft.year) | {day for day, _kind, _name in days}
    session.execute(delete(Holiday).where(Holiday.date.in_(gone)))
    session.add_all(
        Holiday(date=day, kind=kind, name=name, notice=draft.notice, loaded_at=at) for day, kind, name in days
    )
    return {"year": draft.year, "notice": draft.notice, "notice_before": before, "days_before": len(old)}


def _undecided(session: Session, actor: Actor, draft_id: int, states: tuple[str, ...] = (DRAFT,)) -> StatuteDraft:
    """The draft, with every undecided one held: of two that publish at the same moment the second sees what the first did."""
    held = select(StatuteDraft).where(StatuteDraft.state.in_(states)).order_by(StatuteDraft.id).with_for_update()
    found = {draft.id: draft for draft in session.scalars(held, execution_options={"populate_existing": True})}
    draft = found.get(draft_id)
    if draft is None or draft.centre_id != actor.centre_id:
        raise DraftRefused("这份草稿已经发布或作废，请返回列表查看。")
    return draft


def _keep(session: Session, actor: Actor, draft: StatuteDraft, at: datetime, data: dict[str, Any]) -> StatuteDraft:
    draft.centre_id, draft.made_at, draft.made_by = actor.centre_id, at, actor.id
    session.add(draft)
    session.flush()
    _note(session, draft, "statute.drafted", actor, at, {"kind": draft.kind, **data})
    return draft


def _note(
    session: Session,
    draft: StatuteDraft,
    kind: str,
    actor: Actor | None,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> None:
    trail.append(
        session,
        f"centre:{draft.centre_id}",
        kind,
        centre_id=draft.centre_id,
        actor_id=actor.id if actor else None,
        at=at,
        data={"draft_id": draft.id, **data},
        words=words,
    )
