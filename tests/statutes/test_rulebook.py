"""Which version of a rule counts for what started when, and what may follow it."""

from dataclasses import replace
from datetime import date

import pytest

from portal.statutes import rulebook
from portal.statutes.deadlines import answer
from portal.statutes.errors import DeadlineTableError, UnknownRule
from portal.statutes.table import Rule

KEY = "petition.conclude"
OWN = rulebook.own()


def amended(since: str | None, amount: int = 40, **changes: object) -> Rule:
    """The rule as a law that nobody has made would set it."""
    begins = date.fromisoformat(since) if since else None
    return replace(OWN.newest(KEY), valid_from=begins, amount=amount, **changes)


BOOK = OWN.after([amended("2027-03-01"), amended("2028-01-01", 30)])


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2020-01-01", 60),
        ("2022-05-01", 60),
        ("2027-02-28", 60),
        ("2027-03-01", 40),
        ("2027-12-31", 40),
        ("2028-01-01", 30),
        ("2040-01-01", 30),
    ],
)
def test_what_starts_on_a_day_has_the_version_in_force_by_then(day: str, amount: int) -> None:
    assert BOOK.on(KEY, date.fromisoformat(day)).amount == amount


def test_each_version_ends_on_the_day_before_the_next_and_the_last_stays_open() -> None:
    ends = [rule.valid_to for rule in BOOK.held(KEY)]
    assert ends == [date(2027, 2, 28), date(2027, 12, 31), None]
    assert OWN.newest(KEY).valid_to is None


def test_an_end_that_was_stated_stays_where_it_was() -> None:
    book = OWN.after([amended("2027-03-01", valid_to=date(2027, 6, 30)), amended("2028-01-01")])
    assert [rule.valid_to for rule in book.held(KEY)][1] == date(2027, 6, 30)
    assert book.on(KEY, date(2027, 9, 1)).version == "2027-03-01"  # a gap in the law still gives a date to look at


def test_a_version_is_found_by_its_name_and_the_newest_where_that_is_gone() -> None:
    assert BOOK.named(KEY, "2022-05-01").amount == 60
    assert BOOK.named(KEY, "1999-01-01").amount == 30


@pytest.mark.parametrize(
    ("change", "problem", "sentence"),
    [
        (amended(None), DeadlineTableError, "须写明施行日"),
        (amended("2022-05-01"), DeadlineTableError, "须晚于现行规定的施行日 2022-05-01"),
        (amended("2021-01-01"), DeadlineTableError, "须晚于现行规定的施行日"),
        (replace(amended("2027-03-01"), key="petition.tea"), UnknownRule, "petition.tea"),
    ],
)
def test_what_cannot_follow_is_refused(change: Rule, problem: type[Exception], sentence: str) -> None:
    with pytest.raises(problem, match=sentence):
        OWN.after([change])


def test_of_an_uploaded_table_only_what_differs_is_further() -> None:
    new = amended("2027-03-01")
    closed = replace(OWN.newest(KEY), valid_to=date(2027, 2, 28))
    assert OWN.further(OWN.versions) == []
    assert OWN.further({KEY: (closed, new)}) == [new]
    assert OWN.further({KEY: (closed,)}) == [closed]  # alone it would end a rule, which after() refuses
    assert OWN.further({KEY: (replace(closed, amount=61), new)}) == [replace(closed, amount=61), new]


def test_the_answer_counts_by_the_version_of_the_day_of_start() -> None:
    assert answer(KEY, "2027-02-28", book=BOOK)["natural_due"] == "2027-04-29"
    assert answer(KEY, "2027-03-01", book=BOOK)["natural_due"] == "2027-04-10"
