"""A unit typed by its name, with suggestions."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.validators import StopValidation

from portal.cases.forms.fields import Line
from portal.organisation.models import Unit
from portal.people.identity import normalise_name

LIST = "unit-names"  # the id of the datalist on the page
UNKNOWN = "没有找到这个单位，请从提示的名称中选择。"


class UnitName(Line):
    """The name or the short name of an organ; ``unit_id`` after validation. ``known`` is set by whoever makes the form."""

    known: Mapping[str, int] = {}
    unit_id: int | None = None

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the organ. Raises StopValidation for a name that the table does not know."""
        self.unit_id = None
        if self.data:
            self.unit_id = self.known.get(normalise_name(self.data))
            if self.unit_id is None:
                raise StopValidation(UNKNOWN)


def teach(form: FlaskForm, session: Session) -> list[str]:
    """Tell the form's UnitName fields the organs; returns the short names for the datalist. One query."""
    rows = session.execute(select(Unit.id, Unit.name, Unit.short_name).order_by(Unit.id)).all()
    known = {normalise_name(name): row.id for row in reversed(rows) for name in (row.name, row.short_name)}
    for field in form:
        if isinstance(field, UnitName):
            field.known = known
    return list(dict.fromkeys(row.short_name for row in rows))
