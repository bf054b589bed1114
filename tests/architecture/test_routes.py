"""Every address of the portal: refused by default, readable, and typed."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.access.guard import OPEN_ENDPOINTS
from portal.access.permissions import Permission

pytestmark = pytest.mark.one_engine
PATH = re.compile(
    r"^/([a-z0-9]+(-[a-z0-9]+)*|<[a-z_]+(\([^)]*\))?:[a-z_]+>|<[a-z_]+>)?(/([a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|<([a-z_]+(\([^)]*\))?:)?[a-z_]+>(\.[a-z]+)?))*$"
)


@pytest.fixture
def routes(app: Flask) -> list[Rule]:
    """Every rule except those that serve files."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_ENDPOINTS]
    assert len(found) > 10
    return found


def test_every_view_says_whom_it_is_for(app: Flask, routes: list[Rule]) -> None:
    unguarded = [
        rule.rule
        for rule in routes
        if not isinstance(getattr(app.view_functions[rule.endpoint], "_permission", None), Permission)
        and getattr(app.view_functions[rule.endpoint], "_permission", None) != "public"
    ]
    assert unguarded == []


def test_paths_are_in_kebab_case(routes: list[Rule]) -> None:
    assert [rule.rule for rule in routes if not PATH.match(rule.rule)] == []


def test_ids_are_typed(routes: list[Rule]) -> None:
    untyped = [
        rule.rule
        for rule in routes
        for name in re.findall(r"<([a-z_]+)>", rule.rule)
        if name == "id" or name.endswith("_id")
    ]
    assert untyped == []


def test_strangers_are_sent_to_sign_in(app: Flask, routes: list[Rule]) -> None:
    client = app.test_client()
    for rule in routes:
        if getattr(app.view_functions[rule.endpoint], "_permission", None) == "public" or "GET" not in rule.methods:
            continue
        address = re.sub(r"<(int:)?[a-z_]+>", "1", re.sub(r"<[a-z_]+(\([^)]*\))?:[a-z_]+>", "1", rule.rule))
        answer = client.get(address)
        assert answer.status_code == 302, f"{address}: {answer.status_code}"
        assert answer.headers["Location"].startswith("/login")
        answer = client.get(address, headers={"HX-Request": "true"})
        assert answer.status_code == 401, f"{address} as a part: {answer.status_code}"
        assert answer.headers["HX-Redirect"].startswith("/login")
