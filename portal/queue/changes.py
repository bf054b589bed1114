"""Waking the waiting: one listener per process watches the topic revisions and tells the open streams what changed.

Knows neither requests nor the session's pool: it reads over one connection of its own, and a stream that waits holds none
(streams that queried through the pool held all of it).
"""

import logging
import select
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

log = logging.getLogger(__name__)

CHANNEL = "portal_topics"  # trail.operations.bump notifies it
BEAT = 0.15  # seconds between two looks at SQLite's data version
ASK_ANYWAY = 5  # beats of a second without a notification after which PostgreSQL is asked all the same
BEATS_UNTIL_GONE_IS_SEEN = {"sqlite": 7, "postgresql": 1}
COALESCE = 0.25
PACE = 0.006  # seconds between two walls that this process tells: each fetches its board at once, and pages are answered in between
KEEP_ALIVE = 15.0
RETRY_MS = 2000
BETWEEN = ","  # the marks of the pages that share a stream
FIRST_PAUSE, LAST_PAUSE = 0.5, 15.0
GONE = select.POLLERR | select.POLLHUP | getattr(select, "POLLRDHUP", 0)

Topic = tuple[int, str]  # centre id, topic


class Full(Exception):
    """No room for one more stream in this process, or the process is stopping."""


class Watch(Protocol):
    """How one dialect tells that something was committed."""

    dialect: str

    def changed(self) -> bool:
        """Wait about a beat; whether revisions may have changed since the last look."""

    def read(self, topics: set[Topic]) -> dict[Topic, int]:
        """Revisions of ``topics``; a topic that never changed is missing."""

    def close(self) -> None:
        """Let go of the connection."""


class SqliteWatch:
    """Polls ``PRAGMA data_version``: it moves whenever another connection, of whatever process, has committed."""

    dialect = "sqlite"

    def __init__(self, path: str, stop: threading.Event) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._stop = stop
        self._version = self._look()

    def changed(self) -> bool:
        """True where the data version has moved."""
        self._stop.wait(BEAT)
        before, self._version = self._version, self._look()
        return self._version != before

    def read(self, topics: set[Topic]) -> dict[Topic, int]:
        """One indexed query for each centre."""
        found: dict[Topic, int] = {}
        for centre_id, names in _by_centre(topics).items():
            marks = ",".join("?" * len(names))
            query = f"SELECT topic, value FROM revision WHERE centre_id = ? AND topic IN ({marks})"
            found.update(
                {(centre_id, name): value for name, value in self._connection.execute(query, (centre_id, *names))}
            )
        return found

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _look(self) -> int:
        return self._connection.execute("PRAGMA data_version").fetchone()[0]


class PostgresWatch:
    """LISTENs; every few seconds it says "perhaps" without a notification, for one may be lost with a connection."""

    dialect = "postgresql"

    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute(f"LISTEN {CHANNEL}")
        self._silent = 0

    def changed(self) -> bool:
        """True after a notification, and every ASK_ANYWAY beats."""
        heard = any(True for _ in self._connection.notifies(timeout=1.0, stop_after=1))
        self._silent = 0 if heard or self._silent >= ASK_ANYWAY else self._silent + 1
        return heard or self._silent == 0

    def read(self, topics: set[Topic]) -> dict[Topic, int]:
        """One indexed query for each centre."""
        found: dict[Topic, int] = {}
        query = "SELECT topic, value FROM revision WHERE centre_id = %s AND topic = ANY(%s)"
        for centre_id, names in _by_centre(topics).items():
            found.update(
                {(centre_id, name): value for name, value in self._connection.execute(query, (centre_id, names))}
            )
        return found

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def watch(url: str, stop: threading.Event) -> Watch:
    """The watch for the database at SQLAlchemy's ``url``. Raises the driver's error where it cannot connect."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return SqliteWatch(address.database or "", stop)
    return PostgresWatch(address.set(drivername="postgresql").render_as_string(hide_password=False))


class Subscription:
    """One open stream, as the iterable body of its response: lines of text/event-stream.

    Each of ``parts`` maps topics to the event names its readers know; a page's own stream is one part, the stream of a whole
    browser has one for each page. Says "this changed" and its revision, nothing else.
    """

    def __init__(self, hub: "Hub", parts: Sequence[Mapping[Topic, str]], client: Any, wall: bool = False) -> None:
        self.wall = wall
        self.topics = frozenset(topic for part in parts for topic in part)
        self.client = client
        self._hub = hub
        self._parts = [(part, sorted(part)) for part in parts]
        self._sent: list[dict[Topic, int]] = []  # by part
        self._latest: dict[Topic, int] = {}
        self._guard = threading.Lock()
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._begun = self._breathe = False

    def start(self, current: Mapping[Topic, int], seen: str | None = None) -> None:
        """``current``: revisions read *after* joining. ``seen``: the marks of what the pages already show, if they say so.

        Without a mark a page counts as up to date; with one, everything that moved since is told at once.
        """
        seen_by_part = (seen or "").split(BETWEEN)
        if len(seen_by_part) != len(self._parts):
            seen_by_part = [""] * len(self._parts)
        with self._guard:
            for topic in self.topics:
                self._latest.setdefault(topic, current.get(topic, 0))
            for (_, order), shown in zip(self._parts, seen_by_part, strict=True):
                marks = _marks(shown, len(order))
                self._sent.append(
                    {topic: current.get(topic, 0) for topic in order}
                    if marks is None
                    else dict(zip(order, marks, strict=True))
                )
            if self._moved():
                self._woken.set()

    def tell(self, revisions: Mapping[Topic, int]) -> bool:
        """The listener's news; wakes the stream where they concern it. Returns whether it did."""
        with self._guard:
            self._latest.update({topic: revisions.get(topic, 0) for topic in self.topics})
            wakes = bool(self._sent and self._moved()) and not self._woken.is_set()
            if wakes:
                self._woken.set()
        return wakes

    def end(self) -> None:
        """Let the stream come to its end: the client went away, or the process is stopping."""
        self._ended.set()
        self._woken.set()

    def close(self) -> None:
        """Give the place free; the server calls it when the response is over, however it ended."""
        self._hub.leave(self)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._begun:
            self._begun = True
            return f"retry: {RETRY_MS}\nid: {self._mark()}\n\n"
        if self._breathe:
            self._ended.wait(COALESCE)
        self._breathe = False
        while not self._ended.is_set():
            if not self._woken.wait(KEEP_ALIVE):
                return ": \n\n"
            if news := self._news():
                self._breathe = True
                return news
        self.close()
        raise StopIteration

    def _news(self) -> str:
        with self._guard:
            self._woken.clear()
            if self._ended.is_set():
                return ""
            moved = self._moved()
            self._sent = [{topic: self._latest[topic] for topic in order} for _, order in self._parts]
        mark = self._mark()
        return "".join(f"event: {name}\nid: {mark}\ndata: {value}\n\n" for name, value in moved.items())

    def _moved(self) -> dict[str, int]:
        return {
            names[topic]: self._latest[topic]
            for (names, order), sent in zip(self._parts, self._sent, strict=True)
            for topic in order
            if self._latest[topic] != sent[topic]
        }

    def _mark(self) -> str:
        return BETWEEN.join(mark(sent, order) for sent, (_, order) in zip(self._sent, self._parts, strict=True))


