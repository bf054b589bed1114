"""The rules of a case: registering, moving proceedings, who sees it, and how it ends."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal import database
from portal.cases import operations, queries, registry
from portal.cases.definition import Choice, Day, Flag, Number, Text
from portal.cases.models import Case, Clock, Demand, Proceeding, SealedValue
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.timeline import timeline
from portal.trail import queries as trail
from tests.cases.conftest import MONDAY, given, registered


def proceeding_of(session, case: Case, platform: str) -> Proceeding:
    return session.scalar(select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.platform == platform))


def advance(by, proceeding: Proceeding, step: str, *, version: int | None = None, days: int = 0, **data):
    with database.write() as session:
        return operations.advance(
            session,
            by,
            proceeding.id,
            version=version or proceeding.version,
            step=step,
            data=data,
            at=MONDAY + timedelta(days=days),
        )


def test_a_registration_gets_a_number_and_the_dispatch_clock_from_the_day_of_receipt(session, hall):
    case = registered(hall.clerk, received_at=MONDAY - timedelta(days=3))
    assert case.number == "YC-2026-000001"
    clock = session.scalars(select(Clock).where(Clock.case_id == case.id)).one()
    # 第二十二条: 15 days from receipt, the day of receipt not counted, no roll for the office
    assert (clock.key, clock.started_on, clock.effective_due) == (
        "petition.dispatch",
        date(2026, 11, 20),
        date(2026, 12, 5),
    )
    assert case.next_due == date(2026, 12, 5)


def test_numbers_follow_each_other_without_a_gap(session, hall):
    numbers = [registered(hall.clerk).number for _ in range(3)]
    assert numbers == ["YC-2026-000001", "YC-2026-000002", "YC-2026-000003"]


def test_missing_name_and_address_never_refuse_a_registration(session, hall):
    case = registered(hall.clerk, petitioner=None, facts="", demands=("修路",), subject="")
    assert case.subject == "修路"


def test_an_empty_registration_is_refused_and_uses_no_number(session, hall):
    with pytest.raises(Refused):
        registered(hall.clerk, subject=" ", facts="", demands=())
    assert registered(hall.clerk).number.endswith("000001")


def test_personal_numbers_in_free_text_are_stored_encrypted_and_leave_a_token(session, hall):
    case = registered(hall.clerk, facts="请回电13812345678，谢谢")
    assert "13812345678" not in case.facts
    assert session.scalars(select(SealedValue.value)).one() == "13812345678"
    stored = session.execute(text("SELECT value FROM sealed_value")).scalar_one()
    assert "13812345678" not in stored


def test_identity_and_telephone_are_unreadable_in_the_database(session, hall):
    registered(hall.clerk)
    row = session.execute(text("SELECT phone, address FROM person")).one()
    assert "13900001234" not in row.phone
    assert "张店" not in row.address


def test_the_same_person_comes_back_as_the_same_person(session, hall):
    first, second = registered(hall.clerk), registered(hall.clerk, subject="另一件事")
    matters = queries.matters_of(session, hall.clerk, 1)
    assert [matter.number for matter in matters] == [second.number, first.number]


def test_advance_moves_the_state_stops_its_clock_and_writes_the_event(session, hall):
    case = registered(hall.clerk, purpose="inquiry")
    proceeding = proceeding_of(session, case, "petition")
    advance(hall.clerk, proceeding, "settle", **settled_values())
    proceeding = proceeding_of(session, case, "petition")
    assert proceeding.closed_at is not None
    assert session.scalars(select(Clock.stopped_at)).one() is not None
    assert session.get(Case, case.id).next_due is None
    last = trail.entries(session, f"case:{case.id}")[-1]
    assert (last.kind, last.data["step"]) == ("proceeding.advanced", "settle")
    assert "答复" in timeline(session, hall.clerk, case)[-1].detail


def test_a_demand_for_redress_is_never_settled_on_the_spot(session, hall):
    proceeding = proceeding_of(session, registered(hall.clerk), "petition")
    with pytest.raises(Refused, match="依程序办理"):
        advance(hall.clerk, proceeding, "settle", **settled_values())


def test_an_assignment_ends_on_the_day_its_sender_names(session, hall):
    case = registered(hall.clerk)
    advance(
        hall.clerk, proceeding_of(session, case, "petition"), "assign", unit="平陆县自然资源局", report_by="2026-12-20"
    )
    assert session.get(Case, case.id).next_due == date(2026, 12, 20)


def settled_values() -> dict:
    return fill(registry.platform("petition").step("settle"))


def fill(step) -> dict:
    values = {}
    for asked in step.fields:
        match asked:
            case Choice():
                values[asked.name] = asked.options[0][0]
            case Flag():
                values[asked.name] = True
            case Number():
                values[asked.name] = max(asked.minimum, 1)
            case Day():
                values[asked.name] = MONDAY.date().isoformat()
            case Text():
                values[asked.name] = "已当面答复政策"
    return values


def test_a_stale_version_says_what_the_other_person_did(session, hall):
    case = registered(hall.clerk, purpose="inquiry")
    proceeding = proceeding_of(session, case, "petition")
    version = proceeding.version
    advance(hall.clerk, proceeding, "settle", **settled_values())
    with pytest.raises(StaleVersion) as stale:
        advance(hall.clerk, proceeding, "settle", version=version, **settled_values())
    assert stale.value.version == version + 1
    assert len(stale.value.changed) == 1


def test_a_step_is_refused_to_people_of_another_platform(session, hall):
    proceeding = proceeding_of(session, registered(hall.clerk), "petition")
    with pytest.raises(Refused, match="没有"):
        advance(hall.mediator, proceeding, "settle", **settled_values())


def test_a_missing_value_is_named_and_nothing_moves(session, hall):
    case = registered(hall.clerk, purpose="inquiry")
    proceeding = proceeding_of(session, case, "petition")
    with pytest.raises(FieldProblems) as refused:
        advance(hall.clerk, proceeding, "settle")
    assert set(refused.value.problems) <= set(fill_names("settle"))
    assert proceeding_of(session, case, "petition").version == 1


def fill_names(code: str) -> list[str]:
    return [asked.name for asked in registry.platform("petition").step(code).fields]


def test_an_impossible_day_is_named(session, hall):
    case = registered(hall.clerk)
    dated = next(
        step
        for step in registry.platform("petition").steps_from("registered")
        if any(isinstance(asked, Day) for asked in step.fields)
    )
    day = next(asked for asked in dated.fields if isinstance(asked, Day))
    with pytest.raises(FieldProblems) as refused:
        advance(
            hall.clerk, proceeding_of(session, case, "petition"), dated.code, **{**fill(dated), day.name: "2026-02-30"}
        )
    assert day.name in refused.value.problems


def test_two_platforms_work_on_one_case_and_neither_twice_at_once(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        operations.open_proceeding(writing, hall.mediator, writing.get(Case, case.id), "mediation", at=MONDAY)
    labels = [shown.label for shown in queries.proceedings(session, hall.clerk, case)]
    assert labels == ["信访接处", "矛盾多元调解"]
    with pytest.raises(Refused, match="已有正在进行"), database.write() as writing:
        operations.open_proceeding(writing, hall.mediator, writing.get(Case, case.id), "mediation", at=MONDAY)


def test_a_further_visit_starts_no_second_clock(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        operations.record_visit(
            writing, hall.clerk, writing.get(Case, case.id), words="又来询问进展", at=MONDAY + timedelta(days=2)
        )
    assert len(session.scalars(select(Clock)).all()) == 1
    assert timeline(session, hall.clerk, case)[-1].detail == "又来询问进展"


def test_a_stranger_finds_nothing_until_a_grant_opens_the_case(session, hall):
    case = registered(hall.clerk)
    assert queries.find(session, hall.stranger, case.number) is None
    assert queries.newest_ids(session, hall.stranger, before=None, limit=10) == []
    with database.write() as writing:
        operations.grant(
            writing, writing.get(Case, case.id), operations.platform_scope("legal_aid"), why="接力", at=MONDAY
        )
    assert queries.find(session, hall.stranger, case.number).id == case.id
    assert queries.newest_ids(session, hall.stranger, before=None, limit=10) == [case.id]


def test_another_platform_sees_number_state_and_promise_but_not_the_subject(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        operations.record_contact(
            writing, hall.clerk, writing.get(Case, case.id), unit_id=7, unit_name="县自然资源局", answered_by="王股长",
            said="已知悉", promise="现场丈量", promised_by="王股长", promised_on=date(2026, 11, 30), at=MONDAY,
        )  # fmt: skip
    matter = queries.matters_of(session, hall.stranger, 1)[0]
    assert (matter.number, matter.full, matter.subject, matter.promise) == (case.number, False, None, "")
    assert matter.promised_on == date(2026, 11, 30)
    assert queries.matters_of(session, hall.clerk, 1)[0].promise == "县自然资源局：现场丈量"


def test_an_accusation_does_not_exist_for_the_accused_organ_nor_for_the_platform_at_large(session, hall):
    case = registered(hall.clerk, purpose="accusation", respondent_unit_id=7)
    colleague = hall.clerk.__class__(9, 1, "同事", None, ("petition",), hall.clerk.permissions)
    for outsider in (hall.supervisor, colleague, hall.stranger):
        assert queries.find(session, outsider, case.number) is None
        assert queries.matters_of(session, outsider, 1) == []
        assert queries.newest_ids(session, outsider, before=None, limit=10) == []
    assert queries.find(session, hall.clerk, case.number) is not None
    assert queries.find(session, hall.duty_head, case.number) is not None


def test_a_counselling_case_shows_only_that_there_is_one(session, hall):
    registered(hall.counsellor, platform="counselling", purpose="inquiry", subject="睡不好", facts="很难受", demands=())
    matter = queries.matters_of(session, hall.clerk, 1)[0]
    assert (matter.number, matter.platforms, matter.subject, matter.full) == ("", "心理服务", None, False)
    assert queries.newest_ids(session, hall.duty_head, before=None, limit=10) == []


def test_counselling_on_a_shared_case_is_closed_off_from_everybody_else(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        operations.open_proceeding(writing, hall.counsellor, writing.get(Case, case.id), "counselling", at=MONDAY)
    shown = queries.proceedings(session, hall.clerk, case)[1]
    assert (shown.label, shown.state_label, shown.values, shown.closed_off) == ("心理服务", "进行中", {}, True)
    assert timeline(session, hall.clerk, case)[-1].title == "有心理服务"


def test_what_is_recorded_in_counselling_is_unreadable_in_the_database(session, hall):
    case = registered(hall.counsellor, platform="counselling", purpose="inquiry", subject="咨询")
    proceeding = proceeding_of(session, case, "counselling")
    step = registry.platform("counselling").steps_from(proceeding.state)[0]
    advance(hall.counsellor, proceeding, step.code, **fill(step))
    stored = session.execute(text("SELECT data FROM proceeding")).scalar_one()
    assert set(stored if isinstance(stored, dict) else json.loads(stored)) == {"sealed"}


def test_closing_wants_every_proceeding_ended_and_every_demand_resulted(session, hall):
    case = registered(hall.clerk, purpose="inquiry")
    with pytest.raises(Refused, match=r"信访接处程序尚未结束.*第 1 项诉求"), database.write() as writing:
        operations.close_case(writing, hall.clerk, writing.get(Case, case.id), remark="", at=MONDAY)
    advance(hall.clerk, proceeding_of(session, case, "petition"), "settle", **settled_values())
    with database.write() as writing:
        for demand in writing.scalars(select(Demand).where(Demand.case_id == case.id)).all():
            operations.set_outcome(
                writing, hall.clerk, demand.id, results=["explained"], met="unmet", outcome="", at=MONDAY
            )
        operations.close_case(writing, hall.clerk, writing.get(Case, case.id), remark="已答复", at=MONDAY)
    # 办结 says nothing about 解决: the demands stay unmet on a closed case
    assert session.get(Case, case.id).state == "closed"
    assert set(session.scalars(select(Demand.met))) == {"unmet"}


def test_conduct_is_recorded_only_with_where_under_what_and_when(session, hall):
    case = registered(hall.clerk)
    demand = queries.demands(session, case)[0]
    with pytest.raises(FieldProblems) as refused, database.write() as writing:
        operations.set_outcome(
            writing, hall.clerk, demand.id, results=["lawfully"], met="unmet", outcome=" ", at=MONDAY
        )
    assert "outcome" in refused.value.problems


def test_the_citizen_rates_once(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        operations.rate(writing, writing.get(Case, case.id), score="fair", words="", source="slip", at=MONDAY)
    with pytest.raises(Refused, match="已经评价"), database.write() as writing:
        operations.rate(writing, writing.get(Case, case.id), score="satisfied", words="", source="facing", at=MONDAY)
    assert timeline(session, hall.clerk, case)[-1].who == "群众本人"


def test_a_statement_is_printed_then_read_back_then_signed(session, hall):
    case = registered(hall.clerk)
    with database.write() as writing:
        statement = operations.take_statement(
            writing, hall.clerk, writing.get(Case, case.id), text="口述如下", at=MONDAY
        )
    for fact in ("signed", "read_back"):
        with pytest.raises(Refused), database.write() as writing:
            operations.mark_statement(writing, hall.clerk, statement.id, fact=fact, how="signature", at=MONDAY)
    for fact in ("printed", "read_back", "signed"):
        with database.write() as writing:
            operations.mark_statement(writing, hall.clerk, statement.id, fact=fact, how="fingerprint", at=MONDAY)
    assert timeline(session, hall.clerk, case)[-1].title == "笔录捺印"


def test_the_trail_refuses_change_and_verifies(session, hall):
    case = registered(hall.clerk)
    assert trail.verify(session) == []
    session.rollback()
    for statement in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as writing:
            writing.execute(text(statement))
    assert [entry.seq for entry in trail.entries(session, f"case:{case.id}")] == [1, 2]


def test_nothing_is_changed_outside_a_write(session, hall):
    case = registered(hall.clerk)
    session.get(Case, case.id).subject = "改一下"
    with pytest.raises(database.DirtySession):
        session.flush()
    session.rollback()


def test_a_clean_registration_writes_nothing_the_declaration_does_not_know(session, hall):
    with pytest.raises(FieldProblems), database.write() as writing:
        operations.register(writing, hall.clerk, given(platform_data={"nonsense": 1}), at=MONDAY)
    assert session.scalars(select(Case)).all() == []
