"""Many hands on one case at the same moment: all take the case first, then what hangs on it, then its chain, so none waits crosswise.

Real threads; `database.write` alone, not `attempt`, so that a deadlock of PostgreSQL shows instead of being tried again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from portal import database
from portal.access.permissions import Role
from portal.cases import operations
from portal.cases.models import Case, Clock, Contact, Proceeding
from portal.cases.operations import clock_changes
from portal.organisation.models import Centre, Region
from portal.statutes.operations import load_published
from portal.trail.models import Event
from portal.trail.queries import verify
from tests.cases.conftest import MONDAY, actor, registered
from tests.support import itself, together

MEDIATOR = actor(2, Role.MEDIATOR, "mediation")
ROUNDS, CALLS = 6, 3
CONSENT = {
    "applicant_consented_on": date(2026, 11, 23),
    "respondent_consented_on": date(2026, 11, 23),
    "accepted_on": date(2026, 11, 23),
    "rights_told": True,
    "openness": "closed",
    "chosen_by": "parties",
    "mediator": "杨调解",
}
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def hall(app: Flask) -> Flask:
    """A centre; each round has a case of its own in it."""
    with app.app_context(), database.write() as session:
        session.add(Region(code="140800", name="运城市", level="city"))
        session.flush()
        session.add(Centre(id=1, name="运城市群众接待服务中心", prefix="YC", region_code="140800"))
        load_published(session, MONDAY)
    return app


def matter() -> int:
    """A case waiting for both sides' consent; the id of its proceeding."""
    case = registered(MEDIATOR, purpose="mediation", platform="mediation")
    return database.db.session.scalar(select(Proceeding.id).where(Proceeding.case_id == case.id))


def consent(proceeding_id: int) -> None:
    with database.write() as session:
        version = session.scalar(select(Proceeding.version).where(Proceeding.id == proceeding_id))
        operations.advance(
            session, MEDIATOR, proceeding_id, version=version, step="both_consent", data=CONSENT, at=LATER
        )


def telephone(proceeding_id: int) -> None:
    for _ in range(CALLS):
        with database.write() as session:
            case = session.get_one(Case, session.get_one(Proceeding, proceeding_id).case_id)
            said = {"answered_by": "李科长", "said": "下周答复", "promise": "", "promised_by": "", "promised_on": None}
            operations.record_contact(session, MEDIATOR, case, unit_id=None, unit_name="县住建局", at=LATER, **said)


def rounds(app: Flask, *works: Callable[[int], None], ready: Callable[[int], None] | None = None) -> list[Exception]:
    """Let ``works`` meet on a new case, ROUNDS times."""
    problems = []
    for _ in range(ROUNDS):
        with app.app_context():
            of = matter()
            if ready:
                ready(of)
            database.db.session.remove()
        problems += together(app, itself, [lambda work=work, of=of: work(of) for work in works])
    return problems


def deadlocks(problems: list[Exception]) -> list[Exception]:
    """Those that PostgreSQL ended; anything else is a fault of the test."""
    assert [each for each in problems if not isinstance(each, OperationalError)] == []
    return problems


def test_a_step_and_telephone_calls_never_wait_for_each_other_crosswise(hall: Flask) -> None:
    assert deadlocks(rounds(hall, consent, telephone, telephone)) == []
    with hall.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Contact)) == ROUNDS * 2 * CALLS
        assert session.scalar(select(func.count()).where(Event.kind == "proceeding.advanced")) == ROUNDS
        counted = select(Event.chain, func.count()).where(Event.chain.like("case:%")).group_by(Event.chain)
        told = {int(chain.removeprefix("case:")): many for chain, many in session.execute(counted)}
        # each event raises the version by one; a change that was lost would show here
        versions = dict(session.execute(select(Case.id, Case.version)).all())
        assert {case_id: many + 1 for case_id, many in told.items()} == versions
        assert verify(session) == []


def test_a_period_is_recounted_while_a_step_stops_it(hall: Flask) -> None:
    """What the nightly recount and a typed change hold is taken in the order in which a step takes it."""

    def refuse(proceeding_id: int) -> None:
        with database.write() as session:
            version = session.scalar(select(Proceeding.version).where(Proceeding.id == proceeding_id))
            given = {"refused_by": "respondent", "remedy_told": True, "note": "对方不愿继续"}
            operations.advance(session, MEDIATOR, proceeding_id, version=version, step="refuse", data=given, at=LATER)

    def correct(proceeding_id: int) -> None:
        running = select(Clock).where(Clock.proceeding_id == proceeding_id, Clock.stopped_at.is_(None))
        with suppress(operations.Refused, operations.StaleVersion), database.write() as session:
            if clock := session.scalar(running):
                given = {"on": date(2026, 11, 20), "why": "error", "reason": "登记错误"}
                clock_changes.correct_start(session, MEDIATOR, clock.id, version=clock.version, at=LATER, **given)

    def recount(proceeding_id: int) -> None:
        with database.write() as session:
            operations.recompute(session, 1, LATER)

    def moved_calendar(proceeding_id: int) -> None:
        consent(proceeding_id)
        with database.write() as session:
            shifted = update(Clock).where(Clock.stopped_at.is_(None))
            session.execute(shifted.values(effective_due=date(2027, 3, 1)))

    assert deadlocks(rounds(hall, refuse, correct, recount, telephone, ready=moved_calendar)) == []
    with hall.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).where(Clock.stopped_at.is_(None))) == 0
        assert verify(session) == []
