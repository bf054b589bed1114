"""Many windows empty one queue at once: nobody is called twice, nobody is lost, no database is locked."""

from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import database
from portal.config import Settings
from portal.queue.models import Call, Period, Ticket
from portal.trail import queries as trail
from portal.trail.models import Event
from tests.proof import hall, workers

STORY = ["ticket.taken", "ticket.called", "ticket.started", "ticket.finished"]


@dataclass(frozen=True)
class Size:
    """How many of everything. Each clerk works in ``processes * threads / windows`` browser tabs at once."""

    processes: int
    threads: int
    windows: int
    tickets: int


SMALL = Size(processes=3, threads=4, windows=4, tickets=60)
FULL = Size(processes=4, threads=15, windows=20, tickets=1000)


@pytest.mark.parametrize("size", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_every_number_is_called_to_exactly_one_window(app: Flask, settings: Settings, seed: int, size: Size) -> None:
    with app.app_context(), database.write() as session:
        hall.found(session, size.windows)
        tickets = hall.queue_up(session, size.tickets, Random(seed))
    told = workers.run(workers.serve_until_empty, settings, seed, _shares(size, Random(seed)))
    assert not told.problems, told.problems[0]
    assert Counter(told.done) == Counter(
        (ticket, _window(told, ticket), step) for ticket in tickets for step in ("called", "started", "finished")
    )
    with app.app_context():
        session = database.db.session()
        _check_rows(session, tickets, told)
        _check_trail(session, tickets, told)
        assert trail.verify(session) == []


def _shares(size: Size, rng: Random) -> list[list[int]]:
    """The clerks of each process's threads, shuffled, so that one clerk's tabs are in several processes."""
    clerks = [number % size.windows + 1 for number in range(size.processes * size.threads)]
    rng.shuffle(clerks)
    return [clerks[first : first + size.threads] for first in range(0, len(clerks), size.threads)]


def _window(told: workers.Told, ticket: int) -> int:
    return next((window for number, window, _ in told.done if number == ticket), 0)


def _check_rows(session: Session, tickets: list[int], told: workers.Told) -> None:
    windows = {ticket: window for ticket, window, _ in told.done}
    rows = session.execute(select(Ticket.id, Ticket.state, Ticket.window_id, Ticket.version)).all()
    assert {row.id: (row.state, row.window_id, row.version) for row in rows} == {
        t: ("done", windows[t], 4) for t in tickets
    }
    calls = session.execute(select(Call.ticket_id, Call.window_id, Call.again)).all()
    assert sorted(calls) == sorted((ticket, windows[ticket], False) for ticket in tickets)
    spans: dict[int, list] = {}
    for span in session.scalars(select(Period).order_by(Period.id)):
        spans.setdefault(span.ticket_id, []).append(span)
    for ticket in tickets:
        kinds = [span.kind for span in spans[ticket]]
        assert kinds == ["waiting", "walking", "serving"], f"ticket {ticket}: {kinds}"
        ends = [span.end for span in spans[ticket]]
        assert ends == [*(span.start for span in spans[ticket][1:]), ends[-1]], (
            f"ticket {ticket} has a hole in its time"
        )
        assert ends[-1] is not None


def _check_trail(session: Session, tickets: list[int], told: workers.Told) -> None:
    windows = {ticket: window for ticket, window, _ in told.done}
    story: dict[str, list[tuple[str, int | None]]] = {}
    for event in session.scalars(select(Event).where(Event.chain.like("ticket:%")).order_by(Event.chain, Event.seq)):
        story.setdefault(event.chain, []).append((event.kind, event.data.get("window_id")))
    expected = {f"ticket:{t}": list(zip(STORY, [None, *[windows[t]] * 3], strict=True)) for t in tickets}
    assert story == expected
