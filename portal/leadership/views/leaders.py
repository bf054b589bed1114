"""Leaders, grades and settings of the centre, and the coverage board."""

from datetime import date
from typing import Any

from flask import Response, abort, flash, request, url_for

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission, Role
from portal.cases.forms.fields import choices
from portal.database import db
from portal.leadership.forms.leaders import GradeForm, LeaderForm, SettingsForm
from portal.leadership.forms.units import teach
from portal.leadership.models import Grade, Leader
from portal.leadership.operations import leaders as operations
from portal.leadership.queries import coverage
from portal.leadership.queries import leaders as queries
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.leadership.views.roster import sees_drafts
from portal.leadership.vocabulary import BODIES, BODY_LABELS, LEVELS, ONE_DAY, frequency_words
from portal.organisation import queries as organisation
from portal.organisation.models import Unit
from portal.web.htmx import done, page

COVERED = {"done": ("已接", "ok"), "planned": ("已安排", "ok"), "due": ("应接", "near"), "late": ("未接", "late")}
EARLIEST, LATEST = 2000, 2100


@blueprint.get("/leadership/leaders")
@requires(Permission.LEADERSHIP_ROSTER)
def leaders() -> Response:
    """Every leader by body; those who left are folded."""
    mine, today = actor().centre_id, clock.today()
    body = request.args.get("body", "")
    found = queries.leaders(db.session, mine, body=body if body in BODY_LABELS else "")
    grades = {grade.id: grade for grade in queries.grades(db.session, mine)}
    here = [one for one in found if one.until is None or one.until >= today]
    return page(
        "leadership/leaders.html", here=here, gone=[one for one in found if one not in here], grades=grades, body=body,
        bodies=BODIES, labels=BODY_LABELS, levels=dict(LEVELS), attendants=queries.attendants(db.session, mine),
        frequency=frequency_words,
    )  # fmt: skip


