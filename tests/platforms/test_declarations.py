"""Every platform is whole: checked, reachable, ended, in Chinese, and no clock of the office is left running at an end."""

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.definition import BACK, Choice, Day, DeclarationError, Field, Platform, Step, check
from portal.documents.letters.kinds import KINDS, LETTER_NAMES
from portal.platforms import PLATFORMS
from portal.statutes import grounds, table

LETTERS = frozenset(KINDS)
ORDER = (
    "governance",
    "petition",
    "mediation",
    "court_link",
    "counselling",
    "legal_aid",
    "relief",
    "citizen_help",
    "hotline",
    "labour",
)
DEPARTMENTS = frozenset(
    [
        "市委政法委",
        "市信访局",
        "市司法局",
        "市民政局",
        "市人力资源和社会保障局",
        "市中级人民法院",
        "市公安局",
        "市自然资源和规划局",
        "市住房和城乡建设局",
        "市农业农村局",
        "市卫生健康委员会",
        "市总工会",
        "市妇女联合会",
    ]
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def clock_rows() -> dict[str, dict[str, str]]:
    with Path(table.__file__).with_name("deadlines.csv").open(encoding="utf-8-sig", newline="") as rows:
        return {row["key"]: row for row in csv.DictReader(rows)}


ROWS = clock_rows()
CLOCKS = frozenset(ROWS)

each = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.code)


def key(clock: str) -> str:
    return clock.partition("@")[0]


def fields_of(platform: Platform) -> list[Field]:
    return [*platform.fields, *(asked for step in platform.steps for asked in step.fields)]


def by_code(code: str) -> Platform:
    return next(platform for platform in PLATFORMS if platform.code == code)


def test_ten_platforms_in_the_order_of_the_hall():
    assert tuple(platform.code for platform in PLATFORMS) == ORDER


@each
def test_declaration_holds(platform):
    check(platform, CLOCKS, LETTERS)


@each
def test_check_refuses_what_does_not_exist(platform):
    first = platform.steps[0]

    def refused(**changes) -> None:
        broken = replace(platform, steps=(replace(first, **changes), *platform.steps[1:]))
        with pytest.raises(DeclarationError):
            check(broken, CLOCKS, LETTERS)

    refused(target="nowhere")
    refused(stops=("petition.nothing",))
    refused(letters=("unknown",))
    refused(dues=("petition.report_back@nobody_asked",))
    refused(hands="nobody_asked")
    refused(permission="petition:handle")


def test_a_step_cannot_ask_for_another_platforms_letter():
    hotline = by_code("hotline")
    first = replace(hotline.steps[0], letters=("opinion",))
    with pytest.raises(DeclarationError, match="hotline.deal: unknown letters"):
        registry.load((replace(hotline, steps=(first, *hotline.steps[1:])),), LETTER_NAMES)


def test_every_letter_that_a_procedure_knows_of_is_asked_for_by_a_step_or_made_at_the_window():
    asked = {code for platform in PLATFORMS for step in platform.steps for code in step.letters}
    by_hand = {"not_competent", "extension", "hearing_notice", "materials_receipt", "representatives", "authorisation"}
    assert asked | by_hand | {"contact_record"} == set(KINDS)


def test_check_refuses_a_last_day_for_a_clock_that_does_not_start():
    petition = by_code("petition")
    assign = petition.step("assign")
    others = tuple(step for step in petition.steps if step is not assign)
    with pytest.raises(DeclarationError, match="does not start"):
        check(replace(petition, steps=(*others, replace(assign, starts=()))), CLOCKS, LETTERS)


@each
def test_every_end_can_be_walked_to_by_declared_steps(platform):
    begins = [platform.initial, *(linked.initial for linked in platform.linked)]
    ways = {state: () for state in begins}
    front = list(begins)
    while front:
        state = front.pop(0)
        for step, after in platform.moves_from(state):
            if after not in ways:
                ways[after] = (*ways[state], (step, after))
                front.append(after)
    finals = {code for code, state in platform.states.items() if state.final}
    assert finals
    for final in finals:
        state = None
        for step, after in ways[final]:
            assert state is None or (step, after) in platform.moves_from(state)
            state = after
        assert state == final