class Hub:
    """Every open stream of this process, and the one thread that watches the database for them.

    The thread starts with the first stream and ends with the last one, so a forked worker starts its own.
    """

    def __init__(self, open_watch: Callable[[threading.Event], Watch], limit: int) -> None:
        self.limit = limit
        self._open_watch = open_watch
        self._lock = threading.Lock()
        self._open: set[Subscription] = set()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    def __len__(self) -> int:
        return len(self._open)

    def join(self, *parts: Mapping[Topic, str], client: Any = None, wall: bool = False) -> Subscription:
        """A place for one stream; ``client``: its socket, watched for the other side's going. Raises Full.

        ``wall``: a screen, told after the pages of people, one after another.
        """
        with self._lock:
            if self._over.is_set() or len(self._open) >= self.limit:
                raise Full
            subscription = Subscription(self, parts, client, wall)
            self._open.add(subscription)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="topic-listener", daemon=True)
                self._thread.start()
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Take a stream off; again and again does no harm."""
        with self._lock:
            self._open.discard(subscription)

    def stop(self) -> None:
        """End every stream and accept no more. Takes no lock: it is called from signal handlers."""
        self._over.set()
        for subscription in tuple(self._open):
            subscription.end()

    def _listen(self) -> None:
        pause = FIRST_PAUSE
        while not self._over.is_set():
            try:
                with closing(self._open_watch(self._over)) as watching:
                    self._tell(watching)  # what was committed before this connection listened
                    pause = FIRST_PAUSE
                    self._follow(watching)
                    return
            except (sqlite3.Error, psycopg.Error, OSError) as problem:
                log.warning("the listener lost the database (%s); next try in %.1f s", problem, pause)
                self._drop_gone()
                self._over.wait(pause)
                pause = min(pause * 2, LAST_PAUSE)

    def _follow(self, watching: Watch) -> None:
        beats = 0
        while not self._over.is_set():
            if watching.changed():
                self._tell(watching)
            beats += 1
            if beats % BEATS_UNTIL_GONE_IS_SEEN[watching.dialect] == 0:
                self._drop_gone()
            with self._lock:
                if not self._open:
                    self._thread = None
                    return

    def _tell(self, watching: Watch) -> None:
        with self._lock:
            listening = tuple(self._open)
        revisions = watching.read({topic for subscription in listening for topic in subscription.topics})
        for subscription in sorted(listening, key=lambda one: one.wall):
            if subscription.tell(revisions) and subscription.wall:
                self._over.wait(PACE)

    def _drop_gone(self) -> None:
        """End streams whose browser has left: each page a clerk leaves would otherwise keep its place until the next comment."""
        poller, clients = select.poll(), {}
        with self._lock:
            for subscription in tuple(self._open):
                if subscription.client is None:
                    continue
                number = subscription.client.fileno()
                if number < 0:  # closed on our side without a close() of the response: the place is free all the same
                    self._open.discard(subscription)
                    subscription.end()
                    continue
                poller.register(number, GONE)
                clients[number] = subscription
        for number, _ in poller.poll(0):
            clients[number].end()


def mark(revisions: Mapping[Topic, int], topics: list[Topic]) -> str:
    """How far a page has seen: the revisions in the order of the sorted topics."""
    return "-".join(str(revisions.get(topic, 0)) for topic in topics)


def _marks(seen: str | None, count: int) -> list[int] | None:
    parts = (seen or "").split("-")
    plain = len(parts) == count and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    return [int(part) for part in parts] if plain else None


def _by_centre(topics: set[Topic]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for centre_id, topic in sorted(topics):
        grouped.setdefault(centre_id, []).append(topic)
    return grouped
