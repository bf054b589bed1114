"""The security administrator's work: three administrators stay three persons, and nobody gives rights to himself."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import database
from portal.access.models import Account
from portal.access.permissions import ADMINISTRATORS, POLICY, ConflictingRoles, Permission, Role, check_roles
from portal.trail.queries import entries
from tests.staff import hire, open_centre
from tests.support import demo_password, submit

NEW = {"login_name": "liqiang", "name": "李强", "title": "科员", "password": "First-word-2026", "roles": "clerk"}


@pytest.fixture
def admin(app: Flask, sign_in: Callable) -> FlaskClient:
    """The security administrator, signed in; one clerk to work on."""
    with app.app_context():
        open_centre()
        hire("security", Role.SECURITY_ADMIN, name="安静")
        hire("zhang", Role.CLERK, platforms=("petition",))
    return sign_in("security")


def held(session: Session, login_name: str) -> Account:
    """An account by its login name."""
    return session.scalars(select(Account).where(Account.login_name == login_name)).one()


def problems(answer) -> list[str]:
    """The messages beside the fields."""
    return [error.text for error in BeautifulSoup(answer.get_data(as_text=True), "html.parser").select(".field-error")]


@pytest.mark.one_engine
@pytest.mark.parametrize("administrator", ADMINISTRATORS)
@pytest.mark.parametrize("other", list(Role))
def test_an_administrator_holds_nothing_else(administrator: Role, other: Role) -> None:
    if administrator == other:
        check_roles([administrator])
        return
    with pytest.raises(ConflictingRoles):
        check_roles([administrator, other])


@pytest.mark.one_engine
def test_no_administrator_can_do_anothers_work() -> None:
    shared = {Permission.SESSION_USE}
    for one in ADMINISTRATORS:
        for other in Role:
            if one != other:
                assert POLICY[one] & POLICY[other] <= shared, (one, other)


def test_the_list_shows_everybody(admin: FlaskClient) -> None:
    page = BeautifulSoup(admin.get("/admin/accounts").get_data(as_text=True), "html.parser")
    assert [row.td.text for row in page.select("tbody tr")] == ["security", "zhang"]


def test_a_new_account_signs_in_and_must_change(admin: FlaskClient, app: Flask, inside: Callable) -> None:
    answer = submit(admin, "/admin/accounts/new", **NEW | {"platforms": ["petition", "mediation"]})
    assert answer.headers["Location"] == "/admin/accounts"
    with inside() as session:
        made = held(session, "liqiang")
        assert (made.roles, made.platforms, made.must_change) == ([Role.CLERK], ("mediation", "petition"), True)
    answer = submit(app.test_client(), "/login", login_name="liqiang", password=NEW["password"])
    assert answer.headers["Location"] == "/account"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"login_name": "zhang"}, "这个登录名已有人使用。"),
        ({"login_name": "李强"}, "用小写字母开头"),
        ({"login_name": ""}, "请填写。"),
        ({"name": ""}, "请填写。"),
        ({"name": "强" * 41}, "不超过 40 字。"),
        ({"password": "weak"}, "口令至少 10 个字符"),
        ({"roles": ["security_admin", "clerk"]}, "系统、安全、审计三员必须各由一人担任"),
        ({"roles": "emperor"}, "所选项目不在列表中"),
        ({"platforms": "nothing"}, "所选项目不在列表中"),
        ({"roles": []}, "至少选择一个角色。"),
    ],
)
def test_a_bad_account_is_explained_and_kept(admin: FlaskClient, inside: Callable, changed: dict, message: str) -> None:
    answer = submit(admin, "/admin/accounts/new", **NEW | changed)
    assert answer.status_code == 422
    assert any(message in problem for problem in problems(answer)), problems(answer)
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert page.select_one("#title")["value"] == "科员"
    with inside() as session:
        assert session.scalars(select(Account.login_name).order_by(Account.login_name)).all() == ["security", "zhang"]


def test_roles_change_at_once_and_leave_a_trace(admin: FlaskClient, sign_in: Callable, inside: Callable) -> None:
    clerk = sign_in("zhang")
    assert clerk.get("/cases").status_code == 200
    with inside() as session:
        identity = held(session, "zhang").id
    address = f"/admin/accounts/{identity}"
    answer = submit(
        admin, address, roles=["clerk", "mediator"], platforms=["petition", "mediation"], enabled="y", password=""
    )
    assert answer.status_code == 303
    with inside() as session:
        assert held(session, "zhang").roles == [Role.CLERK, Role.MEDIATOR]
    submit(admin, address, roles=["greeter"], enabled="y", password="")
    assert clerk.get("/cases").status_code == 403
    with inside() as session:
        stated = [
            entry.data.get("roles") for entry in entries(session, f"account:{identity}", kinds=("account.roles_set",))
        ]
    assert stated == [["clerk", "mediator"], ["greeter"]]


def test_disabling_ends_the_session(admin: FlaskClient, sign_in: Callable, inside: Callable) -> None:
    clerk = sign_in("zhang")
    with inside() as session:
        identity = held(session, "zhang").id
    submit(admin, f"/admin/accounts/{identity}", roles=["clerk"], platforms=["petition"], password="")
    assert clerk.get("/account").status_code == 302


def test_a_forgotten_password_is_reset(admin: FlaskClient, app: Flask, inside: Callable) -> None:
    with inside() as session:
        identity = held(session, "zhang").id
    address = f"/admin/accounts/{identity}"
    assert "口令至少" in problems(submit(admin, address, roles=["clerk"], enabled="y", password="weak"))[0]
    submit(admin, address, roles=["clerk"], platforms=["petition"], enabled="y", password="Given-word-2026")
    client = app.test_client()
    assert submit(client, "/login", login_name="zhang", password=demo_password()).status_code == 422
    assert submit(client, "/login", login_name="zhang", password="Given-word-2026").headers["Location"] == "/account"


def test_nobody_changes_his_own_rights(admin: FlaskClient, inside: Callable) -> None:
    with inside() as session:
        identity = held(session, "security").id
    answer = submit(admin, f"/admin/accounts/{identity}", roles=["clerk"], enabled="y", password="")
    assert answer.status_code == 422
    assert "不能修改自己的账号" in problems(answer)[0]
    with inside() as session:
        assert held(session, "security").roles == [Role.SECURITY_ADMIN]


@pytest.mark.parametrize("role", [Role.CLERK, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.DUTY_HEAD])
def test_nobody_else_opens_the_accounts(admin: FlaskClient, app: Flask, sign_in: Callable, role: Role) -> None:
    with app.app_context():
        hire("other", role)
    client = sign_in("other")
    for address in ("/admin/accounts", "/admin/accounts/new", "/admin/accounts/1"):
        assert client.get(address).status_code == 403


def test_another_centres_account_does_not_exist(admin: FlaskClient, app: Flask, inside: Callable) -> None:
    with app.app_context(), database.write() as session:
        held(session, "zhang").centre_id = 99
    with inside() as session:
        identity = held(session, "zhang").id
    assert admin.get(f"/admin/accounts/{identity}").status_code == 404
