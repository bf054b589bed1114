"""Forms of the calendar and the rules."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from portal.access.forms import REQUIRED, plain
from portal.organisation.forms import EARLIEST, LATEST, DayField, OptionalWholeField, WholeField
from portal.statutes.explain import UNITS
from portal.statutes.notices import FESTIVALS, NoticeRefused

MOST_TOLD = 20
MOST_AMOUNT = 3650
UNIT_CHOICES = (("", "没有数字"), *UNITS.items())
YES_NO = (("no", "不顺延"), ("yes", "顺延到休假日后的第一个工作日"))


def _short(most: int) -> Length:
    return Length(max=most, message=f"不超过 {most} 字。")


def _notice(place: str) -> StringField:
    told = "国务院办公厅通知的文号，每一天都记着它。"
    return StringField("通知文号", [REQUIRED, _short(80)], filters=[plain], id=f"{place}-notice", description=told)


class OfferedField(SelectField):
    """One of the offered; another value is refused in Chinese."""

    def __init__(self, label: str, offered: tuple[tuple[str, str], ...], **kwargs) -> None:
        super().__init__(label, choices=[SelectChoice(*each) for each in offered], **kwargs)
        self.offered = {code for code, _label in offered}

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what was not offered."""
        if (self.data or "") not in self.offered:
            raise ValidationError("请从所列各项中选择。")


class OptionalDayField(DayField):
    """A calendar day that may stay empty; ``day`` None then."""

    def __init__(self, label: str, **kwargs) -> None:
        super().__init__(label, **kwargs)
        self.validators = [self._check]
        self.flags.required = False

    def _check(self, form: FlaskForm, field: StringField) -> None:
        if field.data:
            super()._check(form, field)
        else:
            self.day = None


class FileTaken(FlaskForm):
    """A form with one file. ``content``: its name and bytes after validation."""

    @property
    def content(self) -> tuple[str, bytes]:
        """The file's name and bytes."""
        return self["file"].data.filename or "", self["file"].data.read()

    def validate_file(self, field: FileField) -> None:
        """A file must be chosen."""
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError("请选择文件。")

    def refuse(self, problems: list[str]) -> None:
        """Say beside the file what is wrong with it, the first lines one by one."""
        more = [f"另有 {len(problems) - MOST_TOLD} 处。"] if len(problems) > MOST_TOLD else []
        self["file"].errors = [*problems[:MOST_TOLD], *more]


class NoticeForm(FlaskForm):
    """A year's 放假安排 in the words of the notice; rest_0, work_0 … for each festival."""

    year = WholeField("年份", EARLIEST, LATEST)
    notice = _notice("typed")  # every page has a #notice of its own

    @property
    def festivals(self) -> list[tuple[str, str, str]]:
        """(festival, days of rest, days worked) as typed."""
        return [(name, *(self[f"{kind}_{at}"].data for kind in ("rest", "work"))) for at, name in enumerate(FESTIVALS)]

    def refuse(self, problem: NoticeRefused) -> None:
        """Put each sentence beside the festival it names, or above the form."""
        for sentence in problem.problems:
            field = next((self[name] for name, marks in _PLACES if any(mark in sentence for mark in marks)), None)
            if field is None:
                self.form_errors.append(sentence)
            else:
                field.errors = [*field.errors, sentence.partition("）：")[2] or sentence]


_PLACES: list[tuple[str, tuple[str, ...]]] = []
for _at, _name in enumerate(FESTIVALS):
    _filters = [plain]
    setattr(NoticeForm, f"rest_{_at}", StringField(f"{_name}放假", [_short(120)], filters=_filters))
    setattr(NoticeForm, f"work_{_at}", StringField(f"{_name}调休上班", [_short(120)], filters=_filters))
    _PLACES.append((f"work_{_at}", (f"{_name}（上班）：",)))
    _PLACES.append((f"rest_{_at}", (f"{_name}（放假）：", f"没有“{_name}”", f"（{_name}）不在放假日")))


class UploadForm(FileTaken):
    """A year's 放假安排 as a table."""

    year = WholeField("年份", EARLIEST, LATEST, id="upload-year")
    notice = _notice("upload")
    file = FileField(
        "文件（.xlsx 或 .csv）",
        id="upload-file",
        description="表头为“日期、结束日期（可省）、类别（放假或上班）、名称”。",
    )


class RulesForm(FileTaken):
    """A table of rules."""

    file = FileField(
        "期限表（.csv）", id="rules-file", description="与现行期限表同样的 18 列；与现行相同的行不算改动。"
    )


class RuleForm(FlaskForm):
    """A further version of one rule."""

    valid_from = DayField("施行日", description="这一天起新发生的适用新规定，以前的事项仍按原规定。")
    valid_to = OptionalDayField("失效日", description="没有规定就留空。")
    amount = OptionalWholeField("数字", 1, MOST_AMOUNT, description="法律没有规定数字就留空，由中心设定或逐件指定。")
    unit = OfferedField("单位", UNIT_CHOICES)
    rolls_forward = OfferedField("末日遇休假日", YES_NO)
    extension_amount = OptionalWholeField("可以延长", 1, MOST_AMOUNT)
    extension_unit = OfferedField("延长单位", UNIT_CHOICES)
    extension_needs = StringField("延长的条件", [_short(200)], filters=[plain])
    instrument = StringField("法律文件", [REQUIRED, _short(120)], filters=[plain])
    article = StringField("条文", [_short(120)], filters=[plain])
    verified = BooleanField("已与条文原文核对")
    note = StringField("说明", [_short(300)], filters=[plain])

    @property
    def cells(self) -> dict[str, str]:
        """What was typed as cells of the table, after validation."""
        words = ("unit", "rolls_forward", "extension_unit", "extension_needs", "instrument", "article", "note")
        days = {name: self[name].day for name in ("valid_from", "valid_to")}
        return (
            {name: self[name].data or "" for name in (*words, "amount", "extension_amount")}
            | {name: day.isoformat() if day else "" for name, day in days.items()}
            | {"verified": "yes" if self.verified.data else "no"}
        )


class PublishForm(FlaskForm):
    """Why a draft counts from now on, and for a calendar from when."""

    effective_on = OptionalDayField("生效日", description="留空为今天；到这一天以前什么都不变。")
    reason = StringField("理由", [REQUIRED, _short(300)], filters=[plain])
