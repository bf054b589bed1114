"""Forms built from a platform's declared fields, so that a new field needs no new form."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field as FormField

from portal.cases import definition
from portal.cases.forms.fields import (
    AtMost,
    Between,
    Chips,
    DayField,
    Filled,
    HiddenNumber,
    Line,
    Lines,
    OnSide,
    Picked,
    Tick,
    Ticked,
    WholeNumber,
    choices,
)

FEW = 6  # so many options still fit side by side
# A control of one of the latter names hides that property of its <form> from htmx: the form could not be sent.
RESERVED = {"version", "seen", "action", "elements", "form", "id", "length", "method", "name", "submit", "target"}


class DeclaredForm(FlaskForm):
    """A form whose fields were declared; ``declared`` lists them in order."""

    declared: tuple[definition.Field, ...] = ()
    version = HiddenNumber("版本")


def step_form(fields: Iterable[definition.Field]) -> type[DeclaredForm]:
    """The form class for ``fields``; its hidden ``version`` is the proceeding's version the page was made from.

    Raises DeclarationError where a field's name is taken by the form itself.
    """
    declared = tuple(fields)
    for asked in declared:
        if asked.name in RESERVED or hasattr(FlaskForm, asked.name):
            raise definition.DeclarationError(f"a form cannot have a field named {asked.name}")
    members = {asked.name: form_field(asked) for asked in declared}
    return type("StepForm", (DeclaredForm,), {**members, "declared": declared})


def to_data(form: DeclaredForm, prefix: str = "") -> dict[str, Any]:
    """What was typed, JSON-able, as cases.operations.advance takes it; fields left empty are left out."""
    given = {asked.name: form[prefix + asked.name].data for asked in form.declared}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in given.items()
        if value not in (None, "", False)
    }


def form_field(asked: definition.Field, *, must: bool = True) -> FormField:
    """The control for one declared field. ``must`` False lets required fields wait (at registration)."""
    required = asked.required and must and not asked.unless  # which of two is filled only the operation knows
    match asked:
        case definition.Text():
            made = Lines if asked.long else Line
            rules = [Filled(f"请填写{asked.label}。"), AtMost(asked.most)] if required else [AtMost(asked.most)]
            return made(asked.label, rules, description=asked.help)
        case definition.Choice():
            rules = [Filled("请选择。")] if required else []
            if required and len(asked.options) <= FEW:
                return Chips(asked.label, rules, choices=choices(asked.options), description=asked.help)
            listed = choices(asked.options, "请选择")
            return Picked(asked.label, rules, choices=listed, description=asked.help)
        case definition.Number():
            rules = [Filled(f"请填写{asked.label}。")] if required else []
            return WholeNumber(asked.label, [*rules, Between(asked.minimum, asked.maximum)], description=asked.help)
        case definition.Day():
            rules = [Filled(f"请填写{asked.label}。")] if required else []
            return DayField(asked.label, [*rules, OnSide(asked.past, asked.future)], description=asked.help)
        case definition.Flag():
            return Tick(asked.label, [Ticked()] if asked.must and must else [], description=asked.help)
    raise definition.DeclarationError(f"no control for {asked!r}")
