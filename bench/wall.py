"""A hall full of screens: how soon does a call reach each wall, and do pages wait because of it?

200 screens hold a stream open and fetch their board whenever it changed, while somebody calls a number every three seconds
and twenty people read pages at a human pace; and the same without screens. A call has reached a screen when the board that
it fetched shows the number: measured from the press of the button, with everything in between. The screens live in a process of
their own, lest their threads keep the readers' clock waiting for the interpreter. Each part is run twice, in opposite order
(without, beside, beside, without), so that a machine that is getting slower favours neither.
"""

import multiprocessing
import re
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from bench import plans
from bench.driver import Clerk, Connection, Measured, request

SCREENS, READERS, CALLS_A_MINUTE = 200, 20, 20
PAUSE = (0.5, 1.5)  # seconds between an answer and the same reader's next page
BOUND = 1.2  # pages beside the screens may take so much of what they take without
SETTLE = 10.0  # seconds at most until every screen holds its stream
NUMBER = re.compile(rb">([A-Z]{1,4}\d{3,7})<")
LAST_CALL = 3.0  # seconds before the end: a later call would have no time to arrive


@dataclass
class Hall:
    """What was seen. ``delays``: for each screen and call, seconds from the press of the button to the board that shows it."""

    pages: Measured = field(default_factory=Measured)
    boards: Measured = field(default_factory=Measured)
    delays: list[float] = field(default_factory=list)
    calls: int = 0
    screens: int = 0
    refused: int = 0

    def and_(self, other: "Hall") -> "Hall":
        """Both runs together."""
        return Hall(
            _both(self.pages, other.pages),
            _both(self.boards, other.boards),
            self.delays + other.delays,
            self.calls + other.calls,
            max(self.screens, other.screens),
            self.refused + other.refused,
        )

    @property
    def lost(self) -> int:
        """Boards that never showed a call."""
        return self.calls * self.screens - len(self.delays)


def _both(one: Measured, other: Measured) -> Measured:
    return Measured(one.latencies + other.latencies, one.seconds + other.seconds, one.errors + other.errors)


class _Run:
    """One part: the threads' common knowledge."""

    def __init__(self, port: int, screens: int = 0) -> None:
        self.port, self.hall = port, Hall(screens=screens)
        self.lock, self.stop, self.begin = threading.Lock(), threading.Event(), threading.Event()
        self.called: list[tuple[bytes, float]] = []
        self.shown: list[list[tuple[float, set[bytes]]]] = []
        self.open = threading.Semaphore(0)

    def timed(self, ready: bytes, right: int, told: Measured) -> bytes:
        """One request over a connection of its own, as after a pause longer than the server keeps one."""
        connection, sent = Connection(self.port), time.perf_counter()
        try:
            status, _head, body = connection.ask(ready)
        finally:
            connection.close()
        with self.lock:
            told.latencies.append(time.perf_counter() - sent)
            if status != right:
                told.errors.append(f"{status} {body[:200].decode(errors='replace')}")
        return body


def run(
    port: int, clerks: list[Clerk], numbers: list[tuple[int, str]], database: Path, seconds: float, screens: int
) -> Hall:
    """``seconds`` of calls and pages beside ``screens`` open streams; the last of ``clerks`` calls, the others read."""
    part, apart = _Run(port, screens), multiprocessing.get_context("spawn")
    here, there = apart.Pipe()
    watching = apart.Process(target=_screens, args=(port, screens, there), daemon=True)
    watching.start()
    here.recv()  # every stream is open, or will not be
    working = [threading.Thread(target=_reader, args=(part, clerk, numbers)) for clerk in clerks[:-1]]
    working.append(threading.Thread(target=_caller, args=(part, clerks[-1], database, seconds)))
    for thread in working:
        thread.start()
    part.begin.set()
    part.stop.wait(seconds)
    part.stop.set()
    for thread in working:
        thread.join(timeout=30)
    here.send("stop")
    hall = part.hall
    part.shown, hall.boards, hall.refused = here.recv()
    watching.join()
    hall.pages.seconds, hall.calls = seconds, len(part.called)
    # looked up afterwards: a board may be there before the caller has its own answer and knows the number
    for boards in part.shown:
        for number, pressed in part.called:  # seconds of the machine's one steady clock, in whichever process
            hall.delays += [at - pressed for at, numbers in boards if number in numbers][:1]
    return hall


