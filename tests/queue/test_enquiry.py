"""The citizen's page: code and last four in any spelling, plain words and true dates, no subject, no guessing, one rating."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.cases import operations as cases
from portal.cases.models import Case, Clock, Party, Rating
from portal.cases.operations import PersonGiven
from portal.documents.codes import grouped
from portal.organisation.models import Centre, Service
from portal.people import operations as people
from portal.queue import enquiry, throttle
from portal.queue import operations as queue
from portal.queue.estimate import Estimate
from portal.queue.models import Appointment
from portal.queue.operations.appointments import code_hash
from portal.queue.throttle import Throttle
from portal.queue.views import enquiry as enquiry_view
from portal.trail.models import Access, Event
from tests.queue import wall as hall
from tests.queue.wall import MORNING, Wall, later
from tests.support import csrf_token, submit

TAIL = hall.ID_NUMBER[-4:]
SECRETS = (hall.NAME, hall.NAME[0] + "*", hall.ID_NUMBER, hall.PHONE, hall.SUBJECT, "工作人员")


@pytest.fixture
def wall(inside) -> Wall:
    """The small hall in the database."""
    with inside(), database.write() as session:
        return hall.build(session)


@pytest.fixture
def code_of(inside, wall):
    """``code_of(closed=…, …)`` registers a case and returns its enquiry code."""

    def registered(**values: object) -> str:
        with inside(), database.write() as session:
            return hall.case(session, wall, MORNING, **values).enquiry_code

    return registered


@pytest.fixture
def ticket_code(inside, wall):
    """``ticket_code(case=…)`` takes a number, with a case behind it if asked, and returns the slip's code."""

    def taken(*, with_case: bool = False) -> str:
        with inside(), database.write() as session:
            case_id = hall.case(session, wall, MORNING).id if with_case else None
            return hall.ticket(session, wall, MORNING, case_id=case_id).code

    return taken


def ask(client: FlaskClient, code: str, minute: int = 5, path: str = "/enquiry", tail: str = TAIL, **fields: str):
    with clock.frozen(later(minute)):
        answer = submit(
            client, path, "/enquiry", tail=tail, **({"code": code} if path == "/enquiry" else {"key": code, **fields})
        )
    return answer, BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def _person(session, wall: Wall, tail: str):
    phone = f"1390359{tail}"
    return people.find_or_create(session, wall.centre_id, name="另一方", phone=phone, at=MORNING)


def text_of(page: BeautifulSoup) -> str:
    return "".join(page.get_text().split())


def test_a_case_in_plain_words_with_its_legal_date(client, code_of, inside) -> None:
    answer, page = ask(client, code_of())
    assert answer.status_code == 200
    shown = text_of(page.select_one("#standing"))
    with inside() as session:
        case = session.scalars(select(Case)).one()
        last_day = session.scalar(select(Clock.effective_due).where(Clock.key == "petition.dispatch"))
    assert case.number in shown
    assert "信访接处" in shown
    assert "还在办理" in shown
    assert f"最迟{last_day:%Y-%m-%d}（含）" in shown
    assert "信访工作条例" in shown
    assert not any(secret in page.get_text() for secret in SECRETS)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_date_that_has_passed_is_called_so(client, code_of) -> None:
    _, page = ask(client, code_of(), minute=60 * 24 * 40)
    assert "已超过期限" in page.get_text()


def test_a_paused_period_says_that_it_stands_still(client, code_of, inside) -> None:
    code = code_of()
    with inside(), database.write() as session:
        for running in session.scalars(select(Clock)):
            running.effective_due = None
    _, page = ask(client, code)
    assert "期限正在依法暂停计算" in page.get_text()
    assert "最迟" not in page.get_text()
    assert "尚未起算" not in page.get_text()


def test_nothing_is_promised_where_no_period_runs(client, code_of, inside) -> None:
    code = code_of()
    with inside(), database.write() as session:
        for running in session.scalars(select(Clock)):
            running.stopped_at = MORNING
    _, page = ask(client, code)
    assert "最迟" not in page.get_text()
    assert "不作估计" in page.get_text()


