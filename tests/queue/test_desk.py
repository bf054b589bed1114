"""The greeter's desk: a number in half a minute, bad input answered beside the field, and nothing told that is not hers."""

import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import clock, database
from portal.people.models import Person
from portal.queue import operations
from portal.queue.models import Ticket
from portal.trail.models import Access
from tests.queue.conftest import DISPUTE, MORNING, VISIT, later
from tests.support import demo_password, submit

GIVEN = {"service": VISIT, "priority": "ordinary", "headcount": "1", "name": "", "id_number": "", "phone": ""}
LV_ID = "11010519491231002X"


@pytest.fixture(autouse=True)
def at_nine():
    with clock.frozen(MORNING):
        yield


@pytest.fixture
def greeter(house, sign_in) -> FlaskClient:
    return sign_in("guo")


def take(client: FlaskClient, **changes: object):
    return submit(client, "/queue/desk", **(GIVEN | changes))


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def errors(answer) -> dict[str, str]:
    """Field id → what stands beside it."""
    found = soup(answer).select(".field-error")
    return {re.sub(r"-error\d*$", "", each["id"]): each.get_text(strip=True) for each in found}


def count(inside, model) -> int:
    with inside() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_number_and_an_empty_form(greeter, inside):
    answer = take(greeter, name="吕德胜", id_number=LV_ID, phone="139 0000 1234", priority="frail", headcount="2")
    assert answer.status_code == 303
    page = soup(greeter.get(answer.location))
    slip = page.select_one("#slip")
    assert slip.select_one(".ticket-number").text == "A001"
    assert "一楼东区" in slip.text
    assert slip.select_one("#print-slip")["href"] == "/queue/tickets/1/slip"
    assert page.select_one("#name")["value"] == ""
    assert not page.select("input[name=service][checked]")
    assert "吕德胜" not in page.text
    with inside() as session:
        ticket = session.scalar(select(Ticket))
        assert (ticket.priority, ticket.headcount, ticket.taken_by) == ("frail", 2, 4)


def test_a_slip_prints_with_its_code_and_no_name(greeter, inside):
    take(greeter, name="吕德胜", id_number=LV_ID)
    take(greeter, service=VISIT)
    page = soup(greeter.get("/queue/tickets/2/slip"))
    with inside() as session:
        code = session.get(Ticket, 2).code
    assert page.select_one(".slip-number").text == "A002"
    assert page.select_one(".slip-code").text.replace(" ", "") == code
    assert "前面还有 1 人" in page.text
    assert "吕" not in page.select_one("main").text
    assert greeter.get("/queue/tickets/99/slip").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"service": ""}, "service", "请选择来办什么"),
        ({"service": "99"}, "service", "请从所列各项中选择"),
        ({"service": "<b>"}, "service", "请从所列各项中选择"),
        ({"priority": "vip"}, "priority", "请从所列各项中选择"),
        ({"id_number": "110105194912310021"}, "id_number", "校验位不对"),
        ({"id_number": "1101051949"}, "id_number", "应为 18 位"),
        ({"phone": "12345"}, "phone", "手机号码应为 11 位"),
        ({"headcount": ""}, "headcount", "请填写人数"),
        ({"headcount": "0"}, "headcount", "1 到 999"),
        ({"headcount": "三"}, "headcount", "请填写整数"),
        ({"headcount": "1" * 40}, "headcount", "请填写整数"),
        ({"name": "吕" * 10_000}, "name", "最多60字"),
        ({"id_number": "1" * 10_000}, "id_number", "10000"),
        ({"phone": "😀" * 30}, "phone", "电话号码只能是数字"),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_kept(greeter, inside, changes, field, said):
    answer = take(greeter, **({"name": "吕德胜"} | changes))
    assert answer.status_code == 422
    assert said in errors(answer)[field], errors(answer)
    page = soup(answer)
    assert page.select_one("[role=alert]")
    assert page.select_one("[aria-invalid=true]")
    for name, typed in changes.items():
        if name not in ("service", "priority"):
            assert page.select_one(f"#{name}")["value"] == typed
    assert page.select_one("#name")["value"] == (changes.get("name") or "吕德胜")
    assert count(inside, Ticket) == 0


@pytest.mark.parametrize(
    "typed", ["１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x", "110105-19491231-002X"]
)
def test_numbers_are_understood_as_people_type_them(greeter, inside, typed):
    assert take(greeter, name="吕德胜", id_number=typed).status_code == 303
    with inside() as session:
        assert session.scalar(select(Person.id_number)) == LV_ID


def test_markup_and_emoji_in_a_name_are_only_text(greeter, inside):
    assert take(greeter, name="<script>alert(1)</script>😀").status_code == 303
    with inside() as session:
        assert session.scalar(select(Person.name)).startswith("<script>")
    assert "<script>alert" not in greeter.get("/queue/desk?slip=1").get_data(as_text=True)


