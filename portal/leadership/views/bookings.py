"""约访: published receptions with their places, matters to be put before them, and booking one."""

from typing import Any

from flask import Response, abort, flash, request, url_for
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.forms.fields import choices
from portal.cases.models import Case
from portal.cases.operations.given import MOST_REPRESENTATIVES, FieldProblems, Refused
from portal.cases.views.acting import spread
from portal.database import db
from portal.leadership import booking_words
from portal.leadership.forms.bookings import BookForm
from portal.leadership.models import Booking, Leader
from portal.leadership.operations import bookings as operations
from portal.leadership.operations import recusal
from portal.leadership.operations.bookings import BookingDraft
from portal.leadership.queries import bookings as queries
from portal.leadership.queries import candidates as choosing
from portal.leadership.queries.bookings import ReceptionShown
from portal.leadership.views import blueprint
from portal.leadership.vocabulary import ONE_DAY
from portal.people.masking import mask_name
from portal.web.htmx import go, page

AHEAD = 14  # days shown at a glance
NO_CASE = "没有找到这件事项，或它不对您开放。"


@blueprint.get("/leadership/bookings")
@requires(Permission.LEADERSHIP_BOOK)
def bookings() -> Response:
    """The receptions of the days ahead with free places, whoever must be dealt with, and those not told yet."""
    today, who = clock.today(), actor()
    return page(
        "leadership/bookings.html",
        receptions=queries.receptions(db.session, who, today, today + ONE_DAY * AHEAD),
        displaced=[*queries.displaced(db.session, who), *queries.untimed(db.session, who, today)],
        untold=queries.untold(db.session, who, today),
        most=queries.LISTED,
        today=today,
        mask=mask_name,
    )


@blueprint.get("/leadership/bookings/new")
@requires(Permission.LEADERSHIP_BOOK)
def choose_reception() -> Response:
    """``?case=``: at which reception; those that are full are shown to be."""
    case = _asked_case()
    today, who = clock.today(), actor()
    return page(
        "leadership/choose_reception.html",
        case=case,
        receptions=queries.receptions(db.session, who, today, today + ONE_DAY * AHEAD),
        booked={each.reception_id for each in queries.of_case(db.session, who, case.id) if each.state != "cancelled"},
    )


@blueprint.get("/leadership/receptions/<int:reception_id>")
@requires(Permission.LEADERSHIP_BOOK)
def reception(reception_id: int) -> Response:
    """One reception: who is booked, in order; its papers; and finding a further matter by number."""
    shown = queries.reception(db.session, actor(), reception_id) or abort(404)
    return _reception(shown)


@blueprint.get("/leadership/receptions/<int:reception_id>/candidates")
@requires(Permission.LEADERSHIP_BOOK)
def candidates(reception_id: int) -> Response:
    """Matters by rule, each with the reason why it is offered; or, ``?number=``, straight to booking that one."""
    shown = queries.reception(db.session, actor(), reception_id) or abort(404)
    asked = request.args.get("number", "").strip().upper()
    if asked:
        if cases.find(db.session, actor(), asked) is None:
            return _reception(shown, 404, asked=asked, problem=f"{asked[:30]}：{NO_CASE}")
        return go(url_for("leadership.book", reception_id=reception_id, case=asked))
    found = choosing.candidates(db.session, actor(), shown, clock.today())
    return page("leadership/candidates.html", reception=shown, found=found, rules=choosing.RULES)


