"""Refuse by default: a view that says nothing is closed to everybody, whoever asks."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal.access.guard import OPEN_ENDPOINTS, requires
from portal.access.permissions import POLICY, Permission, Role
from portal.trail import operations as trail
from tests.staff import MONDAY, hire, open_centre

pytestmark = pytest.mark.one_engine


def permission_of(app: Flask, endpoint: str) -> object:
    """What the view was marked with."""
    return getattr(app.view_functions[endpoint], "_permission", None)


def test_a_view_that_says_nothing_is_refused_to_everybody(app: Flask, sign_in: Callable) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with app.app_context():
        open_centre()
        hire("head", Role.DUTY_HEAD)
    for client in (app.test_client(), sign_in("head")):
        answer = client.get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.get_data(as_text=True)


def test_every_view_states_a_permission(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - OPEN_ENDPOINTS
    assert len(endpoints) > 30
    silent = {name for name in endpoints if not isinstance(permission_of(app, name), Permission | str)}
    assert silent == set()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_nothing_beyond_its_permissions(app: Flask, sign_in: Callable, role: Role) -> None:
    with app.app_context():
        open_centre()
        hire("someone", role)
    client = sign_in("someone")
    closed = 0
    for rule in app.url_map.iter_rules():
        wanted = permission_of(app, rule.endpoint)
        if (
            rule.endpoint in OPEN_ENDPOINTS
            or wanted in ("public", None)
            or wanted in POLICY[role]
            or "GET" not in rule.methods
        ):
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        assert client.get(address).status_code == 403, f"{role} opens {address}"
        closed += 1
    assert closed > 3


def test_requires_marks_the_view() -> None:
    @requires(Permission.AUDIT_READ)
    def view() -> str:
        return ""

    assert view._permission is Permission.AUDIT_READ


def test_the_audit_page_shows_readings_refusals_and_the_verification(app: Flask, sign_in: Callable) -> None:
    with app.app_context():
        open_centre()
        clerk = hire("zhang", Role.CLERK)
        hire("audit", Role.AUDIT_ADMIN, name="申计")
        for number in range(60):
            trail.note_access(
                centre_id=clerk.centre_id,
                actor_id=clerk.id,
                at=MONDAY,
                action="person.revealed",
                subject=f"person:{number}",
                reason="核对<b>身份</b>",
                refused=number == 59,
            )
    client = sign_in("audit")
    first = client.get("/audit").get_data(as_text=True)
    assert "人员 59<" in first
    assert "拒绝" in first
    assert "核对&lt;b&gt;身份" in first
    assert "人员 5<" not in first
    more = re.search(r"/audit\?before=\d+", first)[0]
    assert "人员 5<" in client.get(more).get_data(as_text=True)
    assert "与记录相符" in client.get("/audit?verify=1").get_data(as_text=True)
