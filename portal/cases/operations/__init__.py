"""Everything that changes a case. Runs inside database.write(); adds, flushes, appends to the trail, never commits."""

from portal.cases.operations import recusal
from portal.cases.operations.amendment import amend
from portal.cases.operations.conduct import care, recuse
from portal.cases.operations.contacts import (
    mark_statement,
    record_contact,
    record_visit,
    settle_contact,
    take_statement,
)
from portal.cases.operations.corrections import correct_reply
from portal.cases.operations.drafts import drop_draft, save_draft
from portal.cases.operations.given import Amendment, FieldProblems, PersonGiven, Refused, Registration, StaleVersion
from portal.cases.operations.grants import account_scope, grant, platform_scope, unit_scope
from portal.cases.operations.guidance import advise, print_advice
from portal.cases.operations.outcome import close_case, link, missing_for_closing, rate, set_outcome
from portal.cases.operations.papers import AttachmentRefused, attach
from portal.cases.operations.parties import add_party
from portal.cases.operations.proceedings import advance, open_proceeding, refuse_early
from portal.cases.operations.recomputing import Recomputed, recompute
from portal.cases.operations.registration import register

__all__ = [
    "Amendment",
    "AttachmentRefused",
    "FieldProblems",
    "PersonGiven",
    "Recomputed",
    "Refused",
    "Registration",
    "StaleVersion",
    "account_scope",
    "add_party",
    "advance",
    "advise",
    "amend",
    "attach",
    "care",
    "close_case",
    "correct_reply",
    "drop_draft",
    "grant",
    "link",
    "mark_statement",
    "missing_for_closing",
    "open_proceeding",
    "platform_scope",
    "print_advice",
    "rate",
    "recompute",
    "record_contact",
    "record_visit",
    "recusal",
    "recuse",
    "refuse_early",
    "register",
    "save_draft",
    "set_outcome",
    "settle_contact",
    "take_statement",
    "unit_scope",
]
