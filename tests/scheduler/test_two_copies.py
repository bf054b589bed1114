"""Two schedulers, two real processes, one database: each thing is done and said once, with the lease and even without it."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import database
from portal.config import Settings
from portal.supervision.models import ClockMark, DailyRun, InboxItem
from portal.trail.models import Event
from portal.trail.queries import verify
from scheduler import jobs
from tests.cases.desk import founded, registered
from tests.supervision.hall import at, open_hall
from tests.support import environment_of

__all__ = ["founded"]

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from datetime import datetime
from portal import clock, create_app
from scheduler import jobs

# what is said of clocks is said once whoever says it, and seals follow one another whoever seals
MINDING = ("seal-trail", "recompute-clocks", "tell-dates", "send-digests")
holder, moment, leased = sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3] == "leased"
app = create_app()
print("ready", flush=True)
sys.stdin.readline()
done = []
with clock.frozen(moment):
    for job in jobs.JOBS:
        if leased:
            done += [job.name] if jobs.run(app, job, holder) else []
        elif job.name in MINDING:
            with app.app_context():
                job.work(app)
print(" ".join(done), flush=True)
"""


def run_both(settings: Settings, moment, leased: str) -> list[list[str]]:
    """Both copies from the same moment on; the names of the jobs each was given the lease of."""
    copies = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, f"copy {number}", moment.isoformat(), leased],
            cwd=ROOT,
            env=environment_of(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    for copy in copies:
        assert copy.stdout.readline() == "ready\n", copy.stderr.read()
    for copy in copies:
        copy.stdin.write("go\n")
        copy.stdin.flush()
    ended = [copy.communicate(timeout=120) for copy in copies]
    assert [(copy.returncode, errors) for copy, (_, errors) in zip(copies, ended, strict=True)] == [(0, ""), (0, "")]
    return [out.split() for out, _ in ended]


@pytest.mark.parametrize("leased", ["leased", "without the lease"])
def test_each_thing_is_done_and_said_once(founded: Flask, settings: Settings, leased: str) -> None:
    open_hall(founded, days=(7, 3, 1))
    for _ in range(6):
        registered(founded)
    registered(founded, received_at=at(date(2026, 11, 10)))
    with founded.app_context():
        database.db.session.remove()
    given = run_both(settings, at(date(2026, 12, 1)), leased)
    if leased == "leased":
        assert sorted(given[0] + given[1]) == sorted(job.name for job in jobs.JOBS), "each lease had one holder"
    with founded.app_context():
        session = database.db.session()
        marks = session.execute(select(ClockMark.kind, func.count()).group_by(ClockMark.kind)).all()
        assert dict(tuple(row) for row in marks) == {"warning": 6, "overdue": 1}
        noted = (
            select(Event.kind, func.count())
            .where(Event.kind.in_(("clock.warned", "clock.overdue")))
            .group_by(Event.kind)
        )
        assert dict(tuple(row) for row in session.execute(noted)) == {"clock.warned": 6, "clock.overdue": 1}
        # clerk, head and accused work for the platform: seven lines each, a digest each, and the head's of the whole hall
        lines = session.execute(select(InboxItem.kind, func.count()).group_by(InboxItem.kind)).all()
        assert dict(tuple(row) for row in lines) == {"warning": 18, "overdue": 3, "digest": 4}
        assert sorted(session.scalars(select(DailyRun.name))) == ["digest", "recompute"]
        daily = select(Event.kind, func.count()).where(Event.kind.like("daily.%")).group_by(Event.kind)
        assert dict(tuple(row) for row in session.execute(daily)) == {"daily.digest": 1, "daily.recompute": 1}
        assert verify(session) == []
