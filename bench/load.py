"""Portal and floor side by side: each operation measured on one, then on the other, twice, in opposite order."""

import multiprocessing
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import plans, record, seed
from bench.driver import Clerk, Connection, Measured, Plan, measure, request
from bench.serve import Server

CONNECTIONS = 8
PORTS = {"portal": 8765, "floor": 8766, "pages": 8767}
TICKETS = 500  # waiting in each of eight queues when the calling begins: far more than any hall ever holds
WARM = 10  # requests of a page that are not counted
USUAL = 25  # waiting in each of them when single pages are looked at
TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
COOKIE = re.compile(rb"set-cookie: portal=([^;]*)", re.IGNORECASE)
# What a clerk opens in the course of a day; {number} is a case open to the clerk.
PAGES = {
    "start page": "/",
    "case list": "/cases",
    "case list, page 40": "/cases?before={middle}",
    "case list by date": "/cases?order=due",
    "closed cases": "/cases?state=closed",
    "search 噪音": "/cases?q=%E5%99%AA%E9%9F%B3",
    "search 公交车站 (not there)": "/cases?q=%E5%85%AC%E4%BA%A4%E8%BD%A6%E7%AB%99",
    "search 噪音 by date": "/cases?q=%E5%99%AA%E9%9F%B3&order=due",
    "registration form": "/cases/new",
    "open case": "/cases/{number}",
    "window console, idle": "/queue/window",
    "overview": "/queue/overview",
    "relays": "/relays",
    "inbox": "/inbox",
    "letters": "/letters",
    "kinds of letters of a case": "/cases/{number}/letters/new",
    "guide of a case": "/cases/{number}/guide",
    "leaders' week": "/leadership/week",
}
OF_OTHERS = (
    ("greeter's desk", "desk", "/queue/desk"),
    ("case list of the head", "head", "/cases"),
    ("calendar", "hall", "/admin/calendar"),
    ("rules", "hall", "/admin/rules"),
    ("leaders' week of the office", "office", "/leadership/week"),
    ("receptions ahead", "office", "/leadership/bookings"),
    ("tasks of units", "office", "/leadership/tasks"),
    ("656 sponsored matters", "office", "/leadership/sponsorships"),
    ("coverage", "office", "/leadership/coverage"),
    ("a leader's page", "office", "/leadership/desk"),
    ("statistics of receptions", "office", "/leadership/statistics"),
)


@dataclass
class Result:
    """One operation on one side, both rounds together. ``cpu``: milliseconds of the workers' processor time per request."""

    per_second: float
    cpu: float
    p50: float
    p95: float
    p99: float
    requests: int
    errors: list[str]


