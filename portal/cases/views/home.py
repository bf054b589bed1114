"""The start page: what is due today; and the way to the right start page for those who do not handle cases."""

import re

from flask import Response, abort, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, queries
from portal.cases.views import blueprint, worklists
from portal.cases.views.acting import aimed
from portal.database import db
from portal.web.htmx import done, go, page

PLACE = re.compile(r"[a-z0-9][a-z0-9:._-]{0,59}")
NEAREST = 10
# not typed by anybody, or not to be kept
NOT_KEPT = {"csrf_token", "once", "discard"}
# where those start who have no cases to work on
STARTS = (
    (Permission.QUEUE_GREET, "queue.desk"),
    (Permission.HALL_CONFIGURE, "organisation.hall"),
    (Permission.ACCOUNT_MANAGE, "access.accounts"),
    (Permission.AUDIT_READ, "audit.index"),
)


@blueprint.get("/")
@requires(Permission.SESSION_USE)
def home() -> Response:
    """今日工作: promises and legal dates that fall due, relays, drafts."""
    asking = actor()
    if not asking.may(Permission.CASE_READ):
        start = next((endpoint for permission, endpoint in STARTS if asking.may(permission)), "access.own_account")
        return done(start)
    today = clock.today()
    nearest = queries.due_ids(db.session, asking, limit=NEAREST)
    return page(
        "cases/home.html",
        today=today,
        promises=worklists.promises(db.session, asking, today),
        nearest=worklists.lines(db.session, asking, nearest, today),
        drafts=[(place, _where(place), saved_at) for place, saved_at in worklists.drafts(db.session, asking)],
        relays=asking.may(Permission.CASE_RELAY),
        serves=asking.may(Permission.QUEUE_SERVE),
        registers=asking.may(Permission.CASE_REGISTER),
    )


@blueprint.post("/drafts/<place>")
@requires(Permission.CASE_READ)
def save_draft(place: str) -> Response:
    """Keep what was typed at ``place`` ("cases-new", "ticket:12"); with ``discard`` forget it."""
    if not PLACE.fullmatch(place):
        abort(404)
    discard = bool(request.form.get("discard"))
    values = {name: texts for name, texts in request.form.lists() if name not in NOT_KEPT and any(texts)}
    with database.write() as session:
        if discard or not values:
            operations.drop_draft(session, actor(), place)
        else:
            operations.save_draft(session, actor(), place, values, clock.now())
    saved_at = None if discard or not values else clock.now()
    back = _where(place)[1]
    if discard:
        return go(back)
    answer = page("cases/draft_saved.html", "cases/_draft_note.html", saved_at=saved_at, back_url=back)
    return aimed(answer, "#draft-note")


def _where(place: str) -> tuple[str, str]:
    kind, _, _rest = place.partition(":")
    if kind == "ticket":
        return "窗口登记", url_for("queue.window")
    return "登记事项", url_for("cases.new")