@pytest.mark.parametrize(
    "spelling",
    [
        str.lower,
        lambda code: f"  {code[:5]} {code[5:]}  ",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: "".join(chr(ord(letter) + 0xFEE0) for letter in code),
        lambda code: f"{code}\u3000",
    ],
    ids=["small", "spaced", "dashed", "full-width", "ideographic space"],
)
def test_a_code_may_be_spelt_as_people_type(client, code_of, ticket_code, spelling) -> None:
    assert ask(client, spelling(code_of()))[0].status_code == 200
    assert ask(client, spelling(ticket_code()))[0].status_code == 200


@pytest.mark.parametrize(
    "spelling",
    [hall.ID_NUMBER[-4:], hall.PHONE[-4:], " ４５１３ ", "1 2 3 4", hall.PHONE],
    ids=["identity number", "telephone", "full-width", "spaced", "the whole telephone"],
)
def test_the_last_four_of_either_number_open_it(client, code_of, ticket_code, spelling: str) -> None:
    assert ask(client, code_of(), tail=spelling)[0].status_code == 200
    assert ask(client, ticket_code(), tail=spelling)[0].status_code == 200


def test_an_identity_number_that_ends_in_x(client, inside, wall) -> None:
    number = "11010519491231002X"
    with inside(), database.write() as session:
        code = hall.ticket(session, wall, MORNING, person=PersonGiven("王某", number)).code
    for spelling in ("002X", "002x", "００２Ｘ"):
        assert ask(client, code, tail=spelling)[0].status_code == 200, spelling
    assert ask(client, code, tail="1002")[0].status_code == 422


def test_a_landline_with_an_extension(client, inside, wall) -> None:
    with inside(), database.write() as session:
        code = hall.ticket(session, wall, MORNING, person=PersonGiven("王某", phone="0359-2222345-801")).code
    assert ask(client, code, tail="2345")[0].status_code == 200
    assert ask(client, code, tail="5801")[0].status_code == 422


@pytest.mark.parametrize("tail", ["", "9999", "123", "x", "<b>", "吕守信", "4513' OR 1=1"])
def test_a_wrong_pair_answers_like_an_unknown_code(client, code_of, ticket_code, tail: str, inside) -> None:
    answers = []
    for code in (code_of(), ticket_code(), "WRONGCODE9"):
        answer, page = ask(client, code, tail=tail)
        assert answer.status_code == 422
        assert page.select("#standing") == []
        answers.append(page.select_one(".field-error").text)
    assert len(set(answers)) == 1, "the answer tells whether the code was right"
    with inside() as session:
        assert len(session.scalars(select(Access)).all()) == 3


def test_a_wrong_tail_is_slowed_down_as_a_wrong_code_is(client, code_of) -> None:
    code = code_of()
    for number in range(throttle.BURST):
        assert ask(client, code, tail=f"000{number}")[0].status_code == 422
    assert ask(client, code)[0].status_code == 429


@pytest.mark.parametrize("tail", ["", "1234"])
def test_where_nothing_was_given_the_code_alone_opens_it(client, inside, wall, tail: str) -> None:
    with inside(), database.write() as session:
        nameless = hall.ticket(session, wall, MORNING, person=None).code
        named = hall.ticket(session, wall, MORNING, person=PersonGiven("只留姓名")).code
    assert ask(client, nameless, tail=tail)[0].status_code == 200
    assert ask(client, named, tail=tail)[0].status_code == 200


def test_a_nameless_number_is_guarded_by_who_brought_its_matter(client, inside, wall) -> None:
    with inside(), database.write() as session:
        made = hall.case(session, wall, MORNING)
        session.add(
            Party(case_id=made.id, name="某单位", role="respondent", person_id=_person(session, wall, "8888").id)
        )
        code = hall.ticket(session, wall, MORNING, person=None, case_id=made.id).code
    assert ask(client, code, tail="")[0].status_code == 422
    assert ask(client, code, tail="8888")[0].status_code == 422, "the other side opened it"
    assert ask(client, code)[0].status_code == 200


def test_a_rating_needs_the_tail_too(client, code_of, inside) -> None:
    code = code_of(closed=True)
    answer, page = ask(client, code, path="/enquiry/rating", tail="0000", score="unsatisfied")
    assert answer.status_code == 422
    assert enquiry_view.UNKNOWN in page.get_text()
    with inside() as session:
        assert session.scalars(select(Rating)).all() == []
    assert ask(client, code, path="/enquiry/rating", score="fair")[0].status_code == 303


