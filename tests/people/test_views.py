"""Showing personal data: a reason, a page's word that one may know the person, and a record made before disclosure."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, database
from portal.access.permissions import Role
from portal.people import operations
from portal.people.views import reveal_token
from portal.trail.queries import accesses
from tests.staff import MONDAY, hire, open_centre
from tests.support import submit

NUMBER = "140802197906010013"
REASON = "核对来访人身份"


@pytest.fixture
def known(app: Flask, sign_in: Callable) -> tuple[FlaskClient, int, str]:
    """A clerk's client, a person's id, and the token of a page that shows that person."""
    with app.app_context():
        centre_id = open_centre()
        clerk = hire("zhang", Role.CLERK, platforms=("petition",))
        with database.write() as session:
            given = {"name": "吕德胜", "id_number": NUMBER, "phone": "13912340123", "address": "平陆县张店镇某村"}
            person_id = operations.find_or_create(session, centre_id, at=MONDAY, **given).id
        token = reveal_token(person_id, clerk.id)
    return sign_in("zhang"), person_id, token


def logged(inside: Callable) -> list[tuple[str, str | None, bool]]:
    """The access log of the centre, newest first."""
    with inside() as session:
        return [(row.subject, row.reason, row.refused) for row in accesses(session, 1)]


def reveal(client: FlaskClient, person_id: int, **fields: str):
    """Ask for the person."""
    return submit(client, f"/people/{person_id}/reveal", page="/account", **fields)


def test_with_a_reason_the_person_is_shown_and_it_is_recorded(known, inside: Callable) -> None:
    client, person_id, token = known
    answer = reveal(client, person_id, token=token, reason=REASON)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(word in text for word in (NUMBER, "13912340123", "平陆县张店镇某村", "张德良", REASON))
    assert logged(inside) == [(f"person:{person_id}", REASON, False)]


def test_a_part_has_the_persons_id_as_root(known) -> None:
    client, person_id, token = known
    headers = {"HX-Request": "true"}
    page = BeautifulSoup(client.get("/account").get_data(as_text=True), "html.parser")
    data = {"csrf_token": page.select_one("input[name=csrf_token]")["value"], "token": token, "reason": REASON}
    part = BeautifulSoup(
        client.post(f"/people/{person_id}/reveal", data=data, headers=headers).get_data(as_text=True), "html.parser"
    )
    assert part.find(True)["id"] == f"person-{person_id}"
    assert part.select("html, h1") == []


@pytest.mark.parametrize(
    ("reason", "message"), [("", "请写明为什么"), ("看看", "理由须 4 至 200 字"), ("长" * 201, "理由须 4 至 200 字")]
)
def test_without_a_reason_nothing_is_shown(known, inside: Callable, reason: str, message: str) -> None:
    client, person_id, token = known
    answer = reveal(client, person_id, token=token, reason=reason)
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 422
    assert message in page.select_one(".field-error").text
    assert page.select_one("input[name=reason]")["value"] == reason
    assert page.select_one("input[name=token]")["value"] == token
    assert NUMBER not in answer.get_data(as_text=True)
    assert "吕德胜" not in answer.get_data(as_text=True)
    assert logged(inside) == []


def test_a_refusal_is_recorded_too(known, inside: Callable) -> None:
    client, person_id, _token = known
    for token in ("", "forged", "WzEsMSwxXQ.forged"):
        answer = reveal(client, person_id, token=token, reason=REASON)
        assert answer.status_code == 403
        assert NUMBER not in answer.get_data(as_text=True)
    assert logged(inside) == [(f"person:{person_id}", REASON, True)] * 3


def test_a_token_opens_one_person_to_one_account_for_a_day(app: Flask, known, sign_in: Callable) -> None:
    client, person_id, token = known
    assert reveal(client, person_id + 1, token=token, reason=REASON).status_code == 403
    with app.app_context():
        hire("wang", Role.MEDIATOR, platforms=("mediation",), name="王某")
    assert reveal(sign_in("wang"), person_id, token=token, reason=REASON).status_code == 403
    with clock.frozen(clock.now() + timedelta(hours=13)):
        assert reveal(sign_in("zhang"), person_id, token=token, reason=REASON).status_code == 403


def test_nothing_is_shown_where_it_cannot_be_recorded(known, monkeypatch: pytest.MonkeyPatch) -> None:
    client, person_id, token = known

    def full(**said: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("portal.trail.operations.note_access", full)
    with pytest.raises(OSError, match="the disk is full"):
        reveal(client, person_id, token=token, reason=REASON)


def test_who_may_not_reveal_is_refused(app: Flask, known, sign_in: Callable) -> None:
    _client, person_id, token = known
    with app.app_context():
        hire("greeter", Role.GREETER)
    assert reveal(sign_in("greeter"), person_id, token=token, reason=REASON).status_code == 403
