"""The demo hall is what it says: complete, believable, made once, and true to the law's clocks and the hall's hours."""

import os
import shutil
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import click
import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from portal import clock, create_app, database
from portal.access.models import Account
from portal.access.permissions import Permission, Role
from portal.cases import queries, registry
from portal.cases.models import Case, Contact, Demand, Party, Proceeding, Rating
from portal.cases.views.dossier import lamp_of
from portal.documents.letters.models import LetterWord
from portal.handoff.models import Relay
from portal.leadership.models import LetterRead, SponsorTerm
from portal.leadership.queries import sponsorship
from portal.organisation.models import Centre, Service, Window
from portal.people.identity import check_id, check_phone
from portal.queue.models import Ticket, WindowSession
from portal.statutes.workdays import from_chinesecalendar
from portal.trail import queries as trail
from portal.trail.models import Event
from tests import cast
from tests.cast.history import Diary, History
from tests.cast.people import ACCUSED
from tests.cast.petitions import PETITIONS, WIND_FARM
from tests.cast.plots import Plot
from tests.postgres import server
from tests.support import demo_password, settings_for, submit

TUESDAY = clock.at_hall(datetime(2026, 11, 24).date(), 10, 40)
NIGHT = clock.at_hall(datetime(2026, 10, 8).date(), 0, 20)
TICKETS = {"waiting", "called", "serving", "held", "missed", "done", "left"}


@pytest.fixture(scope="module")
def loaded(engine, template, run_folder, tmp_path_factory):
    """The portal with the demo hall of that Tuesday, loaded once for the tests that only look at it."""
    home = tmp_path_factory.mktemp("hall")
    application = create_app(settings_for(home, copied(engine, template, run_folder, home)))
    with clock.frozen(TUESDAY):
        cast.load(application)
    yield application
    with application.app_context():
        database.db.session.remove()
        database.db.engine.dispose()


def copied(engine: str, template: str, run_folder: Path, home: Path) -> str:
    """The URL of a copy of the migrated template database."""
    if engine == "sqlite":
        shutil.copyfile(template.removeprefix("sqlite:///"), home / "portal.sqlite3")
        return f"sqlite:///{home / 'portal.sqlite3'}"
    source, name = template.partition("@/")[2].partition("?")[0], "demo_hall"
    administration = create_engine(server.url(run_folder), isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}_{os.getpid()}"))
        connection.execute(text(f"CREATE DATABASE {name}_{os.getpid()} TEMPLATE {source} STRATEGY file_copy"))
    administration.dispose()
    return server.url(run_folder, f"{name}_{os.getpid()}")


@pytest.fixture
def hall(loaded):
    """A session in the demo hall, on that Tuesday at 10:40."""
    with clock.frozen(TUESDAY), loaded.app_context():
        yield database.db.session()
        database.db.session.rollback()


def counts(session: Session) -> dict[str, int]:
    """Rows per table."""
    tables = database.Base.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def case_of(session: Session, subject: str) -> Case:
    """The case of that subject."""
    return session.scalars(select(Case).where(Case.subject == subject)).one()


def lamps(session: Session) -> Counter:
    """How many open cases show each lamp in lists."""
    dated = select(Case).where(Case.closed_at.is_(None), Case.next_due.is_not(None))
    today = clock.today()
    return Counter(
        lamp_of(case.next_due, clock.day_of(case.received_at), today).level for case in session.scalars(dated)
    )


def test_loading_twice_changes_nothing(loaded, hall):
    before = counts(hall)
    assert cast.load(loaded) == cast.accounts()
    assert counts(hall) == before
    assert before["case_record"] >= 60


