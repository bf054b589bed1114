"""Showing a person's identity number, telephone and address: only on a reason, recorded before anything is shown.

Which persons somebody may know of is decided by the pages above (a case, a ticket); a page that legitimately shows a masked
person makes a `reveal_token` for it, and the token opens that one person to that one account for a working day.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from portal import clock
from portal.access.actor import Actor
from portal.access.forms import plain
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.database import db
from portal.people import masking, queries
from portal.people.models import Person
from portal.trail import operations as trail
from portal.web.errors import say
from portal.web.htmx import page

blueprint = Blueprint("people", __name__)
ACTION = "person.revealed"
VALID = timedelta(hours=12)
UNKNOWN = "这个页面已经过期，或此人的资料不对您开放。请从事项或窗口页面重新打开。"


class RevealForm(FlaskForm):
    """Why somebody wants to see it, and the page's word that the person may be known."""

    reason = StringField(
        "查看理由",
        [DataRequired("请写明为什么需要查看。"), Length(4, 200, message="理由须 4 至 200 字，写明用途。")],
        filters=[plain],
    )
    token = HiddenField()


def init_app(app: Flask) -> None:
    """Offer the masking filters and ``reveal_token`` to templates."""
    app.add_template_filter(masking.mask_name, "masked_name")
    app.add_template_filter(masking.mask_id, "masked_id")
    app.add_template_filter(masking.mask_phone, "masked_phone")
    app.add_template_filter(masking.mask_address, "masked_address")
    app.add_template_global(reveal_token)


def reveal_token(person_id: int, actor_id: int) -> str:
    """The page's word that ``actor_id`` may know of ``person_id``. For pages that show the person masked, nobody else."""
    return _signer().dumps([person_id, actor_id, int(clock.now().timestamp())])


@blueprint.post("/people/<int:person_id>/reveal")
@requires(Permission.PERSON_REVEAL)
def reveal(person_id: int) -> Response:
    """The person's number, telephone and address, with a note of who looked, when and why."""
    asking, now = actor(), clock.now()
    form = RevealForm()
    masked = _masked(asking, person_id)
    if masked is None or not _opens(form.token.data or "", person_id, asking, now):
        _note(asking, person_id, now, plain(form.reason.data)[:200], refused=True)
        return say(403, UNKNOWN)
    if not form.validate_on_submit():
        return _shown(form=form, person=masked, status=422)
    # committed before the first character is read, so that no failure can show something unrecorded
    _note(asking, person_id, now, form.reason.data, refused=False)
    return _shown(form=form, person=masked, revealed=queries.sensitive(db.session, person_id), at=now, who=asking.name)


def _shown(*, status: int = 200, **context: Any) -> Response:
    answer = page("people/revealed.html", "people/_person.html", status=status, **context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _masked(asking: Actor, person_id: int) -> dict[str, Any] | None:
    columns = select(Person.id, Person.name, Person.kind)
    row = db.session.execute(columns.where(Person.id == person_id, Person.centre_id == asking.centre_id)).one_or_none()
    return {"id": row.id, "name": masking.mask_name(row.name, row.kind)} if row else None


def _opens(token: str, person_id: int, asking: Actor, now: datetime) -> bool:
    try:
        person, account, made = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return False
    return (person, account) == (person_id, asking.id) and 0 <= now.timestamp() - made <= VALID.total_seconds()


def _note(asking: Actor, person_id: int, at: datetime, reason: str, *, refused: bool) -> None:
    trail.note_access(
        centre_id=asking.centre_id,
        actor_id=asking.id,
        at=at,
        action=ACTION,
        subject=f"person:{person_id}",
        reason=reason or None,
        refused=refused,
        address=request.remote_addr,
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key, salt="person.reveal")
