"""/admin/screens: the administrator's list of devices, with their codes, tasks and layouts."""

from typing import Any

from flask import Response, flash

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms.fields import choices, scoped
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.queue import layouts
from portal.queue import screens as devices
from portal.queue.screen_forms import ScreenForm
from portal.queue.views import blueprint
from portal.web.errors import say
from portal.web.htmx import done, page


@blueprint.get("/admin/screens")
@requires(Permission.SCREEN_APPROVE)
def screens() -> Response:
    """Devices that wait with their codes, and the paired ones."""
    return _list()


@blueprint.post("/admin/screens/<int:screen_id>/approve")
@requires(Permission.SCREEN_APPROVE)
def approve_screen(screen_id: int) -> Response:
    """Pair a device, or give a paired one another task."""
    form = _form(_offered())
    if not form.validate():
        return _list(screen_id, form, 422)
    try:
        with database.write() as session:
            screen = devices.approve(
                session,
                actor(),
                screen_id,
                kind=form.kind.data,
                window_id=form.window_id.data,
                area=form.area.data,
                layout_id=form.layout_id.data,
                name=form.name.data,
                at=clock.now(),
            )
    except FieldProblems as problem:
        for name, message in problem.problems.items():
            form[name].errors = [message]
        return _list(screen_id, form, 422)
    except Refused as problem:
        return say(409, str(problem))
    flash(f"已批准：{screen.name}。")
    return done("queue.screens")


@blueprint.post("/admin/screens/<int:screen_id>/revoke")
@requires(Permission.SCREEN_APPROVE)
def revoke_screen(screen_id: int) -> Response:
    """Take a device's board away."""
    try:
        with database.write() as session:
            screen = devices.revoke(session, actor(), screen_id, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    flash(f"已撤销：{screen.name or screen.pairing_code}。")
    return done("queue.screens")


def _offered() -> dict[str, list]:
    """The choices of every form on the page, asked for once."""
    centre_id = actor().centre_id
    known = [
        (str(each.layout.id), f"{each.kind}：{each.layout.name}") for each in layouts.listing(db.session, centre_id)
    ]
    windows = [(str(window_id), label) for window_id, label in devices.windows(db.session, centre_id)]
    return {
        "window_id": choices([("0", "不限窗口"), *windows]),
        "area": choices([(area, area) for area in devices.areas(db.session, centre_id)], empty="不限等候区"),
        "layout_id": choices([("0", "按默认显示"), *known]),
    }


def _form(offered: dict[str, list], **values: Any) -> ScreenForm:
    form = ScreenForm(**values)
    for name, options in offered.items():
        form[name].choices = options
    return form


def _list(refused_id: int = 0, refused: ScreenForm | None = None, status: int = 200) -> Response:
    waiting = devices.waiting(db.session, clock.now())
    known = devices.approved(db.session, actor().centre_id)
    offered = _offered()
    forms = {screen.id: _form(offered, formdata=None) for screen in waiting}
    for each in known:
        screen = each.screen
        forms[screen.id] = _form(
            offered,
            formdata=None,
            kind=screen.kind,
            window_id=screen.window_id or 0,
            area=screen.area,
            layout_id=screen.layout_id or 0,
            name=screen.name,
        )
    if refused is not None and refused_id in forms:
        forms[refused_id] = refused
    for screen_id, form in forms.items():
        scoped(form, f"screen-{screen_id}")  # several forms on one page: labels must find their own field
    return page("screens/list.html", waiting=waiting, approved=known, forms=forms, refused_id=refused_id, status=status)
