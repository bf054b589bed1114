"""/inbox: what the scheduler told a person; what a digest's counts count; and the administrator's warning points."""

from datetime import date

from flask import Blueprint, Response, abort, flash, request

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import registry
from portal.cases.operations import FieldProblems, Refused
from portal.cases.views.dossier import lamp_of
from portal.database import db
from portal.organisation import spans
from portal.statutes.queries import law
from portal.statutes.rulebook import Rulebook
from portal.supervision import due, operations, proposals, queries, working
from portal.supervision.forms import AnswerForm, PointsForm
from portal.supervision.pending import EVERY, office_keys
from portal.web.htmx import done, page, wants_part
from portal.web.routing import row_number

blueprint = Blueprint("inbox", __name__)
MOST_UNREAD = 99
PROPOSALS = {"open": "待答复", "taken": "已采纳", "declined": "未采纳"}


@blueprint.get("/inbox")
@requires(Permission.CASE_READ)
def index() -> Response:
    """待办提醒, newest first."""
    return _inbox(request.args.get("before", type=row_number))


@blueprint.post("/inbox/<int:item_id>/read")
@requires(Permission.CASE_READ)
def read(item_id: int) -> Response:
    """One line is read; what is not one's own stays as it is."""
    with database.write() as session:
        operations.read_one(session, actor(), item_id, clock.now())
    return _after_reading()


@blueprint.post("/inbox/read")
@requires(Permission.CASE_READ)
def read_all() -> Response:
    """Everything up to the newest line the person saw."""
    until = request.form.get("until", type=row_number)
    if until is None:
        abort(404)
    with database.write() as session:
        operations.read_all(session, actor(), until, clock.now())
    return _after_reading()


@blueprint.get("/inbox/due/<scope>/<when>")
@requires(Permission.CASE_READ)
def falling_due(scope: str, when: str) -> Response:
    """What a count of the digest counts, as it stands now."""
    if scope not in due.scopes_of(actor()) or when not in due.WHEN:
        abort(404)
    today = clock.today()
    rules = law(db.session()).rules
    found, more = due.lines(db.session, actor(), scope, when, today, _after(request.args.get("after", "")))
    return page(
        "supervision/due.html",
        lines=[(line, _limit(rules, line), lamp_of(line.due, line.started_on, today)) for line in found],
        labels={each.code: each.label for each in registry.platforms()},
        counts=due.counts(db.session, actor(), scope, today),
        scope=scope,
        scopes={name: due.SCOPES[name] for name in due.scopes_of(actor())},
        when=when,
        whens=due.WHEN,
        later=f"{found[-1].due}_{found[-1].clock_id}" if more else None,
    )


@blueprint.get("/supervision/proposals")
@requires(Permission.SUPERVISION_ANSWER)
def open_proposals() -> Response:
    """督办建议: who proposed it, why, which limit had passed, since when."""
    state = request.args.get("state", "open")
    if state not in PROPOSALS:
        abort(404)
    lines = proposals.lines(db.session, actor(), state)
    return page("supervision/proposals.html", lines=lines, state=state, states=PROPOSALS)


@blueprint.route("/supervision/proposals/<int:proposal_id>", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_ANSWER)
def answer_proposal(proposal_id: int) -> Response:
    """Take a proposal up or decline it with a reason."""
    line = proposals.find(db.session, actor(), proposal_id)
    if line is None:
        abort(404)
    form = AnswerForm()
    if form.validate_on_submit() and _answered(form, proposal_id):
        flash("已答复，并告知提出的人员。", "success")
        return done("inbox.open_proposals")
    return page("supervision/proposal.html", form=form, line=line, status=422 if form.is_submitted() else 200)


def _answered(form: AnswerForm, proposal_id: int) -> bool:
    given = {"state": form.answer.data, "reason": form.reason.data or "", "at": clock.now()}
    try:
        with database.write() as session:
            proposals.answer(session, actor(), proposal_id, **given)
    except FieldProblems as problem:
        form.reason.errors = list(problem.problems.values())
        return False
    except Refused as problem:
        form.form_errors.append(str(problem))
        return False
    return True


@blueprint.route("/admin/hall/reminders", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def points() -> Response:
    """How many days before a last day people are warned."""
    mine = actor().centre_id
    held = {key: days for key, days, _ in queries.point_rows(db.session, mine)}
    rules = law(db.session()).rules
    limits = sorted((key, _title(rules, key)) for key in office_keys(db.session()))
    wanted = request.args.get("key", EVERY)
    chosen = wanted if wanted in dict(limits) else EVERY
    form = PointsForm(limits, data={"key": chosen, "days": _written(held.get(chosen, []))})
    if form.validate_on_submit():
        with database.write() as session:
            operations.set_points(session, actor(), form.key.data, form.days.days, at=clock.now())
        flash("提醒设定已更新。")
        return done("inbox.points")
    hours = working.hall_days(db.session(), mine, clock.today()).spans
    return page(
        "supervision/points.html",
        form=form,
        held=[(key, _title(rules, key) if key else "全部期限", _written(days)) for key, days in sorted(held.items())],
        hours=spans.write(list(hours)),
        status=422 if form.is_submitted() else 200,
    )


def _inbox(before: int | None) -> Response:
    lines, more = queries.lines(db.session, actor(), before)
    return page(
        "supervision/inbox.html",
        "supervision/_inbox.html",
        lines=lines,
        older=lines[-1].id if more else None,
        before=before,
        when=due.WHEN,
        scopes=due.SCOPES,
        # in a part the mark in the bar comes along; a whole page has it in its frame
        mark=queries.unread(db.session, actor(), MOST_UNREAD + 1) if wants_part() else None,
    )


def _after_reading() -> Response:
    before = request.form.get("before", type=row_number)
    if wants_part():
        return _inbox(before)
    return done("inbox.index", **({"before": before} if before else {}))


def _after(text: str) -> tuple[date, int] | None:
    day, _, last = text.partition("_")
    try:
        return date.fromisoformat(day), row_number(last)
    except ValueError:
        return None


def _limit(rules: Rulebook, line: due.Line) -> tuple[str, str]:
    rule = rules.on(line.key, line.started_on)
    return rule.step, rule.citation


def _title(rules: Rulebook, key: str) -> str:
    rule = rules.newest(key)
    return f"{rule.platform}：{rule.step}"


def _written(days: list[int]) -> str:
    return "、".join(map(str, days))
