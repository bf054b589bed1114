"""周日程: the week of the roster, and one reception of it: placed, changed, taken out, and what speaks against it while it is typed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, abort, flash, request, url_for

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases.operations import FieldProblems, Refused
from portal.database import db
from portal.leadership import conflicts as against
from portal.leadership import grid, public
from portal.leadership.forms.roster import ReasonForm, ReceptionForm, reception_form, values_of
from portal.leadership.models import Leader, Reception, Week
from portal.leadership.operations import roster as operations
from portal.leadership.queries import coverage, leaders, roster
from portal.leadership.queries.conflicts import Ground, ground
from portal.leadership.queries.roster import Row
from portal.leadership.views import blueprint
from portal.leadership.views.doing import tried
from portal.leadership.vocabulary import (
    BODIES,
    NOON,
    ONE_DAY,
    ONE_WEEK,
    STATES,
    WAITING,
    WORKED_ON,
    days_of,
    frequency_words,
    monday_of,
    week_words,
)
from portal.organisation import queries as organisation
from portal.organisation.spans import clock_text
from portal.web.errors import say
from portal.web.htmx import done, page
from portal.web.routing import row_number

EARLIEST, LATEST = 2000, 2100
LAMPS = {
    "draft": "near",
    "submitted": "near",
    "resubmitted": "near",
    "amending": "near",
    "approved": "ok",
    "published": "ok",
}

blueprint.record_once(lambda state: public.load())


@blueprint.get("/leadership/week")
@requires(Permission.LEADERSHIP_READ)
def week() -> Response:
    """The week of ``?monday=`` (any day of it). The office and who signs off see the draft, everybody else what was published."""
    monday, body = asked_monday(), request.args.get("body", "")
    mine, inside = actor().centre_id, sees_drafts()
    held = roster.week(db.session, mine, monday) if inside else None
    last = roster.last_edition(db.session, mine, monday)
    rows = roster.working_rows(db.session, mine, monday) if inside else roster.edition_rows(last)
    standing = [row for row in rows if row.stands]
    known = ground(db.session, mine, monday, monday + ONE_WEEK - ONE_DAY, clock.today())
    shown = _grid(monday, standing, known, inside, body)
    state = held.state if held else "published" if last and not inside else "draft"
    return page(
        "leadership/week.html",
        monday=monday, before=monday - ONE_WEEK, after=monday + ONE_WEEK, today=clock.today(), week=held, state=state,
        state_label=STATES[state] if last or inside else "尚未公布", lamp_of_state=LAMPS[state] if last or inside else "none",
        last=last, grid=shown, body=body, bodies=BODIES, view=request.args.get("view", "leaders"), words=week_words(monday),
        number=monday.isocalendar().week, inside=inside, cancelled=[row for row in rows if not row.stands],
        may_edit=may_edit() and (held is None or held.state in WORKED_ON), office=may_edit(),
        may_sign=actor().may(Permission.LEADERSHIP_APPROVE) and held is not None and held.state in WAITING,
        reason=ReasonForm(formdata=None), approver=leaders.settings(db.session, mine).approver_title,
        address_of=_address_of(), figures=_figures(standing, shown, known, clock.today()),
    )  # fmt: skip


@blueprint.route("/leadership/week/new", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def new_reception() -> Response:
    """Place a reception; leader, day and half come from the cell."""
    form, names = _form(_first_values())
    if form.is_submitted():
        made, status = tried(form, lambda s: operations.place(s, actor(), form.given(), at=clock.now()))
        if made:
            flash("已排入日程。", "success")
            return done("leadership.week", monday=monday_of(form.day.data).isoformat())
        return _reception_page(form, names, None, status)
    return _reception_page(form, names, None, 200)


@blueprint.route("/leadership/week/receptions/<int:reception_id>", methods=["GET", "POST"])
@requires(Permission.LEADERSHIP_ROSTER)
def edit_reception(reception_id: int) -> Response:
    """Change a reception; of a week that is not worked on it is only shown, with what can still be done urgently."""
    row, held = _found(reception_id)
    if held.state not in WORKED_ON or row.state != "planned" or row.arrived_at is not None:
        return shown_reception(row, held, 200)
    own_place = db.session.get(Reception, reception_id).place
    form, names = _form(values_of(row, own_place))
    if form.is_submitted():
        made, status = tried(
            form,
            lambda s: operations.change(
                s, actor(), reception_id, form.given(), version=form.version.data, at=clock.now()
            ),
        )
        if made:
            flash("日程已修改。", "success")
            return done("leadership.week", monday=held.monday.isoformat())
        return _reception_page(form, names, row, status)
    return _reception_page(form, names, row, 200, restorable=_restorable(row, held))


@blueprint.get("/leadership/week/conflicts")
@requires(Permission.LEADERSHIP_ROSTER)
def conflicts() -> Response:
    """What speaks against the reception as typed so far, and how often this leader has received."""
    form, _names = _form({}, formdata=request.args, meta={"csrf": False})
    form.validate()
    own = request.args.get("own", 0, type=row_number)
    return page("leadership/_conflicts.html", **_against(form, own))


@blueprint.post("/leadership/week/receptions/<int:reception_id>/remove")
@requires(Permission.LEADERSHIP_ROSTER)
def remove_reception(reception_id: int) -> Response:
    """Take it out of a week that is worked on."""
    row, held = _found(reception_id)
    form = ReasonForm()
    given = {"reason": (form.reason.data or "").strip(), "version": form.version.data}
    try:
        gone = database.attempt(lambda s: operations.remove(s, actor(), reception_id, **given, at=clock.now()))
    except FieldProblems as problem:
        return say(422, f"{row.who}{row.when}的接访已经公布过。{problem.problems['reason']}")
    except Refused as problem:
        return say(409, str(problem))
    flash("已从草稿中去掉。" if gone else "已取消，审签公布后对外生效。")
    return done("leadership.week", monday=held.monday.isoformat())


@blueprint.post("/leadership/week/receptions/<int:reception_id>/restore")
@requires(Permission.LEADERSHIP_ROSTER)
def restore_reception(reception_id: int) -> Response:
    """Give up what the draft changed of a published reception."""
    _row, held = _found(reception_id)
    version = ReasonForm().version.data
    try:
        database.attempt(lambda s: operations.restore(s, actor(), reception_id, version=version, at=clock.now()))
    except Refused as problem:
        return say(409, str(problem))
    flash("已恢复为公布的内容。", "success")
    return done("leadership.week", monday=held.monday.isoformat())


def _address_of() -> Callable[[int], str | None]:
    """Where a reception in the grid leads: the office to its form, who books to its bookings, nobody else anywhere."""
    if may_edit():
        return lambda reception_id: url_for("leadership.edit_reception", reception_id=reception_id)
    if actor().may(Permission.LEADERSHIP_BOOK):
        return lambda reception_id: url_for("leadership.reception", reception_id=reception_id)
    return lambda reception_id: None


def asked_monday() -> date:
    """The Monday of the week that ``?monday=`` asks for (this week's without it). 404 for what is no day."""
    typed = request.args.get("monday", "")
    try:
        day = date.fromisoformat(typed) if typed else clock.today()
    except ValueError:
        abort(404)
    if not EARLIEST <= day.year < LATEST:
        abort(404)
    return monday_of(day)


def sees_drafts() -> bool:
    """The office, and who signs off."""
    return actor().may(Permission.LEADERSHIP_ROSTER) or actor().may(Permission.LEADERSHIP_APPROVE)


def may_edit() -> bool:
    """The office."""
    return actor().may(Permission.LEADERSHIP_ROSTER)


def shown_reception(row: Row, held: Week, status: int, **context: Any) -> Response:
    """A reception that is not worked on now."""
    return page(
        "leadership/reception_shown.html", status=status, row=row, week=held, public_now=_public_now(row),
        booked=roster.booked_counts(db.session, [row.id]).get(row.id, 0), why=_why_shown(row, held),
        restorable=_restorable(row, held), **context,
    )  # fmt: skip


def _why_shown(row: Row, held: Week) -> str:
    if row.arrived_at is not None and row.state == "planned":
        return f"{operations.BEGUN}当天的情况在“接访当日”里记。"
    return operations.closed_words(held)


def public_row(row: Row) -> Row | None:
    """The reception as the public reads of it; None where it was never published."""
    return roster.reception(db.session, actor().centre_id, row.id)


def _restorable(row: Row, held: Week) -> bool:
    """Whether the draft changed something of what was published, and that can be given up."""
    public = public_row(row) if held.state in WORKED_ON else None
    if public is None or not public.stands:
        return False
    return bool(operations.drafted(db.session.get(Reception, row.id), public))


def _public_now(row: Row) -> bool:
    """Whether the public reads of this reception, and it can still be corrected: it was not held, the leader did not come yet."""
    public = public_row(row)
    return row.state != "held" and row.arrived_at is None and public is not None and public.stands


def _found(reception_id: int) -> tuple[Row, Week]:
    row = roster.working_row(db.session, actor().centre_id, reception_id) or abort(404)
    held = roster.week(db.session, actor().centre_id, monday_of(row.day)) or abort(404)
    return row, held


def _form(values: dict[str, Any], **kwargs: Any) -> tuple[ReceptionForm, list[str]]:
    listed = leaders.leaders(db.session, actor().centre_id, since=clock.today())
    return reception_form(db.session, actor().centre_id, listed, data=values, **kwargs)


def _first_values() -> dict[str, Any]:
    """From the cell, the opening hours of that half-day where the centre set them, and the leader's last reception."""
    half = "pm" if request.args.get("half") == "pm" else "am"
    spans = organisation.hours(db.session, actor().centre_id).get(None, {}).get("work", [])
    span = next((s for s in spans if (s[0] < NOON) == (half == "am")), None)
    leader_id = request.args.get("leader", 0, type=row_number)
    last = roster.last_of_leader(db.session, actor().centre_id, leader_id) if leader_id else None
    values: dict[str, Any] = {"leader": str(leader_id or ""), "half": half, "kind": "fixed"}
    if span:
        values |= {"starts": clock_text(span[0]), "ends": clock_text(span[1])}
    if last:
        values |= {"window": str(last.window_id or ""), "capacity": last.capacity, "slot_minutes": last.slot_minutes}
        values |= {"field": last.field}
    if last and last.half == half:
        values |= {"starts": clock_text(last.starts), "ends": clock_text(last.ends)}
    try:
        values["day"] = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        values["day"] = None
    return values


def _reception_page(
    form: ReceptionForm, names: list[str], row: Row | None, status: int, *, restorable: bool = False
) -> Response:
    day = form.day.data if isinstance(form.day.data, date) else clock.today()
    return page(
        "leadership/reception.html", status=status, form=form, names=names, row=row, monday=monday_of(day),
        places=form.region.suggestions, public_now=row is not None and _public_now(row), restorable=restorable,
        **_against(form, row.id if row else 0),
    )  # fmt: skip


def _against(form: ReceptionForm, own: int) -> dict[str, Any]:
    wanted = form.wanted(own)
    found = operations.against(db.session, actor(), wanted, clock.today())
    leader = leaders.leader(db.session, actor().centre_id, wanted.leader_id) if wanted.leader_id else None
    told = None
    if leader:
        grades = {grade.id: grade for grade in leaders.grades(db.session, actor().centre_id)}
        counts = coverage.coming_by_leader(db.session, actor().centre_id, clock.today(), drafts=True)
        came, ahead = counts.get(leader.id, (0, 0))
        grade = grades.get(leader.grade_id or 0)
        told = {
            "frequency": frequency_words(grade.times if grade else None, grade.per if grade else ""),
            "source": grade.source if grade else "", "came": came, "ahead": ahead, "leader": leader,
        }  # fmt: skip
    return {"found": found, "told": told, "own": own, "weights": against, "answered": bool(form.reason.data)}


def _grid(monday: date, standing: list[Row], known: Ground, inside: bool, body: str) -> grid.Grid:
    mine, today = actor().centre_id, clock.today()
    counts = coverage.coming_by_leader(db.session, mine, today, drafts=inside)
    grades = {grade.id: grade for grade in leaders.grades(db.session, mine)}
    booked = roster.booked_counts(db.session, [row.id for row in standing]) if standing else {}

    def quota(leader: Leader) -> str:
        came, ahead = counts.get(leader.id, (0, 0))
        grade = grades.get(leader.grade_id or 0)
        due = f"{frequency_words(grade.times, grade.per)}・" if grade and grade.times is not None else "本季"
        return f"{due}已 {came}" + (f"・待 {ahead}" if ahead else "")

    def speaks(row: Row) -> tuple[str, ...]:
        if not inside or row.day < today or row.state != "planned":
            return ()
        found = known.against(_wanted(row))
        return tuple(one.message for one in found if one.weight != against.NOTE)

    days = days_of(monday)
    listed = [one for one in leaders.ordered(known.leaders.values()) if any(leaders.in_post(one, day) for day in days)]
    return grid.build(
        monday, listed, standing, booked=booked, against=speaks, rests=known.rests, quota=quota, body=body
    )


def _wanted(row: Row) -> against.Wanted:
    return against.Wanted(
        row.leader_id,
        row.day,
        row.half,
        row.starts,
        row.ends,
        row.kind,
        row.window_id,
        row.capacity,
        row.slot_minutes,
        row.id,
    )


def _figures(standing: list[Row], shown: grid.Grid, known: Ground, today: date) -> dict[str, int]:
    chips = [chip for line in shown.lines for cell in line.cells for chip in cell]
    return {
        "receptions": len(standing),
        "away": sum(row.away for row in standing),
        "booked": sum(chip.booked for chip in chips),
        "capacity": sum(chip.row.capacity for chip in chips),
        "open": sum(bool(chip.against) and not chip.answered for chip in chips),
    }
