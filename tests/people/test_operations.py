"""One row per person and centre: who is taken for whom, what is filled in, what is never overwritten."""

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal import database
from portal.people import operations, queries
from portal.people.identity import check_character
from portal.people.models import Person
from portal.trail.models import Event

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ONE, OTHER = (first + check_character(first) for first in ("14080219900101001", "14080219850505002"))
PHONE, ADDRESS = "13812345678", "运城市盐湖区北城街道红旗东街12号"


def find(session: Session, name: str = "吕某某", centre_id: int = 1, **known: str | None) -> Person:
    with database.write():
        return operations.find_or_create(session, centre_id, name=name, at=AT, **known)


def test_the_same_number_is_the_same_person_in_any_spelling_and_under_any_name(session: Session) -> None:
    first = find(session, id_number=ONE)
    again = find(session, name="吕 某", id_number=f" {ONE[:6]} {ONE[6:14]}-{ONE[14:].lower()}")
    assert again.id == first.id
    assert again.name == "吕某某"
    assert find(session, id_number=OTHER).id != first.id


def test_without_a_number_name_and_telephone_decide_then_name_and_address(session: Session) -> None:
    first = find(session, phone=PHONE, address=ADDRESS)
    assert find(session, phone="138 1234 5678").id == first.id
    assert find(session, address="运城市 盐湖区北城街道红旗东街１２号").id == first.id
    assert find(session, name="张某", phone=PHONE, address=ADDRESS).id != first.id
    assert find(session).id != first.id, "a name alone identifies nobody"


def test_what_was_missing_is_filled_in_and_recorded_and_nothing_is_overwritten(session: Session) -> None:
    first = find(session, phone=PHONE)
    find(session, phone=PHONE, id_number=ONE, address=ADDRESS)
    find(session, id_number=ONE, phone="13900000000", address="别处")
    session.expire_all()
    assert queries.sensitive(session, first.id) == {
        "name": "吕某某",
        "id_number": ONE,
        "phone": PHONE,
        "address": ADDRESS,
    }
    assert queries.by_id(session, 1, ONE).id == first.id
    events = session.scalars(select(Event).where(Event.chain == f"person:{first.id}")).all()
    assert [(event.kind, event.data) for event in events] == [
        ("person.completed", {"fields": ["address", "id_number"]})
    ]


def test_a_namesake_with_another_number_on_the_same_telephone_is_someone_else(session: Session) -> None:
    father = find(session, phone=PHONE, id_number=ONE)
    son = find(session, phone=PHONE, id_number=OTHER)
    assert son.id != father.id
    unknown = find(session, phone=PHONE)
    assert unknown.id not in (father.id, son.id), "between two namesakes nobody guesses"
    assert find(session, phone=PHONE).id == unknown.id


def test_a_single_known_namesake_is_found_by_telephone(session: Session) -> None:
    first = find(session, phone=PHONE, id_number=ONE)
    assert find(session, phone=PHONE).id == first.id


def test_centres_keep_their_own_persons(session: Session) -> None:
    assert find(session, id_number=ONE).id != find(session, centre_id=2, id_number=ONE).id
    assert queries.by_id(session, 3, ONE) is None


def test_nothing_personal_lies_readable_in_the_table(session: Session) -> None:
    find(session, id_number=ONE, phone=PHONE, address=ADDRESS)
    stored = str(session.execute(text("SELECT * FROM person")).all())
    assert "吕某某" in stored
    for secret in (ONE, PHONE, ADDRESS, "红旗东街"):
        assert secret not in stored


def test_windows_registering_one_person_at_once_make_one_row(app: Flask, session: Session) -> None:
    start, found, troubles = threading.Barrier(8), [], []

    def window() -> None:
        with app.app_context():
            start.wait()
            try:
                found.append(find(database.db.session(), id_number=ONE, phone=PHONE).id)
            except Exception as trouble:  # shown by the assertion below, in the test's own thread
                troubles.append(trouble)
            database.db.session.remove()

    threads = [threading.Thread(target=window) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(found) == 8
    assert len(set(found)) == 1
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_number_inserted_since_the_look_up_is_found(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    first = find(session, id_number=ONE)
    monkeypatch.setattr(operations, "_known", lambda *_args: None)
    assert find(session, id_number=ONE).id == first.id


def test_a_number_given_to_another_row_since_the_look_up_wins(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    numberless = find(session, phone=PHONE)
    winner = find(session, name="张某", id_number=ONE)
    monkeypatch.setattr(operations, "_known", lambda *_args: session.get(Person, numberless.id))
    assert find(session, phone=PHONE, id_number=ONE).id == winner.id
    session.expire_all()
    assert session.get(Person, numberless.id).id_hash is None


def test_the_greeter_learns_only_that_someone_has_been_here(session: Session) -> None:
    find(session, id_number=ONE, phone=PHONE)
    assert queries.has_been_here(session, 1, id_number=ONE.lower()) is True
    assert queries.has_been_here(session, 1, phone="138-1234-5678") is True
    assert queries.has_been_here(session, 1, id_number=OTHER, phone=PHONE) is True
    assert queries.has_been_here(session, 1, id_number=OTHER, phone="13900000000") is False
    assert queries.has_been_here(session, 2, id_number=ONE) is False
    assert queries.has_been_here(session, 1, id_number="", phone=" ") is False


def test_a_family_on_one_telephone_is_found_oldest_first(session: Session) -> None:
    people = [find(session, name=name, phone=PHONE) for name in ("吕某", "王某", "吕小某")]
    assert [person.id for person in queries.by_phone(session, 1, "１３８ 1234 5678")] == [
        person.id for person in people
    ]
    assert queries.by_phone(session, 1, "") == []
    assert queries.by_id(session, 1, " ") is None
    assert queries.sensitive(session, 10_000) == {}
