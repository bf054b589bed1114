"""Relay between platforms: in the client as two clerks live it, and the rules underneath."""

from collections.abc import Callable
from itertools import combinations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal import clock, database
from portal.cases import operations as cases
from portal.cases import queries as case_queries
from portal.cases import registry
from portal.cases.models import Case
from portal.handoff import operations, queries
from portal.handoff.models import Relay
from portal.organisation.models import Service
from portal.queue import operations as queue
from portal.queue.models import Ticket
from portal.trail import queries as trail
from tests import kept
from tests.cast.people import CLERK_OF, GREETER, seed_minimal, window_ids
from tests.support import csrf_token, submit

WANTED = "请帮助办理"


def service_of(session, platform: str) -> int:
    return session.scalar(select(Service.id).where(Service.platform == platform).order_by(Service.id).limit(1))


def prepared(session) -> dict:
    """The hall with all ten first windows open, and one ticket with a petition case at the petition window."""
    return kept.rows(session, f"ten windows at {clock.now():%F %H}", _prepared)


def _prepared(session) -> dict:
    at = clock.now()
    actors = seed_minimal(session, at)
    windows = window_ids(session, 1)
    for login in CLERK_OF.values():
        queue.open_window(session, actors[login], windows[login], at=at)
    return actors


def visitor_at(session, actors: dict, platform: str, *, sensitive: str = "claim") -> Ticket:
    """A visitor called to ``platform``'s first window, with a case registered there."""
    at, clerk = clock.now(), actors[CLERK_OF[platform]]
    service = service_of(session, platform)
    queue.take_ticket(
        session, actors[GREETER], service_id=service, priority="ordinary", headcount=1, person=None, at=at
    )
    ticket = queue.call_next(session, clerk, at=at)
    queue.start(session, clerk, ticket.id, version=ticket.version, at=at)
    stated = cases.Registration(
        channel="visit", purpose=sensitive, subject="邻里通行纠纷", received_at=at, platform=platform
    )
    case = cases.register(session, clerk, stated, at=at, window_id=ticket.window_id, ticket_id=ticket.id)
    ticket.case_id = case.id
    session.flush()
    return session.get(Ticket, ticket.id)


class Walker:
    """One visitor and ten signed-in clerks; goes from platform to platform by their pages alone."""

    def __init__(self, clients: dict, inside: Callable, ticket: Ticket) -> None:
        self.clients, self.inside, self.ticket = clients, inside, ticket
        self.tokens = {platform: csrf_token(client, "/relays") for platform, client in clients.items()}

    def post(self, platform: str, path: str, **fields: object) -> TestResponse:
        """Post as ``platform``'s clerk, with the token that clerk's session holds."""
        return self.clients[platform].post(path, data={"csrf_token": self.tokens[platform], **fields})

    def relay(self, source: str, target: str) -> None:
        """The relay by ``source``'s page, then 签收, 叫号 and 到窗 by ``target``'s."""
        address = f"/queue/tickets/{self.ticket.id}/relay"
        with self.inside() as session:
            version, service = session.get(Ticket, self.ticket.id).version, service_of(session, target)
        sent = self.post(source, address, service=service, purpose=WANTED, version=version)
        assert sent.status_code == 303, sent.get_data(as_text=True)
        waiting = self.clients[target].get("/relays").get_data(as_text=True)
        assert self.ticket.number in waiting
        assert WANTED in waiting
        with self.inside() as session:
            relay_id = session.scalar(select(Relay.id).order_by(Relay.id.desc()).limit(1))
        assert self.post(target, f"/relays/{relay_id}/sign").status_code == 200
        assert self.post(target, "/queue/window/next").status_code == 303
        with self.inside() as session:
            called = session.get(Ticket, self.ticket.id)
            assert (called.state, called.number) == ("called", self.ticket.number)
            version = called.version
        started = self.post(target, f"/queue/tickets/{self.ticket.id}/start", version=version)
        assert started.status_code == 303


@pytest.mark.one_engine
def test_every_ordered_pair_of_platforms_relays_through_and_back(inside, sign_in):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "governance")
    clients = {platform: sign_in(login) for platform, login in CLERK_OF.items()}
    codes = [platform.code for platform in registry.platforms()]
    walker, here = Walker(clients, inside, ticket), codes[0]
    for one, other in combinations(codes, 2):
        if one != here:
            walker.relay(here, one)
        walker.relay(one, other)
        walker.relay(other, one)
        here = one
    with inside() as session:
        done = {(relay.from_platform, relay.to_platform) for relay in session.scalars(select(Relay))}
        assert done >= {(one, other) for one in codes for other in codes if one != other}
        kept = session.get(Ticket, ticket.id)
        assert (kept.number, kept.rank, kept.case_id) == (ticket.number, ticket.rank, ticket.case_id)
        assert trail.verify(session) == []
        for login in CLERK_OF.values():
            assert case_queries.can_see(session, actors[login], ticket.case_id)


