"""Rules of the loop: what a leader may not decide, what must be confirmed again, what is late, and from whom a 检举 is kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.access.permissions import Permission
from portal.cases import operations as cases
from portal.cases import queries as case_queries
from portal.cases.models import Case, CaseGrant
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.leadership.models import Booking, Followup, Instruction, LeadershipSettings, Task, TaskUnit
from portal.leadership.operations import followups, instructions, sheets, tasks
from portal.leadership.operations.followups import ResultGiven
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.queries import instructions as instruction_queries
from portal.leadership.queries import tasks as queries
from portal.trail import queries as trail
from tests.leadership import loop
from tests.leadership.loop import DUE, booked, given, received, signed, task, unit_id
from tests.leadership.receptions import AT, DAY, LEADER, OFFICE, later


@pytest.fixture(autouse=True)
def half_past_eight():
    """The morning of the reception."""
    with clock.frozen(AT):
        yield


@pytest.fixture
def do(session):
    def done(operation, *args, **kwargs):
        with database.write() as writing:
            return operation(writing, *args, **kwargs)

    return done


@pytest.fixture
def one(session, do):
    """Staff, reception and a matter that was received."""

    def made(**case):
        staff, held, (booking_id,) = do(booked, 1, **case)
        do(received, staff, held, booking_id)
        return staff, held, booking_id

    return made


def test_a_sheet_changed_after_confirmation_is_confirmed_again(session, do, one) -> None:
    staff, _held, booking_id = one()
    office = staff[OFFICE]
    typed = do(sheets.record, office, booking_id, given(session), version=0, at=later(51), ready=True)
    confirmed = do(sheets.confirm, office, booking_id, version=typed.version, at=later(52))
    assert confirmed.confirmed_by == office.id
    changed = given(session, opinion="请市信访局牵头，五天内付清。")
    again = do(sheets.record, office, booking_id, changed, version=confirmed.version, at=later(53), ready=True)
    assert (again.state, again.confirmed_by, again.confirmed_at) == ("typed", None, None)
    with pytest.raises(Refused, match="重新确认"):
        do(sheets.sign_on_paper, office, booking_id, signer="杜立新", scan_id=1, version=again.version, at=later(54))
    assert session.scalars(select(Instruction)).all() == []


def test_the_same_words_once_more_take_no_confirmation_away(session, do, one) -> None:
    staff, _held, booking_id = one()
    typed = do(sheets.record, staff[OFFICE], booking_id, given(session), version=0, at=later(51), ready=True)
    confirmed = do(sheets.confirm, staff[LEADER], booking_id, version=typed.version, at=later(52))
    same = do(
        sheets.record, staff[OFFICE], booking_id, given(session), version=confirmed.version, at=later(53), ready=True
    )
    assert (same.state, same.version) == ("confirmed", confirmed.version)


def test_who_types_from_an_older_page_overwrites_nothing(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(sheets.record, staff[OFFICE], booking_id, given(session), version=0, at=later(51))
    with pytest.raises(StaleVersion):
        do(sheets.record, staff[OFFICE], booking_id, given(session, minutes="别的"), version=0, at=later(52))


@pytest.mark.parametrize("litigation", ["litigation", "reconsideration", "arbitration"])
def test_what_is_before_a_court_a_leader_explains_or_forwards(session, do, one, litigation: str) -> None:
    staff, _held, booking_id = one(litigation=litigation)
    for manner in ("task", "resolved"):
        with pytest.raises(FieldProblems) as refused:
            do(
                sheets.record, staff[OFFICE], booking_id, given(session, manner=manner), version=0, at=later(51),
                ready=True,
            )  # fmt: skip
        assert "第二十二条第二款" in refused.value.problems["manner"]
    explained = given(session, manner="explained", opinion="释法明理，引导向法院反映。", tasks=())
    sheet = do(signed, staff, booking_id, explained)
    assert sheet.state == "signed"
    assert session.scalars(select(Task)).all() == []


def test_a_matter_that_goes_to_court_before_the_signature_is_not_handed_out(session, do, one) -> None:
    staff, _held, booking_id = one()
    typed = do(sheets.record, staff[OFFICE], booking_id, given(session), version=0, at=later(51), ready=True)
    do(lambda writing: setattr(_case(writing, booking_id), "litigation", "litigation"))
    with pytest.raises(Refused, match="第二十二条第二款"):
        do(sheets.sign, staff[LEADER], booking_id, version=typed.version, at=later(55))
    assert session.scalars(select(Instruction)).all() == []


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"lead_unit_id": None}, "lead", "牵头单位"),
        ({"lead_unit_id": 10**6}, "lead", "牵头单位"),
        ({"due": None}, "due", "期限"),
        ({"due": DAY - timedelta(days=1)}, "due", "不能早于今天"),
        ({"due": date(2099, 1, 1)}, "due", "年份"),
        ({"what": " "}, "what", "要做什么"),
        ({"what": "长" * 501}, "what", "最多500字"),
    ],
)
def test_a_task_needs_what_who_and_when(session, do, one, changes, key, said) -> None:
    staff, _held, booking_id = one()
    wrong = given(session, tasks=(task(session), replace(task(session), **changes)))
    with pytest.raises(FieldProblems) as refused:
        do(sheets.record, staff[OFFICE], booking_id, wrong, version=0, at=later(51))
    assert list(refused.value.problems) == [f"{key}_2"], "the second task, and nothing else"
    assert said in refused.value.problems[f"{key}_2"]


def test_tasks_that_were_typed_are_kept_or_asked_about(session, do, one) -> None:
    staff, _held, booking_id = one()
    typed = given(session, manner="")
    kept = do(sheets.record, staff[OFFICE], booking_id, typed, version=0, at=later(51))
    assert sheets.unpacked(kept.plan) == typed.tasks, "the manner is not chosen yet"
    for manner in ("resolved", "explained", "forwarded"):
        with pytest.raises(FieldProblems) as refused:
            do(sheets.record, staff[OFFICE], booking_id, given(session, manner=manner), version=1, at=later(52))
        assert list(refused.value.problems) == ["manner"]
        assert "请先清空任务" in refused.value.problems["manner"]
    with pytest.raises(FieldProblems) as refused:
        do(sheets.record, staff[OFFICE], booking_id, typed, version=1, at=later(52), ready=True)
    assert list(refused.value.problems) == ["manner"]


def test_on_a_closed_case_tasks_are_refused_before_the_leader_signs(session, do, one) -> None:
    staff, _held, booking_id = one()
    typed = do(sheets.record, staff[OFFICE], booking_id, given(session), version=0, at=later(51), ready=True)
    do(lambda writing: setattr(_case(writing, booking_id), "closed_at", later(52)))
    for ready in (False, True):
        with pytest.raises(FieldProblems) as refused:
            do(
                sheets.record, staff[OFFICE], booking_id, given(session), version=typed.version, at=later(53),
                ready=ready,
            )  # fmt: skip
        assert "事项已办结" in refused.value.problems["manner"]
    with pytest.raises(Refused, match="事项已办结，不再交办任务"):
        do(sheets.sign, staff[LEADER], booking_id, version=typed.version, at=later(54))


def test_the_lead_is_no_helping_unit(session, do, one) -> None:
    staff, _held, booking_id = one()
    wrong = given(session, tasks=(task(session, DUE, loop.UNIT),))
    with pytest.raises(FieldProblems) as refused:
        do(sheets.record, staff[OFFICE], booking_id, wrong, version=0, at=later(51))
    assert "牵头单位不再列为" in refused.value.problems["co"]


def test_signing_opens_the_case_to_the_units_and_to_no_other(session, do, one) -> None:
    staff, _held, booking_id = one()
    case = _case(session, booking_id)
    assert case_queries.can_see(session, staff[loop.CO_STAFF], case.id) is None
    do(signed, staff, booking_id, given(session, tasks=(task(session, DUE, loop.CO_UNIT),)))
    assert case_queries.can_see(session, staff[loop.CO_STAFF], case.id)
    scopes = set(session.scalars(select(CaseGrant.scope).where(CaseGrant.why == "领导交办")))
    assert scopes == {cases.unit_scope(unit_id(session)), cases.unit_scope(unit_id(session, loop.CO_UNIT))}
    roles = dict(session.execute(select(TaskUnit.unit_id, TaskUnit.role)).all())
    assert roles == {unit_id(session): "lead", unit_id(session, loop.CO_UNIT): "co"}


def test_no_days_of_looking_again_where_the_centre_set_none(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(lambda writing: setattr(writing.scalars(select(LeadershipSettings)).one(), "followups", []))
    do(signed, staff, booking_id)
    assert session.scalars(select(Followup)).all() == []


def test_of_an_accusation_no_unit_learns(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    centre, unit = staff[OFFICE].centre_id, staff[loop.UNIT_STAFF]
    assert len(queries.outstanding(session, centre, unit_id=unit.unit_id, actor=unit)) == 1
    assert len(queries.outstanding(session, centre)) == 1
    made = session.scalars(select(Instruction)).one()

    def accuse(writing) -> None:
        case = _case(writing, booking_id)
        case.sensitivity, case.respondent_unit_id = "accusation", unit.unit_id

    do(accuse)
    assert queries.outstanding(session, centre, unit_id=unit.unit_id, actor=unit) == []
    assert queries.outstanding(session, centre) == [], "nor does a count that names no reader"
    assert queries.count(session, centre, actor=unit) == (0, 0)
    assert instruction_queries.one(session, unit, made.id, DAY) is None
    row_id = session.scalars(select(TaskUnit.id)).one()
    with pytest.raises(Refused):
        do(tasks.reply, unit, row_id, words="知道了", at=later(60))
    bold = replace(staff[OFFICE], permissions=staff[OFFICE].permissions | {Permission.CASE_ACCUSATION})
    with pytest.raises(Refused, match="纪检监察"):
        do(instructions.issue, bold, made.leader_id, made.case_id, "letter", 1, "请办理", [task(session)], at=later(60))


def test_another_date_needs_its_reason_and_keeps_the_old_one(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    row = session.scalars(select(Task)).one()
    office, known = staff[OFFICE], {"version": row.version, "at": later(60)}
    for due, reason, key in ((DUE, "等资金", "due"), (DUE + timedelta(days=5), " ", "reason"), (None, "等", "due")):
        with pytest.raises(FieldProblems) as refused:
            do(tasks.extend, office, row.id, due=due, reason=reason, **known)
        assert list(refused.value.problems) == [key]
    do(tasks.extend, office, row.id, due=DUE + timedelta(days=5), reason="等资金，杜立新同意", **known)
    event = trail.entries(session, f"case:{row.case_id}", kinds=("leader.task_extended",))[-1]
    assert (event.data["from"], event.data["to"]) == (DUE.isoformat(), (DUE + timedelta(days=5)).isoformat())
    with pytest.raises(StaleVersion):
        do(tasks.withdraw, office, row.id, reason="重复", **known)


def test_receipt_moves_no_date_and_late_is_seen_by_whoever_looks(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    row_id = session.scalars(select(TaskUnit.id)).one()
    do(tasks.sign_receipt, staff[loop.UNIT_STAFF], row_id, at=later(60))
    assert session.scalars(select(Task.due)).one() == DUE
    centre = staff[OFFICE].centre_id
    assert queries.count(session, centre) == (1, 0)
    with clock.frozen(later(11 * 24 * 60)):
        (shown,) = queries.outstanding(session, centre)
        assert shown.lamp == ("逾期 1 天", "late")
        assert shown.units[0].lamp == ("已签收，逾期未回复", "late")
        assert queries.count(session, centre) == (1, 1)
        assert queries.by_unit(session, staff[OFFICE]) == [(unit_id(session), loop.UNIT, 1, 1)]


def test_an_instruction_without_end_is_seen_as_late(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    row = session.scalars(select(Task)).one()
    do(tasks.withdraw, staff[OFFICE], row.id, reason="已另案处理", version=row.version, at=later(60))
    with clock.frozen(later(12 * 24 * 60)):
        (line,), _count = instruction_queries.to_end(session, staff[OFFICE], clock.today())
        assert line.lamp == ("逾期 2 天", "late")


def test_what_the_citizen_rated_is_written_by_nobody_else(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    made = session.scalars(select(Instruction)).one()

    def rate(writing) -> None:
        cases.rate(
            writing, writing.get_one(Case, made.case_id), score="unsatisfied", words="", source="facing", at=later(60)
        )

    do(rate)
    kept = do(
        followups.record_result, staff[OFFICE], made.id, ResultGiven("办了", "yes", "yes", "telephone"),
        version=made.version, at=later(61),
    )  # fmt: skip
    assert (kept.satisfied, kept.said_how, kept.said_to) == ("no", "rating", None)


def test_whatever_the_manner_it_is_looked_at_again_and_has_its_result(session, do) -> None:
    staff, held, ids = do(booked, 3)
    do(sheets.arrive, staff[OFFICE], held.id, at=later(30))
    for place, booking_id in enumerate(ids):
        do(sheets.begin, staff[OFFICE], booking_id, at=later(31 + 5 * place))
        do(sheets.end, staff[OFFICE], booking_id, at=later(33 + 5 * place))
    do(lambda writing: setattr(_case(writing, ids[2]), "litigation", "litigation"))
    do(lambda writing: setattr(_case(writing, ids[0]), "closed_at", later(40)))
    rated = session.get_one(Booking, ids[0]).case_id
    # rated while the leader was there, before the sheet was signed
    do(
        lambda writing: cases.rate(
            writing, writing.get_one(Case, rated), score="fair", words="", source="facing", at=later(35)
        )
    )
    for booking_id, manner in zip(ids, ("resolved", "explained", "forwarded"), strict=True):
        typed = given(session, manner=manner, tasks=())
        kept = do(sheets.record, staff[OFFICE], booking_id, typed, version=0, at=later(60), ready=True)
        assert sheets.lacking(session, held)[0].endswith("登记表领导还没有签名")
        do(sheets.sign, staff[LEADER], booking_id, version=kept.version, at=later(24 * 60))
    do(sheets.close, staff[OFFICE], held.id, at=later(24 * 60))
    made = session.scalars(select(Instruction).order_by(Instruction.id)).all()
    assert [(each.source, each.words, each.met, each.closed_at) for each in made] == [
        ("reception", loop.OPINION, "", None)
    ] * 3
    assert (
        session.scalars(select(Followup.days).order_by(Followup.instruction_id, Followup.days)).all() == [7, 15, 30] * 3
    )
    assert session.scalars(select(Task)).all() == []
    lines, count = instruction_queries.to_end(session, staff[OFFICE], DAY, limit=2)
    assert (len(lines), count, lines[0].due, lines[0].lamp) == (2, 3, None, ("待办结", "near"))
    assert instruction_queries.due_followups(session, staff[OFFICE], DAY + timedelta(days=16), limit=1)[1] == 6
    # told on the spot, the day before the signature; what the citizen rated is what the citizen says
    result = ResultGiven("当场解决", "yes", "", "", DAY, "接访时当面")
    ended = do(followups.record_result, staff[OFFICE], made[0].id, result, version=1, at=later(24 * 60))
    assert (ended.satisfied, ended.said_how) == ("partly", "rating")
    do(followups.close, staff[OFFICE], made[0].id, version=ended.version, at=later(24 * 60))
    assert "没有填写群众怎么说" in "".join(followups.lacking(session, made[1], DAY))


def test_what_stands_in_the_way_of_the_end(session, do, one) -> None:
    staff, _held, booking_id = one()
    do(signed, staff, booking_id)
    made = session.scalars(select(Instruction)).one()
    assert followups.lacking(session, made, DAY + timedelta(days=8)) == [
        "还有任务没有完成", "第 7 天的回访到期没有填写", "没有填写办理结果", "没有填写是否解决",
        "没有填写群众怎么说（没有表态的，选“没有表态”）", "没有记什么时候告知群众", "没有记怎样告知群众",
    ]  # fmt: skip
    with pytest.raises(Refused, match="还有任务没有完成"):
        do(followups.close, staff[OFFICE], made.id, version=made.version, at=later(60))
    with pytest.raises(FieldProblems) as refused:
        do(
            followups.record_result, staff[OFFICE], made.id, ResultGiven(told_on=DAY + timedelta(days=1), told_how="电话"),
            version=made.version, at=later(60),
        )  # fmt: skip
    assert refused.value.problems == {"told_on": "不能晚于今天。"}


def test_units_and_clerks_neither_sign_nor_judge(session, do, one) -> None:
    staff, held, booking_id = one()
    unit, leader = staff[loop.UNIT_STAFF], staff[LEADER]
    for operation in (sheets.arrive, sheets.leave, sheets.close):
        with pytest.raises(Refused, match="角色"):
            do(operation, unit, held.id, at=later(52))
    with pytest.raises(Refused, match="角色"):
        do(sheets.record, leader, booking_id, given(session), version=0, at=later(52))
    do(signed, staff, booking_id)
    row = session.scalars(select(Task)).one()
    with pytest.raises(Refused, match="角色"):
        do(tasks.accept, unit, row.id, version=row.version, at=later(60))
    with pytest.raises(Refused, match="角色"):
        do(tasks.sign_receipt, leader, session.scalars(select(TaskUnit.id)).one(), at=later(60))


def test_a_day_that_is_over_is_entered_without_hours_that_nobody_noted(session, do) -> None:
    staff, held, (booking_id,) = do(booked)
    tomorrow = later(24 * 60)
    do(sheets.arrive, staff[OFFICE], held.id, at=tomorrow)
    booking = do(sheets.begin, staff[OFFICE], booking_id, at=tomorrow)
    assert (booking.state, booking.started_at, booking.ended_at) == ("received", None, None)
    assert clock.day_of(held.arrived_at) == DAY
    do(signed, staff, booking_id)
    closed = do(sheets.close, staff[OFFICE], held.id, at=tomorrow)
    assert (closed.state, closed.left_at) == ("held", None), "the moment of typing is nobody's leaving"


def test_who_left_on_a_day_that_is_over_left_at_the_hour_of_the_roster(session, do) -> None:
    staff, held, _ids = do(booked, 0)
    tomorrow = later(24 * 60)
    do(sheets.arrive, staff[OFFICE], held.id, at=tomorrow)
    left = do(sheets.leave, staff[OFFICE], held.id, at=tomorrow)
    assert left.left_at == clock.at_hall(DAY, *divmod(held.ends, 60))


def test_an_issue_for_a_letter_and_a_sponsorship_is_the_same(session, do, one) -> None:
    staff, held, booking_id = one(litigation="litigation")
    case = _case(session, booking_id)
    args = (held.leader_id, case.id)
    with pytest.raises(Refused, match="第二十二条第二款"):
        do(instructions.issue, staff[OFFICE], *args, "letter", 3, "请办理", [task(session)], at=later(60))
    made = do(instructions.issue, staff[OFFICE], *args, "sponsor", 4, "做好帮扶", [task(session)], at=later(60))
    assert instructions.of_source(session, "sponsor", 4) == made.id
    with pytest.raises(FieldProblems) as refused:
        do(instructions.issue, staff[OFFICE], *args, "sponsor", 4, " ", [TaskDraft("", None, None)], at=later(60))
    assert sorted(refused.value.problems) == ["due", "lead", "what", "words"]


def _case(session, booking_id: int) -> Case:
    return session.get_one(Case, session.get_one(Booking, booking_id).case_id)
