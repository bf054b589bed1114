"""The order (queue.order) as the database computes it: who waits for a window, and which of them is the earliest.

``window_id``, ``account_id``, ``quick``, ``centre_id`` and ``day`` may be values or bind parameters, so that lists can be
prebuilt. Every query joins ``takes(…)`` for the window's preferences.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, or_
from sqlalchemy.orm import aliased

from portal.organisation.models import WindowService
from portal.queue import order
from portal.queue.models import Ticket, WindowSession


def takes(window_id: Any, ticket: Any = Ticket) -> ColumnElement[bool]:
    """The join that leaves only what the window offers."""
    return and_(WindowService.service_id == ticket.service_id, WindowService.window_id == window_id)


def standing(quick: Any, ticket: Any = Ticket) -> ColumnElement[int]:
    """order.claim the other way round: smaller is earlier; ties go by the ticket's id."""
    shifted = ticket.rank + WindowService.preference * order.PREFERENCE_STEP
    return shifted - case((and_(ticket.quick, quick), order.QUICK_CREDIT), else_=0)


def waits(
    centre_id: Any, day: Any, window_id: Any, account_id: Any, ticket: Any = Ticket
) -> tuple[ColumnElement[bool], ...]:
    """Who may be called there: a number kept for another window or person is left to it, as long as that one is open and takes it."""
    window, person, offered = aliased(WindowSession), aliased(WindowSession), aliased(WindowService)
    takes_it = offered.service_id == ticket.service_id
    elsewhere = exists().where(
        window.window_id == ticket.for_window_id,
        window.closed_at.is_(None),
        offered.window_id == window.window_id,
        takes_it,
    )
    somebody = exists().where(
        person.account_id == ticket.for_account_id,
        person.closed_at.is_(None),
        offered.window_id == person.window_id,
        takes_it,
    )
    return (
        ticket.centre_id == centre_id,
        ticket.state == "waiting",
        ticket.day == day,
        or_(ticket.for_window_id.is_(None), ticket.for_window_id == window_id, ~elsewhere),
        or_(ticket.for_account_id.is_(None), ticket.for_account_id == account_id, ~somebody),
    )
