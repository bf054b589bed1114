"""Pause, resume, extension, another start, another named day: what the law allows, and how the rest is refused."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import FieldProblems, Refused, StaleVersion, clock_changes, clocks
from portal.cases.operations.clock_changes import Extension
from portal.cases.timeline import timeline
from portal.statutes import deadlines
from portal.statutes.workdays import from_chinesecalendar
from portal.trail import queries as trail
from tests.cases.conftest import MONDAY, actor, registered

TODAY = date(2026, 11, 23)
CALENDAR = from_chinesecalendar()


def on(day: date) -> datetime:
    """Ten o'clock in the hall."""
    return clock.at_hall(day, 10)


@pytest.fixture
def started(session, hall):
    """Start a period on a fresh petition case."""

    def start(key: str, day: date, *, last: date | None = None) -> Clock:
        case = registered(hall.clerk)
        with database.write() as writing:
            proceeding = writing.scalar(select(Proceeding).where(Proceeding.case_id == case.id))
            return clocks.start(
                writing,
                writing.get(Case, case.id),
                proceeding,
                key,
                day,
                event="petition.test",
                last=last,
                source="测试",
            )

    return start


def do(operation, by, held: Clock, *, day: date = TODAY, version: int | None = None, **given):
    with database.write() as session:
        return operation(session, by, held.id, version=version or held.version, at=on(day), **given)


def extension(**changes) -> Extension:
    stated = {
        "amount": 10,
        "ground": "案情复杂，需实地丈量",
        "approver": "局长王某",
        "approved_on": TODAY,
        "informed_on": TODAY,
    }
    return Extension(**stated | changes)


def test_a_hearing_pauses_the_rereview_and_the_end_is_unknown_until_it_is_over(session, hall, started):
    held = started("petition.rereview_decide", date(2026, 11, 2))
    assert held.effective_due == date(2026, 12, 2)
    held = do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 11, 20), note="11月20日听证会")
    assert (held.effective_due, held.natural_due, held.version) == (None, date(2026, 12, 2), 2)
    held = do(clock_changes.resume, hall.clerk, held, last=date(2026, 11, 22))
    # 20, 21 and 22 November are not counted: 2 December becomes 5 December, a Saturday, and office periods do not roll
    assert (held.effective_due, held.natural_due, held.version) == (date(2026, 12, 5), date(2026, 12, 2), 3)


def test_while_paused_a_case_has_no_nearest_date_and_gets_it_back(session, hall, started):
    held = started("petition.rereview_decide", date(2026, 10, 20))
    case = session.get(Case, held.case_id)
    with database.write() as writing:  # the dispatch period of the registration ends, the rereview is what is left
        proceeding = writing.get(Proceeding, held.proceeding_id)
        clocks.stop(writing, proceeding, ("petition.dispatch",), "petition.test", MONDAY)
        clocks.refresh_next_due(writing, writing.get(Case, case.id))
    assert session.get(Case, case.id).next_due == date(2026, 11, 19)
    held = do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 11, 19), note="")
    assert session.get(Case, case.id).next_due is None
    do(clock_changes.resume, hall.clerk, held, last=date(2026, 11, 19))
    assert session.get(Case, case.id).next_due == date(2026, 11, 20)


@pytest.mark.parametrize(
    "key", ["petition.conclude", "petition.review_decide", "legal_aid.decide", "petition.dispatch"]
)
def test_what_no_statute_pauses_is_not_paused(hall, started, key):
    # 第三十六条 takes the hearing out of 复核 only; whether supplements stop legal aid's seven days the law does not say
    held = started(key, date(2026, 11, 20))
    with pytest.raises(Refused, match="没有规定可以暂停"):
        do(clock_changes.pause, hall.clerk, held, ground="hearing", first=TODAY, note="")


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"ground": "holiday", "first": date(2026, 11, 20)}, "ground", "请选择法律规定"),
        ({"ground": "hearing", "first": date(2026, 11, 1)}, "first", "不能早于起算日 2026-11-02"),
        ({"ground": "hearing", "first": date(2026, 11, 24)}, "first", "不能晚于今天"),
    ],
)
def test_a_pause_that_cannot_be_is_refused_beside_its_field(hall, started, given, field, says):
    held = started("petition.rereview_decide", date(2026, 11, 2))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.pause, hall.clerk, held, note="", **given)
    assert says in refused.value.problems[field]