@blueprint.route("/leadership/leaders/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def new_leader() -> Response:
    """A further leader."""
    form, names = _form({"level": "city"})
    status = 200
    if form.is_submitted():
        made, status = tried(form, lambda s: operations.add_leader(s, actor(), form.given(), at=clock.now()))
        if made:
            flash(f"已登记 {made.name}。", "success")
            return done("leadership.leaders")
    return _leader_page(form, names, None, status or 200)


@blueprint.route("/leadership/leaders/<int:leader_id>", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def edit_leader(leader_id: int) -> Response:
    """Change a leader."""
    one = queries.leader(db.session, actor().centre_id, leader_id) or abort(404)
    form, names = _form(_values(one))
    status = 200
    if form.is_submitted():
        made, status = tried(
            form,
            lambda s: operations.change_leader(
                s, actor(), leader_id, form.given(), version=form.version.data, at=clock.now()
            ),
        )
        if made:
            flash(f"{made.name} 的资料已更新；已公布的日程随下一版更新。", "success")
            return done("leadership.leaders")
    return _leader_page(form, names, one, status or 200)


@blueprint.route("/leadership/settings", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def leadership_settings() -> Response:
    """What the centre set for receptions, and the grades with their frequencies."""
    mine = actor().centre_id
    held = queries.settings(db.session, mine)
    values = {
        "approver_title": held.approver_title, "followups": "、".join(map(str, held.followups)),
        "most_per_half": held.most_per_half, "source": held.source,
    }  # fmt: skip
    form, status = SettingsForm(data=values), 200
    if form.is_submitted():
        made, status = tried(form, lambda s: operations.save_settings(s, actor(), form.given(), at=clock.now()))
        if made:
            flash("设置已保存。", "success")
            return done("leadership.leadership_settings")
    grades = queries.grades(db.session, mine)
    return page(
        "leadership/settings.html", status=status or 200, form=form, grades=grades, frequency=frequency_words, held=held
    )


@blueprint.route("/leadership/grades/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def new_grade() -> Response:
    """A further grade."""
    return _grade(None)


@blueprint.route("/leadership/grades/<int:grade_id>", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def edit_grade(grade_id: int) -> Response:
    """Change a grade and its frequency."""
    held = db.session.get(Grade, grade_id)
    if held is None or held.centre_id != actor().centre_id:
        abort(404)
    return _grade(held)


@blueprint.get("/leadership/coverage")
@requires(Permission.LEADERSHIP_READ)
def coverage_board() -> Response:
    """Who has received in the quarter of ``?on=``, who is to, who is late."""
    try:
        day = date.fromisoformat(request.args["on"]) if request.args.get("on") else clock.today()
    except ValueError:
        abort(404)
    if not EARLIEST <= day.year < LATEST:
        abort(404)
    quarter = coverage.quarter_of(day)
    rows = coverage.board(db.session, actor().centre_id, quarter, clock.today(), drafts=sees_drafts())
    wanted, body = request.args.get("state", ""), request.args.get("body", "")
    shown = [row for row in rows if wanted in ("", row.state) and body in ("", row.leader.body)]
    counts = {state: sum(row.state == state for row in rows) for state in ("done", "planned", "due", "late", "unset")}
    return page(
        "leadership/coverage.html", rows=shown, counts=counts, words=coverage.quarter_words(quarter), quarter=quarter,
        before=quarter.first - ONE_DAY, after=quarter.last + ONE_DAY, marks=COVERED, labels=BODY_LABELS, bodies=BODIES,
        state=wanted, body=body, whole=len(rows), received=sum(row.received > 0 for row in rows),
    )  # fmt: skip


def _grade(held: Grade | None) -> Response:
    values: dict[str, Any] = {"per": "quarter", "position": 0}
    if held:
        values = {name: getattr(held, name) for name in ("name", "per", "times", "source", "position")}
    form, status = GradeForm(data=values), 200
    if form.is_submitted():
        own = held.id if held else None
        made, status = tried(form, lambda s: operations.save_grade(s, actor(), own, form.given(), at=clock.now()))
        if made:
            flash("类别已保存。", "success")
            return done("leadership.leadership_settings")
    action = url_for("leadership.edit_grade", grade_id=held.id) if held else url_for("leadership.new_grade")
    return page("leadership/grade.html", status=status or 200, form=form, held=held, action=action)


def _form(values: dict[str, Any]) -> tuple[LeaderForm, list[str]]:
    mine = actor().centre_id
    form = LeaderForm(data=values)
    form.grade.choices = choices([(str(each.id), each.name) for each in queries.grades(db.session, mine)], "未定")
    form.region.choices = choices([(each.code, each.name) for each in organisation.counties(db.session)], "不限")
    own = [(str(key), name) for key, name in queries.accounts_with(db.session, mine, Role.LEADER)]
    form.account.choices = choices(own, "没有账号")
    office = [(str(key), name) for key, name in queries.accounts_with(db.session, mine, Role.LEADER_OFFICE)]
    form.attendants.choices = choices(office)
    return form, teach(form, db.session)


def _values(one: Leader) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in _PLAIN}
    unit = db.session.get(Unit, one.unit_id) if one.unit_id else None
    office = queries.attendants(db.session, one.centre_id).get(one.id, [])
    return plain | {
        "grade": str(one.grade_id or ""),
        "region": one.region_code or "",
        "account": str(one.account_id or ""),
        "unit": unit.short_name if unit else "",
        "attendants": [str(key) for key, _name in office],
    }


_PLAIN = ("name", "post", "body", "level", "position", "field", "telephone", "since", "until", "version")


def _leader_page(form: LeaderForm, names: list[str], one: Leader | None, status: int) -> Response:
    action = url_for("leadership.edit_leader", leader_id=one.id) if one else url_for("leadership.new_leader")
    return page("leadership/leader.html", status=status, form=form, names=names, one=one, action=action)
