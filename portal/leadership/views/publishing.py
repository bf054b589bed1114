"""审签、公布、更正: how a week leaves the office; its editions, the printed notice, and what is urgent after publication."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_wtf import FlaskForm

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.leadership.forms.roster import ReasonForm, SubstituteForm, leader_choices
from portal.leadership.models import Week
from portal.leadership.operations import publishing
from portal.leadership.queries import leaders, roster
from portal.leadership.queries.roster import Row
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.leadership.views.roster import asked_monday, public_row, sees_drafts, shown_reception
from portal.leadership.vocabulary import monday_of, week_words
from portal.organisation import queries as organisation
from portal.web.errors import say
from portal.web.htmx import done, page
from portal.web.routing import row_number

SIZES = {"a4": "paper-a4", "a3": "paper-a3"}
MOVES: dict[str, tuple[Callable[..., Any], str]] = {
    "submit": (publishing.submit, "已提交审签。"),
    "withdraw": (publishing.withdraw, "已撤回，可以修改。"),
    "publish": (publishing.publish, "已公布，日程屏和公示已更新。"),
    "amend": (publishing.amend, "可以修改了。审签公布之前，对外仍是上一版。"),
}


@blueprint.post("/leadership/week/<int:week_id>/<any(submit, withdraw, publish, amend):what>")
@requires(Permission.LEADERSHIP_ROSTER)
def move_week(week_id: int, what: str) -> Response:
    """The office submits, takes back, publishes what was signed off, or opens a published week again."""
    operation, told = MOVES[what]
    return _moved(week_id, operation, told)


@blueprint.post("/leadership/week/<int:week_id>/approve")
@requires(Permission.LEADERSHIP_APPROVE)
def approve_week(week_id: int) -> Response:
    """审签通过, by somebody who did not submit it."""
    return _moved(week_id, publishing.approve, "已审签，由办公室公布。")


@blueprint.post("/leadership/week/<int:week_id>/send-back")
@requires(Permission.LEADERSHIP_APPROVE)
def send_back_week(week_id: int) -> Response:
    """退回修改, with the reason."""
    form = ReasonForm()
    return _moved(week_id, publishing.send_back, "已退回办公室修改。", reason=(form.reason.data or "").strip())


@blueprint.get("/leadership/week/editions")
@requires(Permission.LEADERSHIP_READ)
def week_editions() -> Response:
    """Every edition of the week: what was changed when, and by whom."""
    monday = asked_monday()
    found = roster.editions(db.session, actor().centre_id, monday)
    people = {one for each in found for one in (each.published_by, each.approved_by) if one}
    return page(
        "leadership/editions.html", monday=monday, words=week_words(monday), editions=found, inside=sees_drafts(),
        names=leaders.account_names(db.session, people), rows={each.id: roster.edition_rows(each, cancelled=True) for each in found},
    )  # fmt: skip


@blueprint.get("/leadership/week/notice")
@requires(Permission.LEADERSHIP_READ)
def week_notice() -> Response:
    """The notice for the wall as paper: ``?size=a4`` upright or ``a3`` across; ``?edition=`` an earlier one; 404 before publication."""
    monday, size = asked_monday(), request.args.get("size", "a4")
    found = roster.editions(db.session, actor().centre_id, monday)
    number = request.args.get("edition", type=row_number)
    edition = next((each for each in found if number in (None, each.number)), None) or abort(404)
    return page(
        "leadership/notice.html", edition=edition, rows=roster.edition_rows(edition), words=week_words(monday), monday=monday,
        newest=edition.number == found[0].number, paper=SIZES.get(size, SIZES["a4"]), size=size if size in SIZES else "a4",
        centre=organisation.centre(db.session, actor().centre_id), back_url=url_for("leadership.week", monday=monday.isoformat()),
    )  # fmt: skip


@blueprint.route("/leadership/week/receptions/<int:reception_id>/cancel", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def cancel_reception(reception_id: int) -> Response:
    """Urgently: a published reception does not take place."""
    row, held = _standing(reception_id)
    form = ReasonForm(version=row.version)
    return _urgent(
        form, row, held, "cancel", "已取消，屏幕和公示已更正。请通知已约的群众。",
        lambda session: publishing.cancel_now(
            session, actor(), reception_id, reason=form.reason.data, version=form.version.data, at=clock.now()
        ),
    )  # fmt: skip


@blueprint.route("/leadership/week/receptions/<int:reception_id>/substitute", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def substitute_reception(reception_id: int) -> Response:
    """Urgently: another leader receives; bookings stay."""
    row, held = _standing(reception_id)
    form = SubstituteForm(version=row.version)
    listed = leaders.leaders(db.session, actor().centre_id, on=row.day)
    form.leader.choices = leader_choices([one for one in listed if one.id != row.leader_id])
    return _urgent(
        form, row, held, "substitute", "已换人，屏幕和公示已更正。已约的群众不变。",
        lambda session: publishing.substitute(
            session, actor(), reception_id, int(form.leader.data), reason=form.reason.data, version=form.version.data,
            at=clock.now(),
        ),
    )  # fmt: skip


def _urgent(form: FlaskForm, row: Row, held: Week, what: str, told: str, work: Callable[..., Any]) -> Response:
    status = 200
    if form.is_submitted():
        made, status = tried(form, work)
        if made:
            flash(told, "success")
            return done("leadership.week", monday=held.monday.isoformat())
    return shown_reception(row, held, status or 200, form=form, what=what)


def _standing(reception_id: int) -> tuple[Row, Week]:
    """What the public reads of the reception: that is what is corrected, whatever is being worked on."""
    row = roster.working_row(db.session, actor().centre_id, reception_id) or abort(404)
    held = roster.week(db.session, actor().centre_id, monday_of(row.day)) or abort(404)
    public = public_row(row)
    return (replace(public, version=row.version, reason=row.reason) if public else row), held


def _moved(week_id: int, operation: Callable[..., Any], told: str, **given: Any) -> Response:
    form = ReasonForm()
    version = form.version.data if isinstance(form.version.data, int) else -1
    try:
        database.attempt(lambda s: operation(s, actor(), week_id, version=version, at=clock.now(), **given))
    except FieldProblems as problem:
        return say(422, "".join(problem.problems.values()))
    except Refused as problem:
        return say(409, str(problem))
    flash(told, "success")
    held = db.session.get(Week, week_id)
    return done("leadership.week", monday=held.monday.isoformat())