def test_a_pause_after_the_end_or_inside_another_is_refused(hall, started):
    held = started("petition.rereview_decide", date(2026, 10, 1))  # ends 31 October
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 11, 1), note="")
    assert "届满" in refused.value.problems["first"]
    held = do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 10, 10), note="")
    with pytest.raises(Refused, match="已在暂停"):
        do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 10, 12), note="")
    held = do(clock_changes.resume, hall.clerk, held, last=date(2026, 10, 12))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 10, 12), note="")
    assert "已经暂停过" in refused.value.problems["first"]


def test_a_resume_wants_a_pause_and_a_day_not_before_it(hall, started):
    held = started("petition.rereview_decide", date(2026, 11, 2))
    with pytest.raises(Refused, match="没有在暂停"):
        do(clock_changes.resume, hall.clerk, held, last=TODAY)
    held = do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 11, 20), note="")
    for last, says in ((date(2026, 11, 19), "不能早于"), (date(2026, 11, 24), "不能晚于今天")):
        with pytest.raises(FieldProblems) as refused:
            do(clock_changes.resume, hall.clerk, held, last=last)
        assert says in refused.value.problems["last"]


def test_an_extension_joins_the_period_and_keeps_ground_approver_and_notice(session, hall, started):
    held = started("petition.conclude", date(2026, 10, 1))  # sixty days end on 30 November
    held = do(clock_changes.extend, hall.clerk, held, extension=extension(amount=20, notice="运信延〔2026〕3号"))
    assert (held.natural_due, held.effective_due) == (date(2026, 11, 30), date(2026, 12, 20))
    row = session.scalars(select(ClockExtension)).one()
    assert (row.amount, row.until, row.ground, row.approver) == (20, None, "案情复杂，需实地丈量", "局长王某")
    assert (row.approved_on, row.informed_on, row.notice) == (TODAY, TODAY, "运信延〔2026〕3号")


def test_an_extension_approved_on_the_last_day_is_in_time_whenever_it_is_typed_and_a_day_later_is_not(hall, started):
    held = started("petition.conclude", date(2026, 9, 24))  # ends on 23 November
    assert held.effective_due == TODAY
    late = TODAY + timedelta(days=1)
    with pytest.raises(Refused, match="期限已于 2026-11-23 届满"):
        do(clock_changes.extend, hall.clerk, held, day=late, extension=extension(approved_on=late, informed_on=late))
    held = do(clock_changes.extend, hall.clerk, held, day=late, extension=extension(amount=30))
    assert held.effective_due == date(2026, 12, 23)


def test_extensions_together_stay_under_the_cap(hall, started):
    held = started("petition.conclude", date(2026, 10, 1))
    held = do(clock_changes.extend, hall.clerk, held, extension=extension(amount=20))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.extend, hall.clerk, held, extension=extension(amount=11))
    assert "此前已延长 20，合计 31" in refused.value.problems["amount"]
    assert "合计不超过 30" in refused.value.problems["amount"]
    held = do(clock_changes.extend, hall.clerk, held, extension=extension(amount=10))
    assert held.effective_due == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"amount": 200}, "amount", "合计不超过 30"),
        ({"amount": 0}, "amount", "大于 0"),
        ({"amount": -5}, "amount", "大于 0"),
        ({"amount": None}, "amount", "请填写延长多少"),
        ({"ground": " "}, "ground", "请写明延长的理由"),
        ({"approver": ""}, "approver", "请填写批准或同意的人"),
        ({"informed_on": None}, "informed_on", "法律要求告知"),
        ({"informed_on": date(2026, 11, 22)}, "informed_on", "须在批准日期至今天之间"),
        ({"approved_on": date(2026, 11, 24)}, "approved_on", "至今天之间"),
        ({"approved_on": date(2026, 9, 30)}, "approved_on", "起算日 2026-10-01"),
    ],
)
def test_an_extension_that_lacks_something_is_refused_beside_the_field(session, hall, started, changes, field, says):
    held = started("petition.conclude", date(2026, 10, 1))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.extend, hall.clerk, held, extension=extension(**changes))
    assert says in refused.value.problems[field]
    assert session.scalars(select(ClockExtension)).all() == []


@pytest.mark.parametrize(
    "key", ["petition.dispatch", "petition.review_decide", "petition.objection", "labour.hearing_notice"]
)
def test_what_the_law_does_not_extend_is_not_extended(hall, started, key):
    held = started(key, date(2026, 11, 20))
    with pytest.raises(Refused, match="没有规定可以延长"):
        do(clock_changes.extend, hall.clerk, held, extension=extension(amount=1))


