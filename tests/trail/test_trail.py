"""The trail proves what happened: chains, seals, access log, revisions."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import database
from portal.trail import operations, protection, queries

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def append(chain: str = "case:1", kind: str = "visit.recorded", **more) -> None:
    """One event in a write of its own."""
    with database.write() as session:
        operations.append(session, chain, kind, centre_id=1, actor_id=7, at=AT, **more)


def tamper(statement: str, *tables: str) -> None:
    """Change the database as somebody who may do anything would: triggers off first."""
    with database.separate_write() as connection:
        for table in tables:
            protection.remove(connection, table)
        connection.execute(text(statement))


def bump_and_fail() -> None:
    """A write that bumps a topic and comes to nothing."""
    with database.write() as session:
        operations.bump(session, 1, "board")
        _ = 1 / 0


@pytest.fixture
def chain(session: Session) -> Session:
    """Three events on one chain, one on another."""
    append(kind="case.registered", data={"channel": "visit"}, words={"demands": ["督促支付赔偿款"]})
    append()
    append()
    append("case:2")
    return session


def test_an_untouched_trail_is_clean(chain: Session) -> None:
    assert queries.verify(chain) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE event SET kind = 'case.closed' WHERE chain = 'case:1' AND seq = 2", ["case:1#2: altered"]),
        ("UPDATE event SET actor_id = 8 WHERE chain = 'case:2'", ["case:2#1: altered"]),
        (
            "UPDATE event SET data = '{\"channel\": \"letter\"}' WHERE chain = 'case:1' AND seq = 1",
            ["case:1#1: altered"],
        ),
        (
            "DELETE FROM event WHERE chain = 'case:1' AND seq = 2",
            ["case:1#3: expected #2", "case:1#3: does not follow the event before it"],
        ),
        ("DELETE FROM event WHERE chain = 'case:1' AND seq = 3", ["case:1: the head does not match the last event"]),
        ("DELETE FROM event WHERE chain = 'case:2'", ["case:2: the head does not match the last event"]),
        ("DELETE FROM trail_head WHERE chain = 'case:2'", ["case:2: events without a head"]),
    ],
)
def test_verification_names_what_was_altered(chain: Session, statement: str, found: list[str]) -> None:
    tamper(statement, "event")
    assert queries.verify(chain) == found


def test_altered_words_are_found(chain: Session) -> None:
    with database.separate_write() as connection:
        connection.execute(text("UPDATE event_payload SET salt = 'another'"))
    assert queries.verify(chain) == ["case:1#1: words altered"]


def test_erased_words_leave_the_chain_whole(chain: Session) -> None:
    with database.separate_write() as connection:
        connection.execute(text("DELETE FROM event_payload"))
    assert queries.verify(chain) == []
    assert queries.entries(chain, "case:1")[0].words == {}


def test_words_are_not_readable_in_the_database(chain: Session) -> None:
    stored = chain.execute(text("SELECT text FROM event_payload")).scalar_one()
    assert "赔偿" not in stored
    assert queries.entries(chain, "case:1")[0].words == {"demands": ["督促支付赔偿款"]}


def test_a_seal_finds_a_chain_rewritten_with_its_head(chain: Session, tmp_path: Path) -> None:
    with database.write() as session:
        operations.seal(session, 1, AT, tmp_path)
    tamper("DELETE FROM event WHERE chain = 'case:2'", "event")
    with database.separate_write() as connection:
        connection.execute(text("DELETE FROM trail_head WHERE chain = 'case:2'"))
    append("case:2", "case.closed")
    assert queries.verify(chain) == ["seal 1: case:2#1 is not what was sealed"]


def test_seals_follow_one_another_in_database_and_file(chain: Session, tmp_path: Path) -> None:
    with database.write() as session:
        first = operations.seal(session, 1, AT, tmp_path).digest
    with database.write() as session:
        assert operations.seal(session, 1, AT + timedelta(minutes=1), tmp_path) is None, "nothing moved"
    append()
    with database.write() as session:
        second = operations.seal(session, 1, AT + timedelta(minutes=2), tmp_path)
        assert (second.previous, second.heads) == (first, 1)
    lines = [json.loads(line) for line in (tmp_path / "seals-1.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["digest"] for line in lines] == [first, second.digest]
    assert queries.verify(chain) == []


def test_two_that_seal_at_once_make_one_chain_of_seals(app: Flask, tmp_path: Path) -> None:
    """The lease keeps two schedulers apart; where it did not (a stopped clock, a hand at the console), the chain must not fork."""
    gate, problems, rounds = threading.Barrier(2), [], 12

    def seal_often(hand: int) -> None:
        with app.app_context():
            for place in range(rounds):
                append(f"case:{hand}")
                gate.wait()
                try:
                    with database.write() as session:
                        operations.seal(session, 1, AT + timedelta(seconds=place), tmp_path)
                except Exception as problem:  # a thread's own would be lost
                    problems.append(problem)
            database.db.session.remove()

    hands = [threading.Thread(target=seal_often, args=(hand,)) for hand in (1, 2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert problems == []
    with app.app_context():
        session = database.db.session()
        assert queries.verify(session) == []
        kept = session.execute(text("SELECT digest FROM seal ORDER BY id")).scalars().all()
        assert len(kept) >= rounds, "each time at least one had something to seal"
        lines = (tmp_path / "seals-1.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["digest"] for line in lines] == kept


def test_an_altered_seal_is_found(chain: Session, tmp_path: Path) -> None:
    with database.write() as session:
        operations.seal(session, 1, AT, tmp_path)
    tamper("UPDATE seal SET heads = 0, content = '[]'", "seal")
    assert queries.verify(chain) == ["seal 1: altered"]


def test_the_access_log_survives_what_comes_after_it(session: Session) -> None:
    operations.note_access(
        centre_id=1, actor_id=7, at=AT, action="person.revealed", subject="person:3", reason="核对身份"
    )
    session.rollback()
    with database.db.engine.connect() as other:
        row = other.execute(text("SELECT subject, refused, reason FROM access")).one()
    assert (row.subject, bool(row.refused)) == ("person:3", False)
    assert "核对" not in row.reason
    assert queries.accesses(session, 1)[0].reason == "核对身份"


def test_the_access_log_is_not_written_inside_a_write(session: Session) -> None:
    with pytest.raises(database.DirtySession), database.write():
        operations.note_access(centre_id=1, actor_id=7, at=AT, action="person.revealed", subject="person:3")


def test_the_access_log_pages_by_key(session: Session) -> None:
    for person in range(5):
        operations.note_access(centre_id=1, actor_id=7, at=AT, action="person.opened", subject=f"person:{person}")
    newest = queries.accesses(session, 1, limit=2)
    older = queries.accesses(session, 1, before=newest[-1].id, limit=2)
    assert [row.subject for row in newest + older] == ["person:4", "person:3", "person:2", "person:1"]
    assert queries.accesses(session, 2) == []


def test_a_topic_is_bumped_with_what_changes_it_or_not_at_all(session: Session) -> None:
    with database.write() as writing:
        operations.bump(writing, 1, "board", "queue")
    with pytest.raises(ZeroDivisionError):
        bump_and_fail()
    with database.write() as writing:
        operations.bump(writing, 1, "board")
        operations.bump(writing, 2, "board")
    assert queries.revisions(session, 1) == {"board": 2, "queue": 1}
    assert queries.revision(session, 3, "board") == 0
