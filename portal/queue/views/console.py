"""What the console shows, gathered in one place for every view that ends on it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy import exists, select

from portal import clock
from portal.access.guard import actor
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.forms import RegisterForm, register_form, scoped
from portal.cases.forms.fields import choices
from portal.cases.views import dossier
from portal.database import db
from portal.organisation.models import Centre
from portal.queue import estimate, operations, queries, stream
from portal.queue.forms import HOLD_REASONS, PAUSE_REASONS, FinishForm, FollowUpForm
from portal.queue.queries import Mine, MyWindow
from portal.queue.views.overview import my_plan
from portal.trail.models import Access
from portal.trail.operations import note_access
from portal.web.htmx import page

FEW, MANY = 6, 12
Kept = tuple[dict[str, list[str]], datetime]


def console(
    status: int = 200,
    problem: str = "",
    *,
    form: RegisterForm | None = None,
    finish: FinishForm | None = None,
    follow_up: FollowUpForm | None = None,
    sure_of_miss: bool = False,
) -> Response:
    """The console with ``problem`` at its head; the forms given are shown with their errors and what was typed."""
    who = actor()
    mine = queries.my_window(db.session, who)
    if mine is None:
        openable = queries.windows_to_open(db.session, who)
        handed, planned = queries.handed_over(db.session, who), my_plan()
        order = list(planned)
        openable.sort(key=lambda each: order.index(each.id) if each.id in planned else len(order))
        return page(
            "queue/closed.html",
            status=status,
            problem=problem,
            windows=openable,
            planned=planned,
            platforms=_platforms(),
            handed_over=handed,
        )
    ticket = queries.my_ticket(db.session, who)
    shown = {
        "window": mine,
        "problem": problem,
        "stream_url": stream.address("window"),
        "held": queries.held(db.session, who),
        "elsewhere": queries.held_elsewhere(db.session, who, mine.id, clock.today()),
        "handed_over": queries.handed_over(db.session, who),
        "left_open": clock.day_of(mine.opened_at) != clock.today(),
        "paused_since": None if mine.state == "serving" else queries.paused_since(db.session, who),
        "missed": queries.missed(db.session, who, mine.id, clock.today()),
        "sure_of_miss": sure_of_miss,
        "hold_reasons": HOLD_REASONS,
        "pause_reasons": PAUSE_REASONS,
        "recalls": operations.RECALLS,
        **queue_of(mine, wide=ticket is None),
    }
    if ticket is None:
        day = clock.today()
        shown |= {
            "figures": queries.figures(db.session, who, day),
            "last": queries.last_finished(db.session, who, day),
        }
        return page("queue/idle.html", status=status, **shown)
    shown |= {"finish": finish, **_visit(ticket, mine, form, follow_up)}
    return page("queue/console.html", status=status, **shown)


def queue_of(mine: MyWindow | None, *, wide: bool) -> dict[str, Any]:
    """Who waits for a window: the next few and how many in all. ``wide`` is the idle console's longer list."""
    if mine is None:
        return {"waiting": [], "waiting_count": 0, "wide": wide, "window": None, "told": "", "threshold": 0}
    who, day = actor(), clock.today()
    rows = queries.waiting(db.session, who, mine, day, MANY if wide else FEW)
    full = len(rows) == (MANY if wide else FEW)
    count = queries.waiting_count(db.session, who, mine, day) if full else len(rows)
    told = estimate.for_window(db.session, who.centre_id, mine.id, clock.now())
    return {
        "waiting": rows,
        "waiting_count": count,
        "wide": wide,
        "window": mine,
        "told": estimate.spell(told) if rows and told else "",
        "threshold": db.session.get(Centre, who.centre_id).group_threshold,
    }


def registration_form(ticket: Mine, mine: MyWindow) -> RegisterForm:
    """The form for ``ticket``: what was posted to register, else the draft, else empty but for what the desk wrote down.

    Every other form of the console may fail and come back with the page; the draft of this one stays in it.
    """
    offered = (mine.platform, *actor().platforms)
    if request.endpoint == "queue.register":
        return register_form(db.session, offered, request.form.get("platform"), headcount=ticket.headcount)
    kept = cases.draft(db.session, actor(), operations.draft_place(ticket.id))
    platform = next(iter(kept[0].get("platform", [])), None) if kept else None
    typed = kept[0] if kept else {"platform": [mine.platform]}
    return register_form(db.session, offered, platform or mine.platform, typed, headcount=ticket.headcount)


def matters_of(person_id: int | None, since: Any) -> list:
    """The person's matters as this clerk may see them. The reading is recorded first, once for each visit."""
    if person_id is None:
        return []
    who, subject = actor(), f"person:{person_id}"
    recorded = exists().where(
        Access.subject == subject, Access.actor_id == who.id, Access.at >= since, Access.refused.is_(False)
    )
    if not db.session.scalar(select(recorded)):
        note_access(
            centre_id=who.centre_id,
            actor_id=who.id,
            at=clock.now(),
            action="person.opened",
            subject=subject,
            address=request.remote_addr,
        )
    return cases.matters_of(db.session, who, person_id)


