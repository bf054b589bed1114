"""Forms of the kiosk: what is touched, what a card reader types, and what a keypad on the screen types."""

from flask_wtf import FlaskForm

from portal.cases.forms.fields import AtMost, Between, Filled, Hidden, HiddenNumber, Line, Picked, choices
from portal.queue import priorities
from portal.queue.enquiry import LONGEST_CODE
from portal.queue.kiosk import MOST_AT_ONCE, Asked
from portal.web.routing import MOST

UNFINISHED = "请重新选择要办理的事项。"


class ChosenForm(FlaskForm):
    """First touch: the service. ``headcount`` comes along where the page is only drawn anew (大字, 高对比)."""

    service = HiddenNumber("服务", [Filled(UNFINISHED), Between(1, MOST)])
    headcount = Picked(
        "来了几个人",
        choices=choices([(str(count), f"{count} 人") for count in range(1, MOST_AT_ONCE + 1)]),
        default="1",
    )


class TakeForm(ChosenForm):
    """Second touch. The button pressed is the priority; ``once`` names this form, so that a double touch takes one number."""

    once = Hidden("表单", [Filled(UNFINISHED)])
    priority = Hidden("优先类别", default="ordinary")
    id_number = Line("身份证号")
    again = Hidden("仍要取新号")

    @property
    def asked(self) -> Asked:
        """The form as the rules take it."""
        return Asked(
            self.service.data,
            self.priority.data,
            int(self.headcount.data),
            self.once.data[:40],
            self.id_number.data,
            bool(self.again.data),
        )


class ArriveForm(FlaskForm):
    """预约签到: the code of the appointment."""

    code = Line("预约码", [Filled("请输入预约码。"), AtMost(LONGEST_CODE)])


def offered() -> list[tuple[str, str]]:
    """The priority classes that give a place further ahead, (code, label); who may use them is seen at the window."""
    return [(each.code, each.label) for each in priorities.PRIORITIES if each.offered and each.credit]
