"""What is done on a case: steps, contacts, statements, papers, results; stale pages, doubled clicks, refused files."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock
from portal.cases.models import Attachment, CaseLink, Contact, Demand, Party, Proceeding, Statement, Visit
from portal.trail.models import Access
from portal.trail.queries import verify
from tests.cases.desk import NOW, case_of, clerk, errors_of, founded, html, post, registered
from tests.support import csrf_token

__all__ = ["clerk", "founded"]
PDF = b"%PDF-1.7\n1 0 obj\n"
CALLED = {
    "unit": "平陆县信访局",
    "answered_by": "刘股长",
    "said": "已转告分管领导",
    "promise": "答复丈量结果",
    "promised_by": "刘股长",
    "promised_on": "2026-11-30",
}


@pytest.fixture
def number(founded: Flask) -> str:
    """An ordinary petition case."""
    return registered(founded)


@pytest.fixture
def refer(number: str, inside: Callable) -> str:
    """The address of the step 转送 on the case's proceeding."""
    with inside() as session:
        proceeding = session.scalar(select(Proceeding.id))
    return f"/cases/{number}/proceedings/{proceeding}/steps/refer"


def how_many(inside: Callable, model: type) -> int:
    with inside() as session:
        return session.scalar(select(func.count()).select_from(model))


def state(inside: Callable) -> tuple[str, int]:
    with inside() as session:
        return tuple(session.execute(select(Proceeding.state, Proceeding.version)).one())


def handed_in(content: bytes, name: str) -> dict[str, object]:
    return {"file": (io.BytesIO(content), name), "kind": "evidence"}


def test_a_step_is_a_form_with_its_article_and_moves_the_case(
    clerk: FlaskClient, number: str, refer: str, inside: Callable
) -> None:
    page = html(clerk.get(refer))
    assert "信访工作条例 第二十二条" in page.get_text()
    version = page.select_one("input[name=version]")["value"]
    organs = page.select_one("#" + page.select_one("input[name=unit]")["list"])
    assert organs.select_one('option[value="运城市自然资源和规划局"]'), "the organ that gets it is picked, not guessed"
    answer = post(clerk, refer, version=version, unit="平陆县自然资源局")
    assert answer.headers["Location"] == f"/cases/{number}"
    assert state(inside)[0] == "referred"
    shown = html(clerk.get(f"/cases/{number}"))
    assert "平陆县自然资源局" in shown.select_one("#timeline").get_text()
    assert "已停止" in shown.select_one("#proceedings").get_text(), "the 15-day clock stopped"
    with inside() as session:
        assert verify(session) == []


def test_a_step_as_a_part_brings_the_panel_the_marks_and_the_timeline(
    clerk: FlaskClient, number: str, refer: str
) -> None:
    token = csrf_token(clerk, "/account")
    head = {"HX-Request": "true", "X-CSRFToken": token, "HX-Current-URL": f"http://localhost/cases/{number}"}
    answer = clerk.post(refer, data={"version": "1", "unit": "县局"}, headers=head)
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#case-panel"
    page = html(answer)
    assert "已记录：转送" in page.select_one("#case-panel .notice-success").get_text()
    assert [tag["id"] for tag in page.select("[hx-swap-oob]")] == ["case-marks", "parties", "timeline"]


def test_a_step_refuses_bad_input_beside_the_field(clerk: FlaskClient, refer: str, inside: Callable) -> None:
    answer = post(clerk, refer, version="1", unit="", note="保留的备注", part=True)
    assert answer.status_code == 422
    page = html(answer)
    assert "请填写去向机关、单位" in page.get_text()
    assert "保留的备注" in page.get_text()
    assert page.select_one("section")["id"].startswith("step-")
    assert state(inside) == ("registered", 1)


