"""The system administrator's forms: the centre, a service, a window."""

import re
import unicodedata

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Regexp

from portal.access.forms import PLATFORM_CHOICES, REQUIRED, ChoicesField, offered_platforms, plain
from portal.organisation.queries import LEVELS

WHOLE = re.compile(r"\d{1,4}", re.ASCII)
TELEPHONE = r"^[0-9 ,、;()()转/-]*$"


def _digits(value: object) -> str:
    return plain(unicodedata.normalize("NFKC", "" if value is None else str(value)))


def _short(most: int) -> Length:
    return Length(max=most, message=f"不超过 {most} 字。")


class WholeField(StringField):
    """A whole number typed as text, full-width digits included, so that a wrong typing stays in the field."""

    def __init__(self, label: str, least: int, most: int, **kwargs) -> None:
        super().__init__(label, [REQUIRED, self._check], filters=[_digits], **kwargs)
        self.least, self.most = least, most

    def _check(self, form: FlaskForm, field: StringField) -> None:
        if not WHOLE.fullmatch(field.data or "") or not self.least <= int(field.data) <= self.most:
            raise ValidationError(f"请填 {self.least} 到 {self.most} 之间的整数。")

    @property
    def number(self) -> int:
        """The number, after validation."""
        return int(self.data)


class CentreForm(FlaskForm):
    """What stands on slips, screens and notices, and from how many heads a visit counts as 集体访."""

    telephone = StringField(
        "咨询电话",
        [_short(30), Regexp(TELEPHONE, message="电话只含数字、空格、短横和括号。")],
        filters=[plain],
        description="印在告知单上；留空则不印。",
    )
    address = StringField("地址", [_short(120)], filters=[plain], description="印在告知单上；留空则不印。")
    notice = StringField("大厅屏提示语", [_short(200)], filters=[plain])
    group_threshold = WholeField("集体访人数起点", 2, 1000, description="达到这个人数按集体访登记。")


class ServiceForm(FlaskForm):
    """A service of the desk."""

    name = StringField("服务名称", [REQUIRED, _short(40)], filters=[plain])
    prefix = StringField(
        "号码字头",
        [REQUIRED, Regexp(r"^[A-Z]{1,2}$", message="一至两个大写字母。")],
        filters=[plain, str.upper],
        description="不便示人的服务应与其他服务共用字头，号码不透露来意。",
    )
    area = StringField("等候区", [REQUIRED, _short(30)], filters=[plain])
    position = WholeField("排列顺序", 0, 999)
    enabled = BooleanField("启用")


class WindowForm(FlaskForm):
    """A window or room."""

    name = StringField(
        "窗口名称", [REQUIRED, _short(20)], filters=[plain], description="屏幕和语音照此称呼，例如 3号窗口。"
    )
    sign = StringField(
        "门牌",
        [REQUIRED, _short(20)],
        filters=[plain],
        description="屏幕上显示；不便示人的房间用中性名称，例如 综合服务室。",
    )
    platform = RadioField("平台", validate_choice=False)
    level = RadioField(
        "层级", validate_choice=False, choices=[SelectChoice(*level) for level in LEVELS[:2]], default="city"
    )
    services = ChoicesField("办理的服务", coerce=str, description="只能选本平台的服务。")
    position = WholeField("排列顺序", 0, 999)
    enabled = BooleanField("启用")

    def __init__(self, services: list[tuple[int, str]], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.platform.choices = offered_platforms()
        self.services.choices = [SelectChoice(str(identity), name) for identity, name in services]

    def validate_platform(self, field: RadioField) -> None:
        """One of the ten."""
        if field.data not in dict(PLATFORM_CHOICES):
            raise ValidationError("请选择平台。")

    def validate_level(self, field: RadioField) -> None:
        """City or county."""
        if field.data not in dict(LEVELS[:2]):
            raise ValidationError("请选择层级。")

    @property
    def service_ids(self) -> list[int]:
        """The chosen services, after validation."""
        return [int(value) for value in self.services.data or []]
