"""领导接访日程 for walls: who receives whom when, from whoever publishes it. The queue knows only where to ask.

A capability above this one gives its source at start-up with ``load``; until then there is nothing published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

MOST = 12  # what a wall asks for at most


@dataclass(frozen=True)
class Reception:
    """One published reception: ``hours`` ("09:00–11:30"), ``who`` as published (职务 and name), ``place`` in the hall."""

    day: date
    hours: str
    who: str
    place: str


Source = Callable[[Session, int, date, int], Sequence[Reception]]
_source: list[Source] = []


def load(source: Source | None) -> None:
    """Ask ``source(session, centre_id, from_day, limit)`` from now on; None asks nobody."""
    _source[:] = [source] if source else []


def upcoming(session: Session, centre_id: int, day: date) -> tuple[Reception, ...]:
    """What is published from ``day`` on, the earliest first; empty where nothing is."""
    return tuple(_source[0](session, centre_id, day, MOST)) if _source else ()
