"""A small founded hall with a few accounts, for the tests of the case pages."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.security import generate_password_hash

from portal import clock, database
from portal.access.actor import actor_of
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role
from portal.cases import operations, registry
from portal.cases.models import Case
from portal.cases.operations import PersonGiven, Registration
from portal.organisation import founding
from portal.people.identity import check_character
from tests import kept
from tests.support import csrf_token, demo_password

NOW = datetime(2026, 11, 23, 1, 41, tzinfo=UTC)  # 09:41 in the hall
ID_NUMBER = "14272919800315031" + check_character("14272919800315031")
PHONE = "13912340123"
ADDRESS = "运城市平陆县张店镇风口村3组12号"
STAFF = {
    "clerk": ("张德良", Role.CLERK, ("petition",)),
    "mediator": ("杨调解", Role.MEDIATOR, ("mediation",)),
    "counsellor": ("孟心理", Role.COUNSELLOR, ("counselling",)),
    "supervisor": ("督查一", Role.SUPERVISOR, ()),
    "head": ("值班甲", Role.DUTY_HEAD, ("petition",)),
    "greeter": ("郭小燕", Role.GREETER, ()),
    "sysadmin": ("系统甲", Role.SYSTEM_ADMIN, ()),
    "secadmin": ("安全甲", Role.SECURITY_ADMIN, ()),
    "auditor": ("审计甲", Role.AUDIT_ADMIN, ()),
    "accused": ("被告甲", Role.CLERK, ("petition",)),
}


@cache
def hashed() -> str:
    """The password of every account here, hashed once: hashing is slow by design."""
    return generate_password_hash(demo_password())


def found(app: Flask) -> None:
    """The hall with its accounts; "accused" belongs to the housing bureau (市住房和城乡建设局)."""
    with app.app_context(), database.write() as session:
        kept.rows(session, "the desk", _found)


def _found(session) -> None:
    centre = founding.found(session, NOW, registry.platforms())
    units = {unit.short_name: unit.id for unit in session.scalars(select(founding.Unit))}
    for login, (name, role, platforms) in STAFF.items():
        session.add(
            Account(
                centre_id=centre.id,
                login_name=login,
                name=name,
                password_hash=hashed(),
                session_key="k",
                unit_id=units["市住房和城乡建设局"] if login == "accused" else None,
                role_rows=[AccountRole(role=role.value)],
                platform_rows=[AccountPlatform(platform=code) for code in platforms],
            )
        )


def actor_named(session, login: str):
    """The actor behind a login name."""
    return actor_of(session.scalar(select(Account).where(Account.login_name == login)))


def registered(app: Flask, login: str = "clerk", **given) -> str:
    """A case registered by ``login``; returns its number."""
    values = {
        "channel": "letter",
        "purpose": "claim",
        "subject": "风电项目占地赔偿款拖欠",
        "facts": "施工占用耕地1.2亩，至今未付，联系13800138000。",
        "demands": ("督促支付占地赔偿款4.6万元",),
        "petitioner": PersonGiven("吕德胜", ID_NUMBER, PHONE, ADDRESS),
        "received_at": NOW,
    }
    with app.app_context(), database.write() as session:
        case = operations.register(session, actor_named(session, login), Registration(**values | given), at=NOW)
        return case.number


def case_of(session, number: str) -> Case:
    """The case row of that number."""
    return session.scalar(select(Case).where(Case.number == number))


def post(client: FlaskClient, path: str, page: str = "/account", *, part: bool = False, **fields):
    """Post as the browser does; ``part`` as htmx does."""
    token = csrf_token(client, page)
    headers = {"HX-Request": "true", "X-CSRFToken": token} if part else {}
    return client.post(path, data={"csrf_token": token, **fields}, headers=headers, content_type="multipart/form-data")


def html(answer) -> BeautifulSoup:
    """The answer's document."""
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def errors_of(answer, field: str) -> str:
    """What stands beside a field (its id), "" where nothing does."""
    noted = html(answer).select(f'[id^="{field}-error"]')
    return " ".join(tag.get_text(strip=True) for tag in noted)


@contextmanager
def counted(app: Flask):
    """Count the statements sent to the database inside the block."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith(("BEGIN", "PRAGMA", "select pg_catalog", "show ", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def founded(app: Flask) -> Flask:
    """The app with a founded hall, its clock held at NOW."""
    with clock.frozen(NOW):
        found(app)
        yield app


@pytest.fixture
def clerk(founded: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A petition clerk, signed in."""
    return sign_in("clerk")
