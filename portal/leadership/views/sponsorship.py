"""包案: the ledger, one sponsored matter, and its forms."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.forms.fields import EARLIEST, LATEST, choices
from portal.cases.models import Attachment, Case
from portal.cases.operations import FieldProblems
from portal.cases.views.acting import note_reading, open_case
from portal.cases.views.dossier import safe_text
from portal.cases.views.worklists import number_of
from portal.database import db
from portal.leadership.forms.letters import InstructForm
from portal.leadership.forms.sponsorship import (
    CO_FIELDS,
    ArrangeForm,
    ChangeForm,
    CloseForm,
    DutiesForm,
    ExportForm,
    OpenForm,
    PlanForm,
    ReportForm,
    StepDoneForm,
)
from portal.leadership.forms.units import teach
from portal.leadership.models import Sponsorship
from portal.leadership.operations import circle, sponsors
from portal.leadership.operations import sponsorship as operations
from portal.leadership.operations.letters_read import CHANNELS, may_put
from portal.leadership.queries import instructions, leaders, letters_read
from portal.leadership.queries import sponsorship as queries
from portal.leadership.sponsor_words import DUTIES, LEVELS, MET, READ_STATES
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.organisation import queries as organisation
from portal.organisation.models import Unit
from portal.web.htmx import done, page
from portal.web.routing import row_number

_FROM_REQUEST = object()
WORDS = {"levels": LEVELS, "duties": DUTIES, "met": MET, "states": queries.STATES, "groups": queries.GROUPS}


@blueprint.get("/leadership/sponsorships")
@requires(Permission.LEADERSHIP_READ)
def sponsorships() -> Response:
    """The ledger: grouped, filtered, paged by key, with the counts beside it."""
    wanted, today = asked(), clock.today()
    found, more = queries.rows(db.session, actor(), wanted, today)
    return page(
        "leadership/sponsorships.html",
        "leadership/_sponsorships.html",
        rows=found,
        wanted=wanted,
        narrowed=narrowed(wanted),
        further=narrowed(wanted) | {"after": "_".join(map(str, found[-1].key))} if more else None,
        tallies=by_leader(queries.tallies(db.session, actor(), wanted.year, today)),
        years=_years(today.year),
        may_open=operations.may_manage(actor()),
        may_export=actor().may(Permission.REPORT_READ),
        export=ExportForm(formdata=None),
        safe=safe_text,
        **WORDS,
    )


@blueprint.get("/leadership/sponsorships/print")
@requires(Permission.LEADERSHIP_READ)
def print_sponsorships() -> Response:
    """The same on A4 across; recorded, for it leaves the house."""
    wanted = asked()
    note_reading("list.printed", f"sponsorships:{described(wanted)}")
    found, more = queries.rows(db.session, actor(), wanted, clock.today(), limit=queries.MOST)
    return page(
        "leadership/sponsorships_print.html",
        rows=found,
        more=more,
        wanted=wanted,
        described=described(wanted),
        centre=organisation.centre(db.session, actor().centre_id),
        who=actor().name,
        at=clock.now(),
        safe=safe_text,
        back_url=url_for("leadership.sponsorships", **narrowed(wanted)),
        **WORDS,
    )


@blueprint.route("/leadership/sponsorships/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def open_sponsorship() -> Response:
    """列入包案, from the case (``?case=number``) or from the ledger by number."""
    if not operations.may_manage(actor()):
        abort(403)
    form = OpenForm(number=request.args.get("case", "")[:20])
    names = _ready(form)
    if form.is_submitted():
        made, status = tried(form, lambda session: _begin(session, form))
        if made:
            flash("已列入包案，包案领导、秘书和责任单位可以看到这件事项。", "success")
            warn_of(made.leader_id, made.case_id)
            return done("leadership.sponsorship", sponsorship_id=made.id)
        return _open_page(form, names, status)
    return _open_page(form, names, 200)


@blueprint.get("/leadership/sponsorships/<int:sponsorship_id>")
@requires(Permission.LEADERSHIP_READ)
def sponsorship(sponsorship_id: int) -> Response:
    """One sponsored matter: plan, duties, what was done, who, and how it came about."""
    return _show(sponsorship_id)


@blueprint.get("/leadership/cases/<number>/sponsorship")
@requires(Permission.LEADERSHIP_READ)
def case_sponsorship(number: str) -> Response:
    """The sponsorships and letters read of a case, fetched by its page (root id "case-sponsorship")."""
    case = open_case(number)
    return page(
        "leadership/case_sponsorship.html",
        "leadership/_case_sponsorship.html",
        case=case,
        rows=queries.of_case(db.session, actor(), case.id, clock.today()),
        letters=letters_read.of_case(db.session, actor(), case.id),
        read_states=READ_STATES,
        may_open=operations.may_manage(actor()) and case.sensitivity != "sealed",
        may_put=may_put(actor()) and case.channel in CHANNELS and case.sensitivity == "normal",
        **WORDS,
    )


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/units", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def arrange_sponsorship(sponsorship_id: int) -> Response:
    """Units and 工作专班."""
    shown = _managed(sponsorship_id)
    form = ArrangeForm(data=_arranged(shown))
    names = teach(form, db.session)

    def work(session: Any) -> Sponsorship:
        return operations.arrange(
            session, actor(), sponsorship_id, lead_unit_id=form.lead.unit_id, co_unit_ids=form.co_unit_ids,
            members=form.members, version=form.version.data or 0, at=clock.now(),
        )  # fmt: skip

    context = {"names": names, "members": range(operations.MOST_MEMBERS)}
    return _answer(shown, form, work, "leadership/sponsorship_units.html", "责任单位和工作专班已更新。", **context)


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/plan", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def plan_sponsorship(sponsorship_id: int) -> Response:
    """倒排工期."""
    shown = _managed(sponsorship_id)
    given: dict[str, Any] = {"version": shown.held.version, "target": shown.held.target_on}
    for row, (step, unit) in enumerate(queries.open_steps(db.session, sponsorship_id)):
        given |= {f"what{row}": step.what, f"when{row}": step.due, f"unit{row}": unit}
    form = PlanForm(data=given)
    names = teach(form, db.session)

    def work(session: Any) -> Sponsorship:
        return operations.plan_steps(
            session, actor(), sponsorship_id, target_on=form.target.data, steps=form.steps,
            version=form.version.data or 0, at=clock.now(),
        )  # fmt: skip

    def beside(name: str) -> str:
        return name.replace("step", "when")

    context = {
        "names": names,
        "places": range(operations.MOST_STEPS),
        "done_steps": [s for s in shown.steps if s.done_on],
    }
    return _answer(shown, form, work, "leadership/sponsorship_plan.html", "工期已排定。", beside, **context)


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/duties", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_READ)
def fill_sponsorship(sponsorship_id: int) -> Response:
    """掌握情况、化解方案、疏导帮扶."""
    shown = _found(sponsorship_id)
    if not operations.may_report(actor(), shown.held, shown.leader):
        abort(403)
    form = DutiesForm(data={"version": shown.held.version} | {name: getattr(shown.held, name) for name in DUTIES})

    def work(session: Any) -> Sponsorship:
        texts = {name: form[name].data for name in DUTIES}
        return operations.fill_duties(
            session, actor(), sponsorship_id, texts, version=form.version.data or 0, at=clock.now()
        )

    return _answer(
        shown, form, work, "leadership/sponsorship_form.html", "三项职责已更新。",
        title="掌握情况、化解方案、疏导帮扶", button="保存", fields=tuple(DUTIES), rows=4,
    )  # fmt: skip


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/change", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def change_sponsorship(sponsorship_id: int) -> Response:
    """Another leader, 提级包案."""
    shown = _managed(sponsorship_id)
    held = shown.held
    form = ChangeForm(data={"version": held.version, "leader": str(held.leader_id), "level": held.level})
    form.leader.choices, form.level.choices = _leader_choices(), choices(sponsors.levels_from(held.level))

    def work(session: Any) -> Sponsorship:
        return sponsors.change(
            session, actor(), sponsorship_id, leader_id=row_number(form.leader.data), level=form.level.data,
            why=form.why.data, version=form.version.data or 0, at=clock.now(),
        )  # fmt: skip

    return _answer(
        shown, form, work, "leadership/sponsorship_form.html", "包案领导已变更，以前的记录保留。",
        title="变更包案领导、提级包案", button="变更", fields=("leader", "level", "why"), rows=3,
    )  # fmt: skip


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/close", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_BOOK)
def close_sponsorship(sponsorship_id: int) -> Response:
    """The sponsorship ends."""
    shown = _managed(sponsorship_id)
    form = CloseForm(data={"version": shown.held.version})

    def work(session: Any) -> Sponsorship:
        return sponsors.close(
            session, actor(), sponsorship_id, result=form.result.data, met=form.met.data or "",
            version=form.version.data or 0, at=clock.now(),
        )  # fmt: skip

    return _answer(
        shown, form, work, "leadership/sponsorship_form.html", "包案已结束。",
        title="结束包案", button="结束包案", fields=("met", "result"), rows=6,
    )  # fmt: skip


@blueprint.route("/leadership/sponsorships/<int:sponsorship_id>/tasks", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_READ)
def instruct_sponsorship(sponsorship_id: int) -> Response:
    """What the sponsor asks of units."""
    shown = _found(sponsorship_id)
    if not sponsors.may_instruct(db.session(), actor(), shown.leader):
        abort(403)
    form = InstructForm(data={"version": shown.held.version})
    form.words.label.text = "工作要求"  # 批示 is the word for letters
    names = teach(form, db.session)

    def work(session: Any) -> Any:
        return sponsors.instruct(
            session, actor(), sponsorship_id, words=form.words.data, tasks=form.tasks, version=form.version.data or 0,
            at=clock.now(),
        )  # fmt: skip

    return _answer(shown, form, work, "leadership/sponsorship_tasks.html", "任务已送到单位。", form.beside, names=names)


@blueprint.post("/leadership/sponsorships/<int:sponsorship_id>/notes")
@requires(Permission.LEADERSHIP_READ)
def report_sponsorship(sponsorship_id: int) -> Response:
    """What was done."""
    shown = _found(sponsorship_id)
    form = _report_form(shown.case)

    def work(session: Any) -> Any:
        paper = row_number(form.attachment.data) if form.attachment.data else None
        return operations.report(
            session, actor(), sponsorship_id, duty=form.duty.data, words=form.words.data, attachment_id=paper,
            at=clock.now(),
        )  # fmt: skip

    made, status = tried(form, work)
    if made is None:
        return _show(sponsorship_id, status, report=form)
    flash("进展已记录。", "success")
    return done("leadership.sponsorship", sponsorship_id=sponsorship_id)


@blueprint.post("/leadership/sponsorships/<int:sponsorship_id>/steps/<int:step_id>/done")
@requires(Permission.LEADERSHIP_READ)
def finish_step(sponsorship_id: int, step_id: int) -> Response:
    """A step of the plan is done."""
    shown = _found(sponsorship_id)
    if step_id not in {step.id for step in shown.steps}:
        abort(404)
    form = StepDoneForm()

    def work(session: Any) -> Any:
        return operations.finish_step(
            session, actor(), step_id, done_on=form.done_on.data, evidence=form.evidence.data, at=clock.now()
        )

    made, status = tried(form, work)
    if made is None:
        return _show(sponsorship_id, status, step=(step_id, form))
    flash("这一步已记为完成。", "success")
    return done("leadership.sponsorship", sponsorship_id=sponsorship_id)


def asked() -> queries.Wanted:
    """What the address asks the ledger for; what makes no sense is left out."""
    given = request.args if request.method == "GET" else request.form
    year, level, state = given.get("year", type=row_number), given.get("level", ""), given.get("state", "running")
    group, after = given.get("group", "leader"), given.get("after", "")
    return queries.Wanted(
        leader_id=given.get("leader", type=row_number),
        level=level if level in LEVELS else "",
        year=year if year and EARLIEST <= year <= LATEST else None,
        state=state if state in queries.STATES else "running",
        group=group if group in queries.GROUPS else "leader",
        after=_key(after),
    )


def narrowed(wanted: queries.Wanted) -> dict[str, Any]:
    """``wanted`` as parts of an address, without the place in the pages."""
    parts = {"leader": wanted.leader_id, "level": wanted.level, "year": wanted.year}
    return {name: value for name, value in parts.items() if value} | {"state": wanted.state, "group": wanted.group}


def described(wanted: queries.Wanted) -> str:
    """``wanted`` in words, for print, workbook and access log."""
    leader = leaders.leader(db.session, actor().centre_id, wanted.leader_id) if wanted.leader_id else None
    parts = [leader.name if leader else "", LEVELS.get(wanted.level, ""), f"{wanted.year} 年" if wanted.year else ""]
    return "、".join([*filter(None, parts), queries.STATES[wanted.state]])


def warn_of(leader_id: int, case_id: int) -> None:
    """Say what may be an interest of the leader, for a person to look at (回避)."""
    for sentence in circle.to_check(db.session(), leader_id, case_id):
        flash(f"请核对是否应当回避：{sentence}", "warning")


def by_leader(tallies: list[queries.Tally]) -> list[queries.Tally]:
    """One line a leader, the levels added up."""
    found: dict[int, queries.Tally] = {}
    for each in tallies:
        held = found.get(each.leader_id)
        found[each.leader_id] = (
            replace(
                held, running=held.running + each.running, late=held.late + each.late, closed=held.closed + each.closed
            )
            if held
            else each
        )
    return list(found.values())


def _key(text: str) -> tuple[int, ...] | None:
    try:
        return tuple(row_number(part) for part in text.split("_")) if text else None
    except ValueError:
        return None


def _years(this_year: int) -> list[int]:
    first = queries.first_year(db.session, actor().centre_id) or this_year
    return list(range(this_year, first - 1, -1))


def _ready(form: OpenForm) -> list[str]:
    form.leader.choices = _leader_choices()
    return teach(form, db.session)


def _leader_choices() -> list:
    found = leaders.leaders(db.session, actor().centre_id, on=clock.today())
    return choices([(str(one.id), f"{one.name}　{one.post}") for one in found], empty="请选择")


def _begin(session: Any, form: OpenForm) -> Sponsorship:
    case = cases.find(session, actor(), number_of(form.number.data))
    if case is None:
        raise FieldProblems(
            {"number": "没有找到这个编号的事项，或它不对您开放。" if form.number.data else "请填写事项编号。"}
        )
    given = operations.Opening(
        leader_id=row_number(form.leader.data),
        level=form.level.data,
        lead_unit_id=form.lead.unit_id,
        co_unit_ids=form.co_unit_ids,
        target_on=form.target.data,
        why=form.why.data,
    )
    return operations.begin(session, actor(), case.id, given, at=clock.now())


def _open_page(form: OpenForm, names: list[str], status: int) -> Response:
    case = cases.find(db.session, actor(), number_of(form.number.data)) if form.number.data else None
    subject = safe_text(case.subject) if case else ""
    return page("leadership/sponsorship_open.html", status=status, form=form, names=names, case=case, subject=subject)


def _found(sponsorship_id: int) -> queries.Shown:
    return queries.one(db.session, actor(), sponsorship_id, clock.today()) or abort(404)


def _managed(sponsorship_id: int) -> queries.Shown:
    if not operations.may_manage(actor()):
        abort(403)
    return _found(sponsorship_id)


def _arranged(shown: queries.Shown) -> dict[str, Any]:
    held = shown.held
    lead = db.session.get(Unit, held.lead_unit_id) if held.lead_unit_id else None
    given: dict[str, Any] = {"version": held.version, "lead": lead.short_name if lead else ""}
    given |= dict(zip(CO_FIELDS, shown.co_units, strict=False))
    for row, member in enumerate(shown.members):
        given |= {f"name{row}": member.name, f"post{row}": member.post, f"part{row}": member.part}
    return given


def _answer(
    shown: queries.Shown,
    form: FlaskForm,
    work: Callable[[Any], Any],
    template: str,
    said: str,
    beside: Callable[[str], str] = str,
    **context: Any,
) -> Response:
    """GET shows the form; POST does the work once and goes back to the matter."""
    status = 200
    if form.is_submitted():
        made, status = tried(form, work, beside)
        if made is not None:
            flash(said, "success")
            if isinstance(form, ChangeForm):
                warn_of(made.leader_id, made.case_id)
            return done("leadership.sponsorship", sponsorship_id=shown.held.id)
    back = url_for("leadership.sponsorship", sponsorship_id=shown.held.id)
    return page(template, status=status, form=form, shown=shown, back_url=back, safe=safe_text, **context, **WORDS)


def _report_form(case: Case, formdata: Any = _FROM_REQUEST) -> ReportForm:
    form = ReportForm() if formdata is _FROM_REQUEST else ReportForm(formdata=formdata)
    wanted = select(Attachment.id, Attachment.name).where(Attachment.case_id == case.id).order_by(Attachment.id)
    papers = [(str(paper.id), paper.name) for paper in db.session.execute(wanted)]
    form.attachment.choices = choices(papers, empty="没有")
    return form


def _show(
    sponsorship_id: int,
    status: int = 200,
    *,
    report: ReportForm | None = None,
    step: tuple[int, StepDoneForm] | None = None,
) -> Response:
    shown = _found(sponsorship_id)
    if shown.case.sensitivity != "normal" and request.method == "GET":
        note_reading("sponsorship.opened", f"case:{shown.case.id}")
    running = shown.held.closed_at is None
    return page(
        "leadership/sponsorship.html",
        status=status,
        shown=shown,
        safe=safe_text,
        may_manage=running and operations.may_manage(actor()),
        instructions=instructions.of_case(db.session, actor(), shown.case.id, clock.today()),
        may_instruct=running and sponsors.may_instruct(db.session(), actor(), shown.leader),
        may_report=running and operations.may_report(actor(), shown.held, shown.leader),
        report=report or _report_form(shown.case, None),
        step_id=step[0] if step else None,
        step_form=step[1] if step else StepDoneForm(formdata=None, data={"done_on": clock.today()}),
        **WORDS,
    )
