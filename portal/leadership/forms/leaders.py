"""Forms of leaders, grades and the centre's settings of receptions."""

import re
import unicodedata

from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.cases.forms.fields import (
    AtMost,
    Between,
    DayField,
    Filled,
    HiddenNumber,
    Line,
    Picked,
    Several,
    WholeNumber,
    choices,
)
from portal.leadership.forms.units import UnitName
from portal.leadership.operations.leaders import GradeGiven, LeaderGiven, SettingsGiven
from portal.leadership.vocabulary import BODIES, LEVELS, PERIODS

TELEPHONE = re.compile(r"[0-9 ,、;()转/-]*", re.ASCII)
DAYS = re.compile(r"[、,，;；/\s]+")
MOST_TIMES, MOST_FOLLOWUPS, LATEST_FOLLOWUP = 60, 6, 365


class LeaderForm(FlaskForm):
    """One leader. Choices of grades, accounts, counties and attendants are set by whoever makes the form."""

    name = Line("姓名", [Filled("请填写姓名。"), AtMost(30)])
    post = Line("职务", [Filled("请填写职务。"), AtMost(60)], description="公示照此印")
    body = Picked("班子", [Filled("请选择班子。")], choices=choices(BODIES, "请选择"))
    level = Picked("层级", [Filled("请选择层级。")], choices=choices(LEVELS))
    grade = Picked("接访次数类别", choices=[])
    position = WholeNumber("排列顺序", [Between(0, 999)], description="同一班子内从小到大")
    field = Line("分管领域", [AtMost(120)])
    telephone = Line("公布电话", [AtMost(30)], description="印在公示上的办公电话")
    unit = UnitName("所在单位", [AtMost(60)], description="部门领导填写；回避核对也用它")
    region = Picked("所在县（市、区）", choices=[])
    account = Picked("本人账号", choices=[])
    since = DayField("任职日期")
    until = DayField("离任日期", description="任职的最后一天；以前的接访记录不受影响")
    attendants = Several("工作人员（代为录入）", choices=[])
    version = HiddenNumber()

    def validate_telephone(self, field: Line) -> None:
        """Signs of a telephone number only."""
        if field.data and not TELEPHONE.fullmatch(unicodedata.normalize("NFKC", field.data)):
            raise ValidationError("电话只能有数字和 - 、 转。")

    def given(self) -> LeaderGiven:
        """The leader, of a valid form."""
        return LeaderGiven(
            self.name.data,
            self.post.data,
            self.body.data,
            self.level.data,
            unit_id=self.unit.unit_id,
            region_code=self.region.data or None,
            grade_id=int(self.grade.data) if self.grade.data else None,
            field=self.field.data or "",
            telephone=unicodedata.normalize("NFKC", self.telephone.data or ""),
            account_id=int(self.account.data) if self.account.data else None,
            position=self.position.data or 0,
            since=self.since.data,
            until=self.until.data,
            attendants=tuple(int(each) for each in self.attendants.data or ()),
        )


class GradeForm(FlaskForm):
    """How often leaders of a grade are to receive, and which instrument says so."""

    name = Line("类别", [Filled("请填写类别名称。"), AtMost(40)], description="例如 市委主要领导")
    per = Picked("周期", [Filled()], choices=choices(PERIODS))
    times = WholeNumber("次数", [Between(1, MOST_TIMES)], description="没有规定的留空，显示“中心尚未设定”")
    source = Line("依据", [AtMost(200)], description="哪份文件、哪次会议定的；填了次数就要填")
    position = WholeNumber("排列顺序", [Between(0, 999)])

    def given(self) -> GradeGiven:
        """The grade, of a valid form."""
        return GradeGiven(
            self.name.data, self.times.data, self.per.data, self.source.data or "", self.position.data or 0
        )


class SettingsForm(FlaskForm):
    """What the centre set for receptions; what stays empty is not set."""

    approver_title = Line(
        "审签人职务", [AtMost(30)], description="例如 市委秘书长；只用于页面上的称呼，谁能审签由账号角色决定"
    )
    followups = Line("接访后回访（天）", [AtMost(60)], description="例如 7、15、30；留空则不自动安排回访")
    most_per_half = WholeNumber("每半天最多几场", [Between(1, 99)], description="在中心接访的场次；留空则不限")
    source = Line("依据", [AtMost(200)], description="哪份文件、哪次会议定的；填了数字就要填")

    def validate_followups(self, field: Line) -> None:
        """Whole numbers of days."""
        parts = _parts(field.data)
        wrong = [
            part for part in parts if not (part.isascii() and part.isdigit() and 1 <= int(part) <= LATEST_FOLLOWUP)
        ]
        if wrong:
            raise ValidationError(f"请按 7、15、30 的样子填写天数，1 到 {LATEST_FOLLOWUP} 之间（{wrong[0][:10]}）。")
        if len(parts) > MOST_FOLLOWUPS:
            raise ValidationError(f"最多填 {MOST_FOLLOWUPS} 个。")

    def given(self) -> SettingsGiven:
        """The settings, of a valid form."""
        days = tuple(sorted({int(part) for part in _parts(self.followups.data)}))
        return SettingsGiven(self.approver_title.data or "", days, self.most_per_half.data, self.source.data or "")


def _parts(text: str | None) -> list[str]:
    return [part for part in DAYS.split(unicodedata.normalize("NFKC", text or "")) if part]
