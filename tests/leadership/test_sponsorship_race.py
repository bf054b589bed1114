"""Eight put the same matter under care at once: one does, the others are told; and the database itself holds no second one."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import database
from portal.cases.operations import FieldProblems, Refused
from portal.leadership.models import LetterRead, Sponsorship
from portal.leadership.operations import letters_read
from portal.leadership.operations import sponsorship as operations
from portal.leadership.operations.sponsorship import Opening
from portal.trail.queries import verify
from tests.cases.desk import NOW, actor_named, case_of, registered
from tests.leadership.sponsors import TODAY, leader_id, sponsored
from tests.support import together

MANY = 8


def test_one_of_eight_puts_it_under_care(hall, inside):
    number = registered(hall)
    with inside() as session:
        head, case_id, leader = actor_named(session, "head"), case_of(session, number).id, leader_id(session)

    def begin(place: int) -> None:
        given = Opening(leader, "city", why=f"第{place}次")
        database.attempt(lambda session: operations.begin(session, head, case_id, given, at=NOW))

    problems = together(hall, begin, range(MANY))
    assert [type(problem) for problem in problems] == [Refused] * (MANY - 1)
    assert all("一件事项同时只能有一个包案" in str(problem) for problem in problems)
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(Sponsorship)) == 1
        assert verify(session) == []


def test_one_of_eight_puts_the_letter_before_the_leader(hall, inside):
    number = registered(hall)
    with inside() as session:
        head, case_id, leader = actor_named(session, "head"), case_of(session, number).id, leader_id(session)

    def put(place: int) -> None:
        given = {"leader_id": leader, "summary": f"摘要{place}", "how": "screen"}
        database.attempt(lambda session: letters_read.put(session, head, case_id, **given, at=NOW))

    problems = together(hall, put, range(MANY))
    assert [type(problem) for problem in problems] == [FieldProblems] * (MANY - 1)
    with inside() as session:
        assert session.scalar(select(func.count()).select_from(LetterRead)) == 1


def test_the_database_holds_no_second_running_one(hall, inside):
    made, _number = sponsored(hall)
    with inside() as session:
        held = session.get_one(Sponsorship, made)
        given = {name: getattr(held, name) for name in ("centre_id", "case_id", "leader_id", "level")}
    with inside(), pytest.raises(IntegrityError), database.write() as session:
        session.add(Sponsorship(**given, opened_on=TODAY))
