"""The inbox, what its counts lead to, and the administrator's warning points, as pages."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from portal import clock, database
from portal.cases.models import Case, Proceeding
from portal.statutes import deadlines, table
from portal.statutes.models import RuleVersion, StatuteDraft
from portal.supervision.models import InboxItem
from tests.cases.desk import NOW, actor_named, counted, errors_of, founded, html, post, registered
from tests.supervision.hall import at, digest, inbox, open_hall, tell

__all__ = ["founded"]

TUESDAY, MONDAY, DUE = date(2026, 12, 1), date(2026, 12, 7), date(2026, 12, 8)


@pytest.fixture
def warned(founded: Flask) -> tuple[Flask, str]:
    """One petition, warned of seven days and one day before its date, and the digest of that morning; its number."""
    centre_id = open_hall(founded)
    number = registered(founded)
    tell(founded, centre_id, at(TUESDAY))
    tell(founded, centre_id, at(MONDAY))
    digest(founded, centre_id, at(MONDAY))
    with clock.frozen(at(MONDAY)):
        yield founded, number


def texts(page) -> list[str]:
    """The lines of the inbox as read."""
    return [" ".join(tag.get_text(" ", strip=True).split()) for tag in page.select(".inbox-line")]


def mark(page) -> str:
    """What the bar says of the inbox."""
    return page.select_one("#inbox-mark").get_text("", strip=True)


def test_the_inbox_says_what_falls_due_and_why(warned, sign_in) -> None:
    app, number = warned
    client = sign_in("clerk")
    with counted(app) as sent:
        answer = client.get("/inbox")
    page = html(answer)
    assert mark(page) == "提醒，未读3"
    digest_line, last, first = texts(page)
    assert "2026-12-07 我的事项" in digest_line
    assert "超期 0 ・ 今日到期 0 ・ 明日到期 1 ・ 本周内到期 1" in digest_line
    assert number in last
    assert "最后一日 2026-12-08" in last
    assert "《信访工作条例（2022）》第二十二条第一款" in first
    assert len(sent) <= 9, sent
    assert len(answer.data) <= 60_000


def test_the_frame_counts_within_its_own_query(warned, sign_in) -> None:
    app, _ = warned
    client = sign_in("clerk")
    with counted(app) as sent:
        page = html(client.get("/account"))
    assert mark(page) == "提醒，未读3"
    assert sum("inbox_item" in statement for statement in sent) == 1
    assert html(sign_in("greeter").get("/account")).select_one("#inbox-mark") is None


def test_one_line_and_then_all_are_read(warned, sign_in) -> None:
    app, _ = warned
    client = sign_in("clerk")
    with app.app_context():
        ids = [item.id for item in inbox(database.db.session(), "clerk")]
    part = html(post(client, f"/inbox/{ids[0]}/read", "/inbox", part=True))
    assert part.select_one("section#inbox")
    assert (mark(part), part.select_one("#inbox-mark")["hx-swap-oob"]) == ("提醒，未读2", "true")
    assert [("unread" in tag["class"]) for tag in part.select(".inbox-line")] == [True, True, False]
    answer = post(client, "/inbox/read", "/inbox", until=str(ids[1]))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")
    assert mark(html(client.get("/inbox"))) == "提醒，未读1", "what came after the newest line seen stays unread"
    with app.app_context():
        session = database.db.session()
        assert [item.read_at for item in inbox(session, "clerk")] == [at(MONDAY), at(MONDAY), None]
        assert [item.read_at for item in inbox(session, "head") if item.case_id] == [None, None], (
            "another's inbox is another's"
        )


def test_anothers_line_cannot_be_marked(warned, sign_in) -> None:
    app, _ = warned
    with app.app_context():
        theirs = inbox(database.db.session(), "head")[0].id
    post(sign_in("clerk"), f"/inbox/{theirs}/read", "/inbox")
    with app.app_context():
        assert inbox(database.db.session(), "head")[0].read_at is None


@pytest.mark.parametrize("until", ["", "x", "99999999999", "-1"])
def test_a_wrong_mark_is_no_address(warned, sign_in, until: str) -> None:
    assert post(sign_in("clerk"), "/inbox/read", "/inbox", until=until).status_code == 404


def test_a_matter_that_was_closed_off_afterwards_shows_no_content(warned, sign_in) -> None:
    app, number = warned
    with app.app_context(), database.write() as session:
        session.execute(update(Case).values(sensitivity="sealed", registered_by=None))
    answer = sign_in("head").get("/inbox")
    assert number not in answer.text
    assert "赔偿款" not in answer.text
    assert "2026-12-08" not in answer.text
    assert sum("内容不显示" in line for line in texts(html(answer))) == 2


def test_a_sealed_platforms_limit_shows_only_to_its_people(warned, sign_in) -> None:
    app, number = warned
    with app.app_context(), database.write() as session:
        session.execute(update(InboxItem).where(InboxItem.case_id.is_not(None)).values(platform="counselling"))
    answer = sign_in("clerk").get("/inbox")
    assert number not in answer.text
    assert "转送" not in html(answer).select_one("#inbox").text


def test_the_inbox_pages_by_key(warned, sign_in) -> None:
    app, _ = warned
    with app.app_context(), database.write() as session:
        clerk, case_id = actor_named(session, "clerk"), session.scalars(select(Case.id)).one()
        data = inbox(session, "clerk")[0].data
        plain = {"centre_id": clerk.centre_id, "account_id": clerk.id, "kind": "warning", "case_id": case_id}
        rows = [plain | {"platform": "petition", "data": data, "at": NOW, "once": f"extra:{n}"} for n in range(120)]
        session.execute(insert(InboxItem), rows)
    client, seen, address = sign_in("clerk"), [], "/inbox"
    assert mark(html(client.get("/inbox"))) == "提醒，未读99+"
    while address:
        answer = client.get(address)
        assert len(answer.data) <= 60_000
        page = html(answer)
        seen += [form["action"] for form in page.select(".inbox-line form")]
        older = [tag["href"] for tag in page.select(".pager a") if "更早" in tag.text]
        address = older[0] if older else None
    assert len(seen) == len(set(seen)) == 123


def test_a_count_leads_to_what_it_counts(warned, sign_in) -> None:
    app, number = warned
    client = sign_in("clerk")
    href = next(tag["href"] for tag in html(client.get("/inbox")).select(".inbox-line a") if "明日到期" in tag.text)
    with counted(app) as sent:
        page = html(client.get(href))
    rows = [row.get_text(" ", strip=True) for row in page.select("#due tbody tr")]
    assert len(rows) == 1
    assert number in rows[0]
    assert "余 1 日" in rows[0]
    assert len(sent) <= 9, sent
    assert "没有今日到期的期限" in client.get("/inbox/due/mine/today").text
    assert client.get("/inbox/due/hall/today").status_code == 404, "the hall's is the duty head's"
    assert client.get("/inbox/due/mine/never").status_code == 404
    assert number in sign_in("head").get("/inbox/due/hall/week").text


def test_what_somebody_handles_is_not_on_the_others_list(warned, sign_in) -> None:
    app, number = warned
    with app.app_context(), database.write() as session:
        session.execute(update(Proceeding).values(handler_id=actor_named(session, "head").id))
    assert number not in sign_in("clerk").get("/inbox/due/mine/week").text
    assert number in sign_in("head").get("/inbox/due/mine/week").text


def test_the_case_tells_of_the_warning(warned, sign_in) -> None:
    _, number = warned
    page = html(sign_in("clerk").get(f"/cases/{number}"))
    timeline = page.select_one("#timeline, .timeline").get_text(" ", strip=True)
    assert "期限提醒：" in timeline
    assert "提前 1 日；最后一日 2026-12-08；已提醒 3 人" in timeline


def test_the_administrator_sets_points_and_takes_them_away(founded: Flask, sign_in) -> None:
    admin = sign_in("sysadmin")
    page = admin.get("/admin/hall/reminders")
    assert "中心尚未设定，临期不提醒" in page.text
    assert "尚未设定工作日的取号时间" in page.text
    assert post(admin, "/admin/hall/reminders", key="", days="１，7 3").status_code == 303
    assert post(admin, "/admin/hall/reminders", key="petition.dispatch", days="5").status_code == 303
    rows = [row.get_text(" ", strip=True) for row in html(admin.get("/admin/hall/reminders")).select("tbody tr")]
    assert rows[0] == "全部期限 7、3、1 修改"
    assert rows[1].endswith("5 修改")
    assert html(admin.get("/admin/hall/reminders?key=petition.dispatch")).select_one("#days")["value"] == "5"
    assert post(admin, "/admin/hall/reminders", key="petition.dispatch", days="").status_code == 303
    assert len(html(admin.get("/admin/hall/reminders")).select("tbody tr")) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("七天", "请填 0 到 365 之间的整数"),
        ("-3", "请填 0 到 365 之间的整数"),
        ("3.5", "请填 0 到 365 之间的整数"),
        ("366", "请填 0 到 365 之间的整数"),
        ("1 2 3 4 5 6 7", "最多提醒 6 次"),
    ],
)
def test_wrong_days_are_refused_beside_the_field_and_kept(founded: Flask, sign_in, typed: str, said: str) -> None:
    answer = post(sign_in("sysadmin"), "/admin/hall/reminders", key="", days=typed)
    assert answer.status_code == 422
    assert said in errors_of(answer, "days")
    assert html(answer).select_one("#days")["value"] == typed


def test_an_unknown_limit_is_refused(founded: Flask, sign_in) -> None:
    for key in ("petition.review_request", "no.such", "x" * 200):
        answer = post(sign_in("sysadmin"), "/admin/hall/reminders", key=key, days="3")
        assert (answer.status_code, errors_of(answer, "key")) == (422, "请从所列期限中选择。")


def test_only_the_system_administrator_sets_points(founded: Flask, sign_in) -> None:
    assert sign_in("clerk").get("/admin/hall/reminders").status_code == 403
    assert sign_in("sysadmin").get("/inbox").status_code == 403


def test_lines_cite_the_version_that_counts_for_their_matter(founded: Flask, sign_in) -> None:
    def published(session, valid_from: date, article: str) -> None:
        rule = replace(deadlines.rule("petition.dispatch"), valid_from=valid_from, article=article)
        draft = StatuteDraft(centre_id=1, kind="rules", content=[], made_at=NOW)
        session.add(draft)
        session.flush()
        cells = table.cells_of(rule)
        session.add(RuleVersion(key=rule.key, valid_from=valid_from, cells=cells, draft_id=draft.id, published_at=NOW))

    with founded.app_context(), database.write() as session:
        published(session, date(2026, 11, 1), "第二十二条第九款")
    centre_id = open_hall(founded)
    registered(founded)
    tell(founded, centre_id, at(MONDAY))
    with founded.app_context(), database.write() as session:
        published(session, date(2026, 12, 1), "第二十二条第八款")
    with clock.frozen(at(MONDAY)):
        clerk = sign_in("clerk")
        [line] = texts(html(clerk.get("/inbox")))
        assert "第二十二条第九款" in line, "the version of the day on which the period began"
        assert "第二十二条第九款" in clerk.get("/inbox/due/mine/week").text
        with founded.app_context(), database.write() as session:
            item = session.scalars(select(InboxItem)).first()
            item.data = {name: value for name, value in item.data.items() if name != "started_on"}
        assert "第二十二条第八款" in clerk.get("/inbox").text, "an old line that kept no start is read by its own day"
