"""The operations that are measured: what a browser would send to the portal, and the same work asked of the floor."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from bench import words
from bench.driver import Clerk, Plan, request, ticket_of
from bench.seed import SCREEN_TOKEN

WORD = "噪音"
NAMES = {
    "list": "case list",
    "search": "search 噪音",
    "open": "open case",
    "register": "register",
    "call": "call next",
    "board": "hall screen",
}
Make = Callable[[], bytes]


def portal(name: str, numbers: list[tuple[int, str]]) -> Plan:
    """``numbers``: (id, number) of cases that the clerks may see."""
    return {
        "list": Plan("list", 200, partial(_get, "/cases")),
        "search": Plan("search", 200, partial(_get, f"/cases?q={quote(WORD)}")),
        "open": Plan("open", 200, partial(_open, "/cases/{number}", numbers)),
        "register": Plan("register", 303, _register),
        "call": Plan("call", 303, partial(_call, "/queue/window/next", "/queue/tickets/{ticket}/miss")),
        "board": Plan("board", 200, _board),
    }[name]


def floor(name: str, numbers: list[tuple[int, str]]) -> Plan:
    """The same operation on the floor."""
    return {
        "list": Plan("list", 200, partial(_get, "/list/{clerk}")),
        "search": Plan("search", 200, partial(_get, "/search/{clerk}")),
        "open": Plan("open", 200, partial(_open, "/open/{clerk}/{case}/{number}", numbers)),
        "register": Plan("register", 303, partial(_register, path="/register/{clerk}")),
        "call": Plan("call", 303, partial(_call, "/call/{clerk}", "/miss/{clerk}/{ticket}")),
        "board": Plan("board", 200, partial(_get, "/board/{clerk}")),
    }[name]


def fields(rng: Random, token: str) -> dict[str, object]:
    """A registration as a clerk types it."""
    subject, facts, demand, category, about = words.matter(rng)
    person = {"petitioner_name": words.person_name(rng), "phone": words.phone(rng), "address": words.address(rng)}
    person["id_number"] = words.id_number(rng, rng.randrange(1_000_000, 20_000_000))
    stated = {"subject": subject, "facts": facts, "demands": demand, "category": category, "respondent_name": about}
    fixed = {"channel": "visit", "platform": "petition", "purpose": "claim", "headcount": 1, "litigation": "none"}
    return {"csrf_token": token, "once": f"{rng.getrandbits(80):020x}", "region": "140802", **fixed, **stated, **person}


def headers(clerk: Clerk) -> dict[str, str]:
    """The person's cookie."""
    return {"Cookie": f"portal={clerk.cookie}"} if clerk.cookie else {}


def screen_headers() -> dict[str, str]:
    """A wall screen's cookie: it is nobody's login."""
    return {"Cookie": f"portal_screen={quote(SCREEN_TOKEN)}"}


def _get(path: str, rng: Random, clerk: Clerk, database: Path) -> Iterator[list[Make]]:
    ready = request("GET", path.replace("{clerk}", str(clerk.id)), headers(clerk))
    while True:
        yield [lambda: ready]


def _board(rng: Random, clerk: Clerk, database: Path) -> Iterator[list[Make]]:
    ready = request("GET", "/screens/hall/board", screen_headers())
    while True:
        yield [lambda: ready]


def _open(path: str, numbers: list[tuple[int, str]], rng: Random, clerk: Clerk, database: Path) -> Iterator[list[Make]]:
    chosen = rng.sample(numbers, min(len(numbers), 500))
    made = [
        request("GET", path.format(clerk=clerk.id, case=case, number=number), headers(clerk)) for case, number in chosen
    ]
    for ready in cycle(made):
        yield [lambda ready=ready: ready]


def _register(rng: Random, clerk: Clerk, database: Path, path: str = "/cases/new") -> Iterator[list[Make]]:
    path = path.replace("{clerk}", str(clerk.id))
    while True:
        ready = request("POST", path, headers(clerk), urlencode(fields(rng, clerk.token)))
        yield [lambda ready=ready: ready]


def _call(call: str, miss: str, rng: Random, clerk: Clerk, database: Path) -> Iterator[list[Make]]:
    """Call the next visitor (timed); nobody comes, so the number is missed and the window free for the next round."""
    look, body = ticket_of(database, clerk.id), urlencode({"csrf_token": clerk.token})
    first = request("POST", call.replace("{clerk}", str(clerk.id)), headers(clerk), body)

    def second() -> bytes:
        ticket, version = look()
        path = miss.replace("{clerk}", str(clerk.id)).replace("{ticket}", str(ticket))
        return request(
            "POST", path, headers(clerk), urlencode({"csrf_token": clerk.token, "version": version, "sure": "1"})
        )

    while True:
        yield [lambda: first, second]
