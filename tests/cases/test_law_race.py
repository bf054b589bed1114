"""Two administrators at the same moment: a draft is published once, and of two notices one must look again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import database
from portal.access.permissions import Role
from portal.cases import recomputing, rehearsal
from portal.cases.models import Clock, Proceeding
from portal.cases.operations import clocks
from portal.organisation.models import Centre, Region
from portal.statutes import operations, queries
from portal.statutes.models import StatuteDraft
from portal.statutes.operations import DraftRefused, load_published
from portal.trail.models import Event
from portal.trail.queries import verify
from tests.cases.conftest import MONDAY, actor, registered
from tests.statutes.arrangement import NOTICE, entries
from tests.support import itself, together

ADMINS = [actor(21, Role.SYSTEM_ADMIN), actor(22, Role.SYSTEM_ADMIN)]
CLOCKS = 12


@pytest.fixture
def hall(app: Flask) -> Flask:
    """A centre with a case whose clocks run over the year's end, and nothing typed of 2027."""
    with app.app_context():
        with database.write() as session:
            session.add(Region(code="140800", name="运城市", level="city"))
            session.flush()
            session.add(Centre(id=1, name="运城市群众接待服务中心", prefix="YC", region_code="140800"))
            load_published(session, MONDAY)
        case = registered(actor(1, Role.CLERK, "petition"))
        with database.write() as session:
            proceeding = session.scalars(select(Proceeding).where(Proceeding.case_id == case.id)).one()
            for _time in range(CLOCKS):
                clocks.start(session, session.merge(case), proceeding, "petition.objection", date(2026, 12, 30))
    return app


def drafted(app: Flask, notice: str, without: date | None = None) -> int:
    with app.app_context():
        days = [entry for entry in entries() if entry.day != without]
        with database.write() as session:
            draft = operations.draft_calendar(session, ADMINS[0], 2027, notice, days, at=MONDAY)
            result = rehearsal.rehearse(session, draft)
            operations.keep_result(session, ADMINS[0], draft.id, operations.base_of(session), result, at=MONDAY)
            return draft.id


def publish(who, draft_id: int) -> Callable[[], None]:
    def work() -> None:
        with database.write() as session:
            operations.publish(session, who, draft_id, None, "通知已到", at=MONDAY + timedelta(hours=1))

    return work


def test_a_draft_published_by_two_at_once_is_published_once(hall: Flask) -> None:
    draft_id = drafted(hall, NOTICE)
    problems = together(hall, itself, (publish(who, draft_id) for who in ADMINS))
    assert [type(problem) for problem in problems] == [DraftRefused]
    assert "已经发布" in str(problems[0])
    with hall.app_context():
        told = select(func.count()).where(Event.kind == "statute.published")
        assert database.db.session.scalar(told) == 1


def test_of_two_notices_published_at_once_one_must_look_again(hall: Flask) -> None:
    first, second = drafted(hall, NOTICE), drafted(hall, "试〔2026〕2号", without=date(2027, 10, 9))
    problems = together(hall, itself, (publish(ADMINS[0], first), publish(ADMINS[1], second)))
    assert ["重新推演" in str(problem) for problem in problems] == [True]
    with hall.app_context():
        states = database.db.session.scalars(select(StatuteDraft.state))
        assert sorted(states) == ["draft", "published"]
        [year] = [row for row in queries.years(database.db.session) if row.year == 2027]
        assert year.worked == (5 if year.notice == NOTICE else 4)


def test_two_that_recompute_at_once_move_each_clock_once(hall: Flask) -> None:
    draft_id = drafted(hall, NOTICE)
    with hall.app_context():
        publish(ADMINS[0], draft_id)()
    later = MONDAY + timedelta(hours=2)
    problems = together(hall, lambda _time: recomputing.recompute_all(1, later), range(2))
    assert problems == []
    with hall.app_context():
        session = database.db.session
        assert session.scalar(select(func.count()).where(Event.kind == "clock.moved")) == CLOCKS
        due = set(session.scalars(select(Clock.effective_due).where(Clock.key == "petition.objection")))
        assert due == {date(2027, 1, 7)}
        assert verify(session) == []
