"""A draft: what it changes, which open cases it would move, and its publication."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort, flash, request

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import rehearsal
from portal.cases.law import blueprint
from portal.cases.law.calendar import STATES, spans
from portal.cases.law.drafting import rehearse
from portal.cases.law.forms import PublishForm
from portal.cases.law.telling import differences
from portal.cases.recomputing import recompute_all
from portal.cases.rehearsal import GROUPS_A_PAGE, Move
from portal.database import db
from portal.statutes import operations, queries
from portal.statutes.models import StatuteDraft
from portal.statutes.operations import DraftRefused
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import from_cells
from portal.statutes.workdays import Entry
from portal.web.htmx import done, page
from portal.web.routing import row_number

# So many clocks are counted within the request (some seconds at the very most); the scheduler counts the rest.
BATCHES_AT_ONCE = 20


@dataclass(frozen=True)
class MoveShown:
    """A move as the page tells it; ``place`` leads to its cases."""

    place: int
    move: Move
    step: str


@blueprint.get("/admin/drafts/<int:draft_id>")
@requires(Permission.HALL_CONFIGURE)
def draft(draft_id: int) -> Response:
    """What the draft says, what it would move, and the way to publish it or put it away."""
    return _draft_page(_mine(draft_id), PublishForm(formdata=None), 200)


@blueprint.post("/admin/drafts/<int:draft_id>/rehearse")
@requires(Permission.HALL_CONFIGURE)
def rehearse_draft(draft_id: int) -> Response:
    """Count again: cases and calendar may have changed since."""
    _mine(draft_id)
    try:
        rehearse(draft_id)
        flash("已重新推演。")
    except DraftRefused as problem:
        flash(str(problem), "error")
    return done("law.draft", draft_id=draft_id)


@blueprint.post("/admin/drafts/<int:draft_id>/publish")
@requires(Permission.HALL_CONFIGURE)
def publish(draft_id: int) -> Response:
    """Let the draft count; open clocks follow at once, or by the scheduler where they are very many."""
    held, form = _mine(draft_id), PublishForm()
    if not form.validate_on_submit():
        return _draft_page(held, form, 422)
    at = clock.now()
    try:
        with database.write() as session:
            made = operations.publish(session, actor(), draft_id, form.effective_on.day, form.reason.data, at=at)
            state, effective_on = made.state, made.effective_on
    except DraftRefused as problem:
        form[problem.field].errors = [str(problem)]
        return _draft_page(_mine(draft_id), form, 422)
    if state == operations.SCHEDULED:
        flash(f"已发布，{effective_on.isoformat()} 起生效；在那以前日期不变。")
    else:
        moved = recompute_all(actor().centre_id, at, batches=BATCHES_AT_ONCE)
        foreseen = sum(held.result[name] for name in ("moved", "confirmed", "opened"))
        rest = "；其余的由夜间任务接着推算" if moved < foreseen else ""
        flash(f"已发布。{moved} 个期限随之变动或转为确定，每一个都记入事项的经过{rest}。")
    return done("law.draft", draft_id=draft_id)


@blueprint.post("/admin/drafts/<int:draft_id>/discard")
@requires(Permission.HALL_CONFIGURE)
def discard(draft_id: int) -> Response:
    """Put the draft away."""
    _mine(draft_id)
    try:
        with database.write() as session:
            operations.discard(session, actor(), draft_id, at=clock.now())
        flash("草稿已作废。")
    except DraftRefused as problem:
        flash(str(problem), "error")
    return done("law.draft", draft_id=draft_id)


@blueprint.get("/admin/drafts/<int:draft_id>/moves/<int:place>")
@requires(Permission.HALL_CONFIGURE)
def moved_cases(draft_id: int, place: int) -> Response:
    """The cases of one move, by their numbers."""
    held = _mine(draft_id)
    kept = held.result.get("moves", [])
    if place >= len(kept):
        abort(404)
    move = Move.read(kept[place])
    start = request.args.get("after", 0, type=row_number)
    numbers, unnamed, after = rehearsal.cases_of(db.session, held.centre_id, move, start)
    return page(
        "law/moved.html",
        draft=held,
        shown=_shown(queries.law(db.session).rules, [move], place)[0],
        numbers=numbers,
        unnamed=unnamed,
        after=after,
    )


def _mine(draft_id: int) -> StatuteDraft:
    return queries.draft(db.session, actor().centre_id, draft_id) or abort(404)


def _draft_page(held: StatuteDraft, form: PublishForm, status: int) -> Response:
    kept = held.result.get("moves", [])
    first = min(max(request.args.get("page", 1, type=int), 1) - 1, max(len(kept) - 1, 0) // GROUPS_A_PAGE)
    start = first * GROUPS_A_PAGE
    moves = [Move.read(move) for move in kept[start : start + GROUPS_A_PAGE]]
    book = queries.law(db.session).rules
    return page(
        "law/draft.html",
        draft=held,
        form=form,
        state=STATES[held.state],
        undecided=held.state == operations.DRAFT,
        outdated=held.rehearsed_at and held.state == operations.DRAFT and held.base != operations.base_of(db.session()),
        spans=spans(_days(held)) if held.kind == operations.CALENDAR else [],
        changes=differences(book, [from_cells(cells) for cells in held.content])
        if held.kind == operations.RULES
        else [],
        moves=_shown(book, moves, start),
        at_page=first + 1,
        pages=(len(kept) + GROUPS_A_PAGE - 1) // GROUPS_A_PAGE,
        names=cases.names(db.session, {each for each in (held.made_by, held.decided_by) if each}),
        status=status,
    )


def _days(held: StatuteDraft) -> list[Entry]:
    rows: list[Any] = held.content
    return [Entry(date.fromisoformat(day), kind, name, held.notice) for day, kind, name in rows]


def _shown(book: Rulebook, moves: list[Move], start: int) -> list[MoveShown]:
    return [MoveShown(place, move, book.newest(move.key).step) for place, move in enumerate(moves, start)]
