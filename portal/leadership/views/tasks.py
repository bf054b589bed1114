"""接访处理意见 and 交办任务: what is outstanding, one instruction with everything that becomes of it, and each press of a button."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, abort, current_app, flash, request
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.actor import Actor
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations as case_operations
from portal.cases.forms import scoped
from portal.cases.operations import AttachmentRefused, FieldProblems, Refused, StaleVersion
from portal.cases.views.acting import open_case, spread
from portal.cases.views.dossier import safe_text
from portal.database import db
from portal.leadership.forms.loop import (
    ExtendForm,
    FollowupForm,
    ReasonForm,
    ReplyForm,
    ResultForm,
    VersionForm,
)
from portal.leadership.models import Followup, Task, TaskUnit
from portal.leadership.operations import followups as followup_operations
from portal.leadership.operations import tasks as operations
from portal.leadership.queries import instructions as queries
from portal.leadership.queries import leaders as leader_queries
from portal.leadership.queries import tasks as task_queries
from portal.leadership.queries.instructions import InstructionShown
from portal.leadership.queries.tasks import Wanted
from portal.leadership.views import blueprint
from portal.web.htmx import done, page
from portal.web.routing import row_number

PAGE = 40


@blueprint.get("/leadership/tasks")
@requires(Permission.LEADERSHIP_READ)
def tasks() -> Response:
    """Outstanding tasks by day, with how many each unit and each leader has; a unit's handler sees the unit's own."""
    who, today = actor(), clock.today()
    own_unit = who.unit_id if _only_own(who) else None
    own_leader = None if who.may(Permission.LEADERSHIP_RECORD) else leader_queries.leader_of(db.session, who.id)
    wanted = Wanted(
        leader_id=own_leader.id if own_leader else request.args.get("leader", type=row_number),
        unit_id=own_unit or request.args.get("unit", type=row_number),
        late=request.args.get("late") == "1",
    )
    after = _after(request.args.get("after", ""))
    found = task_queries.page_of(db.session, who, wanted, after=after, limit=PAGE + 1)
    all_open, all_late = task_queries.count(db.session, who.centre_id, wanted.leader_id, wanted.unit_id, actor=who)
    whole = own_unit is None and own_leader is None
    return page(
        "leadership/tasks.html",
        safe=safe_text,
        tasks=found[:PAGE],
        next=f"{found[PAGE - 1].due.isoformat()}.{found[PAGE - 1].id}" if len(found) > PAGE else "",
        further=after is not None,
        wanted=wanted,
        own=own_unit is not None,
        count=all_open,
        late=all_late,
        units=task_queries.by_unit(db.session, who) if whole else [],
        leaders=task_queries.by_leader(db.session, who) if whole else [],
        due=queries.due_followups(db.session, who, today, leader_id=wanted.leader_id) if own_unit is None else ([], 0),
        ending=queries.to_end(db.session, who, today, leader_id=wanted.leader_id) if own_unit is None else ([], 0),
        today=today,
    )


@blueprint.get("/leadership/instructions/<int:instruction_id>")
@requires(Permission.LEADERSHIP_READ)
def instruction(instruction_id: int) -> Response:
    """One instruction: tasks, replies of each unit, looking again, the result."""
    return _page(instruction_id)


def _after(text: str) -> tuple[date, int] | None:
    """Where the page before ended, "2026-12-08.55"; None at the beginning, or for what nobody gave out."""
    day, _, last = text.partition(".")
    try:
        return date.fromisoformat(day), row_number(last)
    except ValueError:
        return None


@blueprint.get("/leadership/cases/<number>/instructions")
@requires(Permission.LEADERSHIP_READ)
def case_instructions(number: str) -> Response:
    """What leaders asked for in a case, fetched by its page (root id "case-instructions")."""
    case = open_case(number)
    return page(
        "leadership/case_instructions.html",
        "leadership/_case_instructions.html",
        case=case,
        rows=queries.of_case(db.session, actor(), case.id, clock.today()),
    )


@blueprint.post("/leadership/task-units/<int:row_id>/receipt")
@requires(Permission.LEADERSHIP_TASK)
def task_receipt(row_id: int) -> Response:
    """签收."""
    return _press(_of_unit(row_id), operations.sign_receipt, row_id, {}, "已签收；办理期限不变。")


@blueprint.post("/leadership/task-units/<int:row_id>/reply")
@requires(Permission.LEADERSHIP_TASK)
def task_reply(row_id: int) -> Response:
    """The unit's reply, with a paper where there is one."""
    instruction_id, form = _of_unit(row_id), scoped(ReplyForm(), f"reply-{row_id}")
    content = form.file.data.read() if form.file.data else b""
    return _run(instruction_id, form, f"reply-{row_id}", "已回复，等待审核。", lambda: _reply(row_id, form, content))