def _screens(port: int, screens: int, tell: Pipe) -> None:
    """In another process: says when the streams are open, and at the end what each screen showed when."""
    part = _Run(port, screens)
    watching = [threading.Thread(target=_screen, args=(part,), daemon=True) for _ in range(screens)]
    for thread in watching:
        thread.start()
    until = time.perf_counter() + SETTLE
    for _ in watching:
        part.open.acquire(timeout=max(0.0, until - time.perf_counter()))
    tell.send("open")
    tell.recv()
    part.stop.set()
    for thread in watching:
        thread.join(timeout=30)
    tell.send((part.shown, part.hall.boards, part.hall.refused))


def _reader(part: _Run, clerk: Clerk, numbers: list[tuple[int, str]]) -> None:
    rng, headers, hall = Random(clerk.id), plans.headers(clerk), part.hall
    part.begin.wait()
    part.stop.wait(rng.uniform(0, PAUSE[1]))
    while not part.stop.is_set():
        chosen = rng.random()
        path = "/cases" if chosen < 0.4 else "/queue/window" if chosen < 0.6 else f"/cases/{rng.choice(numbers)[1]}"
        try:
            part.timed(request("GET", path, headers), 200, hall.pages)
        except OSError as problem:
            with part.lock:
                hall.pages.errors.append(repr(problem))
        part.stop.wait(rng.uniform(*PAUSE))


def _caller(part: _Run, clerk: Clerk, database: Path, seconds: float) -> None:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)
    headers, pressing = plans.headers(clerk), Measured()
    part.begin.wait()
    end = time.perf_counter() + seconds - LAST_CALL
    while time.perf_counter() < end and not part.stop.is_set():
        began = time.perf_counter()
        try:
            part.timed(
                request("POST", "/queue/window/next", headers, urlencode({"csrf_token": clerk.token})), 303, pressing
            )
            ticket, version, number = connection.execute(
                "SELECT id, version, number FROM ticket WHERE account_id = ? AND state = 'called'", (clerk.id,)
            ).fetchone()
            with part.lock:
                part.called.append((number.encode(), began))
            # nobody comes; the window is free again before the next call, and the walls have changed once more
            part.stop.wait(30 / CALLS_A_MINUTE)
            given = urlencode({"csrf_token": clerk.token, "version": version, "sure": "1"})
            part.timed(request("POST", f"/queue/tickets/{ticket}/miss", headers, given), 303, pressing)
        except (OSError, TypeError) as problem:
            pressing.errors.append(repr(problem))
        part.stop.wait(max(0.0, began + 60 / CALLS_A_MINUTE - time.perf_counter()))
    connection.close()
    with part.lock:
        part.hall.pages.errors += pressing.errors


def _screen(part: _Run) -> None:
    hall, board, data = part.hall, request("GET", "/screens/hall/board", plans.screen_headers()), b""
    shown: list[tuple[float, set[bytes]]] = []
    stream = Connection(part.port)
    stream.socket.sendall(request("GET", "/stream/board", plans.screen_headers()))
    stream.socket.settimeout(0.5)
    told = False
    while not part.stop.is_set():
        try:
            piece = stream.socket.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            break
        if not piece:
            break
        data += piece
        if data.startswith(b"HTTP/1.1 503"):
            with part.lock:
                hall.refused += 1
        if not told:
            told = True
            part.open.release()
        if b"event: board" not in data:
            continue
        data = b""
        _fetch(part, board, shown)
    stream.close()
    with part.lock:
        part.shown.append(shown)


def _fetch(part: _Run, board: bytes, shown: list[tuple[float, set[bytes]]]) -> None:
    try:
        body = part.timed(board, 200, part.hall.boards)
    except OSError as problem:
        with part.lock:
            part.hall.boards.errors.append(repr(problem))
        return
    shown.append((time.perf_counter(), set(NUMBER.findall(body))))
