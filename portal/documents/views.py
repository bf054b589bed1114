"""Papers to print: the citizen's slip and the 接谈笔录. Looking is a GET; printing is recorded first, then the dialogue opens."""

from flask import Blueprint, Response, abort, redirect, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.models import Case
from portal.cases.operations import mark_statement
from portal.cases.operations.record import note
from portal.cases.views.acting import open_case
from portal.database import db
from portal.documents import queries
from portal.trail import operations as trail
from portal.web.htmx import page

blueprint = Blueprint("documents", __name__)
NOW_PRINTING = "printing"
IN_FULL = "接谈笔录签名页，显示完整的证件号码、电话和住址"


@blueprint.get("/cases/<number>/slip/print")
@requires(Permission.CASE_RECORD)
def slip(number: str) -> Response:
    """The citizen's slip in large type. It carries the citizen's secret code, so only those who hand it out may see it."""
    case = open_case(number)
    return page(
        "documents/slip.html",
        slip=queries.slip(db.session, actor(), case, clock.today()),
        back_url=url_for("cases.show", number=number),
        autoprint=NOW_PRINTING in request.args,
        made_at=clock.now(),
    )


@blueprint.post("/cases/<number>/slip/printed")
@requires(Permission.CASE_RECORD)
def slip_printed(number: str) -> Response:
    """Record that the slip is printed, and open the dialogue."""
    case_id = open_case(number).id
    with database.write() as writing:
        note(writing, writing.get_one(Case, case_id), "slip.printed", actor(), clock.now())
    return redirect(url_for("documents.slip", number=number, **{NOW_PRINTING: 1}), 303)


@blueprint.get("/cases/<number>/statements/<int:statement_id>/print")
@requires(Permission.CASE_READ)
def statement(number: str, statement_id: int) -> Response:
    """A 接谈笔录 as it is signed. Its words, and whose they are, are personal: the reading is recorded before they are shown."""
    case = open_case(number)
    trail.note_access(
        centre_id=actor().centre_id,
        actor_id=actor().id,
        at=clock.now(),
        action="statement.opened",
        subject=f"case:{case.id}",
        reason=IN_FULL if actor().may(Permission.PERSON_REVEAL) else None,
        address=request.remote_addr,
    )
    sheet = queries.sheet(db.session, actor(), case, statement_id) or abort(404)
    return page(
        "documents/statement.html",
        sheet=sheet,
        back_url=url_for("cases.show", number=number),
        autoprint=NOW_PRINTING in request.args,
        made_at=clock.now(),
    )


@blueprint.post("/cases/<number>/statements/<int:statement_id>/printed")
@requires(Permission.CASE_RECORD)
def statement_printed(number: str, statement_id: int) -> Response:
    """Record that the statement is printed, and open the dialogue."""
    case = open_case(number)
    if queries.sheet(db.session, actor(), case, statement_id) is None:
        abort(404)
    with database.write() as writing:
        mark_statement(writing, actor(), statement_id, fact="printed", at=clock.now())
    address = url_for("documents.statement", number=number, statement_id=statement_id, **{NOW_PRINTING: 1})
    return redirect(address, 303)