def test_who_waits_is_told_how_many_are_ahead_and_where_to_sit(client, inside, wall) -> None:
    with inside(), database.write() as session:
        for minute in range(3):
            code = hall.ticket(session, wall, later(minute)).code
    shown = text_of(ask(client, code)[1].select_one("#standing"))
    assert "前面还有2人" in shown
    assert "请在一楼等候" in shown
    assert "分钟" not in shown, "nobody was served today: there is nothing to estimate from"


def test_the_estimate_is_told_with_its_error(client, inside, wall, monkeypatch) -> None:
    monkeypatch.setattr(enquiry.estimate, "for_ticket", lambda *_: Estimate(20 * 60, 5 * 60))
    with inside(), database.write() as session:
        code = hall.ticket(session, wall, MORNING).code
    assert "约 15–25 分钟" in ask(client, code)[1].get_text()


def test_a_number_that_came_of_an_appointment_says_so(client, inside, wall) -> None:
    with inside(), database.write() as session:
        booked = Appointment(centre_id=wall.centre_id, service_id=wall.service_id, day=MORNING.date(), slot=600, note="",
                             source="phone", code="X", code_hash="x", booked_by=wall.greeter.id, booked_at=MORNING)  # fmt: skip
        session.add(booked)
        session.flush()
        code = hall.ticket(session, wall, MORNING, appointment=booked).code
    assert "预约时间：2026-11-23 10:00" in ask(client, code)[1].get_text()


def test_yesterdays_number_no_longer_waits(client, ticket_code) -> None:
    shown = ask(client, ticket_code(), minute=60 * 24)[1].get_text()
    assert "已经过期" in shown
    assert "正在等候" not in shown
    assert "前面还有" not in shown


@pytest.mark.parametrize(
    "wrong",
    ["", "   ", "A", "0" * 39, "x" * 10_000, "<script>alert(1)</script>", "😀😀", "'; DROP TABLE ticket; --", "吕守信"],
)
def test_a_wrong_code_gets_a_sentence_beside_the_field_and_stays(client, wall, wrong: str) -> None:
    answer, page = ask(client, wrong)
    assert answer.status_code == 422
    assert page.select_one(".field-error").text.endswith("。")
    assert page.select_one("input[name=code]")["value"] == wrong
    assert page.select("#standing") == []


def test_a_wrong_code_is_recorded_without_the_code(client, wall, inside) -> None:
    ask(client, "WRONGCODE9")
    with inside() as session:
        row = session.scalars(select(Access)).one()
        assert (row.action, row.refused, row.actor_id, row.address) == ("enquiry.code", True, None, "127.0.0.1")
        assert row.reason is None
        assert "WRONGCODE9" not in row.subject


def test_guessing_is_slowed_down_and_right_codes_are_not(client, code_of) -> None:
    code = code_of()
    for _ in range(throttle.BURST * 2):
        assert ask(client, code)[0].status_code == 200
    for _ in range(throttle.BURST):
        assert ask(client, "WRONGCODE9")[0].status_code == 422
    answer, page = ask(client, code)
    assert answer.status_code == 429
    assert "稍等" in page.get_text()
    assert ask(client, code, minute=6)[0].status_code == 200


def test_addresses_are_slowed_down_one_by_one_and_forgotten(monkeypatch) -> None:
    monkeypatch.setattr(throttle, "MOST_ADDRESSES", 3)
    slow = Throttle()
    for number in range(20):
        for _ in range(throttle.BURST):
            slow.failed(f"10.0.0.{number}", MORNING + timedelta(hours=number))
    assert not slow.allows("10.0.0.19", MORNING + timedelta(hours=19))
    assert slow.allows("10.0.0.18", MORNING + timedelta(hours=19))
    assert len(slow._spent) <= 3


def test_a_number_of_the_queue(client, ticket_code, inside, wall) -> None:
    code = ticket_code()
    assert "正在等候叫号" in ask(client, code)[1].get_text()
    with inside(), database.write() as session:
        ticket = queue.call_next(session, wall.clerk, at=MORNING)
    page = ask(client, code)[1]
    assert "请到3号窗口" in text_of(page)
    assert ticket.number in page.get_text()
    assert "没有登记事项" in page.get_text()
    assert not any(secret in page.get_text() for secret in SECRETS)


def test_the_slip_of_the_queue_also_opens_its_matter(client, ticket_code, inside) -> None:
    page = ask(client, ticket_code(with_case=True))[1]
    with inside() as session:
        assert session.scalar(select(Case.number)) in page.get_text()


