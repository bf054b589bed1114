"""The queue's pages: greeter's desk, window console, overview, screens, enquiry."""

from flask import Blueprint

blueprint = Blueprint("queue", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.queue.views import desk, enquiry, facing, overview, screens, tickets, window  # noqa: E402

__all__ = ["blueprint", "desk", "enquiry", "facing", "overview", "screens", "tickets", "window"]
