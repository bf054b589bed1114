"""Forms of what walls show: layouts and notices."""

from datetime import datetime

from flask_wtf import FlaskForm

from portal import clock
from portal.cases.forms.fields import (
    AtMost,
    Between,
    Chips,
    DayField,
    Filled,
    Line,
    Lines,
    Tick,
    WholeNumber,
    choices,
)
from portal.organisation.forms import TimeField
from portal.queue import layouts, notices

LONGEST_NAME = 40
LAST_MINUTE = 23 * 60 + 59


class LayoutForm(FlaskForm):
    """A layout. Each block has a number that says where it stands; empty, and it is not shown."""

    name = Line("名称", [Filled("请填写版式名称。"), AtMost(LONGEST_NAME)], description="例如“东墙大厅屏”")
    kind = Chips("用于", [Filled("请选择用于哪种屏幕。")], choices=choices(layouts.KINDS.items()))
    call = WholeNumber(layouts.BLOCKS["call"], [Between(1, 9)])
    recent = WholeNumber(layouts.BLOCKS["recent"], [Between(1, 9)])
    windows = WholeNumber(layouts.BLOCKS["windows"], [Between(1, 9)])
    waiting = WholeNumber(layouts.BLOCKS["waiting"], [Between(1, 9)])
    notices = WholeNumber(layouts.BLOCKS["notices"], [Between(1, 9)])
    schedule = WholeNumber(layouts.BLOCKS["schedule"], [Between(1, 9)])
    ticker = Tick("下方滚动公告")
    speaks = Tick("语音播报叫号", description="只有连着音箱的屏幕勾选；同一处只需一块屏幕播报。")

    @property
    def blocks(self) -> list[str]:
        """The chosen blocks in their order; of two with one number the one that stands first here comes first."""
        chosen = [name for name in layouts.BLOCKS if self[name].data is not None]
        return sorted(chosen, key=lambda name: self[name].data)


class NoticeForm(FlaskForm):
    """A notice: from now unless a day says otherwise, until withdrawn unless a day says otherwise."""

    text = Lines(
        "内容",
        [Filled("请填写公告内容。"), AtMost(notices.LONGEST)],
        description="最多 200 字，不写姓名、证件号码和事项。",
    )
    day = DayField("开始日期", description="不填从现在起")
    minute = TimeField("开始时间", description="例如 09:00")
    until = DayField("结束日期", description="不填则一直显示到撤下")
    until_minute = TimeField("结束时间", description="不填到当天结束")

    def validate(self, extra_validators: dict | None = None) -> bool:
        """A time needs its day."""
        fine = super().validate(extra_validators)
        for day, minute in ((self.day, self.minute), (self.until, self.until_minute)):
            if minute.minute is not None and day.data is None and not day.errors:
                day.errors = ["填了时间，也请填日期。"]
                fine = False
        return fine

    @property
    def line(self) -> str:
        """The text as one line, as it runs."""
        return " ".join(self.text.data.split())

    def starts(self, now: datetime) -> datetime:
        """When it begins."""
        return clock.at_hall(self.day.data, *divmod(self.minute.minute or 0, 60)) if self.day.data else now

    def ends(self) -> datetime | None:
        """When it is over: a day without a time counts in full."""
        if self.until.data is None:
            return None
        last = LAST_MINUTE if self.until_minute.minute is None else self.until_minute.minute
        return clock.at_hall(self.until.data, *divmod(last, 60))
