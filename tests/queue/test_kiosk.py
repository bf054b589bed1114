"""The kiosk: two touches to a number, one number for one form, plain words where there is none, and no trace of who was there."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from portal import clock, database
from portal.cases.models import Rating
from portal.keys import ring
from portal.organisation.models import Centre, Closure, OpeningHours, Service
from portal.people import operations as people
from portal.people.models import Person
from portal.queue import kiosk, operations, screens, throttle
from portal.queue.estimate import Estimate
from portal.queue.models import Appointment, Screen, Ticket
from portal.queue.operations import Refused, appointments
from portal.queue.operations.tickets import NAMELESS
from portal.queue.views import enquiry as enquiries
from portal.trail.models import Access, Event
from tests.queue import wall
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, Hall, later
from tests.support import csrf_token

ID_NUMBER = "142701197803124517"
GENERAL = 9


@pytest.fixture
def paired_as(app: Flask, house: Hall, inside: Callable) -> Callable[[str], FlaskClient]:
    """``paired_as("kiosk")`` is the browser of a device that an administrator approved as that."""

    def paired(kind: str) -> FlaskClient:
        token = f"token-{kind}"
        with inside(), database.write() as session:
            session.add(
                Screen(centre_id=1, kind=kind, name="一号机", pairing_code="ACDEFG", asked_at=MORNING, approved_at=MORNING,
                       token_hash=ring.digest("screen", token))
            )  # fmt: skip
        client = app.test_client()
        client.set_cookie(screens.COOKIE, token)
        return client

    return paired


@pytest.fixture
def machine(paired_as) -> FlaskClient:
    """The kiosk at the entrance."""
    return paired_as("kiosk")


@pytest.fixture
def change(inside: Callable) -> Callable[..., None]:
    """``change(Service, VISIT, quota=1)`` sets columns of a row; ``change(row, …)`` adds rows."""

    def changed(first: object, identity: int = 0, *others: object, **values: object) -> None:
        with inside(), database.write() as session:
            if isinstance(first, type):
                row = session.get_one(first, identity)
                for name, value in values.items():
                    setattr(row, name, value)
            else:
                session.add(first)

    return changed


@pytest.fixture
def tickets(inside: Callable) -> Callable[[], list[Ticket]]:
    """Every number so far."""

    def taken() -> list[Ticket]:
        with inside() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    return taken


def page_of(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def look(machine: FlaskClient, path: str = "/kiosk", at: datetime = MORNING) -> BeautifulSoup:
    with clock.frozen(at):
        answer = machine.get(path)
    assert answer.status_code == 200, answer.status_code
    return page_of(answer)


def send(machine: FlaskClient, path: str, at: datetime = MORNING, **fields: object) -> TestResponse:
    with clock.frozen(at):
        return machine.post(path, data={"csrf_token": csrf_token(machine, "/kiosk"), **fields})


def choose(machine: FlaskClient, service_id: int = VISIT, at: datetime = MORNING, **fields: object) -> dict[str, str]:
    """First touch; what the second page's form would send, without its buttons."""
    page = page_of(send(machine, "/kiosk/choose", at, service=service_id, **fields))
    form = page.select_one("#take")
    assert form, page.get_text()
    given = {each["name"]: each.get("value", "") for each in form.select("input[name]") if each["name"] != "csrf_token"}
    return given | {"headcount": form.select_one("option[selected]")["value"]}


def take(machine: FlaskClient, service_id: int = VISIT, at: datetime = MORNING, **fields: object) -> TestResponse:
    """Both touches."""
    return send(machine, "/kiosk/take", at, **{**choose(machine, service_id, at), "priority": "ordinary", **fields})


def number_page(machine: FlaskClient, answer: TestResponse, at: datetime = MORNING) -> BeautifulSoup:
    assert (answer.status_code, answer.location) == (303, "/kiosk/number")
    return look(machine, answer.location, at)


# ---- who may ----


@pytest.mark.parametrize("path", ["/kiosk", "/kiosk/number", "/kiosk/enquiry", "/kiosk/appointment"])
def test_only_a_paired_kiosk_shows_anything(client, paired_as, path: str) -> None:
    for stranger in (client, paired_as("hall")):
        assert stranger.get(path).location == "/screens"


