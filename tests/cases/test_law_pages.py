"""The administrator's pages of calendar and rules: typed, uploaded, refused beside the field, rehearsed, published."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import database
from portal.cases.law import drafts
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import clocks
from portal.statutes import queries
from portal.statutes import table as rules_table
from portal.statutes.models import RuleVersion, StatuteDraft
from portal.statutes.operations import load_published
from portal.statutes.table import COLUMNS, cells_of
from portal.trail.models import Event
from tests.cases.desk import NOW, counted, errors_of, founded, html, post, registered
from tests.statutes.arrangement import FESTIVALS, NOTICE, table

__all__ = ["founded"]
MOST_BYTES = 60 * 1024


@pytest.fixture
def admin(founded: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    with founded.app_context(), database.write() as session:
        load_published(session, NOW)
    return sign_in("sysadmin")


def open_clock(app: Flask, key: str = "petition.objection", on: date = date(2026, 12, 30)) -> str:
    number = registered(app)
    with app.app_context(), database.write() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        proceeding = session.scalars(select(Proceeding).where(Proceeding.case_id == case.id)).one()
        clocks.start(session, case, proceeding, key, on)
    return number


def typed(**changes: str) -> dict[str, str]:
    fields = {"year": "2027", "notice": NOTICE}
    for at, (_name, rest, work) in enumerate(FESTIVALS):
        fields |= {f"rest_{at}": rest, f"work_{at}": work}
    return fields | changes


def file(text: str, name: str = "2027.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def drafts_kept(app: Flask) -> int:
    with app.app_context():
        return database.db.session.scalar(select(func.count()).select_from(StatuteDraft))


def text_of(client: FlaskClient, path: str) -> str:
    return html(client.get(path)).select_one("main").get_text(" ", strip=True)


def test_from_the_typed_notice_to_the_moved_date(admin: FlaskClient, founded: Flask) -> None:
    number = open_clock(founded)
    assert "2027 未公布" in text_of(admin, "/admin/calendar")
    made = post(admin, "/admin/calendar/notice", **typed())
    assert made.status_code == 303
    draft = made.headers["Location"]
    told = text_of(admin, draft)
    assert "到期日移动 1 个" in told
    assert "2027-01-06 2027-01-07 推后 1 日 1" in told
    assert "2027-02-05 至 2027-02-12 放假 春节 8" in told
    assert number in text_of(admin, f"{draft}/moves/0")
    assert "2027 未公布" in text_of(admin, "/admin/calendar")
    refused = post(admin, f"{draft}/publish", page=draft, effective_on="2026-11-01", reason="")
    assert (refused.status_code, errors_of(refused, "reason")) == (422, "请填写。")
    assert html(refused).select_one("#effective_on")["value"] == "2026-11-01"
    assert post(admin, f"{draft}/publish", page=draft, reason="国务院办公厅通知").status_code == 303
    with founded.app_context():
        held = database.db.session.scalars(select(Clock).where(Clock.key == "petition.objection")).one()
        assert (held.effective_due, held.provisional) == (date(2027, 1, 7), False)
        assert database.db.session.scalar(select(func.count()).where(Event.kind == "clock.moved")) == 1
    assert f"2027 已公布 {NOTICE} 28 5" in text_of(admin, "/admin/calendar")
    again = post(admin, f"{draft}/publish", page="/account", reason="再来一次")
    assert (again.status_code, drafts_kept(founded)) == (422, 1)


def test_a_wrong_phrase_is_said_beside_its_festival_and_all_that_was_typed_stays(
    admin: FlaskClient,
    founded: Flask,
) -> None:
    answer = post(admin, "/admin/calendar/notice", **typed(rest_1="二月初五", work_6="10月8日", rest_4="", notice=""))
    assert answer.status_code == 422
    assert errors_of(answer, "typed-notice") == "请填写。"
    answer = post(admin, "/admin/calendar/notice", **typed(rest_1="二月初五", work_6="10月8日", rest_4=""))
    assert errors_of(answer, "rest_1") == "“二月初五”不是日期，请按 2月15日至23日 或 2027-02-15 的样子填写。"
    assert errors_of(answer, "work_6") == "2027-10-08（星期五）本来就是工作日，不是调休上班。"
    assert html(answer).select_one("#rest_1")["value"] == "二月初五"
    assert html(answer).select_one("#work_1")["value"] == FESTIVALS[1][2]
    answer = post(admin, "/admin/calendar/notice", **typed(rest_4=""))
    assert errors_of(answer, "rest_4") == "没有“端午节”的放假日，放假安排不完整。"
    answer = post(admin, "/admin/calendar/notice", **typed(year="2040"))
    assert errors_of(answer, "year") == "只能录入 2026 至 2028 年的安排。"
    assert drafts_kept(founded) == 0


def test_a_broken_row_of_an_upload_is_named_and_nothing_is_kept(admin: FlaskClient, founded: Flask) -> None:
    broken = table(broken="2027-02-30,放假,春节\n2027-03-01,放家,春节")
    answer = post(
        admin, "/admin/calendar/upload", page="/admin/calendar/notice", year="2027", notice=NOTICE, file=file(broken)
    )
    assert answer.status_code == 422
    assert errors_of(answer, "upload-file") == (
        "第 35 行：“2027-02-30”里有不存在的日期。 第 36 行：类别“放家”不认识，应为“放假”或“上班”。"
    )
    assert html(answer).select_one("#upload-notice")["value"] == NOTICE
    for content, sentence in (
        (file("x", "a.pdf"), "请上传 .xlsx 或 .csv"),
        (file(""), "文件是空的"),
        ("", "请选择文件"),
    ):
        answer = post(
            admin, "/admin/calendar/upload", page="/admin/calendar/notice", year="2027", notice=NOTICE, file=content
        )
        assert (answer.status_code, sentence in errors_of(answer, "upload-file")) == (422, True)
    assert drafts_kept(founded) == 0


def test_an_upload_twice_is_one_draft_and_after_publication_refused(admin: FlaskClient, founded: Flask) -> None:
    def sent():
        fields = {"year": "2027", "notice": NOTICE, "file": file(table())}
        return post(admin, "/admin/calendar/upload", page="/admin/calendar/notice", **fields)

    draft = sent().headers["Location"]
    assert sent().headers["Location"] == draft
    assert drafts_kept(founded) == 1
    post(admin, f"{draft}/publish", page=draft, reason="通知已到")
    answer = sent()
    assert (answer.status_code, "完全一致" in errors_of(answer, "upload-notice")) == (422, True)


def test_a_draft_put_away_and_one_rehearsed_again(admin: FlaskClient, founded: Flask) -> None:
    draft = post(admin, "/admin/calendar/notice", **typed()).headers["Location"]
    assert "到期日移动 0 个" in text_of(admin, draft)
    open_clock(founded)
    post(admin, f"{draft}/rehearse", page=draft)
    assert "到期日移动 1 个" in text_of(admin, draft)
    post(admin, f"{draft}/discard", page=draft)
    assert "已作废" in text_of(admin, draft)
    assert html(admin.get(draft)).select_one(f'form[action="{draft}/publish"]') is None
    assert post(admin, f"{draft}/rehearse", page="/account").status_code == 303
    assert "已经发布或作废" in html(admin.get(draft)).select_one("#notice").get_text()


def test_a_rule_changes_by_form_for_what_starts_from_its_day(admin: FlaskClient, founded: Flask) -> None:
    open_clock(founded, "petition.dispatch", date(2026, 11, 24))
    path = "/admin/rules/petition.dispatch"
    given = {
        "valid_from": "2026-11-24", "amount": "20", "unit": "calendar_day", "rolls_forward": "no", "instrument": "试行条例",
        "article": "第一条", "verified": "y", "extension_amount": "", "extension_unit": "", "extension_needs": "", "note": "",
    }  # fmt: skip
    answer = post(admin, path, **given | {"amount": "-3", "valid_from": "2026-02-30"})
    assert (errors_of(answer, "amount"), errors_of(answer, "valid_from")) == (
        "请填 1 到 3650 之间的整数。", "请按 2026-12-08 的样子填写日期。",
    )  # fmt: skip
    assert html(answer).select_one("#amount")["value"] == "-3"
    answer = post(admin, path, **given | {"extension_amount": "30", "extension_unit": "calendar_day"})
    assert errors_of(answer, "extension_amount") == "可以延长却没有写明延长的条件。"
    answer = post(admin, path, **given | {"unit": "fortnight"})
    assert errors_of(answer, "unit") == "请从所列各项中选择。"
    answer = post(admin, path, **given | {"valid_from": "2020-01-01"})
    assert "须晚于现行规定的施行日 2022-05-01" in errors_of(answer, "valid_from")
    draft = post(admin, path, **given).headers["Location"]
    told = text_of(admin, draft)
    assert "到期日移动 1 个" in told
    assert "仍按原规定 1 个" in told
    assert "期限 15 日（自然日） 20 日（自然日）" in told
    assert post(admin, f"{draft}/publish", page=draft, reason="条例修订").status_code == 303
    assert "失效日" not in text_of(admin, draft)
    with founded.app_context():
        dates = database.db.session.execute(
            select(Clock.started_on, Clock.effective_due, Clock.rule_version).order_by(Clock.id)
        )
        assert [tuple(row) for row in dates] == [
            (date(2026, 11, 23), date(2026, 12, 8), "2022-05-01"),
            (date(2026, 11, 24), date(2026, 12, 14), "2026-11-24"),
        ]
    assert "2022-05-01 2026-11-23 15 日" in text_of(admin, path)
    assert "第 2 版" in text_of(admin, "/admin/rules")


def test_a_draft_that_another_publication_overtook_says_so(admin: FlaskClient, founded: Flask) -> None:
    held = cells_of(queries.rulebook.own().newest("petition.dispatch"))
    first, second = (
        post(admin, "/admin/rules", file=file(rows(held | {"valid_from": since, "amount": "10"}))).headers["Location"]
        for since in ("2027-01-01", "2026-12-01")
    )
    post(admin, f"{first}/publish", page=first, reason="条例修订")
    refused = post(admin, f"{second}/publish", page=second, reason="条例修订")
    assert errors_of(refused, "reason") == "推演之后日历或期限已有变化，请重新推演后再发布。"
    post(admin, f"{second}/rehearse", page=second)
    told = html(admin.get(second)).select_one("#notice").get_text()
    assert "施行日须晚于现行规定的施行日 2027-01-01，这份草稿不能再用" in told


def rows(*changes: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(changes)
    return out.getvalue()


def test_a_table_of_rules_is_taken_whole_or_refused_by_line(admin: FlaskClient, founded: Flask) -> None:
    own = rules_table.TABLE.read_text(encoding="utf-8-sig")
    held = cells_of(queries.rulebook.own().newest("petition.dispatch"))
    new = held | {"valid_from": "2027-01-01", "amount": "10"}
    for content, sentence in (
        (own, "没有与现行规定不同的行"),
        (
            rows(held | {"valid_to": "2026-12-31"}, new | {"unit": "week"}),
            "第 3 行 petition.dispatch：单位“week”不认识",
        ),
        (rows(held, new), "第 3 行 petition.dispatch：键重复，有效期与第 2 行重叠"),
        (rows(new | {"extension_amount": "3", "extension_unit": "month"}), "没有写明延长的条件"),
        (rows(new | {"key": "petition.unheard_of"}), "没有名为“petition.unheard_of”的期限"),
        ("a,b\n", "第 1 行：表头应依次为"),
    ):
        answer = post(admin, "/admin/rules", file=file(content))
        assert answer.status_code == 422
        assert sentence in errors_of(answer, "rules-file")
    assert drafts_kept(founded) == 0
    assert admin.get("/admin/rules.csv").data.decode("utf-8-sig") == own.replace("\n", "\r\n")
    closed = rows(held | {"valid_to": "2026-12-31"}, new)
    draft = post(admin, "/admin/rules", file=file(closed)).headers["Location"]
    assert "期限 15 日（自然日） 10 日（自然日）" in text_of(admin, draft)
    post(admin, f"{draft}/publish", page=draft, reason="条例修订")
    with founded.app_context():
        assert [(row.key, row.valid_from) for row in database.db.session.scalars(select(RuleVersion))] == [
            ("petition.dispatch", date(2027, 1, 1))
        ]


def test_what_is_too_much_for_one_request_is_left_to_the_scheduler(
    admin: FlaskClient,
    founded: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_clock(founded)
    monkeypatch.setattr(drafts, "BATCHES_AT_ONCE", 0)
    draft = post(admin, "/admin/calendar/notice", **typed()).headers["Location"]
    post(admin, f"{draft}/publish", page=draft, reason="通知已到")
    with founded.app_context():
        held = database.db.session.scalars(select(Clock).where(Clock.key == "petition.objection")).one()
        assert (held.effective_due, held.provisional) == (date(2027, 1, 6), True)
    assert "其余的由夜间任务接着推算" in html(admin.get(draft)).select_one("#notice").get_text()


@pytest.mark.parametrize("login", ["clerk", "secadmin", "head"])
def test_only_the_system_administrator_comes_here(
    founded: Flask, sign_in: Callable[..., FlaskClient], login: str
) -> None:
    client = sign_in(login)
    places = ("/admin/calendar", "/admin/calendar/2026", "/admin/calendar/notice", "/admin/rules", "/admin/drafts/1")
    assert {client.get(path).status_code for path in places} == {403}


def test_what_is_not_there_is_not_found(admin: FlaskClient, founded: Flask) -> None:
    draft = post(admin, "/admin/calendar/notice", **typed()).headers["Location"]
    for path in (
        "/admin/calendar/1999",
        "/admin/calendar/9999",
        "/admin/rules/no.such",
        "/admin/drafts/999",
        f"{draft}/moves/9",
    ):
        assert admin.get(path).status_code == 404, path
    assert "第 1 页" not in text_of(admin, f"{draft}?page=99")


def test_pages_cost_a_fixed_number_of_queries_and_few_bytes(admin: FlaskClient, founded: Flask) -> None:
    for place in range(30):
        open_clock(founded, on=date(2026, 12, 28) if place % 2 else date(2026, 12, 30))
    draft = post(admin, "/admin/calendar/notice", **typed()).headers["Location"]
    paths = (
        "/admin/calendar",
        "/admin/calendar/2026",
        "/admin/calendar/notice",
        "/admin/rules",
        "/admin/rules/petition.conclude",
    )
    for path in (*paths, draft, f"{draft}/moves/0"):
        admin.get(path)
        with counted(founded) as sent:
            answer = admin.get(path)
        assert answer.status_code == 200
        assert len(sent) <= 8, (path, sent)
        assert len(answer.data) <= MOST_BYTES, (path, len(answer.data))
