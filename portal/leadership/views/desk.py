"""我的一页: what one leader sees in two minutes a day; the secretary sees it for the leaders served."""

from flask import Response, abort, current_app, request

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.views.dossier import safe_text
from portal.database import db
from portal.leadership.booking_words import STATES as BOOKED
from portal.leadership.forms.letters import InstructForm
from portal.leadership.queries import desk as queries
from portal.leadership.sponsor_words import LEVELS
from portal.leadership.views import blueprint
from portal.organisation.spans import clock_text
from portal.web.htmx import page
from portal.web.routing import row_number

BRIEF = "leadership.brief"
COVERED = {
    "done": ("本季度已完成", "ok"),
    "planned": ("已安排", "ok"),
    "due": ("还没有安排", "near"),
    "late": ("没有按要求完成", "late"),
    "unset": ("中心尚未设定次数", "none"),
}


@blueprint.get("/leadership/desk")
@requires(Permission.LEADERSHIP_READ)
def desk() -> Response:
    """The page of the leader who asks, or (``?leader=``) of one whom the secretary serves."""
    today = clock.today()
    served = queries.mine(db.session, actor(), today)
    wanted = request.args.get("leader", type=row_number)
    if not served:
        return page("leadership/desk_none.html")
    leader = next((one for one in served if one.id == wanted), None) if wanted else served[0]
    if leader is None:
        abort(404)
    found = queries.desk(db.session, actor(), leader, today)
    return page(
        "leadership/desk.html",
        desk=found,
        covered=_covered(found),
        served=served,
        today=today,
        shown=queries.SHOWN,
        levels=LEVELS,
        booked=BOOKED,
        clock_text=clock_text,
        brief=BRIEF if BRIEF in current_app.view_functions else None,
        form=InstructForm(formdata=None),
        safe=safe_text,
    )


def _covered(found: queries.Desk) -> tuple[str, str] | None:
    """(word, level) of how often the leader received. What is planned in a draft is not known here before it is published."""
    if found.covered is None:
        return None
    hidden = found.covered.state == "planned" and found.next is None
    return COVERED["due" if hidden else found.covered.state]