@pytest.mark.parametrize(
    "path", ["/kiosk/choose", "/kiosk/take", "/kiosk/enquiry", "/kiosk/enquiry/rating", "/kiosk/appointment"]
)
def test_nobody_else_can_send_its_forms(client, house, tickets, path: str) -> None:
    answer = client.post(path, data={"csrf_token": csrf_token(client, "/login"), "service": VISIT})
    assert (answer.status_code, answer.location) == (303, "/screens")
    assert tickets() == []


def test_a_revoked_kiosk_is_told_so(machine, change) -> None:
    with clock.frozen(MORNING):
        assert machine.get("/kiosk/alive").status_code == 200
        change(Screen, 1, revoked_at=MORNING)
        assert machine.get("/kiosk/alive").status_code == 410


def test_a_paired_device_is_sent_here(machine) -> None:
    assert machine.get("/screens").location == "/kiosk"


# ---- the first page ----


def tiles(page: BeautifulSoup) -> list[str]:
    return [each.select_one(".tile-name").text for each in page.select("button.tile")]


def test_the_services_offered_here_with_who_waits(machine, house, inside, change) -> None:
    change(Service, GROUP, at_kiosk=False)
    change(Service, DISPUTE, enabled=False)
    with inside(), database.write() as session:
        for _ in range(2):
            operations.take_ticket(session, house.guo, service_id=VISIT, priority="ordinary", headcount=1, person=None,
                                   at=MORNING)  # fmt: skip
    page = look(machine)
    assert tiles(page) == ["来访登记", "综合服务"]
    assert "等候 2 人" in page.select_one("button.tile").text
    assert "分钟" not in page.get_text(), "nothing is known of today's waiting yet"


def test_the_estimate_stands_on_the_tile_where_it_is_known(machine, monkeypatch) -> None:
    monkeypatch.setattr(kiosk.estimate, "by_service", lambda *_: {VISIT: Estimate(1200, 300), DISPUTE: None})
    shown = look(machine).select("button.tile")
    assert "约 15–25 分钟" in shown[0].text
    assert "分钟" not in shown[2].text


def test_counselling_stands_under_its_neutral_name_only(machine) -> None:
    page = look(machine)
    assert "综合服务室" in page.get_text()
    assert "心理" not in page.get_text()
    number = number_page(machine, take(machine, COUNSEL))
    assert "心理" not in number.get_text()


def test_services_that_the_public_cannot_tell_apart_are_one_tile(machine, change) -> None:
    change(Service(id=GENERAL, centre_id=1, code="citizen_help.general", platform="citizen_help", name="综合服务", prefix="G",
                   area="一楼北区", position=1))  # fmt: skip
    assert tiles(look(machine)).count("综合服务") == 1
    first = look(machine).select_one("button.tile:has(.tile-name:-soup-contains('综合服务'))")
    assert first["value"] == str(GENERAL)
    change(Closure(centre_id=1, service_id=GENERAL, day=MORNING.date(), message="今天不开。"))
    assert [each["value"] for each in look(machine).select("button.tile") if "综合服务" in each.text] == [str(COUNSEL)]


def test_a_closed_service_says_why_and_cannot_be_pressed(machine, change, tickets) -> None:
    change(Closure(centre_id=1, service_id=DISPUTE, day=MORNING.date(), message="调解室今天培训，明天照常。"))
    form = choose(machine)
    page = look(machine)
    closed = page.select_one(".tile-closed")
    assert closed.name != "button"
    assert "矛盾纠纷调解" in closed.text
    assert "调解室今天培训，明天照常。" in closed.text
    for path, fields in (("/kiosk/choose", {}), ("/kiosk/take", {**form, "priority": "ordinary"})):
        answer = send(machine, path, **{**fields, "service": DISPUTE})
        assert answer.status_code == 409
        assert "调解室今天培训" in page_of(answer).select_one(".problem").text
    assert tickets() == []


def test_a_closed_hall_says_it_once(machine, change) -> None:
    change(OpeningHours(centre_id=1, service_id=None, day_kind="work", opens=510, closes=720))
    assert tiles(look(machine))
    page = look(machine, at=later(60 * 4))
    assert page.select(".tile") == []
    assert page.select_one("h1").text == "现在不取号"
    assert page.select_one(".closed-word").text == "现在不在取号时间。今天取号时间：08:30–12:00。"
    change(Centre, 1, closed_message="中午休息，下午两点半再来。")
    assert look(machine, at=later(60 * 4)).select_one(".closed-word").text == "中午休息，下午两点半再来。"


