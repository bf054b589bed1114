"""What runs in the other processes of a proof: many threads that work at once, and a plain account of what each was told."""

import multiprocessing
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, create_app, database
from portal.access.actor import Actor, actor_of
from portal.access.models import Account
from portal.cases import operations as cases
from portal.config import Settings
from portal.queue import operations as queue

WITHIN = 240.0  # seconds a proof may take before it counts as stuck


@dataclass
class Told:
    """What one process saw: ``done`` in order, and ``problems`` as tracebacks."""

    done: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Abandoned(Exception):
    """Raised on purpose after the work was done and before it was committed."""


def run(
    work: Callable[..., None],
    settings: Settings,
    seed: int,
    shares: Sequence[Sequence[Any]],
    within: float = WITHIN,
) -> Told:
    """``work(app, told, rng, item)`` in one thread for each item, one process for each share; what all were told together."""
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    processes = [
        spawn.Process(target=_process, args=(work, settings, seed * 1000 + number, share, answers), daemon=True)
        for number, share in enumerate(shares)
    ]
    for process in processes:
        process.start()
    try:
        told = [answers.get(timeout=within) for _ in processes]
    finally:
        for process in processes:
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
    return Told([one for each in told for one in each.done], [one for each in told for one in each.problems])


def _process(work: Callable[..., None], settings: Settings, seed: int, share: Sequence[Any], answers: Any) -> None:
    told = Told()
    try:
        app = create_app(settings)
        ready = threading.Barrier(len(share))
        threads = [
            threading.Thread(target=_thread, args=(work, app, told, Random(seed * 1000 + number), item, ready))
            for number, item in enumerate(share)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        told.problems.append(traceback.format_exc())
    answers.put(told)


def _thread(
    work: Callable[..., None], app: Flask, told: Told, rng: Random, item: Any, ready: threading.Barrier
) -> None:
    try:
        with app.app_context():
            ready.wait(timeout=60)
            work(app, told, rng, item)
    except BaseException:
        told.problems.append(traceback.format_exc())


def serve_until_empty(app: Flask, told: Told, rng: Random, clerk: int) -> None:
    """One of a clerk's browser tabs: call, start and finish until nobody waits. Appends (ticket id, window id, step)."""
    actor, hesitation = _actor(clerk), threading.Event()
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        try:
            ticket = database.attempt(_call, actor)
        except (queue.StillServing, queue.StaleTicket):
            hesitation.wait(rng.uniform(0, 0.004))  # the same clerk's other tab was faster: look again
            continue
        if ticket is None:
            return
        ticket_id, version, window_id = ticket
        told.done.append((ticket_id, window_id, "called"))
        version = database.attempt(_start, actor, ticket_id, version)
        told.done.append((ticket_id, window_id, "started"))
        database.attempt(_finish, actor, ticket_id, version)
        told.done.append((ticket_id, window_id, "finished"))
    raise TimeoutError(f"clerk {clerk} was still at work after {WITHIN} s")


def register_some(app: Flask, told: Told, rng: Random, item: tuple[int, int]) -> None:
    """``item``: (clerk, how many). Registers so many cases; now and then one is thrown away at the last moment."""
    clerk, count = item
    actor = _actor(clerk)
    for _ in range(count):
        if rng.random() < 0.3:
            try:
                database.attempt(_register, actor, True)
            except Abandoned:
                pass
        told.done.append(database.attempt(_register, actor, False))


def _actor(clerk: int) -> Actor:
    actor = actor_of(database.db.session.get(Account, clerk))
    database.db.session.rollback()
    return actor


def _call(session: Session, actor: Actor) -> tuple[int, int, int] | None:
    ticket = queue.call_next(session, actor, at=clock.now())
    return (ticket.id, ticket.version, ticket.window_id) if ticket else None


def _start(session: Session, actor: Actor, ticket_id: int, version: int) -> int:
    return queue.start(session, actor, ticket_id, version=version, at=clock.now()).version


def _finish(session: Session, actor: Actor, ticket_id: int, version: int) -> None:
    queue.finish(session, actor, ticket_id, version=version, at=clock.now(), reason="left")


def _register(session: Session, actor: Actor, abandon: bool) -> str:
    at = clock.now()
    given = cases.Registration(
        "visit", "claim", "夜间施工噪音", at, facts="每晚施工到凌晨。", demands=("停止夜间施工",)
    )
    number = cases.register(session, actor, given, at=at).number
    if abandon:
        raise Abandoned
    return number
