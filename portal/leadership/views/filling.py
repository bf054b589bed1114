"""Filling the week: as last week, in turn by rule; where leaders must be instead; and how fairly it falls."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, url_for
from sqlalchemy import select

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import Refused
from portal.database import db
from portal.leadership.forms.roster import DutyForm, RotationForm, leader_choices, room_choices
from portal.leadership.models import Rotation
from portal.leadership.operations import duties as absences
from portal.leadership.operations import filling
from portal.leadership.queries import coverage, leaders, roster
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.leadership.views.roster import asked_monday, sees_drafts
from portal.leadership.vocabulary import (
    BODY_LABELS,
    DUTY_HALF_LABELS,
    DUTY_LABELS,
    HALF_LABELS,
    WEEKDAYS,
    day_words,
    span_words,
)
from portal.organisation import queries as organisation
from portal.organisation.spans import clock_text
from portal.web.errors import say
from portal.web.htmx import done, page

SHOWN = 6


@blueprint.post("/leadership/week/copy")
@requires(Permission.LEADERSHIP_ROSTER)
def copy_week() -> Response:
    """As the week before."""
    return _fill(filling.copy_week, "已照上周排入")


@blueprint.post("/leadership/week/rotate")
@requires(Permission.LEADERSHIP_ROSTER)
def rotate_week() -> Response:
    """In turn, by the rules in use."""
    return _fill(filling.rotate, "已按规则排入")


@blueprint.route("/leadership/duties", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def duties() -> Response:
    """Where leaders must be instead, from today on."""
    mine, today = actor().centre_id, clock.today()
    form, status = DutyForm(), 200
    form.leader.choices = leader_choices(leaders.leaders(db.session, mine, since=today))
    if form.is_submitted():
        hit, status = tried(form, lambda session: _add_duty(session, form))
        if hit is not None:
            flash("已登记。", "success")
            for row in hit:
                flash(f"{day_words(row.day)}{HALF_LABELS[row.half]}已排了这位领导接访，请改期、取消或换人。", "warning")
            return done("leadership.duties")
    return page(
        "leadership/duties.html", status=status or 200, form=form, duties=roster.coming_duties(db.session, mine, today),
        kinds=DUTY_LABELS, halves=DUTY_HALF_LABELS, day_words=day_words,
    )  # fmt: skip


@blueprint.post("/leadership/duties/<int:duty_id>/remove")
@requires(Permission.LEADERSHIP_ROSTER)
def remove_duty(duty_id: int) -> Response:
    """The leader is there after all."""
    try:
        database.attempt(lambda session: absences.remove_duty(session, actor(), duty_id, at=clock.now()))
    except Refused as problem:
        return say(409, str(problem))
    return done("leadership.duties")


@blueprint.get("/leadership/fairness")
@requires(Permission.LEADERSHIP_READ)
def fairness() -> Response:
    """How often each leader received in the last weeks, and is to."""
    rows = coverage.fairness(db.session, actor().centre_id, clock.today(), drafts=sees_drafts())
    most = max([row.received + row.planned for row in rows], default=0)
    return page("leadership/fairness.html", rows=rows, weeks=coverage.FAIR_WEEKS, most=most, bodies=BODY_LABELS)


@blueprint.get("/leadership/rotations")
@requires(Permission.LEADERSHIP_ROSTER)
def rotations() -> Response:
    """The rules."""
    rules = select(Rotation).where(Rotation.centre_id == actor().centre_id).order_by(Rotation.weekday, Rotation.starts)
    names = {one.id: f"{one.post} {one.name}" for one in leaders.leaders(db.session, actor().centre_id)}
    rooms = {room.id: room.name for room in organisation.windows(db.session, actor().centre_id)}
    return page(
        "leadership/rotations.html", rules=list(db.session.scalars(rules)), names=names, rooms=rooms, weekdays=WEEKDAYS,
        halves=HALF_LABELS, span_words=span_words,
    )  # fmt: skip


@blueprint.route("/leadership/rotations/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def new_rotation() -> Response:
    """A further rule."""
    return _rotation(None)


@blueprint.route("/leadership/rotations/<int:rotation_id>", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def edit_rotation(rotation_id: int) -> Response:
    """Change a rule, or take it out of use."""
    rule = db.session.get(Rotation, rotation_id)
    if rule is None or rule.centre_id != actor().centre_id:
        abort(404)
    return _rotation(rule)


def _rotation(rule: Rotation | None) -> Response:
    mine = actor().centre_id
    form, status = RotationForm(data=_values(rule) if rule else {}), 200
    listed = leaders.leaders(db.session, mine, since=clock.today())
    form.leaders.choices = leader_choices(listed, None)
    form.window.choices = room_choices(organisation.windows(db.session, mine))
    action = url_for("leadership.edit_rotation", rotation_id=rule.id) if rule else url_for("leadership.new_rotation")
    if form.is_submitted():
        own = rule.id if rule else None
        made, status = tried(
            form, lambda session: filling.save_rotation(session, actor(), own, form.given(), at=clock.now())
        )
        if made:
            flash("规则已保存。", "success")
            return done("leadership.rotations")
    return page("leadership/rotation.html", status=status or 200, form=form, action=action, rule=rule)


def _values(rule: Rotation) -> dict[str, Any]:
    return {
        "name": rule.name,
        "weekday": str(rule.weekday),
        "half": rule.half,
        "starts": clock_text(rule.starts),
        "ends": clock_text(rule.ends),
        "window": str(rule.window_id or ""),
        "place": rule.place,
        "capacity": rule.capacity,
        "leaders": [str(each) for each in rule.leader_ids],
        "enabled": rule.enabled,
    }


def _add_duty(session: Any, form: DutyForm) -> Any:
    first, last = form.first.data, form.last.data or form.first.data
    given = {"half": form.half.data, "kind": form.kind.data, "what": form.what.data or ""}
    return absences.add_duty(session, actor(), int(form.leader.data), first=first, last=last, **given, at=clock.now())


def _fill(operation: Callable[..., filling.Filled], told: str) -> Response:
    monday = asked_monday()
    try:
        filled = database.attempt(lambda session: operation(session, actor(), monday, at=clock.now()))
    except Refused as problem:
        return say(409, str(problem))
    flash(f"{told} {filled.placed} 场。", "success" if filled.placed else "warning")
    for line in filled.left_out[:SHOWN]:
        flash(f"没有排入：{line}", "warning")
    if len(filled.left_out) > SHOWN:
        flash(f"另有 {len(filled.left_out) - SHOWN} 场没有排入。", "warning")
    return done("leadership.week", monday=monday.isoformat())
