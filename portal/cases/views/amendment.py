"""补充更正, and further parties: what registration could not yet know."""

from flask import Response
from sqlalchemy.orm import Session

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations
from portal.cases.forms import AmendForm, PartyForm, amend_form, scoped
from portal.cases.forms.amendment import unit_name
from portal.cases.forms.registration import CATEGORIES
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, StaleVersion
from portal.cases.operations.amendment import overtaken, present
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, open_case, run
from portal.database import db

# the operation speaks of columns, the form of what is typed
TYPED_AS = {"respondent_unit_id": "respondent_name", "competent_unit_id": "competent_unit", "region_code": "region"}


@blueprint.route("/cases/<number>/amendment", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def amend(number: str) -> Response:
    """Fill in and correct; the recorded words stay, the old values stay in the trail."""
    case = open_case(number)
    form = scoped(amend_form(db.session, case), "amend")
    context = {"categories": CATEGORIES}
    action = Action(case, "补充更正", "cases/_amend_form.html", "amend-form", form, "补充更正已记录。", context=context)
    return run(action, lambda session, current: _amend(session, current, form))


@blueprint.route("/cases/<number>/parties", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def add_party(number: str) -> Response:
    """The other side, an agent, a representative."""
    case = open_case(number)
    form = scoped(PartyForm(), "party")
    action = Action(case, "添加当事人", "cases/_action_form.html", "party-form", form, "当事人已登记。", "party.added")
    return run(
        action,
        lambda session, current: operations.add_party(
            session, actor(), current, role=form.role.data, given=form.to_person(), at=clock.now()
        ),
    )


def _amend(session: Session, case: Case, form: AmendForm) -> None:
    seen = form.seen.data or 0
    try:
        operations.amend(session, actor(), case, changes=form.to_amendment(), seen=seen, at=clock.now())
    except StaleVersion:
        shown = {
            "competent_unit_id": unit_name(form.units, case.competent_unit_id),
            "region_code": case.region_code or "",
        }
        form.refresh(overtaken(session, case, seen), present(case), shown)
        raise
    except FieldProblems as problem:
        raise FieldProblems({TYPED_AS.get(name, name): said for name, said in problem.problems.items()}) from problem
