"""Form fields that speak Chinese, accept what an input method types, and give back exactly what was typed."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms import Field as FormField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal import clock
from portal.people import identity

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
EARLIEST, LATEST = 1900, 2100  # a slip of the finger, and beyond what a calendar can count from
WHOLE_CITY = "（全市）"
NO_DATE = "请按 2026-12-08 的样子填写日期。"


def plain(text: str) -> str:
    """``text`` without surrounding blanks and without characters that no database keeps; one kind of line end."""
    return UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class Filled:
    """Refuse an empty value, with ``message``."""

    field_flags = {"required": True}

    def __init__(self, message: str = "请填写。") -> None:
        self.message = message

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        if field.process_errors:
            raise StopValidation()
        if field.data is None or field.data == "" or field.data == []:
            raise StopValidation(self.message)


class Ticked:
    """Refuse a box that is not ticked."""

    field_flags = {"required": True}

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        if not field.data:
            raise StopValidation("请确认后勾选此项。")


class AtMost:
    """Refuse a text of more than ``most`` characters; it stays in the field."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(f"最多{self.most}字，现在 {length} 字，请删减。")


class Between:
    """Refuse a number outside ``low``…``high``."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        if field.data is not None and not self.low <= field.data <= self.high:
            raise ValidationError(f"请填 {self.low} 到 {self.high} 之间的整数。")


class OnSide:
    """Refuse a day before today (``past`` False) or after today (``future`` False), the hall's day."""

    def __init__(self, past: bool, future: bool) -> None:
        self.past, self.future = past, future

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        if field.data is None:
            return
        if not self.past and field.data < clock.today():
            raise ValidationError("不能早于今天。")
        if not self.future and field.data > clock.today():
            raise ValidationError("不能晚于今天。")


class Checked:
    """Apply one of people.identity's checks to a value that may stay empty."""

    def __init__(self, complaint: Callable[[str], str | None]) -> None:
        self.complaint = complaint

    def __call__(self, form: FlaskForm, field: FormField) -> None:
        if field.data and (found := self.complaint(field.data)):
            raise ValidationError(found)


class _Typed:
    """Mixed into text fields: the cleaned text, "" where nothing came."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = plain(valuelist[0]) if valuelist else (self.data or "")


class Line(_Typed, StringField):
    """One line; line breaks pasted into it become blanks."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        super().process_formdata(valuelist)
        self.data = " ".join(self.data.splitlines())


class Lines(_Typed, TextAreaField):
    """Several lines."""


class WholeNumber(StringField):
    """A whole number; full-width digits and separators of thousands are understood."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError where it is no whole number."""
        if not valuelist:
            return
        narrow = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", plain(valuelist[0])))
        if narrow and not NUMBER.fullmatch(narrow):
            self.data = None
            raise ValueError("请填写整数，例如 8。")
        self.data = int(narrow) if narrow else None

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else str(self.data)


class DayField(StringField):
    """A calendar day, in the spellings people use: 2026-12-08, 2026/12/8, 2026年12月8日, full-width digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the templates' name for a text box of a day: a browser's own date box throws away what it cannot read
        self.type = "DateField"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError where it is no day."""
        if not valuelist:
            return
        narrow = re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(valuelist[0])))
        narrow = narrow.translate(identity.DASHES)
        self.data = None
        if not narrow:
            return
        parts = DATE.fullmatch(narrow)
        if parts is None:
            raise ValueError(NO_DATE)
        try:
            day = date(*(int(part) for part in parts.groups() if part))
        except ValueError:
            raise ValueError(f"日期不存在（{plain(valuelist[0])[:20]}）。") from None
        if not EARLIEST <= day.year <= LATEST:
            raise ValueError(f"请核对年份（{day.year}）。")
        self.data = day

    def _value(self) -> str:
        if self.data is not None:
            return self.data.isoformat()
        return self.raw_data[0] if self.raw_data else ""


class _Listed:
    """Mixed into choices: empty is for Filled to judge, anything else must stand in the list."""

    shown_as = "SelectField"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = self.shown_as  # templates choose their markup by WTForms' own names

    def pre_validate(self, form: FlaskForm) -> None:
        if self.data in (None, "", []):
            return
        allowed = {str(choice.value) for choice in self.choices}
        given = self.data if isinstance(self.data, list) else [self.data]
        if any(str(value) not in allowed for value in given):
            raise StopValidation("请从所列各项中选择。")


class Picked(_Listed, SelectField):
    """One of a list, in a drop-down."""


class Place(Line):
    """A place typed by its name, with suggestions. ``choices`` are (code, name) pairs, set by whoever makes the form.

    ``data`` is the code once the form was validated; before, what was typed. A code is understood too.
    """

    choices: list[SelectChoice] = []
    unwanted = re.compile("监狱|戒毒所|铝厂")

    @property
    def suggestions(self) -> list[str]:
        """The names to choose from: no institutions, which have a code of their own and hardly ever a matter."""
        return [choice.label for choice in self.choices if choice.value and not self.unwanted.search(choice.label)]

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the code. A township's own name is enough where only one county has it."""
        if not self.data or any(choice.value == self.data for choice in self.choices):
            return
        typed = _place_key(self.data)
        named = [choice.value for choice in self.choices if choice.value and _place_key(choice.label) == typed]
        short = [choice.value for choice in self.choices if _place_key(choice.label.rpartition("·")[2]) == typed]
        if not named and len(short) != 1:
            raise StopValidation("没有找到这个地名，请从所列各项中选择，或先不填。")
        self.data = (named or short)[0]

    def _value(self) -> str:
        return next((c.label for c in self.choices if c.value and c.value == self.data), self.data or "")


def _place_key(name: str) -> str:
    return re.sub(r"[\s·・.,、]", "", name.replace(WHOLE_CITY, ""))


class Chips(_Listed, RadioField):
    """One of a few, side by side."""

    shown_as = "RadioField"


class Several(_Listed, SelectMultipleField):
    """Any number of a few, side by side."""

    shown_as = "SelectMultipleField"

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Tick(BooleanField):
    """A box."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "BooleanField"


class Hidden(_Typed, HiddenField):
    """A value that travels with the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "HiddenField"


class HiddenNumber(WholeNumber):
    """A version that travels with the form: what the page knew when it was made."""

    widget = HiddenField.widget

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "HiddenField"


def choices(pairs: Iterable[tuple[str, str]], empty: str | None = None) -> list[SelectChoice]:
    """WTForms choices of (code, label) pairs, with an ``empty`` one in front where given."""
    listed = [SelectChoice(value=code, label=label) for code, label in pairs]
    return listed if empty is None else [SelectChoice(value="", label=empty), *listed]


def scoped(form: FlaskForm, scope: str) -> FlaskForm:
    """Give the form's controls ids of their own (names stay), so that several forms can stand on one page."""
    for field in form:
        field.id = f"{scope}-{field.id}"
        field.label.field_id = field.id
    return form
