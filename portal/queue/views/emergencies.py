"""The emergency key F9 and what it sets off: a discreet line for who pressed it, a panel for those who may help."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, g, make_response, render_template, request
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import AtMost, Filled, Lines
from portal.cases.operations.given import Refused
from portal.database import db
from portal.queue import stream
from portal.queue.operations import emergencies as operations
from portal.queue.queries import emergencies as queries
from portal.queue.views import blueprint
from portal.trail.operations import note_access
from portal.web.htmx import done, page, wants_part
from portal.web.routing import row_number

LISTED = 25


class NoteForm(FlaskForm):
    """What happened, who came, how it ended."""

    words = Lines(
        "发生了什么，怎样处理的",
        [Filled("请写明发生了什么、怎样处理的。"), AtMost(operations.MOST)],
        description=f"时间、经过、到场的人、结果，至少 {operations.FEWEST} 个字；加密保存，只有值班负责人可以查阅",
    )


@blueprint.route("/queue/emergency", methods=["GET", "POST"])
@requires(Permission.SESSION_USE)
def emergency() -> Response:
    """POST is the key itself: no question, no confirmation. GET is the line that tells who is coming."""
    if not operations.may_raise(actor()):
        abort(403)
    if request.method == "POST":
        database.attempt(_raise, actor(), request.form.get("at_desk") == "y")
    own = queries.own_alarm(db.session, actor())
    return page("queue/alarm.html", "queue/_alarm_key.html", own_alarm=own, looked=True)


@blueprint.get("/queue/emergencies/panel")
@requires(Permission.QUEUE_OVERVIEW)
def emergencies_panel() -> Response:
    """What is open now, for those who may help; nothing for everybody else."""
    return _panel()


@blueprint.post("/queue/emergencies/<int:emergency_id>/answer")
@requires(Permission.QUEUE_OVERVIEW)
def answer_emergency(emergency_id: int) -> Response:
    """我去."""
    return _ended(operations.answer, emergency_id)


@blueprint.post("/queue/emergencies/<int:emergency_id>/mistaken")
@requires(Permission.QUEUE_OVERVIEW)
def mistaken_emergency(emergency_id: int) -> Response:
    """误按."""
    return _ended(operations.close_mistaken, emergency_id)


@blueprint.route("/queue/emergencies/<int:emergency_id>", methods=["GET", "POST"])
@requires(Permission.QUEUE_OVERVIEW)
def emergency_note(emergency_id: int) -> Response:
    """结束并写情况."""
    if not operations.may_help(actor()):
        abort(403)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            ended = database.attempt(_close, emergency_id, form.words.data)
        except Refused as problem:
            form.words.errors = [str(problem)]
        else:
            flash(f"{ended.place} 的应急已结束，情况已记录。", "success")
            return done("queue.emergencies" if actor().may(Permission.QUEUE_CLOSE_DAY) else "queue.overview")
    shown = queries.emergency(db.session, actor(), emergency_id) or abort(404)
    status = 422 if form.is_submitted() and not shown.closed_at else 409 if form.is_submitted() else 200
    return page("queue/emergency.html", shown=shown, form=form, me=actor(), status=status)


@blueprint.get("/queue/emergencies")
@requires(Permission.QUEUE_CLOSE_DAY)
def emergencies() -> Response:
    """Every emergency with its account, the latest first. What happened to whom is personal: the reading is recorded."""
    before = request.args.get("before", type=row_number)
    found = queries.emergencies(db.session, actor(), before=before, limit=LISTED + 1)
    if any(each.note for each in found):
        note_access(
            centre_id=actor().centre_id,
            actor_id=actor().id,
            at=clock.now(),
            action="emergencies.opened",
            subject=f"centre:{actor().centre_id}",
            address=request.remote_addr,
        )
    return page(
        "queue/emergencies.html",
        found=found[:LISTED],
        further=found[LISTED - 1].id if len(found) > LISTED else None,
        me=actor(),
        today=clock.today(),
        stream_url=stream.address("overview"),
    )


@blueprint.after_app_request
def raise_after_idle(answer: Response) -> Response:
    """A long conversation is no reason for the key to fail: after the idle exit it still calls for help, and says so."""
    who = g.get("timed_out")
    if request.endpoint != "queue.emergency" or request.method != "POST" or not who or not operations.may_raise(who):
        return answer
    database.attempt(_raise, who, request.form.get("at_desk") == "y")
    if not wants_part():
        return answer  # the sign-in page
    own = queries.own_alarm(db.session, who)
    return make_response(render_template("queue/_alarm_key.html", own_alarm=own, looked=True, still=True))


def _raise(session: Session, who: Actor, at_desk: bool) -> operations.Raised:
    return operations.raise_emergency(session, who, at=clock.now(), at_desk=at_desk)


def _close(session: Session, emergency_id: int, words: str) -> Any:
    return operations.close(session, actor(), emergency_id, words=words, at=clock.now())


def _run(session: Session, operation: Callable[..., Any], emergency_id: int) -> Any:
    return operation(session, actor(), emergency_id, at=clock.now())


def _ended(operation: Callable[..., Any], emergency_id: int) -> Response:
    try:
        database.attempt(_run, operation, emergency_id)
    except Refused as problem:
        return _panel(409, str(problem))
    return _panel() if wants_part() else done("queue.emergencies_panel")


def _panel(status: int = 200, problem: str = "") -> Response:
    who = actor()
    found = queries.open_emergencies(db.session, who) if operations.may_help(who) else []
    return page(
        "queue/alarms.html", "queue/_alarms.html", status=status, problem=problem, emergencies=found, me=who,
        stream_url="" if wants_part() else stream.address("overview"),
    )  # fmt: skip
