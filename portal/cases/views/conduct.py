"""Recusal (第二十八条第三款), care after the end (第三十七条), and what a case's page points out of its own values."""

from flask import Response, abort

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, recusals, registry
from portal.cases.forms import AskRecusalForm, CareForm, DecideRecusalForm, RecuseForm, TellRecusalForm, scoped
from portal.cases.models import Case, Recusal
from portal.cases.operations import conduct, recusal
from portal.cases.timeline import RECUSAL_ASKED
from portal.cases.views import blueprint
from portal.cases.views.acting import Action, open_case, run
from portal.cases.views.dossier import Dossier, safe_text
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


@blueprint.route("/cases/<number>/recusals", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def ask_recusal(number: str) -> Response:
    """信访人申请回避."""
    case = open_case(number)
    form = scoped(AskRecusalForm(), "ask-recusal")
    said = "已登记回避申请，由负责人决定。"
    action = Action(case, "信访人申请回避", "cases/_action_form.html", "ask-recusal-form", form, said, recusal.ASKED)
    return run(
        action,
        lambda session, current: recusal.ask(
            session,
            actor(),
            current,
            official=form.official.data,
            post=form.post.data or "",
            login=form.login.data or "",
            reason=form.reason.data,
            asked_on=form.asked_on.data,
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/recusals/<int:recusal_id>/decision", methods=["GET", "POST"])
@requires(Permission.LETTER_SIGN)
def decide_recusal(number: str, recusal_id: int) -> Response:
    """决定回避申请."""
    case, asked = open_case(number), _asked(number, recusal_id)
    form = scoped(DecideRecusalForm(), "decide-recusal")
    title = f"决定是否回避：{asked.official}"
    action = Action(
        case, title, "cases/_action_form.html", "decide-recusal-form", form, "已决定，请告知信访人。",
        context={"about": f"信访人 {asked.asked_on} 申请，理由：{safe_text(asked.reason)}"},
    )  # fmt: skip
    return run(
        action,
        lambda session, current: recusal.decide(
            session,
            actor(),
            current,
            recusal_id,
            granted=form.granted.data == "yes",
            decision=form.decision.data,
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/recusals/<int:recusal_id>/telling", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def tell_recusal(number: str, recusal_id: int) -> Response:
    """将决定告知信访人."""
    case, asked = open_case(number), _asked(number, recusal_id)
    form = scoped(TellRecusalForm(), "tell-recusal")
    title = f"告知信访人：{asked.official}{'回避' if asked.granted else '不回避'}"
    action = Action(case, title, "cases/_action_form.html", "tell-recusal-form", form, "已登记告知。")
    return run(
        action,
        lambda session, current: recusal.tell(
            session, actor(), current, recusal_id, on=form.told_on.data, how=form.how.data, at=clock.now()
        ),
    )


def _asked(number: str, recusal_id: int) -> Recusal:
    case = open_case(number)
    found = next((each for each in recusals.of_case(db.session, case.id) if each.id == recusal_id), None)
    return found or abort(404)


@blueprint.app_template_global()
def recusals_of(case: Case, shown: Dossier) -> list[Recusal]:
    """Recusals that the petitioner asked for; the database is asked only where the timeline tells of one."""
    if not any(entry.title.startswith(RECUSAL_ASKED) for entry in shown.timeline):
        return []
    return recusals.of_case(db.session, case.id)


@blueprint.app_template_global()
def masked_words(text: str) -> str:
    """``text`` without the personal numbers in it."""
    return safe_text(text)


@blueprint.app_template_global()
def may_decide_recusal() -> bool:
    """Whether whoever is looking is a head who decides; which organ's is asked when it is decided."""
    return actor().may(Permission.LETTER_SIGN)


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
