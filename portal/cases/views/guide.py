"""The guide of 第三十一条: six questions on one page, the advice recorded, and the sheet for the citizen. It starts no clock."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import guide as guides
from portal.cases import operations, queries, registry
from portal.cases.definition import Platform, Question, Way
from portal.cases.forms import AdviceForm, guide_form, scoped
from portal.cases.models import Case, SealedValue
from portal.cases.operations import FieldProblems, Refused
from portal.cases.operations.guidance import ADVISED
from portal.cases.queries import ProceedingShown
from portal.cases.views import blueprint
from portal.cases.views.acting import open_case, spread
from portal.cases.views.dossier import safe_text
from portal.database import db
from portal.organisation.models import Centre
from portal.trail.queries import entries
from portal.web.htmx import done, page

NOW_PRINTING = "printing"


@dataclass(frozen=True)
class Advice:
    """The last advice that was recorded, as the page and the sheet show it."""

    question: Question
    way: Way
    limits: tuple[str, ...]
    remark: str
    at: datetime


@blueprint.get("/cases/<number>/guide")
@requires(Permission.CASE_RECORD)
def guide(number: str) -> Response:
    """The questions; the answers stand in the address, so that the page works without JavaScript and Back goes back."""
    case = open_case(number)
    return _page(case, request.args.to_dict())


@blueprint.post("/cases/<number>/guide")
@requires(Permission.CASE_RECORD)
def advise(number: str) -> Response:
    """Record what the questions came to."""
    case = open_case(number)
    platform, _ = _guided(case)
    given = request.form.to_dict()
    _, walk = guide_form(platform.guide, given)
    form = scoped(AdviceForm(), "advice")
    if not form.validate_on_submit():
        return _page(case, given, form, 422)
    try:
        with database.write() as writing:
            current = writing.get_one(Case, case.id, with_for_update=True)
            remark = form.remark.data
            operations.advise(writing, actor(), current, platform.code, walk, remark=remark, at=clock.now())
    except FieldProblems as problem:
        spread(form, problem.problems)
        return _page(case, given, form, 422)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _page(case, given, form, 422)
    flash("已记录初步分流建议。", "success")
    return done("cases.guide", number=number)


@blueprint.get("/cases/<number>/guide/print")
@requires(Permission.CASE_RECORD)
def advice_sheet(number: str) -> Response:
    """The advice in large type for the citizen."""
    case = open_case(number)
    platform, _ = _guided(case)
    sealed = list(db.session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    advice = _last(case, platform, sealed) or abort(404)
    return page(
        "cases/advice_sheet.html",
        case=case,
        advice=advice,
        asked=[safe_text(each.text, sealed) for each in queries.demands(db.session, case)],
        subject=safe_text(case.subject, sealed),
        centre=db.session.get_one(Centre, case.centre_id),
        back_url=url_for("cases.guide", number=number),
        autoprint=NOW_PRINTING in request.args,
        made_at=clock.now(),
    )


@blueprint.post("/cases/<number>/guide/printed")
@requires(Permission.CASE_RECORD)
def advice_printed(number: str) -> Response:
    """Record that the sheet is printed, and open the dialogue."""
    case = open_case(number)
    _guided(case)
    try:
        with database.write() as writing:
            operations.print_advice(writing, actor(), writing.get_one(Case, case.id), at=clock.now())
    except Refused:
        abort(404)
    return redirect(url_for("cases.advice_sheet", number=number, **{NOW_PRINTING: 1}), 303)


def _page(case: Case, given: dict[str, str], recording: AdviceForm | None = None, status: int = 200) -> Response:
    platform, proceeding = _guided(case)
    form, walk = guide_form(platform.guide, given)
    sealed = list(db.session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    advice = _last(case, platform, sealed)
    return page(
        "cases/guide.html",
        "cases/_guide.html" if request.method == "GET" else None,
        status=status,
        case=case,
        form=form,
        walk=walk,
        limits=guides.limits(walk.way) if walk.way else (),
        recording=recording or scoped(AdviceForm(), "advice"),
        advice=advice,
        proceeding=proceeding,
        decides=bool(advice) and _may_decide(platform, proceeding, advice.question.decision),
    )


def _guided(case: Case) -> tuple[Platform, ProceedingShown]:
    """The running proceeding of the actor's platform that has a guide; 404 where there is none or nothing to lead anywhere."""
    if case.purpose == "claim":
        for each in queries.proceedings(db.session, actor(), case):
            platform = registry.platform(each.platform)
            if platform.guide and each.mine and not each.closed_at:
                return platform, each
    abort(404)


def _last(case: Case, platform: Platform, sealed: list[SealedValue]) -> Advice | None:
    recorded = entries(db.session, f"case:{case.id}", kinds=(ADVISED,))
    for entry in reversed(recorded):
        for question in platform.guide:
            for way in question.ways:
                if (question.code, way.code) == (entry.data["path"], entry.data["way"]):
                    remark = safe_text(entry.words.get("remark", ""), sealed)
                    return Advice(question, way, guides.limits(way), remark, entry.at)
    return None


def _may_decide(platform: Platform, proceeding: ProceedingShown, step: str) -> bool:
    declared = platform.step(step)
    return proceeding.state in declared.source and actor().may(declared.permission)
