"""Leadership's pages."""

from flask import Blueprint

blueprint = Blueprint("leadership", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.leadership import models  # noqa: E402
from portal.leadership.views import booked, bookings, briefs, day, desk, letters, roster, sponsorship, tasks  # noqa: E402

__all__ = ["blueprint", "booked", "bookings", "briefs", "day", "desk", "letters", "models", "roster", "sponsorship", "tasks"]
