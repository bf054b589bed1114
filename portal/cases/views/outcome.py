"""How a case ends: result per demand, 办结; and links to other cases."""

from flask import Response, abort

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, queries
from portal.cases.forms import CloseForm, LinkForm, OutcomeForm, scoped
from portal.cases.models import Case, Demand
from portal.cases.operations import FieldProblems
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, open_case, run
from portal.database import db


@blueprint.route("/cases/<number>/demands/<int:demand_id>", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def outcome(number: str, demand_id: int) -> Response:
    """三到位一处理 of one demand, and whether it was met."""
    case = open_case(number)
    demand = db.session.get(Demand, demand_id)
    if demand is None or demand.case_id != case.id:
        abort(404)
    form = scoped(OutcomeForm(obj=demand), f"outcome-{demand_id}")
    action = Action(
        case,
        f"第 {demand.position} 项诉求的结果",
        "cases/_action_form.html",
        f"outcome-{demand_id}-form",
        form,
        "诉求结果已记录。",
        "demand.resulted",
        context={"about": demand.text},
    )
    return run(
        action,
        lambda session, _case: operations.set_outcome(
            session,
            actor(),
            demand_id,
            results=form.results.data,
            met=form.met.data,
            outcome=form.outcome.data,
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/closing", methods=["GET", "POST"])
@requires(Permission.CASE_CLOSE)
def close(number: str) -> Response:
    """办结: says nothing about 解决 or 满意."""
    case = open_case(number)
    form = scoped(CloseForm(), "close")
    missing = operations.missing_for_closing(db.session, case)
    action = Action(
        case,
        "办结",
        "cases/_action_form.html",
        "close-form",
        form,
        "事项已办结。",
        "case.closed",
        context={"standing_in_the_way": missing},
    )
    return run(
        action,
        lambda session, current: operations.close_case(
            session, actor(), current, remark=form.remark.data, at=clock.now()
        ),
    )


@blueprint.route("/cases/<number>/links", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def link(number: str) -> Response:
    """关联 with another case that the actor may see."""
    case = open_case(number)
    form = scoped(LinkForm(), "link")
    action = Action(case, "关联事项", "cases/_action_form.html", "link-form", form, "已关联。", "case.linked")
    return run(action, lambda session, current: _link(session, current, form))


def _link(session, case: Case, form: LinkForm) -> None:
    other = queries.find(session, actor(), form.number.data.upper())
    if other is None:
        raise FieldProblems({"number": "没有找到这个编号，或这件事项不对您开放。"})
    operations.link(session, actor(), case, other, why=form.why.data, at=clock.now())
