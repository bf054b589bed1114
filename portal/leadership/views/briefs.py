"""What the leader reads beforehand: the brief of one matter, the day sheet of a reception, the pack of a trip. Reading is logged."""

from collections.abc import Iterable

from flask import Response, abort, flash, request
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations.given import FieldProblems, Refused
from portal.cases.views.acting import spread
from portal.database import db
from portal.leadership import brief_lines
from portal.leadership.forms.briefs import BriefForm
from portal.leadership.operations import briefs as operations
from portal.leadership.queries import bookings, briefs
from portal.leadership.queries.briefs import BriefShown
from portal.leadership.views import blueprint
from portal.organisation import queries as organisation
from portal.people.masking import mask_name
from portal.trail.operations import note_access
from portal.web.htmx import done, page
from portal.web.routing import row_number

READ = "brief.opened"
# whose paper it is: the name stands on it as on the sheet that is signed
NAMED = (Permission.LEADERSHIP_BOOK, Permission.LEADERSHIP_RECORD, Permission.LEADERSHIP_SIGN)


@blueprint.route("/leadership/bookings/<int:booking_id>/brief", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_READ)
def brief(booking_id: int) -> Response:
    """The brief, to read; to change by who books. ``?version=`` is an earlier one."""
    if request.method == "POST" and not actor().may(Permission.LEADERSHIP_BOOK):
        abort(403)
    shown = _brief(booking_id)
    form = BriefForm(data={**shown.content, "seen": shown.number})
    if not form.is_submitted():
        return _page(shown, form)
    if not form.validate():
        return _page(shown, form, 422)
    content = {code: form[code].data or "" for code in brief_lines.SECTIONS}
    try:
        made = database.attempt(_save, booking_id, content, form.seen.data or 0)
    except FieldProblems as problem:
        spread(form, problem.problems)
        return _page(shown, form, 422)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _page(shown, form, 409)
    flash(f"已保存为第 {made.number} 稿。", "success")
    return done("leadership.brief", booking_id=booking_id)


@blueprint.get("/leadership/bookings/<int:booking_id>/brief/print")
@requires(Permission.LEADERSHIP_READ)
def brief_print(booking_id: int) -> Response:
    """On one sheet of A4."""
    return page("leadership/brief_print.html", brief=_brief(booking_id), made_at=clock.now())


@blueprint.post("/leadership/receptions/<int:reception_id>/briefs")
@requires(Permission.LEADERSHIP_BOOK)
def make_briefs(reception_id: int) -> Response:
    """Keep a first version for each matter that has none."""
    if bookings.reception(db.session, actor(), reception_id) is None:
        abort(404)
    made = database.attempt(_make_all, reception_id)
    flash(f"已生成 {made} 份要情，请逐份核对。" if made else "每件事项都已有要情。", "success")
    return done("leadership.reception", reception_id=reception_id)


@blueprint.get("/leadership/receptions/<int:reception_id>/day-sheet")
@requires(Permission.LEADERSHIP_READ)
def day_sheet(reception_id: int) -> Response:
    """Cover (leader, day, place, list), then one matter a page."""
    return _papers(reception_id, blanks=0)


@blueprint.get("/leadership/receptions/<int:reception_id>/pack")
@requires(Permission.LEADERSHIP_READ)
def trip_pack(reception_id: int) -> Response:
    """For a trip without the system: the day sheet, a blank 登记表 for each matter, and some for who comes unannounced."""
    return _papers(reception_id, blanks=2)


def _papers(reception_id: int, blanks: int) -> Response:
    shown = bookings.reception(db.session, actor(), reception_id) or abort(404)
    booked = [each for each in bookings.of_reception(db.session, actor(), reception_id) if each.state != "cancelled"]
    _log([each.case_id for each in booked if not each.hidden])
    return page(
        "leadership/day_sheet.html",
        reception=shown,
        booked=booked,
        named=str if any(actor().may(each) for each in NAMED) else mask_name,
        briefs=briefs.briefs(db.session, actor(), booked),
        sheets=[*booked, *[None] * blanks] if blanks else [],
        centre=organisation.centre(db.session, actor().centre_id),
        made_at=clock.now(),
    )


def _brief(booking_id: int) -> BriefShown:
    """The brief asked for; that it is read is recorded before anything of it is shown."""
    shown = bookings.one(db.session, actor(), booking_id) or abort(404)
    _log([shown.case_id])
    return briefs.brief(db.session, actor(), shown, request.args.get("version", type=row_number)) or abort(404)


def _log(case_ids: Iterable[int]) -> None:
    for case_id in case_ids:
        note_access(
            centre_id=actor().centre_id,
            actor_id=actor().id,
            at=clock.now(),
            action=READ,
            subject=f"case:{case_id}",
            address=request.remote_addr,
        )


def _page(shown: BriefShown, form: BriefForm, status: int = 200) -> Response:
    may_write = actor().may(Permission.LEADERSHIP_BOOK) and shown.booking.state != "cancelled"
    newest = not shown.numbers or shown.number == shown.numbers[-1]
    return page(
        "leadership/brief.html",
        status=status,
        brief=shown,
        form=form,
        codes=list(brief_lines.SECTIONS),
        lines={code: brief_lines.most(code) for code in brief_lines.SECTIONS},
        may_write=may_write and newest,
    )


def _save(session: Session, booking_id: int, content: dict[str, str], seen: int):
    return operations.save(session, actor(), booking_id, content, seen=seen, at=clock.now())


def _make_all(session: Session, reception_id: int) -> int:
    return operations.generate_all(session, actor(), reception_id, at=clock.now())
