"""Forms of the paper numbers: printing a range, and entering a slip afterwards."""

import unicodedata

from flask_wtf import FlaskForm

from portal.cases.forms.fields import (
    AtMost,
    Between,
    Checked,
    Chips,
    DayField,
    Filled,
    Line,
    Picked,
    WholeNumber,
)
from portal.cases.forms.fields import choices as listed
from portal.cases.operations.given import PersonGiven
from portal.organisation.forms import TimeField
from portal.people import identity
from portal.queue import priorities
from portal.queue.operations.paper import MOST_SHEET, PaperSlip
from portal.queue.operations.serving import MOST_WORDS, REASONS
from portal.queue.operations.tickets import MOST_PEOPLE

OUTCOMES = (("done", "接待完毕"), ("left", "没等到就离开"))


class SheetForm(FlaskForm):
    """Which service, and how many numbers."""

    service = Picked("服务", [Filled("请选择服务。")], choices=[])
    count = WholeNumber("几个号", [Filled("请填写几个号。"), Between(1, MOST_SHEET)], default=30)


class EntryForm(FlaskForm):
    """A paper slip, as it was filled in by hand."""

    number = Line("纸号", [Filled("请填写号单上的号。"), AtMost(10)], description="例如 AP001")
    day = DayField("日期", [Filled("请填写日期。")])
    taken = TimeField("到达", [Filled("请填写到达时间。")], description="例如 9:05 或 0905")
    called = TimeField("叫号")
    started = TimeField("开始")
    ended = TimeField("结束", [Filled("请填写结束或离开的时间。")])
    outcome = Chips("结果", [Filled("请选择结果。")], choices=listed(OUTCOMES), default="done")
    window = Picked("窗口", choices=[])
    account = Picked("经办人", choices=[])
    headcount = WholeNumber("人数", [Filled("请填写人数。"), Between(1, MOST_PEOPLE)], default=1)
    priority = Chips("优先类别", [Filled("请选择优先类别。")], default="ordinary")
    reason = Chips("办理情况", choices=listed(tuple(REASONS.items())))
    words = Line("答复内容或原因", [AtMost(MOST_WORDS)])
    name = Line("姓名", [AtMost(60)], description="可不填")
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)], description="可不填")
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)], description="可不填")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.priority.choices = listed([(each.code, each.label) for each in priorities.PRIORITIES if each.offered])

    @property
    def slip(self) -> PaperSlip:
        """The slip in the program's spelling, after validation."""
        given = PersonGiven(
            name=identity.normalise_name(self.name.data or ""),
            id_number=identity.normalise_id(self.id_number.data or ""),
            phone=identity.normalise_phone(self.phone.data or ""),
        )
        return PaperSlip(
            number=unicodedata.normalize("NFKC", self.number.data).replace(" ", "").upper(),
            day=self.day.data,
            taken=self.taken.minute,
            called=self.called.minute,
            started=self.started.minute,
            ended=self.ended.minute,
            window_id=int(self.window.data) if self.window.data else None,
            account_id=int(self.account.data) if self.account.data else None,
            priority=self.priority.data,
            headcount=self.headcount.data,
            outcome=self.outcome.data,
            reason=self.reason.data or "",
            words=self.words.data,
            person=given if given.name or given.id_number or given.phone else None,
        )
