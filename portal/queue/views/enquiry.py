"""/enquiry: the citizen's own page. Slip code and last four digits open the state of a matter, and the rating once it is closed."""

from flask import Response, current_app, flash, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import public
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, rate
from portal.cases.vocabulary import SCORES
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import enquiry as queries
from portal.queue.enquiry import Found
from portal.queue.screen_forms import CodeRatingForm, EnquiryForm
from portal.queue.throttle import Throttle
from portal.queue.views import blueprint
from portal.trail import operations as trail
from portal.web.errors import say
from portal.web.htmx import done, page

STAFF_REFUSED = "评价只由群众本人填写。这台电脑上有工作人员登录，请退出后再试，或在窗口前的评价屏上填写。"
TOO_OFTEN = "查询码连续输错多次。请稍等一会儿再试，也可以到导引台由工作人员帮您查询。"
# one sentence for a wrong code and for a wrong tail: it must not tell which of them was right
UNKNOWN = "查询码和后四位对不上，没有查到。请对照小票或告知单再输一次，或到导引台查询。"


@blueprint.route("/enquiry", methods=["GET", "POST"])
@public
def enquiry() -> Response:
    """Ask for the code; answer on the same page, so that a code never stands in an address or a log."""
    form = EnquiryForm()
    if not form.is_submitted():
        return _page(form)
    if not may_ask():
        return say(429, TOO_OFTEN)
    found = looked_up(form)
    if found is None:
        return _page(form, status=422)
    return _page(form, found=found, rating=rating_of(form, found))


@blueprint.post("/enquiry/rating")
@public
def rate_by_code() -> Response:
    """Once for a closed case. 403 where staff is signed in: nobody types in the score of their own work."""
    if current_user.is_authenticated:
        return say(403, STAFF_REFUSED)
    if not may_ask():
        return say(429, TOO_OFTEN)
    form = CodeRatingForm()
    asked = EnquiryForm(formdata=None, code=form.key.data or "", tail=form.tail.data or "")
    found = opened(asked)
    if found is None or found.matter is None:
        return _page(EnquiryForm(formdata=None), unknown=UNKNOWN, status=422)
    if not form.validate():
        return _page(asked, found=found, rating=form, status=422)
    try:
        database.attempt(rate_matter, found.matter.case_id, form)
    except (Refused, FieldProblems) as problem:
        return _page(asked, found=found, refused=str(problem), status=409)
    flash("感谢您的评价，已经记下。")
    return done("queue.enquiry")


def may_ask() -> bool:
    """Whether this address has a try left."""
    return _throttle().allows(_address(), clock.now())


def looked_up(form: EnquiryForm) -> Found | None:
    """What the form's code and tail open; None with the reason beside the code."""
    if not form.validate():
        return None
    found = opened(form)
    if found is None:
        form.code.errors = [UNKNOWN]
    return found


def opened(form: EnquiryForm) -> Found | None:
    """What code and tail open. A failure is recorded and costs a try."""
    found = queries.find(db.session, form.code.data or "", form.tail.data or "", clock.now())
    if found is None:
        note_failure()
    return found


def rating_of(form: EnquiryForm, found: Found) -> CodeRatingForm | None:
    """The rating form of a closed matter that nobody has rated; None for staff: nobody types in the score of their own work."""
    matter = found.matter
    if not (matter and matter.closed_at and not matter.score) or current_user.is_authenticated:
        return None
    code, tail = queries.normal(form.code.data), queries.normal(form.tail.data or "")
    return CodeRatingForm(formdata=None, key=code, tail=tail)


def rate_matter(session: Session, case_id: int, form: CodeRatingForm) -> None:
    """The citizen's own word on a closed matter, once. Raises Refused."""
    case = session.get(Case, case_id)
    if case.closed_at is None:
        raise Refused("事项还没有办结，办结后再请您评价。")
    rate(session, case, score=form.score.data, words=form.words.data or "", source="slip", at=clock.now())


def note_failure() -> None:
    """Guessing leaves a trace; the code itself does not stand in it, for it may be one letter from a right one."""
    at = clock.now()
    _throttle().failed(_address(), at)
    centre_id = db.session.scalar(select(Centre.id).order_by(Centre.id).limit(1))
    if centre_id is not None:
        db.session.rollback()
        trail.note_access(
            centre_id=centre_id,
            actor_id=None,
            at=at,
            action="enquiry.code",
            subject="enquiry",
            refused=True,
            address=_address(),
        )


def _page(form: EnquiryForm, *, status: int = 200, **context: object) -> Response:
    centre = db.session.scalar(select(Centre).order_by(Centre.id).limit(1))
    return page("enquiry/enquiry.html", form=form, centre=centre, scores=dict(SCORES), status=status, **context)


def _throttle() -> Throttle:
    return current_app.extensions.setdefault("portal_enquiry_throttle", Throttle())


def _address() -> str:
    return request.remote_addr or ""