def test_a_quota_that_is_reached_is_said(machine, change, tickets) -> None:
    change(Service, VISIT, quota=1)
    form = choose(machine)
    assert take(machine).status_code == 303
    assert "今天的号已经取完" in look(machine).select_one(".tile-closed").text
    answer = send(machine, "/kiosk/take", **form, priority="ordinary")
    assert answer.status_code == 409
    assert "今天的号已经取完" in page_of(answer).select_one(".problem").text
    assert len(tickets()) == 1


def test_a_kiosk_without_services_sends_to_the_desk(machine, change) -> None:
    for service in (VISIT, GROUP, DISPUTE, COUNSEL):
        change(Service, service, at_kiosk=False)
    assert "请到导引台" in look(machine).select_one(".closed-word").text


@pytest.mark.one_engine
def test_the_number_of_queries_does_not_grow_with_the_services(machine, change, inside) -> None:
    def queries() -> int:
        seen = []
        with inside():
            engine = database.db.engine
        note = lambda *_: seen.append(1)  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        try:
            look(machine)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    change(Centre, 1, closed_message="")
    before = queries()
    for number in range(20, 40):
        change(Service(id=number, centre_id=1, code=f"s{number}", platform="petition", name=f"服务{number}", prefix="A",
                       area="一楼", quota=5))  # fmt: skip
    assert queries() <= before + 1, "the quota is one more question, whatever the number of services"
    assert before <= 14


# ---- two touches ----


def test_two_touches_to_a_number(machine, tickets, inside) -> None:
    page = number_page(machine, take(machine, headcount="3"))
    (ticket,) = tickets()
    assert page.select_one("main .number").text == ticket.number == "A001"
    for said in ("一楼东区等候", "0 人", "听语音、看大屏", "3 人"):
        assert said in page.select_one("main").get_text(), said
    assert (ticket.source, ticket.priority, ticket.headcount, ticket.person_id) == ("kiosk", "ordinary", 3, None)
    with inside() as session:
        told = session.scalars(select(Event).where(Event.kind == "ticket.taken")).one()
        assert (told.actor_id, told.data["screen_id"], told.data["source"]) == (0, 1, "kiosk")


def test_the_slip_is_on_the_number_page_for_the_printer(machine, tickets) -> None:
    page = number_page(machine, take(machine))
    assert page.select_one("#kiosk").has_attr("data-print")
    slip = page.select_one(".kiosk-paper .paper")
    code = tickets()[0].code
    for said in ("A001", f"{code[:5]} {code[5:]}", "一楼东区", "后四位"):
        assert said in slip.get_text(), said
    assert code[:5] not in page.select_one("main").get_text(), "who looks over a shoulder reads no code"


def test_the_estimate_told_is_the_one_that_is_kept(machine, monkeypatch, tickets) -> None:
    monkeypatch.setattr(kiosk.estimate, "for_new", lambda *_: Estimate(1200, 300))
    page = number_page(machine, take(machine))
    assert "约 15–25 分钟" in page.select_one("main").get_text()
    assert "约 15–25 分钟" in page.select_one(".kiosk-paper").get_text()
    assert tickets()[0].estimated == 1200


@pytest.mark.parametrize("priority", ["frail", "military"])
def test_priority_numbers(machine, tickets, priority: str) -> None:
    page = page_of(send(machine, "/kiosk/choose", service=VISIT))
    assert [each["value"] for each in page.select("button[name=priority]")] == ["ordinary", "frail", "military"]
    take(machine, priority=priority)
    assert tickets()[0].priority == priority


@pytest.mark.parametrize(
    "wrong",
    [
        {"priority": "appointment"},
        {"priority": "vip"},
        {"headcount": "0"},
        {"headcount": "31"},
        {"headcount": "-1"},
        {"headcount": "many"},
        {"service": ""},
        {"service": "999"},
        {"service": "99999999999999"},
        {"service": "x"},
        {"once": ""},
    ],
    ids=str,
)
def test_what_the_page_does_not_offer_takes_nothing(machine, tickets, wrong: dict) -> None:
    answer = take(machine, **wrong)
    assert answer.status_code in (409, 422)
    assert page_of(answer).select_one(".problem").text.endswith("。")
    assert tickets() == []


