"""Legal periods of a case: why the date is this one, and pause, resume, extension, another start, another named day."""

from flask import Response, abort
from flask_wtf import FlaskForm

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries
from portal.cases.forms import clocks as forms
from portal.cases.forms import scoped
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import clock_changes
from portal.cases.operations import unnamed as operations
from portal.cases.operations.clock_changes import Extension
from portal.cases.views import blueprint, clock_faces
from portal.cases.views.acting import Action, Work, open_case, run
from portal.database import db
from portal.statutes import queries as statutes
from portal.statutes.table import Rule
from portal.web.htmx import page


@blueprint.get("/cases/<number>/clocks/<int:clock_id>")
@requires(Permission.CASE_READ)
def why(number: str, clock_id: int) -> Response:
    """为什么是这一天 (root id "clock-why-ID"); without htmx a page of its own."""
    case = open_case(number)
    told = clock_faces.why(db.session, actor(), _found(case, clock_id), clock.today())
    return page("cases/why.html", "cases/_why.html", case=case, why=told, kinds=clock_faces.KIND_LABELS)


@blueprint.route("/cases/<number>/clocks/<int:clock_id>/pause", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def pause_clock(number: str, clock_id: int) -> Response:
    """暂停计算."""
    case, held, rule = _changeable(number, clock_id)
    form = forms.pause_form(held.key, held.version)
    return _run(
        case, held, rule, form, "暂停计算", "期限已暂停。",
        lambda session, _: clock_changes.pause(
            session, actor(), clock_id, version=form.version.data or 0, ground=form.ground.data, first=form.first.data,
            note=form.note.data, at=clock.now(),
        ),
    )  # fmt: skip


@blueprint.route("/cases/<number>/clocks/<int:clock_id>/resume", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def resume_clock(number: str, clock_id: int) -> Response:
    """恢复计算."""
    case, held, rule = _changeable(number, clock_id)
    form = forms.ResumeForm(data={"version": held.version, "last": clock.today()})
    return _run(
        case, held, rule, form, "恢复计算", "期限已恢复计算。",
        lambda session, _: clock_changes.resume(
            session, actor(), clock_id, version=form.version.data or 0, last=form.last.data, at=clock.now()
        ),
    )  # fmt: skip


@blueprint.route("/cases/<number>/clocks/<int:clock_id>/extension", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def extend_clock(number: str, clock_id: int) -> Response:
    """延长."""
    case, held, rule = _changeable(number, clock_id)
    form = forms.extend_form(rule, held.version)
    return _run(
        case, held, rule, form, "延长期限", "期限已延长。",
        lambda session, _: clock_changes.extend(
            session, actor(), clock_id, version=form.version.data or 0, extension=_extension(form), at=clock.now()
        ),
        law=rule.extension_needs,
    )  # fmt: skip


@blueprint.route("/cases/<number>/clocks/<int:clock_id>/start", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def correct_clock_start(number: str, clock_id: int) -> Response:
    """更正起算日."""
    case, held, rule = _changeable(number, clock_id)
    form = forms.start_form(held.key, held.version)
    return _run(
        case, held, rule, form, "更正起算日", "起算日已更正，期限已重新计算。",
        lambda session, _: clock_changes.correct_start(
            session, actor(), clock_id, version=form.version.data or 0, on=form.on.data, why=form.why.data,
            reason=form.reason.data, at=clock.now(),
        ),
    )  # fmt: skip


@blueprint.route("/cases/<number>/clocks/<int:clock_id>/day", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def name_clock_day(number: str, clock_id: int) -> Response:
    """改指定日期."""
    case, held, rule = _changeable(number, clock_id)
    form = forms.NamedDayForm(data={"version": held.version})
    return _run(
        case, held, rule, form, "改指定日期", "指定日期已更改。",
        lambda session, _: clock_changes.name_day(
            session, actor(), clock_id, version=form.version.data or 0, last=form.last.data,
            source=form.source.data, at=clock.now(),
        ),
    )  # fmt: skip


@blueprint.route("/cases/<number>/proceedings/<int:proceeding_id>/days/<key>", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def name_first_day(number: str, proceeding_id: int, key: str) -> Response:
    """指定日期 for a period that has begun without one, because the law sets no number."""
    case = open_case(number)
    open_ones = clock_faces.undated(db.session, actor(), case)
    period = next((each for each in open_ones if (each.proceeding_id, each.key) == (proceeding_id, key)), None)
    if period is None:
        abort(404)
    root = f"undated-{proceeding_id}"
    form = scoped(forms.NamedDayForm(data={"version": 0}), root)
    about = (
        f"{period.rule.step}：起算日 {period.began_on}。{period.rule.citation}没有规定天数，由有权的机关、人员指定。"
    )
    action = Action(
        case, "指定日期", "cases/_action_form.html", f"{root}-form", form, "日期已指定。", context={"about": about}
    )
    return run(
        action,
        lambda session, _: operations.name_first_day(
            session, actor(), proceeding_id, key, last=form.last.data, source=form.source.data, at=clock.now()
        ),
    )


def _found(case: Case, clock_id: int) -> Clock:
    found = next((each for each in queries.clocks(db.session, actor(), case) if each.id == clock_id), None)
    return found or abort(404)


def _changeable(number: str, clock_id: int) -> tuple[Case, Clock, Rule]:
    """The clock with its rule, if the person who asks handles its platform; else 404, as for a step of others."""
    case = open_case(number)
    held = _found(case, clock_id)
    if not clock_faces.handles(actor(), db.session.get(Proceeding, held.proceeding_id).platform):
        abort(404)
    return case, held, statutes.law(db.session).rules.on(held.key, held.started_on)


def _run(
    case: Case, held: Clock, rule: Rule, form: FlaskForm, title: str, said: str, work: Work, law: str = ""
) -> Response:
    due = f"现在的最后一日 {held.effective_due}" if held.effective_due else "现在暂停中"
    about = f"{rule.step}：起算日 {held.started_on}，{due}。{rule.citation}{f'：{law}' if law else ''}"
    root = f"clock-{held.id}"
    form = scoped(form, root)
    return run(
        Action(case, title, "cases/_action_form.html", f"{root}-form", form, said, context={"about": about}), work
    )


def _extension(form: forms.ExtendForm) -> Extension:
    return Extension(
        amount=form.amount.data if "amount" in form else None,
        until=form.until.data if "until" in form else None,
        ground=form.ground.data,
        approver=form.approver.data,
        approved_on=form.approved_on.data,
        informed_on=form.informed_on.data,
        notice=form.notice.data,
    )
