"""Row numbers that no table can hold are no addresses, whoever asks and in whatever digits."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal.web.routing import MOST
from tests.cases.desk import founded

__all__ = ["founded"]


def addresses(app: Flask, row: str) -> list[tuple[str, str]]:
    """(method, path) of every address with a row number in it."""
    rules = [rule for rule in app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(rules) > 20
    paths = [re.sub(r"<\w+>", "x", re.sub(r"<int:\w+>", row, rule.rule)) for rule in rules]
    both = zip(rules, paths, strict=True)
    return [(method, path) for rule, path in both for method in sorted(rule.methods & {"GET", "POST"})]


@pytest.mark.parametrize("row", ["9" * 30, str(MOST + 1), "9223372036854775808", "-1", "１"])
def test_no_such_row(app: Flask, row: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    found = {client.open(path, method=method).status_code for method, path in addresses(app, row)}
    assert found <= {404, 405}  # 405: the rest of the path fits another address


def test_the_highest_row_is_only_missing(founded: Flask, sign_in: Callable) -> None:
    clients = {login: sign_in(login) for login in ("clerk", "greeter", "sysadmin", "secadmin")}
    founded.config["WTF_CSRF_ENABLED"] = False
    for login, client in clients.items():
        for method, path in addresses(founded, str(MOST)):
            answer = client.open(path, method=method).status_code
            assert answer in (200, 403, 404, 409, 422) or (answer == 303 and path.endswith(("/remove", "/read"))), (
                login,
                path,
            )  # done already


@pytest.mark.parametrize("key", ["9" * 30, str(MOST + 1), "-5", "²", "x", "2026-11-23_" + "9" * 30])
def test_a_key_that_is_none_is_as_good_as_none(founded: Flask, sign_in: Callable, key: str) -> None:
    clerk = sign_in("clerk")
    for address in ("/cases?before=", "/cases?q=占地&before=", "/cases?order=due&after="):
        assert clerk.get(address + key).status_code == 200
    assert sign_in("auditor").get("/audit?before=" + key).status_code == 200
    assert sign_in("greeter").get("/queue/desk?slip=" + key).status_code == 200


@pytest.mark.parametrize("text", ["%00", "YC%00", "%ED%A0%80", "%E2%80%AE", "%27%22%3E", "a" * 300])
def test_no_text_in_an_address_breaks_a_page(founded: Flask, sign_in: Callable, text: str) -> None:
    clerk = sign_in("clerk")
    for address in (f"/cases/{text}", f"/cases/{text}/visits", f"/cases/{text}/slip/print", f"/stream/{text}"):
        assert clerk.get(address).status_code == 404
    for address in (f"/cases?q={text}", f"/cases?platform={text}&state={text}", f"/cases?after={text}"):
        assert clerk.get(address).status_code == 200
