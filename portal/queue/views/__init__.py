"""The queue's pages: greeter's desk, window console, overview, screens, enquiry."""

from flask import Blueprint

blueprint = Blueprint("queue", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.queue.views import (  # noqa: E402
    appointments,
    desk,
    devices,
    emergencies,
    enquiry,
    errands,
    facing,
    handovers,
    kiosk,
    layouts,
    notices,
    overview,
    paper,
    screens,
    tickets,
    transfers,
    voice,
    window,
)

__all__ = [
    "appointments",
    "blueprint",
    "desk",
    "devices",
    "emergencies",
    "enquiry",
    "errands",
    "facing",
    "handovers",
    "kiosk",
    "layouts",
    "notices",
    "overview",
    "paper",
    "screens",
    "tickets",
    "transfers",
    "voice",
    "window",
]
