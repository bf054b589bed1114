"""The window console: open, pause, close, call; and the page that holds person, form and history side by side."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices
from portal.cases.operations.given import Refused
from portal.database import db
from portal.queue import operations, queries
from portal.queue.forms import PauseForm, WindowForm
from portal.queue.models import Ticket
from portal.queue.views import blueprint
from portal.queue.views.console import console, queue_of
from portal.web.htmx import done, page


@blueprint.get("/queue/window")
@requires(Permission.QUEUE_SERVE)
def window() -> Response:
    """The console as it stands: closed, idle, or with a visitor."""
    return console()


@blueprint.get("/queue/window/waiting")
@requires(Permission.QUEUE_SERVE)
def waiting() -> Response:
    """Who waits for my window; fetched again when the queue changes, so that the form being typed is never touched."""
    mine = queries.my_window(db.session, actor())
    wide = "wide" in request.args
    return page(
        "queue/waiting.html", "queue/_queue.html" if wide else "queue/_waiting.html", **queue_of(mine, wide=wide)
    )


@blueprint.post("/queue/window/open")
@requires(Permission.QUEUE_SERVE)
def open_window() -> Response:
    """Sit down (一人一窗)."""
    form = WindowForm()
    form.window.choices = choices([(str(each.id), each.name) for each in queries.windows_to_open(db.session, actor())])
    if not form.validate():
        return console(422, "请选择自己平台的窗口。")
    return _do(operations.open_window, int(form.window.data))


@blueprint.post("/queue/window/close")
@requires(Permission.QUEUE_SERVE)
def close_window() -> Response:
    """Get up."""
    return _do(operations.close_window)


@blueprint.post("/queue/window/close-left-open")
@requires(Permission.QUEUE_SERVE)
def close_left_open() -> Response:
    """关闭昨日窗口."""
    return _do(operations.close_left_open)


@blueprint.post("/queue/window/receive")
@requires(Permission.QUEUE_SERVE)
def receive() -> Response:
    """直接接待: a number for whoever stands here, being served at once."""
    return _do(operations.receive_directly)


@blueprint.post("/queue/window/pause")
@requires(Permission.QUEUE_SERVE)
def pause() -> Response:
    """Stop calling for a while."""
    form = PauseForm()
    if not form.validate():
        return console(422, form.reason.errors[0] if form.reason.errors else "请填写暂停原因。")
    return _do(operations.pause, reason=form.reason.data, backoffice=form.backoffice.data)


@blueprint.post("/queue/window/resume")
@requires(Permission.QUEUE_SERVE)
def resume() -> Response:
    """Serve again."""
    return _do(operations.resume)


@blueprint.post("/queue/window/next")
@requires(Permission.QUEUE_SERVE)
def call_next() -> Response:
    """叫下一位."""
    try:
        ticket = database.attempt(_call)
    except Refused as problem:
        return console(409, str(problem))
    if ticket is None:
        flash("现在没有人等候。")
    return done("queue.window")


def _call(session: Session) -> Ticket | None:
    return operations.call_next(session, actor(), at=clock.now())


def _do(operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Response:
    try:
        database.attempt(_run, operation, args, kwargs)
    except Refused as problem:
        return console(409, str(problem))
    return done("queue.window")


def _run(session: Session, operation: Callable[..., Any], args: tuple, kwargs: dict) -> Any:
    return operation(session, actor(), *args, at=clock.now(), **kwargs)