def test_being_known_is_told_and_nothing_more(greeter, inside, house):
    take(greeter, name="吕德胜", id_number=LV_ID, phone="13900001234")
    token = soup(greeter.get("/queue/desk")).select_one("input[name=csrf_token]")["value"]
    ask = {"csrf_token": token}
    part = {"HX-Request": "true"}
    by_id = greeter.post("/queue/desk/known", data=ask | {"id_number": LV_ID}, headers=part)
    assert "此人曾来过本中心" in by_id.text
    assert "A001" in by_id.text
    assert "吕" not in by_id.text
    assert soup(by_id).select_one("#known")
    by_phone = greeter.post("/queue/desk/known", data=ask | {"phone": "139-0000-1234"}, headers=part)
    assert "此人曾来过本中心" in by_phone.text
    unknown = greeter.post("/queue/desk/known", data=ask | {"phone": "13800001234"}, headers=part)
    assert "没有此人的记录" in unknown.text
    incomplete = greeter.post("/queue/desk/known", data=ask | {"id_number": "1101"}, headers=part)
    assert soup(incomplete).text.strip() == ""
    with inside() as session:
        asked = session.execute(select(Access.actor_id, Access.action, Access.subject)).all()
    assert asked == [(4, "person.known_asked", "person:1")] * 2


def test_a_second_number_today_wants_a_word(greeter, inside):
    take(greeter, name="吕德胜", id_number=LV_ID)
    refused = take(greeter, name="吕德胜", id_number=LV_ID, service=DISPUTE)
    assert refused.status_code == 422
    assert "A001" in errors(refused)["again"]
    assert count(inside, Ticket) == 1
    assert take(greeter, name="吕德胜", id_number=LV_ID, service=DISPUTE, again="y").status_code == 303
    assert count(inside, Ticket) == 2


def test_missed_numbers_are_brought_back_once(greeter, inside, house, app):
    take(greeter)
    with app.app_context():
        _miss(house)
    page = greeter.get("/queue/desk")
    form = soup(page).select_one("form[action='/queue/tickets/1/restore']")
    data = {each["name"]: each["value"] for each in form.select("input[name]")}
    assert greeter.post("/queue/tickets/1/restore", data=data).status_code == 303
    again = greeter.post("/queue/tickets/1/restore", data=data)
    assert again.status_code == 409
    assert "A001 已回到等候" in again.text
    with inside() as session:
        assert session.get(Ticket, 1).state == "waiting"


def test_every_service_has_a_key_of_its_own(greeter):
    page = soup(greeter.get("/queue/desk"))
    keys = [each["data-pick"] for each in page.select("input[name=service]")]
    assert keys == ["1", "2", "3", "4"]
    assert page.select_one("input[name=service][data-focus]")["data-pick"] == "1"


def test_the_desk_is_light(greeter, inside, house, app):
    with app.app_context():
        for minute in range(60):
            _take(house, minute)
    assert len(greeter.get("/queue/desk").data) < 60_000


def test_only_greeters_take_numbers(house, sign_in, inside):
    clerk = sign_in("zhang")
    assert clerk.get("/queue/desk").status_code == 403
    assert submit(clerk, "/queue/desk", page="/queue/window", **GIVEN).status_code == 403
    assert count(inside, Ticket) == 0


def _take(house, minute: int) -> None:
    from_desk = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "person": None, "at": later(minute - 60)}
    database.attempt(lambda session: operations.take_ticket(session, house.guo, **from_desk))


def _miss(house) -> None:
    database.attempt(lambda session: operations.open_window(session, house.zhang, 1, at=MORNING))
    ticket = database.attempt(lambda session: operations.call_next(session, house.zhang, at=MORNING))
    database.attempt(
        lambda session: operations.miss(session, house.zhang, ticket.id, version=ticket.version, at=MORNING)
    )


def test_a_slip_of_another_day_is_the_visitors_alone(greeter, inside):
    take(greeter)
    with inside() as session:
        code = session.scalar(select(Ticket.code))
    assert code in letters(greeter.get("/queue/tickets/1/slip"))
    with clock.frozen(later(24 * 60)):
        tomorrow = sign_in_again(greeter)
        assert tomorrow.get("/queue/tickets/1/slip").status_code == 404
        assert code not in letters(tomorrow.get("/queue/desk?slip=1"))


def letters(answer) -> str:
    """A page without the blanks and dashes that group a code."""
    return re.sub(r"[\s-]", "", answer.get_data(as_text=True))


def sign_in_again(client: FlaskClient) -> FlaskClient:
    """The night's idle exit is over."""
    assert submit(client, "/login", login_name="guo", password=demo_password()).status_code == 303
    return client
