"""Forms of the queue: the greeter's desk and the small ones of the window console."""

import secrets

from flask_wtf import FlaskForm

from portal.cases.forms.fields import (
    AtMost,
    Between,
    Checked,
    Chips,
    Filled,
    Hidden,
    Line,
    Lines,
    Picked,
    Several,
    Tick,
    WholeNumber,
)
from portal.cases.forms.fields import choices as listed
from portal.cases.operations.given import PersonGiven
from portal.people import identity
from portal.queue import priorities
from portal.queue.operations.handovers import MOST_WORDS as MOST_OF_NOTE
from portal.queue.operations.serving import MOST_WORDS, REASONS
from portal.queue.operations.tickets import MOST_PEOPLE
from portal.queue.operations.transfers import MOST_WORDS as MOST_OF_REASON
from portal.web.routing import MOST

HOLD_REASONS = ("取证件、材料", "等候同行人", "等候单位回电", "暂时离开")
MOST_NONCE = 40
PAUSE_REASONS = ("短暂离开", "就餐", "会商", "系统或设备故障")


class DeskForm(FlaskForm):
    """What the greeter asks. Only the service is a must; a person need not be named to be received."""

    service = Chips("来办什么", [Filled("请选择来办什么。")], choices=[])
    priority = Chips("优先类别", [Filled("请选择优先类别。")], default="ordinary")
    headcount = WholeNumber("人数", [Filled("请填写人数。"), Between(1, MOST_PEOPLE)], default=1)
    name = Line("姓名", [AtMost(60)], description="可不填")
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)], description="可不填；全角、空格、短横都可以")
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)], description="可不填")
    again = Tick("确认再取号")
    beyond = Tick("确认加号")
    quick = Tick("快办", description="交材料、取结果、问一句；快办窗口先叫")
    errands = Several("还要办", choices=[])
    once = Hidden("本次取号", [AtMost(MOST_NONCE)])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.priority.choices = listed([(each.code, each.label) for each in priorities.PRIORITIES if each.offered])
        if not self.once.data:
            self.once.data = secrets.token_urlsafe(18)

    @property
    def person(self) -> PersonGiven | None:
        """The visitor in one spelling, or None where nothing was given."""
        given = PersonGiven(
            name=identity.normalise_name(self.name.data or ""),
            id_number=identity.normalise_id(self.id_number.data or ""),
            phone=identity.normalise_phone(self.phone.data or ""),
        )
        return given if given.name or given.id_number or given.phone else None


class KnownForm(FlaskForm):
    """The two values by which a person is found again; anything that is not complete yet finds nobody."""

    id_number = Line("证件号码")
    phone = Line("电话")


class VersionForm(FlaskForm):
    """Every action on a ticket carries the version its page was made from."""

    version = WholeNumber("版本", [Filled("页面不完整，请刷新后重试。"), Between(0, MOST)])


class MissForm(VersionForm):
    """过号; ``sure``: pressed again after the page had asked."""

    sure = Hidden("确认")


class ReasonForm(VersionForm):
    """挂起 and why."""

    reason = Line("挂起原因", [Filled("请填写挂起原因。"), AtMost(60)])


class PauseForm(FlaskForm):
    """暂停 or 后台, and why."""

    reason = Line("暂停原因", [Filled("请填写暂停原因。"), AtMost(60)])
    backoffice = Tick("后台工作")


class FinishForm(VersionForm):
    """接待完毕; the reason is asked where nothing was recorded, ``drop`` where further services are open."""

    reason = Chips("结束原因", choices=listed(tuple(REASONS.items())))
    words = Line("答复内容或原因", [AtMost(MOST_WORDS)])
    then = Hidden("随后")
    drop = Hidden("其余不办")


class FollowUpForm(VersionForm):
    """续访: on which open case, and what was said."""

    case = Chips("续访哪一件", [Filled("请选择记入哪一件。")])
    words = Lines("本次来访所述", [Filled("请填写本次来访所述。"), AtMost(5000)])


class QueueAgainForm(VersionForm):
    """回到排队; ``keep``: for the clerk who held it."""

    keep = Tick("仍由我办")


class ErrandForm(VersionForm):
    """A further service of the visit."""

    service = Picked("还要办", [Filled("请选择还要办什么。")], choices=[])


class TransferForm(VersionForm):
    """转窗口: ``target`` is service:3, window:2 or account:5."""

    target = Chips("转到", [Filled("请选择转到哪里。")], choices=[])
    reason = Line("原因", [AtMost(MOST_OF_REASON)], description="可不填")


class HandoverForm(FlaskForm):
    """交接班: to whom, and what is pending."""

    to = Picked("交给", [Filled("请选择交给谁。")], choices=[])
    note = Lines("还有什么没办完", [Filled("请写明有什么没办完；没有的，写“无”。"), AtMost(MOST_OF_NOTE)])


class WindowForm(FlaskForm):
    """Which window to open."""

    window = Picked("窗口", [Filled("请选择窗口。")], choices=[])
