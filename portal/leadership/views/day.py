"""接访当日: the leader comes, matters are received one after another, the sheet is typed, confirmed and signed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, abort, current_app, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations as case_operations
from portal.cases import queries as cases
from portal.cases.operations import AttachmentRefused, FieldProblems, Refused, StaleVersion
from portal.cases.views import kept
from portal.cases.views.acting import note_reading
from portal.cases.views.dossier import safe_text
from portal.cases.views.kept import KeptForm
from portal.database import db
from portal.leadership.forms.loop import PaperForm, ReasonForm, SheetForm, VersionForm
from portal.leadership.forms.units import teach
from portal.leadership.models import Booking
from portal.leadership.operations import sheets as operations
from portal.leadership.operations.locking import case_of
from portal.leadership.queries import sheets as queries
from portal.leadership.queries.sheets import SheetShown
from portal.leadership.views import blueprint
from portal.organisation import queries as organisation
from portal.people.masking import mask_name
from portal.web.htmx import done, page

BASED_ON = "based_on"  # of a draft: the version over which it was typed; "version" itself is never kept

kept.know(
    (KeptForm("leader-sheet", "leadership.sheet", lambda given: f"接访登记表 {given['number']}", ("booking_id",)),)
)


@blueprint.get("/leadership/receptions/<int:reception_id>/day")
@requires(Permission.LEADERSHIP_READ)
def day(reception_id: int) -> Response:
    """The day of one reception: who is booked, who is with the leader, what is still to be written."""
    return _day(reception_id)


@blueprint.post("/leadership/receptions/<int:reception_id>/day/<any(arrive, leave, close):what>")
@requires(Permission.LEADERSHIP_RECORD)
def day_moved(reception_id: int, what: str) -> Response:
    """The leader came or left; the reception ends."""
    work = {"arrive": operations.arrive, "leave": operations.leave, "close": operations.close}[what]
    if queries.day(db.session, actor(), reception_id) is None:
        abort(404)
    try:
        database.attempt(_at, work, reception_id)
    except Refused as problem:
        return _day(reception_id, 409, str(problem))
    flash({"arrive": "已记领导到场。", "leave": "已记领导离开。", "close": "本次接访已结束。"}[what], "success")
    return done("leadership.day", reception_id=reception_id)


@blueprint.post("/leadership/day/<int:booking_id>/<any(begin, end):what>")
@requires(Permission.LEADERSHIP_RECORD)
def day_booking(booking_id: int, what: str) -> Response:
    """接谈 begins or ends; from its beginning the sheet is open."""
    booking = _booking(booking_id)
    number = _number(booking)
    try:
        database.attempt(_at, {"begin": operations.begin, "end": operations.end}[what], booking_id)
    except Refused as problem:
        return _day(booking.reception_id, 409, str(problem))
    if what == "begin":
        return done("leadership.sheet", booking_id=booking_id, number=number)
    flash("已记接谈结束。", "success")
    return done("leadership.day", reception_id=booking.reception_id)


@blueprint.post("/leadership/day/<int:booking_id>/absent")
@requires(Permission.LEADERSHIP_RECORD)
def day_absent(booking_id: int) -> Response:
    """爽约, with its reason."""
    booking, form = _booking(booking_id), ReasonForm()
    reception_id = booking.reception_id
    if not form.validate():
        return _day(reception_id, 422, typed=(booking_id, form))
    try:
        database.attempt(_with, operations.mark_absent, booking_id, {"reason": form.reason.data})
    except FieldProblems as problem:
        form.reason.errors = list(problem.problems.values())
        return _day(reception_id, 422, typed=(booking_id, form))
    except Refused as problem:
        return _day(reception_id, 409, str(problem), typed=(booking_id, form))
    return done("leadership.day", reception_id=reception_id)


@blueprint.route("/leadership/day/<int:booking_id>/sheet/<number>", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_READ)
def sheet(booking_id: int, number: str) -> Response:
    """领导接访登记表: typed by the office, read and signed by the leader. What is typed is kept while it is typed."""
    shown = _shown(booking_id, number)
    if request.method == "GET":
        return _fresh(shown)
    form = SheetForm()
    names = teach(form, db.session)
    if not actor().may(Permission.LEADERSHIP_RECORD):
        abort(403)
    if not form.validate():
        return _sheet(shown, form, names, 422)
    try:
        database.attempt(_record, booking_id, number, form)
    except FieldProblems as problem:
        form.spread(problem.problems)
        return _sheet(_shown(booking_id, number), form, names, 422)
    except StaleVersion as stale:
        form.version.raw_data, form.version.data = None, stale.version
        form.form_errors.append(stale.changed[0])
        return _sheet(_shown(booking_id, number), form, names, 409, compared=True)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _sheet(_shown(booking_id, number), form, names, 409)
    ready = bool(request.form.get("ready"))
    flash("登记表已填写完成，请领导确认、签名。" if ready else "登记表已保存。", "success")
    return done("leadership.sheet", booking_id=booking_id, number=number)


@blueprint.post("/leadership/day/<int:booking_id>/sheet/<number>/<any(confirm, sign):what>")
@requires(Permission.LEADERSHIP_READ)
def sheet_signed(booking_id: int, number: str, what: str) -> Response:
    """The leader agrees to this version; the leader's own account signs it."""
    shown, form = _shown(booking_id, number), VersionForm()
    work = {"confirm": operations.confirm, "sign": operations.sign}[what]
    try:
        database.attempt(_with, work, booking_id, {"version": form.version.data or 0})
    except (Refused, StaleVersion) as problem:
        said = problem.changed[0] if isinstance(problem, StaleVersion) else str(problem)
        return _filled(_shown(booking_id, number), 409, said)
    tasks = what == "sign" and shown.sheet is not None and shown.sheet.manner == "task"
    said = "已签名，任务已交给有关单位。" if tasks else "已签名。" if what == "sign" else "已确认，可以打印签名。"
    flash(said, "success")
    return done("leadership.sheet", booking_id=booking_id, number=number)