def follow_up_form(matters: list, kept: Kept | None = None) -> FollowUpForm:
    """续访 on an open matter that the clerk sees in full: the person's, or the one that the repeat card led to.

    ``kept``: the ticket's draft; what was typed of the visit comes back, and what was typed as facts goes along.
    """
    # the console's other forms have fields of the same names: only its own post fills this one
    mine = request.endpoint == "queue.follow_up"
    form = scoped(FollowUpForm(**({} if mine else {"formdata": None})), "visit")
    offered = {each.number: each.subject for each in matters if each.open and each.full}
    # the repeat card may lead to a matter of somebody whom the desk did not take down
    chosen = request.form.get("case", "") if mine else request.args.get("follow", typed_before("case", kept))
    if chosen and chosen not in offered and (case := cases.find(db.session, actor(), chosen)) and not case.closed_at:
        offered[case.number] = case.subject
    form.case.choices = choices([(number, f"{number} {dossier.safe_text(said)}") for number, said in offered.items()])
    if not mine:
        form.case.data = chosen if chosen in offered else None
        asked_for = "follow" in request.args and form.case.data
        form.words.data = typed_before("words", kept) or (typed_before("facts", kept) if asked_for else "")
    if len(offered) == 1 and not form.case.data:
        form.case.data = next(iter(offered))
    return form


def typed_before(name: str, kept: Kept | None) -> str:
    """What the draft has for that field; "" without one."""
    return next(iter(kept[0].get(name, [])), "") if kept else ""


def shown_matters(matters: list) -> list[tuple]:
    """Each matter with the lamp of its nearest legal date (None where it has none or is closed)."""
    today = clock.today()
    shown = []
    for each in matters:
        due = each.due if each.open else None
        lamp = dossier.lamp_of(due, clock.day_of(each.received_at), today) if due else None
        shown.append((replace(each, subject=dossier.safe_text(each.subject) if each.full else None), lamp))
    return shown


def _visit(ticket: Mine, mine: MyWindow, form: RegisterForm | None, follow_up: FollowUpForm | None) -> dict[str, Any]:
    spans = queries.periods(db.session, ticket.id)
    matters = matters_of(ticket.person_id, ticket.called_at)
    unbound = ticket.case_id is None
    kept = cases.draft(db.session, actor(), operations.draft_place(ticket.id)) if unbound else None
    form = (form or registration_form(ticket, mine)) if unbound else None
    follow_up = (follow_up or follow_up_form(matters, kept)) if unbound else None
    if unbound and ticket.state == "serving" and request.method == "GET":
        # ready to type: 续访 first where there is an open matter, else the facts
        again = follow_up.words.data or "follow" in request.args or not kept
        first = follow_up.words if follow_up.case.choices and again else form.facts
        first.render_kw = {**(first.render_kw or {}), "data-focus": ""}
    return {
        "ticket": ticket,
        "errands": _errands(ticket, mine),
        "services": queries.services(db.session, actor().centre_id) if ticket.state == "serving" else [],
        "spent": queries.durations(spans, clock.now()),
        "running": next((span for span in spans if span.end is None), None),
        "visit": queries.visit_entries(db.session, actor(), ticket.id),
        "matters": shown_matters(matters),
        "form": form,
        "reminders": form.reminders() if form else {},
        "repeats": None,
        "at_window": True,
        "follow_up": follow_up,
        "draft_place": operations.draft_place(ticket.id),
        "draft_at": kept[1] if kept else None,
        "platform": registry.platform(mine.platform),
        "subject": _subject(ticket),
    }


def _errands(ticket: Mine, mine: MyWindow) -> list[dict[str, Any]]:
    """What the visitor has to do besides. ``relay``: the case has to go along to another platform; ``here``: this window takes it."""
    found = queries.errands(db.session, ticket.id, ticket.service_id)
    taken = set(queries.service_ids(db.session, mine.id)) if found else set()
    return [
        {
            "service_id": each.service_id,
            "name": each.name,
            "relay": each.platform != mine.platform and ticket.case_id is not None,
            "here": each.platform == mine.platform and each.service_id in taken,
        }
        for each in found
    ]


def _subject(ticket: Mine) -> str:
    """What the visitor's case is about, if it is open to the clerk; numbers in it masked."""
    case = cases.find(db.session, actor(), ticket.case_number) if ticket.case_number else None
    return dossier.safe_text(case.subject) if case else ""


def _platforms() -> dict[str, Any]:
    return {platform.code: platform for platform in registry.platforms()}
