"""The pages of cases: work of the day, list, registration, the one page of a case and what is done on it, the person."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__)

# The parts register their routes on the blueprint above, so they come after it.
from portal.cases.views import (  # noqa: E402
    amendment,
    clocks,
    conduct,
    guide,
    home,
    listing,
    outcome,
    papers,
    persons,
    proceedings,
    registration,
    show,
    visits,
)

__all__ = [
    "amendment",
    "blueprint",
    "clocks",
    "conduct",
    "guide",
    "home",
    "listing",
    "outcome",
    "papers",
    "persons",
    "proceedings",
    "registration",
    "show",
    "visits",
]
