"""The system administrator's forms: the centre, a service, a window."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Regexp

from portal.access.forms import PLATFORM_CHOICES, REQUIRED, ChoicesField, offered_platforms, plain
from portal.organisation import spans
from portal.organisation.operations import PAPER_LETTER
from portal.organisation.queries import KINDS, LEVELS

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
EARLIEST, LATEST = 2000, 2100
WHOLE = re.compile(r"\d{1,4}", re.ASCII)
MOST_PLACES = 9
TELEPHONE = r"^[0-9 ,、;()()转/-]*$"


def _digits(value: object) -> str:
    return plain(unicodedata.normalize("NFKC", "" if value is None else str(value)))


def _text(value: str | None) -> str:
    return plain(value or "")


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


class OptionalWholeField(WholeField):
    """As WholeField, but it may stay empty: then the centre has not set it."""

    def __init__(self, label: str, least: int, most: int, **kwargs) -> None:
        super().__init__(label, least, most, **kwargs)
        self.validators = [self._check]
        self.flags.required = False

    def _check(self, form: FlaskForm, field: StringField) -> None:
        if field.data:
            super()._check(form, field)

    @property
    def number(self) -> int | None:
        """The number, after validation; None where nothing is set."""
        return int(self.data) if self.data else None


class TimeField(StringField):
    """A time of the day in the spellings people use, which may stay empty; ``minute`` is the minute of the day after validation.

    Where it ends a span, 24:00 is one too.
    """

    def __init__(self, label: str, validators: Sequence = (), *, ends_span: bool = False, **kwargs) -> None:
        super().__init__(label, [*validators, self._check], filters=[_text], **kwargs)
        self.minute: int | None = None
        self._latest = spans.MIDNIGHT if ends_span else spans.MIDNIGHT - 1

    def _check(self, form: FlaskForm, field: StringField) -> None:
        try:
            self.minute = spans.minute(field.data, self._latest) if field.data else None
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


class SpansField(StringField):
    """Spans of a day; ``spans`` after validation, none where it stays empty."""

    def __init__(self, label: str, **kwargs) -> None:
        super().__init__(label, [self._check], filters=[_text], **kwargs)
        self.spans: list[spans.Span] = []

    def _check(self, form: FlaskForm, field: StringField) -> None:
        try:
            self.spans = spans.read(field.data or "")
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


class DayField(StringField):
    """A calendar day; ``day`` after validation."""

    def __init__(self, label: str, **kwargs) -> None:
        super().__init__(label, [REQUIRED, self._check], filters=[_digits], **kwargs)
        self.day: date | None = None

    def _check(self, form: FlaskForm, field: StringField) -> None:
        found = DAY.fullmatch(field.data or "")
        try:
            self.day = date(*map(int, found.groups())) if found else None
        except ValueError:
            self.day = None
        if self.day is None or not EARLIEST <= self.day.year <= LATEST:
            raise ValidationError("请按 2026-12-08 的样子填写日期。")


class CentreForm(FlaskForm):
    """What stands on slips, screens and notices, and from how many heads a visit counts as 集体访."""

    telephone = StringField(
        "咨询电话",
        [_short(30), Regexp(TELEPHONE, message="电话只含数字、空格、短横和括号。")],
        filters=[plain],
        description="印在告知单上；留空则不印。",
    )
    address = StringField("地址", [_short(120)], filters=[plain], description="印在告知单上；留空则不印。")
    notice = StringField("大厅屏提示语", [_short(200)], filters=[plain], id="hall-notice")  # every page has a #notice
    group_threshold = WholeField("集体访人数起点", 2, 1000, description="达到这个人数按集体访登记。")
    closed_message = StringField(
        "停止取号时的告示",
        [_short(200)],
        filters=[plain],
        description="群众在取号机上看到的话；留空则写明今天的取号时间。",
    )
    voice_volume = WholeField("播报音量（%）", 0, 100, description="0 为不出声，提示音照常。")
    quiet_from = TimeField("静音开始", description="静音时段只有提示音；两个时间同填或同空，可以跨过零点。")
    quiet_until = TimeField("静音结束", ends_span=True)

    def validate_quiet_until(self, field: TimeField) -> None:
        """Both times or none."""
        if bool(field.data) != bool(self.quiet_from.data):
            raise ValidationError("静音的开始和结束要同填或同空。")
        if field.minute is not None and field.minute == self.quiet_from.minute:
            raise ValidationError("静音的开始和结束不能相同。")


class ServiceForm(FlaskForm):
    """A service of the desk. What stays empty is not set: it limits nothing."""

    name = StringField("服务名称", [REQUIRED, _short(40)], filters=[plain])
    prefix = StringField(
        "号码字头",
        [REQUIRED, Regexp(r"^[A-Z]{1,2}$", message="一至两个大写字母。")],
        filters=[plain, str.upper],
        description=f"不便示人的服务应与其他服务共用字头，号码不透露来意。{PAPER_LETTER} 留给断网时的纸号，不放在第二位。",
    )
    area = StringField("等候区", [REQUIRED, _short(30)], filters=[plain])
    position = WholeField("排列顺序", 0, 999)
    target_minutes = OptionalWholeField("目标等候（分钟）", 1, 480, description="统计中看有多少人在这个时间内被叫到。")
    quota = OptionalWholeField("每日限号", 1, 9999, description="含取号机和导引台；导引台可以确认加号。")
    closed_message = StringField(
        "停止取号时的告示", [_short(200)], filters=[plain], description="留空则用中心的告示或写明取号时间。"
    )
    slot_minutes = OptionalWholeField("预约时段（分钟）", 5, 480, description="与每段预约数同填，才可以预约。")
    slot_capacity = OptionalWholeField("每段预约数", 1, 200)
    early_minutes = OptionalWholeField("可提前签到（分钟）", 0, 480, description="留空则当天都可以签到。")
    late_minutes = OptionalWholeField("可迟到签到（分钟）", 0, 480, description="留空则到该时段结束为止。")
    at_kiosk = BooleanField("取号机可取")
    enabled = BooleanField("启用")

    def validate_slot_capacity(self, field: OptionalWholeField) -> None:
        """Both or none."""
        if bool(field.data) != bool(self.slot_minutes.data):
            raise ValidationError("预约时段和每段预约数要同填或同空。")

    @property
    def values(self) -> dict[str, object]:
        """What the form sets, after validation."""
        plain_ones = ("name", "prefix", "area", "closed_message", "at_kiosk", "enabled")
        numbers = (
            "target_minutes",
            "quota",
            "slot_minutes",
            "slot_capacity",
            "early_minutes",
            "late_minutes",
            "position",
        )
        return {name: self[name].data for name in plain_ones} | {name: self[name].number for name in numbers}


class NewServiceForm(ServiceForm):
    """A further service, of one of the ten platforms."""

    platform = RadioField("平台", validate_choice=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.platform.choices = offered_platforms()

    def validate_platform(self, field: RadioField) -> None:
        """One of the ten."""
        if field.data not in dict(PLATFORM_CHOICES):
            raise ValidationError("请选择平台。")


class WindowForm(FlaskForm):
    """A window or room. ``for_hall`` adds a field for each service's place in the window's order of preference."""

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
    kind = RadioField("种类", validate_choice=False, choices=[SelectChoice(*kind) for kind in KINDS], default="window")
    services = ChoicesField("办理的服务", coerce=str, description="只能选本平台的服务。")
    quick = BooleanField("快办窗口")
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

    def validate_kind(self, field: RadioField) -> None:
        """A window or a room."""
        field.data = field.data or "window"
        if field.data not in dict(KINDS):
            raise ValidationError("请选择种类。")

    @classmethod
    def for_hall(cls, services: list[tuple[int, str]], data: dict[str, object]) -> "WindowForm":
        """The form for a hall with these services (id, name)."""
        places = {
            f"place-{identity}": OptionalWholeField(f"{name} 的先后", 1, MOST_PLACES) for identity, name in services
        }
        return type("HallWindowForm", (cls,), places)(services, data=data)

    @property
    def preferences(self) -> dict[int, int]:
        """The chosen services and how far down in the order of preference each is (0 the first), after validation."""
        return {int(chosen): (self[f"place-{chosen}"].number or 1) - 1 for chosen in self.services.data or ()}


class HoursForm(FlaskForm):
    """When numbers are given on working days and on days of rest."""

    work = SpansField("工作日取号时间", description="含调休上班的周末；例如 08:30-12:00、14:30-18:00。")
    rest = SpansField("休息日取号时间", description="周末和法定节假日；留空则休息日不取号。")


class ClosureForm(FlaskForm):
    """A day without numbers."""

    day = DayField("日期", description="例如 2026-12-08。")
    service = SelectField("范围", validate_choice=False)
    message = StringField("给群众看的话", [REQUIRED, _short(200)], filters=[plain])

    def __init__(self, services: list[tuple[int, str]], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.service.choices = [SelectChoice("", "整个中心"), *(SelectChoice(str(one), name) for one, name in services)]

    def validate_service(self, field: SelectField) -> None:
        """The centre or one of its services."""
        if (field.data or "") not in {choice.value for choice in self.service.choices}:
            raise ValidationError("请从所列各项中选择。")

    @property
    def service_id(self) -> int | None:
        """The service, None for the whole centre."""
        return int(self.service.data) if self.service.data else None


class CopyForm(FlaskForm):
    """Which day to plan after."""

    source = DayField("照哪一天排")


class DutyForm(FlaskForm):
    """Who is meant to sit where, from when until when."""

    window = SelectField("窗口", validate_choice=False)
    account = SelectField("人员", validate_choice=False)
    starts = TimeField("从")
    ends = TimeField("到", ends_span=True)
    note = StringField("备注", [_short(60)], filters=[plain])

    def __init__(self, windows: list[tuple[int, str]], people: list[tuple[int, str]], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.window.choices = [SelectChoice("", "请选择"), *(SelectChoice(str(one), name) for one, name in windows)]
        self.account.choices = [SelectChoice("", "请选择"), *(SelectChoice(str(one), name) for one, name in people)]

    def validate_window(self, field: SelectField) -> None:
        """One of the hall's."""
        self._listed(field, "请选择窗口。")

    def validate_account(self, field: SelectField) -> None:
        """One of the staff."""
        self._listed(field, "请选择人员。")

    def validate_ends(self, field: TimeField) -> None:
        """After the start."""
        if self.starts.minute is None or field.minute is None or field.minute <= self.starts.minute:
            raise ValidationError("请填写起止时间，结束晚于开始。")

    def _listed(self, field: SelectField, message: str) -> None:
        if not field.data or field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(message)
