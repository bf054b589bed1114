"""Drafts of the forms of letters: what was typed and not sent comes back, also after a refusal or a closed window."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from portal import clock, database
from portal.access.guard import actor
from portal.cases import operations as cases
from portal.cases.queries import draft as draft_at
from portal.cases.views import kept
from portal.cases.views.home import typed
from portal.cases.views.kept import KeptForm
from portal.database import db
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.life import ACTS


def _new(given: Mapping[str, str]) -> str:
    return f"{KINDS[given['kind']].label if given['kind'] in KINDS else '文书'} {given['number']}"


def _act(given: Mapping[str, str]) -> str:
    return f"{ACTS[given['code']].label if given['code'] in ACTS else '办理'}文书 {given['number']}"


kept.know(
    (
        KeptForm("letter", "letters.draft", _new, ("kind",)),
        KeptForm("letter-edit", "letters.edit", lambda given: f"修改文书 {given['number']}", ("letter_id",)),
        KeptForm("letter-serve", "letters.serve", lambda given: f"登记送达 {given['number']}", ("letter_id",)),
        KeptForm("letter-act", "letters.act", _act, ("letter_id", "code")),
    )
)


def place() -> str:
    """Where the draft lies of the form that this request is about."""
    return kept.place_at(request.endpoint, request.view_args or {}) or ""


def refill(form: FlaskForm, values: Mapping[str, Any]) -> datetime | None:
    """Put the draft into ``form``, made with ``values``; returns when it was kept, None where there is none.

    What was emptied by hand stays empty. The version is today's and never the draft's.
    """
    found = draft_at(db.session, actor(), place())
    if found is None:
        return None
    texts, saved_at = found
    written = [each.name for each in form if each.type not in ("BooleanField", "CSRFTokenField", "HiddenField")]
    form.process(MultiDict(dict.fromkeys(written, "") | texts), data=values)
    return saved_at


def keep() -> datetime | None:
    """Keep what this refused request carried; returns the moment, None where nothing was typed."""
    values = typed()
    if not values:
        return None
    with database.write() as session:
        cases.save_draft(session, actor(), place(), values, clock.now())
    return clock.now()


def forget(session: Any) -> None:
    """The form was sent and its work is done."""
    cases.drop_draft(session, actor(), place())
