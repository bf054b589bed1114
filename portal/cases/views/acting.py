"""How every action on a case runs: look, check, write once, show what became of it; and what happens when it may not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, flash, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal import clock, database
from portal.access.guard import actor
from portal.access.permissions import Permission
from portal.cases import operations, queries, registry
from portal.cases.models import Case
from portal.cases.operations import AttachmentRefused, FieldProblems, Refused, StaleVersion
from portal.cases.views import dossier
from portal.database import db
from portal.trail import operations as trail
from portal.trail.queries import entries
from portal.web.formats import clock_time
from portal.web.htmx import done, page, wants_part

Work = Callable[[Session, Case], Any]


@dataclass(frozen=True)
class Action:
    """One thing that can be done to a case, as a form: ``partial`` (its root id is ``root``) stands alone or in the page.

    ``event`` is the trail event it leaves; a second one by the same person from the same page is a doubled click.
    ``keeps``: much is typed here, so it is kept as a draft while it is typed. ``letters``: kinds that are due once it is done.
    """

    case: Case
    title: str
    partial: str
    root: str
    form: FlaskForm
    said: str
    event: str | None = None
    keeps: bool = False
    context: dict[str, Any] = field(default_factory=dict)
    letters: tuple[str, ...] = ()

    @property
    def place(self) -> str | None:
        """Where the draft lies; None where none is kept."""
        return f"{self.root}:{self.case.number.lower()}" if self.keeps else None


class Doubled(Exception):
    """The same person has done the same from the same page already; ``when`` says at what hour, ``seq`` where the trail is."""

    def __init__(self, when: str, seq: int) -> None:
        super().__init__(when)
        self.when, self.seq = when, seq


def open_case(number: str) -> Case:
    """The case, if the person who is asking may see it; else 404, and an attempt on an existing one is recorded (检举).

    Opening a sensitive case is recorded before anything of it is shown.
    """
    asking = actor()
    case = queries.find(db.session, asking, number)
    if case is None:
        _record_attempt(number)
        abort(404)
    if case.sensitivity != "normal" and request.method == "GET":
        note_reading("case.opened", f"case:{case.id}")
    return case


def note_reading(action: str, subject: str, reason: str | None = None, *, refused: bool = False) -> None:
    """Write the access log, durably, before disclosure."""
    trail.note_access(
        centre_id=actor().centre_id,
        actor_id=actor().id,
        at=clock.now(),
        action=action,
        subject=subject,
        reason=reason,
        refused=refused,
        address=request.remote_addr,
    )


def run(action: Action, work: Work) -> Response:
    """GET shows the form; POST checks it, does ``work(session, case)`` once, and answers."""
    if request.method == "GET":
        return _fresh(action)
    if not action.form.validate():
        return form_page(action, 422)
    changed: list[str] = []
    try:
        database.attempt(_work_once, action, work)
    except Doubled as doubled:
        action.form.seen.raw_data, action.form.seen.data = None, doubled.seq
        changed = [f"您在 {doubled.when} 已经提交过同一项，没有重复记录。如确需再记一次，请再次提交。"]
        return form_page(action, 409, changed)
    except StaleVersion as stale:
        held = action.form["version" if "version" in action.form else "seen"]
        held.raw_data, held.data = None, stale.version
        return form_page(action, 409, stale.changed or ["他人刚刚更新了这项内容，请核对后再提交。"])
    except FieldProblems as problem:
        spread(action.form, problem.problems)
        return form_page(action, 422)
    except AttachmentRefused as problem:
        action.form.file.errors = [str(problem)]
        return form_page(action, 422)
    except Refused as problem:
        action.form.form_errors.append(str(problem))
        return form_page(action, 422)
    return changed_case(action.case.number, action.said, action.letters)


def _fresh(action: Action) -> Response:
    """The form with the draft in it, if there is one."""
    kept = queries.draft(db.session, actor(), action.place) if action.place else None
    if kept:
        action.form.process(MultiDict(kept[0]))
    return form_page(action, saved_at=kept[1] if kept else None)


def _work_once(session: Session, action: Action, work: Work) -> None:
    # the lock on the case row makes two clicks that come together wait for each other
    case = session.get(Case, action.case.id, with_for_update=True)
    seen = action.form["seen"].data if "seen" in action.form else None
    if action.event and seen is not None:
        mine = [
            entry
            for entry in entries(session, f"case:{case.id}", kinds=(action.event,))
            if entry.seq > seen and entry.actor_id == actor().id
        ]
        if mine:
            raise Doubled(clock_time(mine[-1].at), mine[-1].seq)
    work(session, case)
    if action.place:
        operations.drop_draft(session, actor(), action.place)


def spread(form: FlaskForm, problems: dict[str, str]) -> None:
    """Put what an operation refused beside the fields it names; what has no field goes to the head of the form."""
    for name, message in problems.items():
        if name in form:
            form[name].errors = [message]
        else:
            form.form_errors.append(message)


def form_page(
    action: Action, status: int = 200, changed: list[str] | None = None, saved_at: datetime | None = None
) -> Response:
    """The action's form: the part for htmx, else a page of its own. ``changed``: what somebody else did meanwhile."""
    if "seen" in action.form and action.form["seen"].data is None:
        action.form["seen"].data = dossier.trail_position(db.session, action.case.id)
    return page(
        "cases/form_page.html",
        action.partial,
        status=status,
        action=action,
        case=action.case,
        form=action.form,
        changed=changed or [],
        title=action.title,
        part=wants_part(),
        saved_at=saved_at,
        **action.context,
    )


def changed_case(number: str, said: str, letters: tuple[str, ...] = ()) -> Response:
    """After a write: htmx gets the case's panel anew (and the page's marks and timeline), a browser the case's page.

    ``letters`` are offered beside what was ``said``; on the page of the case its letters offer them as well.
    """
    if not wants_part() or _current_path() == request.path:  # from the form's own page there is no panel to renew
        flash(said, "success")
        return done("cases.show", number=number)
    case = queries.find(db.session, actor(), number)
    if case is None:  # what was changed closed the case to the person who changed it (检举)
        flash(said, "success")
        return done("cases.index")
    shown = dossier.read(db.session, actor(), case, clock.today())
    answer = page(
        "cases/_panel.html",
        "cases/_panel.html",
        case=case,
        shown=shown,
        said=said,
        due_letters=[(code, registry.letter_label(code)) for code in letters if actor().may(Permission.CASE_RECORD)],
        oob=_current_path() == url_for("cases.show", number=number),
    )
    answer.headers["HX-Trigger"] = "case-changed"
    return aimed(answer, "#case-panel")


def aimed(answer: Response, target: str) -> Response:
    """Let htmx put ``answer`` in place of ``target``, whatever form it came from."""
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = target, "outerHTML"
    return answer


def _current_path() -> str:
    return urlsplit(request.headers.get("HX-Current-URL", "")).path


def _record_attempt(number: str) -> None:
    hidden = dossier.id_of(db.session, actor().centre_id, number)
    if hidden is not None:
        note_reading("case.opened", f"case:{hidden}", refused=True)
