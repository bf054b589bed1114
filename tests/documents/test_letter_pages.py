"""The pages of letters: what is typed stays, what is refused is told beside its field, and the walls hold on every address."""

import io
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal import clock, database
from portal.access.permissions import Role
from portal.cases import operations as cases
from portal.documents.letters import operations
from portal.documents.letters.models import Letter
from portal.trail.queries import accesses, entries
from tests.cases.desk import counted, errors_of, html, post
from tests.documents import letters
from tests.documents.letters import DEMAND, FACTS, NAME, Organ, act, drafted, sealed
from tests.staff import MONDAY, hire
from tests.support import csrf_token, submit

BIG = 60_000


@pytest.fixture
def organ(app: Flask) -> Organ:
    """The bureau and its petition, the clock held on its Monday."""
    with clock.frozen(MONDAY):
        with app.app_context():
            made = letters.found_organ()
        yield made


@pytest.fixture
def people(organ: Organ, sign_in: Callable) -> Callable:
    """``people("drafter")`` is that person's browser."""
    known: dict = {}

    def of(name: str):
        if name not in known:
            known[name] = sign_in(name)
        return known[name]

    return of


def text_of(answer) -> str:
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text().split())


def address(organ: Organ, letter_id: int | str = "", rest: str = "") -> str:
    return "/".join(part for part in (f"/cases/{organ.number}/letters", str(letter_id), rest) if part)


def press(client, organ: Organ, letter_id: int, code: str, **fields):
    """The button (or the little form) of one act, as the page gives it."""
    page = html(client.get(address(organ, letter_id)))
    version = page.select_one('input[name="version"]')
    given = {"version": version["value"]} if version else {}
    return submit(client, address(organ, letter_id, f"acts/{code}"), "/account", **given | fields)


def test_from_the_case_page_to_the_archive(organ: Organ, people: Callable, inside: Callable) -> None:
    letters_of_case = address(organ)
    page = people("drafter").get(f"/cases/{organ.number}").get_data(as_text=True)
    assert f'hx-get="{letters_of_case}"' in page
    with inside():
        letters.bring_to(organ.number, organ.clerk, "handling")
    new = address(organ, "new", "opinion")
    form = html(people("drafter").get(new))
    assert form.select_one('[name="request"]').get_text(strip=True) == DEMAND, (
        "what the record knows is not typed again"
    )
    answer = submit(
        people("drafter"), new, issuer=form.select_one('[name="issuer"] option')["value"], **FACTS["opinion"]
    )
    assert answer.status_code == 303
    letter_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert "预览" in text_of(people("drafter").get(answer.headers["Location"]))
    assert "不得送达" in text_of(people("drafter").get(address(organ, letter_id, "print")))
    for who, code in (
        ("drafter", "submit"),
        ("checker", "check"),
        ("bureauhead", "sign"),
        ("checker", "number"),
        ("checker", "seal"),
    ):
        assert "待我" in text_of(people(who).get(letters_of_case)), code
        assert "信访处理意见书" in text_of(people(who).get("/letters")), code
        assert press(people(who), organ, letter_id, code).status_code == 303, code
    printed = text_of(people("drafter").get(address(organ, letter_id, "print")))
    assert "运自然资信〔2026〕1号" in printed
    assert "不得送达" not in printed
    served = submit(
        people("drafter"), address(organ, letter_id, "serve"), method="direct", outcome="received",
        served_on="2026-11-23", recipient=NAME, version=version_of(inside, letter_id),
    )  # fmt: skip
    assert served.status_code == 303
    case = text_of(people("drafter").get(f"/cases/{organ.number}"))
    assert "信访人请求复查" in case
    assert "2026-12-23" in case
    assert "送达《信访处理意见书》运自然资信〔2026〕1号" in case
    receipt = text_of(people("drafter").get(address(organ, letter_id, "receipt/print")))
    assert "2026年11月23日" in receipt
    assert press(people("drafter"), organ, letter_id, "archive").status_code == 303
    assert "已归档" in text_of(people("drafter").get(letters_of_case))


