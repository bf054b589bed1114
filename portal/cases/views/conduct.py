"""Recusal (第二十八条第三款), care after the end (第三十七条), and what a case's page points out of its own values."""

from flask import Response, abort

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, registry
from portal.cases.forms import CareForm, RecuseForm, scoped
from portal.cases.models import Case
from portal.cases.operations import conduct
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, open_case, run
from portal.cases.views.dossier import Dossier
from portal.database import db


@blueprint.route("/cases/<number>/recusal", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def recuse(number: str) -> Response:
    """申明回避."""
    case = open_case(number)
    form = scoped(RecuseForm(), "recuse")
    said = "已申明回避，本事项由其他工作人员办理。"
    action = Action(case, "申明回避", "cases/_action_form.html", "recuse-form", form, said, conduct.RECUSED)
    return run(
        action,
        lambda session, current: operations.recuse(
            session, actor(), current, interest=form.interest.data, at=clock.now()
        ),
    )


@blueprint.route("/cases/<number>/care", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def care(number: str) -> Response:
    """疏导帮扶 after the petition has ended, also on a closed case."""
    case = open_case(number)
    if not conduct.has_ended(db.session, case):
        abort(404)
    form = scoped(CareForm(), "care")
    action = Action(case, "疏导帮扶", "cases/_action_form.html", "care-form", form, "已记录疏导帮扶。", conduct.CARED)
    return run(
        action,
        lambda session, current: operations.care(
            session, actor(), current, kind=form.kind.data, words=form.words.data, at=clock.now()
        ),
    )


@blueprint.app_template_global()
def attention(shown: Dossier) -> tuple[str, ...]:
    """What the case's open and ended proceedings point out of their own values."""
    lines = []
    for each in shown.proceedings:
        reminds = registry.platform(each.shown.platform).reminds
        if reminds and not each.shown.closed_off:
            lines += reminds(each.shown.values)
    return tuple(lines)


@blueprint.app_template_global()
def ended_petition(shown: Dossier) -> bool:
    """Whether care after the end can be recorded by whoever is looking."""
    ended = any(each.shown.closed_at and registry.platform(each.shown.platform).petition for each in shown.proceedings)
    return ended and actor().may(Permission.CASE_RECORD)


@blueprint.app_template_global()
def guided(case: Case, shown: Dossier) -> bool:
    """Whether the guide of 第三十一条 can be walked: a demand for redress in a running proceeding of the reader's platform."""
    return case.purpose == "claim" and any(
        each.shown.mine and not each.shown.closed_at and registry.platform(each.shown.platform).guide
        for each in shown.proceedings
    )
