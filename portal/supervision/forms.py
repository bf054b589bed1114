"""The administrator's form of warning points."""

import re
import unicodedata

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError

from portal.access.forms import plain
from portal.cases.forms.fields import AtMost, Chips, Filled, Lines, choices
from portal.cases.operations.proposals import ANSWERS
from portal.supervision.pending import EVERY

MOST_DAYS, MOST_POINTS = 365, 6
APART = re.compile(r"[、,;，；\s]+")
WHOLE = re.compile(r"\d{1,3}", re.ASCII)


class DaysField(StringField):
    """Whole numbers apart by 、 or blanks, "7、3、1"; ``days`` after validation, none where it stays empty."""

    def __init__(self, label: str, **kwargs) -> None:
        super().__init__(label, [self._check], filters=[lambda text: plain(text or "")], **kwargs)
        self.days: list[int] = []

    def _check(self, form: FlaskForm, field: StringField) -> None:
        parts = [part for part in APART.split(unicodedata.normalize("NFKC", field.data or "")) if part]
        for part in parts:
            if not WHOLE.fullmatch(part) or int(part) > MOST_DAYS:
                raise ValidationError(f"请填 0 到 {MOST_DAYS} 之间的整数，用顿号隔开，例如 7、3、1。")
        self.days = sorted({int(part) for part in parts}, reverse=True)
        if len(self.days) > MOST_POINTS:
            raise ValidationError(f"一个期限最多提醒 {MOST_POINTS} 次。")


class PointsForm(FlaskForm):
    """Before which last days, and how many days before."""

    key = SelectField("期限")
    days = DaysField("提前几日提醒", description="自然日，用顿号隔开；0 是最后一日当天。留空：取消这项设定。")

    def __init__(self, limits: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(**kwargs)
        self.key.choices = [(EVERY, "全部期限（没有单独设定的）"), *limits]
        self.key.validate_choice = False

    def validate_key(self, field: SelectField) -> None:
        """One of the offered limits."""
        if field.data not in dict(self.key.choices):
            raise ValidationError("请从所列期限中选择。")


class AnswerForm(FlaskForm):
    """The answer to a proposal of 督办."""

    answer = Chips("是否采纳", [Filled("请选择是否采纳。")], choices=choices(ANSWERS))
    reason = Lines("理由", [AtMost(1000)], description="不采纳的，必须写明理由")
