"""Saying something about clocks: the mark that keeps it from being said twice, the event on the case, the lines in inboxes."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.organisation.operations.arranging import alone
from portal.supervision import people
from portal.supervision.models import ClockMark, InboxItem
from portal.supervision.pending import Find, Said
from portal.trail import operations as trail

EVENTS = {"warning": "clock.warned", "overdue": "clock.overdue"}


def tell(session: Session, centre_id: int, find: Find, at: datetime, most: int = 50) -> int:
    """Say what ``find`` (pending.warnings, overdue, moved) has to be said, at most ``most`` things. Returns how many.

    A warning and an overdue mark are events of the case (clock.warned, clock.overdue); a date that moved has its event already.
    The version of the case stays: a warning changes nothing in it that somebody may be writing on.
    """
    alone(session, centre_id)  # whoever tells at the same moment waits, and then finds it said
    # by case, in the order in which others hold the chains
    said = sorted(find(session, centre_id, at, most), key=lambda each: (each.case_id, each.clock_id, each.once))
    topics: set[str] = set()
    for each, told in zip(said, people.told_of(session, centre_id, said), strict=True):
        _mark(session, centre_id, each, at)
        for account_id, unit_id in told.items():
            _put(session, centre_id, account_id, unit_id, each, at)
            topics.add(inbox_topic(account_id))
        if each.kind in EVENTS:
            _note(session, centre_id, each, sorted(told), at)
            topics.add(f"case:{each.case_id}")
    session.flush()
    trail.bump(session, centre_id, *topics)
    return len(said)


def inbox_topic(account_id: int) -> str:
    """The topic that changes with an account's inbox."""
    return f"inbox:{account_id}"


def _mark(session: Session, centre_id: int, said: Said, at: datetime) -> None:
    session.add(
        ClockMark(
            clock_id=said.clock_id,
            once=said.once,
            centre_id=centre_id,
            kind=said.kind,
            due=said.due,
            days=said.days,
            event_id=said.event_id,
            at=at,
        )
    )


def _put(session: Session, centre_id: int, account_id: int, unit_id: int | None, said: Said, at: datetime) -> None:
    session.add(
        InboxItem(
            centre_id=centre_id,
            account_id=account_id,
            unit_id=unit_id,
            kind=said.kind,
            once=f"{said.once}:{said.clock_id}",
            case_id=said.case_id,
            platform=said.platform,
            data=_data(said) | dict(said.facts),
            at=at,
        )
    )


def _note(session: Session, centre_id: int, said: Said, told: list[int], at: datetime) -> None:
    data = _data(said) | {"clock_id": said.clock_id, "proceeding_id": said.proceeding_id}
    trail.append(
        session,
        f"case:{said.case_id}",
        EVENTS[said.kind],
        centre_id=centre_id,
        actor_id=None,
        at=at,
        data=data | {"platform": said.platform, "told": told},
    )


def _data(said: Said) -> dict[str, Any]:
    return {
        "key": said.key,
        "started_on": said.started_on.isoformat(),
        "due": said.due.isoformat() if said.due else None,
        "days": said.days,
        "provisional": said.provisional,
        "verified": said.verified,
        "named": said.named,
    }
