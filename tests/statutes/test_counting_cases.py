"""The counting table: rule, start, what happened meanwhile, and the days that must come out, worked by hand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.statutes.deadlines import due, rule
from portal.statutes.workdays import Calendar, from_chinesecalendar

CALENDAR = from_chinesecalendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
KNOWN, PROVISIONAL = False, True

# key, start, natural, effective, internal target ("-" none), provisional, why
PLAIN = [
    ("petition.conclude", "2026-11-23", "2027-01-22", "2027-01-22", "-", PROVISIONAL, "day of start excluded, ends in an unpublished year"),
    ("petition.dispatch", "2026-05-25", "2026-06-09", "2026-06-09", "2026-06-09", KNOWN, "plain fifteen days"),
    ("petition.dispatch", "2026-09-16", "2026-10-01", "2026-10-01", "2026-09-30", KNOWN, "office does not roll past National Day"),
    ("petition.dispatch", "2026-02-01", "2026-02-16", "2026-02-16", "2026-02-14", KNOWN, "target is the made-up Saturday before Spring Festival"),
    ("petition.dispatch", "2026-06-05", "2026-06-20", "2026-06-20", "2026-06-18", KNOWN, "office ends on Dragon Boat Saturday"),
    ("legal_aid.assign", "2026-02-16", "2026-02-19", "2026-02-19", "-", KNOWN, "no working day inside the period"),
    ("legal_aid.assign", "2026-02-14", "2026-02-17", "2026-02-17", "2026-02-14", KNOWN, "only the day of receipt itself is worked"),
    ("legal_aid.decide", "2026-12-24", "2026-12-31", "2026-12-31", "2026-12-31", KNOWN, "last published day"),
    ("legal_aid.decide", "2026-12-25", "2027-01-01", "2027-01-01", "-", PROVISIONAL, "first unpublished day"),
    ("labour.sue_non_final", "2026-09-16", "2026-10-01", "2026-10-08", "-", KNOWN, "last day on the holiday rolls past all of it"),
    ("labour.sue_non_final", "2026-01-30", "2026-02-14", "2026-02-14", "-", KNOWN, "made-up Saturday is no rest day"),
    ("labour.sue_non_final", "2026-01-31", "2026-02-15", "2026-02-24", "-", KNOWN, "first day of Spring Festival"),
    ("petition.review_request", "2026-04-05", "2026-05-05", "2026-05-06", "-", KNOWN, "last day of the Labour Day rest"),
    ("petition.review_request", "2026-09-10", "2026-10-10", "2026-10-10", "-", KNOWN, "made-up Saturday after National Day"),
    ("petition.review_request", "2026-08-21", "2026-09-20", "2026-09-20", "-", KNOWN, "made-up Sunday"),
    ("petition.review_request", "2026-11-06", "2026-12-06", "2026-12-07", "-", KNOWN, "plain Sunday rolls to Monday"),
    ("petition.review_request", "2026-12-03", "2027-01-02", "2027-01-04", "-", PROVISIONAL, "weekend of an unpublished year"),
    ("reconsideration.request", "2026-02-02", "2026-04-03", "2026-04-03", "-", KNOWN, "Friday before Tomb-sweeping"),
    ("reconsideration.request", "2026-02-03", "2026-04-04", "2026-04-07", "-", KNOWN, "Tomb-sweeping, three days"),
    ("court_link.filing_decision", "2026-06-12", "2026-06-19", "2026-06-22", "-", KNOWN, "Dragon Boat Friday"),
    ("labour.conclude", "2026-08-17", "2026-10-01", "2026-10-08", "2026-10-08", KNOWN, "arbitration follows civil procedure and rolls"),
    ("petition.objection", "2026-02-12", "2026-02-26", "2026-02-26", "2026-02-26", KNOWN, "made-up Saturday counts, Spring Festival does not"),
    ("petition.objection", "2026-09-24", "2026-10-09", "2026-10-09", "2026-10-09", KNOWN, "Mid-autumn and National Day in one week"),
    ("petition.objection", "2026-10-09", "2026-10-15", "2026-10-15", "2026-10-15", KNOWN, "starts into a made-up Saturday"),
    ("petition.objection", "2026-05-08", "2026-05-14", "2026-05-14", "2026-05-14", KNOWN, "made-up Saturday after Labour Day"),
    ("petition.objection", "2026-11-21", "2026-11-27", "2026-11-27", "2026-11-27", KNOWN, "received on a Saturday"),
    ("petition.objection", "2025-12-31", "2026-01-08", "2026-01-08", "2026-01-08", KNOWN, "New Year and a made-up Sunday"),
    ("petition.objection", "2026-12-24", "2026-12-31", "2026-12-31", "2026-12-31", KNOWN, "ends on the last published day"),
    ("petition.objection", "2026-12-25", "2027-01-01", "2027-01-01", "-", PROVISIONAL, "1 January 2027 only known as a Friday"),
    ("court_link.mediator_confirm", "2026-02-27", "2026-03-03", "2026-03-03", "2026-03-03", KNOWN, "made-up Saturday 28 February"),
    ("disclosure.answer", "2026-02-10", "2026-03-16", "2026-03-16", "-", KNOWN, "twenty working days over Spring Festival"),
    ("labour.limitation", "2025-11-23", "2026-11-23", "2026-11-23", "-", KNOWN, "corresponding day"),
    ("labour.limitation", "2028-02-29", "2029-02-28", "2029-02-28", "-", PROVISIONAL, "no corresponding day"),
    ("labour.limitation", "2024-02-29", "2025-02-28", "2025-02-28", "-", KNOWN, "no corresponding day, published year"),
    ("civil.limitation", "2022-10-01", "2025-10-01", "2025-10-09", "-", KNOWN, "three years end on an eight-day holiday"),
    ("litigation.direct", "2025-08-31", "2026-02-28", "2026-02-28", "-", KNOWN, "month-end, a made-up Saturday"),
    ("litigation.direct", "2026-03-31", "2026-09-30", "2026-09-30", "-", KNOWN, "month-end of a short month"),
    ("litigation.direct", "2026-04-01", "2026-10-01", "2026-10-08", "-", KNOWN, "six months end on National Day"),
    ("litigation.inaction", "2025-12-31", "2026-02-28", "2026-02-28", "-", KNOWN, "over the year's end to a month without a 31st"),
    ("mediation.usual_term", "2026-01-31", "2026-02-28", "2026-02-28", "2026-02-28", KNOWN, "month-end"),
    ("mediation.usual_term", "2026-03-05", "2026-04-05", "2026-04-05", "2026-04-03", KNOWN, "office month ends on a holiday and stays"),
    ("labour.retain_award_file", "2016-02-29", "2026-02-28", "2026-02-28", "2026-02-28", KNOWN, "ten years from a leap day"),
    ("court_link.enforcement_request", "2024-10-05", "2026-10-05", "2026-10-08", "-", KNOWN, "two years end inside the holiday"),
    ("labour.hearing_notice", "2026-11-23", "2026-11-16", "2026-11-16", "2026-11-16", KNOWN, "five working days before a Monday"),
    ("labour.hearing_notice", "2026-10-09", "2026-09-24", "2026-09-24", "2026-09-24", KNOWN, "backward over two holidays"),
    ("labour.hearing_notice", "2026-01-05", "2025-12-26", "2025-12-26", "2025-12-26", KNOWN, "backward over the year's end and a made-up Sunday"),
    ("labour.hearing_notice", "2027-01-05", "2026-12-29", "2026-12-29", "2026-12-29", PROVISIONAL, "result published, days walked over are not"),
    ("labour.hearing_postponement", "2026-02-25", "2026-02-13", "2026-02-13", "-", KNOWN, "backward over Spring Festival onto a made-up Saturday"),
    ("legal_aid.provide_first_threshold", "2026-11-23", "2026-11-16", "2026-11-16", "-", KNOWN, "threshold counts back from the end of the limitation"),
]  # fmt: skip

# key, start, pauses, extension, natural, effective, why
CHANGED = [
    ("petition.conclude", "2026-11-23", "", 30, "2027-01-22", "2027-02-21", "extension to a Sunday, no roll for the office"),
    ("labour.conclude", "2026-08-17", "", 15, "2026-10-01", "2026-10-16", "extension joins the 45 days, the roll comes only at the end"),
    ("disclosure.answer", "2026-02-10", "", 20, "2026-03-16", "2026-04-14", "extension in working days over Tomb-sweeping"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-01..2026-10-07", 0, "2026-10-20", "2026-10-27", "hearing across a holiday: calendar days"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-20..2026-10-21", 0, "2026-10-20", "2026-10-22", "pause begins on the last day"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-21..2026-10-25", 0, "2026-10-20", "2026-10-20", "pause after the end"),
    ("petition.rereview_decide", "2026-09-20", "2026-09-18..2026-09-22", 0, "2026-10-20", "2026-10-22", "pause around the start"),
    ("petition.rereview_decide", "2026-09-20", "2026-09-20..2026-09-20", 0, "2026-10-20", "2026-10-20", "pause on the day of start alone"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-01..2026-10-05 2026-10-04..2026-10-07", 0, "2026-10-20", "2026-10-27", "overlap counts once"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-22..2026-10-23 2026-10-10..2026-10-12", 0, "2026-10-20", "2026-10-25", "first lets in second"),
    ("petition.objection", "2026-02-12", "2026-02-24..2026-02-25", 0, "2026-02-26", "2026-02-28", "paused working days are skipped"),
    ("petition.objection", "2026-11-16", "2026-11-21..2026-11-22", 0, "2026-11-23", "2026-11-23", "a paused weekend costs no working day"),
    ("petition.objection", "2026-09-24", "2026-09-29..2026-10-08", 0, "2026-10-09", "2026-10-13", "pause over a holiday, then a made-up Saturday"),
    ("labour.sue_non_final", "2026-09-16", "2026-09-20..2026-09-21", 0, "2026-10-01", "2026-10-08", "pause moves the last day within the holiday"),
    ("labour.sue_non_final", "2026-11-06", "2026-11-23..2026-11-24", 0, "2026-11-21", "2026-11-25", "the day it would roll to is paused"),
    ("labour.limitation", "2025-10-10", "2026-01-01..2026-01-10", 0, "2026-10-10", "2026-10-20", "a year grows by the paused days"),
    ("petition.conclude", "2026-01-05", "2026-03-10..2026-03-14", 30, "2026-03-06", "2026-04-10", "pause inside the extension"),
    ("labour.hearing_notice", "2026-11-23", "2026-11-17..2026-11-18", 0, "2026-11-16", "2026-11-12", "paused days are skipped backward too"),
    ("legal_aid.provide_first_threshold", "2026-11-23", "2026-11-16..2026-11-17", 0, "2026-11-16", "2026-11-14", "backward calendar days"),
]  # fmt: skip


def _pauses(text):
    return [tuple(map(date.fromisoformat, span.split(".."))) for span in text.split()]


@pytest.mark.parametrize(("key", "start", "natural", "effective", "target", "provisional", "why"), PLAIN)
def test_plain_count(key, start, natural, effective, target, provisional, why):
    counted = due(rule(key), date.fromisoformat(start), CALENDAR)
    found = (
        str(counted.natural_due),
        str(counted.effective_due),
        str(counted.internal_target or "-"),
        counted.provisional,
    )
    assert found == (natural, effective, target, provisional), why


@pytest.mark.parametrize(("key", "start", "pauses", "extension", "natural", "effective", "why"), CHANGED)
def test_count_with_pauses_and_extension(key, start, pauses, extension, natural, effective, why):
    counted = due(rule(key), date.fromisoformat(start), CALENDAR, pauses=_pauses(pauses), extension=extension)
    assert (str(counted.natural_due), str(counted.effective_due)) == (natural, effective), why


@pytest.mark.parametrize(
    ("start", "pauses", "effective", "why"),
    [
        ("2026-11-23T10:30+08:00", "", "2026-11-24T10:30:00+08:00", "hours run at once"),
        ("2026-11-23T02:30+00:00", "", "2026-11-24T10:30:00+08:00", "any zone in, the hall's zone out"),
        ("2026-02-15T23:59+08:00", "", "2026-02-16T23:59:00+08:00", "holidays do not stop hours"),
        ("2028-02-28T23:00+08:00", "", "2028-02-29T23:00:00+08:00", "leap day"),
        ("2026-12-31T12:00+08:00", "", "2027-01-01T12:00:00+08:00", "no calendar is needed for hours"),
        (
            "2026-11-23T10:30+08:00",
            "2026-11-24..2026-11-24",
            "2026-11-25T10:30:00+08:00",
            "a paused day stops them from 0:00 to 24:00",
        ),
        (
            "2026-11-23T10:30+08:00",
            "2026-11-23..2026-11-23",
            "2026-11-25T00:00:00+08:00",
            "paused since the start: the rest of that day",
        ),
        ("2026-11-23T10:30+08:00", "2026-11-25..2026-11-26", "2026-11-24T10:30:00+08:00", "pause after the end"),
        ("2026-11-23T10:30+08:00", "2026-11-20..2026-11-21", "2026-11-24T10:30:00+08:00", "pause before the start"),
    ],
)
def test_hours(start, pauses, effective, why):
    counted = due(rule("legal_aid.custody_forward"), datetime.fromisoformat(start), CALENDAR, pauses=_pauses(pauses))
    assert counted.effective_due.isoformat() == effective, why
    assert counted.natural_due == datetime.fromisoformat(start) + timedelta(
        hours=rule("legal_aid.custody_forward").amount
    )
    assert (counted.provisional, counted.internal_target) == (False, None)


def test_a_moment_given_to_a_day_rule_is_the_halls_day():
    late = datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("UTC"))  # already the 23rd in the hall
    assert due(rule("petition.dispatch"), late, CALENDAR).effective_due == date(2026, 12, 8)


def test_a_weekend_of_an_unpublished_year_passed_over_is_provisional():
    only_2021 = Calendar.of(entry for entry in CALENDAR.entries.values() if entry.day.year == 2021)
    counted = due(
        rule("labour.hearing_notice"), date(2022, 1, 3), only_2021
    )  # 1 and 2 January 2022 might be made-up days
    assert (counted.effective_due, counted.provisional) == (date(2021, 12, 27), True)
