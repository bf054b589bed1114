"""The queue's tables, by noun."""

from portal.queue.models.ahead import Appointment, PaperRange
from portal.queue.models.screens import Announcement, Layout, Notice, Screen
from portal.queue.models.visits import Call, Errand, Period, Ticket, at_window
from portal.queue.models.windows import Emergency, Handover, WindowSession

__all__ = [
    "Announcement",
    "Appointment",
    "Call",
    "Emergency",
    "Errand",
    "Handover",
    "Layout",
    "Notice",
    "PaperRange",
    "Period",
    "Screen",
    "Ticket",
    "WindowSession",
    "at_window",
]
