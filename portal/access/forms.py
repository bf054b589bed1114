"""Forms of signing in and of accounts."""

import re

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access.permissions import Role

REQUIRED = DataRequired("请填写。")  # looks at what is left after the filters, so blanks are not an answer
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
PLATFORM_CHOICES: list[tuple[str, str]] = []  # filled by create_app from the platforms' declarations


def offered_platforms() -> list[SelectChoice]:
    """The ten platforms for a field."""
    return [SelectChoice(code, label) for code, label in PLATFORM_CHOICES]


def plain(text: str | None) -> str:
    """``text`` without surrounding blanks and without characters that no database keeps."""
    return UNREADABLE.sub("", text or "").strip()


class ChoicesField(SelectMultipleField):
    """Several of the offered, as boxes to tick; a value that was not offered is refused in Chinese."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what was not offered."""
        offered = {choice.value for choice in self.choices or ()}
        if any(value not in offered for value in self.data or ()):
            raise ValidationError("所选项目不在列表中，请重新选择。")


class SignInForm(FlaskForm):
    """Name and password."""

    login_name = StringField("登录名", [REQUIRED, Length(max=40, message="登录名过长。")], filters=[plain])
    password = PasswordField("口令", [REQUIRED, Length(max=200, message="口令过长。")])


class PasswordForm(FlaskForm):
    """A change of password."""

    current = PasswordField("原口令", [REQUIRED])
    new = PasswordField("新口令", [REQUIRED, Length(max=200, message="口令过长。")])
    again = PasswordField("再输一次", [REQUIRED, EqualTo("new", message="两次输入不一致。")])


class RolesForm(FlaskForm):
    """What an account may do and for which platforms."""

    roles = ChoicesField("角色", [DataRequired("至少选择一个角色。")])
    platforms = ChoicesField("所属平台", [Optional()])
    enabled = BooleanField("启用")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.roles.choices = [SelectChoice(role.value, role.label) for role in Role]
        self.platforms.choices = offered_platforms()


class EditForm(RolesForm):
    """An account that exists; a new first password only where one is typed."""

    password = PasswordField(
        "重置口令", [Length(max=200, message="口令过长。")], description="忘记口令时填写新的初始口令；不填则不变。"
    )


class AccountForm(RolesForm):
    """A new account."""

    login_name = StringField(
        "登录名",
        [
            REQUIRED,
            Regexp(r"^[a-z][a-z0-9._-]{1,39}$", message="用小写字母开头，只含小写字母、数字和 . _ -,2 至 40 个字符。"),
        ],
        filters=[plain],
    )
    name = StringField("姓名", [REQUIRED, Length(max=40, message="不超过 40 字。")], filters=[plain])
    title = StringField("职务", [Length(max=60, message="不超过 60 字。")], filters=[plain])
    password = PasswordField("初始口令", [REQUIRED, Length(max=200, message="口令过长。")])
