"""The administrator's pages of the working calendar and the rules: years, notices, versions, drafts and their rehearsal."""

from flask import Blueprint

blueprint = Blueprint("law", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.cases.law import calendar, drafts, rules  # noqa: E402

__all__ = ["blueprint", "calendar", "drafts", "rules"]
