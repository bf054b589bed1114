"""Pages of letters: the section on the case page, one letter's page, its forms, the worklist, 机关代字."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_wtf import FlaskForm

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.forms import scoped, to_data
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.views.acting import note_reading, open_case, spread
from portal.database import db
from portal.documents.letters import blocks, composing, issuers, keeping, life, offers, operations, queries
from portal.documents.letters.forms import ActForm, ServeForm, WhyForm, WordForm, letter_form
from portal.documents.letters.kinds import KINDS, Issuer, Kind
from portal.documents.letters.models import Letter
from portal.documents.letters.operations.drafting import platform_of
from portal.documents.letters.operations.shared import facts_of
from portal.documents.letters.serving import METHODS, OUTCOMES, PROOFS, Attempt
from portal.organisation import operations as organisation
from portal.organisation.models import UNIT_KINDS, Unit
from portal.web.htmx import done, page

blueprint = Blueprint("letters", __name__)


@dataclass(frozen=True)
class Work:
    """A form and what it does: ``work(session)`` returns the letter whose page comes next.

    ``show(status, saved_at)`` shows the form again; what was typed in it is kept as a draft by then.
    """

    form: FlaskForm
    work: Callable[[Any], Letter]
    show: Callable[[int, datetime | None], Response]
    said: str


@dataclass(frozen=True)
class FormPage:
    """A form of a letter as a page. ``missing``: why it cannot be filled in at all. ``since``: others' changes after the draft."""

    case: Case
    title: str
    form: FlaskForm
    back_url: str
    button: str
    kind: Kind | None = None
    missing: str = ""
    saved_at: datetime | None = None
    since: tuple[str, ...] = ()


def opened(case: Case, letter_id: int) -> Letter:
    """The letter if the person asking may know of it; else 404."""
    return queries.find(db.session, actor(), case, letter_id) or abort(404)


def standing(case: Case, letter: Letter) -> blocks.Composition:
    """The letter as it stands: what was kept at 用印, before that composed anew."""
    if letter.content:
        return blocks.load(letter.content)
    return composing.compose(letter, facts_of(letter), composing.known(db.session, case, letter.issuer_unit_id))


def run(number: str, task: Work) -> Response:
    """POST: check, do it once, go to the letter; what is refused stands beside its field."""
    if not task.form.validate():
        return task.show(422, keeping.keep())
    status = 422

    def once(session) -> Letter:
        letter = task.work(session)
        keeping.forget(session)
        return letter

    try:
        letter = database.attempt(once)
    except StaleVersion as stale:
        task.form.version.raw_data, task.form.version.data = None, stale.version
        task.form.form_errors.extend(stale.changed)
        status = 409
    except FieldProblems as problem:
        spread(task.form, problem.problems)
    except Refused as problem:
        task.form.form_errors.append(str(problem))
    if task.form.errors:
        return task.show(status, keeping.keep())
    flash(task.said, "success")
    return done("letters.show", number=number, letter_id=letter.id)


@blueprint.get("/cases/<number>/letters")
@requires(Permission.CASE_READ)
def section(number: str) -> Response:
    """The letters of a case (root id "letters"), fetched by the case page."""
    case = open_case(number)
    return page(
        "documents/letters.html",
        "documents/_letters.html",
        case=case,
        letters=queries.of_case(db.session, actor(), case),
        called_for=offers.called_for(db.session, actor(), case),
        may_draft=actor().may(Permission.CASE_RECORD),
        may_read=actor().may(Permission.LETTER_READ),
    )


@blueprint.get("/cases/<number>/letters/new")
@requires(Permission.CASE_RECORD)
def choose(number: str) -> Response:
    """Which letter."""
    case = open_case(number)
    groups = [(issuer, [kind for kind in KINDS.values() if kind.issuer is issuer]) for issuer in Issuer]
    return page("documents/letter_kinds.html", case=case, groups=[each for each in groups if each[1]])


