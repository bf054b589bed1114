"""A simulated quarter of leaders' receptions: what must hold after each day of it, and at its end."""

import sys
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import database
from portal.leadership import slots
from portal.leadership.models import Booking, Instruction, Leader, Reception, Sheet, Task, Week
from portal.leadership.queries import instructions, roster
from portal.leadership.queries import tasks as outstanding
from portal.queue import schedule
from portal.trail import queries as trail
from tests.leadership.receptions import OFFICE
from tests.proof.leaders import FIRST, Quarter, Size

SMALL = Size(weeks=2, receptions=6, bookings=24, after=16)
FULL = Size(weeks=13, receptions=30, bookings=1200)  # of which some 900 find a place
GONE = ("cancelled", "absent")
CENTRE = 1


@pytest.mark.parametrize("size", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_a_quarter_of_receptions_leaves_nothing_open_and_nothing_hidden(
    app: Flask, seed: int, size: Size, sign_in
) -> None:
    with app.app_context():
        lived = Quarter(app, Random(seed), size)
        lived.checks += [nobody_is_in_two_places, no_place_is_given_twice, walls_say_what_was_published]
        lived.live()
        session = database.db.session()
        every_reception_has_its_sheets(session)
        every_instruction_ends_or_is_seen(session, lived)
        assert trail.verify(session) == []
        told = Counter(session.scalars(select(Booking.state)))
        weeks = session.scalars(select(Week.monday).where(Week.published_at.is_not(None))).all()
        stood = {monday: roster.edition_rows(roster.last_edition(session, CENTRE, monday)) for monday in weeks}
        session.rollback()
    sys.stdout.write(f"{sum(told.values())} bookings {dict(told)}; refused: {lived.refused.most_common(12)}\n")
    assert told["received"]
    assert told["received"] + told["absent"] + told["cancelled"] == sum(told.values())
    client = sign_in(OFFICE)
    for monday, rows in stood.items():
        page = client.get(f"/leadership/week/notice?monday={monday}").get_data(as_text=True)
        printed = [_words(line) for line in BeautifulSoup(page, "html.parser").select(".notice-rows tbody tr")]
        if rows:
            assert printed == [[row.hours, row.leader, row.post, row.telephone] for row in rows], monday
        else:
            assert len(printed) == 1


def _words(line: Tag) -> list[str]:
    """Hours, name, post and telephone of a line of the notice; the day spans several lines."""
    hours, name, post, *_rest, telephone = [cell.get_text(strip=True) for cell in line.select("td:not(.notice-day)")]
    return [hours, name, post, telephone]


def nobody_is_in_two_places(session: Session, _day: date) -> None:
    """No leader at two receptions of one half-day, no room with two leaders."""
    for place in (Reception.leader_id, Reception.window_id):
        held = select(place, Reception.day, Reception.half, func.count()).where(
            Reception.state != "cancelled", place.is_not(None)
        )
        twice = held.group_by(place, Reception.day, Reception.half).having(func.count() > 1)
        assert session.execute(twice).all() == []


def no_place_is_given_twice(session: Session, _day: date) -> None:
    """Never more matters than a reception takes, nor in a slot than the slot takes."""
    rows = session.execute(
        select(Reception, Booking.slot).join(Booking).where(Booking.state.not_in(GONE), Booking.source != "paper")
    ).all()
    held = Counter(reception.id for reception, _slot in rows)
    known = {reception.id: reception for reception, _slot in rows}
    assert all(count <= known[each].capacity for each, count in held.items())
    timed = Counter((reception.id, slot) for reception, slot in rows if slot is not None)
    for (each, slot), count in timed.items():
        one = known[each]
        assert count <= slots.places(one.starts, one.ends, one.slot_minutes, one.capacity)[slot]


def walls_say_what_was_published(session: Session, day: date) -> None:
    """The walls, the published list and, where nobody works on the week, the office's rows are the same."""
    walls = [(each.day, each.hours, each.who, each.place) for each in schedule.upcoming(session, CENTRE, day)]
    public = roster.published_receptions(session, CENTRE, day, day + timedelta(days=60))
    assert walls == [(row.day, row.hours, row.who, row.place) for row in public][: len(walls)]
    assert len(walls) == min(len(public), schedule.MOST)
    for monday in session.scalars(select(Week.monday).where(Week.state == "published")):
        shown = {(row.id, row.leader_id, row.day, row.half, row.place) for row in _stands(session, monday)}
        rows = [row for row in roster.working_rows(session, CENTRE, monday) if row.stands]
        assert shown == {(row.id, row.leader_id, row.day, row.half, row.place) for row in rows}, monday
    unpublished = select(func.count()).select_from(Week).where(Week.state.in_(("draft", "submitted")))
    drafts = session.scalar(unpublished.where(Week.id.in_(select(Reception.week_id))))
    assert not drafts or all(row.id not in _of_drafts(session) for row in public)


def every_reception_has_its_sheets(session: Session) -> None:
    """What was received has minutes and an opinion, and either words that settled it or tasks; every past reception ended."""
    rows = session.execute(
        select(Booking, Sheet, Instruction.id)
        .outerjoin(Sheet, Sheet.booking_id == Booking.id)
        .outerjoin(Instruction, (Instruction.source == "reception") & (Instruction.source_id == Sheet.id))
        .where(Booking.state == "received")
    ).all()
    assert rows
    for booking, sheet, instruction_id in rows:
        assert sheet, booking.id
        assert sheet.state == "signed"
        assert sheet.minutes
        assert sheet.opinion
        assert instruction_id, "looked at again and ended, whatever the manner"
        made = session.scalar(select(func.count()).select_from(Task).where(Task.instruction_id == instruction_id))
        assert (sheet.manner == "task") == bool(made)
    published = select(Reception.id).join(Week).where(Week.published_at.is_not(None))
    left = session.execute(published.where(Reception.state == "planned", Reception.arrived_at.is_not(None))).all()
    assert left == []


def every_instruction_ends_or_is_seen(session: Session, lived: Quarter) -> None:
    """What has not ended stands in a list of what is outstanding, or of what only wants its end."""
    actor = lived.staff[OFFICE]
    shown = {task.instruction_id for task in outstanding.outstanding(session, CENTRE, actor=actor, limit=10_000)}
    lines, count = instructions.to_end(session, actor, FIRST + timedelta(days=200), limit=10_000)
    ending = {line.instruction_id for line in lines}
    assert count == len(lines)
    running = set(session.scalars(select(Instruction.id).where(Instruction.closed_at.is_(None))))
    ended = session.scalar(select(func.count()).select_from(Instruction).where(Instruction.closed_at.is_not(None)))
    assert ended
    assert running <= shown | ending
    assert session.scalar(select(func.count()).select_from(Leader)) >= 30


def _stands(session: Session, monday: date):
    return roster.edition_rows(roster.last_edition(session, CENTRE, monday))


def _of_drafts(session: Session) -> set[int]:
    return set(session.scalars(select(Reception.id).join(Week).where(Week.published_at.is_(None))))
