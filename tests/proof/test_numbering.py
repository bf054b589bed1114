"""Case numbers given out by many at once: none twice, none left out, not even where a registration is abandoned."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, database
from portal.cases.models import Case
from portal.config import Settings
from portal.trail import queries as trail
from tests.proof import hall, workers

CLERKS = 6


@pytest.mark.parametrize(
    ("processes", "threads", "each"),
    [(2, 3, 4), pytest.param(4, 10, 25, marks=pytest.mark.proof)],
    ids=["small", "full"],
)
def test_case_numbers_have_no_double_and_no_gap(
    app: Flask, settings: Settings, seed: int, processes: int, threads: int, each: int
) -> None:
    with app.app_context(), database.write() as session:
        hall.found(session, CLERKS)
    shares = [[(thread % CLERKS + 1, each) for thread in range(threads)] for _ in range(processes)]
    told = workers.run(workers.register_some, settings, seed, shares)
    assert not told.problems, told.problems[0]
    count = processes * threads * each
    year = clock.local(clock.now()).year
    expected = [f"YC-{year}-{serial:06d}" for serial in range(1, count + 1)]
    assert sorted(told.done) == expected
    with app.app_context():
        session = database.db.session()
        assert sorted(session.scalars(select(Case.number))) == expected
        assert session.scalar(select(func.count()).select_from(Case)) == count, "an abandoned registration left a row"
        assert trail.verify(session) == []
