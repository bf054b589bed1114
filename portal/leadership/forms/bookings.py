"""Forms of bookings: putting a matter before a leader, another time, calling off, telling the visitor, checking in by code."""

from flask_wtf import FlaskForm

from portal.cases.forms.fields import AtMost, Between, Chips, Filled, Line, Lines, Picked, WholeNumber
from portal.cases.forms.fields import choices as listed
from portal.leadership import booking_words
from portal.leadership.operations.bookings import LONGEST_NAME, LONGEST_REASON, LONGEST_WAIVER
from portal.organisation.forms import TimeField
from portal.queue.forms import VersionForm
from portal.queue.operations.tickets import MOST_PEOPLE

PAPER = "手写登记表上的时间，例如 09:30"


class WaiverForm(FlaskForm):
    """The written decision that a conflict of interest of the leader does not count."""

    waiver = Lines("核实情况和理由", [AtMost(LONGEST_WAIVER)], description="例如：仅同名，已核对身份，不是同一人")
    waived_by = Line("由谁决定", [AtMost(LONGEST_NAME)], description="姓名、职务；不能是接访领导本人")


class BookForm(WaiverForm):
    """A matter for one reception. ``slot`` is left out by the template where the reception has none."""

    slot = Chips("时段", choices=[])
    source = Chips("怎样约的", [Filled("请选择怎样约的。")], choices=listed(booking_words.SOURCES.items()))
    why = Chips("为什么选这件", [Filled("请选择原因。")], choices=listed(booking_words.WHYS.items()), default="other")
    headcount = WholeNumber("来访人数", [Filled("请填写人数。"), Between(1, MOST_PEOPLE)], default=1)
    representatives = WholeNumber(
        "进接访室的代表",
        [Filled("请填写代表人数。"), Between(1, MOST_PEOPLE)],
        default=1,
        description="不超过 5 人（信访工作条例第二十条第三款）",
    )
    came = TimeField("到场", description=PAPER)
    began = TimeField("开始接谈", description=PAPER)
    ended = TimeField("结束", description=PAPER)


class MoveForm(WaiverForm, VersionForm):
    """改约: another reception or another time of the same one, in one list; the waiver where the other leader has a conflict."""

    place = Picked("改到", [Filled("请选择改到哪一场、几点。")], choices=[])
    reason = Line("改约原因", [Filled("请写明改约原因。"), AtMost(LONGEST_REASON)])


class CancelForm(VersionForm):
    """取消, and why."""

    reason = Line("取消原因", [Filled("请写明取消原因。"), AtMost(LONGEST_REASON)])


class ToldForm(FlaskForm):
    """How the visitor was told."""

    how = Chips("怎样告知", [Filled("请选择怎样告知的。")], choices=listed(booking_words.TOLD.items()))


class CodeForm(FlaskForm):
    """The code of the visitor's slip."""

    code = Line("约见码", [Filled("请输入约见码。"), AtMost(40)])


class NumberForm(FlaskForm):
    """A matter by its number."""

    number = Line("事项编号", [Filled("请输入事项编号。"), AtMost(30)])
