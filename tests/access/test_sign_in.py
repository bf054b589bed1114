"""Signing in: lockout, idle exit, first password, and where a person is sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.access.models import Account
from portal.access.permissions import Role
from portal.trail.queries import entries
from tests.staff import MONDAY, hire, open_centre
from tests.support import csrf_token, demo_password, submit

MINUTE = timedelta(minutes=1)
WRONG = "Wrong-words-2026"


@pytest.fixture(autouse=True)
def staff(app: Flask) -> None:
    """A founded hall, one clerk, one security administrator."""
    with app.app_context():
        open_centre()
        hire("zhang", Role.CLERK, platforms=("petition",))
        hire("security", Role.SECURITY_ADMIN, name="安静")


def attempt(client: FlaskClient, password: str, at=MONDAY, login_name: str = "zhang") -> int:
    """The status of one try to sign in."""
    with clock.frozen(at):
        return submit(client, "/login", login_name=login_name, password=password).status_code


def account(inside: Callable) -> Account:
    """The clerk as the database has it."""
    with inside() as session:
        return session.scalars(select(Account).where(Account.login_name == "zhang")).one()


def test_the_right_password_leads_on(client: FlaskClient) -> None:
    answer = submit(client, "/login", login_name=" zhang ", password=demo_password())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("login_name", ["zhang", "nobody", "zhang\x00", "张" * 39])
def test_a_wrong_one_says_the_same_to_everybody(client: FlaskClient, login_name: str) -> None:
    answer = submit(client, "/login", login_name=login_name, password=WRONG)
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 422
    assert page.select_one("#password-error").text.startswith("账号或口令不正确")
    assert page.select_one("#login_name")["value"] == login_name.replace("\x00", "")
    assert not page.select_one("#password").get("value")


def test_empty_fields_are_named(client: FlaskClient) -> None:
    page = BeautifulSoup(submit(client, "/login", login_name="", password="").get_data(as_text=True), "html.parser")
    assert [error.text for error in page.select(".field-error")] == ["请填写。", "请填写。"]
    assert page.select_one(".error-summary")["role"] == "alert"


def test_five_failures_lock_and_the_lock_survives(client: FlaskClient, inside: Callable) -> None:
    for _ in range(5):
        assert attempt(client, WRONG) == 422
    assert account(inside).locked_until == MONDAY + 15 * MINUTE
    assert attempt(client, demo_password(), MONDAY + 14 * MINUTE) == 422
    assert attempt(client, demo_password(), MONDAY + 16 * MINUTE) == 303
    with inside() as session:
        kinds = [entry.kind for entry in entries(session, f"account:{account(inside).id}")]
    assert kinds == ["account.created", "account.locked", "account.signed_in"]


def test_a_success_forgets_earlier_failures(client: FlaskClient, inside: Callable) -> None:
    for _ in range(4):
        attempt(client, WRONG)
    assert attempt(client, demo_password()) == 303
    assert account(inside).failures == 0
    with clock.frozen(MONDAY):
        submit(client, "/logout", page="/account")
    for _ in range(4):
        attempt(client, WRONG)
    assert attempt(client, demo_password()) == 303


def test_a_disabled_account_does_not_sign_in(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), database.write() as session:
        session.scalars(select(Account).where(Account.login_name == "zhang")).one().enabled = False
    assert attempt(client, demo_password()) == 422


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/account?a=1", "/account?a=1"),
        ("https://elsewhere.example/cases", "/cases"),
        ("//elsewhere.example/cases", "/cases"),
        ("//elsewhere.example", "/"),
        ("///elsewhere.example", "/elsewhere.example"),
        ("/\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_sign_in_never_leads_to_another_host(client: FlaskClient, asked: str, led: str) -> None:
    token = csrf_token(client, "/login")
    data = {"csrf_token": token, "login_name": "zhang", "password": demo_password()}
    answer = client.post("/login", query_string={"next": asked}, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, led)


def test_half_an_hour_without_a_hand_ends_the_session(sign_in: Callable) -> None:
    with clock.frozen(MONDAY):
        client = sign_in("zhang")
    with clock.frozen(MONDAY + 29 * MINUTE):
        assert client.get("/account").status_code == 200
    with clock.frozen(MONDAY + 58 * MINUTE):
        assert client.get("/account").status_code == 200, "each page counts anew"
    with clock.frozen(MONDAY + 89 * MINUTE):
        answer = client.get("/account")
        assert answer.headers["Location"] == "/login?next=/account"
        assert "长时间没有操作" in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_what_the_page_fetches_by_itself_is_no_hand(sign_in: Callable) -> None:
    with clock.frozen(MONDAY):
        client = sign_in("zhang")
    for minutes in (10, 20, 29):
        with clock.frozen(MONDAY + minutes * MINUTE):
            assert client.get("/account", headers={"X-Background": "1"}).status_code == 200
    with clock.frozen(MONDAY + 31 * MINUTE):
        assert client.get("/account").status_code == 302


def test_a_part_asked_for_after_the_end_sends_the_whole_page_to_sign_in(sign_in: Callable) -> None:
    with clock.frozen(MONDAY):
        client = sign_in("zhang")
    with clock.frozen(MONDAY + 31 * MINUTE):
        answer = client.get("/relays", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/account"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=/account")
    assert answer.get_data() == b""


def test_a_form_sent_after_the_end_leads_back_to_its_page(sign_in: Callable) -> None:
    with clock.frozen(MONDAY):
        client = sign_in("zhang")
        token = csrf_token(client, "/account")
    with clock.frozen(MONDAY + 31 * MINUTE):
        answer = client.post("/cases/YC-2026-000001/slip/printed", data={"csrf_token": token},
                             headers={"Referer": "http://localhost/cases/YC-2026-000001/slip/print"})  # fmt: skip
    assert answer.headers["Location"] == "/login?next=/cases/YC-2026-000001/slip/print"


def test_a_changed_password_ends_every_other_session(sign_in: Callable) -> None:
    here, there = sign_in("zhang"), sign_in("zhang")
    answer = submit(here, "/account", current=demo_password(), new="Another-hall-2027", again="Another-hall-2027")
    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"current": WRONG, "new": "Another-hall-2027", "again": "Another-hall-2027"}, "原口令不正确。"),
        ({"current": demo_password(), "new": "short", "again": "short"}, "口令至少 10 个字符"),
        ({"current": demo_password(), "new": "onlysmallletters", "again": "onlysmallletters"}, "口令至少 10 个字符"),
        ({"current": demo_password(), "new": "Another-hall-2027", "again": "Another-hall-2028"}, "两次输入不一致。"),
        ({"current": "", "new": "", "again": ""}, "请填写。"),
    ],
)
def test_a_bad_change_is_explained(sign_in: Callable, fields: dict[str, str], message: str) -> None:
    answer = submit(sign_in("zhang"), "/account", **fields)
    assert answer.status_code == 422
    assert message in BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one(".field-error").text


def test_a_password_chosen_by_somebody_else_must_be_changed_first(app: Flask, sign_in: Callable) -> None:
    with app.app_context():
        hire("newcomer", Role.CLERK, platforms=("petition",), must_change=True)
    client = sign_in("newcomer")
    assert client.get("/cases").headers["Location"] == "/account"
    part = client.get("/relays", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/account"
    submit(client, "/account", current=demo_password(), new="Another-hall-2027", again="Another-hall-2027")
    assert client.get("/cases").status_code == 200


def test_signing_out_ends_the_session(sign_in: Callable) -> None:
    client = sign_in("zhang")
    assert submit(client, "/logout", page="/account").headers["Location"] == "/login"
    assert client.get("/account").status_code == 302


def test_a_post_without_its_token_is_refused(sign_in: Callable) -> None:
    client = sign_in("zhang")
    answer = client.post(
        "/account", data={"current": demo_password(), "new": "Another-hall-2027", "again": "Another-hall-2027"}
    )
    assert answer.status_code == 400
    assert "页面可能已经过期" in answer.get_data(as_text=True)
