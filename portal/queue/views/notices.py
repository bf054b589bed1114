"""/queue/notices: the lines that run on the walls, published by the head of the day."""

from flask import Response, flash

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.queue import notices as running
from portal.queue.views import blueprint
from portal.queue.wall_forms import NoticeForm
from portal.web.errors import say
from portal.web.htmx import done, page


@blueprint.route("/queue/notices", methods=["GET", "POST"])
@requires(Permission.NOTICE_PUBLISH)
def notices() -> Response:
    """What runs now and will, what is over, and the form for a new one."""
    form = NoticeForm()
    if form.validate_on_submit() and _publish(form):
        return done("queue.notices")
    alive, over = running.listing(db.session, actor().centre_id, clock.now())
    return page("screens/notices.html", form=form, alive=alive, over=over, status=422 if form.is_submitted() else 200)


@blueprint.post("/queue/notices/<int:notice_id>/withdraw")
@requires(Permission.NOTICE_PUBLISH)
def withdraw_notice(notice_id: int) -> Response:
    """Take a notice off the walls."""
    try:
        with database.write() as session:
            running.withdraw(session, actor(), notice_id, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    flash("公告已撤下。")
    return done("queue.notices")


def _publish(form: NoticeForm) -> bool:
    now = clock.now()
    try:
        with database.write() as session:
            notice = running.publish(
                session, actor(), text=form.line, starts_at=form.starts(now), ends_at=form.ends(), at=now
            )
    except FieldProblems as problem:
        for name, message in problem.problems.items():
            form[name].errors = [*form[name].errors, message]
        return False
    except Refused as problem:
        form.form_errors = [str(problem)]
        return False
    flash("公告已发布，屏幕会自行更新。" if notice.starts_at <= now else "公告已保存，到时间自动显示。")
    return True
