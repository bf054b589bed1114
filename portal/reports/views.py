"""/reports: the hall in figures."""

from flask import Blueprint

from portal.reports import models  # noqa: F401  its table belongs to the schema

blueprint = Blueprint("reports", __name__)
