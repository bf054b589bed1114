"""Numbers in series, how the centre arranges its hall, and when it is open. Runs inside database.write()."""

from portal.organisation.operations.arranging import (
    PAPER_LETTER,
    Misarranged,
    add_service,
    arrange_centre,
    arrange_service,
    arrange_window,
    next_number,
)
from portal.organisation.operations.hours import (
    add_closure,
    copy_duties,
    plan_duty,
    remove_closure,
    remove_duty,
    set_hours,
)
from portal.organisation.operations.units import set_kind

__all__ = [
    "PAPER_LETTER",
    "Misarranged",
    "add_closure",
    "add_service",
    "arrange_centre",
    "arrange_service",
    "arrange_window",
    "copy_duties",
    "next_number",
    "plan_duty",
    "remove_closure",
    "remove_duty",
    "set_hours",
    "set_kind",
]
