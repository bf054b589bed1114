"""Forms of joint receptions: whom to call where and when, who was told or came, what came of it."""

from flask_wtf import FlaskForm
from wtforms import StringField

from portal.cases.forms.fields import AtMost, Filled, Line, Lines, Picked, Several
from portal.handoff.joint import operations
from portal.organisation.forms import TimeField


class SummonsForm(FlaskForm):
    """Units of the hall by tick boxes, others by name; where; until when; what for."""

    units = Several("本中心进驻单位", choices=[])
    other_one = Line("其他单位", [AtMost(operations.LONGEST_NAME)], description="输入名称，可从提示中选择")
    other_two = Line("其他单位（二）", [AtMost(operations.LONGEST_NAME)])
    other_three = Line("其他单位（三）", [AtMost(operations.LONGEST_NAME)])
    place = Picked("接访地点", [Filled("请选择在哪里接访。")], choices=[])
    due = TimeField("要求到场时间", [Filled("请填写要求到场的时间。")], description="今天，例如 10:30")
    purpose = Lines(
        "请各单位来做什么",
        [Filled("请写明请各单位来做什么。"), AtMost(operations.LONGEST_PURPOSE)],
        description="电话通知时照此说明；只说办事需要的内容",
    )

    @property
    def others(self) -> tuple[str, ...]:
        """The names typed."""
        fields: tuple[StringField, ...] = (self.other_one, self.other_two, self.other_three)
        return tuple(field.data for field in fields if field.data)


class WhoForm(FlaskForm):
    """Who answered the telephone, or who came."""

    who = Line("姓名、职务", [Filled("请填写姓名、职务。"), AtMost(operations.LONGEST_NAME)])


class OutcomeForm(FlaskForm):
    """What came of it."""

    outcome = Lines(
        "接访结果",
        [Filled("请写明接访结果。"), AtMost(operations.LONGEST_OUTCOME)],
        description="各单位怎样答复、谁承诺什么、什么时候办",
    )