def test_where_the_parties_extend_without_a_number_the_day_is_asked_for(hall, started):
    held = started("court_link.entrusted_ordinary", date(2026, 11, 16))  # fifteen days end on 1 December
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.extend, hall.clerk, held, extension=extension(until=date(2026, 12, 1)))
    assert "须晚于现在的最后一日 2026-12-01" in refused.value.problems["until"]
    held = do(clock_changes.extend, hall.clerk, held, extension=extension(until=date(2026, 12, 20), approver="双方"))
    assert (held.natural_due, held.effective_due) == (date(2026, 12, 1), date(2026, 12, 20))


def test_a_day_agreed_on_has_its_own_target_and_is_never_earlier_than_the_count():
    rule = deadlines.rule("court_link.online_before_filing")  # thirty days from 23 November end on 23 December
    agreed = clocks.due_of(rule, clocks.History(TODAY, until=date(2026, 12, 27)), CALENDAR)
    assert (agreed.effective_due, agreed.internal_target) == (date(2026, 12, 27), date(2026, 12, 25))
    assert agreed.steps[-1] == "经同意延长到2026-12-27，这是指定的日期，不再顺延。"
    # an appraisal of eight days afterwards takes the count itself to 31 December, past the day agreed on
    spans = ((date(2026, 12, 1), date(2026, 12, 8)),)
    longer = clocks.due_of(rule, clocks.History(TODAY, pauses=spans, until=date(2026, 12, 27)), CALENDAR)
    assert longer.effective_due == date(2026, 12, 31)
    lasting = clocks.due_of(rule, clocks.History(TODAY, pauses=((date(2026, 12, 1), None),)), CALENDAR)
    assert lasting.steps[-1] == "自2026-12-01起暂停；恢复以后才知道最后一日。"


def test_an_extension_waits_for_the_end_of_a_pause(hall, started):
    held = started("labour.conclude", date(2026, 10, 20))
    held = do(clock_changes.pause, hall.clerk, held, ground="suspension", first=date(2026, 11, 20), note="")
    with pytest.raises(Refused, match="正在暂停"):
        do(clock_changes.extend, hall.clerk, held, extension=extension())


def test_a_corrected_start_counts_anew_and_says_why(session, hall, started):
    held = started("petition.conclude", date(2026, 11, 20))
    held = do(clock_changes.correct_start, hall.clerk, held, on=date(2026, 11, 10), why="error", reason="登记为录入日")
    assert (held.started_on, held.effective_due) == (date(2026, 11, 10), date(2027, 1, 9))
    assert held.provisional
    event = trail.entries(session, f"case:{held.case_id}", kinds=("clock.restarted",))[-1]
    assert (event.data["old"], event.data["new"], event.words["reason"]) == ("2026-11-20", "2026-11-10", "登记为录入日")
    assert (event.data["from"], event.data["to"]) == ("2027-01-19", "2027-01-09")


@pytest.mark.parametrize(
    ("key", "given", "field"),
    [
        ("petition.conclude", {"on": date(2026, 11, 20)}, "on"),
        ("petition.conclude", {"on": date(2026, 11, 24)}, "on"),
        ("petition.conclude", {"on": date(2026, 11, 10), "reason": " "}, "reason"),
        ("petition.conclude", {"on": date(2026, 11, 10), "why": "counterclaim"}, "why"),
    ],
)
def test_a_start_is_not_corrected_to_nothing_the_future_or_without_reason(hall, started, key, given, field):
    held = started(key, date(2026, 11, 20))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.correct_start, hall.clerk, held, **{"why": "error", "reason": "写错"} | given)
    assert list(refused.value.problems) == [field]


def test_a_counterclaim_starts_the_arbitration_period_anew(hall, started):
    held = started("labour.conclude", date(2026, 10, 9))  # 45 days end on 23 November
    assert held.effective_due == TODAY
    held = do(clock_changes.correct_start, hall.clerk, held, on=TODAY, why="counterclaim", reason="被申请人反申请")
    # 45 days from 23 November end on 7 January 2027
    assert held.effective_due == date(2027, 1, 7)


def test_a_postponed_hearing_moves_the_period_counted_back_from_it(hall, started):
    held = started("labour.hearing_notice", date(2026, 12, 7))
    held = do(clock_changes.correct_start, hall.clerk, held, on=date(2026, 12, 14), why="error", reason="改期开庭")
    assert held.effective_due == date(2026, 12, 7)


def test_a_start_after_a_recorded_pause_is_refused(hall, started):
    held = started("petition.rereview_decide", date(2026, 11, 2))
    held = do(clock_changes.pause, hall.clerk, held, ground="hearing", first=date(2026, 11, 5), note="")
    held = do(clock_changes.resume, hall.clerk, held, last=date(2026, 11, 6))
    with pytest.raises(FieldProblems) as refused:
        do(clock_changes.correct_start, hall.clerk, held, on=date(2026, 11, 6), why="error", reason="写错")
    assert "已登记自 2026-11-05 起的暂停" in refused.value.problems["on"]


