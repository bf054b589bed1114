"""How walls are drawn and served: composed from what is known now, drawn once for each change, served from memory."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for

from portal import clock, health
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import boards, composition
from portal.queue.boards import Scope
from portal.queue.layouts import Plan
from portal.queue.models import Screen
from portal.queue.views import blueprint

MOST_KEPT = 256  # boards in memory; a hall has a few dozen windows, areas and layouts
SERVED_AT = "X-Served-At"  # the hall's time of each answer; a board's own data-at is that of its last change
SILENT = ("window", "schedule")
STILL = 24  # letters of a notice that any wall shows whole
RUNS = (40, 60, 90, 130, 180, 260, 380, 560, 800, 1700)  # letters of a running line, each with its own length of time
SPEAKER = "queue.next_announcement"

blueprint.add_app_template_filter(composition.pages, "wall_pages")


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    version: Hashable = None
    html: str = ""
    etag: str = ""


class Boards:
    """Boards as last drawn: one drawing for each change, however many screens fetch it. In memory, per process.

    Keeps the ``most`` last asked for, so that screens that come and go leave nothing behind.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: Hashable, version: Hashable, draw: Callable[[], str]) -> tuple[str, str]:
        """HTML and ETag of ``name`` at ``version``; ``draw`` runs only where the version is new, and holds up no other board."""
        with self._lock:
            kept = self._kept.setdefault(name, _Kept())
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        with kept.lock:
            if kept.version != version:
                html = draw()
                kept.version, kept.html = version, html
                kept.etag = hashlib.sha256(html.encode()).hexdigest()[:24]
            return kept.html, kept.etag


@dataclass(frozen=True)
class Wall:
    """One wall: whose board, with which plan, in which centre. ``build`` changes where the page around the board would."""

    scope: Scope
    plan: Plan
    centre: Centre

    @property
    def build(self) -> str:
        """A screen whose page has another build loads its page anew."""
        frame = (health.VERSION, self.centre.name, self.centre.notice, self.plan, self.scope)
        return f"{health.VERSION}-{hashlib.sha256(repr(frame).encode()).hexdigest()[:12]}"


def page_of(wall: Wall, at: datetime, board_url: str, stream_url: str) -> dict[str, Any]:
    """Everything a wall's whole page needs."""
    return {
        **frame(board_url, stream_url, wall.centre, silent=wall.plan.kind in SILENT),
        "board": drawn(wall, at),
        "plan": wall.plan,
        "speak_url": speaker(wall.plan),
    }


def frame(board_url: str, stream_url: str, centre: Centre | None = None, *, silent: bool = False) -> dict[str, Any]:
    """What screen_layout.html needs around a board."""
    return {
        "board_url": board_url,
        "stream_url": stream_url,
        "centre": centre,
        "served_at": clock.local(clock.now()),
        "silent": silent,
    }


def stated(shown: Any, at: datetime, build: str = health.VERSION) -> dict[str, Any]:
    """What the root of each board carries."""
    return {"shown": shown, "at": clock.local(at).isoformat(timespec="seconds"), "build": build}


def drawn(wall: Wall, at: datetime) -> dict[str, Any]:
    """The wall's board at the moment ``at``, composed."""
    shown = boards.board(db.session, wall.scope, wall.plan.blocks, at)
    ticker = line(shown.notices) if wall.plan.ticker else None
    composed = composition.compose(composition.measure(shown), ticker=ticker is not None)
    return {**stated(shown, at, wall.build), "composed": composed, "ticker": ticker, "scope": wall.scope}


class Devices:
    """Which wall each device is, as found within this minute, so that a call costs a screen one question and not four.

    A device that is revoked, or given another task or layout, has its own topic bumped: it is then looked up anew.
    """

    def __init__(self, most: int = 4 * MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[str, str, int | None, Wall]] = OrderedDict()

    def recall(self, key: tuple[str, str], at: datetime) -> tuple[str, int | None, Wall] | None:
        """(its own topic, that topic's revision when it was found, the wall), or None where it must be looked up."""
        with self._lock:
            known = self._known.get(key)
        return known[1:] if known and known[0] == minute(at) else None

    def keep(self, key: tuple[str, str], at: datetime, topic: str, revision: int | None, wall: Wall) -> None:
        """What was just looked up; the oldest go where there are too many."""
        with self._lock:
            self._known[key] = (minute(at), topic, revision, wall)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def minute(at: datetime) -> str:
    """Part of each board's version: 数据时间 goes on in a quiet hall, a new day begins, notices come and go."""
    return f"{clock.local(at):%Y-%m-%d %H:%M}"


def recalled(kind: str, token: str, at: datetime) -> Response | None:
    """The board of a device already known this minute; None where it is not, or has changed."""
    known = devices().recall((kind, token), at)
    if known is None:
        return None
    topic, revision, wall = known
    wanted = {topic, *boards.topics(wall.scope, wall.plan.blocks)}
    changed = boards.revisions(db.session, wall.scope.centre_id, wanted)
    if dict(changed).get(topic) != revision:
        return None
    return board(wall, at, tuple(pair for pair in changed if pair[0] != topic))


def devices() -> Devices:
    """This process's devices."""
    return current_app.extensions.setdefault("portal_devices", Devices())


def board(wall: Wall, at: datetime, changed: tuple[tuple[str, int], ...] | None = None) -> Response:
    """The board alone: from memory, with an ETag. ``changed``: the revisions of its topics, where they were read already."""
    if changed is None:
        topics = boards.topics(wall.scope, wall.plan.blocks)
        changed = boards.revisions(db.session, wall.scope.centre_id, topics)
    version = (minute(at), wall.build, changed)
    name = (wall.plan.kind, wall.scope, wall.plan.layout_id)
    return serve(name, version, lambda: render_template("screens/_wall.html", board=drawn(wall, at)))


def serve(name: Hashable, version: Hashable, draw: Callable[[], str]) -> Response:
    """A board from memory; 304 where the screen has it already."""
    kept: Boards = current_app.extensions.setdefault("portal_boards", Boards())
    html, etag = kept.get(name, version, draw)
    response = make_response(html)
    # kept by the screen, but asked about every time; it holds nothing personal
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(etag)
    return timed(response.make_conditional(request))


def timed(response: Response) -> Response:
    """``response`` with the hall's time: a screen never trusts the clock of its own little computer."""
    response.headers[SERVED_AT] = clock.local(clock.now()).isoformat(timespec="milliseconds")
    return response


@dataclass(frozen=True)
class Line:
    """Running notices. ``run`` names the speed's class ("" stands still)."""

    texts: tuple[str, ...]
    run: str


def line(notices: tuple[str, ...]) -> Line | None:
    """The notices as one line below the board; None where there are none."""
    if not notices:
        return None
    length = sum(composition.ems(text) + 4 for text in notices)
    if len(notices) == 1 and length - 4 <= STILL:
        return Line(notices, "")
    return Line(notices, f"run-{next((n for n, most in enumerate(RUNS, 1) if length <= most), len(RUNS))}")


def speaker(plan: Plan) -> str | None:
    """Where a speaking screen asks what to say next; None where it says nothing."""
    return url_for(SPEAKER) if plan.speaks and SPEAKER in current_app.view_functions else None


def centre_of(screen: Screen) -> Centre:
    """The centre of an approved screen."""
    return db.session.get(Centre, screen.centre_id)