@each
def test_every_state_can_still_end(platform):
    ending = {code for code, state in platform.states.items() if state.final}
    while True:
        more = {here for here in platform.states if {after for _, after in platform.moves_from(here)} & ending} - ending
        if not more:
            break
        ending |= more
    assert ending == set(platform.states)


@each
def test_only_rights_of_a_party_outlive_the_procedure(platform):
    """Walks every (state, running clocks) pair: an end with an office's or court's clock still running would go overdue for ever."""
    seen = set()
    front = [(platform.initial, frozenset(platform.opening))]
    for linked in platform.linked:  # what the step that opens it starts, runs in it
        opened = [step for step in platform.steps if step.opens == linked.level]
        front += [(linked.initial, frozenset(key(clock) for clock in step.starts)) for step in opened]
    while front:
        state, running = front.pop()
        if (state, running) in seen:
            continue
        seen.add((state, running))
        if platform.states[state].final:
            left = {clock for clock in running if ROWS[clock]["binds"] != "party"}
            assert not left, f"{state} leaves {left}"
        for step, after in platform.moves_from(state):
            if step.answers == BACK and platform.states[after].final:
                continue  # it was left from this end, when nothing ran any more
            own = state in step.source and not step.opens
            front.append((after, (running - {*step.stops}) | {key(clock) for clock in step.starts if own}))


@each
def test_no_step_stops_a_clock_the_platform_never_starts(platform):
    started = {*platform.opening, *(key(clock) for step in platform.steps for clock in step.starts)}
    assert {clock for step in platform.steps for clock in step.stops} <= started


@each
def test_a_step_pauses_only_for_a_ground_of_the_statute(platform):
    for step in platform.steps:
        for about in (paused.partition("@")[0] for paused in step.pauses):
            assert about.split("/")[1] in {each.code for each in grounds.pausing(about.split("/")[0])}, step.code


@each
def test_a_day_that_starts_a_clock_is_required(platform):
    for step in platform.steps:
        asked = {field.name: field for field in step.fields}
        for clock in (*step.starts, *step.dues):
            _, _, day = clock.partition("@")
            if day:
                assert isinstance(asked[day], Day), (step.code, clock)
                assert asked[day].required, (step.code, clock)


@each
def test_a_number_given_by_a_person_is_one_the_law_does_not_give(platform):
    for step in platform.steps:
        for clock in step.dues:
            assert ROWS[key(clock)]["amount"] == ""


@each
def test_words_are_chinese_and_permissions_named(platform):
    assert isinstance(platform.handle, Permission)
    for state in platform.states.values():
        assert CHINESE.search(state.label)
        assert state.level in {"open", "waiting", "good", "ended"}
        assert state.final or CHINESE.search(state.next_step), state.label
        assert not state.final or state.level in {"good", "ended"}
    for step in platform.steps:
        assert isinstance(step.permission, Permission)
        assert CHINESE.search(step.label)
        assert not step.article or re.search("第.+条|〕", step.article), step.code
    for field in fields_of(platform):
        assert CHINESE.search(field.label), field.name
        if isinstance(field, Choice):
            codes = [code for code, _ in field.options]
            assert len(codes) == len(set(codes)) > 1, field.name
            assert all(CHINESE.search(label) for _, label in field.options)


@each
def test_one_name_means_one_thing(platform):
    """A proceeding keeps one value per name, so two steps that ask under one name must ask the same."""
    known = {}
    for field in fields_of(platform):
        same = replace(field, required=True, unless="")  # whether it must be filled is each step's
        assert known.setdefault(field.name, same) == same, field.name


@each
def test_opening_a_proceeding_never_fails_for_its_own_facts(platform):
    assert not [field.name for field in platform.fields if field.required]


def guarded() -> list[tuple[str, Step]]:
    return [(platform.code, step) for platform in PLATFORMS for step in platform.steps if step.guard]


