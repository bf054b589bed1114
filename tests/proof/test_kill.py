"""kill -9 in the middle of the work: what was acknowledged is there afterwards, and nothing is half done."""

import shutil
import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from portal import create_app, database
from portal.config import Settings
from portal.queue.models import Call, Ticket
from portal.trail import queries as trail
from portal.trail.models import Event
from tests.postgres import server as postgres
from tests.proof import hall, serving
from tests.support import settings_for

ENOUGH_WITHIN = 90.0
STEPS = {"called": "ticket.called", "started": "ticket.started", "finished": "ticket.finished"}


@dataclass(frozen=True)
class Size:
    """Each kill but the first comes to a server that was killed before.

    ``steps``: after how many acknowledged steps (between the two, by the seed) each kill comes.
    """

    kills: int
    windows: int
    tickets: int
    steps: tuple[int, int]


SMALL = Size(kills=2, windows=4, tickets=80, steps=(30, 60))
FULL = Size(kills=6, windows=20, tickets=1000, steps=(120, 400))


@pytest.mark.one_engine
@pytest.mark.parametrize("size", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_what_was_acknowledged_survives_kill_9(
    app: Flask, settings: Settings, seed: int, size: Size, tmp_path: Path
) -> None:
    _destroy(app, settings, seed, size, tmp_path / "server.log")
    with app.app_context():
        session = database.db.session()
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.proof
@pytest.mark.postgres
def test_what_was_acknowledged_survives_when_postgresql_goes_down_too(
    seed: int, tmp_path: Path, own_postgres: Path
) -> None:
    settings = settings_for(tmp_path, postgres.url(own_postgres, "portal"))
    app = create_app(settings)

    def let_go() -> None:
        with app.app_context():
            database.db.engine.dispose()

    def crash() -> None:
        let_go()
        postgres.stop(own_postgres)  # at once, without a checkpoint: the start recovers from the log
        postgres.start(own_postgres)

    try:
        with app.app_context():
            flask_migrate.upgrade()
        _destroy(app, settings, seed, FULL, tmp_path / "server.log", crash)
    finally:
        let_go()


@pytest.fixture
def own_postgres() -> Iterator[Path]:
    """A PostgreSQL that flushes each commit, as in production, for this test alone."""
    folder = Path(tempfile.mkdtemp(prefix=f"kill-{uuid.uuid4().hex[:4]}-", dir="/tmp"))
    postgres.start(folder)
    engine = create_engine(postgres.url(folder), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = on"))
        connection.execute(text("CREATE DATABASE portal TEMPLATE template0"))
    engine.dispose()
    postgres.stop(folder)
    postgres.start(folder)
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _destroy(
    app: Flask, settings: Settings, seed: int, size: Size, log: Path, crash: Callable[[], None] | None = None
) -> None:
    rng = Random(seed)
    with app.app_context(), database.write() as session:
        hall.found(session, size.windows)
        hall.queue_up(session, size.tickets, rng)
    server, everything = serving.Server(settings, log), serving.Memory()
    try:
        for _ in range(size.kills):
            memory = _work_until_killed(server, size.windows, rng.randint(*size.steps))
            everything.acknowledged += memory.acknowledged
            if crash:
                crash()
            with app.app_context():
                _check(database.db.session(), everything, size, kills=size.kills)
    finally:
        server.kill()


def _work_until_killed(server: serving.Server, windows: int, steps: int) -> serving.Memory:
    """Start the server where it was left and let every clerk go on; kill it when ``steps`` were acknowledged."""
    memory, stop = serving.Memory(wanted=steps), threading.Event()
    server.start()
    clerks = [
        threading.Thread(target=serving.work, args=(server.port, clerk, memory, stop))
        for clerk in range(1, windows + 1)
    ]
    for clerk in clerks:
        clerk.start()
    came = memory.enough.wait(ENOUGH_WITHIN)
    server.kill()
    stop.set()
    for clerk in clerks:
        clerk.join(timeout=35)
    assert not memory.problems, memory.problems[0]
    assert came, f"only {len(memory.acknowledged)} of {steps} steps were acknowledged"
    return memory


def _check(session: Session, memory: serving.Memory, size: Size, *, kills: int) -> None:
    events = session.execute(select(Event.chain, Event.kind, Event.actor_id).where(Event.chain.like("ticket:%"))).all()
    by_ticket = Counter((int(event.chain.partition(":")[2]), event.kind) for event in events)
    for clerk, ticket, step in memory.acknowledged:
        if ticket is not None and step in STEPS:
            assert by_ticket[ticket, STEPS[step]] == 1, (
                f"clerk {clerk} was told that {ticket} is {step}, and it is lost"
            )
    # a call's answer names no number, so calls are counted: all that were answered, and at most one a kill that was not
    stored = Counter(event.actor_id for event in events if event.kind == "ticket.called")
    told = Counter(clerk for clerk, _, step in memory.acknowledged if step == "called")
    for clerk in range(1, size.windows + 1):
        assert told[clerk] <= stored[clerk] <= told[clerk] + kills, (
            f"clerk {clerk}: {told[clerk]} told, {stored[clerk]} stored"
        )
    calls = session.execute(select(Call.ticket_id, Call.window_id)).all()
    assert len({call.ticket_id for call in calls}) == len(calls), "a ticket was called to two windows"
    assert sum(stored.values()) == len(calls)
    at_windows = session.scalars(select(Ticket.window_id).where(Ticket.state.in_(("called", "serving")))).all()
    assert len(set(at_windows)) == len(at_windows)
    assert trail.verify(session) == []
    session.rollback()