@blueprint.route("/cases/<number>/letters/new/<kind>", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def draft(number: str, kind: str) -> Response:
    """拟稿: the facts the letter must state, prefilled from the record."""
    case = open_case(number)
    declared = KINDS.get(kind) or abort(404)
    organs = issuers.candidates(db.session, actor(), case, declared)
    missing = _missing(case, declared, organs)
    asked = letter_form(declared, organs)
    offer = {} if request.method == "POST" else offers.offered(db.session, actor(), case, declared)
    values = _as_typed(declared, offer)
    form = scoped(asked(data=values), "letter")
    back = url_for("letters.choose", number=number)

    def show(status: int = 200, saved_at: datetime | None = None) -> Response:
        page_of = FormPage(case, declared.label, form, back, "拟稿", kind=declared, missing=missing, saved_at=saved_at)
        return _form_page(page_of, status)

    if request.method == "GET":
        return show(saved_at=keeping.refill(form, values))
    if missing:
        return show(422, keeping.keep())
    case_id = case.id

    def work(session) -> Letter:
        current = session.get_one(Case, case_id, with_for_update=True)
        return operations.draft(
            session, actor(), current, kind, facts=to_data(form), issuer_unit_id=_issuer(form), at=clock.now()
        )

    return run(
        number, Work(form, work, show, "已拟稿，请核对预览后送核稿。" if declared.formal else "已拟稿，请核对后定稿。")
    )


@blueprint.get("/cases/<number>/letters/<int:letter_id>")
@requires(Permission.LETTER_READ)
def show(number: str, letter_id: int) -> Response:
    """One letter: the text as it will be printed, what can be done now, and its life."""
    case = open_case(number)
    letter = opened(case, letter_id)
    note_reading("letter.opened", f"letter:{letter.id}")
    return page("documents/letter.html", **_shown(case, letter))


@blueprint.route("/cases/<number>/letters/<int:letter_id>/edit", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def edit(number: str, letter_id: int) -> Response:
    """Change a draft."""
    case = open_case(number)
    letter = opened(case, letter_id)
    declared = KINDS[letter.kind]
    organs = issuers.candidates(db.session, actor(), case, declared)
    values = _as_typed(declared, facts_of(letter)) | {"version": letter.version}
    values |= {"issuer": str(letter.issuer_unit_id)} if letter.issuer_unit_id else {}
    form = scoped(letter_form(declared, organs)(data=values), "letter")
    back = url_for("letters.show", number=number, letter_id=letter_id)

    def show_form(status: int = 200, saved_at: datetime | None = None, since: tuple[str, ...] = ()) -> Response:
        title = f"修改{declared.label}"
        shown = FormPage(case, title, form, back, "保存", kind=declared, saved_at=saved_at, since=since)
        return _form_page(shown, status)

    if request.method == "GET":
        note_reading("letter.opened", f"letter:{letter_id}")
        saved_at = keeping.refill(form, values)
        return show_form(saved_at=saved_at, since=queries.revisions(db.session, letter, saved_at) if saved_at else ())

    def work(session) -> Letter:
        return operations.revise(
            session, actor(), letter_id, version=form.version.data or 0, facts=to_data(form),
            issuer_unit_id=_issuer(form), at=clock.now(),
        )  # fmt: skip

    return run(number, Work(form, work, show_form, "已保存。"))


@blueprint.route("/cases/<number>/letters/<int:letter_id>/acts/<code>", methods=["GET", "POST"])
@requires(Permission.LETTER_READ)
def act(number: str, letter_id: int, code: str) -> Response:
    """核稿, 签发, 编号, 用印, 归档, and those that must say why."""
    case = open_case(number)
    letter = opened(case, letter_id)
    taken = life.ACTS.get(code) or abort(404)
    values = {"version": letter.version}
    form = scoped((WhyForm if taken.says_why else ActForm)(data=values), "act")
    title, back = (
        f"{taken.label}：{KINDS[letter.kind].label}",
        url_for("letters.show", number=number, letter_id=letter_id),
    )

    def show_form(status: int = 200, saved_at: datetime | None = None) -> Response:
        return _form_page(FormPage(case, title, form, back, taken.label, saved_at=saved_at), status)

    if request.method == "GET":
        return show_form(saved_at=keeping.refill(form, values))

    def work(session) -> Letter:
        why = form.why.data if taken.says_why else ""
        return operations.act(
            session, actor(), letter_id, code, version=form.version.data or 0, at=clock.now(), why=why
        )

    return run(number, Work(form, work, show_form, taken.done))


@blueprint.route("/cases/<number>/letters/<int:letter_id>/serve", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def serve(number: str, letter_id: int) -> Response:
    """送达: one attempt, with what proves it."""
    case = open_case(number)
    letter = opened(case, letter_id)
    values = {"version": letter.version, "served_on": clock.today()}
    form = scoped(ServeForm(data=values), "serve")
    back = url_for("letters.show", number=number, letter_id=letter_id)
    title = f"登记送达：{KINDS[letter.kind].label}"

    def show_form(status: int = 200, saved_at: datetime | None = None) -> Response:
        return _form_page(FormPage(case, title, form, back, "登记送达", saved_at=saved_at), status)

    if request.method == "GET":
        return show_form(saved_at=keeping.refill(form, values))

    def work(session) -> Letter:
        attempt = Attempt(
            method=form.method.data,
            outcome=form.outcome.data,
            on=form.served_on.data,
            recipient=form.recipient.data,
            witness=form.witness.data,
            place=form.place.data,
            reference=form.reference.data,
        )
        made = operations.serve(session, actor(), letter_id, attempt, version=form.version.data or 0, at=clock.now())
        return session.get_one(Letter, made.letter_id)

    return run(number, Work(form, work, show_form, "已登记。"))


@blueprint.get("/letters")
@requires(Permission.LETTER_READ)
def worklist() -> Response:
    """Letters that wait for the person asking."""
    return page("documents/worklist.html", letters=queries.worklist(db.session, actor()))


@blueprint.get("/letters/words")
@requires(Permission.HALL_CONFIGURE)
def words() -> Response:
    """机关代字 of the organs; an organ without one gives no numbers."""
    search = request.args.get("q", "").strip()[:60]
    return page("documents/words.html", organs=queries.words(db.session, search), kinds=dict(UNIT_KINDS), search=search)


@blueprint.route("/letters/words/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def word(unit_id: int) -> Response:
    """Set one organ's, and what kind of organ it is."""
    unit = db.session.get(Unit, unit_id) or abort(404)
    name, held = unit.name, _word_of(unit_id)
    form = scoped(WordForm(data={"word": held, "kind": unit.kind}), "word")
    status = 200
    if request.method == "POST":
        status = 422
        if held and not form.word.data:
            form.word.data = held  # what numbers begin with is changed, never taken away
        if form.validate():
            try:
                database.attempt(_set_word, unit_id, form)
            except FieldProblems as problem:
                spread(form, problem.problems)
            else:
                flash(f"已设定{name}。", "success")
                return redirect(url_for("letters.words"), 303)
    return page("documents/word.html", unit_name=name, form=form, back_url=url_for("letters.words"), status=status)


def _set_word(session, unit_id: int, form: WordForm) -> None:
    organisation.set_kind(session, actor(), unit_id, form.kind.data, at=clock.now())
    if form.word.data:
        operations.set_word(session, actor(), unit_id, form.word.data, at=clock.now())


def _word_of(unit_id: int) -> str:
    return next((word for unit, word in queries.words(db.session) if unit.id == unit_id), "")


def _as_typed(kind: Kind, facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as the form's fields take them: days as days."""
    known = composing.days(kind, facts)
    return {name: value for name, value in known.items() if value is not None}


def _missing(case: Case, kind: Kind, organs: list[Unit]) -> str:
    """Why ``kind`` cannot be drafted on ``case`` at all, told before anybody types; "" where it can."""
    if kind.formal and not organs:
        return issuers.MISSING[kind.issuer]
    try:
        platform_of(db.session, actor(), case, kind)
    except Refused as problem:
        return str(problem)
    return ""


def _issuer(form: FlaskForm) -> int | None:
    return int(form.issuer.data) if "issuer" in form and form.issuer.data else None


def _form_page(shown: FormPage, status: int) -> Response:
    return page(
        "documents/letter_form.html",
        "documents/_letter_form.html",
        status=status,
        case=shown.case,
        title=shown.title,
        kind=shown.kind,
        form=shown.form,
        back_url=shown.back_url,
        button=shown.button,
        missing=shown.missing,
        saved_at=shown.saved_at,
        since=shown.since,
        place=keeping.place(),
    )


def _shown(case: Case, letter: Letter) -> dict[str, Any]:
    kind = KINDS[letter.kind]
    return {
        "case": case,
        "letter": letter,
        "kind": kind,
        "paper": standing(case, letter),
        "state_label": life.state_label(letter),
        "issuer": queries.unit_name(db.session, letter.issuer_unit_id),
        "acts": life.offered(actor(), letter),
        "may_edit": life.may_edit(actor(), letter),
        "may_serve": life.may_serve(actor(), letter),
        "may_print": actor().may(Permission.CASE_RECORD),
        "services": queries.services(db.session, letter),
        "history": queries.history(db.session, letter),
        "methods": dict(METHODS),
        "outcomes": dict(OUTCOMES),
        "proofs": PROOFS,
    }
