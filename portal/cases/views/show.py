"""The one page of a case, and the same pieces for the window console."""

from flask import Response

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import vocabulary
from portal.cases.views import blueprint, dossier
from portal.cases.views.acting import open_case
from portal.database import db
from portal.web.htmx import page, wants_part


@blueprint.get("/cases/<number>")
@requires(Permission.CASE_READ)
def show(number: str) -> Response:
    """Everything about one matter, on one page."""
    case = open_case(number)
    return page("cases/show.html", case=case, shown=_read(case), said=None, oob=False)


@blueprint.get("/cases/<number>/panel")
@requires(Permission.CASE_READ)
def panel(number: str) -> Response:
    """The working pieces (root id "case-panel"); without htmx the whole page."""
    case = open_case(number)
    return page("cases/show.html", "cases/_panel.html", case=case, shown=_read(case), said=None, oob=False)


@blueprint.get("/cases/<number>/live")
@requires(Permission.CASE_READ)
def live(number: str) -> Response:
    """What changes by others' doing: marks, proceedings, timeline, each swapped into its own place; never an open form."""
    case = open_case(number)
    oob = wants_part()
    return page("cases/show.html", "cases/_live.html", case=case, shown=_read(case), said=None, oob=oob)


def _read(case) -> dossier.Dossier:
    return dossier.read(db.session, actor(), case, clock.today())


@blueprint.app_template_global()
def case_label(pairs: str, code: str | None) -> str:
    """The Chinese label of a code of cases.vocabulary: ``case_label("CHANNELS", case.channel)``."""
    return vocabulary.label(getattr(vocabulary, pairs), code)
