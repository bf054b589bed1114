"""Who has received, who is due, who is late: only a reception to which the leader came counts, and only a set frequency binds."""

from datetime import date

import pytest

from portal import clock, database
from portal.leadership.models import Leader, Reception, Week
from portal.leadership.queries import coverage
from portal.leadership.vocabulary import monday_of
from tests.cases.desk import counted, html
from tests.cast import leadership_roster as cast
from tests.cast.people import PASSWORD
from tests.leadership import week
from tests.leadership.week import AT, MONDAY

FOURTH = coverage.quarter_of(date(2026, 11, 26))


def received(session, name: str, day: date, *, came: bool = True, state: str = "planned") -> None:
    """A reception on the table, as the day left it."""
    monday = monday_of(day)
    held = session.query(Week).filter_by(monday=monday).first() or Week(centre_id=1, monday=monday, state="published")
    session.add(held)
    session.flush()
    leader = cast.leaders(session)[name]
    session.add(
        Reception(
            centre_id=1, week_id=held.id, leader_id=leader.id, day=day, half="am", starts=540, ends=690, kind="fixed", capacity=6,
            company=[], state=state, arrived_at=clock.at_hall(day, 9) if came else None,
        )
    )  # fmt: skip


@pytest.fixture
def board(session):
    with database.write() as writing:
        week.founded(writing)

    def shown(*held: tuple, today: date = date(2026, 11, 26), quarter=FOURTH) -> dict:
        with database.write() as writing:
            for name, day, *further in held:
                received(writing, name, day, **(further[0] if further else {}))
        return {row.leader.name: row for row in coverage.board(session, 1, quarter, today, drafts=True)}

    return shown


def test_once_a_quarter(board) -> None:
    rows = board(
        ("韩立言", date(2026, 10, 20)),
        ("邵文博", date(2026, 12, 9), {"came": False}),
        ("葛正清", date(2026, 11, 3), {"came": False}),
        ("尚国梁", date(2026, 11, 4), {"came": True, "state": "cancelled"}),
        ("岳晓岚", date(2026, 9, 30)),
    )
    assert rows["韩立言"].state == "done"
    assert rows["邵文博"].state == "planned"
    assert rows["葛正清"].state == "due", "a reception to which nobody came is none"
    assert rows["尚国梁"].state == "due"
    assert rows["岳晓岚"].state == "due", "the quarter before is another one"
    assert (rows["韩立言"].received, rows["邵文博"].next_on) == (1, date(2026, 12, 9))


def test_late_is_a_quarter_that_ended_without(board) -> None:
    after = {"today": date(2027, 1, 4)}
    rows = board(("韩立言", date(2026, 10, 20)), **after)
    assert (rows["韩立言"].state, rows["邵文博"].state, rows["邵文博"].missed) == ("done", "late", 1)


def test_each_month_counts_by_itself(board) -> None:
    rows = board(("汤学军", date(2026, 10, 9)), ("郎建峰", date(2026, 10, 9)), ("郎建峰", date(2026, 11, 10)))
    assert (rows["汤学军"].state, rows["汤学军"].missed) == ("due", 0)
    assert rows["郎建峰"].state == "done"
    assert (rows["祝新民"].state, rows["祝新民"].missed) == ("late", 1)


def test_nobody_is_late_where_nothing_is_set(board) -> None:
    rows = board(today=date(2027, 1, 4))
    county = [row for row in rows.values() if row.leader.body == "county"]
    assert {row.state for row in county} == {"unset"}
    assert {row.frequency for row in county} == {"中心尚未设定"}


def test_who_came_in_the_middle_is_not_late_for_before(session, board) -> None:
    with database.write() as writing:
        leader = writing.get(Leader, cast.leaders(writing)["汤学军"].id)
        leader.since = date(2026, 10, 15)
    row = board()["汤学军"]
    assert (row.state, row.missed) == ("due", 0)


@pytest.mark.parametrize(
    ("per", "number", "first", "last"),
    [
        ("week", 13, date(2026, 10, 5), date(2027, 1, 3)),
        ("month", 3, date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter", 1, date(2026, 10, 1), date(2026, 12, 31)),
        ("year", 1, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_of_a_quarter(per: str, number: int, first: date, last: date) -> None:
    spans = coverage.periods(per, FOURTH)
    assert (len(spans), spans[0].first, spans[-1].last) == (number, first, last)


def test_fairness_counts_the_last_twelve_weeks(session, board) -> None:
    board(
        ("韩立言", date(2026, 10, 20)),
        ("韩立言", date(2026, 12, 9), {"came": False}),
        ("韩立言", date(2026, 8, 3)),
        ("邵文博", date(2026, 11, 3), {"came": False}),
    )
    rows = {row.leader.name: row for row in coverage.fairness(session, 1, date(2026, 11, 26), drafts=True)}
    assert (rows["韩立言"].received, rows["韩立言"].planned, rows["韩立言"].last_on) == (1, 1, date(2026, 10, 20))
    assert (rows["邵文博"].received, rows["邵文博"].planned) == (0, 0)


def test_a_draft_counts_for_the_office_alone(app, inside, sign_in) -> None:
    with clock.frozen(AT):
        with inside(), database.write() as session:
            staff = week.founded(session)
            week.placed(session, staff, "杜立新")
            quiet = cast.leaders(session)["路海涛"]
            quiet.since, own = MONDAY, quiet.id  # appointed from a later day
        office, reader = sign_in("fengkai", PASSWORD), sign_in("dulixin", PASSWORD)

        def planned(client) -> tuple[bool, bool, bool]:
            board = [
                row.get_text() for row in html(client.get("/leadership/coverage?state=planned")).select("tbody .strong")
            ]
            grid = html(client.get("/leadership/week?monday=2026-11-30")).get_text()
            fair = html(client.get("/leadership/fairness"))
            row = next(row for row in fair.select("tr") if "杜立新" in row.get_text())
            return "杜立新" in board, "待 1" in grid, "1" in row.get_text()

        assert planned(office) == (True, True, True)
        assert planned(reader) == (False, False, False)
        form = html(office.get(f"/leadership/week/new?leader={own}&day=2026-12-02"))
        assert form.select_one(f'select[name=leader] option[value="{own}"]'), "can be planned for already"
        with inside(), database.write() as session:
            week.publish(session, staff)
        assert planned(reader)[::2] == (True, True)


def test_the_board_is_cheap_and_says_who_stands_how(app, inside, sign_in) -> None:
    with clock.frozen(AT):
        with inside(), database.write() as session:
            week.founded(session)
            received(session, "韩立言", date(2026, 10, 20))
        office = sign_in("fengkai", PASSWORD)
        for address in ("/leadership/coverage", "/leadership/fairness", "/leadership/leaders", "/leadership/duties"):
            office.get(address)
            with counted(app) as sent:
                answer = office.get(address)
            assert len(sent) <= 12, address
            assert len(answer.data) <= 60_000, address
        shown = html(office.get("/leadership/coverage?state=done"))
        assert [row.get_text() for row in shown.select("tbody .strong")] == ["韩立言"]
        assert "已接 1" in shown.get_text()
        assert len(html(office.get("/leadership/coverage?body=county")).select("tbody tr")) == 13
