"""What is hidden does not exist: no id, link or paper lets a colleague infer a matter that is kept from him."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import database
from portal.cases import operations
from portal.cases.models import Party
from portal.cases.operations import PersonGiven
from portal.people.models import Person
from portal.trail.models import Access
from tests.cases.desk import NOW, actor_named, case_of, clerk, founded, html, registered

__all__ = ["clerk", "founded"]

INFORMER = "检举人之名"


@pytest.fixture
def accusation(founded: Flask) -> str:
    """A 检举 by somebody who is known here for nothing else."""
    return registered(
        founded, purpose="accusation", subject="举报收受宴请", petitioner=PersonGiven(INFORMER, "", "13912340777")
    )


@pytest.fixture
def number(founded: Flask) -> str:
    """An ordinary matter, open to its platform."""
    return registered(founded)


def person_of(inside: Callable, number: str) -> int:
    with inside() as session:
        return session.scalar(select(Party.person_id).where(Party.case_id == case_of(session, number).id))


def test_an_informer_is_found_by_no_person_id(
    accusation: str, clerk: FlaskClient, sign_in: Callable, inside: Callable
) -> None:
    person = person_of(inside, accusation)
    answer = sign_in("accused").get(f"/people/{person}")
    assert answer.status_code == 404
    assert "reveal" not in answer.get_data(as_text=True)
    with inside() as session:
        looked = session.scalars(select(Access).where(Access.action == "person.opened").order_by(Access.id)).all()
        assert [(row.subject, row.refused) for row in looked] == [(f"person:{person}", True)]
    assert clerk.get(f"/people/{person}").status_code == 200


def test_a_person_without_a_matter_has_no_page(founded: Flask, clerk: FlaskClient) -> None:
    with founded.app_context(), database.write() as session:
        person = Person(centre_id=1, name="只取过号", kind="citizen", created_at=NOW)
        session.add(person)
        session.flush()
        person_id = person.id
    assert clerk.get(f"/people/{person_id}").status_code == 404


def test_a_link_to_a_hidden_matter_is_told_to_nobody_else(
    founded: Flask, accusation: str, number: str, clerk: FlaskClient, sign_in: Callable
) -> None:
    with founded.app_context(), database.write() as session:
        one, other = case_of(session, number), case_of(session, accusation)
        operations.link(session, actor_named(session, "clerk"), one, other, why="同一人另有检举", at=NOW)
    assert f"关联 {accusation}" in html(clerk.get(f"/cases/{number}")).get_text()
    for login in ("accused", "supervisor"):
        text = html(sign_in(login).get(f"/cases/{number}")).get_text()
        assert accusation not in text
        assert "同一人另有检举" not in text


def test_counselling_tells_others_no_day(founded: Flask, number: str, clerk: FlaskClient, inside: Callable) -> None:
    sealed = registered(founded, "counsellor", platform="counselling", subject="情绪低落", demands=())
    assert person_of(inside, sealed) == person_of(inside, number)
    with inside() as session:
        case_id = case_of(session, sealed).id
    card = html(clerk.get(f"/people/{person_of(inside, number)}")).select_one(f"#matter-{case_id}")
    assert card.get_text(" ", strip=True).split() == ["心理服务", "进行中", "心理服务"]