def test_an_interrupted_load_leaves_nothing(app, monkeypatch):
    def interrupted(*_arguments) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(History, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cast.load(app)
    with app.app_context():
        assert set(counts(database.db.session()).values()) == {0}


@pytest.mark.one_engine
def test_a_weak_password_is_refused_in_words(app, monkeypatch):
    monkeypatch.setenv("PORTAL_DEMO_PASSWORD", "short")
    with pytest.raises(click.ClickException, match="PORTAL_DEMO_PASSWORD"):
        cast.load(app)


@pytest.mark.parametrize("code", ["petition", "mediation"])
def test_every_state_occurs(hall, code):
    platform = registry.platform(code)
    shown = set(hall.scalars(select(Proceeding.state).where(Proceeding.platform == code)))
    assert shown >= {state for state in platform.states if not platform.level_of(state)}
    if code == "petition":
        assert shown >= {"reviewing", "review_done", "rereviewing", "rereview_done"}


def test_every_platform_has_open_and_ended_matters(hall):
    for platform in registry.platforms():
        of_it = select(Proceeding.closed_at).where(Proceeding.platform == platform.code)
        ended = [closed is not None for closed in hall.scalars(of_it)]
        assert len(ended) >= 3, platform.code
        assert set(ended) == {True, False}, platform.code


def test_every_role_has_an_account(hall):
    held = {role for account in hall.scalars(select(Account)) for role in account.roles}
    assert held == set(Role)


def test_the_printed_password_signs_in(loaded):
    assert cast.password() == demo_password()
    answer = submit(loaded.test_client(), "/login", login_name="zhangdeliang", password=cast.password())
    assert answer.status_code in (302, 303)
    refused = submit(loaded.test_client(), "/login", login_name="zhangdeliang", password="Another-word-2026")
    assert refused.status_code == 422


def test_everybody_at_a_window_works_for_its_platform(hall):
    windows = {window.name: window.platform for window in hall.scalars(select(Window))}
    for named in cast.PEOPLE:
        assert not named.window or windows[named.window] in named.platforms, named.login
    assert {windows[named.window] for named in cast.PEOPLE if named.window} == {
        platform.code for platform in registry.platforms()
    }
    units = {account.login_name: account.unit_id for account in hall.scalars(select(Account))}
    assert all(units[named.login] for named in cast.PEOPLE if named.unit)


def test_chains_verify_and_each_is_in_the_order_of_time(hall):
    assert trail.verify(hall) == []
    for chain, moments in chains(hall).items():
        assert moments == sorted(moments), chain
        assert moments[-1] <= TUESDAY


def chains(session: Session) -> dict[str, list[datetime]]:
    """The moments of each chain of a case or a ticket, in the order of the chain."""
    found: dict[str, list[datetime]] = {}
    kept = select(Event.chain, Event.at).where(Event.chain.like("case:%") | Event.chain.like("ticket:%"))
    for chain, at in session.execute(kept.order_by(Event.chain, Event.seq)):
        found.setdefault(chain, []).append(at)
    return found


def test_the_weeks_before_happened_in_working_hours(hall):
    calendar = from_chinesecalendar()
    earlier = select(Event.at).where(Event.chain.like("case:%"), Event.at < clock.at_hall(clock.day_of(TUESDAY)))
    for at in hall.scalars(earlier):
        there = clock.local(at)
        assert calendar.is_workday(there.date()), there
        assert (8, 30) <= (there.hour, there.minute) <= (17, 30), there


def test_no_case_number_is_missing(hall):
    numbers = sorted(hall.scalars(select(Case.number)))
    assert numbers == [f"YC-2026-{serial:06d}" for serial in range(1, len(numbers) + 1)]


def test_lamps_of_three_colours_and_promises_of_today_and_yesterday(hall):
    assert set(lamps(hall)) == {"ok", "near", "late"}
    left = {(promised - clock.today()).days for promised in open_promises(hall)}
    assert {0, -1} <= left


def open_promises(session: Session) -> list:
    """The days of promises nobody has answered."""
    return list(session.scalars(select(Contact.promised_on).where(Contact.settled_at.is_(None), Contact.promise != "")))


def test_the_morning_shows_every_state_and_somebody_waits_in_every_service(hall):
    tickets = hall.scalars(select(Ticket)).all()
    assert {ticket.day for ticket in tickets} == {clock.today()}
    assert {ticket.state for ticket in tickets} == TICKETS
    waiting = {ticket.service_id for ticket in tickets if ticket.state == "waiting"}
    # the numbers of the leader's room are given on the day of a reception, to who is booked
    assert waiting == set(hall.scalars(select(Service.id).where(Service.at_kiosk)))
    signed, unsigned = hall.scalars(select(Relay).order_by(Relay.id)).all()
    assert signed.signed_at
    assert unsigned.signed_at is None
    assert len(hall.scalars(select(WindowSession.account_id)).all()) >= 10


@pytest.mark.one_engine
def test_a_hall_loaded_in_the_small_hours_after_the_long_holiday_is_of_that_day(app):
    with clock.frozen(NIGHT):
        cast.load(app)
        with app.app_context():
            session = database.db.session()
            assert set(session.scalars(select(Ticket.day))) == {clock.today()}
            assert session.scalar(select(func.max(Event.at))) <= NIGHT
            assert set(lamps(session)) == {"ok", "near", "late"}


def test_a_mediation_stands_at_performance_inside_the_petition(hall):
    case = case_of(hall, WIND_FARM.subject)
    running = dict(
        hall.execute(select(Proceeding.platform, Proceeding.state).where(Proceeding.case_id == case.id)).all()
    )
    assert running == {"petition": "handling", "mediation": "to_perform"}


def test_ends_tell_procedure_result_and_opinion_apart(hall):
    closed = select(Demand.met).join(Case, Case.id == Demand.case_id).where(Case.state == "closed")
    assert set(hall.scalars(closed)) == {"met", "partly", "unmet"}
    assert set(hall.scalars(select(Rating.score))) == {"satisfied", "fair", "unsatisfied"}


def test_the_walls_stand(hall):
    staff = cast.actors(hall)
    accusation = hall.scalars(select(Case).where(Case.sensitivity == "accusation")).one()
    told = hall.get_one(Account, accusation.first_account_id).login_name
    accused = next(named.login for named in cast.PEOPLE if named.unit == ACCUSED[1])
    assert queries.find(hall, staff[told], accusation.number)
    assert queries.find(hall, staff["renzhiping"], accusation.number)
    assert queries.find(hall, staff[accused], accusation.number) is None
    accuser = select(Party.person_id).where(Party.case_id == accusation.id, Party.role == "petitioner")
    shown = queries.matters_of(hall, staff[accused], hall.scalars(accuser).one())
    assert [matter.full for matter in shown] == [True]
    sealed = hall.scalars(select(Case).where(Case.sensitivity == "sealed")).all()
    assert len(sealed) >= 3
    for case in sealed:
        assert queries.find(hall, staff["renzhiping"], case.number) is None
        assert queries.find(hall, staff["qiaomengyao"], case.number)


def test_the_county_sees_the_case_that_was_assigned_to_it(hall):
    county = cast.actors(hall)["yanhaiyan"]
    assert queries.newest_ids(hall, county, before=None, limit=10) == [case_of(hall, WIND_FARM.subject).id]


@pytest.mark.one_engine
def test_citizens_have_right_check_digits_and_are_evidently_invented():
    for name in cast.CITIZENS:
        person = cast.citizen(name)
        assert check_id(person.id_number) is None
        assert person.id_number[6:14] == "19000101"
        assert check_phone(person.phone) is None
        assert person.phone.startswith("1390000")


def test_people_alone_are_seeded_once_and_quickly_enough_for_every_test(session):
    with database.write() as writing:
        staff = cast.seed_minimal(writing, TUESDAY)
    assert set(staff) == {named.login for named in cast.PEOPLE}
    before = counts(session)
    with database.write() as writing:
        assert cast.seed_minimal(writing, TUESDAY) == staff
    assert counts(session) == before
    assert before["case_record"] == before["ticket"] == 0
    assert len(set(session.scalars(select(Account.password_hash)))) == 1
    assert set(cast.window_ids(session, session.scalars(select(Centre.id)).one())) <= set(staff)


@pytest.mark.one_engine
def test_every_state_of_every_platform_is_reached_by_its_declared_steps(session, tmp_path):
    """Walked by the real operations with default values: a declaration that asks for something impossible fails here."""
    unkind = {"give_opinion": {"conclusion": "explain"}, "cease": {"concluded_on": date(2026, 1, 8)}}
    # an end that the law keeps for one purpose, or for what did not come on foot
    purposes = {"accusation_forwarded": "accusation", "suggestion_answered": "suggestion"}
    plots = [
        Plot(state, 150, "" if state == "undirected" else "赵来福", f"{platform.code}.{state}", "", (), platform.code, purpose=purposes.get(state, "inquiry"),
             channel="letter" if state == "forwarded" else "visit", values=unkind if state in ("ended", "ceased") else {})
        for platform in registry.platforms()
        for state in platform.states
        if not platform.level_of(state)
    ]  # fmt: skip
    with database.write() as writing:
        staff = cast.seed_minimal(writing, TUESDAY)
        windows = cast.window_ids(writing, staff["zhangdeliang"].centre_id)
        diary = Diary(from_chinesecalendar(), clock.day_of(TUESDAY))
        cases = History(diary, staff, windows, tmp_path).play(writing, tuple(plots))
    own = select(Proceeding.case_id, Proceeding.state).where(Proceeding.level == "")
    stands = dict(session.execute(own).all())
    assert {subject: stands[case_id] for subject, case_id in cases.items()} == {
        plot.subject: plot.reach for plot in plots
    }


@pytest.mark.one_engine
def test_a_state_without_a_story_gets_a_plain_one(app):
    without = tuple(plot for plot in PETITIONS if plot.reach != "referred")
    spare = {(plot.platform, plot.reach) for plot in cast.spare(without)}
    assert ("petition", "referred") in spare
    assert ("petition", "assigned") not in spare
    assert ("mediation", "in_session") in spare


def test_every_organ_that_handles_a_petition_has_somebody_to_check_and_somebody_to_sign(hall):
    accepted = select(Proceeding.case_id).where(Proceeding.platform == "petition", Proceeding.state == "accepted")
    known = select(Case.competent_unit_id.is_not(None)).where(Case.id.in_(accepted), Case.sensitivity == "normal")
    assert all(hall.scalars(known)), "what was accepted was accepted by an organ"
    handled = {unit for unit in hall.scalars(select(Case.competent_unit_id).distinct()) if unit}
    assert len(handled) > 2
    can: dict[int | None, set[Permission]] = {}
    for actor in cast.actors(hall).values():
        may = {
            each
            for each in (Permission.LETTER_CHECK, Permission.LETTER_SIGN, Permission.LETTER_SEAL)
            if actor.may(each)
        }
        can.setdefault(actor.unit_id, set()).update(may)
    wanted = {Permission.LETTER_CHECK, Permission.LETTER_SIGN, Permission.LETTER_SEAL}
    assert [unit for unit in handled if can.get(unit) != wanted] == []
    assert handled <= set(hall.scalars(select(LetterWord.unit_id))), "and a word for its numbers"


def test_leaders_sponsor_matters_in_time_late_changed_raised_and_ended(hall):
    head = cast.actors(hall)["renzhiping"]
    rows, more = sponsorship.rows(hall, head, sponsorship.Wanted(state="all"), clock.today())
    assert (len(rows), more) == (12, False)
    assert {"ok", "near", "late", "none"} == {row.lamp[1] for row in rows}
    assert [row.met for row in rows if row.closed_at] == ["yes"]
    terms = hall.scalars(select(SponsorTerm).where(SponsorTerm.until.is_not(None)).order_by(SponsorTerm.id)).all()
    assert {term.level for term in terms} == {"city", "county"}
    assert set(hall.scalars(select(LetterRead.state))) == {"put", "read", "instructed"}
