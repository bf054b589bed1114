"""Forms of screens and of the citizen's own pages."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.access.forms import plain
from portal.cases.forms.fields import Chips, choices
from portal.cases.vocabulary import SCORES
from portal.queue.enquiry import LONGEST_CODE
from portal.queue.screens import KINDS


class EnquiryForm(FlaskForm):
    """The code on a slip."""

    code = StringField(
        "查询码",
        [
            InputRequired("请输入小票或告知单上的查询码。"),
            Length(max=LONGEST_CODE, message="查询码没有这么长，请核对小票或告知单。"),
        ],
        description="小票或告知单上的查询码都可以。大小写、空格、全角都可以。",
    )


class RatingForm(FlaskForm):
    """What the citizen says. ``key`` is what is rated: the slip's code, or the ticket in front of the window."""

    key = HiddenField()
    score = Chips("您对这件事项的办理", [InputRequired("请选择一项。")], choices=choices(SCORES))
    words = TextAreaField(
        "想说的话（可不填）", [Optional(), Length(max=500, message="不超过 500 字。")], filters=[plain]
    )


class ScreenForm(FlaskForm):
    """What a paired device is for."""

    kind = SelectField("用途", [InputRequired("请选择屏幕用途。")], choices=choices(KINDS))
    window_id = SelectField("窗口", [Optional()], coerce=int, default=0)
    name = StringField(
        "名称", [Length(max=40, message="不超过 40 字。")], filters=[plain], description="不填则按用途和窗口命名"
    )
