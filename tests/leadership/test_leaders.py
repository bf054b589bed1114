"""Leaders and what the centre set: who stands where, whose account it is, and no number without its source."""

from datetime import date

import pytest

from portal import clock, database
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.operations import leaders as operations
from portal.leadership.operations.leaders import GradeGiven, LeaderGiven, SettingsGiven
from portal.leadership.queries import leaders as queries
from portal.trail import queries as trail
from tests.cast import leadership_roster as cast
from tests.cast.people import seed_minimal

AT = clock.at_hall(date(2026, 11, 26), 9, 30)


@pytest.fixture
def staff(session) -> dict:
    with database.write() as writing:
        people = seed_minimal(writing, AT)
        cast.write(writing, people, AT)
    return people


@pytest.fixture
def do():
    def done(operation, *args, **kwargs):
        with database.write() as session:
            return operation(session, *args, **kwargs)

    return done


def test_the_cast_has_leaders_of_four_bodies_departments_and_every_county(session, staff) -> None:
    found = queries.leaders(session, staff["fengkai"].centre_id)
    bodies = [one.body for one in found]
    assert sum(body in ("party", "congress", "government", "cppcc") for body in bodies) == 27
    assert bodies.count("county") == 13
    assert bodies == sorted(bodies, key=list(queries.ORDER).index)
    assert queries.leader_of(session, staff["dulixin"].id).name == "杜立新"
    assert len(queries.attended(session, staff["fengkai"].id)) > 10


def test_a_frequency_needs_its_source(session, staff, do) -> None:
    with pytest.raises(FieldProblems) as refused:
        do(operations.save_grade, staff["fengkai"], None, GradeGiven("市级", 2, "month", "", 9), at=AT)
    assert "依据" in refused.value.problems["source"]
    with pytest.raises(FieldProblems):
        do(operations.save_settings, staff["fengkai"], SettingsGiven("秘书长", (7,), None, ""), at=AT)
    do(operations.save_settings, staff["fengkai"], SettingsGiven("秘书长", (), None, ""), at=AT)
    assert queries.settings(session, staff["fengkai"].centre_id).followups == ()


def test_one_account_is_one_leader(session, staff, do) -> None:
    account = staff["dulixin"].id
    with pytest.raises(FieldProblems) as refused:
        do(
            operations.add_leader,
            staff["fengkai"],
            LeaderGiven("甲", "副市长", "government", account_id=account),
            at=AT,
        )
    assert "另一位领导" in refused.value.problems["account"]


def test_a_leader_is_changed_once_and_leaves_a_trace(session, staff, do) -> None:
    one = cast.leaders(session)["路海涛"]
    given = LeaderGiven("路海涛", "副市长", "government", until=date(2026, 12, 1), attendants=(staff["fengkai"].id,))
    do(operations.change_leader, staff["fengkai"], one.id, given, version=1, at=AT)
    with pytest.raises(Refused):
        do(operations.change_leader, staff["fengkai"], one.id, given, version=1, at=AT)
    kinds = [event.kind for event in trail.entries(session, f"leader:{one.id}")]
    assert kinds == ["leader.added", "leader.changed"]
    assert one.id not in [each.id for each in queries.leaders(session, one.centre_id, on=date(2026, 12, 2))]


def test_nobody_leaves_before_coming(session, staff, do) -> None:
    given = LeaderGiven("乙", "副市长", "government", since=date(2026, 12, 2), until=date(2026, 12, 1))
    with pytest.raises(FieldProblems) as refused:
        do(operations.add_leader, staff["fengkai"], given, at=AT)
    assert list(refused.value.problems) == ["until"]
