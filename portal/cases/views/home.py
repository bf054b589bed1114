"""The start page: what is due today; and the way to the right start page for those who do not handle cases."""

from typing import Any

from flask import Response, abort, g, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, queries
from portal.cases.views import blueprint, kept, worklists
from portal.cases.views.acting import aimed
from portal.cases.views.kept import PLACE
from portal.cases.views.registration import PLACE as NEW
from portal.database import db
from portal.web.htmx import done, go, page

NEAREST = 10
# not typed by anybody, or not to be kept
NOT_KEPT = {"csrf_token", "once", "discard", "version", "seen", "at_window"}
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
    values = typed()
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


@blueprint.after_app_request
def keep_unsent(answer: Response) -> Response:
    """The idle exit cut a request short: what it carried is kept for who typed it, beside what was kept before."""
    who, place = g.get("timed_out"), _place_of(request.endpoint, request.view_args or {})
    values = typed() if who and place and request.method == "POST" else {}
    if values and "discard" not in request.form:
        with database.write() as session:
            before = queries.draft(session, who, place)
            operations.save_draft(session, who, place, {**(before[0] if before else {}), **values}, clock.now())
    return answer


def typed() -> dict[str, list[str]]:
    """What this request carries of a person's typing: field → texts."""
    return {name: texts for name, texts in request.form.lists() if name not in NOT_KEPT and any(texts)}


def _place_of(endpoint: str | None, given: dict[str, Any]) -> str | None:
    """Where the draft of a form lies, by the address it is sent to; None for forms that keep none."""
    if endpoint == "cases.save_draft":
        return given["place"] if PLACE.fullmatch(given["place"]) else None
    if endpoint == "cases.new":
        return NEW
    if endpoint in ("queue.register", "queue.follow_up"):
        return f"ticket:{given['ticket_id']}"
    return kept.place_at(endpoint, given)


def _where(place: str) -> tuple[str, str]:
    found = kept.whereabouts(place)
    if found:
        return found
    kind = place.partition(":")[0]
    if kind == "ticket":
        return "窗口登记", url_for("queue.window")
    return "登记事项", url_for("cases.new")
