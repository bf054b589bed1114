"""The citizen's slip and the 接谈笔录: they say what record and law say, to those who may know, and printing is an event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, text

from portal import clock, database
from portal.access.actor import Actor
from portal.access.permissions import Permission, Role
from portal.cases import operations
from portal.cases.models import Case, Statement
from portal.cases.operations import PersonGiven, Registration
from portal.documents.views import IN_FULL
from portal.organisation.models import Centre, Window
from portal.statutes import deadlines
from portal.trail.queries import accesses, entries
from tests.staff import MONDAY, hire, open_hall
from tests.support import submit

WORDS = "2022 年 10 月风力发电厂施工占用自家耕地 1.2 亩，约定年底前支付赔偿款。"
FULL = ("140802197906010013", "13912340123", "平陆县张店镇某村")
LATER = MONDAY + timedelta(days=16)


@dataclass(frozen=True)
class Desk:
    """The hall of these tests: a clerk with one registered case and its statement."""

    clerk: Actor
    number: str
    statement_id: int

    @property
    def slip(self) -> str:
        return f"/cases/{self.number}/slip"

    @property
    def statement(self) -> str:
        return f"/cases/{self.number}/statements/{self.statement_id}"


def register(clerk: Actor, **changes: object) -> Desk:
    """A case from a visit at the first window, with a statement."""
    petitioner = PersonGiven("吕德胜", "140802197906010013", "13912340123", "平陆县张店镇某村 3 号")
    given = {
        "channel": "visit",
        "purpose": "claim",
        "subject": "风电项目占地赔偿款拖欠",
        "facts": WORDS,
        "demands": ("督促支付占地赔偿款 4.6 万元",),
        "petitioner": petitioner,
        "received_at": MONDAY,
        "headcount": 2,
    } | changes
    with database.write() as session:
        window = session.scalars(select(Window).order_by(Window.position)).first()
        case = operations.register(session, clerk, Registration(**given), at=MONDAY, window_id=window.id)
        paper = operations.take_statement(session, clerk, case, text=WORDS, scribe="王某", witness="李某", at=MONDAY)
        return Desk(clerk, case.number, paper.id)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """A founded hall with telephone and address, one clerk, one case."""
    with app.app_context():
        open_hall()
        with database.write() as session:
            centre = session.scalars(select(Centre)).one()
            centre.telephone, centre.address = "0359-2660000", "运城市盐湖区某路 1 号"
        clerk = hire("zhang", Role.CLERK, platforms=("petition", "mediation"))
        hire("wang", Role.MEDIATOR, platforms=("mediation",), name="王某")
        return register(clerk)


@pytest.fixture
def read(sign_in: Callable) -> Callable[..., str]:
    """``read(address, at=…)``: the text of a page as the clerk gets it."""

    def text_of(address: str, at=MONDAY, who: str = "zhang") -> str:
        with clock.frozen(at):
            answer = sign_in(who).get(address)
        assert answer.status_code == 200
        return " ".join(
            BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one(".paper").get_text().split()
        )

    return text_of


def test_the_slip_says_what_the_citizen_needs(desk: Desk, read: Callable, inside: Callable) -> None:
    with inside() as session:
        code = session.scalars(select(Case.enquiry_code)).one()
    paper = read(f"{desk.slip}/print")
    for said in (
        desk.number,
        f"{code[:5]} {code[5:]}",
        "督促支付占地赔偿款 4.6 万元",
        "信访接处",
        "首接首办：1号窗口 张德良",
        "最迟 2026年12月8日（含）前",
        "《信访工作条例（2022）》第二十二条第一款",
        "不便到中心的，可以打电话 0359-2660000，报事项编号和查询码询问",
        "地址：运城市盐湖区某路 1 号",
    ):
        assert said in paper, said
    assert "139" not in paper.replace(code[:5], "").replace(code[5:], ""), "no personal number on the slip"


def test_the_right_comes_from_the_table_of_time_limits(desk: Desk, read: Callable) -> None:
    rule = deadlines.rule("petition.review_request")
    assert f"对信访处理意见不服的，自{rule.starts_at}起 {rule.amount} 日内，可以请求复查。（{rule.citation}）" in read(
        f"{desk.slip}/print"
    )


def test_a_date_that_has_passed_is_not_promised(desk: Desk, read: Callable) -> None:
    paper = read(f"{desk.slip}/print", at=LATER)
    assert "最迟" not in paper
    assert "法定期限是 2026年12月8日（含），现已超过" in paper


def test_without_a_date_the_slip_says_why(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        other = register(desk.clerk, platform="mediation")
    paper = read(f"{other.slip}/print")
    assert "最迟" not in paper
    assert "因此不写明日期" in paper


@pytest.mark.parametrize(
    ("change", "says"), [("verified = false", "尚在核对"), ("effective_due = NULL", "正在依法暂停计算")]
)
def test_an_unverified_or_paused_period_promises_nothing(
    app: Flask, desk: Desk, read: Callable, change: str, says: str
) -> None:
    with app.app_context(), database.separate_write() as connection:
        connection.execute(text(f"UPDATE clock SET {change}"))
    paper = read(f"{desk.slip}/print")
    assert "最迟" not in paper
    assert "12月8日" not in paper
    assert says in paper


def test_a_provisional_date_says_so(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context(), database.separate_write() as connection:
        connection.execute(text("UPDATE clock SET provisional = true"))
    assert "日期暂定" in read(f"{desk.slip}/print")


def test_paper_does_not_betray_counselling(app: Flask, desk: Desk, read: Callable) -> None:
    with app.app_context():
        helper = hire("xin", Role.COUNSELLOR, platforms=("counselling",), name="辛某")
        other = register(helper, platform="counselling", channel="visit")
    paper = read(f"{other.slip}/print", who="xin")
    assert "心理" not in paper
    assert "综合服务室" in paper


def test_printing_the_slip_is_recorded_and_then_opens_the_dialogue(
    desk: Desk, sign_in: Callable, inside: Callable
) -> None:
    client = sign_in("zhang")
    looked = client.get(f"{desk.slip}/print").get_data(as_text=True)
    assert "data-autoprint" not in looked, "looking is not printing"
    answer = submit(client, f"{desk.slip}/printed", page=f"{desk.slip}/print")
    assert answer.status_code == 303
    assert "data-autoprint" in client.get(answer.headers["Location"]).get_data(as_text=True)
    with inside() as session:
        case = session.scalars(select(Case)).one()
        events = entries(session, f"case:{case.id}", kinds=("slip.printed",))
    assert [event.actor_id for event in events] == [desk.clerk.id]


def test_the_statement_is_ready_to_sign(desk: Desk, read: Callable) -> None:
    paper = read(f"{desk.statement}/print")
    for said in ("接谈笔录", desk.number, "吕德胜", "2 人", WORDS, "1号窗口", "代书人王某", "见证人李某", "2026-11-23 09:00",
                 "以上笔录已向我宣读（本人已阅），与我所述一致", "来访人签名（捺印）：", "代书人签名：", "见证人签名："):  # fmt: skip
        assert said in paper, said


def test_what_is_signed_says_in_full_whose_it_is(desk: Desk, read: Callable) -> None:
    paper = read(f"{desk.statement}/print")
    for value in FULL:
        assert value in paper, value
    assert "*" not in paper


def test_who_may_not_reveal_a_person_gets_the_statement_masked(
    desk: Desk, read: Callable, inside: Callable, app: Flask
) -> None:
    with app.app_context():
        office = hire("jiang", Role.LEADER_OFFICE, name="姜某")
    with inside(), database.write() as session:
        operations.grant(session, session.scalars(select(Case)).one(), f"account:{office.id}", why="test", at=MONDAY)
    assert not office.may(Permission.PERSON_REVEAL)
    paper = read(f"{desk.statement}/print", who="jiang")
    assert "139****0123" in paper
    assert not any(value in paper for value in FULL)
    with inside() as session:
        assert [(row.action, row.reason) for row in accesses(session, 1)] == [("statement.opened", None)]


def test_the_whole_identity_stands_on_no_other_page_of_the_case(desk: Desk, sign_in: Callable) -> None:
    client = sign_in("zhang")
    for address in (f"/cases/{desk.number}", f"{desk.slip}/print"):
        shown = client.get(address).get_data(as_text=True)
        assert not any(value in shown for value in FULL), address


def test_reading_a_statement_is_recorded_before_it_is_shown(desk: Desk, read: Callable, inside: Callable) -> None:
    read(f"{desk.statement}/print")
    with inside() as session:
        looked = [(row.action, row.actor_id, row.reason) for row in accesses(session, desk.clerk.centre_id)]
    assert looked == [("statement.opened", desk.clerk.id, IN_FULL)]


def test_printing_a_statement_is_a_disclosure_of_its_own(desk: Desk, sign_in: Callable, inside: Callable) -> None:
    client = sign_in("zhang")
    answer = submit(client, f"{desk.statement}/printed", page="/account")
    assert FULL[0] in client.get(answer.headers["Location"]).get_data(as_text=True)
    with inside() as session:
        assert [row.action for row in accesses(session, desk.clerk.centre_id)] == ["statement.opened"]


def test_nothing_is_shown_where_the_reading_cannot_be_recorded(
    desk: Desk, sign_in: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("zhang")

    def full(**said: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("portal.trail.operations.note_access", full)
    with pytest.raises(OSError, match="the disk is full"):
        client.get(f"{desk.statement}/print")


def test_printing_a_statement_marks_it(desk: Desk, sign_in: Callable, inside: Callable) -> None:
    client = sign_in("zhang")
    answer = submit(client, f"{desk.statement}/printed", page=f"{desk.statement}/print")
    assert (answer.status_code, "printing" in answer.headers["Location"]) == (303, True)
    with inside() as session:
        assert session.get(Statement, desk.statement_id).printed_at is not None
        case = session.scalars(select(Case)).one()
        assert len(entries(session, f"case:{case.id}", kinds=("statement.printed",))) == 1


def test_a_stranger_finds_no_paper(desk: Desk, sign_in: Callable) -> None:
    stranger = sign_in("wang")
    token_page = "/account"
    for address in (f"{desk.slip}/print", f"{desk.statement}/print", "/cases/YC-2026-999999/slip/print"):
        assert stranger.get(address).status_code == 404
    for address in (f"{desk.slip}/printed", f"{desk.statement}/printed"):
        assert submit(stranger, address, page=token_page).status_code == 404


def test_an_accusation_is_hidden_in_print_too(app: Flask, desk: Desk, sign_in: Callable) -> None:
    with app.app_context():
        hire("liu", Role.CLERK, platforms=("petition",), name="刘某")
        other = register(desk.clerk, purpose="accusation")
    assert sign_in("liu").get(f"{other.slip}/print").status_code == 404
    assert sign_in("zhang").get(f"{other.slip}/print").status_code == 200


def test_a_statement_belongs_to_its_case(app: Flask, desk: Desk, sign_in: Callable) -> None:
    with app.app_context():
        other = register(desk.clerk)
    client = sign_in("zhang")
    assert client.get(f"/cases/{desk.number}/statements/{other.statement_id}/print").status_code == 404
    address = f"/cases/{desk.number}/statements/{other.statement_id}/printed"
    assert submit(client, address, page="/account").status_code == 404


def test_what_was_typed_is_never_markup(app: Flask, desk: Desk, sign_in: Callable) -> None:
    with app.app_context():
        other = register(desk.clerk, demands=("<script>alert(1)</script>",))
    for address in (f"{other.slip}/print", f"{other.statement}/print"):
        assert "<script>alert" not in sign_in("zhang").get(address).get_data(as_text=True)


def test_a_paper_of_an_accusation_is_logged_like_its_page(
    app: Flask, desk: Desk, sign_in: Callable, inside: Callable
) -> None:
    with app.app_context():
        hire("liu", Role.CLERK, platforms=("petition",), name="刘某")
        other = register(desk.clerk, purpose="accusation")
    sign_in("zhang").get(f"{other.slip}/print")
    sign_in("liu").get(f"{other.slip}/print")
    with inside() as session:
        looked = [(row.action, row.refused) for row in reversed(accesses(session, 1))]
    assert looked == [("case.opened", False), ("case.opened", True)]


def test_who_only_reads_sees_neither_the_citizens_code_nor_the_name(app: Flask, desk: Desk, sign_in: Callable) -> None:
    with app.app_context():
        hire("duchashi", Role.SUPERVISOR, name="督查甲")
    reader = sign_in("duchashi")
    assert reader.get(f"{desk.slip}/print").status_code == 403
    paper = reader.get(f"{desk.statement}/print").get_data(as_text=True)
    assert "吕*" in paper
    assert "吕德胜" not in paper
    assert "吕德胜" in sign_in("zhang").get(f"{desk.statement}/print").get_data(as_text=True)
