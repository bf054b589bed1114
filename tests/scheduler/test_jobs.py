"""Periodic work is done once, by whichever scheduler holds the lease, and a stop is clean."""

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.config import Settings
from portal.trail.models import Lease, Seal
from portal.trail.queries import verify
from scheduler import jobs, lease
from tests.staff import MONDAY, open_hall
from tests.support import environment_of

ROOT = Path(__file__).resolve().parents[2]
MINUTE = timedelta(minutes=1)


def take(holder: str, at: datetime = MONDAY) -> bool:
    """Ask for a lease of two minutes in a write of its own."""
    with database.write() as session:
        return lease.take(session, "seal-trail", holder, at, 2 * MINUTE)


def test_a_lease_has_one_holder(session: Session) -> None:
    assert take("one") is True
    assert take("two", MONDAY + MINUTE) is False
    assert take("one", MONDAY + MINUTE) is True, "its own is renewed"
    assert take("two", MONDAY + 2 * MINUTE) is False, "the renewal counts"
    assert take("two", MONDAY + 3 * MINUTE) is True, "it ran out"
    assert take("one", MONDAY + 4 * MINUTE) is False


def test_a_lease_is_given_back_only_by_its_holder(session: Session) -> None:
    take("one")
    for holder, free in (("two", False), ("one", True)):
        with database.write() as writing:
            lease.give_back(writing, "seal-trail", holder, MONDAY)
        assert take("three") is free


def test_of_many_that_ask_at_once_one_is_told_yes(app: Flask) -> None:
    start, told = threading.Barrier(8), []

    def ask(name: str) -> None:
        start.wait()
        with app.app_context():
            told.append(take(name))

    threads = [threading.Thread(target=ask, args=(f"holder {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 7 + [True]


def test_two_schedulers_seal_once(app: Flask, settings: Settings) -> None:
    with app.app_context():
        open_hall()
    with clock.frozen(MONDAY + MINUTE):
        assert [jobs.run(app, jobs.JOBS[0], holder) for holder in ("one", "two")] == [True, False]
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Seal)) == 1
        assert verify(database.db.session()) == []
    assert len(list((settings.home / "seals").glob("seals-*.jsonl"))) == 1


def test_after_a_scheduler_died_the_other_goes_on(app: Flask) -> None:
    with clock.frozen(MONDAY):
        assert jobs.run(app, jobs.JOBS[0], "one")
    with clock.frozen(MONDAY + 3 * MINUTE):
        assert jobs.run(app, jobs.JOBS[0], "two")


def test_a_failing_job_is_logged_and_tried_again(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def work(app: Flask) -> None:
        done.append(1)
        raise OSError("the disk is full")

    job = jobs.Job("failing", 60, work)
    assert [jobs.run(app, job, "one") for _ in range(2)] == [False, False]
    assert len(done) == 2
    assert "the disk is full" in caplog.text


def test_sigterm_ends_it_cleanly_and_frees_the_lease(app: Flask, settings: Settings) -> None:
    with app.app_context(), database.write() as session:
        lease.take(session, "seal-trail", "somebody else", datetime(2001, 1, 1, tzinfo=UTC), MINUTE)
    # prints a line once its scheduler runs, so that the signal meets a running one
    program = (
        "import sys; from apscheduler import events; from apscheduler.schedulers.blocking import BlockingScheduler as B\n"
        "from scheduler import __main__ as m\n"
        "class Told(B):\n"
        "    def _main_loop(self):\n"
        "        print('running', flush=True); super()._main_loop()\n"
        "m.BlockingScheduler = Told; m.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    with app.app_context():
        assert database.db.session.scalars(select(Lease.holder)).all() == ["somebody else"]
