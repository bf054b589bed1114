"""Who asks: keep-alive connections in a process of their own, so that the driver's interpreter lock is not the server's.

Standard library only, on bare sockets: what the driver spends is taken from the server on the same machine.
"""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

TRIES = 200
WARM_UP = 1.0


class Connection:
    """One keep-alive connection. ``ask`` sends whole requests as bytes and returns status and body."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body."""
        self.socket.sendall(request)
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[:end], data[end + 4 :]
        length = _length(head)
        while len(body) < length:
            body += self._more()
        self._rest = body[length:]
        return int(head[9:12]), head, body[:length]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def _more(self) -> bytes:
        if not (piece := self.socket.recv(262144)):
            raise ConnectionError("the server hung up")
        return piece


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : (head + b"\r\n").index(b"\r\n", at)]) if at >= 0 else 0


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def balanced(port: int, workers: list[int], count: int, ping: bytes) -> list[Connection]:
    """``count`` connections, equally many held by each worker.

    The kernel spreads connections by hashing their addresses, evenly only in the long run. So connections are opened until
    each worker holds its share, and those too many are closed. Who holds one is read from /proc: the socket at the server's
    end has an inode, and that inode is among the files of exactly one worker.
    """
    held: dict[int, list[Connection]] = {worker: [] for worker in workers}
    share = count // len(workers)
    for _ in range(TRIES):
        if all(len(each) == share for each in held.values()):
            return [connection for pair in zip(*held.values(), strict=True) for connection in pair]
        connection = Connection(port)
        connection.ask(ping)  # accepted for certain
        worker = _holder(connection.socket.getsockname()[1], port, workers)
        if worker is not None and len(held[worker]) < share:
            held[worker].append(connection)
        else:
            connection.close()
    raise RuntimeError(f"{TRIES} connections did not fall evenly on {len(workers)} workers")


def _holder(client_port: int, server_port: int, workers: list[int]) -> int | None:
    inode = None
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if (int(fields[1][-4:], 16), int(fields[2][-4:], 16)) == (server_port, client_port):
            inode = fields[9]
    for worker in workers:
        for file in Path(f"/proc/{worker}/fd").iterdir():
            try:
                if os.readlink(file) == f"socket:[{inode}]":
                    return worker
            except FileNotFoundError:
                continue
    return None


@dataclass(frozen=True)
class Clerk:
    """A signed-in person: account id (also the number of the login), cookie and CSRF token; both empty for the floor."""

    id: int
    cookie: str = ""
    token: str = ""


@dataclass
class Measured:
    """Latencies in seconds of what was measured, how long it took in all, and what went wrong."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Milliseconds below which ``share`` of the answers lie; 0 without answers."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


@dataclass(frozen=True)
class Plan:
    """One operation to be measured: how the requests of one round are made, which one is timed, what answer is right.

    ``rounds(rng, clerk)`` yields the requests of one round after another; the timed one is the first of each round.
    """

    name: str
    status: int
    rounds: Callable[[Random, Clerk, Path], Iterable[list[Callable[[], bytes]]]]


def measure(
    port: int,
    workers: list[int],
    clerks: list[Clerk],
    plan: Plan,
    database: Path,
    ping: bytes,
    seconds: float,
    seed: int,
) -> Measured:
    """Let each clerk repeat ``plan`` over one connection for ``seconds``; the first second is not counted."""
    connections = balanced(port, workers, len(clerks), ping)
    told, lock, gate = Measured(), threading.Lock(), threading.Barrier(len(clerks))

    def run(connection: Connection, clerk: Clerk) -> None:
        mine, wrong = [], []
        gate.wait()
        start = time.perf_counter() + WARM_UP
        try:
            for parts in plan.rounds(Random(seed * 1000 + clerk.id), clerk, database):
                for position, make in enumerate(parts):
                    sent = time.perf_counter()
                    status, _head, body = connection.ask(make())
                    took = time.perf_counter() - sent
                    if status != plan.status:
                        wrong.append(f"{status} {body[:200].decode(errors='replace')}")
                    elif position == 0 and sent >= start:
                        mine.append(took)
                if time.perf_counter() > start + seconds:
                    break
        except (OSError, ValueError, LookupError) as problem:
            wrong.append(repr(problem))
        with lock:
            told.latencies += mine
            told.errors += wrong
            told.seconds = max(told.seconds, time.perf_counter() - start)
        connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(connections, clerks, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def ticket_of(database: Path, clerk: int) -> Callable[[], tuple[int, int]]:
    """A function that tells the id and version of the ticket called to ``clerk``; read from the file, beside the server."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)
    query = "SELECT id, version FROM ticket WHERE account_id = ? AND state = 'called'"

    def look() -> tuple[int, int]:
        found = connection.execute(query, (clerk,)).fetchone()
        if found is None:
            raise LookupError(f"no ticket was called to clerk {clerk}")
        return found

    return look