class Sides:
    """The portal and the floor, both running on copies of the same data, and signed-in clerks."""

    def __init__(self, cases: int, folder: Path, say: Callable[[str], None]) -> None:
        self.cases, self._folder, self._stack, self._say = cases, folder, ExitStack(), say

    def __enter__(self) -> "Sides":
        try:
            return self._open()
        except BaseException:
            self._stack.close()  # a server left behind would share its port with the next one
            raise

    def _open(self) -> "Sides":
        kept = seed.folder(self.cases, self._say)
        self.homes = {name: seed.copy_of(kept, self._folder / name) for name in ("portal", "recording", "pages")}
        seed.stock(self.homes["portal"], TICKETS)
        seed.stock(self.homes["pages"], USUAL)
        shutil.copyfile(self.homes["portal"] / "portal.sqlite3", self.homes["recording"] / "portal.sqlite3")
        self.homes["floor"] = seed.copy_of(self.homes["portal"], self._folder / "floor")
        told = record.record(self.homes["recording"], self._folder / "recorded.json")
        self.sizes = {name: one["bytes"] for name, one in told["operations"].items()}
        self.numbers = record.visible(self.homes["portal"], 2000)
        floor = {"FLOOR_HOME": str(self.homes["floor"]), "FLOOR_RECORD": str(self._folder / "recorded.json")}
        self.servers = {
            "portal": self._start("wsgi:app", "portal", seed.environment_of(self.homes["portal"]), "/healthz"),
            "pages": self._start("wsgi:app", "pages", seed.environment_of(self.homes["pages"]), "/healthz"),
            "floor": self._start("bench.floor:app", "floor", floor, "/ping"),
        }
        self.clerks = {"portal": [self.sign_in(number) for number in range(1, CONNECTIONS + 1)]}
        self.clerks["floor"] = [Clerk(number) for number in range(1, CONNECTIONS + 1)]
        spawn = multiprocessing.get_context("spawn")
        self._driver = self._stack.enter_context(ProcessPoolExecutor(max_workers=1, mp_context=spawn))
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def _start(self, application: str, name: str, environment: dict[str, str], ping: str) -> Server:
        return self._stack.enter_context(
            Server(application, PORTS[name], environment, self._folder / f"{name}.log", ping)
        )

    def sign_in(self, number: int, login_name: str | None = None) -> Clerk:
        """The clerk of that number, through the sign-in page."""
        connection = Connection(PORTS["portal"])
        _, head, page = connection.ask(request("GET", "/login", {}))
        fields = {
            "csrf_token": TOKEN.search(page)[1].decode(),
            "login_name": login_name or f"clerk{number:02d}",
            "password": seed.PASSWORD,
        }
        cookie = COOKIE.search(head)[1].decode()
        status, head, _ = connection.ask(request("POST", "/login", {"Cookie": f"portal={cookie}"}, urlencode(fields)))
        if status != 303:
            raise RuntimeError(f"clerk {number} cannot sign in: {status}")
        cookie = COOKIE.search(head)[1].decode()
        _, head, page = connection.ask(request("GET", "/account", {"Cookie": f"portal={cookie}"}))
        connection.close()
        fresh = COOKIE.search(head)
        return Clerk(number, fresh[1].decode() if fresh else cookie, TOKEN.search(page)[1].decode())

    def compare(self, name: str, seconds: float) -> dict[str, Result]:
        """``name`` on both sides: portal, floor, floor, portal, each for half of ``seconds``."""
        made = {"portal": plans.portal(name, self.numbers), "floor": plans.floor(name, self.numbers)}
        parts: dict[str, list[tuple[Measured, float]]] = {"portal": [], "floor": []}
        for turn, side in enumerate(("portal", "floor", "floor", "portal")):
            parts[side].append(self._measure(side, made[side], seconds / 2, turn))
        return {side: _joined(measured) for side, measured in parts.items()}

    def _measure(self, side: str, plan: Plan, seconds: float, turn: int) -> tuple[Measured, float]:
        server = self.servers[side]
        ping = request("GET", "/healthz" if side == "portal" else "/ping", {})
        before = server.cpu()
        arguments = (
            server.port,
            server.workers,
            self.clerks[side],
            plan,
            self.homes[side] / "portal.sqlite3",
            ping,
            seconds,
            turn,
        )
        told = self._driver.submit(measure, *arguments).result()
        return told, server.cpu() - before

    def apart(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """``work`` in the driver's process."""
        return self._driver.submit(work, *arguments).result()

    def pages(self, rounds: int) -> dict[str, tuple[float, float, float, int]]:
        """Each page asked for alone, one after another: median, p95 and processor time in milliseconds, and bytes."""
        told = {}
        for name, path in PAGES.items():
            told[name] = self._page(self.clerks["portal"][0], path, rounds)
        for name, login, path in OF_OTHERS:
            told[name] = self._page(self.sign_in(0, login), path, rounds)
        return told

    def _page(self, clerk: Clerk, path: str, rounds: int) -> tuple[float, float, float, int]:
        path = path.format(number=self.numbers[0][1], middle=self.numbers[min(1000, len(self.numbers) - 1)][0])
        ready = request("GET", path, {"Cookie": f"portal={clerk.cookie}"})
        plan = Plan(path, 200, _Same(ready))
        server = self.servers["pages"]
        self.apart(measure_rounds, server.port, plan, WARM)
        before = server.cpu()
        told = self.apart(measure_rounds, server.port, plan, rounds)
        cpu = (server.cpu() - before) / rounds * 1000
        if told.errors:
            raise RuntimeError(f"{path}: {told.errors[0]}")
        connection = Connection(server.port)
        size = len(connection.ask(ready)[2])
        connection.close()
        return told.percentile(0.5), told.percentile(0.95), cpu, size


@dataclass(frozen=True)
class _Same:
    """The same request for ever."""

    ready: bytes

    def __call__(self, *_: object):
        while True:
            yield [lambda: self.ready]


def measure_rounds(port: int, plan: Plan, rounds: int) -> Measured:
    """One clerk alone, ``rounds`` requests one after another."""
    connection, told = Connection(port), Measured()
    parts = plan.rounds()
    for _ in range(rounds):
        ready = next(parts)[0]()
        sent = time.perf_counter()
        status, _, body = connection.ask(ready)
        told.latencies.append(time.perf_counter() - sent)
        if status != plan.status:
            told.errors.append(f"{status} {body[:300].decode(errors='replace')}")
    connection.close()
    return told


def _joined(parts: list[tuple[Measured, float]]) -> Result:
    both = Measured([one for told, _ in parts for one in told.latencies], sum(told.seconds for told, _ in parts))
    count = max(1, len(both.latencies))
    # the second before the count begins is in the processor time but not in the count: the share is put right
    share = both.seconds / (both.seconds + len(parts))
    return Result(
        per_second=count / both.seconds,
        cpu=sum(cpu for _, cpu in parts) * share / count * 1000,
        p50=both.percentile(0.5),
        p95=both.percentile(0.95),
        p99=both.percentile(0.99),
        requests=count,
        errors=[one for told, _ in parts for one in told.errors],
    )
