"""Many hands number letters of one organ at the same moment: no gap, no number twice. Real threads on PostgreSQL."""

import threading

from flask import Flask
from sqlalchemy import select

from portal import database
from portal.cases.operations import Refused
from portal.documents.letters import operations
from portal.documents.letters.models import Letter, LetterSeries
from tests.documents import letters
from tests.documents.letters import act, drafted
from tests.staff import MONDAY

LETTERS, THREADS = 18, 6


def ready(organ: letters.Organ, count: int) -> list[int]:
    """Signed letters on cases of their own, waiting for numbers."""
    made = []
    for _ in range(count):
        with database.write() as session:
            bureau = letters.unit(session, letters.BUREAU)
            case = letters.cases.register(session, organ.clerk, letters.given(competent_unit_id=bureau.id), at=MONDAY)
            number = case.number
        own = letters.Organ(**{**vars(organ), "number": number})
        letter_id = drafted(own, "acceptance")
        for by, code in ((organ.drafter, "submit"), (organ.checker, "check"), (organ.head, "sign")):
            act(by, letter_id, code)
        made.append(letter_id)
    return made


def test_numbers_given_at_once_are_gapless_and_never_twice(app: Flask) -> None:
    with app.app_context():
        organ = letters.found_organ()
        waiting = ready(organ, LETTERS)
    start, broken, failed = threading.Barrier(THREADS), [], []

    def work(mine: list[int]) -> None:
        with app.app_context():
            start.wait()
            for place, letter_id in enumerate(mine):
                try:
                    database.attempt(number, letter_id, place == 0)
                except RuntimeError:
                    broken.append(letter_id)
                except Exception as problem:  # shown by the assertion below: a thread's own would be lost
                    failed.append(problem)

    def number(session, letter_id: int, breaks: bool) -> None:
        version = session.scalar(select(Letter.version).where(Letter.id == letter_id))
        operations.act(session, organ.checker, letter_id, "number", version=version, at=MONDAY)
        if breaks:
            raise RuntimeError("the transaction is lost after its number was taken")

    threads = [threading.Thread(target=work, args=(waiting[place::THREADS],)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(broken) == THREADS
    with app.app_context():
        session = database.db.session()
        given = sorted(session.scalars(select(Letter.number_serial).where(Letter.number_serial.is_not(None))))
        assert given == list(range(1, LETTERS - THREADS + 1))
        assert session.scalars(select(LetterSeries.last)).all() == [LETTERS - THREADS]


def test_one_letter_numbered_by_two_at_once_gets_one_number(app: Flask) -> None:
    with app.app_context():
        organ = letters.found_organ()
        letter_id = ready(organ, 1)[0]
        version = database.db.session.get(Letter, letter_id).version
    start, said = threading.Barrier(2), []

    def work() -> None:
        with app.app_context():
            start.wait()
            try:
                database.attempt(
                    lambda session: operations.act(
                        session, organ.checker, letter_id, "number", version=version, at=MONDAY
                    )
                )
                said.append("numbered")
            except (Refused, letters.cases.StaleVersion) as problem:
                said.append(type(problem).__name__)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["StaleVersion", "numbered"]