def test_a_service_of_the_desk_alone_is_not_given_here(machine, change, tickets) -> None:
    form = choose(machine)
    change(Service, VISIT, at_kiosk=False)
    answer = send(machine, "/kiosk/take", **form, priority="ordinary")
    assert answer.status_code == 422
    assert kiosk.NOT_HERE in answer.get_data(as_text=True)
    assert tickets() == []


# ---- one form, one number ----


def test_a_form_sent_twice_takes_one_number(machine, tickets) -> None:
    form = choose(machine) | {"priority": "ordinary"}
    first = number_page(machine, send(machine, "/kiosk/take", **form))
    second = number_page(machine, send(machine, "/kiosk/take", later(0.1), **form), later(0.1))
    assert first.select_one("main .number").text == second.select_one("main .number").text
    assert len(tickets()) == 1
    assert choose(machine)["once"] != form["once"]


def test_a_form_sent_again_later_shows_a_stranger_nothing(machine, tickets) -> None:
    form = choose(machine) | {"priority": "ordinary"}
    send(machine, "/kiosk/take", **form)
    late = MORNING + timedelta(seconds=kiosk.RESET + 1)
    machine.get("/kiosk/number")
    answer = send(machine, "/kiosk/take", late, **form)
    assert (answer.status_code, answer.location) == (303, "/kiosk")
    assert len(tickets()) == 1


