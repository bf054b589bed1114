"""Everything that changes the queue. Runs inside database.write(); adds, flushes, appends to the trail, never commits."""

from portal.queue.operations.calls import RECALLS, call_next, call_particular, miss, recall
from portal.queue.operations.direct import receive_directly
from portal.queue.operations.errands import add_errand, go_on
from portal.queue.operations.handovers import accept_handover, hand_over
from portal.queue.operations.moves import what_happened
from portal.queue.operations.records import draft_place, follow_up_from_ticket, identify, register_from_ticket
from portal.queue.operations.refusals import (
    NotGiven,
    NothingRecorded,
    OpenErrands,
    OpenToday,
    Refused,
    StaleTicket,
    StillServing,
)
from portal.queue.operations.serving import (
    REASONS,
    back_to_queue,
    finish,
    finish_and_call_next,
    hold,
    resume_held,
    start,
)
from portal.queue.operations.tickets import code_hash, leave, requeue, restore, take_ticket
from portal.queue.operations.transfers import release, transfer
from portal.queue.operations.windows import close_left_open, close_window, open_window, pause, place_of, resume

__all__ = [
    "REASONS",
    "RECALLS",
    "NotGiven",
    "NothingRecorded",
    "OpenErrands",
    "OpenToday",
    "Refused",
    "StaleTicket",
    "StillServing",
    "accept_handover",
    "add_errand",
    "back_to_queue",
    "call_next",
    "call_particular",
    "close_left_open",
    "close_window",
    "code_hash",
    "draft_place",
    "finish",
    "finish_and_call_next",
    "follow_up_from_ticket",
    "go_on",
    "hand_over",
    "hold",
    "identify",
    "leave",
    "miss",
    "open_window",
    "pause",
    "place_of",
    "recall",
    "receive_directly",
    "register_from_ticket",
    "release",
    "requeue",
    "restore",
    "resume",
    "resume_held",
    "start",
    "take_ticket",
    "transfer",
    "what_happened",
]
