"""Papers of a case: handing in and reading. The type is read from the content, each reading is logged."""

from urllib.parse import quote

from flask import Response, abort, current_app

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations
from portal.cases.forms import AttachForm, scoped
from portal.cases.models import Attachment
from portal.cases.operations import papers
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, note_reading, open_case, run
from portal.database import db

MEGABYTE = 1024 * 1024


@blueprint.route("/cases/<number>/attachments", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def attach(number: str) -> Response:
    """Hand in one paper."""
    case = open_case(number)
    form = scoped(AttachForm(), "attach")
    limit = current_app.config["MAX_CONTENT_LENGTH"] // MEGABYTE
    form.file.description = f"{form.file.description}，不超过 {limit} MB"
    action = Action(
        case, "上传材料", "cases/_attach_form.html", "attach-form", form, "材料已保存。", "attachment.added"
    )
    return run(action, lambda session, current: _keep(session, current, form))


def _keep(session, case, form: AttachForm) -> None:
    if form.file.data is None:
        raise papers.AttachmentRefused("请选择文件。")
    operations.attach(
        session,
        actor(),
        case,
        name=form.file.data.filename or "附件",
        content=form.file.data.read(),
        kind=form.kind.data,
        folder=current_app.config["PORTAL"].home,
        at=clock.now(),
    )


@blueprint.get("/cases/<number>/attachments/<int:attachment_id>")
@requires(Permission.CASE_READ)
def download(number: str, attachment_id: int) -> Response:
    """The paper as handed in, to be saved, never shown inside the portal's own pages."""
    case = open_case(number)
    paper = db.session.get(Attachment, attachment_id)
    if paper is None or paper.case_id != case.id:
        abort(404)
    note_reading("attachment.opened", f"attachment:{paper.id}")
    try:
        content = papers.read(current_app.config["PORTAL"].home, paper.sha256)
    except FileNotFoundError:
        abort(404)
    name = papers.safe_name(paper.name)
    return Response(
        content,
        mimetype=paper.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
        },
    )