@blueprint.post("/leadership/task-units/<int:row_id>/return")
@requires(Permission.LEADERSHIP_RECORD)
def task_return(row_id: int) -> Response:
    """退回 one unit's reply with the reason."""
    instruction_id, form = _of_unit(row_id), scoped(ReasonForm(), f"return-{row_id}")
    return _run(
        instruction_id,
        form,
        f"return-{row_id}",
        "已退回，请该单位重新回复；办理期限不变。",
        lambda: database.attempt(_with, operations.send_back, row_id, {"reason": form.reason.data}),
    )


@blueprint.post("/leadership/tasks/<int:task_id>/accept")
@requires(Permission.LEADERSHIP_RECORD)
def task_accept(task_id: int) -> Response:
    """审核通过."""
    values = {"version": VersionForm().version.data or 0}
    return _press(_of_task(task_id), operations.accept, task_id, values, "审核通过，任务完成。")


@blueprint.post("/leadership/tasks/<int:task_id>/extend")
@requires(Permission.LEADERSHIP_RECORD)
def task_extend(task_id: int) -> Response:
    """Another day, with its reason."""
    instruction_id, form = _of_task(task_id), scoped(ExtendForm(), f"extend-{task_id}")
    return _run(
        instruction_id,
        form,
        f"extend-{task_id}",
        "期限已改，原来的期限留在记录里。",
        lambda: database.attempt(_with, operations.extend, task_id, _extension(form)),
    )


@blueprint.post("/leadership/tasks/<int:task_id>/withdraw")
@requires(Permission.LEADERSHIP_RECORD)
def task_withdraw(task_id: int) -> Response:
    """撤回, with its reason."""
    instruction_id, form = _of_task(task_id), scoped(ReasonForm(), f"withdraw-{task_id}")
    values = {"reason": form.reason.data, "version": form.version.data or 0}
    return _run(
        instruction_id,
        form,
        f"withdraw-{task_id}",
        "任务已撤回。",
        lambda: database.attempt(_with, operations.withdraw, task_id, values),
    )


@blueprint.post("/leadership/followups/<int:followup_id>")
@requires(Permission.LEADERSHIP_RECORD)
def followup(followup_id: int) -> Response:
    """What was found when somebody looked again."""
    instruction_id = _visible(getattr(db.session.get(Followup, followup_id), "instruction_id", None))
    form = scoped(FollowupForm(), f"look-{followup_id}")
    values = {"finding": form.finding.data, "words": form.words.data}
    return _run(
        instruction_id,
        form,
        f"look-{followup_id}",
        "回访情况已记录。",
        lambda: database.attempt(_with, followup_operations.look_again, followup_id, values),
    )


@blueprint.post("/leadership/instructions/<int:instruction_id>/result")
@requires(Permission.LEADERSHIP_RECORD)
def instruction_result(instruction_id: int) -> Response:
    """Keep the result and what the citizen was told; with ``end`` it is 办结."""
    form, end = scoped(ResultForm(), "result"), bool(request.form.get("end"))
    return _run(
        _visible(instruction_id),
        form,
        "result",
        "已办结。" if end else "结果已保存。",
        lambda: database.attempt(_result, instruction_id, form, end),
    )


def _only_own(who: Actor) -> bool:
    """A unit's handler: answers for the unit's tasks and for nobody else's."""
    return who.may(Permission.LEADERSHIP_TASK) and not who.may(Permission.LEADERSHIP_RECORD)


def _of_unit(row_id: int) -> int:
    row = db.session.get(TaskUnit, row_id)
    return _of_task(row.task_id) if row else abort(404)


def _of_task(task_id: int) -> int:
    return _visible(getattr(db.session.get(Task, task_id), "instruction_id", None))


def _visible(instruction_id: int | None) -> int:
    if instruction_id is None or queries.one(db.session, actor(), instruction_id, clock.today()) is None:
        abort(404)
    return instruction_id


