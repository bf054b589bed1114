"""Priority classes of the queue and the waiting time each is credited with.

The credits are this hall's own rule, arranged by the centre; no law gives a number. A ticket's rank is the second it was
taken less its credit, so everybody's claim grows equally with waiting (ageing): a class moves ahead of those who came
within its credit before it, and nobody who came earlier than that is ever overtaken.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Priority:
    """One class. ``credit`` is in minutes; ``label`` is what the greeter chooses and what a call's reason names.

    ``offered``: can be chosen for a visitor; 预约 cannot, it comes with an appointment that was kept.
    """

    code: str
    label: str
    credit: int
    offered: bool = True


PRIORITIES = (
    Priority("ordinary", "普通", 0),
    Priority("frail", "老弱病残孕", 30),
    Priority("military", "军人军属", 20),
    Priority("appointment", "预约", 20, offered=False),
)
_BY_CODE = {priority.code: priority for priority in PRIORITIES}


def label(code: str) -> str:
    """The Chinese name of a class; the code itself where the centre no longer has it."""
    return _BY_CODE[code].label if code in _BY_CODE else code


def credit(code: str) -> int:
    """The class's credit in minutes. KeyError if unknown."""
    return _BY_CODE[code].credit


def rank(code: str, taken_at: datetime) -> int:
    """The stored place in the queue, smaller is earlier: seconds of ``taken_at`` less the credit. KeyError if unknown."""
    return int(taken_at.timestamp()) - credit(code) * 60