def test_touches_at_the_same_moment_take_one_number(app: Flask, machine, paired_as, tickets) -> None:
    form = choose(machine) | {"priority": "ordinary"}
    cookie = machine.get_cookie(screens.COOKIE).value
    answers, gate = [], threading.Barrier(6)

    def touch() -> None:
        client = app.test_client()
        client.set_cookie(screens.COOKIE, cookie)
        token = csrf_token(client, "/kiosk")
        gate.wait()
        answers.append(client.post("/kiosk/take", data={"csrf_token": token, **form}).status_code)

    with clock.frozen(MORNING):
        threads = [threading.Thread(target=touch) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [303] * 6
    assert [ticket.number for ticket in tickets()] == ["A001"]
    take(machine)
    assert tickets()[-1].number == "A002", "the doubled touches left a gap"


def test_many_visitors_at_once_get_different_numbers(app: Flask, machine, tickets) -> None:
    cookie, problems = machine.get_cookie(screens.COOKIE).value, []

    def visitor() -> None:
        client = app.test_client()
        client.set_cookie(screens.COOKIE, cookie)
        with clock.frozen(MORNING):
            answer = take(client)
        if answer.status_code != 303:
            problems.append(answer.status_code)

    with clock.frozen(MORNING):
        threads = [threading.Thread(target=visitor) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []
    assert sorted(ticket.number for ticket in tickets()) == [f"A{place:03d}" for place in range(1, 9)]


# ---- no trace ----


def test_the_number_is_shown_once(machine, tickets) -> None:
    answer = take(machine)
    number_page(machine, answer)
    assert machine.get("/kiosk/number").location == "/kiosk"
    with machine.session_transaction() as kept:
        assert set(kept) <= {"csrf_token", "_fresh"}
    assert tickets()[0].number not in look(machine).get_text()


def test_nothing_of_the_visitor_stands_in_an_address_or_is_kept(machine) -> None:
    with clock.frozen(MORNING):
        answers = [machine.get("/kiosk"), send(machine, "/kiosk/choose", service=VISIT), take(machine)]
        answers += [machine.get("/kiosk/number"), machine.get("/kiosk/enquiry"), machine.get("/kiosk/appointment")]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"service|id=|ticket|\d", answer.location or "")
        for form in page_of(answer).select("form[method=post]"):
            assert form["autocomplete"] == "off"
        for field in page_of(answer).select("input[type=text], select"):
            assert field["autocomplete"] == "off"


def test_every_page_goes_back_by_itself_without_a_script(machine) -> None:
    with clock.frozen(MORNING):
        pages = [look(machine), page_of(send(machine, "/kiosk/choose", service=VISIT)), look(machine, "/kiosk/enquiry"),
                 look(machine, "/kiosk/appointment"), number_page(machine, take(machine))]  # fmt: skip
    for page in pages:
        seconds, _, address = page.select_one("noscript meta[http-equiv=refresh]")["content"].partition(";url=")
        assert int(seconds) <= 15
        assert address == "/kiosk"
        assert int(page.body["data-reset"]) <= 15


def test_large_type_and_contrast_travel_without_a_script_and_end_with_the_visitor(machine) -> None:
    page = look(machine)
    buttons = {each["data-look"]: each for each in page.select("button[data-look]")}
    assert buttons["large"]["value"] == "large"
    assert page.html["class"] == ["kiosk"]
    page = look(machine, "/kiosk?look=large")
    assert page.html["class"] == ["kiosk", "large"]
    buttons = {each["data-look"]: each for each in page.select("button[data-look]")}
    assert (buttons["large"]["value"], buttons["contrast"]["value"]) == ("", "large-contrast")
    assert buttons["large"]["aria-pressed"] == "true"
    chosen = page_of(send(machine, "/kiosk/choose", service=VISIT, looks="large-contrast"))
    assert chosen.html["class"] == ["kiosk", "large", "contrast"]
    again = page_of(
        send(machine, "/kiosk/choose", service=VISIT, headcount="4", looks="large-contrast", look="contrast")
    )
    assert again.html["class"] == ["kiosk", "contrast"]
    assert again.select_one("option[selected]")["value"] == "4"
    assert take(machine, looks="large").location == "/kiosk/number?look=large"
    assert look(machine).html["class"] == ["kiosk"], "the next visitor finds the page as it always is"
    assert look(machine, "/kiosk?look=<script>-large-x").html["class"] == ["kiosk", "large"]


# ---- the identity card ----


@pytest.mark.parametrize("typed", [ID_NUMBER, "１４２７０１１９７８０３１２４５１７", " 142701 19780312 4517 "])
def test_a_card_is_attached_to_the_number(machine, tickets, inside, typed: str) -> None:
    page = number_page(machine, take(machine, id_number=typed))
    with inside() as session:
        person = session.get(Person, tickets()[0].person_id)
        assert (person.name, person.id_number) == (NAMELESS, ID_NUMBER)
    assert ID_NUMBER not in str(page)


def test_a_person_who_is_known_keeps_the_name(machine, tickets, inside) -> None:
    with inside(), database.write() as session:
        known = people.find_or_create(session, 1, name="吕守信", id_number=ID_NUMBER, at=MORNING).id
    page = number_page(machine, take(machine, id_number=ID_NUMBER))
    assert tickets()[0].person_id == known
    assert "吕" not in page.get_text()


@pytest.mark.parametrize("wrong", ["142701197803124513", "1427011978", "14270119780312451X", "护照E1234567", "0" * 40])
def test_a_wrong_card_gets_a_sentence_and_nothing_is_lost(machine, tickets, wrong: str) -> None:
    answer = take(machine, headcount="3", id_number=wrong)
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.select_one(".problem").text.endswith("。")
    assert page.select_one("#take input[name=service]")["value"] == str(VISIT)
    assert page.select_one("option[selected]")["value"] == "3"
    assert wrong not in str(page), "a number that was typed never stands in a page"
    assert tickets() == []


def test_who_holds_a_number_sees_it_and_may_take_another(machine, tickets) -> None:
    take(machine, id_number=ID_NUMBER)
    form = choose(machine, DISPUTE) | {"priority": "frail", "headcount": "2"}
    answer = send(machine, "/kiosk/take", **{**form, "id_number": ID_NUMBER})
    page = page_of(answer)
    assert answer.status_code == 409
    assert page.select_one(".number").text == "A001"
    assert "仍要取新号" in page.get_text()
    assert ID_NUMBER not in str(page)
    assert len(tickets()) == 1
    kept = {each["name"]: each["value"] for each in page.select("#take input") if each["name"] != "csrf_token"}
    number_page(machine, send(machine, "/kiosk/take", **{**kept, "id_number": ID_NUMBER}))
    first, second = tickets()
    assert (second.number, second.priority, second.headcount) == ("B001", "frail", 2)
    assert second.person_id == first.person_id


# ---- is it there, and does it speak ----


def test_the_mark_changes_with_what_the_first_page_shows(machine) -> None:
    def mark(at: datetime = MORNING) -> str:
        with clock.frozen(at):
            return machine.get("/kiosk/alive").get_json()["mark"]

    before = mark()
    assert before == mark() == look(machine).select_one("#kiosk")["data-mark"]
    take(machine)
    assert mark() != before
    assert mark() != mark(later(1)), "hours begin and end by the minute"


def test_it_speaks_as_loud_as_the_hall_and_not_in_quiet_hours(machine, change) -> None:
    change(Centre, 1, voice_volume=60, quiet_from=12 * 60, quiet_until=14 * 60)
    frame = look(machine).select_one("#kiosk")
    assert frame["data-volume"] == "60"
    assert "kiosk-choose" in frame["data-clip"]
    assert look(machine, at=later(60 * 4)).select_one("#kiosk")["data-volume"] == "0"


# ---- progress ----


@pytest.fixture
def code(house: Hall, inside: Callable) -> str:
    """The slip code of somebody whose identity number ends with 4517."""
    with inside(), database.write() as session:
        given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "at": MORNING}
        return operations.take_ticket(session, house.guo, person=_given(), **given).code


