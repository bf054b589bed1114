"""Warnings at the centre's points, overdue marks and moved dates: to whom, when, and never twice."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import database
from portal.access.models import Account
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import account_scope, advance, grant
from portal.organisation import operations as organisation
from portal.organisation.models import Unit
from portal.supervision import due, operations, pending
from portal.supervision.models import ClockMark, WarningPoints
from portal.supervision.pending import EVERY
from portal.trail.models import Event
from portal.trail.queries import entries, verify
from tests.cases.desk import NOW, actor_named, case_of, founded, registered
from tests.supervision.hall import HOURS, at, digest, inbox, open_hall, running, tell, told

__all__ = ["founded"]

# registered on 2026-11-23; petition.dispatch gives 15 calendar days: the last one is Tuesday 2026-12-08
DUE = date(2026, 12, 8)
DAY_ONE = "2026-11-23"
TUESDAY, FRIDAY, SATURDAY, MONDAY = date(2026, 12, 1), date(2026, 12, 4), date(2026, 12, 5), date(2026, 12, 7)
DISPATCH = "petition.dispatch"


def test_each_point_warns_once_and_what_falls_on_a_rest_day_warns_before_it(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    assert tell(founded, centre_id, at(date(2026, 11, 30), 17, 59)) == 0, "eight days before"
    assert tell(founded, centre_id, at(TUESDAY)) == 1
    assert tell(founded, centre_id, at(TUESDAY, 15)) == 0, "the same again"
    assert tell(founded, centre_id, at(date(2026, 12, 3))) == 0
    assert tell(founded, centre_id, at(FRIDAY)) == 1, "three days before is Saturday: said on Friday"
    assert tell(founded, centre_id, at(MONDAY)) == 1
    assert tell(founded, centre_id, at(DUE)) == 0, "no point lies on the last day"
    with founded.app_context():
        session = database.db.session()
        assert told(session, "clerk") == [("warning", DISPATCH, days) for days in (7, 3, 1)]
        assert verify(session) == []


@pytest.mark.parametrize(
    "moment",
    [
        at(TUESDAY, 8, 29),
        at(TUESDAY, 12, 0),
        at(TUESDAY, 14, 29),
        at(TUESDAY, 18, 0),
        at(SATURDAY, 10),
        at(date(2026, 12, 6), 10),
    ],
    ids=["before opening", "at noon", "before the afternoon", "after closing", "Saturday", "Sunday"],
)
def test_nothing_is_said_outside_working_hours(founded: Flask, moment) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    assert tell(founded, centre_id, moment) == 0
    assert digest(founded, centre_id, moment) == 0
    assert tell(founded, centre_id, at(MONDAY, 8, 30)) == 1, "the first minute of work"


def test_a_closed_day_is_no_working_day(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    with founded.app_context(), database.write() as session:
        admin = actor_named(session, "sysadmin")
        for day in (TUESDAY, date(2026, 12, 2)):
            organisation.add_closure(session, admin, day, None, "停电检修", today=NOW.date(), at=NOW)
    assert tell(founded, centre_id, at(date(2026, 11, 30))) == 1, "seven days before is closed: said on the day before"
    assert tell(founded, centre_id, at(TUESDAY)) == 0


def test_a_hall_without_hours_says_nothing(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    with founded.app_context(), database.write() as session:
        organisation.set_hours(session, actor_named(session, "sysadmin"), None, {}, at=NOW)
    assert tell(founded, centre_id, at(TUESDAY)) == 0
    with founded.app_context(), database.write() as session:
        organisation.set_hours(session, actor_named(session, "sysadmin"), None, HOURS, at=NOW)
    assert tell(founded, centre_id, at(TUESDAY)) == 1


def test_without_points_nobody_is_warned_but_what_is_late_is_marked(founded: Flask) -> None:
    centre_id = open_hall(founded, days=())
    number = registered(founded)
    with founded.app_context():
        version = case_of(database.db.session(), number).version
    assert [tell(founded, centre_id, at(day)) for day in (TUESDAY, MONDAY, DUE)] == [0, 0, 0]
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 1
    assert tell(founded, centre_id, at(date(2026, 12, 10))) == 0
    with founded.app_context():
        session = database.db.session()
        assert told(session, "clerk") == [("overdue", DISPATCH, None)]
        assert case_of(session, number).version == version, "nothing changed in what somebody may be writing on"
        noted = entries(session, f"case:{case_of(session, number).id}", kinds=("clock.overdue",))
        assert [(entry.data["due"], entry.data["key"], entry.actor_id) for entry in noted] == [
            ("2026-12-08", DISPATCH, None)
        ]


def test_after_a_standstill_only_the_nearest_point_is_said(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    assert tell(founded, centre_id, at(MONDAY)) == 1
    with founded.app_context():
        assert told(database.db.session(), "clerk") == [("warning", DISPATCH, 1)]


def test_a_limits_own_points_go_before_those_of_all(founded: Flask) -> None:
    centre_id = open_hall(founded, days=(7,))
    with founded.app_context(), database.write() as session:
        operations.set_points(session, actor_named(session, "sysadmin"), DISPATCH, (2,), at=NOW)
    registered(founded)
    assert tell(founded, centre_id, at(TUESDAY)) == 0
    assert tell(founded, centre_id, at(date(2026, 12, 3))) == 0
    assert tell(founded, centre_id, at(FRIDAY)) == 1, "two days before is Sunday: said on the working day before it"
    with founded.app_context():
        assert told(database.db.session(), "clerk") == [("warning", DISPATCH, 2)]


def test_a_point_on_or_before_the_start_of_a_period_is_none(founded: Flask) -> None:
    centre_id = open_hall(founded, days=(15, 14))
    registered(founded)
    assert tell(founded, centre_id, at(date(2026, 11, 23), 17)) == 0, "fifteen days before is the day of the start"
    assert tell(founded, centre_id, at(date(2026, 11, 24))) == 1


def test_a_limit_that_is_not_verified_is_never_marked_overdue(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    with founded.app_context(), database.write() as session:
        session.execute(update(Clock).values(verified=False))
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 0
    with founded.app_context(), database.write() as session:
        session.execute(update(Clock).values(verified=True, provisional=True))
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 1
    with founded.app_context():
        assert inbox(database.db.session(), "clerk")[0].data["provisional"] is True


def test_a_stopped_or_paused_limit_says_nothing(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    with founded.app_context(), database.write() as session:
        session.execute(update(Clock).values(effective_due=None))
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 0
    with founded.app_context(), database.write() as session:
        session.execute(update(Clock).values(effective_due=DUE, stopped_at=NOW, stopped_by="petition.refer"))
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 0


def test_who_handles_is_told_else_the_platform(founded: Flask) -> None:
    centre_id = open_hall(founded)
    registered(founded)
    tell(founded, centre_id, at(TUESDAY))
    with founded.app_context(), database.write() as session:
        assert [bool(inbox(session, login)) for login in ("clerk", "head", "accused", "mediator", "supervisor")] == [
            True,
            True,
            True,
            False,
            False,
        ]
        session.execute(update(Proceeding).values(handler_id=actor_named(session, "accused").id))
    tell(founded, centre_id, at(FRIDAY))
    with founded.app_context(), database.write() as session:
        assert [len(inbox(session, login)) for login in ("clerk", "head", "accused")] == [1, 1, 2]
        session.execute(update(Account).where(Account.login_name == "accused").values(enabled=False))
    tell(founded, centre_id, at(MONDAY))
    with founded.app_context():
        assert [len(inbox(database.db.session(), login)) for login in ("clerk", "head", "accused")] == [2, 2, 2]


def test_the_competent_organs_people_are_told_as_its_members_once_the_case_is_open_to_them(founded: Flask) -> None:
    centre_id = open_hall(founded)
    number = registered(founded)
    with founded.app_context(), database.write() as session:
        case = case_of(session, number)
        unit_id = session.scalars(select(Unit.id).where(Unit.short_name == "市司法局")).one()
        case.competent_unit_id = unit_id
        session.execute(update(Account).where(Account.login_name == "mediator").values(unit_id=unit_id))
    tell(founded, centre_id, at(TUESDAY))
    with founded.app_context(), database.write() as session:
        assert inbox(session, "mediator") == [], "the case is not open to the organ yet"
        grant(session, case_of(session, number), account_scope(actor_named(session, "mediator").id), why="会办", at=NOW)
    tell(founded, centre_id, at(FRIDAY))
    with founded.app_context():
        assert [item.unit_id for item in inbox(database.db.session(), "mediator")] == [unit_id]


def test_a_limit_is_told_to_the_organ_that_has_the_matter_and_a_review_to_its_own(founded: Flask) -> None:
    open_hall(founded)
    number = registered(founded)
    bureau, government = "运城市自然资源和规划局", "运城市人民政府"
    steps = (
        ("refer", {"unit": bureau}),
        ("receive", {"received_on": DAY_ONE, "proof": "receipt"}),
        ("notify", {"notified_on": DAY_ONE, "notified_how": "served"}),
        ("handle", {"accepted_on": DAY_ONE, "not_one_to_five": True}),
        ("give_opinion", {"conclusion": "reject", "issued_on": DAY_ONE, "opinion_number": "1号", "legal_basis": "法"}),
        ("serve_opinion", {"served_on": DAY_ONE, "proof": "receipt"}),
        ("request_review", {"review_requested_on": DAY_ONE, "review_received_on": DAY_ONE, "review_organ": government}),
    )

    def organs(session) -> dict[str, int | None]:
        centre_id = session.scalars(select(Case.centre_id)).one()
        return {said.key: said.unit_id for said in pending.warnings(session, centre_id, at(date(2026, 12, 22)), 9)}

    with founded.app_context(), database.write() as session:
        ids = {name: session.scalars(select(Unit.id).where(Unit.name == name)).one() for name in (bureau, government)}
        clerk = actor_named(session, "clerk")
        case = case_of(session, number)
        for place, (step, data) in enumerate(steps):
            if place == 2:
                running(session, "petition.notice_referred").effective_due = date(2026, 12, 23)
                assert organs(session)["petition.notice_referred"] == ids[bureau]
            row = session.scalars(select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.level == "")).one()
            advance(session, clerk, row.id, version=row.version, step=step, data=data, at=NOW)
        running(session, "petition.review_decide").effective_due = date(2026, 12, 23)
        assert organs(session)["petition.review_decide"] == ids[government]
        reviewer, handler = (replace(clerk, unit_id=ids[each]) for each in (government, bureau))
        week = date(2026, 12, 21)
        assert [line.key for line in due.lines(session, reviewer, "unit", "week", week, None)[0]] == [
            "petition.review_decide"
        ]
        assert due.lines(session, handler, "unit", "week", week, None)[0] == []


def test_an_accusation_is_told_only_to_whom_it_is_open(founded: Flask) -> None:
    centre_id = open_hall(founded)
    number = registered(founded, purpose="accusation")
    with founded.app_context():
        assert database.db.session.scalars(select(Case.sensitivity)).all() == ["accusation"], number
    tell(founded, centre_id, at(TUESDAY))
    with founded.app_context():
        session = database.db.session()
        assert [bool(inbox(session, login)) for login in ("clerk", "head", "accused")] == [True, True, False]


def test_a_moved_date_is_told_and_warned_of_anew(founded: Flask) -> None:
    centre_id = open_hall(founded, days=(1,))
    registered(founded)
    tell(founded, centre_id, at(MONDAY))
    with founded.app_context(), database.write() as session:
        clock_row = running(session, DISPATCH)
        clock_row.effective_due = date(2026, 12, 10)
        session.add(
            _moved_event(
                clock_row.centre_id, clock_row.id, {"from": "2026-12-08", "to": "2026-12-10", "why": "calendar"}
            )
        )
    assert tell(founded, centre_id, at(DUE)) == 1
    assert tell(founded, centre_id, at(DUE, 16)) == 0
    assert tell(founded, centre_id, at(date(2026, 12, 9))) == 1, "the new last day has its own warning"
    with founded.app_context():
        session = database.db.session()
        assert [item.kind for item in inbox(session, "clerk")] == ["warning", "moved", "warning"]
        assert inbox(session, "clerk")[1].data["from"] == "2026-12-08"
        assert {mark.once for mark in session.scalars(select(ClockMark)) if mark.kind == "warning"} == {
            "warning:2026-12-08:1",
            "warning:2026-12-10:1",
        }


def test_an_event_that_moved_nothing_hides_no_later_one(founded: Flask) -> None:
    centre_id = open_hall(founded, days=())
    registered(founded)
    with founded.app_context(), database.write() as session:
        row = running(session, DISPATCH)
        for number, to in enumerate(("2026-12-08", "2026-12-09")):
            session.add(
                _moved_event(row.centre_id, row.id, {"from": "2026-12-08", "to": to, "why": "rule"}, 900 + number)
            )
    assert tell(founded, centre_id, at(TUESDAY)) == 1


def _moved_event(centre_id: int, clock_id: int, data: dict, seq: int = 900) -> Event:
    """An event as a recount writes it, on a chain of its own."""
    stated = {"clock_id": clock_id, "key": DISPATCH} | data
    return Event(
        centre_id=centre_id,
        chain="test:1",
        seq=seq,
        kind="clock.moved",
        actor_id=None,
        at=NOW,
        data=stated,
        previous="0",
        digest=str(seq),
    )


def test_points_are_kept_with_their_event_and_taken_away(founded: Flask) -> None:
    open_hall(founded, days=(3, 7, 3))
    with founded.app_context(), database.write() as session:
        admin = actor_named(session, "sysadmin")
        assert session.get(WarningPoints, (admin.centre_id, EVERY)).days == [7, 3]
        assert operations.set_points(session, admin, EVERY, (7, 3), at=NOW) is False
        assert operations.set_points(session, admin, EVERY, (), at=NOW) is True
        assert session.get(WarningPoints, (admin.centre_id, EVERY)) is None
        with pytest.raises(operations.Misset):
            operations.set_points(session, admin, "petition.review_request", (1,), at=NOW)
        noted = entries(session, f"centre:{admin.centre_id}", kinds=("warnings.arranged",))
        assert [entry.data["changed"] for entry in noted] == [[[], [7, 3]], [[7, 3], []]]


def test_the_digest_counts_what_is_open_to_each_once_a_day(founded: Flask) -> None:
    centre_id = open_hall(founded, days=())
    registered(founded)
    registered(founded, received_at=at(date(2026, 11, 22)))
    registered(founded, received_at=at(date(2026, 11, 20)), purpose="accusation")
    put = digest(founded, centre_id, at(MONDAY))
    assert digest(founded, centre_id, at(MONDAY, 15)) == 0
    with founded.app_context():
        session = database.db.session()
        counts = {}
        for login in ("clerk", "accused", "head", "mediator", "auditor"):
            for item in inbox(session, login):
                counts[login, item.data["scope"]] = tuple(
                    item.data[name] for name in ("overdue", "today", "tomorrow", "week")
                )
        assert counts == {
            ("clerk", "mine"): (1, 1, 1, 2),
            ("accused", "mine"): (0, 1, 1, 2),
            ("head", "mine"): (1, 1, 1, 2),
            ("head", "hall"): (1, 1, 1, 2),
        }
        assert put == 4
        noted = entries(session, f"centre:{centre_id}", kinds=("daily.digest",))
        assert [entry.data for entry in noted] == [{"day": "2026-12-07", "lines": 4}]