@blueprint.post("/leadership/day/<int:booking_id>/sheet/<number>/paper")
@requires(Permission.LEADERSHIP_RECORD)
def sheet_on_paper(booking_id: int, number: str) -> Response:
    """The sheet was signed by hand: its scan, and who signed."""
    _shown(booking_id, number)
    form = PaperForm()
    form.validate()
    if form.file.data is None:
        form.file.errors = ["请选择扫描件。"]
    if form.errors:
        return _filled(_shown(booking_id, number), 422, paper=form)
    try:
        database.attempt(_paper, booking_id, form, form.file.data.read())
    except AttachmentRefused as problem:
        form.file.errors = [str(problem)]
        return _filled(_shown(booking_id, number), 422, paper=form)
    except (Refused, StaleVersion) as problem:
        said = problem.changed[0] if isinstance(problem, StaleVersion) else str(problem)
        return _filled(_shown(booking_id, number), 409, said, paper=form)
    flash("扫描件已保存，登记表已签名。", "success")
    return done("leadership.sheet", booking_id=booking_id, number=number)


@blueprint.get("/leadership/day/<int:booking_id>/sheet/<number>/print")
@requires(Permission.LEADERSHIP_READ)
def sheet_print(booking_id: int, number: str) -> Response:
    """登记表 on A4 with the leader's signature line. Before the leader confirmed it says so on its face."""
    shown = _shown(booking_id, number)
    note_reading("leader_sheet.opened", f"booking:{booking_id}")
    return page(
        "leadership/sheet_print.html",
        safe=safe_text,
        shown=shown,
        centre=organisation.centre(db.session, actor().centre_id),
        made_at=clock.now(),
        back_url=url_for("leadership.sheet", booking_id=booking_id, number=number),
    )


def _day(
    reception_id: int, status: int = 200, problem: str = "", typed: tuple[int, ReasonForm] | None = None
) -> Response:
    shown = queries.day(db.session, actor(), reception_id) or abort(404)
    return page(
        "leadership/day.html",
        safe=safe_text,
        status=status,
        shown=shown,
        problem=problem,
        typed_for=typed[0] if typed else None,
        typed=typed[1] if typed else None,
        mask=mask_name,
        records=actor().may(Permission.LEADERSHIP_RECORD),
        today=clock.today(),
    )


def _booking(booking_id: int) -> Booking:
    booking = db.session.get(Booking, booking_id)
    if booking is None or cases.can_see(db.session, actor(), booking.case_id) is None:
        abort(404)
    return booking


def _number(booking: Booking) -> str:
    return cases.can_see(db.session, actor(), booking.case_id).number


def _shown(booking_id: int, number: str) -> SheetShown:
    shown = queries.sheet(db.session, actor(), booking_id)
    if shown is None or shown.case.number != number:
        abort(404)
    return shown


