"""复查 and 复核: procedures of their own, for which the petition waits (信访工作条例 第三十五、三十六条)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.cases import operations
from portal.cases.models import CaseGrant, Clock, Proceeding
from portal.cases.operations import Refused, StaleVersion
from portal.organisation.models import Unit
from portal.trail.queries import entries, verify
from tests.cases.desk import NOW, actor_named, case_of, clerk, counted, founded, html, post
from tests.platforms.test_petition_stories import (
    REJECTED,
    REPORT,
    REREVIEW,
    REVIEW,
    REVIEWED,
    TODAY,
    offered,
    refusal,
    register,
    state_of,
    take,
    taken,
)

__all__ = ["clerk", "founded"]
BUREAU = "市自然资源和规划局"


def rows(inside: Callable, number: str) -> dict[str, Proceeding]:
    """The newest proceeding of each level."""
    with inside() as session:
        wanted = select(Proceeding).where(Proceeding.case_id == case_of(session, number).id).order_by(Proceeding.id)
        return {row.level: row for row in session.scalars(wanted)}


def periods(inside: Callable, number: str) -> dict[str, tuple[str, bool]]:
    """Each period: the level it belongs to, and whether it runs."""
    with inside() as session:
        wanted = select(Clock.key, Proceeding.level, Clock.stopped_at).join(
            Proceeding, Proceeding.id == Clock.proceeding_id
        )
        found = session.execute(wanted.where(Clock.case_id == case_of(session, number).id))
        return {key.removeprefix("petition."): (level, stopped is None) for key, level, stopped in found}


def test_a_request_opens_a_procedure_of_its_own_and_the_petition_waits(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, REVIEW)
    found = rows(inside, number)
    petition, review = found[""], found["review"]
    assert (petition.state, petition.closed_at) == ("under_review", None)
    assert (review.state, review.of_id, review.handler_id) == ("reviewing", petition.id, None)
    assert review.data["review_organ"] == BUREAU
    with inside() as session:
        assert session.get(Unit, review.unit_id).name.endswith(BUREAU)
        scope = session.get(CaseGrant, (f"unit:{review.unit_id}", review.case_id))
        assert scope.why == "复查", "the organ that reviews may read what it reviews"
    known = periods(inside, number)
    assert known["review_decide"] == ("review", True)
    assert known["review_request"] == ("", True), "the right runs on: a request may be taken back and made again"
    panel = html(clerk.get(f"/cases/{number}")).select_one("#proceedings")
    second = panel.select("li[id^=proceeding-]")[1]
    assert "信访接处・复查" in second.get_text()
    assert f"由{BUREAU}办理" in second.get_text()
    assert "复查机关提出复查意见" in second.get_text()
    assert set(offered(clerk, number)) == {
        "serve_review",
        "decline_review",
        "hear_review",
        "withdraw_review",
        "propose_supervision",
    }, "the petition itself cannot be ended meanwhile"


def test_the_answer_lets_the_petition_go_on_and_uses_up_the_right(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, *REVIEWED)
    assert (state_of(inside, number), state_of(inside, number, "review")) == ("reviewed", "review_done")
    known = periods(inside, number)
    assert known["review_request"] == ("", False)
    assert known["review_decide"] == ("review", False)
    assert known["rereview_request"] == ("review", True), "the right against the 复查意见 outlives its procedure"
    taken(clerk, number, REREVIEW)
    found = rows(inside, number)
    assert found["rereview"].of_id == found["review"].id
    assert periods(inside, number)["rereview_decide"] == ("rereview", True)
    with inside() as session:
        line = entries(session, f"case:{found[''].case_id}", kinds=("proceeding.advanced",))
        answered = next(entry for entry in line if entry.data["step"] == "serve_review").data["earlier"]
        assert (answered["proceeding_id"], answered["state"]) == (found[""].id, "reviewed")
        assert answered["stopped"] == ["petition.review_request"]
        assert verify(session) == []
    assert "原程序现为“复查意见已送达”" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()


def test_a_request_taken_back_can_be_made_again_within_the_days(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    back = ("withdraw_review", {"withdrawn_by": "written", "voluntary": "y"})
    taken(clerk, number, *REJECTED, REVIEW, back)
    assert (state_of(inside, number), state_of(inside, number, "review")) == ("served", "review_withdrawn")
    assert periods(inside, number)["review_decide"] == ("review", False)
    taken(clerk, number, REVIEW)
    assert rows(inside, number)["review"].state == "reviewing"
    assert "逾期提出" not in html(clerk.get(f"/cases/{number}")).select_one("#case-panel").get_text()


def test_the_halls_own_end_takes_no_right_and_what_was_ended_waits_again(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    close = ("close", {"guidance": "已解释", **REPORT})
    taken(clerk, number, *REJECTED, close)
    outcome = html(clerk.get(f"/cases/{number}")).select_one('#demands a[href*="/demands/"]')["href"]
    post(clerk, outcome, results="explained", met="unmet", outcome="见答复")
    assert post(clerk, f"/cases/{number}/closing", remark="程序走完").status_code == 303
    page = html(clerk.get(f"/cases/{number}"))
    assert set(offered(clerk, number)) == {"request_review"}
    assert "仍可请求复查" in page.select_one("#proceedings").get_text()
    assert not page.select("#proceedings .btn-primary"), "what may still come is not the next thing to do"
    taken(clerk, number, REVIEW)
    assert (state_of(inside, number), state_of(inside, number, "review")) == ("under_review", "reviewing")
    with inside() as session:
        case = case_of(session, number)
        assert (case.closed_at, case.state, case.next_due.isoformat()) == (None, "open", "2026-12-23")
        assert [entry.words["why"] for entry in entries(session, f"case:{case.id}", kinds=("case.reopened",))] == [
            "信访人请求复查"
        ]
        assert verify(session) == []
    assert "办结后恢复办理" in html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    back = ("withdraw_review", {"withdrawn_by": "written", "voluntary": "y"})
    taken(clerk, number, back)
    assert state_of(inside, number) == "ended", "nobody has to end it a second time"
    assert rows(inside, number)[""].closed_at == NOW
    with clock.frozen(NOW + timedelta(days=31)):
        later = sign_in("clerk")
        late = {"review_requested_on": "2026-12-24", "review_received_on": "2026-12-24"}
        taken(later, number, ("request_review", REVIEW[1] | late))
        assert "逾期提出" in html(later.get(f"/cases/{number}")).select_one("#case-panel").get_text()
        taken(later, number, ("serve_review", REVIEWED[1][1] | {"review_served_on": "2026-12-24"}), close)
        assert set(offered(later, number)) == {"request_rereview"}
        asked = {"rereview_requested_on": "2026-12-24", "rereview_received_on": "2026-12-24"}
        taken(later, number, ("request_rereview", REREVIEW[1] | asked))
    assert (state_of(inside, number), state_of(inside, number, "rereview")) == ("under_rereview", "rereviewing")


def test_another_procedure_on_the_case_has_no_review_of_the_first(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    close = ("close", {"guidance": "已解释", **REPORT})
    taken(clerk, number, *REJECTED, *REVIEWED, close)
    assert post(clerk, f"/cases/{number}/proceedings", platform="petition").status_code == 303
    asked = take(clerk, number, "request_rereview", REREVIEW[1])
    assert "请先结束它" in refusal(asked), "of the one that has ended, while the other runs"
    # offered() knows one address per step: the later procedure's
    taken(clerk, number, *REJECTED, close, REVIEW)
    assert rows(inside, number)["review"].of_id == rows(inside, number)[""].id


def test_a_late_rereview_is_registered_shown_late_and_declined_by_its_organ(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, *REVIEWED)
    with clock.frozen(NOW + timedelta(days=31)):
        later = sign_in("clerk")
        asked = {"rereview_requested_on": "2026-12-24", "rereview_received_on": "2026-12-24", "rereview_organ": "省厅"}
        taken(later, number, ("request_rereview", asked))
        panel = html(later.get(f"/cases/{number}")).select_one("#case-panel").get_text()
        assert panel.count("复核请求逾期提出（期限至 2026-12-23）") == 1
        declined = {
            "rereview_declined_number": "不予复核1号",
            "rereview_declined": "无正当理由",
            "rereview_declined_on": "2026-12-24",
        }
        taken(later, number, ("decline_rereview", declined))
    assert (state_of(inside, number), state_of(inside, number, "rereview")) == ("reviewed", "rereview_declined")


def test_a_hearing_stops_the_days_of_a_rereview_and_not_those_of_a_review(clerk: FlaskClient, inside: Callable) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, REVIEW)
    taken(clerk, number, ("hear_review", {"review_hearing_on": TODAY, "review_hearing_record": "双方到会"}))
    assert pauses_offered(clerk, number) == []
    taken(clerk, number, REVIEWED[1], REREVIEW)
    assert len(pauses_offered(clerk, number)) == 1


def test_the_days_of_a_rereview_s_hearing_are_not_counted_once_it_is_registered(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, *REVIEWED, REREVIEW)

    def hearing(first: str, last: str) -> tuple[str, dict]:
        days = {"rereview_hearing_first": first, "rereview_hearing_last": last}
        return ("hear_rereview", days | {"rereview_hearing_record": "双方到会"})

    def due() -> str:
        with inside() as session:
            return str(session.scalar(select(Clock.effective_due).where(Clock.key == "petition.rereview_decide")))

    assert due() == "2026-12-23"
    early = hearing("2026-11-20", TODAY)
    assert "不能早于复核机关收到请求之日" in refusal(take(clerk, number, *early))
    with clock.frozen(NOW + timedelta(days=10)):
        later = sign_in("clerk")
        taken(later, number, hearing("2026-11-30", "2026-12-01"))
        assert due() == "2026-12-25"
        assert "2026-11-30 至 2026-12-01 不计" in html(later.get(f"/cases/{number}")).select_one("#timeline").get_text()
        taken(later, number, hearing("2026-11-30", "2026-12-01"))
        assert due() == "2026-12-25", "the same days are taken out once"
        pause = pauses_offered(later, number)[0]
        assert post(later, pause, version="2", ground="hearing", first="2026-12-02", note="").status_code == 303
        assert due() == "None"
        taken(later, number, hearing("2026-12-02", "2026-12-03"))
        assert due() == "2026-12-27", "the hearing ends the pause that was begun for it"


def pauses_offered(client: FlaskClient, number: str) -> list[str]:
    """Addresses under which the page offers to pause a period."""
    links = html(client.get(f"/cases/{number}")).select('#proceedings a[href$="/pause"]')
    return [link["href"] for link in links]


def test_an_answer_before_the_request_is_refused_in_words_and_nothing_moves(
    clerk: FlaskClient, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, REVIEW)
    typed = REVIEWED[1][1] | {"review_served_on": "2026-11-20"}
    assert "不能早于复查机关收到请求之日" in refusal(take(clerk, number, "serve_review", typed))
    assert (state_of(inside, number), state_of(inside, number, "review")) == ("under_review", "reviewing")


def test_there_is_one_running_review_and_who_answers_from_an_old_page_is_told(
    clerk: FlaskClient, founded: Flask, inside: Callable
) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED, REVIEW)
    found = rows(inside, number)
    with founded.app_context():
        actor = actor_named(database.db.session(), "clerk")
        stale = found[""].version - 1
        typed = {name: value for name, value in REVIEW[1].items()}
        with pytest.raises(StaleVersion), database.write() as session:
            operations.advance(session, actor, found[""].id, version=stale, step="request_review", data=typed, at=NOW)
        with pytest.raises(Refused, match="已有正在进行"), database.write() as session:
            operations.open_proceeding(session, actor, case_of(session, number), "petition", at=NOW)
    taken(clerk, number, REVIEWED[1])
    with founded.app_context(), pytest.raises(StaleVersion) as told, database.write() as session:
        operations.advance(
            session, actor, found[""].id, version=found[""].version, step="request_rereview", data=REREVIEW[1], at=NOW
        )
    assert told.value.changed == ["登记复查意见送达 → 复查意见已送达"], (
        "what the answer did is told to who had the old page"
    )


def test_the_page_asks_no_more_for_a_review_than_without(clerk: FlaskClient, founded: Flask) -> None:
    number = register(clerk)
    taken(clerk, number, *REJECTED)
    clerk.get(f"/cases/{number}")
    with counted(founded) as without:
        clerk.get(f"/cases/{number}")
    taken(clerk, number, *REVIEWED, REREVIEW)
    clerk.get(f"/cases/{number}")
    with counted(founded) as with_both:
        page = clerk.get(f"/cases/{number}")
    assert len(with_both) == len(without)
    assert len(page.data) < 60_000
