"""阅信: letters put before leaders, the list, one letter with its 批示, sheets for the paper folder."""

from datetime import date
from typing import Any

from flask import Response, abort, flash, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.forms.fields import EARLIEST, LATEST, choices
from portal.cases.operations import FieldProblems, Refused
from portal.cases.views.acting import note_reading
from portal.cases.views.dossier import safe_text
from portal.cases.views.worklists import number_of
from portal.database import db
from portal.leadership.forms.letters import InstructForm, PutForm
from portal.leadership.forms.units import teach
from portal.leadership.operations import letters_read as operations
from portal.leadership.queries import leaders
from portal.leadership.queries import letters_read as queries
from portal.leadership.queries.coverage import quarter_of, quarter_words
from portal.leadership.sponsor_words import HOW_PUT, READ_STATES
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.leadership.views.sponsorship import warn_of
from portal.organisation import queries as organisation
from portal.web.errors import say
from portal.web.htmx import done, page
from portal.web.routing import row_number

SHEETS = 40  # of one paper folder


@blueprint.get("/leadership/letters")
@requires(Permission.LEADERSHIP_READ)
def letters() -> Response:
    """Letters put before leaders, and how many each read this quarter."""
    leader_id, state = request.args.get("leader", type=row_number), request.args.get("state", "")
    state = state if state in READ_STATES else ""
    before = request.args.get("before", type=row_number)
    found, more = queries.letters(
        db.session, actor(), leader_ids=[leader_id] if leader_id else None, state=state, before=before
    )
    quarter = quarter_of(_day(request.args.get("on", "")))
    narrowed = {name: value for name, value in (("leader", leader_id), ("state", state)) if value}
    return page(
        "leadership/letters.html",
        letters=found,
        older=narrowed | {"before": found[-1].id} if more else None,
        narrowed=narrowed,
        leader_id=leader_id,
        state=state,
        states=READ_STATES,
        how_put=HOW_PUT,
        leaders=leaders.leaders(db.session, actor().centre_id),
        counts=queries.counts(db.session, actor().centre_id, quarter.first, quarter.last),
        quarter=quarter_words(quarter),
        earlier=date.fromordinal(quarter.first.toordinal() - 1),
        may_put=operations.may_put(actor()),
        safe=safe_text,
    )