def test_a_period_without_number_keeps_the_named_day_and_its_source(session, hall, started):
    assert started("petition.report_back", TODAY) is None
    held = started("petition.report_back", TODAY, last=date(2026, 12, 10))
    assert (held.named_due, held.effective_due, held.named_source) == (date(2026, 12, 10), date(2026, 12, 10), "测试")
    for last, source, field in (
        (date(2026, 11, 22), "函", "last"),
        (date(2026, 12, 10), "函", "last"),
        (date(2026, 12, 20), " ", "source"),
    ):
        with pytest.raises(FieldProblems) as refused:
            do(clock_changes.name_day, hall.clerk, held, last=last, source=source)
        assert list(refused.value.problems) == [field]
    held = do(clock_changes.name_day, hall.clerk, held, last=date(2026, 12, 20), source="市信访局 12月1日 函")
    assert (held.effective_due, held.named_source) == (date(2026, 12, 20), "市信访局 12月1日 函")
    numbered = started("petition.conclude", TODAY)
    with pytest.raises(Refused, match="已规定期限为 60"):
        do(clock_changes.name_day, hall.clerk, numbered, last=date(2026, 12, 20), source="函")


def test_somebody_else_was_faster_and_it_is_said_what_they_did(hall, started):
    held = started("petition.conclude", date(2026, 10, 1))
    do(clock_changes.extend, hall.clerk, held, extension=extension())
    with pytest.raises(StaleVersion) as stale:
        do(clock_changes.extend, hall.clerk, held, version=1, extension=extension())
    assert (stale.value.changed, stale.value.version) == (["延长：2026-11-30 → 2026-12-10"], 2)


def test_only_who_handles_the_platform_changes_its_periods(hall, started):
    held = started("petition.conclude", date(2026, 10, 1))
    for by in (hall.mediator, hall.supervisor, actor(9, "volunteer", "petition")):
        with pytest.raises(Refused, match="权限"):
            do(clock_changes.extend, by, held, extension=extension())


def test_a_stopped_period_is_not_changed(hall, started):
    held = started("petition.conclude", date(2026, 10, 1))
    with database.write() as writing:
        clocks.stop(writing, writing.get(Proceeding, held.proceeding_id), None, "petition.give_opinion", MONDAY)
    with pytest.raises(Refused, match="已停止计算"):
        do(clock_changes.extend, hall.clerk, held, extension=extension())


def test_every_change_stands_in_the_timeline_with_the_day_before_and_after(session, hall, started):
    held = started("labour.conclude", date(2026, 10, 20))
    held = do(
        clock_changes.pause, hall.clerk, held, ground="public_notice", first=date(2026, 11, 20), note="电话13812345678"
    )
    held = do(clock_changes.resume, hall.clerk, held, last=date(2026, 11, 22))
    do(clock_changes.extend, hall.clerk, held, extension=extension(amount=5))
    told = {entry.title: entry.detail for entry in timeline(session, hall.clerk, session.get(Case, held.case_id))}
    assert "公告送达" in told["期限暂停：结束裁决"]
    assert "13812345678" not in told["期限暂停：结束裁决"]
    assert "2026-12-07" in told["期限恢复：结束裁决"]
    # five more days end on Saturday 12 December; arbitration rolls to the Monday
    assert "2026-12-07 改为 2026-12-14" in told["期限延长：结束裁决"]
    assert "局长王某" in told["期限延长：结束裁决"]


def test_the_date_shown_is_the_date_counted_from_what_is_stored(session, hall, started):
    held = started("labour.conclude", date(2026, 10, 9))
    held = do(clock_changes.pause, hall.clerk, held, ground="suspension", first=date(2026, 11, 2), note="")
    held = do(clock_changes.resume, hall.clerk, held, last=date(2026, 11, 5))
    held = do(clock_changes.extend, hall.clerk, held, extension=extension(amount=7))
    rows = [(row.first, row.last) for row in session.scalars(select(ClockPause))]
    longer = sum(session.scalars(select(ClockExtension.amount)))
    counted = deadlines.due(deadlines.rule(held.key), held.started_on, CALENDAR, pauses=rows, extension=longer)
    assert (held.natural_due, held.effective_due) == (counted.natural_due, counted.effective_due)
    # 45 days end on 23 November; four paused days make 27, seven more make 4 December, a Friday
    assert held.effective_due == date(2026, 12, 4)