def version_of(inside: Callable, letter_id: int) -> int:
    with inside() as session:
        return session.scalar(select(Letter.version).where(Letter.id == letter_id))


def test_what_is_missing_is_told_beside_it_and_what_was_typed_stays(organ: Organ, people: Callable, inside) -> None:
    new = address(organ, "new", "extension")
    typed = FACTS["extension"] | {"extended_due": "2027-08-10", "why": "等待<b>凭证</b>", "approved_on": "2026-02-30"}
    issuer = html(people("drafter").get(new)).select_one('[name="issuer"] option')["value"]
    answer = submit(people("drafter"), new, issuer=issuer, **typed)
    assert answer.status_code == 422
    assert "日期不存在" in errors_of(answer, "letter-approved_on")
    answer = submit(people("drafter"), new, issuer=issuer, **typed | {"approved_on": "2026-11-23"})
    assert answer.status_code == 422
    assert "不得超过 30 日" in errors_of(answer, "letter-extended_due")
    page = html(answer)
    assert page.select_one('[name="extended_due"]')["value"] == "2027-08-10"
    assert page.select_one('[name="why"]').get_text(strip=True) == "等待<b>凭证</b>"
    with inside() as session:
        assert session.scalars(select(Letter.id)).all() == []


@pytest.mark.parametrize("issuer", ["", "0", "999999", "-1", "abc", "²"])
def test_an_issuer_that_was_not_offered_is_refused(organ: Organ, people: Callable, issuer: str) -> None:
    answer = submit(people("drafter"), address(organ, "new", "acceptance"), issuer=issuer, **FACTS["acceptance"])
    assert answer.status_code == 422
    assert errors_of(answer, "letter-issuer")


def test_where_no_organ_is_known_the_page_says_why(organ: Organ, people: Callable, inside: Callable) -> None:
    with inside(), database.write() as session:
        number = cases.register(session, organ.clerk, letters.given(competent_unit_id=None), at=MONDAY).number
    new = f"/cases/{number}/letters/new/opinion"
    shown = people("clerk").get(new)
    assert "有权处理单位未定" in text_of(shown)
    assert html(shown).select_one("#letter-form form") is None
    assert submit(people("clerk"), new, "/account", **FACTS["opinion"]).status_code == 422


def test_a_letter_of_a_procedure_that_is_not_there_is_not_offered_to_type(
    organ: Organ, people: Callable, inside: Callable
) -> None:
    with inside():
        mediator = hire("mediator", Role.MEDIATOR, platforms=("mediation",), unit=letters.OFFICE, name="调解辛")
        with database.write() as session:
            number = cases.register(session, mediator, letters.given(platform="mediation"), at=MONDAY).number
    shown = people("mediator").get(f"/cases/{number}/letters/new/referral")
    assert "没有可以出具“转送函”的程序" in text_of(shown)
    assert html(shown).select_one("#letter-form form") is None
    assert html(people("mediator").get(f"/cases/{number}/letters/new/settlement")).select_one("#letter-form form")


def test_a_refused_act_answers_in_chinese_and_changes_nothing(organ: Organ, people: Callable, inside: Callable) -> None:
    with inside():
        letter_id = drafted(organ, "acceptance")
        act(organ.drafter, letter_id, "submit")
    version = version_of(inside, letter_id)
    answer = submit(people("drafter"), address(organ, letter_id, "acts/check"), "/account", version=version)
    assert answer.status_code == 422
    assert "您参与了拟稿" in text_of(answer)
    stale = submit(people("checker"), address(organ, letter_id, "acts/check"), "/account", version=version - 1)
    assert stale.status_code == 409
    assert "已有变化" in text_of(stale)
    assert version_of(inside, letter_id) == version
    back = submit(people("checker"), address(organ, letter_id, "acts/return"), "/account", version=version, why="")
    assert back.status_code == 422
    assert "请写明理由" in errors_of(back, "act-why")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"method": "direct", "outcome": "received", "served_on": "2026-11-23"}, "serve-recipient"),
        ({"method": "direct", "outcome": "refused", "served_on": "2026-11-23"}, "serve-witness"),
        ({"method": "direct", "outcome": "received", "served_on": "2026-11-20", "recipient": NAME}, "serve-served_on"),
        ({"method": "direct", "outcome": "received", "served_on": "2026-11-31", "recipient": NAME}, "serve-served_on"),
        ({"method": "pigeon", "outcome": "received", "served_on": "2026-11-23"}, "serve-method"),
    ],
)
def test_a_service_that_proves_nothing_is_not_recorded(
    organ: Organ, people: Callable, inside: Callable, fields: dict, where: str
) -> None:
    with inside():
        letter_id = sealed(organ, "acceptance")
    version = version_of(inside, letter_id)
    answer = submit(people("drafter"), address(organ, letter_id, "serve"), version=version, **fields)
    assert answer.status_code == 422
    assert errors_of(answer, where)
    assert version_of(inside, letter_id) == version


