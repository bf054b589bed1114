"""/admin/layouts: what walls show, composed by the system administrator."""

from typing import Any

from flask import Response, abort, flash, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import layouts as arrangements
from portal.queue import screens as devices
from portal.queue.boards import Scope
from portal.queue.models import Layout
from portal.queue.views import blueprint, walls
from portal.queue.views.walls import Wall
from portal.queue.wall_forms import LayoutForm
from portal.web.errors import say
from portal.web.htmx import done, page


@blueprint.get("/admin/layouts")
@requires(Permission.SCREEN_APPROVE)
def layouts() -> Response:
    """The centre's layouts and how many screens show each."""
    return page("screens/layouts.html", layouts=arrangements.listing(db.session, actor().centre_id))


@blueprint.route("/admin/layouts/new", methods=["GET", "POST"])
@requires(Permission.SCREEN_APPROVE)
def new_layout() -> Response:
    """A further layout."""
    form = LayoutForm(data={"kind": "hall", "call": 1, "recent": 2, "ticker": True})
    if form.validate_on_submit() and (answer := _save(form, None)):
        return answer
    return _form(form, None)


@blueprint.route("/admin/layouts/<int:layout_id>", methods=["GET", "POST"])
@requires(Permission.SCREEN_APPROVE)
def layout(layout_id: int) -> Response:
    """One layout; its screens change by themselves."""
    held = _mine(layout_id)
    order = {block: place for place, block in enumerate(arrangements.plan_of(held, held.kind).blocks, start=1)}
    values = {"name": held.name, "kind": held.kind, "speaks": held.speaks, "ticker": held.ticker}
    form = LayoutForm(data=values | order)
    if form.validate_on_submit() and (answer := _save(form, layout_id)):
        return answer
    return _form(form, held)


@blueprint.post("/admin/layouts/<int:layout_id>/remove")
@requires(Permission.SCREEN_APPROVE)
def remove_layout(layout_id: int) -> Response:
    """Delete a layout that no screen shows."""
    try:
        with database.write() as session:
            removed = arrangements.remove(session, actor(), layout_id, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    flash(f"版式“{removed.name}”已删除。")
    return done("queue.layouts")


@blueprint.get("/admin/layouts/<int:layout_id>/preview")
@requires(Permission.SCREEN_APPROVE)
def preview_layout(layout_id: int) -> Response:
    """The layout with the hall's numbers of this moment: a picture that stays as it is and says nothing.

    A zone's layout is shown with the area ``?area=`` (or the first), a window's with the window ``?window=`` (or the first).
    """
    held = _mine(layout_id)
    wall = Wall(_scope(held), arrangements.plan_of(held, held.kind), db.session.get(Centre, held.centre_id))
    context = walls.page_of(wall, clock.now(), "", "") | {"silent": True, "speak_url": None}
    return page("screens/wall.html", **context, preview=url_for("queue.layout", layout_id=layout_id))


def _scope(held: Layout) -> Scope:
    area, window_id = "", None
    if held.kind == "zone":
        areas = devices.areas(db.session, held.centre_id)
        area = next((each for each in areas if each == request.args.get("area")), areas[0] if areas else "")
    if held.kind == "window":
        windows = [window_id for window_id, _ in devices.windows(db.session, held.centre_id)] or abort(404)
        wanted = request.args.get("window", type=int)
        window_id = wanted if wanted in windows else windows[0]
    return Scope(held.centre_id, area, window_id)


def _save(form: LayoutForm, layout_id: int | None) -> Response | None:
    try:
        with database.write() as session:
            saved = arrangements.save(
                session,
                actor(),
                layout_id,
                name=form.name.data,
                kind=form.kind.data,
                blocks=form.blocks,
                speaks=form.speaks.data,
                ticker=form.ticker.data,
                at=clock.now(),
            )
    except FieldProblems as problem:
        for name, message in problem.problems.items():
            # what is wrong with the choice of blocks stands beside the first of them
            field = form["call" if name == "blocks" else name]
            field.errors = [*field.errors, message]
        return None
    except Refused as problem:
        return say(409, str(problem))
    flash(f"版式“{saved.name}”已保存，使用它的屏幕会自行更新。")
    return done("queue.layouts")


def _form(form: LayoutForm, held: Layout | None) -> Response:
    context: dict[str, Any] = {"blocks": [form[block] for block in arrangements.BLOCKS], "most": arrangements.MOST}
    return page("screens/layout.html", form=form, layout=held, **context, status=422 if form.is_submitted() else 200)


def _mine(layout_id: int) -> Layout:
    return arrangements.find(db.session, actor().centre_id, layout_id) or abort(404)
