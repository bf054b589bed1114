"""Wall screens and clerks at once: are pages starved by streams, and how soon does a call reach the wall?

Sixty clerks work at a human pace (a page about every second, one step in eight is a call) first without screens, then beside
28 of them. Each screen holds a stream open and fetches its board whenever it is told that the board changed.
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from bench import plans
from bench.driver import Clerk, Connection, Measured, request, ticket_of

SCREENS, CLERKS = 28, 60
PAUSE = (0.5, 1.5)  # seconds between an answer and the same clerk's next step


@dataclass
class Hall:
    """What was seen: pages, boards, and for each call how long until the screens were told (seconds)."""

    pages: Measured = field(default_factory=Measured)
    boards: Measured = field(default_factory=Measured)
    delays: list[float] = field(default_factory=list)
    refused: int = 0


def run(
    port: int, clerks: list[Clerk], numbers: list[tuple[int, str]], database: Path, seconds: float, screens: int
) -> Hall:
    """The clerks at work for ``seconds`` beside ``screens`` open streams."""
    hall, stop, lock = Hall(), threading.Event(), threading.Lock()
    calls: list[float] = []
    watching = [
        threading.Thread(target=_screen, args=(port, hall, lock, stop, calls), daemon=True) for _ in range(screens)
    ]
    working = [
        threading.Thread(target=_clerk, args=(port, clerk, numbers, database, hall, lock, stop, calls))
        for clerk in clerks
    ]
    for thread in (*watching, *working):
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in working:
        thread.join()
    hall.pages.seconds = seconds
    return hall


def _clerk(
    port: int,
    clerk: Clerk,
    numbers: list[tuple[int, str]],
    database: Path,
    hall: Hall,
    lock: threading.Lock,
    stop: threading.Event,
    calls: list[float],
) -> None:
    rng, look, headers = Random(clerk.id), ticket_of(database, clerk.id), plans.headers(clerk)
    stop.wait(rng.uniform(0, PAUSE[1]))
    while not stop.is_set():
        chosen = rng.random()
        try:
            if chosen < 0.125:
                _call(port, clerk, look, headers, hall, lock, calls)
            else:
                path = (
                    "/cases"
                    if chosen < 0.5
                    else "/queue/window"
                    if chosen < 0.65
                    else f"/cases/{rng.choice(numbers)[1]}"
                )
                _timed(port, request("GET", path, headers), 200, hall.pages, lock)
        except (OSError, LookupError) as problem:
            with lock:
                hall.pages.errors.append(repr(problem))
        stop.wait(rng.uniform(*PAUSE))


def _call(
    port: int, clerk: Clerk, look, headers: dict[str, str], hall: Hall, lock: threading.Lock, calls: list[float]
) -> None:
    body: dict[str, object] = {"csrf_token": clerk.token}
    _timed(port, request("POST", "/queue/window/next", headers, urlencode(body)), 303, hall.pages, lock)
    with lock:
        calls.append(time.perf_counter())
    ticket, version = look()
    body |= {"version": version, "sure": "1"}
    _timed(port, request("POST", f"/queue/tickets/{ticket}/miss", headers, urlencode(body)), 303, hall.pages, lock)


def _timed(port: int, ready: bytes, right: int, told: Measured, lock: threading.Lock) -> None:
    # a fresh connection each time, as after a pause longer than the server keeps one
    connection, sent = Connection(port), time.perf_counter()
    try:
        status, _head, body = connection.ask(ready)
    finally:
        connection.close()
    with lock:
        told.latencies.append(time.perf_counter() - sent)
        if status != right:
            told.errors.append(f"{status} {body[:200].decode(errors='replace')}")


def _screen(port: int, hall: Hall, lock: threading.Lock, stop: threading.Event, calls: list[float]) -> None:
    stream = Connection(port)
    stream.socket.sendall(request("GET", "/stream/board", plans.screen_headers()))
    board = request("GET", "/screens/hall/board", plans.screen_headers())
    seen = 0
    stream.socket.settimeout(0.5)
    data = b""
    while not stop.is_set():
        try:
            data += stream.socket.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            break
        if data.startswith(b"HTTP/1.1 503"):
            hall.refused += 1
            return
        if b"event: board" not in data:
            continue
        data, now = b"", time.perf_counter()
        try:
            _timed(port, board, 200, hall.boards, lock)
        except OSError as problem:
            hall.boards.errors.append(repr(problem))
        with lock:
            # of several calls told together the first waited longest
            if len(calls) > seen:
                hall.delays.append(max(0.0, now - calls[seen]))
            seen = len(calls)
    stream.close()
