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
    ("petition.objection", "2026-02-13", "2026-02-27", "2026-02-27", "2026-02-27", KNOWN, "the made-up Saturday is the first day"),
    ("petition.objection", "2026-02-14", "2026-02-28", "2026-02-28", "2026-02-28", KNOWN, "received on one made-up Saturday, ends on the other"),
    ("petition.objection", "2026-02-20", "2026-02-28", "2026-02-28", "2026-02-28", KNOWN, "received inside Spring Festival"),
    ("petition.objection", "2026-02-23", "2026-02-28", "2026-02-28", "2026-02-28", KNOWN, "received on the last day of the rest"),
    ("petition.objection", "2026-02-24", "2026-03-02", "2026-03-02", "2026-03-02", KNOWN, "Saturday 28 February counts, Sunday does not"),
    ("petition.objection", "2026-01-01", "2026-01-08", "2026-01-08", "2026-01-08", KNOWN, "New Year, made-up Sunday is the first day"),
    ("petition.objection", "2026-01-03", "2026-01-08", "2026-01-08", "2026-01-08", KNOWN, "last day of the New Year rest"),
    ("petition.objection", "2026-01-04", "2026-01-09", "2026-01-09", "2026-01-09", KNOWN, "received on the made-up Sunday itself, which is not counted"),
    ("petition.objection", "2026-04-03", "2026-04-13", "2026-04-13", "2026-04-13", KNOWN, "Tomb-sweeping Monday rests, the fifth day is after another weekend"),
    ("petition.objection", "2026-04-30", "2026-05-11", "2026-05-11", "2026-05-11", KNOWN, "Labour Day and the made-up Saturday after it"),
    ("petition.objection", "2026-06-18", "2026-06-26", "2026-06-26", "2026-06-26", KNOWN, "Dragon Boat takes Friday, no made-up day"),
    ("petition.objection", "2026-09-17", "2026-09-23", "2026-09-23", "2026-09-23", KNOWN, "Saturday rests but the Sunday after it is made up"),
    ("petition.objection", "2026-09-18", "2026-09-24", "2026-09-24", "2026-09-24", KNOWN, "ends the day before Mid-autumn"),
    ("petition.objection", "2026-09-30", "2026-10-13", "2026-10-13", "2026-10-13", KNOWN, "National Day, then the made-up Saturday"),
    ("petition.objection", "2026-10-03", "2026-10-13", "2026-10-13", "2026-10-13", KNOWN, "received inside National Day"),
    ("petition.objection", "2026-12-28", "2027-01-04", "2027-01-04", "-", PROVISIONAL, "over the year's end, 1 January taken for a Friday"),
    ("petition.objection", "2025-09-26", "2025-10-10", "2025-10-10", "2025-10-10", KNOWN, "2025: made-up Sunday, then eight days of rest"),
    ("petition.objection", "2025-01-24", "2025-02-07", "2025-02-07", "2025-02-07", KNOWN, "2025: made-up Sunday before Spring Festival"),
    ("petition.objection", "2024-02-09", "2024-02-22", "2024-02-22", "2024-02-22", KNOWN, "2024: made-up Sunday after Spring Festival"),
    ("petition.dispatch", "2026-02-28", "2026-03-15", "2026-03-15", "2026-03-13", KNOWN, "Sunday end stays, target on Friday"),
    ("petition.dispatch", "2026-01-16", "2026-01-31", "2026-01-31", "2026-01-30", KNOWN, "Saturday end stays"),
    ("petition.dispatch", "2026-04-20", "2026-05-05", "2026-05-05", "2026-04-30", KNOWN, "target before the whole Labour Day rest"),
    ("petition.dispatch", "2026-04-24", "2026-05-09", "2026-05-09", "2026-05-09", KNOWN, "ends on a made-up Saturday, which is its own target"),
    ("petition.dispatch", "2026-09-25", "2026-10-10", "2026-10-10", "2026-10-10", KNOWN, "from one holiday over the next to a made-up Saturday"),
    ("petition.dispatch", "2025-12-17", "2026-01-01", "2026-01-01", "2025-12-31", KNOWN, "ends on New Year, target in the old year"),
    ("petition.dispatch", "2024-02-14", "2024-02-29", "2024-02-29", "2024-02-29", KNOWN, "29 February is a day like any other"),
    ("petition.dispatch", "2026-12-16", "2026-12-31", "2026-12-31", "2026-12-31", KNOWN, "the last day of the last published year"),
    ("petition.dispatch", "2026-12-17", "2027-01-01", "2027-01-01", "-", PROVISIONAL, "one day later nothing is certain"),
    ("petition.conclude", "2026-01-30", "2026-03-31", "2026-03-31", "2026-03-31", KNOWN, "sixty days over a February of 28"),
    ("petition.conclude", "2026-01-01", "2026-03-02", "2026-03-02", "2026-03-02", KNOWN, "sixty days are not two months"),
    ("petition.conclude", "2024-01-01", "2024-03-01", "2024-03-01", "2024-03-01", KNOWN, "a leap year ends the same period a day earlier"),
    ("petition.conclude", "2026-10-31", "2026-12-30", "2026-12-30", "2026-12-30", KNOWN, "from a month's end"),
    ("petition.conclude", "2026-11-01", "2026-12-31", "2026-12-31", "2026-12-31", KNOWN, "the last start that ends in a published year"),
    ("petition.conclude", "2026-11-02", "2027-01-01", "2027-01-01", "-", PROVISIONAL, "the first start that does not"),
    ("petition.conclude", "2026-08-02", "2026-10-01", "2026-10-01", "2026-09-30", KNOWN, "sixtieth day on National Day, the office does not roll"),
    ("petition.review_request", "2026-01-15", "2026-02-14", "2026-02-14", "-", KNOWN, "a made-up Saturday is no rest day for a right either"),
    ("petition.review_request", "2026-01-16", "2026-02-15", "2026-02-24", "-", KNOWN, "rolls over the whole of Spring Festival"),
    ("petition.review_request", "2026-01-29", "2026-02-28", "2026-02-28", "-", KNOWN, "the made-up Saturday after Spring Festival"),
    ("petition.review_request", "2026-04-09", "2026-05-09", "2026-05-09", "-", KNOWN, "the made-up Saturday after Labour Day"),
    ("petition.review_request", "2026-08-26", "2026-09-25", "2026-09-28", "-", KNOWN, "Mid-autumn Friday rolls to Monday"),
    ("petition.review_request", "2026-05-20", "2026-06-19", "2026-06-22", "-", KNOWN, "Dragon Boat Friday rolls to Monday"),
    ("petition.review_request", "2026-06-04", "2026-07-04", "2026-07-06", "-", KNOWN, "plain Saturday"),
    ("petition.review_request", "2026-12-01", "2026-12-31", "2026-12-31", "-", KNOWN, "last published day, worked"),
    ("petition.review_request", "2026-12-02", "2027-01-01", "2027-01-01", "-", PROVISIONAL, "New Year of an unpublished year is not known to rest"),
    ("petition.rereview_request", "2026-09-05", "2026-10-05", "2026-10-08", "-", KNOWN, "the right rolls"),
    ("petition.review_decide", "2026-09-05", "2026-10-05", "2026-10-05", "2026-09-30", KNOWN, "the same days for the office stay"),
    ("mediation.usual_term", "2026-05-31", "2026-06-30", "2026-06-30", "2026-06-30", KNOWN, "no 31 June"),
    ("mediation.usual_term", "2024-01-31", "2024-02-29", "2024-02-29", "2024-02-29", KNOWN, "month-end in a leap year"),
    ("mediation.usual_term", "2026-12-15", "2027-01-15", "2027-01-15", "-", PROVISIONAL, "a month into an unpublished year"),
    ("litigation.direct", "2026-08-31", "2027-02-28", "2027-03-01", "-", PROVISIONAL, "month-end on a Sunday of an unpublished year"),
    ("litigation.direct", "2023-08-29", "2024-02-29", "2024-02-29", "-", KNOWN, "the corresponding day is 29 February and there is one"),
    ("litigation.inaction", "2026-02-28", "2026-04-28", "2026-04-28", "-", KNOWN, "corresponding day, not the month's end"),
    ("labour.limitation", "2023-02-28", "2024-02-28", "2024-02-28", "-", KNOWN, "from 28 February into a leap year: the 28th, not the 29th"),
    ("labour.limitation", "2025-02-14", "2026-02-14", "2026-02-14", "-", KNOWN, "a year to a made-up Saturday"),
    ("labour.limitation", "2025-10-01", "2026-10-01", "2026-10-08", "-", KNOWN, "from holiday to holiday"),
    ("civil.limitation", "2021-02-28", "2024-02-28", "2024-02-28", "-", KNOWN, "three years into a leap year"),
    ("court_link.enforcement_request", "2024-02-29", "2026-02-28", "2026-02-28", "-", KNOWN, "from a leap day to a made-up Saturday"),
    ("disclosure.supplement", "2026-04-28", "2026-05-11", "2026-05-11", "-", KNOWN, "seven working days over Labour Day"),
    ("reconsideration.admit", "2026-09-21", "2026-09-29", "2026-09-29", "-", KNOWN, "five working days over Mid-autumn"),
    ("labour.admit", "2026-02-10", "2026-02-24", "2026-02-24", "2026-02-24", KNOWN, "the fifth day is the first after Spring Festival"),
    ("labour.answer", "2026-09-14", "2026-09-28", "2026-09-28", "-", KNOWN, "ten working days with a made-up Sunday and Mid-autumn"),
    ("disclosure.answer", "2026-09-10", "2026-10-14", "2026-10-14", "-", KNOWN, "twenty working days with two made-up days and two holidays"),
    ("labour.hearing_notice", "2026-02-25", "2026-02-11", "2026-02-11", "2026-02-11", KNOWN, "backward over Spring Festival and its made-up Saturday"),
    ("labour.hearing_notice", "2026-10-12", "2026-09-29", "2026-09-29", "2026-09-29", KNOWN, "backward over a made-up Saturday and National Day"),
    ("labour.hearing_notice", "2026-03-02", "2026-02-24", "2026-02-24", "2026-02-24", KNOWN, "backward to the first day after the rest"),
    ("labour.hearing_notice", "2026-09-28", "2026-09-20", "2026-09-20", "2026-09-20", KNOWN, "backward onto a made-up Sunday"),
    ("labour.hearing_notice", "2026-04-07", "2026-03-30", "2026-03-30", "2026-03-30", KNOWN, "backward over Tomb-sweeping"),
    ("labour.hearing_postponement", "2026-05-11", "2026-05-07", "2026-05-07", "-", KNOWN, "backward over a made-up Saturday"),
    ("legal_aid.provide_first_threshold", "2026-03-02", "2026-02-23", "2026-02-23", "-", KNOWN, "threshold days are natural days, holidays too"),
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
    ("petition.conclude", "2026-08-02", "", 30, "2026-10-01", "2026-10-31", "the extension joins the sixtieth day, holiday or not"),
    ("petition.conclude", "2026-01-01", "", 1, "2026-03-02", "2026-03-03", "an extension of one day"),
    ("petition.conclude", "2026-09-24", "", 30, "2026-11-23", "2026-12-23", "asked on the last day: no day is lost between"),
    ("petition.conclude", "2026-11-01", "", 30, "2026-12-31", "2027-01-30", "the extension leads into an unpublished year"),
    ("labour.conclude", "2026-08-17", "", 1, "2026-10-01", "2026-10-08", "one day more still lies in the holiday"),
    ("labour.conclude", "2026-08-17", "", 7, "2026-10-01", "2026-10-08", "seven days more reach the first working day without rolling"),
    ("labour.conclude", "2026-10-20", "2026-11-20..2026-11-22", 5, "2026-12-04", "2026-12-14", "pause, extension and roll together"),
    ("labour.conclude", "2026-10-09", "2026-11-02..2026-11-05", 7, "2026-11-23", "2026-12-04", "pause and extension, ends on a Friday"),
    ("disclosure.answer", "2026-09-10", "", 1, "2026-10-14", "2026-10-15", "one working day more"),
    ("reconsideration.decide_ordinary", "2026-08-02", "", 30, "2026-10-01", "2026-11-02", "extended to a Saturday, which rolls"),
    ("petition.rereview_decide", "2026-01-20", "2026-02-10..2026-02-25", 0, "2026-02-19", "2026-03-07", "hearing across Spring Festival, a Saturday end stays"),
    ("petition.rereview_decide", "2026-09-20", "2026-10-01..2026-10-03 2026-10-04..2026-10-05", 0, "2026-10-20", "2026-10-25", "pauses that touch"),
    ("petition.rereview_decide", "2026-02-01", "2026-02-28..2026-02-28", 0, "2026-03-03", "2026-03-04", "a pause of one day at the month's end"),
    ("petition.rereview_decide", "2026-12-10", "2026-12-31..2027-01-01", 0, "2027-01-09", "2027-01-11", "a pause across the year's end"),
    ("labour.limitation", "2025-02-28", "2026-02-14..2026-02-14", 0, "2026-02-28", "2026-03-02", "one paused day moves a year's end to a Sunday, which rolls"),
    ("mediation.usual_term", "2026-01-31", "2026-02-20..2026-02-21", 0, "2026-02-28", "2026-03-02", "a month grows by its paused days"),
    ("petition.objection", "2026-02-12", "2026-02-15..2026-02-23", 0, "2026-02-26", "2026-02-26", "a pause inside the rest costs no working day"),
    ("petition.objection", "2026-09-17", "2026-09-20..2026-09-20", 0, "2026-09-23", "2026-09-24", "a paused made-up Sunday is lost"),
    ("petition.objection", "2026-12-28", "2026-12-30..2026-12-31", 0, "2027-01-04", "2027-01-06", "paused working days before the year's end"),
    ("labour.hearing_notice", "2026-02-25", "2026-02-13..2026-02-13", 0, "2026-02-11", "2026-02-10", "a paused day on the way back"),
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
        ("2026-02-28T12:00+08:00", "", "2026-03-01T12:00:00+08:00", "over a month's end"),
        ("2024-02-28T08:00+08:00", "", "2024-02-29T08:00:00+08:00", "a leap day of a published year"),
        ("2026-12-31T23:30+08:00", "", "2027-01-01T23:30:00+08:00", "into an unpublished year, still certain"),
        (
            "2026-11-23T10:30+08:00",
            "2026-11-24..2026-11-25",
            "2026-11-26T10:30:00+08:00",
            "two paused days: what was left runs on",
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
