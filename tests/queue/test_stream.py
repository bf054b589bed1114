"""Streams: they wake within a second on both databases, hold nothing, have an end, and say nothing about anybody."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from portal import clock, create_app, database
from portal.config import Settings
from portal.queue import changes, screens, stream
from portal.queue.changes import Full, Hub
from portal.queue.operations.calls import call_next
from portal.trail import operations as trail
from tests.queue import wall as hall
from tests.queue.wall import Server, Wall, eventually
from tests.support import environment_of

BUMP = """
import sys
from portal import create_app, database
from portal.config import Settings
from portal.trail import operations as trail
with create_app(Settings.from_environment()).app_context():
    for line in sys.stdin:
        with database.write() as session:
            trail.bump(session, int(line.split()[0]), line.split()[1])
        print("committed", flush=True)
"""


@pytest.fixture
def wall(app: Flask) -> Wall:
    """The small hall in the database."""
    with app.app_context(), database.write() as session:
        return hall.build(session, clock.now())


@pytest.fixture
def device(app: Flask, wall: Wall) -> str:
    """The cookie of an approved hall screen."""
    return paired(app, wall)


def paired(app: Flask, wall: Wall, kind: str = "hall", window_id: int | None = None) -> str:
    with app.app_context(), database.write() as session:
        screen, token = screens.ask(session, at=clock.now())
        screens.approve(session, wall.clerk, screen.id, kind=kind, window_id=window_id, name="", at=clock.now())
    return f"{screens.COOKIE}={token}"


def bump(app: Flask, centre_id: int, *topics: str) -> None:
    with app.app_context(), database.write() as session:
        trail.bump(session, centre_id, *topics)


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """A real server for `app`."""
    with hall.served(app) as running:
        yield running


def staff_cookie(sign_in, name: str) -> str:
    return f"portal={sign_in(name).get_cookie('portal').value}"


def test_what_another_process_commits_arrives_within_a_second(app, settings: Settings, wall, device, server) -> None:
    command = [sys.executable, "-c", BUMP]
    with subprocess.Popen(
        command, env=environment_of(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        listener = server.listen("/stream/board", device)
        listener.block()
        for _ in range(3):
            other.stdin.write(f"{wall.centre_id} board\n")
            other.stdin.flush()
            assert other.stdout.readline() == "committed\n"
            assert listener.event(within=1.0)["event"] == "board"
        other.stdin.close()


def test_only_what_concerns_the_stream_wakes_it(app, wall, device, server) -> None:
    listener = server.listen("/stream/board", device)
    listener.block()
    bump(app, wall.centre_id, "queue", "case:1", f"window:{wall.window_id}")
    bump(app, wall.centre_id + 1, "board")
    with pytest.raises(TimeoutError):
        listener.event(within=0.6)


def test_the_head_of_a_stream(app, wall, device, server) -> None:
    listener = server.listen("/stream/board", device)
    first = listener.block()
    assert listener.status == 200
    assert listener.headers["content-type"].startswith("text/event-stream")
    assert listener.headers["cache-control"] == "no-store"
    assert listener.headers["x-accel-buffering"] == "no"
    assert int(first["retry"]) == changes.RETRY_MS


def test_a_quiet_stream_is_kept_alive_by_comments(app, wall, device, server, monkeypatch) -> None:
    monkeypatch.setattr(changes, "KEEP_ALIVE", 0.05)
    listener = server.listen("/stream/board", device)
    listener.block()
    assert [listener.block(), listener.block()] == [{"": ""}, {"": ""}]


def test_forty_streams_hold_no_connection_of_the_pool(app, wall, device, server) -> None:
    listeners = [server.listen("/stream/board", device) for _ in range(40)]
    for listener in listeners:
        listener.block()
    assert len(stream.hub(app)) == 40
    with app.app_context():
        assert database.db.engine.pool.checkedout() == 0
    bump(app, wall.centre_id, "board")
    assert {listener.event()["event"] for listener in listeners} == {"board"}
    assert sum(thread.name == "topic-listener" for thread in threading.enumerate()) == 1
    with app.app_context():
        assert database.db.engine.pool.checkedout() == 0


def test_above_the_cap_a_stream_is_sent_away_and_a_page_is_not(settings: Settings) -> None:
    app = create_app(replace(settings, stream_limit=2))
    with app.app_context(), database.write() as session:
        wall = hall.build(session, clock.now())
    device = paired(app, wall)
    with hall.served(app) as server:
        kept = [server.listen("/stream/board", device) for _ in range(2)]
        refused = server.listen("/stream/board", device)
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        assert app.test_client().get("/healthz").status_code == 200
        kept[0].close()
        assert eventually(lambda: len(stream.hub(app)) == 1), "a browser that left keeps its place"
        assert server.listen("/stream/board", device).status == 200
    with app.app_context():
        database.db.engine.dispose()


def test_streams_end_when_the_process_is_told_to_stop(app, wall, device, server) -> None:
    listener = server.listen("/stream/board", device)
    listener.block()
    stream.hub(app).stop()
    with pytest.raises(EOFError):
        listener.block(within=1.0)
    assert server.listen("/stream/board", device).status == 503


def test_what_happened_while_the_browser_was_away_is_told_at_once(app, wall, device, server) -> None:
    bump(app, wall.centre_id, "board")
    first = server.listen("/stream/board", device)
    mark = first.block()["id"]
    first.close()
    again = server.listen("/stream/board", device, Last_Event_ID=mark)
    again.block()
    bump(app, wall.centre_id, "board")
    new = again.event()
    assert new["id"] != mark
    late = server.listen("/stream/board", device, Last_Event_ID=mark)
    assert late.event(within=1.0)["data"] == new["data"]


def test_a_window_hears_of_queue_window_and_relays(app, wall, server, sign_in) -> None:
    listener = server.listen("/stream/window", staff_cookie(sign_in, "clerk"))
    listener.block()
    bump(app, wall.centre_id, "queue", f"window:{wall.window_id}", "relays:petition", "relays:mediation")
    events = {}
    while len(events) < 3:
        block = listener.event()
        events[block["event"]] = block["data"]
    assert set(events) == {"queue", "window", "relays"}


def test_a_page_misses_nothing_between_its_making_and_its_stream(app, wall, server, sign_in) -> None:
    with app.test_request_context():
        marked = changes.mark({}, [(wall.centre_id, "alarm"), (wall.centre_id, "queue")])
    bump(app, wall.centre_id, "queue")
    listener = server.listen(f"/stream/desk?seen={marked}", staff_cookie(sign_in, "greeter"))
    assert listener.event(within=1.0)["event"] == "queue"


@pytest.mark.parametrize("seen", ["", "x", "1-2-3-4-5", "-1", "9" * 40, "²"])
def test_a_nonsense_mark_is_no_mark(app, wall, server, sign_in, seen: str) -> None:
    listener = server.listen(
        "/stream/desk", staff_cookie(sign_in, "greeter"), Last_Event_ID=seen.encode().decode("latin-1")
    )
    assert listener.status == 200
    assert "retry" in listener.block()
    bump(app, wall.centre_id, "queue")
    assert listener.event(within=1.0)["event"] == "queue"


def test_streams_are_refused_to_strangers(app, wall, client, sign_in) -> None:
    assert client.get("/stream/board").status_code == 403
    assert client.get("/stream/window").status_code == 302
    assert client.get("/stream/cases/1").status_code == 302
    clerk = sign_in("clerk")
    assert clerk.get("/stream/nonsense").status_code == 404
    assert clerk.get("/stream/cases/1").status_code == 404
    assert len(stream.hub(app)) == 0


def test_a_stream_keeps_nobody_signed_in(app, wall, sign_in) -> None:
    morning = clock.now()
    with clock.frozen(morning):
        client = sign_in("greeter")
    with clock.frozen(morning + timedelta(minutes=20)):
        client.get("/stream/desk", headers={"Accept": "text/event-stream"}).close()
    with clock.frozen(morning + timedelta(minutes=40)):
        assert client.get("/stream/desk", headers={"Accept": "text/event-stream"}).status_code == 401


def test_a_question_for_the_head_takes_no_place(app, wall, device) -> None:
    name, _, token = device.partition("=")
    client = app.test_client()
    client.set_cookie(name, token)
    assert client.head("/stream/board").status_code == 200
    assert len(stream.hub(app)) == 0


def test_a_stream_carries_nothing_personal(app, wall, device, server, sign_in) -> None:
    board, window = (
        server.listen("/stream/board", device),
        server.listen("/stream/window", staff_cookie(sign_in, "clerk")),
    )
    board.block()
    window.block()
    for _ in range(2):
        with app.app_context(), database.write() as session:
            hall.ticket(session, wall, clock.now())
            trail.append(
                session,
                "case:1",
                "case.registered",
                centre_id=wall.centre_id,
                actor_id=None,
                at=clock.now(),
                words={"name": hall.NAME},
            )
    with app.app_context(), database.write() as session:
        called = call_next(session, wall.clerk, at=clock.now())
    board.event()
    assert {window.event()["event"] for _ in range(2)} <= {"queue", "window"}
    said = board.all + window.all
    allowed = r"(retry: \d+|id: [\d-]+|event: (board|queue|window|relays|case)|data: \d+|: ?|)\n"
    assert re.fullmatch(f"({allowed})+", said)
    assert called.number not in said


def test_changes_in_quick_succession_are_told_together() -> None:
    revisions = {(1, "board"): 0}
    hub = Hub(lambda stop: pytest.fail("nothing to watch here"), limit=1)
    hub._thread = threading.current_thread()  # the test itself plays the listener
    subscription = hub.join({(1, "board"): "board"})
    subscription.start(revisions)
    assert next(subscription).startswith("retry:")
    subscription.tell({(1, "board"): 1})
    assert "data: 1" in next(subscription)
    for value in (2, 3, 4):
        subscription.tell({(1, "board"): value})
    told = next(subscription)
    assert told.count("event:") == 1
    assert "data: 4" in told
    with pytest.raises(Full):
        hub.join({})
    subscription.close()
    subscription.close()
    assert len(hub) == 0


def test_pages_are_told_first_and_walls_one_after_another() -> None:
    """200 boards fetched in one moment would keep every clerk's page waiting."""
    told: list[str] = []

    class Once:
        dialect = "sqlite"

        def changed(self) -> bool:
            return False

        def read(self, topics: set) -> dict:
            return dict.fromkeys(topics, 2)

        def close(self) -> None:
            pass

    class Over(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            told.append("pause" if timeout == changes.PACE else "")
            return False

    hub = Hub(lambda stop: pytest.fail("nothing to watch here"), limit=9)
    hub._listen = lambda: None
    hub._over = Over()
    for wall, count in ((True, 3), (False, 2)):
        for _ in range(count):
            stream = hub.join({(1, "board"): "board"}, wall=wall)
            stream.start({(1, "board"): 1})
            tell = stream.tell
            stream.tell = lambda revisions, tell=tell, wall=wall: (
                told.append("wall" if wall else "page") or tell(revisions)
            )
    hub._tell(Once())
    assert told == ["page", "page"] + ["wall", "pause"] * 3
    told.clear()
    hub._tell(Once())
    assert told == ["page", "page"] + ["wall"] * 3, "nobody waits for a wall that is awake already"


def test_the_listener_comes_back_when_the_database_was_lost(app, wall, device, server, engine) -> None:
    if engine != "postgresql":
        pytest.skip("a file is never lost")
    listener = server.listen("/stream/board", device)
    listener.block()
    find = text("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE 'SELECT topic, value%'")
    with app.app_context(), database.db.engine.connect() as connection:
        # PostgreSQL shows one snapshot of its activity per transaction: each look must be a transaction of its own
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        mine = "AND datname = current_database() AND pid <> pg_backend_pid()"
        assert eventually(lambda: bool(connection.execute(text(f"{find} {mine}")).all()))
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({find} {mine}) AS listener"))
    bump(app, wall.centre_id, "board")
    assert listener.event(within=8.0)["event"] == "board"


@pytest.mark.one_engine
def test_gunicorn_stops_in_seconds_with_streams_open(app, settings: Settings, wall, device, tmp_path) -> None:
    with hall.gunicorn(environment_of(settings)) as (process, server):
        listeners = [server.listen("/stream/board", device) for _ in range(6)]
        for listener in listeners:
            assert listener.status == 200
            listener.block()
        process.terminate()
        for listener in listeners:
            with pytest.raises(EOFError):
                listener.block(within=2.0)
        assert process.wait(5) == 0
