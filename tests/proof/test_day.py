"""A day of a large hall with transfers, holds, no-shows, recalls and relays: nothing is called twice, lost, or unaccounted for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import database
from portal.config import Settings
from portal.handoff.models import Relay
from portal.queue.models import Call, Period, Ticket
from portal.trail import queries as trail
from portal.trail.models import Event
from tests.proof import day, hall, workers

KIND_OF = {  # the period that each told step opens
    "called": "walking", "recalled": None, "started": "serving", "held": "holding", "resumed": "serving",
    "requeued": "waiting", "transferred": "waiting", "relayed": "waiting", "missed": "missed", "restored": "waiting",
    "finished": None, "left": None,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How many of everything; each process has its share of the clerks, and the first two have a greeter each."""

    processes: int
    windows: int
    tickets: int


SMALL = Size(processes=3, windows=6, tickets=45)
FULL = Size(processes=4, windows=60, tickets=2000)


@pytest.mark.parametrize("size", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_every_number_ends_once_and_every_minute_is_accounted_for(
    app: Flask, settings: Settings, seed: int, size: Size
) -> None:
    rng = Random(seed)
    with app.app_context():
        with database.write() as session:
            hall.found_large(session, size.windows)
        for share in _portions(size.tickets):
            with database.write() as session:
                day.queue_up(session, share, rng)
    told = workers.run(day.live, settings, seed, _shares(size, rng), day.WITHIN)
    assert not told.problems, told.problems[0]
    with app.app_context():
        session = database.db.session()
        _numbers(session, size)
        _nobody_was_told_the_same(session, told.done)
        _every_minute(session, told.done)
        _one_visitor_at_a_window(session)
        _reasons(session, told.done)
        assert trail.verify(session) == []


def _portions(tickets: int, most: int = 200) -> Iterable[int]:
    return [min(most, tickets - first) for first in range(0, tickets, most)]


def _shares(size: Size, rng: Random) -> list[list[int]]:
    clerks = list(range(1, size.windows + 1))
    rng.shuffle(clerks)
    shares = [clerks[place :: size.processes] for place in range(size.processes)]
    return [[*share, *day.GREETERS[place : place + 1]] for place, share in enumerate(shares)]


def _numbers(session: Session, size: Size) -> None:
    rows = session.execute(select(Ticket.number, Ticket.state, Ticket.ended_at, Ticket.window_id)).all()
    assert len(rows) == size.tickets, "a number was lost"
    assert max(Counter(row.number for row in rows).values()) == 1, "a number was given twice"
    by_letter: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_letter[row.number[0]].append(int(row.number[1:]))
        assert row.state in ("done", "left"), f"{row.number} ended as {row.state}"
        assert row.ended_at is not None
    for letter, given in by_letter.items():
        assert sorted(given) == list(range(1, len(given) + 1)), f"{letter} has a gap"


def _nobody_was_told_the_same(session: Session, done: list[tuple[int, int, str]]) -> None:
    """Each version of a ticket was made by one person's one step: two could never have got the same number."""
    assert max(Counter((ticket, version) for ticket, version, _step in done).values()) == 1
    versions: dict[int, list[int]] = defaultdict(list)
    for ticket, version, _step in done:
        versions[ticket].append(version)
    stored = dict(session.execute(select(Ticket.id, Ticket.version)).all())
    assert {ticket: sorted(known) for ticket, known in versions.items()} == {
        ticket: list(range(2, last + 1)) for ticket, last in stored.items()
    }
    ends = Counter(ticket for ticket, _version, step in done if step in ("finished", "left"))
    assert set(ends.values()) == {1}
    assert len(ends) == len(stored)


def _every_minute(session: Session, done: list[tuple[int, int, str]]) -> None:
    spans: dict[int, list[Period]] = defaultdict(list)
    for span in session.scalars(select(Period).order_by(Period.id)):
        spans[span.ticket_id].append(span)
    steps: dict[int, list[str]] = defaultdict(list)
    for ticket, _version, step in sorted(done):
        steps[ticket].append(step)
    for ticket in session.scalars(select(Ticket)):
        mine = spans[ticket.id]
        expected = ["waiting", *(KIND_OF[step] for step in steps[ticket.id] if KIND_OF[step])]
        assert [span.kind for span in mine] == expected, ticket.number
        assert all(one.end == after.start for one, after in pairwise(mine)), f"{ticket.number} has a hole in its time"
        assert all(span.end >= span.start for span in mine), ticket.number
        total = sum((span.end - span.start for span in mine), timedelta(0))
        assert total == mine[-1].end - ticket.taken_at, ticket.number
        assert abs(mine[-1].end - ticket.ended_at) < timedelta(seconds=1)
        assert {span.day for span in mine} == {ticket.day}


def _one_visitor_at_a_window(session: Session) -> None:
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    at_window = Period.kind.in_(("walking", "serving"))
    for window, start, end in session.execute(select(Period.window_id, Period.start, Period.end).where(at_window)):
        busy[window].append((start, end))
    for window, spans in busy.items():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end <= start, f"two visitors at window {window}"


def _reasons(session: Session, done: list[tuple[int, int, str]]) -> None:
    calls = session.execute(select(Call.ticket_id, Call.again, Call.why)).all()
    steps = Counter(step for _ticket, _version, step in done)
    assert Counter(call.again for call in calls) == Counter({False: steps["called"], True: steps["recalled"]}), steps
    assert all(call.why for call in calls)
    assert session.query(Relay).count() == steps["relayed"]
    kinds = Counter(session.scalars(select(Event.kind).where(Event.chain.like("ticket:%"))))
    for step in ("called", "recalled", "started", "held", "resumed", "missed", "restored", "finished", "left"):
        assert kinds[f"ticket.{step}"] == steps[step], step
