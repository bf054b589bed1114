"""督办 that was proposed: an open list with who, why and which limit, answered with a reason, told back to the proposer."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.cases.models import Proposal
from portal.trail.queries import verify
from tests.cases.desk import NOW, clerk, counted, errors_of, founded, html, post
from tests.platforms.test_petition_stories import refusal, register, taken
from tests.supervision.hall import inbox

__all__ = ["clerk", "founded"]
TYPED = {
    "supervision_ground": "delay",
    "supervised_unit": "县自然资源局",
    "supervision_advice": "限期分办，电话13800138000",
}


def proposed(client: FlaskClient) -> str:
    number = register(client)
    taken(client, number, ("propose_supervision", TYPED))
    return number


def row(client: FlaskClient, state: str = "open") -> str:
    rows = html(client.get(f"/supervision/proposals?state={state}")).select("#proposals tbody tr")
    return " ".join(rows[0].get_text(" ", strip=True).split()) if rows else ""


def test_an_overdue_matter_is_proposed_taken_up_and_told_back(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    with clock.frozen(NOW + timedelta(days=16)):
        later = sign_in("clerk")
        taken(later, number, ("propose_supervision", TYPED))
        assert later.get("/supervision/proposals").status_code == 403, "the 督查 people answer"
        supervisor = sign_in("supervisor")
        shown = row(supervisor)
        for said in (number, "拖延", "县自然资源局", "张德良", "2026-12-08", "第二十二条第一款"):
            assert said in shown
        assert "13800138000" not in shown
        assert "督办建议" in html(supervisor.get("/inbox")).get_text()
        with inside() as session:
            held = session.scalar(select(Proposal))
            assert (held.key, held.overdue_since, held.state) == ("petition.dispatch", date(2026, 12, 8), "open")
        path = f"/supervision/proposals/{held.id}"
        assert post(supervisor, path, answer="taken", reason="").status_code == 303
        assert row(supervisor) == ""
        assert number in row(supervisor, "taken")
        assert "已经答复" in refusal(post(supervisor, path, answer="declined", reason="不必"))
        lines = html(sign_in("clerk").get("/inbox")).select(".inbox-line")
        assert "您提出的督办建议 已采纳，列入督办" in " ".join(lines[0].get_text(" ", strip=True).split()).replace(
            "建议已", "建议 已"
        )
        assert "督办建议：采纳" in html(later.get(f"/cases/{number}")).select_one("#timeline").get_text()
    with inside() as session:
        assert [item.kind for item in inbox(session, "clerk")] == ["proposal"]
        assert verify(session) == []


def test_who_declines_says_why_and_what_was_typed_stays(
    clerk: FlaskClient, sign_in: Callable, inside: Callable
) -> None:
    number = proposed(clerk)
    supervisor = sign_in("supervisor")
    assert "没有超过的法定期限" in row(supervisor)
    with inside() as session:
        path = f"/supervision/proposals/{session.scalar(select(Proposal.id))}"
    missing = post(supervisor, path, answer="declined", reason=" ")
    assert missing.status_code == 422
    assert "请写明理由" in errors_of(missing, "reason")
    nothing = post(supervisor, path, answer="", reason="正在办理")
    assert "是否采纳" in errors_of(nothing, "answer")
    assert "正在办理" in nothing.get_data(as_text=True)
    assert post(supervisor, path, answer="declined", reason="仍在期限内，正在办理").status_code == 303
    assert "仍在期限内" in row(supervisor, "declined")
    timeline = html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    assert "督办建议：不采纳" in timeline
    assert "仍在期限内" in timeline
    assert supervisor.get("/supervision/proposals?state=lost").status_code == 404
    assert supervisor.get("/supervision/proposals/999").status_code == 404


def test_the_list_asks_little_however_long_it_is(clerk: FlaskClient, founded: Flask, sign_in: Callable) -> None:
    proposed(clerk)
    supervisor = sign_in("supervisor")
    supervisor.get("/supervision/proposals")
    with counted(founded) as one:
        supervisor.get("/supervision/proposals")
    for _ in range(3):
        proposed(clerk)
    with counted(founded) as four:
        answer = supervisor.get("/supervision/proposals")
    assert len(html(answer).select("#proposals tbody tr")) == 4
    assert len(four) == len(one) <= 8
    assert len(answer.data) < 60_000