def test_a_stale_page_says_what_the_other_did_and_keeps_what_was_typed(
    clerk: FlaskClient, refer: str, inside: Callable
) -> None:
    post(clerk, refer, version="1", unit="第一个单位")
    answer = post(clerk, refer, version="1", unit="第二个单位", part=True)
    assert answer.status_code == 409
    page = html(answer)
    assert "转送" in page.select_one(".error-summary").get_text()
    assert "第二个单位" in str(page.select_one("input[name=unit]"))
    assert page.select_one("input[name=version]")["value"] == "2"
    assert "仍要提交（已核对）" in page.get_text()
    assert state(inside) == ("referred", 2)


def test_a_step_of_somebody_elses_platform_is_not_there(refer: str, sign_in: Callable) -> None:
    assert sign_in("mediator").get(refer).status_code == 404
    assert sign_in("supervisor").get(refer).status_code == 404


def test_an_unknown_step_is_not_there(clerk: FlaskClient, refer: str) -> None:
    assert clerk.get(refer + "x").status_code == 404
    assert post(clerk, refer + "x", version="1").status_code == 404


def test_a_contact_comes_back_as_a_promise_and_is_settled(clerk: FlaskClient, number: str, inside: Callable) -> None:
    assert post(clerk, f"/cases/{number}/contacts", **CALLED).status_code == 303
    with inside() as session:
        contact = session.scalar(select(Contact))
        assert (contact.unit_name, contact.promised_on.isoformat()) == ("平陆县信访局", "2026-11-30")
        assert contact.unit_id is not None, "found by its name"
    settle = f"/cases/{number}/contacts/{contact.id}"
    assert post(clerk, settle, how="kept", remark="已送达").status_code == 303
    assert "已兑现" in html(clerk.get(f"/cases/{number}")).select_one("#contacts").get_text()
    again = post(clerk, settle, how="broken", part=True)
    assert again.status_code == 422
    assert "这项承诺已经有了结果" in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"unit": ""}, "contact-unit", "请填写联系单位"),
        ({"promised_on": ""}, "contact-promised_on", "请填写承诺完成日期"),
        ({"promise": ""}, "contact-promise", "请写明承诺了什么"),
        ({"promised_on": "2026-02-30"}, "contact-promised_on", "日期不存在（2026-02-30）"),
        ({"promised_on": "2026-11-22"}, "contact-promised_on", "不能早于今天"),
        ({"said": "话" * 2001}, "contact-said", "最多2000字"),
    ],
)
def test_a_contact_with_a_hole_in_it_is_refused(
    clerk: FlaskClient, number: str, inside: Callable, changed: dict, field: str, said: str
) -> None:
    answer = post(clerk, f"/cases/{number}/contacts", part=True, **CALLED | changed)
    assert answer.status_code == 422
    assert said in errors_of(answer, field)
    assert "刘股长" in str(html(answer).select_one("#contact-answered_by"))
    assert how_many(inside, Contact) == 0


@pytest.mark.parametrize(
    ("path", "fields", "model"),
    [
        ("contacts", CALLED, Contact),
        ("visits", {"words": "再来问问", "headcount": "1"}, Visit),
        ("statements", {"text": "口述如下"}, Statement),
        ("attachments", handed_in(PDF, "证据.pdf"), Attachment),
    ],
)
def test_a_doubled_click_writes_once(
    clerk: FlaskClient, number: str, inside: Callable, path: str, fields: dict, model: type
) -> None:
    address = f"/cases/{number}/{path}"
    seen = html(clerk.get(address)).select_one("input[name=seen]")["value"]

    def pressed(at_version: str):
        again = {name: (io.BytesIO(PDF), "证据.pdf") if name == "file" else value for name, value in fields.items()}
        return post(clerk, address, part=True, seen=at_version, **again)

    assert pressed(seen).status_code == 200
    second = pressed(seen)
    assert second.status_code == 409
    assert "没有重复记录" in second.get_data(as_text=True)
    assert how_many(inside, model) == 1
    assert pressed(html(second).select_one("input[name=seen]")["value"]).status_code == 200, "meant a second time"
    assert how_many(inside, model) == 2