@blueprint.route("/leadership/letters/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def put_letter() -> Response:
    """呈领导阅, from the case (``?case=number``) or by number."""
    number = request.args.get("case", "")[:20]
    case = cases.find(db.session, actor(), number_of(number)) if number else None
    form = PutForm(number=number, summary=safe_text(case.subject) if case else "")
    found = leaders.leaders(db.session, actor().centre_id, on=clock.today())
    form.leader.choices = choices([(str(one.id), f"{one.name}　{one.post}") for one in found], empty="请选择")
    status = 200
    if form.is_submitted():
        made, status = tried(form, lambda session: _put(session, form))
        if made is not None:
            flash("已呈领导阅。", "success")
            warn_of(made.leader_id, made.case_id)
            return done("leadership.letter", letter_id=made.id)
    back = url_for("cases.show", number=case.number) if case else url_for("leadership.letters")
    return page("leadership/letter_put.html", status=status, form=form, back_url=back)


@blueprint.get("/leadership/letters/<int:letter_id>")
@requires(Permission.LEADERSHIP_READ)
def letter(letter_id: int) -> Response:
    """One letter: what it says, who put it, 已阅, 批示."""
    return _letter(letter_id)


@blueprint.post("/leadership/letters/<int:letter_id>/read")
@requires(Permission.LEADERSHIP_READ)
def read_letter(letter_id: int) -> Response:
    """已阅; back to where the button was (``desk``: the leader's own page)."""
    shown = _found(letter_id)
    try:
        database.attempt(lambda session: operations.mark_read(session, actor(), letter_id, at=clock.now()))
    except Refused as problem:
        return say(409, str(problem))
    flash("已记为已阅。", "success")
    return _back(shown)


@blueprint.post("/leadership/letters/<int:letter_id>/instruct")
@requires(Permission.LEADERSHIP_READ)
def instruct_letter(letter_id: int) -> Response:
    """批示, with tasks where something is to be done."""
    shown = _found(letter_id)
    form = InstructForm()
    names = teach(form, db.session)

    def work(session: Any) -> Any:
        return operations.instruct(
            session, actor(), letter_id, words=form.words.data, tasks=form.tasks, version=form.version.data or 0,
            at=clock.now(),
        )  # fmt: skip

    made, status = tried(form, work, form.beside)
    if made is None:
        return _letter(letter_id, status, form, names)
    flash("批示已记录，任务已送到单位。" if form.tasks else "批示已记录。", "success")
    return _back(shown)


@blueprint.get("/leadership/letters/<int:letter_id>/sheet")
@requires(Permission.LEADERSHIP_READ)
def letter_sheet(letter_id: int) -> Response:
    """领导阅信单 on A4."""
    return _sheets([_found(letter_id)], url_for("leadership.letter", letter_id=letter_id))


@blueprint.get("/leadership/letters/folder/<int:leader_id>")
@requires(Permission.LEADERSHIP_READ)
def letter_folder(leader_id: int) -> Response:
    """The paper folder of a leader: a sheet for each letter that waits."""
    found, _more = queries.letters(db.session, actor(), leader_ids=[leader_id], state="put", limit=SHEETS)
    return _sheets(found or abort(404), url_for("leadership.letters", leader=leader_id, state="put"))


def _put(session: Any, form: PutForm) -> Any:
    case = cases.find(session, actor(), number_of(form.number.data))
    if case is None:
        raise FieldProblems({"number": "没有找到这个编号的事项，或它不对您开放。"})
    given = {"leader_id": row_number(form.leader.data), "summary": form.summary.data, "how": form.how.data}
    return operations.put(session, actor(), case.id, **given, at=clock.now())


def _found(letter_id: int) -> queries.LetterShown:
    return queries.one(db.session, actor(), letter_id) or abort(404)


def _letter(
    letter_id: int, status: int = 200, form: InstructForm | None = None, names: list[str] | None = None
) -> Response:
    shown = _found(letter_id)
    if shown.case.sensitivity != "normal" and request.method == "GET":
        note_reading("letter_read.opened", f"case:{shown.case.id}")
    leader = leaders.leader(db.session, actor().centre_id, shown.leader_id)
    acts = operations.acts_for(db.session(), actor(), leader)
    if form is None and acts:
        form = InstructForm(formdata=None, data={"version": shown.version})
        names = teach(form, db.session)
    return page(
        "leadership/letter.html",
        status=status,
        shown=shown,
        acts=acts,
        form=form,
        names=names or [],
        instruction_id=queries.instruction_of(db.session, letter_id) if shown.state == "instructed" else None,
        states=READ_STATES,
        how_put=HOW_PUT,
        safe=safe_text,
    )


def _back(shown: queries.LetterShown) -> Response:
    if request.form.get("back") == "desk":
        return done("leadership.desk", leader=shown.leader_id)
    return done("leadership.letter", letter_id=shown.id)


def _sheets(found: list[queries.LetterShown], back_url: str) -> Response:
    for shown in found:
        if shown.case.sensitivity != "normal":
            note_reading("letter_read.printed", f"case:{shown.case.id}")
    centre = organisation.centre(db.session, actor().centre_id)
    return page(
        "leadership/letter_sheets.html", letters=found, centre=centre, at=clock.now(), safe=safe_text, back_url=back_url
    )


def _day(text: str) -> date:
    """The day that was asked for; today for what is none, and beyond what a quarter can be counted of."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return clock.today()
    return day if EARLIEST <= day.year < LATEST else clock.today()
