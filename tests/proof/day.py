"""A whole day of a large hall, lived by many clerks and greeters at once: everything that can happen to a number happens."""

import threading
import time
from datetime import timedelta
from random import Random

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor, actor_of
from portal.access.models import Account
from portal.access.permissions import Role, granted
from portal.handoff import operations as handoff
from portal.organisation.models import Service, Window
from portal.queue import operations as queue
from portal.queue.models import Ticket
from tests.proof import hall
from tests.proof.workers import Told

WITHIN = 900.0  # seconds the largest day may take on a busy machine
STUCK = 45.0  # seconds in which nobody ended a number: somebody's failure left one open
GREETERS = (0, -1)  # items of the greeters' threads, which bring missed numbers back or let them go
CENTRE, GREETER = hall.CENTRE, Actor(1000, hall.CENTRE, "导引员", None, (), granted([Role.GREETER]))
OPEN = ("waiting", "called", "serving", "held", "missed")
# what a clerk may do with a visitor who came; the rest of the chances is finishing
CHANCES = (("hold", 0.12), ("requeue", 0.1), ("transfer", 0.1), ("relay", 0.12))


def live(app: Flask, told: Told, rng: Random, item: int) -> None:
    """``item``: a clerk's id, or one of GREETERS. Ends when no number of the day is open. Appends (ticket id, version, step)."""
    work = _Greeter(told, rng) if item in GREETERS else _Clerk(told, rng, item)
    hesitation, until, before, moved = threading.Event(), time.monotonic() + WITHIN, -1, time.monotonic()
    while time.monotonic() < until and not told.problems:
        if work.step():
            continue
        left = database.db.session.scalar(select(func.count()).select_from(Ticket).where(Ticket.state.in_(OPEN)))
        database.db.session.rollback()
        if not left:
            return
        if left != before:
            before, moved = left, time.monotonic()
        elif time.monotonic() - moved > STUCK:
            raise TimeoutError(f"{item}: {left} numbers stay open for {STUCK} s")
        hesitation.wait(rng.uniform(0.03, 0.2))
    if not told.problems:
        raise TimeoutError(f"{item} was still at work after {WITHIN} s")


class _Greeter:
    """At the desk: most who were missed come back once, some go home."""

    def __init__(self, told: Told, rng: Random) -> None:
        self.told, self.rng = told, rng

    def step(self) -> bool:
        missed = select(Ticket.id, Ticket.version).where(Ticket.state == "missed").order_by(Ticket.id)
        rows = database.db.session.execute(missed.limit(5)).all()
        database.db.session.rollback()
        if not rows:
            return False
        ticket_id, version = self.rng.choice(rows)
        step = "restored" if self.rng.random() < 0.7 else "left"
        operation = queue.restore if step == "restored" else queue.leave
        try:
            ticket = database.attempt(_run, operation, GREETER, ticket_id, version)
        except queue.StaleTicket:
            return True  # the other greeter was faster
        self.told.done.append((ticket.id, ticket.version, step))
        return True


class _Clerk:
    """At a window: call, wait, serve, and every way in which a visit goes on elsewhere or later."""

    def __init__(self, told: Told, rng: Random, clerk: int) -> None:
        self.told, self.rng, self.window_id = told, rng, clerk
        session = database.db.session
        self.actor = actor_of(session.get(Account, clerk))
        rows = session.execute(select(Service.id, Service.platform)).all()
        self.own = [row.id for row in rows if row.platform in self.actor.platforms]
        # clerk and window have the same number in this hall
        self.colleagues = list(
            session.scalars(select(Window.id).where(Window.platform.in_(self.actor.platforms), Window.id != clerk))
        )
        self.others = [row.id for row in rows if row.platform not in self.actor.platforms]
        session.rollback()
        self.held: list[tuple[int, int]] = []

    def step(self) -> bool:
        if self.held and self.rng.random() < 0.5:
            return self._serve(*self._keep(queue.resume_held, "resumed", *self.held.pop(0)))
        try:
            called = database.attempt(_call, self.actor)
        except queue.StaleTicket:
            return True
        if called is None:
            if self.held:
                return self._serve(*self._keep(queue.resume_held, "resumed", *self.held.pop(0)))
            return False
        self.told.done.append((*called, "called"))
        while self.rng.random() < 0.2:
            try:
                called = self._keep(queue.recall, "recalled", *called)
            except queue.Refused:
                break
        if self.rng.random() < 0.12:
            self._keep(queue.miss, "missed", *called)
            return True
        return self._serve(*self._keep(queue.start, "started", *called))

    def _serve(self, ticket_id: int, version: int) -> bool:
        chosen, step = self.rng.random(), "finish"
        for name, chance in CHANCES:
            if chosen < chance:
                step = name
                break
            chosen -= chance
        getattr(self, f"_{step}")(ticket_id, version)
        return True

    def _finish(self, ticket_id: int, version: int) -> None:
        self._keep(queue.finish, "finished", ticket_id, version, reason="left")

    def _hold(self, ticket_id: int, version: int) -> None:
        self.held.append(self._keep(queue.hold, "held", ticket_id, version, reason="取证件"))

    def _requeue(self, ticket_id: int, version: int) -> None:
        self._keep(queue.requeue, "requeued", ticket_id, version, service_id=self.rng.choice(self.own))

    def _transfer(self, ticket_id: int, version: int) -> None:
        """To a service, a window or a person of the same platform, whichever chance says."""
        goals = [{"service_id": self.rng.choice(self.own)}]
        if self.colleagues:
            colleague = self.rng.choice(self.colleagues)
            goals += [{"window_id": colleague}, {"account_id": colleague}]
        goal = self.rng.choice(goals)
        try:
            self._keep(queue.transfer, "transferred", ticket_id, version, **goal)
        except queue.Refused:  # where it already is
            self._finish(ticket_id, version)

    def _relay(self, ticket_id: int, version: int) -> None:
        def send(session: Session) -> None:
            to, at = self.rng.choice(self.others), clock.now()
            handoff.send(session, self.actor, ticket_id, to, version=version, purpose="请接着办", at=at)

        database.attempt(send)
        self.told.done.append((ticket_id, version + 1, "relayed"))

    def _keep(self, operation, step: str, ticket_id: int, version: int, **given: object) -> tuple[int, int]:
        ticket = database.attempt(_run, operation, self.actor, ticket_id, version, given)
        self.told.done.append((ticket.id, ticket.version, step))
        return ticket.id, ticket.version


def _run(session: Session, operation, actor: Actor, ticket_id: int, version: int, given: dict | None = None) -> Ticket:
    return operation(session, actor, ticket_id, version=version, at=clock.now(), **(given or {}))


def _call(session: Session, actor: Actor) -> tuple[int, int] | None:
    ticket = queue.call_next(session, actor, at=clock.now())
    return (ticket.id, ticket.version) if ticket else None


def queue_up(session: Session, tickets: int, rng: Random) -> None:
    """Visitors of all classes and services, a second apart, the last of them just now."""
    start = clock.now() - timedelta(seconds=tickets)
    services = list(session.scalars(select(Service.id).order_by(Service.id)))
    for second in range(tickets):
        queue.take_ticket(
            session,
            GREETER,
            service_id=rng.choice(services),
            priority=rng.choice(("ordinary", "ordinary", "frail", "military")),
            headcount=rng.choice((1, 1, 1, 2, 6)),
            person=None,
            at=start + timedelta(seconds=second),
            quick=rng.random() < 0.15,
        )
