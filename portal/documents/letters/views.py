"""Pages of letters: the section on the case page, one letter's page, its forms, print and .docx, the worklist."""

from flask import Blueprint

from portal.documents.letters import models  # noqa: F401

blueprint = Blueprint("letters", __name__)
