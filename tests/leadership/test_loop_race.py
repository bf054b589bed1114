"""Pressed by several at once: one signature makes one instruction, one sheet is begun, and the last reply of all is seen as the last."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, database
from portal.cases.operations import Refused, StaleVersion
from portal.leadership.models import Instruction, Sheet, Task, TaskUnit
from portal.leadership.operations import sheets, tasks
from portal.trail.queries import verify
from tests.leadership import loop
from tests.leadership.receptions import AT, LEADER, OFFICE, later
from tests.support import together


@pytest.fixture
def received(app: Flask) -> dict:
    """Staff and a matter that was received; nothing is typed yet."""
    with clock.frozen(AT), app.app_context(), database.write() as session:
        staff, held, (booking_id,) = loop.booked(session)
        loop.received(session, staff, held, booking_id)
        return {"staff": staff, "booking": booking_id}


def test_one_signature_makes_one_instruction(app: Flask, received: dict) -> None:
    with clock.frozen(AT):
        with app.app_context(), database.write() as session:
            typed = sheets.record(
                session,
                received["staff"][OFFICE],
                received["booking"],
                loop.given(session),
                version=0,
                at=AT,
                ready=True,
            ).version

        def sign(_) -> None:
            database.attempt(
                lambda session: sheets.sign(
                    session, received["staff"][LEADER], received["booking"], version=typed, at=later(55)
                )
            )

        problems = together(app, sign, range(6))
    assert [type(problem) for problem in problems] == [Refused] * 5
    assert {str(problem) for problem in problems} == {"登记表已经签名。"}
    with app.app_context():
        session = database.db.session()
        assert session.scalar(select(func.count()).select_from(Instruction)) == 1
        assert session.scalar(select(func.count()).select_from(Task)) == 1
        assert verify(session) == []


def test_of_those_who_begin_a_sheet_one_wins_and_the_others_lose_nothing_silently(app: Flask, received: dict) -> None:
    words = [f"第{place}个人写的" for place in range(4)]

    def record(minutes: str) -> None:
        database.attempt(
            lambda session: sheets.record(
                session, received["staff"][OFFICE], received["booking"],
                loop.given(session, minutes=minutes), version=0, at=later(51),
            )
        )  # fmt: skip

    with clock.frozen(AT):
        problems = together(app, record, words)
    assert [type(problem) for problem in problems] == [StaleVersion] * 3
    with app.app_context():
        sheet = database.db.session.scalars(select(Sheet)).one()
        assert sheet.minutes in words
        assert sheet.version == 1


def test_units_that_reply_together_complete_the_task(app: Flask, received: dict) -> None:
    staff = received["staff"]
    with clock.frozen(AT):
        with app.app_context(), database.write() as session:
            plan = (loop.task(session, loop.DUE, loop.CO_UNIT),)
            loop.signed(session, staff, received["booking"], loop.given(session, tasks=plan))
            rows = list(session.scalars(select(TaskUnit.id).order_by(TaskUnit.role.desc())))

        def answer(pair: tuple[str, int]) -> None:
            login, row_id = pair
            database.attempt(lambda session: tasks.reply(session, staff[login], row_id, words="办了", at=later(60)))

        both = list(zip((loop.UNIT_STAFF, loop.CO_STAFF), rows, strict=True))
        problems = together(app, answer, [*both, *both])
    assert {str(problem) for problem in problems} == {"本单位已经回复，正等待审核；如被退回可以再次回复。"}
    assert len(problems) == 2
    with app.app_context():
        assert database.db.session.scalars(select(Task.state)).one() == "replied"
