"""The working calendar: years on record, and a year's notice typed or uploaded into a draft."""

from datetime import date

from flask import Response, abort, request

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.law import blueprint
from portal.cases.law.drafting import drafted
from portal.cases.law.forms import NoticeForm, UploadForm
from portal.database import db
from portal.organisation.forms import EARLIEST, LATEST
from portal.statutes import notices, operations, queries
from portal.statutes.notices import FESTIVALS, NoticeRefused
from portal.statutes.sheets import SheetRefused, rows_of
from portal.statutes.workdays import WORK, Entry
from portal.web.htmx import page

YEARS_AHEAD = 2


@blueprint.get("/admin/calendar")
@requires(Permission.HALL_CONFIGURE)
def calendar() -> Response:
    """Which years are on record, which are not published, and what was drafted."""
    years = queries.years(db.session)
    held = {row.year for row in years}
    return page(
        "law/calendar.html",
        years=years,
        missing=[year for year in reversed(_typeable()) if year not in held],
        drafts=queries.drafts(db.session, actor().centre_id),
        states=STATES,
    )


@blueprint.get("/admin/calendar/<int:year>")
@requires(Permission.HALL_CONFIGURE)
def year(year: int) -> Response:
    """One year day by day."""
    if not EARLIEST <= year <= LATEST:
        abort(404)
    days = queries.days_of_year(db.session, year)
    if not days:
        abort(404)
    return page("law/year.html", year=year, spans=spans(days), notices=sorted({day.notice for day in days} - {""}))


@blueprint.route("/admin/calendar/notice", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def notice() -> Response:
    """Type a year's notice; it becomes a draft."""
    form = NoticeForm(data={"year": str(_asked_year())})
    if form.validate_on_submit() and _fitting(form):
        try:
            entries = notices.from_festivals(form.year.number, form.notice.data, form.festivals)
            return drafted(_keep, form.year.number, form.notice.data, entries)
        except NoticeRefused as problem:
            form.refuse(problem)
        except operations.DraftRefused as problem:
            form.notice.errors = [str(problem)]
    return _notice_page(form, _upload_form(formdata=None), 422 if form.is_submitted() else 200)


@blueprint.post("/admin/calendar/upload")
@requires(Permission.HALL_CONFIGURE)
def upload() -> Response:
    """Upload a year's notice; it becomes a draft, or every broken row is named and nothing is kept."""
    form = _upload_form()
    if form.validate_on_submit() and _fitting(form):
        try:
            entries = notices.from_rows(form.year.number, form.notice.data, rows_of(*form.content))
            return drafted(_keep, form.year.number, form.notice.data, entries)
        except NoticeRefused as problem:
            form.refuse(problem.problems)
        except SheetRefused as problem:
            form.refuse([str(problem)])
        except operations.DraftRefused as problem:
            form.notice.errors = [str(problem)]
    return _notice_page(NoticeForm(formdata=None, data={"year": form.year.data}), form, 422)


STATES = {"draft": "草稿", "scheduled": "已发布，待生效", "published": "已发布", "discarded": "已作废"}


def spans(days: list[Entry]) -> list[tuple[date, date, bool, str, int]]:
    """Days that follow each other for one reason together: (first, last, worked, name, how many)."""
    found: list[tuple[date, date, bool, str, int]] = []
    for entry in days:
        worked = entry.kind == WORK
        if found and found[-1][2:4] == (worked, entry.name) and (entry.day - found[-1][1]).days == 1:
            found[-1] = (found[-1][0], entry.day, worked, entry.name, found[-1][4] + 1)
        else:
            found.append((entry.day, entry.day, worked, entry.name, 1))
    return found


def _keep(session, who, year: int, notice: str, entries: tuple[Entry, ...], at):
    return operations.draft_calendar(session, who, year, notice, entries, at=at)


def _typeable() -> range:
    """This year, for a correction by a later notice, and the years ahead whose notice may come."""
    this = clock.today().year
    return range(this, this + YEARS_AHEAD + 1)


def _asked_year() -> int:
    """The year of ``?year=``, else the next one that is not on record."""
    asked = request.args.get("year", type=int)
    if asked in _typeable():
        return asked
    held = queries.law(db.session).calendar.years
    return next((year for year in _typeable() if year not in held), _typeable()[-1])


def _fitting(form: NoticeForm | UploadForm) -> bool:
    if form.year.number in _typeable():
        return True
    form.year.errors = [f"只能录入 {_typeable()[0]} 至 {_typeable()[-1]} 年的安排。"]
    return False


def _upload_form(**kwargs) -> UploadForm:
    return UploadForm(data={"year": str(_asked_year())}, **kwargs)


def _notice_page(form: NoticeForm, uploading: UploadForm, status: int) -> Response:
    festivals = [(name, form[f"rest_{at}"], form[f"work_{at}"]) for at, name in enumerate(FESTIVALS)]
    return page("law/notice.html", form=form, uploading=uploading, festivals=festivals, status=status)
