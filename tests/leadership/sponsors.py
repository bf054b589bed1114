"""A hall with leaders, their office and a unit, for the tests of sponsorship, letters read and the leader's page."""

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.access.models import Account, AccountRole
from portal.access.permissions import Role
from portal.cases.models import Case
from portal.leadership.models import Attendant, Leader
from portal.leadership.operations import sponsorship as operations
from portal.leadership.operations.sponsorship import Opening
from portal.organisation.models import Unit
from tests.cases.desk import NOW, actor_named, case_of, found, hashed, registered

PEOPLE = {
    "office": ("冯凯", Role.LEADER_OFFICE, None),
    "office-two": ("钟秘书", Role.LEADER_OFFICE, None),
    "leader": ("杜立新", Role.LEADER, None),
    "unit": ("闫承办", Role.HANDLER, "市自然资源和规划局"),
    "other-unit": ("贺承办", Role.HANDLER, "市农业农村局"),
}
LEADERS = (
    ("杜立新", "市长", "government", "city"),
    ("路海涛", "副市长", "government", "city"),
    ("冉志刚", "盐湖区区长", "county", "county"),
)
TODAY = clock.day_of(NOW)


def staffed(app) -> None:
    """The hall of tests.cases.desk, besides the office, the leaders and two units' accounts."""
    found(app)
    with app.app_context(), database.write() as session:
        head = session.scalars(select(Account).where(Account.login_name == "head")).one()
        for login, (name, role, unit) in PEOPLE.items():
            account = Account(
                centre_id=head.centre_id, login_name=login, name=name, password_hash=hashed(), session_key="k",
                unit_id=unit_id(session, unit) if unit else None, role_rows=[AccountRole(role=role.value)],
            )  # fmt: skip
            session.add(account)
        session.flush()
        for place, (name, post, body, level) in enumerate(LEADERS):
            own = account_id(session, "leader") if name == "杜立新" else None
            row = Leader(
                centre_id=head.centre_id, name=name, post=post, body=body, level=level, position=place, account_id=own
            )
            session.add(row)
            session.flush()
            if name == "杜立新":
                session.add(Attendant(leader_id=row.id, account_id=account_id(session, "office")))


def account_id(session, login: str) -> int:
    """The account behind a login name."""
    return session.scalars(select(Account.id).where(Account.login_name == login)).one()


def unit_id(session, short_name: str) -> int:
    """The organ of that short name."""
    return session.scalars(select(Unit.id).where(Unit.short_name == short_name)).one()


def leader_id(session, name: str = "杜立新") -> int:
    """The leader of that name."""
    return session.scalars(select(Leader.id).where(Leader.name == name)).one()


def sponsored(app, *, target=None, lead: str = "市自然资源和规划局", name: str = "杜立新", **given) -> tuple[int, str]:
    """A case under a leader's care, put there by the duty head; (id of the sponsorship, case number)."""
    number = registered(app, **given)
    with app.app_context(), database.write() as session:
        opening = Opening(leader_id(session, name), "city", unit_id(session, lead) if lead else None, target_on=target)
        head, case = actor_named(session, "head"), case_of(session, number)
        return operations.begin(session, head, case.id, opening, at=NOW).id, number


def accuse(app, number: str, unit: str = "市自然资源和规划局") -> None:
    """Make the case a 检举 of ``unit``."""
    with app.app_context(), database.write() as session:
        case: Case = case_of(session, number)
        case.sensitivity, case.respondent_unit_id = "accusation", unit_id(session, unit)


@pytest.fixture
def hall(app):
    """The app with the hall, its clock held at NOW."""
    with clock.frozen(NOW):
        staffed(app)
        yield app


@pytest.fixture
def do(hall):
    """``do(operation, login, ...)`` in a write of its own."""

    def done(operation, login, *args, **kwargs):
        with hall.app_context(), database.write() as session:
            return operation(session, actor_named(session, login), *args, at=clock.now(), **kwargs)

    return done