@blueprint.route("/leadership/receptions/<int:reception_id>/book", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def book(reception_id: int) -> Response:
    """The form: time, why, how many come, and where a conflict of interest shows, the written decision."""
    shown = queries.reception(db.session, actor(), reception_id) or abort(404)
    case = _asked_case()
    form = _form(shown, case)
    if not form.is_submitted():
        return _book(form, shown, case)
    if not form.validate():
        return _book(form, shown, case, 422)
    try:
        made = database.attempt(_run, reception_id, case.id, _draft(form))
    except FieldProblems as problem:
        spread(form, problem.problems)
        return _book(form, shown, case, 422)
    except operations.Full as problem:
        form.form_errors.append(str(problem))
        return _book(_with_slots(form, reception_id), queries.reception(db.session, actor(), reception_id), case, 409)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _book(form, shown, case, 409)
    flash("已约，请告知群众时间地点。" if made.source in ("chosen", "applied") else "已登记。", "success")
    return go(url_for("leadership.booking", booking_id=made.id))


@blueprint.get("/leadership/cases/<number>/bookings")
@requires(Permission.LEADERSHIP_READ)
def case_bookings(number: str) -> Response:
    """A case's bookings, for its page (root id "leader-bookings")."""
    case = cases.find(db.session, actor(), number) or abort(404)
    context = {"case": case, "rows": queries.of_case(db.session, actor(), case.id), "may_book": _may_book(case)}
    return page("leadership/case_bookings.html", "leadership/_case_bookings.html", **context)


def _may_book(case: Case) -> bool:
    if case.sensitivity == "accusation":
        return actor().may(Permission.LEADERSHIP_BOOK) and actor().may(Permission.CASE_ACCUSATION)
    return case.sensitivity == "normal" and actor().may(Permission.LEADERSHIP_BOOK)


def _reception(shown: ReceptionShown, status: int = 200, *, asked: str = "", problem: str = "") -> Response:
    rows = queries.of_reception(db.session, actor(), shown.id)
    return page(
        "leadership/booked.html",
        status=status,
        reception=shown,
        rows=rows,
        standing=[each for each in rows if each.state != "cancelled"],
        conflicts=_conflicts(shown, rows),
        problem=problem,
        asked=asked,
        over=shown.day < clock.today(),
        is_today=shown.day == clock.today(),
        mask=mask_name,
    )


def _conflicts(shown: ReceptionShown, rows: list[queries.BookingShown]) -> dict[int, list[recusal.Conflict]]:
    """Case id → what stands between it and the leader as it is now, where nobody decided: the leader may be a substitute."""
    ids = {each.case_id for each in rows if not each.hidden and not each.waiver and each.state != "cancelled"}
    if not ids:
        return {}
    leader = db.session.get(Leader, shown.leader_id)
    found = db.session.query(Case).where(Case.id.in_(ids)).all()
    return {case_id: each for case_id, each in recusal.conflicts_of(db.session, leader, found).items() if each}


def _asked_case() -> Case:
    number = request.values.get("case", "").strip()
    return (cases.find(db.session, actor(), number) if number else None) or abort(404)


def _form(shown: ReceptionShown, case: Case) -> BookForm:
    past = shown.day < clock.today()
    asked = request.args.get("why", "other")
    first = next((str(slot.minute) for slot in shown.slots if slot.free and not _gone(shown, slot.minute)), "")
    form = BookForm(
        data={
            "slot": first,
            "source": "paper" if past else "chosen",
            "why": asked if asked in booking_words.WHYS else "other",
            "headcount": max(1, case.headcount),
            "representatives": min(max(1, case.headcount), MOST_REPRESENTATIVES),
        }
    )
    form.slot.choices = choices([(str(slot.minute), slot.time) for slot in shown.slots])
    allowed = [code for code in booking_words.SOURCES if _offers(code, shown)]
    form.source.choices = choices([(code, booking_words.SOURCES[code]) for code in allowed])
    return form


def _offers(source: str, shown: ReceptionShown) -> bool:
    today = clock.today()
    if source == "paper":
        return shown.day <= today
    return shown.day == today if source == "walk_in" else shown.day >= today


def _gone(shown: ReceptionShown, minute: int) -> bool:
    return clock.at_hall(shown.day, *divmod(minute, 60)) <= clock.now()


def _with_slots(form: BookForm, reception_id: int) -> BookForm:
    form.slot.errors = ["这个时段已满，请选择其他时段。"]
    return form


def _book(form: BookForm, shown: ReceptionShown, case: Case, status: int = 200) -> Response:
    leader = db.session.get(Leader, shown.leader_id)
    found = recusal.conflicts(db.session, leader, case)
    return page(
        "leadership/book.html",
        status=status,
        form=form,
        reception=shown,
        case=case,
        conflicts=found,
        blocked=bool(recusal.blocking(found)) or not _may_book(case),
        may_book=_may_book(case),
        gone=[slot.minute for slot in shown.slots if _gone(shown, slot.minute)],
        may_paper=_offers("paper", shown),
    )


def _draft(form: BookForm) -> BookingDraft:
    paper = form.source.data == "paper"
    return BookingDraft(
        source=form.source.data,
        why=form.why.data,
        slot=None if paper or not form.slot.data else int(form.slot.data),
        headcount=form.headcount.data,
        representatives=form.representatives.data,
        waiver=form.waiver.data,
        waived_by=form.waived_by.data,
        came=form.came.minute if paper else None,
        began=form.began.minute if paper else None,
        ended=form.ended.minute if paper else None,
    )


def _run(session: Session, reception_id: int, case_id: int, wanted: BookingDraft) -> Booking:
    given: dict[str, Any] = {"at": clock.now()}
    return operations.book(session, actor(), reception_id, case_id, wanted, **given)