def test_an_accusation_says_only_that_it_is_kept(client, code_of, inside) -> None:
    _, page = ask(client, code_of(purpose="accusation"))
    shown = page.select_one("#standing").get_text()
    assert "保密" in shown
    assert "信访接处" not in shown
    assert "最迟" not in shown


def test_counselling_inside_a_matter_keeps_its_neutral_name(client, code_of, inside, wall) -> None:
    code = code_of()
    with inside(), database.write() as session:
        case = session.scalars(select(Case)).one()
        cases.open_proceeding(session, wall.counsellor, case, "counselling", at=MORNING)
    shown = ask(client, code)[1].get_text()
    assert "综合服务室：进行中" in shown
    assert "心理" not in shown


def test_rating_by_code_once_the_matter_is_closed(client, code_of, inside) -> None:
    code = code_of(closed=True)
    page = ask(client, code)[1]
    form = page.select_one('form[action="/enquiry/rating"]')
    assert form.select_one("input[name=csrf_token]")
    assert form.select_one("input[name=key]")["value"] == code
    answer, page = ask(client, code, path="/enquiry/rating", score="", words="再想想")
    assert answer.status_code == 422
    assert "请选择一项" in page.get_text()
    assert page.select_one("textarea[name=words]").text.strip() == "再想想"
    assert ask(client, code, path="/enquiry/rating", score="fair", words="还行")[0].status_code == 303
    assert "感谢您的评价" in client.get("/enquiry").get_data(as_text=True)
    answer, page = ask(client, code, path="/enquiry/rating", score="unsatisfied")
    assert answer.status_code == 409
    assert "已经评价过了" in page.get_text()
    assert "您的评价：基本满意" in ask(client, code)[1].get_text()
    with inside() as session:
        rating = session.scalars(select(Rating)).one()
        assert (rating.score, rating.words, rating.source) == ("fair", "还行", "slip")
        assert session.scalars(select(Event.actor_id).where(Event.kind == "case.rated")).all() == [None]


def test_an_open_matter_is_not_rated(client, code_of, inside) -> None:
    code = code_of()
    assert not ask(client, code)[1].select('form[action="/enquiry/rating"]')
    answer, page = ask(client, code, path="/enquiry/rating", score="satisfied")
    assert answer.status_code == 409
    assert "还没有办结" in page.get_text()
    with inside() as session:
        assert session.scalars(select(Rating)).all() == []


def test_staff_cannot_fill_the_rating_in(code_of, sign_in, inside) -> None:
    code = code_of(closed=True)
    with clock.frozen(later(5)):
        clerk = sign_in("clerk")
        assert not ask(clerk, code)[1].select('form[action="/enquiry/rating"]')
        token = csrf_token(clerk, "/enquiry")
        answer = clerk.post("/enquiry/rating", data={"csrf_token": token, "key": code, "score": "satisfied"})
    assert answer.status_code == 403
    assert "群众本人" in answer.get_data(as_text=True)
    with inside() as session:
        assert session.scalars(select(Rating)).all() == []


def test_a_rating_needs_the_forms_token(client, code_of, inside) -> None:
    assert client.post("/enquiry/rating", data={"key": code_of(closed=True), "score": "satisfied"}).status_code == 400
    with inside() as session:
        assert session.scalars(select(Rating)).all() == []


def test_codes_are_normalised_to_what_was_given_out() -> None:
    assert enquiry.normal(" ab-c１２ Ｄ\u3000") == "ABC12D"
    assert enquiry.normal("吕😀") == ""


def test_the_page_takes_the_code_of_any_paper_and_waits_for_it(client, wall, code_of) -> None:
    page = BeautifulSoup(client.get("/enquiry").get_data(as_text=True), "html.parser")
    field = page.select_one("input[name=code]")
    assert field.has_attr("autofocus")
    assert "小票或告知单上的查询码、预约码都可以" in page.select_one(f"#{field['aria-describedby']}").text
    answered = ask(client, code_of())[1].select_one("input[name=code]")
    assert not answered.has_attr("autofocus"), "the answer stands above the field and must not scroll away"


