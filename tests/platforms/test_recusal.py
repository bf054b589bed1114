"""回避 on the petitioner's request: recorded, decided in writing by a head, told; and looked at wherever work is given."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.access.models import Account, AccountRole
from portal.cases import operations
from portal.cases.models import Case, Proceeding, Recusal
from portal.cases.operations import FieldProblems, Refused, recusal
from portal.cases.recusals import recusal_words, recused, recused_among
from portal.handoff import operations as handoff
from portal.queue import operations as queue
from portal.trail.queries import verify
from tests.cases.desk import NOW, actor_named, case_of, clerk, errors_of, founded, hashed, html, post, registered
from tests.cast.people import CLERK_OF
from tests.handoff.test_relay import prepared, service_of, visitor_at
from tests.platforms.test_petition_stories import TODAY, refusal, state_of, take, taken

__all__ = ["clerk", "founded"]
ASKED = {"official": "张德良", "post": "信访窗口", "asked_on": TODAY, "reason": "他是被反映单位负责人的妹夫"}


def head_of(session, unit_id: int | None, login: str = "boss") -> None:
    session.add(
        Account(
            centre_id=1, login_name=login, name="局长甲", password_hash=hashed(), session_key="k", unit_id=unit_id,
            role_rows=[AccountRole(role="leader")],
        )
    )  # fmt: skip


def ask(client: FlaskClient, number: str, **changes) -> str:
    """The request through the page; the path of its decision."""
    answer = post(client, f"/cases/{number}/recusals", **ASKED | changes)
    assert answer.status_code == 303, html(answer).select_one(".error-summary")
    card = html(client.get(f"/cases/{number}")).select("#recusals [id^=recusal-]")[-1]
    return f"/cases/{number}/recusals/{card['id'].removeprefix('recusal-')}"


def test_a_request_is_recorded_decided_in_writing_and_told(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = registered(founded)
    taken(clerk, number, ("refer", {"unit": "县局"}))
    path = ask(clerk, number)
    panel = html(clerk.get(f"/cases/{number}")).select_one("#recusals").get_text(" ")
    assert "尚未决定" in panel
    assert "妹夫" in panel
    with inside() as session:
        account = actor_named(session, "clerk").id
        assert not recused(session, case_of(session, number).id, account), "a request alone keeps nobody out"
        assert recusal_words(session, case_of(session, number).id, ("张德良", "某人")) == (
            "张德良被申请回避，尚未决定。",
        )
    assert clerk.get(f"{path}/decision").status_code == 403, "a clerk does not decide"
    early = post(clerk, f"{path}/telling", told_on=TODAY, how="spot")
    assert "尚未决定" in refusal(early)
    head = sign_in("head")
    form = head.get(f"{path}/decision").get_data(as_text=True)
    assert "妹夫" in form
    empty = post(head, f"{path}/decision", granted="", decision=" ", part=True)
    assert "请选择决定" in errors_of(empty, "decide-recusal-granted")
    assert "请写明" in errors_of(empty, "decide-recusal-decision")
    assert post(head, f"{path}/decision", granted="yes", decision="确有利害关系，回避决定1号").status_code == 303
    assert "已经决定" in refusal(post(head, f"{path}/decision", granted="no", decision="再想想"))
    with inside() as session:
        case = case_of(session, number)
        assert recused(session, case.id, account)
        assert recusal_words(session, case.id, ("张德良",)) == ("张德良已决定回避本事项。",)
        assert session.scalar(select(Proceeding.handler_id).where(Proceeding.case_id == case.id)) is None
    assert "回避" in refusal(take(clerk, number, "receive", {"received_on": TODAY, "proof": "receipt"}))
    assert state_of(inside, number) == "referred"
    assert post(clerk, f"{path}/telling", told_on="2026-11-22", how="spot", part=True).status_code == 422
    assert post(clerk, f"{path}/telling", told_on=TODAY, how="spot").status_code == 303
    line = html(clerk.get(f"/cases/{number}")).select_one("#timeline").get_text()
    for said in ("信访人申请回避：张德良", "决定回避：张德良", "回避决定告知信访人：张德良"):
        assert said in line
    with inside() as session:
        assert session.scalar(select(Recusal.told_on)) == date(2026, 11, 23)
        assert verify(session) == []


def test_a_refused_request_keeps_nobody_out(
    clerk: FlaskClient, founded: Flask, sign_in: Callable, inside: Callable
) -> None:
    number = registered(founded)
    path = ask(clerk, number)
    assert post(sign_in("head"), f"{path}/decision", granted="no", decision="没有利害关系").status_code == 303
    taken(clerk, number, ("refer", {"unit": "县局"}))
    assert state_of(inside, number) == "referred"
    with inside() as session:
        assert recusal_words(session, case_of(session, number).id, ("张德良",)) == ()
    ask(clerk, number, reason="又有新的情况")  # a new request after the decision is heard again


def test_what_is_missing_stands_beside_its_field_and_what_was_typed_stays(clerk: FlaskClient, founded: Flask) -> None:
    number = registered(founded)
    answer = post(clerk, f"/cases/{number}/recusals", official=" ", reason="是亲戚", asked_on="2026-11-24", part=True)
    assert answer.status_code == 422
    assert "姓名" in errors_of(answer, "ask-recusal-official")
    assert "不能晚于今天" in errors_of(answer, "ask-recusal-asked_on")
    assert "是亲戚" in answer.get_data(as_text=True)
    ask(clerk, number)
    assert "已经登记" in refusal(post(clerk, f"/cases/{number}/recusals", **ASKED, seen="99"))


def test_officials_of_one_name_are_told_apart_and_who_has_no_account_is_named(founded: Flask) -> None:
    number = registered(founded)
    with founded.app_context(), database.write() as session:
        head_of(session, None)
        head_of(session, None, "boss2")
        session.flush()
        case, actor = case_of(session, number), actor_named(session, "clerk")
        given = {"reason": "是亲戚", "asked_on": date(2026, 11, 23), "at": NOW}
        with pytest.raises(FieldProblems) as problem:
            recusal.ask(session, actor, case, official="局长甲", **given)
        assert "2 位同名" in problem.value.problems["login"]
        with pytest.raises(FieldProblems):
            recusal.ask(session, actor, case, official="局长甲", login="clerk", **given)
        named = recusal.ask(session, actor, case, official="局长甲", login="boss2", **given)
        assert named.account_id == actor_named(session, "boss2").id
        outside = recusal.ask(session, actor, case, official="外单位某人", post="县局科长", **given)
        assert outside.account_id is None
        decided = recusal.decide(
            session, actor_named(session, "head"), case, outside.id, granted=True, decision="1号", at=NOW
        )
        assert decided.granted
        assert recusal_words(session, case.id, ("外单位某人",)) == ("外单位某人已决定回避本事项。",)


def test_the_head_of_the_official_s_own_organ_decides_and_never_the_official(founded: Flask) -> None:
    number = registered(founded)
    with founded.app_context(), database.write() as session:
        unit = session.scalar(select(Account.unit_id).where(Account.login_name == "accused"))
        head_of(session, unit)
        head_of(session, unit + 1, "other")
        session.flush()
        case, actor = case_of(session, number), actor_named(session, "clerk")
        given = {"reason": "是亲戚", "asked_on": date(2026, 11, 23), "at": NOW}
        asked = recusal.ask(session, actor, case, official="被告甲", **given)
        answer = {"granted": True, "decision": "1号", "at": NOW}
        with pytest.raises(Refused, match="所在机关、单位的负责人"):
            recusal.decide(session, actor_named(session, "other"), case, asked.id, **answer)
        assert recusal.decide(session, actor_named(session, "boss"), case, asked.id, **answer).granted
        himself = recusal.ask(session, actor, case, official="值班甲", **given)
        with pytest.raises(Refused, match="不能作出决定"):
            recusal.decide(session, actor_named(session, "head"), case, himself.id, **answer)
        declared, granted = actor_named(session, "mediator"), actor_named(session, "accused")
        operations.recuse(session, declared, case, interest="是邻居", at=NOW)
        assert recused_among(session, case.id, (declared.id, granted.id, actor.id)) == {declared.id, granted.id}


def test_no_relay_to_a_service_where_only_recused_people_sit(session) -> None:
    with clock.frozen(NOW + timedelta(minutes=1)), database.write() as writing:
        actors = prepared(writing)
        ticket = visitor_at(writing, actors, "petition")
        case = writing.get(Case, ticket.case_id)
        mediator = actors[CLERK_OF["mediation"]]
        operations.grant(writing, case, operations.platform_scope("mediation"), why="接力", at=NOW)
        operations.recuse(writing, mediator, case, interest="信访人是我表弟", at=clock.now())
        service = service_of(writing, "mediation")
        sender = actors[CLERK_OF["petition"]]
        with pytest.raises(Refused, match="只有已回避"):
            handoff.send(writing, sender, ticket.id, service, version=ticket.version, purpose="调解", at=clock.now())
        assert ticket.state == "serving", "the visitor stays where a window takes them"
        queue.close_window(writing, mediator, at=clock.now())
        relay = handoff.send(
            writing, sender, ticket.id, service, version=ticket.version, purpose="调解", at=clock.now()
        )
        with pytest.raises(Refused, match="已回避"):
            handoff.sign(writing, mediator, relay.id, at=clock.now())
        assert relay.signed_at is None
