"""A change is drafted, rehearsed on the open cases, and published: nothing moves before, everything is told afterwards."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import database
from portal.access.permissions import Role
from portal.cases import recomputing, rehearsal
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import clocks
from portal.cases.rehearsal import Move
from portal.statutes import operations, queries
from portal.statutes.models import Holiday, RuleVersion, StatuteDraft
from portal.statutes.operations import DraftRefused
from portal.statutes.table import Rule
from portal.statutes.workdays import Entry
from portal.trail.models import Event
from tests.cases.conftest import MONDAY, Hall, actor, registered
from tests.cases.desk import counted
from tests.statutes.arrangement import NOTICE, entries

LATER = MONDAY + timedelta(hours=1)
ADMIN, OTHER = actor(21, Role.SYSTEM_ADMIN), actor(22, Role.SYSTEM_ADMIN)


def started(case: Case, key: str, on: date) -> int:
    with database.write() as writing:
        proceeding = writing.scalars(select(Proceeding).where(Proceeding.case_id == case.id)).one()
        return clocks.start(writing, writing.get_one(Case, case.id), proceeding, key, on).id


def drafted(by=ADMIN, notice: str = NOTICE, days: tuple[Entry, ...] | None = None) -> int:
    with database.write() as writing:
        return operations.draft_calendar(writing, by, 2027, notice, days or entries(), at=LATER).id


def longer(days: int = 20, since: date = date(2026, 11, 24)) -> Rule:
    """The dispatch period as a law that nobody has made would set it."""
    held = queries.rulebook.own().newest("petition.dispatch")
    return replace(held, amount=days, valid_from=since, article="试第一条")


def drafted_rule(rule: Rule | None = None) -> int:
    with database.write() as writing:
        return operations.draft_rules(writing, ADMIN, [rule or longer()], at=LATER).id


def rehearsed(draft_id: int, by=ADMIN) -> dict:
    with database.write() as writing:
        base = operations.base_of(writing)
        result = rehearsal.rehearse(writing, writing.get_one(StatuteDraft, draft_id))
        operations.keep_result(writing, by, draft_id, base, result, at=LATER)
    return result


def published(draft_id: int, by=ADMIN, on: date | None = None, at=LATER) -> None:
    with database.write() as writing:
        operations.publish(writing, by, draft_id, on, "国务院办公厅通知已到", at=at)


def told(session: Session) -> list[str]:
    wanted = select(Event.kind).where(Event.chain == "centre:1", Event.kind.like("statute.%")).order_by(Event.seq)
    return list(session.scalars(wanted))


def test_a_calendar_is_rehearsed_then_published_and_the_clock_moves_with_events(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    clock_id = started(case, "petition.objection", date(2026, 12, 30))
    started(case, "petition.conclude", date(2026, 11, 23))
    draft_id = drafted()
    result = rehearsed(draft_id)
    counts = {name: result[name] for name in ("checked", "moved", "confirmed", "opened", "left_out", "uncounted")}
    assert counts == {"checked": 3, "moved": 1, "confirmed": 1, "opened": 0, "left_out": 0, "uncounted": 0}
    [move] = [Move.read(kept) for kept in result["moves"]]
    assert move == Move("petition.objection", date(2026, 12, 30), date(2027, 1, 6), date(2027, 1, 7), 1, 1, None)
    assert rehearsal.cases_of(session, 1, move) == ([case.number], 0, None)
    assert recomputing.recompute_all(1, LATER) == 0  # a draft counts for nothing
    published(draft_id)
    assert recomputing.recompute_all(1, LATER) == 2
    session.expire_all()
    held = session.get_one(Clock, clock_id)
    assert (held.effective_due, held.provisional) == (date(2027, 1, 7), False)
    assert [(row.year, row.notice) for row in queries.years(session)][:2] == [(2027, NOTICE), (2026, "")]
    assert told(session) == ["statute.drafted", "statute.rehearsed", "statute.published"]


def test_a_draft_must_be_rehearsed_and_can_be_put_away(session: Session, hall: Hall) -> None:
    draft_id = drafted()
    with pytest.raises(DraftRefused, match="先推演"):
        published(draft_id)
    with database.write() as writing:
        operations.discard(writing, ADMIN, draft_id, at=LATER)
    with pytest.raises(DraftRefused, match="已经发布或作废"):
        published(draft_id)
    assert 2027 not in queries.law(session).calendar.years
    assert told(session) == ["statute.drafted", "statute.discarded"]


def test_the_same_upload_twice_is_one_draft_and_afterwards_none(session: Session, hall: Hall) -> None:
    draft_id = drafted()
    assert drafted(by=OTHER) == draft_id
    rehearsed(draft_id)
    published(draft_id)
    with pytest.raises(DraftRefused, match="完全一致") as refused:
        drafted()
    assert refused.value.field == "notice"
    assert session.scalar(select(func.count()).select_from(StatuteDraft)) == 1


def test_of_two_administrators_the_second_must_look_again(session: Session, hall: Hall) -> None:
    corrected = tuple(entry for entry in entries() if entry.day != date(2027, 10, 9))
    first, second = drafted(), drafted(by=OTHER, notice="试〔2026〕2号", days=corrected)
    rehearsed(first)
    rehearsed(second, by=OTHER)
    published(first)
    with pytest.raises(DraftRefused, match="重新推演"):
        published(second, by=OTHER)
    with pytest.raises(DraftRefused, match="已经发布"):
        published(first, by=OTHER)
    rehearsed(second, by=OTHER)
    published(second, by=OTHER)
    session.expire_all()
    assert session.get(Holiday, date(2027, 10, 9)) is None
    assert set(session.scalars(select(Holiday.notice).where(Holiday.date >= date(2027, 1, 1)))) == {"试〔2026〕2号"}


def test_a_calendar_may_wait_for_its_day(session: Session, hall: Hall) -> None:
    draft_id = drafted()
    rehearsed(draft_id)
    with pytest.raises(DraftRefused, match="不能早于今天") as refused:
        published(draft_id, on=date(2026, 11, 22))
    assert refused.value.field == "effective_on"
    published(draft_id, on=date(2026, 12, 1))
    recomputing.recompute_all(1, LATER)
    assert 2027 not in queries.law(session).calendar.years
    recomputing.recompute_all(1, LATER + timedelta(days=8))
    session.expire_all()
    assert 2027 in queries.law(session).calendar.years
    assert session.get_one(StatuteDraft, draft_id).state == "published"
    assert told(session)[-1] == "statute.in_force"


def test_a_calendar_that_waits_can_be_taken_back(session: Session, hall: Hall) -> None:
    draft_id = drafted()
    rehearsed(draft_id)
    published(draft_id, on=date(2026, 12, 1))
    with database.write() as writing:
        operations.discard(writing, OTHER, draft_id, at=LATER)
    recomputing.recompute_all(1, LATER + timedelta(days=30))
    assert 2027 not in queries.law(session).calendar.years
    with pytest.raises(DraftRefused, match="已经发布或作废"), database.write() as writing:
        operations.discard(writing, ADMIN, draft_id, at=LATER)


def test_another_centres_draft_is_nobodys_here(session: Session, hall: Hall) -> None:
    draft_id = drafted()
    stranger = replace(ADMIN, centre_id=2)
    assert queries.draft(session, 2, draft_id) is None
    with pytest.raises(DraftRefused), database.write() as writing:
        operations.discard(writing, stranger, draft_id, at=LATER)


def test_a_new_rule_counts_from_its_day_and_old_matters_keep_the_old_one(session: Session, hall: Hall) -> None:
    old, late = registered(hall.clerk), registered(hall.clerk)
    young = started(late, "petition.dispatch", date(2026, 11, 24))
    draft_id = drafted_rule()
    result = rehearsed(draft_id)
    assert (result["checked"], result["moved"], result["old_rule"]) == (3, 1, 2)
    [move] = [Move.read(kept) for kept in result["moves"]]
    assert (move.before, move.after, move.days) == (date(2026, 12, 9), date(2026, 12, 14), 5)
    published(draft_id)
    assert recomputing.recompute_all(1, LATER) == 1
    session.expire_all()
    held = session.get_one(Clock, young)
    assert (held.effective_due, held.rule_version) == (date(2026, 12, 14), "2026-11-24")
    kept = session.scalars(select(Clock).where(Clock.case_id == old.id)).one()
    assert (kept.effective_due, kept.rule_version) == (date(2026, 12, 8), "2022-05-01")
    [event] = session.scalars(select(Event).where(Event.kind == "clock.moved"))
    assert (event.data["why"], event.data["rule_version"]) == ("rule", ["2022-05-01", "2026-11-24"])
    started_after = started(old, "petition.dispatch", date(2026, 12, 1))
    assert session.get_one(Clock, started_after).rule_version == "2026-11-24"
    assert queries.law(session).rules.held("petition.dispatch")[0].valid_to == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (longer(since=date(2022, 5, 1)), "须晚于现行规定的施行日"),
        (replace(longer(), valid_from=None), "须写明施行日"),
        (replace(longer(), key="petition.unheard_of"), "没有名为"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(session: Session, hall: Hall, rule: Rule, sentence: str) -> None:
    with pytest.raises(DraftRefused, match=sentence):
        drafted_rule(rule)
    assert session.scalar(select(func.count()).select_from(StatuteDraft)) == 0
    assert session.scalar(select(func.count()).select_from(RuleVersion)) == 0


def test_a_matter_kept_from_most_is_counted_and_not_named(session: Session, hall: Hall) -> None:
    open_one, hidden = registered(hall.clerk), registered(hall.clerk, purpose="accusation")
    for case in (open_one, hidden):
        started(case, "petition.objection", date(2026, 12, 30))
    [move] = [Move.read(kept) for kept in rehearsed(drafted())["moves"]]
    assert move.count == 2
    assert rehearsal.cases_of(session, 1, move) == ([open_one.number], 1, None)


def test_the_cases_of_a_move_come_in_pages(session: Session, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    case = registered(hall.clerk)
    for _time in range(3):
        started(case, "petition.objection", date(2026, 12, 30))
    monkeypatch.setattr(rehearsal, "CASES_A_PAGE", 2)
    [move] = [Move.read(kept) for kept in rehearsed(drafted())["moves"]]
    first, _hidden, after = rehearsal.cases_of(session, 1, move)
    assert (len(first), after is None) == (2, False)
    assert rehearsal.cases_of(session, 1, move, after) == ([case.number], 0, None)


@pytest.mark.parametrize("open_clocks", [1, 40])
def test_a_rehearsal_asks_the_database_the_same_few_times(
    session: Session, hall: Hall, app, open_clocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = registered(hall.clerk)
    for place in range(open_clocks):
        started(case, "petition.objection", date(2026, 12, 1) + timedelta(days=place % 20))
    draft = session.get_one(StatuteDraft, drafted())
    queries.law(session)
    with counted(app) as sent:
        rehearsal.rehearse(session, draft)
    assert len(sent) == 4, sent


def test_what_a_rehearsal_foretells_is_what_publication_does(session: Session, hall: Hall) -> None:
    case = registered(hall.clerk)
    keys = ("petition.objection", "petition.conclude", "petition.review_request", "disclosure.answer", "labour.admit")
    ids = [
        started(case, key, date(2026, 12, 1) + timedelta(days=gap)) for key in keys for gap in (0, 9, 20, 29, 30, 33)
    ]
    with database.write() as writing:
        pause = {"ground": "x", "first": date(2026, 12, 30), "last": date(2027, 1, 3), "paused_at": LATER}
        writing.add(ClockPause(clock_id=ids[0], **pause))
        longer = {"amount": 10, "ground": "x", "approved_on": date(2026, 12, 31), "at": LATER}
        writing.add(ClockExtension(clock_id=ids[9], **longer))
    recomputing.recompute_all(1, LATER)
    before = dict(session.execute(select(Clock.id, Clock.effective_due)).all())
    draft_id = drafted()
    moves = [Move.read(kept) for kept in rehearsed(draft_id)["moves"]]
    foretold = {
        clock.id: move.after
        for clock in session.scalars(select(Clock))
        for move in moves
        if (move.clock_id or clock.id) == clock.id
        and (move.key, move.started_on, move.before) == (clock.key, clock.started_on, clock.effective_due)
    }
    published(draft_id)
    recomputing.recompute_all(1, LATER)
    session.expire_all()
    after = dict(session.execute(select(Clock.id, Clock.effective_due)).all())
    happened = {clock_id: due for clock_id, due in after.items() if due != before[clock_id]}
    assert happened == foretold
    assert len(happened) > 5
    assert sum(move.count for move in moves) == len(happened)