def test_a_colleagues_entry_does_not_stop_mine(
    clerk: FlaskClient, number: str, sign_in: Callable, inside: Callable
) -> None:
    seen = html(clerk.get(f"/cases/{number}/visits")).select_one("input[name=seen]")["value"]
    post(sign_in("head"), f"/cases/{number}/visits", words="值班时来过", headcount="1")
    assert post(clerk, f"/cases/{number}/visits", words="窗口来过", headcount="1", seen=seen).status_code == 303
    assert how_many(inside, Visit) == 2


def test_the_other_side_may_be_the_one_who_came(clerk: FlaskClient, number: str, inside: Callable) -> None:
    typed = {"role": "other_side", "kind": "citizen", "name": "乔邻居", "phone": "13900005678"}
    post(clerk, f"/cases/{number}/parties", **typed)
    page = html(clerk.get(f"/cases/{number}/visits"))
    option = next(each for each in page.select("select[name$=who] option") if "对方当事人" in each.get_text())
    assert "乔邻居" not in page.get_text(), "masked"
    field = page.select_one("select[name$=who]")["name"]
    assert (
        post(clerk, f"/cases/{number}/visits", words="愿意调解", headcount="1", **{field: option["value"]}).status_code
        == 303
    )
    assert "对方当事人来访" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    with inside() as session:
        other = session.scalar(select(Party.person_id).where(Party.role == "other_side"))
        assert session.scalar(select(Visit.person_id).order_by(Visit.id.desc()).limit(1)) == other


def test_a_further_visit_starts_no_second_clock(clerk: FlaskClient, number: str) -> None:
    before = html(clerk.get(f"/cases/{number}")).select(".clock")
    post(clerk, f"/cases/{number}/visits", words="<b>再来</b>", headcount="2")
    page = html(clerk.get(f"/cases/{number}"))
    assert len(page.select(".clock")) == len(before)
    assert "续访 2 人" in page.select_one("#timeline").get_text()
    assert page.select("#timeline b") == [], "text, not markup"