def _fresh(shown: SheetShown) -> Response:
    """What was saved, and over it what this person typed since.

    Where somebody saved another version meanwhile, both are shown, and what was typed is not taken for typed over that version.
    """
    form = _form_of(shown)
    names = teach(form, db.session)
    place = kept.place_at("leadership.sheet", request.view_args or {})
    found, stale = None, False
    if actor().may(Permission.LEADERSHIP_RECORD) and shown.state != "signed":
        found = cases.draft(db.session, actor(), place)
    if found:
        stale = found[0].get(BASED_ON, ["0"]) != [str(form.version.data)]
        version = 0 if stale else form.version.data
        written = [each.name for each in form if each.type not in ("CSRFTokenField", "HiddenField")]
        form.process(MultiDict(dict.fromkeys(written, "") | found[0]), data=_values(shown))
        form.version.raw_data, form.version.data = None, version
        names = teach(form, db.session)
    return _sheet(shown, form, names, saved_at=found[1] if found else None, compared=stale)


def _form_of(shown: SheetShown) -> SheetForm:
    return SheetForm(formdata=None, data=_values(shown))


def _values(shown: SheetShown) -> dict[str, Any]:
    sheet = shown.sheet
    if sheet is None:
        return {"version": 0}
    values = {"version": sheet.version, "minutes": sheet.minutes, "opinion": sheet.opinion, "manner": sheet.manner}
    for suffix, task in zip(("", "_2", "_3"), shown.tasks, strict=False):
        values |= {f"what{suffix}": task.what, f"lead{suffix}": task.lead, f"due{suffix}": task.draft.due}
        values[f"co{suffix}"] = "、".join(task.co)
    return values


def _filled(shown: SheetShown, status: int, problem: str = "", paper: PaperForm | None = None) -> Response:
    form = _form_of(shown)
    return _sheet(shown, form, teach(form, db.session), status, problem=problem, paper=paper)


def _sheet(
    shown: SheetShown,
    form: SheetForm,
    names: list[str],
    status: int = 200,
    *,
    problem: str = "",
    paper: PaperForm | None = None,
    saved_at: datetime | None = None,
    compared: bool = False,
) -> Response:
    """``compared``: what was typed stands on an older version; what is saved now is shown beside it."""
    who = actor()
    return page(
        "leadership/sheet.html",
        safe=safe_text,
        status=status,
        shown=shown,
        form=form,
        names=names,
        mask=mask_name,
        problem=problem,
        paper=paper or PaperForm(formdata=None, data={"signer": f"{shown.leader.post} {shown.leader.name}"}),
        saved_at=saved_at,
        compared=compared,
        based_on=BASED_ON,
        place=kept.place_at("leadership.sheet", {"booking_id": shown.booking.id, "number": shown.case.number}),
        records=who.may(Permission.LEADERSHIP_RECORD),
        own=who.may(Permission.LEADERSHIP_SIGN) and shown.leader.account_id == who.id,
        instruction_id=queries.instruction_of(db.session, shown.sheet.id) if shown.state == "signed" else None,
    )


def _at(session: Session, work: Callable[..., Any], row_id: int) -> Any:
    return work(session, actor(), row_id, at=clock.now())


def _with(session: Session, work: Callable[..., Any], row_id: int, values: dict[str, Any]) -> Any:
    return work(session, actor(), row_id, **values, at=clock.now())


def _record(session: Session, booking_id: int, number: str, form: SheetForm) -> None:
    ready = bool(request.form.get("ready"))
    operations.record(
        session, actor(), booking_id, form.given, version=form.version.data or 0, at=clock.now(), ready=ready
    )
    place = kept.place_at("leadership.sheet", {"booking_id": booking_id, "number": number})
    case_operations.drop_draft(session, actor(), place)


def _paper(session: Session, booking_id: int, form: PaperForm, content: bytes) -> None:
    case = case_of(session, actor(), session.get_one(Booking, booking_id).case_id)
    scan = case_operations.attach(
        session,
        actor(),
        case,
        name=form.file.data.filename or "领导接访登记表",
        content=content,
        kind="other",
        folder=current_app.config["PORTAL"].home,
        at=clock.now(),
    )
    operations.sign_on_paper(
        session,
        actor(),
        booking_id,
        signer=form.signer.data,
        scan_id=scan.id,
        version=form.version.data or 0,
        at=clock.now(),
    )