def test_the_slip_of_the_queue_spells_its_code_as_the_papers_of_a_case_do(sign_in, inside, wall) -> None:
    with inside(), database.write() as session:
        taken = hall.ticket(session, wall, MORNING)
        ticket_id, code = taken.id, taken.code
        centre = session.get(Centre, wall.centre_id)
        centre.telephone, centre.address = "0359-2000000", "河东大道 1 号"
    with clock.frozen(later(5)):
        answer = sign_in("greeter").get(f"/queue/tickets/{ticket_id}/slip")
        paper = BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one(".paper")
    assert paper.select_one(".slip-code").text == f"{code[:5]} {code[5:]}" == grouped(code)
    for said in ("小票查询码", "电话：0359-2000000", "地址：河东大道 1 号"):
        assert said in paper.text, said


def test_the_slip_of_the_queue_is_silent_about_what_is_not_configured(sign_in, inside, wall) -> None:
    with inside(), database.write() as session:
        ticket_id = hall.ticket(session, wall, MORNING).id
    with clock.frozen(later(5)):
        shown = sign_in("greeter").get(f"/queue/tickets/{ticket_id}/slip").get_data(as_text=True)
    assert "小票查询码" in shown
    assert "电话：" not in shown
    assert "地址：" not in shown


@pytest.fixture
def promised(inside, wall):
    """``promised(…)`` books ten o'clock tomorrow for the petitioner of the hall; the code, as it stands on the paper."""

    def booked(**changes: object) -> str:
        with inside(), database.write() as session:
            person = people.find_or_create(
                session, wall.centre_id, name=hall.NAME, id_number=hall.ID_NUMBER, phone=hall.PHONE, at=MORNING
            )
            values = {"service_id": wall.service_id, "day": later(24 * 60).date(), "slot": 600, "person_id": person.id}
            session.add(Appointment(centre_id=wall.centre_id, note=hall.SUBJECT, source="phone", code="HK3M8PQ2XA",
                                    code_hash=code_hash("HK3M8PQ2XA"), booked_by=wall.greeter.id, booked_at=MORNING,
                                    **values | changes))  # fmt: skip
        return "hk3m 8pq2-xa"

    return booked


def test_the_code_of_an_appointment_tells_when_where_and_how_to_change_it(client, promised, inside, wall) -> None:
    code = promised()
    with inside(), database.write() as session:
        session.get_one(Centre, wall.centre_id).telephone = "0359-2222222"
        area = session.get_one(Service, wall.service_id).area
    answer, page = ask(client, code)
    assert answer.status_code == 200
    shown = text_of(page.select_one("#standing"))
    assert "预约：11月24日星期二10:00" in shown
    assert f"地点：{area}。" in shown
    assert "要改时间或者取消，请打电话0359-2222222，或到导引台，说明预约码。" in shown
    assert [secret for secret in SECRETS if secret in answer.get_data(as_text=True)] == []
    assert "没有登记事项" not in shown
    assert page.select("[name=score]") == []


@pytest.mark.parametrize(
    ("changes", "says", "changeable"),
    [
        ({"state": "cancelled"}, "已经取消", False),
        ({"state": "missed"}, "已经过去", False),
        ({"day": (MORNING - timedelta(days=1)).date()}, "已经过去", False),
        ({"day": MORNING.date(), "slot": 9 * 60}, "签到", False),
        ({}, "签到", True),
    ],
)
def test_an_appointment_that_can_no_longer_be_changed_offers_no_change(client, promised, changes, says, changeable):
    shown = text_of(ask(client, promised(**changes))[1].select_one("#standing"))
    assert (says in shown, "要改时间" in shown) == (True, changeable)


def test_an_appointment_checked_in_names_its_number(client, promised, inside, wall) -> None:
    code = promised(state="arrived")
    with inside(), database.write() as session:
        number = hall.ticket(session, wall, MORNING, appointment=session.scalars(select(Appointment)).one()).number
    assert f"号码是{number}" in text_of(ask(client, code)[1].select_one("#standing"))


def test_an_appointment_asks_for_the_last_four_and_guessing_it_costs_a_try(client, promised, inside) -> None:
    code = promised()
    wrong, page = ask(client, code, tail="0000")
    assert (wrong.status_code, enquiry_view.UNKNOWN in page.get_text()) == (422, True)
    with inside() as session:
        assert session.scalars(select(Access.action)).all() == ["enquiry.code"]
    for _ in range(throttle.BURST):
        ask(client, code, tail="0000")
    assert ask(client, code)[0].status_code == 429


def test_where_an_appointment_has_neither_number_the_code_alone_opens_it(client, promised) -> None:
    assert ask(client, promised(person_id=None), tail="")[0].status_code == 200
