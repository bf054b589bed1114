"""Letters on paper: preview and print, 送达回证, .docx. Looking is a GET; what leaves the portal is recorded first."""

import io
import re

from flask import Response, abort, redirect, request, send_file, url_for
from markupsafe import Markup, escape

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.models import Case
from portal.cases.views.acting import note_reading, open_case
from portal.database import db
from portal.documents.letters import blocks, composing, life, operations, queries, word
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter
from portal.documents.letters.views import blueprint, opened, standing
from portal.documents.views import NOW_PRINTING
from portal.web.htmx import page

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,4}-\d{4}-\d{6}(?!\d)|〔\d{4}〕\d+号")
FINAL = {"letter": "letters.paper", "receipt": "letters.receipt"}


@blueprint.app_template_filter()
def whole_numbers(text: str) -> Markup:
    """``text`` with the numbers of matters and letters kept on one line each (GB/T 9704)."""
    return Markup(NUMBER.sub(lambda found: f'<span class="letter-whole">{found[0]}</span>', str(escape(text))))


@blueprint.get("/cases/<number>/letters/<int:letter_id>/print")
@requires(Permission.LETTER_READ)
def paper(number: str, letter_id: int) -> Response:
    """The letter as it is printed; before 用印 it says that it is a preview."""
    case = open_case(number)
    letter = opened(case, letter_id)
    note_reading("letter.opened", f"letter:{letter.id}")
    return _sheet(case, letter, standing(case, letter), "letter", preview=letter.state not in life.FINISHED)


@blueprint.get("/cases/<number>/letters/<int:letter_id>/receipt/print")
@requires(Permission.LETTER_READ)
def receipt(number: str, letter_id: int) -> Response:
    """送达回证: blank lines for the pen before service, filled in after it."""
    case = open_case(number)
    letter = opened(case, letter_id)
    if not KINDS[letter.kind].served or letter.state not in life.FINISHED:
        abort(404)
    note_reading("letter.opened", f"letter:{letter.id}")
    proved = [each for each in queries.services(db.session, letter) if each.proof]
    made = composing.receipt(letter, standing(case, letter), proved[-1] if proved else None)
    return _sheet(case, letter, made, "receipt", preview=False)


@blueprint.post("/cases/<number>/letters/<int:letter_id>/printed/<what>")
@requires(Permission.CASE_RECORD)
def printed(number: str, letter_id: int, what: str) -> Response:
    """Record that the letter (or its 送达回证) is printed, and open the dialogue."""
    if what not in FINAL:
        abort(404)
    _record(number, letter_id, what)
    return redirect(url_for(FINAL[what], number=number, letter_id=letter_id, **{NOW_PRINTING: 1}), 303)


@blueprint.post("/cases/<number>/letters/<int:letter_id>/docx")
@requires(Permission.CASE_RECORD)
def docx(number: str, letter_id: int) -> Response:
    """The letter as .docx, recorded like a print."""
    case = open_case(number)
    letter = opened(case, letter_id)
    name = f"{KINDS[letter.kind].label}-{case.number}.docx"
    content = word.made(standing(case, letter))
    _record(number, letter_id, "docx")
    return send_file(io.BytesIO(content), mimetype=DOCX, as_attachment=True, download_name=name)


def _record(number: str, letter_id: int, what: str) -> None:
    opened(open_case(number), letter_id)
    with database.write() as session:
        operations.note_printed(session, actor(), session.get_one(Letter, letter_id), what, at=clock.now())


def _sheet(case: Case, letter: Letter, made: blocks.Composition, what: str, *, preview: bool) -> Response:
    return page(
        "documents/letter_print.html",
        paper=made,
        letter=letter,
        preview=preview,
        may_print=actor().may(Permission.CASE_RECORD),
        what=what,
        autoprint=NOW_PRINTING in request.args and not preview,
        case=case,
        back_url=url_for("letters.show", number=case.number, letter_id=letter.id),
    )