@pytest.mark.parametrize(
    ("platform", "step"), guarded(), ids=lambda value: value if isinstance(value, str) else value.code
)
def test_days_in_order_are_not_refused_for_their_order(platform, step):
    days = {field.name: "2026-11-20" for field in fields_of(by_code(platform)) if isinstance(field, Day)}
    full = {"signed_and_sealed": True, "agreement_form": "written", "extent": "whole", "check_exempt": True}
    refusal = step.guard(
        SimpleNamespace(
            state=step.source[0],
            data=days | full,
            purpose="inquiry",
            channel="visit",
            number="YC-2026-000009",
            received_on=AT.date().replace(day=20),
            accused=(),
            other=None,
            linked={"review": days, "rereview": days},
            reachable=False,
        ),
        AT,
    )
    assert refusal is None or "不能早于" not in refusal


def test_service_codes_and_prefixes():
    services = [(platform, service) for platform in PLATFORMS for service in platform.services]
    codes = [service.code for _, service in services]
    assert len(codes) == len(set(codes))
    letters = {}
    for platform, service in services:
        assert re.fullmatch("[A-Z]", service.prefix)
        assert service.code.startswith(f"{platform.code}.")
        assert service.name
        assert service.area
        letters.setdefault(service.prefix, set()).add(platform.code)
    shared = {letter: codes for letter, codes in letters.items() if len(codes) > 1}
    assert shared == {"G": {"counselling", "citizen_help"}}
    assert all(len({service.prefix for service in platform.services}) == 1 for platform in PLATFORMS)


def test_departments_are_the_thirteen_of_the_hall():
    assert {name for platform in PLATFORMS for name in platform.departments} == DEPARTMENTS


def test_neither_slip_nor_screen_nor_state_tells_the_sealed_platform_apart():
    sealed = [platform for platform in PLATFORMS if platform.sealed]
    assert [platform.code for platform in sealed] == ["counselling"]
    counselling, cover = sealed[0], by_code("citizen_help")
    assert counselling.sign == cover.sign
    covered = {(service.name, service.prefix, service.area) for service in cover.services}
    assert {(service.name, service.prefix, service.area) for service in counselling.services} <= covered
    for state in counselling.states.values():
        assert not re.search("心理|精神|就诊|疏导|咨询|治疗|拒绝|不同意|病", state.label + state.next_step)


def test_the_sealed_platform_asks_for_no_diagnosis():
    counselling = by_code("counselling")
    for field in fields_of(counselling):
        assert not re.search("diagnos|icd|illness|disease|symptom|therap|treat|medic", field.name)
        assert not re.search("诊断|病名|疾病|症状|治疗|用药", field.label)
    assert not [step for step in counselling.steps if step.target == "closed" and "doctor" in step.code]
    assert not counselling.closes_case


def test_on_the_spot_is_only_for_asking():
    """即时办结 never buries a 申诉求决: closed list of kinds, the answer's text, the person's agreement."""
    for code, name in (("citizen_help", "help_kind"), ("petition", "settled_kind")):
        asked = {field.name: field for field in by_code(code).step("settle").fields}
        assert {option for option, _ in asked[name].options} == {"advice", "help", "enquiry"}
        assert asked[name].required
        assert asked["answer"].required
        assert asked["agreed"].must


def test_nobody_but_the_citizen_rates():
    for platform in PLATFORMS:
        for field in fields_of(platform):
            assert not re.search("satisf|rating|score", field.name)
            assert "满意" not in field.label


@pytest.mark.parametrize(
    ("code", "state", "first"),
    [
        ("mediation", "consented", "hold_session"),
        ("mediation", "in_session", "hold_session"),
        ("petition", "handling", "give_opinion"),
        ("petition", "awaiting_notice", "notify"),
        ("labour", "applied", "accept"),
        ("legal_aid", "applied", "grant"),
        ("hotline", "dispatched", "reply"),
        ("counselling", "consented", "hold_session"),
    ],
)
def test_the_natural_step_leads_and_refusals_come_last(code, state, first):
    platform = next(each for each in PLATFORMS if each.code == code)
    steps = platform.steps_from(state)
    assert steps[0].code == first
    seldom = [platform.is_seldom(step) for step in steps]
    assert seldom == sorted(seldom)