def test_printing_and_taking_the_docx_are_events_and_looking_is_logged(
    organ: Organ, people: Callable, inside: Callable
) -> None:
    with inside():
        letter_id = sealed(organ, "acceptance")
    client = people("drafter")
    before = text_of(client.get(address(organ, letter_id, "print")))
    printed = submit(client, address(organ, letter_id, "printed/letter"), "/account")
    assert printed.headers["Location"].endswith(f"{letter_id}/print?printing=1")
    assert "data-autoprint" in client.get(printed.headers["Location"]).get_data(as_text=True)
    taken = submit(client, address(organ, letter_id, "docx"), "/account")
    document = docx.Document(io.BytesIO(taken.get_data()))
    words = [p.text for p in document.paragraphs if p.text]
    assert "受理告知书" in words
    assert all(word in before for word in words)
    with inside() as session:
        row = letters.letter(session, letter_id)
        events = [e for e in entries(session, f"case:{row.case_id}") if e.kind == "letter.printed"]
        assert [e.data["what"] for e in events] == ["letter", "docx"]
        looked = [a.subject for a in accesses(session, organ.clerk.centre_id) if a.action == "letter.opened"]
    assert f"letter:{letter_id}" in looked


def test_strangers_readers_and_other_cases_find_nothing(
    organ: Organ, people: Callable, inside: Callable, sign_in
) -> None:
    with inside():
        letter_id = sealed(organ, "acceptance")
        hire("stranger", Role.HANDLER, platforms=("legal_aid",), unit="市司法局", name="外人")
        hire("delegate", Role.DELEGATE, name="代表")
        with database.write() as session:
            other = cases.register(session, organ.clerk, letters.given(), at=MONDAY).number
    stranger = sign_in("stranger")
    for rest in ("", "print", "receipt/print", "edit", "serve", "acts/archive"):
        assert stranger.get(address(organ, letter_id, rest)).status_code == 404, rest
        assert people("clerk").get(f"/cases/{other}/letters/{letter_id}/{rest}".rstrip("/")).status_code == 404, rest
    assert stranger.get(address(organ)).status_code == 404
    assert submit(stranger, address(organ, letter_id, "docx"), "/account").status_code == 404
    assert sign_in("delegate").get(address(organ, letter_id)).status_code == 403
    for missing in (0, 10**30):
        assert people("clerk").get(address(organ, missing)).status_code == 404
    assert people("clerk").get(address(organ, "new", "no-such-letter")).status_code == 404
    assert people("clerk").get(address(organ, letter_id, "acts/no-such-act")).status_code == 404