def test_a_statement_is_printed_read_back_and_signed_in_this_order(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    post(clerk, f"/cases/{number}/statements", text="我要反映占地赔偿", scribe="李代书", witness="王见证")
    with inside() as session:
        statement = session.scalar(select(Statement.id))
    facts = f"/cases/{number}/statements/{statement}/facts"
    early = post(clerk, f"{facts}/read-back", part=True)
    assert early.status_code == 422
    assert "请先打印笔录" in early.get_data(as_text=True)
    assert post(clerk, f"{facts}/printed").status_code == 303
    assert post(clerk, f"{facts}/read-back").status_code == 303
    silent = post(clerk, f"{facts}/signed", part=True, how="refused")
    assert silent.status_code == 422
    assert "请写明情况" in silent.get_data(as_text=True)
    assert post(clerk, f"{facts}/signed", how="signature").status_code == 303
    shown = html(clerk.get(f"/cases/{number}")).select_one("#papers").get_text()
    for part in ("09:41 打印", "09:41 宣读", "09:41 签名", "代书 李代书", "见证 王见证"):
        assert part in shown
    assert clerk.get(f"{facts}/burnt").status_code == 404


def test_a_statement_of_another_case_cannot_be_marked(
    clerk: FlaskClient, number: str, founded: Flask, inside: Callable
) -> None:
    post(clerk, f"/cases/{number}/statements", text="甲案")
    other = registered(founded)
    with inside() as session:
        statement = session.scalar(select(Statement.id))
    assert post(clerk, f"/cases/{other}/statements/{statement}/facts/printed").status_code == 404


def test_a_paper_comes_back_as_it_was_and_its_reading_is_logged(
    clerk: FlaskClient, number: str, inside: Callable
) -> None:
    assert post(clerk, f"/cases/{number}/attachments", **handed_in(PDF, "../丈量 结果；a=b.pdf")).status_code == 303
    link = html(clerk.get(f"/cases/{number}")).select_one("#papers a")
    answer = clerk.get(link["href"])
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert not set('"/\r\n') & set(answer.headers["Content-Disposition"].split("''")[1])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/pdf"
    with inside() as session:
        assert session.scalars(select(Access.action)).all() == ["attachment.opened"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90\x00" + b"x" * 100, "证据.pdf", "只接受 pdf、jpg、png、docx、xlsx"),
        (PDF, "证据.jpg", "请核对文件"),
        (b"", "空.pdf", "空"),
        (b"PK\x03\x04 broken", "坏.docx", "只接受"),
        (b"<html><script>alert(1)</script>", "页.pdf", "只接受"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_beside_the_field(
    clerk: FlaskClient, number: str, inside: Callable, content: bytes, name: str, said: str
) -> None:
    answer = post(clerk, f"/cases/{number}/attachments", part=True, **handed_in(content, name))
    assert answer.status_code == 422
    assert said in errors_of(answer, "attach-file")
    assert how_many(inside, Attachment) == 0


def test_no_file_at_all(clerk: FlaskClient, number: str) -> None:
    answer = post(clerk, f"/cases/{number}/attachments", part=True, kind="evidence")
    assert answer.status_code == 422
    assert "请选择文件" in errors_of(answer, "attach-file")


def test_two_hundred_megabytes_are_refused_in_chinese(clerk: FlaskClient, number: str, inside: Callable) -> None:
    head = {"HX-Request": "true", "X-CSRFToken": csrf_token(clerk, "/account")}
    answer = clerk.post(
        f"/cases/{number}/attachments",
        data=b"",
        headers=head,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "上传的文件超过了允许的大小" in answer.get_data(as_text=True)
    assert "HX-Retarget" not in answer.headers, "the note goes to #notice, the form stays"
    assert how_many(inside, Attachment) == 0


def test_a_paper_of_another_case_is_not_there(
    clerk: FlaskClient, number: str, founded: Flask, inside: Callable
) -> None:
    post(clerk, f"/cases/{number}/attachments", **handed_in(PDF, "证据.pdf"))
    with inside() as session:
        paper = session.scalar(select(Attachment.id))
    assert clerk.get(f"/cases/{registered(founded)}/attachments/{paper}").status_code == 404


def test_results_then_closing_and_solved_stays_its_own_word(
    clerk: FlaskClient, number: str, founded: Flask, inside: Callable
) -> None:
    with inside() as session:
        proceeding = session.scalar(select(Proceeding.id))
        demand = session.scalar(select(Demand.id))
    waiting = html(clerk.get(f"/cases/{number}/closing")).get_text()
    assert "信访接处程序尚未结束" in waiting
    refused = post(clerk, f"/cases/{number}/closing", part=True)
    assert refused.status_code == 422
    assert "还不能办结" in refused.get_data(as_text=True)
    address = f"/cases/{number}/demands/{demand}"
    silent = post(clerk, address, part=True, met="unmet")
    assert "请至少选择一项处理结果" in errors_of(silent, f"outcome-{demand}-results")
    lawful = post(clerk, address, part=True, met="unmet", results="lawfully")
    assert "移送机关" in errors_of(lawful, f"outcome-{demand}-outcome")
    assert post(clerk, address, met="unmet", results=["explained", "helped"]).status_code == 303
    shown = html(clerk.get(f"/cases/{number}")).select_one("#demands").get_text()
    assert "未解决" in shown
    assert "思想教育到位、帮扶救助到位" in shown
    _withdraw(clerk, number, proceeding)
    assert post(clerk, f"/cases/{number}/closing", remark="已告知").status_code == 303
    page = html(clerk.get(f"/cases/{number}"))
    assert "已办结" in page.select_one("#case-marks").get_text()
    assert "未解决" in page.select_one("#demands").get_text(), "办结 is not 解决"
    assert post(clerk, f"/cases/{number}/visits", words="又来", headcount="1", part=True).status_code == 422


def _withdraw(clerk: FlaskClient, number: str, proceeding: int) -> None:
    """End the petition by the step a withdrawal is."""
    step = f"/cases/{number}/proceedings/{proceeding}/steps/withdraw"
    page = html(clerk.get(step))
    answer = post(clerk, step, version=page.select_one("input[name=version]")["value"], **_filled(page))
    assert answer.status_code == 303, errors_of(answer, "step")


def _filled(page) -> dict[str, str]:
    """Something for every control of a step's form."""
    values: dict[str, str] = {}
    for control in page.select("main form input, main form textarea, main form select"):
        name, kind = control.get("name"), control.get("type")
        if not name or name in ("csrf_token", "version", "q"):
            continue
        if kind == "radio":
            values.setdefault(name, control["value"])
        elif kind == "checkbox":
            values[name] = "y"
        elif control.name == "select":
            values[name] = control.select("option")[-1]["value"]
        else:
            values[name] = clock.day_of(NOW).isoformat() if kind == "date" else "有关情况"
    return values


def test_a_link_joins_two_matters_both_can_see(
    clerk: FlaskClient, number: str, founded: Flask, inside: Callable
) -> None:
    other = registered(founded, subject="同村另一户")
    hidden = registered(founded, login="mediator", platform="mediation", subject="看不到的")
    assert post(clerk, f"/cases/{number}/links", number=other.lower(), why="同一工程").status_code == 303
    assert other in html(clerk.get(f"/cases/{number}")).select_one("#links").get_text()
    assert number in html(clerk.get(f"/cases/{other}")).select_one("#links").get_text()
    for wrong in (hidden, "YC-2026-999999"):
        answer = post(clerk, f"/cases/{number}/links", part=True, number=wrong)
        assert answer.status_code == 422
        assert "没有找到这个编号" in errors_of(answer, "link-number")
    assert how_many(inside, CaseLink) == 1


def test_only_own_platforms_can_be_opened_on_a_case(
    founded: Flask, number: str, clerk: FlaskClient, sign_in: Callable
) -> None:
    answer = post(clerk, f"/cases/{number}/proceedings", part=True, platform="mediation")
    assert answer.status_code == 422
    again = post(clerk, f"/cases/{number}/proceedings", part=True, platform="petition")
    assert again.status_code == 422
    assert "已有正在进行的" in again.get_data(as_text=True)


def test_every_action_works_without_javascript(clerk: FlaskClient, number: str, inside: Callable) -> None:
    with inside() as session:
        case_id = case_of(session, number).id
        demand = session.scalar(select(Demand.id).where(Demand.case_id == case_id))
    for path in (
        "contacts",
        "visits",
        "statements",
        "attachments",
        "links",
        "closing",
        f"demands/{demand}",
        "proceedings",
    ):
        page = html(clerk.get(f"/cases/{number}/{path}"))
        form = page.select_one("main form")
        assert form["action"] == f"/cases/{number}/{path}"
        assert form.select_one("input[name=csrf_token]")["value"]
        assert page.select_one("main a")["href"] == f"/cases/{number}"


def test_after_an_action_on_its_own_page_the_browser_goes_to_the_case(clerk: FlaskClient, number: str) -> None:
    address = f"/cases/{number}/visits"
    head = {
        "HX-Request": "true",
        "X-CSRFToken": csrf_token(clerk, "/account"),
        "HX-Current-URL": f"http://localhost{address}",
    }
    answer = clerk.post(address, data={"words": "来过", "headcount": "1"}, headers=head)
    assert answer.headers["HX-Redirect"] == f"/cases/{number}"
    assert "HX-Retarget" not in answer.headers


def test_in_the_console_only_the_panel_is_renewed(clerk: FlaskClient, number: str) -> None:
    head = {
        "HX-Request": "true",
        "X-CSRFToken": csrf_token(clerk, "/account"),
        "HX-Current-URL": "http://localhost/queue/window",
    }
    answer = clerk.post(f"/cases/{number}/visits", data={"words": "来过", "headcount": "1"}, headers=head)
    assert answer.headers["HX-Retarget"] == "#case-panel"
    assert html(answer).select("[hx-swap-oob]") == []