def _given():
    return kiosk.PersonGiven(name="吕守信", id_number=ID_NUMBER)


def test_progress_by_code_and_last_four(machine, code: str) -> None:
    page = look(machine, "/kiosk/enquiry")
    assert {"1", "0", "A", "X", "Z"} <= {key["data-key"] for key in page.select("#keypad [data-key]")}
    answer = send(machine, "/kiosk/enquiry", code=code, tail="4517")
    assert answer.status_code == 200
    shown = page_of(answer)
    assert "正在等候叫号" in shown.select_one("#standing").text
    assert not shown.select("#code"), "the answer stands alone, with nothing typed left on the page"
    assert "吕" not in shown.get_text()


@pytest.mark.parametrize("tail", ["", "0000"])
def test_a_wrong_pair_says_what_an_unknown_code_says(machine, code: str, tail: str, inside) -> None:
    said = set()
    for each in (code, "WRONGCODE9"):
        answer = send(machine, "/kiosk/enquiry", code=each, tail=tail)
        assert answer.status_code == 422
        said.add(page_of(answer).select_one(".problem").text)
    assert said == {enquiries.UNKNOWN}
    with inside() as session:
        assert len(session.scalars(select(Access)).all()) == 2


def test_guessing_at_the_kiosk_is_slowed_down_in_its_own_frame(machine, code: str) -> None:
    for _ in range(throttle.BURST):
        send(machine, "/kiosk/enquiry", code="WRONGCODE9")
    answer = send(machine, "/kiosk/enquiry", code=code, tail="4517")
    assert answer.status_code == 429
    assert "稍等" in page_of(answer).select_one("#kiosk .problem").text


def test_a_closed_matter_is_rated_with_one_touch(machine, house, inside) -> None:
    with inside(), database.write() as session:
        made = wall.case(session, SimpleNamespace(clerk=house.zhang), MORNING, closed=True)
        secret, tail = made.enquiry_code, wall.PHONE[-4:]
    page = page_of(send(machine, "/kiosk/enquiry", code=secret, tail=tail))
    form = page.select_one("form[action='/kiosk/enquiry/rating']")
    kept = {each["name"]: each["value"] for each in form.select("input") if each["name"] != "csrf_token"}
    assert [each["value"] for each in form.select("button[name=score]")] == ["satisfied", "fair", "unsatisfied"]
    for wrong in ({"tail": "0000", "score": "satisfied"}, {"score": "excellent"}, {}):
        assert send(machine, "/kiosk/enquiry/rating", **{**kept, **wrong}).status_code == 422
    assert "感谢您的评价" in send(machine, "/kiosk/enquiry/rating", **kept, score="fair").get_data(as_text=True)
    assert send(machine, "/kiosk/enquiry/rating", **kept, score="unsatisfied").status_code == 422
    with inside() as session:
        rating = session.scalars(select(Rating)).one()
        assert (rating.score, rating.source) == ("fair", "slip")


# ---- appointments ----