def _press(instruction_id: int, work: Callable[..., Any], row_id: int, values: dict, said: str) -> Response:
    """A button without fields."""
    try:
        database.attempt(_with, work, row_id, values)
    except StaleVersion as stale:
        return _page(instruction_id, 409, stale.changed[0])
    except Refused as problem:
        return _page(instruction_id, 409, str(problem))
    flash(said, "success")
    return done("leadership.instruction", instruction_id=instruction_id)


def _run(instruction_id: int, form: FlaskForm, scope: str, said: str, work: Callable[[], Any]) -> Response:
    """A form on the instruction's page: refused, it comes back there with what was typed."""
    if not form.validate():
        return _page(instruction_id, 422, typed={scope: form})
    try:
        work()
    except FieldProblems as problem:
        spread(form, problem.problems)
        return _page(instruction_id, 422, typed={scope: form})
    except AttachmentRefused as problem:
        form.file.errors = [str(problem)]
        return _page(instruction_id, 422, typed={scope: form})
    except StaleVersion as stale:
        form.version.raw_data, form.version.data = None, stale.version
        return _page(instruction_id, 409, stale.changed[0], typed={scope: form})
    except Refused as problem:
        return _page(instruction_id, 409, str(problem), typed={scope: form})
    flash(said, "success")
    return done("leadership.instruction", instruction_id=instruction_id)


def _page(
    instruction_id: int, status: int = 200, problem: str = "", typed: dict[str, FlaskForm] | None = None
) -> Response:
    shown = queries.one(db.session, actor(), instruction_id, clock.today()) or abort(404)
    records = actor().may(Permission.LEADERSHIP_RECORD)
    return page(
        "leadership/instruction.html",
        safe=safe_text,
        status=status,
        shown=shown,
        problem=problem,
        records=records,
        answers=actor().may(Permission.LEADERSHIP_TASK),
        forms=_forms(shown, records) | (typed or {}),
        typed=set(typed or ()),
        labels=followup_operations,
    )


def _forms(shown: InstructionShown, records: bool) -> dict[str, FlaskForm]:
    """An empty form for each thing that can be done here now, by the scope of its controls."""
    found: dict[str, FlaskForm] = {}
    running = [task for task in shown.tasks if task.state in task_queries.RUNNING]
    for task in running:
        for unit in task.units:
            if unit.mine and not unit.replied_at:
                found[f"reply-{unit.id}"] = ReplyForm(formdata=None, data={"words": unit.reply})
            if records and unit.replied_at:
                found[f"return-{unit.id}"] = ReasonForm(formdata=None)
        if records:
            known = {"version": task.version}
            found[f"extend-{task.id}"] = ExtendForm(formdata=None, data=known)
            found[f"withdraw-{task.id}"] = ReasonForm(formdata=None, data=known)
    if records:
        found |= {f"look-{look.id}": FollowupForm(formdata=None) for look in shown.followups if look.open}
    if records and shown.row.closed_at is None:
        found["result"] = ResultForm(formdata=None, obj=shown.row)
    return {scope: scoped(form, scope) for scope, form in found.items()}


def _with(session: Session, work: Callable[..., Any], row_id: int, values: dict[str, Any]) -> Any:
    return work(session, actor(), row_id, **values, at=clock.now())


def _extension(form: ExtendForm) -> dict[str, Any]:
    return {"due": form.due.data, "reason": form.reason.data, "version": form.version.data or 0}


def _reply(row_id: int, form: ReplyForm, content: bytes) -> None:
    database.attempt(_reply_with, row_id, form, content, current_app.config["PORTAL"].home)


def _reply_with(session: Session, row_id: int, form: ReplyForm, content: bytes, folder: Any) -> None:
    paper_id = None
    if form.file.data:
        case = operations.own_case(session, actor(), row_id)
        name = form.file.data.filename or "回复材料"
        paper = case_operations.attach(
            session, actor(), case, name=name, content=content, kind="other", folder=folder, at=clock.now()
        )
        paper_id = paper.id
    operations.reply(session, actor(), row_id, words=form.words.data, attachment_id=paper_id, at=clock.now())


def _result(session: Session, instruction_id: int, form: ResultForm, end: bool) -> None:
    kept = followup_operations.record_result(
        session, actor(), instruction_id, form.given, version=form.version.data or 0, at=clock.now()
    )
    if end:
        session.flush()
        followup_operations.close(session, actor(), instruction_id, version=kept.version, at=clock.now())
