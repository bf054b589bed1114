"""A small hall for tests of streams, screens and enquiries: two windows, a clerk at each, and a real server with sockets."""

import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portal import clock, database
from portal.access import operations as access
from portal.access.actor import Actor, actor_of
from portal.access.permissions import Role
from portal.cases.models import Case
from portal.cases.operations import PersonGiven, Registration, register
from portal.organisation.models import Centre, Region, Service, Window, WindowService
from portal.queue import stream
from portal.queue.models import Ticket
from portal.queue.operations import open_window, take_ticket
from tests.support import demo_password

ROOT = Path(__file__).resolve().parents[2]
MORNING = clock.at_hall(datetime(2026, 11, 23).date(), 9, 30)
NAME, ID_NUMBER, PHONE = "吕守信", "142701197803124513", "13903591234"
SUBJECT = "风电项目占地赔偿款拖欠"


@dataclass(frozen=True)
class Wall:
    """Ids and actors of the small hall; window 2 is a counselling room behind a neutral sign."""

    centre_id: int
    window_id: int
    room_id: int
    service_id: int
    room_service_id: int
    clerk: Actor
    counsellor: Actor
    greeter: Actor


def build(session: Session, at: datetime = MORNING) -> Wall:
    """The hall, inside database.write(). Clerk and counsellor sit at their windows; sysadmin approves screens."""
    session.add(Region(code="140800", name="运城市", level="city"))
    session.flush()
    centre = Centre(name="运城市群众接待服务中心", prefix="YC", region_code="140800", notice="领导接访日程见三楼公示栏")
    session.add(centre)
    session.flush()
    window = Window(centre_id=centre.id, name="3号窗口", sign="信访接处", platform="petition", position=1)
    room = Window(centre_id=centre.id, name="5号室", sign="综合服务室", platform="counselling", position=2)
    petition = Service(centre_id=centre.id, code="petition", platform="petition", name="信访", prefix="A", area="一楼")
    quiet = Service(
        centre_id=centre.id, code="counselling", platform="counselling", name="心理疏导", prefix="G", area="一楼"
    )
    session.add_all([window, room, petition, quiet])
    session.flush()
    session.add(WindowService(window_id=window.id, service_id=petition.id))
    session.add(WindowService(window_id=room.id, service_id=quiet.id))
    clerk = _account(session, centre.id, "clerk", Role.CLERK, ("petition",), at)
    counsellor = _account(session, centre.id, "counsellor", Role.COUNSELLOR, ("counselling",), at)
    greeter = _account(session, centre.id, "greeter", Role.GREETER, (), at)
    _account(session, centre.id, "sysadmin", Role.SYSTEM_ADMIN, (), at)
    open_window(session, clerk, window.id, at=at)
    open_window(session, counsellor, room.id, at=at)
    return Wall(centre.id, window.id, room.id, petition.id, quiet.id, clerk, counsellor, greeter)


def ticket(session: Session, wall: Wall, at: datetime, *, room: bool = False, **values: object) -> Ticket:
    """A number taken at the desk by a visitor whose name, identity number and telephone are known."""
    service_id = wall.room_service_id if room else wall.service_id
    given = {
        "priority": "ordinary",
        "headcount": 1,
        "person": PersonGiven(NAME, ID_NUMBER, PHONE),
        "again": True,
        **values,
    }
    return take_ticket(session, wall.greeter, service_id=service_id, at=at, **given)


def case(session: Session, wall: Wall, at: datetime, *, closed: bool = False, **values: object) -> Case:
    """A petition of the same visitor; ``closed`` marks it 办结 (how a case gets there is tested with the cases)."""
    given = {"channel": "visit", "purpose": "claim", "subject": SUBJECT, "received_at": at, **values}
    made = register(session, wall.clerk, Registration(petitioner=PersonGiven(NAME, ID_NUMBER, PHONE), **given), at=at)
    if closed:
        made.closed_at, made.state = at, "closed"
    session.flush()
    return made


def _account(
    session: Session, centre_id: int, name: str, role: Role, platforms: tuple[str, ...], at: datetime
) -> Actor:
    made = access.create(
        session,
        centre_id=centre_id,
        login_name=name,
        name=f"工作人员{name}",
        password=demo_password(),
        roles=[role],
        platforms=platforms,
        at=at,
        must_change=False,
    )
    return actor_of(made)


@contextmanager
def served(app: Flask) -> Iterator["Server"]:
    """A real threaded server for ``app``; its streams end with it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    running = Server(server.server_port)
    try:
        yield running
    finally:
        stream.hub(app).stop()
        server.shutdown()
        server.server_close()
        thread.join(5)
        running.leave()
        assert eventually(lambda: len(stream.hub(app)) == 0), "a stream did not end with its server"


class Server:
    """Where a portal answers, and the streams opened there."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._listeners: list[Listener] = []

    def listen(self, path: str, cookie: str = "", **headers: str) -> "Listener":
        """Open ``path`` as a browser's EventSource does."""
        listener = Listener(self.port, path, cookie, **headers)
        self._listeners.append(listener)
        return listener

    def leave(self) -> None:
        """Close every stream opened here."""
        for listener in self._listeners:
            listener.close()


class Listener:
    """One open stream, read line by line over a socket of its own."""

    def __init__(self, port: int, path: str, cookie: str = "", **headers: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream", "Connection: close"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.all = ""

    def block(self, within: float = 2.0) -> dict[str, str]:
        """The next block as field → value (a comment has the field ""). TimeoutError after ``within`` seconds, EOFError at the end."""
        self._socket.settimeout(within)
        fields: dict[str, str] = {}
        while True:
            line = self._file.readline().decode()
            if line in ("", "0\r\n"):  # the connection's end, or the last chunk: a browser closes then, and so do we
                self.close()
                raise EOFError
            if re.fullmatch(r"[0-9a-f]+\r\n", line) or (line == "\r\n" and not fields):
                continue  # framing of a chunked answer
            self.all += line
            if line == "\n":
                return fields
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.strip()

    def event(self, within: float = 2.0) -> dict[str, str]:
        """The next block that is an event."""
        while "event" not in (block := self.block(within)):
            pass
        return block

    def close(self) -> None:
        """Walk away."""
        self._file.close()
        self._socket.close()


def queries(app: Flask, act: Callable[[], object]) -> int:
    """How many statements ``act`` sends to the database."""
    seen: list[str] = []
    with app.app_context():
        engine = database.db.engine

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def eventually(condition: Callable[[], bool], within: float = 5.0) -> bool:
    """Whether ``condition`` comes true within so many seconds."""
    pause, beat = threading.Event(), 0.02
    return any(condition() or pause.wait(beat) for _ in range(int(within / beat)))


def later(minutes: int) -> datetime:
    """So many minutes after the morning's start."""
    return MORNING + timedelta(minutes=minutes)


@contextmanager
def gunicorn(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen, Server]]:
    """The portal under gunicorn with the deployment's own configuration, on a free port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(port)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**environment, "PORT": str(port), "WEB_THREADS": "16"}, stdin=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: _answers(port), 30), "gunicorn does not answer"
        yield process, server
    finally:
        server.leave()
        process.kill()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
