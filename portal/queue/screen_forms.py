"""Forms of screens and of the citizen's own pages."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.access.forms import plain
from portal.cases.forms.fields import AtMost, Chips, Line, Picked, choices
from portal.cases.vocabulary import SCORES
from portal.queue.enquiry import LONGEST_CODE
from portal.queue.screens import KINDS, LONGEST_NAME


class EnquiryForm(FlaskForm):
    """The code on a slip, and the last four of the holder's identity number or telephone."""

    code = StringField(
        "查询码",
        [
            InputRequired("请输入小票或告知单上的查询码。"),
            Length(max=LONGEST_CODE, message="查询码没有这么长，请核对小票或告知单。"),
        ],
        description="小票或告知单上的查询码、预约码都可以。大小写、空格、全角都可以。",
    )
    tail = StringField(
        "证件号码或电话的后四位",
        [Optional(), Length(max=LONGEST_CODE, message="只要后四位。")],
        description="登记过的证件号码或电话，哪个都可以；末位是 X 的填 X。都没有登记过的，不用填。",
    )


class RatingForm(FlaskForm):
    """What the citizen says. ``key`` is what is rated: the slip's code, or the ticket in front of the window."""

    key = HiddenField()
    score = Chips("您对这件事项的办理", [InputRequired("请选择一项。")], choices=choices(SCORES))
    words = TextAreaField(
        "想说的话（可不填）", [Optional(), Length(max=500, message="不超过 500 字。")], filters=[plain]
    )


class CodeRatingForm(RatingForm):
    """A rating by slip code; ``tail`` as it was asked with."""

    tail = HiddenField()


def _id(value: object) -> int:
    """An id from a list, 0 for anything else."""
    return int(value) if str(value).isascii() and str(value).isdigit() else 0


class ScreenForm(FlaskForm):
    """What a paired device is for."""

    kind = Picked("用途", [InputRequired("请选择屏幕用途。")], choices=choices(KINDS))
    window_id = Picked("窗口", coerce=_id, default=0, description="窗口屏、评价屏须选")
    area = Picked("等候区", description="区域屏须选")
    layout_id = Picked("版式", coerce=_id, default=0, description="大厅屏、区域屏、窗口屏、日程屏可选")
    name = Line("名称", [AtMost(LONGEST_NAME)], description="不填则按用途和窗口、等候区命名")
