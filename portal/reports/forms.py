"""Which days and which platform a report is of, and what an export is for."""

from datetime import date, timedelta
from typing import Any

from flask_wtf import FlaskForm

from portal import clock
from portal.cases import registry
from portal.cases.forms.fields import AtMost, DayField, Filled, Line, OnSide, Picked, choices
from portal.reports.queue import sealed_platforms

LONGEST = 366
ONE_DAY = timedelta(days=1)
EVERY = "全部平台"


class RangeForm(FlaskForm):
    """Read from the address, so that a report can be kept as a bookmark; it changes nothing and carries no token."""

    class Meta:
        csrf = False

    first = DayField("开始日期", [Filled("请填写开始日期。"), OnSide(past=True, future=False)], name="from")
    last = DayField(
        "结束日期",
        [Filled("请填写结束日期。"), OnSide(past=True, future=False)],
        name="to",
        description=f"最多 {LONGEST} 天，一年要等几秒",
    )
    platform = Picked("平台", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sealed = "、".join(registry.platform(code).short for code in sealed_platforms())
        every = f"{EVERY}（不含{sealed}）" if sealed else EVERY
        self.platform.choices = choices([(each.code, each.label) for each in registry.platforms()], empty=every)

    def validate(self, extra_validators: Any = None) -> bool:
        """The last day is not before the first, and a year is the most that is counted at once."""
        if not super().validate(extra_validators):
            return False
        if self.last.data < self.first.data:
            self.last.errors = ["结束日期不能早于开始日期。"]
            return False
        days = (self.last.data - self.first.data).days + 1
        if days > LONGEST:
            self.last.errors = [f"一次最多统计 {LONGEST} 天，现在是 {days} 天，请缩短范围。"]
            return False
        return True


class ExportForm(FlaskForm):
    """Why the figures are taken out."""

    reason = Line("用途", [Filled("请写明用途，例如：十一月排队情况周报。"), AtMost(100)])


def quick_ranges(today: date) -> list[tuple[str, date, date]]:
    """(label, first, last) of the ranges that are one press away; none reaches beyond today."""
    monday, month = today - ONE_DAY * today.weekday(), today.replace(day=1)
    sunday, ultimo = monday - ONE_DAY, month - ONE_DAY
    return [
        ("今天", today, today),
        ("昨天", today - ONE_DAY, today - ONE_DAY),
        ("本周", monday, today),
        ("上周", sunday - ONE_DAY * sunday.weekday(), sunday),
        ("本月", month, today),
        ("上月", ultimo.replace(day=1), ultimo),
    ]


def usual(today: date | None = None) -> tuple[date, date]:
    """What is shown where nothing was asked: this week."""
    _label, first, last = quick_ranges(today or clock.today())[2]
    return first, last