def test_signing_and_arriving_are_two_facts(session):
    with database.write() as writing:
        actors = prepared(writing)
        ticket = visitor_at(writing, actors, "petition")
    first, mediator = actors[CLERK_OF["petition"]], actors[CLERK_OF["mediation"]]
    with database.write() as writing:
        service = service_of(writing, "mediation")
        relay = operations.send(
            writing, first, ticket.id, service, version=ticket.version, purpose=WANTED, at=clock.now()
        )
    seen = queries.today(session, first, clock.now())[0]
    assert (seen.signed_at, seen.arrived_at, seen.incoming) == (None, None, False)
    with database.write() as writing:
        operations.sign(writing, mediator, relay.id, at=clock.now())
    seen = queries.today(session, first, clock.now())[0]
    assert seen.signed_name == mediator.name
    assert seen.arrived_at is None
    with database.write() as writing:
        called = queue.call_next(writing, mediator, at=clock.now())
        queue.start(writing, mediator, called.id, version=called.version, at=clock.now())
    assert queries.today(session, first, clock.now())[0].arrived_at is not None
    kinds = [entry.kind for entry in trail.entries(session, f"case:{ticket.case_id}")]
    assert kinds[-3:] == ["relay.sent", "relay.signed", "visit.arrived"]


def test_a_relay_is_signed_once_and_only_by_the_platform_it_goes_to(session):
    with database.write() as writing:
        actors = prepared(writing)
        ticket = visitor_at(writing, actors, "petition")
        service = service_of(writing, "mediation")
        clerk = actors[CLERK_OF["petition"]]
        relay = operations.send(
            writing, clerk, ticket.id, service, version=ticket.version, purpose=WANTED, at=clock.now()
        )
    with pytest.raises(cases.Refused, match="不是交给您"), database.write() as writing:
        operations.sign(writing, actors[CLERK_OF["labour"]], relay.id, at=clock.now())
    with database.write() as writing:
        operations.sign(writing, actors[CLERK_OF["mediation"]], relay.id, at=clock.now())
    with pytest.raises(cases.Refused, match="已经签收"), database.write() as writing:
        operations.sign(writing, actors[CLERK_OF["mediation"]], relay.id, at=clock.now())


def test_a_case_opened_in_counselling_stays_there_and_the_visitor_goes_on(session):
    with database.write() as writing:
        actors = prepared(writing)
        ticket = visitor_at(writing, actors, "counselling", sensitive="inquiry")
        case_id = ticket.case_id
        service = service_of(writing, "petition")
        counsellor = actors[CLERK_OF["counselling"]]
        relay = operations.send(
            writing, counsellor, ticket.id, service, version=ticket.version, purpose=WANTED, at=clock.now()
        )
    assert (relay.case_id, relay.disclosed) == (None, "")
    assert session.get(Ticket, ticket.id).case_id is None
    assert case_queries.can_see(session, actors[CLERK_OF["petition"]], case_id) is None


def test_an_accusation_does_not_travel_to_another_platform(session):
    with database.write() as writing:
        actors = prepared(writing)
        ticket = visitor_at(writing, actors, "petition", sensitive="accusation")
        service = service_of(writing, "mediation")
        clerk = actors[CLERK_OF["petition"]]
        operations.send(writing, clerk, ticket.id, service, version=ticket.version, purpose=WANTED, at=clock.now())
    case = session.scalars(select(Case)).one()
    assert case_queries.can_see(session, actors[CLERK_OF["mediation"]], case.id) is None
    assert "relay.sent" not in [entry.kind for entry in trail.entries(session, f"case:{case.id}")]


def test_the_relay_form_asks_for_service_and_purpose_beside_the_field(inside, sign_in):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
    clerk = sign_in(CLERK_OF["petition"])
    answer = submit(clerk, f"/queue/tickets/{ticket.id}/relay", purpose="<b>你好</b>", version=ticket.version)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择要接力到的服务" in page
    assert "&lt;b&gt;你好&lt;/b&gt;" in page


def test_a_doubled_relay_sends_the_visitor_once(inside, sign_in):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
        service = service_of(session, "mediation")
    clerk, address = sign_in(CLERK_OF["petition"]), f"/queue/tickets/{ticket.id}/relay"
    fields = {"service": service, "purpose": WANTED, "version": ticket.version}
    first = submit(clerk, address, **fields)
    second = submit(clerk, address, page="/queue/window", **fields)
    assert (first.status_code, second.status_code) == (303, 404)
    with inside() as session:
        assert len(session.scalars(select(Relay)).all()) == 1


def test_a_stranger_gets_no_relay_form_for_somebody_elses_visitor(inside, sign_in):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
    assert sign_in(CLERK_OF["labour"]).get(f"/queue/tickets/{ticket.id}/relay").status_code == 404


@pytest.mark.parametrize("version", [None, "", "²", "9" * 30, "-1", "x"])
def test_a_relay_without_a_version_of_the_page_is_stale(inside, sign_in, version):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
        service = service_of(session, "mediation")
    fields = {"service": service, "purpose": WANTED} | ({} if version is None else {"version": version})
    answer = submit(sign_in(CLERK_OF["petition"]), f"/queue/tickets/{ticket.id}/relay", **fields)
    assert answer.status_code == 409
    assert "页面已更新" in answer.get_data(as_text=True)


def test_a_purpose_is_words_and_not_what_no_database_keeps(inside, sign_in):
    with inside(), database.write() as session:
        actors = prepared(session)
        ticket = visitor_at(session, actors, "petition")
        service = service_of(session, "mediation")
    clerk, address = sign_in(CLERK_OF["petition"]), f"/queue/tickets/{ticket.id}/relay"
    fields = {"service": service, "version": ticket.version}
    assert submit(clerk, address, purpose=" \x00 ", **fields).status_code == 422
    assert submit(clerk, address, purpose=f"\x00{WANTED}", **fields).status_code == 303
    with inside() as session:
        assert session.scalar(select(Relay.purpose)) == WANTED
