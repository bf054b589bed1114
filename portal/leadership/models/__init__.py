"""Leadership's tables, by noun."""

from portal.leadership.models.loop import Followup, Instruction, Sheet, Task, TaskUnit
from portal.leadership.models.reception import Booking, Brief
from portal.leadership.models.roster import (
    Attendant,
    Edition,
    Grade,
    Leader,
    LeaderDuty,
    LeadershipSettings,
    Reception,
    Rotation,
    Week,
)
from portal.leadership.models.sponsorship import (
    LetterRead,
    Milestone,
    ProgressNote,
    Sponsorship,
    SponsorTerm,
    TaskForceMember,
)

__all__ = [
    "Attendant",
    "Booking",
    "Brief",
    "Edition",
    "Followup",
    "Grade",
    "Instruction",
    "Leader",
    "LeaderDuty",
    "LeadershipSettings",
    "LetterRead",
    "Milestone",
    "ProgressNote",
    "Reception",
    "Rotation",
    "Sheet",
    "SponsorTerm",
    "Sponsorship",
    "Task",
    "TaskForceMember",
    "TaskUnit",
    "Week",
]