def test_a_counsellors_letter_is_nowhere_for_others(organ: Organ, people: Callable, inside: Callable, sign_in) -> None:
    with inside():
        counsellor = hire("counsellor", Role.COUNSELLOR, platforms=("counselling",), name="咨询师")
        with database.write() as session:
            case = letters.case_of(session, organ.number)
            cases.grant(session, case, cases.account_scope(counsellor.id), why="接待", at=MONDAY)
            cases.open_proceeding(session, counsellor, case, "counselling", at=MONDAY)
            letter_id = operations.draft(
                session, counsellor, case, "authorisation", facts=FACTS["authorisation"], issuer_unit_id=None, at=MONDAY
            ).id
    assert "授权委托书" in text_of(sign_in("counsellor").get(address(organ)))
    assert "授权委托书" not in text_of(people("clerk").get(address(organ)))
    assert people("clerk").get(address(organ, letter_id)).status_code == 404
    assert "授权委托书" not in text_of(people("clerk").get(f"/cases/{organ.number}"))


def test_pages_stay_small_and_ask_a_bounded_number_of_questions(
    app: Flask, organ: Organ, people: Callable, inside: Callable
) -> None:
    with inside():
        first = sealed(organ, "acceptance")
    addresses = [address(organ), "/letters", address(organ, first), address(organ, first, "print")]
    client = people("checker")

    def asked() -> list[int]:
        counts = []
        for each in addresses:
            client.get(each)
            with counted(app) as sent:
                answer = client.get(each)
            assert answer.status_code == 200
            assert len(answer.get_data()) < BIG, each
            counts.append(len(sent))
        return counts

    few = asked()
    with inside():
        for _ in range(6):
            sealed(organ, "acceptance")
    assert asked() == few
    assert max(few) <= 16


def test_words_are_set_by_the_administrator_alone(organ: Organ, people: Callable, inside: Callable, sign_in) -> None:
    with inside() as session:
        hire("sysadmin", Role.SYSTEM_ADMIN, name="系统甲")
        unit_id, other = letters.unit(session, "市公安局").id, letters.unit(session, letters.OFFICE).id
    admin = sign_in("sysadmin")
    assert "运信访" in text_of(admin.get("/letters/words"))
    assert "运城市公安局" in text_of(admin.get("/letters/words?q=公安"))
    assert submit(admin, f"/letters/words/{unit_id}", kind="department", word="运公信").status_code == 303
    assert "运公信" in text_of(admin.get("/letters/words"))
    taken = submit(admin, f"/letters/words/{other}", kind="petition", word="运公信")
    assert taken.status_code == 422
    assert "已由其他机关" in errors_of(taken, "word-word")
    assert submit(admin, f"/letters/words/{unit_id}", kind="petition", word="长" * 21).status_code == 422
    assert people("clerk").get("/letters/words").status_code == 403
    refused = people("clerk").post(
        f"/letters/words/{unit_id}", data={"csrf_token": csrf_token(people("clerk"), "/account"), "word": "私设"}
    )
    assert refused.status_code == 403


def due(page) -> list[str]:
    """The letters that the case's section of letters says are to be drafted now."""
    return [link.get_text() for link in page.select("#letters-due a")]


def test_each_step_offers_its_letters_until_they_are_drafted(organ: Organ, people: Callable, inside: Callable) -> None:
    clerk = people("clerk")
    page = html(clerk.get(f"/cases/{organ.number}"))
    refer = next(link["href"] for link in page.select("#proceedings a") if "转送" in link.get_text())
    assert due(html(clerk.get(address(organ)))) == [], "nothing was done yet"
    with inside():
        version = letters.proceeding_of(database.db.session, organ.number).version
    panel = post(clerk, refer, part=True, unit="运城市自然资源和规划局", version=version)
    said = html(panel).select_one(".notice-success")
    assert [link["href"] for link in said.select("a")] == [
        address(organ, "new", kind) for kind in ("referral", "whereabouts")
    ]
    assert due(html(clerk.get(address(organ)))) == ["拟转送函…", "拟转送去向告知单…"]
    form = html(clerk.get(address(organ, "new", "whereabouts")))
    assert form.select_one('[name="unit"]')["value"] == "运城市自然资源和规划局"
    assert form.select_one('[name="act"][checked]')["value"] == "refer"
    assert form.select_one('[name="sent_on"]')["value"] == "2026-11-23"
    with inside():
        drafted(organ, "referral", organ.clerk, issuer=letters.OFFICE)
    assert due(html(clerk.get(address(organ)))) == ["拟转送去向告知单…"], "what is drafted is asked for no more"
    with inside():
        letters.step(organ.clerk, organ.number, "receive", received_on="2026-11-23", proof="receipt")
    assert due(html(clerk.get(address(organ)))) == ["拟受理告知书…"]
    assert due(html(people("leader").get(address(organ)))) == [], "who only reads drafts nothing"


