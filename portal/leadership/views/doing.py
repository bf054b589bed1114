"""What the forms of leadership share: check, do it once, put what is refused beside its field."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal import database
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.views.acting import spread


def tried(form: FlaskForm, work: Callable[[Session], Any], beside: Callable[[str], str] = str) -> tuple[Any, int]:
    """(what ``work`` returned, 0), or (None, the status with which the form is shown again).

    ``beside`` gives the name of the field for the name that the operation used.
    """
    if not form.validate():
        return None, 422
    try:
        return database.attempt(work), 0
    except StaleVersion as stale:
        form.version.raw_data, form.version.data = None, stale.version
        form.form_errors.extend(stale.changed)
    except FieldProblems as problem:
        spread(form, {beside(name): said for name, said in problem.problems.items()})
        return None, 422
    except Refused as problem:
        form.form_errors.append(str(problem))
    return None, 409