@pytest.fixture
def booked(house: Hall, inside: Callable) -> Callable[..., str]:
    """``booked(slot=…)`` is the code of an appointment today at that minute for 来访登记."""

    def made(slot: int = 9 * 60 + 30, code: str = "ACDEF34679", **values: object) -> str:
        with inside(), database.write() as session:
            service = session.get_one(Service, VISIT)
            service.slot_minutes, service.slot_capacity, service.early_minutes, service.late_minutes = 30, 3, 30, 15
            session.add(
                Appointment(centre_id=1, service_id=VISIT, day=MORNING.date(), slot=slot, source="phone", note="", code=code,
                            code_hash=appointments.code_hash(code), booked_by=house.guo.id, booked_at=MORNING, **values)
            )  # fmt: skip
        return code

    return made


def test_the_code_of_an_appointment_is_known_where_progress_is_asked(machine, booked) -> None:
    answer = send(machine, "/kiosk/enquiry", code=booked(slot=11 * 60), tail="")
    shown = page_of(answer).select_one("#standing").get_text()
    assert (answer.status_code, "11:00" in shown, "要改时间或者取消" in shown) == (200, True, True)
    assert not page_of(answer).select("#code")


def test_an_appointment_checks_in_with_its_code(machine, booked, tickets, inside) -> None:
    assert send(machine, "/kiosk/appointment", code=booked()[:-1]).status_code == 422
    page = number_page(machine, send(machine, "/kiosk/appointment", code=" acdef 34679 "))
    (ticket,) = tickets()
    assert page.select_one("main .number").text == ticket.number
    assert "预约的时间已经过了" not in page.get_text()
    assert (ticket.source, ticket.priority) == ("kiosk", "appointment")
    with inside() as session:
        told = session.scalars(select(Event).where(Event.kind == "ticket.taken")).one()
        assert told.data["screen_id"] == 1


def test_who_comes_too_early_is_told_when(machine, booked, tickets) -> None:
    answer = send(machine, "/kiosk/appointment", code=booked(slot=15 * 60))
    assert answer.status_code == 409
    assert "14:30" in page_of(answer).select_one(".problem").text
    assert tickets() == []


def test_who_comes_late_gets_an_ordinary_number_and_is_told(machine, booked, tickets) -> None:
    at = later(60)
    page = number_page(machine, send(machine, "/kiosk/appointment", at, code=booked()), at)
    assert "预约的时间已经过了" in page.get_text()
    assert tickets()[0].priority == "ordinary"


def test_checking_in_again_shows_the_number_and_takes_no_other(machine, booked, tickets, inside) -> None:
    code = booked()
    send(machine, "/kiosk/appointment", code=code)
    look(machine, "/kiosk/number")
    page = page_of(send(machine, "/kiosk/appointment", later(5), code=code))
    assert page.select_one("main .number").text == "A001"
    assert not page.select("form#take")
    with inside(), database.write() as session:
        session.scalars(select(Ticket)).one().ended_at = later(6)
    answer = send(machine, "/kiosk/appointment", later(7), code=code)
    assert answer.status_code == 409
    assert "今天的接待已经结束" in page_of(answer).get_text()
    assert len(tickets()) == 1


def test_appointment_codes_are_not_guessed(machine, booked, tickets) -> None:
    code = booked()
    for number in range(throttle.BURST):
        assert send(machine, "/kiosk/appointment", code=f"ACDEF3467{number}X").status_code == 422
    assert send(machine, "/kiosk/appointment", code=code).status_code == 429
    assert tickets() == []


def test_a_cancelled_appointment_is_said_to_be(machine, booked) -> None:
    answer = send(machine, "/kiosk/appointment", code=booked(state="cancelled"))
    assert answer.status_code == 409
    assert "已经取消" in page_of(answer).select_one(".problem").text


def test_the_rules_refuse_another_centres_service(inside, machine, change) -> None:
    change(Centre(id=2, name="他处", prefix="QT", region_code="140800"))
    change(Service(id=50, centre_id=2, code="x", platform="petition", name="别处", prefix="A", area="一楼"))
    with inside(), database.write() as session:
        asked = kiosk.Asked(50, "ordinary", 1, "once")
        with pytest.raises(Refused):
            kiosk.take(session, session.get_one(Screen, 1), asked, at=MORNING)
