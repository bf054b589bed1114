"""Leadership's pages."""

from flask import Blueprint

blueprint = Blueprint("leadership", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.leadership import models  # noqa: E402
from portal.leadership.views import (  # noqa: E402
    booked,
    bookings,
    briefs,
    day,
    desk,
    filling,
    leaders,
    letters,
    publishing,
    roster,
    sponsorship,
    tasks,
)

__all__ = [
    "blueprint",
    "booked",
    "bookings",
    "briefs",
    "day",
    "desk",
    "filling",
    "leaders",
    "letters",
    "models",
    "publishing",
    "roster",
    "sponsorship",
    "tasks",
]