def test_numbers_are_not_torn_apart_on_paper(organ: Organ, people: Callable, inside: Callable) -> None:
    with inside():
        letter_id = drafted(organ, "review_receipt", issuer=None)
    page = html(people("drafter").get(address(organ, letter_id, "print")))
    assert [whole.get_text() for whole in page.select(".letter-whole")] == ["〔2026〕1号", organ.number]


def test_a_letter_that_took_the_step_is_not_asked_for_again(organ: Organ, people: Callable, inside: Callable) -> None:
    with inside():
        letters.bring_to(organ.number, organ.clerk, "handling")
        given = drafted(organ, "opinion")
    with inside(), clock.frozen(letters.after(1)):
        for by, code in (
            (organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign"),
            (organ.checker, "number"), (organ.checker, "seal"),
        ):  # fmt: skip
            act(by, given, code, letters.after(1))
    with inside() as session:
        assert letters.proceeding_of(session, organ.number).state == "opinion", "taken a day after the draft"
    assert due(html(people("drafter").get(address(organ)))) == []


def test_a_closing_report_is_asked_for_only_where_somebody_wants_one(
    organ: Organ, people: Callable, inside: Callable
) -> None:
    with inside():
        letters.bring_to(organ.number, organ.clerk, "handling")
        letters.serve(organ.drafter, sealed(organ, "opinion"))
    assert due(html(people("drafter").get(address(organ)))) == [], "转送 asks nothing back"
    with inside():
        with database.write() as session:
            bureau = letters.unit(session, letters.BUREAU).id
            case = cases.register(session, organ.clerk, letters.given(competent_unit_id=bureau), at=MONDAY)
            wanted = replace(organ, number=case.number)
        letters.step(organ.clerk, wanted.number, "assign", unit="运城市自然资源和规划局", report_by="2026-12-31")
        letters.step(organ.clerk, wanted.number, "receive", received_on="2026-11-23", proof="receipt")
        letters.step(organ.clerk, wanted.number, "notify", notified_on="2026-11-23", notified_how="served")
        letters.step(organ.clerk, wanted.number, "handle", accepted_on="2026-11-23", not_one_to_five=True)
        letters.serve(organ.drafter, sealed(wanted, "opinion"))
    assert due(html(people("drafter").get(address(wanted)))) == ["拟办结报告…"]


def test_an_organs_kind_decides_who_issues(organ: Organ, people: Callable, inside: Callable, sign_in) -> None:
    with inside() as session:
        hire("sysadmin", Role.SYSTEM_ADMIN, name="系统甲")
        place = letters.unit(session, "市公安局").id
    admin, new = sign_in("sysadmin"), address(organ, "new", "referral")
    assert "运城市公安局" not in text_of(people("clerk").get(new)), "no 信访部门"
    refused = submit(admin, f"/letters/words/{place}", kind="", word="")
    assert refused.status_code == 422
    assert "请选择机关类别" in errors_of(refused, "word-kind")
    assert submit(admin, f"/letters/words/{place}", kind="petition", word="").status_code == 303
    assert "运城市公安局" in text_of(people("clerk").get(new))
    with inside() as session:
        events = entries(session, "centre:1", kinds=("unit.kind_set",))
        assert [entry.data for entry in events] == [{"unit_id": place, "from": "department", "to": "petition"}]
    assert submit(admin, f"/letters/words/{place}", kind="petition", word="运公信").status_code == 303
    kept = submit(admin, f"/letters/words/{place}", kind="department", word="")
    assert kept.status_code == 303
    assert "运公信" in text_of(admin.get("/letters/words")), "a word is changed, never taken away"
