"""Legal periods on the case page: what stands on their face, why the date is this one, and the forms that change them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import database
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import clocks
from portal.statutes import operations as statutes
from tests.cases.desk import NOW, case_of, clerk, counted, errors_of, founded, html, post, registered

__all__ = ["clerk", "founded"]


@pytest.fixture
def number(founded: Flask) -> str:
    """An ordinary petition case, in a hall with its calendar."""
    with founded.app_context(), database.write() as session:
        statutes.load_published(session, NOW)
    return registered(founded)


@pytest.fixture
def period(founded: Flask, number: str) -> Callable[..., int]:
    """Start a further period on the case; gives its id."""

    def start(key: str, day: date, *, last: date | None = None) -> int:
        with founded.app_context(), database.write() as session:
            case = case_of(session, number)
            proceeding = session.scalar(select(Proceeding).where(Proceeding.case_id == case.id))
            source = "“交办”时指定"
            started = clocks.start(
                session, case, proceeding, key, day, event="petition.assign", last=last, source=source
            )
            clocks.refresh_next_due(session, session.get(Case, case.id))
            return started.id

    return start


def held(inside: Callable, clock_id: int) -> Clock:
    with inside() as session:
        return session.get(Clock, clock_id)


def acts(page, clock_id: int) -> list[str]:
    return [link.get_text(strip=True).rstrip("…") for link in page.select(f"#clock-{clock_id} .clock-links a")]


def test_the_date_is_on_the_face_with_its_lamp_in_words_and_what_may_be_done(clerk, number, period):
    clock_id = period("petition.conclude", date(2026, 10, 1))
    page = html(clerk.get(f"/cases/{number}"))
    face = page.select_one(f"#clock-{clock_id}")
    assert "2026-11-30" in face.select_one(".clock-day").get_text()
    assert face.select_one(".lamp").get_text() == "余 7 日"
    assert "lamp-near" in face.select_one(".lamp")["class"]
    assert acts(page, clock_id) == ["为什么是这一天", "延长", "更正起算日"]


@pytest.mark.parametrize(
    ("key", "day", "word", "level"),
    [
        ("petition.conclude", date(2026, 11, 20), "余 57 日", "lamp-ok"),
        ("petition.conclude", date(2026, 9, 24), "今日到期", "lamp-near"),
        ("petition.conclude", date(2026, 9, 23), "超期 1 日", "lamp-late"),
        ("labour.admit", date(2026, 10, 9), "未核", "lamp-none"),
        ("petition.review_request", date(2026, 9, 1), "当事人权利期限", "lamp-none"),
    ],
)
def test_lamps_have_a_word_and_an_unverified_rule_is_never_overdue(clerk, number, period, key, day, word, level):
    clock_id = period(key, day)
    lamp = html(clerk.get(f"/cases/{number}")).select_one(f"#clock-{clock_id} .lamp")
    assert (lamp.get_text(), lamp["class"]) == (word, ["lamp", level])


def test_why_this_day_walks_through_the_count_and_names_the_holiday(clerk, number, period):
    clock_id = period("petition.objection", date(2026, 9, 24))
    address = f"/cases/{number}/clocks/{clock_id}"
    part = html(clerk.get(address, headers={"HX-Request": "true"}))
    assert part.find(id=f"clock-why-{clock_id}") is not None
    assert part.h1 is None
    rows = [" ".join(row.get_text(" ", strip=True).split()) for row in part.select("tbody tr")]
    # received on Thursday 24 September: Mid-autumn, three working days, National Day, two working days
    assert rows[0].startswith("2026-09-25 至 2026-09-27 3 不计 中秋节")
    assert rows[1].startswith("2026-09-28 至 2026-09-30 3 计入第 1–3 日")
    assert rows[2].startswith("2026-10-01 至 2026-10-07 7 不计 国庆节")
    assert rows[3].startswith("2026-10-08 至 2026-10-09 2 计入第 4–5 日")
    text = part.get_text()
    for said in ("《信访工作条例（2022）》第二十三条第三款", "5个工作日", "2026-10-09", "不发生顺延", "2022-05-01"):
        assert said in text
    page = html(clerk.get(address))
    assert page.h1.get_text() == "为什么是这一天"


def test_why_a_right_rolls_and_an_office_period_does_not(clerk, number, period):
    right = period("petition.review_request", date(2026, 9, 1))  # ends on 1 October
    text = html(clerk.get(f"/cases/{number}/clocks/{right}")).get_text()
    assert "顺延：最后一日逢休息日，移到休息日结束后的第一个工作日" in text
    assert "2026-10-08" in text
    office = period("petition.review_decide", date(2026, 9, 1))
    text = html(clerk.get(f"/cases/{number}/clocks/{office}")).get_text()
    assert "不顺延：所依据的规定没有写" in text
    assert "10月1日" in text


def test_a_date_in_an_unpublished_year_is_marked_provisional_in_both_places(clerk, number, period):
    clock_id = period("petition.conclude", date(2026, 11, 23))
    assert "暂定" in html(clerk.get(f"/cases/{number}")).select_one(f"#clock-{clock_id}").get_text()
    part = html(clerk.get(f"/cases/{number}/clocks/{clock_id}"))
    assert "暂定" in part.select_one(".tag").get_text()
    assert "该年放假安排未公布" in part.get_text()


def test_pause_and_resume_through_the_page(clerk, number, period, inside):
    clock_id = period("petition.rereview_decide", date(2026, 11, 2))
    base = f"/cases/{number}/clocks/{clock_id}"
    form = html(clerk.get(f"{base}/pause"))
    assert "复核听证（第三十六条第二款）" in form.get_text()
    assert form.select_one("input[type=radio][checked]")["value"] == "hearing"
    answer = post(clerk, f"{base}/pause", version="1", ground="hearing", first="2026-11-20", note="听证")
    assert answer.status_code == 303
    assert held(inside, clock_id).effective_due is None
    page = html(clerk.get(f"/cases/{number}"))
    assert page.select_one(f"#clock-{clock_id} .lamp").get_text() == "暂停中"
    assert "恢复计算" in acts(page, clock_id)
    assert "延长" not in acts(page, clock_id)
    assert post(clerk, f"{base}/resume", version="2", last="2026-11-22").status_code == 303
    assert held(inside, clock_id).effective_due == date(2026, 12, 5)
    why = html(clerk.get(base)).get_text()
    assert "复核听证" in why
    assert "暂停，不计" in why


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"amount": "200"}, "amount", "合计不超过 30"),
        ({"amount": "-3"}, "amount", "大于 0"),
        ({"amount": "０"}, "amount", "大于 0"),
        ({"amount": "三十"}, "amount", "请填写整数"),
        ({"amount": ""}, "amount", "请填写延长多少"),
        ({"ground": ""}, "ground", "请写明延长的理由"),
        ({"approver": ""}, "approver", "请填写批准或同意的人"),
        ({"informed_on": ""}, "informed_on", "法律要求告知"),
        ({"approved_on": "2026-11-31"}, "approved_on", "日期不存在"),
    ],
)
def test_a_wrong_extension_is_told_beside_the_field_and_keeps_what_was_typed(
    clerk, number, period, inside, typed, field, says
):
    clock_id = period("petition.conclude", date(2026, 10, 1))
    stated = {
        "version": "1",
        "amount": "20",
        "ground": "情况复杂",
        "approver": "局长王某",
        "approved_on": "2026-11-23",
        "informed_on": "2026-11-23",
        "notice": "",
    }
    answer = post(clerk, f"/cases/{number}/clocks/{clock_id}/extension", **stated | typed)
    assert answer.status_code == 422
    assert says in errors_of(answer, f"clock-{clock_id}-{field}")
    kept = html(answer).select_one(f'[name="{field}"]')
    assert (kept.get_text(strip=True) if kept.name == "textarea" else kept.get("value", "")) == typed[field]
    with inside() as session:
        assert session.scalars(select(ClockExtension)).all() == []


def test_an_extension_through_the_page_moves_the_date_and_the_offer_goes_when_the_cap_is_used(
    clerk, number, period, inside
):
    clock_id = period("petition.conclude", date(2026, 10, 1))
    address = f"/cases/{number}/clocks/{clock_id}/extension"
    assert "合计最多 30" in html(clerk.get(address)).get_text()
    given = {"ground": "情况复杂", "approver": "局长王某", "approved_on": "2026-11-23", "notice": "运信延〔2026〕3号"}
    answer = post(clerk, address, part=True, version="1", amount="30", informed_on="", **given)
    assert answer.status_code == 200
    face = html(answer).select_one(f"#clock-{clock_id}")
    assert "2026-12-30" in face.select_one(".clock-day").get_text()
    assert "已延长 30日" in face.get_text()
    assert acts(html(answer), clock_id) == ["为什么是这一天", "更正起算日"]
    second = post(clerk, address, version="2", amount="1", informed_on="", **given)
    assert "此前已延长 30，合计 31，超过上限" in errors_of(second, f"clock-{clock_id}-amount")


def test_an_expired_period_has_only_what_was_approved_before_and_the_page_says_when_it_ended(clerk, number, period):
    clock_id = period("petition.conclude", date(2026, 9, 23))
    assert "延长" not in acts(html(clerk.get(f"/cases/{number}")), clock_id)
    assert "补登期内批准的延长" in acts(html(clerk.get(f"/cases/{number}")), clock_id)
    given = {"ground": "复杂", "approver": "王某", "approved_on": "2026-11-23", "informed_on": "2026-11-23"}
    address = f"/cases/{number}/clocks/{clock_id}/extension"
    answer = post(clerk, address, version="1", amount="10", **given)
    assert answer.status_code == 422
    assert "期限已于 2026-11-22 届满" in html(answer).select_one(".error-summary").get_text()
    assert post(clerk, address, version="1", amount="10", **given | {"approved_on": "2026-11-22"}).status_code == 303
    assert "届满后登记" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()


def test_a_stale_page_says_what_somebody_else_did(clerk, number, period):
    clock_id = period("petition.conclude", date(2026, 11, 20))
    address = f"/cases/{number}/clocks/{clock_id}/start"
    assert post(clerk, address, version="1", why="error", on="2026-11-10", reason="写错").status_code == 303
    answer = post(clerk, address, version="1", why="error", on="2026-11-11", reason="写错")
    assert answer.status_code == 409
    assert "更正起算日：2027-01-19 → 2027-01-09" in html(answer).get_text()
    assert html(answer).select_one('[name="version"]')["value"] == "2"


def test_a_named_day_says_so_and_is_changed_with_its_source(clerk, number, period, inside):
    clock_id = period("petition.report_back", date(2026, 11, 23), last=date(2026, 12, 10))
    page = html(clerk.get(f"/cases/{number}"))
    assert "指定日期" in page.select_one(f"#clock-{clock_id} .clock-face").get_text()
    why = html(clerk.get(f"/cases/{number}/clocks/{clock_id}")).get_text()
    assert "“交办”时指定" in why
    assert "法律没有规定数字" in why
    address = f"/cases/{number}/clocks/{clock_id}/day"
    refused = post(clerk, address, version="1", last="2026-12-20", source="")
    assert "请写明由谁" in errors_of(refused, f"clock-{clock_id}-source")
    assert post(clerk, address, version="1", last="2026-12-20", source="市信访局12月1日函").status_code == 303
    assert held(inside, clock_id).effective_due == date(2026, 12, 20)


def test_others_see_the_count_and_change_nothing(founded, sign_in, clerk, number, period, inside):
    clock_id = period("petition.rereview_decide", date(2026, 11, 2))
    supervisor = sign_in("supervisor")
    assert acts(html(supervisor.get(f"/cases/{number}")), clock_id) == ["为什么是这一天"]
    assert supervisor.get(f"/cases/{number}/clocks/{clock_id}").status_code == 200
    assert post(supervisor, f"/cases/{number}/clocks/{clock_id}/pause", version="1").status_code == 403
    head = sign_in("mediator")
    assert post(head, f"/cases/{number}/clocks/{clock_id}/pause", version="1").status_code == 404
    with inside() as session:
        assert session.scalars(select(ClockPause)).all() == []


def test_a_clock_of_another_case_is_not_found(founded, clerk, number, period):
    clock_id = period("petition.conclude", date(2026, 11, 20))
    other = registered(founded, subject="另一件")
    for address in ("", "/pause", "/extension", "/start", "/day", "/resume"):
        assert clerk.get(f"/cases/{other}/clocks/{clock_id}{address}").status_code == 404


def test_the_panel_is_light_and_its_queries_few(founded, clerk, number, period):
    clock_id = period("labour.inspection_conclude", date(2026, 2, 10))
    address = f"/cases/{number}/clocks/{clock_id}"
    clerk.get(address)
    with counted(founded) as sent:
        answer = clerk.get(address)
    assert len(sent) <= 12, len(sent)
    assert len(answer.data) <= 60_000


def test_the_list_by_date_goes_page_by_page_through_every_date_in_order(founded, clerk, number):
    for days in range(27):
        # the dates run against the order of registration, and two of them are the same
        registered(founded, subject=f"第{days}件", received_at=NOW - timedelta(days=days // 2))
    address, seen = "/cases?order=due", []
    while address:
        page = html(clerk.get(address))
        seen += [link.get_text() for link in page.select("#case-list tbody td:first-child a")]
        older = [link["href"] for link in page.select(".pager a") if "更晚到期" in link.get_text()]
        address = older[0] if older else None
    with founded.app_context():
        dated = database.db.session.execute(select(Case.number).order_by(Case.next_due, Case.id)).scalars().all()
    assert seen == dated
    assert len(seen) == 28


def test_a_paused_period_stands_after_those_that_run(clerk, number, period):
    paused = period("petition.rereview_decide", date(2026, 11, 2))
    running = period("petition.conclude", date(2026, 11, 20))
    base = f"/cases/{number}/clocks/{paused}"
    assert post(clerk, f"{base}/pause", version="1", ground="hearing", first="2026-11-20", note="").status_code == 303
    faces = [face["id"] for face in html(clerk.get(f"/cases/{number}")).select(".clock")]
    assert faces.index(f"clock-{running}") < faces.index(f"clock-{paused}")
