"""Opening a platform's procedure on a case, and taking its steps."""

from flask import Response, abort, request

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import guide as guides
from portal.cases import operations, queries, registry
from portal.cases.definition import Choice, Platform, Step
from portal.cases.forms import OpenForm, scoped, step_form, to_data
from portal.cases.forms.fields import choices
from portal.cases.forms.registration import UNITS
from portal.cases.models import Case
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, open_case, run
from portal.database import db


@blueprint.route("/cases/<number>/proceedings/<int:proceeding_id>/steps/<step>", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def step(number: str, proceeding_id: int, step: str) -> Response:
    """One step of a procedure, as a form built from its declaration."""
    case = open_case(number)
    shown, platform, declared = _declared(case, proceeding_id, step)
    first = {"version": shown.version} | _chosen(declared) | _advised(platform, declared)
    form = scoped(step_form(declared.fields)(data=first), f"step-{proceeding_id}-{step}")
    action = Action(
        case=case,
        title=f"{platform.short}：{declared.label}",
        partial="cases/_step_form.html",
        root=f"step-{proceeding_id}-{step}",
        form=form,
        said=f"{declared.label}。"
        if declared.label.startswith("已")
        else f"已记录：{declared.label.removeprefix('记录')}。",
        letters=declared.letters,
        context={
            "step": declared,
            "platform": platform,
            "proceeding": shown,
            "organs": _organs(declared),
            "periods": _periods(platform, declared),
        },
    )
    return run(
        action,
        lambda session, _case: operations.advance(
            session,
            actor(),
            proceeding_id,
            version=form.version.data or 0,
            step=step,
            data=to_data(form),
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/proceedings", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def open_proceeding(number: str) -> Response:
    """Open one of the actor's platforms on this case."""
    case = open_case(number)
    form = scoped(OpenForm(), "open")
    form.platform.choices = choices([(code, registry.platform(code).label) for code in actor().platforms])
    action = Action(case, "开启程序", "cases/_action_form.html", "open-form", form, "程序已开启。", "proceeding.opened")
    return run(
        action,
        lambda session, current: operations.open_proceeding(
            session, actor(), current, form.platform.data, at=clock.now()
        ),
    )


def _organs(declared: Step) -> list[str]:
    """The full names of the organs among which a step that hands the matter on is likely to name one."""
    return [full for _, full, _ in db.session.execute(UNITS)] if declared.hands else []


def _chosen(declared: Step) -> dict[str, str]:
    """Choices that the link to the form has made already (the guide's answer); the person still confirms them."""
    asked = (each for each in declared.fields if isinstance(each, Choice))
    return {each.name: given for each in asked if (given := request.args.get(each.name)) in dict(each.options)}


def _advised(platform: Platform, declared: Step) -> dict[str, str]:
    """What the way that was advised (the link says which) already answers of ``declared``."""
    asked = {each.name for each in declared.fields}
    for question in platform.guide:
        for way in question.ways:
            if question.decision == declared.code and request.args.get("led_way") == f"{question.code}.{way.code}":
                known = {"led_to": f"{way.label}（{way.organ}）", "limits_told": "；".join(guides.limits(way))}
                return {name: text for name, text in known.items() if name in asked}
    return {}


def _periods(platform: Platform, declared: Step) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The ways into which ``declared`` can lead, with the periods the table has for them."""
    if "limits_told" not in {each.name for each in declared.fields}:
        return ()
    ways = {way.label: guides.limits(way) for question in platform.guide for way in question.ways}
    return tuple((label, known) for label, known in ways.items() if known)


def _declared(case: Case, proceeding_id: int, code: str) -> tuple[queries.ProceedingShown, Platform, Step]:
    found = [each for each in queries.proceedings(db.session, actor(), case) if each.id == proceeding_id]
    if not found or not found[0].mine:
        abort(404)
    platform = registry.platform(found[0].platform)
    if code not in {step.code for step in platform.steps}:
        abort(404)
    return found[0], platform, platform.step(code)
